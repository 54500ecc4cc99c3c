"""A page without a browser: what its components would send, what a browser would say, and waiting for what follows."""

from __future__ import annotations

import faulthandler
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from explorer.corpus.corpus import Corpus
from explorer.views.common.components import Component, SessionScheduler
from explorer.views.common.selection import Selection

SECONDS = 60.0
"""How long something may take that a test waits for; on a crowded machine."""


def sent(component: Component, *kinds: str) -> list[dict[str, Any]]:
    """Messages of some kinds that wait for the browser, in their order."""
    return [message for message in list(component._outbox) if message["type"] in kinds]


def say(component: Component, what: str, **content: Any) -> None:
    """What the browser's side of a component says."""
    component._handle_msg({"type": what, **content})


def threads() -> str:
    """What every thread does, for a failure that is seen once in a thousand runs."""
    with tempfile.TemporaryFile("w+") as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        return file.read()


def until(
    condition: Callable[[], Any],
    seconds: float = SECONDS,
    why: Callable[[], str] = lambda: f"it did not come\n{threads()}",
) -> Any:
    """Wait until something is so, as threads make it so; what the condition found.

    Where a condition asks for the last message of a kind and there is none yet, it is not so yet.
    """

    def found() -> Any:
        try:
            return condition()
        except IndexError:
            return None

    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, why()
        time.sleep(0.01)
    return value


class BesideTheMap:
    """A panel beside the map, alone: of the map there is only that it says what its filters leave."""

    def __init__(
        self, corpus: Corpus, view: Callable[[Corpus, Selection, SessionScheduler, str], Any]
    ) -> None:
        self.corpus, self.selection = corpus, Selection()
        self.session = self.selection.session
        self.view = view(corpus, self.selection, SessionScheduler(), "bus")
        self.selection.map.param.watch(lambda _e: self.filtered(), ["filters", "area"])
        self.filtered()

    def filtered(self) -> None:
        mask = self.selection.map.filters.mask(self.corpus.filter_table)
        self.session.filtered_rows = np.flatnonzero(mask)

    def say(self, what: str, **content: Any) -> None:
        say(self.view.panel, what, **content)

    def last(self, kind: str) -> dict[str, Any]:
        return sent(self.view.panel, kind)[-1]
