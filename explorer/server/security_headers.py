"""What every answer tells the browser to refuse, and which of Panel's entrances nobody needs.

The policy was found by taking away what the page works without. `unsafe-eval` has to stay: Bokeh makes functions of
the text of `CustomJS` and of tick formatters, and there is no other way to hand it one. `blob:` among scripts is how
Panel loads a component's script. Styles are inline all over Bokeh. Scripts that stand in HTML never run, but for the
one of the page, which is known by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.routing import Matcher, Rule
from tornado.web import OutputTransform, RequestHandler

from explorer.core.errors import ServeError
from explorer.core.log_throttle import ThrottledWarning
from explorer.core.logs import printable
from explorer.core.proxy_secret import HEADER
from explorer.server import plain_pages, ports
from explorer.views.common.components import source

TILES = ("https://cartodb-basemaps-4.global.ssl.fastly.net", "https://server.arcgisonline.com")
"""Where the online basemaps come from."""
CLOSED = (r"/autoload\.js", r"/metadata", r"/components/.*", r"/rest/.*")
"""Panel's own: sessions for other people's pages, what the server runs, and files of a Python module that the URL names."""
MAX_MESSAGE_BYTES = 4_000_000
"""What a browser may send in one message; the longest of ours is a list of samples to review (2 MB)."""
LEAST_SECRET = 20
"""Characters of a proxy's secret."""
MAX_BODY_BYTES = 100_000
"""What else it may send: the form of the login."""
_PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # a link may tell what is under review; the login looks at Origin
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{name}=()" for name in ("camera", "geolocation", "microphone", "payment", "serial", "usb")
    ),
}


def policy(*, tiles: bool = False, embed: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of all answers. `embed` are hosts whose pages may show this one in a frame.

    Raises `ServeError` for what is no host.
    """
    embed = tuple(embed)
    for name in embed:
        if not ports.is_host(name.removeprefix("https://").removeprefix("http://")):
            raise ServeError(
                f"{name[:60]!r} cannot embed the page: it is not a host; write it as https://slides.example.org"
            )
    shell = base64.b64encode(hashlib.sha256(page_script().encode()).digest()).decode()
    parts = {
        "default-src": ("'none'",),
        "script-src": ("'self'", f"'sha256-{shell}'", "blob:", "'unsafe-eval'"),
        "style-src": ("'self'", "'unsafe-inline'"),
        "img-src": ("'self'", "data:", "blob:", *(TILES if tiles else ())),
        "connect-src": ("'self'",),
        "form-action": ("'self'",),
        "base-uri": ("'none'",),
        "frame-ancestors": ("'self'", *embed),
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in parts.items())


def page_script() -> str:
    """What stands between the page's `<script>` and `</script>`."""
    return f"\n{source('shell.js')};\n{source('connection.js')}\n"


def protect(application: Any, *, tiles: bool = False, embed: Iterable[str] = ()) -> None:
    """Give all answers of a Tornado application the headers, errors and static files too; close what is not needed."""
    embed = tuple(embed)
    told = _PLAIN | {"Content-Security-Policy": policy(tiles=tiles, embed=embed)}
    if not embed:
        told["X-Frame-Options"] = "SAMEORIGIN"  # for browsers that do not know frame-ancestors

    class Headers(OutputTransform):
        def __init__(self, request: HTTPServerRequest) -> None:
            # Said by a proxy or by whoever asks: it can only make their own cookies stricter.
            self._tls = "https" in (request.protocol, request.headers.get("X-Forwarded-Proto"))

        def transform_first_chunk(
            self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
        ) -> tuple[int, HTTPHeaders, bytes]:
            for name, value in told.items():
                headers[name] = value
            headers.pop("Server", None)  # which version of what is nobody's business
            strict = _Cookies(headers)
            strict.tls = self._tls
            return status_code, strict, chunk

    application.add_transform(Headers)
    application.add_handlers(r".*", [(f"{application.prefix}{path}", ClosedHandler) for path in CLOSED])


def refuse_strangers(application: Any, hosts: ports.Hosts) -> None:
    """Answer nothing else to who calls the server by a name that it was not told. Before other handlers are added."""
    application.add_handlers(hosts.strangers(), [(r".*", StrangeHostHandler)])


def refuse_without(application: Any, secret: str) -> None:
    """Answer nothing else to who does not bring the secret of the proxy in front. Before other handlers are added.

    Raises `ServeError` for one that is too short to be a secret.
    """
    if len(secret) < LEAST_SECRET:
        raise ServeError(f"EXPLORER_PROXY_SECRET is too short; give {LEAST_SECRET} characters or more")
    application.add_handlers(r".*", [Rule(_Without(secret), PastProxyHandler)])


class _Without(Matcher):
    """Matches requests that do not have the secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        given = request.headers.get(HEADER, "").encode("utf-8", "replace")
        return None if hmac.compare_digest(given, self._secret) else {}


class PastProxyHandler(RequestHandler):
    """Says that the way is through the proxy."""

    def prepare(self) -> None:
        """Answer, whatever was asked for."""
        self.set_status(403)
        self.set_header("Cache-Control", "no-store")
        self.finish(
            plain_pages.notice(
                "Not this way",
                "This server answers only what comes through the proxy that was named to it, as JupyterLab's.",
                "Open it there; or whoever runs it starts it without EXPLORER_PROXY_SECRET.",
            )
        )


class StrangeHostHandler(RequestHandler):
    """Says how to make a name known."""

    _seen = ThrottledWarning("host")

    def prepare(self) -> None:
        """Answer, whatever was asked for."""
        name = printable(self.request.host, 100)
        self._seen.warn(
            f"a visitor called this server {name}, which it does not know; if that is a name of this server, start it with --allow-origin {name}"
        )
        self.set_status(421)
        self.set_header("Cache-Control", "no-store")
        self.finish(
            plain_pages.notice(
                "This name is not known here",
                f"You called this server {name}, a name that it was not told. Another site could have pointed it here.",
                f"Whoever runs it makes the name known by starting it with: --allow-origin {name}",
            )
        )


class _Cookies(HTTPHeaders):
    """Headers to which Tornado adds the cookies last, each such that no other site's page can use it."""

    tls = False

    def add(self, name: str, value: str, **options: Any) -> None:
        if name == "Set-Cookie":
            said = {part.strip().partition("=")[0].lower() for part in value.split(";")[1:]}
            wanted = ("HttpOnly", "SameSite=Lax", *(("Secure",) if self.tls else ()))
            value += "".join(f"; {text}" for text in wanted if text.partition("=")[0].lower() not in said)
        super().add(name, value, **options)


class ClosedHandler(RequestHandler):
    """Says that there is nothing."""

    def prepare(self) -> None:
        self.send_error(404)
