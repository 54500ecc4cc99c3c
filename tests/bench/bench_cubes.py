"""From click to picture: cubes from disk, from memory and over HTTP, each beside its baseline in the same run.

Run by `make bench`, or alone: python -m tests.bench.bench_cubes
"""

from __future__ import annotations

import json
import resource
import struct
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rasterio
import rioxarray
import xarray as xr

from explorer import opening
from explorer.analysis.render_spec import parse
from explorer.analysis.stretch import StretchSpec
from explorer.core import grid
from explorer.core.config import Settings
from explorer.core.errors import NotThereError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery import geotiff
from explorer.corpus.stores.http import HttpStore
from explorer.corpus.tables import index
from explorer.corpus.tables.labels import Fractions
from explorer.opening import open_corpus
from explorer.views.animation.feed import Batch, FrameFeed
from tests import corpora
from tests.bench import forms

ID = "33N_15E-200N_01_09"
LATENCY_S = forms.sized(0.04, 0.002)
ROUNDS, FRAMES = forms.sized((6, 9), (1, 1))
SAMPLES, BOUND = forms.sized((50, 300_000_000), (5, 100_000_000))
"""For the memory: samples that are read one after the other, and bytes of cubes that are kept."""
ROOT = Path(__file__).parents[2]
RECIPE = parse("true", PF_SR.id)
LIMITS = {
    "cube from disk / plain loop": 0.7,
    "cube from disk / xarray.concat": 1 / 5,
    "one date from disk": 0.010,
    "cube from memory": 0.005,
    "first frame from disk": 0.025,
    "cube over HTTP": 1.0,
    "cube over HTTP / one by one": 1 / 8,
    "first frame over HTTP": 0.120,
}
"""Seconds, or a ratio where the name has two parts."""
RATIOS = [name for name in LIMITS if " / " in name] + ["one date from disk / plain date"]


@cache
def chip_bytes(variant: int) -> bytes:
    """A chip of the corpus's encoding and size (about 205 kB): fields and noise."""
    rng = np.random.default_rng(variant)
    y, x = np.mgrid[:200, :200] / 200
    base = 1500 + 900 * np.sin(7 * x + variant / 23) * np.cos(5 * y)
    fields = rng.integers(0, 900, (4, 10, 10)).repeat(20, axis=1).repeat(20, axis=2)
    data = base[None] + fields + rng.normal(0, 13, (4, 200, 200))
    return corpora.geotiff(PF_SR, grid.parse(ID), data.astype(np.int16))


def make(root: Path) -> None:
    """One sample with all its dates, and an index."""
    cell = grid.parse(ID)
    for i, date in enumerate(PF_SR.dates):
        corpora.put(root, PF_SR.key(cell.folder, date), chip_bytes(i % 40))
    corpora.write_label(root, ID, {211: 1.0})
    opening.reindex(root)


def paths(root: Path) -> list[str]:
    return [str(root / PF_SR.key(grid.parse(ID).folder, date)) for date in PF_SR.dates]


def plain_loop(root: Path, threads: int) -> np.ndarray:
    """What it costs at least: rasterio reads in a thread pool, into one array."""
    files = paths(root)
    out = np.empty((len(files), 4, 200, 200), np.int16)

    def one(i: int) -> None:
        with rasterio.open(files[i]) as source:
            source.read(out=out[i])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(len(files))))
    return out


def plain_date(root: Path, i: int) -> np.ndarray:
    """One date as rasterio reads it."""
    with rasterio.open(paths(root)[i]) as source:
        return np.asarray(source.read())


def xarray_concat(root: Path) -> xr.DataArray:
    """What is usually written."""
    opened = [rioxarray.open_rasterio(path) for path in paths(root)]
    return xr.concat(opened, dim=pd.Index(PF_SR.dates, name="time")).load()


def one_by_one(url: str) -> np.ndarray:
    """The same client, one request after another."""
    store, cell = HttpStore(url), grid.parse(ID)
    read = [geotiff.read(store.get(PF_SR.key(cell.folder, d)), PF_SR, cell).data for d in PF_SR.dates]
    store.close()
    return np.stack(read)


def first_frame(corpus: Corpus) -> float:
    """Seconds from the selection of a sample to the bytes of its first picture, on the page's own way."""
    came = threading.Event()

    def emit(batch: Batch) -> None:
        if batch.images or batch.error:
            came.set()

    corpus.cubes.forget()
    with ThreadPoolExecutor(4) as workers:
        begun = time.perf_counter()
        reading = corpus.read(ID, PF_SR, 70)
        feed = FrameFeed(reading, RECIPE, StretchSpec(), 70, 0, emit, workers)
        assert came.wait(30)
        seconds = time.perf_counter() - begun
        feed.close()
        reading.release()
    assert reading.error is None
    return seconds


def best(
    work: Callable[[], Any], before: Callable[[], Any] = lambda: None, times: int = forms.sized(5, 1)
) -> float:
    """The least of several runs: what else the machine does only adds."""
    found = []
    for _ in range(times):
        before()
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return min(found)


@contextmanager
def slow_server(root: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.servers", str(root), str(LATENCY_S)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.stdin.close()
        server.wait(10)


def from_disk(root: Path) -> dict[str, float]:
    corpus = open_corpus(root)
    array = corpus.planet_fusion(ID)
    assert np.array_equal(array, plain_loop(root, 2))
    ours, plain, concat = [], [], []
    for _ in range(ROUNDS):  # by turns, so that all have the same machine
        ours.append(best(lambda: corpus.planet_fusion(ID), corpus.cubes.forget, 1))
        plain += [best(lambda n=n: plain_loop(root, n), times=1) for n in (2, 3, 4)]  # type: ignore[misc]
        if len(concat) < 3:
            concat.append(best(lambda: xarray_concat(root), times=1))
    found = {"cube from disk": min(ours), "plain loop": min(plain), "xarray.concat": min(concat)}
    days = PF_SR.dates[:: len(PF_SR.dates) // 9]
    one_date = [
        best(lambda day=day: corpus.planet_fusion(ID, dates=[day]), corpus.cubes.forget, 1) for day in days
    ]  # type: ignore[misc]
    one_plain = [best(lambda i=i: plain_date(root, i), times=1) for i in range(0, len(PF_SR.dates), 16)]  # type: ignore[misc]
    found |= {"one date from disk": float(np.median(one_date)), "plain date": float(np.median(one_plain))}
    corpus.planet_fusion(ID)
    found["cube from memory"] = best(lambda: corpus.planet_fusion(ID))
    found["first frame from disk"] = float(np.median([first_frame(corpus) for _ in range(FRAMES)]))
    corpus.close()
    return found


def over_http(root: Path, folder: Path) -> dict[str, float]:
    with slow_server(root) as url:
        corpus = open_corpus(url, config=Settings(cache_dir=folder / "cache"))

        def forget() -> None:
            corpus.cubes.forget()
            corpus.store.cache.clear()  # type: ignore[attr-defined]

        found = {"cube over HTTP": best(lambda: corpus.planet_fusion(ID), forget)}
        found["one by one"] = best(lambda: one_by_one(url), times=1)
        frames = []
        for _ in range(FRAMES):
            forget()
            time.sleep(0.3)  # what the last one began has ended
            frames.append(first_frame(corpus))
        found["first frame over HTTP"] = float(np.median(frames))
        assert np.array_equal(corpus.planet_fusion(ID), plain_loop(root, 2))
        corpus.close()
    return found


class MadeStore:
    """Every cell of a tile, made of the same chips with their corners moved: no disk has to hold them."""

    where = "chips made for a measurement"

    def get(self, key: str) -> bytes:
        parts = key.split("/")
        if len(parts) != 6 or parts[4] != "PF-SR":
            raise NotThereError(key)
        left, _, _, top = grid.parse(ID).bounds
        new_left, _, _, new_top = grid.parse(parts[3]).bounds
        body = chip_bytes(hash(parts[5]) % 10)
        for old, new in ((left, new_left), (top, new_top)):
            body = body.replace(struct.pack("<d", old), struct.pack("<d", new))
        return body

    def list(self, folder: str) -> Iterator[str]:
        return iter(())

    def href(self, key: str) -> str:
        return key


def memory(count: int = SAMPLES, bound: int = BOUND) -> list[float]:
    """Memory of this process (MB) after each of `count` samples, with cubes of `bound` bytes."""
    ids = [f"33N_15E-200N_{i // 40 + 1:02d}_{i % 40 + 1:02d}" for i in range(count)]
    samples = index.SampleIndex.of(Fractions.empty(pd.Index(ids, dtype="str", name="sample_id")), "made")
    corpus = Corpus(MadeStore(), samples, config=Settings(cube_cache_bytes=bound))
    used = []
    for sample_id in ids:
        assert corpus.planet_fusion(sample_id).sizes["time"] == len(PF_SR.dates)
        assert corpus.cubes.nbytes <= bound
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        used.append(pages * resource.getpagesize() / 1e6)
    return used


def measured_memory() -> list[float]:
    command = [sys.executable, "-m", "tests.bench.bench_cubes", "memory"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return [float(value) for value in json.loads(done.stdout.splitlines()[-1])]


def report(folder: Path) -> tuple[dict[str, float], list[float]]:
    """Measure everything and print a table."""
    warnings.simplefilter("ignore")  # of rasterio, about a future affine
    make(folder / "corpus")
    found = from_disk(folder / "corpus") | over_http(folder / "corpus", folder)
    for pair in (name for name in LIMITS if " / " in name):
        ours, baseline = pair.split(" / ")
        found[pair] = found[ours] / found[baseline]
    used = measured_memory()
    size = sum(Path(path).stat().st_size for path in paths(folder / "corpus")) / len(PF_SR.dates) / 1e3
    lines = [f"\n{len(PF_SR.dates)} chips of 4 x 200 x 200 int16, {size:.0f} kB each; EPSG:32633"]
    for name, value in found.items():
        reach = f"  to reach: {LIMITS[name]:.3f}" if name in LIMITS else ""
        lines.append(f"{name:32} {value:8.3f} {'x' if ' / ' in name else 's'}{reach}")
    told = [SAMPLES // 5, SAMPLES * 3 // 5, SAMPLES]
    lines.append(f"memory, MB, after {told} samples  {[round(used[n - 1]) for n in told]}")
    print("\n".join(lines))  # noqa: T201 - a benchmark prints
    for pair in RATIOS:
        ours, baseline = pair.split(" / ")
        forms.ratio(pair, found[ours], found[baseline])
    return found, used


@pytest.mark.bench
def test_from_click_to_picture(tmp_path: Path) -> None:
    found, used = report(tmp_path)
    for name, most in LIMITS.items():
        forms.limit(name, found[name], most=most)
    full = SAMPLES // 5
    forms.limit("MB of memory more, once the cache is full", max(used[full:]) - used[full - 1], most=60)


def main() -> None:
    """Measure in a temporary folder; or the memory alone, for `measured_memory`."""
    if sys.argv[1:] == ["memory"]:
        print(json.dumps(memory()))  # noqa: T201
        return
    with tempfile.TemporaryDirectory() as folder:
        report(Path(folder))


if __name__ == "__main__":
    main()
