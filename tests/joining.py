"""Opening a page's session without a browser: the token that `/` gives, the handshake, the document."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

SECONDS = 60.0


def token(page: str) -> str:
    """The token in a page's HTML."""
    return str(json.loads(re.findall(r'id="first">(.*?)</script>', page)[0])["token"])


def ordered(url: str, query: str = "", **headers: str) -> str:
    """Ask for a page; its session's token. Underscores in names of headers stand for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"{url}/{query}", headers=named)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return token(answer.read().decode())


async def connected(url: str, given: str, **headers: str) -> WebSocketClientConnection:
    """A connection to the session of a token. Raises `HTTPClientError` where it is refused."""
    named = {"Origin": url} | {name.replace("_", "-"): value for name, value in headers.items()}
    request = HTTPRequest(f"ws{url.removeprefix('http')}/ws", headers=named, request_timeout=SECONDS)
    return await websocket_connect(request, subprotocols=["bokeh", given], max_message_size=1 << 28)


async def shaken(url: str, given: str, **headers: str) -> int:
    """The status that a handshake is answered with; 101 for one that is let in."""
    try:
        socket = await connected(url, given, **headers)
    except HTTPClientError as error:
        return error.code
    socket.close()
    return 101


def handshake(url: str, given: str, **headers: str) -> int:
    """The same, waiting for it."""
    return asyncio.run(shaken(url, given, **headers))


async def acknowledged(socket: WebSocketClientConnection) -> None:
    """Wait until a connection has its session."""
    for _ in range(3):
        assert await asyncio.wait_for(socket.read_message(), SECONDS) is not None, "the connection ended"


async def document(socket: WebSocketClientConnection) -> Any:
    """A session's document, as JSON."""
    await acknowledged(socket)
    for part in ({"msgid": uuid.uuid4().hex, "msgtype": "PULL-DOC-REQ"}, {}, {}):
        await socket.write_message(json.dumps(part))
    header, _, content = [
        json.loads(await asyncio.wait_for(socket.read_message(), SECONDS) or "null") for _ in range(3)
    ]
    assert header["msgtype"] == "PULL-DOC-REPLY"
    return content["doc"]


async def left(socket: WebSocketClientConnection) -> None:
    """Leave, as a closed tab does."""
    socket.close()
    await asyncio.sleep(0.05)


@contextmanager
def pulled(url: str, query: str = "") -> Iterator[Any]:
    """A session's document as JSON; the session is open until the block ends."""
    loop = asyncio.new_event_loop()
    try:
        socket = loop.run_until_complete(connected(url, ordered(url, query)))
        yield loop.run_until_complete(document(socket))
        loop.run_until_complete(left(socket))
    finally:
        loop.close()
