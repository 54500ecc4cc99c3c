"""Label tables: every label of a corpus in one CSV, in either of the two shapes that such a file can have."""

from __future__ import annotations

import csv
import gzip
import io
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from scipy import sparse

from explorer import nomenclature
from explorer.corpus.ids import is_valid, valid_ids
from explorer.corpus.labels import (
    PERCENT,
    TOLERANCE,
    Fractions,
    LabelsFound,
    class_code,
    find_scale,
    no_fractions,
    positions,
)
from explorer.errors import CorpusFormatError

MAX_DECODED_BYTES = 4 * 2**30
"""Far above any label table of 500,000 samples (about 120 MB); what a compressed file may not exceed."""
MAX_RATIO = 300
"""Times that a file may grow when it is unpacked, beyond `FREE_BYTES`. A table of one class only grows 116 times, a bomb 1,000."""
FREE_BYTES = 64 * 2**20

_BLOCK = 8 * 2**20
_ID_COLUMNS = ("sample_id", "sampleid", "id", "sample", "cell_id", "location_id", "location")
_CLASS_COLUMNS = ("clc_code", "clc", "class", "label", "code", "clc_class", "class_id", "class_code", "clc_id",
                  "class_name", "label_id", "code_18")  # fmt: skip
_VALUE_COLUMNS = ("fraction", "percentage", "percent", "area", "value", "proportion", "share", "pct", "cover",
                  "coverage", "area_fraction", "area_percentage")  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelTable:
    """Fractions as read, how they were written, and what was skipped, for people to read."""

    fractions: Fractions
    found: LabelsFound
    warnings: tuple[str, ...]


class Bounded(io.RawIOBase):
    """A readable stream that fails with `CorpusFormatError` once it gave more than `limit` bytes."""

    def __init__(self, stream: IO[bytes], key: str, limit: int | None, below: IO[bytes]) -> None:
        self._stream, self._key, self._below = stream, key, below
        self._limit = MAX_DECODED_BYTES if limit is None else limit
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except (OSError, EOFError, zlib.error) as error:
            raise CorpusFormatError(self._key, f"damaged or truncated ({error})") from error
        self._given += len(data)
        if self._given > self._limit:
            raise CorpusFormatError(self._key, f"unpacks to more than {self._limit:,} bytes; refused")
        if self._given > FREE_BYTES and self._given > MAX_RATIO * self._below.tell():
            raise CorpusFormatError(self._key, f"unpacks to more than {MAX_RATIO} times its size; refused")
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
    names: list[str]
    delimiter: str
    id_column: str
    wide: dict[str, int]  # column -> position of its class; empty in the long shape
    class_column: str = ""
    value_column: str = ""


def read_table(
    source: bytes | os.PathLike[str],
    key: str,
    mappings: Mapping[str, int] | None = None,
    progress: Callable[[int], None] | None = None,
) -> LabelTable:
    """Every label of a `.csv` or `.csv.gz`, wide or long, to 1 or to 100.

    `mappings` gives other names of the classes (`read_mappings`); `progress` hears of rows read. Rows with an
    invalid id, or values that are no fractions, are skipped and reported. Raises `CorpusFormatError` where the
    file is not such a table.
    """
    try:
        with open_bounded(source, key) as stream:
            layout = _layout(stream, key, mappings or {})
        with open_bounded(source, key) as stream:
            return _read(stream, key, layout, mappings or {}, progress)
    except (pa.ArrowInvalid, csv.Error) as error:
        raise CorpusFormatError(key, f"not readable as CSV ({str(error).splitlines()[0][:160]})") from error


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


def _layout(stream: io.BufferedReader, key: str, mappings: Mapping[str, int]) -> _Layout:
    head = stream.read(2**18).decode("utf-8-sig", errors="replace")
    lines = [line for line in head.splitlines() if line.strip()]
    if not lines:
        raise CorpusFormatError(key, "it is empty")
    delimiter = max(",;\t|", key=lines[0].count)
    names, *rows = csv.reader(lines[:20], delimiter=delimiter)
    lower = [name.strip().lower() for name in names]
    # the values tell the id column better than its name, which nobody has published
    first = rows[0] if rows and len(rows[0]) == len(names) else []
    by_value = [name for name, value in zip(names, first, strict=False) if is_valid(value.strip())]
    by_name = [names[lower.index(name)] for name in _ID_COLUMNS if name in lower]
    if not by_value and not by_name:
        raise CorpusFormatError(key, f"no column holds sample ids; its columns are {_some(names)}")
    id_column = (by_value or by_name)[0]
    where = positions()
    wide: dict[str, int] = {}
    for name in names:
        code = class_code(name) or mappings.get(name.strip().lower())
        if code and where[code] not in wide.values():
            wide[name] = where[code]
    if wide:
        return _Layout(names, delimiter, id_column, wide)
    classes = [names[lower.index(n)] for n in _CLASS_COLUMNS if n in lower]
    values = [names[lower.index(n)] for n in _VALUE_COLUMNS if n in lower]
    if not classes or not values:
        raise CorpusFormatError(
            key, f"neither a column a class (clc_111 ...) nor class and fraction columns in {_some(names)}"
        )
    return _Layout(names, delimiter, id_column, {}, classes[0], values[0])


def _read(
    stream: io.BufferedReader,
    key: str,
    layout: _Layout,
    mappings: Mapping[str, int],
    progress: Callable[[int], None] | None,
) -> LabelTable:
    malformed: list[int] = []
    types: dict[str, pa.DataType] = {name: pa.float32() for name in layout.wide}
    types[layout.id_column] = pa.string()
    if not layout.wide:
        types |= {layout.class_column: pa.string(), layout.value_column: pa.float64()}

    def skip(row: Any) -> str:
        malformed.append(row.number or 0)
        return "skip"

    reader = pacsv.open_csv(
        pa.PythonFile(stream, mode="r"),
        read_options=pacsv.ReadOptions(
            block_size=_BLOCK, use_threads=True, column_names=layout.names, skip_rows=1
        ),
        parse_options=pacsv.ParseOptions(delimiter=layout.delimiter, invalid_row_handler=skip),
        convert_options=pacsv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            null_values=["", "NA", "N/A", "NaN", "nan", "null", "None"],
        ),
    )
    ids: list[pa.Array] = []
    parts: list[Any] = []
    done = 0
    with reader:
        for batch in reader:
            ids.append(pc.utf8_trim_whitespace(batch.column(layout.id_column)))
            parts.append(_wide_part(batch, layout) if layout.wide else _long_part(batch, layout))
            done += batch.num_rows
            if progress:
                progress(done)
    all_ids = pa.chunked_array(ids, pa.string()).combine_chunks()
    warnings: list[str] = []
    if malformed:
        warnings.append(f"{key}: {len(malformed)} rows do not have {len(layout.names)} fields; skipped")
    valid = valid_ids(all_ids)
    if not valid.all():
        warnings.append(_skipped(key, "rows have no valid sample id", all_ids.filter(pa.array(~valid))))
    if layout.wide:
        index, matrix = _join_wide(all_ids, parts, valid, key, warnings)
    else:
        index, matrix = _join_long(all_ids, parts, valid, key, mappings, warnings)
    return _finish(index, matrix, key, "wide" if layout.wide else "long", warnings)


def _wide_part(batch: pa.RecordBatch, layout: _Layout) -> sparse.csr_matrix:
    dense = np.zeros((batch.num_rows, len(positions())), np.float32)
    for name, j in layout.wide.items():
        # an empty cell is none of this class, as a pivot table leaves it
        dense[:, j] = batch.column(name).fill_null(0).to_numpy(zero_copy_only=False)
    return sparse.csr_matrix(dense)


def _long_part(batch: pa.RecordBatch, layout: _Layout) -> tuple[pa.Array, np.ndarray]:
    values = batch.column(layout.value_column).fill_null(0).to_numpy(zero_copy_only=False)
    return batch.column(layout.class_column).dictionary_encode(), values


def _join_wide(
    ids: pa.Array, parts: list[Any], valid: np.ndarray, key: str, warnings: list[str]
) -> tuple[pd.Index, sparse.csr_matrix]:
    matrix = sparse.csr_matrix(sparse.vstack(parts)) if parts else no_fractions(0)
    index = pd.Index(ids.to_pandas(), dtype="str", name="sample_id")
    twice = valid & index.duplicated()
    if twice.any():
        warnings.append(
            _skipped(key, "rows repeat a sample; its first row counts", ids.filter(pa.array(twice)))
        )
    keep = valid & ~twice
    if keep.all():
        return index, matrix
    return index[keep], sparse.csr_matrix(matrix[np.flatnonzero(keep)])


def _join_long(
    ids: pa.Array,
    parts: list[Any],
    valid: np.ndarray,
    key: str,
    mappings: Mapping[str, int],
    warnings: list[str],
) -> tuple[pd.Index, sparse.csr_matrix]:
    where = positions()
    columns = [np.zeros(0, np.int64)]
    strange: dict[str, None] = {}
    for encoded, _ in parts:
        names = [str(name) for name in encoded.dictionary.to_pylist()] + [""]
        found = [where.get(_long_class(name, mappings), -1) for name in names]
        strange |= {name: None for name, j in zip(names, found, strict=True) if j < 0 and name}
        columns.append(np.array(found)[encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)])
    column = np.concatenate(columns)
    value = np.concatenate([np.zeros(0), *(values for _, values in parts)])
    if strange:
        warnings.append(f"{key}: classes that CORINE does not have are left out: {_some(list(strange))}")
    if column.size and (column < 0).all():
        raise CorpusFormatError(key, f"no row names a CORINE class; found {_some(list(strange))}")
    codes, uniques = pd.factorize(ids.to_pandas())
    keep = np.flatnonzero(valid & (column >= 0))
    # entries of a sample and class add up; a sample whose every row is strange is still a sample
    matrix = sparse.csr_matrix(
        (value[keep], (codes[keep], column[keep])), shape=(len(uniques), len(where)), dtype=np.float64
    )
    rows = np.flatnonzero(valid_ids(pa.array(uniques, pa.string())))
    return pd.Index(uniques[rows], dtype="str", name="sample_id"), sparse.csr_matrix(matrix[rows])


def _long_class(name: str, mappings: Mapping[str, int]) -> int:
    text = name.strip().lower()
    return class_code(text) or mappings.get(text) or _titles().get(text) or 0


@cache
def _titles() -> dict[str, int]:
    return {c.title.lower(): c.code for c in nomenclature.classes(3)}


def _finish(
    ids: pd.Index, matrix: sparse.csr_matrix, key: str, shape: str, warnings: list[str]
) -> LabelTable:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    limit = PERCENT * (1 + TOLERANCE)
    bad = np.zeros(matrix.shape[0], bool)
    bad[rows[~(np.isfinite(matrix.data) & (matrix.data >= 0) & (matrix.data <= limit))]] = True
    totals = np.asarray(matrix.sum(axis=1), np.float64).ravel()
    scale = find_scale(totals[~bad])
    bad |= ~(totals <= scale * (1 + TOLERANCE))
    if bad.any():
        why = f"samples have values that are not fractions to {scale:g}; taken as without label"
        warnings.append(_skipped(key, why, pa.array(ids[bad], pa.string())))
        matrix.data[bad[rows]] = 0
    matrix.data = np.minimum(matrix.data / scale, 1.0)
    matrix = matrix.astype(np.float32)
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return LabelTable(Fractions(ids, matrix), LabelsFound(shape, scale, len(ids)), tuple(warnings))


def _skipped(key: str, what: str, ids: pa.Array) -> str:
    return f"{key}: {len(ids):,} {what} (first: {_some([str(i) for i in ids[:3].to_pylist()], 3)})"


def _some(names: list[str], count: int = 8) -> str:
    shown = ", ".join(repr(name[:40]) for name in names[:count])
    return shown + (" ..." if len(names) > count else "")
