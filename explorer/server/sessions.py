"""Pages: made in a thread, for a visitor or, while nothing else is to do, for the one who comes next."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from typing import Any

import panel as pn
from bokeh.application.handlers.handler import Handler
from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.models import ImportedStyleSheet, InlineStyleSheet
from bokeh.server.contexts import BokehSessionContext
from bokeh.server.session import ServerSession
from panel.io.resources import DIST_DIR
from panel.io.state import set_curdoc

from explorer.core import metrics
from explorer.server import document_reply, health
from explorer.server.compat import one_collection, spare_documents
from explorer.server.gc_policy import IdleCollector
from explorer.views.common.selection import Link, decode

_LOG = logging.getLogger("explorer")
_BUILDER = ThreadPoolExecutor(1, thread_name_prefix="explorer-page")
"""One thread makes all pages, one after the other: HoloViews is not thread-safe, and nothing else here uses it."""
_FAILED = "This page could not be made. The server's log says why."
_TITLE = "RapidAI4EO explorer"
TICK_S = 1.0
_QUIET = 0.15
"""Of a processor: a server that uses less has nothing to do."""

MakePage = Callable[[Link], pn.viewable.Viewable]
"""Makes one visitor's page, for what the link asks; called in a thread, with the session's document current."""


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """A page made before its visitor comes; `begin` shows what their link asks for, once."""

    page: pn.viewable.Viewable
    begin: Callable[[Link], None]


class PageMaker(Handler):
    """Makes a session's document in a thread, where others would do it on the event loop."""

    def __init__(self, make: MakePage, pool: PagePool | None = None) -> None:
        super().__init__()
        self._make, self._pool = make, pool

    async def on_session_created(self, session_context: Any) -> None:
        """Fill the document; a failure is logged, and told without its traceback."""
        began = time.monotonic()
        await session_context.with_locked_document(self._made_in_thread)
        health.opened(session_context, time.monotonic() - began)

    async def on_session_destroyed(self, session_context: Any) -> None:
        """Count and log it."""
        health.closed(session_context)
        if self._pool is not None and self._pool.collector is not None:
            self._pool.collector.closed()

    def modify_document(self, doc: Document) -> None:
        """Nothing: it was filled before this is called."""

    async def _made_in_thread(self, doc: Document) -> None:
        await asyncio.get_running_loop().run_in_executor(_BUILDER, self._make_ready, doc)

    def _make_ready(self, doc: Document) -> None:
        begin = self._pool.claim(doc) if self._pool is not None else None
        if begin is None:
            self._fill(doc)
            if self._pool is not None and self._pool.collector is not None:
                self._pool.collector.made()
        else:
            _fill(doc, begin)
        document_reply.encode(doc)

    def _fill(self, doc: Document) -> None:
        def make(link: Link) -> None:
            self._make(link).server_doc(doc, title=_TITLE, location=False)

        _prepare(doc)
        _fill(doc, make)


class PagePool:
    """Pages that wait for visitors: made one at a time while the server has nothing to do. Use it on the event loop.

    None are made where a session cannot be given one (`compat.spare_documents`), and garbage is left to Python and Panel where that is
    not ours to do (`compat.one_collection`).
    """

    def __init__(self, make: Callable[[], PreparedPage], count: int) -> None:
        self._make, self._count = make, count if spare_documents.TRICK.on else 0
        self.collector = IdleCollector() if one_collection.TRICK.on else None
        self._ready: deque[Document] = deque()
        self._begin: dict[Document, Callable[[Link], None]] = {}
        self._making: asyncio.Future[None] | None = None
        self._looked, self._used = time.monotonic(), time.process_time()
        self._quiet = 0.0

    def __len__(self) -> int:
        return len(self._ready)

    def attach(self, context: Any) -> None:
        """Give the sessions of one of Bokeh's application contexts these documents, where it would make empty ones."""
        spare_documents.attach(context, self.take, self._half_done)

    def begin(self) -> None:
        """Once all is made that stays: what is there now is not looked through again, and its free memory goes back."""
        if self.collector is not None:
            self.collector.begin()

    async def _half_done(self) -> None:
        """Wait for the page that is being made: another one would be made after it."""
        if not self._ready and self._making is not None:
            await asyncio.shield(self._making)

    def claim(self, doc: Document) -> Callable[[Link], None] | None:
        """Take a prepared page for its visitor: what shows their link on it; None where the document is not one of ours."""
        return self._begin.pop(doc, None)

    def take(self) -> Document:
        """A page that is ready but for its link, or an empty document."""
        if not self._ready:
            return Document()
        doc = self._ready.popleft()
        metrics.SPARE_PAGES.set(len(self))
        return doc

    async def tick(self) -> None:
        """Once a second: if nothing is to do, clear up, or make a page."""
        now, used = time.monotonic(), time.process_time()
        busy = (used - self._used) / max(now - self._looked, 1e-3)
        self._quiet = self._quiet + now - self._looked if busy < _QUIET else 0.0
        self._looked, self._used = now, used
        cleared = False
        if self.collector is not None:
            # Where pages are made: what HoloViews noted of objects that go is not to change while others are made.
            cleared = await asyncio.get_running_loop().run_in_executor(
                _BUILDER, self.collector.tick, self._quiet
            )
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
        if self.collector is not None:
            self.collector.made()


class WarmUp:
    """A page for nobody: the first one costs seconds of imports, compiled loops and caches.

    It is made once the server answers. Who comes meanwhile has the HTML and the first picture at once, and the next page that is made.
    """

    def __init__(self, make: MakePage) -> None:
        self._make = make
        self._working: Future[None] | None = None
        self._over = False

    @property
    def done(self) -> bool:
        """Whether pages are made as fast as they will be."""
        return self._working is not None and self._working.done()

    def start(self, then: Callable[[], None] | None = None) -> None:
        """Begin, in the thread that makes pages, where `then` is called after it. Nothing after `end`."""
        if not self._over:
            self._working = _BUILDER.submit(self._work, then)

    def end(self) -> None:
        """Wait until it is made, if it has begun: it would go on with a corpus that is closed."""
        self._over = True
        if self._working is not None and not self._working.cancel():
            wait([self._working])

    def _work(self, then: Callable[[], None] | None) -> None:
        try:
            _make_for_nobody(self._make)
        except Exception:  # noqa: BLE001  whatever went wrong: a visitor's own page will be tried, and they are told
            _LOG.exception("the first page could not be made")
        if then is not None:
            then()


def _make_for_nobody(make: MakePage) -> None:
    document = Document()
    PageMaker(make)._fill(document)
    document.to_json()
    nobody = BokehSessionContext(ID("warm-up"), None, document)  # type: ignore[arg-type]
    for callback in document.session_destroyed_callbacks:
        callback(nobody)
    ServerSession(nobody.id, document).destroy()


def _prepare(doc: Document) -> None:
    """Make a document that is still empty one of ours."""
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
