"""The feed of frames: every date once, the wanted one first, the same end wherever one began, errors told."""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.analysis import render_spec
from explorer.analysis.composite import Painter, bands_of
from explorer.analysis.render_spec import Recipe
from explorer.analysis.stretch import StretchSpec
from explorer.core import grid
from explorer.core.errors import StoreError
from explorer.core.products import PF_SR
from explorer.corpus.imagery.cube_cache import CubeCache, Reading
from explorer.corpus.imagery.read_threads import ReaderPool
from explorer.corpus.stores.store import DirectoryStore
from explorer.views.animation.feed import Batch, FrameFeed
from explorer.views.common.components import RETRY_HINT
from tests import corpora


def recipe(text: str) -> Recipe:
    return render_spec.parse(text, PF_SR.id)


CELL = grid.parse(corpora.FULL)
SECONDS = 20.0


class GatedStore:
    """A folder whose files can be held back or fail."""

    where = "a store in a test"

    def __init__(self, root: Path) -> None:
        self._folder = DirectoryStore(root)
        self.gate = threading.Event()
        self.gate.set()
        self.free: set[str] = set()
        self.fail: Callable[[str], None] = lambda key: None

    def get(self, key: str) -> bytes:
        if key not in self.free:
            assert self.gate.wait(SECONDS)
        self.fail(key)
        return self._folder.get(key)

    def list(self, folder: str) -> Iterator[str]:
        return self._folder.list(folder)

    def href(self, key: str) -> str:
        return self._folder.href(key)


class Listener:
    """Collects batches and waits for the one that matters."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self._news = threading.Condition()

    def __call__(self, batch: Batch) -> None:
        with self._news:
            self.batches.append(batch)
            self._news.notify_all()

    def until(self, condition: Callable[[list[Batch]], bool]) -> list[Batch]:
        with self._news:
            assert self._news.wait_for(lambda: condition(self.batches), SECONDS), self.batches
            return list(self.batches)

    def settled(self) -> list[Batch]:
        return self.until(lambda batches: any(batch.settled for batch in batches))

    def frames(self) -> dict[int, bytes]:
        """What the browser shows in the end: the picture of the highest paint of each date."""
        found: dict[int, tuple[int, bytes]] = {}
        for batch in self.batches:
            for index, image in zip(batch.indices, batch.images, strict=True):
                if index not in found or found[index][0] <= batch.paint:
                    found[index] = (batch.paint, image)
        return {index: image for index, (_, image) in sorted(found.items())}


@pytest.fixture
def store(tiny_folder: Path) -> GatedStore:
    return GatedStore(tiny_folder)


@pytest.fixture
def workers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def pool() -> Iterator[ReaderPool]:
    pool = ReaderPool(2)
    yield pool
    pool.close()


Open = Callable[..., Reading]


@pytest.fixture
def open_reading(store: GatedStore, pool: ReaderPool) -> Iterator[Open]:
    """Begin to read, each time anew; all is let go at the end."""
    readings = []

    def begin(first: int = 0, cell: grid.Cell = CELL, source: GatedStore = store) -> Reading:
        reading = CubeCache(source, pool, 10**9).open(cell, PF_SR, first)
        readings.append(reading)
        return reading

    yield begin
    store.gate.set()
    for reading in readings:
        reading.release()


@pytest.mark.parametrize("first", [0, 5, 9])
@pytest.mark.parametrize("composite", ["true", "false"])
def test_every_date_comes_once_a_paint_and_all_with_the_last(
    open_reading: Open, workers: ThreadPoolExecutor, first: int, composite: str
) -> None:
    listener = Listener()
    feed = FrameFeed(open_reading(first), recipe(composite), StretchSpec(), first, 10, listener, workers)
    batches = listener.settled()
    feed.close()
    sent = Counter((batch.paint, index) for batch in batches for index in batch.indices)
    assert set(sent.values()) == {1}
    last = max(batch.paint for batch in batches)
    assert 10 <= last <= 11
    assert {index for paint, index in sent if paint == last} == set(range(10))
    assert [batch.settled for batch in batches].index(True) == len(batches) - 1
    assert batches[-1].done == batches[-1].total == 146
    assert np.frombuffer(batches[-1].status, np.uint8).tolist() == [1] * 10 + [2] * 136
    assert all(batch.error is None for batch in batches)


@pytest.mark.parametrize("first", [0, 4, 9])
def test_of_a_cube_in_memory_the_wanted_date_comes_first_and_alone(
    open_reading: Open, workers: ThreadPoolExecutor, first: int
) -> None:
    reading = open_reading()
    reading.wait(SECONDS)
    listener = Listener()
    FrameFeed(reading, recipe("true"), StretchSpec(), first, 10, listener, workers)
    batches = listener.settled()
    assert batches[0].indices == (first,)
    assert len({batch.paint for batch in batches}) == 1  # all is known: nothing is painted twice


def test_the_wanted_date_is_shown_before_another_is_read(
    open_reading: Open, store: GatedStore, workers: ThreadPoolExecutor
) -> None:
    store.gate.clear()
    store.free = {PF_SR.key(CELL.folder, PF_SR.dates[5])}
    listener = Listener()
    FrameFeed(open_reading(5), recipe("true"), StretchSpec(), 5, 10, listener, workers)
    batches = listener.until(lambda batches: any(batch.indices for batch in batches))
    assert [batch.indices for batch in batches if batch.indices] == [(5,)]
    assert not batches[-1].settled
    store.gate.set()
    listener.settled()


def test_the_end_does_not_depend_on_where_one_began(open_reading: Open, workers: ThreadPoolExecutor) -> None:
    ends = []
    for first in (0, 3, 9, 100):
        listener = Listener()
        reading = open_reading(first)
        FrameFeed(reading, recipe("true"), StretchSpec(), first, 10, listener, workers)
        listener.settled()
        ends.append(listener.frames())
    assert all(end == ends[0] for end in ends)
    assert len(ends[0]) == 10


def test_nor_where_no_date_of_the_fixed_stretch_is_there(
    tmp_path: Path, open_reading: Open, workers: ThreadPoolExecutor
) -> None:
    there = (3, 5, 61, 99)  # none of every eighth
    for i in there:
        data = corpora.pixels(PF_SR, 0) * (1 + i // 30)  # each date of another brightness
        corpora.put(tmp_path, PF_SR.key(CELL.folder, PF_SR.dates[i]), corpora.geotiff(PF_SR, CELL, data))
    ends = []
    for first in there:
        listener = Listener()
        FrameFeed(
            open_reading(first, source=GatedStore(tmp_path)),
            recipe("true"),
            StretchSpec(),
            first,
            10,
            listener,
            workers,
        )
        listener.settled()
        ends.append(listener.frames())
    assert list(ends[0]) == list(there)
    assert all(end == ends[0] for end in ends)


def test_frames_are_the_painter_s_pictures(open_reading: Open, workers: ThreadPoolExecutor) -> None:
    listener = Listener()
    reading = open_reading()
    FrameFeed(reading, recipe("false"), StretchSpec(), 0, 10, listener, workers)
    listener.settled()
    painter = Painter(reading.cube, bands_of("false", "PF-SR"))
    for index, image in listener.frames().items():
        with Image.open(io.BytesIO(image)) as picture:
            decoded = np.asarray(picture.convert("RGB")).astype(int)
        assert np.abs(decoded - painter.rgb(index)).mean() < 3


def test_broken_dates_are_told_with_their_reasons_once(
    open_reading: Open, workers: ThreadPoolExecutor
) -> None:
    listener = Listener()
    FrameFeed(
        open_reading(cell=grid.parse(corpora.BROKEN)), recipe("true"), StretchSpec(), 0, 10, listener, workers
    )
    batches = listener.settled()
    told = Counter(index for batch in batches for index in batch.reasons)
    assert set(told.values()) == {1}
    assert len(told) == 144
    reasons = {index: why for batch in batches for index, why in batch.reasons.items()}
    assert "damaged or truncated" in reasons[0]
    assert reasons[145] == "not there"
    assert len(listener.frames()) == 2


def test_a_sample_without_dates_settles_without_a_picture(
    tmp_path: Path, open_reading: Open, workers: ThreadPoolExecutor
) -> None:
    listener = Listener()
    FrameFeed(
        open_reading(source=GatedStore(tmp_path)), recipe("true"), StretchSpec(), 0, 10, listener, workers
    )
    batches = listener.settled()
    assert listener.frames() == {}
    assert all(batch.error is None for batch in batches)


def test_an_error_in_painting_is_told(
    open_reading: Open, workers: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Painter, index: int, quality: int = 85) -> bytes:
        raise MemoryError(f"no room for {index}")

    monkeypatch.setattr(Painter, "jpeg", fail)
    reading = open_reading()
    reading.wait(SECONDS)
    listener = Listener()
    FrameFeed(reading, recipe("true"), StretchSpec(), 0, 10, listener, workers)
    batches = listener.until(lambda batches: bool(batches))
    assert batches[0].error is not None
    assert "MemoryError: no room for 0" in batches[0].error


def test_an_error_of_the_store_is_told(
    open_reading: Open, store: GatedStore, workers: ThreadPoolExecutor
) -> None:
    def fail(key: str) -> None:
        if key.endswith("2018-02-12.tif"):
            raise StoreError("the disk does not answer")

    store.fail = fail
    listener = Listener()
    FrameFeed(open_reading(), recipe("true"), StretchSpec(), 0, 10, listener, workers)
    batches = listener.until(lambda batches: any(batch.error for batch in batches))
    told = next(batch.error for batch in batches if batch.error)
    assert told.startswith("the disk does not answer")
    assert told.endswith(RETRY_HINT)


def test_a_closed_feed_says_no_more_and_keeps_nothing_waiting(
    open_reading: Open, store: GatedStore, workers: ThreadPoolExecutor
) -> None:
    store.gate.clear()
    store.free = {PF_SR.key(CELL.folder, PF_SR.dates[0])}
    listener = Listener()
    reading = open_reading()
    feed = FrameFeed(reading, recipe("true"), StretchSpec(), 0, 10, listener, workers)
    listener.until(lambda batches: any(batch.indices for batch in batches))
    feed.close()
    said = len(listener.batches)
    store.gate.set()
    reading.wait(SECONDS)
    other = Listener()
    FrameFeed(
        reading, recipe("true"), StretchSpec(), 0, 10, other, workers
    )  # the reading serves others as before
    other.settled()
    assert len(listener.batches) == said


def test_a_new_composite_overrides_the_old(open_reading: Open, workers: ThreadPoolExecutor) -> None:
    """Two feeds of one reading at once, as when a person switches while the cube fills."""
    reading = open_reading()
    listener = Listener()
    old = FrameFeed(reading, recipe("true"), StretchSpec(), 0, 10, listener, workers)
    old.close()
    FrameFeed(reading, recipe("false"), StretchSpec(), 0, 20, listener, workers)
    listener.settled()
    painter = Painter(reading.cube, bands_of("false", "PF-SR"))
    frames = listener.frames()
    assert len(frames) == 10
    assert all(frames[i] == painter.jpeg(i) for i in frames)
