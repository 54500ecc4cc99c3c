"""Notices that a store fails and asks until it answers again, so that what waits for it can go on by itself."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable

from explorer import metrics
from explorer.errors import ExplorerError

logger = logging.getLogger("explorer")

WAITS_S = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Between questions: the last one goes on. One question a process, however many pages wait."""
CALM_S = 30.0
"""A store that fails sooner after it came back is asked as seldom as before."""


class StoreWatch:
    """Watches one store while it fails. `check` raises an `ExplorerError` while it does.

    Listeners are bound methods, called from the watching thread; they are held weakly.
    """

    def __init__(self, check: Callable[[], None], where: str, waits: tuple[float, ...] = WAITS_S) -> None:
        self._check, self._where, self._waits = check, where, waits
        self._lock = threading.Lock()
        self._listeners: list[weakref.WeakMethod[Callable[[], None]]] = []
        self._closed = threading.Event()
        self._running = False
        self._step, self._back_at = 0, -CALM_S
        self.problem: str | None = None
        """What is wrong, while something is."""

    def listen(self, listener: Callable[[], None]) -> None:
        """Hear of it each time the store has come back."""
        with self._lock:
            self._listeners = [one for one in self._listeners if one() is not None]
            self._listeners.append(weakref.WeakMethod(listener))

    def failed(self, error: Exception) -> None:
        """The store has just failed: begin to ask, unless that is under way."""
        with self._lock:
            self.problem = str(error)
            if self._running or self._closed.is_set():
                return
            self._running = True
            if time.monotonic() - self._back_at > CALM_S:
                self._step = 0
        metrics.STORE_DOWN.set(1)
        logger.warning("the corpus does not answer: %s", error)
        threading.Thread(target=self._run, name="store-watch", daemon=True).start()

    def close(self) -> None:
        """Ask no more."""
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(self._waits[min(self._step, len(self._waits) - 1)]):
            self._step += 1
            try:
                self._check()
            except ExplorerError as error:
                self.problem = str(error)
                continue
            break
        with self._lock:
            self._running = False
            self._back_at = time.monotonic()
            self.problem = None
            listeners = [found for one in self._listeners if (found := one()) is not None]
        metrics.STORE_DOWN.set(0)
        if self._closed.is_set():
            return
        logger.info("the corpus %s answers again", self._where)
        for listener in listeners:
            listener()
