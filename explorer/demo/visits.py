"""Made-up visits to the ground of the demo, and made-up parcels: so that points and polygons beside the labels can be tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from explorer.core import grid
from explorer.core.corine import codes
from explorer.core.products import PF_SR
from explorer.demo.canvas import SIZE
from explorer.demo.landscape import FARM
from explorer.demo.store import DemoStore

if TYPE_CHECKING:
    import geopandas as gpd

VISITS, PARCELS = "made-up-visits", "made-up-parcels"
_POINTS = 3_000
_PURE = 970
"""Thousandths of a cell that one class has: any place of it is then taken to be of that class."""
_EACH = 7
"""Points in a sample whose landscape is looked at."""
_LEAST_M2 = 2_500
_CROP, _MEADOW = 0, 2
"""Kinds of ground (`phenology.KINDS`) that are farmed by parcel."""


def visits(store: DemoStore, detailed: Sequence[int]) -> gpd.GeoDataFrame:
    """Points with `sample_id`, `id`, `value` (CORINE's code as text), `date` and their place in degrees.

    One in each of some pure samples, and several in the `detailed` ones (rows of the store's table), where the landscape tells the class.
    """
    import geopandas as gpd

    rng = np.random.default_rng([store.seed, 77])
    true = store.table.true
    pure = np.flatnonzero(true.max(axis=1).toarray().ravel() >= _PURE)
    rows = np.sort(rng.choice(pure, min(_POINTS, len(pure)), replace=False))
    rows = rows[~np.isin(rows, detailed)]
    values = np.array(codes(3))[np.asarray(true[rows].argmax(axis=1)).ravel()]
    ids = store.table.frame.index
    corners = grid.corners(ids[rows])
    places = _inside(corners, rng.uniform(0.03, 0.97, (len(rows), 2)))
    samples, said, points = list(ids[rows]), values.tolist(), [places]
    for row in detailed:
        classes = store.renderer(row).scene.classes.reshape(SIZE, SIZE)
        at = rng.integers(4, SIZE - 4, (_EACH, 2))
        samples += [ids[row]] * _EACH
        said += classes[at[:, 0], at[:, 1]].tolist()
        right_up = np.stack([(at[:, 1] + 0.5) / SIZE, 1 - (at[:, 0] + 0.5) / SIZE], axis=1)
        points.append(_inside(np.repeat(grid.corners([ids[row]]), _EACH, axis=0), right_up))
    days = np.datetime64("2018-04-10") + rng.integers(0, 170, len(samples))
    x, y = np.concatenate(points).T
    return gpd.GeoDataFrame(
        {
            "sample_id": np.array(samples, object),
            "id": [f"V{i + 1:04d}" for i in range(len(samples))],
            "value": [str(one) for one in said],
            "date": days.astype(str),
        },
        geometry=gpd.points_from_xy(x, y),
        crs="EPSG:4326",
    )


def parcels(store: DemoStore, detailed: Sequence[int]) -> gpd.GeoDataFrame:
    """Fields of the detailed samples as polygons, with the same columns."""
    import geopandas as gpd
    import pandas as pd
    import shapely
    from rasterio import features
    from rasterio.transform import from_bounds

    parts = []
    for row in detailed:
        scene, cell = store.renderer(row).scene, store.table.cell(row)
        unit = np.asarray(scene.weights.argmax(axis=1)).ravel().astype(np.int32)
        farmed = np.isin(scene.kind[unit], (_CROP, _MEADOW)) & np.isin(scene.classes, FARM)
        found = features.shapes(
            unit.reshape(SIZE, SIZE),
            farmed.reshape(SIZE, SIZE),
            transform=from_bounds(*cell.bounds, SIZE, SIZE),
        )
        outlines = np.array([shapely.geometry.shape(shape) for shape, _ in found], object)
        outlines = shapely.make_valid(shapely.simplify(outlines, PF_SR.pixel_size))
        kept = (shapely.get_type_id(outlines) == 3) & (shapely.area(outlines) >= _LEAST_M2)
        outlines = outlines[kept]
        inner = shapely.point_on_surface(outlines)
        left, _, _, top = cell.bounds
        cols = np.clip(((shapely.get_x(inner) - left) / PF_SR.pixel_size).astype(int), 0, SIZE - 1)
        rows = np.clip(((top - shapely.get_y(inner)) / PF_SR.pixel_size).astype(int), 0, SIZE - 1)
        values = scene.classes.reshape(SIZE, SIZE)[rows, cols]
        table = {"sample_id": cell.sample_id, "value": [str(one) for one in values.tolist()], "date": "2018"}
        parts.append(gpd.GeoDataFrame(table, geometry=outlines, crs=cell.epsg).to_crs(4326))
    found = pd.concat(parts, ignore_index=True)
    return found.assign(id=[f"P{i + 1:04d}" for i in range(len(found))])


def _inside(corners: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Places in cells whose corners are `(n, 4, 2)`, counter-clockwise from the lower left, by shares to the right and up `(n, 2)`."""
    right, up = shares[:, :1], shares[:, 1:]
    below = corners[:, 0] * (1 - right) + corners[:, 1] * right
    above = corners[:, 3] * (1 - right) + corners[:, 2] * right
    return np.asarray(below * (1 - up) + above * up)
