"""The parts of a message leave in one write to the system, where Bokeh's three to nine parts are three to nine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tornado.iostream import BaseIOStream

from explorer.server.compat.trick import Trick, uses


@contextmanager
def gathered(stream: Any) -> Iterator[None]:
    """What is written to a stream within this waits for what is written after it."""
    if not TRICK.on:
        yield
        return
    stream._connecting = True  # until it is connected, it keeps what is written
    try:
        yield
    finally:
        stream._connecting = False


def _differs() -> str:
    return uses(BaseIOStream.write, "_connecting")


TRICK = Trick(
    name="one_write",
    buys="two to eight system calls a message, each of which hands the interpreter to another thread",
    known=("tornado>=6.5,<7",),
    upstream="Tornado: write several messages of a websocket at once",
    differs=_differs,
)
