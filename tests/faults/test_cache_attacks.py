"""What somebody did to the files of the cache shows no other chip, and stops nobody."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from explorer.core.products import PF_SR
from explorer.corpus.stores.cache import CachedStore, ChipCache
from tests import corpora
from tests.unit.test_cache import CELL, KEY, Remote

OTHER = PF_SR.key(CELL.folder, PF_SR.dates[1])


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's name is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "holiday.txt").write_text("mine")


def _link(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.fixture
def store(tiny_folder: Path, tmp_path: Path) -> CachedStore:
    return CachedStore(Remote(tiny_folder), tmp_path / "chips", 10**9)


def test_swapped_files_show_no_other_dates_pixels(store: CachedStore, tiny_folder: Path) -> None:
    bodies = {key: (tiny_folder / key).read_bytes() for key in (KEY, OTHER)}
    assert bodies[KEY] != bodies[OTHER]
    assert {key: store.get(key) for key in bodies} == bodies
    one, two = (store.cache.path(store._name(key)) for key in bodies)
    kept = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(kept)
    assert {key: store.get(key) for key in bodies} == bodies
    assert store.cache.misses == 4
    assert {key: store.get(key) for key in bodies} == bodies
    assert store.cache.hits == 2


@pytest.mark.timeout(60)
@pytest.mark.parametrize("put", [_pipe, _socket, _folder, _link])
def test_what_is_no_plain_file_is_no_chip_and_nothing_waits(
    store: CachedStore, tiny_folder: Path, put: Callable[[Path], None]
) -> None:
    body = (tiny_folder / KEY).read_bytes()
    place = store.cache.path(store._name(KEY))
    place.parent.mkdir(parents=True)
    put(place)
    done = threading.Event()
    found: list[bytes] = []

    def read() -> None:
        found.extend(store.get(KEY) for _ in range(2))
        done.set()

    threading.Thread(target=read, daemon=True).start()
    assert done.wait(20), "reading waits for somebody who writes to it"
    assert found == [body] * 2
    store.get(OTHER)
    assert store.cache.problem is None
    assert store.cache.get(store._name(OTHER)) is not None, "others are kept all the same"
    if put is _folder:
        assert (place / "holiday.txt").read_text() == "mine"
    assert store.cache.usage().files == (1 if put is _folder else 2)


def test_nothing_stays_open_of_what_is_no_chip(tmp_path: Path) -> None:
    cache = ChipCache(tmp_path, 10**6)
    for number, put in enumerate((_pipe, _folder, _link, _socket)):
        place = cache.path(f"n{number}")
        place.parent.mkdir(parents=True, exist_ok=True)
        put(place)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        assert [cache.get(f"n{number}") for number in range(4)] == [None] * 4
    assert len(os.listdir("/proc/self/fd")) == before


def test_files_are_swapped_all_the_time_while_many_read(store: CachedStore, tiny_folder: Path) -> None:
    keys = [PF_SR.key(CELL.folder, date) for date in PF_SR.dates[:6]]
    bodies = {key: (tiny_folder / key).read_bytes() for key in keys if (tiny_folder / key).exists()}
    places = [store.cache.path(store._name(key)) for key in bodies]
    stop = threading.Event()

    def swap() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            one, two = places[number % len(places)], places[(number * 7 + 1) % len(places)]
            try:
                os.link(one, f"{one}.x")
                os.replace(f"{one}.x", two)
            except OSError:
                pass

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            wanted = list(bodies) * 100
            assert all(
                body == bodies[key] for key, body in zip(wanted, pool.map(store.get, wanted), strict=True)
            )
    finally:
        stop.set()
        thread.join()
    assert corpora.FULL in wanted[0]
