"""What was seen on the ground of one sample, from all sets: as a page lists and draws it, and as files to take away."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.core.products import CELL_SIZE_M, PF_SR
from explorer.corpus.tables.csv_safety import neutral
from explorer.opinions.ground import GroundTruth

if TYPE_CHECKING:
    import geopandas as gpd

    from explorer.corpus.corpus import Corpus

MAX_MARKS = 300
"""Points and polygons of one sample that are drawn and listed; files hold all."""
MAX_CORNERS = 20_000
MEDIA = {"gpkg": "application/geopackage+sqlite3", "geojson": "application/geo+json", "csv": "text/csv"}
"""Formats of files, and their media types."""
Ring = list[list[float]]


@dataclass(frozen=True)
class GroundMark:
    """A point or polygon: the name of its set, its id there, its class and colour, its date as the file has it.

    `row` and `col` are of a point, of a polygon's inner point; `rings` of a polygon, corners as [row, col]. All in pixels of Planet Fusion's
    chip, from its upper left corner.
    """

    set: str
    id: str
    title: str
    colour: str
    date: str
    row: float
    col: float
    rings: list[Ring]


@dataclass(frozen=True)
class GroundOfSample:
    """What lies in a sample: the marks, `more` that are not among them, and whom to name, a line a set. `problems` are of sets that cannot be read."""

    sample_id: str
    marks: tuple[GroundMark, ...] = ()
    more: int = 0
    credits: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def of_sample(corpus: Corpus, sample_id: str) -> GroundOfSample:
    """What was seen in a sample's cell, points before polygons. Reads sets that were not read before. Raises as `Corpus.cell`."""
    cell = corpus.cell(sample_id)
    marks: list[GroundMark] = []
    named, problems, corners = [], [], 0
    count = 0
    for name in corpus.ground:
        try:
            one = corpus.ground[name]
            here = one.at(sample_id)
        except ExplorerError as error:
            problems.append(f"{name}: {error}")
            continue
        if not len(here):
            continue
        count += len(here)
        named.append(f"{name}: {one.about.credit or 'no source is told'}")
        left, _, _, top = cell.bounds
        for id_, title, colour, date, row, col, shape in zip(
            here["id"], here["title"], here["colour"], here["date"], here["row"], here["col"], here.geometry, strict=True,
        ):  # fmt: skip
            rings = _rings(shape, left, top)
            corners += sum(map(len, rings))
            if len(marks) < MAX_MARKS and corners <= MAX_CORNERS:
                marks.append(
                    GroundMark(name, str(id_), title, colour, str(date), round(row, 2), round(col, 2), rings)
                )
    marks.sort(key=lambda mark: bool(mark.rings))
    return GroundOfSample(sample_id, tuple(marks), count - len(marks), tuple(named), tuple(problems))


def _rings(shape: shapely.Geometry, left: float, top: float) -> list[Ring]:
    """The outlines of a polygon, holes too, in pixels of a chip."""
    if shapely.get_dimensions(shape) != 2:
        return []
    metres = CELL_SIZE_M / PF_SR.size
    found = []
    for part in shapely.get_parts(shape):
        for ring in shapely.get_rings(part):
            x, y = shapely.get_coordinates(ring).T
            places = np.stack([(top - y) / metres, (x - left) / metres], axis=1)
            found.append(np.round(places, 1).tolist())
    return found


def frame(corpus: Corpus, sample_ids: Iterable[str], names: Iterable[str] | None = None) -> gpd.GeoDataFrame:
    """Points and polygons in some samples, of all sets or of those that are named, in degrees (EPSG:4326).

    Columns `set`, `sample_id`, `id`, `class` (as the file has it), `title`, `date`, `source`, `licence`. Raises `UnknownGroundError`.
    """
    import geopandas as gpd

    wanted = list(sample_ids)
    parts = []
    for name in corpus.ground if names is None else names:
        one: GroundTruth = corpus.ground[name]
        here = one.table[one.table["sample_id"].isin(wanted)]
        licence = "; ".join(filter(None, ("made up" if one.about.synthetic else "", one.about.licence)))
        parts.append(
            gpd.GeoDataFrame(
                {
                    "set": name, "sample_id": here["sample_id"].astype(str), "id": here["id"], "class": here["value"],
                    "title": [one.legend.classes[i].title for i in here["place"]], "date": here["date"],
                    "source": one.about.source, "licence": licence,
                },
                geometry=here.geometry, crs="EPSG:4326",
            )
        )  # fmt: skip
    if not parts:
        return gpd.GeoDataFrame({"set": [], "geometry": []}, geometry="geometry", crs="EPSG:4326")
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs="EPSG:4326")


def encode(table: gpd.GeoDataFrame, ending: str) -> bytes:
    """What `frame` found as the bytes of a file: `gpkg`, `geojson` or `csv`, with whom to name in each row. Raises `InvalidQueryError`."""
    if ending not in MEDIA:
        raise InvalidQueryError(f"no format {ending[:20]!r}; there are {', '.join(MEDIA)}")
    if not len(table):
        raise InvalidQueryError("nothing was seen on the ground here")
    if ending == "csv":
        plain = pd.DataFrame(table.drop(columns="geometry")).assign(
            wkt=shapely.to_wkt(table.geometry.to_numpy(), 6)
        )
        inner = table.geometry.representative_point()
        plain.insert(5, "lon", inner.x.round(6))
        plain.insert(6, "lat", inner.y.round(6))
        return neutral(plain).to_csv(index=False, lineterminator="\n").encode()
    if ending == "geojson":
        found = json.loads(table.to_json(drop_id=True))
        named = (table["set"] + ": " + table["source"] + "; " + table["licence"]).unique().tolist()
        return json.dumps({**found, "attribution": ". ".join(named)}, ensure_ascii=False).encode()
    return _geopackage(table)


def _geopackage(table: gpd.GeoDataFrame) -> bytes:
    """A layer of points and one of polygons, as far as there are any."""
    areas = shapely.get_dimensions(table.geometry.to_numpy()) == 2
    with tempfile.TemporaryDirectory(prefix="rapidai4eo-") as folder:
        path = Path(folder) / "ground.gpkg"
        for layer, rows in (("points", ~areas), ("polygons", areas)):
            if rows.any():
                table[rows].to_file(path, layer=layer, driver="GPKG", engine="pyogrio")
        return path.read_bytes()
