"""A line of the log that others can cause: said at most once a minute, with how often it was so."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable

_LOG = logging.getLogger("explorer")


class ThrottledWarning:
    """Warns of one kind of event. The first is told at once; those of the minute after it with the next."""

    def __init__(
        self, event: str, *, every: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._event, self._every, self._clock = event, every, clock
        self._told = -math.inf
        self._untold = 0

    def warn(self, text: str) -> None:
        """Say it, or count it; `text` is of the last one, printable."""
        now = self._clock()
        if now - self._told < self._every:
            self._untold += 1
            return
        more = f" (and {self._untold:,} before, since the last such line)" if self._untold else ""
        self._told, self._untold = now, 0
        _LOG.warning("%s%s", text, more, extra={"event": self._event})
