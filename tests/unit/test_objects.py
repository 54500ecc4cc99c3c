"""A corpus in a bucket: listed, read within bounds, and plain about why it cannot be."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest

from explorer import open_corpus
from explorer.core import grid
from explorer.core.config import Settings
from explorer.core.errors import CancelledError, NotThereError, StoreError, UnreadableError
from explorer.core.products import PF_SR
from explorer.corpus.stores import http, objects
from explorer.corpus.stores.objects import ObjectStore
from explorer.corpus.stores.store import MAX_CHIP_BYTES, until
from tests import corpora, servers
from tests.servers import Server, reply

CELL = grid.parse(corpora.FULL)
KEY, OTHER, ABSENT = (PF_SR.key(CELL.folder, PF_SR.dates[i]) for i in (0, 1, 100))
URL = "s3://bucket/corpus"
WHEN = "Fri, 31 Dec 1999 23:59:59 GMT"

Answer = Callable[[BaseHTTPRequestHandler, str], bool]


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache", http_retries=0, http_total_timeout=30)


@pytest.fixture
def server(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A bucket that lists, as S3 does; no credentials."""
    (tmp_path / "bucket").mkdir()
    (tmp_path / "bucket" / "corpus").symlink_to(tiny_folder)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    with servers.serve(tmp_path) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.url.rstrip("/"))
        running.answer = listing(running)
        yield running


def listing(server: Server) -> Answer:
    """ListObjectsV2 with a delimiter, of the folder `bucket`."""

    def answer(handler: BaseHTTPRequestHandler, key: str) -> bool:
        asked = parse_qs(urlsplit(handler.path).query)
        if key != "bucket" or "list-type" not in asked:
            return False
        prefix = asked.get("prefix", [""])[0]
        folder = server.root / "bucket" / prefix
        entries = sorted(folder.iterdir()) if folder.is_dir() else []
        body = "".join(
            f"<CommonPrefixes><Prefix>{escape(prefix + path.name)}/</Prefix></CommonPrefixes>"
            if path.is_dir()
            else f"<Contents><Key>{escape(prefix + path.name)}</Key><LastModified>1999-12-31T23:59:59.000Z</LastModified>"
            f"<ETag>&quot;a&quot;</ETag><Size>{path.stat().st_size}</Size></Contents>"
            for path in reversed(entries)
        )
        text = f"<ListBucketResult><IsTruncated>false</IsTruncated>{body}</ListBucketResult>"
        reply(handler, 200, text.encode(), Content_Type="application/xml")
        return True

    return answer


def says(status: int, code: str = "") -> Answer:
    """One answer to everything."""
    body = f"<Error><Code>{code}</Code></Error>".encode() if code else b""
    return lambda handler, _key: (reply(handler, status, body), True)[1]  # type: ignore[func-returns-value]


def test_a_bucket_of_folders_alone_opens_by_listing_them(
    server: Server, tiny_folder: Path, config: Settings
) -> None:
    with open_corpus(URL, config=config) as corpus, open_corpus(tiny_folder) as wanted:
        assert list(corpus.samples.index) == list(wanted.samples.index)
        assert corpus.samples["clc"].tolist() == wanted.samples["clc"].tolist()
        assert corpus.planet_fusion(corpora.FULL).sizes["time"] == len(corpora.PF_DATES)


def test_names_are_listed_in_order_and_folders_are_told_by_a_slash(
    server: Server, tiny_folder: Path, config: Settings
) -> None:
    store = ObjectStore(f"{URL}/", config)
    for top in ("", "."):
        assert list(store.list(top)) == sorted(f"{path.name}/" for path in tiny_folder.iterdir())
    folder = f"{PF_SR.folder(CELL.folder)}/"
    assert list(store.list(folder)) == [f"{date}.tif" for date in PF_SR.date_keys[: len(corpora.PF_DATES)]]
    assert list(store.list("nothing/here")) == []


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        (403, "AccessDenied", "the server answered 403 AccessDenied: check the address of the corpus"),
        (404, "NoSuchBucket", "the server answered 404 NoSuchBucket"),
        (503, "SlowDown", "the server answered 503 SlowDown: it is overloaded"),
    ],
)
def test_a_bucket_that_cannot_be_listed_says_why(
    server: Server, config: Settings, status: int, code: str, why: str
) -> None:
    """Else a bucket that may not be listed would look like an empty one."""
    server.answer = says(status, code)
    with pytest.raises(StoreError, match=f"cannot list labels in {URL}/: {why}"):
        ObjectStore(URL, config).list("labels")


def test_what_nobody_waits_for_is_not_asked_for(server: Server, config: Settings) -> None:
    store = ObjectStore(URL, config)
    with until(lambda: True), pytest.raises(CancelledError, match="was given up"):
        store.get(KEY)
    assert not server.asked


def test_a_chip_that_claims_too_much_is_refused_by_its_size(server: Server, config: Settings) -> None:
    """What is refused was not read: the rest of it is not there."""
    size = str(MAX_CHIP_BYTES + 1)

    def endless(handler: BaseHTTPRequestHandler, _key: str) -> bool:
        reply(handler, 200, b"II*\x00", Content_Length=size, Last_Modified=WHEN)
        return True

    server.answer = endless
    with pytest.raises(UnreadableError) as caught:
        ObjectStore(URL, config).get(KEY)
    assert caught.value.reason == "16,777,217 bytes, more than the 16,777,216 that it may have"


def test_a_body_that_is_cut_is_no_chip(server: Server, config: Settings, tiny_folder: Path) -> None:
    """Whether it ends before its length, or what was packed ends too soon."""
    whole = (tiny_folder / KEY).read_bytes()
    store = ObjectStore(URL, config)

    def short(handler: BaseHTTPRequestHandler, _key: str) -> bool:
        reply(handler, 200, whole[:100], Content_Length=str(len(whole)), Last_Modified=WHEN)
        handler.close_connection = True
        return True

    server.answer = short
    with pytest.raises(UnreadableError, match=f"cannot read {KEY}: .*body"):
        store.get(KEY)

    def packed(handler: BaseHTTPRequestHandler, _key: str) -> bool:
        reply(handler, 200, gzip.compress(whole)[:-50], Content_Encoding="gzip", Last_Modified=WHEN)
        return True

    server.answer = packed
    with pytest.raises(UnreadableError, match="cut short: the server's gzip ends too soon"):
        store.get(KEY)


@pytest.mark.parametrize(
    ("status", "said"),
    [(404, None), (403, None), (409, None), (200, None), (503, "503: it is overloaded"), (400, "400: the server does not")],
)  # fmt: skip
def test_a_store_is_there_where_it_answers_for_a_file_that_is_not(
    server: Server, config: Settings, status: int, said: str | None
) -> None:
    server.answer = says(status) if status != 200 else found
    store = ObjectStore(URL, config)
    if said is None:
        store.check()
    else:
        with pytest.raises(StoreError, match=f"cannot reach {URL}/: the server answered {said}"):
            store.check()


def found(handler: BaseHTTPRequestHandler, _key: str) -> bool:
    reply(handler, 200, b"", Last_Modified=WHEN)
    return True


def test_what_expired_credentials_are_answered_is_a_refusal(server: Server, config: Settings) -> None:
    """S3 answers 400 to these; after a file that was given it must not make dates absent, nor be asked without end."""
    store = ObjectStore(URL, config)
    store.get(KEY)
    server.asked.clear()
    server.answer = says(400, "ExpiredToken")
    with pytest.raises(StoreError, match=rf"refuses access to {OTHER} \(400 ExpiredToken\): .*have expired"):
        store.get(OTHER)
    assert sum(server.asked.values()) == 2
    server.answer = says(407)
    with pytest.raises(StoreError, match=r"\(407\): the proxy wants a login"):
        store.get(OTHER)


def test_a_refusal_is_not_judged_while_the_store_fails(server: Server, config: Settings) -> None:
    """403 for one, 503 for the file that would tell whether that means absent: the failure is told, and no absence."""
    store = ObjectStore(URL, config)
    store.get(KEY)

    def answer(handler: BaseHTTPRequestHandler, key: str) -> bool:
        reply(handler, 403 if key.endswith(ABSENT) else 503)
        return True

    server.answer = answer
    with pytest.raises(UnreadableError, match="answered 503"):
        store.get(ABSENT)
    server.answer = lambda handler, key: key.endswith(ABSENT) and says(403)(handler, key)
    with pytest.raises(NotThereError, match="other files are given"):
        store.get(ABSENT)
    server.answer = lambda handler, key: says(403 if key.endswith(OTHER) else 404)(handler, key)
    with pytest.raises(StoreError, match=f"refuses access to {OTHER}"):
        store.get(OTHER)


def test_a_store_that_fails_for_every_file_fails_as_a_whole(server: Server, config: Settings) -> None:
    """Until then each file is one that cannot be read; one that is given begins anew."""
    store = ObjectStore(URL, config)
    usual = server.answer
    for _ in range(2):
        server.answer = says(500, "InternalError")
        for _ in range(http.GIVING_UP - 1):
            with pytest.raises(UnreadableError, match="answered 500 InternalError"):
                store.get(KEY)
        server.answer = usual
        store.get(KEY)
    server.answer = says(500, "InternalError")
    for _ in range(http.GIVING_UP - 1):
        with pytest.raises(UnreadableError):
            store.get(KEY)
    with pytest.raises(StoreError, match=f"{URL}/ fails for every file: the server answered 500") as caught:
        store.get(KEY)
    assert not isinstance(caught.value, UnreadableError)


def test_requests_are_signed_where_there_are_credentials(
    server: Server, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ObjectStore(URL, config).get(KEY)
    assert "Authorization" not in server.headers[-1]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert ObjectStore(URL, config).get(KEY)
    assert "Credential=somebody/" in server.headers[-1]["Authorization"]
    assert "secret" not in repr(ObjectStore(URL, config))


def test_without_obstore_the_package_that_is_needed_is_named(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(
        StoreError, match=r"s3://bucket/corpus/ needs one more package: pip install '.*\[cloud\]'"
    ):
        ObjectStore(URL, config)


def test_a_child_forked_before_the_first_request_may_read() -> None:
    """Its own threads are made by its own first request; those of a parent that has asked are not there."""
    runtime = objects._Runtime()
    runtime.after_fork()
    runtime.use(URL)
    runtime.after_fork()
    with pytest.raises(StoreError, match=f"{URL} cannot be read in a forked process; start workers afresh"):
        runtime.use(URL)
