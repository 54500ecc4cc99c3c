"""Labels of many samples: their CORINE fractions as one sparse table, and how they were written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from explorer.core import corine
from explorer.core.errors import UnknownClassError
from explorer.corpus.tables.class_names import UNCLASSIFIED, positions
from explorer.corpus.tables.id_rows import IdRows


@dataclass(frozen=True, slots=True)
class LabelsFound:
    """How labels were written, as it was found out.

    `shape` is "wide" or "long" (a CSV), "files" (GeoJSON) or "items" (STAC), `scale` what a whole cell of one class is
    written as, `rows` the samples read, `what` the scale in words. `presence`: they only say which classes are there, and
    fractions are equal parts. `unclassified` counts the samples of which a part has no class (990, 995, 999), `lost` those
    whose values are no label.
    """

    shape: str
    scale: float
    rows: int
    what: str = ""
    presence: bool = False
    unclassified: int = 0
    lost: int = 0

    def __str__(self) -> str:
        what = self.what or f"fractions run to {self.scale:g}"
        more = f", {self.unclassified:,} samples unclassified in part" if self.unclassified else ""
        more += f", {self.lost:,} samples without label for values that are none" if self.lost else ""
        return f"{self.rows:,} samples, {_SHAPES.get(self.shape, self.shape)}, {what}{more}"


_SHAPES = {
    "wide": "a column a class",
    "long": "a row per sample and class",
    "files": "a GeoJSON a sample",
    "items": "a STAC item a sample",
}


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


def stored_matrix(rows: Mapping[str, Mapping[int, float]]) -> sparse.csr_matrix:
    """Sample id -> (level-3 code, or `UNCLASSIFIED`, -> value), CSR float64 `(n, 45)`; what has no class is last."""
    where = positions() | {UNCLASSIFIED: len(positions())}
    flat = [
        (i, where[code], value) for i, classes in enumerate(rows.values()) for code, value in classes.items()
    ]
    table = np.array(flat, np.float64).reshape(-1, 3)
    i, j = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
    return sparse.csr_matrix((table[:, 2], (i, j)), shape=(len(rows), len(where)))


def _nothing() -> np.ndarray:
    return np.zeros(0, np.float32)


@dataclass(frozen=True)
class Fractions:
    """Fractions of many samples: `matrix` is CSR float32 `(n, 44)`, 0 to 1, columns as `corine.codes(3)`.

    `unclassified` is the share of each that has no class in CORINE (990, 995, 999), float32 `(n,)`, 0 to 1.
    """

    ids: pd.Index
    matrix: sparse.csr_matrix
    unclassified: np.ndarray = field(default_factory=_nothing)

    def __post_init__(self) -> None:
        if len(self.unclassified) != len(self.ids):
            if self.unclassified.size:
                raise ValueError(f"{self.unclassified.size} unclassified shares of {len(self.ids)} samples")
            object.__setattr__(self, "unclassified", np.zeros(len(self.ids), np.float32))

    @classmethod
    def empty(cls, ids: pd.Index) -> Fractions:
        """No label for any of these samples."""
        return cls(ids, no_fractions(len(ids)))

    @classmethod
    def from_rows(cls, rows: Mapping[str, Mapping[int, float]]) -> Fractions:
        """Sample id -> (level-3 code, or `UNCLASSIFIED`, -> fraction 0 to 1)."""
        matrix = stored_matrix(rows).astype(np.float32)
        ids = pd.Index(list(rows), dtype="str", name="sample_id")
        return cls(ids, sparse.csr_matrix(matrix[:, :-1]), matrix[:, [-1]].toarray().ravel())

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _rows(self) -> IdRows:
        return IdRows(self.ids)

    def row(self, sample_id: str) -> pd.Series:
        """One sample: level-3 code -> fraction (0 to 1, float64), largest first, without zeros.

        Empty without a label. `attrs["unclassified"]` is the share that has no class, where there is one.
        Raises `KeyError` for an id that is not in here.
        """
        i = self._rows.row(sample_id)
        if i is None:
            raise KeyError(sample_id)
        start, stop = self.matrix.indptr[i], self.matrix.indptr[i + 1]
        codes = corine.codes(3)
        # float32 to the shortest float64 that means the same, so that 0.45 reads 0.45
        values = self.matrix.data[start:stop].astype(str).astype(np.float64)
        columns = self.matrix.indices[start:stop]
        series = _series({codes[j]: v for j, v in zip(columns, values, strict=True) if v > 0})
        if self.unclassified[i] > 0:
            series.attrs["unclassified"] = float(str(self.unclassified[i]))
        return series

    def align(self, ids: pd.Index) -> Fractions:
        """The same fractions for other ids, in their order; those unknown here have no label."""
        if ids is self.ids or ids.equals(self.ids):
            return Fractions(ids, self.matrix, self.unclassified)
        source = self.ids.get_indexer(ids)
        known = np.flatnonzero(source >= 0)
        pick = sparse.csr_matrix(
            (np.ones(known.size, np.float32), (known, source[known])), shape=(len(ids), len(self.ids))
        )
        unclassified = np.zeros(len(ids), np.float32)
        unclassified[known] = self.unclassified[source[known]]
        return Fractions(ids, sparse.csr_matrix(pick @ self.matrix), unclassified)

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
            codes = np.array(corine.codes(3), np.int16)
            values = matrix.data[best[last]]
            clc[rows[last]] = np.where(values > 0, codes[matrix.indices[best[last]]], 0)
            fraction[rows[last]] = values
        return clc, fraction

    def at_level(self, level: int) -> tuple[tuple[int, ...], sparse.csr_matrix]:
        """Codes of a level (1, 2 or 3) and the fractions summed to it, CSR float32 `(n, classes)`."""
        codes = corine.codes(level)
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
            if not members or code not in corine.codes(len(str(code))):
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
    above = {code: j for j, code in enumerate(corine.codes(level))}
    fine = corine.codes(3)
    columns = [above[corine.parent(code, level)] for code in fine]
    data = np.ones(len(fine), np.float32)
    return sparse.csr_matrix((data, (np.arange(len(fine)), columns)), shape=(len(fine), len(above)))
