"""How a page is served: its HTML and first picture at once, its models made meanwhile in a thread.

Panel's own way makes the page's models first, on the event loop, and sends the HTML after that: the visitor looks at
nothing for that long, and all others wait. Here the HTML needs no session; the session is made while the browser
fetches the scripts, and the picture that the link asks for is drawn before any of them has run.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

import bokeh
import bokeh.server.server
import panel as pn
from bokeh.application.handlers.handler import Handler
from bokeh.document import Document
from bokeh.embed.bundle import _bundle_extensions
from bokeh.models import ImportedStyleSheet, InlineStyleSheet
from bokeh.protocol import SPEC
from bokeh.protocol.messages.error import error
from bokeh.settings import settings as bokeh_settings
from bokeh.util.token import generate_jwt_token, generate_session_id
from panel.io.application import Application
from panel.io.document import _cleanup_doc
from panel.io.resources import DIST_DIR, Resources
from panel.io.server import DocHandler, get_server
from panel.io.state import set_curdoc
from tornado.ioloop import PeriodicCallback
from tornado.web import authenticated

from explorer import guard, login, operation, page_reply, patches, ports
from explorer.corpus.corpus import Corpus
from explorer.processes import Inherited
from explorer.products import PF_SR
from explorer.views.first import first_picture
from explorer.views.parts import WORKERS, source
from explorer.views.selection import DEFAULT_DATE, Link, decode

_LOG = logging.getLogger("explorer")
_BUILDER = ThreadPoolExecutor(1, thread_name_prefix="explorer-page")
"""One thread makes all pages, one after the other: HoloViews is not thread-safe, and nothing else here uses it."""
_YEAR_S = 31_536_000
_FAILED = "This page could not be made. The server's log says why."

MakePage = Callable[[Link], pn.viewable.Viewable]
"""Makes one visitor's page, for what the link asks; called in a thread, with the session's document current."""


class PageMaker(Handler):
    """Makes a session's document in a thread, where others would do it on the event loop."""

    def __init__(self, make: MakePage) -> None:
        super().__init__()
        self._make = make

    async def on_session_created(self, session_context: Any) -> None:
        """Fill the document; a failure is logged, and told without its traceback."""
        began = time.monotonic()
        await asyncio.get_running_loop().run_in_executor(
            _BUILDER, self._make_ready, session_context._document
        )
        operation.opened(session_context, time.monotonic() - began)

    async def on_session_destroyed(self, session_context: Any) -> None:
        """Count and log it."""
        operation.closed(session_context)

    def modify_document(self, doc: Document) -> None:
        """Nothing: it was filled before this is called."""

    def _make_ready(self, doc: Document) -> None:
        self._fill(doc)
        page_reply.encode(doc)

    def _fill(self, doc: Document) -> None:
        doc.template_variables["dist_url"] = (
            "static/extensions/panel/"  # where Panel's stylesheets are; else its CDN
        )
        # Bokeh walks all models after each change of one: two thirds of a page's making. Held back, it does so once.
        with set_curdoc(doc), doc.models.freeze():
            try:
                request = getattr(doc.session_context, "request", None)
                arguments = request.arguments if request is not None else {}
                self._make(decode(arguments)).server_doc(doc, title="RapidAI4EO explorer", location=False)
            except Exception:  # noqa: BLE001  (whatever goes wrong, the visitor is told)
                _LOG.exception("a page could not be made")
                doc.clear()
                failed = pn.pane.HTML(f'<p role="alert" style="padding: 2em">{_FAILED}</p>')
                failed.server_doc(doc, title="RapidAI4EO explorer", location=False)
        # A session that is joined again would be as its link was when the page came, not as the person left it.
        doc.config.reconnect_session = doc.config.notify_connection_status = False
        _inline_stylesheets(doc)


def warm_up(make: MakePage) -> None:
    """Make a page for nobody: the first one costs seconds of imports and caches. Prepare the scripts."""
    document = Document()
    _BUILDER.submit(PageMaker(make)._fill, document).result()
    document.to_json()
    _cleanup_doc(document)
    script_bundle()


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


@dataclass(frozen=True, slots=True)
class Script:
    """All scripts of the page in one; `name` changes with the content, so that browsers may keep it for good."""

    name: str
    plain: bytes
    packed: bytes


@cache
def script_bundle() -> Script:
    """Bokeh with its widgets and tables (Panel extends their classes) and the extensions; no WebGL, no formulas."""
    folder = Path(bokeh.__file__).parent / "server" / "static" / "js"
    paths = [folder / f"{name}.min.js" for name in ("bokeh", "bokeh-widgets", "bokeh-tables")]
    paths += [Path(found.artifact_path) for found in _bundle_extensions(None, Resources(mode="server"))]
    plain = b"\n;\n".join(path.read_bytes() for path in paths)
    return Script(f"{hashlib.sha256(plain).hexdigest()[:20]}.js", plain, gzip.compress(plain, 6, mtime=0))


class ScriptHandler(login.Inside):
    """Sends the scripts, packed where the browser understands that."""

    def get(self, name: str) -> None:
        found = script_bundle()
        if name != found.name:
            self.send_error(404)
            return
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", f"public, max-age={_YEAR_S}, immutable")
        self.set_header("Vary", "Accept-Encoding")
        packed = "gzip" in self.request.headers.get("Accept-Encoding", "")
        if packed:
            self.set_header("Content-Encoding", "gzip")
        self.finish(found.packed if packed else found.plain)


class PictureHandler(login.Inside):
    """Sends the picture that a link shows first, as JPEG; 204 where there is none (a 404 would stand in the browser's console)."""

    def initialize(self, corpus: Corpus) -> None:
        self._corpus = corpus

    async def get(self) -> None:
        link = decode(self.request.arguments)
        job = partial(first_picture, self._corpus, link)
        picture = await asyncio.get_running_loop().run_in_executor(WORKERS, job)
        if picture is None:
            self.set_status(204)
            return
        self.set_header("Content-Type", "image/jpeg")
        self.set_header("Cache-Control", "private, max-age=60")
        self.write(picture)


class PageHandler(DocHandler):
    """Sends a page's HTML at once and begins to make the session that its websocket will ask for."""

    def initialize(self, *args: Any, corpus: Corpus, ahead: bool, **options: Any) -> None:
        self._corpus, self._ahead = corpus, ahead

    def __init__(self, tornado_app: Any, *args: Any, **options: Any) -> None:
        context = tornado_app._applications["/"]
        super().__init__(tornado_app, *args, application_context=context, bokeh_websocket_path="", **options)

    @authenticated
    async def get(self, *args: Any, **options: Any) -> None:
        """The HTML; or the way to log in."""
        app = self.application
        session_id = generate_session_id(secret_key=app.secret_key, signed=app.sign_sessions)
        token = generate_jwt_token(
            session_id,
            secret_key=app.secret_key,
            signed=app.sign_sessions,
            expiration=app.session_token_expiration,
            extra_payload=dict(self._generate_token_payload()),
        )
        self.set_header("Cache-Control", "no-store")  # it holds the session's token
        self.set_header("Content-Type", "text/html; charset=utf-8")
        await self.finish(page_html(self._corpus, decode(self.request.arguments), self.request.query, token))
        if not self._ahead:
            return  # its websocket can come to another process, which makes the session of what the token holds
        await self.application_context.create_session_if_needed(session_id, self.request, token)


def page_html(corpus: Corpus, link: Link, query: str, token: str) -> str:
    """The page as it is sent: its panels still empty, and the script that draws the first picture into them."""
    sample = link.sample if link.sample in corpus.samples.index else corpus.default_sample
    date = link.date or DEFAULT_DATE
    first = {
        "sample": sample,
        "iso": date.isoformat(),
        "index": PF_SR.dates.index(date),
        "picture": f"first-picture.jpg?{query}",
        "scripts": f"scripts/{quote(script_bundle().name)}",
        "token": token,
    }
    css = source("page.css").replace(":host(.dark)", "#shell.dark").replace(":host", "#shell")
    return Template(source("page.html")).substitute(
        css=css + source("shell.css"),
        theme="dark" if link.map.theme == "dark" else "",
        scripts=escape(str(first["scripts"])),
        picture=escape(str(first["picture"])),
        first=json.dumps(first).replace("<", "\\u003c"),  # a link's text must not end the script
        script=guard.page_script(),
    )


@contextmanager
def _listening_on(given: Inherited | None) -> Iterator[None]:
    """Bokeh binds its own sockets, unless it has to fork: within this, it takes those that were given."""
    module: Any = bokeh.server.server
    before = module.bind_sockets
    if given is not None:
        module.bind_sockets = lambda _address, _port: (list(given.sockets), given.port)
    try:
        yield
    finally:
        module.bind_sockets = before


class _QuietError(error):
    """What a browser hears of a failure: not the server's traceback, which is in its log."""

    @classmethod
    def create(cls, request_id: Any, text: str, **metadata: Any) -> error:
        return cls(cls.create_header(request_id=request_id), metadata, {"text": "failed", "traceback": None})


def make_server(
    corpus: Corpus,
    make: MakePage,
    *,
    port: int,
    address: str,
    allow_origins: Sequence[str] = (),
    given: Inherited | None = None,
    **options: Any,
) -> Any:
    """A server of the page, not yet started; with what is `given`, one of several at the same address."""
    SPEC.update({"ERROR": _QuietError, "PULL-DOC-REPLY": page_reply.PageReply, "PATCH-DOC": patches.Patch})
    # Bokeh looks for mistakes in a layout on the event loop, 0.1 s a page. The page is the same each time.
    bokeh_settings.perform_document_validation = False
    pages: dict[str, Any] = {"/": Application(PageMaker(make))}
    options.setdefault("verbose", given is None)  # names its address
    options |= login.options(corpus.config)
    options.setdefault("websocket_max_message_size", guard.MAX_MESSAGE_BYTES)
    options.setdefault("http_server_kwargs", {}).setdefault("max_body_size", guard.MAX_BODY_BYTES)
    with _listening_on(given):
        server = get_server(
            pages, port=port, address=address, start=False, show=False,
            websocket_origin=ports.origins(address, port, allow_origins), **options,
        )  # fmt: skip
    if given is not None:
        server.io_loop.add_callback(given.tell_ready)
        PeriodicCallback(lambda: server.io_loop.stop() if given.orphaned else None, 1000).start()
    server._tornado.add_handlers(
        r".*",
        [
            (r"/ws", login.OwnSocket),
            (r"/", PageHandler, {"corpus": corpus, "ahead": given is None}),
            (r"/first-picture\.jpg", PictureHandler, {"corpus": corpus}),
            (r"/scripts/([0-9a-f]+\.js)", ScriptHandler),
        ],
    )
    operation.attach(server, corpus)
    guard.protect(server._tornado, tiles=corpus.config.tiles, embed=corpus.config.embed_in.split())
    return server
