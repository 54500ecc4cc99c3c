"""From samples to thumbnails on their way: painted in threads as their chips come, sent in small batches, given up at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain

from explorer.analysis import thumbnails
from explorer.analysis.thumbnails import Thumbnail, ThumbnailSpec
from explorer.core.errors import CancelledError, ExplorerError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus

READERS = ThreadPoolExecutor(4, thread_name_prefix="explorer-thumbnails")
"""Threads that wait for chips and paint thumbnails, of all sessions, which take turns by the batch."""
BATCH, FIRST_BATCH = 12, 2
"""Pictures a message; the first one leaves early."""
EVERY_S = 0.1
"""A batch leaves after this time, full or not."""


@dataclass(slots=True)
class Batch:
    """Some thumbnails and gap-filled shares (0 to 1), each with its position; `ended`: nothing follows. `error` ends it, too."""

    pictures: list[tuple[int, Thumbnail]] = field(default_factory=list)
    filled: list[tuple[int, float]] = field(default_factory=list)
    ended: bool = False
    error: str = ""


class ThumbnailFeed:
    """Makes the thumbnails of some samples and hands batches to `emit`, which is called from worker threads.

    Of Planet Fusion the gap-filled shares follow once all pictures have come: each takes another chip.
    """

    def __init__(
        self, corpus: Corpus, ids: Sequence[str], spec: ThumbnailSpec, emit: Callable[[Batch], None]
    ) -> None:
        self._emit = emit
        self._closed = False
        self._first = True
        pictures = thumbnails.make_each(corpus, ids, spec, lambda: self._closed)
        shares: Iterator[tuple[int, float]] = iter(())
        if spec.product is PF_SR:
            shares = thumbnails.filled_shares(corpus, ids, spec.index, lambda: self._closed)
        self._coming: Iterator[tuple[int, Thumbnail | float]] = chain(pictures, shares)
        self._submit()

    def close(self) -> None:
        """Say nothing any more; what has not begun is not read."""
        self._closed = True

    def _submit(self) -> None:
        with suppress(RuntimeError):  # the threads have gone home: the server ends
            READERS.submit(self._work)

    def _work(self) -> None:
        try:
            batch = self._next()
        except CancelledError:  # the corpus was closed
            return
        except ExplorerError as error:
            batch = Batch(ended=True, error=f"{error}.")
        except Exception as error:  # noqa: BLE001  whatever goes wrong, the gallery says so and the page lives on
            said = f"{type(error).__name__}: {error}"
            batch = Batch(ended=True, error=f"The pictures could not be made ({said}).")
        if self._closed:
            return
        self._emit(batch)
        if not batch.ended:
            self._submit()

    def _next(self) -> Batch:
        batch, until = Batch(), time.monotonic() + EVERY_S
        most = FIRST_BATCH if self._first else BATCH
        self._first = False
        for position, found in self._coming:
            if isinstance(found, Thumbnail):
                batch.pictures.append((position, found))
            else:
                batch.filled.append((position, found))
            if len(batch.pictures) + len(batch.filled) >= most or time.monotonic() > until:
                return batch
        batch.ended = True
        return batch
