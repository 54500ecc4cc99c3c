"""A table of what a model or a map says of samples, read part by part and checked cell by cell: Parquet, GeoParquet or CSV.

Three shapes: a column a class (`sample_id`, `clc_111`, `clc_112`, ...), long (`sample_id`, `class`, `fraction`), and one class a
sample (`sample_id`, `class`).
"""

from __future__ import annotations

import csv
import io
import mmap
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from explorer.core.errors import CorpusFormatError, OpinionError
from explorer.corpus.tables import parquet_bounds
from explorer.corpus.tables.label_scale import TOLERANCE
from explorer.corpus.tables.label_tables import open_bounded
from explorer.opinions.legends import CORINE, Legend, find, known

MAX_BYTES = 4 * 2**30
"""Of a file, and of what a packed one unpacks to: 500,000 samples x 500 classes as float64 take half of it."""
MAX_COLUMNS = 2_000
KINDS = ("fractions", "class", "probability")
"""Fractions of a cell (they add up to 1 at most), one class a cell, and probabilities, each from 0 to 1."""

_ROWS = 65_536
_BLOCK = 16 * 2**20
_MOST_A_CELL = 64
_EXACT = 1e-6
_ID_COLUMNS = ("sample_id", "sampleid", "id", "sample", "cell_id", "location_id")
_CLASS_COLUMNS = ("class", "clc", "clc_code", "label", "code", "class_id", "class_code", "class_name", "prediction", "predicted", "land_cover", "value")  # fmt: skip
_VALUE_COLUMNS = (
    "fraction",
    "probability",
    "share",
    "proportion",
    "confidence",
    "score",
    "percent",
    "percentage",
)
_PREFIX = re.compile(r"^(?:clc|class|fraction|probability|prob|p|f)[ _.-]+(.+)$", re.IGNORECASE)
_WHOLE = re.compile(r"(?<=\d)\.0+$", re.ASCII)
"""What pandas writes behind whole numbers of a column that had holes: 211.0."""
_LIKE_A_CLASS = re.compile(r"^(?:(?:clc|class|fraction|probability|prob)[ _.-]+.+|\d{1,3})$", re.IGNORECASE)
_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
_MISSING = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"]


@dataclass(frozen=True)
class Table:
    """What was read: `rows` int64 `(m,)`, ascending positions of samples in the corpus; `values` float32 `(m, classes)`, 0 to 1.

    Classes are those of the legend, in its order. `kind` is one of `KINDS`; `notes` are sentences on what was left aside.
    """

    rows: np.ndarray
    values: np.ndarray
    kind: str
    notes: tuple[str, ...] = ()


def read(
    given: Path | pd.DataFrame,
    ids: pd.Index,
    legend: Legend,
    *,
    kind: str = "",
    whole: float = 1.0,
    only_known: bool = False,
) -> Table:
    """The table of a file (`.parquet`, `.geoparquet`, `.csv`, `.csv.gz`), or of a frame, for the samples `ids` of a corpus.

    `kind`: `probability` where values of a sample need not add up to 1; else it is found out. `whole` is what a whole cell is
    written as (100 for percent). `only_known` leaves out rows of other samples, which are an error else. Raises
    `OpinionError`, which names file, row and column; it holds no more of the file than some ten thousand rows.
    """
    source = _source(given)
    if kind not in ("", *KINDS):
        raise source.wrong(f"there is no kind {kind[:20]!r}; there are {', '.join(KINDS)}")
    if not 0 < whole < np.inf:
        raise source.wrong(f"a whole cell is a number above 0, not {whole:g}")
    try:
        return _read(source, ids, legend, kind, whole, only_known)
    except CorpusFormatError as error:  # what unpacks to too much, or does not
        raise source.wrong(error.why) from error
    except (pa.ArrowException, OSError, UnicodeError, csv.Error) as error:
        raise source.wrong(f"it cannot be read ({_short(error)})", source.row_of(error)) from error


def _source(given: Path | pd.DataFrame) -> _Source:
    if isinstance(given, pd.DataFrame):
        return _Frame(given)
    try:
        size = given.stat().st_size
    except OSError as error:
        raise OpinionError(str(given), f"it cannot be read ({error.strerror or error})") from error
    if size > MAX_BYTES:
        raise OpinionError(
            str(given),
            f"it has {size / 2**30:.1f} GB, more than {MAX_BYTES / 2**30:.0f}; keep a row a sample and a column a class, as "
            "float32 in Parquet",
        )
    name = given.name.lower()
    if name.endswith((".csv", ".csv.gz", ".tsv")):
        return _Csv(given)
    if name.endswith((".parquet", ".geoparquet", ".pq")):
        return _Parquet(given)
    raise OpinionError(str(given), "its name ends in none of .parquet, .geoparquet, .csv and .csv.gz")


@dataclass(frozen=True)
class _Columns:
    """Which columns are read: `wide` column -> place of its class; or `class_column`, and `value_column` if there is one."""

    id: str
    wide: dict[str, int]
    class_column: str = ""
    value_column: str = ""
    left: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(self.wide) or ((self.value_column,) if self.value_column else ())

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.id,) if self.wide else tuple(dict.fromkeys((self.id, self.class_column)))


def _read(source: _Source, ids: pd.Index, legend: Legend, kind: str, whole: float, only_known: bool) -> Table:
    columns = _find_columns(source, legend)
    found = _Collected(source, columns, ids, legend, kind, whole, only_known)
    at = 0
    for batch in source.batches(columns):
        found.take(batch, at)
        at += batch.num_rows
    return found.table(at)


def find_corine_level(given: Path | pd.DataFrame) -> Legend:
    """CORINE's classes on the level that most columns of a table (or the first cells of its column of classes) are of.

    Its 44 classes where none is. Raises `OpinionError` where the table cannot be read.
    """
    source = _source(given)
    levels = [find(name) for name in known()[:3]]
    names: Sequence[object] = source.names
    lower = {name.strip().casefold(): name for name in source.names}
    class_column = next((lower[name] for name in _CLASS_COLUMNS if name in lower), "")
    if class_column and max(sum(class_place(one, name) is not None for name in names) for one in levels) < 2:
        try:
            first = next(source.batches(_Columns(class_column, {}, class_column)), None)
        except (pa.ArrowException, OSError, UnicodeError) as error:
            raise source.wrong(f"it cannot be read ({_short(error)})", source.row_of(error)) from error
        names = [] if first is None else _texts(first.column(0)).slice(0, 1_000).to_pylist()
    return max(levels, key=lambda one: sum(class_place(one, name) is not None for name in names))


def class_place(legend: Legend, name: object) -> int | None:
    """The place of the class that a column or a cell names (`clc_211`, `211`, `Pastures`), None where it is none of the legend."""
    place = legend.place(name)
    if place is not None:
        return place
    text = _WHOLE.sub("", str(name).strip())
    prefixed = _PREFIX.match(text)
    return legend.place(prefixed[1] if prefixed else text)


def _find_columns(source: _Source, legend: Legend) -> _Columns:
    names = source.names
    if len(names) > MAX_COLUMNS:
        raise source.wrong(f"it has {len(names):,} columns; at most {MAX_COLUMNS:,} are read")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise source.wrong("it is there twice", column=sorted(twice)[0][:40])
    lower = {name.strip().casefold(): name for name in names}
    id_column = next((lower[name] for name in _ID_COLUMNS if name in lower), None)
    if id_column is None:
        raise source.wrong(f"it has no column sample_id; it has {_listed(names)}")
    wide: dict[str, int] = {}
    for name in names:
        place = None if name == id_column else class_place(legend, name)
        if place is None:
            continue
        other = next((known for known, at in wide.items() if at == place), None)
        if other is not None:
            raise source.wrong(
                f"it is the class {legend.values[place]} as column {other[:40]} is", column=name[:40]
            )
        wide[name] = place
    class_column = next(
        (lower[name] for name in _CLASS_COLUMNS if name in lower and lower[name] not in wide), ""
    )
    if class_column and len(wide) < 2:
        value = next((lower[name] for name in _VALUE_COLUMNS if name in lower), "")
        used = {id_column, class_column, value}
        return _Columns(id_column, {}, class_column, value, tuple(name for name in names if name not in used))
    left = tuple(name for name in names if name not in wide and name != id_column)
    strange = next(
        (name for name in left if _LIKE_A_CLASS.match(name.strip()) and name != class_column), None
    )
    if strange is not None and wide:
        raise source.wrong(
            f"it is no class of {legend.title}; name the legend that it is of, or leave the column out",
            column=strange[:40],
        )
    if not wide:
        raise source.wrong(
            f"no column is a class of {legend.title} (as {_example(legend)}), and none is called class; it has {_listed(names)}"
        )
    return _Columns(id_column, wide, left=left)


def _example(legend: Legend) -> str:
    value = legend.values[0]
    return f"clc_{value}" if legend.id.startswith(CORINE) else str(value)


class _Source:
    """A file whose columns are read in batches; rows are counted from 1, as people find them."""

    unit = "row"

    def __init__(self, where: str) -> None:
        self.where = where
        self.names: list[str] = []

    def batches(self, columns: _Columns) -> Iterator[pa.RecordBatch]:
        raise NotImplementedError

    def line(self, row: int) -> int:
        """How a person counts a row (from 0)."""
        return row + 1

    def row_of(self, error: BaseException) -> int | None:
        """The row (from 0) that an error of a library names."""
        return None

    def wrong(self, why: str, row: int | None = None, column: str = "") -> OpinionError:
        line = None if row is None else self.line(row)
        return OpinionError(self.where, why, line, column, self.unit)


class _Frame(_Source):
    def __init__(self, frame: pd.DataFrame) -> None:
        super().__init__("the table")
        if frame.index.name is not None:
            frame = frame.reset_index()
        self._table = frame.rename(columns=str)
        self.names = list(self._table.columns)

    def batches(self, columns: _Columns) -> Iterator[pa.RecordBatch]:
        for name in columns.numbers:
            if not pd.api.types.is_numeric_dtype(self._table[name]):
                raise self.wrong(f"it holds {self._table[name].dtype}, not numbers", column=name[:40])
        names = [*columns.texts, *columns.numbers]
        for at in range(0, len(self._table), _ROWS):
            yield pa.RecordBatch.from_pandas(self._table[names].iloc[at : at + _ROWS], preserve_index=False)


class _Parquet(_Source):
    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._path = path
        try:
            self._file = pq.ParquetFile(path, memory_map=True)
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            raise self.wrong(f"it is not readable as Parquet ({_short(error)})") from error
        self.names = [str(name) for name in self._file.schema_arrow.names]

    def batches(self, columns: _Columns) -> Iterator[pa.RecordBatch]:
        names = [*columns.texts, *columns.numbers]
        schema = self._file.schema_arrow
        for name in columns.numbers:
            kind = schema.field(name).type
            if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
                raise self.wrong(f"it holds {kind}, not numbers", column=name[:40])
        for name in columns.texts:
            kind = schema.field(name).type
            if pa.types.is_nested(kind):
                raise self.wrong(f"it holds {kind}, not text or numbers", column=name[:40])
        most = (self._file.metadata.num_rows * _MOST_A_CELL + 2**20) * len(names)
        try:
            with (
                open(self._path, "rb") as opened,
                mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data,
            ):
                whole = memoryview(data)
                try:
                    parquet_bounds.unpacked(whole, self._file, set(names), min(most, MAX_BYTES))
                finally:
                    whole.release()
        except ValueError as error:
            raise self.wrong(_short(error)) from error
        yield from self._file.iter_batches(_ROWS, columns=names)


class _Csv(_Source):
    unit = "line"

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._path = path
        try:
            with self._opened() as stream, io.TextIOWrapper(stream, "utf-8-sig", newline="") as text:
                self._skipped, header = 0, text.readline(2**20)
                while header.startswith("#"):  # notes, as the explorer's own tables have them
                    self._skipped, header = self._skipped + 1, text.readline(2**20)
                some = [text.readline(2**16) for _ in range(20)]
        except CorpusFormatError as error:  # what unpacks to too much, or does not
            raise self.wrong(error.why) from error
        except (OSError, UnicodeError) as error:
            raise self.wrong(f"it cannot be read ({_short(error)})") from error
        if not header.strip():
            raise self.wrong("it is empty")
        self._delimiter = max(",;\t", key=header.count)
        self.names = next(csv.reader([header], delimiter=self._delimiter))
        commas = self._delimiter == ";" and any(re.search(r"(^|;)\d+,\d+(;|\s*$)", row) for row in some)
        self._point = "," if commas else "."

    def _opened(self) -> io.BufferedReader:
        return open_bounded(self._path, self._path.name, MAX_BYTES)

    def line(self, row: int) -> int:
        return row + self._skipped + 2

    def row_of(self, error: BaseException) -> int | None:
        match = re.search(r"Row #(\d+)", str(error))
        return int(match[1]) - 2 if match else None

    def _table(self, columns: _Columns, numbers: pa.DataType, threads: bool) -> pacsv.CSVStreamingReader:
        names = [*columns.texts, *columns.numbers]
        types = dict.fromkeys(columns.texts, pa.string()) | dict.fromkeys(columns.numbers, numbers)
        return pacsv.open_csv(
            self._opened(),
            read_options=pacsv.ReadOptions(skip_rows=self._skipped, block_size=_BLOCK, use_threads=threads),
            parse_options=pacsv.ParseOptions(delimiter=self._delimiter),
            convert_options=pacsv.ConvertOptions(
                include_columns=names, column_types=types, null_values=_MISSING, decimal_point=self._point
            ),
        )

    def batches(self, columns: _Columns) -> Iterator[pa.RecordBatch]:
        try:
            # Of a file with commas for points and of a row too short, the line is known without threads only.
            with self._table(columns, pa.float64(), threads=True) as table:
                yield from table
        except pa.ArrowInvalid:
            self._find_wrong_cell(columns)
            raise

    def _find_wrong_cell(self, columns: _Columns) -> None:
        """Raises `OpinionError` for the first cell that is no number."""
        at = 0
        with self._table(columns, pa.string(), threads=False) as table:
            for batch in table:
                first: tuple[int, str] | None = None
                for name in columns.numbers:
                    cells = pc.replace_substring(batch.column(name), self._point, ".")
                    bad = pc.fill_null(pc.invert(pc.match_substring_regex(cells, _NUMBER)), False)
                    rows = np.flatnonzero(bad.to_numpy(zero_copy_only=False))
                    if rows.size and (first is None or rows[0] < first[0]):
                        first = int(rows[0]), name
                if first is not None:
                    cell = batch.column(first[1])[first[0]].as_py()
                    raise self.wrong(f"{cell[:40]!r} is no number", at + first[0], first[1][:40])
                at += batch.num_rows


class _Collected:
    """What has been read so far, checked."""

    def __init__(
        self,
        source: _Source,
        columns: _Columns,
        ids: pd.Index,
        legend: Legend,
        kind: str,
        whole: float,
        only_known: bool,
    ) -> None:
        self._source, self._columns, self._ids, self._legend = source, columns, ids, legend
        self._whole, self._only_known = whole, only_known
        if not kind:
            kind = "fractions" if columns.numbers else "class"
        elif (kind == "class") != (not columns.numbers):
            raise source.wrong(
                f"it is of no kind {kind!r}: it has {'no ' * (not columns.numbers)}numbers of classes"
            )
        self._kind = kind
        self._values = np.zeros((len(ids), len(legend.classes)), np.float32)
        self._first = np.full(len(ids), -1, np.int64)
        self._given = None if columns.wide else np.zeros(self._values.shape, bool)
        self._unknown = 0

    def take(self, batch: pa.RecordBatch, at: int) -> None:
        """Check and keep the rows of a batch, of which the first is row `at` of the file."""
        cells = _texts(batch.column(self._columns.id))
        positions = self._ids.get_indexer(pd.Index(cells.to_pandas()))
        unknown = np.flatnonzero(positions < 0)
        if unknown.size and not self._only_known:
            self._refuse_id(cells[int(unknown[0])].as_py(), at + int(unknown[0]))
        self._unknown += unknown.size
        known = np.flatnonzero(positions >= 0)
        if self._columns.wide:
            self._take_wide(batch, at, known, positions[known])
        else:
            self._take_long(batch, at, known, positions[known])

    def _refuse_id(self, text: str | None, row: int) -> None:
        if not text:
            raise self._source.wrong("it is empty", row, self._columns.id)
        raise self._source.wrong(
            f"{text[:60]!r} is no sample of this corpus, which has for example {self._ids[0]}; to take those that are, "
            "use --only-known (only_known=True)",
            row,
            self._columns.id,
        )

    def _take_wide(self, batch: pa.RecordBatch, at: int, known: np.ndarray, positions: np.ndarray) -> None:
        names = list(self._columns.wide)
        matrix = np.empty((batch.num_rows, len(names)), np.float64)
        for j, name in enumerate(names):
            matrix[:, j] = batch.column(name).to_numpy(zero_copy_only=False)
        matrix = self._checked(matrix[known], at, known, names)
        self._refuse_twice(at, known, positions)
        total = matrix.sum(axis=1)
        if self._kind == "fractions":
            over = np.flatnonzero(total > 1 + TOLERANCE)
            if over.size:
                one = int(over[0])
                raise self._source.wrong(
                    f"its fractions add up to {total[one]:.4g}, which is more than 1; if they are probabilities that need not add up, "
                    "say --kind probability (kind='probability')",
                    at + int(known[one]),
                )
            matrix /= np.maximum(total, 1)[:, None]
        table = np.zeros((len(matrix), self._values.shape[1]), np.float32)
        table[:, [self._columns.wide[name] for name in names]] = matrix
        self._values[positions] = table

    def _refuse_twice(self, at: int, known: np.ndarray, positions: np.ndarray) -> None:
        before = self._first[positions]
        again = (before >= 0) | pd.Index(positions).duplicated()
        if again.any():
            one = int(np.flatnonzero(again)[0])
            first = int(before[one])
            if first < 0:
                first = at + int(known[np.flatnonzero(positions == positions[one])[0]])
            raise self._source.wrong(
                f"sample {self._ids[positions[one]]} is there already, in {self._source.unit} {self._source.line(first):,}; "
                "a sample has one row",
                at + int(known[one]),
                self._columns.id,
            )
        self._first[positions] = at + known

    def _checked(self, matrix: np.ndarray, at: int, known: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Numbers divided by what a whole is; NaN, below 0 and above 1 are refused."""
        matrix = matrix / self._whole
        wrong = ~((matrix >= -_EXACT) & (matrix <= 1 + TOLERANCE))
        if wrong.any():
            row, column = (int(one) for one in np.argwhere(wrong)[0])
            value = matrix[row, column] * self._whole
            if np.isnan(value):
                why = "it is empty or not a number; write 0 where a class is not there"
            elif value < 0:
                why = f"{value:.6g} is below 0"
            else:
                why = f"{value:.6g} is more than a whole cell ({self._whole:g})"
                if self._whole != 100:
                    why += "; if 100 is a whole cell, say --whole 100 (whole=100)"
            raise self._source.wrong(why, at + int(known[row]), names[column][:40])
        return np.asarray(np.clip(matrix, 0, 1))

    def _take_long(self, batch: pa.RecordBatch, at: int, known: np.ndarray, positions: np.ndarray) -> None:
        assert self._given is not None
        places = self._places(_texts(batch.column(self._columns.class_column)), at, known)
        if not self._columns.value_column:
            self._refuse_twice(at, known, positions)
            self._values[positions, places] = 1
            return
        name = self._columns.value_column
        cells = batch.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
        numbers = self._checked(cells[known][:, None], at, known, [name])[:, 0]
        again = (
            self._given[positions, places] | pd.Index(positions * self._values.shape[1] + places).duplicated()
        )
        if again.any():
            one = int(np.flatnonzero(again)[0])
            raise self._source.wrong(
                f"class {self._legend.values[places[one]]} of sample {self._ids[positions[one]]} is there twice",
                at + int(known[one]),
                self._columns.class_column,
            )
        self._given[positions, places] = True
        self._values[positions, places] = numbers
        self._first[positions] = at + known

    def _places(self, cells: pa.Array, at: int, known: np.ndarray) -> np.ndarray:
        """The class of each known row, int64."""
        coded = cells.dictionary_encode()
        of = [class_place(self._legend, text) for text in coded.dictionary.to_pylist()]
        table = np.array([-1 if place is None else place for place in [*of, None]], np.int64)
        index = pc.fill_null(coded.indices, len(of)).to_numpy(zero_copy_only=False)
        places = table[index[known]]
        wrong = np.flatnonzero(places < 0)
        if wrong.size:
            row = int(known[wrong[0]])
            text = cells[row].as_py() or ""
            raise self._source.wrong(
                f"{text[:40]!r} is no class of {self._legend.title}, which has {_listed([str(v) for v in self._legend.values])}",
                at + row,
                self._columns.class_column,
            )
        return np.asarray(places)

    def table(self, count: int) -> Table:
        """All that was read, of `count` rows."""
        rows = np.flatnonzero(self._first >= 0)
        if not rows.size:
            raise self._source.wrong("it has no row" if not count else "no row is of a sample of this corpus")
        values = self._values if rows.size == len(self._values) else self._values[rows]
        if not self._columns.wide and self._kind == "fractions":
            total = values.sum(axis=1)
            if (total > 1 + TOLERANCE).any():
                one = int(np.flatnonzero(total > 1 + TOLERANCE)[0])
                raise self._source.wrong(
                    f"the fractions of sample {self._ids[rows[one]]} add up to {total[one]:.4g}, which is more than 1",
                    int(self._first[rows[one]]),
                )
            values /= np.maximum(total, 1)[:, None]
        notes = []
        if self._unknown:
            notes.append(f"{self._unknown:,} rows of samples that this corpus does not have are left out.")
        if self._columns.left:
            notes.append(f"Columns left aside: {_listed(self._columns.left)}.")
        if rows.size < len(self._ids):
            notes.append(f"{len(self._ids) - rows.size:,} of {len(self._ids):,} samples have no opinion.")
        return Table(rows, values, self._kind, tuple(notes))


def _texts(column: pa.Array) -> pa.Array:
    """Cells as text, whole numbers without a point."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        whole = pc.fill_null(pc.equal(column, pc.floor(column)), True)
        if pc.all(whole).as_py():
            column = pc.cast(column, pa.int64())
    return pc.cast(column, pa.string())


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:8])
    return f"{shown} and {len(names) - 8:,} more" if len(names) > 8 else shown


def _short(error: BaseException) -> str:
    text: Any = str(error).strip().splitlines()
    return text[0][:200] if text else type(error).__name__
