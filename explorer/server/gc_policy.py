"""When Python looks for what can be let go: when nobody waits, where that can be helped.

To look through all objects stops every thread: 0.3 to 0.5 s for what the libraries keep, and some milliseconds for each open page. What is there
before the first visitor is looked at never again (`begin`). A closed page, which the libraries hold in reference cycles, waits for that.

What was let go does not leave the process by itself: glibc keeps what lies between things that are still used, for each thread. It is
asked to give that back, at the same time.
"""

from __future__ import annotations

import ctypes
import gc
import time
from contextlib import suppress

FEW = 5
"""Open pages that can be looked through without anybody noticing: some 120 ms."""
MANY_LEFT = 8
"""Closed pages that are worth stopping more than a few open ones for, once nobody does anything: some 30 MB."""
MOST_LEFT = 24
"""Closed pages that may wait, however busy the server is: some 100 MB."""
_QUIET_S, _LONGEST_S = 4.0, 600.0
_NEVER = 1_000_000_000


class IdleCollector:
    """Collects garbage once somebody has left and it is quiet. Told of pages by `made` and `closed`, asked each second by `tick`."""

    def __init__(self) -> None:
        self._alive = self._left = 0
        self._looked = time.monotonic()

    def begin(self) -> None:
        """Before the first visitor: what is there now stays, and Python no longer looks through everything by itself."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(700, 10, _NEVER)
        give_back()  # imports and compilers leave more than a table of half a million samples takes

    def made(self) -> None:
        """A page was made."""
        self._alive += 1

    def closed(self) -> None:
        """A page was closed."""
        self._alive -= 1
        self._left += 1

    def tick(self, quiet: float) -> bool:
        """Let go of closed pages if this is the time: it has been `quiet` for so many seconds, or too many wait. Whether it did."""
        worth = self._left >= (1 if self._alive <= FEW else MANY_LEFT)
        long_ago = time.monotonic() - self._looked > _LONGEST_S
        if not (quiet >= _QUIET_S and (worth or long_ago)) and self._left < MOST_LEFT:
            return False
        gc.collect()
        give_back()
        self._left, self._looked = 0, time.monotonic()
        return True


def give_back() -> None:
    """Let glibc return free memory to the system: some 50 ms, other threads go on. Nothing where the C library is another."""
    with suppress(OSError, AttributeError, TypeError):  # no malloc_trim, or no library by no name
        ctypes.CDLL(None).malloc_trim(0)
