"""The chips on disk: bounded, shared, never torn, and never in the way."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from explorer.core import grid
from explorer.core.errors import NotThereError, StoreError
from explorer.core.products import PF_SR
from explorer.corpus.imagery import reading as reading_module
from explorer.corpus.imagery.cube_cache import CubeCache, Status
from explorer.corpus.imagery.read_threads import ReaderPool
from explorer.corpus.stores import cache as cache_module
from explorer.corpus.stores.cache import CachedStore, ChipCache
from explorer.corpus.stores.store import DirectoryStore, Store
from tests import corpora

CELL = grid.parse(corpora.FULL)
KEY, OTHER = (PF_SR.key(CELL.folder, PF_SR.dates[i]) for i in (0, 1))
SECONDS = 60.0
"""How long anything may take; nothing does."""


class Remote:
    """A folder that counts, and can give other bytes than it has."""

    where = "https://example.org/corpus/"
    concurrency = 7

    def __init__(self, root: Path) -> None:
        self._folder = DirectoryStore(root)
        self.asked: Counter[str] = Counter()
        self.instead: dict[str, list[bytes]] = {}

    def get(self, key: str) -> bytes:
        self.asked[key] += 1
        if self.instead.get(key):
            return self.instead[key].pop(0)
        return self._folder.get(key)

    def list(self, folder: str) -> Iterator[str]:
        raise StoreError("plain HTTP")

    def href(self, key: str) -> str:
        return self.where + key


@pytest.fixture
def remote(tiny_folder: Path) -> Remote:
    return Remote(tiny_folder)


@pytest.fixture
def store(remote: Remote, tmp_path: Path) -> CachedStore:
    return CachedStore(remote, tmp_path / "chips", 10**9)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_it_is_a_store_like_the_one_below(store: CachedStore, remote: Remote) -> None:
    assert isinstance(store, Store)
    assert (store.where, store.concurrency, store.href("a")) == (remote.where, 7, remote.where + "a")
    with pytest.raises(StoreError):
        store.list("labels")


def test_a_chip_is_fetched_once(
    store: CachedStore, remote: Remote, tiny_folder: Path, tmp_path: Path
) -> None:
    body = (tiny_folder / KEY).read_bytes()
    assert [store.get(KEY) for _ in range(3)] == [body] * 3
    assert remote.asked[KEY] == 1
    assert CachedStore(remote, tmp_path / "chips", 10**9).get(KEY) == body
    assert remote.asked[KEY] == 1
    assert (store.cache.hits, store.cache.misses) == (2, 1)


def test_another_corpus_has_other_chips(store: CachedStore, remote: Remote, tmp_path: Path) -> None:
    store.get(KEY)
    remote.where = "https://example.org/another/"
    CachedStore(remote, tmp_path / "chips", 10**9).get(KEY)
    assert remote.asked[KEY] == 2


def test_tables_are_not_kept(store: CachedStore, remote: Remote, tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(NotThereError):
            store.get("resources/x.csv")
    assert remote.asked["resources/x.csv"] == 2
    assert files(tmp_path) == []


def test_what_is_absent_is_remembered_until_forgotten(
    store: CachedStore, remote: Remote, tmp_path: Path
) -> None:
    key = "imagery/absent.tif"
    for _ in range(3):
        with pytest.raises(NotThereError):
            store.get(key)
    assert remote.asked[key] == 1
    assert files(tmp_path) == []
    store.forget(key)
    with pytest.raises(NotThereError):
        store.get(key)
    assert remote.asked[key] == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: kept[: len(kept) // 2],
        lambda kept: kept[:7],
        lambda kept: b"",
        lambda kept: kept + b"x",
        lambda kept: kept[:500] + bytes([kept[500] ^ 4]) + kept[501:],
        lambda kept: bytes(len(kept)),
        lambda kept: b"XXXX" + kept[4:],
    ],
    ids=["half", "header", "empty", "longer", "flipped", "zeros", "magic"],
)
def test_a_damaged_file_is_fetched_anew(
    store: CachedStore, remote: Remote, tiny_folder: Path, tmp_path: Path, damage: object
) -> None:
    store.get(KEY)
    (kept,) = files(tmp_path)
    kept.write_bytes(damage(kept.read_bytes()))  # type: ignore[operator]
    assert store.get(KEY) == (tiny_folder / KEY).read_bytes()
    assert remote.asked[KEY] == 2
    assert store.get(KEY)
    assert remote.asked[KEY] == 2


def test_the_bound_holds_and_the_least_recently_used_go_first(tmp_path: Path) -> None:
    cache = ChipCache(tmp_path, 100_000)
    for i in range(200):
        cache.put(f"n{i}", bytes([i]) * 5_000)
        if i == 3:
            os.utime(cache.path("n3"), (1, 1))  # not used for long
        assert cache.get("n0") is not None, "it is used all the time"
        assert cache.usage().size <= 100_000
    assert cache.get("n3") is None
    assert cache.get("n199") == bytes([199]) * 5_000
    assert cache.usage().size > 80_000


def test_what_is_larger_than_the_bound_is_not_kept(tmp_path: Path) -> None:
    cache = ChipCache(tmp_path / "chips", 1_000)
    cache.put("a", bytes(2_000))
    assert cache.usage().files == 0
    ChipCache(tmp_path / "none", 0).put("a", b"x")
    assert not (tmp_path / "none").exists()


def test_threads_and_processes_share_a_folder(tmp_path: Path) -> None:
    caches = [ChipCache(tmp_path, 200_000) for _ in range(3)]  # each counts for itself, as a process does

    def work(i: int) -> bool:
        cache = caches[i % 3]
        cache.put(f"n{i % 50}", bytes([i % 50]) * 10_000)
        body = cache.get(f"n{(i * 7) % 50}")
        return body is None or body == bytes([(i * 7) % 50]) * 10_000

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(600)))
    assert caches[0].usage().size <= 200_000 * (1 + 3 * cache_module.RECOUNT) + 8 * 10_012
    assert all(cache.problem is None for cache in caches)


def test_clear_removes_only_what_a_cache_wrote(store: CachedStore, tmp_path: Path) -> None:
    store.get(KEY)
    folder = tmp_path / "chips"
    (kept,) = files(folder)
    mine = [folder / "notes.txt", kept.parent / "notes.txt", folder / "holiday" / "a.chip"]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    removed = store.cache.clear()
    assert removed.files == 1
    assert removed.size > 1_000
    assert files(folder) == sorted(mine)
    assert store.cache.usage().files == 0
    assert ChipCache(tmp_path / "nowhere", 1).clear().files == 0


def test_a_cache_deleted_while_in_use_is_made_again(
    store: CachedStore, remote: Remote, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.get(KEY)
    shutil.rmtree(tmp_path / "chips")
    assert store.get(KEY)
    assert store.get(KEY)
    assert remote.asked[KEY] == 2
    assert not caplog.records


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_full_disk_is_survived_with_one_warning(
    store: CachedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(source: str, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    monkeypatch.setattr(cache_module, "PAUSE_S", 0.0)
    for index in range(5):
        assert store.get(PF_SR.key(CELL.folder, PF_SR.dates[index]))
    assert len(warnings(caplog)) == 1
    assert "No space left on device; they are read without a cache" in warnings(caplog)[0]
    assert store.cache.problem is not None
    assert files(tmp_path) == [], "nothing half written stays"
    monkeypatch.undo()
    store.get(KEY)
    assert len(files(tmp_path)) == 1, "once there is room, chips are kept again"


def test_a_folder_that_cannot_be_written_is_survived_with_one_warning(
    remote: Remote, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "chips").write_text("a file where the folder should be")
    store = CachedStore(remote, tmp_path / "chips", 10**9)
    for index in range(5):
        assert store.get(PF_SR.key(CELL.folder, PF_SR.dates[index]))
    assert len(warnings(caplog)) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_survived(
    remote: Remote, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tmp_path.chmod(0o500)
    store = CachedStore(remote, tmp_path / "chips", 10**9)
    assert store.get(KEY)
    assert len(warnings(caplog)) == 1


def test_after_a_failure_writing_rests_for_a_while(
    store: CachedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def full(source: str, target: Path) -> None:
        tries.append(source)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    for index in range(5):
        store.get(PF_SR.key(CELL.folder, PF_SR.dates[index]))
    assert len(tries) == 1


WRITER = """
import sys
from pathlib import Path
from explorer.corpus.stores.cache import ChipCache
cache = ChipCache(Path(sys.argv[1]), 10**9)
print("ready", flush=True)
for i in range(10**9):
    cache.put(f"n{i % 40}", bytes([i % 40]) * 2_000_000)
"""


def test_a_writer_killed_leaves_no_torn_file(tmp_path: Path) -> None:
    cache = ChipCache(tmp_path, 10**9)
    found = 0
    for pause in (0.02, 0.03, 0.05):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        deadline = time.monotonic() + SECONDS
        while not cache.usage().files and time.monotonic() < deadline:  # until there is a whole one
            time.sleep(0.01)
        time.sleep(pause)  # somewhere in the middle of its writing, each time elsewhere
        writer.send_signal(signal.SIGKILL)
        writer.wait(10)
        writer.stdout.close()
        for i in range(40):
            body = cache.get(f"n{i}")
            assert body is None or body == bytes([i]) * 2_000_000
            found += body is not None
    assert found > 0, "it was killed before it had written anything"


def test_what_a_killed_writer_left_is_removed_later(tmp_path: Path) -> None:
    cache = ChipCache(tmp_path, 100_000)
    cache.put("a", b"x")
    shard = cache.path("a").parent
    old, new = shard / "part-old1", shard / "part-new1"
    old.write_bytes(b"torn")
    new.write_bytes(b"being written")
    os.utime(old, (1, 1))
    ChipCache(tmp_path, 100_000).put("b", b"y")
    assert not old.exists()
    assert new.exists()
    cache.clear()
    assert not new.exists()


@pytest.fixture
def pool() -> Iterator[ReaderPool]:
    pool = ReaderPool(2)
    yield pool
    pool.close()


def test_a_chip_that_came_broken_is_fetched_once_more(
    store: CachedStore, remote: Remote, pool: ReaderPool, tiny_folder: Path
) -> None:
    whole = (tiny_folder / KEY).read_bytes()
    remote.instead[KEY] = [whole[: len(whole) // 2]]
    cube = CubeCache(store, pool, 10**9).get(CELL, PF_SR)
    assert cube.status[0] == Status.THERE
    assert (cube.data[0] == corpora.pixels(PF_SR, 0)).all()
    assert remote.asked[KEY] == 2


def test_a_chip_that_is_broken_is_so_after_two_tries_and_is_not_kept(
    store: CachedStore, remote: Remote, pool: ReaderPool
) -> None:
    remote.instead[KEY] = [b"II*\x00", b"II*\x00"]
    cubes = CubeCache(store, pool, 10**9)
    cube = cubes.get(CELL, PF_SR)
    assert cube.status[0] == Status.BROKEN
    assert "damaged" in cube.reasons[0]
    assert remote.asked[KEY] == 2
    cubes.forget()
    assert cubes.get(CELL, PF_SR).status[0] == Status.THERE, "it was mended meanwhile"


def test_reading_ahead_comes_last_until_somebody_waits(store: CachedStore, remote: Remote) -> None:
    """One thread, held at its first chip: the order in which it then reads is the order of ranks."""
    order: list[str] = []
    gate, held = threading.Event(), threading.Event()
    plain = remote.get

    def get(key: str) -> bytes:
        held.set()
        assert gate.wait(SECONDS)
        order.append(key)
        return plain(key)

    remote.get = get  # type: ignore[method-assign]
    with closing(ReaderPool(1)) as pool:
        cubes = CubeCache(store, pool, 10**9)
        first, second = CELL, grid.parse(corpora.BROKEN)
        ahead = cubes.open(first, PF_SR, behind=True)
        assert held.wait(SECONDS)
        shown = cubes.open(second, PF_SR)
        gate.set()
        shown.wait(SECONDS)
        joined = cubes.open(first, PF_SR, first=5)
        joined.wait(SECONDS)
        assert joined is ahead
        for reading in (ahead, shown, joined):
            reading.release()
    # By order, not by when this thread looked: the reader goes on as soon as the one that is shown is whole.
    theirs = [i for i, key in enumerate(order) if second.sample_id in key]
    mine = [key for key in order if first.sample_id in key]
    assert theirs == list(range(1, len(theirs) + 1)), "after the one in hand"
    assert len(mine) == len(set(mine)) == len(PF_SR.dates), "hurrying reads nothing twice"


def test_the_wanted_date_has_the_network_for_itself_at_first(
    store: CachedStore, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_module, "HEAD_START_S", 1000.0)
    gate, asked = threading.Event(), list[str]()
    came = threading.Condition()
    plain = remote.get

    def get(key: str) -> bytes:
        with came:
            asked.append(key)
            came.notify_all()
        assert gate.wait(SECONDS)
        return plain(key)

    remote.get = get  # type: ignore[method-assign]
    with closing(ReaderPool(4)) as pool:
        cubes = CubeCache(store, pool, 10**9)
        reading = cubes.open(CELL, PF_SR, first=3)
        with came:
            assert came.wait_for(lambda: asked, SECONDS)
        assert asked == [PF_SR.key(CELL.folder, PF_SR.dates[3])]
        assert not pool._jobs, "nothing else is asked for, however long that takes"
        gate.set()
        reading.wait(SECONDS)
        reading.release()
        monkeypatch.setattr(reading_module, "HEAD_START_S", 0.05)
        asked.clear()
        gate.clear()
        late = cubes.open(grid.parse(corpora.BARE), PF_SR, first=3)
        with came:  # all threads, once the first takes too long
            assert came.wait_for(lambda: len(asked) == 4, SECONDS)
        gate.set()
        late.wait(SECONDS)
        late.release()


def test_reading_ahead_that_nobody_claims_leaves_nothing(
    store: CachedStore, remote: Remote, pool: ReaderPool
) -> None:
    cubes = CubeCache(store, pool, 10**9)
    gate, plain = threading.Event(), remote.get

    def get(key: str) -> bytes:
        assert gate.wait(SECONDS)
        return plain(key)

    remote.get = get  # type: ignore[method-assign]
    cubes.open(CELL, PF_SR, behind=True).release()  # before all is read: that would be kept
    gate.set()
    assert cubes.nbytes == 0
    assert cubes.peek(CELL, PF_SR) is None


def test_a_folder_in_the_way_of_one_chip_costs_that_chip_alone(
    store: CachedStore, remote: Remote, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is somebody's: it is neither counted nor cleared, and nobody is warned."""
    path = store.cache.path(f"{remote.where}\n{KEY}")
    (path / "mine").mkdir(parents=True)
    for _ in range(2):
        assert store.get(KEY)
    assert remote.asked[KEY] == 2
    store.get(OTHER)
    assert store.cache.usage().files == 1
    assert store.cache.clear().files == 1
    assert (path / "mine").is_dir()
    assert store.cache.problem is None
    assert not caplog.records


def test_what_another_process_has_removed_is_not_counted_twice(
    store: CachedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in (KEY, OTHER):
        store.get(key)
    unlink, gone = os.unlink, files(tmp_path / "chips")[:1]

    def too_late(path: str) -> None:
        unlink(path)
        if Path(path) in gone:
            raise FileNotFoundError(path)

    monkeypatch.setattr(os, "unlink", too_late)
    removed = store.cache.clear()
    assert removed.files == 1
    assert files(tmp_path / "chips") == []


def test_a_cache_whose_files_vanish_while_written_is_given_up_after_some_tries(
    store: CachedStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store.cache.path(f"{store.where}\n{KEY}").parent.mkdir(parents=True)
    tried: list[str] = []

    def vanished(part: str, _path: Path) -> None:
        tried.append(part)
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(os, "replace", vanished)
    assert store.get(KEY)
    assert store.get(KEY)
    assert len(tried) == 3
    assert [record.getMessage() for record in caplog.records if "cannot be kept" in record.getMessage()]


def test_closing_closes_what_is_below_if_that_can_be_closed(remote: Remote, tmp_path: Path) -> None:
    CachedStore(remote, tmp_path / "chips", 10**9).close()
    closed: list[bool] = []
    remote.close = lambda: closed.append(True)  # type: ignore[attr-defined]
    CachedStore(remote, tmp_path / "chips", 10**9).close()
    assert closed == [True]
