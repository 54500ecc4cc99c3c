"""Session tokens that were invented, changed, taken from others or kept for too long, and more pages than there is room for."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import threading
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import panel as pn
import psutil
import pytest
from bokeh.util.token import generate_jwt_token, generate_session_id, get_session_id, get_token_payload
from tornado.httpclient import HTTPClientError

from explorer.core.config import Settings
from explorer.core.errors import NoRoomError
from explorer.opening import open_corpus
from explorer.server import ports, secret, serving, websocket
from explorer.server.admission import Admission, Proxies
from explorer.server.websocket import MAX_TOKEN, valid_token
from tests import joining
from tests.running import Running
from tests.talk import until

KEY = b"k" * 32


@contextmanager
def serving_pages(folder: Path, tmp_path: Path, **config: Any) -> Iterator[tuple[Running, list[str]]]:
    """A server of small pages; what was asked of each that was made."""
    made: list[str] = []
    corpus = open_corpus(
        folder, config=Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache", **config)
    )

    def page(link: Any) -> pn.pane.HTML:
        made.append(link.sample or "")
        return pn.pane.HTML("made")

    running = Running(corpus, page)
    try:
        yield running, made
    finally:
        running.stop()
        corpus.close()


@pytest.fixture
def running(tiny_folder: Path, tmp_path: Path) -> Iterator[Running]:
    with serving_pages(tiny_folder, tmp_path) as (found, _):
        yield found


def packed(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def bomb(megabytes: int) -> str:
    """A token that unpacks to so much."""
    inflated = zlib.compress(b'{"a": "' + b"0" * (megabytes << 20) + b'"}', 9)
    text = base64.urlsafe_b64encode(inflated).decode().rstrip("=")
    return packed({"session_id": "x", "session_expiry": 9e9, "__bk__zlib_": text})


def forged() -> list[str]:
    """Tokens that nobody was given."""
    plain = generate_jwt_token(generate_session_id(signed=False), signed=False)
    other = generate_jwt_token(
        generate_session_id(secret_key=b"other", signed=True), secret_key=b"other", signed=True
    )
    deep = base64.urlsafe_b64encode(b"[" * 20_000).decode().rstrip("=")
    return [
        plain, other, f"{plain}.", f"{plain}.x", f"{plain}.{other.partition('.')[2]}", "x", ".", "..", "a.b.c", "%00", "\x7f",
        packed({}), packed({"session_id": 1}), packed({"session_id": ["x"]}), packed({"session_id": "x"}) + ".AAAA", deep, deep + ".x",
        bomb(10), bomb(10) + ".x", "x" * (MAX_TOKEN + 1),
    ]  # fmt: skip


def test_no_invented_token_opens_anything(tiny_folder: Path, tmp_path: Path) -> None:
    with serving_pages(tiny_folder, tmp_path) as (running, made):
        for token in forged():
            assert joining.handshake(running.url, token) in (400, 403), token[:60]
        assert made == []  # not one page for thirty handshakes
        assert joining.handshake(running.url, joining.ordered(running.url)) == 101
        until(lambda: len(made) == 1)


def test_nothing_is_unpacked_before_the_signature_was_seen(running: Running) -> None:
    token = bomb(30)
    assert len(token) < 64_000
    process, most = psutil.Process(), [0]
    before, over = process.memory_info().rss, threading.Event()

    def watch() -> None:
        while not over.wait(0.002):
            most[0] = max(most[0], process.memory_info().rss - before)

    threading.Thread(target=watch, daemon=True).start()
    began = time.monotonic()
    try:
        for _ in range(10):
            assert joining.handshake(running.url, token) in (400, 403)
    finally:
        over.set()
    assert most[0] < 25_000_000
    assert time.monotonic() - began < 5


def test_a_token_that_was_changed_is_none(running: Running) -> None:
    token = joining.ordered(running.url)
    content, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))
    for change in ({"session_expiry": said["session_expiry"] + 1}, {"session_id": "x"}, {"more": 1}):
        assert joining.handshake(running.url, f"{packed(said | change)}.{signature}") == 403
    assert joining.handshake(running.url, token) == 101


def test_it_is_the_server_that_says_how_long_a_token_holds() -> None:
    def made(seconds: int) -> str:
        session_id = generate_session_id(secret_key=KEY, signed=True)
        return generate_jwt_token(session_id, secret_key=KEY, signed=True, expiration=seconds)

    assert valid_token(made(60), KEY)
    assert not valid_token(made(-1), KEY)
    assert not valid_token(made(60), b"another" * 5)
    assert not valid_token("x." + "é" * 43, KEY)


def test_the_id_of_a_session_opens_it_to_nobody(running: Running) -> None:
    token = joining.ordered(running.url)
    session_id = get_session_id(token)
    assert joining.handshake(running.url, token) == 101
    for invented in (
        generate_jwt_token(session_id, signed=False),
        generate_jwt_token(session_id, secret_key=b"", signed=True),
        session_id,
    ):
        assert joining.handshake(running.url, invented) == 403
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{running.url}/autoload.js?bokeh-session-id={session_id}")
    assert refused.value.code == 404


def test_the_token_of_one_process_is_good_for_another_that_shares_the_secret(
    tiny_folder: Path, tmp_path: Path
) -> None:
    shared = {"cookie_secret": "s" * 40}
    with (
        serving_pages(tiny_folder, tmp_path / "a", **shared) as (one, _),
        serving_pages(tiny_folder, tmp_path / "b", **shared) as (two, made),
        serving_pages(tiny_folder, tmp_path / "c") as (stranger, _),
    ):
        token = joining.ordered(one.url)

        async def join() -> None:
            socket = await joining.connected(two.url, token)
            await joining.acknowledged(socket)  # who leaves before is made no page
            socket.close()

        asyncio.run(join())
        assert len(made) == 1
        assert joining.handshake(stranger.url, token) == 403


def test_a_token_says_no_more_of_a_browser_than_is_needed(running: Running) -> None:
    token = joining.ordered(running.url, Cookie="other=secret; explorer_blind=1", Authorization="Basic eA==")
    said = get_token_payload(token)
    assert said["cookies"] == {"explorer_blind": "1"}
    assert said["headers"] == {}


def test_a_link_whose_token_would_be_too_long_is_refused_in_words(running: Running) -> None:
    draw = random.Random(1)
    link = "?regions=" + "".join(draw.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(60_000))
    code, _, body = running.get(f"/{link}")
    assert code == 414
    assert b"too long" in body


def test_where_no_secret_can_be_kept_one_serves_for_this_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    made = {secret.of("", tmp_path / "file", may_pass=True) for _ in range(2)}
    assert len(made) == 2
    assert secret.of("", tmp_path / "data") == secret.of("", tmp_path / "data")


@pytest.fixture
def few(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Running, list[str]]]:
    monkeypatch.setattr(serving, "REFUSED_S", 0.05)  # how long a refusal takes is no matter here
    with serving_pages(tiny_folder, tmp_path, max_pages=6, max_pages_per_address=4) as found:
        yield found


def test_one_visitor_has_so_many_pages_and_is_told_when_to_come_again(
    few: tuple[Running, list[str]],
) -> None:
    running, made = few
    tokens = [joining.ordered(running.url) for _ in range(4)]
    code, headers, body = running.get("/")
    assert (code, headers["Retry-After"]) == (503, "30")
    assert b"4 pages are open from your network" in body
    assert b"<style>" in body
    assert running.get("/health")[0] in (200, 503)
    until(lambda: len(made) == 4)

    async def all_of_them() -> None:
        open_ones = [await joining.connected(running.url, token) for token in tokens]
        for socket in open_ones:
            await joining.acknowledged(socket)
        with pytest.raises(HTTPClientError) as refused:  # joined again, by who has the token
            await joining.connected(running.url, tokens[0])
        assert refused.value.code == 503
        assert refused.value.response is not None
        assert refused.value.response.headers["Retry-After"] == "30"
        assert await asyncio.to_thread(lambda: running.get("/")[0]) == 503
        open_ones[0].close()
        for _ in range(100):
            if await asyncio.to_thread(lambda: running.get("/")[0]) == 200:
                break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError("a closed page does not free its place")

    asyncio.run(all_of_them())


def test_who_asks_in_vain_costs_no_token_and_nobody_s_costs_the_loop(
    few: tuple[Running, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, _ = few
    real, threads = serving.generate_session_id, []

    def counted(**options: Any) -> Any:
        threads.append(threading.current_thread())
        return real(**options)

    monkeypatch.setattr(serving, "generate_session_id", counted)
    answers = [running.get("/")[0] for _ in range(20)]
    assert answers == [200] * 4 + [503] * 16
    assert len(threads) == 4
    assert running._thread not in threads


def test_all_together_have_so_many_pages(tiny_folder: Path, tmp_path: Path) -> None:
    config = {"max_pages": 3, "max_pages_per_address": 2, "trusted_proxies": "127.0.0.1"}
    with serving_pages(tiny_folder, tmp_path, **config) as (running, made):
        for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2"):
            joining.ordered(running.url, X_Forwarded_For=address)
        for address in ("10.0.0.1", "10.0.0.3"):
            assert running.get("/", **{"X-Forwarded-For": address})[0] == 503
        until(lambda: len(made) == 3)


def test_who_says_for_whom_he_asks_is_believed_where_that_was_set(
    few: tuple[Running, list[str]],
) -> None:
    running, _ = few
    answers = [
        running.get("/", **{"X-Forwarded-For": f"10.0.0.{n}", "X-Real-Ip": f"10.0.0.{n}"})[0]
        for n in range(6)
    ]
    assert answers == [200] * 4 + [503] * 2


def test_who_goes_before_the_page_is_there_leaves_none(tiny_folder: Path, tmp_path: Path) -> None:
    with serving_pages(tiny_folder, tmp_path) as (running, _):
        context = running.server._tornado._applications["/"]
        token = joining.ordered(running.url)
        until(lambda: len(list(context.sessions)) == 1)

        async def come_and_go() -> None:
            for _ in range(5):
                (await joining.connected(running.url, token)).close()

        asyncio.run(come_and_go())
        session = next(iter(context.sessions))
        until(lambda: session.connection_count == 0)
        entry = websocket.entry_control(running.server._tornado)
        until(lambda: not entry.sockets)
        assert entry.admission.of("127.0.0.1") == 0


def test_what_is_signed_for_one_purpose_is_worth_nothing_for_another() -> None:
    assert secret.derived("s" * 40, "session tokens") != secret.derived("s" * 40, "a login's password")


def test_who_asks_for_many_pages_keeps_nobody_else_waiting(tiny_folder: Path, tmp_path: Path) -> None:
    corpus = open_corpus(tiny_folder, config=Settings(data_dir=tmp_path, trusted_proxies="127.0.0.1"))
    made: list[str] = []

    def page(link: Any) -> pn.pane.HTML:
        time.sleep(0.1)
        made.append(link.sample or "")
        return pn.pane.HTML("made")

    running = Running(corpus, page)
    try:

        async def all_of_them() -> None:
            flood = [
                joining.ordered(running.url, "?sample=flood", X_Forwarded_For="10.0.0.1") for _ in range(25)
            ]
            waiting = [
                asyncio.create_task(joining.connected(running.url, token, X_Forwarded_For="10.0.0.1"))
                for token in flood[10:]
            ]
            before = len(made)
            token = await asyncio.to_thread(
                joining.ordered, running.url, "?sample=other", X_Forwarded_For="10.0.0.2"
            )
            await joining.acknowledged(
                await joining.connected(running.url, token, X_Forwarded_For="10.0.0.2")
            )
            assert made.index("other") - before <= 3  # what was begun, and one more of the flood
            for socket in await asyncio.gather(*waiting):
                await joining.acknowledged(socket)
            assert len(made) == 26  # each once, though each was asked for by its page and by its connection

        asyncio.run(all_of_them())
    finally:
        running.stop()
        corpus.close()


def test_pages_that_nobody_connects_to_are_not_made_for_long(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "PATIENCE_S", 1.0)
    corpus = open_corpus(tiny_folder, config=Settings(data_dir=tmp_path))
    made: list[float] = []

    def page(_link: Any) -> pn.pane.HTML:
        time.sleep(0.3)
        made.append(time.monotonic())
        return pn.pane.HTML("made")

    running = Running(corpus, page)
    try:
        tokens = [joining.ordered(running.url) for _ in range(20)]
        last = time.monotonic()
        entry = websocket.entry_control(running.server._tornado)
        until(lambda: entry.admission.of("127.0.0.1") == len(entry.admission) == len(made))
        assert made[-1] < last + 2
        assert len(made) < 20
        assert joining.handshake(running.url, tokens[-1]) == 101  # who comes after all gets it
    finally:
        running.stop()
        corpus.close()


def test_one_address_that_goes_on_asking_has_a_third_of_the_time_pages_are_made_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket, "AT_ONCE_S", 0.1)
    entry = websocket.EntryControl(ports.Hosts("127.0.0.1", 5006, ()), Admission(100, 100), Proxies(""))
    spent: list[float] = []

    async def make() -> None:
        began = time.monotonic()
        await asyncio.sleep(0.02)
        spent.append(time.monotonic() - began)

    async def ask(number: int, address: str) -> float:
        await entry.make(f"{address} {number}", address, make, unless=lambda: False)
        return time.monotonic()

    async def run() -> tuple[float, float]:
        began = time.monotonic()
        many = asyncio.gather(*(ask(number, "192.0.2.1") for number in range(20)))
        other = await ask(0, "192.0.2.2")
        assert other < min((await many)[5:])  # no rest for another's first
        return time.monotonic() - began, sum(spent)

    lasted, made = asyncio.run(run())
    assert len(spent) == 21
    assert made - 0.02 - 0.1 < 0.4 * lasted  # of which 0.1 s are free


def test_one_address_that_floods_waits_and_is_then_refused_while_others_do_not_wait() -> None:
    entry = websocket.EntryControl(ports.Hosts("127.0.0.1", 5006, ()), Admission(100, 100), Proxies(""))
    at_once = [entry.wait_for_turn("192.0.2.1") for _ in range(websocket.REQUESTS)]
    assert max(at_once) == 0.0
    waits: list[float] = []

    def go_on() -> None:
        while len(waits) < 10_000:
            waits.append(entry.wait_for_turn("192.0.2.1"))

    with pytest.raises(NoRoomError, match="your network"):
        go_on()
    assert 0 < waits[0] < 1 < waits[-1] <= websocket.LONGEST_WAIT_S + 1 / websocket.REQUESTS_A_SECOND
    assert entry.wait_for_turn("192.0.2.2") == 0.0
