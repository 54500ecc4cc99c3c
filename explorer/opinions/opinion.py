"""One opinion: what a model or another map says of samples, in classes of its legend, as it is kept in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse

from explorer.core import forking
from explorer.core.atomic_file import replacing
from explorer.core.errors import CorpusFormatError, OutputError
from explorer.opinions import scores as scoring
from explorer.opinions.legends import Legend, LegendClass
from explorer.opinions.reading import Table
from explorer.opinions.scores import NO_OPINION, Calibration, Comparison, Labels, Pair, Scores
from explorer.review import accuracy, groupings
from explorer.review.groupings import NOT_NAMED, OUTSIDE, Grouping

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.review.estimators import Accuracy
    from explorer.review.records import Records

VERSION = 1
LEAST_SHOWN = 0.0005
"""A smaller fraction is what rounding leaves."""
_META = b"rapidai4eo_opinion"
_ROWS = 65_536


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
    raster: str = ""
    """The raster that its fractions were counted in, a path or URL, where it was one; `corpus.overlays` shows it."""
    band: int = 1
    """Of the raster."""
    uploaded_by: str | None = None
    """Who added it on the page, "" where nobody logs in; None for what the server's owner gave."""

    def was_added_by(self, visitor: str | None) -> bool:
        """Whether a visitor (None: nobody logs in) added it on the page, and may take it away."""
        return self.uploaded_by is not None and self.uploaded_by == (visitor or "")


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
        self._classes: dict[Grouping, np.ndarray] = {}
        self._apart: dict[Grouping, np.ndarray] = {}
        self._by_group: dict[Grouping, sparse.csr_matrix] = {}

    def __repr__(self) -> str:
        return f"<Opinion {self.name}: {len(self.rows):,} samples, {self.legend.title}>"

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def _labels(self) -> Labels:
        return Labels(self.corpus)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.about.name

    @property
    def credit(self) -> str:
        """Its name, whom to name for it and on which terms, in one line."""
        return ", ".join(filter(None, (self.name, self.about.source, self.about.licence)))

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
        position = int(self.corpus.index.rows([sample_id])[0])
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
        return scoring.with_rest(self._sums(grouping, part), len(grouping.codes))

    def by_group(self, grouping: Grouping) -> sparse.csr_matrix:
        """The same of all rows, sparse and kept, float32 `(m, groups + 2)`; not to be written to."""
        with self._lock:
            kept = self._by_group.get(grouping)
        if kept is None:
            kept = scoring.in_blocks(len(self.rows), lambda part: self.matrix(grouping, part))
            with self._lock:
                scoring.keep(self._by_group, grouping, kept, scoring.KEPT_FRACTIONS)
        return kept

    def _sums(self, grouping: Grouping, part: slice | np.ndarray) -> np.ndarray:
        """Values by group and, but where the groups are the legend's own classes, in several groups; float32 `(m, groups (+ 1))`."""
        values = self.values[part]
        if grouping.members == tuple(one.corine for one in self.legend.classes):
            return values
        places = {code: i for i, code in enumerate((*grouping.codes, NOT_NAMED))}
        found = np.zeros((len(values), len(places)), np.float32)
        for column, group in enumerate(self.legend.groups(grouping).tolist()):
            if group in places:
                found[:, places[group]] += values[:, column]
        return found

    def of_corpus(self, grouping: Grouping) -> np.ndarray:
        """The group of each sample's largest class, int64 `(samples of the corpus,)`, kept.

        `NOT_NAMED` where more is in classes of several groups than in the largest one, `OUTSIDE` where all is in none,
        `NO_OPINION` where nothing is said.
        """
        with self._lock:
            kept = self._classes.get(grouping)
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
            scoring.keep(self._classes, grouping, found, scoring.KEPT)
        return found

    def apart_of_corpus(self, grouping: Grouping) -> np.ndarray:
        """`disagreement` of each sample of the corpus, float32 `(samples of the corpus,)`, kept; NaN where label or opinion is lacking."""
        with self._lock:
            kept = self._apart.get(grouping)
        if kept is not None:
            return kept
        pair = Pair.of(self._labels, self, grouping)
        found = np.full(len(self.corpus.samples), np.nan, np.float32)
        found[pair.rows] = pair.disagreement
        found.setflags(write=False)
        with self._lock:
            scoring.keep(self._apart, grouping, found, scoring.KEPT)
        return found

    @property
    def is_read(self) -> bool:
        """Whether its values are in memory, so that one sample's are there at once."""
        return not callable(self._values)

    def beside_label(self, sample_id: str) -> pd.DataFrame:
        """A sample's label and this opinion in the finest groups that its legend tells apart: columns `label` and `opinion`, 0 to 1.

        Index: codes of `choose()`, then `NOT_NAMED` (of several groups) and `OUTSIDE` (of none, or not said); only what one of them
        has, the label's largest first. Empty where nothing is said of the sample. Raises as `Corpus.cell`.
        """
        self.corpus.cell(sample_id)
        grouping = self.choose()
        position = self.corpus.index.rows([sample_id])
        at = np.searchsorted(self.rows, position)
        if not np.isin(position, self.rows)[0]:
            return pd.DataFrame({"label": [], "opinion": []}, dtype=np.float64)
        sums = grouping.add_up(self.corpus.index.fractions.matrix[position])
        label = scoring.with_rest(sums, len(grouping.codes))
        codes = pd.Index([*grouping.codes, NOT_NAMED, OUTSIDE], name="class")
        found = pd.DataFrame(
            {"label": label[0], "opinion": self.matrix(grouping, at)[0]}, codes, dtype="float64"
        )
        if not label[0, :-1].any():
            found["label"] = 0.0  # a sample without a label
        there = found[(found >= LEAST_SHOWN).any(axis=1)]
        return there.sort_values(["label", "opinion"], ascending=False, kind="stable")

    def beside_labels(
        self, level: int | None = None, grouping: Grouping | str | None = None, mask: np.ndarray | None = None
    ) -> Pair:
        """This opinion beside the labels, for all samples or those of a `mask`, bool `(samples of the corpus,)`."""
        return Pair.of(self._labels, self, self.choose(level, grouping), mask)

    def confusion(
        self,
        level: int | None = None,
        grouping: Grouping | str | None = None,
        *,
        by: str = "largest",
        mask: np.ndarray | None = None,
    ) -> pd.DataFrame:
        """The cross-table of labels (rows) and this opinion (columns), by code: samples, `by` their `largest` class or `fractions`.

        On a `level` of CORINE's or in a `grouping` (or its name); without either in the finest groups that its legend tells apart.
        Raises `InvalidQueryError`. See `explorer.opinions.scores` for the formula of fractions.
        >>> table = corpus.opinions["made-up-good"].confusion(level=1)
        >>> list(table.index), int(table.to_numpy().sum())
        ([1, 2, 3, 4, 5], 2000)
        """
        return self.beside_labels(level, grouping, mask).confusion(by)

    def scores(
        self,
        level: int | None = None,
        grouping: Grouping | str | None = None,
        *,
        by: str = "largest",
        mask: np.ndarray | None = None,
    ) -> Scores:
        """Agreement, F1, mean average precision, disagreement and calibration, and each class's precision and recall.

        `by` the `largest` class, or by `fractions`, as `confusion`.

        >>> found = corpus.opinions["made-up-confused"].scores(level=2)
        >>> bool(found.classes.loc[23, "recall"] < found.classes.loc[31, "recall"])
        True
        """
        return scoring.scores(self.beside_labels(level, grouping, mask), self.notes, by)

    def disagreement(
        self,
        level: int | None = None,
        grouping: Grouping | str | None = None,
        *,
        mask: np.ndarray | None = None,
    ) -> pd.Series:
        """How far the fractions of each sample lie from its label's: half the sum of absolute differences, 0 to 1, by `sample_id`."""
        pair = self.beside_labels(level, grouping, mask)
        ids = self.corpus.samples.index[pair.rows]
        return pd.Series(pair.disagreement, index=ids, name="disagreement")

    def calibration(
        self,
        level: int | None = None,
        grouping: Grouping | str | None = None,
        *,
        code: int | None = None,
        bins: int = scoring.BINS,
        mask: np.ndarray | None = None,
    ) -> Calibration:
        """How often the labels have what this opinion is so sure of: its largest class, or one class (`code`)."""
        return scoring.calibration(self.beside_labels(level, grouping, mask), code, bins)

    def scores_by(
        self,
        by: str,
        level: int | None = None,
        grouping: Grouping | str | None = None,
        *,
        mask: np.ndarray | None = None,
    ) -> pd.DataFrame:
        """Agreement by `country`, `zone`, `purity` or `class`: a row each; see `scores.by_part`."""
        return scoring.by_part(self.beside_labels(level, grouping, mask), self.corpus, by)

    def compare(
        self,
        other: Opinion,
        level: int | None = None,
        grouping: Grouping | str | None = None,
        *,
        mask: np.ndarray | None = None,
        confidence: float = 0.95,
        seed: int = 0,
    ) -> Comparison:
        """This opinion and another beside the labels of the samples that both speak of; see `scores.Comparison`."""
        chosen = self.choose(level, grouping)
        both = np.zeros(len(self.corpus.samples), bool)
        both[np.intersect1d(self.rows, other.rows, assume_unique=True)] = True
        if mask is not None:
            both &= mask
        pairs = [one.beside_labels(grouping=chosen, mask=both) for one in (self, other)]
        return scoring.compare(pairs[0], pairs[1], confidence=confidence, seed=seed)

    def accuracy(
        self,
        records: Records,
        level: int | None = None,
        grouping: Grouping | str | None = None,
        *,
        queue: str | None = None,
        drawn_only: bool = True,
        confidence: float = 0.95,
        blind_only: bool = False,
    ) -> Accuracy:
        """How right this opinion is by the verdicts of reviewers: the estimators of `review.accuracy`, by the design of their draw.

        The classes that a verdict says are there are the truth: the label's where it is correct. Samples of which this opinion
        names no group are left out, and `notes` says how many. Arguments and errors as `review.accuracy.from_records`.
        """
        found = accuracy.from_records(
            self.corpus, records, queue=queue, drawn_only=drawn_only, confidence=confidence,
            grouping=self.choose(level, grouping), blind_only=blind_only, mapped=_Map(self),
        )  # fmt: skip
        return replace(found, notes=(*self.notes, *found.notes))

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is to be known before its numbers are read."""
        missing = len(self.corpus.samples) - len(self.rows)
        notes = ["It is made up."] if self.about.synthetic else []
        if missing:
            notes.append(f"Nothing is said of {missing:,} of the {len(self.corpus.samples):,} samples.")
        return tuple(notes)


@dataclass(frozen=True)
class _Map:
    """An opinion as a map that verdicts judge."""

    opinion: Opinion

    @property
    def corpus(self) -> Corpus:
        return self.opinion.corpus

    def classes(self, grouping: Grouping) -> np.ndarray:
        return self.opinion.of_corpus(grouping)

    def matrix(self, grouping: Grouping, ids: pd.Index) -> np.ndarray:
        found = np.zeros((len(ids), len(grouping.codes)))
        positions = self.corpus.index.rows(ids)
        at = np.searchsorted(self.opinion.rows, positions)
        there = np.isin(positions, self.opinion.rows)
        found[there] = _whole(self.opinion.matrix(grouping, at[there]))
        return found

    def shares(self, grouping: Grouping, mask: np.ndarray) -> np.ndarray:
        rows = np.flatnonzero(mask[self.opinion.rows])
        total, count = np.zeros(len(grouping.codes)), 0
        for start in range(0, len(rows), _ROWS):
            part = _whole(self.opinion.matrix(grouping, rows[start : start + _ROWS]))
            total += part.sum(axis=0)
            count += int((part.sum(axis=1) > 0).sum())
        return total / max(count, 1)


def _whole(matrix: np.ndarray) -> np.ndarray:
    """The groups of `Opinion.matrix` alone, made to add up to 1, float64 `(m, groups)`; 0 where there are none."""
    groups = matrix[:, :-2].astype(np.float64)
    total = groups.sum(axis=1, keepdims=True)
    return np.divide(groups, total, out=np.zeros_like(groups), where=total > 0)


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
    found = corpus.index.rows(ids)
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
