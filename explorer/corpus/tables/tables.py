"""Tables of samples to take away: CSV, GeoJSON, GeoPackage, GeoParquet, each with whom to name inside."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from explorer.core import corine, grid
from explorer.core.errors import InvalidQueryError
from explorer.core.products import CITATION
from explorer.corpus.tables import geopackage
from explorer.corpus.tables.csv_safety import neutral
from explorer.corpus.tables.formats import FORMATS

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

MAX_GEOJSON = 200_000
"""More samples than this make a GeoJSON that no program opens gladly."""
_ROWS_A_GROUP = 20_000
"""Of a GeoParquet: ids in their order lie tile by tile, so that a reader skips groups by the bbox column."""
_DECIMALS = {
    "lon": 6,
    "lat": 6,
    "x": 2,
    "y": 2,
    "fraction": 4,
    "suspicion": 4,
    "change": 4,
    "disagreement": 4,
}
"""Of what is written as text."""


def frame(corpus: Corpus, rows: np.ndarray, opinion: str = "") -> pd.DataFrame:
    """Rows of the sample table (positions) with what the map knows of them, indexed by `sample_id`.

    `lon`, `lat` (degrees), `clc`, `class` (its name), `fraction` (0 to 1), `classes` (how many), `country`, `zone`; and
    `review`, `suspicion`, `change` (probability that cover was lost) and `lost` (since when) where they are known; and of an
    `opinion` that is named `said` (its largest class) and `disagreement` (how far it is from the label, 0 to 1). Raises `UnknownOpinionError`.
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
    if "change" in table.offers:
        found["change"], found["lost"] = table.change[rows], table.lost[rows]
    if opinion:
        found["said"] = table.opinions.titles(opinion, rows)
        found["disagreement"] = table.opinions.disagreement(opinion)[rows]
    found.index.name = "sample_id"
    return found


def terms(corpus: Corpus) -> dict[str, str]:
    """Whom to name for a table of samples, and on which terms."""
    return {
        "attribution": corpus.attribution("labels"),
        "license": corpus.license("labels"),
        "citation": CITATION,
    }


def write(corpus: Corpus, rows: np.ndarray, ending: str, opinion: str = "") -> bytes:
    """Rows of the sample table (positions) with what `frame` says of them, as the bytes of a file (`csv`, `geojson`, `gpkg` or `parquet`).

    Raises `InvalidQueryError`.
    """
    if ending == "geojson":
        check_geojson(len(rows))
    if ending not in FORMATS:
        raise InvalidQueryError(f"no format {ending!r}; there are {', '.join(FORMATS)}")
    about = terms(corpus)
    if opinion:
        about["opinion"] = corpus.opinions[opinion].credit
    return encode(frame(corpus, rows, opinion), ending, about)


def check_geojson(count: int) -> None:
    """That so many samples go into one GeoJSON. Raises `InvalidQueryError`."""
    if count > MAX_GEOJSON:
        raise InvalidQueryError(
            f"{count:,} samples are too many for one GeoJSON ({MAX_GEOJSON:,}); take GeoParquet, or filter"
        )


def encode(table: pd.DataFrame, ending: str, about: Mapping[str, str]) -> bytes:
    """Any table with `sample_id` as its index, as the bytes of a file in one of `FORMATS`; `about` (whom to name) goes inside."""
    if ending == "parquet":
        return geoparquet(table, table.index, about)
    if ending == "gpkg":
        return geopackage.encode(table, about)
    table = table.round(_DECIMALS)
    if ending == "csv":
        notes = "".join(f"# {name}: {text}\n" for name, text in about.items())
        return (notes + neutral(table).to_csv(lineterminator="\n")).encode()
    rows = table.reset_index().astype(object)
    records: list[dict[Any, Any]] = rows.where(rows.notna(), None).to_dict("records")
    return geojson(records, table.index, about)


def geojson(
    records: Iterable[Mapping[Any, Any]],
    ids: Sequence[str] | pd.Index,
    about: Mapping[str, str],
    names: Sequence[str] | None = None,
) -> bytes:
    """Records of samples as a FeatureCollection, a line each, with their footprints; `about` stands in its head.

    A feature's id is the sample's, or the one of `names` where a sample may have several records.
    """
    shapes = shapely.to_geojson(grid.written_footprints(ids))
    features = ",\n".join(
        f'{{"type":"Feature","id":{json.dumps(name)},"properties":{json.dumps(record, ensure_ascii=False, default=float)},"geometry":{shape}}}'
        for name, record, shape in zip(ids if names is None else names, records, shapes, strict=True)
    )
    head = json.dumps({"type": "FeatureCollection", **about}, ensure_ascii=False)
    return f'{head[:-1]}, "features": [\n{features}\n]}}'.encode()


def geoparquet(
    table: pd.DataFrame, ids: Sequence[str] | pd.Index, about: Mapping[str, str], *, index: bool = True
) -> bytes:
    """A table of samples as GeoParquet 1.1 with their footprints, and `about` in its metadata: GeoPandas cannot write that itself."""
    import geopandas as gpd  # only this needs it, and it takes a while to import

    shapes = gpd.GeoDataFrame(table, geometry=grid.footprints(ids), crs="EPSG:4326")
    first = io.BytesIO()
    shapes.to_parquet(first, schema_version="1.1.0", write_covering_bbox=True, index=index)
    arrow = pq.read_table(pa.BufferReader(first.getbuffer()))
    arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), **about})
    second = io.BytesIO()
    pq.write_table(arrow, second, compression="zstd", row_group_size=_ROWS_A_GROUP)
    return second.getvalue()
