"""Painting all dates, regions, curves and breaks: times beside what plain libraries take, and how well breaks are found.

Run by `make bench`, or alone: python -m tests.bench.bench_analysis
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import spyndex
from PIL import Image

from explorer.analysis import breaks, composite, phenology, regions, render_spec, smoothing, stretch
from explorer.core.products import PF_SR
from explorer.corpus.imagery.cube_cache import Cube
from explorer.corpus.imagery.geotiff import Chip
from explorer.corpus.imagery.to_xarray import timestamps
from explorer.demo.store import DemoStore
from tests.bench import forms

TIMES = timestamps(PF_SR)
PICTURES = ("true", "false", "band:nir", "index:NDVI", "index:EVI", "expr:(nir-red)/(nir+red)")
PAINT_LIMITS = {"fixed": 0.15, "frame": 0.3}
"""Seconds for all 146 dates as JPEG; stretched each by itself, percentiles of every date come on top."""
SERIES_LIMIT = 0.02
"""Seconds for one series."""
SAMPLES = forms.sized(
    {"none": 40, "construction": 30, "clear-cut": 30}, {"none": 3, "construction": 2, "clear-cut": 2}
)
"""Kinds of planted change -> demo samples looked at."""
LEAST_HITS = {"construction": 0.85, "clear-cut": 0.6}
MOST_FALSE = 0.03
DRAWN = forms.sized(len(PF_SR.dates), 8)
"""Dates of the demo that are made; all others are these again."""
PIXELS = 8
"""Of each sample, and as many where it changed."""


def best(run: Callable[[], Any], times: int = forms.sized(5, 1)) -> float:
    """The shortest of some runs, in seconds: what the work takes when nothing else does."""
    return min(forms.rounds(run, times))


def filled_cube(store: DemoStore, row: int) -> Cube:
    """All dates of a demo sample."""
    cube, renderer = Cube(store.table.cell(row), PF_SR), store.renderer(row)
    made = [renderer.planet_fusion(index) for index in range(DRAWN)]
    for index in range(len(PF_SR.dates)):
        cube.place(index, Chip(made[index % DRAWN], PF_SR.band_names, None))
    return cube


def naive_ndvi(cube: Cube) -> None:
    """Every date by spyndex, matplotlib and a JPEG, as a notebook would."""
    import matplotlib

    colours = matplotlib.colormaps["viridis"]
    for index in range(len(PF_SR.dates)):
        data = cube.data[index] * 1e-4
        ndvi = spyndex.computeIndex("NDVI", {"N": data[3], "R": data[2]})
        picture = (colours((ndvi + 0.9) / 1.8)[..., :3] * 255).astype(np.uint8)
        Image.fromarray(picture).save(io.BytesIO(), "JPEG", quality=85)


def ndvi_of(dn: np.ndarray) -> np.ndarray:
    """NDVI `(time,)` of DN `(time, band)`."""
    values = dn.astype(np.float64)
    return np.asarray((values[:, 3] - values[:, 2]) / (values[:, 3] + values[:, 2]))


def years_differ(ndvi: np.ndarray, ignore: np.ndarray) -> bool:
    """The plain way to find a change: the mean of one year beside that of the other."""
    seen, half = np.where(ignore, np.nan, ndvi), len(ndvi) // 2
    return bool(abs(np.nanmean(seen[half:]) - np.nanmean(seen[:half])) > breaks.LEAST_STEP)


def detection(store: DemoStore) -> tuple[dict[str, tuple[float, int]], float, float]:
    """Share of pixels where a break was found, and how many were looked at, by what was planted there.

    Then the share of pixels that are judged rightly, and that of the plain way.
    """
    rng = np.random.default_rng(7)
    kinds = {"none": 0, "construction": 2, "clear-cut": 3}
    found: dict[str, list[bool]] = defaultdict(list)
    away: list[float] = []
    right: list[bool] = []
    plain_right: list[bool] = []
    for name, count in SAMPLES.items():
        for row in rng.choice(np.flatnonzero(store.table["kind"] == kinds[name]), count, replace=False):
            renderer = store.renderer(int(row))
            scene = renderer.scene
            changed = np.unique(np.concatenate(scene.changed)) if scene.changed else np.zeros(0, int)
            places = {"nothing": np.setdiff1d(np.arange(40_000), changed), name: changed}
            picked = {
                what: rng.choice(p, PIXELS, replace=False) for what, p in places.items() if len(p) > 200
            }
            wanted = np.concatenate(list(picked.values()))
            frames = (renderer.planet_fusion(i).reshape(4, -1)[:, wanted] for i in range(len(PF_SR.dates)))
            dn = np.stack(list(frames))
            what_is = np.repeat(list(picked), PIXELS)
            for i, what in enumerate(what_is):
                if what == "none":  # a harmless change, which is one all the same
                    continue
                snow = breaks.snowy(dn[:, 0, i], dn[:, 2, i])
                ndvi = ndvi_of(dn[:, :, i])
                result = breaks.find(TIMES, ndvi, snow)
                right.append(bool(result.found) == (what != "nothing"))
                plain_right.append(years_differ(ndvi, snow) == (what != "nothing"))
                where = f"nothing planted ({'in clean' if name == 'none' else 'beside a change'})"
                found[where if what == "nothing" else str(what)].append(bool(result.found))
                if what != "nothing" and result.found:
                    start = min(change.start for change in scene.changes)
                    away.append(min(abs(2 + 5 * b.index - start) for b in result.found))
    print(f"\nbreaks: median distance in time {np.median(away):.0f} days")  # noqa: T201 - a benchmark prints
    shares = {name: (float(np.mean(hits)), len(hits)) for name, hits in found.items()}
    return shares, float(np.mean(right)), float(np.mean(plain_right))


@pytest.mark.bench
def test_painting_and_profiles() -> None:
    store = DemoStore()
    row = int(np.flatnonzero((store.table["clc"] == 211) & (store.table["kind"] == 0))[5])
    cube = filled_cube(store, row)
    plain = best(lambda: naive_ndvi(cube), 1)
    print(f"\n146 dates of 200 x 200 px as JPEG; NDVI by spyndex and matplotlib {plain * 1000:.0f} ms")  # noqa: T201
    for text in PICTURES:
        for choice in ("fixed", "frame"):
            painter = composite.make(cube, render_spec.parse(text, "PF-SR"), stretch.parse(choice))
            seconds = best(lambda painter=painter: [painter.jpeg(i) for i in range(146)])  # type: ignore[misc]
            print(f"  {text:26} {choice:6} {seconds * 1000:6.0f} ms")  # noqa: T201
            if text == "index:NDVI":
                forms.ratio(f"painting NDVI, {choice} / spyndex and matplotlib", seconds, plain)
            forms.limit(f"painting {text}, {choice}, s", seconds, most=PAINT_LIMITS[choice])
    region = regions.inside(regions.polygon_of(box=(50, 50, 100, 100)), PF_SR)
    series = ndvi_of(cube.data[:, :, 100, 100])
    holed = np.where(np.arange(146) % 7 == 3, np.nan, series)
    curve = smoothing.whittaker(TIMES, series)
    steps: dict[str, Callable[[], Any]] = {
        "region of 2,500 px, bands and NDVI": lambda: regions.statistics(cube, region),
        "whole sample, bands and NDVI": lambda: regions.sample_band_envelope(cube),
        "Whittaker": lambda: smoothing.whittaker(TIMES, series),
        "Savitzky-Golay": lambda: smoothing.savitzky_golay(TIMES, series),
        "Savitzky-Golay with gaps": lambda: smoothing.savitzky_golay(TIMES, holed),
        "phenology": lambda: phenology.seasons(TIMES, curve),
        "breaks": lambda: breaks.find(TIMES, series),
    }
    for name, run in steps.items():
        seconds = best(run)
        print(f"  {name:36} {seconds * 1000:7.2f} ms")  # noqa: T201
        if "px" not in name and "sample" not in name:
            forms.limit(f"{name}, s", seconds, most=SERIES_LIMIT)


@pytest.mark.bench
def test_breaks_find_what_was_planted() -> None:
    found, right, plain_right = detection(DemoStore())
    for name, (share, count) in found.items():
        print(f"  {name:36} {share:6.1%} of {count}")  # noqa: T201
    for name, least in LEAST_HITS.items():
        forms.limit(f"share of {name} found", found[name][0], least=least)
    forms.limit("share of false breaks", found["nothing planted (in clean)"][0], most=MOST_FALSE)
    forms.ratio("pixels judged rightly, breaks / means of two years", right, plain_right)


def main() -> None:
    """Both measurements."""
    test_painting_and_profiles()
    test_breaks_find_what_was_planted()


if __name__ == "__main__":
    main()
