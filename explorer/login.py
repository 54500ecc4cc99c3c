"""Logging in: by a name and password of a file, by one password for all, or by an OAuth provider that Panel knows."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import panel as pn
from bokeh.server.util import check_allowlist
from bokeh.server.views.auth_request_handler import AuthRequestHandler
from bokeh.util.token import get_token_payload
from panel.auth import AUTH_PROVIDERS, BasicAuthProvider, OAuthProvider
from tornado.web import HTTPError, RequestHandler

from explorer import passwords
from explorer.config import Settings
from explorer.errors import ExplorerError, LoginError
from explorer.patches import OneWrite
from explorer.review.verdicts import reviewer_name
from explorer.views import visitor
from explorer.views.parts import HERE, source

DAYS = 7
"""How long a login holds."""
WRONG_SECONDS = 1.0
"""How long a wrong password is answered after."""
MAX_TRIES = 8
"""Tries under way at once; with the second that each takes, the most that can be guessed a second."""
_COOKIES = ("user", "id_token", "access_token", "refresh_token", "oauth_expiry", "is_guest")
_CHECKER = ThreadPoolExecutor(1, thread_name_prefix="explorer-login")
_KEPT = "cookie-secret"


def options(config: Settings) -> dict[str, Any]:
    """What `panel.io.server.get_server` is to be told, empty where nobody has to log in. Raises `LoginError`."""
    ways = [
        name
        for name, given in (
            ("EXPLORER_LOGIN_FILE (or --login)", config.login_file),
            ("EXPLORER_LOGIN_PASSWORD", config.login_password.get_secret_value()),
            ("EXPLORER_OAUTH_PROVIDER", config.oauth_provider),
        )
        if given
    ]
    if len(ways) > 1:
        raise LoginError(f"{' and '.join(ways)} are two ways to log in; choose one")
    visitor.ask(None)
    if not ways:
        return {}
    made = _oauth(config) if config.oauth_provider else {"auth_provider": _passwords(config)}
    secret = config.cookie_secret.get_secret_value() or _kept_secret(config.data_dir)
    if len(secret) < 32:
        raise LoginError("EXPLORER_COOKIE_SECRET is too short to sign with; give 32 characters or more")
    pn.config.oauth_expiry = DAYS  # type: ignore[misc]
    visitor.ask(secret)
    return {"cookie_secret": secret, **made}


def _passwords(config: Settings) -> Passwords:
    shared = config.login_password.get_secret_value()
    path = Path(config.login_file).expanduser() if config.login_file else None
    if path is not None and not passwords.read(path):
        raise LoginError(f"{path} names nobody; add somebody with `explorer password`")
    if path is None and len(shared) < passwords.LEAST:
        raise LoginError(f"EXPLORER_LOGIN_PASSWORD is too short; give {passwords.LEAST} characters or more")
    return Passwords(path, shared)


def _oauth(config: Settings) -> dict[str, Any]:
    provider = config.oauth_provider
    known = sorted(name for name in AUTH_PROVIDERS if name not in ("basic", "pam", "password"))
    if provider not in known:
        raise LoginError(f"there is no OAuth provider {provider[:40]!r}; Panel knows {', '.join(known)}")
    key, secret = config.oauth_key, config.oauth_secret.get_secret_value()
    if not key or not secret:
        raise LoginError(
            f"{provider} needs EXPLORER_OAUTH_KEY and EXPLORER_OAUTH_SECRET, as the provider gave them"
        )
    extra: dict[str, Any] = dict(config.oauth_extra)
    if provider == "generic" and not {"AUTHORIZE_URL", "TOKEN_URL"} <= extra.keys():
        raise LoginError('generic needs EXPLORER_OAUTH_EXTRA={"AUTHORIZE_URL": "...", "TOKEN_URL": "..."}')
    if "scope" in extra:
        extra["scope"] = extra["scope"].split()
    pn.config.oauth_provider = provider  # type: ignore[misc]
    made: dict[str, Any] = {
        "oauth_key": key, "oauth_secret": secret, "oauth_extra_params": extra, "auth_provider": Oauth(),
    }  # fmt: skip
    if config.oauth_redirect_uri:
        made["oauth_redirect_uri"] = config.oauth_redirect_uri
    if config.oauth_user:
        made["oauth_jwt_user"] = config.oauth_user
    return made


def _kept_secret(folder: Path) -> str:
    """What cookies are signed with where nobody chose it: made once, readable by its owner alone."""
    path = folder / _KEPT
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            handle, part = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")  # 0600
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
            with suppress(FileExistsError):  # of several processes that begin at once the first one's holds
                os.link(part, path)
            os.unlink(part)
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise LoginError(
            f"the secret in {path} cannot be kept ({error}); set EXPLORER_COOKIE_SECRET"
        ) from error


class Passwords(BasicAuthProvider):
    """Lets in who knows a password: their own (`path`), or the one for all (`shared`)."""

    def __init__(self, path: Path | None, shared: str) -> None:
        self._path = path
        self._shared = passwords.hashed(shared) if path is None else ""
        super().__init__()

    @property
    def get_user(self) -> Callable[[Any], Any]:
        """Who a request's cookie names; nobody, where the file no longer has the name."""
        signed = super().get_user

        def user(handler: Any) -> str | None:
            found: str | None = signed(handler)
            return found if found and (self._path is None or found in passwords.read(self._path)) else None

        return user

    @property
    def login_handler(self) -> type[RequestHandler]:
        return LoginHandler

    @property
    def logout_handler(self) -> type[RequestHandler]:
        return LogoutHandler

    def admits(self, name: str, password: str) -> bool:
        """Whether a name may come in with a password. Takes a tenth of a second: call it in a thread."""
        kept = self._shared if self._path is None else passwords.read(self._path).get(name)
        return passwords.fits(password, kept) if kept else passwords.fits_nobody(password)


class Oauth(OAuthProvider):
    """Panel's, with our own pages around it."""

    def __init__(self) -> None:
        super().__init__(error_template=str(HERE / "login_failed.html"))

    @property
    def logout_handler(self) -> type[RequestHandler]:
        return LogoutHandler


class LoginHandler(RequestHandler):
    """The form, and what it sends."""

    _under_way = 0

    def get(self) -> None:
        """The form; `next` is where its sender wanted to go."""
        self._form(self.get_argument("next", ""))

    async def post(self) -> None:
        """Let in, or say that name or password is wrong."""
        self._check_origin()
        if LoginHandler._under_way >= MAX_TRIES:
            raise HTTPError(429)
        wanted = self.get_body_argument("next", "")
        name, password = (
            self.get_body_argument("name", ""),
            self.get_body_argument("password", "", strip=False),
        )
        LoginHandler._under_way += 1
        try:
            admitted = await self._admitted(name, password)
            if not admitted:
                await asyncio.sleep(WRONG_SECONDS)
        finally:
            LoginHandler._under_way -= 1
        if not admitted:
            logging.getLogger("explorer").warning("a login failed, from %s", self.request.remote_ip)
            self.set_status(403)
            self._form(wanted, "Name or password is wrong.")
            return
        for cookie in _COOKIES:
            self.clear_cookie(cookie)
        self.set_signed_cookie("user", reviewer_name(name), expires_days=DAYS, httponly=True, samesite="Lax")
        query = urlsplit(wanted).query  # the query alone: nobody is led elsewhere
        self.redirect("." + ("/?" + query if query else "/"), status=303)

    async def _admitted(self, name: str, password: str) -> bool:
        provider = self.application.auth_provider  # type: ignore[attr-defined]
        try:
            job = partial(provider.admits, reviewer_name(name), password)
            return bool(await asyncio.get_running_loop().run_in_executor(_CHECKER, job))
        except ExplorerError as error:
            if isinstance(error, LoginError):
                logging.getLogger("explorer").error("nobody can log in: %s", error)
            return False

    def _check_origin(self) -> None:
        """Another site's page must not log its visitors in: reviews would go under the name that it chose."""
        origin = self.request.headers.get("Origin")
        host = urlsplit(origin).netloc.lower() if origin is not None else None
        allowed = self.application.websocket_origins  # type: ignore[attr-defined]
        if host is not None and not check_allowlist(host, allowed):
            raise HTTPError(403)

    def _form(self, wanted: str, trouble: str = "") -> None:
        self.set_header("Cache-Control", "no-store")
        page = Template(source("login.html"))
        self.finish(page.substitute(next=escape(wanted[:8000]), trouble=escape(trouble)))


class LogoutHandler(RequestHandler):
    """Forgets who it was."""

    def get(self) -> None:
        """Take the cookies away."""
        for cookie in _COOKIES:
            self.clear_cookie(cookie)
        self.set_header("Cache-Control", "no-store")
        self.finish(source("logout.html"))


class Inside(AuthRequestHandler):
    """A handler that answers only those who have logged in, where one has to."""

    async def prepare(self) -> None:
        """Refuse with 403: this is for scripts, which cannot log in."""
        await super().prepare()
        if not self.current_user:
            raise HTTPError(403)


class OwnSocket(OneWrite):
    """A session's websocket, for those who have logged in, and to the sessions that they opened themselves.

    Small messages leave at once: Nagle's algorithm kept every third answer until the browser acknowledged the one before, 40 ms later.
    """

    def __init__(self, tornado_app: Any, *args: Any, **options: Any) -> None:
        context = tornado_app._applications["/"]
        super().__init__(
            tornado_app, *args, application_context=context, bokeh_websocket_path="/ws", **options
        )

    async def prepare(self) -> None:
        """Refuse the handshake."""
        await super().prepare()
        if not self.current_user:
            raise HTTPError(403)

    def open(self, *args: str, **options: str) -> None:
        """Begin, and never wait for the other side's acknowledgement."""
        self.set_nodelay(True)
        super().open(*args, **options)

    async def _async_open(self, token: str) -> None:
        cookies = get_token_payload(token).get("cookies") or {}
        if visitor.asked() and visitor.named(cookies.get("user")) != self.current_user:
            self.close()
            return
        await super()._async_open(token)
