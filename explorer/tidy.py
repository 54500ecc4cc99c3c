"""When Python looks for what can be let go: when nobody waits, where that can be helped.

To look through all objects stops every thread: 0.3 to 0.5 s for what the libraries keep, 15 to 20 ms for each page. What is there before
the first visitor is looked at never again (`begin`). Pages hold themselves in circles, so that a closed one goes only when somebody looks.
"""

from __future__ import annotations

import gc
import time

FEW = 8
"""Pages that can be looked through without anybody noticing: some 120 ms."""
MOST_LEFT = 50
"""Closed pages that may wait, however busy the server is."""
_QUIET_S, _VERY_QUIET_S, _LONGEST_S = 1.0, 4.0, 600.0
_NEVER = 1_000_000_000


class Tidy:
    """Looks once somebody has left and it is quiet. Told of pages by `made` and `closed`, asked each second to `look`."""

    def __init__(self) -> None:
        self._alive = self._left = 0
        self._frozen = False
        self._looked = time.monotonic()

    def begin(self) -> None:
        """Before the first visitor: what is there now stays, and Python no longer looks through everything by itself."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(700, 10, _NEVER)

    def made(self) -> None:
        """A page was made. Where there are many, they are set aside: else each look would stop all of them."""
        self._alive += 1
        if self._alive + self._left > FEW:
            gc.collect(1)
            gc.freeze()
            self._frozen = True

    def closed(self) -> None:
        """A page was closed."""
        self._alive -= 1
        self._left += 1

    def look(self, quiet: float) -> bool:
        """Let go of closed pages if this is the time: it has been `quiet` for so many seconds, or too many wait. Whether it did."""
        if not self._left and time.monotonic() - self._looked < _LONGEST_S:
            return False
        if quiet < (_VERY_QUIET_S if self._frozen else _QUIET_S) and self._left < MOST_LEFT:
            return False
        if self._frozen:
            gc.unfreeze()
        gc.collect()
        if self._frozen:
            gc.freeze()
            self._frozen = self._alive > 0
        self._left, self._looked = 0, time.monotonic()
        return True
