"""Many pixels of a cube over time: mean and spread of a drawn region, median and range of a whole sample."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from explorer.analysis import render_spec
from explorer.analysis.render_spec import Recipe
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, REFLECTANCE_SCALE, Product
from explorer.corpus.imagery.cube_cache import Cube
from explorer.corpus.imagery.to_xarray import timestamps

MAX_VERTICES = 1000
"""Of a polygon that is drawn by hand."""
STATISTICS = ("mean", "p10", "median", "p90", "std")


@dataclass(frozen=True, slots=True)
class Spread:
    """Statistics of many pixels over a product's whole calendar.

    `names` are bands (reflectance) and indices; every array is float32 `(name, time)`, NaN where nothing was
    measured: `mean`, `p10`, `median`, `p90` (percentiles), `std` (of the pixels); `count` int32 `(name, time)` of pixels.
    `times` datetime64[ns] `(time,)`. `negative` int32 `(name, time)`: of the pixels those that have a negative reflectance in a band
    that the name needs: what an index makes of it has no meaning.
    """

    product: Product
    names: tuple[str, ...]
    times: np.ndarray
    mean: np.ndarray
    p10: np.ndarray
    median: np.ndarray
    p90: np.ndarray
    std: np.ndarray
    count: np.ndarray
    negative: np.ndarray


def polygon_of(
    polygon: Sequence[tuple[float, float]] | None = None, box: Sequence[float] | None = None
) -> shapely.Geometry:
    """A region in the Planet Fusion chip's grid, x to the right (col) and y down (row).

    `polygon` is a list of (row, col); `box` is (row, col, row, col) of two opposite corners. A pixel at row r and col c
    reaches from (r, c) to (r + 1, c + 1), so that its centre is (r + 0.5, c + 0.5). Raises `InvalidQueryError`.
    """
    if (polygon is None) == (box is None):
        raise InvalidQueryError("name one region: either polygon= or box=")
    given = list(polygon) if polygon is not None else [tuple(box or ())]
    try:
        points = [tuple(float(v) for v in point) for point in given]
    except (TypeError, ValueError):
        raise InvalidQueryError("a region is made of numbers: (row, col) pairs, or a box of four") from None
    if not all(math.isfinite(v) and abs(v) < 1e6 for point in points for v in point):
        raise InvalidQueryError("a region's rows and columns have to be finite numbers")
    if box is not None:
        if len(points[0]) != 4:
            raise InvalidQueryError(f"a box is (row, col, row, col), not {len(points[0])} numbers")
        r0, c0, r1, c1 = points[0]
        return shapely.box(min(c0, c1), min(r0, r1), max(c0, c1), max(r0, r1))
    if not 3 <= len(points) <= MAX_VERTICES or any(len(point) != 2 for point in points):
        raise InvalidQueryError(
            f"a polygon is a list of 3 to {MAX_VERTICES} (row, col) pairs, not {len(points)}"
        )
    return shapely.make_valid(shapely.Polygon([(col, row) for row, col in points]))


def inside(region: shapely.Geometry, product: Product) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns (int64 `(n,)`, of the product's own grid) of the pixels whose centre lies in a region.

    A region between the centres holds the one pixel under its middle: one drawn on Planet Fusion's 3 m can be smaller than Sentinel-2's
    10 m. None where it has no area, or lies outside of the chip.
    """
    shapely.prepare(region)
    ratio = product.pixel_size / PF_SR.pixel_size
    centre = (np.arange(product.size) + 0.5) * ratio
    x, y = np.meshgrid(centre, centre)
    rows, cols = np.nonzero(np.asarray(shapely.intersects_xy(region, x, y)))
    if len(rows) or shapely.area(region) <= 0:
        return rows, cols
    middle = shapely.centroid(region)
    if not shapely.covers(region, middle):
        middle = shapely.point_on_surface(region)
    row, col = math.floor(shapely.get_y(middle) / ratio), math.floor(shapely.get_x(middle) / ratio)
    if not (0 <= row < product.size and 0 <= col < product.size):
        return rows, cols
    return np.array([row], np.int64), np.array([col], np.int64)


def measures(names: Sequence[str], product_id: str) -> dict[str, Recipe]:
    """Indices (`NDVI`) and formulas (`expr:nir-red`) by the name that tables give them.

    Raises `InvalidQueryError` for what is neither (bands are in every profile).
    """
    found = {}
    for name in names:
        recipe = render_spec.parse(name if ":" in name else f"index:{name}", product_id)
        if recipe.kind not in ("index", "expression"):
            raise InvalidQueryError(
                f"{name[:40]!r} is neither an index nor expr:FORMULA; bands are there anyway"
            )
        found[recipe.text.partition(":")[2]] = recipe
    return found


def statistics(
    cube: Cube,
    pixels: tuple[np.ndarray, np.ndarray] | None = None,
    indices: Sequence[str] = ("NDVI",),
    step: int = 2,
) -> Spread:
    """Mean and spread of some pixels (rows and columns of the cube's own grid) on every date.

    Without `pixels`, those of the whole sample, every `step`-th along both axes. An index is computed for each pixel
    first. Pixels that are nodata in a band do not count for it, nor for an index of it.
    """
    product = cube.product
    wanted = measures(indices, product.id)
    bands = cube.bands or product.band_names
    names = (*bands, *wanted)
    shape = (len(names), len(product.dates))
    out = {name: np.full(shape, np.nan, np.float32) for name in STATISTICS}
    count, negative = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    rows = cube.there
    size = 1 if pixels is None else len(pixels[0])
    if len(rows) and size:
        dn = {name: _pixels(cube, rows, i, pixels, step) for i, name in enumerate(bands)}
        scale = np.float32(REFLECTANCE_SCALE)
        for i, name in enumerate(names):
            if name in dn:
                values, factor = dn[name], scale
            else:
                values, factor = wanted[name].values({b: dn[b] for b in wanted[name].bands}), np.float32(1)
            needed = [values] if name in dn else [dn[b] for b in wanted[name].bands]
            gone = _gone(cube, needed)
            below = np.logical_or.reduce([band < 0 for band in needed])
            negative[i, rows] = (below if gone is None else below & ~gone).sum(axis=1)
            found, counted = _rows(values, gone)
            for statistic, row in found.items():
                out[statistic][i, rows] = row * factor
            count[i, rows] = counted
    return Spread(product, names, timestamps(product), count=count, negative=negative, **out)


def sample_band_envelope(cube: Cube, indices: Sequence[str] = ("NDVI",)) -> Spread:
    """Median and 10th to 90th percentile of a whole sample on every date, of bands and any indices."""
    return statistics(cube, None, indices)


def _pixels(
    cube: Cube, rows: np.ndarray, band: int, pixels: tuple[np.ndarray, np.ndarray] | None, step: int
) -> np.ndarray:
    """DN of one band `(date, pixel)`."""
    if pixels is None:
        return np.asarray(cube.data[rows, band, ::step, ::step].reshape(len(rows), -1))
    return np.asarray(cube.data[:, band][:, pixels[0], pixels[1]][rows])


def _gone(cube: Cube, bands: Sequence[np.ndarray]) -> np.ndarray | None:
    if cube.nodata is None:
        return None
    gone = np.logical_or.reduce([band == cube.nodata for band in bands])
    return gone if gone.any() else None


def _rows(values: np.ndarray, gone: np.ndarray | None) -> tuple[Mapping[str, np.ndarray], np.ndarray]:
    """`STATISTICS` and the count of every row of `(date, pixel)`; float64 `(date,)` each."""
    if gone is None and (values.dtype.kind != "f" or bool(np.isfinite(values).all())):
        counted = np.full(len(values), values.shape[1], np.int32)
        return _summary(values, 1), counted
    valid = np.isfinite(values) if gone is None else np.isfinite(values) & ~gone
    counted = valid.sum(axis=1)
    found = {name: np.full(len(values), np.nan) for name in STATISTICS}
    for i in np.flatnonzero(counted):
        for name, value in _summary(values[i][valid[i]], 0).items():
            found[name][i] = value
    return found, np.asarray(counted)


def _summary(values: np.ndarray, axis: int) -> Mapping[str, np.ndarray]:
    p10, median, p90 = np.percentile(values, (10, 50, 90), axis=axis)
    mean, std = values.mean(axis=axis, dtype=np.float64), values.std(axis=axis, dtype=np.float64)
    return {"mean": mean, "p10": p10, "median": median, "p90": p90, "std": std}
