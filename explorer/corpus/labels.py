"""Labels: CORINE fractions of one sample from its GeoJSON, and of many samples as one sparse table."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from explorer import nomenclature
from explorer.errors import CorpusFormatError, UnknownClassError

MAX_LABEL_BYTES = 1 * 2**20
"""A label file of the corpus has about 1 kB."""

TOLERANCE = 0.05
"""How far fractions may add up beyond 1: rounding of many small classes."""

_SHAPES_OF = ("Polygon", "MultiPolygon", "Point", "MultiPoint", "LineString", "MultiLineString")

FRACTION, PERCENT = 1.0, 100.0
"""The two scales that labels come in; a stored value divided by its scale is a fraction."""

_COLUMN = re.compile(r"^(?:clc(?:_?20)?(?:_?18)?[ _.-]*)?([1-5]\d\d)(?:\.0)?$", re.IGNORECASE)


def class_code(name: object) -> int | None:
    """The level-3 code in `clc_211`, `CLC 211`, `211` or 211; None where there is none."""
    match = _COLUMN.match(str(name).strip())
    code = int(match[1]) if match else 0
    return code if code in positions() else None


@cache
def positions() -> dict[int, int]:
    """Level-3 code -> column of `Fractions.matrix`."""
    return {code: i for i, code in enumerate(nomenclature.codes(3))}


@dataclass(frozen=True, slots=True)
class LabelsFound:
    """How a label table was written, as it was found out.

    `shape` is "wide" or "long" (a CSV), "files" (GeoJSON) or "items" (STAC), `scale` 1 or 100 (what a fraction of 1 is written as), `rows` the samples read.
    """

    shape: str
    scale: float
    rows: int

    def __str__(self) -> str:
        return (
            f"{self.rows:,} samples, {_SHAPES.get(self.shape, self.shape)}, fractions run to {self.scale:g}"
        )


_SHAPES = {
    "wide": "a column a class",
    "long": "a row per sample and class",
    "files": "a GeoJSON a sample",
    "items": "a STAC item a sample",
}


def find_scale(totals: np.ndarray) -> float:
    """1 or 100, from what each sample's values add up to `(n,)`: the middle one decides."""
    totals = totals[np.isfinite(totals) & (totals > 0)]
    return PERCENT if totals.size and float(np.median(totals)) > 1.5 else FRACTION


@dataclass(frozen=True, slots=True)
class LabelFile:
    """One label GeoJSON as stored: level-3 code -> value (no zeros), the id and the bounds that it states.

    `bounds` are (west, south, east, north) in degrees, NaN where it has no geometry.
    """

    values: dict[int, float]
    sample_id: str | None
    bounds: tuple[float, float, float, float]


def read_file(data: bytes, key: str) -> LabelFile:
    """One label GeoJSON: a Feature, or a FeatureCollection (values of a class add up).

    Raises `CorpusFormatError` for what is not one, or where a value is not a number from 0 to 100.
    """
    if len(data) > MAX_LABEL_BYTES:
        raise CorpusFormatError(key, f"{len(data)} bytes, far more than a label file has")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise CorpusFormatError(key, f"not readable as JSON ({type(error).__name__})") from error
    values: dict[int, float] = {}
    named = False
    features = _features(document, key)
    properties = [p for f in features if isinstance(p := f.get("properties"), dict)]
    for one in properties:
        for name, stored in one.items():
            code = class_code(name)
            if code is None:
                continue
            named = True
            value = stored_number(stored, name, key)
            if value:
                values[code] = values.get(code, 0.0) + value
    if not named:
        raise CorpusFormatError(key, "it has no properties clc_111 ... clc_523")
    stated = next((p["sample_id"] for p in properties if isinstance(p.get("sample_id"), str)), None)
    return LabelFile(values, stated, _bounds(features))


def read_label(data: bytes, key: str, scale: float | None = None) -> pd.Series:
    """Fractions (0 to 1) of one label GeoJSON: level-3 code -> fraction, largest first, without zeros.

    The scale is decided from the values where it is not given. Raises `CorpusFormatError`.
    """
    values = read_file(data, key).values
    total = sum(values.values())
    scale = scale or find_scale(np.array([total]))
    if total / scale > 1 + TOLERANCE:
        raise CorpusFormatError(key, f"its fractions add up to {total / scale:.3g}, more than 1")
    return _series({code: min(value / scale, 1.0) for code, value in values.items()})


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
    """A stored fraction as a number, None as 0. Raises `CorpusFormatError` unless it is from 0 to 100."""
    if stored is None:
        return 0.0
    try:
        if isinstance(stored, bool):
            raise ValueError
        value = float(stored)
    except (TypeError, ValueError, OverflowError):
        shown = repr(stored[:40]) if isinstance(stored, str) else f"a {type(stored).__name__}"
        raise CorpusFormatError(key, f"{name} is {shown}, not a number") from None
    if not math.isfinite(value) or value < 0 or value > PERCENT * (1 + TOLERANCE):
        raise CorpusFormatError(key, f"{name} is {value:g}; a fraction runs from 0 to 1, or to 100")
    return value


def _series(fractions: Mapping[int, float]) -> pd.Series:
    ordered = sorted(fractions.items(), key=lambda pair: (-pair[1], pair[0]))
    return pd.Series(
        [float(value) for _, value in ordered],
        index=pd.Index([code for code, _ in ordered], dtype=np.int64, name="clc"),
        dtype=np.float64,
        name="fraction",
    )


def no_fractions(count: int) -> sparse.csr_matrix:
    """The matrix of samples without a label, CSR float32 `(count, 44)`."""
    start = np.zeros(count + 1, np.int32)
    return sparse.csr_matrix((np.zeros(0, np.float32), start[:0], start), shape=(count, len(positions())))


@dataclass(frozen=True)
class Fractions:
    """Fractions of many samples: `matrix` is CSR float32 `(n, 44)`, 0 to 1, columns as `nomenclature.codes(3)`."""

    ids: pd.Index
    matrix: sparse.csr_matrix

    @classmethod
    def empty(cls, ids: pd.Index) -> Fractions:
        """No label for any of these samples."""
        return cls(ids, no_fractions(len(ids)))

    @classmethod
    def from_rows(cls, rows: Mapping[str, Mapping[int, float]]) -> Fractions:
        """Sample id -> (level-3 code -> fraction 0 to 1)."""
        where = positions()
        flat = [
            (i, where[code], value)
            for i, classes in enumerate(rows.values())
            for code, value in classes.items()
        ]
        table = np.array(flat, np.float64).reshape(-1, 3)
        i, j = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
        shape = (len(rows), len(where))
        matrix = sparse.csr_matrix((table[:, 2].astype(np.float32), (i, j)), shape=shape)
        return cls(pd.Index(list(rows), dtype="str", name="sample_id"), matrix)

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, sample_id: str) -> pd.Series:
        """One sample: level-3 code -> fraction (0 to 1, float64), largest first, without zeros.

        Empty without a label. Raises `KeyError` for an id that is not in here.
        """
        i = self.ids.get_loc(sample_id)
        assert isinstance(i, int)  # ids are unique
        start, stop = self.matrix.indptr[i], self.matrix.indptr[i + 1]
        codes = nomenclature.codes(3)
        # float32 to the shortest float64 that means the same, so that 0.45 reads 0.45
        values = self.matrix.data[start:stop].astype(str).astype(np.float64)
        columns = self.matrix.indices[start:stop]
        return _series({codes[j]: v for j, v in zip(columns, values, strict=True) if v > 0})

    def align(self, ids: pd.Index) -> Fractions:
        """The same fractions for other ids, in their order; those unknown here have no label."""
        if ids is self.ids or ids.equals(self.ids):
            return Fractions(ids, self.matrix)
        source = self.ids.get_indexer(ids)
        known = np.flatnonzero(source >= 0)
        pick = sparse.csr_matrix(
            (np.ones(known.size, np.float32), (known, source[known])), shape=(len(ids), len(self.ids))
        )
        return Fractions(ids, sparse.csr_matrix(pick @ self.matrix))

    def dominant(self) -> tuple[np.ndarray, np.ndarray]:
        """Code (int16, 0 without a label) and fraction (float32) of each sample's largest class `(n,)`.

        Of equal ones the lowest code.
        """
        clc = np.zeros(len(self), np.int16)
        fraction = np.zeros(len(self), np.float32)
        matrix = self.matrix
        if matrix.nnz:
            rows = np.repeat(np.arange(len(self)), np.diff(matrix.indptr))
            order = np.lexsort((-matrix.indices, matrix.data, rows))  # best entry of a row comes last
            rows, best = rows[order], order
            last = np.flatnonzero(np.append(rows[1:] != rows[:-1], True))
            codes = np.array(nomenclature.codes(3), np.int16)
            values = matrix.data[best[last]]
            clc[rows[last]] = np.where(values > 0, codes[matrix.indices[best[last]]], 0)
            fraction[rows[last]] = values
        return clc, fraction

    def at_level(self, level: int) -> tuple[tuple[int, ...], sparse.csr_matrix]:
        """Codes of a level (1, 2 or 3) and the fractions summed to it, CSR float32 `(n, classes)`."""
        codes = nomenclature.codes(level)
        if level == 3:
            return codes, self.matrix
        return codes, sparse.csr_matrix(self.matrix @ _summing(level))

    def of_classes(self, codes: list[int]) -> np.ndarray:
        """Fraction of these classes together, codes of any level, each place counted once; float32 `(n,)`.

        Raises `UnknownClassError`.
        """
        wanted = np.zeros(len(positions()), np.float32)
        for code in codes:
            members = [j for c, j in positions().items() if str(c).startswith(str(code))]
            if not members or code not in nomenclature.codes(len(str(code))):
                raise UnknownClassError(code)
            wanted[members] = 1
        if wanted.sum() == 1:
            return np.asarray(self._columns.getcol(int(wanted.argmax())).toarray()).ravel()
        return np.asarray(self.matrix @ wanted)

    @cached_property
    def _columns(self) -> sparse.csc_matrix:
        return self.matrix.tocsc()


@cache
def _summing(level: int) -> sparse.csr_matrix:
    above = {code: j for j, code in enumerate(nomenclature.codes(level))}
    fine = nomenclature.codes(3)
    columns = [above[nomenclature.parent(code, level)] for code in fine]
    data = np.ones(len(fine), np.float32)
    return sparse.csr_matrix((data, (np.arange(len(fine)), columns)), shape=(len(fine), len(above)))
