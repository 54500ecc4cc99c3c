"""Rows of a STAC collection's GeoParquet, and the fractions that a label item states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from explorer.corpus.ids import find_id
from explorer.corpus.labels import class_code, stored_number
from explorer.corpus.sources import MAX_SAMPLES
from explorer.errors import CorpusFormatError

MAX_ASSETS = 5_000_000
"""Above this many assets they are not read; the chips are then sought in the corpus's layout."""

_ROWS = 4_096


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item: the sample it is of, its bounds in degrees (None: none stated), asset name -> href, labels."""

    sample_id: str
    bbox: list[float] | None
    assets: dict[str, str]
    values: dict[int, float]


def label_values(properties: Mapping[str, Any]) -> dict[int, float]:
    """Stored values by level-3 code, from properties `clc_211` or the label extension's overviews.

    Raises `CorpusFormatError` where one is not a number from 0 to 100.
    """
    values: dict[int, float] = {}
    for name, stored in properties.items():
        code = class_code(name)
        if code:
            values[code] = stored_number(stored, name, "STAC item")
    overviews = properties.get("label:overviews")
    for overview in overviews if not values and isinstance(overviews, list) else ():
        if not isinstance(overview, dict):
            continue
        for statistic in overview.get("statistics") or ():
            if not isinstance(statistic, dict):
                continue
            code = class_code(statistic.get("name")) or class_code(overview.get("property_key"))
            if code:
                values[code] = stored_number(statistic.get("value"), f"clc_{code}", "STAC item")
    return {code: value for code, value in values.items() if value}


def read_items(path: Path, key: str, notes: list[str]) -> Iterator[ItemRow]:
    """The items of a `geoparquet-items` file. Raises `CorpusFormatError` where it is not one."""
    try:
        with pq.ParquetFile(path) as file:
            columns = _columns(file, key, notes)
            for batch in file.iter_batches(batch_size=_ROWS, columns=columns):
                yield from _batch(batch)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, CorpusFormatError):
            raise
        text = str(error).splitlines()
        raise CorpusFormatError(
            key, f"not readable as Parquet ({text[0][:160] if text else error!r})"
        ) from error


def _columns(file: pq.ParquetFile, key: str, notes: list[str]) -> list[str]:
    schema = file.schema_arrow
    if "id" not in schema.names and "sample_id" not in schema.names:
        raise CorpusFormatError(key, f"it has no column id, only {', '.join(schema.names[:8])}")
    if file.metadata.num_rows > MAX_SAMPLES:
        raise CorpusFormatError(key, f"{file.metadata.num_rows:,} items, more than {MAX_SAMPLES:,}")
    wanted = [name for name in ("id", "sample_id", "properties") if name in schema.names]
    wanted += [name for name in schema.names if class_code(name)]
    place = next((name for name in ("bbox", "geometry") if name in schema.names), None)
    if place:
        wanted.append(place)
    else:
        notes.append(f"{key}: neither bbox nor geometry, so places cannot be checked against the ids")
    if "assets" in schema.names:
        kind = schema.field("assets").type
        assets = file.metadata.num_rows * (kind.num_fields if pa.types.is_struct(kind) else 146)
        if assets <= MAX_ASSETS:
            wanted.append("assets")
    return wanted


def _batch(batch: pa.RecordBatch) -> Iterator[ItemRow]:
    boxes = None
    if "geometry" in batch.schema.names:
        kind = batch.schema.field("geometry").type
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            wkb = batch.column("geometry").to_numpy(zero_copy_only=False)
            boxes = shapely.bounds(shapely.from_wkb(wkb, on_invalid="ignore"))
        batch = batch.drop_columns(["geometry"])
    for i, row in enumerate(batch.to_pylist()):
        properties = row.get("properties") if isinstance(row.get("properties"), dict) else {}
        name = str(row.get("id") or "")
        sample_id = row.get("sample_id") or properties.get("sample_id") or find_id(name) or name
        box = row.get("bbox")
        if isinstance(box, dict):
            box = [box.get(corner) for corner in ("xmin", "ymin", "xmax", "ymax")]
        if boxes is not None:
            box = boxes[i].tolist()
        assets = row.get("assets")
        pairs = assets.items() if isinstance(assets, dict) else assets or ()
        hrefs = {
            str(pair[0]): pair[1]["href"]
            for pair in pairs
            if len(pair) == 2 and isinstance(pair[1], dict) and isinstance(pair[1].get("href"), str)
        }
        yield ItemRow(str(sample_id), box, hrefs, label_values({**properties, **row}))
