"""Which map of land cover lies over the pictures, and how opaque, as one short text in a link: `worldcover,40`."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.core.errors import InvalidQueryError
from explorer.opinions.kept_files import NAME

OPACITY = 50
"""Percent, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class OverlayLook:
    """`name` is of `corpus.overlays`, empty for none; `opacity` in percent, 0 to 100."""

    name: str = ""
    opacity: int = OPACITY

    def __str__(self) -> str:
        """The short text that `parse` reads; empty where no map is shown."""
        return f"{self.name},{self.opacity}" if self.name and self.opacity != OPACITY else self.name


def parse(text: str) -> OverlayLook:
    """A look from its short text; whether a map has that name is found out when it is read. Raises `InvalidQueryError`.

    >>> parse("worldcover,40"), parse("")
    (OverlayLook(name='worldcover', opacity=40), OverlayLook(name='', opacity=50))
    """
    if not text:
        return OverlayLook()
    name, comma, percent = text.partition(",")
    if not NAME.fullmatch(name):
        raise InvalidQueryError(f"overlay: {name[:30]!r} is no name of a map")
    if not comma:
        return OverlayLook(name)
    if not (percent.isascii() and percent.isdecimal()) or len(percent) > 3 or int(percent) > 100:
        raise InvalidQueryError(f"overlay: an opacity of {percent[:10]!r}; it can be 0 to 100 percent")
    return OverlayLook(name, int(percent))
