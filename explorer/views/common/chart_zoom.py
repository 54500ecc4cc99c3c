"""What is seen of the charts over time, as one short text in a link: `dates:2018-03-01,2018-09-30;index:0.2,0.9`."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from explorer.core.errors import InvalidQueryError

CHARTS = ("bands", "index")
Range = tuple[float, float]
_DAYS = dt.date(2017, 1, 1), dt.date(2021, 1, 1)
_DAY = 86_400_000
_MOST = 1e6
"""Values of an index on either side of 0."""


@dataclass(frozen=True, slots=True)
class ChartZoom:
    """`dates` are the first and the last day seen in both charts; `bands` and `index` the ends of the upper and the lower
    chart's y axis. None: all that there is.
    """

    dates: tuple[dt.date, dt.date] | None = None
    bands: Range | None = None
    index: Range | None = None

    def __str__(self) -> str:
        """The short text that `parse` reads; empty where all is seen."""
        words = [f"dates:{self.dates[0].isoformat()},{self.dates[1].isoformat()}"] if self.dates else []
        for name, ends in (("bands", self.bands), ("index", self.index)):
            if ends:
                words.append(f"{name}:{ends[0]:.5g},{ends[1]:.5g}")
        return ";".join(words)

    @property
    def times(self) -> Range | None:
        """The ends of `dates`, milliseconds since 1970, UTC."""
        if self.dates is None:
            return None
        first, last = (float((day - dt.date(1970, 1, 1)).days * _DAY) for day in self.dates)
        return first, last


def zoom_of(times: object, bands: object, index: object) -> ChartZoom:
    """What a browser says, as it can be: two numbers each (milliseconds since 1970, values), rounded as a link has them."""
    dates = None
    if (ends := _ends(times, 1e13)) is not None:
        first, last = (dt.date(1970, 1, 1) + dt.timedelta(days=round(end / _DAY)) for end in ends)
        dates = (first, last) if _DAYS[0] <= first < last <= _DAYS[1] else None
    return ChartZoom(dates, _ends(bands), _ends(index))


def parse(text: str) -> ChartZoom:
    """A zoom from its short text, words in any order. Raises `InvalidQueryError` naming the word that is wrong.

    >>> parse("index:0.2,0.9").index
    (0.2, 0.9)
    """
    found: dict[str, object] = {}
    for word in (part.strip() for part in text.split(";")):
        if not word:
            continue
        name, _, rest = word.partition(":")
        if name in found:
            raise InvalidQueryError(f"{word[:30]!r} says again what another word said")
        if name == "dates":
            found[name] = _read_dates(word, rest)
        elif name in CHARTS:
            found[name] = _read_values(word, rest)
        else:
            raise InvalidQueryError(f"{word[:30]!r} is none of dates:DAY,DAY, bands:LOW,HIGH, index:LOW,HIGH")
    return ChartZoom(**found)  # type: ignore[arg-type]  # the keys are written above


def _read_dates(word: str, text: str) -> tuple[dt.date, dt.date]:
    try:
        first, last = (dt.date.fromisoformat(part) for part in text.split(","))
    except ValueError:
        raise InvalidQueryError(f"{word[:40]!r} is not dates:DAY,DAY") from None
    if not _DAYS[0] <= first < last <= _DAYS[1]:
        raise InvalidQueryError(
            f"{word[:40]!r}: the first day has to be the earlier, both near 2018 and 2019"
        )
    return first, last


def _read_values(word: str, text: str) -> Range:
    try:
        ends = _ends([float(part) for part in text.split(",")])
    except ValueError:
        ends = None
    if ends is None:
        raise InvalidQueryError(f"{word[:40]!r} is not two numbers, the lower one first")
    return ends


def _ends(value: object, most: float = _MOST) -> Range | None:
    """Two numbers, the lower one first, to five digits; None where they are not."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return None
    if not all(isinstance(v, (int, float)) and math.isfinite(v) and abs(v) <= most for v in value):
        return None
    low, high = (float(v) if most > _MOST else float(f"{v:.5g}") for v in value)
    return (low, high) if low < high else None
