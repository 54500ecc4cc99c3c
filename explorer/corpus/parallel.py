"""Many small jobs side by side, results as they come, with a bounded number under way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from explorer.corpus.stores.store import until

T = TypeVar("T")
R = TypeVar("R")
_AHEAD = 3
"""Jobs queued a thread: enough that none is idle, few enough that a list of millions is not held."""


def each(items: Iterable[T], work: Callable[[T], R], threads: int) -> Iterator[R]:
    """`work` of each item, in threads, as they finish. The first error is raised, and the rest given up.

    Closing the iterator gives the rest up as well; slow stores hear of it (`store.given_up`).
    """
    stop = threading.Event()
    waiting = iter(items)

    def run(item: T) -> R:
        with until(stop.is_set):
            return work(item)

    with ThreadPoolExecutor(threads, thread_name_prefix="explorer-files") as pool:
        pending: set[Future[R]] = {pool.submit(run, item) for item in islice(waiting, threads * _AHEAD)}
        try:
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                pending |= {pool.submit(run, item) for item in islice(waiting, len(done))}
                for future in done:
                    yield future.result()
        finally:
            stop.set()
            for future in pending:
                future.cancel()
