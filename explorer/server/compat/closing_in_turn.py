"""Pages that are due are closed one in an iteration of the event loop, where Bokeh closes all of them in one."""

from __future__ import annotations

import asyncio
from typing import Any

from bokeh.server.contexts import ApplicationContext

from explorer.server.compat.trick import Trick, lacking, takes


def attach(context: Any) -> None:
    """Close the pages of one of Bokeh's application contexts so."""
    if not TRICK.on:
        return
    discard = context._discard_session

    async def after_others(*args: Any) -> None:
        await asyncio.sleep(0)
        await discard(*args)

    context._discard_session = after_others


def _differs() -> str:
    return lacking(ApplicationContext, "_discard_session") or takes(
        ApplicationContext._discard_session, "self", "session", "should_discard"
    )


TRICK = Trick(
    name="closing_in_turn",
    buys="12 ms of the event loop for each page that is closed together with another",
    known=("bokeh>=3.9.1,<3.10",),
    upstream="Bokeh: sessions that are due are closed in one iteration of the loop",
    differs=_differs,
)
