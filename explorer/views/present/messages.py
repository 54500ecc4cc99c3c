"""What stories and their script tell each other."""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypedDict

from explorer.export import stories
from explorer.views.common.message_fields import Most, Number, Word
from explorer.views.common.messages import FromBrowser, ToBrowser

Note: TypeAlias = Annotated[str, Most(stories.MAX_NOTE)]
StoryFile: TypeAlias = Annotated[str, Most(stories.MAX_BYTES)]
"""YAML."""


class StoryOffered(TypedDict):
    """A story that comes with the explorer; `count` of its views."""

    name: str
    title: str
    count: int


class StatePlayback(TypedDict):
    """How a view plays (`playback.Playback`), its dates as a calendar writes them."""

    motion: str
    first: str
    last: str
    speed: int
    loop: bool


class StateEdited(TypedDict):
    """A view of the story that is put together; notes as Markdown."""

    title: str
    note: str
    presenter: str
    seconds: float | None
    playback: StatePlayback


class StatePlayed(TypedDict):
    """A view of a story as it is played; notes as HTML of ours. `motion` says whether it holds or runs; empty: it runs after a while."""

    title: str
    html: str
    presenter_html: str
    seconds: float
    motion: str


class StoryPlayed(TypedDict):
    """A story as it is played."""

    title: str
    states: list[StatePlayed]


class ToPresenter(ToBrowser):
    """What is played, and the story that is put together."""

    def at(self, *, index: int) -> None: ...
    def drawer(self) -> None: ...
    def off(self) -> None: ...
    def on(self, *, story: StoryPlayed | None, credit: str) -> None: ...
    def own(self, *, title: str, states: list[StateEdited], yaml: str) -> None: ...
    def stage(self, *, index: int, count: int, title: str) -> None:
        """One stage of the camera tour is shown, of `count`."""

    def titled(self, *, title: str) -> None:
        """What a view is called that is shown without a story."""

    def pair(self, *, before: str, after: str) -> None:
        """Two dates for before and after, as a calendar writes them."""

    def shipped(self, *, stories: list[StoryOffered]) -> None: ...
    def trouble(self, *, text: str) -> None: ...


class FromPresenter(FromBrowser):
    """What to play, and changes of the story that is put together, whose views are told by their index."""

    def before_after(self, *, before: Word, after: Word, swipe: bool) -> None:
        """Add the views of two dates to the story, or one in which they are swiped."""

    def begin(self, *, story: Word = "", own: bool = False) -> None:
        """Play one that comes with the explorer, or one's own; else show this view alone."""

    def collect(self) -> None: ...
    def edit(
        self, *, index: Number, title: Note = "", note: Note = "", presenter: Note = "", seconds: Number | Word = 0
    ) -> None: ...  # fmt: skip
    def end(self) -> None: ...
    def fly(self) -> None:
        """Fly from Europe to the pinned pixel."""

    def go(self, *, index: Number) -> None: ...
    def load(self, *, text: StoryFile, name: Word) -> None: ...
    def move(self, *, index: Number, by: Number) -> None: ...
    def pair(self) -> None:
        """Ask which two dates are marked."""

    def playback(
        self, *, index: Number, motion: Word, first: Word = "", last: Word = "", speed: Number = 0, loop: bool = True
    ) -> None: ...  # fmt: skip
    def ready(self, *, own: StoryFile = "") -> None: ...
    def remove(self, *, index: Number) -> None: ...
    def rename(self, *, title: Word) -> None: ...
    def show(self, *, index: Number) -> None: ...
    def stage(self, *, index: Number) -> None:
        """Show this stage of the camera tour."""
