"""A file server for tests, on 127.0.0.1: slow, or misbehaving on purpose, each time in the same way."""

from __future__ import annotations

import base64
import hashlib
import random
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass
class Faults:
    """What share of requests goes wrong, and how; 0 to 1 each. `hang` seconds is how long a hanging one is silent."""

    unavailable: float = 0.0
    cut: float = 0.0
    hanging: float = 0.0
    flipped: float = 0.0
    foreign: float = 0.0
    hang: float = 30.0
    seed: int = 0


@dataclass
class Server:
    """A running server: its `url`, what it was asked for, and how it behaves from now on."""

    root: Path
    url: str = ""
    latency: float = 0.0
    checksums: bool = True
    faults: Faults = field(default_factory=Faults)
    answer: Callable[[BaseHTTPRequestHandler, str], bool] = lambda handler, key: False
    """Called first; True where it has answered."""
    asked: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    """How many requests of each kind of fault, and `good` ones, were answered."""
    connections: int = 0
    most_at_once: int = 0
    headers: list[dict[str, str]] = field(default_factory=list)
    sockets: list[socket.socket] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _now: int = 0

    def fault(self, key: str) -> str:
        """What goes wrong with this request: depends on the seed, the key and how often it was asked for."""
        faults = self.faults
        draw = random.Random(f"{faults.seed} {key} {self.asked[key]}").random()
        for name in ("unavailable", "cut", "hanging", "flipped", "foreign"):
            draw -= getattr(faults, name)
            if draw < 0:
                return name
        return "good"


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    """A whole answer; underscores in the names of headers stand for dashes."""
    handler.send_response(status)
    for name, value in ({"Content_Length": str(len(body))} | headers).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


def refuse(handler: BaseHTTPRequestHandler, key: str) -> bool:
    """An answer to everything: 403."""
    reply(handler, 403)
    return True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    served: Server

    def setup(self) -> None:
        super().setup()
        with self.served.lock:
            self.served.connections += 1
            self.served.sockets.append(self.connection)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        pass

    def do_HEAD(self) -> None:
        """As GET, without the faults, and not counted."""
        key = unquote(urlsplit(self.path).path).lstrip("/")
        if not self.served.answer(self, key):
            self._serve(self.served, key, "good")

    def do_GET(self) -> None:
        server = self.served
        key = unquote(urlsplit(self.path).path).lstrip("/")
        with server.lock:
            fault = server.fault(key)
            server.asked[key] += 1
            server.headers.append({name.title(): value for name, value in self.headers.items()})
            server._now += 1
            server.most_at_once = max(server.most_at_once, server._now)
        try:
            if server.latency:
                time.sleep(server.latency)
            if not server.answer(self, key):
                self._serve(server, key, fault)
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with server.lock:
                server._now -= 1
                server.done[fault] += 1

    def _serve(self, server: Server, key: str, fault: str) -> None:
        path = server.root / key
        if not path.is_file():
            reply(self, 404, b"not found")
            return
        body = path.read_bytes()
        if fault == "unavailable":
            reply(self, 503, b"busy")
            return
        if fault == "hanging":
            server.stopped.wait(server.faults.hang)
            self.close_connection = True
            return
        if (
            fault == "foreign"
        ):  # what a mixed-up cache or a wrong upload gives: a whole, valid file of another place
            body = foreign_of(server.root, path)
        sums = {}
        if server.checksums:
            sums["Content_MD5"] = base64.b64encode(hashlib.md5(body).digest()).decode()
        if fault == "flipped":
            flipped = bytearray(body)
            at = random.Random(f"{server.faults.seed} {key}").randrange(len(body) // 2, len(body))
            flipped[at] ^= 1 << (at % 8)
            body = bytes(flipped)
        if fault == "cut":
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return
        reply(self, 200, body, **sums)


def foreign_of(root: Path, path: Path) -> bytes:
    """The file of the same name of another sample, where there is one; else itself."""
    product = path.parent.name
    for other in sorted(root.glob(f"imagery/*/*/*/{product}/{path.name}")):
        if other.parent.parent != path.parent.parent:
            return other.read_bytes()
    return path.read_bytes()


class _Threading(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news in a test."""


class _Threading6(_Threading):
    address_family = socket.AF_INET6


@contextmanager
def serve(root: Path, port: int = 0, host: str = "127.0.0.1", **behaviour: Any) -> Iterator[Server]:
    """Serve a folder until the block ends; at a port that was another's before, if one is named."""
    server = Server(root, **behaviour)
    handler = type("Handler", (_Handler,), {"served": server})
    kind, name = (_Threading6, f"[{host}]") if ":" in host else (_Threading, host)
    with kind((host, port), handler) as listening:
        server.url = f"http://{name}:{listening.server_address[1]}/"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            listening.shutdown()
            thread.join(5)
            for connection in server.sockets:  # those kept alive would go on being answered
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def main() -> None:
    """Serve a folder from a process of its own, so that a measurement is not slowed by the server's own work."""
    root, latency = sys.argv[1:]
    with serve(Path(root), latency=float(latency)) as server:
        print(server.url, flush=True)  # noqa: T201  the one who started it reads this
        sys.stdin.read()  # until it goes away


if __name__ == "__main__":
    main()
