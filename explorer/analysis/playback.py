"""How the dates play, as one short text in a link: `run;range:2018-03-01,2018-09-28;speed:5;once`."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal, get_args

from explorer.analysis.link_words import read_words
from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.core.products import PF_SR

Motion = Literal["", "hold", "run"]
MOTIONS: tuple[Motion, ...] = get_args(Motion)
SPEEDS = (1, 2, 5, 10, 15, 25, 30)
"""Dates a second that can be chosen."""
STANDARD_SPEED = 10


@dataclass(frozen=True, slots=True)
class Playback:
    """`motion`: whether the dates `run`, or `hold` at the one that is shown; empty is not said: a page holds, and a story's
    view runs once it was looked at. `first` and `last` bound what plays, None: the calendar's ends. `speed` is in dates a
    second, of `SPEEDS`; with `loop` the first date follows the last one.
    """

    motion: Motion = ""
    first: dt.date | None = None
    last: dt.date | None = None
    speed: int = STANDARD_SPEED
    loop: bool = True

    def __str__(self) -> str:
        """The short text that `parse` reads; empty where all is as on a fresh page."""
        words = [
            self.motion,
            f"range:{self._first.isoformat()},{self._last.isoformat()}" if self.first or self.last else "",
            f"speed:{self.speed}" if self.speed != STANDARD_SPEED else "",
            "" if self.loop else "once",
        ]
        return ";".join(word for word in words if word)

    @property
    def _first(self) -> dt.date:
        return self.first or PF_SR.dates[0]

    @property
    def _last(self) -> dt.date:
        return self.last or PF_SR.dates[-1]

    @property
    def indices(self) -> tuple[int, int]:
        """The first and the last date that play, as positions in Planet Fusion's calendar."""
        return PF_SR.dates.index(self._first), PF_SR.dates.index(self._last)


def playback_of(motion: object, first: object, last: object, speed: object, loop: object) -> Playback:
    """What a browser says, as it can be: `first` and `last` are positions in the calendar; what cannot be is as on a fresh page."""
    end = len(PF_SR.dates) - 1
    known = motion if motion in MOTIONS else ""
    start, stop = _position(first, 0), _position(last, end)
    if start > stop:
        start, stop = 0, end
    return Playback(
        known,
        PF_SR.dates[start] if start > 0 else None,
        PF_SR.dates[stop] if stop < end else None,
        int(speed) if isinstance(speed, (int, float)) and speed in SPEEDS else STANDARD_SPEED,
        loop is not False,
    )


def parse(text: str) -> Playback:
    """How to play, from its short text, words in any order. Raises `InvalidQueryError` naming the word that is wrong.

    >>> parse("range:2018-03-04,2018-09-30;speed:5").speed
    5
    """
    return Playback(**read_words(text, _read))  # type: ignore[arg-type]  # the keys are written below


def _read(word: str) -> dict[str, object]:
    name, _, rest = word.partition(":")
    if word in MOTIONS:
        return {"motion": word}
    if word == "once":
        return {"loop": False}
    if name == "speed":
        if rest.isascii() and rest.isdecimal() and len(rest) < 3 and int(rest) in SPEEDS:
            return {"speed": int(rest)}
        raise InvalidQueryError(
            f"a speed of {rest[:12]!r} dates a second; there are {', '.join(map(str, SPEEDS))}"
        )
    if name == "range":
        return _range(rest)
    raise InvalidQueryError(f"{word[:30]!r} is none of run, hold, range:DATE,DATE, speed:N, once")


def _range(text: str) -> dict[str, object]:
    ends = text.split(",")
    if len(ends) != 2:
        raise InvalidQueryError(f"range:{text[:30]} has to be range:DATE,DATE")
    try:
        first, last = (PF_SR.parse_date(end[:40]) for end in ends)
    except ExplorerError as error:
        raise InvalidQueryError(str(error)) from error
    if first > last:
        raise InvalidQueryError(
            f"the range goes from {first} to {last}: the first date has to be the earlier"
        )
    return {
        "first": first if first > PF_SR.dates[0] else None,
        "last": last if last < PF_SR.dates[-1] else None,
    }


def _position(value: object, default: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return default
    return int(value) if 0 <= value < len(PF_SR.dates) else default
