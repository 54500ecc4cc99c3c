"""Verdicts as files: CSV, GeoJSON, GeoParquet and STAC label items. What was written reads back as the same rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from explorer.core.errors import (
    ExchangeError,
    ExplorerError,
    InvalidQueryError,
    InvalidVerdictError,
    UnknownClassError,
)
from explorer.corpus.tables import csv_safety, formats, parquet_bounds
from explorer.corpus.tables.tables import geojson, geoparquet, terms
from explorer.review import verdicts as model
from explorer.review.records import Receipt, Records
from explorer.review.verdict_table import COLUMNS, plain
from explorer.review.verdicts import Verdict

FORMATS = {name: formats.FORMATS[name] for name in ("csv", "geojson", "parquet")} | {
    "json": "application/geo+json"
}
"""Ending -> media type; `json` is a STAC item collection of label items."""
REQUIRED = ("sample_id", "reviewer", "judgement")
"""Columns that a file of verdicts must have; others of `COLUMNS` may be left out."""
MAX_BYTES = 500_000_000
MAX_ROWS = 2_000_000
_LONGEST_CELL = 100_000
"""Bytes: no field of a verdict may have as many."""
_FREE, _MOST_TIMES = 20_000_000, 100
"""What a Parquet file may unpack to: so many bytes, and so many for each of its own. Ids alone, each another, are a tenth of a verdict."""
_BATCH = 1_000
_WHOLE = ("suggested", "confidence")


def write(records: Records, ending: str, *, reviewer: str | None = None) -> bytes:
    """All rows of a review, or those of one reviewer, oldest first, as the bytes of a file. Raises `InvalidQueryError`."""
    if ending not in FORMATS:
        raise InvalidQueryError(f"no format {ending[:20]!r} for verdicts; there are {', '.join(FORMATS)}")
    rows = [row for row in records.rows() if reviewer is None or row.reviewer == reviewer]
    if ending == "json":
        from explorer.review import exchange_stac  # pystac is only paid for by those who want STAC

        return exchange_stac.write(records, rows, STAC_ROWS)
    texts, about = [plain(row) for row in rows], terms(records.corpus)
    if ending == "geojson":
        return geojson(texts, [row["sample_id"] for row in texts], about, [row["id"] for row in texts])
    return (_csv if ending == "csv" else _parquet)(texts, about)


def read(data: bytes, ending: str, where: str = "the file") -> list[Verdict]:
    """The verdicts of a file. Raises `ExchangeError`, which names line and column, and `InvalidQueryError`."""
    if ending not in FORMATS:
        raise InvalidQueryError(f"verdicts are not read from {ending[:20]!r}; give {', '.join(FORMATS)}")
    if len(data) > MAX_BYTES:
        raise ExchangeError(
            where, f"{len(data):,} bytes are more than a file of verdicts may have ({MAX_BYTES:,})"
        )
    readers = {"csv": _read_csv, "geojson": _read_geojson, "parquet": _read_parquet, "json": _read_geojson}
    found = [_verdict(row, where, line) for line, row in readers[ending](data, where)]
    if not found:
        raise ExchangeError(where, "it has no verdict")
    return found


def load(records: Records, data: bytes, ending: str, where: str = "the file") -> list[Receipt]:
    """Add the verdicts of a file: all, or none where one is wrong; those that are kept already are not kept twice.

    Raises as `read` and `Records.add`.
    """
    verdicts = read(data, ending, where)
    for number, verdict in enumerate(verdicts, 1):
        try:
            if verdict.sample_id not in records.corpus:
                records.corpus.cell(verdict.sample_id)
        except ExplorerError as error:
            raise ExchangeError(
                where, str(error), column="sample_id (verdict " + str(number) + ")"
            ) from error
    return records.add_import(verdicts, where)


def ending_of(path: Path) -> str:
    """`csv` of `verdicts.csv`. Raises `InvalidQueryError` for what is no format."""
    ending = path.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise InvalidQueryError(f"cannot tell the format of {path.name}; name it .{', .'.join(FORMATS)}")
    return ending


def _verdict(row: Mapping[str, Any], where: str, line: int) -> Verdict:
    given: dict[str, Any] = {}
    for name in COLUMNS:
        value = row.get(name)
        if value is None or (value == "" and name not in REQUIRED):
            continue
        try:
            given[name] = _READ[name](value) if name in _READ else value
        except (ExplorerError, ValueError, TypeError, AttributeError, OverflowError) as error:
            said = str(error) if isinstance(error, ExplorerError) else f"{str(value)[:40]!r} cannot be read"
            raise ExchangeError(where, said, line, name) from error
        if name not in _READ and not isinstance(value, str):
            raise ExchangeError(where, f"{str(value)[:40]!r} is no text", line, name)
    missing = [name for name in REQUIRED if name not in given and not _taken_back(row, name)]
    if missing:
        raise ExchangeError(where, "it is empty, and every verdict has it", line, missing[0])
    given.setdefault("judgement", "")
    try:
        return Verdict(**given)
    except InvalidVerdictError as error:
        raise ExchangeError(where, str(error), line, error.name) from error
    except UnknownClassError as error:
        raise ExchangeError(where, str(error), line, "suggested") from error


def _taken_back(row: Mapping[str, Any], name: str) -> bool:
    return name == "judgement" and row.get("kind") == "retraction"


def _number(value: Any) -> float:
    """Also as a spreadsheet writes it where a comma is the decimal point."""
    return float(value.replace(",", ".") if isinstance(value, str) else value)


def _whole(value: Any) -> int:
    number = _number(value)
    if number != int(number) or isinstance(value, bool):
        raise ValueError
    return int(number)


def _yes_or_no(value: Any) -> bool:
    found = value if isinstance(value, bool) else _WORDS.get(str(value).strip().lower())
    if found is None:
        raise ValueError
    return found


_WORDS = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}


def _time(text: str) -> dt.datetime | None:
    found = model.read_time(text)
    return found and model.check_time(found)


_READ: dict[str, Any] = {
    "time": _time, "adjustments": model.read_adjustments, "label": model.read_label,
    "suggested": _whole, "confidence": _whole, "probability": _number,
    "blind": _yes_or_no,
}  # fmt: skip


# -- CSV ------------------------------------------------------------------------------------------------------


def _csv(rows: Sequence[Mapping[str, Any]], about: Mapping[str, str]) -> bytes:
    out = io.StringIO(newline="")
    out.write("\ufeff")  # without it Excel takes the bytes for the machine's own code page
    out.writelines(f"# {name}: {text}\r\n" for name, text in about.items())
    # RFC 4180; and the writer quotes a lone \r or \n only where the line's end has it.
    table = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    table.writerow(COLUMNS)
    table.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"  # a spreadsheet would make TRUE, WAHR or VRAI of true
    if isinstance(value, float):
        return repr(value)
    return "" if value is None else csv_safety.escape(str(value))


def _read_csv(data: bytes, where: str) -> Iterator[tuple[int, dict[str, Any]]]:
    text = _decoded(data, where)
    notes = start = 0
    told = ""
    # A spreadsheet that saves the file again puts a note in quotation marks where it needs them, and fills it up with separators.
    while text.startswith(("#", '"#', "sep="), start):
        stop = (text.find("\n", start) + 1) or len(text)
        if text.startswith("sep=", start):
            told = text[start + 4 : start + 5]
        notes, start = notes + 1, stop
    table = csv.reader(
        io.StringIO(text[start:], newline=""), delimiter=told or _separator(text[start:]), strict=True
    )
    line = notes + 1
    try:
        header = [name.strip() for name in next(table, [])]
        while header and not header[-1]:
            header.pop()
        _check_columns(header, where, line)
        line = notes + table.line_num + 1
        for found in table:
            beyond = found[len(header) :]
            if any(found) and (len(found) < len(header) or any(beyond)):
                raise ExchangeError(where, f"it has {len(found)} cells, the header {len(header)}", line)
            if any(found):
                yield line, {n: csv_safety.original(c) for n, c in zip(header, found, strict=False)}
            line = notes + table.line_num + 1
    except csv.Error as error:
        raise ExchangeError(where, f"not readable as CSV ({error})", line) from error


def _decoded(data: bytes, where: str) -> str:
    """UTF-8, or UTF-16 with its mark, as a spreadsheet's Unicode text."""
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ExchangeError(where, "it is not UTF-8 text; save it as CSV UTF-8", line) from error


def _separator(text: str) -> str:
    """What the header's columns are separated by: comma, semicolon or tab; the one that names the columns that must be there."""
    header = text[: (text.find("\n") + 1) or len(text)]
    for mark in (",", ";", "\t"):
        names = {name.strip().strip('"') for name in header.strip().split(mark)}
        if set(REQUIRED) <= names:
            return mark
    return max(",;\t", key=header.count)


def _check_columns(names: Sequence[str], where: str, line: int | None = None) -> None:
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise ExchangeError(
            where,
            f"it has no column {missing[0]}; a file of verdicts has at least {', '.join(REQUIRED)}",
            line,
            missing[0],
        )
    for name in names:
        if name not in COLUMNS:
            raise ExchangeError(
                where, f"the column is unknown; there are {', '.join(COLUMNS)}", line, repr(str(name)[:40])
            )
        if list(names).count(name) > 1:
            raise ExchangeError(where, "the column is there twice", line, name)


# -- GeoJSON, and STAC items, which are GeoJSON features ----------------------------------------------------------


def _read_geojson(data: bytes, where: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise ExchangeError(where, f"not readable as JSON ({type(error).__name__})", line) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise ExchangeError(where, "it is no FeatureCollection")
    number = 0
    for feature in features:
        found = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(found, dict):
            raise ExchangeError(where, "a feature has no properties", number + 1)
        # A STAC item holds all verdicts of its sample.
        rows = found.get(STAC_ROWS, [found])
        if not isinstance(rows, list):
            raise ExchangeError(where, "it is no list", number + 1, STAC_ROWS)
        for row in rows:
            number += 1
            if not isinstance(row, dict):
                raise ExchangeError(where, "a verdict is no object", number)
            _check_columns(list(row), where, number)
            yield number, row


STAC_ROWS = "explorer:verdicts"
"""The property of a STAC label item that has its verdicts."""


# -- GeoParquet -----------------------------------------------------------------------------------------------


def _parquet(rows: Sequence[Mapping[str, Any]], about: Mapping[str, str]) -> bytes:
    table = pd.DataFrame(list(rows), columns=list(COLUMNS)).astype(dict.fromkeys(_WHOLE, "Int64"))
    table["probability"] = table["probability"].astype("float64")
    table["blind"] = table["blind"].astype("boolean")
    texts = [name for name in COLUMNS if name not in (*_WHOLE, "probability", "blind")]
    table = table.astype(dict.fromkeys(texts, "string"))
    return geoparquet(table, table["sample_id"].tolist(), about, index=False)


def _read_parquet(data: bytes, where: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Batch by batch: a file of some kilobytes may say the same long text in millions of rows."""
    try:
        with pq.ParquetFile(pa.BufferReader(data)) as file:
            schema = file.schema_arrow
        names = [name for name in schema.names if name not in ("geometry", "bbox")]
        _check_columns(names, where)
        texts = [name for name in names if _is_text(schema.field(name).type)]
        for name in names:
            if name not in texts and not _is_small(schema.field(name).type):
                raise ExchangeError(where, f"it is of type {str(schema.field(name).type)[:40]}", column=name)
        # Texts as they are in the file's dictionary, each once, however many rows have them.
        with pq.ParquetFile(pa.BufferReader(data), read_dictionary=texts) as file:
            if not file.metadata.num_rows:
                return  # pages without a row have no header
            most = min(MAX_BYTES, _FREE + _MOST_TIMES * len(data))
            parquet_bounds.unpacked(data, file, set(names), most)
            number = size = 0
            for batch in file.iter_batches(batch_size=_BATCH, columns=names):
                for name in texts:
                    size += _text_bytes(batch.column(name), where, name)
                if size > most or number > MAX_ROWS:
                    raise ExchangeError(
                        where, f"it unpacks to more than {most:,} bytes of text or {MAX_ROWS:,} rows"
                    )
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        if isinstance(error, ExplorerError):
            raise
        said = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise ExchangeError(where, f"not readable as Parquet ({said})") from error


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return any(
        is_kind(kind) for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )


def _is_small(kind: pa.DataType) -> bool:
    """Whether no value of a type can be long, and one may be a number or an answer: bytes are not counted as texts are."""
    types = pa.types
    return any(
        is_kind(kind)
        for is_kind in (
            types.is_integer,
            types.is_floating,
            types.is_decimal,
            types.is_boolean,
            types.is_null,
        )
    )


def _text_bytes(column: pa.Array, where: str, name: str) -> int:
    """Bytes of all texts of a dictionary's column together, counted without making them. Raises `ExchangeError` for one that is too long."""
    lengths = pc.binary_length(column.dictionary)
    rows = pc.take(lengths, column.indices)
    if (pc.max(lengths).as_py() or 0) > _LONGEST_CELL:
        raise ExchangeError(where, f"a text has more than {_LONGEST_CELL:,} bytes", column=name)
    return int(pc.sum(rows).as_py() or 0)


def describe(receipts: Sequence[Receipt]) -> str:
    """What an import added, and how it is taken back."""
    again = sum(receipt.repeated for receipt in receipts)
    added = f"{len(receipts) - again:,} rows added, {again:,} were there already"
    own = next((receipt.import_id for receipt in receipts if receipt.import_id), "")
    return f"{added}; import {own} (explorer review undo-import takes it back)" if own else added
