"""Parquet of unknown origin: what it unpacks to is found from its pages, before one is unpacked.

The sizes in a file's own footer are what its writer says. What a reader unpacks is in the header before each page (Thrift's
compact protocol), which pyarrow does not give: so headers are read here, and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection

import pyarrow.parquet as pq

MAX_PAGE = 2**26
"""Bytes of one page, unpacked; writers aim at one megabyte."""
MAX_PAGES = 100_000
"""Of all columns together: five million samples have a tenth."""
_MAX_HEADER = 2**16
_UNPACKED, _PACKED = 2, 3
"""Fields of a page's header: bytes of the page, unpacked and as it is in the file."""
_DEEPEST = 8


class TooLargeError(ValueError):
    """A file whose pages unpack to more than they may, or are not where the file says."""


def unpacked(data: bytes | memoryview, file: pq.ParquetFile, columns: Collection[str], most: int) -> int:
    """How many bytes the pages of these columns (and all below them) unpack to. Raises `TooLargeError` above `most`.

    `data` is the whole file. Runs and dictionaries are not counted: a row may still be many times as large as in its page.
    """
    size = pages = 0
    for group in range(file.metadata.num_row_groups):
        row_group = file.metadata.row_group(group)
        for number in range(row_group.num_columns):
            column = row_group.column(number)
            if column.path_in_schema.split(".", 1)[0] not in columns:
                continue
            start = column.data_page_offset
            if column.has_dictionary_page and 0 < column.dictionary_page_offset < start:
                start = column.dictionary_page_offset
            end = start + column.total_compressed_size
            if not 0 <= start <= end <= len(data):
                raise TooLargeError(f"column {column.path_in_schema[:40]} is not within the file")
            while start < end:
                page, start = _page(data, start, end)
                size, pages = size + page, pages + 1
                if pages > MAX_PAGES:
                    raise TooLargeError(f"it has more than {MAX_PAGES:,} pages")
                if page > MAX_PAGE or size > most:
                    raise TooLargeError(
                        f"column {column.path_in_schema[:40]} unpacks to more than {min(most, MAX_PAGE):,} bytes; refused"
                    )
    return size


def _page(data: bytes | memoryview, start: int, end: int) -> tuple[int, int]:
    """Bytes of a page, unpacked, and where the next begins."""
    try:
        found, length = _struct(data[start : min(end, start + _MAX_HEADER)], 0, 0)
        large, small = found[_UNPACKED], found[_PACKED]
    except (IndexError, KeyError) as error:
        raise TooLargeError("the header of a page is damaged") from error
    if large < 0 or small < 0 or start + length + small > end:
        raise TooLargeError("a page goes beyond its column")
    return large, start + length + small


def _struct(data: bytes | memoryview, at: int, depth: int) -> tuple[dict[int, int], int]:
    """Whole numbers of a struct by their field, and where it ends; anything else is passed over."""
    found: dict[int, int] = {}
    field = 0
    while data[at]:
        step, kind = data[at] >> 4, data[at] & 15
        at += 1
        if step:
            field += step
        else:
            field, at = _number(data, at)
        if kind in (4, 5, 6):
            value, at = _number(data, at)
            if kind == 5:  # sizes are of 32 bits: readers pass over a field of another kind
                found[field] = value
        elif kind > 2:  # 1 and 2 are true and false, with nothing more to read
            at = _passed(data, at, kind, depth + 1)
    return found, at + 1


def _passed(data: bytes | memoryview, at: int, kind: int, depth: int) -> int:
    """Where a value of this kind ends."""
    if depth > _DEEPEST:
        raise IndexError
    if kind <= 3:
        return at + 1
    if kind == 7:
        return at + 8
    if kind == 8:
        size, at = _varint(data, at)
        return at + size
    if kind == 12:
        return _struct(data, at, depth + 1)[1]
    raise IndexError  # a list, a set or a map: no page's header has one


def _varint(data: bytes | memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
        if shift > 63:
            raise IndexError


def _number(data: bytes | memoryview, at: int) -> tuple[int, int]:
    value, at = _varint(data, at)
    return (value >> 1) ^ -(value & 1), at
