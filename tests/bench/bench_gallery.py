"""The gallery of a corpus on disk: its first picture and 50 of them, beside 50 plain reads by rasterio and JPEGs by Pillow one after another.

Both read the same files, of one date, which the system has in memory; what thumbnails were kept is forgotten before each round.
Then in a browser: from the key that turns the page to its pictures on the screen.
"""

from __future__ import annotations

import io
import statistics
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from playwright.sync_api import Browser

from explorer import open_corpus
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.views.common.components import SessionScheduler
from explorer.views.common.gallery_look import GalleryLook
from explorer.views.common.selection import DEFAULT_DATE, Selection
from explorer.views.gallery.gallery import GalleryView
from tests import corpora
from tests.bench import forms
from tests.bench.bench_page import browser
from tests.browser.conftest import Server
from tests.browser.visit import WIDE, Visit
from tests.talk import sent

__all__ = ["browser"]

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

PAGE = forms.sized(50, 20)
COUNT = 3 * PAGE
ROUNDS = forms.sized(9, 2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus on disk whose samples have one date."""
    root = tmp_path_factory.mktemp("gallery") / "corpus"
    with open_demo(count=2_000) as demo:
        for sample_id in demo.samples.index[demo.samples["clc"] > 0][:COUNT]:
            key = PF_SR.key(demo.cell(sample_id).folder, DEFAULT_DATE)
            corpora.put(root, key, demo.store.get(key))
            corpora.write_label(
                root, sample_id, {int(c): float(v) for c, v in demo.labels(sample_id).items()}
            )
    return root


def ours(corpus: Corpus, page: int) -> tuple[float, float]:
    """Seconds from the wish for a page to its first picture, and to all of them, as they are given to the browser's messages."""
    selection = Selection(date=DEFAULT_DATE)
    view = GalleryView(corpus, selection, SessionScheduler(), "bench")
    selection.session.filtered_rows = np.arange(len(corpus.samples))
    first = 0.0
    start = time.perf_counter()
    selection.gallery = GalleryLook("purity", PAGE, page)

    def there() -> bool:
        nonlocal first
        count = sum(len(message["places"]) for message in sent(view.gallery, "pictures"))
        first = first or (time.perf_counter() - start if count else 0.0)
        return count == PAGE

    while not there():
        time.sleep(0.001)
    found = first, time.perf_counter() - start
    view.close()
    return found


def plain(paths: list[Path]) -> tuple[float, float]:
    """The same by rasterio and Pillow, one after another."""
    first, start = 0.0, time.perf_counter()
    for path in paths:
        with rasterio.open(path) as source:
            data = source.read((3, 2, 1)).astype(np.float32)
        low, high = np.percentile(data[:, ::2, ::2], (1, 99))
        picture = (np.clip((data - low) / (high - low), 0, 1) * 255).astype(np.uint8)
        Image.fromarray(picture.transpose(1, 2, 0)).save(io.BytesIO(), "JPEG", quality=80)
        first = first or time.perf_counter() - start
    return first, time.perf_counter() - start


def test_pictures_of_a_corpus_on_disk(folder: Path) -> None:
    paths = sorted((folder / "imagery").rglob("*.tif"))[:PAGE]
    found, baseline = [], []
    for number in range(ROUNDS):
        with open_corpus(folder) as corpus:  # anew: nothing is kept of the round before
            _ = corpus.filter_table.purity
            found.append(ours(corpus, number % 3 + 1))
        baseline.append(plain(paths))
    first, whole = (statistics.median(times) for times in zip(*found, strict=True))
    plain_first, plain_whole = (statistics.median(times) for times in zip(*baseline, strict=True))
    print(  # noqa: T201
        f"\ngallery: first picture {1e3 * first:.0f} ms, {PAGE} in {1e3 * whole:.0f} ms; "
        f"rasterio and Pillow {1e3 * plain_first:.0f} and {1e3 * plain_whole:.0f} ms"
    )
    forms.ratio(f"gallery: {PAGE} pictures / rasterio and Pillow one by one", whole, plain_whole)
    forms.limit("gallery: first picture, s", first, most=0.2)
    forms.limit(f"gallery: {PAGE} pictures, s", whole, most=1.0)


def test_a_page_is_on_the_screen_within_a_second(folder: Path, browser: Browser, tmp_path: Path) -> None:
    server = Server(folder, tmp_path)
    try:
        page = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}).new_page()
        visit = Visit(page, server.url).open(f"?gallery=purity,{PAGE},1")
        visit.wait("() => seen.marks('gallery-drawn').length")
        page.wait_for_timeout(3000)  # what else a page does at first
        for turned in (1, 2):
            page.get_by_role("button", name="Next page").click()
            visit.wait("(n) => seen.marks('gallery-drawn').length > n", turned)
        marks = {
            name: page.evaluate(f"() => seen.marks('gallery-{name}').slice(-2).map((m) => m.detail.after)")
            for name in ("first", "drawn")
        }
    finally:
        server.stop()
    first, drawn = (max(map(float, times)) for times in marks.values())
    paths = sorted((folder / "imagery").rglob("*.tif"))[:PAGE]
    plain_whole = plain(paths)[1]
    print(f"\ngallery in a browser: first picture after {first:.0f} ms, {PAGE} after {drawn:.0f} ms")  # noqa: T201
    forms.ratio(f"gallery in a browser: {PAGE} pictures / rasterio and Pillow", drawn / 1e3, plain_whole)
    forms.limit(f"gallery in a browser: {PAGE} pictures, ms", drawn, most=1000)


def main() -> None:
    """Run it by hand."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
