"""What the page's head and its drawer about the corpus, and their scripts, tell each other."""

from __future__ import annotations

from typing import Annotated, TypedDict

from explorer.corpus.doctor import Check
from explorer.views.common.message_fields import Most, Number, Word
from explorer.views.common.messages import FromBrowser, ToBrowser


class SuggestionShown(TypedDict):
    """Something that a search may mean: the group that it is in, its name, what it is, the colour of its class or ""."""

    group: str
    title: str
    detail: str
    colour: str


class ToHead(ToBrowser):
    """The selected sample, the address, what a search may mean and what it found, and what has to be said."""

    def counted(self, *, ticket: int, counts: list[int | None], details: list[str]) -> None:
        """How many samples each suggestion of this number finds, where that can be said, and what more is known of it."""

    def forgotten(self) -> None:
        """What was searched for is no filter of the map any more."""

    def notice(self, *, text: str) -> None: ...
    def sample(self, *, id: str | None, text: str, place: str, colour: str | None) -> None:
        """Its class and its colour, and where it is in words and degrees."""

    def searched(self, *, text: str) -> None:
        """What was found, in a sentence."""

    def suggestions(self, *, ticket: int, options: list[SuggestionShown]) -> None:
        """What the text of this number may mean; 0: nothing is offered any more."""

    def url(self, *, search: str, push: bool) -> None:
        """The selection written down; `push`: as a new page of the history."""

    def visitor(self, *, name: str) -> None:
        """Who has logged in."""


class FromHead(FromBrowser):
    """Where to go, and which drawer to open."""

    def about(self) -> None: ...
    def choose(self, *, ticket: Number, index: Number) -> None:
        """One of the suggestions of this number."""

    def go(self, *, text: Word) -> None: ...
    def link(self, *, search: Annotated[str, Most(65_536)]) -> None:
        """Another address by the browser's own buttons; as long as a server reads one."""

    def panel(self, *, name: Word) -> None: ...
    def random(self) -> None: ...
    def review(self) -> None: ...
    def share(self) -> None: ...
    def stories(self) -> None: ...
    def suggest(self, *, text: Word, ticket: Number) -> None:
        """What may this mean? Texts are numbered as they are typed."""


class ToToast(ToBrowser):
    """What was taken away, and how to have it back."""

    def say(self, *, text: str, action: str, step: int | None) -> None:
        """`action` names the button, `Undo` or `Redo`, or is empty: there is none. `step` is the number of what it undoes; None: the last one."""

    def hide(self) -> None: ...


class FromToast(FromBrowser):
    """Somebody takes back what they did."""

    def undo(self, *, step: Number | None = None) -> None:
        """The last step, or the one that was offered."""

    def redo(self) -> None: ...


class ToHelp(ToBrowser):
    """Whom to name."""

    def facts(
        self, *, software: str, citation: str, lines: list[str], licences: list[str], terms: str, guide: bool
    ) -> None:
        """`lines` are attributions; `terms` is empty where use is free; `guide`: whether the server has the guide's pages."""


class ToAbout(ToBrowser):
    """What is known of the corpus."""

    def diagnosis(
        self, *, facts: list[list[str]], checks: list[Check], healthy: bool, files: int, samples: int, notes: list[str]
    ) -> None:  # fmt: skip
        """`facts` are names and what is said of them; `files` and `samples` were looked at."""

    def failed(self) -> None: ...
    def toggle(self) -> None: ...


class FromAbout(FromBrowser):
    """Asks for the diagnosis."""

    def look(self) -> None: ...
