"""The HTTP store: patient with what passes, plain about what does not, and never led elsewhere."""

from __future__ import annotations

import base64
import errno
import hashlib
import pickle
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from explorer import __version__, open_corpus, opening
from explorer.core import grid
from explorer.core.config import Settings, settings
from explorer.core.errors import (
    CancelledError,
    CorpusNotFoundError,
    NotThereError,
    StoreError,
    UnreadableError,
)
from explorer.core.products import PF_SR
from explorer.corpus import remote_corpus
from explorer.corpus.stores import http
from explorer.corpus.stores import store as stores
from explorer.corpus.stores.http import HttpStore
from explorer.corpus.stores.objects import ObjectStore
from explorer.corpus.stores.store import Store, until
from explorer.corpus.tables import index_file
from tests import corpora, servers
from tests.servers import Faults, Server, reply

CELL = grid.parse(corpora.FULL)
KEY = PF_SR.key(CELL.folder, PF_SR.dates[0])
QUICK = Settings(http_retries=3, http_connect_timeout=10, http_read_timeout=10, http_total_timeout=30)
HASTY = Settings(http_retries=3, http_connect_timeout=10, http_read_timeout=0.5, http_total_timeout=30)
"""For servers that hang; others may take longer than this where a machine is busy."""
SECONDS = 25.0
"""What takes longer has waited for something that it must not wait for."""


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(http, "BACKOFF", 0.01)
    monkeypatch.setenv("EXPLORER_CACHE_DIR", str(tmp_path / "cache"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def server(indexed_folder: Path) -> Iterator[Server]:
    with servers.serve(indexed_folder) as running:
        yield running


@pytest.fixture
def store(server: Server) -> Iterator[HttpStore]:
    store = HttpStore(server.url, QUICK)
    yield store
    store.close()


def answers(server: Server, *replies: Callable[[BaseHTTPRequestHandler], None] | None) -> None:
    """These answers, one after another; None, and whatever comes after the last, is the file itself."""
    left = list(replies)

    def answer(handler: BaseHTTPRequestHandler, key: str) -> bool:
        this = left.pop(0) if left else None
        if this is not None:
            this(handler)
        return this is not None

    server.answer = answer


def status(code: int, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda handler: reply(handler, code, b"", **headers)


def test_it_is_a_store_and_gives_the_bytes(store: HttpStore, tiny_folder: Path, server: Server) -> None:
    assert isinstance(store, Store)
    assert store.get(KEY) == (tiny_folder / KEY).read_bytes()
    assert store.where == server.url
    assert store.href(KEY) == server.url + KEY
    assert server.headers[0]["User-Agent"] == f"rapidai4eo-explorer/{__version__}"


def test_connections_are_used_again(store: HttpStore, server: Server) -> None:
    for _ in range(10):
        store.get(KEY)
        with pytest.raises(NotThereError):
            store.get("imagery/absent.tif")
    assert server.connections == 1


def test_many_requests_are_in_flight(server: Server) -> None:
    store = HttpStore(server.url, QUICK.model_copy(update={"http_read_timeout": 30.0}))
    assert store.concurrency == 32
    all_here = threading.Barrier(32)

    def answer(_handler: BaseHTTPRequestHandler, _key: str) -> bool:
        all_here.wait(20)  # none is answered before all have come
        return False

    server.answer = answer
    with ThreadPoolExecutor(store.concurrency) as pool:
        list(pool.map(store.get, [KEY] * 32))
    assert server.most_at_once == 32


def test_it_cannot_list(store: HttpStore) -> None:
    with pytest.raises(StoreError, match="plain HTTP, which cannot list"):
        store.list("labels")


@pytest.mark.parametrize("key", ["../x", "a/../../x", "/etc/passwd", "", "a\\b", "a\x00b"])
def test_keys_stay_below_the_url(store: HttpStore, server: Server, key: str) -> None:
    with pytest.raises(NotThereError):
        store.get(key)
    assert not server.asked


def test_odd_characters_of_a_key_stay_in_its_path(store: HttpStore, server: Server) -> None:
    with pytest.raises(NotThereError):
        store.get("imagery/a b?c#d%2e%2e/@x")
    assert list(server.asked) == ["imagery/a b?c#d%2e%2e/@x"]


@pytest.mark.parametrize(
    "url", ["", "https://", "ftp://h/x", "http://h:port/", "example.org/x", "http://[::1/", "file:///etc"]
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(CorpusNotFoundError, match="is no URL"):
        HttpStore(url)


def test_a_password_and_a_signature_go_along_and_are_not_told(server: Server) -> None:
    url = server.url.replace("http://", "http://me:pa%20ss@") + "?sig=secret"
    store = HttpStore(url, QUICK)
    store.get(KEY)
    sent = server.headers[0]["Authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")) == b"me:pa ss"
    assert store.href(KEY).endswith(".tif?sig=secret")
    assert store.where == server.url
    assert "secret" not in repr(store)
    server.answer = servers.refuse
    with pytest.raises(StoreError) as caught:
        store.get(KEY)
    assert "secret" not in str(caught.value)
    assert "pa ss" not in str(caught.value)


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_what_can_pass_is_tried_again(store: HttpStore, server: Server, tiny_folder: Path, code: int) -> None:
    answers(server, status(code), status(code))
    assert store.get(KEY) == (tiny_folder / KEY).read_bytes()
    assert server.asked[KEY] == 3


@pytest.mark.parametrize(
    ("code", "error", "message"),
    [
        (404, NotThereError, r"is not there$"),
        (410, NotThereError, r"is not there .*410: .*removed for good; look for the corpus's new address"),
        (
            401,
            StoreError,
            r"refuses access .*\(401\): it wants a login: write https://user:password@host/folder/",
        ),
        (
            403,
            StoreError,
            r"refuses access .*\(403\): check the address .* has not expired, and whether you may",
        ),
        (407, StoreError, r"refuses access .*\(407\): the proxy wants a login: write it into the variable"),
        (409, StoreError, r"refuses access .*\(409\): the container may not be public.* ask who runs it"),
        (204, UnreadableError, r"answered 204: .* have it uploaded again"),
        (206, UnreadableError, r"answered 206: only a part of the file"),
        (300, UnreadableError, r"answered 300: .* check the corpus's address"),
        (304, UnreadableError, r"answered 304: a proxy or cache"),
        (400, UnreadableError, r"answered 400: .* check the corpus's address and the signature"),
        (402, UnreadableError, r"answered 402: .* take another mirror"),
        (405, UnreadableError, r"answered 405: check the corpus's address"),
        (406, UnreadableError, r"answered 406: .* have it served as it is"),
        (414, UnreadableError, r"answered 414: .* shorter signature"),
        (416, UnreadableError, r"answered 416: the file is shorter .* have it uploaded again"),
        (418, UnreadableError, r"answered 418: check the corpus's address"),
        (421, UnreadableError, r"answered 421: the server does not serve this host"),
        (426, UnreadableError, r"answered 426: .* https://"),
        (451, UnreadableError, r"answered 451: .* for legal reasons; take another mirror"),
        (501, UnreadableError, r"answered 501: check the corpus's address"),
        (507, UnreadableError, r"answered 507: the server's disk is full; tell who runs it"),
        (511, UnreadableError, r"answered 511: .* log in first; open any page in a browser"),
        (599, UnreadableError, r"answered 599: the server fails; try again later"),
    ],
)
def test_what_cannot_pass_is_asked_for_once_and_has_its_remedy(
    store: HttpStore, server: Server, code: int, error: type[Exception], message: str
) -> None:
    server.answer = lambda handler, _key: (reply(handler, code, b""), True)[1]
    with pytest.raises(error, match=message) as caught:
        store.get(KEY)
    assert type(caught.value) is error
    assert server.asked[KEY] == 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (408, "check the network, then try again"),
        (425, "try again later"),
        (
            429,
            "too many requests; try again later, or with fewer requests at once .EXPLORER_HTTP_CONNECTIONS",
        ),
        (500, "the server fails at it; try again later"),
        (502, "does not answer; try again later"),
        (503, "overloaded or being mended; try again later, or with fewer requests"),
        (504, "does not answer in time; try again later"),
        (509, "its traffic is used up; try again later"),
        (520, "the server fails; try again later"),
    ],
)
def test_what_did_not_pass_has_its_remedy(server: Server, code: int, message: str) -> None:
    store = HttpStore(server.url, QUICK.model_copy(update={"http_retries": 1}))
    server.answer = lambda handler, _key: (reply(handler, code, b""), True)[1]
    with pytest.raises(UnreadableError, match=f"answered {code}: .*{message}"):
        store.get(KEY)
    assert server.asked[KEY] == 2


def test_the_stores_own_word_for_an_error_is_told(store: HttpStore, server: Server) -> None:
    body = b"<?xml version='1.0'?><Error><Code>ExpiredToken</Code><Message>x</Message></Error>"
    server.answer = lambda handler, _key: (reply(handler, 400, body), True)[1]
    with pytest.raises(StoreError, match=r"refuses access to .* \(400 ExpiredToken\): .* has not expired"):
        store.get(KEY)
    server.answer = lambda h, _key: (reply(h, 403, b"", x_ms_error_code="AuthenticationFailed"), True)[1]
    with pytest.raises(StoreError, match=r"\(403 AuthenticationFailed\)"):
        store.get(KEY)
    server.answer = lambda handler, _key: (reply(handler, 403, b"<Code>\x1b[2J</Code>"), True)[1]
    with pytest.raises(StoreError, match=r"\(403\)"):
        store.get(KEY)


def test_it_gives_up_on_a_file_after_the_retries(store: HttpStore, server: Server) -> None:
    answers(server, *[status(503)] * 20)
    with pytest.raises(UnreadableError) as caught:
        store.get(KEY)
    assert caught.value.reason.startswith("the server answered 503: it is overloaded")
    assert server.asked[KEY] == 1 + QUICK.http_retries


def test_a_server_that_fails_for_every_file_is_one_error(store: HttpStore, server: Server) -> None:
    answers(server, *[status(500)] * 100)
    kinds = []
    for _ in range(http.GIVING_UP):
        with pytest.raises(StoreError) as caught:
            store.get(KEY)
        kinds.append(type(caught.value))
    assert kinds == [UnreadableError] * (http.GIVING_UP - 1) + [StoreError]
    assert "fails for every file" in str(caught.value)


@pytest.mark.parametrize(
    "after", ["1", "Fri, 31 Dec 1999 23:59:59 GMT", "soon", "-1", "99999999999999999999"]
)
def test_retry_after_is_honoured_within_bounds(
    server: Server, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "RETRY_AFTER_MAX", 1.0)
    store = HttpStore(server.url, Settings())
    slept: list[float] = []
    monkeypatch.setattr(store, "_sleep", slept.append)
    answers(server, status(503, Retry_After=after))
    store.get(KEY)
    assert slept == [1.0] if after in ("1", "9" * 20) else 0 <= slept[0] < 0.1


def test_what_takes_longer_than_there_is_time_is_not_waited_for(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = HttpStore(server.url, Settings(http_total_timeout=15))
    slept: list[float] = []
    monkeypatch.setattr(store, "_sleep", slept.append)
    answers(server, status(503, Retry_After="20"))
    with pytest.raises(UnreadableError, match="503"):
        store.get(KEY)
    assert slept == []


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"x" * 10)
    handler.close_connection = True


def reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    handler.close_connection = True
    handler.connection.close()


def hang(handler: BaseHTTPRequestHandler) -> None:
    handler.served.stopped.wait(300)  # type: ignore[attr-defined]
    handler.close_connection = True


def wrong_sum(handler: BaseHTTPRequestHandler) -> None:
    reply(handler, 200, b"body", Content_MD5=base64.b64encode(hashlib.md5(b"Body").digest()).decode())


def wrong_goog(handler: BaseHTTPRequestHandler) -> None:
    digest = base64.b64encode(hashlib.md5(b"Body").digest()).decode()
    reply(handler, 200, b"body", x_goog_hash=f"crc32c=AAAAAA==,md5={digest}")


@pytest.mark.parametrize("fault", [cut, reset, hang, wrong_sum, wrong_goog])
def test_broken_answers_are_tried_again(
    server: Server, tiny_folder: Path, fault: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    store = HttpStore(server.url, HASTY if fault is hang else QUICK)
    answers(server, fault)
    assert store.get(KEY) == (tiny_folder / KEY).read_bytes()
    assert server.asked[KEY] >= 2 if fault is hang else server.asked[KEY] == 2
    store.close()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(cut, "connection failed|cut short"), (hang, "no answer in time"), (wrong_sum, "checksum differs")],
)
def test_answers_that_stay_broken_have_a_reason(
    server: Server, fault: Callable[[BaseHTTPRequestHandler], None], reason: str
) -> None:
    store = HttpStore(server.url, HASTY if fault is hang else QUICK)
    answers(server, *[fault] * 9)
    with pytest.raises(UnreadableError, match=reason):
        store.get(KEY)
    store.close()


def test_a_drip_is_cut_off(server: Server) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    answers(server, *[drip] * 9)
    store = HttpStore(server.url, Settings(http_read_timeout=0.5, http_total_timeout=0.6))
    begun = time.monotonic()
    with pytest.raises(UnreadableError, match=r"in time|no time left"):
        store.get(KEY)
    assert time.monotonic() - begun < SECONDS


@pytest.mark.parametrize("stated", [True, False])
def test_a_chip_cannot_be_endless(
    store: HttpStore, server: Server, monkeypatch: pytest.MonkeyPatch, stated: bool
) -> None:
    monkeypatch.setattr(stores, "MAX_CHIP_BYTES", 1000)

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        if stated:
            handler.send_header("Content-Length", str(10**12))
        handler.send_header("Connection", "close")
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x" * 10_000)

    answers(server, *[endless] * 9)
    with pytest.raises(UnreadableError, match="more than the 1,000"):
        store.get(KEY)
    assert server.asked[KEY] == 1


def etag(body: bytes, of: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda handler: reply(handler, 200, body, ETag=f'"{hashlib.md5(of).hexdigest()}"')


def test_an_etag_counts_as_a_checksum_once_it_was_one(store: HttpStore, server: Server) -> None:
    answers(
        server, etag(b"first", b"anything"), etag(b"second", b"second"), etag(b"thirt", b"third"), etag(b"third", b"third")
    )  # fmt: skip
    assert [store.get(KEY) for _ in range(3)] == [b"first", b"second", b"third"]


def test_redirects_on_the_same_server_are_followed(
    store: HttpStore, server: Server, tiny_folder: Path
) -> None:
    answers(server, status(302, Location="/" + KEY))
    assert store.get("imagery/old.tif") == (tiny_folder / KEY).read_bytes()
    answers(server, *[status(301, Location="/again")] * 20)
    with pytest.raises(UnreadableError, match="more than 5 redirects"):
        store.get(KEY)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:{port}/x",
        "http://127.0.0.1:1/x",
        "https://127.0.0.1:{port}/x",
        "file:///etc/passwd",
        "//evil.example/x",
        "http://[::1",
        "gopher://127.0.0.1/",
    ],
)
def test_redirects_elsewhere_are_not_followed(store: HttpStore, server: Server, target: str) -> None:
    port = server.url.rsplit(":", 1)[1].strip("/")
    answers(server, status(302, Location=target.replace("{port}", port)))
    with pytest.raises(UnreadableError, match="redirected to"):
        store.get(KEY)
    assert sum(server.asked.values()) == 1


def test_an_unreachable_host_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/x/"
    with pytest.raises(StoreError, match=r"cannot reach 127\.0\.0\.1:\d+: .*refused.* then try again"):
        HttpStore(url, QUICK).get(KEY)
    with pytest.raises(StoreError, match="cannot reach"):
        open_corpus(url, config=QUICK)


def plain_http_1_0(handler: BaseHTTPRequestHandler) -> None:
    handler.protocol_version = "HTTP/1.0"
    handler.close_connection = True
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b"body")


def chunked(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"2\r\nbo\r\n2;note=x\r\ndy\r\n0\r\n\r\n")


def chunked_and_cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"2\r\nbo\r\n20\r\ndy")
    handler.close_connection = True


def test_bodies_without_a_length(store: HttpStore, server: Server) -> None:
    answers(server, chunked_and_cut, chunked, chunked, plain_http_1_0)
    assert [store.get(KEY) for _ in range(3)] == [b"body"] * 3
    assert server.asked[KEY] == 4


def test_a_refusal_of_unknown_length_leaves_the_connection_of_use(store: HttpStore, server: Server) -> None:
    store.get(KEY)

    def s3(handler: BaseHTTPRequestHandler, key: str) -> bool:
        if "absent" not in key:
            return False
        handler.send_response(403)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"5\r\n<Err>\r\n0\r\n\r\n")
        return True

    server.answer = s3
    for _ in range(5):
        with pytest.raises(NotThereError):
            store.get("imagery/absent.tif")
    assert server.connections == 1


@pytest.mark.parametrize(
    "change", [str.upper, lambda url: url.rstrip("/"), lambda url: url.rstrip("/") + "//"]
)
def test_addresses_are_taken_as_people_write_them(
    server: Server, tiny_folder: Path, change: Callable[[str], str]
) -> None:
    store = HttpStore(f" {change(server.url)} ", QUICK)
    assert store.get(KEY) == (tiny_folder / KEY).read_bytes()


def test_a_signature_goes_along_as_it_is(server: Server) -> None:
    sent = "sv=2022-11-02&sr=c&sig=a%2Fb%2Bc%3D&se=2030-01-01T00:00:00Z&x=%20 y"
    seen: list[str] = []
    server.answer = lambda handler, _key: (seen.append(handler.path), False)[1]
    HttpStore(f"{server.url}?{sent}#part", QUICK).get(KEY)
    assert seen == [f"/{KEY}?{sent.replace(' ', '%20')}"]


def test_an_ipv6_address(indexed_folder: Path, tiny_folder: Path) -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        with servers.serve(indexed_folder, host="::1") as server:
            store = HttpStore(server.url, QUICK)
            assert store.where == server.url
            assert store.get(KEY) == (tiny_folder / KEY).read_bytes()
    except OSError as error:
        pytest.skip(f"no IPv6 here ({error})")


def test_a_store_goes_into_another_process(server: Server, tiny_folder: Path) -> None:
    store = HttpStore(server.url.replace("http://", "http://me:pass@") + "?sig=secret", QUICK)
    again = pickle.loads(pickle.dumps(store))
    assert again.get(KEY) == (tiny_folder / KEY).read_bytes()
    assert (again.where, again.href(KEY)) == (store.where, store.href(KEY))
    assert again.config == store.config


def test_nobody_waiting_ends_it_at_once(store: HttpStore, server: Server) -> None:
    gone = threading.Event()

    def busy(handler: BaseHTTPRequestHandler) -> None:
        reply(handler, 503, b"", Retry_After="28")
        threading.Timer(0.2, gone.set).start()

    answers(server, *[busy] * 9)
    begun = time.monotonic()
    with until(gone.is_set), pytest.raises(CancelledError):
        store.get(KEY)
    assert time.monotonic() - begun < SECONDS
    assert server.asked[KEY] == 1
    with until(lambda: True), pytest.raises(CancelledError):
        store.get(KEY)
    assert server.asked[KEY] == 1


def test_a_released_reading_starts_no_more_requests(server: Server) -> None:
    server.latency = 0.1
    server.faults = Faults(unavailable=0.5)
    corpus = open_corpus(server.url, config=Settings(http_connections=4))
    asked = sum(server.asked.values())
    gate = threading.Event()
    server.answer = lambda _handler, _key: not gate.wait(SECONDS)  # none is answered before it is released
    corpus.read(corpora.FULL, PF_SR).release()
    gate.set()
    time.sleep(0.5)
    assert sum(server.asked.values()) - asked <= 4
    corpus.close()


def test_object_stores_by_url(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bucket").mkdir()
    (tmp_path / "bucket" / "corpus").symlink_to(tiny_folder)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    with servers.serve(tmp_path) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url.rstrip("/"))
        store = ObjectStore("s3://bucket/corpus", QUICK)
        assert isinstance(store, Store)
        assert store.get(KEY) == (tiny_folder / KEY).read_bytes()
        assert store.href(KEY) == f"s3://bucket/corpus/{KEY}"
        with pytest.raises(NotThereError):
            store.get("imagery/absent.tif")
        with pytest.raises(NotThereError):
            store.get("../x")
        answers(server, status(503))
        assert store.get(KEY)
        answers(server, status(403))
        with pytest.raises(StoreError, match="refuses access"):
            store.get(KEY)
    store = ObjectStore("s3://bucket/corpus", QUICK.model_copy(update={"http_total_timeout": 5.0}))
    with pytest.raises(StoreError, match=r"cannot reach s3://bucket/corpus/"):
        store.get(KEY)
    for name in ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(CorpusNotFoundError, match=r"[Aa]ccount"):
        ObjectStore("az://container/corpus", QUICK)


def test_a_redirect_whose_page_trickles_costs_no_more_than_the_time_there_is(server: Server) -> None:
    store = HttpStore(server.url, QUICK.model_copy(update={"http_retries": 0, "http_total_timeout": 0.5}))

    def trickle(handler: BaseHTTPRequestHandler, key: str) -> bool:
        handler.send_response(302)
        handler.send_header("Location", f"/{key}")
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.close_connection = True
        for _ in range(100):
            handler.wfile.write(b".")
            handler.wfile.flush()
            if server.stopped.wait(0.05):
                break
        return True

    server.answer = trickle
    began = time.monotonic()
    with pytest.raises(UnreadableError, match="no time left"):
        store.get(KEY)
    assert time.monotonic() - began < 3
    assert sum(server.asked.values()) == 1
    store.close()


def test_a_long_page_about_an_absent_file_is_not_read(store: HttpStore, server: Server) -> None:
    length = str(2**33)

    def endless(handler: BaseHTTPRequestHandler, _key: str) -> bool:
        reply(handler, 404, b"<html>", Content_Length=length)
        return True

    server.answer = endless
    began = time.monotonic()
    for _ in range(3):
        with pytest.raises(NotThereError):
            store.get("imagery/absent.tif")
    assert time.monotonic() - began < QUICK.http_read_timeout  # nobody waited for what was promised
    server.answer = lambda handler, key: False
    assert store.get(KEY)


def test_a_witness_that_is_led_elsewhere_is_none(store: HttpStore, server: Server) -> None:
    """A store that refuses one file and sends everybody else to a login page refuses; the file is not absent."""
    store.get(KEY)
    other = PF_SR.key(CELL.folder, PF_SR.dates[1])

    def login(handler: BaseHTTPRequestHandler, key: str) -> bool:
        if key == other:
            reply(handler, 403)
        else:
            reply(handler, 302, Location="https://login.example/")
        return True

    server.answer = login
    with pytest.raises(StoreError, match=f"refuses access to {other}"):
        store.get(other)


def test_what_is_asked_of_a_host_once_it_refused_tells_a_failure_from_a_refusal(
    store: HttpStore, server: Server
) -> None:
    store.get(KEY)
    server.answer = lambda handler, _key: servers.refuse(handler, _key)
    with pytest.raises(StoreError, match="refuses access"):
        store.get(PF_SR.key(CELL.folder, PF_SR.dates[1]))
    with pytest.raises(StoreError, match="refuses what it gave before"):
        store.check()

    def busy(handler: BaseHTTPRequestHandler, _key: str) -> bool:
        reply(handler, 200 if handler.command == "HEAD" else 503)
        return True

    server.answer = busy
    with pytest.raises(StoreError, match="fails: the server answered 503"):
        store.check()
    server.answer = lambda handler, key: False
    store.check()


def test_a_url_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(
        CorpusNotFoundError, match=r"'ftp://host/corpus': a corpus is a folder, .* http, https, s3"
    ):
        open_corpus("ftp://host/corpus", config=QUICK)


A, B = corpora.FULL, corpora.BARE


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Server]:
    """A mirror with a table of labels and its own index of it."""
    root = tmp_path / "mirror"
    corpora.put(
        root, "resources/rapidai4eo_labels.csv", f"sample_id,clc_112,clc_211\n{A},0.4,0.6\n{B},0,1\n".encode()
    )
    opening.reindex(root)
    with servers.serve(root) as running:
        yield running


def test_an_index_of_a_mirror_that_was_built_with_other_settings_is_made_anew(
    table: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The profile of the command counts, not that of the corpus."""
    corpora.put(tmp_path, "mirror/rapidai4eo.toml", b"[labels]\nscale = 100\n")
    corpora.put(tmp_path, "mine.toml", b"[labels]\nscale = 2\n")
    config = QUICK.model_copy(
        update={"cache_dir": tmp_path / "cache", "profile": str(tmp_path / "mine.toml")}
    )
    with open_corpus(table.url, config=config) as corpus:
        assert corpus.samples.loc[B, "fraction"] == 0.5
    assert "its own index was built with other settings of labels; it is made anew" in caplog.text


def test_a_full_disk_does_not_keep_a_mirror_from_opening(
    table: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    @contextmanager
    def full(_path: Path) -> Iterator[Path]:
        raise OSError(errno.ENOSPC, "No space left on device")
        yield

    corpora.put(tmp_path, "mirror/rapidai4eo.toml", b"[labels]\nscale = 1\n")
    config = QUICK.model_copy(update={"cache_dir": tmp_path / "cache"})
    monkeypatch.setattr(remote_corpus, "replacing", full)
    monkeypatch.setattr(index_file, "replacing", full)
    with open_corpus(table.url, config=config) as corpus:
        assert len(corpus.samples) == 2
    for said in ("cannot keep the profile", "cannot keep the table", "its table is read anew each time"):
        assert f"{said}" in caplog.text
    assert caplog.text.count("No space left on device") == 3
