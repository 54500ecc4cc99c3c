"""One opinion: what a model or another map says of samples, in classes of its legend, as it is kept in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from explorer.core import forking
from explorer.core.atomic_file import replacing
from explorer.core.errors import CorpusFormatError, OutputError
from explorer.opinions.legends import Legend, LegendClass
from explorer.opinions.reading import Table
from explorer.review import groupings
from explorer.review.groupings import NOT_NAMED, OUTSIDE, Grouping

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

VERSION = 1
_META = b"rapidai4eo_opinion"
_ROWS = 65_536
NO_OPINION = -3
"""The class of a sample of which nothing is said."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of an opinion: its name, whom to name for it and on which terms, when it was added, and what it came from."""

    name: str
    source: str = ""
    licence: str = ""
    note: str = ""
    kind: str = "fractions"
    """One of `reading.KINDS`."""
    file: str = ""
    """The name of the file that it was read from."""
    added: str = ""
    """ISO date and time, UTC."""
    revision: int = 1
    """How often an opinion of this name was added."""
    rows: int = 0
    synthetic: bool = False
    """Whether it is made up, as the demo's are."""


class Opinion:
    """Fractions (or probabilities) of a legend's classes for samples of a corpus. It may be used from many threads.

    `rows` are positions in `corpus.samples`, int64 `(m,)`, ascending; `values` float32 `(m, classes)`, read on first use.
    """

    def __init__(
        self,
        corpus: Corpus,
        about: About,
        legend: Legend,
        rows: np.ndarray,
        values: np.ndarray | Callable[[], np.ndarray],
    ) -> None:
        self.corpus = corpus
        self.about = about
        self.legend = legend
        self.rows = rows
        self._values = values
        self._lock = forking.Lock()
        self._classes: dict[str, np.ndarray] = {}

    def __repr__(self) -> str:
        return f"<Opinion {self.name}: {len(self.rows):,} samples, {self.legend.title}>"

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.about.name

    @property
    def values(self) -> np.ndarray:
        """What is said, float32 `(m, classes)`, 0 to 1, in the order of `rows` and of the legend's classes."""
        with self._lock:
            if callable(self._values):
                self._values = self._values()
                self._values.setflags(write=False)
            return self._values

    @property
    def fractions(self) -> pd.DataFrame:
        """The same as a table: a row a sample (`sample_id`), a column a class by its value."""
        ids = self.corpus.samples.index[self.rows]
        return pd.DataFrame(self.values, index=ids, columns=list(self.legend.values))

    def row(self, sample_id: str) -> pd.Series:
        """What is said of one sample: class -> fraction, largest first, without zeros; empty where nothing is.

        Raises as `Corpus.cell`.
        """
        self.corpus.cell(sample_id)
        position = self.corpus.samples.index.get_loc(sample_id)
        assert isinstance(position, int)  # ids are unique
        at = int(np.searchsorted(self.rows, position))
        there = at < len(self.rows) and self.rows[at] == position
        values = self.values[at] if there else np.zeros(len(self.legend.classes), np.float32)
        # float32 to the shortest float64 that means the same, so that 0.45 reads 0.45
        values = values.astype(str).astype(np.float64)
        found = pd.Series(values, index=pd.Index(self.legend.values, name="class"), name="fraction")
        return found[found > 0].sort_values(ascending=False, kind="stable")

    def choose(self, level: int | None = None, grouping: Grouping | str | None = None) -> Grouping:
        """The grouping given or named, or a level of CORINE's; without either the finest that its legend tells apart."""
        if grouping is None and level is None:
            return self.legend.grouping
        return groupings.choose(level or 3, grouping)

    def matrix(self, grouping: Grouping, part: slice | np.ndarray = slice(None)) -> np.ndarray:
        """Fractions by group, float32 `(m, groups + 2)`: then what is of several groups, and what is of none or not said.

        Each row adds up to 1. `part` are some of its rows. Probabilities that add up to more than 1 are divided by their sum.
        """
        sums = self._sums(grouping, part)
        found = np.zeros((len(sums), len(grouping.codes) + 2), np.float32)
        found[:, : sums.shape[1]] = sums
        total = sums.sum(axis=1)
        if total.size and total.max() > 1:
            found /= np.maximum(total, 1)[:, None]
        found[:, -1] = np.maximum(1 - total, 0)
        return found

    def _sums(self, grouping: Grouping, part: slice | np.ndarray) -> np.ndarray:
        """Values by group and, but where the groups are the legend's own classes, in several groups; float32 `(m, groups (+ 1))`."""
        values = self.values[part]
        if grouping.members == tuple(one.corine for one in self.legend.classes):
            return values
        return np.asarray(values @ self._summing(grouping))

    def _summing(self, grouping: Grouping) -> np.ndarray:
        """Adds classes up to groups and `NOT_NAMED`, float32 `(classes, groups + 1)`."""
        place = {code: i for i, code in enumerate((*grouping.codes, NOT_NAMED))}
        table = np.zeros((len(self.legend.classes), len(place)), np.float32)
        for i, group in enumerate(self.legend.groups(grouping).tolist()):
            if group in place:
                table[i, place[group]] = 1
        return table

    def of_corpus(self, grouping: Grouping) -> np.ndarray:
        """The group of each sample's largest class, int64 `(samples of the corpus,)`, kept.

        `NOT_NAMED` where more is in classes of several groups than in the largest one, `OUTSIDE` where all is in none,
        `NO_OPINION` where nothing is said.
        """
        with self._lock:
            kept = self._classes.get(grouping.name)
        if kept is not None:
            return kept
        found = np.full(len(self.corpus.samples), NO_OPINION, np.int64)
        codes = np.array([*grouping.codes, NOT_NAMED, OUTSIDE], np.int64)
        for start in range(0, len(self.rows), _ROWS):
            part = self._sums(grouping, slice(start, start + _ROWS))
            largest = part.argmax(axis=1)
            nothing = np.take_along_axis(part, largest[:, None], axis=1)[:, 0] <= 0
            found[self.rows[start : start + _ROWS]] = codes[np.where(nothing, len(codes) - 1, largest)]
        found.setflags(write=False)
        with self._lock:
            if len(self._classes) > 8:
                self._classes.clear()
            self._classes[grouping.name] = found
        return found

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is to be known before its numbers are read."""
        missing = len(self.corpus.samples) - len(self.rows)
        notes = ["It is made up."] if self.about.synthetic else []
        if missing:
            notes.append(f"Nothing is said of {missing:,} of the {len(self.corpus.samples):,} samples.")
        return tuple(notes)


def write(path: Path, about: About, legend: Legend, ids: pd.Index, table: Table) -> None:
    """Write an opinion as Parquet, whole or not at all: `sample_id` and a float32 column a class. Raises `OutputError`."""
    names = [str(value) for value in legend.values]
    fields = [pa.field("sample_id", pa.string()), *(pa.field(name, pa.float32()) for name in names)]
    meta = {"version": VERSION, "about": asdict(about), "legend": asdict(legend)}
    schema = pa.schema(fields, metadata={_META: json.dumps(meta)})
    try:
        with (
            replacing(path) as part,
            part.open("wb") as file,
            pq.ParquetWriter(file, schema, compression="zstd") as writer,
        ):
            for start in range(0, len(table.rows), _ROWS):
                rows = table.rows[start : start + _ROWS]
                values = np.asfortranarray(table.values[start : start + _ROWS])
                columns = [pa.array(ids[rows], pa.string()), *(pa.array(one) for one in values.T)]
                writer.write_table(pa.table(columns, schema=schema))
            writer.close()
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def read_about(path: Path) -> tuple[About, Legend]:
    """What an opinion's file says of itself. Raises `CorpusFormatError` for anything else."""
    try:
        meta = json.loads((pq.read_schema(path).metadata or {})[_META])
        if meta["version"] != VERSION:
            raise CorpusFormatError(str(path), f"an opinion of version {meta['version']}, not {VERSION}")
        return About(**meta["about"]), _legend(meta["legend"])
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        if isinstance(error, CorpusFormatError):
            raise
        raise CorpusFormatError(str(path), "not an opinion of this explorer, or damaged") from error


def _legend(kept: dict[str, Any]) -> Legend:
    classes = tuple(LegendClass(**one | {"corine": tuple(one["corine"])}) for one in kept["classes"])
    return Legend(**kept | {"classes": classes, "nodata": tuple(kept["nodata"])})


def open_kept(corpus: Corpus, path: Path) -> Opinion:
    """An opinion from its file; its values are read on first use. Raises `CorpusFormatError`."""
    about, legend = read_about(path)
    try:
        ids = pq.read_table(path, columns=["sample_id"]).column(0).to_pandas()
    except (OSError, pa.ArrowException) as error:
        raise CorpusFormatError(str(path), "not an opinion of this explorer, or damaged") from error
    found = corpus.samples.index.get_indexer(pd.Index(ids))
    known = np.flatnonzero(found >= 0)  # a corpus may have lost samples since
    order = known[np.argsort(found[known], kind="stable")]

    def values() -> np.ndarray:
        table = np.empty((len(ids), len(legend.classes)), np.float32)
        at = 0
        with pq.ParquetFile(path, memory_map=True) as file:
            for batch in file.iter_batches(_ROWS, columns=[str(value) for value in legend.values]):
                for j, value in enumerate(legend.values):
                    table[at : at + batch.num_rows, j] = batch.column(str(value)).to_numpy()
                at += batch.num_rows
        in_order = len(order) == len(ids) and bool((order == np.arange(len(ids))).all())
        return table if in_order else table[order]

    return Opinion(corpus, about, legend, found[order].astype(np.int64), values)
