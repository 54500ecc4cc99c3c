"""The threads that read chips: most wanted first, across all samples under way."""

from __future__ import annotations

import heapq
import itertools
import os
import threading
import time
from collections.abc import Callable

from explorer.core import forking


class ReaderPool:
    """A few daemon threads and a queue ordered by rank, so that every sample's first frame goes before
    any sample's 146th. Threads start with the first job.
    """

    def __init__(self, threads: int) -> None:
        self.size = max(1, threads)
        self._count = itertools.count()
        self._closed = False
        self._held = 0
        self._make()
        forking.remake(self)
        forking.keep_out(self)

    def _make(self) -> None:
        # Many threads wait for a network at once; if all of them decoded at once, a picture would wait for all.
        self._at_once = min(self.size, os.cpu_count() or 2)
        self.decoding = threading.BoundedSemaphore(self._at_once)
        self._jobs: list[tuple[int, int, Callable[[], None]]] = []
        self._ready = threading.Condition()
        self._threads: list[threading.Thread] = []

    def after_fork(self) -> None:
        """Begin anew, with the threads that the next jobs start; what was queued was the parent's."""
        self._held = 0
        self._make()

    def hold(self, seconds: float) -> None:
        """Wait until nobody decodes, `seconds` at most, and let nobody begin: GDAL has locks of its own."""
        until = time.monotonic() + seconds
        while self._held < self._at_once and self.decoding.acquire(timeout=max(until - time.monotonic(), 0)):
            self._held += 1

    def let_go(self) -> None:
        """Let them decode again."""
        for _ in range(self._held):
            self.decoding.release()
        self._held = 0

    def submit(self, rank: int, job: Callable[[], None]) -> None:
        """Queue a job; lower ranks run first, equal ones in order. A job handles its own errors."""
        with self._ready:
            if self._closed:
                raise RuntimeError("this corpus is closed, nothing more is read from it: open it anew")
            heapq.heappush(self._jobs, (rank, next(self._count), job))
            if len(self._threads) < self.size:
                thread = threading.Thread(target=self._run, name="chip-reader", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._ready.notify()

    def close(self) -> None:
        """Stop the threads once they have finished the job in hand; what is queued is dropped."""
        with self._ready:
            self._closed = True
            self._jobs.clear()
            self._ready.notify_all()

    def _run(self) -> None:
        while True:
            with self._ready:
                while not self._jobs:
                    if self._closed:
                        return
                    self._ready.wait()
                job = heapq.heappop(self._jobs)[2]
            job()
            del job  # or an idle thread would keep the cube that it read last
