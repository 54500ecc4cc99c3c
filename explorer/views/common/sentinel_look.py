"""What the Sentinel-2 panel shows, as one short text in a link: `swir;months;B08;4,7;class`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from explorer.analysis import render_spec
from explorer.analysis.link_words import read_words
from explorer.analysis.picture_view import read_zoom, zoom_of, zoom_word
from explorer.core.errors import InvalidQueryError
from explorer.core.products import S2_SR

DEFAULT_BAND = "B08"
MAX_MONTHS = 4
"""Of spectra together: more cannot be told from each other."""
_MONTHS = re.compile(r"\d{1,2}(,\d{1,2})*", re.ASCII)
Comparison = Literal["single", "swipe", "side"]
"""How a large picture stands to Planet Fusion's of the nearest date: alone, swiped with it, or beside it."""
COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)


@dataclass(frozen=True, slots=True)
class LargePicture:
    """A month or band that is shown large.

    `month` is 1 to 12, or None: the month of the animation's date. `band` names a band, shown in grey; empty: the months'
    colours. `scale` is the zoom, 1 to 16, with the pixel `row`, `col` (of the Planet Fusion grid) in the upper left corner.
    """

    mode: Comparison = "single"
    month: int | None = None
    band: str = ""
    scale: float = 1.0
    row: float = 0.0
    col: float = 0.0

    def __str__(self) -> str:
        """The words that `parse` reads: `large:swipe,4,B11;zoom:2.5,40.5,103`."""
        said = [self.mode if self.mode != "single" else "", str(self.month or ""), self.band]
        text = ",".join(word for word in said if word)
        word = f"large:{text}" if text else "large"
        return f"{word};{zoom_word(self.scale, self.row, self.col)}" if self.scale > 1 else word


@dataclass(frozen=True, slots=True)
class SentinelLook:
    """`composite` is a recipe's text, or empty: as the animation. `by` says what the lower grid holds: the `bands` of the
    animation's month, or the `months` of `band`. `months` (1 to 12) are those of the spectrum, none: the animation's.
    `typical` draws what is usual for the sample's class behind it. `room` is what the panel is given to: `images`,
    `spectrum`, or empty: both, where there is height enough. `large` is a picture that has the panel for itself, or None.
    """

    composite: str = ""
    by: Literal["bands", "months"] = "bands"
    band: str = DEFAULT_BAND
    months: tuple[int, ...] = ()
    typical: bool = False
    room: Literal["", "images", "spectrum"] = ""
    large: LargePicture | None = None

    def __str__(self) -> str:
        """The short text that `parse` reads; empty where all is as usual."""
        words = [
            self.composite,
            "months" if self.by == "months" else "",
            self.band if self.band != DEFAULT_BAND else "",
            ",".join(str(month) for month in self.months),
            "class" if self.typical else "",
            self.room,
            str(self.large or ""),
        ]
        return ";".join(word for word in words if word)


def parse(text: str) -> SentinelLook:
    """A look from its short text, words in any order. Raises `InvalidQueryError` naming the word that is wrong."""
    found = read_words(text, lambda word: dict([_read(word)]), "Sentinel-2 panel: ")
    if "zoom" in found:
        scale, row, col = cast(tuple[float, float, float], found.pop("zoom"))
        if "large" not in found:
            raise InvalidQueryError(
                "Sentinel-2 panel: zoom is of a picture that is large, and 'large' is missing"
            )
        found["large"] = replace(cast(LargePicture, found["large"]), scale=scale, row=row, col=col)
    return SentinelLook(**found)  # type: ignore[arg-type]  # the keys are written below


def large_of(
    mode: object, month: object, band: object, scale: object, row: object, col: object
) -> LargePicture | None:
    """What a browser says of its large picture, as it can be: numbers brought within their bounds, what is unknown left out.

    None where `mode` is none of `COMPARISONS`: no picture is large.
    """
    if mode not in COMPARISONS:
        return None
    known = isinstance(month, int) and not isinstance(month, bool) and 1 <= month <= 12
    return LargePicture(
        mode,
        cast(int, month) if known else None,
        band if isinstance(band, str) and band in S2_SR.band_names else "",
        *zoom_of(scale, row, col),
    )


def _read(word: str) -> tuple[str, object]:
    name, _, rest = word.partition(":")
    if name == "large":
        return "large", _read_large(word, rest)
    if name == "zoom":
        zoom = read_zoom(rest)
        if zoom is None:
            raise InvalidQueryError(f"Sentinel-2 panel: {word[:30]!r} is not zoom:SCALE,ROW,COL")
        return "zoom", zoom
    if word in ("bands", "months"):
        return "by", word
    if word in ("images", "spectrum"):
        return "room", word
    if word == "class":
        return "typical", True
    if word in S2_SR.band_names:
        return "band", word
    if _MONTHS.fullmatch(word):
        return "months", check_months(int(part) for part in word.split(","))
    return "composite", render_spec.parse(word, S2_SR.id).text


def _read_large(word: str, text: str) -> LargePicture:
    found: dict[str, object] = {}
    for part in (part.strip() for part in text.split(",") if text):
        if part in COMPARISONS:
            key, value = "mode", cast(object, part)
        elif part in S2_SR.band_names:
            key, value = "band", part
        elif part.isascii() and part.isdecimal() and len(part) < 3 and 1 <= int(part) <= 12:
            key, value = "month", int(part)
        else:
            raise InvalidQueryError(
                f"Sentinel-2 panel: {part[:20]!r} of {word[:40]!r} is neither swipe nor side, a month (1 to 12) nor a band"
            )
        if key in found:
            raise InvalidQueryError(f"Sentinel-2 panel: {part[:20]!r} of {word[:40]!r} is one {key} too many")
        found[key] = value
    return LargePicture(**found)  # type: ignore[arg-type]  # the keys are written above


def check_months(months: Iterable[object]) -> tuple[int, ...]:
    """Months (1 to 12) of the spectrum, ascending, each once. Raises `InvalidQueryError`."""
    given = list(months)
    found = sorted({m for m in given if isinstance(m, int) and not isinstance(m, bool) and 1 <= m <= 12})
    if len(found) != len(given):
        raise InvalidQueryError(f"months run from 1 to 12, each once, not {str(given)[:40]}")
    if len(found) > MAX_MONTHS:
        raise InvalidQueryError(f"spectra of {MAX_MONTHS} months are the most that are shown together")
    return tuple(found)
