"""Embedding maps: two coordinates a sample, in which samples with like features lie near each other.

PCA needs no further package: its axes are the first two of `neighbours`, the directions in which features vary most (Pearson 1901,
doi:10.1080/14786440109462720). The others keep neighbourhoods rather than distances: UMAP (McInnes et al. 2018, arXiv:1802.03426),
PaCMAP (Wang et al. 2021, JMLR 22:201), openTSNE (Poličar et al. 2024, doi:10.18637/jss.v109.i03).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from explorer.core import forking
from explorer.core.atomic_file import remove, replacing
from explorer.core.errors import InvalidQueryError, OutputError
from explorer.core.optional import needed
from explorer.similar import neighbours
from explorer.similar.feature_table import ALL, FeatureTable

PCA = "pca"
METHODS = {PCA: "PCA", "pacmap": "PaCMAP", "umap": "UMAP", "opentsne": "openTSNE"}
"""How samples are placed, with the methods' own names."""
VERSION = 1
_META = b"rapidai4eo_embedding_map"
_OPEN = 4
_FEWEST = 50
"""Samples that the methods other than PCA need at least."""


class EmbeddingMaps:
    """The embedding maps of one corpus's tables of features: a file a table and method in a folder; a PCA is worked out where there is none.

    A file holds for the very table that it was made of (`FeatureTable.stamp`). It may be used from many threads.
    """

    def __init__(self, folder: Path, where: str) -> None:
        self._folder, self._where = folder, where
        self._open: dict[tuple[str, str, int], np.ndarray] = {}
        self._lock = forking.Lock()

    def methods(self, table: FeatureTable) -> tuple[str, ...]:
        """The methods whose map of a table can be had at once."""
        return tuple(one for one in METHODS if one == PCA or self._stamp(table, one) == table.stamp)

    def get(self, table: FeatureTable, method: str = PCA) -> np.ndarray:
        """Coordinates of a table's samples, float32 `(n, 2)`, not to be written to. Raises `InvalidQueryError` where no such map was made."""
        _check(method)
        path = self._path(table, method)
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            changed = 0
        key = (table.stamp, method, changed)
        with self._lock:
            found = self._open.pop(key, None)
            if found is None:
                found = self._read(table, method)
                if found is None and method == PCA:
                    found = self._project(table, method, 0)
                if found is None:
                    was = "was made of an older version of that table" if changed else "was not made"
                    raise InvalidQueryError(
                        f"the {METHODS[method]} map of features {table.about.name} {was}; make it with: explorer features map CORPUS "
                        f"--table {table.about.name} --method {method}"
                    )
                found.setflags(write=False)
            self._open[key] = found
            while len(self._open) > _OPEN:
                self._open.pop(next(iter(self._open)))
            return found

    def make(self, table: FeatureTable, method: str = PCA, seed: int = 0) -> np.ndarray:
        """Work a map out and keep it as a file; float32 `(n, 2)`. The same `seed` gives the same map.

        Raises `InvalidQueryError` for an unknown method or too few samples, `MissingPackageError`, `OutputError`.
        """
        _check(method)
        if method != PCA and len(table) < _FEWEST:
            raise InvalidQueryError(
                f"{METHODS[method]} needs {_FEWEST} samples at least, and features {table.about.name} have {len(table)}"
            )
        found = self._project(table, method, seed)
        meta = {
            "version": VERSION,
            "table": table.about.name,
            "stamp": table.stamp,
            "method": method,
            "seed": seed,
        }
        columns = [pa.array(table.ids, pa.string()), pa.array(found[:, 0]), pa.array(found[:, 1])]
        written = pa.table(columns, names=["sample_id", "x", "y"]).replace_schema_metadata(
            {_META: json.dumps(meta)}
        )
        path = self._path(table, method)
        try:
            with replacing(path) as part:
                pq.write_table(written, part, compression="zstd")
        except OSError as error:
            raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
        return found

    def remove(self, name: str) -> None:
        """Delete the maps of the table of a name. Raises `OutputError`."""
        for method in METHODS:
            path = self._folder / f"{name}.{method}.parquet"
            try:
                if path.exists():
                    remove(path)
            except OSError as error:
                raise OutputError(f"cannot remove {path}: {error.strerror or error}") from error

    def _path(self, table: FeatureTable, method: str) -> Path:
        return self._folder / f"{table.about.name}.{method}.parquet"

    def _stamp(self, table: FeatureTable, method: str) -> str:
        """Of the table that a map was made of; empty where there is none that can be read."""
        try:
            meta = json.loads((pq.read_schema(self._path(table, method)).metadata or {})[_META])
            return str(meta["stamp"]) if meta["version"] == VERSION else ""
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
            return ""

    def _read(self, table: FeatureTable, method: str) -> np.ndarray | None:
        if self._stamp(table, method) != table.stamp:
            return None
        try:
            kept = pq.read_table(self._path(table, method), columns=["x", "y"])
        except (OSError, pa.ArrowException):
            return None
        found = np.stack([column.to_numpy().astype(np.float32) for column in kept.columns], axis=1)
        return found if len(found) == len(table) and np.isfinite(found).all() else None

    def _project(self, table: FeatureTable, method: str, seed: int) -> np.ndarray:
        space = neighbours.shared_spaces.get(self._where, table, ALL)
        places = space.places(slice(None))
        if method != PCA:
            return np.ascontiguousarray(_METHODS[method](places, seed), np.float32)
        found = np.zeros((len(places), 2), np.float32)  # a table of one feature lies on a line
        found[:, : places.shape[1]] = places[:, :2]
        return found


def _check(method: str) -> None:
    if method not in METHODS:
        raise InvalidQueryError(f"no method {str(method)[:30]!r}; there are {', '.join(METHODS)}")


def _pacmap(places: np.ndarray, seed: int) -> np.ndarray:
    with needed("embed", "a PaCMAP map"):
        import pacmap
    return np.asarray(pacmap.PaCMAP(n_components=2, random_state=seed, apply_pca=False).fit_transform(places))


def _umap(places: np.ndarray, seed: int) -> np.ndarray:
    with needed("embed", "a UMAP map"):
        import umap
    return np.asarray(umap.UMAP(n_components=2, random_state=seed).fit_transform(places))


def _opentsne(places: np.ndarray, seed: int) -> np.ndarray:
    with needed("embed", "an openTSNE map"):
        import openTSNE
    return np.asarray(openTSNE.TSNE(n_components=2, random_state=seed, n_jobs=-1).fit(places))


_METHODS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "pacmap": _pacmap, "umap": _umap, "opentsne": _opentsne
}  # fmt: skip
