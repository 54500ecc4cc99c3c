"""What can be had of a table that was cut, or that is not understood: its whole lines, and the sample ids in it."""

from __future__ import annotations

import io
from typing import Any

from explorer.core.errors import CorpusFormatError
from explorer.corpus.tables.ids import is_valid

_BLOCK = 2**20
_LONGEST_LINE = 2**24
_SEPARATORS = ",;\t|"
_LINE_ENDS = {b"\xff\xfe": b"\n\0", b"\xfe\xff": b"\0\n"}
"""Of UTF-16, by the byte order mark."""


class TooLargeError(CorpusFormatError):
    """A packed file that unpacks to more than one of a corpus would."""


class DamagedError(CorpusFormatError):
    """A packed file that does not unpack as it should."""


class CutError(DamagedError):
    """A packed file that ends too early, or does not end with its end: what came before is as it was written."""


class WholeLines(io.RawIOBase):
    """The bytes of `below`, which end with the last whole line where it fails with `CutError`; `cut` then holds that.

    A line that was cut could end in a number that was cut, which nobody could tell from a whole one.
    """

    def __init__(self, below: io.BufferedReader) -> None:
        self._below = below
        self._ready = memoryview(b"")
        self._held = b""
        self._line_end = b""
        self._ended = False
        self.cut: CutError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._ended:
            self._fill()
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _fill(self) -> None:
        try:
            data = self._below.read1(_BLOCK)
        except CutError as error:
            self.cut, self._ended = error, True
            return
        if not data:
            self._ready, self._held, self._ended = memoryview(self._held), b"", True
            return
        self._line_end = self._line_end or _LINE_ENDS.get(data[:2], b"\n")
        end = data.rfind(self._line_end)
        end = end + len(self._line_end) if end >= 0 else 0
        if not end and len(self._held) > _LONGEST_LINE:  # no text of lines
            end = len(data)
        if end:
            self._ready, self._held = memoryview(self._held + data[:end]), data[end:]
        else:
            self._held += data

    def close(self) -> None:
        self._below.close()
        super().close()


def id_in_row(row: str, column: int | None = None) -> str | None:
    """The sample id that a row of a table holds: in `column` (from 0) if there, else in the first cell that is one."""
    for separator in _SEPARATORS:
        cells = [cell.strip().strip("\"'").strip() for cell in row.split(separator)]
        if column is not None and column < len(cells) and is_valid(cells[column]):
            return cells[column]
        found = next((cell for cell in cells if is_valid(cell)), None)
        if found is not None:
            return found
    return None


def ids_in_rows(stream: io.BufferedReader) -> list[str]:
    """Every sample id of a table that is not understood, each once, in its order; what is no row of it is passed over.

    A column `sample_id` wins over others that hold ids. A damaged file gives those before the damage.
    """
    start = stream.peek(2)[:2]
    encoding = "utf-16" if start in _LINE_ENDS else "utf-8-sig"
    found: dict[str, None] = {}
    column: int | None = None
    with io.TextIOWrapper(stream, encoding, errors="replace") as text:
        try:
            for line in iter(lambda: text.readline(_BLOCK), ""):
                sample_id = id_in_row(line, column)
                if sample_id is not None:
                    found[sample_id] = None
                elif not found and column is None:
                    column = _id_column(line)
        except (DamagedError, UnicodeError):  # what was found before is still something
            pass
    return list(found)


def _id_column(header: str) -> int | None:
    for separator in _SEPARATORS:
        names = [name.strip().strip("\"'").lower() for name in header.split(separator)]
        if "sample_id" in names:
            return names.index("sample_id")
    return None
