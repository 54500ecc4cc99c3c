"""Features of samples on a disk: the fast set against a plain loop of rasterio and numpy that computes the same means.

Run by `make bench`, or alone: python -m tests.bench.bench_similar. Corpus: four demo samples written to disk (PF-SR 200 x 200 x 4
int16, S2-SR 60 x 60 x 12 uint16, LZW), one process, files in the page cache.
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
from explorer.demo.store import DemoStore, encode
from explorer.similar import fast
from tests.bench import forms

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]

SAMPLES = forms.sized(4, 1)
ROUNDS = forms.sized(5, 2)
LEAST_A_SECOND = 25.0
"""Samples that one core measures in a second."""


def written(folder: Path) -> Corpus:
    """The chips that the fast set reads, of the demo's first samples, as files."""
    store = DemoStore()
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
    found = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


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


def main() -> None:
    """The numbers."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
