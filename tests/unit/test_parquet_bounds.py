"""What a Parquet file unpacks to is what its pages say, not what its footer says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.corpus.tables import parquet_bounds
from explorer.corpus.tables.parquet_bounds import TooLargeError

TABLE = pa.table(
    {
        "text": [f"text {number % 700}" for number in range(20_000)],
        "number": pa.array(range(20_000), pa.float64()),
        "pair": pa.array([{"a": number, "b": "x" * (number % 5)} for number in range(20_000)]),
    }
)


def written(tmp_path: Path, **given: Any) -> Path:
    path = tmp_path / "some.parquet"
    pq.write_table(TABLE, path, **given)
    return path


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"compression": "zstd", "row_group_size": 3_000},
        {"compression": "none", "use_dictionary": False},
        {"compression": "gzip", "data_page_version": "2.0", "data_page_size": 5_000},
        {"column_encoding": {"number": "BYTE_STREAM_SPLIT"}, "use_dictionary": ["text"]},
        {"write_page_checksum": True, "write_statistics": False},
        {"write_page_index": True},
    ],
    ids=str,
)
def test_the_pages_of_honest_files_are_what_the_footer_says(tmp_path: Path, how: dict[str, Any]) -> None:
    path = written(tmp_path, **how)
    with pq.ParquetFile(path) as file:
        footer = file.metadata
        stated = headers = 0
        for group in range(footer.num_row_groups):
            for number in range(footer.num_columns):
                stated += footer.row_group(group).column(number).total_uncompressed_size
                headers += 1
        found = parquet_bounds.unpacked(path.read_bytes(), file, {"text", "number", "pair"}, 10**9)
        # A footer counts headers as well.
        assert 0.9 * stated < found < stated
        part = parquet_bounds.unpacked(path.read_bytes(), file, {"text"}, 10**9)
        assert 0 < part < found / 2
        with pytest.raises(TooLargeError, match="unpacks to more"):
            parquet_bounds.unpacked(path.read_bytes(), file, {"number"}, 10_000)
        with pytest.raises(TooLargeError, match="within the file"):
            parquet_bounds.unpacked(path.read_bytes()[:1000], file, {"number", "pair"}, 10**9)


def test_a_page_that_is_too_large_is_refused_though_all_may_be_larger(tmp_path: Path) -> None:
    path = tmp_path / "long.parquet"
    pq.write_table(pa.table({"text": ["x" * (2**26 + 1)]}), path, compression="zstd", use_dictionary=False)
    assert path.stat().st_size < 1_000_000
    with pq.ParquetFile(path) as file, pytest.raises(TooLargeError, match="unpacks to more"):
        parquet_bounds.unpacked(path.read_bytes(), file, {"text"}, 10**9)


def test_a_file_of_nothing_but_pages_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, data_page_size=100, use_dictionary=False)
    monkeypatch.setattr(parquet_bounds, "MAX_PAGES", 10)
    with pq.ParquetFile(path) as file, pytest.raises(TooLargeError, match="pages"):
        parquet_bounds.unpacked(path.read_bytes(), file, {"number"}, 10**9)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
def test_the_header_of_a_page_is_one_or_refused(data: bytes) -> None:
    for given_ in (data, b"\x15" + data, b"\x15\x04\x15" + data, b"\x1c" * 100 + data):
        try:
            size, end = parquet_bounds._page(given_, 0, len(given_))
        except TooLargeError:
            continue
        assert size >= 0
        assert 0 < end <= len(given_)


@pytest.mark.parametrize(
    "header",
    [b"", b"\x15", b"\x15\x80", b"\x15" + b"\xff" * 12, b"\x15\x00\x15\x02\x00", b"\x15\x00\x15\x01\x15\x00\x00", b"\x19\x00\x00", b"\x1b\x00\x00",
     b"\x18\xff\xff\x7f"],
    ids=repr,
)  # fmt: skip
def test_headers_that_are_none_are_refused(header: bytes) -> None:
    with pytest.raises(TooLargeError):
        parquet_bounds._page(header, 0, len(header))


def test_all_kinds_of_fields_are_passed_over() -> None:
    # true, false, a byte, a field by its own number, a double, a text, a struct in a struct; then sizes 6 and 0.
    header = (
        b"\x15\x00\x15\x0c\x15\x00"
        + b"\x11\x12\x13\x07"
        + b"\x05\x28\x02"
        + b"\x17"
        + bytes(8)
        + b"\x18\x03abc\x1c\x1c\x15\x02\x00\x00\x00"
    )
    assert parquet_bounds._page(header, 0, len(header)) == (6, len(header))


def test_a_size_counts_in_the_kind_that_readers_take() -> None:
    # Field 2 as 32 bits: 1,000; once more as 64 bits: 0.
    header = b"\x15\x00\x15\xd0\x0f\x15\x00" + b"\x06\x04\x00" + b"\x00"
    assert parquet_bounds._page(header, 0, len(header))[0] == 1000
