"""What the explorer counts of itself, for Prometheus; any room may count, none serves it but `health`.

Several processes of one server (`serve --num-procs`) keep their numbers in files of a folder that
`PROMETHEUS_MULTIPROC_DIR` names before this is imported; each of them then answers for all.
"""

from __future__ import annotations

import os
import threading
from typing import Any, Self

import prometheus_client
from prometheus_client import CollectorRegistry, Histogram, generate_latest, multiprocess

from explorer.core import forking

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that prometheus_client looks for."""
REGISTRY = CollectorRegistry()


class _Gate:
    """Closed while the process forks: prometheus_client's locks cannot be made anew in the child."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._held = False
        forking.remake(self)
        forking.keep_out(self)

    def hold(self, seconds: float) -> None:
        self._held = self.lock.acquire(timeout=seconds)

    def let_go(self) -> None:
        if self._held:
            self.lock.release()

    def after_fork(self) -> None:
        self.lock, self._held = threading.RLock(), False


_gate = _Gate()


class Counter(prometheus_client.Counter):
    """A counter that reader threads may count in while the process forks."""

    def labels(self, *values: Any, **named: Any) -> Self:
        with _gate.lock:
            return super().labels(*values, **named)

    def inc(self, amount: float = 1, exemplar: dict[str, str] | None = None) -> None:
        with _gate.lock:
            super().inc(amount, exemplar)


class Gauge(prometheus_client.Gauge):
    """A gauge that reader threads may set while the process forks."""

    def set(self, value: float) -> None:
        with _gate.lock:
            super().set(value)

    def inc(self, amount: float = 1) -> None:
        with _gate.lock:
            super().inc(amount)

    def dec(self, amount: float = 1) -> None:
        with _gate.lock:
            super().dec(amount)


SESSIONS = Gauge(
    "explorer_sessions_open", "Pages that are open.", registry=REGISTRY, multiprocess_mode="livesum"
)
SESSIONS_MADE = Counter("explorer_sessions", "Pages that were opened.", registry=REGISTRY)
SPARE_PAGES = Gauge(
    "explorer_spare_pages", "Pages that are ready for whoever comes next.", registry=REGISTRY,
    multiprocess_mode="livesum",
)  # fmt: skip
PAGE_SECONDS = Histogram(
    "explorer_page_seconds",
    "Time to make a page's models, waiting for the pages before it included.",
    registry=REGISTRY,
    buckets=(0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32),
)
PICTURE_SECONDS = Histogram(
    "explorer_click_to_picture_seconds",
    "From a sample's selection until its first picture leaves.",
    registry=REGISTRY,
    buckets=(0.025, 0.05, 0.1, 0.18, 0.3, 0.6, 1.2, 2.5, 5, 10, 30),
)
CUBE_SECONDS = Histogram(
    "explorer_click_to_cube_seconds",
    "From a sample's selection until all its pictures have left.",
    registry=REGISTRY,
    buckets=(0.1, 0.25, 0.5, 0.7, 1, 2, 4, 8, 16, 32, 64),
)
CUBES = Counter(
    "explorer_cube_requests", "Cubes that were asked for, by whether they were in memory.", ["found"],
    registry=REGISTRY,
)  # fmt: skip
CUBE_BYTES = Gauge(
    "explorer_cube_cache_bytes", "Memory of the cubes that are kept.", registry=REGISTRY,
    multiprocess_mode="livesum",
)  # fmt: skip
CHIPS = Counter(
    "explorer_chips", "Chips that were asked for: read, absent, broken, or failed with the store.", ["outcome"],
    registry=REGISTRY,
)  # fmt: skip
CHIP_CACHE = Counter(
    "explorer_chip_cache_requests", "Chips of a remote corpus that were looked for on disk.", ["found"],
    registry=REGISTRY,
)  # fmt: skip
STORE_DOWN = Gauge(
    "explorer_corpus_down", "1 while the corpus does not answer.", registry=REGISTRY,
    multiprocess_mode="livemax",
)  # fmt: skip
VERDICTS = Counter(
    "explorer_verdicts", "Verdicts that were kept, those taken back included.", registry=REGISTRY
)
FILES = Counter(
    "explorer_files", "Files that were made for visitors, by outcome.", ["outcome"], registry=REGISTRY
)
LAG_SECONDS = Histogram(
    "explorer_loop_lag_seconds",
    "How late the event loop was, looked at 40 times a second.",
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5),
)
LAG_MOST = Gauge(
    "explorer_loop_lag_most_seconds", "How late the event loop was at most within the last minute.",
    registry=REGISTRY, multiprocess_mode="livemax",
)  # fmt: skip
BLOCKED = Counter(
    "explorer_loop_blocked", "Times that something held the event loop for over a second.", registry=REGISTRY
)
FAILURES = Counter(
    "explorer_failures", "Mistakes of the explorer itself, which are in the log.", registry=REGISTRY
)
REFUSED = Counter(
    "explorer_refused", "What visitors sent and did not get, by kind: request, handshake, message, login, connection.",
    ["kind"], registry=REGISTRY,
)  # fmt: skip


def text() -> bytes:
    """All numbers in Prometheus's text format; those of all processes, where there are several."""
    if os.environ.get(MULTIPROCESS):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
        return generate_latest(registry)
    with _gate.lock:
        return generate_latest(REGISTRY)
