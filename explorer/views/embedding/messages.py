"""What the embedding map and its script tell each other. Coordinates are the map's own, which have no unit."""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypedDict

from explorer.views.common.message_fields import Most, Number, Word
from explorer.views.common.messages import FromBrowser, ToBrowser

Line: TypeAlias = Annotated[list[Number], Most(5_000)]
"""Of a line that is drawn around samples, one coordinate of its points."""


class ChoiceShown(TypedDict):
    """A value of a menu; `off` says why it cannot be chosen."""

    value: str
    text: str
    off: str


class KeyRow(TypedDict):
    """What a colour means; `count` samples have it, `filter` is what it filters by (empty: nothing)."""

    text: str
    colour: str
    count: int | None
    filter: str
    on: bool


class ToEmbedding(ToBrowser):
    """The embedding map."""

    def busy(self) -> None:
        """Another one comes; what is there is of what was shown before."""

    def state(
        self, *, tables: list[ChoiceShown], methods: list[ChoiceShown], colours: list[ChoiceShown], table: str, method: str, by: str,
        home: list[float], place: list[float] | None, palette: list[str], key: list[KeyRow], area: list[list[float]],
        chips: list[dict[str, str]], count: int, placed: int, total: int, about: str,
    ) -> None:  # fmt: skip
        """All but the picture. `home` are x0, x1, y0, y1 of all samples, `place` x, y and width that a link asks for; `count` of the
        `placed` samples of the map are in colour, of `total` in the corpus; `area` is the outline that the samples lie in.
        """

    def picture(self, *, frame: int, pixels: bytes, width: int, height: int, box: list[float]) -> None:
        """The answer to `view`: a byte a pixel, its place in the palette, the lowest row first; `box` is x0, x1, y0, y1."""

    def mark(self, *, place: list[float] | None) -> None:
        """Where the sample lies that the page shows; None where it is not on this map."""

    def hide(self) -> None: ...
    def trouble(self, *, text: str) -> None: ...


class FromEmbedding(FromBrowser):
    """What is looked at, chosen and drawn."""

    def area(self, *, x: Line, y: Line) -> None:
        """A line around samples."""

    def choose(self, *, name: Word, value: Word) -> None:
        """`table`, `method` or `by`."""

    def closed(self) -> None: ...
    def filter(self, *, text: Word) -> None:
        """What a colour stands for; chosen again, it is taken away."""

    def placed(self, *, x: Number, y: Number, width: Number) -> None:
        """Where the map has come to rest; a `width` of 0: all of it is in view."""

    def remove(self, *, name: Word) -> None:
        """A filter that goes."""

    def tap(self, *, x: Number, y: Number, reach: Number) -> None:
        """Opens the sample nearest to a place, none beyond `reach`."""

    def view(
        self, *, frame: Number, x0: Number, x1: Number, y0: Number, y1: Number, width: Number, height: Number
    ) -> None:
        """What is in view: the next picture, of this width and height in pixels."""
