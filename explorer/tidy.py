"""When Python looks for what can be let go: when nobody waits, where that can be helped.

To look through all objects stops every thread: 0.3 to 0.5 s for what the libraries keep, 15 to 20 ms for each page. What is there before
the first visitor is looked at never again (`begin`). Pages hold themselves in circles, so that a closed one goes only when somebody looks;
half of its objects hang on its models' callbacks alone, and go when it is closed (`page_making.PageModels`).
"""

from __future__ import annotations

import gc
import time

FEW = 8
"""Pages that can be looked through without anybody noticing: some 120 ms."""
MOST_LEFT = 24
"""Closed pages that may wait, however busy the server is: it stops for 0.4 to 0.8 s then. Python keeps the room that all of them took."""
_QUIET_S, _VERY_QUIET_S, _LONGEST_S = 1.0, 4.0, 600.0
_NEVER = 1_000_000_000


class Tidy:
    """Looks once somebody has left and it is quiet. Told of pages by `made` and `closed`, asked each second to `look`."""

    def __init__(self) -> None:
        self._alive = self._left = 0
        self._looked = time.monotonic()

    def begin(self) -> None:
        """Before the first visitor: what is there now stays, and Python no longer looks through everything by itself."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(700, 10, _NEVER)

    def made(self) -> None:
        """A page was made."""
        self._alive += 1

    def closed(self) -> None:
        """A page was closed."""
        self._alive -= 1
        self._left += 1

    def look(self, quiet: float) -> bool:
        """Let go of closed pages if this is the time: it has been `quiet` for so many seconds, or too many wait. Whether it did."""
        if not self._left and time.monotonic() - self._looked < _LONGEST_S:
            return False
        few = self._alive + self._left <= FEW
        if quiet < (_QUIET_S if few else _VERY_QUIET_S) and self._left < MOST_LEFT:
            return False
        gc.collect()
        self._left, self._looked = 0, time.monotonic()
        return True
