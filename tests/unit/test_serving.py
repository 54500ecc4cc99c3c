"""What a browser gets before there is a session, whose pages may talk to the server, and what a failure tells."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import logging
import re
import socket
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import panel as pn
import pytest
from bokeh.document import Document
from bokeh.models import Div
from PIL import Image

from explorer.analysis.composite import Painter, bands_of
from explorer.app import create_page
from explorer.core.errors import ServeError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.server import document_reply, ports, serving
from explorer.server.guide_pages import guide_pictures
from explorer.server.sessions import PageMaker
from explorer.views.animation.first_frame import first_picture
from explorer.views.common.components import FAILED, Component, SessionScheduler
from explorer.views.common.selection import Link, decode
from tests import corpora, joining
from tests.running import SECONDS, Running

DAY = PF_SR.date_keys[3]


@pytest.fixture
def running(tiny_corpus: Corpus) -> Iterator[Running]:
    found = Running(tiny_corpus, create_page(tiny_corpus), allow_origins=["explorer.example.org"])
    yield found
    found.stop()


def test_the_html_comes_before_the_page_is_made(tiny_corpus: Corpus) -> None:
    gate = threading.Event()

    def make(_link: Link) -> pn.pane.HTML:
        assert gate.wait(SECONDS)
        return pn.pane.HTML("made")

    running = Running(tiny_corpus, make)
    try:
        code, headers, body = running.get("/")
        assert code == 200
        assert headers["Cache-Control"] == "no-store"
        assert b'id="shell"' in body
        gate.set()
    finally:
        gate.set()
        running.stop()


def test_the_html_says_what_the_link_shows_and_a_link_cannot_write_into_it(
    running: Running, tiny_corpus: Corpus
) -> None:
    evil = "%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E%22%27%3E"
    _, _, body = running.get(f"/?sample={corpora.FULL}&date={DAY}&composite={evil}&theme=dark")
    text = body.decode()
    first = json.loads(re.findall(r'<script type="application/json" id="first">(.*?)</script>', text)[0])
    assert first["sample"] == corpora.FULL
    assert (first["iso"], first["index"]) == (DAY, 3)
    assert 'class="dark"' in text
    assert "alert(1)<" not in text
    assert text.count("<script") == 2
    _, _, body = running.get(f"/?sample={evil}")
    assert (
        json.loads(re.findall(r'id="first">(.*?)</script>', body.decode())[0])["sample"]
        == tiny_corpus.default_sample
    )


def test_the_first_picture_is_that_of_the_link(running: Running, tiny_corpus: Corpus) -> None:
    code, headers, body = running.get(f"/first-picture.jpg?sample={corpora.FULL}&date={DAY}&composite=false")
    assert (code, headers["Content-Type"]) == (200, "image/jpeg")
    with Image.open(io.BytesIO(body)) as image:
        shown = np.asarray(image.convert("RGB")).astype(int)
    link = decode(f"?sample={corpora.FULL}&date={DAY}&composite=false")
    alone = first_picture(tiny_corpus, link)
    assert alone == body
    assert tiny_corpus.cubes.peek(tiny_corpus.cell(corpora.FULL), PF_SR) is None  # one chip, not all
    cube = tiny_corpus.cubes.get(tiny_corpus.cell(corpora.FULL), PF_SR)
    whole = first_picture(tiny_corpus, link)
    assert whole is not None
    with Image.open(io.BytesIO(whole)) as image:
        wanted = Painter(cube, bands_of("false", PF_SR.id)).rgb(3).astype(int)
        assert np.abs(np.asarray(image.convert("RGB")).astype(int) - wanted).mean() < 4
    assert shown.shape == wanted.shape


@pytest.mark.parametrize(
    "query",
    ["sample=nowhere", "sample=33N_15E-200N_02_09", f"sample={corpora.FULL}&date=2019-12-29", "sample=%00"],
)
def test_where_there_is_no_first_picture_there_is_none(running: Running, query: str) -> None:
    code, _, body = running.get(f"/first-picture.jpg?{query}")
    assert (code, body) == (204, b"")


def test_the_scripts_are_packed_and_kept(running: Running) -> None:
    name = serving.script_bundle().name
    code, headers, packed = running.get(f"/scripts/{name}", **{"Accept-Encoding": "gzip"})
    assert code == 200
    assert "immutable" in headers["Cache-Control"]
    plain = gzip.decompress(packed)
    assert len(packed) < len(plain) / 3
    assert running.get(f"/scripts/{name}")[2] == plain
    assert running.get("/scripts/0123456789.js")[0] == 404


def test_the_guide_is_there_with_its_pictures_and_nothing_else_is(running: Running) -> None:
    code, headers, body = running.get("/guide")
    assert (code, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    text = body.decode()
    assert text.count("<h1>") == 1
    assert "<script" not in text
    pictures = re.findall(r'<img src="([^"]+)"', text)
    assert len(pictures) == len(guide_pictures()) > 4
    for name in pictures:
        code, headers, body = running.get(f"/{name}")
        assert (code, headers["Content-Type"], body[8:12]) == (200, "image/webp", b"WEBP")
    for link in re.findall(r'href="([^"]+)"', text):
        assert link.startswith(("https://", "favicon")), link


@pytest.mark.parametrize(
    "name", ["page.md", "guide.md", "guide-none.webp", "page.webp", "..%2Fguide.md", "%2e%2e/%2e%2e/README.md", "guide-find.webp%00", "a" * 61]
)  # fmt: skip
def test_no_other_file_is_had_through_the_guide(running: Running, name: str) -> None:
    code, _, body = running.get(f"/guide/{name}")
    assert code == 404
    assert b"# " not in body


def test_a_session_holds_the_whole_page_and_asks_nobody_else_for_it(running: Running) -> None:
    body = running.get(f"/?sample={corpora.FULL}")[2].decode()
    assert "https://" not in body
    with joining.pulled(running.url) as document:
        text = json.dumps(document)
    for label in ("Sample map", "Planet Fusion animation", "Temporal profile"):
        assert f'["aria-label", "{label}"]' in text
    assert "https://cdn" not in text


def test_a_page_that_cannot_be_made_says_so_without_a_traceback(
    tiny_corpus: Corpus, caplog: pytest.LogCaptureFixture
) -> None:
    def make(_link: Link) -> pn.viewable.Viewable:
        raise ZeroDivisionError("secret detail")

    document = Document()
    PageMaker(make)._fill(document)
    told = json.dumps(document.to_json(), default=str)
    assert "could not be made" in told
    assert "secret" not in told
    assert "Traceback" not in told
    assert "secret detail" in caplog.text


def test_a_browser_hears_that_something_failed_and_no_traceback(
    running: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_request: str, _document: Document) -> None:
        raise ValueError("secret")

    monkeypatch.setattr(document_reply, "reply", fails)

    async def asked() -> list[Any]:
        socket = await joining.connected(running.url, joining.ordered(running.url))
        await joining.acknowledged(socket)
        for part in ({"msgid": "asked", "msgtype": "PULL-DOC-REQ"}, {}, {}):
            await socket.write_message(json.dumps(part))
        answer = [
            json.loads(await asyncio.wait_for(socket.read_message(), SECONDS) or "null") for _ in range(3)
        ]
        await joining.left(socket)
        return answer

    header, _, content = asyncio.run(asked())
    assert (header["msgtype"], header["reqid"]) == ("ERROR", "asked")
    assert content == {"text": "failed", "traceback": None}
    assert "ValueError: secret" in caplog.text


def test_a_callback_that_fails_is_logged_and_told_in_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    class Part(Component):
        _esm = "export function render() {}"

    told: list[str] = []
    loop = SessionScheduler()
    loop.tell = told.append
    part = Part(loop)
    part.on["go"] = lambda data: data["absent"]
    after: list[int] = []
    with caplog.at_level(logging.ERROR):
        part._handle_msg({"type": "go"})
        loop.call(lambda: after.append(1 // 0))
        loop.call(lambda: after.append(1))
    assert told == [FAILED, FAILED]
    assert after == [1]
    assert "KeyError" in caplog.text
    assert "KeyError" not in FAILED


def test_a_numbered_message_is_answered_when_it_has_been_dealt_with() -> None:
    """The browser waits for it before it shows a state that may be older than what it asked for last."""

    class Part(Component):
        _esm = "export function render() {}"

    part = Part(SessionScheduler())
    part.on["go"] = lambda data: part.send("state", value=10 // data["by"])
    for message in ({"by": 5, "number": 1}, {"by": 0, "number": 2}, {"by": 2}, {"by": 1, "number": "3"}):
        part._handle_msg({"type": "go", **message})
    told = [(message["type"], message.get("number", message.get("value"))) for message in part._outbox]
    assert told == [("state", 2), ("acknowledged", 1), ("acknowledged", 2), ("state", 5), ("state", 10)]


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        ("http://127.0.0.1:{port}", True),
        ("http://localhost:{port}", True),
        ("http://127.0.0.1:1", False),
        ("http://explorer.example.org", True),
        ("https://explorer.example.org", True),
        ("https://explorer.example.org:8443", False),
        ("https://evil.example.org", False),
    ],
)
def test_only_pages_of_known_hosts_may_open_a_session(running: Running, origin: str, may: bool) -> None:
    status = joining.handshake(
        running.url, joining.ordered(running.url), Origin=origin.format(port=running.port)
    )
    assert status == (101 if may else 403)


def test_a_server_for_all_addresses_knows_the_names_of_its_machine() -> None:
    assert ports.origins("127.0.0.1", 80) == ["127.0.0.1:80", "localhost:80"]
    found = ports.origins("0.0.0.0", 5006, ["explorer.example.org", "10.0.0.5:8080"])
    assert {f"{socket.gethostname().lower()}:5006", "127.0.0.1:5006"} <= set(found)
    assert found[-2:] == ["explorer.example.org", "10.0.0.5:8080"]
    assert not any("*" in name for name in found)
    for wrong in ("*", "http://x", "a b", "x:y", ""):
        with pytest.raises(ServeError, match="is not a host"):
            ports.origins("0.0.0.0", 5006, [wrong])


def test_a_page_is_encoded_where_it_was_made_and_anew_once_it_has_changed() -> None:
    for changed in (False, True):
        document = Document()
        document.add_root(Div(text="as it was made"))
        document_reply.encode(document)
        if changed:
            document.roots[0].text = "as it is now"
        message = document_reply.reply("1", document)
        shown = json.loads(message.content_json)["doc"]
        assert shown["roots"][0]["attributes"]["text"] == ("as it is now" if changed else "as it was made")
        assert message.header["reqid"] == "1"
        document.roots[0].text = "later"
        again = json.loads(document_reply.reply("2", document).content_json)["doc"]
        assert again["roots"][0]["attributes"]["text"] == "later"
