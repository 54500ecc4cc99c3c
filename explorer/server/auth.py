"""Logging in: by a name and password of a file, by one password for all, or by an OAuth provider that Panel knows."""

from __future__ import annotations

import asyncio
import hmac
import logging
import math
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import panel as pn
from bokeh.server.views.auth_request_handler import AuthRequestHandler
from panel.auth import AUTH_PROVIDERS, BasicAuthProvider, OAuthProvider
from tornado.web import HTTPError, RequestHandler

from explorer.core import scratch_folders
from explorer.core.config import Settings
from explorer.core.errors import ExplorerError, LoginError
from explorer.core.log_throttle import ThrottledWarning
from explorer.review.verdicts import reviewer_name
from explorer.server import passwords, plain_pages, ports, secret
from explorer.server.api_tokens import ApiTokens, Bearer
from explorer.server.login_backoff import Guesses
from explorer.server.logouts import Logouts
from explorer.server.websocket import entry_control, told_of_origin
from explorer.views.common import visitor

DAYS = visitor.DAYS
"""How long a login holds."""
WRONG_SECONDS = 1.0
"""How long after it came a wrong password is answered."""
MOST_WAITING = 32
"""Passwords that wait to be looked at, one after the other; they take a tenth of a second each."""
_LOG = logging.getLogger("explorer")
_COOKIES = ("user", "id_token", "access_token", "refresh_token", "oauth_expiry", "is_guest")
_CHECKER = ThreadPoolExecutor(1, thread_name_prefix="explorer-login")
_WRONG = ThrottledWarning("login")


def options(
    config: Settings, *, address: str = "127.0.0.1", port: int = 5006, names: Sequence[str] = ()
) -> dict[str, Any]:
    """What `panel.io.server.get_server` is to be told, empty where nobody has to log in. Raises `LoginError`.

    `address` and `port` are where it will listen, `names` how visitors call it.
    """
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
    signs = secret.of(config.cookie_secret.get_secret_value(), config.data_dir)
    logouts = Logouts(config.data_dir, DAYS)
    if config.oauth_provider:
        made = _oauth(config, logouts, signs, _redirect_uri(config, address, port, names))
    else:
        made = {"auth_provider": _passwords(config, signs, logouts)}
    pn.config.oauth_expiry = DAYS  # type: ignore[misc]
    visitor.ask(signs)
    return {"cookie_secret": signs, **made}


def health(provider: Any) -> dict[str, Callable[[], None]]:
    """What `/health` is to ask about logging in, by its name there."""
    return {"login": provider.check} if isinstance(provider, Passwords) else {}


def _passwords(config: Settings, signs: str, logouts: Logouts) -> Passwords:
    shared = config.login_password.get_secret_value()
    path = Path(config.login_file).expanduser() if config.login_file else None
    if path is not None:
        known = passwords.read(path)
        if not known:
            raise LoginError(f"{path} names nobody; add somebody with `explorer password`")
        for name in known:
            if not name or _reviewer(name) != name:
                raise LoginError(
                    f"{path}: nobody can log in as {name[:80]!r}; take it out with `explorer password --remove`"
                )
    if path is None and len(shared) < passwords.LEAST:
        raise LoginError(f"EXPLORER_LOGIN_PASSWORD is too short; give {passwords.LEAST} characters or more")
    return Passwords(path, shared, signs, logouts)


def _redirect_uri(config: Settings, address: str, port: int, names: Sequence[str]) -> str:
    """The page's address as the provider is told it. Never what a request calls the server: anybody can choose that."""
    given = config.oauth_redirect_uri
    if given:
        found = urlsplit(given)
        if found.scheme not in ("http", "https") or not found.netloc:
            raise LoginError(
                f"EXPLORER_OAUTH_REDIRECT_URI is {given[:80]!r}, which is no address; write https://explorer.example.org/"
            )
        return given
    below = ports.path_prefix(config.prefix)
    if names:
        return f"https://{names[0]}{below}"
    if ports.is_local(address):
        return ports.url(address, port) + below
    raise LoginError(
        "where does the provider send people back to? Set EXPLORER_OAUTH_REDIRECT_URI=https://explorer.example.org/, "
        "or give the name that they use with --allow-origin"
    )


def _oauth(config: Settings, logouts: Logouts, signs: str, redirect_uri: str) -> dict[str, Any]:
    provider = config.oauth_provider
    known = sorted(name for name in AUTH_PROVIDERS if name not in ("basic", "pam", "password"))
    if provider not in known:
        raise LoginError(f"there is no OAuth provider {provider[:40]!r}; Panel knows {', '.join(known)}")
    key, word = config.oauth_key, config.oauth_secret.get_secret_value()
    if not key or not word:
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
        "oauth_key": key, "oauth_secret": word, "oauth_extra_params": extra, "auth_provider": Oauth(logouts, signs),
        "oauth_redirect_uri": redirect_uri,
    }  # fmt: skip
    if config.oauth_user:
        made["oauth_jwt_user"] = config.oauth_user
    return made


class _EndingLogins(BasicAuthProvider, ABC):
    """What all ways to log in share: a logout ends the login, also of who kept a copy of its cookie."""

    _logouts: Logouts
    _tokens: ApiTokens

    @property
    def logout_handler(self) -> type[RequestHandler]:
        return LogoutHandler

    @abstractmethod
    def holder(self, cookie: str | None) -> str:
        """Whose login a cookie is; "" where it is none, or was ended."""

    def end(self, cookie: str | None) -> None:
        """End the login of a cookie, if it is one."""
        if cookie is not None and self.holder(cookie):
            self._logouts.add(cookie)

    def mark(self, name: str) -> str | None:
        """Stands for the right by which a name comes in now, the same in all processes; None for who has none."""
        return ""

    def token(self, name: str, *, blind: bool = False) -> str:
        """A token by which programs act for somebody who has logged in; it ends as a login does. `blind`: labels are hidden from it."""
        return self._tokens.make(name, self.mark(name) or "", blind=blind)

    def bearer(self, token: str) -> Bearer | None:
        """For whom a token acts; None where it is none, or has ended."""
        found = self._tokens.read(token)
        if found is None or self._logouts.holds(token):
            return None
        mark = self.mark(found.name)
        return found if mark is not None and hmac.compare_digest(found.mark.encode(), mark.encode()) else None

    def end_token(self, token: str) -> None:
        """End a token, if it is one."""
        if self.bearer(token) is not None:
            self._logouts.add(token)


class Passwords(_EndingLogins):
    """Lets in who knows a password: their own (in the file `path`), or the one for all (`shared`)."""

    def __init__(self, path: Path | None, shared: str, signs: str, logouts: Logouts) -> None:
        self._names = None if path is None else passwords.Names(path)
        self._shared = passwords.hashed(shared) if path is None else ""
        self._shared_mark = shared
        self._key = secret.derived(signs, "a login's password")
        self._logouts, self._tokens = logouts, ApiTokens(signs, DAYS)
        self.guesses = Guesses()
        super().__init__()

    @property
    def get_user(self) -> Callable[[Any], Any]:
        """Who a request's cookie names; nobody, where that login has ended."""
        counted = super().get_user

        def user(handler: Any) -> str | None:
            counted(handler)  # Panel notes there who has a page
            return self.holder(handler.get_cookie("user")) or None

        return user

    @property
    def login_handler(self) -> type[RequestHandler]:
        return LoginHandler

    def holder(self, cookie: str | None) -> str:
        """Whose login a cookie is; "" where it is none, or was ended by a logout or by a password that was changed or taken away."""
        name, mark = visitor.signed(cookie)
        if not name or cookie is None or self._logouts.holds(cookie):
            return ""
        wanted = self._mark(name)
        return (
            name if wanted and hmac.compare_digest(mark.partition(" ")[0].encode(), wanted.encode()) else ""
        )

    def signed(self, name: str) -> str:
        """What a login's cookie holds: the mark of its password, something of its own, and the name."""
        return f"{self._mark(name)} {secrets.token_hex(4)}\n{name}"

    def mark(self, name: str) -> str | None:
        return self._mark(name) or None

    def has(self, name: str) -> bool:
        """Whether a name can be the right one."""
        return self._names is None or name in self._names.known()

    @property
    def names_are_known(self) -> bool:
        """Whether only some names come in, rather than whichever one somebody gives."""
        return self._names is not None

    def admits(self, name: str, password: str) -> bool:
        """Whether a name may come in with a password. Takes a tenth of a second: call it in a thread. Raises `LoginError`."""
        kept = self._shared if self._names is None else self._names.read().get(name)
        return passwords.fits(password, kept) if kept else passwords.fits_nobody(password)

    def check(self) -> None:
        """For `/health`. Raises `LoginError` while nobody can log in."""
        if self._names is not None:
            self._names.read()

    def _mark(self, name: str) -> str:
        """Stands for the password that a name has now, the same in all processes; "" for who has none."""
        kept = self._shared_mark if self._names is None else self._names.known().get(name)
        return (
            hmac.digest(self._key, kept.encode("utf-8", "surrogatepass"), "sha256").hex()[:32] if kept else ""
        )


class Oauth(_EndingLogins, OAuthProvider):
    """Panel's, with our own pages around it, and logins that end."""

    def __init__(self, logouts: Logouts, signs: str) -> None:
        self._logouts, self._tokens = logouts, ApiTokens(signs, DAYS)
        with scratch_folders.folder("login") as folder:
            path = folder / "failed.html"
            path.write_text(plain_pages.login_failed(), encoding="utf-8")
            super().__init__(error_template=str(path))  # reads it here and now

    @property
    def get_user_async(self) -> Callable[[Any], Any]:
        """Who a request's cookie names; nobody, where that login has ended."""
        asked = super().get_user_async

        async def user(handler: Any) -> str | None:
            found: str | None = await asked(handler)
            return found if found and self.holder(handler.get_cookie("user")) == found else None

        return user

    def holder(self, cookie: str | None) -> str:
        return "" if cookie is None or self._logouts.holds(cookie) else visitor.named(cookie)


@dataclass(frozen=True, slots=True)
class LoginTry:
    """What came of a name and a password: `admitted` (None: that cannot be told now), or how long to wait before the next try."""

    name: str
    admitted: bool | None = False
    pause: float = 0.0


_waiting = 0


async def try_login(handler: RequestHandler, given: str, password: str) -> LoginTry:
    """Whether somebody may come in with a password; a wrong one is answered late, and counted."""
    began = time.monotonic()
    provider: Passwords = handler.application.auth_provider  # type: ignore[attr-defined]
    name, address = _reviewer(given), entry_control(handler.application).address(handler)
    pause, flooded = provider.guesses.pause(name, address), provider.guesses.pause_of(name, address)
    if not provider.names_are_known:
        pause = max(pause, flooded)
    if pause or _waiting >= MOST_WAITING:
        return LoginTry(name, pause=pause or 5.0)
    admitted: bool | None = False
    if name:
        provider.guesses.begin(name, address)
        # Of an address that guesses names, one that nobody has is not worth the work; who guesses hears nothing of that.
        if not flooded or provider.has(name):
            admitted = await _admitted(provider, name, password)
    if admitted is None:
        provider.guesses.undo(name, address)
    elif not admitted:
        await asyncio.sleep(began + WRONG_SECONDS - time.monotonic())
        _WRONG.warn(f"a login failed, from {address}")
    else:
        provider.guesses.right(name, address)
    return LoginTry(name, admitted)


async def _admitted(provider: Passwords, name: str, password: str) -> bool | None:
    """Whether they may come in; None where that cannot be told."""
    global _waiting
    _waiting += 1
    try:
        job = partial(provider.admits, name, password)
        return bool(await asyncio.get_running_loop().run_in_executor(_CHECKER, job))
    except LoginError:  # the log has it, and `/health`
        return None
    finally:
        _waiting -= 1


def cookie_path(handler: RequestHandler) -> str:
    """Of the login's cookie: not for what else is served by the same name."""
    return f"{handler.application.prefix}/"  # type: ignore[attr-defined]


def refused_origin(handler: RequestHandler) -> str:
    """Why this page may not act for its visitors, empty if it may: another site's would review under the name that it chose."""
    origin = handler.request.headers.get("Origin")
    hosts = entry_control(handler.application).hosts
    if origin is None or hosts.may_talk(origin, handler.request.host):
        return ""
    return told_of_origin(origin)


class LoginHandler(RequestHandler):
    """The form, and what it sends."""

    def get(self) -> None:
        """The form; `next` is where its sender wanted to go."""
        self._form(self.get_argument("next", ""))

    head = get

    async def post(self) -> None:
        """Let in, or say that name or password is wrong, or that there were too many wrong ones."""
        if refused := refused_origin(self):
            self.set_status(403)
            self.finish(plain_pages.notice("This name is not known here", refused))
            return
        provider: Passwords = self.application.auth_provider  # type: ignore[attr-defined]
        wanted, given = self.get_body_argument("next", ""), self.get_body_argument("name", "")
        password = self.get_body_argument("password", "", strip=False)
        found = await try_login(self, given, password)
        if found.pause:
            self._later(wanted, found.pause)
            return
        if found.admitted is None:
            self.set_status(503)
            self._form(wanted, "Nobody can log in now. The server's log says why.")
            return
        if not found.admitted:
            self.set_status(403)
            self._form(wanted, "Name or password is wrong.")
            return
        for cookie in _COOKIES:
            self.clear_cookie(cookie, path=cookie_path(self))
        self.set_signed_cookie(
            "user",
            provider.signed(found.name),
            expires_days=DAYS,
            httponly=True,
            samesite="Lax",
            path=cookie_path(self),
        )
        query = urlsplit(wanted).query  # the query alone: nobody is led elsewhere
        self.redirect("." + ("/?" + query if query else "/"), status=303)

    def _later(self, wanted: str, pause: float) -> None:
        seconds = math.ceil(pause)
        self.set_status(429)
        self.set_header("Retry-After", str(seconds))
        self._form(wanted, f"There were too many wrong tries. Try again in {seconds} s.")

    def _form(self, wanted: str, trouble: str = "") -> None:
        self.set_header("Cache-Control", "no-store")
        self.finish(plain_pages.login(wanted, trouble))


def _reviewer(given: str) -> str:
    """The name under which one logs in who types this; "" for what is no name."""
    try:
        return reviewer_name(given)
    except ExplorerError:
        return ""


class LogoutHandler(RequestHandler):
    """Ends the login."""

    def get(self) -> None:
        """Take the cookies away; who kept a copy of them has nothing."""
        self.application.auth_provider.end(self.get_cookie("user"))  # type: ignore[attr-defined]
        for cookie in _COOKIES:
            self.clear_cookie(cookie, path=cookie_path(self))
        self.set_header("Cache-Control", "no-store")
        self.finish(plain_pages.logged_out())


class Inside(AuthRequestHandler):
    """A handler that answers only those who have logged in, where one has to."""

    async def prepare(self) -> None:
        """Refuse with 403: this is for scripts, which cannot log in."""
        await super().prepare()
        if not self.current_user:
            raise HTTPError(403)
