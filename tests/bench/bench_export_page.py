"""A stand-alone page: time and size a sample, and the error of its values beside mosaics of images of the same bands.

Run by `make bench`, or alone: python -m tests.bench.bench_export_page
"""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
from PIL import Image

from explorer import open_corpus
from explorer.core.products import PF_SR
from explorer.corpus.imagery.cube_cache import Cube
from explorer.export import packing, page
from tests.bench import forms

MOST_SECONDS = 10.0
"""Of the processors, a sample, chips at hand."""
SAMPLES = forms.sized(3, 1)
MOST_BYTES = 4_000_000 * SAMPLES
"""That many samples with all dates."""


def mosaics(cube: Cube, kind: str, quality: int) -> tuple[int, float]:
    """Bytes and root mean square error (reflectance) of a cube as one lossy image a band, by square roots of 8 bits."""
    size, squares, count = 0, 0.0, 0
    for band in range(4):
        values = cube.data[:, band].astype(np.float64)
        low, span = values.min(), max(np.ptp(values), 1.0)
        levels = np.rint(np.sqrt((values - low) / span) * 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(levels.reshape(-1, 200)[: 80 * 200]).save(buffer, kind, quality=quality)
        with Image.open(buffer) as image:
            back = np.asarray(image.convert("L")).astype(np.float64)
        found = (back / 255) ** 2 * span + low
        squares += float(((found - values.reshape(-1, 200)[: 80 * 200]) ** 2).sum())
        count += found.size
        size += buffer.tell()
    return size, (squares / count) ** 0.5 * 1e-4


@pytest.mark.bench
def test_samples_in_a_page() -> None:
    corpus = open_corpus("demo")
    try:
        ids = list(corpus.featured[:SAMPLES])
        for sample_id in ids:
            cube = corpus.cubes.get(corpus.cell(sample_id), PF_SR)
            start, before = time.perf_counter(), time.process_time()
            packed = packing.planet(cube)
            seconds, busy = time.perf_counter() - start, time.process_time() - before
            print(  # noqa: T201 - a benchmark prints
                f"\n{sample_id}: {len(packed.data) / 1e6:.2f} MB, {packed.header['components']} components, within "
                f"{packed.max_error:.4f}, rms {packed.rms_error:.5f}, {seconds:.1f} s, of the processors {busy:.1f} s"
            )
            for kind, quality in (("JPEG", 50), ("JPEG", 75), ("WEBP", 75)):
                size, error = mosaics(cube, kind, quality)
                size = size * len(PF_SR.dates) // 80  # of 80 dates: WebP has no larger images
                ratio = error / packed.rms_error
                print(f"  {kind} {quality}: {size / 1e6:.2f} MB, rms {error:.5f}, {ratio:.1f} x")  # noqa: T201
                forms.ratio(f"error of {sample_id}, packed / {kind} {quality}", packed.rms_error, error)
            forms.limit("processor s", busy, most=MOST_SECONDS)  # other programs have no part in it
            forms.limit("root mean square error", packed.rms_error, most=0.0015)
        made = page.make(corpus, ids)
        size = len(made.html.encode())
        print(f"{SAMPLES} samples in a page: {size / 1e6:.1f} MB")  # noqa: T201
        forms.limit("bytes of the page", size, most=MOST_BYTES)
    finally:
        corpus.close()


def main() -> None:
    """The one table."""
    test_samples_in_a_page()


if __name__ == "__main__":
    main()
