"""A new session gets a document that was filled before it came: Bokeh's context makes an empty one, in a place that cannot be reached."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import bokeh.server.contexts
from bokeh.application.application import Application
from bokeh.document import Document
from bokeh.server.contexts import ApplicationContext

from explorer.server.compat.trick import Trick, lacking, takes

_TAKE: ContextVar[Callable[[], Document] | None] = ContextVar("explorer-spare-document", default=None)


def _next_document() -> Document:
    """What Bokeh calls for a new session's document."""
    take = _TAKE.get()
    return take() if take is not None else Document()


def attach(context: Any, take: Callable[[], Document], wait: Callable[[], Awaitable[None]]) -> None:
    """Give the sessions of one of Bokeh's application contexts what `take` says; before a new one comes, `wait`."""
    if not TRICK.on:
        return
    create = context.create_session_if_needed

    async def with_spare(session_id: Any, request: Any = None, token: str | None = None) -> Any:
        if session_id not in context._sessions and session_id not in context._pending_sessions:
            await wait()
        before = _TAKE.set(take)
        try:
            return await create(session_id, request, token)
        finally:
            _TAKE.reset(before)

    context.create_session_if_needed = with_spare


def _differs() -> str:
    found = lacking(ApplicationContext(Application()), "_sessions", "_pending_sessions") or takes(
        ApplicationContext.create_session_if_needed, "self", "session_id", "request", "token"
    )
    known: Any = bokeh.server.contexts
    return (
        found
        or lacking(known, "Document")
        or ("" if known.Document is Document else "another Document is in its place")
    )


def _put() -> None:
    module: Any = bokeh.server.contexts
    module.Document = _next_document


TRICK = Trick(
    name="spare_documents",
    buys="0.2 s of processor before a visitor's page is there, spent while the server has nothing to do: a page is there 18 % earlier",
    known=("bokeh>=3.9.1,<3.10",),
    upstream="Bokeh: hand a session a document of one's own making",
    differs=_differs,
    put=_put,
)
