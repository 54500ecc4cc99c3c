"""Notices that a store fails and asks until it answers again, so that what waits for it can go on by itself."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable

from explorer.core import forking, metrics
from explorer.core.errors import ExplorerError

logger = logging.getLogger("explorer")

WAITS_S = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Between questions: the last one goes on. One question a process, however many pages wait."""
DOUBTS = 8
"""How often a file is asked for that could not be had while the store answered: it may be the file, and for good."""
CALM_S = 30.0
"""A store that fails sooner after it came back is asked as seldom as before."""


class StoreWatch:
    """Watches one store while it fails. `check` raises an `ExplorerError` while it does.

    Listeners are bound methods, called from the watching thread; they are held weakly.
    """

    def __init__(self, check: Callable[[], None], where: str, waits: tuple[float, ...] = WAITS_S) -> None:
        self._check, self._where, self._waits = check, where, waits
        self._lock = forking.Lock()
        self._listeners: list[weakref.WeakMethod[Callable[[], None]]] = []
        self._step, self._back_at = 0, -CALM_S
        self._rest()
        forking.remake(self)

    def _rest(self) -> None:
        self._closed = threading.Event()
        self._running = False
        self._doubt: Callable[[], object] | None = None
        self._doubts = 0
        self.problem: str | None = None
        """What is wrong, while something is."""

    def after_fork(self) -> None:
        """Nobody asks in a forked child until the store fails there too."""
        self._rest()

    def listen(self, listener: Callable[[], None]) -> None:
        """Hear of it each time the store has come back."""
        with self._lock:
            self._listeners = [one for one in self._listeners if one() is not None]
            self._listeners.append(weakref.WeakMethod(listener))

    def failed(self, error: Exception) -> None:
        """The store has just failed: begin to ask, unless that is under way."""
        with self._lock:
            known = self.problem is not None
            self.problem = str(error)
        if self._closed.is_set():
            return
        if not known:
            metrics.STORE_DOWN.set(1)
            logger.warning("the corpus does not answer: %s", error)
        self._begin()

    def _begin(self) -> None:
        with self._lock:
            if self._running or self._closed.is_set():
                return
            self._running = True
            if time.monotonic() - self._back_at > CALM_S:
                self._step = 0
        threading.Thread(target=self._run, name="store-watch", daemon=True).start()

    def doubt(self, ask: Callable[[], object]) -> None:
        """A file could not be had: `ask` for it now and then, without saying that the store fails.

        It raises an `ExplorerError` while the file cannot be had. Once it does not, the listeners hear of it.
        """
        with self._lock:
            self._doubt, self._doubts = ask, DOUBTS
        self._begin()

    def close(self) -> None:
        """Ask no more."""
        self._closed.set()

    def _run(self) -> None:
        told = False
        while not told and not self._closed.wait(self._waits[min(self._step, len(self._waits) - 1)]):
            self._step += 1
            told = self._look()
            with self._lock:
                if not told and self.problem is None and self._doubt is None:
                    self._running = False
                    return
        if not told or self._closed.is_set():
            return
        for listener in [found for one in list(self._listeners) if (found := one()) is not None]:
            listener()

    def _look(self) -> bool:
        """Ask once; whether there is good news for the listeners, with which the asking ends."""
        with self._lock:
            doubt, failed = self._doubt, self.problem is not None
        try:
            self._check()
        except ExplorerError as error:
            if self.problem is None:  # it was more than a file
                self.failed(error)
            self.problem = str(error)
            return False
        if failed:
            logger.info("the corpus %s answers again", self._where)
            metrics.STORE_DOWN.set(0)
        elif doubt is not None and not self._can_be_had(doubt):
            return False
        with self._lock:
            self.problem = None
            if doubt is self._doubt:
                self._doubt = None
            self._back_at = time.monotonic()
            self._running = False  # in one with the problem: who fails from now on begins anew
        return True

    def _can_be_had(self, doubt: Callable[[], object]) -> bool:
        try:
            doubt()
        except ExplorerError:
            with self._lock:
                self._doubts -= 1
                if self._doubts <= 0 and doubt is self._doubt:
                    self._doubt = None  # it is the file
            return False
        return True
