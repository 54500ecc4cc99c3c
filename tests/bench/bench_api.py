"""What programs wait for, at 500,000 samples over HTTP: a page of items, a search in a box; and what a visitor's picture waits for meanwhile.

The baseline is the plain way of the same run: GeoPandas' own GeoJSON of as many samples, its selection of points in the box, and a picture
that nobody disturbs. Run by `make bench`, or alone: python -m tests.bench.bench_api
"""

from __future__ import annotations

import statistics
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import geopandas as gpd
import pytest

from explorer.app import create_page
from explorer.corpus.corpus import Corpus
from explorer.demo.opening import open_demo
from tests.bench import forms
from tests.running import SECONDS, Running

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

SAMPLES = forms.sized(500_000, 20_000)
ROUNDS = forms.sized(15, 3)
PICTURES = forms.sized(60, 6)
BOX = (2.0, 45.0, 3.0, 46.0)
A_SECOND = 20
PAGE_MS, BOX_MS = 150.0, 100.0
MOST_SLOWED = 2.0
"""A visitor's picture beside a client that asks so often, by one alone."""


def middle(job: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds of the median run; the first one makes what is made once."""
    job()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        job()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        return bytes(answer.read())


@contextmanager
def asking(url: str) -> Iterator[list[float]]:
    """A client that asks `A_SECOND` times a second; the times of its answers so far."""
    over, times = threading.Event(), []

    def ask() -> None:
        due = time.monotonic()
        while not over.wait(max(due - time.monotonic(), 0.0)):
            began = time.perf_counter()
            get(url)
            times.append(time.perf_counter() - began)
            due = max(due + 1 / A_SECOND, time.monotonic())

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield times
    finally:
        over.set()
        thread.join(SECONDS)


def plain_page(corpus: Corpus) -> str:
    return str(corpus.to_geopandas(corpus.samples.iloc[:1000]).to_json())


def test_pages_searches_and_visitors() -> None:
    corpus = open_demo(count=SAMPLES)
    running = Running(corpus, create_page(corpus))
    stac, ids, box = f"{running.url}/stac", iter(count(1)), ",".join(map(str, BOX))
    points = gpd.GeoSeries(gpd.points_from_xy(corpus.samples["lon"], corpus.samples["lat"]), crs=4326)
    try:
        page = middle(lambda: get(f"{stac}/collections/samples/items?limit=1000"))
        dates = middle(lambda: get(f"{stac}/collections/rapidai4eo_v1_source_pf/items?limit=1000"))
        within = middle(lambda: get(f"{stac}/search?collections=samples&bbox={box}&limit=10"))
        asked = middle(
            lambda: get(f"{stac}/search?collections=samples&limit=10&filter=clc=211%20AND%20purity%3E0.8")
        )
        own_page, own_within = (
            middle(lambda: plain_page(corpus)),
            middle(lambda: points.cx[BOX[0] : BOX[2], BOX[1] : BOX[3]]),
        )

        def picture() -> bytes:
            sample = corpus.samples.index[next(ids)]
            return get(f"{running.url}/first-picture.jpg?sample={sample}&date=2018-07-02")

        alone = middle(picture, PICTURES)
        with asking(f"{stac}/search?collections=samples&bbox={box}&limit=20") as answered:
            beside = middle(picture, PICTURES)
    finally:
        running.stop()
        corpus.close()
    for name, value in (("page of 1,000 samples", page), ("page of 1,000 dates", dates), ("search in a box", within), ("search by a filter", asked),
                        ("picture alone", alone), (f"picture beside {A_SECOND} requests a second", beside),
                        ("their answers", statistics.median(answered))):  # fmt: skip
        print(f"{SAMPLES:,} samples: {name} {1000 * value:.1f} ms")  # noqa: T201 - a benchmark prints
    forms.limit("page of 1,000 samples, ms", 1000 * page, most=PAGE_MS)
    forms.limit("page of 1,000 dates, ms", 1000 * dates, most=PAGE_MS)
    forms.limit("search in a box, ms", 1000 * within, most=BOX_MS)
    forms.limit("search by a filter, ms", 1000 * asked, most=BOX_MS)
    forms.ratio("page of 1,000 samples / GeoPandas' GeoJSON of them", page, own_page)
    forms.ratio("search in a box / GeoPandas' points in it", within, own_within)
    forms.limit("picture beside a client / alone", beside / alone, most=MOST_SLOWED)


def main() -> None:
    """Run by hand."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
