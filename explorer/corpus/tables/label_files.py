"""One label GeoJSON: the values that it states, and the fractions that they mean."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import shapely

from explorer.core.errors import CorpusFormatError
from explorer.corpus.tables.class_names import ClassNames, find_classes
from explorer.corpus.tables.label_scale import KNOWN, MAX_VALUE
from explorer.corpus.tables.labels import LabelsFound, stored_matrix
from explorer.corpus.tables.settling import settle

MAX_LABEL_BYTES = 1 * 2**20
"""A label file of the corpus has about 1 kB."""

_SHAPES_OF = ("Polygon", "MultiPolygon", "Point", "MultiPoint", "LineString", "MultiLineString")

_NODATA = ("nodata", "no_data", "no-data", "no data")


@dataclass(frozen=True, slots=True)
class LabelFile:
    """One label GeoJSON as stored: level-3 code -> value (no zeros), the id and the bounds that it states.

    What has no class (990, 995, 999) is under `UNCLASSIFIED`; a value is NaN where the file says NaN. `bounds` are
    (west, south, east, north) in degrees, NaN where it has no geometry. `notes` says what was strange in it, in words
    that do not name it.
    """

    values: dict[int, float]
    sample_id: str | None
    bounds: tuple[float, float, float, float]
    notes: tuple[str, ...] = ()


def read_file(data: bytes, key: str, classes: Mapping[str, int] | None = None) -> LabelFile:
    """One label GeoJSON: a Feature, or a FeatureCollection (values of a class add up).

    `classes` are other names of the classes (lower case -> level-3 code), where somebody knows some.
    Raises `CorpusFormatError` for what is not one, or where a value is no number from 0 to 10,000,000.
    """
    if len(data) > MAX_LABEL_BYTES:
        raise CorpusFormatError(key, f"{len(data)} bytes, far more than a label file has")
    try:
        document = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise CorpusFormatError(key, f"not readable as JSON ({type(error).__name__})") from error
    features = _features(document, key)
    notes: dict[str, None] = {}
    once: dict[str, dict[int, float]] = {}
    total: dict[int, float] = {}
    named, why = False, ""
    others = tuple((classes or {}).items())
    properties = [p for f in features if isinstance(p := f.get("properties"), dict)]
    for feature in features:
        given = feature.get("properties")
        if not isinstance(given, dict):
            continue
        names = class_properties(tuple(given), others)
        named, why = named or bool(names.codes), names.why or why
        values = stored_values(given, names, key)
        _add(total, values)
        once.setdefault(_as_text([given, feature.get("geometry")]), values)
        if names.grid:
            notes["classes are CORINE's grid codes (1 to 44)"] = None
        if names.strange:
            notes[
                f"properties are named like classes that CORINE does not have: {_some(names.strange)}; left out"
            ] = None
    if not named:
        raise CorpusFormatError(key, f"it has no properties clc_111 ... clc_523{why and f'; {why}'}")
    values = total
    if len(once) < len(features):
        distinct: dict[int, float] = {}
        for one in once.values():
            _add(distinct, one)
        # two polygons of one class and size add up; rows that were joined twice do not
        if not (_is_whole(total) and not _is_whole(distinct)):
            values = distinct
            notes["features are repeated; each counts once"] = None
    stated = next((p["sample_id"] for p in properties if isinstance(p.get("sample_id"), str)), None)
    return LabelFile(values, stated, _bounds(features), tuple(notes))


@lru_cache(maxsize=8)
def class_properties(names: tuple[str, ...], others: tuple[tuple[str, int], ...] = ()) -> ClassNames:
    """Which properties are classes, which may have `others` as names; most files of a corpus have the same ones."""
    found = find_classes(names, dict(others))
    for name in names:
        if name.lower() in _NODATA:  # what stands for a missing pixel, not a share
            found.codes.pop(name, None)
    return found


def stored_values(properties: Mapping[str, Any], names: ClassNames, key: str) -> dict[int, float]:
    """Stored values by level-3 code (or `UNCLASSIFIED`), without zeros. Raises `CorpusFormatError`."""
    values: dict[int, float] = {}
    for name, code in names.codes.items():
        value = stored_number(properties[name], name, key)
        if value:
            values[code] = values.get(code, 0.0) + value
    return values


def _add(total: dict[int, float], more: Mapping[int, float]) -> None:
    for code, value in more.items():
        total[code] = total.get(code, 0.0) + value


def _as_text(part: Any) -> str:
    try:
        return json.dumps(part, sort_keys=True)
    except (RecursionError, ValueError):
        return str(id(part))


def _is_whole(values: Mapping[int, float]) -> bool:
    """Whether values add up to a whole cell on one of the known scales."""
    total = sum(values.values())
    return any(abs(total - scale.whole) <= 0.025 * scale.whole for scale in KNOWN)


def _some(names: list[str], count: int = 4) -> str:
    return ", ".join(repr(n[:40]) for n in names[:count]) + (" ..." if len(names) > count else "")


def read_label(
    data: bytes,
    key: str,
    scale: float | LabelsFound | None = None,
    classes: Mapping[str, int] | None = None,
) -> pd.Series:
    """Fractions (0 to 1) of one label GeoJSON: level-3 code -> fraction, largest first, without zeros.

    The scale is decided from the values where it is not given; `classes` are other names of classes. `attrs["unclassified"]` is the share that has no class,
    where there is one. Raises `CorpusFormatError`.
    """
    values = read_file(data, key, classes).values
    settled = settle(pd.Index([key], dtype="str"), stored_matrix({key: values}), "files", key, scale)
    if settled.lost.any():
        raise CorpusFormatError(key, "; ".join(w.removeprefix(f"{key}: ") for w in settled.warnings))
    return settled.fractions.row(key)


def _features(document: Any, key: str) -> list[dict[str, Any]]:
    kind = document.get("type") if isinstance(document, dict) else None
    features = document.get("features") if kind == "FeatureCollection" else [document]
    if kind not in ("Feature", "FeatureCollection") or not isinstance(features, list):
        raise CorpusFormatError(key, "not a GeoJSON Feature or FeatureCollection")
    return [f for f in features if isinstance(f, dict)]


def _bounds(features: list[dict[str, Any]]) -> tuple[float, float, float, float]:
    # Collections can hold collections, and GEOS follows them as deep as they go.
    given = [g for f in features if isinstance(g := f.get("geometry"), dict) and g.get("type") in _SHAPES_OF]
    try:
        texts = [json.dumps(geometry) for geometry in given]
    except RecursionError:
        return (math.nan,) * 4
    boxes = shapely.bounds(shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore"))
    boxes = boxes.reshape(-1, 4)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return (math.nan,) * 4
    west, south = boxes[:, :2].min(axis=0)
    east, north = boxes[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def stored_number(stored: Any, name: str, key: str) -> float:
    """A stored fraction or area as a number; None and an empty text are 0, NaN is itself.

    Raises `CorpusFormatError` unless it is from 0 to `MAX_VALUE`.
    """
    if stored is None or (isinstance(stored, str) and not stored.strip()):
        return 0.0
    try:
        value = float(stored)
    except (TypeError, ValueError, OverflowError):
        shown = repr(stored[:40]) if isinstance(stored, str) else f"a {type(stored).__name__}"
        raise CorpusFormatError(key, f"{name} is {shown}, not a number") from None
    if value < 0 or value > MAX_VALUE:
        raise CorpusFormatError(
            key, f"{name} is {value:g}; a fraction or an area is from 0 to {MAX_VALUE:,.0f}"
        )
    return value
