"""Absent or refused: some stores answer 403 or 409 to both, and the difference is whether dates exist."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from explorer import open_corpus
from explorer.core import grid
from explorer.core.config import Settings
from explorer.core.errors import NotThereError, StoreError, UnreadableError
from explorer.core.products import PF_SR, SYNTHETIC_KEY
from explorer.corpus.imagery.cube import Status
from explorer.corpus.stac import stac
from explorer.corpus.stores import http
from explorer.corpus.stores.http import HttpStore
from explorer.corpus.stores.objects import ObjectStore
from explorer.corpus.stores.refusals import WELL_KNOWN, Refusals
from explorer.corpus.tables import index as sample_index
from explorer.corpus.tables import sources
from tests import corpora, servers
from tests.servers import Server, reply

CELL = grid.parse(corpora.FULL)
KEY, OTHER, ABSENT = (PF_SR.key(CELL.folder, PF_SR.dates[i]) for i in (0, 1, 100))
XML = b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>AccessDenied</Code></Error>"


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BACKOFF", 0.01)


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(
        cache_dir=tmp_path / "cache", http_connect_timeout=10, http_read_timeout=10, http_total_timeout=30
    )


@pytest.fixture
def server(tiny_folder: Path) -> Iterator[Server]:
    """As S3 to who may not list: 403 for all that is not there."""
    with servers.serve(tiny_folder) as running:
        running.answer = unlisted(running)
        yield running


def unlisted(server: Server, status: int = 403) -> Callable[[BaseHTTPRequestHandler, str], bool]:
    def answer(handler: BaseHTTPRequestHandler, key: str) -> bool:
        absent = not (server.root / key).is_file()
        if absent:
            reply(handler, status, XML)
        return absent

    return answer


def closed(handler: BaseHTTPRequestHandler, _key: str) -> bool:
    """As a store of which a signature has expired."""
    reply(handler, 403, XML)
    return True


def closed_409(handler: BaseHTTPRequestHandler, _key: str) -> bool:
    reply(handler, 409, b"", x_ms_error_code="PublicAccessNotPermitted")
    return True


@pytest.fixture
def mirror(tiny_folder: Path, tmp_path: Path) -> Iterator[Server]:
    """The same with a table, by which it opens, and no index, as the original has none."""
    root = tmp_path / "mirror"
    root.mkdir()
    for name in ("imagery", "labels"):
        (root / name).symlink_to(tiny_folder / name)
    rows = "".join(f"{sample_id},0.45,0.55\n" for sample_id in (corpora.FULL, corpora.BROKEN))
    corpora.put(root, "resources/rapidai4eo_labels.csv", f"sample_id,clc_112,clc_211\n{rows}".encode())
    with servers.serve(root) as running:
        running.answer = unlisted(running)
        yield running


@pytest.mark.parametrize("status", [403, 409])
def test_what_is_refused_is_absent_while_other_files_are_given(
    server: Server, config: Settings, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer = unlisted(server, status)
    store = HttpStore(server.url, config)
    store.get(KEY)
    with caplog.at_level(logging.WARNING, "explorer"):
        for _ in range(2):
            with pytest.raises(
                NotThereError, match=f"answered {status} AccessDenied, and gives other"
            ) as caught:
                store.get(ABSENT)
    assert not caught.value.sure
    assert len(caplog.records) == 1  # told once
    assert f"answers {status} AccessDenied" in caplog.text
    store.close()


@pytest.mark.parametrize("status", [403, 409])
def test_a_corpus_opens_where_what_it_lacks_is_refused(mirror: Server, config: Settings, status: int) -> None:
    mirror.answer = unlisted(mirror, status)
    with open_corpus(mirror.url, config=config) as corpus:
        assert len(corpus.samples) == 2
        cube = corpus.planet_fusion(corpora.FULL)
        assert cube.sizes["time"] == 10
        assert not corpus.synthetic


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (closed, r"refuses access to .* \(403 AccessDenied\): check the address .* whether you may read it"),
        (closed_409, r"\(409 PublicAccessNotPermitted\): the container may not be public"),
    ],
)
def test_a_corpus_that_refuses_all_is_one_error_with_its_remedy(
    mirror: Server, config: Settings, answer: Callable[[BaseHTTPRequestHandler, str], bool], message: str
) -> None:
    mirror.answer = answer
    with pytest.raises(StoreError, match=message) as caught:
        open_corpus(mirror.url, config=config)
    assert not isinstance(caught.value, UnreadableError)
    assert sum(mirror.asked.values()) < 2 * len(WELL_KNOWN)


def test_a_signature_that_expires_does_not_make_dates_absent(mirror: Server, config: Settings) -> None:
    with open_corpus(mirror.url, config=config) as corpus:
        assert corpus.planet_fusion(corpora.FULL).sizes["time"] == 10
        given, mirror.answer = mirror.answer, closed
        with pytest.raises(StoreError, match="refuses access"):
            corpus.planet_fusion(corpora.BROKEN)
        with pytest.raises(StoreError, match="refuses what it gave before"):
            corpus.store.check()  # type: ignore[attr-defined]
        mirror.answer = given
        corpus.store.check()  # type: ignore[attr-defined]
        cube = corpus.cubes.get(corpus.cell(corpora.BROKEN), PF_SR)
        there = len(list((mirror.root / PF_SR.folder(cube.cell.folder)).iterdir()))
        assert there > 2
        assert (cube.status == Status.ABSENT).sum() == len(PF_SR.dates) - there


def test_what_is_only_taken_as_absent_is_asked_for_again(
    mirror: Server, config: Settings, tmp_path: Path
) -> None:
    with open_corpus(mirror.url, config=config) as corpus:
        for times in (1, 2):
            with pytest.raises(NotThereError):
                corpus.store.get(ABSENT)
            assert mirror.asked[ABSENT] == times


def test_a_corpus_that_was_opened_before_refuses_in_the_same_way(mirror: Server, config: Settings) -> None:
    open_corpus(mirror.url, config=config).close()  # its table is on the disk now
    with open_corpus(mirror.url, config=config) as corpus:
        with pytest.raises(NotThereError):
            corpus.store.get(ABSENT)  # nothing has been read of this store yet
        mirror.answer = closed
        with pytest.raises(StoreError, match="refuses access"):
            corpus.store.get(ABSENT)


def test_the_proof_is_asked_for_after_the_refusal() -> None:
    asked: list[str] = []
    refusals = Refusals(lambda key: (asked.append(key), True)[1])
    refusals.was_read("a", time.monotonic())
    assert refusals.is_absent("x", time.monotonic())
    assert asked == ["a"]
    told = time.monotonic()
    assert refusals.is_absent("x", told)
    assert refusals.is_absent("y", told)  # was refused before the last proof
    assert asked == ["a", "a"]
    refusals = Refusals(lambda key: (asked.append(key), False)[1])
    refusals.was_read("a", time.monotonic())
    assert not refusals.is_absent("x", told := time.monotonic())
    assert refusals.refused
    before = len(asked)
    assert not refusals.is_absent("y", told)
    assert len(asked) == before


def test_a_witness_that_was_taken_away_is_no_proof_of_a_refusal() -> None:
    gone = {"a", "c"}
    refusals = Refusals(lambda key: key.startswith("imagery/") and key[-1] not in gone)
    for name in ("a", "b", "c"):
        refusals.was_read(f"imagery/{name}", time.monotonic())
    assert refusals.is_absent("imagery/x", time.monotonic())
    assert refusals.is_absent("imagery/c", time.monotonic())  # it was read before, and is not its own witness
    gone.add("b")
    assert not refusals.is_absent("imagery/x", time.monotonic())


def test_a_folder_that_is_closed_alone_is_no_absence() -> None:
    given = {"imagery/a", "labels/a"}
    refusals = Refusals(lambda key: key in given)
    refusals.was_read("labels/a", time.monotonic())
    assert refusals.is_absent(
        "imagery/x", time.monotonic()
    )  # nothing of imagery/ was read: labels/ has to do
    refusals.was_read("imagery/a", time.monotonic())
    given.remove("imagery/a")
    assert not refusals.is_absent("imagery/x", time.monotonic())
    assert refusals.is_absent("labels/x", time.monotonic())
    assert refusals.refused
    assert refusals.still()
    given.add("imagery/a")
    assert not refusals.still()
    assert not refusals.refused


def test_many_that_are_absent_share_their_proofs(server: Server, config: Settings) -> None:
    store = HttpStore(server.url, config)
    store.get(KEY)
    server.latency = 0.02

    def absent(i: int) -> bool:
        with pytest.raises(NotThereError):
            store.get(f"imagery/absent-{i}.tif")
        return True

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(absent, range(96)))
    assert server.asked[KEY] < 40
    store.close()


def test_a_witness_that_fails_for_a_moment_is_asked_again(server: Server, config: Settings) -> None:
    store = HttpStore(server.url, config)
    store.get(KEY)
    usual, times = server.answer, iter((503, 503))

    def answer(handler: BaseHTTPRequestHandler, key: str) -> bool:
        status = next(times, None) if key == KEY else None
        if status is None:
            return usual(handler, key)
        reply(handler, status)
        return True

    server.answer = answer
    with pytest.raises(NotThereError):
        store.get(ABSENT)
    assert server.asked[ABSENT] == 3
    store.close()


def test_an_object_store_tells_them_apart_as_well(
    tiny_folder: Path, tmp_path: Path, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bucket").mkdir()
    (tmp_path / "bucket" / "corpus").symlink_to(tiny_folder)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    with servers.serve(tmp_path) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url.rstrip("/"))
        store = ObjectStore("S3://bucket/corpus", config.model_copy(update={"http_retries": 0}))
        store.get(KEY)
        for status in (403, 409):
            server.answer = unlisted(server, status)
            with pytest.raises(NotThereError, match=f"{status} AccessDenied, and other files are given"):
                store.get(ABSENT)
        server.answer = closed
        with pytest.raises(StoreError, match=r"refuses access to .*\(403 AccessDenied\).* have expired"):
            store.get(OTHER)
        with pytest.raises(StoreError, match="refuses what it gave before"):
            store.check()
        server.answer = unlisted(server)
        store.check()
        assert store.get(OTHER)
        for status, kind, message in (
            (410, NotThereError, "removed for good"),
            (401, StoreError, "refuses access.*401.*credentials"),
            (451, UnreadableError, "for legal reasons"),
            (416, UnreadableError, "shorter than"),
        ):
            server.answer = lambda handler, _key, status=status: (reply(handler, status), True)[1]  # type: ignore[misc]
            with pytest.raises(kind, match=message):
                store.get(KEY)


def test_the_files_asked_for_are_those_that_corpora_have() -> None:
    assert set(WELL_KNOWN) == {
        *sources.GEOMETRIES, *sources.LABELS, sources.MAPPINGS, stac.CATALOG_KEY, sample_index.INDEX_KEY,
        SYNTHETIC_KEY, "catalog.json",
    }  # fmt: skip
