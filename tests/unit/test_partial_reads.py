"""Who asks for some dates causes the reading of those dates; what is whole in memory is used."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from typer.testing import CliRunner

from explorer import cli, open_corpus
from explorer.analysis import spectra
from explorer.core import grid
from explorer.core.config import Settings
from explorer.core.errors import StoreError, UnknownBandError
from explorer.core.products import PF_QA, PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import CubeCache, Status
from explorer.corpus.imagery.read_threads import ReaderPool
from explorer.corpus.stores.store import DirectoryStore
from explorer.export import animation, data, figures, frames, scene
from tests import corpora, servers

FULL, CELL = corpora.FULL, grid.parse(corpora.FULL)
SECONDS = 20.0
MEASURED = 19
"""Dates of Planet Fusion on which a fixed stretch is measured."""


@pytest.fixture
def server(indexed_folder: Path) -> Iterator[servers.Server]:
    with servers.serve(indexed_folder) as server:
        yield server


@pytest.fixture
def remote(server: servers.Server, tmp_path: Path) -> Iterator[Corpus]:
    """The three samples behind HTTP, with nothing kept yet."""
    with open_corpus(server.url, config=Settings(cache_dir=tmp_path / "cache", http_retries=0)) as corpus:
        yield corpus


def asked(server: servers.Server, product: str) -> int:
    """How many requests there were for dates of a product under their names in the layout."""
    return sum(count for key, count in server.asked.items() if f"/{product}/" in key)


def test_one_date_is_one_request_and_has_its_pixels(remote: Corpus, server: servers.Server) -> None:
    array = remote.planet_fusion(FULL, dates=["2018-01-08"], bands=["red"])
    np.testing.assert_array_equal(array.values[0, 0], corpora.pixels(PF_SR, 1)[2])
    assert asked(server, "PF-SR") == 1
    assert array.attrs["missing"] == []
    july = remote.sentinel2(FULL, months=["2018-07"], bands=["B08"])
    np.testing.assert_array_equal(july.values[0, 0], corpora.pixels(S2_SR, 6)[3])
    assert asked(server, "S2-SR") == 1
    layer = remote.quality(FULL, dates=["2018-01-13"])
    np.testing.assert_array_equal(layer.values[0], corpora.pixels(PF_QA, 2))
    assert asked(server, "PF-QA") == 1


def test_missing_is_said_of_the_dates_that_were_asked_for(remote: Corpus) -> None:
    array = remote.planet_fusion(FULL, dates=["2018-01-03", "2019-12-29"])
    assert array.sizes["time"] == 1
    assert array.attrs["missing"] == ["2019-12-29"]
    assert array.attrs["missing_reasons"] == ["2019-12-29: not there"]


def test_what_is_in_memory_is_used(tiny_folder: Path) -> None:
    with open_corpus(tiny_folder) as corpus:
        whole = corpus.planet_fusion(FULL)
        corpus.store.get = None  # type: ignore[assignment, method-assign]
        one = corpus.planet_fusion(FULL, dates=["2018-01-13"])
        assert np.shares_memory(one.values, whole.values)


def test_a_part_is_not_taken_for_the_whole(tiny_folder: Path) -> None:
    with open_corpus(tiny_folder) as corpus:
        corpus.planet_fusion(FULL, dates=["2018-01-13"])
        assert corpus.cubes.peek(CELL, PF_SR) is None
        assert corpus.cubes.nbytes == 0
        assert corpus.planet_fusion(FULL).sizes["time"] == len(corpora.PF_DATES)


def test_nearly_all_dates_are_read_whole_and_kept(tiny_folder: Path) -> None:
    with open_corpus(tiny_folder) as corpus:
        corpus.planet_fusion(FULL, dates=PF_SR.dates[:130])
        assert corpus.cubes.peek(CELL, PF_SR) is not None


def test_names_of_bands_come_from_other_dates_where_none_of_these_is_there(tiny_corpus: Corpus) -> None:
    array = tiny_corpus.quality(FULL, dates=["2019-12-29"], bands=[corpora.QA_BANDS[0]])
    assert array.sizes == {"time": 0, "band": 1, "y": 200, "x": 200}
    assert array.attrs["missing"] == ["2019-12-29"]
    with pytest.raises(UnknownBandError):
        tiny_corpus.quality(FULL, dates=["2018-01-03"], bands=["red"])


def test_a_store_that_fails_fails_the_part(remote: Corpus, server: servers.Server) -> None:
    server.answer = lambda handler, key: servers.refuse(handler, key)
    with pytest.raises(StoreError):
        remote.planet_fusion(FULL, dates=["2018-01-08"])


class Gated:
    """A folder whose reads wait at a gate."""

    where = "gated"

    def __init__(self, root: Path) -> None:
        self.folder, self.gate, self.keys = DirectoryStore(root), threading.Event(), list[str]()

    def get(self, key: str) -> bytes:
        self.keys.append(key)
        assert self.gate.wait(SECONDS)
        return self.folder.get(key)

    def list(self, folder: str) -> Iterator[str]:
        return self.folder.list(folder)

    def href(self, key: str) -> str:
        return self.folder.href(key)


def test_a_whole_that_is_being_read_is_waited_for_but_not_one_read_ahead(tiny_folder: Path) -> None:
    store, pool = Gated(tiny_folder), ReaderPool(2)
    cache = CubeCache(store, pool, 10**9)
    wanted, ahead = cache.open(CELL, PF_SR), cache.open(CELL, S2_SR, behind=True)
    joined, alone = cache.open_some(CELL, PF_SR, [3]), cache.open_some(CELL, S2_SR, [3])
    assert joined is wanted
    assert alone is not ahead
    store.gate.set()
    cube = alone.wait(SECONDS)
    assert [Status(v) for v in cube.status] == [Status.WAITING] * 3 + [Status.THERE] + [Status.WAITING] * 8
    assert joined.wait(SECONDS).status[3] == Status.THERE
    for reading in (wanted, ahead, joined, alone):
        reading.release()
    pool.close()


def test_many_may_ask_for_different_dates_at_once(tiny_corpus: Corpus) -> None:
    found: dict[int, Any] = {}

    def one(index: int) -> None:
        found[index] = tiny_corpus.planet_fusion(FULL, dates=[PF_SR.dates[index]]).values[0]

    threads = [threading.Thread(target=one, args=(i,)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    for index in range(10):
        np.testing.assert_array_equal(found[index], corpora.pixels(PF_SR, index))


FILES: dict[str, tuple[Callable[[Corpus, Path], object], int]] = {
    "a frame as it is stretched by itself": (
        lambda c, p: data.write_frame(c, FULL, "2018-01-08", p / "a.tif", stretch="frame"), 1,
    ),
    "a frame in a range": (
        lambda c, p: data.write_frame(c, FULL, "2018-01-08", p / "a.tif", stretch="0.02-0.3"), 1,
    ),
    "a frame of an index": (
        lambda c, p: data.write_frame(c, FULL, "2018-01-08", p / "a.tif", composite="index:NDVI"), 1,
    ),
    "values of a formula": (
        lambda c, p: data.write_frame(c, FULL, "2018-01-08", p / "a.tif", composite="expr:nir-red", values=True), 1,
    ),
    "a frame": (lambda c, p: data.write_frame(c, FULL, "2018-01-08", p / "a.tif"), 1),
    "a frame as the page shows it": (
        lambda c, p: data.write_frame(c, FULL, "2018-01-08", p / "a.tif", stretch="fixed"), MEASURED + 1,
    ),
    "a cube of some dates": (lambda c, p: data.write_cube(c, FULL, p / "a.zarr", end="2018-01-31"), 6),
    "an animation": (
        lambda c, p: animation.write(c, FULL, p / "a.gif", scale=1, end="2018-01-31", stretch="frame"), 6,
    ),
    "two dates": (lambda c, p: figures.pair(c, FULL, "2018-01-08", "2018-01-13", stretch="0.02-0.3"), 2),
    "the bands of a date": (lambda c, p: figures.bands(c, FULL, "2018-01-08", product="PF-SR"), MEASURED + 1),
    "a spectrum": (lambda c, p: spectra.spectrum(c, FULL, row=3, col=4, months=[1]), 6),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_some_dates_reads_those(
    remote: Corpus, server: servers.Server, tmp_path: Path, name: str
) -> None:
    make, wanted = FILES[name]
    remote.planet_fusion(
        FULL, dates=["2018-01-03"]
    )  # so that the names of files are known to be the layout's
    server.asked.clear()
    remote.store.forget(PF_SR.key(CELL.folder, PF_SR.dates[0]))  # type: ignore[attr-defined]
    make(remote, tmp_path)
    assert asked(server, "PF-SR") == wanted


def test_a_file_of_some_dates_is_as_from_the_whole(tiny_folder: Path, tmp_path: Path) -> None:
    made = []
    for whole in (False, True):
        with open_corpus(tiny_folder) as corpus:
            if whole:
                for product in (PF_SR, S2_SR):
                    corpus.cubes.get(CELL, product)
            frame = tmp_path / f"{whole}.tif"
            data.write_frame(corpus, FULL, "2018-01-08", frame)
            painter = frames.painter(corpus, FULL, end="2018-01-31", pins=[(20, 30)])
            both = data.dataset(corpus, FULL, end="2018-03-01")
            same = scene.scene(corpus, FULL, product="S2-SR", dates=["2018-07"], stretch="same")
            with rasterio.open(frame) as source:
                made.append(
                    [
                        source.read(),
                        painter.frame(2),
                        both["surface_reflectance"].values,
                        same.rgba(same.steps[0]),
                    ]
                )
            assert both.attrs["missing_dates"].startswith("2018-02-22, 2018-02-27")
    for part, from_whole in zip(*made, strict=True):
        np.testing.assert_array_equal(part, from_whole)


def test_the_stretch_of_a_sample_without_the_dates_it_is_measured_on_is_that_of_those_that_are_there(
    tmp_path: Path,
) -> None:
    corpora.write_label(tmp_path, FULL, {211: 1.0})
    corpora.write_chips(tmp_path, FULL, PF_SR, [1, 2, 3, 4, 5])
    found = []
    for whole in (False, True):
        with open_corpus(tmp_path) as corpus:
            if whole:
                corpus.cubes.get(CELL, PF_SR)
            found.append(scene.scene(corpus, FULL, dates=["2018-01-23"]).painter.stretch)
    assert found[0] == found[1]


def test_the_command_reads_the_dates_it_writes(server: servers.Server, tmp_path: Path) -> None:
    arguments = [
        "export",
        server.url,
        FULL,
        "-o",
        str(tmp_path / "cube.zarr"),
        "--what",
        "cube",
        "--end",
        "2018-01-31",
    ]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0, result.output
    assert asked(server, "PF-SR") == 6
