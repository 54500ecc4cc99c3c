"""A corpus in other processes: forked while it is read, and sent to them by pickle."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import SecretStr

from explorer import open_corpus
from explorer.core import errors, forking, grid, metrics
from explorer.core.config import Settings
from explorer.core.errors import ExplorerError, NotThereError, StoreError, UnknownSampleError, UnreadableError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.findings import Findings
from explorer.corpus.imagery.read_threads import ReaderPool
from explorer.corpus.stores import objects
from explorer.corpus.tables import index as sample_index
from explorer.demo import open_demo
from tests import corpora, servers

FULL, CELL = corpora.FULL, grid.parse(corpora.FULL)
SECONDS = 60
"""Longer than anything here takes; what takes longer hangs."""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")


def in_child(work: Callable[[], object]) -> None:
    """Do something in a forked child; an error, or a wait without end, there is one here."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        signal.alarm(SECONDS)  # ends the child, whatever lock it waits for
        try:
            work()
            os.write(writing, b"done")
        except BaseException:  # noqa: BLE001  told in the parent
            os.write(writing, traceback.format_exc().encode()[-4000:])
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        told = answer.read().decode()
    os.waitpid(pid, 0)
    assert told == "done", told or "the child hung"


@pytest.fixture
def server(indexed_folder: Path) -> Iterator[servers.Server]:
    with servers.serve(indexed_folder) as server:
        yield server


def read(corpus: Corpus) -> None:
    """All that a worker can want of a sample."""
    array = corpus.planet_fusion(FULL)
    np.testing.assert_array_equal(array.values[1], corpora.pixels(PF_SR, 1))
    one = corpus.sentinel2(FULL, months=["2018-07"])
    np.testing.assert_array_equal(one.values[0], corpora.pixels(S2_SR, 6))
    assert corpus.labels(FULL)[211] == pytest.approx(0.6)
    assert len(corpus.query(classes=[211])) >= 1
    corpus.findings.note("PF-SR", "noted", "key")
    assert corpus.default_sample in corpus.samples.index
    assert not corpus.synthetic


def test_a_forked_child_reads_a_folder_that_its_parent_has_read(tiny_folder: Path) -> None:
    with open_corpus(tiny_folder) as corpus:
        read(corpus)
        corpus.cubes.forget()
        in_child(lambda: read(corpus))
        read(corpus)


def test_a_forked_child_has_what_was_in_memory(tiny_folder: Path) -> None:
    with open_corpus(tiny_folder) as corpus:
        whole = corpus.planet_fusion(FULL)

        def look() -> None:
            corpus.store.get = None  # type: ignore[assignment, method-assign]
            np.testing.assert_array_equal(corpus.planet_fusion(FULL).values, whole.values)

        in_child(look)


def test_a_forked_child_has_connections_of_its_own(server: servers.Server, tmp_path: Path) -> None:
    with open_corpus(server.url, config=Settings(cache_dir=tmp_path, chip_cache_bytes=0)) as corpus:
        read(corpus)
        before = server.connections
        corpus.cubes.forget()
        in_child(lambda: read(corpus))
        assert server.connections > before
        corpus.cubes.forget()
        read(corpus)


def test_children_read_while_the_parents_readers_are_busy(tiny_folder: Path) -> None:
    stop = threading.Event()
    with open_corpus(tiny_folder) as corpus:

        def go_on() -> None:
            while not stop.is_set():
                corpus.cubes.forget()
                for sample_id in corpus.samples.index:
                    corpus.planet_fusion(sample_id, dates=PF_SR.dates[:20])
                    corpus.planet_fusion(sample_id)
                metrics.text()

        threads = [threading.Thread(target=go_on) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(12):
                in_child(lambda: read(corpus))
        finally:
            stop.set()
            for thread in threads:
                thread.join(SECONDS)


def test_what_was_being_read_is_given_up_in_the_child_and_goes_on_in_the_parent(
    server: servers.Server, tmp_path: Path
) -> None:
    server.latency = 0.02
    with open_corpus(server.url, config=Settings(cache_dir=tmp_path, chip_cache_bytes=0)) as corpus:
        reading = corpus.read(FULL, PF_SR)

        def child() -> None:
            with pytest.raises(errors.CancelledError):
                reading.wait(SECONDS)
            assert corpus.planet_fusion(FULL).sizes["time"] == len(corpora.PF_DATES)

        in_child(child)
        assert len(reading.wait(SECONDS).there) == len(corpora.PF_DATES)
        reading.release()


def test_every_lock_that_is_held_is_free_in_a_child(tiny_folder: Path) -> None:
    """A thread holds each of them for as long as the process forks."""
    with open_corpus(tiny_folder) as corpus:
        read(corpus)
        whole = corpus.read(FULL, PF_SR)
        ready, stop = threading.Event(), threading.Event()
        held = [
            corpus.cubes._lock, corpus._pool._ready, corpus.watch._lock, corpus.findings._lock, corpus.index._lock,
            corpus.filter_table._lock, corpus._dated._known.lock, *corpus._dated._known.probing.values(), whole._lock,
            whole._finished._cond,  # type: ignore[attr-defined]
        ]  # fmt: skip

        def hold() -> None:
            for lock in held:
                lock.__enter__()
            ready.set()
            assert stop.wait(SECONDS)
            for lock in held:
                lock.__exit__(None, None, None)

        thread = threading.Thread(target=hold)
        thread.start()
        assert ready.wait(SECONDS)

        def child() -> None:
            read(corpus)
            whole.wait(SECONDS)
            whole.release()
            corpus.cubes.forget()
            read(corpus)
            corpus.watch.doubt(lambda: None)
            with pytest.raises(NotThereError):
                corpus.store.get(PF_SR.key(CELL.folder, PF_SR.dates[-1]))

        try:
            in_child(child)
        finally:
            stop.set()
            thread.join(SECONDS)
        whole.release()


def test_nobody_decodes_or_counts_at_the_moment_of_a_fork() -> None:
    pool = ReaderPool(2)
    seen: list[float] = []

    def slow() -> None:
        with pool.decoding:
            time.sleep(0.2)
            seen.append(time.monotonic())

    thread = threading.Thread(target=slow)
    thread.start()
    while pool.decoding._value == pool._at_once:
        time.sleep(0.001)

    def child() -> None:
        assert seen  # the fork waited
        with pool.decoding:
            metrics.CHIPS.labels("read").inc()

    in_child(child)
    thread.join(SECONDS)
    for _ in range(pool._at_once):
        assert pool.decoding.acquire(timeout=1)  # all are given back in the parent
    pool.close()


def test_a_fork_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "HOLD_S", 0.05)
    pool = ReaderPool(1)
    with pool.decoding:
        began = time.monotonic()
        in_child(lambda: pool.decoding.acquire())
        assert time.monotonic() - began < SECONDS / 2
    pool.close()


def test_a_slow_property_that_was_being_made_can_be_made_in_a_child() -> None:
    began, go_on = threading.Event(), threading.Event()

    @forking.remake_cached
    class Slow:
        @cached_property
        def value(self) -> int:
            began.set()
            go_on.wait(SECONDS)
            return 1

    one, other = Slow(), Slow()
    thread = threading.Thread(target=lambda: one.value)
    thread.start()
    assert began.wait(SECONDS)

    def child() -> None:
        go_on.set()
        assert other.value == 1

    in_child(child)
    go_on.set()
    thread.join(SECONDS)


def test_an_object_store_says_that_it_cannot_be_read_there(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bucket").mkdir()
    (tmp_path / "bucket" / "corpus").symlink_to(tiny_folder)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    key = PF_SR.key(CELL.folder, PF_SR.dates[0])
    with servers.serve(tmp_path) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url.rstrip("/"))
        store = objects.ObjectStore("s3://bucket/corpus", Settings())
        body = store.get(key)

        def child() -> None:
            with pytest.raises(StoreError, match="start workers afresh"):
                store.get(key)

        in_child(child)
        assert pickle.loads(pickle.dumps(store)).get(key) == body


# -- by pickle


def sent(corpus: Corpus) -> Corpus:
    again: Corpus = pickle.loads(pickle.dumps(corpus))
    return again


def test_a_folder_goes_by_pickle(tiny_folder: Path) -> None:
    with open_corpus(tiny_folder) as corpus:
        corpus.extras = pd.DataFrame({"suspicion": [0.5]}, index=pd.Index([FULL], name="sample_id"))
        corpus.planet_fusion(FULL)
        with sent(corpus) as again:
            read(again)
            assert again.where == corpus.where
            pd.testing.assert_frame_equal(again.samples, corpus.samples)
            assert len(again.query(suspicion=(0.4, 1.0))) == len(corpus.query(suspicion=(0.4, 1.0))) == 1
        assert len(pickle.dumps(corpus)) < 100_000  # no pixels


def test_an_index_that_lies_in_a_file_is_opened_there(indexed_folder: Path) -> None:
    with open_corpus(indexed_folder) as corpus:
        packed = pickle.dumps(corpus)
        assert b"clc" not in packed
        with pickle.loads(packed) as again:
            read(again)
            pd.testing.assert_frame_equal(again.samples, corpus.samples)


def test_an_index_whose_file_is_gone_is_made_anew(indexed_folder: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(indexed_folder, tmp_path / "c")
    with open_corpus(tmp_path / "c") as corpus:
        packed = pickle.dumps(corpus)
        (tmp_path / "c" / sample_index.INDEX_KEY).unlink()
        with pickle.loads(packed) as again:
            read(again)


def test_an_index_that_was_given_is_sent(tiny_folder: Path) -> None:
    with open_corpus(tiny_folder) as corpus:
        ids = pd.Index([FULL], dtype="str", name="sample_id")
        one = sample_index.SampleIndex.of(corpus.index.fractions.align(ids), "given", ["a warning"])
        with Corpus(corpus.store, one) as small, sent(small) as again:
            assert list(again.samples.index) == [FULL]
            assert (again.index.source, again.index.warnings) == ("given", ["a warning"])
            assert again.labels(FULL)[211] == pytest.approx(0.6)


def test_a_corpus_behind_http_goes_by_pickle_without_the_settings_secrets(
    server: servers.Server, tmp_path: Path
) -> None:
    config = Settings(
        cache_dir=tmp_path, login_password=SecretStr("hush-hush"), oauth_secret=SecretStr("psst-psst")
    )
    with open_corpus(server.url.replace("://", "://me:my-word@"), config=config) as corpus:
        packed = pickle.dumps(corpus)
        assert b"hush-hush" not in packed
        assert b"psst-psst" not in packed
        with pickle.loads(packed) as again:
            read(again)
            assert again.config.cache_dir == tmp_path
            assert "my-word" not in f"{again!r}{again.where}{again.store!r}"
    assert all("Authorization" in headers for headers in server.headers)


def test_the_demo_goes_by_pickle() -> None:
    with open_demo(count=2000) as corpus:
        packed = pickle.dumps(corpus)
        assert len(packed) < 20_000
        with pickle.loads(packed) as again:
            sample = again.default_sample
            assert sample == corpus.default_sample
            date = ["2018-07-02"]
            np.testing.assert_array_equal(
                again.planet_fusion(sample, dates=date).values,
                corpus.planet_fusion(sample, dates=date).values,
            )
            pd.testing.assert_series_equal(again.labels(sample), corpus.labels(sample))


def test_findings_go_along_and_are_not_said_again(
    tiny_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with open_corpus(tiny_folder) as corpus:
        corpus.findings.note("PF-SR", "strange", "key")
        with sent(corpus) as again:
            again.findings.note("PF-SR", "strange", "key")
            assert [found.count for found in again.findings.all()] == [2]
    assert caplog.text.count("strange") == 1
    assert pickle.loads(pickle.dumps(Findings("x"))).all() == []


def planted(corpus: Corpus, sample_id: str) -> int:
    """What a worker does."""
    return int(corpus.planet_fusion(sample_id, dates=PF_SR.dates[:3]).sizes["time"])


def test_workers_that_are_started_afresh_read(tiny_folder: Path) -> None:
    with open_corpus(tiny_folder) as corpus, multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.starmap_async(planted, [(corpus, FULL), (corpus, corpora.BARE)]).get(SECONDS)
        assert found == [3, 3]
        with pytest.raises(UnknownSampleError, match="is not in the corpus"):
            pool.apply_async(planted, (corpus, "33N_15E-200N_01_10")).get(SECONDS)


def test_dask_reads_in_processes(tiny_folder: Path) -> None:
    dask = pytest.importorskip("dask")
    with open_corpus(tiny_folder) as corpus:
        tasks = [dask.delayed(planted)(corpus, sample_id) for sample_id in (FULL, corpora.BARE)]
        assert dask.compute(*tasks, scheduler="processes", num_workers=1) == (3, 3)


def kinds(base: type[ExplorerError]) -> list[type[ExplorerError]]:
    return [base, *(kind for sub in base.__subclasses__() for kind in kinds(sub))]


@pytest.mark.parametrize("kind", kinds(ExplorerError))
def test_errors_come_back_from_a_worker_as_they_were(kind: type[ExplorerError]) -> None:
    """multiprocessing waits for ever for an error that cannot be unpickled."""
    error = kind.__new__(kind)
    error.args = ("a message",)
    error.reason = "why"  # type: ignore[attr-defined]
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert (again.args, vars(again)) == (("a message",), vars(error))
    broken = pickle.loads(pickle.dumps(UnreadableError("a/key", "a reason")))
    assert (str(broken), broken.key, broken.reason) == ("cannot read a/key: a reason", "a/key", "a reason")
