"""Rows of a STAC collection's GeoParquet, and the fractions that a label item states."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from explorer.core.errors import CorpusFormatError
from explorer.corpus.stac.stac_files import MAX_TEXT, Asset
from explorer.corpus.tables.class_names import find_classes
from explorer.corpus.tables.ids import find_id
from explorer.corpus.tables.label_files import class_properties, stored_values
from explorer.corpus.tables.sources import MAX_SAMPLES

MAX_ASSETS = 5_000_000
"""Above this many assets only those of the first items are read; the chips are then sought in the corpus's layout."""

_ROWS = 4_096
_FIRST = 64
"""Items whose assets are read in any case."""
MAX_MEMBER = 2**20
"""Characters of a member that is JSON as text."""
_FIELDS = ("collection", "title", "gsd", "platform", "constellation", "datetime", "start_datetime", "proj:shape",
           "proj:transform", "eo:bands", "raster:bands", "bands", "nodata", "raster:scale", "raster:offset", "label:type",
           "label:overviews")  # fmt: skip
"""What else is read of an item, where the table has it."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item: the sample it is of, its bounds in degrees (None: none stated), its assets, properties and labels.

    `faults` says what of it was left out.
    """

    sample_id: str
    item_id: str
    collection: str
    bbox: list[float] | None
    assets: dict[str, Asset]
    properties: dict[str, Any]
    values: dict[int, float]
    faults: tuple[str, ...] = ()


def label_values(properties: Mapping[str, Any]) -> dict[int, float]:
    """Stored values by level-3 code (or `UNCLASSIFIED`), from properties `clc_211` or the label extension's overviews.

    NaN where one says NaN. Raises `CorpusFormatError` where one is not a number from 0 to 10,000,000.
    """
    names = class_properties(tuple(properties))
    values = stored_values(properties, names, "STAC item")
    overviews = properties.get("label:overviews")
    counted: dict[str, Any] = {}
    for overview in overviews if not names.found and isinstance(overviews, list) else ():
        statistics = overview.get("statistics") if isinstance(overview, dict) else None
        for statistic in statistics if isinstance(statistics, list) else ():
            if isinstance(statistic, dict):
                one = str(statistic.get("name"))
                named = one if find_classes([one]).found else str(overview.get("property_key"))
                counted.setdefault(named, statistic.get("value"))
    return values or stored_values(counted, find_classes(counted), "STAC item")


class ItemTable:
    """The items of a `geoparquet-items` file, to be gone through once.

    `sampled`: it has so many assets that only the first items have theirs. Raises `CorpusFormatError` where it is no
    such file, when it is gone through.
    """

    def __init__(self, path: Path, key: str, notes: list[str]) -> None:
        self._path, self._key, self._notes = path, key, notes
        self.sampled = False

    def __iter__(self) -> Iterator[ItemRow]:
        try:
            with pq.ParquetFile(self._path) as file:
                columns = _columns(file, self._key, self._notes)
                self.sampled = _assets(file) > MAX_ASSETS
                if self.sampled:
                    for batch in islice(file.iter_batches(batch_size=_FIRST, columns=columns), 1):
                        yield from _batch(batch)
                    columns = [name for name in columns if name != "assets"]
                for batch in file.iter_batches(batch_size=_ROWS, columns=columns):
                    yield from _batch(batch)
        except (pa.ArrowException, OSError, ValueError) as error:
            if isinstance(error, CorpusFormatError):
                raise
            text = str(error).splitlines()
            raise CorpusFormatError(
                self._key, f"not readable as Parquet ({text[0][:160] if text else error!r})"
            ) from error


def _columns(file: pq.ParquetFile, key: str, notes: list[str]) -> list[str]:
    schema = file.schema_arrow
    if "id" not in schema.names and "sample_id" not in schema.names:
        raise CorpusFormatError(key, f"it has no column id, only {', '.join(schema.names[:8])}")
    if file.metadata.num_rows > MAX_SAMPLES:
        raise CorpusFormatError(key, f"{file.metadata.num_rows:,} items, more than {MAX_SAMPLES:,}")
    wanted = [name for name in ("id", "sample_id", "properties", "assets", *_FIELDS) if name in schema.names]
    wanted += [name for name in find_classes(schema.names).codes if name not in wanted]
    place = next((name for name in ("bbox", "geometry") if name in schema.names), None)
    if place:
        wanted.append(place)
    else:
        notes.append(f"{key}: neither bbox nor geometry, so places cannot be checked against the ids")
    return wanted


def _assets(file: pq.ParquetFile) -> int:
    """How many assets a table has at most."""
    schema = file.schema_arrow
    if "assets" not in schema.names:
        return 0
    kind = schema.field("assets").type
    each = kind.num_fields if pa.types.is_struct(kind) else 146
    return int(file.metadata.num_rows * each)


def _batch(batch: pa.RecordBatch) -> Iterator[ItemRow]:
    boxes = None
    if "geometry" in batch.schema.names:
        kind = batch.schema.field("geometry").type
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            wkb = batch.column("geometry").to_numpy(zero_copy_only=False)
            boxes = shapely.bounds(shapely.from_wkb(wkb, on_invalid="ignore"))
        batch = batch.drop_columns(["geometry"])
    for i, row in enumerate(batch.to_pylist()):
        properties = _parsed(row.get("properties"))
        properties |= {n: _plain(row[n]) for n in _FIELDS if row.get(n) is not None}
        name = str(row.get("id") or "")
        sample_id = row.get("sample_id") or properties.get("sample_id") or find_id(name) or name
        box = row.get("bbox")
        if isinstance(box, dict):
            box = [box.get(corner) for corner in ("xmin", "ymin", "xmax", "ymax")]
        if boxes is not None:
            box = boxes[i].tolist()
        faults: tuple[str, ...] = ()
        try:
            values = label_values({**properties, **row})
        except CorpusFormatError as error:
            values, faults = {}, (f"items are taken as without label ({error.why})",)
        collection = str(properties.get("collection") or "")
        yield ItemRow(
            str(sample_id), name, collection, box, _row_assets(row.get("assets")), properties, values, faults
        )


def _row_assets(given: Any) -> dict[str, Asset]:
    """The assets of a row: a struct of structs, a map, or JSON as text."""
    given = _parsed(given) if isinstance(given, str) else given
    pairs = given.items() if isinstance(given, dict) else given or ()
    found: dict[str, Asset] = {}
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            continue
        name, asset = pair
        asset = _parsed(asset) if isinstance(asset, str) else asset
        href = asset.get("href") if isinstance(asset, dict) else None
        if isinstance(href, str) and href.strip() and len(href) <= MAX_TEXT:
            found[str(name)] = Asset(href.strip(), _plain(asset))
    return found


def _parsed(given: Any) -> dict[str, Any]:
    """A member that is a struct, or JSON as text; empty where it is neither."""
    if isinstance(given, str):
        try:
            given = json.loads(given[:MAX_MEMBER])
        except (ValueError, RecursionError):
            return {}
    return {k: v for k, v in given.items() if v is not None} if isinstance(given, dict) else {}


def _plain(value: Any) -> Any:
    """A value as JSON would have it: structs without the members that this row does not have, times as text."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, (dt.datetime, dt.date)) else value
