"""Random delays wherever threads hand on to one another: a test that counts on who comes first fails with them.

A plugin for pytest: `DELAYS=1 python -m pytest -p tests.delays tests/unit`; another number, other delays.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from explorer.corpus.imagery.read_threads import ReaderPool
from explorer.views.common.components import SessionScheduler

SECONDS = (0, 0, 0, 0.01, 0.03, 0.1, 0.25)
"""Of which one is drawn each time."""
SHARE_OF_CHIPS = 0.2
"""Chips whose reading is delayed: of 146 a cube, all would only be slow."""

_random = random.Random(int(os.environ.get("DELAYS", "1")))
_submit, _read, _call = ThreadPoolExecutor.submit, ReaderPool.submit, SessionScheduler.call
drawn = 0
"""How often something was delayed."""


def wait() -> None:
    """Come later, or not."""
    global drawn
    drawn += 1
    time.sleep(_random.choice(SECONDS))


def _delayed_submit(
    self: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **options: Any
) -> Future[Any]:
    def late(*args: Any, **options: Any) -> Any:
        wait()
        return fn(*args, **options)

    ours = str(getattr(self, "_thread_name_prefix", "")).startswith("explorer")
    return _submit(self, late if ours else fn, *args, **options)


def _delayed_read(self: ReaderPool, rank: int, job: Callable[[], None]) -> None:
    def late() -> None:
        if _random.random() < SHARE_OF_CHIPS:
            wait()
        job()

    _read(self, rank, late)


def _delayed_call(self: SessionScheduler, function: Callable[[], None]) -> None:
    if threading.current_thread() is not threading.main_thread():
        wait()
    _call(self, function)


def pytest_configure() -> None:
    """Put the delays in."""
    ThreadPoolExecutor.submit = _delayed_submit  # type: ignore[method-assign, assignment]
    ReaderPool.submit = _delayed_read  # type: ignore[method-assign]
    SessionScheduler.call = _delayed_call  # type: ignore[method-assign]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say that they were there."""
    terminalreporter.write_line(
        f"{drawn} random delays between threads (DELAYS={os.environ.get('DELAYS', '1')})"
    )
