"""How often names and passwords are guessed, and how long one has to wait after wrong ones: by name, by address, by both."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST_KEPT = 10_000
"""Names and addresses that are remembered; beyond that the one that was quiet for longest is forgotten."""
FORGOTTEN_S = 3600.0
"""After so many seconds without a wrong try it counts for nothing."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many wrong tries are free, and the longest pause after one: they double from 2 s on."""

    free: int
    longest: float


BOTH = Pace(5, 900.0)
"""For a name from an address: few wrong ones, long pauses; nobody else is kept out."""
NAME = Pace(20, 60.0)
"""For a name from everywhere; does not bind an address from which that name came in before."""
ADDRESS = Pace(50, 60.0)
"""For all names from an address; a course of fifty behind one address may mistype once each."""


@dataclass(slots=True)
class _Wrong:
    count: int = 0
    last: float = 0.0
    until: float = 0.0


class Guesses:
    """Wrong tries of one process. Use it from one thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[tuple[str, str, str], _Wrong] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._wrong) + len(self._known)

    def pause(self, name: str, address: str) -> float:
        """Seconds until this name may be tried from this address, as far as tries of this name tell; 0 for now."""
        pause = self._left("both", name, address)
        return pause if (name, address) in self._known else max(pause, self._left("name", name, ""))

    def pause_of(self, name: str, address: str) -> float:
        """Seconds until an address may try a name, as far as all its tries tell; 0 for one from which the name came in before."""
        return 0.0 if (name, address) in self._known else self._left("address", "", address)

    def begin(self, name: str, address: str) -> None:
        """A try begins, and counts as a wrong one until it is known to be right: else many at once would all be free."""
        for key, pace in self._keys(name, address):
            found = self._found(key)
            found.count += 1
            found.last = self._clock()
            found.until = found.last + _pause(found.count, pace)

    def right(self, name: str, address: str) -> None:
        """It was right."""
        self.undo(name, address)
        self._wrong.pop(("both", name, address), None)
        self._known[name, address] = None
        self._known.move_to_end((name, address))
        _forget(self._known)

    def undo(self, name: str, address: str) -> None:
        """It was no wrong one."""
        for key, pace in self._keys(name, address):
            found = self._found(key)
            found.count = max(found.count - 1, 0)
            found.until = min(found.until, self._clock() + _pause(found.count, pace))

    def _left(self, kind: str, name: str, address: str) -> float:
        found = self._wrong.get((kind, name, address))
        return max(found.until - self._clock(), 0.0) if found is not None else 0.0

    def _found(self, key: tuple[str, str, str]) -> _Wrong:
        found = self._wrong.get(key)
        if found is None or self._clock() - found.last > FORGOTTEN_S:
            found = self._wrong[key] = _Wrong()
        self._wrong.move_to_end(key)
        _forget(self._wrong)
        return found

    def _keys(self, name: str, address: str) -> list[tuple[tuple[str, str, str], Pace]]:
        return [
            (("both", name, address), BOTH),
            (("name", name, ""), NAME),
            (("address", "", address), ADDRESS),
        ]


def _pause(count: int, pace: Pace) -> float:
    over = count - pace.free
    return 0.0 if over <= 0 else float(min(2.0 ** min(over, 30), pace.longest))


def _forget(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)
