"""A page's websocket: who may open it, to which session, and when it ends because its login has."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from bokeh.application.handlers.handler import Handler
from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.protocol import Protocol
from bokeh.util.token import check_token_signature, get_session_id, get_token_payload
from cachetools import TTLCache
from tornado.ioloop import PeriodicCallback
from tornado.web import Application, RequestHandler

from explorer.core.errors import NoRoomError
from explorer.core.log_throttle import ThrottledWarning
from explorer.core.logs import printable
from explorer.server.admission import COME_AGAIN_S, Admission, Proxies, whose
from explorer.server.bokeh_protocol import PageSocket
from explorer.server.ports import Hosts
from explorer.views.common import visitor
from explorer.views.common.components import Allowance

MAX_TOKEN = 40_000
"""Characters of a session's token, which comes in a header: all of those together have 65,536 bytes."""
LOOK_S = 2.0
"""How soon a page is closed whose login has ended."""
TRY_LATER = 1013
"""Of the registry of websockets' close codes (RFC 6455): the server has no room now."""
AT_ONCE_S, SHARE = 4.0, 1 / 3
"""Seconds of making pages that one address has at once, and of each second after them: a class of fifteen waits for nothing,
and who asks for hundreds leaves two thirds of the time to all others."""
REQUESTS, REQUESTS_A_SECOND, LONGEST_WAIT_S = 60, 10, 10.0
"""Requests for `/` that one address has at once, and a second after them; those that would wait longer are refused."""
_UNKNOWN_ORIGIN = ThrottledWarning("origin")
_NO_ROOM = ThrottledWarning("full")
"""Shared by those who ask for pages and those who ask for connections: one line tells of both."""


class Counting(Handler):
    """Tells the admission which pages are in memory: a handler of Bokeh's that makes none."""

    def __init__(self, admission: Admission) -> None:
        super().__init__()
        self._admission = admission

    def modify_document(self, doc: Document) -> None:
        """Nothing."""

    async def on_session_created(self, session_context: Any) -> None:
        """A page is begun."""
        self._admission.made(session_context.id)

    async def on_session_destroyed(self, session_context: Any) -> None:
        """A page is thrown away."""
        self._admission.gone(session_context.id)


class AddressAllowances:
    """So much at once of each address, and then so much a second."""

    def __init__(self, most: float, a_second: float) -> None:
        self._most, self._a_second = most, a_second
        # Who was quiet for so long has all of it again, whatever they owed.
        self._of: TTLCache[str, Allowance] = TTLCache(10_000, most / a_second + LONGEST_WAIT_S)

    def take(self, who: str, amount: float = 0.0) -> float:
        """Take some, there or not; seconds until what is owed has come back."""
        pace = self._of[who] = self._of.get(who) or Allowance(self._most, self._a_second)
        return pace.take(amount)


def told_of_origin(origin: str) -> str:
    """What is said to a page of a name that this server was not told; the log has it too."""
    name = printable(origin.partition("://")[2] or origin, 100)
    _UNKNOWN_ORIGIN.warn(
        f"a page of {name} was refused, which this server does not know; if that is a name of this server, start it with --allow-origin {name}"
    )
    return f"This server does not know the name {name}. Whoever runs it starts it with: --allow-origin {name}"


class EntryControl:
    """What a process checks before it lets a visitor in: hosts, how many pages are open, and how often each address may ask."""

    def __init__(self, hosts: Hosts, admission: Admission, proxies: Proxies) -> None:
        self.hosts, self.admission, self._proxies = hosts, admission, proxies
        self.sockets: set[OwnSocket] = set()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._seconds, self._requests = (
            AddressAllowances(AT_ONCE_S, SHARE),
            AddressAllowances(REQUESTS, REQUESTS_A_SECOND),
        )
        self._making: dict[str, asyncio.Future[None]] = {}

    def address(self, handler: RequestHandler) -> str:
        """Whose request it is: the peer's, or of whom a trusted proxy says it is."""
        request = handler.request
        return self._proxies.visitor(request.remote_ip, request.headers.get_list("X-Forwarded-For"))

    def wait_for_turn(self, address: str) -> float:
        """Seconds that a request for `/` waits because its address has sent many. Raises `NoRoomError` where that is too long."""
        who = whose(address)
        if self._requests.take(who) > LONGEST_WAIT_S:
            raise NoRoomError("your network asks for more pages than this server makes for one")
        return self._requests.take(who, 1.0)

    async def make(
        self, session_id: str, address: str, made: Callable[[], Awaitable[Any]], unless: Callable[[], bool]
    ) -> None:
        """Make a page when it is its visitor's turn: pages of one address are made one after the other, after many at once with
        rests between them, so that who asks for a hundred does not keep another waiting. Nothing where it is there, or where its
        turn comes too late, which `unless` tells; who asks for one that is on its way waits for it.
        """
        if session_id not in self._making:
            if self.admission.has(session_id):
                return
            job = asyncio.ensure_future(self._in_turn(address, made, unless))
            self._making[session_id] = job
            job.add_done_callback(lambda _job: self._making.pop(session_id, None))
        await asyncio.shield(self._making[session_id])

    async def _in_turn(
        self, address: str, made: Callable[[], Awaitable[Any]], unless: Callable[[], bool]
    ) -> None:
        who = whose(address)
        async with self._turns.setdefault(who, asyncio.Lock()):
            await asyncio.sleep(self._seconds.take(who))
            if unless():
                return
            began = time.monotonic()
            try:
                await made()
            finally:
                self._seconds.take(who, time.monotonic() - began)

    def watch(self, still: Callable[[str | None], str]) -> None:
        """Close sockets whose cookie is no longer somebody's: `still` gives the name of a cookie's owner, or nothing."""
        PeriodicCallback(partial(self._end_those_who_left, still), 1000 * LOOK_S).start()

    def _end_those_who_left(self, still: Callable[[str | None], str]) -> None:
        for socket in list(self.sockets):
            if still(socket.cookie) != socket.current_user:
                socket.close(1008, "logged out")


def entry_control(application: Application) -> EntryControl:
    """The one of a server's application."""
    found: EntryControl = application.settings["entry_control"]
    return found


def valid_token(token: str, key: bytes | None) -> bool:
    """Whether a token was signed here and has not expired; nothing of it is unpacked before."""
    try:
        return (
            len(token) <= MAX_TOKEN
            and check_token_signature(token, secret_key=key, signed=True)
            and time.time() < get_token_payload(token)["session_expiry"]
        )
    except Exception:  # noqa: BLE001  what somebody invented; it can be anything
        return False


def say_no_room(error: NoRoomError, address: str) -> None:
    """Log, throttled, that somebody was turned away."""
    _NO_ROOM.warn(
        f"a visitor from {printable(address, 60)} was turned away: {error} (EXPLORER_MAX_PAGES, EXPLORER_MAX_PAGES_PER_ADDRESS; "
        "where all come through a proxy, name it in EXPLORER_TRUSTED_PROXIES)"
    )


class OwnSocket(PageSocket):
    """A session's websocket, for those who have logged in, and to the sessions that they opened themselves.

    Small messages leave at once: Nagle's algorithm kept every third answer until the browser acknowledged the one before, 40 ms later.
    """

    cookie: str | None = None
    """Of the login that it belongs to."""
    _charged: tuple[str, str] | None = None

    def __init__(self, tornado_app: Any, *args: Any, **options: Any) -> None:
        context = tornado_app.applications["/"]
        super().__init__(
            tornado_app, *args, application_context=context, bokeh_websocket_path="/ws", **options
        )

    def check_origin(self, origin: str) -> bool:
        """Tornado asks only where it knows no better; `prepare` has asked before."""
        return entry_control(self.application).hosts.may_talk(origin, self.request.host)

    async def prepare(self) -> None:
        """Refuse the handshake, with a status and words that say why."""
        found = entry_control(self.application)
        origin = self.request.headers.get("Origin")
        if origin is not None and not self.check_origin(origin):
            # Also asked without a handshake by a page whose connection failed (`connection.js`).
            self._answer(403, told_of_origin(origin))
            return
        token = self._token_sent()
        if token is None:
            self._answer(400, "This is for the websocket of a page.")
            return
        if not valid_token(token, self.application.secret_key):  # type: ignore[attr-defined]
            self._answer(403, "This page's session has ended; open the page again.")
            return
        await super().prepare()
        if self.current_user is None:
            return  # Panel has said so
        self.cookie = self.get_cookie("user")
        cookies = get_token_payload(token).get("cookies") or {}
        if not self.current_user or (
            visitor.asked() and visitor.named(cookies.get("user")) != self.current_user
        ):
            self._answer(403, "This page is somebody else's; open one of your own.")
            return
        try:
            found.admission.join_asked(get_session_id(token), found.address(self))
        except NoRoomError as error:
            say_no_room(error, found.address(self))
            self.set_header("Retry-After", str(COME_AGAIN_S))
            self._answer(503, f"{error}. Try again in half a minute.")

    def _token_sent(self) -> str | None:
        """What stands after `bokeh` in the list of subprotocols, as browsers send it."""
        parts = self.request.headers.get("Sec-WebSocket-Protocol", "").split(",", 2)
        return parts[1].strip() if len(parts) == 2 else None

    def _answer(self, status: int, why: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(why)

    def open(self, *args: str, **options: str) -> None:
        """Begin, and never wait for the other side's acknowledgement."""
        found, token = entry_control(self.application), self._token_sent()
        if token is None or self.selected_subprotocol != "bokeh":
            self.close()
            return
        charged = get_session_id(token), found.address(self)
        try:
            found.admission.join(*charged)
        except NoRoomError as error:  # others came since `prepare`
            say_no_room(error, charged[1])
            self.close(TRY_LATER, "no room")
            return
        self._charged = charged
        found.sockets.add(self)
        self.set_nodelay(True)
        # While `open` waits, Tornado would not hear that the visitor has gone.
        self.application.io_loop.add_callback(self._join, *charged, token)  # type: ignore[attr-defined]

    def on_close(self) -> None:
        """Free its place."""
        super().on_close()
        found = entry_control(self.application)
        found.sockets.discard(self)
        if self._charged is not None:
            found.admission.leave(*self._charged)
            self._charged = None

    async def _join(self, session_id: ID, address: str, token: str) -> None:
        """Join the session, or make it first; nothing for who has gone in the meantime."""
        found, context, application = (
            entry_control(self.application),
            self.application_context,
            self.application,
        )
        if self._has_gone():
            return
        try:
            create = partial(context.create_session_if_needed, session_id, self.request, token)
            await found.make(session_id, address, create, unless=self._has_gone)
            if self._has_gone():
                return
            session = await create()  # the one that was made, unless it was too late for it
            protocol = Protocol()
            self.connection = application.new_connection(protocol, self, context, session)  # type: ignore[attr-defined]
            await self.send_message(protocol.create("ACK"))
        except Exception:
            self.close()  # else it would stay, a connection to nothing
            raise
        if self._has_gone() and self.connection is not None:  # `on_close` knew of none yet
            application.client_lost(self.connection)  # type: ignore[attr-defined]

    def _has_gone(self) -> bool:
        return self.ws_connection is None
