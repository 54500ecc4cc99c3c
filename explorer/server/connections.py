"""Connections to a server: how long one may say nothing, how many there may be, and what happens where there are too many.

Tornado waits an hour for a request's first line, and takes connections until the system gives it no more files: 1,100
requests that were begun and never ended shut everybody out. Here each has an end, and whoever comes is let in at the
cost of the connection of the same address that has waited longest without asking for anything. Websockets do not count:
they have limits of their own.
"""

from __future__ import annotations

import errno
import socket
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, RequestStartLine, ResponseStartLine
from tornado.ioloop import PeriodicCallback
from tornado.iostream import IOStream, StreamClosedError

from explorer.core import metrics
from explorer.core.log_throttle import ThrottledWarning
from explorer.server.admission import whose

if sys.platform != "win32":
    import resource

IDLE_S = 20.0
"""How long a request's head may take, from the connection's beginning or the answer before it."""
BODY_S = 20.0
"""How long its body may take, in all."""
TAKING_S = 120.0
"""How long an answer may take to leave: a slow line needs a minute for the scripts (1 MB)."""
MOST = 2000
"""Connections in all, while the system gives twice as many files."""
_LOOK_S = 5.0
_FILES = 65_536
_NO_FILES = (errno.EMFILE, errno.ENFILE)
_SORRY = b"Too many connections at once. Try again in a few seconds, please.\n"
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nCache-Control: no-store\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: %d\r\n\r\n%s"
) % (len(_SORRY), _SORRY)


def raise_file_limit() -> int:
    """Let this process open as many files as it may, up to 65,536; how many that is."""
    limit = _FILES
    if sys.platform != "win32":  # which has no such limit
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
        if soft == resource.RLIM_INFINITY or soft >= wanted:
            return _FILES if soft == resource.RLIM_INFINITY else soft
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            limit = wanted
        except (OSError, ValueError):  # some systems name a hard limit that they do not give
            limit = soft
    return limit


@contextmanager
def limited(
    per_address: int,
    speaks_for_many: Callable[[str], bool] = lambda _address: False,
    given: Sequence[socket.socket] = (),
) -> Iterator[list[Any]]:
    """Servers that Tornado's users make within this are `Server`; yields their applications. `per_address` connections, 0 for any number.

    `speaks_for_many` tells the addresses of proxies, which have no limit of their own. Where sockets are `given`, they listen on those
    and not on what their users bind.
    """
    applications: list[Any] = []
    HTTPServer.configure(
        Server,
        per_address=per_address,
        speaks_for_many=speaks_for_many,
        given=given,
        made=applications.append,
    )
    try:
        yield applications
    finally:
        HTTPServer.configure(None)


@dataclass(slots=True)
class _Held:
    """A connection that is no websocket; `since` is when it began to wait, to be answered, or to take its answer."""

    address: str
    since: float
    answering: bool = False
    taking: bool = False


class Server(HTTPServer):
    """Tornado's server with deadlines, and limits to what is open."""

    def initialize(  # type: ignore[override]  # Configurable hands it all options by name
        self,
        request_callback: Any,
        *,
        per_address: int = 0,
        speaks_for_many: Callable[[str], bool] = lambda _address: False,
        most: int = 0,
        given: Sequence[socket.socket] = (),
        made: Callable[[Any], None] = lambda _application: None,
        **options: Any,
    ) -> None:
        """As Tornado's; `most` connections in all, by default what the system's limit of files allows."""
        made(request_callback)
        self._given = given
        self._per_address, self._speaks_for_many = per_address, speaks_for_many
        self._most = most or min(MOST, raise_file_limit() // 2)
        self._held: dict[IOStream, _Held] = {}
        self._counts: Counter[str] = Counter()
        self._full = ThrottledWarning("connections")
        self._looking: PeriodicCallback | None = None
        options.setdefault("idle_connection_timeout", IDLE_S)
        options.setdefault("body_timeout", BODY_S)
        super().initialize(request_callback, **options)

    def add_sockets(self, sockets: Iterable[socket.socket]) -> None:
        """Begin to accept on these; they are the server's from now on."""
        sockets = list(sockets)
        if sockets and self._given:  # Tornado asks with none before it asks with those that were bound
            for one in sockets:
                one.close()
            sockets, self._given = list(self._given), ()
        super().add_sockets([_Listening.of(one) for one in sockets])
        if self._looking is None:
            self._looking = PeriodicCallback(self.look, 1000 * _LOOK_S)
            self._looking.start()

    def stop(self) -> None:
        """Accept no more."""
        if self._looking is not None:
            self._looking.stop()
        super().stop()

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Somebody has come: serve them if there is room, or can be made."""
        name = str(address[0]) if isinstance(address, tuple) else ""  # a Unix socket has none
        name = "" if self._speaks_for_many(name) else whose(name)
        if not self._has_room(name):
            metrics.REFUSED.labels("connection").inc()
            self._full.warn(
                f"too many connections: who comes is sent away; {len(self._held)} are open, of {len(self._counts)} addresses"
            )
            with suppress(StreamClosedError):
                stream.write(_FULL).add_done_callback(lambda done: done.exception())
            stream.close()
            return
        self._held[stream] = _Held(name, time.monotonic())
        self._counts[name] += 1
        super().handle_stream(stream, address)

    def start_request(self, server_conn: Any, request_conn: Any) -> HTTPMessageDelegate:
        """A connection waits for its next request."""
        stream = server_conn.stream
        self._turn(stream, answering=False)
        inner = super().start_request(server_conn, request_conn)
        return _Delegate(inner, lambda: self._turn(stream, answering=True))

    def on_close(self, server_conn: Any) -> None:
        """A connection has ended, or has become a websocket."""
        self._forget(server_conn.stream)
        super().on_close(server_conn)

    def look(self) -> None:
        """End the connections that do not take their answers."""
        now = time.monotonic()
        for stream, held in list(self._held.items()):
            taking = held.answering and stream.writing()
            if taking and not held.taking:
                held.since = now
            held.taking = taking
            if taking and now - held.since > TAKING_S:
                self._end(stream)

    def _turn(self, stream: IOStream, *, answering: bool) -> None:
        held = self._held.get(stream)
        if held is not None:
            held.answering, held.taking, held.since = answering, False, time.monotonic()

    def _has_room(self, address: str) -> bool:
        if self._per_address and address and self._counts[address] >= self._per_address:
            return self._make_room(lambda held: held.address == address)
        return len(self._held) < self._most or self._make_room(lambda _held: True)

    def _make_room(self, among: Callable[[_Held], bool]) -> bool:
        waiting = (
            (held.since, stream) for stream, held in self._held.items() if not held.answering and among(held)
        )
        longest = min(waiting, key=lambda one: one[0], default=None)
        if longest is None:
            return False
        self._end(longest[1])
        return True

    def _end(self, stream: IOStream) -> None:
        metrics.REFUSED.labels("connection").inc()
        self._forget(stream)
        stream.close()

    def _forget(self, stream: IOStream) -> None:
        held = self._held.pop(stream, None)
        if held is None:
            return
        self._counts[held.address] -= 1
        if not self._counts[held.address]:
            del self._counts[held.address]


class _Delegate(HTTPMessageDelegate):
    """What a request is handed to; says when it has come whole."""

    def __init__(self, inner: HTTPMessageDelegate, whole: Callable[[], None]) -> None:
        self._inner, self._whole = inner, whole

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        return self._inner.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self._inner.data_received(chunk)

    def finish(self) -> None:
        self._whole()
        self._inner.finish()

    def on_connection_close(self) -> None:
        self._inner.on_connection_close()


class _Listening(socket.socket):
    """A listening socket that sends away who comes while the process has no file left for them.

    Tornado would be called again and again, for the same connection, and log each time.
    """

    _spare: socket.socket | None = None
    _lacking = ThrottledWarning("files")

    @classmethod
    def of(cls, other: socket.socket) -> _Listening:
        """The same socket; `other` is closed to its owner."""
        made = cls(other.family, other.type, other.proto, fileno=other.detach())
        made.setblocking(False)
        made._spare = made._opened()
        return made

    def accept(self) -> tuple[socket.socket, Any]:
        """As a socket's; `BlockingIOError` where nobody waits, or who waited could not be let in."""
        try:
            return super().accept()
        except OSError as error:
            if error.errno not in _NO_FILES:
                raise
        self._lacking.warn(
            "too many files are open: a visitor could not be let in; allow more (ulimit -n, LimitNOFILE)"
        )
        self._send_away()
        raise BlockingIOError

    def close(self) -> None:
        if self._spare is not None:
            self._spare.close()
        super().close()

    def _send_away(self) -> None:
        """Give up the spare file for a moment, so that who waits can be accepted, and closed."""
        if self._spare is None:
            time.sleep(0.01)  # else the loop would come back at once, and again
        else:
            self._spare.close()
            with suppress(OSError):  # has gone, or another thread has taken the file
                super().accept()[0].close()
        self._spare = self._opened()

    @staticmethod
    def _opened() -> socket.socket | None:
        try:
            return socket.socket()
        except OSError:
            return None
