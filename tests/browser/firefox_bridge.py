"""Start Firefox ESR and stand between it and Playwright.

Playwright sends `emulation.setMediaFeaturesOverride` for every browser context and page, and Firefox ESR does not know it:
no context could be made. This answers such commands itself and hands on everything else. Playwright starts this file in
Firefox's place: `bridge.py FIREFOX ARGUMENTS...`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketClientConnection, WebSocketHandler, websocket_connect

ANSWERED_HERE = {"emulation.setMediaFeaturesOverride"}
LARGEST_MESSAGE = 256 * 2**20  # bytes; a picture of a page comes in one message


class Bridge(WebSocketHandler):
    """One connection of Playwright, with one of its own to Firefox."""

    firefox: WebSocketClientConnection

    def initialize(self, address: str) -> None:
        self._address = address

    async def open(self, *args: str, **kwargs: str) -> None:
        self.set_nodelay(True)
        self._opened = asyncio.ensure_future(
            websocket_connect(self._address + self.request.uri, max_message_size=LARGEST_MESSAGE)  # type: ignore[operator]
        )
        self.firefox = await self._opened
        self._reading = asyncio.ensure_future(self._hand_back())

    async def _hand_back(self) -> None:
        while (message := await self.firefox.read_message()) is not None:
            await self.write_message(message)
        self.close()

    async def on_message(self, message: str | bytes) -> None:
        command = json.loads(message)
        if command["method"] in ANSWERED_HERE:
            await self.write_message({"type": "success", "id": command["id"], "result": {}})
            return
        firefox = await self._opened
        await firefox.write_message(message)

    def on_close(self) -> None:
        if self._opened.done():
            self.firefox.close()


async def main(command: list[str]) -> int:
    """Run Firefox until it ends; where it says that it listens, say the bridge's address instead. Returns its exit code."""
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    assert process.stderr is not None
    async for raw in process.stderr:
        line = raw.decode(errors="replace")
        if found := re.search(r"WebDriver BiDi listening on (ws://[^\s]+)", line):
            sockets = bind_sockets(0, "127.0.0.1")
            routes = Application(
                [(r"/.*", Bridge, {"address": found[1]})], websocket_max_message_size=LARGEST_MESSAGE
            )
            HTTPServer(routes).add_sockets(sockets)
            line = line.replace(found[1], f"ws://127.0.0.1:{sockets[0].getsockname()[1]}")
        sys.stderr.write(line)
        sys.stderr.flush()
    return await process.wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(asyncio.run(main(sys.argv[1:])))
