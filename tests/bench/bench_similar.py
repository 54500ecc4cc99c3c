"""Features of samples on a disk, against a plain loop of rasterio and numpy; the nearest of half a million, against plain numpy.

Run by `make bench`, or alone: python -m tests.bench.bench_similar. Corpus: four demo samples written to disk (PF-SR 200 x 200 x 4
int16, S2-SR 60 x 60 x 12 uint16, LZW), one process, files in the page cache. Neighbours: 500,000 x 128 float32 made like embeddings, 200
clusters, standard deviations of the axes falling as 1 / i^0.7, turned at random.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio

from explorer import open_corpus
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.demo.opening import index_of
from explorer.demo.store import DemoStore, encode
from explorer.similar import fast, neighbours
from explorer.similar.feature_table import About, FeatureTable
from tests.bench import forms

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]

SAMPLES = forms.sized(4, 1)
ROUNDS = forms.sized(5, 2)
LEAST_A_SECOND = 25.0
"""Samples that one core measures in a second."""


def written(folder: Path) -> Corpus:
    """The chips that the fast set reads, of the demo's first samples, as files."""
    store = DemoStore(count=200)
    for row in range(SAMPLES):
        cell, renderer = store.table.cell(row), store.renderer(row)
        dates = {(PF_SR, days[0]) for _, days in fast.fusion_slots()} | {(S2_SR, day) for day in S2_SR.dates}
        for product, date in dates:
            path = folder / product.key(cell.folder, date)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(encode(renderer, product.id, product.dates.index(date), cell))
    return open_corpus(folder)


def plain(corpus: Corpus, folder: Path) -> np.ndarray:
    """Means of bands and of NDVI of the same chips, a file after another by rasterio."""
    rows = []
    for sample_id in corpus.samples.index:
        cell, row = corpus.cell(sample_id), []
        for _, days in fast.fusion_slots():
            with rasterio.open(folder / PF_SR.key(cell.folder, days[0])) as source:
                chip = source.read() * np.float32(1e-4)
            ndvi = (chip[3] - chip[2]) / (chip[3] + chip[2])
            row += [*chip.mean(axis=(1, 2)), ndvi.mean(), *np.percentile(ndvi, fast.PERCENTILES)]
        for day in S2_SR.dates:
            with rasterio.open(folder / S2_SR.key(cell.folder, day)) as source:
                chip = source.read().astype(np.float32)
            chip[chip == S2_SR.nodata] = np.nan
            chip *= np.float32(1e-4)
            red, nir = (chip[S2_SR.band_names.index(band)] for band in ("B04", "B08"))
            own = [chip[S2_SR.band_names.index(band)] for band in fast.S2_BANDS]
            row += [*np.nanmean(own, axis=(1, 2)), np.nanmean((nir - red) / (nir + red))]
        rows.append(row)
    return np.array(rows, np.float32)


def fastest(work: Callable[[], object]) -> float:
    """Processor seconds of the fastest of some rounds: others share the machine."""
    return min(forms.rounds(work, ROUNDS, time.process_time))


def test_fast_features_from_disk(tmp_path: Path) -> None:
    with written(tmp_path) as corpus:
        ids = list(corpus.samples.index)
        ours = fast.table(corpus, ids)
        by_hand = plain(corpus, tmp_path)
        same = [i for i, name in enumerate(fast.columns()) if not name.startswith(("season", "ndvi"))]
        np.testing.assert_allclose(ours[:, same], by_hand, atol=0.03)  # a quarter of the pixels against all
        seconds, baseline = fastest(lambda: fast.table(corpus, ids)), fastest(lambda: plain(corpus, tmp_path))
    a_second, by_plain = len(ids) / seconds, len(ids) / baseline
    print(f"fast set: {a_second:.1f} samples a second and core, plain loop {by_plain:.1f}")  # noqa: T201
    forms.ratio("fast features, samples a second / a plain loop of rasterio", a_second, by_plain)
    forms.limit("fast features, samples a second and core", a_second, least=LEAST_A_SECOND)


PLACES = forms.sized(500_000, 20_000)
QUERIES = forms.sized(40, 5)
COUNT = 100


def embeddings() -> np.ndarray:
    """Float32 `(PLACES, 128)`."""
    rng = np.random.default_rng(0)
    spread = (np.arange(1, 129) ** -0.7).astype(np.float32)
    middles = 1.5 * spread * rng.standard_normal((200, 128), np.float32)
    values = middles[rng.integers(0, 200, PLACES)] + spread * rng.standard_normal((PLACES, 128), np.float32)
    turn, _ = np.linalg.qr(rng.standard_normal((128, 128), np.float32))
    return np.asarray(values @ turn)


def test_nearest_of_half_a_million() -> None:
    store = DemoStore(count=200)
    with Corpus(store, index_of(store)) as corpus:
        values = embeddings()
        table = FeatureTable(corpus, About("x"), map(str, range(128)), np.arange(PLACES), "x", lambda: values)
        space = neighbours.build(table, "all")
    places = space.places(np.arange(PLACES))
    norms = np.einsum("ij,ij->i", places, places)
    space.nearest(places[0], COUNT)  # what is worked out once
    ours, plain, right = [], [], 0
    for row in np.random.default_rng(1).choice(PLACES, QUERIES):
        place = places[row]
        begun = time.perf_counter()
        at, _ = space.nearest(place, COUNT)
        ours.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        away = norms - 2 * (places @ place)
        exact = np.argpartition(away, COUNT)[:COUNT]
        exact = exact[np.argsort(away[exact])]
        plain.append(time.perf_counter() - begun)
        right += len(set(at.tolist()) & set(exact.tolist()))
    recall = right / (QUERIES * COUNT)
    milliseconds = 1000 * float(np.median(ours))
    print(  # noqa: T201
        f"nearest {COUNT} of {PLACES:,} x {space.axes}: median {milliseconds:.1f} ms, {1000 * min(ours):.1f} at best, recall {recall:.4f}; "
        f"all by numpy {1000 * float(np.median(plain)):.1f} ms"
    )
    forms.ratio("nearest, milliseconds / exact by numpy", float(np.median(ours)), float(np.median(plain)))
    forms.limit("nearest, milliseconds", milliseconds, most=50)
    forms.limit("nearest, recall", recall, least=0.95)


def main() -> None:
    """The numbers."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
