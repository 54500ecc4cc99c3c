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
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from html import escape
from string import Template
from typing import Any
from urllib.parse import quote

from bokeh.embed.bundle import bundle_for_objs_and_resources
from bokeh.resources import Resources
from bokeh.server.views.ico_handler import IcoHandler
from bokeh.settings import settings as bokeh_settings
from bokeh.util.token import generate_jwt_token, generate_session_id
from panel.io.application import Application
from panel.io.server import DocHandler, get_server
from tornado.ioloop import PeriodicCallback
from tornado.web import RequestHandler, authenticated

from explorer.core.errors import NoRoomError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.server import (
    auth,
    compat,
    connections,
    health,
    plain_pages,
    ports,
    secret,
    security_headers,
)
from explorer.server.admission import COME_AGAIN_S, Admission, Proxies
from explorer.server.api import routes, uploads
from explorer.server.guide_pages import GuideHandler
from explorer.server.sessions import TICK_S, MakePage, PageMaker, PagePool, PreparedPage, WarmUp
from explorer.server.websocket import MAX_TOKEN, Counting, EntryControl, OwnSocket, entry_control, say_no_room
from explorer.server.workers import BEAT_S, Inherited
from explorer.views.animation.first_frame import first_picture
from explorer.views.common import visitor
from explorer.views.common.components import WORKERS, bundle, source
from explorer.views.common.selection import DEFAULT_DATE, Link, decode

_LOG = logging.getLogger("explorer")
_YEAR_S = 31_536_000
REFUSED_S = 1.0
"""Who gets no page is told so a second later: a flood of requests is to cost little."""
PATIENCE_S = 5.0
"""How long a page that nobody has connected to waits for its turn to be made; then it is not."""


@dataclass(frozen=True, slots=True)
class Script:
    """All scripts of the page in one; `name` changes with the content, so that browsers may keep it for good."""

    name: str
    packed: bytes

    @property
    def plain(self) -> bytes:
        """For the rare browser that takes nothing packed."""
        return gzip.decompress(self.packed)


@cache
def script_bundle() -> Script:
    """Bokeh with its widgets and tables (Panel extends their classes) and the extensions; no WebGL, no formulas."""
    resources = Resources(mode="inline", minified=True, components=["bokeh", "bokeh-widgets", "bokeh-tables"])
    found = bundle_for_objs_and_resources(None, resources)
    return _packed("\n;\n".join(found.js_raw).encode())


@cache
def component_bundle() -> Script:
    """The scripts of our own components, as one ES module."""
    return _packed(bundle().encode())


def _packed(plain: bytes) -> Script:
    return Script(f"{hashlib.sha256(plain).hexdigest()[:20]}.js", gzip.compress(plain, 6, mtime=0))


class ScriptHandler(auth.Inside):
    """Sends the scripts, packed where the browser understands that."""

    def get(self, name: str) -> None:
        found = next((one for one in (script_bundle(), component_bundle()) if one.name == name), None)
        if found is None:
            self.send_error(404)
            return
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", f"public, max-age={_YEAR_S}, immutable")
        self.set_header("Vary", "Accept-Encoding")
        packed = "gzip" in self.request.headers.get("Accept-Encoding", "")
        if packed:
            self.set_header("Content-Encoding", "gzip")
        self.finish(found.packed if packed else found.plain)

    head = get


class PictureHandler(auth.Inside):
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

    head = get


class PageHandler(DocHandler):
    """Sends a page's HTML at once and begins to make the session that its websocket will ask for."""

    def initialize(self, *args: Any, corpus: Corpus, ahead: bool, **options: Any) -> None:
        self._corpus, self._ahead = corpus, ahead

    def __init__(self, tornado_app: Any, *args: Any, **options: Any) -> None:
        context = tornado_app.applications["/"]
        super().__init__(tornado_app, *args, application_context=context, bokeh_websocket_path="", **options)

    def get_login_url(self) -> str:
        """Beside the page, wherever a proxy serves that."""
        return "login"

    @authenticated
    async def get(self, *args: Any, **options: Any) -> None:
        """The HTML; or the way to log in, or why there is no page now."""
        app, entry, address = (
            self.application,
            entry_control(self.application),
            entry_control(self.application).address(self),
        )
        makes = self._ahead and self.request.method != "HEAD"
        try:
            entry.admission.ask(address)  # before anything is made for it: who floods is to cost little
            await asyncio.sleep(entry.wait_for_turn(address))
            # Bokeh asks the system for each letter: on the loop it would give way to all other threads each time.
            session_id = await asyncio.to_thread(
                generate_session_id, secret_key=app.secret_key, signed=app.sign_sessions
            )
            token = generate_jwt_token(
                session_id,
                secret_key=app.secret_key,
                signed=app.sign_sessions,
                expiration=app.session_token_expiration,
                extra_payload=self._told(),
            )
            self.set_header("Cache-Control", "no-store")  # it holds the session's token
            self.set_header("Content-Type", "text/html; charset=utf-8")
            if len(token) > MAX_TOKEN:
                self.set_status(414)
                await self.finish(
                    plain_pages.notice("This link is too long", "It says more than a page can show.")
                )
                return
            (partial(entry.admission.order, session_id) if makes else entry.admission.ask)(address)
        except NoRoomError as error:
            await self._no_room(error, address)
            return
        await self.finish(page_html(self._corpus, decode(self.request.arguments), self.request.query, token))
        if not makes:
            return  # its websocket can come to another process, which makes the session of what the token holds
        ordered, create = time.monotonic(), self.application_context.create_session_if_needed

        def given_up() -> bool:  # a browser connects at once; one that comes later makes the page itself
            late = time.monotonic() - ordered > PATIENCE_S and not entry.admission.is_joined(session_id)
            if late:
                entry.admission.gone(session_id)
            return late

        try:
            await entry.make(
                session_id, address, partial(create, session_id, self.request, token), unless=given_up
            )
        except BaseException:
            entry.admission.gone(session_id)
            raise

    head = get

    def _told(self) -> dict[str, Any]:
        """What a session is told of its request: not what else a browser sends along, which would make its token long."""
        cookies = {name: one.value for name, one in self.request.cookies.items() if name in visitor.COOKIES}
        told = {"headers": {}, "cookies": cookies, "arguments": self.request.arguments}
        return told | self.application_context.application.process_request(self.request)

    async def _no_room(self, error: NoRoomError, address: str) -> None:
        say_no_room(error, address)
        await asyncio.sleep(REFUSED_S)
        self.set_status(503)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Retry-After", str(COME_AGAIN_S))
        await self.finish(
            plain_pages.notice(
                "No room for another page",
                f"{error}.",
                "Close some of them, or try again in half a minute.",
            )
        )


class SlashHandler(RequestHandler):
    """Leads from the prefix without a slash at its end to the page: its other addresses are given beside it."""

    def get(self) -> None:
        query = f"?{self.request.query}" if self.request.query else ""
        self.redirect(f"{self.request.path.rpartition('/')[2]}/{query}")

    head = get


def page_html(corpus: Corpus, link: Link, query: str, token: str) -> str:
    """The page as it is sent: its panels still empty, and the script that draws the first picture into them."""
    sample = link.sample if link.sample in corpus else corpus.default_sample
    date = link.date or DEFAULT_DATE
    first = {
        "sample": sample,
        "iso": date.isoformat(),
        "index": PF_SR.dates.index(date),
        "picture": f"first-picture.jpg?{query}",
        "scripts": f"scripts/{quote(script_bundle().name)}",
        "components": f"scripts/{quote(component_bundle().name)}",
        "token": token,
    }
    css = source("page.css").replace(":host(.dark)", "#shell.dark").replace(":host", "#shell")
    return Template(source("page.html")).substitute(
        css=css + source("shell.css"),
        theme="dark" if link.map.theme == "dark" else "",
        scripts=escape(str(first["scripts"])),
        components=escape(str(first["components"])),
        picture=escape(str(first["picture"])),
        first=json.dumps(first).replace("<", "\\u003c"),  # a link's text must not end the script
        script=security_headers.page_script(),
    )


def make_server(
    corpus: Corpus,
    make: MakePage,
    *,
    port: int,
    address: str,
    allow_origins: Sequence[str] = (),
    given: Inherited | None = None,
    prepare: Callable[[], PreparedPage] | None = None,
    warm: WarmUp | None = None,
    **options: Any,
) -> Any:
    """A server of the page, not yet started; with what is `given`, one of several at the same address.

    Pages are made ahead of their visitors by `prepare` while the server has nothing else to do. `warm` begins as soon as its loop runs; until
    it is done, `/health` says that the server is not `ready`.
    """
    compat.install(plain=corpus.config.plain)
    # Bokeh looks for mistakes in a layout on the event loop, 0.1 s a page. The page is the same each time.
    bokeh_settings.perform_document_validation = False
    pool = None if prepare is None else PagePool(prepare, corpus.config.spare_pages)
    config = corpus.config
    proxies = Proxies(config.trusted_proxies)
    admission = Admission(config.max_pages, config.max_pages_per_address)
    entry = EntryControl(ports.Hosts(address, port, allow_origins), admission, proxies)
    pages: dict[str, Any] = {"/": Application(Counting(admission), PageMaker(make, pool))}
    verbose = options.pop("verbose", given is None)
    options |= auth.options(config, address=address, port=port, names=allow_origins)
    # Those of other processes and machines that share the secret are as good as our own.
    signs = secret.of(config.cookie_secret.get_secret_value(), config.data_dir, may_pass=given is None)
    options |= {"sign_sessions": True, "secret_key": secret.derived(signs, "session tokens")}
    # What a session is told of its request: not what else a browser sends along, which would make its token long.
    options |= {"include_headers": [], "include_cookies": list(visitor.COOKIES)}
    prefix = ports.path_prefix(config.prefix)
    # A cookie of a hub's user is for this server alone, and not for all that the hub serves.
    options |= {"prefix": prefix, "cookie_path": f"{prefix}/"}
    options.setdefault("websocket_max_message_size", security_headers.MAX_MESSAGE_BYTES)
    options.setdefault("http_server_kwargs", {}).setdefault("max_body_size", security_headers.MAX_BODY_BYTES)
    # Bokeh binds a socket of its own: where one is given, any port.
    sockets, bound = ((), port) if given is None else (given.sockets, 0)
    with connections.limited(config.max_connections_per_address, proxies.trusts, sockets) as applications:
        server = get_server(
            pages, port=bound, address=address, start=False, show=False, verbose=False,
            websocket_origin=ports.origins(address, port, allow_origins), **options,
        )  # fmt: skip
    (application,) = applications
    if pool is not None:
        pool.attach(application.applications["/"])
        application.settings["page_pool"] = pool
        PeriodicCallback(pool.tick, 1000 * TICK_S).start()
    settled = pool.begin if pool is not None else None
    if warm is not None:
        server.io_loop.add_callback(warm.start, settled)
    elif settled is not None:
        settled()
    if given is not None:
        server.io_loop.add_callback(given.beat)
        PeriodicCallback(given.beat, 1000 * BEAT_S).start()
        PeriodicCallback(lambda: server.io_loop.stop() if given.orphaned else None, 1000).start()
    application.settings["entry_control"] = entry
    secret_of_proxy = config.proxy_secret.get_secret_value()
    if secret_of_proxy:  # before all else
        security_headers.refuse_without(application, secret_of_proxy)
    else:
        security_headers.refuse_strangers(application, entry.hosts)
    if visitor.asked():
        entry.watch(application.auth_provider.holder)
    below = application.prefix
    application.add_handlers(
        r".*",
        [
            (f"{below}/ws", OwnSocket),
            (f"{below}/", PageHandler, {"corpus": corpus, "ahead": given is None}),
            (rf"{below}/first-picture\.jpg", PictureHandler, {"corpus": corpus}),
            (rf"{below}/scripts/([0-9a-f]+\.js)", ScriptHandler),
            (f"{below}/guide", GuideHandler),
            (f"{below}/guide/([^/]{{1,60}})", GuideHandler),
            *(
                [(below, SlashHandler), (f"{below}/favicon.ico", IcoHandler, {"app": application})]
                if below
                else []
            ),
        ],
    )
    allowed = uploads.may_upload(
        config.uploads, address, behind=bool(allow_origins or config.trusted_proxies)
    )
    visitor.let_upload(allowed)
    routes.attach(application, corpus, uploads=allowed)
    health.attach(
        application,
        corpus,
        ready=lambda: warm is None or warm.done,
        **auth.health(application.auth_provider),
    )
    security_headers.protect(application, tiles=config.tiles, embed=config.embed_in.split())
    if verbose:  # Panel's own line forgets the brackets of an IPv6 address
        sys.stdout.write(f"Launching server at {ports.url(address, server.port or port)}\n")
        sys.stdout.flush()
    return server
