"""Pages: made in a thread, for a visitor or, while nothing else is to do, for the one who comes next."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

import bokeh.server.contexts
import panel as pn
import panel.io.document
from bokeh.application.handlers.handler import Handler
from bokeh.document import Document
from bokeh.models import ImportedStyleSheet, InlineStyleSheet
from panel.io.document import _cleanup_doc
from panel.io.resources import DIST_DIR
from panel.io.state import set_curdoc

from explorer.core import metrics
from explorer.server import document_reply, health
from explorer.server.gc_policy import Tidy
from explorer.server.session_cleanup import PageModels
from explorer.views.common.selection import Link, decode

_LOG = logging.getLogger("explorer")
_BUILDER = ThreadPoolExecutor(1, thread_name_prefix="explorer-page")
"""One thread makes all pages, one after the other: HoloViews is not thread-safe, and nothing else here uses it."""
_FAILED = "This page could not be made. The server's log says why."
_TITLE = "RapidAI4EO explorer"
LOOK_S = 1.0
_QUIET = 0.15
"""Of a processor: a server that uses less has nothing to do."""

MakePage = Callable[[Link], pn.viewable.Viewable]
"""Makes one visitor's page, for what the link asks; called in a thread, with the session's document current."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A page for whoever comes next; `begin` shows what their link asks for, once."""

    page: pn.viewable.Viewable
    begin: Callable[[Link], None]


class PageMaker(Handler):
    """Makes a session's document in a thread, where others would do it on the event loop."""

    def __init__(self, make: MakePage, spares: Spares | None = None) -> None:
        super().__init__()
        self._make, self._spares = make, spares

    async def on_session_created(self, session_context: Any) -> None:
        """Fill the document; a failure is logged, and told without its traceback."""
        began = time.monotonic()
        await asyncio.get_running_loop().run_in_executor(
            _BUILDER, self._make_ready, session_context._document
        )
        health.opened(session_context, time.monotonic() - began)

    async def on_session_destroyed(self, session_context: Any) -> None:
        """Count and log it."""
        health.closed(session_context)
        if self._spares is not None:
            self._spares.tidy.closed()

    def modify_document(self, doc: Document) -> None:
        """Nothing: it was filled before this is called."""

    def _make_ready(self, doc: Document) -> None:
        begin = self._spares.begins(doc) if self._spares is not None else None
        if begin is None:
            self._fill(doc)
            if self._spares is not None:
                self._spares.tidy.made()
        else:
            _fill(doc, begin)
        document_reply.encode(doc)

    def _fill(self, doc: Document) -> None:
        def make(link: Link) -> None:
            self._make(link).server_doc(doc, title=_TITLE, location=False)

        _prepare(doc)
        _fill(doc, make)


class Spares:
    """Pages that wait for visitors: made one at a time while the server has nothing to do. Use it on the event loop."""

    def __init__(self, make: Callable[[], Ahead], count: int) -> None:
        self._make, self._count = make, count
        self.tidy = Tidy()
        self._ready: deque[Document] = deque()
        self._begin: dict[Document, Callable[[Link], None]] = {}
        self._making: asyncio.Future[None] | None = None
        self._looked, self._used = time.monotonic(), time.process_time()
        self._quiet = 0.0

    def __len__(self) -> int:
        return len(self._ready)

    def attach(self, context: Any) -> None:
        """Give the sessions of one of Bokeh's application contexts these documents, where it would make empty ones."""
        create = context.create_session_if_needed
        module: Any = bokeh.server.contexts
        module.Document = _next_document
        # Panel looks through all objects five seconds after a visitor has left, whoever waits then; `gc_policy` does when nobody waits.
        panel.io.document._garbage_collect = lambda: None

        async def with_spare(session_id: Any, request: Any = None, token: str | None = None) -> Any:
            known = session_id in context._sessions or session_id in context._pending_sessions
            if not known and not self._ready and self._making is not None:
                await asyncio.shield(self._making)  # it is half done; another one would be made after it
            before = _SPARES.set(self)
            try:
                return await create(session_id, request, token)
            finally:
                _SPARES.reset(before)

        context.create_session_if_needed = with_spare
        discard = context._discard_session

        async def after_others(*args: Any) -> None:
            await asyncio.sleep(
                0
            )  # each takes 12 ms; Bokeh closes all that are due in one iteration of the loop
            await discard(*args)

        context._discard_session = after_others

    def begins(self, doc: Document) -> Callable[[Link], None] | None:
        """What makes a spare page a visitor's; None where the document is not one of ours."""
        return self._begin.pop(doc, None)

    def take(self) -> Document:
        """A page that is ready but for its link, or an empty document."""
        if not self._ready:
            return Document()
        doc = self._ready.popleft()
        metrics.SPARE_PAGES.set(len(self))
        return doc

    async def look(self) -> None:
        """Once a second: if nothing is to do, clear up, or make a page."""
        now, used = time.monotonic(), time.process_time()
        busy = (used - self._used) / max(now - self._looked, 1e-3)
        self._quiet = self._quiet + now - self._looked if busy < _QUIET else 0.0
        self._looked, self._used = now, used
        # Where pages are made: what HoloViews noted of objects that go is not to change while others are made.
        cleared = await asyncio.get_running_loop().run_in_executor(_BUILDER, self.tidy.look, self._quiet)
        if cleared or not self._quiet or self._making is not None:
            return
        if len(self._ready) < self._count:
            await self.make_one()

    async def make_one(self) -> None:
        """Make a page for whoever comes next."""
        doc = Document()
        making = asyncio.get_running_loop().run_in_executor(_BUILDER, self._make_spare, doc)
        self._making = asyncio.ensure_future(making)
        try:
            await self._making
        except Exception:  # noqa: BLE001  whatever went wrong: a visitor's own page will be tried, and they are told
            _LOG.exception("a page could not be made ahead; no more is tried")
            self._count = 0
        else:
            self._ready.append(doc)
            metrics.SPARE_PAGES.set(len(self))
        finally:
            self._making = None

    def _make_spare(self, doc: Document) -> None:
        _prepare(doc)
        with set_curdoc(doc), doc.models.freeze():
            ahead = self._make()
            ahead.page.server_doc(doc, title=_TITLE, location=False)
        _inline_stylesheets(doc)
        self._begin[doc] = ahead.begin
        self.tidy.made()


_SPARES: ContextVar[Spares | None] = ContextVar("explorer-spares", default=None)


def _next_document() -> Document:
    """What Bokeh calls for a new session's document."""
    spares = _SPARES.get()
    return spares.take() if spares is not None else Document()


def warm_up(make: MakePage) -> None:
    """Make a page for nobody: the first one costs seconds of imports and caches."""
    document = Document()
    _BUILDER.submit(PageMaker(make)._fill, document).result()
    document.to_json()
    _cleanup_doc(document)


def _prepare(doc: Document) -> None:
    """Make a document that is still empty one of ours."""
    doc.models = PageModels(doc, _BUILDER.submit)
    # Where Panel's stylesheets are; else its CDN.
    doc.template_variables["dist_url"] = "static/extensions/panel/"


def _fill(doc: Document, make: Callable[[Link], None]) -> None:
    # Bokeh walks all models after each change of one: two thirds of a page's making. Held back, it does so once.
    with set_curdoc(doc), doc.models.freeze():
        try:
            request = getattr(doc.session_context, "request", None)
            make(decode(request.arguments if request is not None else {}))
        except Exception:  # noqa: BLE001  (whatever goes wrong, the visitor is told)
            _LOG.exception("a page could not be made")
            doc.clear()
            failed = pn.pane.HTML(f'<p role="alert" style="padding: 2em">{_FAILED}</p>')
            failed.server_doc(doc, title=_TITLE, location=False)
    # A session that is joined again would be as its link was when the page came, not as the person left it.
    doc.config.reconnect_session = doc.config.notify_connection_status = False
    _inline_stylesheets(doc)


@cache
def _stylesheet(name: str) -> str:
    return (DIST_DIR / name).read_text(encoding="utf-8")


def _inline_stylesheets(doc: Document) -> None:
    """Put Panel's stylesheets into the document: as links, they are fetched when all else is there already."""
    shared: dict[str, InlineStyleSheet] = {}
    model: Any
    with doc.models.freeze():
        for model in list(doc.models):
            sheets = getattr(model, "stylesheets", None) or []
            if any(isinstance(sheet, ImportedStyleSheet) for sheet in sheets):
                model.stylesheets = [_inlined(sheet, shared) for sheet in sheets]


def _inlined(sheet: Any, shared: dict[str, InlineStyleSheet]) -> Any:
    if not isinstance(sheet, ImportedStyleSheet):
        return sheet
    found = re.search(r"(?:/dist/|extensions/panel/)([\w/.-]+\.css)", str(sheet.url))
    if found is None or not (DIST_DIR / found[1]).is_file():
        return sheet
    return shared.setdefault(found[1], InlineStyleSheet(css=_stylesheet(found[1])))
