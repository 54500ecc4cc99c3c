"""Features out of a file that somebody else made: Parquet with `sample_id`, and a column of vectors or a column a dimension."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from explorer.core.errors import FeaturesError
from explorer.corpus.tables import parquet_bounds
from explorer.similar.feature_table import MAX_BYTES, MAX_COLUMNS

ID = "sample_id"
_ROWS = 20_000
_SHOWN = 3
Read = tuple[list[str], np.ndarray, np.ndarray]


def read(file: Path | pd.DataFrame, samples: pd.Index, *, only_known: bool = False) -> Read:
    """Names of the columns, ids (str, `(n,)`) and numbers (float32 `(n, columns)`) of a Parquet file, or of a frame with `sample_id` as index or column.

    A column of lists (all of one length) gives `NAME_0`, `NAME_1` ...; else every other column is a number, but for the index of a frame that pandas wrote. `samples` are the
    corpus's ids. `only_known`: rows of other samples are left out. Raises `FeaturesError` for what is no such table, for ids that the
    corpus has not, ids that stand twice, numbers that are missing or not finite, and for more than `MAX_COLUMNS` or `MAX_BYTES`.
    """
    if isinstance(file, pd.DataFrame):
        where = "the frame"
        frame = file if ID in file.columns else file.rename_axis(ID).reset_index()
        try:
            return _of_table(pa.Table.from_pandas(frame, preserve_index=False), where, samples, only_known)
        except pa.ArrowException as error:
            raise FeaturesError(where, f"cannot be read as a table ({_short(error)})") from error
    where = str(file)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise FeaturesError(where, f"has more than {MAX_BYTES / 2**30:.0f} GB")
        with pq.ParquetFile(file, memory_map=True) as source:
            rows, width = source.metadata.num_rows, len(source.schema_arrow.names)
            if width > MAX_COLUMNS + 1:
                raise FeaturesError(where, f"has {width:,} columns; at most {MAX_COLUMNS:,} are taken")
            if rows > 2 * len(samples) + 1_000_000:
                raise FeaturesError(where, f"has {rows:,} rows, and the corpus {len(samples):,} samples")
            _check_unpacked(file, source)
            return _of_table(source.read(), where, samples, only_known)
    except FeaturesError:
        raise
    except parquet_bounds.TooLargeError as error:
        raise FeaturesError(where, _short(error)) from error
    except (OSError, pa.ArrowException, MemoryError) as error:
        raise FeaturesError(where, f"cannot be read as Parquet ({_short(error)})") from error


def _check_unpacked(path: Path, source: pq.ParquetFile) -> None:
    """Raises `TooLargeError` where the file's pages unpack to more than is taken."""
    names = set(source.schema_arrow.names)
    with open(path, "rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        whole = memoryview(data)
        try:
            parquet_bounds.unpacked(whole, source, names, MAX_BYTES)
        finally:
            whole.release()


def _of_table(table: pa.Table, where: str, samples: pd.Index, only_known: bool) -> Read:
    if ID not in table.column_names:
        raise FeaturesError(where, f"has no column {ID}; its columns are {', '.join(table.column_names[:8])}")
    ids = table.column(ID).combine_chunks()
    if not (pa.types.is_string(ids.type) or pa.types.is_large_string(ids.type)) or ids.null_count:
        raise FeaturesError(where, "ids are texts, one in each row", ID)
    found = pd.Index(ids.to_numpy(zero_copy_only=False))
    place = samples.get_indexer(found)
    if (place < 0).any() and not only_known:
        strange = found[place < 0]
        raise FeaturesError(
            where, f"{len(strange):,} ids are of no sample of this corpus ({_some(strange)}); --only-known leaves them out", ID
        )  # fmt: skip
    keep = np.flatnonzero(place >= 0)
    if not len(keep):
        raise FeaturesError(where, "holds no sample of this corpus", ID)
    if len(keep) < len(found):
        table, found = table.take(pa.array(keep)), found[keep]
    if found.has_duplicates:
        raise FeaturesError(
            where, f"samples that stand twice: {_some(found[found.duplicated()].unique())}", ID
        )
    index = _index_columns(table.schema)
    others = [name for name in table.column_names if name != ID and name not in index]
    if not others:
        raise FeaturesError(where, f"has {ID} alone, and no numbers")
    lists = [name for name in others if _is_list(table.schema.field(name).type)]
    if lists:
        names, values = _vectors(table, where, lists)
    else:
        names, values = others, _columns(table, where, others)
    wrong = ~np.isfinite(values)
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        raise FeaturesError(
            where, f"{int(wrong.sum()):,} numbers are missing or not finite, the first of {found[row]}", names[column]
        )  # fmt: skip
    return names, found.to_numpy(object), values


def _index_columns(schema: pa.Schema) -> set[str]:
    """Columns that pandas wrote of a frame's index: numbers of rows, which say nothing of a sample."""
    try:
        told = schema.pandas_metadata
    except (ValueError, RecursionError):  # no JSON
        told = None
    named = told.get("index_columns") if isinstance(told, dict) else None
    return {name for name in named if isinstance(name, str)} if isinstance(named, list) else set()


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _vectors(table: pa.Table, where: str, lists: list[str]) -> tuple[list[str], np.ndarray]:
    if len(lists) > 1:
        raise FeaturesError(
            where, f"has several columns of vectors ({', '.join(lists[:5])}); give a file with one"
        )
    name = lists[0]
    column = table.column(name).combine_chunks()
    lengths = pc.unique(pc.list_value_length(column)).to_pylist()
    if len(lengths) != 1 or not lengths[0]:
        raise FeaturesError(
            where, f"vectors are of lengths {', '.join(map(str, lengths[:5]))}; all are to be of one", name
        )
    width = int(lengths[0])
    if width > MAX_COLUMNS:
        raise FeaturesError(where, f"vectors have {width:,} numbers; at most {MAX_COLUMNS:,} are taken", name)
    flat = column.flatten()
    values = _numbers(flat, where, name).reshape(len(table), width)
    return [f"{name}_{i}" for i in range(width)], values


def _columns(table: pa.Table, where: str, names: list[str]) -> np.ndarray:
    values = np.empty((len(table), len(names)), np.float32)
    for i, name in enumerate(names):
        values[:, i] = _numbers(table.column(name).combine_chunks(), where, name)
    return values


def _numbers(column: pa.Array, where: str, name: str) -> np.ndarray:
    kind = column.type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        raise FeaturesError(where, f"holds {kind}, not numbers", name)
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, and told
        return np.asarray(column.to_numpy(zero_copy_only=False), np.float32)


def _some(ids: pd.Index) -> str:
    more = f" and {len(ids) - _SHOWN:,} more" if len(ids) > _SHOWN else ""
    return ", ".join(str(one)[:40] for one in ids[:_SHOWN]) + more


def _short(error: BaseException) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
