"""Build, write, open and query the table of 500,000 samples; each beside what plain geopandas takes for its part.

Run by `make bench`, or alone: python -m tests.bench.bench_index
Every step is a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from explorer import opening
from explorer.core import corine, grid
from explorer.corpus import index_building
from explorer.corpus.query.filter_table import FilterTable
from explorer.corpus.query.query import query
from explorer.corpus.stores.store import DirectoryStore
from explorer.corpus.tables import index
from tests.bench import forms

SAMPLES = forms.sized(500_000, 5_000)
LIMITS = {"build and write": (60.0, 2.0), "open": (1.5, 2.0), "query": (0.1, 2.0)}
"""Step -> (seconds, GB) that it may take."""
PARTS = {"build and write": "geopandas read_file", "open": "geopandas read_parquet"}
"""Step -> the baseline that reads the same file: the geometries alone, and the whole index."""

GEOMETRIES = "resources/rapidai4eo_geometries.geojson.gz"
LABELS = "resources/rapidai4eo_labels.csv.gz"


def make(root: Path, count: int = SAMPLES, seed: int = 0) -> None:
    """Write `resources/` of random samples with one to four classes each."""
    rng = np.random.default_rng(seed)
    tiles = [f"{zone}N_{x}E-{y}N" for zone in range(29, 37) for x in range(12, 30) for y in range(165, 290)]
    cells = rng.choice(len(tiles) * grid.CELLS**2, count, replace=False)
    tile, cell = np.divmod(cells, grid.CELLS**2)
    ids = [
        f"{tiles[t]}_{c // grid.CELLS + 1:02d}_{c % grid.CELLS + 1:02d}"
        for t, c in zip(tile, cell, strict=True)
    ]
    (root / "resources").mkdir(parents=True)
    with gzip.open(root / GEOMETRIES, "wt", compresslevel=1) as file:
        file.write('{"type": "FeatureCollection", "features": [\n')
        for start in range(0, count, 20_000):
            part = ids[start : start + 20_000]
            rings = shapely.get_coordinates(grid.footprints(part)).reshape(-1, 1, 5, 2).round(7).tolist()
            features = [
                {
                    "type": "Feature",
                    "properties": {"sample_id": i},
                    "geometry": {"type": "Polygon", "coordinates": r},
                }
                for i, r in zip(part, rings, strict=True)
            ]
            file.write(",\n" if start else "")
            file.write(",\n".join(map(json.dumps, features)))
        file.write("\n]}")
    with gzip.open(root / LABELS, "wt", compresslevel=1) as file:
        file.write("sample_id," + ",".join(corine.COLUMNS) + "\n")
        for sample_id in ids:
            row = ["0.0"] * 44
            number = int(rng.integers(1, 5))
            for j, value in zip(rng.permutation(44)[:number], rng.dirichlet(np.ones(number)), strict=True):
                row[j] = f"{value:.4f}"
            file.write(f"{sample_id},{','.join(row)}\n")


def build_and_write(root: Path) -> None:
    opening.reindex(root)


def open_index(root: Path) -> None:
    found = index_building.build(DirectoryStore(root))
    assert found.source == index.INDEX_KEY
    assert len(found) == SAMPLES


def query_opened(root: Path) -> float:
    """Seconds of one query by place and class, of an index whose fractions have been used before."""
    opened = FilterTable(index_building.build(DirectoryStore(root)))
    query(opened, classes=[211])
    times = []
    for step in range(5):
        least = 0.5 + step / 100  # a condition that was asked before is kept
        start = time.perf_counter()
        found = query(opened, bbox=(2, 45, 12, 52), classes=[211, 231], min_fraction=least)
        times.append(time.perf_counter() - start)
    assert 0 < len(found) < SAMPLES
    return float(np.median(times))


def read_file(root: Path) -> None:
    import geopandas as gpd

    assert len(gpd.read_file(f"/vsigzip/{root / GEOMETRIES}")) == SAMPLES


def read_parquet(root: Path) -> None:
    import geopandas as gpd

    assert len(gpd.read_parquet(root / index.INDEX_KEY)) == SAMPLES


STEPS: dict[str, Callable[[Path], float | None]] = {
    "build and write": build_and_write,
    "open": open_index,
    "query": query_opened,
    "geopandas read_file": read_file,
    "geopandas read_parquet": read_parquet,
}


def measure(step: str, root: Path) -> tuple[float, float]:
    """Seconds and peak memory (GB) of a step in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.bench_index", step, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return seconds, memory


def report(root: Path) -> dict[str, tuple[float, float]]:
    """Measure every step and print a table."""
    found = {step: measure(step, root) for step in STEPS}
    size = (root / index.INDEX_KEY).stat().st_size / 1e6
    print(f"\n{SAMPLES:,} samples; index of {size:.0f} MB")  # noqa: T201 - a benchmark prints
    for step, (seconds, memory) in found.items():
        part = PARTS.get(step)
        ratio = f"{seconds / found[part][0]:6.2f} x {part}" if part else ""
        print(f"{step:24} {seconds:8.3f} s {memory:6.2f} GB  {ratio}")  # noqa: T201
    for step, part in PARTS.items():
        forms.ratio(f"{step} / {part}", found[step][0], found[part][0])
    return found


@pytest.mark.bench
def test_index_of_the_whole_corpus(tmp_path: Path) -> None:
    make(tmp_path / "corpus")
    found = report(tmp_path / "corpus")
    for step, (seconds, memory) in LIMITS.items():
        forms.limit(f"{step}, s", found[step][0], most=seconds)
        forms.limit(f"{step}, GB", found[step][1], most=memory)


def main() -> None:
    """Measure in a temporary folder; or one step in a folder, for `measure`."""
    if len(sys.argv) == 3:
        start = time.perf_counter()
        own = STEPS[sys.argv[1]](Path(sys.argv[2]))
        seconds = time.perf_counter() - start if own is None else own
        print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6]))  # noqa: T201
        return
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder) / "corpus")
        report(Path(folder) / "corpus")


if __name__ == "__main__":
    main()
