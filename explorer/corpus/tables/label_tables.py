"""Label tables: every label of a corpus in one CSV, in either of the two shapes that such a file can have."""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from scipy import sparse

from explorer.core.errors import CorpusFormatError
from explorer.corpus.tables import long_labels, table_cells
from explorer.corpus.tables.class_names import UNCLASSIFIED, ClassNames, class_code, find_classes, positions
from explorer.corpus.tables.cut_tables import (
    CutError,
    DamagedError,
    TooLargeError,
    WholeLines,
    id_in_row,
    ids_in_rows,
)
from explorer.corpus.tables.ids import is_valid, valid_ids
from explorer.corpus.tables.label_scale import MAX_VALUE
from explorer.corpus.tables.labels import Fractions, LabelsFound, stored_matrix
from explorer.corpus.tables.settling import Blanks, settle

MAX_DECODED_BYTES = 4 * 2**30
"""Far above any label table of 500,000 samples (about 120 MB); what a compressed file may not exceed."""
MAX_RATIO = 300
"""Times that a file may grow when it is unpacked, beyond `FREE_BYTES`. A table of one class only grows 116 times, a bomb 1,000."""
FREE_BYTES = 64 * 2**20

_BLOCK = 8 * 2**20
_ID_COLUMNS = ("sample_id", "sampleid", "id", "sample", "cell_id", "location_id", "location")
_CLASS_COLUMNS = ("clc_code", "clc", "class", "label", "code", "clc_class", "class_id", "class_code", "clc_id",
                  "class_name", "label_id", "code_18", "grid_code", "gridcode", "clc_2018", "clc2018", "clc_18",
                  "clc18", "land_cover", "landcover")  # fmt: skip
_VALUE_COLUMNS = ("fraction", "percentage", "percent", "area", "value", "proportion", "share", "pct", "cover",
                  "coverage", "area_fraction", "area_percentage", "area_ha", "hectares", "ha", "area_m2", "area_km2",
                  "shape_area", "pixels", "pixel_count", "n_pixels", "count")  # fmt: skip
_BEFORE = re.compile(r'^"?sep=.|^#', re.IGNORECASE)
"""A line that spreadsheets and some programs write above the header."""
_PIVOT_ROWS = 1_000
"""Rows that tell how a table writes 0."""
_COMMAS = "numbers with a decimal comma need quotes, or a semicolon between fields"


@dataclass(frozen=True, slots=True)
class LabelTable:
    """Fractions as read, how they were written, and what was skipped, for people to read."""

    fractions: Fractions
    found: LabelsFound
    warnings: tuple[str, ...]


class Bounded(io.RawIOBase):
    """A readable stream that fails with `CorpusFormatError` once it gave more than `limit` bytes."""

    def __init__(self, stream: Any, key: str, limit: int | None, below: IO[bytes]) -> None:
        self._stream, self._key, self._below = stream, key, below
        self._limit = MAX_DECODED_BYTES if limit is None else limit
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            # what a longer read had got before it failed would be lost
            data = self._stream.read1(len(buffer))
        except (OSError, EOFError, zlib.error) as error:
            # bytes that a checksum says are wrong, or that do not unpack, may be wrong before that is found out
            cut = isinstance(error, EOFError) or (self._given and str(error).startswith("Not a gzipped file"))
            kind = CutError if cut else DamagedError
            raise kind(self._key, f"damaged or truncated ({error})") from error
        self._given += len(data)
        if self._given > self._limit:
            raise TooLargeError(self._key, f"unpacks to more than {self._limit:,} bytes; refused")
        if self._given > FREE_BYTES and self._given > MAX_RATIO * self._below.tell():
            raise TooLargeError(self._key, f"unpacks to more than {MAX_RATIO} times its size; refused")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        self._below.close()  # gzip leaves the file that it reads open
        super().close()


def open_bounded(source: bytes | os.PathLike[str], key: str, limit: int | None = None) -> io.BufferedReader:
    """A file's content, unpacked where it is gzip (told by its first bytes), with a bound on its size."""
    below: Any = io.BytesIO(source) if isinstance(source, bytes) else open(Path(source), "rb")  # noqa: SIM115 - closed with the reader
    packed = below.read(2) == b"\x1f\x8b"
    below.seek(0)
    stream: Any = gzip.GzipFile(fileobj=below) if packed else below
    return io.BufferedReader(Bounded(stream, key, limit, below), 2**20)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things are in a table; columns are counted from 0."""

    names: list[str]
    delimiter: str
    encoding: str
    header: int  # lines up to and with the header
    id_column: int
    wide: dict[int, int]  # column -> code of its class; empty in the long shape
    class_column: int = -1
    value_column: int = -1  # none in a long table that only names the classes of a sample
    decimal_comma: bool = False
    grid: bool = False
    notes: tuple[str, ...] = ()


def read_table(
    source: bytes | os.PathLike[str],
    key: str,
    mappings: Mapping[str, int] | None = None,
    progress: Callable[[int], None] | None = None,
    scale: float | None = None,
) -> LabelTable:
    """Every label of a `.csv` or `.csv.gz`, wide or long, on any scale.

    `mappings` gives other names of the classes (`read_mappings`); `progress` hears of rows read; `scale` is what a whole
    cell is written as, where somebody knows. Rows with an invalid id, and cells that are no numbers, are skipped and
    reported; of a packed file that was cut, what came before is read. Raises `CorpusFormatError` where the file is not
    such a table; `read_ids` may still find samples in it.
    """
    most = 0

    def tell(done: int) -> None:
        nonlocal most
        if progress is not None and done > most:
            most = done
            progress(done)

    try:
        with io.BufferedReader(WholeLines(open_bounded(source, key))) as stream:
            layout = _layout(stream, key, mappings or {})
        threads = _size(source) > _BLOCK // 8
        try:
            lines = WholeLines(open_bounded(source, key))
            with io.BufferedReader(lines, 2**20) as stream:
                rows = _read(stream, layout, tell, located=False, threads=threads)
        except pa.ArrowInvalid:  # some cell is no number: it has to be found
            lines = WholeLines(open_bounded(source, key))
            with io.BufferedReader(lines, 2**20) as stream:
                rows = _read(stream, layout, tell, located=True, threads=False)
    except (pa.ArrowInvalid, csv.Error, UnicodeError) as error:
        raise CorpusFormatError(key, f"not readable as CSV ({str(error).splitlines()[0][:160]})") from error
    table = _finish(rows, key, layout, mappings or {}, scale)
    if lines.cut is None:
        return table
    cut = (
        f"{lines.cut}; the {sum(map(len, rows.ids)):,} rows before are read, and what came after is not there"
    )
    return replace(table, warnings=(cut, *table.warnings))


def read_ids(source: bytes | os.PathLike[str], key: str) -> list[str]:
    """The sample ids in a table of labels that is not understood otherwise. Raises `CorpusFormatError` for a bomb."""
    return ids_in_rows(open_bounded(source, key))


def _size(source: bytes | os.PathLike[str]) -> int:
    return len(source) if isinstance(source, bytes) else Path(source).stat().st_size


def read_mappings(data: bytes, key: str) -> dict[str, int]:
    """Other names of the level-3 classes, lower case -> code, from the corpus's CSV of label mappings.

    A column counts where it names each class differently. Raises `CorpusFormatError`.
    """
    try:
        rows = list(csv.reader(io.StringIO(data[: 2**20].decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise CorpusFormatError(key, f"not readable as CSV ({error})") from error
    names: dict[str, int] = {}
    width = min((len(row) for row in rows if row), default=0)
    body = rows[1:]
    for code_column in range(width):
        codes = [class_code(row[code_column]) if row else None for row in body]
        if not any(codes) or len({c for c in codes if c}) != sum(c is not None for c in codes):
            continue
        for column in range(width):
            texts = {row[column].strip().lower(): c for row, c in zip(body, codes, strict=True) if c and row}
            if len(texts) == sum(c is not None for c in codes):
                for text, code in texts.items():
                    names.setdefault(text, int(code))
        break
    return names


def _layout(stream: io.BufferedReader[Any], key: str, mappings: Mapping[str, int]) -> _Layout:
    data = stream.read(2**18)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    lines = data.decode(encoding, errors="replace").splitlines()
    if len(data) == 2**18:
        lines.pop()  # it may be cut
    header = next((i for i, line in enumerate(lines) if line.strip() and not _BEFORE.match(line)), None)
    if header is None:
        raise CorpusFormatError(key, "it is empty")
    delimiter = max(",;\t|", key=lines[header].count)
    names, *rows = csv.reader(
        [line for line in lines[header : header + 2_000] if line.strip()], delimiter=delimiter
    )
    lower = [name.strip().lower() for name in names]
    whole = [row for row in rows[:20] if len(row) == len(names)]
    if rows and not any(len(row) == len(names) for row in rows):
        raise CorpusFormatError(
            key,
            f"its header has {len(names)} fields and its first row {len(rows[0])}; {_COMMAS} "
            f"(line {header + 2}: {delimiter.join(rows[0])[:80]!r})",
        )
    by_name = [lower.index(name) for name in _ID_COLUMNS if name in lower]
    # the values tell the id column better than its name, which nobody has published
    by_value = [i for i in (*by_name, *range(len(names))) if any(is_valid(row[i].strip()) for row in whole)]
    if not by_value and not by_name:
        raise CorpusFormatError(key, f"no column holds sample ids; its columns are {_some(names)}")
    id_column = (by_value or by_name)[0]
    comma = table_cells.decimal_comma(cell for row in rows for cell in row)
    others = [name for i, name in enumerate(names) if i != id_column]
    found = find_classes(dict.fromkeys(others), mappings)
    if found.found:
        wide, notes = _wide_columns(names, id_column, found)
        return _Layout(
            names, delimiter, encoding, header + 1, id_column, wide,
            decimal_comma=comma, grid=found.grid, notes=tuple(notes),
        )  # fmt: skip
    classes = [lower.index(n) for n in _CLASS_COLUMNS if n in lower and lower.index(n) != id_column]
    values = [lower.index(n) for n in _VALUE_COLUMNS if n in lower and lower.index(n) != id_column]
    if not values:
        named = _presence_column(names, id_column, classes, whole, mappings)
        if named is not None:
            note = f"no column holds numbers: a row is taken to say that its sample has the class in column {names[named]!r}"
            return _Layout(names, delimiter, encoding, header + 1, id_column, {}, named, notes=(note,))
    if not classes or not values:
        raise CorpusFormatError(
            key,
            f"line {header + 1}: neither a column a class (clc_111 ...) nor class and fraction columns in {_some(names)}"
            + (f"; {found.why}" if found.why else ""),
        )
    return _Layout(
        names, delimiter, encoding, header + 1, id_column, {}, classes[0], values[0], decimal_comma=comma
    )


def _presence_column(
    names: list[str],
    id_column: int,
    classes: list[int],
    rows: list[list[str]],
    mappings: Mapping[str, int],
) -> int | None:
    """The column that names classes, in a table where no other one could hold a share of them."""
    others = [i for i in range(len(names)) if i != id_column]
    named = classes[0] if classes else others[0] if len(others) == 1 else None
    if named is None or not rows:
        return None
    texts = dict.fromkeys(row[named].strip() for row in rows)
    if not find_classes(texts, mappings, all_classes=True, grid_codes="grid" in names[named].lower()).found:
        return None
    numbers = table_cells.any_number(row[i] for i in others if i != named for row in rows)
    return None if numbers else named


def _wide_columns(names: list[str], id_column: int, found: ClassNames) -> tuple[dict[int, int], list[str]]:
    wide: dict[int, int] = {}
    again: list[str] = []
    for i, name in enumerate(names):
        code = found.codes.get(name) if i != id_column else None
        if code is None:
            continue
        if code in wide.values() and code != UNCLASSIFIED:
            again.append(name)
        else:
            wide[i] = code
    notes = []
    if again:
        notes.append(f"columns {_some(again)} are of a class that has a column already; the first counts")
    if found.strange:
        notes.append(
            f"columns are named like classes that CORINE does not have: {_some(found.strange)}; left out"
        )
    return wide, notes


@dataclass(slots=True)
class _Rows:
    """What was read: ids, and a part a batch, of cells that may be NaN (no value) or infinite (no number)."""

    ids: list[pa.Array]
    parts: list[Any]
    cells: table_cells.Cells
    blank: list[np.ndarray] = field(default_factory=list)  # rows that have an empty cell, a batch each
    zeros: bool = False  # whether a cell says 0
    malformed: list[int | None] = field(default_factory=list)
    """Lines that do not have the fields of the header; None where they are not known."""
    first_malformed: str = ""
    unread_ids: dict[str, None] = field(default_factory=dict)


def _read(
    stream: io.BufferedReader[Any],
    layout: _Layout,
    progress: Callable[[int], None],
    *,
    located: bool,
    threads: bool,
) -> _Rows:
    """Read all rows; `located`: cells that are no numbers are found and said, else they raise `ArrowInvalid`."""
    columns = {layout.id_column: pa.binary() if located else pa.string()}
    if layout.wide:
        columns |= dict.fromkeys(layout.wide, pa.binary() if located else pa.float32())
    else:
        columns[layout.class_column] = pa.binary() if located else pa.string()
        if layout.value_column >= 0:
            columns[layout.value_column] = pa.binary() if located else pa.float64()
    read = _Rows([], [], table_cells.Cells())

    def skip(row: Any) -> str:
        if not read.malformed:
            at = f"line {row.number:,}: " if row.number is not None else ""
            read.first_malformed = f"{at}{row.text[:80]!r}"
        read.malformed.append(row.number)
        sample_id = id_in_row(row.text, layout.id_column)
        if sample_id is not None:
            read.unread_ids[sample_id] = None
        return "skip"

    fast_comma = layout.decimal_comma and layout.delimiter != ","
    reader = pacsv.open_csv(
        pa.PythonFile(stream, mode="r"),
        read_options=pacsv.ReadOptions(
            block_size=_BLOCK, use_threads=threads, skip_rows=layout.header,
            # names in a file may come twice
            column_names=[str(i) for i in range(len(layout.names))],
            encoding="utf-16" if layout.encoding == "utf-16" else "utf8",
        ),
        parse_options=pacsv.ParseOptions(delimiter=layout.delimiter, invalid_row_handler=skip),
        convert_options=pacsv.ConvertOptions(
            column_types={str(i): kind for i, kind in columns.items()},
            include_columns=[str(i) for i in columns],
            null_values=[""],
            strings_can_be_null=False,
            decimal_point="," if fast_comma else ".",
        ),
    )  # fmt: skip
    done = 0
    with reader:
        for batch in reader:
            ids = batch.column(str(layout.id_column))
            read.ids.append(table_cells.texts(ids))
            parse = _Batch(batch, layout, read, done, located)
            read.parts.append(parse.wide() if layout.wide else parse.long())
            done += batch.num_rows
            progress(done)
    return read


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some rows of a table, `done` rows after its header."""

    batch: pa.RecordBatch
    layout: _Layout
    read: _Rows
    done: int
    located: bool

    def wide(self) -> sparse.csr_matrix:
        dense = np.zeros((self.batch.num_rows, len(positions()) + 1), np.float32)
        blank = np.zeros(self.batch.num_rows, bool)
        where = positions() | {UNCLASSIFIED: len(positions())}
        for column, code in self.layout.wide.items():
            dense[:, where[code]] += self._numbers(column, blank)
        self.read.blank.append(blank)
        empty = np.isnan(dense)
        if len(dense) >= _PIVOT_ROWS and 3 * empty.any(axis=1).sum() > len(dense):
            dense[empty] = 0  # the table's way to write 0; kept, they would fill the memory
        return sparse.csr_matrix(dense)

    def long(self) -> tuple[pa.Array, np.ndarray]:
        classes = table_cells.texts(self.batch.column(str(self.layout.class_column))).dictionary_encode()
        blank = np.zeros(self.batch.num_rows, bool)
        self.read.blank.append(blank)
        if self.layout.value_column < 0:
            return classes, np.ones(self.batch.num_rows)
        return classes, self._numbers(self.layout.value_column, blank)

    def _numbers(self, column: int, blank: np.ndarray) -> np.ndarray:
        """The cells of a column; an empty one is 0, as pivot tables leave it, and its row is marked in `blank`."""
        stored = self.batch.column(str(column))
        name = self.layout.names[column]
        text: pa.Array | None = None
        if self.located:
            values, text = table_cells.numbers(stored, self.layout.decimal_comma)
            nothing = pc.equal(text, "").to_numpy(zero_copy_only=False)
        else:
            values = stored.fill_null(0).to_numpy(zero_copy_only=False)
            nothing = stored.is_null().to_numpy(zero_copy_only=False) if stored.null_count else None
        if nothing is None:
            self.read.zeros |= bool(values.size) and not values.all()
        else:
            blank |= nothing
            self.read.zeros |= bool(((values == 0) & ~nothing).any())
        if not values.size or (values.min() >= 0 and values.max() <= MAX_VALUE):  # neither is true of NaN
            return values
        cells = self.read.cells
        empty = np.isnan(values)
        bad = ~empty & ~((values >= 0) & (values <= MAX_VALUE))
        if bad.any() and not self.located:
            raise pa.ArrowInvalid("a number that is none of a label")
        for kind, which in (("bad", bad), ("empty", empty)):
            rows = np.flatnonzero(which)
            if rows.size:
                shown = (
                    (self._line(i), name, str(values[i] if text is None else text[i]))
                    for i in rows[:3].tolist()
                )
                cells.note(kind, rows.size, shown)
                if kind == "bad" and text is not None and not cells.thousands:
                    cells.thousands = table_cells.has_thousands(text.take(rows))
        return np.where(bad, np.inf, values)

    def _line(self, row: int) -> int | None:
        """The line of a row in its file, from 1; empty lines are not counted."""
        if None in self.read.malformed:  # threads do not say which
            return None
        line = self.layout.header + 1 + self.done + row
        for number in sorted(n for n in self.read.malformed if n is not None):
            line += number <= line
        return line


def _finish(
    read: _Rows, key: str, layout: _Layout, mappings: Mapping[str, int], scale: float | None
) -> LabelTable:
    ids = pa.chunked_array(read.ids, pa.string()).combine_chunks()
    warnings = [f"{key}: {note}" for note in layout.notes]
    if read.malformed:
        warnings.append(
            f"{key}: {len(read.malformed):,} rows do not have {len(layout.names)} fields; skipped, and samples that have "
            f"no other row are without label (first: {read.first_malformed}); {_COMMAS}"
        )
    cells = read.cells
    if cells.bad:
        warnings.append(
            f"{key}: {cells.bad:,} cells are no number from 0 to {MAX_VALUE:,.0f}; their samples are taken as without label "
            f"({'; '.join(cells.first_bad)})"
            + (
                "; numbers such as '162,000' are not guessed: write them without a separator"
                if cells.thousands
                else ""
            )
        )
    valid = valid_ids(ids)
    if not valid.all():
        warnings.append(_skipped(key, "rows have no valid sample id", ids.filter(pa.array(~valid))))
    grid = layout.grid
    if layout.wide:
        index, matrix, blank = _join_wide(ids, read, valid, key, warnings)
    else:
        index, matrix, blank, grid = _join_long(ids, read, valid, key, layout, mappings, scale, warnings)
    unread = pd.Index(list(read.unread_ids), dtype="str", name="sample_id").difference(index, sort=False)
    if len(unread):
        index = index.append(unread)
        matrix = sparse.csr_matrix(sparse.vstack([matrix, sparse.csr_matrix((len(unread), matrix.shape[1]))]))
        blank = np.append(blank, np.zeros(len(unread), bool))
    if grid:
        warnings.append(f"{key}: classes are CORINE's grid codes (1 to 44), read so")
    first = cells.first_empty[0] if cells.first_empty else ""
    given: float | LabelsFound | None = scale
    if not layout.wide and layout.value_column < 0:
        given = LabelsFound("long", 1.0, len(index), presence=True)
    blanks = Blanks(blank, read.zeros)
    settled = settle(
        index, matrix, "wide" if layout.wide else "long", key, given, empty_cells=first, blanks=blanks
    )
    found = settled.found
    if grid:
        found = replace(found, what=f"{found.what}, classes by grid code (1 to 44)")
    return LabelTable(settled.fractions, found, (*warnings, *settled.warnings))


def _join_wide(
    ids: pa.Array, read: _Rows, valid: np.ndarray, key: str, warnings: list[str]
) -> tuple[pd.Index, sparse.csr_matrix, np.ndarray]:
    matrix = sparse.csr_matrix(sparse.vstack(read.parts)) if read.parts else stored_matrix({})
    blank = np.concatenate([np.zeros(0, bool), *read.blank])
    index = pd.Index(ids.to_pandas(), dtype="str", name="sample_id")
    twice = valid & index.duplicated()
    if twice.any():
        warnings.append(
            _skipped(key, "rows repeat a sample; its first row counts", ids.filter(pa.array(twice)))
        )
    keep = valid & ~twice
    if keep.all():
        return index, matrix, blank
    return index[keep], sparse.csr_matrix(matrix[np.flatnonzero(keep)]), blank[keep]


def _join_long(
    ids: pa.Array,
    read: _Rows,
    valid: np.ndarray,
    key: str,
    layout: _Layout,
    mappings: Mapping[str, int],
    scale: float | None,
    warnings: list[str],
) -> tuple[pd.Index, sparse.csr_matrix, np.ndarray, bool]:
    parts = read.parts
    column_of = positions() | {UNCLASSIFIED: len(positions())}
    names = dict.fromkeys(str(name) for encoded, _ in parts for name in encoded.dictionary.to_pylist())
    header = layout.names[layout.class_column].lower()
    found = find_classes(names, mappings, all_classes=True, grid_codes="grid" in header)
    columns = [np.zeros(0, np.int64)]
    for encoded, _ in parts:
        given = [column_of.get(found.codes.get(str(n), 0), -1) for n in encoded.dictionary.to_pylist()]
        columns.append(np.array(given, np.int64)[encoded.indices.to_numpy(zero_copy_only=False)])
    column = np.concatenate(columns)
    value = np.concatenate([np.zeros(0), *(values for _, values in parts)])
    strange = [*found.strange, *(["(empty)"] if "" in names else [])]
    if strange:
        warnings.append(f"{key}: classes that CORINE does not have are left out: {_some(strange)}")
    if column.size and not found.codes:
        why = f"; {found.why}" if found.why else ""
        raise CorpusFormatError(key, f"no row names a CORINE class; found {_some(strange)}{why}")
    codes, uniques = pd.factorize(ids.to_pandas())
    keep = np.flatnonzero(valid & (column >= 0))
    blank = np.concatenate([np.zeros(0, bool), *read.blank])
    blank = np.bincount(codes[keep], blank[keep], len(uniques)) > 0
    presence = layout.value_column < 0
    joined = long_labels.join(
        codes[keep], column[keep], value[keep], np.asarray(uniques), scale, presence=presence
    )
    warnings += [f"{key}: {text}" for text in joined.warnings]
    keep = keep[joined.rows]
    # a sample whose every row is strange is still a sample
    shape = (len(uniques), len(column_of))
    matrix = sparse.csr_matrix((value[keep], (codes[keep], column[keep])), shape=shape, dtype=np.float64)
    rows = np.flatnonzero(valid_ids(pa.array(uniques, pa.string())))
    index = pd.Index(uniques[rows], dtype="str", name="sample_id")
    return index, sparse.csr_matrix(matrix[rows]), blank[rows], found.grid


def _skipped(key: str, what: str, ids: pa.Array) -> str:
    return f"{key}: {len(ids):,} {what} (first: {_some([str(i) for i in ids[:3].to_pylist()], 3)})"


def _some(names: list[str], count: int = 8) -> str:
    shown = ", ".join(repr(name[:40]) for name in names[:count])
    return shown + (" ..." if len(names) > count else "")
