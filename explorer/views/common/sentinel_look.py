"""What the Sentinel-2 panel shows, as one short text in a link: `swir;months;B08;4,7;class`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from explorer.analysis import render_spec
from explorer.core.errors import InvalidQueryError
from explorer.core.products import S2_SR

DEFAULT_BAND = "B08"
MAX_MONTHS = 4
"""Of spectra together: more cannot be told from each other."""
_MONTHS = re.compile(r"\d{1,2}(,\d{1,2})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class SentinelLook:
    """`composite` is a recipe's text, or empty: as the animation. `by` says what the lower grid holds: the `bands` of the
    animation's month, or the `months` of `band`. `months` (1 to 12) are those of the spectrum, none: the animation's.
    `typical` draws what is usual for the sample's class behind it. `room` is what the panel is given to: `images`,
    `spectrum`, or empty: both, where there is height enough.
    """

    composite: str = ""
    by: Literal["bands", "months"] = "bands"
    band: str = DEFAULT_BAND
    months: tuple[int, ...] = ()
    typical: bool = False
    room: Literal["", "images", "spectrum"] = ""

    def __str__(self) -> str:
        """The short text that `parse` reads; empty where all is as usual."""
        words = [
            self.composite,
            "months" if self.by == "months" else "",
            self.band if self.band != DEFAULT_BAND else "",
            ",".join(str(month) for month in self.months),
            "class" if self.typical else "",
            self.room,
        ]
        return ";".join(word for word in words if word)


def parse(text: str) -> SentinelLook:
    """A look from its short text, words in any order. Raises `InvalidQueryError` naming the word that is wrong."""
    found: dict[str, object] = {}
    for word in (part.strip() for part in text.split(";")):
        if not word:
            continue
        key, value = _read(word)
        if key in found:
            raise InvalidQueryError(f"Sentinel-2 panel: {word[:30]!r} says again what another word said")
        found[key] = value
    return SentinelLook(**found)  # type: ignore[arg-type]  # the keys are written below


def _read(word: str) -> tuple[str, object]:
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


def check_months(months: Iterable[object]) -> tuple[int, ...]:
    """Months (1 to 12) of the spectrum, ascending, each once. Raises `InvalidQueryError`."""
    given = list(months)
    found = sorted({m for m in given if isinstance(m, int) and not isinstance(m, bool) and 1 <= m <= 12})
    if len(found) != len(given):
        raise InvalidQueryError(f"months run from 1 to 12, each once, not {str(given)[:40]}")
    if len(found) > MAX_MONTHS:
        raise InvalidQueryError(f"spectra of {MAX_MONTHS} months are the most that are shown together")
    return tuple(found)
