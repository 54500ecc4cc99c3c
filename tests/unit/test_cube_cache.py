"""Cubes: read once, shared, given up when nobody waits, bounded in memory, honest about what is missing."""

from __future__ import annotations

import gc
import re
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from explorer.core import grid
from explorer.core.errors import CancelledError, NotThereError, StoreError, UnreadableError
from explorer.core.grid import Cell
from explorer.core.products import PF_QA, PF_SR, S2_SR, Product
from explorer.corpus.imagery import reading as reading_module
from explorer.corpus.imagery.cube_cache import Cube, CubeCache, Reading, Status, reading_order
from explorer.corpus.imagery.read_threads import ReaderPool
from explorer.corpus.stores.store import DirectoryStore
from tests import corpora
from tests.talk import until

FULL, BROKEN, BARE = (grid.parse(i) for i in (corpora.FULL, corpora.BROKEN, corpora.BARE))
SECONDS = 10.0
"""Longer than anything here takes; a test that waits so long has failed."""


class CountingStore:
    """A folder that counts its reads, and can hold them back or fail."""

    where = "a store in a test"

    def __init__(self, root: Path) -> None:
        self._folder = DirectoryStore(root)
        self.reads: Counter[str] = Counter()
        self.gate = threading.Event()
        self.gate.set()
        self.at_gate = threading.Semaphore(0)
        self.fail: Callable[[str], None] = lambda key: None

    def get(self, key: str) -> bytes:
        self.reads[key] += 1
        self.at_gate.release()
        assert self.gate.wait(SECONDS)
        self.fail(key)
        return self._folder.get(key)

    def list(self, folder: str) -> Iterator[str]:
        return self._folder.list(folder)

    def href(self, key: str) -> str:
        return self._folder.href(key)


@pytest.fixture
def store(tiny_folder: Path) -> CountingStore:
    return CountingStore(tiny_folder)


@pytest.fixture
def pool() -> Iterator[ReaderPool]:
    pool = ReaderPool(2)
    yield pool
    pool.close()


@pytest.fixture
def cache(store: CountingStore, pool: ReaderPool) -> CubeCache:
    return CubeCache(store, pool, max_bytes=10**9)


@pytest.mark.parametrize(("product", "count"), [(PF_SR, 10), (PF_QA, 4), (S2_SR, 12)])
def test_a_cube_holds_each_date_at_its_place_in_the_calendar(
    cache: CubeCache, product: Product, count: int
) -> None:
    cube = cache.get(FULL, product)
    assert cube.there.tolist() == list(range(count))
    assert cube.data.shape == (
        len(product.dates),
        len(cube.bands),
        product.size,
        product.size,
    )
    for index in cube.there:
        np.testing.assert_array_equal(cube.data[index], corpora.pixels(product, index))
    assert set(cube.missing.values()) == ({"not there"} if count < len(product.dates) else set())
    assert set(cube.missing) == set(product.dates[count:])


def test_every_damaged_chip_is_one_missing_date_with_its_reason(cache: CubeCache) -> None:
    cube = cache.get(BROKEN, PF_SR)
    kinds = corpora.damaged(PF_SR, BROKEN)
    assert cube.there.tolist() == [len(kinds), len(kinds) + 1]
    for index, (_, reason) in enumerate(kinds.values()):
        assert cube.status[index] == Status.BROKEN
        assert not cube.data[index].any()
        assert re.search(reason, cube.reasons[index])
    assert cube.status[-1] == Status.ABSENT


@pytest.mark.parametrize(("product", "count"), [(PF_SR, 3), (S2_SR, 2)])
def test_bands_named_in_another_order_are_put_in_the_products(
    cache: CubeCache, product: Product, count: int
) -> None:
    cube = cache.get(BARE, product)
    assert cube.bands == product.band_names
    for index in range(count):
        np.testing.assert_array_equal(cube.data[index], corpora.pixels(product, index))


def test_a_sample_without_chips_is_an_empty_cube(cache: CubeCache) -> None:
    cube = cache.get(BARE, PF_QA)
    assert cube.there.size == 0
    assert len(cube.missing) == 146


def test_quality_chips_that_disagree_on_their_bands_are_told(tmp_path: Path, pool: ReaderPool) -> None:
    for index, names in ((0, ("a", "b")), (1, ("a", "c")), (2, ("b", "a"))):
        data = corpora.geotiff(PF_QA, FULL, corpora.pixels(PF_QA, index), names)
        corpora.put(tmp_path, PF_QA.key(FULL.folder, PF_QA.dates[index]), data)
    wide = corpora.geotiff(PF_QA, FULL, corpora.pixels(PF_QA, 3).astype("uint16"), ("a", "b"))
    corpora.put(tmp_path, PF_QA.key(FULL.folder, PF_QA.dates[3]), wide)
    one_by_one = ReaderPool(1)
    cube = CubeCache(DirectoryStore(tmp_path), one_by_one, 10**9).get(FULL, PF_QA)
    one_by_one.close()
    assert cube.bands == ("a", "b")
    assert cube.there.tolist() == [0, 2, 3]
    np.testing.assert_array_equal(cube.data[2], corpora.pixels(PF_QA, 2)[::-1])
    assert cube.reasons[1] == "bands a, c, the other dates have a, b"
    assert cube.data.dtype == np.uint16  # the wider type holds both
    np.testing.assert_array_equal(cube.data[3], corpora.pixels(PF_QA, 3))


def test_nobody_can_write_into_a_shared_cube(cache: CubeCache) -> None:
    cube = cache.get(FULL, PF_SR)
    with pytest.raises(ValueError, match="read-only"):
        cube.data[0] = 1


def test_two_callers_at_once_cause_one_reading(cache: CubeCache, store: CountingStore) -> None:
    store.gate.clear()
    cubes: list[Cube] = []
    threads = [threading.Thread(target=lambda: cubes.append(cache.get(FULL, S2_SR))) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert store.at_gate.acquire(timeout=SECONDS)
    store.gate.set()
    for thread in threads:
        thread.join(SECONDS)
    assert len({id(cube) for cube in cubes}) == 1
    assert len(cubes) == 4
    assert set(store.reads.values()) == {1}
    assert len(store.reads) == 12


def test_a_cube_that_was_read_is_not_read_again(cache: CubeCache, store: CountingStore) -> None:
    assert cache.peek(FULL, S2_SR) is None
    first = cache.get(FULL, S2_SR)
    assert cache.get(FULL, S2_SR) is first
    assert cache.peek(FULL, S2_SR) is first
    assert set(store.reads.values()) == {1}
    cache.forget([FULL])
    assert cache.get(FULL, S2_SR) is not first
    assert set(store.reads.values()) == {2}


def test_what_the_last_one_lets_go_of_is_given_up(cache: CubeCache, store: CountingStore) -> None:
    store.gate.clear()
    reading, other = cache.open(FULL, PF_SR), cache.open(FULL, PF_SR)
    assert reading is other
    assert store.at_gate.acquire(timeout=SECONDS)
    reading.release()
    assert not reading.finished  # somebody still waits
    other.release()
    assert reading.finished
    assert not reading.complete
    with pytest.raises(CancelledError, match=corpora.FULL):
        reading.wait(SECONDS)
    store.gate.set()
    assert cache.get(FULL, PF_SR).there.size == 10  # by a new reading
    assert max(store.reads.values()) <= 2
    assert sum(store.reads.values()) <= 146 + 2  # the first one read no more than was in hand


def test_letting_go_of_a_finished_cube_keeps_it(cache: CubeCache) -> None:
    reading = cache.open(FULL, S2_SR)
    cube = reading.wait(SECONDS)
    reading.release()
    assert reading.complete
    assert cache.peek(FULL, S2_SR) is cube


def test_memory_is_bounded_and_the_least_recently_used_goes_first(
    store: CountingStore, pool: ReaderPool
) -> None:
    one = CubeCache(store, pool, 10**9).get(FULL, S2_SR).nbytes
    cache = CubeCache(store, pool, max_bytes=2 * one)
    cache.get(FULL, S2_SR)
    cache.get(BARE, S2_SR)
    cache.get(FULL, S2_SR)  # used again: now BARE is the oldest
    cache.get(FULL, PF_QA)
    cache.open(BROKEN, S2_SR).release()
    assert cache.peek(BARE, S2_SR) is None
    assert cache.nbytes <= 2 * one + 146 * 2 * 200 * 200
    cache.get(FULL, S2_SR)
    assert cache.peek(FULL, S2_SR) is not None


def test_a_cache_of_no_bytes_still_reads(store: CountingStore, pool: ReaderPool) -> None:
    cache = CubeCache(store, pool, max_bytes=0)
    for _ in range(2):
        assert cache.get(FULL, S2_SR).there.size == 12
        assert cache.get(BARE, S2_SR).there.size == 2
    assert max(store.reads.values()) <= 2  # once where a reader still had it in hand
    assert cache.nbytes <= 12 * 12 * 60 * 60 * 2  # the newest alone


def test_a_reading_under_way_is_never_evicted(store: CountingStore, pool: ReaderPool) -> None:
    cache = CubeCache(store, pool, max_bytes=0)
    store.gate.clear()
    reading = cache.open(FULL, PF_SR)
    other = cache.open(BARE, PF_SR)
    assert cache.open(FULL, PF_SR) is reading
    store.gate.set()
    assert reading.wait(SECONDS).there.size == 10
    assert other.wait(SECONDS).there.size == 3


def test_evicted_cubes_are_freed(store: CountingStore, pool: ReaderPool) -> None:
    cache = CubeCache(store, pool, max_bytes=0)
    gone = weakref.ref(cache.get(FULL, S2_SR))
    cache.get(BARE, S2_SR)
    until(lambda: gc.collect() is not None and gone() is None)  # a reader may have it in hand still


def test_what_somebody_still_shows_is_not_read_again(store: CountingStore, pool: ReaderPool) -> None:
    cache = CubeCache(store, pool, max_bytes=0)
    shown = cache.open(FULL, S2_SR)
    shown.wait(SECONDS)
    cache.get(BARE, S2_SR)
    assert cache.peek(FULL, S2_SR) is None  # evicted
    again = cache.open(FULL, S2_SR)
    assert again is shown
    assert max(store.reads.values()) == 1
    cache.get(BARE, S2_SR)
    cache.forget([FULL])
    assert cache.open(FULL, S2_SR) is not shown  # its files have changed


def test_listeners_hear_of_every_date_once(cache: CubeCache, store: CountingStore) -> None:
    store.gate.clear()
    reading = cache.open(FULL, PF_SR)
    heard: list[int] = []
    before = reading.subscribe(lambda _reading, index: heard.append(index))
    store.gate.set()
    reading.wait(SECONDS)
    until(lambda: len(before) + len(heard) >= 146)  # it is settled before the last is told
    assert sorted([*before, *heard]) == list(range(146))
    assert reading.done == reading.total == 146
    late = reading.subscribe(lambda _reading, index: heard.append(index))
    assert sorted(late) == list(range(146))
    reading.release()


def test_who_waits_for_the_end_hears_of_it_once(cache: CubeCache, store: CountingStore) -> None:
    """The last two readers both find it finished, before either has told anybody."""
    store.gate.clear()
    reading = cache.open(FULL, S2_SR)
    ends: list[int] = []
    reading.when_finished(lambda: ends.append(1))
    together = threading.Barrier(2)
    listeners = list(reading._listeners)
    store.gate.set()
    reading.wait(SECONDS)
    until(lambda: ends)

    def tell() -> None:
        together.wait(SECONDS)
        for listener in listeners * 50:
            listener(reading, 0)

    threads = [threading.Thread(target=tell) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert ends == [1]
    reading.when_finished(lambda: ends.append(2))
    assert ends == [1, 2], "who comes later is told at once"
    reading.release()


def test_who_unsubscribes_hears_no_more(cache: CubeCache, store: CountingStore) -> None:
    store.gate.clear()
    reading = cache.open(FULL, S2_SR)
    heard: list[int] = []

    def listener(_reading: Reading, index: int) -> None:
        heard.append(index)

    reading.subscribe(listener)
    reading.unsubscribe(listener)
    reading.unsubscribe(listener)
    store.gate.set()
    reading.wait(SECONDS)
    assert heard == []


def test_the_wanted_date_is_read_first(store: CountingStore) -> None:
    one_thread = ReaderPool(1)
    reading = CubeCache(store, one_thread, 10**9).open(FULL, PF_SR, first=7)
    reading.wait(SECONDS)
    assert next(iter(store.reads)).endswith("/PF-SR/2018-02-07.tif")
    one_thread.close()


def test_a_store_that_fails_is_an_error_and_is_asked_again_later(
    cache: CubeCache, store: CountingStore
) -> None:
    def fail(key: str) -> None:
        raise StoreError(f"cannot read {key}: the disk is gone")

    store.fail = fail
    with pytest.raises(StoreError, match="the disk is gone"):
        cache.get(FULL, S2_SR)
    assert sum(store.reads.values()) < 12  # it did not go on asking for every date
    assert cache.peek(FULL, S2_SR) is None
    store.fail = lambda key: None
    assert cache.get(FULL, S2_SR).there.size == 12


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (NotThereError("x"), Status.ABSENT, "not there"),
        (UnreadableError("x", "Input/output error"), Status.BROKEN, "Input/output error"),
        (RuntimeError("surprise"), Status.BROKEN, r"cannot be read (RuntimeError: surprise)"),
    ],
)
def test_one_file_that_fails_costs_one_date(
    cache: CubeCache, store: CountingStore, error: Exception, status: Status, reason: str
) -> None:
    def fail(key: str) -> None:
        if key.endswith("2018-03.tif"):
            raise error

    store.fail = fail
    cube = cache.get(FULL, S2_SR)
    assert cube.there.size == 11
    assert (cube.status[2], cube.reasons[2]) == (status, reason)


def test_dates_whose_files_could_not_be_had_are_not_taken_as_missing_for_good(
    cache: CubeCache, store: CountingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(key: str) -> None:
        raise UnreadableError(key, "no answer in time")

    store.fail = fail
    gone = cache.get(FULL, S2_SR)
    assert set(gone.status.tolist()) == {Status.BROKEN}
    assert cache.get(FULL, S2_SR) is gone  # not asked again at once, by everybody who comes
    store.fail = lambda key: None
    assert cache.glance(FULL, S2_SR, 2).status[2] == Status.THERE
    monkeypatch.setattr(reading_module, "AGAIN_S", 0.0)
    assert cache.get(FULL, S2_SR).there.size == 12
    whole = cache.get(FULL, S2_SR)
    cache.forget_unread()
    assert cache.peek(FULL, S2_SR) is whole


def test_what_could_not_be_had_is_told_once_and_dropped_when_it_can_be(
    store: CountingStore, pool: ReaderPool
) -> None:
    told: list[str] = []
    cache = CubeCache(store, pool, 10**9, doubted=told.append)

    def fail(key: str) -> None:
        if key.endswith(("2018-03.tif", "2018-04.tif")):
            raise UnreadableError(key, "Input/output error")

    store.fail = fail
    assert cache.get(FULL, S2_SR).there.size == 10
    assert len(told) == 1
    assert told[0].endswith(("2018-03.tif", "2018-04.tif"))
    store.fail = lambda key: None
    cache.forget_unread()
    assert cache.get(FULL, S2_SR).there.size == 12


def test_waiting_can_time_out(cache: CubeCache, store: CountingStore) -> None:
    store.gate.clear()
    reading = cache.open(FULL, S2_SR)
    with pytest.raises(TimeoutError, match=f"S2-SR of {corpora.FULL}"):
        reading.wait(0.01)
    store.gate.set()
    reading.release()


@pytest.mark.parametrize("count", [0, 1, 2, 12, 146])
@pytest.mark.parametrize("first", [-1, 0, 7, 145, 1000])
def test_the_reading_order_names_each_date_once_the_wanted_one_first(count: int, first: int) -> None:
    order = reading_order(count, first)
    assert sorted(order) == list(range(count))
    if count:
        assert order[0] == min(max(first, 0), count - 1)


def test_the_reading_order_is_coarse_in_time_first() -> None:
    order = reading_order(146, 5)
    assert max(np.diff(sorted(order[:10]))) <= 16
    assert max(np.diff(sorted(order[:20]))) <= 8


def valid(cell: Cell, data: np.ndarray, nodata: float | None) -> np.ndarray:
    cube = Cube(cell, S2_SR, S2_SR.band_names, data)
    cube.nodata = nodata
    return cube.valid(0)


def test_a_pixel_is_valid_where_any_band_is_measured() -> None:
    data = np.zeros((1, 12, 60, 60), np.uint16)
    data[0, 3, 10, 20] = 5
    assert np.argwhere(valid(FULL, data, 0)).tolist() == [[10, 20]]
    assert valid(FULL, data, None).all()


def test_a_closed_pool_takes_no_jobs_and_ends_its_threads() -> None:
    pool = ReaderPool(3)
    ran = threading.Event()
    pool.submit(0, ran.set)
    assert ran.wait(SECONDS)
    threads = list(pool._threads)
    pool.close()
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive()
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(0, ran.set)


def test_low_ranks_run_first() -> None:
    pool = ReaderPool(1)
    hold, done, order = threading.Event(), threading.Event(), list[int]()

    def wait() -> None:
        hold.wait(SECONDS)

    pool.submit(0, wait)
    for rank in (5, 1, 3, 1):
        pool.submit(rank, lambda rank=rank: order.append(rank))  # type: ignore[misc]
    pool.submit(9, done.set)
    hold.set()
    assert done.wait(SECONDS)
    assert order == [1, 1, 3, 5]
    pool.close()
