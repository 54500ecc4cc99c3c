"""Pins and regions of a page as tables with geometry, for whoever goes on in Python."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from explorer.core import grid
from explorer.core.grid import Cell
from explorer.core.products import PF_SR
from explorer.views.common.selection import Selection

_STEP = PF_SR.pixel_size


def pins(selection: Selection) -> gpd.GeoDataFrame:
    """The pinned pixels: `sample_id`, `name`, `row` and `col` of the Planet Fusion chip, and the pixel's centre (EPSG:4326)."""
    pixels = selection.pixels if selection.sample_id is not None else ()
    table = pd.DataFrame(
        {
            "sample_id": [selection.sample_id] * len(pixels),
            "name": [selection.names.get(pixel, "") for pixel in pixels],
            "row": np.array([row for row, _ in pixels], np.int64),
            "col": np.array([col for _, col in pixels], np.int64),
        }
    )
    middles = [shapely.Point(col + 0.5, row + 0.5) for row, col in pixels]
    return gpd.GeoDataFrame(table, geometry=_on_earth(selection, middles), crs="EPSG:4326")


def regions(selection: Selection) -> gpd.GeoDataFrame:
    """The drawn regions: `sample_id`, `name`, `kind` (box or polygon), `area_m2`, and the outline (EPSG:4326)."""
    shapes = selection.regions if selection.sample_id is not None else ()
    table = pd.DataFrame(
        {
            "sample_id": [selection.sample_id] * len(shapes),
            "name": [shape.name for shape in shapes],
            "kind": [shape.kind for shape in shapes],
            "area_m2": np.array([shapely.area(shape.geometry) * _STEP**2 for shape in shapes], np.float64),
        }
    )
    outlines = [shape.geometry for shape in shapes]
    return gpd.GeoDataFrame(table, geometry=_on_earth(selection, outlines), crs="EPSG:4326")


def _on_earth(selection: Selection, geometries: Sequence[shapely.Geometry]) -> np.ndarray:
    """What was drawn in the chip's grid (x the column, y the row) in degrees."""
    found = np.array(geometries, dtype=object)
    if not len(found):
        return found
    cell: Cell = grid.parse(selection.sample_id)
    west, _, _, north = cell.bounds
    move = grid.transformer(cell.epsg, 4326).transform

    def place(points: np.ndarray) -> np.ndarray:
        lon, lat = move(west + points[:, 0] * _STEP, north - points[:, 1] * _STEP)
        return np.column_stack([lon, lat])

    moved: np.ndarray = shapely.transform(found, place)
    return moved
