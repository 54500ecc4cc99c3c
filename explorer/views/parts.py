"""What all views are made of: regions with names, components with scripts, and a way back to the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import panel as pn
import param
from panel.custom import JSComponent

HERE = Path(__file__).parent
WORKERS = ThreadPoolExecutor(4, thread_name_prefix="explorer-view")
"""Threads for what views compute: shading, painting, encoding."""


def source(name: str) -> str:
    """The text of a script or stylesheet beside the views."""
    return (HERE / name).read_text(encoding="utf-8")


def script(name: str) -> str:
    """A component's script, the helpers that all of them share before it."""
    return source("shared.js") + "\n" + source(name)


class Region(pn.Column):
    """A part of the page that assistive technology (and tests) find by its name."""

    label = param.String(doc="The accessible name.")

    _rename = {"label": None}

    def _get_properties(self, doc: Any) -> dict[str, Any]:
        properties = super()._get_properties(doc)
        properties["html_attributes"] = {"role": "region", "aria-label": self.label}
        return properties


class Component(JSComponent):
    """A component that talks in messages: `on` says what each kind that the browser sends does.

    Messages sent before the browser's side is there would be lost: they wait for its `ready`.
    """

    bus = param.String(doc="Name of the event bus that the components of one page share in the browser.")

    __abstract = True

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._ready = False
        self._waiting: list[dict[str, Any]] = []
        self.on: dict[str, Callable[[dict[str, Any]], None]] = {}

    def send(self, kind: str, **content: Any) -> None:
        """Send a message to the browser; on the event loop only."""
        message = {"type": kind, **content}
        if self._ready:
            self._send_msg(message)
        else:
            self._waiting.append(message)

    def _handle_msg(self, data: Any) -> None:
        if not isinstance(data, dict):
            return
        kind = data.get("type")
        if kind == "ready":
            # Sent again when the browser draws the component anew (a notebook cell shown twice).
            self._ready = True
            waiting, self._waiting = self._waiting, []
            if "ready" in self.on:
                self.on["ready"](data)
            for message in waiting:
                self._send_msg(message)
        elif kind in self.on:
            self.on[kind](data)


class Loop:
    """The way back to one session's event loop from any thread."""

    def __init__(self) -> None:
        self._doc = pn.state.curdoc
        self.closed = False
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    def call(self, function: Callable[[], None]) -> None:
        """Run a function on the loop, with the document locked. Nothing where the session is gone."""
        if self.closed:
            return

        def guarded() -> None:
            if not self.closed:
                function()

        doc = self._doc
        if doc is not None and doc.session_context is not None:
            doc.add_next_tick_callback(guarded)
        elif self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(guarded)
        else:  # a plain script: there is no loop to come back to
            guarded()

    def work(self, job: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Run a job in a thread and what follows on the loop."""

        def run() -> None:
            result = job()
            self.call(lambda: then(result))

        WORKERS.submit(run).add_done_callback(_log_failure)


def _log_failure(future: Any) -> None:
    error = future.exception()
    if error is not None:
        import logging

        logging.getLogger("explorer").error("a view's background work failed", exc_info=error)
