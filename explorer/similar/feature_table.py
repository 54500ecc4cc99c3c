"""A table of features: a row of numbers a sample, with what they are, where they come from and on which terms."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from explorer.core.atomic_file import replacing
from explorer.core.errors import CorpusFormatError, InvalidQueryError, OutputError

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

VERSION = 1
MAX_COLUMNS = 2_000
MAX_BYTES = 8 * 2**30
"""Of a file of features: more is no table that one machine searches."""
ALL = "all"
"""Every column of a table."""
_META = b"rapidai4eo_features"
_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class About:
    """What a table says of itself. `measure` is what made it: `fast` or `score`, empty for a file that was added.

    `units` and `groups` (`season`, `spectrum`, `spread`) are by column; columns that are not in them have none. `revision` counts
    how often the name was given anew; `version` is the measure's own.
    """

    name: str
    measure: str = ""
    version: str = ""
    revision: int = 1
    source: str = ""
    licence: str = ""
    note: str = ""
    file: str = ""
    added: str = ""
    """ISO date and time, UTC."""
    units: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    synthetic: bool = False


class FeatureTable:
    """Features of samples of a corpus; the numbers are read when they are asked for, and not kept.

    `rows` are the samples' positions in `Corpus.samples`, ascending; `columns` the names of the numbers. `stamp` differs between
    tables of one name that are not the same.
    """

    def __init__(
        self, corpus: Corpus, about: About, columns: Iterable[str], rows: np.ndarray, stamp: str, load: Callable[[], np.ndarray],
        places: Callable[[FeatureTable, str], np.ndarray] | None = None,
    ) -> None:  # fmt: skip
        self._ids, self.about, self.columns, self.rows, self.stamp = (
            corpus.samples.index, about, tuple(columns), rows, stamp
        )  # fmt: skip
        self._load, self._places = load, places

    def __repr__(self) -> str:
        return f"<FeatureTable {self.about.name}: {len(self):,} samples x {len(self.columns):,}>"

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def ids(self) -> pd.Index:
        """The samples that it has a row of, in the order of the rows."""
        return self._ids[self.rows]

    @property
    def spaces(self) -> tuple[str, ...]:
        """What samples can be compared by: `all` columns, and the groups that are there."""
        return (ALL, *dict.fromkeys(self.about.groups[c] for c in self.columns if c in self.about.groups))

    def columns_of(self, space: str) -> np.ndarray:
        """Positions of the columns of one of `spaces`."""
        if space == ALL:
            return np.arange(len(self.columns))
        return np.array([i for i, name in enumerate(self.columns) if self.about.groups.get(name) == space])

    def to_numpy(self) -> np.ndarray:
        """All of it, float32 `(samples, columns)`, NaN where a feature is not known. Raises `CorpusFormatError` where its file is damaged."""
        return self._load()

    def map(self, method: str = "pca") -> pd.DataFrame:
        """Two coordinates of each sample, `x` and `y` by `sample_id`, float32 without unit: samples that are alike lie near each other.

        `pca` can always be had; `pacmap`, `umap` and `opentsne` once `explorer features map` has made them. Raises `InvalidQueryError`
        where a map was not made, or of another version of this table.
        >>> frame = corpus.features["made-up"].map()
        >>> frame.shape, list(frame)
        ((2000, 2), ['x', 'y'])
        """
        if self._places is None:
            raise InvalidQueryError(
                f"features {self.about.name} are not kept beside a corpus: they have no map"
            )
        frame = pd.DataFrame(self._places(self, method), self.ids, ["x", "y"])
        frame.attrs = {
            "method": method,
            "source": self.about.source,
            "licence": self.about.licence,
            "note": self.about.note,
        }
        return frame

    def to_pandas(self) -> pd.DataFrame:
        """All of it by `sample_id`, float32; `attrs` has the `units` by column, whom to name and on which terms."""
        frame = pd.DataFrame(self.to_numpy(), self.ids, list(self.columns))
        about = self.about
        frame.attrs = {
            "units": dict(about.units),
            "source": about.source,
            "licence": about.licence,
            "note": about.note,
        }
        return frame


def write(path: Path, about: About, columns: Iterable[str], ids: Iterable[str], values: np.ndarray) -> None:
    """Write a table as Parquet, whole or not at all: `sample_id` and a float32 column a feature. Raises `OutputError`."""
    names = list(columns)
    fields = [pa.field("sample_id", pa.string()), *(pa.field(name, pa.float32()) for name in names)]
    schema = pa.schema(fields, metadata={_META: json.dumps({"version": VERSION, "about": asdict(about)})})
    found = np.asarray(list(ids), object)
    try:
        with (
            replacing(path) as part,
            part.open("wb") as file,
            pq.ParquetWriter(file, schema, compression="zstd") as writer,
        ):
            for start in range(0, len(found), _ROWS):
                piece = np.asfortranarray(values[start : start + _ROWS], np.float32)
                arrays = [
                    pa.array(found[start : start + _ROWS], pa.string()),
                    *(pa.array(one) for one in piece.T),
                ]
                writer.write_table(pa.table(arrays, schema=schema))
            writer.close()
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def read_about(path: Path) -> About:
    """What a file of features says of itself. Raises `CorpusFormatError` for anything else."""
    try:
        meta = json.loads((pq.read_schema(path).metadata or {})[_META])
        if meta["version"] != VERSION:
            raise CorpusFormatError(str(path), f"features of version {meta['version']}, not {VERSION}")
        return About(**meta["about"])
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        if isinstance(error, CorpusFormatError):
            raise
        raise CorpusFormatError(str(path), "no table of features of this explorer, or damaged") from error


def open_kept(corpus: Corpus, places: Callable[[FeatureTable, str], np.ndarray], path: Path) -> FeatureTable:
    """A table from its file. Raises `CorpusFormatError`."""
    about = read_about(path)
    try:
        columns = [name for name in pq.read_schema(path).names if name != "sample_id"]
        ids = pq.read_table(path, columns=["sample_id"]).column(0).to_pandas()
        stat = path.stat()
    except (OSError, pa.ArrowException) as error:
        raise CorpusFormatError(str(path), "no table of features of this explorer, or damaged") from error
    found = corpus.index.rows(ids)
    known = np.flatnonzero(found >= 0)  # a corpus may have lost samples since
    order = known[np.argsort(found[known], kind="stable")]

    def load() -> np.ndarray:
        table = np.empty((len(ids), len(columns)), np.float32)
        at = 0
        try:
            with pq.ParquetFile(path, memory_map=True) as file:
                for batch in file.iter_batches(_ROWS, columns=columns):
                    for j, name in enumerate(columns):
                        table[at : at + batch.num_rows, j] = batch.column(name).to_numpy()
                    at += batch.num_rows
        except (OSError, pa.ArrowException) as error:
            raise CorpusFormatError(str(path), "no table of features of this explorer, or damaged") from error
        return table if np.array_equal(order, np.arange(len(ids))) else table[order]

    stamp = f"{about.name}-{stat.st_mtime_ns}-{stat.st_size}"
    return FeatureTable(corpus, about, columns, found[order].astype(np.int64), stamp, load, places)
