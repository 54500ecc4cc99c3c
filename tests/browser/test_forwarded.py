"""Behind a forwarder as VS Code and Codespaces have it: it calls the server `localhost`, while the page keeps an address of its own."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from explorer.server import ports
from tests.browser.conftest import Server
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser


@contextmanager
def forwarded(port: int, to: int) -> Iterator[None]:
    """Listens on a port, and hands all that comes on, with the name of the server in each request's `Host`."""
    called, own = f"Host: 127.0.0.1:{port}\r\n".encode(), f"Host: localhost:{to}\r\n".encode()

    async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 16):
                writer.write(data.replace(called, own))
                await writer.drain()
        finally:
            writer.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", to)
        await asyncio.gather(hand_on(reader, back), hand_on(there, writer), return_exceptions=True)

    async def serve() -> None:
        server = await asyncio.start_server(meet, "127.0.0.1", port)
        async with server:
            ready.set()
            await asyncio.to_thread(ended.wait)

    ready, ended = threading.Event(), threading.Event()
    thread = threading.Thread(target=asyncio.run, args=[serve()])
    thread.start()
    try:
        assert ready.wait(20)
        yield
    finally:
        ended.set()
        thread.join()


def test_a_forwarders_name_is_said_and_with_it_everything_works(
    page: Page, corpus_folder: Path, demo: str, tmp_path: Path
) -> None:
    port, context = ports.usable("127.0.0.1", 0), page.context
    serve = [sys.executable, "-m", "explorer", "serve", str(corpus_folder), "--port", "0", "--no-open"]
    allowed = ["--allow-origin", f"127.0.0.1:{port}"]
    plain = Server(corpus_folder, tmp_path / "cache", serve)
    try:
        with forwarded(port, to=urlsplit(plain.url).port or 0):
            page.goto(f"http://127.0.0.1:{port}/")
            expect(page.get_by_role("alert")).to_contain_text(" ".join(allowed))
            page.close()
    finally:
        plain.stop()
    told = Server(corpus_folder, tmp_path / "cache", serve + allowed)
    try:
        with forwarded(port, to=urlsplit(told.url).port or 0):
            visit = Visit(context.new_page(), f"http://127.0.0.1:{port}").open(f"?sample={demo}")
            visit.page.get_by_role("button", name="Play", exact=True).click()
            before = visit.date
            assert before is not None
            expect(visit.slider).not_to_have_attribute("aria-valuetext", before)
            verdict = {"sample": demo, "judgement": "correct", "reviewer": "Anna"}
            said = visit.page.evaluate(
                "(body) => fetch('api/verdicts', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }).then((a) => a.status)",
                json.dumps(verdict),
            )
            assert said == 201
            assert visit.complaints == []
            context.close()
        assert told.complaints == []
    finally:
        told.stop()
