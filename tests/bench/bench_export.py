"""Writing all 146 frames with their chart, by format, beside drawing each of them with matplotlib as a notebook would.

Run by `make bench`, or alone: python -m tests.bench.bench_export. Seconds are of a clock and of the processor (all threads):
the limit holds for the latter, which other work on the machine does not stretch.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from explorer import open_corpus
from explorer.core.products import PF_SR, S2_SR
from explorer.export import animation, charts, data, figures, frames
from explorer.export.frames import FramePainter, Style
from tests.bench import forms

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

LIMIT = 6.0
"""Processor seconds for a whole animation at 3 times the size."""
PINS = [(150, 110, "field"), (30, 40)]
SCALES, ROUNDS = forms.sized(((1, 3, 4), 2), ((1,), 1))
PLAIN = forms.sized(12, 2)
"""Frames that are drawn the plain way; the time of all is reckoned from them."""


def told(line: str) -> None:
    """Print a line of the table."""
    sys.stdout.write(line + "\n")


def timed(run: Callable[[], Any], times: int = ROUNDS) -> tuple[float, float]:
    """The shortest of some runs: seconds of the clock, and of the processor."""
    clock, processor = [], []
    for _ in range(times):
        begun, spent = time.perf_counter(), time.process_time()
        run()
        clock.append(time.perf_counter() - begun)
        processor.append(time.process_time() - spent)
    return min(clock), min(processor)


def plain(painter: FramePainter) -> None:
    """Frames of the same content and size, a matplotlib figure each, without encoding."""
    width, height = painter.size
    curves = painter._curves
    for step in painter.steps[:PLAIN]:
        figure = Figure(figsize=(width / 100, height / 100), dpi=100)
        canvas = FigureCanvasAgg(figure)
        top, bottom = figure.subplots(2, 1, height_ratios=(3, 1))
        top.imshow(painter.scene.rgba(step)[..., :3], interpolation="nearest")
        top.set_title(step.text)
        top.set_axis_off()
        for curve in curves:
            bottom.plot(curve.times, curve.values, color=curve.colour)
            bottom.plot(curve.other_times, curve.other_values, "D", color=curve.colour)
        bottom.axvline(step.time)
        canvas.draw()
        np.asarray(canvas.buffer_rgba())


def test_animations_of_all_dates() -> None:
    corpus = open_corpus("demo")
    sample_id = str(corpus.default_sample)
    for product in (PF_SR, S2_SR):
        corpus.cubes.get(corpus.cell(sample_id), product)
    with tempfile.TemporaryDirectory() as folder:
        told("\n146 frames with chart of two pins   size        clock s  processor s   MB     of plain")
        for scale in SCALES:
            painter = frames.painter(corpus, sample_id, pins=PINS, style=Style(scale=scale))
            count = len(painter.steps)
            clock, spent = timed(lambda p=painter: plain(p))
            whole, baseline = clock * count / PLAIN, spent * count / PLAIN
            size = "x".join(map(str, painter.size))
            told(
                f"  matplotlib a frame, not encoded   {size:>9}   {whole:7.2f}      {baseline:7.2f}     -       1.00"
            )
            clock, spent = timed(lambda p=painter: [p.frame(i) for i in range(len(p.steps))])
            told(
                f"  frames alone                      {size:>9}   {clock:7.2f}      {spent:7.2f}     -       {spent / baseline:.2f}"
            )
            for ending in sorted(animation.FORMATS):
                path = Path(folder) / f"a{ending}"

                def write(path: Path = path, scale: int = scale) -> None:
                    animation.write(corpus, sample_id, path, scale=scale, pins=PINS)

                clock, spent = timed(write)
                ratio, mb = spent / baseline, path.stat().st_size / 1e6
                told(f"  {ending:<32}  {size:>9}   {clock:7.2f}      {spent:7.2f}  {mb:6.2f}    {ratio:.2f}")
                forms.ratio(f"{ending} of {size} / matplotlib a frame, not encoded", spent, baseline)
                forms.limit(f"{ending} of {size} / matplotlib a frame", ratio, most=1)
                forms.limit(f"{ending} of {size}, processor s", spent, most=LIMIT if scale <= 3 else math.inf)
    corpus.close()


def test_other_files() -> None:
    corpus = open_corpus("demo")
    sample_id = str(corpus.default_sample)
    for product in (PF_SR, S2_SR):
        corpus.cubes.get(corpus.cell(sample_id), product)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        jobs: dict[str, tuple[str, Callable[[Path], Any]]] = {
            "cube as netCDF, 146 dates": ("a.nc", lambda p: data.write_cube(corpus, sample_id, p)),
            "cube as Zarr, 146 dates": ("a.zarr", lambda p: data.write_cube(corpus, sample_id, p)),
            "a date as GeoTIFF": ("a.tif", lambda p: data.write_frame(corpus, sample_id, "2018-07-02", p)),
            "contact sheet of 12, PNG": ("s.png", lambda p: figures.sheet(corpus, sample_id).save(p)),
            "contact sheet of 12, PDF": ("s.pdf", lambda p: figures.sheet(corpus, sample_id).save(p)),
            "profile, PNG": ("p.png", lambda p: charts.profile(corpus, sample_id, PINS).save(p)),
            "profile, SVG": ("p.svg", lambda p: charts.profile(corpus, sample_id, PINS).save(p)),
        }
        told(f"\n{'other files':<28}   clock s  processor s   MB")
        for title, (file, write) in jobs.items():
            path = folder / file
            clock, spent = timed(lambda w=write, p=path: w(p))
            found = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
            told(
                f"{title:<28}   {clock:7.2f}      {spent:7.2f}  {sum(p.stat().st_size for p in found) / 1e6:6.2f}"
            )
            forms.limit(f"{title}, processor s", spent, most=LIMIT)
            if path.suffix == ".nc":
                cube = corpus.planet_fusion(sample_id).rename("dn").drop_attrs()
                packing = {"dn": {"zlib": True, "complevel": 2, "shuffle": True}}
                _, plainly = timed(lambda c=cube, p=packing: c.to_netcdf(folder / "plain.nc", encoding=p))
                forms.ratio("cube as netCDF / xarray.to_netcdf of the array alone", spent, plainly)
    corpus.close()


def main() -> None:
    """Both tables."""
    test_animations_of_all_dates()
    test_other_files()


if __name__ == "__main__":
    main()
