"""Connections that say nothing, say it slowly, come in thousands or do not take their answers: others are served all the while."""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler, websocket_connect

from explorer.app import create_page
from explorer.core import metrics
from explorer.corpus.corpus import Corpus
from explorer.server import connections, websocket
from tests import joining
from tests.conftest import REPOSITORY
from tests.running import Running
from tests.talk import until

until = partial(until, seconds=20.0)
HALF = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "
LARGE = 30_000_000


class _Hello(RequestHandler):
    def get(self) -> None:
        self.write("hello")

    def post(self) -> None:
        self.write("thanks")


class _Slow(RequestHandler):
    async def get(self) -> None:
        while not self.settings["gate"].is_set():
            await asyncio.sleep(0.01)
        self.write("at last")


class _Large(RequestHandler):
    def get(self) -> None:
        self.write(b"x" * LARGE)


class _Echo(WebSocketHandler):
    def on_message(self, message: str | bytes) -> None:
        self.write_message(message)


class Plain:
    """A server with nothing but our connections, in a thread."""

    def __init__(self, **limits: Any) -> None:
        self.gate = threading.Event()
        self._limits = limits
        self._up = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),), daemon=True)
        self._thread.start()
        assert self._up.wait(20)

    async def _serve(self) -> None:
        routes = [("/", _Hello), ("/slow", _Slow), ("/large", _Large), ("/ws", _Echo)]
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self.server = connections.Server(Application(routes, gate=self.gate), **self._limits)
        sockets = bind_sockets(0, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self.server.add_sockets(sockets)
        self._up.set()
        await self._end.wait()
        self.server.stop()

    def stop(self) -> None:
        self.gate.set()
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(20)

    def connect(self, data: bytes = b"") -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        made.sendall(data)
        return made

    def get(self, path: str = "/") -> tuple[int, bytes]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Connection": "close"}
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return (error.code if error.headers["Retry-After"] else 0), error.read()

    @property
    def held(self) -> int:
        return len(self.server._held)


@contextmanager
def plain(**limits: Any) -> Iterator[Plain]:
    found = Plain(**limits)
    try:
        yield found
    finally:
        found.stop()


def ended(connection: socket.socket) -> bool:
    """Whether the other side has closed; waits for it."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True


def test_a_page_s_connection_closes_where_its_session_could_not_be_made(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = Running(tiny_corpus, create_page(tiny_corpus))

    async def fail(*_args: object) -> None:
        raise MemoryError("no session")

    async def visit() -> list[str | bytes | None]:
        given = await asyncio.to_thread(joining.ordered, running.url)
        monkeypatch.setattr(running.server._tornado._applications["/"], "create_session_if_needed", fail)
        one = await joining.connected(running.url, given)
        return [await asyncio.wait_for(one.read_message(), 20)]

    try:
        assert asyncio.run(visit()) == [None]  # the end
        until(lambda: not websocket.entry_control(running.server._tornado).sockets)
    finally:
        running.stop()


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        HALF,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=["nothing", "half a head", "half a body", "kept alive"],
)
def test_a_connection_that_says_nothing_has_an_end(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE_S", 0.4)
    monkeypatch.setattr(connections, "BODY_S", 0.4)
    with plain() as server, closing(server.connect(begun)) as connection:
        assert ended(connection)
        until(lambda: server.held == 0)
        assert not server.server._counts


def test_a_head_that_comes_byte_by_byte_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE_S", 0.5)
    with plain() as server, closing(server.connect(HALF)) as connection:
        began = time.monotonic()

        def drips() -> bool:
            try:
                connection.sendall(b"x")
            except (BrokenPipeError, ConnectionResetError):
                return False
            time.sleep(0.02)
            return True

        until(lambda: not drips())
        assert time.monotonic() - began < 5


def test_who_comes_takes_the_place_of_who_waits_longest() -> None:
    with plain(per_address=10) as server:
        waiting = [server.connect(HALF) for _ in range(10)]
        until(lambda: server.held == 10)
        for _ in range(3):
            assert server.get() == (200, b"hello")
        # Each of them took a place that was free once it was answered, but for the first.
        assert ended(waiting[0])
        assert server.held <= 10
        for connection in waiting:
            connection.close()
        until(lambda: server.held == 0)


def test_a_thousand_half_requests_keep_nobody_out_and_say_little(caplog: pytest.LogCaptureFixture) -> None:
    refused = metrics.REGISTRY.get_sample_value("explorer_refused_total", {"kind": "connection"}) or 0.0
    with plain(per_address=50) as server:
        waiting = [server.connect(HALF) for _ in range(1100)]
        assert [server.get() for _ in range(5)] == [(200, b"hello")] * 5
        assert server.held <= 50
        for connection in waiting:
            connection.close()
    more = metrics.REGISTRY.get_sample_value("explorer_refused_total", {"kind": "connection"}) or 0.0
    assert more - refused >= 1050
    assert sum(len(line) for line in caplog.text.splitlines()) < 2000


@pytest.mark.parametrize("limits", [{"per_address": 2}, {"most": 2}], ids=["one address", "all"])
def test_who_is_being_answered_keeps_the_place(
    limits: dict[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    with plain(**limits) as server:
        found: list[tuple[int, bytes]] = []
        asking = [
            threading.Thread(target=lambda: found.append(server.get("/slow")), daemon=True) for _ in range(2)
        ]
        for thread in asking:
            thread.start()
        until(lambda: [held.answering for held in list(server.server._held.values())] == [True, True])
        with caplog.at_level(logging.WARNING):
            told = [server.get() for _ in range(5)]
        assert {status for status, _ in told} == {503}
        assert b"Try again" in told[0][1]
        assert caplog.text.count("too many connections") == 1  # not once a visitor
        server.gate.set()
        for thread in asking:
            thread.join(20)
        assert found == [(200, b"at last")] * 2
        until(lambda: server.held == 0)
        assert server.get() == (200, b"hello")


def test_websockets_are_counted_elsewhere() -> None:
    with plain(per_address=2) as server:

        async def many() -> list[Any]:
            sockets = [await websocket_connect(f"ws://127.0.0.1:{server.port}/ws") for _ in range(6)]
            answers = []
            for one in sockets:
                await one.write_message("still here")
                answers.append(await one.read_message())
                one.close()
            return answers

        assert asyncio.run(many()) == ["still here"] * 6
        assert server.get() == (200, b"hello")
        until(lambda: server.held == 0)


def test_a_proxy_speaks_for_many() -> None:
    with plain(per_address=2, speaks_for_many=lambda address: address == "127.0.0.1") as server:
        waiting = [server.connect(HALF) for _ in range(20)]
        until(lambda: server.held == 20)
        assert server.get() == (200, b"hello")
        for connection in waiting:
            connection.close()


def test_an_answer_that_nobody_takes_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "TAKING_S", 0.4)
    monkeypatch.setattr(connections, "_LOOK_S", 0.1)
    with plain() as server, closing(server.connect(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")):
        until(lambda: server.held == 1)
        until(lambda: server.held == 0)
        assert len(server.get("/large")[1]) == LARGE  # who takes it has all of it


def test_only_the_explorer_s_own_servers_are_limited() -> None:
    with connections.limited(7):
        made: Any = HTTPServer(Application())
        assert type(made) is connections.Server
        assert made._per_address == 7
    assert type(HTTPServer(Application())) is HTTPServer


FEW_FILES = """
import asyncio, json, logging, resource, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from explorer.core import logs
from explorer.server import connections
logs.configure("json")

class Hello(RequestHandler):
    def get(self):
        self.write(str(time.process_time()))

async def main():
    server = connections.Server(Application([("/", Hello)]), most=10_000)
    sockets = bind_sockets(0, "127.0.0.1")
    print(sockets[0].getsockname()[1], flush=True)
    server.add_sockets(sockets)
    await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


def test_a_process_without_files_left_says_so_once_and_goes_on() -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", FEW_FILES], cwd=REPOSITORY, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert run.stdout is not None
        port = int(run.stdout.readline())

        def asked() -> str:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                return str(answer.read().decode())

        asked()
        waiting = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(200)]
        assert any(ended(connection) for connection in waiting[-3:])  # sent away, not left to wait
        for connection in waiting:
            connection.close()
        before = float(until(lambda: _answer(asked)))
        time.sleep(0.5)
        assert float(until(lambda: _answer(asked))) - before < 0.2  # it does not turn around itself
    finally:
        _, said = run.communicate("", timeout=30)
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["message"].partition(":")[0] for line in lines] == ["too many files are open"]


def _answer(asked: Callable[[], str]) -> str:
    try:
        return asked()
    except OSError:
        return ""


def test_the_limit_of_files_is_raised() -> None:
    code = (
        "import resource; hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1];"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard));"
        "from explorer.server import connections; print(connections.raise_file_limit());"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    told, now = map(int, run.stdout.split())
    assert told == now == min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 65_536)
