"""Another site's name that was pointed at this server (DNS rebinding), and another site's page: neither gets an answer of worth."""

from __future__ import annotations

import http.client
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import panel as pn
import pytest

from explorer.core.config import Settings
from explorer.core.log_throttle import ThrottledWarning
from explorer.opening import open_corpus
from explorer.server import security_headers, websocket
from explorer.server.ports import Hosts
from explorer.server.serving import script_bundle
from tests import joining
from tests.running import Running

EVERYTHING = (
    "/", "/first-picture.jpg", "/guide", f"/scripts/{script_bundle().name}", "/ws", "/health", "/metrics", "/static/js/bokeh.min.js",
    "/static/extensions/panel/panel.min.js", "/favicon.ico", "/login", "/logout", "/autoload.js", "/nowhere", "/%2e%2e/",
)  # fmt: skip


@pytest.fixture
def running(tiny_folder: Path, tmp_path: Path) -> Iterator[Running]:
    corpus = open_corpus(tiny_folder, config=Settings(data_dir=tmp_path / "data"))
    found = Running(corpus, lambda _link: pn.pane.HTML("made"), allow_origins=["Explorer.example.org"])
    yield found
    found.stop()
    corpus.close()


def ask(running: Running, host: str, path: str = "/", method: str = "GET") -> tuple[int, dict[str, str], str]:
    """The answer to who calls the server by a name."""
    line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    line.putrequest(method, path, skip_host=True)
    line.putheader("Host", host)
    line.putheader("Content-Length", "0")
    line.endheaders()
    answer = line.getresponse()
    body = answer.read().decode("utf-8", "replace")
    line.close()
    return answer.status, dict(answer.headers), body


@pytest.mark.parametrize("path", EVERYTHING)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
def test_nothing_is_answered_under_a_name_that_was_not_told(running: Running, path: str, method: str) -> None:
    status, headers, body = ask(running, f"evil.example:{running.port}", path, method)
    assert status == 421
    assert headers["Content-Security-Policy"] == security_headers.policy()
    assert "token" not in body
    if method != "HEAD":
        assert f"--allow-origin evil.example:{running.port}" in body


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example.", "xlocalhost", "localhost.", "127.0.0.1x",
     "1.2.3.4.5", "explorer.example.org.evil.example", "evilexplorer.example.org", "[::1].evil.example", "0x7f000001", ""],
)  # fmt: skip
def test_no_name_that_looks_like_one_of_ours_is_taken_for_it(running: Running, host: str) -> None:
    assert ask(running, host)[0] in (400, 421)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "LOCALHOST:{port}", "127.0.0.1:{port}", "[::1]:{port}", "localhost:8080", "10.1.2.3:{port}",
             "explorer.example.org", "EXPLORER.example.org:8443"],
)  # fmt: skip
def test_the_names_of_this_server_and_addresses_are_answered(running: Running, host: str) -> None:
    for path in ("/", "/health"):
        assert ask(running, host.format(port=running.port), path)[0] in (200, 503)


def test_what_a_stranger_calls_the_server_is_shown_as_text(running: Running) -> None:
    status, _, body = ask(running, "a%3cscript%3e'b'&c;")
    assert status == 421
    assert "a%3cscript%3e&#x27;b&#x27;&amp;c;" in body
    assert "<script" not in body
    assert len(ask(running, "x" * 20_000)[2]) < 5000


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("evil.example:{port}", "http://evil.example:{port}", 421),
        ("evil.example", "http://evil.example", 421),
        ("evil.example", "http://127.0.0.1:{port}", 421),
        ("127.0.0.1:{port}", "http://evil.example", 403),
        ("127.0.0.1:{port}", "http://127.0.0.1:3000", 403),
        ("127.0.0.1:{port}", "http://evil.example:{port}", 403),
        ("127.0.0.1:{port}", "null", 403),
        ("127.0.0.1:{port}", "", 403),
        ("127.0.0.1:{port}", "file://", 403),
        ("127.0.0.1:{port}", "chrome-extension://127.0.0.1:{port}", 403),
        ("127.0.0.1:{port}", "http://127.0.0.1:{port}@evil.example", 403),
        ("127.0.0.1:{port}", "http://127.0.0.1:{port}.evil.example", 403),
        ("127.0.0.1:{port}", "http://127.0.0.1:{port}", 101),
        ("127.0.0.1:{port}", "http://localhost:{port}", 101),
        ("localhost:8080", "http://localhost:8080", 101),
        ("127.0.0.1:{port}", "https://explorer.example.org", 101),
        ("explorer.example.org", "https://explorer.example.org", 101),
        ("explorer.example.org", "https://explorer.example.org:444", 403),
    ],
)
@pytest.mark.parametrize("site", [None, "same-origin", "none", "cross-site"])
def test_only_pages_of_this_server_open_a_session(
    running: Running, host: str, origin: str, status: int, site: str | None
) -> None:
    headers = {} if site is None else {"Sec_Fetch_Site": site}
    found = joining.handshake(
        running.url, joining.ordered(running.url),
        Host=host.format(port=running.port), Origin=origin.format(port=running.port), **headers,
    )  # fmt: skip
    assert found == status


def test_the_words_say_what_to_do_and_the_log_says_it_once(
    running: Running, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security_headers.StrangeHostHandler, "_seen", ThrottledWarning("host"))
    monkeypatch.setattr(websocket, "_UNKNOWN_ORIGIN", ThrottledWarning("origin"))
    with caplog.at_level(logging.WARNING, "explorer"):
        for _ in range(20):
            assert ask(running, "evil.example")[0] == 421
            code, headers, body = ask_from(running, "https://maps.example.org")
            assert code == 403
    assert headers["Content-Type"].startswith("text/plain")
    assert "--allow-origin maps.example.org" in body
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(lines) == 2
    assert [re.findall(r"--allow-origin (\S+)", line) for line in lines] == [
        ["evil.example"],
        ["maps.example.org"],
    ]
    assert "websocket-origin" not in caplog.text


def ask_from(running: Running, origin: str) -> tuple[int, dict[str, str], str]:
    """What a page asks whose connection failed (`connection.js`)."""
    line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    line.request("POST", "/ws", headers={"Origin": origin})
    answer = line.getresponse()
    body = answer.read().decode()
    line.close()
    return answer.status, dict(answer.headers), body


def test_a_page_of_this_server_that_asks_is_not_refused_for_its_name(running: Running) -> None:
    assert ask_from(running, running.url)[0] == 400


def test_a_page_is_from_elsewhere_by_name_scheme_and_port() -> None:
    hosts = Hosts("0.0.0.0", 5006, ["explorer.example.org", "10.0.0.5:8080"])
    for origin in ("https://explorer.example.org", "http://explorer.example.org", "http://10.0.0.5:8080"):
        assert hosts.may_talk(origin, "127.0.0.1:5006")
    for origin in (
        "https://explorer.example.org:8443",
        "http://10.0.0.5",
        "https://10.0.0.5:8081",
        "x",
        "http:",
        "http://",
    ):
        assert not hosts.may_talk(origin, "127.0.0.1:5006")
    assert hosts.may_talk("http://[::1]:5006", "[::1]:5006")
    assert not hosts.may_talk("http://[::1]:5007", "[::1]:5006")


def test_what_is_seldom_told_is_counted() -> None:
    now = [0.0]
    throttled = ThrottledWarning("x", clock=lambda: now[0])
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logging.getLogger("explorer").addHandler(handler)
    try:
        for _ in range(1000):
            throttled.warn("it was so")
        now[0] = 61
        throttled.warn("it was so")
    finally:
        logging.getLogger("explorer").removeHandler(handler)
    assert [record.getMessage() for record in records] == [
        "it was so", "it was so (and 999 before, since the last such line)",
    ]  # fmt: skip
