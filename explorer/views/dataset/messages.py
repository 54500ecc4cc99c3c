"""What the panel about the samples shown, and its script, tell each other."""

from __future__ import annotations

from typing import TypedDict

from explorer.views.common.message_fields import Number, Word
from explorer.views.common.messages import FromBrowser, ToBrowser


class FigureShown(TypedDict):
    """A figure: its `name` (of files), title, what it shows in a sentence, the drawing as SVG, and the line of Python that gives it."""

    name: str
    title: str
    about: str
    svg: str
    python: str


class ToDataset(ToBrowser):
    """The figures of what the map shows."""

    def busy(self) -> None:
        """Others come: the figures are of what was shown before."""

    def figures(
        self, *, ticket: int, figures: list[FigureShown], count: int, total: int, level: int, source: str,
        chips: list[dict[str, str]], active: list[str], python: str,
    ) -> None:  # fmt: skip
        """Of `count` of `total` samples. `chips` are the active filters (`name` and `text`), `active` those that a figure sets, as it names them."""

    def imagery(self, *, ticket: int, figures: list[FigureShown], text: str) -> None:
        """What was looked at in the imagery; `text` says of how many samples, and what could not be read."""

    def looking(self, *, ticket: int, done: int, total: int) -> None:
        """How far the imagery is looked at."""

    def file(self, *, name: str, media: str, bytes: bytes) -> None: ...
    def hide(self) -> None: ...
    def trouble(self, *, text: str) -> None: ...


class FromDataset(FromBrowser):
    """Other filters, another level, the imagery, and tables to take away."""

    def closed(self) -> None: ...
    def filter(self, *, text: Word) -> None:
        """What a bar stands for, as the figure names it; chosen again, it is taken away."""

    def level(self, *, level: Number) -> None: ...
    def look(self) -> None:
        """Look at the imagery of some samples."""

    def remove(self, *, name: Word) -> None:
        """A filter that goes."""

    def save(self, *, name: Word) -> None:
        """A figure's table as a file."""
