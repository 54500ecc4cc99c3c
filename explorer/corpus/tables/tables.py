"""Samples as a table to take away: CSV, GeoJSON, GeoParquet, each with whom to name inside."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from explorer.core import corine, grid
from explorer.core.errors import InvalidQueryError
from explorer.core.products import CITATION
from explorer.corpus.tables.csv_safety import neutral

if TYPE_CHECKING:
    import geopandas as gpd

    from explorer.corpus.corpus import Corpus

FORMATS = {"csv": "text/csv", "geojson": "application/geo+json", "parquet": "application/vnd.apache.parquet"}
"""Ending -> media type."""
MAX_GEOJSON = 200_000
"""More samples than this make a GeoJSON that no program opens gladly."""


def frame(corpus: Corpus, rows: np.ndarray) -> pd.DataFrame:
    """Rows of the sample table (positions) with what the map knows of them, indexed by `sample_id`.

    `lon`, `lat` (degrees), `clc`, `class` (its name), `fraction` (0 to 1), `classes` (how many), `country`, `zone`; and
    `review` and `suspicion` where they are known.
    """
    from explorer.corpus.tables.places import names

    table = corpus.filter_table
    found = corpus.samples.iloc[rows][["lon", "lat", "clc", "fraction"]].copy()
    titles = np.array([""] * 1000, object)
    for code in (0, *corine.codes(3)):
        titles[code] = corine.land_cover(code).title
    found.insert(3, "class", titles[found["clc"].to_numpy()])
    found["classes"] = table.mixture[rows]
    found["country"] = np.array([*names(), ""], object)[table.country[rows]]
    found["zone"] = table.zone[rows]
    if "review" in table.offers:
        found["review"] = table.review[rows]
    if "suspicion" in table.offers:
        found["suspicion"] = table.suspicion[rows]
    found.index.name = "sample_id"
    return found


def terms(corpus: Corpus) -> dict[str, str]:
    """Whom to name for a table of samples, and on which terms."""
    return {
        "attribution": corpus.attribution("labels"),
        "license": corpus.license("labels"),
        "citation": CITATION,
    }


def write(corpus: Corpus, rows: np.ndarray, ending: str) -> bytes:
    """A table of samples as the bytes of a file (`csv`, `geojson` or `parquet`). Raises `InvalidQueryError`."""
    if ending not in FORMATS:
        raise InvalidQueryError(f"no format {ending!r}; there are {', '.join(FORMATS)}")
    if ending == "geojson" and len(rows) > MAX_GEOJSON:
        raise InvalidQueryError(
            f"{len(rows):,} samples are too many for one GeoJSON ({MAX_GEOJSON:,}); take GeoParquet, or filter"
        )
    found = frame(corpus, rows)
    return {"csv": _csv, "geojson": _geojson, "parquet": _parquet}[ending](found, terms(corpus))


def _csv(found: pd.DataFrame, about: dict[str, str]) -> bytes:
    notes = "".join(f"# {name}: {text}\n" for name, text in about.items())
    numbers = {"lon": 6, "lat": 6, "fraction": 4, "suspicion": 4}
    return (notes + neutral(found).round(numbers).to_csv(lineterminator="\n")).encode()


def _geojson(found: pd.DataFrame, about: dict[str, str]) -> bytes:
    shapes = shapely.to_geojson(grid.written_footprints(found.index))
    rounded = found.round({"lon": 6, "lat": 6, "fraction": 4, "suspicion": 4}).reset_index()
    rounded = rounded.astype(object).where(rounded.notna(), None)
    records: list[dict[Any, Any]] = rounded.to_dict("records")
    features = ",\n".join(
        f'{{"type":"Feature","properties":{json.dumps(record, ensure_ascii=False, default=float)},"geometry":{geometry}}}'
        for record, geometry in zip(records, np.atleast_1d(shapes), strict=True)
    )
    head = json.dumps({"type": "FeatureCollection", **about}, ensure_ascii=False)
    return f'{head[:-1]}, "features": [\n{features}\n]}}'.encode()


def _parquet(found: pd.DataFrame, about: dict[str, str]) -> bytes:
    import geopandas as gpd  # only this needs it, and it takes a while to import

    return geoparquet(gpd.GeoDataFrame(found, geometry=grid.footprints(found.index), crs="EPSG:4326"), about)


def geoparquet(table: gpd.GeoDataFrame, about: Mapping[str, str], *, index: bool = True) -> bytes:
    """A table as GeoParquet 1.1 with more in its metadata, as whom to name: GeoPandas cannot write that itself."""
    first = io.BytesIO()
    table.to_parquet(first, schema_version="1.1.0", write_covering_bbox=True, index=index)
    arrow = pq.read_table(pa.BufferReader(first.getbuffer()))
    arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), **about})
    second = io.BytesIO()
    pq.write_table(arrow, second, compression="zstd")
    return second.getvalue()
