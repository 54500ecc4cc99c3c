"""Fractions of cells from a 10 m raster on disk, and points joined to cells, each beside the plain way of the same run.

Run by `make bench`, or alone: python -m tests.bench.bench_opinion_raster
The plain way with a raster reads each cell's bounding box by rasterio and counts it by numpy.bincount: less exact, since cells are rotated
against EPSG:3035. Where exactextract or rasterstats can be imported, they count the same cells too, and exactextract's fractions are compared.
"""

from __future__ import annotations

import importlib.util
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import Transformer
from rasterio.windows import Window

from explorer.core import grid
from explorer.opinions import ground, legends, raster
from tests.bench import forms

EDGE = forms.sized(16_384, 2_048)
"""Pixels along an edge of the raster: 164 km of 10 m."""
LEAST_A_SECOND = 2_000.0
LIMIT_GB = 1.0
JOIN_S = 10.0
POINTS, CELLS = forms.sized((1_000_000, 500_000), (20_000, 5_000))
WEST, NORTH, PIXEL = 3_700_000, 2_900_000, 10
COVER = legends.find("esa-worldcover")


def write(path: Path) -> None:
    """A land cover of smooth patches, some hectares each, as tiles of 512 pixels packed by deflate."""
    rng = np.random.default_rng(0)
    profile = {
        "driver": "GTiff", "height": EDGE, "width": EDGE, "count": 1, "dtype": "uint8", "crs": "EPSG:3035", "nodata": 0,
        "transform": Affine(PIXEL, 0, WEST, 0, -PIXEL, NORTH), "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate",
    }  # fmt: skip
    values = np.array([10, 20, 30, 40, 50, 60, 80], np.uint8)
    with rasterio.open(path, "w", **profile) as target:
        for row in range(0, EDGE, 512):
            for col in range(0, EDGE, 512):
                small = values[rng.integers(0, len(values), (64, 64))]
                block = np.kron(small, np.ones((8, 8), np.uint8))
                speckle = rng.random(block.shape) < 0.02
                block[speckle] = rng.choice(values, int(speckle.sum()))
                target.write(block, 1, window=Window(col, row, 512, 512))


def cells(count: int) -> list[str]:
    """Ids of cells that lie in the raster, at random places."""
    rng = np.random.default_rng(1)
    span = EDGE * PIXEL - 2_000
    places = rng.uniform(1_000, span, (int(count * 1.2), 2))
    lon, lat = Transformer.from_crs(3035, 4326, always_xy=True).transform(
        WEST + places[:, 0], NORTH - places[:, 1]
    )
    ids = list(dict.fromkeys(grid.cell_at(x, y).sample_id for x, y in zip(lon, lat, strict=True)))
    return ids[:count]


def plain(path: Path, ids: list[str]) -> np.ndarray:
    """The plain way: a window and a count a cell."""
    found = np.zeros((len(ids), 256))
    with rasterio.open(path) as source:
        inverse = ~source.transform
        for i, one in enumerate(ids):
            cell = grid.parse(one)
            left, bottom, right, top = cell.bounds
            x, y = grid.transformer(cell.epsg, 3035).transform(
                [left, right, right, left], [bottom, bottom, top, top]
            )
            cols = inverse.a * np.asarray(x) + inverse.c
            rows = inverse.e * np.asarray(y) + inverse.f
            window = ((int(rows.min()), int(rows.max()) + 1), (int(cols.min()), int(cols.max()) + 1))
            found[i] = np.bincount(source.read(1, window=window).ravel(), minlength=256)
    return found / found.sum(axis=1, keepdims=True)


def rate(what: str, count: int, work: Callable[[], Any]) -> tuple[float, Any]:
    """Cells a second of processor; all work is in this process."""
    wall, begun = time.monotonic(), time.process_time()
    found = work()
    seconds = time.process_time() - begun
    print(f"{what}: {count / seconds:,.0f} cells a second and core, {time.monotonic() - wall:.1f} s")  # noqa: T201 - a benchmark prints
    return count / seconds, found


@pytest.mark.bench
def test_fractions_of_cells_from_a_raster_on_disk() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.tif"
        write(path)
        ground_km2 = (EDGE * PIXEL / 1_000) ** 2
        print(f"{EDGE:,} x {EDGE:,} pixels, {path.stat().st_size / 2**20:,.0f} MB")  # noqa: T201 - a benchmark prints
        # As many cells to the area as the corpus has in Europe (500,000 in 4.3 million km2), and ten times as many.
        for name, density in (("as in the corpus", 500_000 / 4.3e6), ("ten times as many", 5e6 / 4.3e6)):
            ids = cells(int(ground_km2 * density))
            ours, found = rate(
                f"fractions, {name}, {len(ids):,} cells", len(ids),
                lambda ids=ids, name=name: raster.fractions(ids, path, COVER, Path(folder) / name, workers=1),
            )  # fmt: skip
            theirs, _ = rate("  rasterio and bincount a cell", len(ids), lambda ids=ids: plain(path, ids))
            forms.limit(f"fractions, {name}, cells a second and core", ours, least=LEAST_A_SECOND)
            forms.ratio(f"fractions, {name}, cells a second / rasterio and bincount a cell", ours, theirs)
            _others(path, found, ours)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory of the process: {peak:.2f} GB")  # noqa: T201 - a benchmark prints
    forms.limit("peak memory, GB", peak, most=LIMIT_GB)


def _others(path: Path, found: pd.DataFrame, ours: float) -> None:
    """exactextract and rasterstats, where they are; they are no dependencies."""
    some = list(found.index[: forms.sized(2_000, 50)])
    outlines = gpd.GeoDataFrame({"sample_id": some}, geometry=grid.footprints(some, 3035), crs=3035)
    if importlib.util.find_spec("exactextract"):
        from exactextract import exact_extract

        theirs, table = rate(
            "  exactextract", len(some),
            lambda: exact_extract(str(path), outlines, ["unique", "frac"], include_cols=["sample_id"], output="pandas"),
        )  # fmt: skip
        print(f"  ours / exactextract: {ours / theirs:.3g}")  # noqa: T201 - a benchmark prints
        wanted = np.zeros((len(some), len(COVER.values)))
        for i, (values, shares) in enumerate(zip(table["unique"], table["frac"], strict=True)):
            for value, share in zip(values, shares, strict=True):
                wanted[i, COVER.values.index(int(value))] = share
        got = found.loc[some, [str(one) for one in COVER.values]].to_numpy()
        print(f"  largest difference of a fraction to exactextract's: {np.abs(got - wanted).max():.2g}")  # noqa: T201 - a benchmark prints
    if importlib.util.find_spec("rasterstats"):
        from rasterstats import zonal_stats

        theirs, _ = rate(
            "  rasterstats", len(some), lambda: zonal_stats(outlines, str(path), categorical=True, stats=[])
        )
        print(f"  ours / rasterstats: {ours / theirs:.3g}")  # noqa: T201 - a benchmark prints


@pytest.mark.bench
def test_points_are_joined_to_cells() -> None:
    rng = np.random.default_rng(0)
    ids = pd.Index(
        [
            grid.Cell(zone, x, y, int(row), int(col)).sample_id
            for zone, x, y, row, col in zip(
                rng.integers(29, 37, CELLS), rng.integers(12, 30, CELLS), rng.integers(165, 290, CELLS),
                rng.integers(1, 41, CELLS), rng.integers(1, 41, CELLS), strict=True,
            )
        ]
    ).unique()  # fmt: skip
    outlines = grid.footprints(ids)
    near = shapely.get_coordinates(shapely.centroid(outlines[rng.integers(0, len(ids), POINTS)]))
    places = near + rng.uniform(-0.01, 0.01, (POINTS, 2))
    shapes = gpd.GeoDataFrame(
        {"place": np.zeros(POINTS, np.int32)}, geometry=shapely.points(places), crs=4326
    )
    begun = time.monotonic()
    joined = ground.join(shapes, ids, shapely.STRtree(outlines))
    ours = time.monotonic() - begun
    begun = time.monotonic()
    plain_join = gpd.sjoin(shapes, gpd.GeoDataFrame({"sample_id": ids}, geometry=outlines, crs=4326))
    theirs = time.monotonic() - begun
    assert len(joined) == pytest.approx(len(plain_join), rel=1e-3)  # cells of two zones overlap
    print(f"{POINTS:,} points joined to {len(ids):,} cells: {ours:.2f} s, geopandas.sjoin {theirs:.2f} s")  # noqa: T201 - a benchmark prints
    forms.limit("points joined to cells, s", ours, most=JOIN_S)
    forms.ratio("points joined to cells / geopandas.sjoin", ours, theirs)


def main() -> None:
    """Run by hand."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
