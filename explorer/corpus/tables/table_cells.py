"""Cells of a table of labels as numbers: one that is none costs its sample's label, not the table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_COMMA = r"^[+-]?\d*,\d+([eE][+-]?\d+)?$"
_THOUSANDS = r"^[1-9]\d{0,2},\d{3}$"
"""What could have a decimal comma as well as a thousands separator."""
_NO_VALUE = r"(?i)^(n/?a|nan|null|none|nil|-+|#n/a|#na|<na>|\?|missing)$"
_TRUE, _FALSE = r"(?i)^(true|t|yes)$", r"(?i)^(false|f|no)$"
_EXAMPLES = 3


@dataclass(slots=True)
class Cells:
    """Cells that were no numbers, as they are come upon: how many, and the first ones as (line or None, column, text)."""

    bad: int = 0
    empty: int = 0
    thousands: bool = False
    first_bad: list[str] = field(default_factory=list)
    first_empty: list[str] = field(default_factory=list)

    def note(self, kind: str, count: int, where: Iterable[tuple[int | None, str, str]]) -> None:
        """Count cells that are "bad" or "empty", and keep the first in words."""
        first = self.first_bad if kind == "bad" else self.first_empty
        if kind == "bad":
            self.bad += count
        else:
            self.empty += count
        for line, column, text in where:
            if len(first) >= _EXAMPLES:
                return
            at = f"line {line:,}, " if line is not None else ""
            first.append(f"{at}column {column[:40]}: {text[:40]!r}")


def decimal_comma(cells: Iterable[str]) -> bool:
    """Whether numbers are written with a decimal comma: a cell shows it that can have no thousands separator."""
    texts = (text.strip() for text in cells if "," in text)
    return any(re.match(_COMMA, text) and not re.match(_THOUSANDS, text) for text in texts)


def any_number(cells: Iterable[str]) -> bool:
    """Whether one of these cells is a number, however it is written."""
    return any(re.match(_NUMBER, text) or re.match(_COMMA, text) for text in (c.strip(" %") for c in cells))


def texts(column: pa.Array) -> pa.Array:
    """Bytes as text without spaces around it; what is no UTF-8 becomes replacement characters."""
    try:
        text = column.cast(pa.string())
    except pa.ArrowInvalid:
        given = column.to_pylist()
        text = pa.array([b if b is None else b.decode("utf-8", "replace") for b in given], pa.string())
    return pc.fill_null(pc.utf8_trim_whitespace(text), "")


def numbers(column: pa.Array, comma: bool) -> tuple[np.ndarray, pa.Array]:
    """Cells (bytes) as float64 `(n,)`, and their texts: an empty cell is 0, one without a value NaN, a bad one infinite.

    `comma`: `1,000` is 1.0; without it, it is bad, while `0,45` is 0.45 either way.
    """
    text = texts(column)
    text = pc.replace_substring_regex(text, r"\s*%$", "")
    at_comma = pc.match_substring_regex(text, _COMMA)
    if pc.any(at_comma).as_py():
        if not comma:
            at_comma = pc.and_not(at_comma, pc.match_substring_regex(text, _THOUSANDS))
        text = pc.if_else(at_comma, pc.replace_substring(text, ",", "."), text)
    numeric = pc.match_substring_regex(text, _NUMBER)
    values = pc.fill_null(pc.if_else(numeric, text, None).cast(pa.float64()), np.inf)
    found = np.array(values.to_numpy(zero_copy_only=False), np.float64)
    if not pc.all(numeric).as_py():
        for pattern, value in ((_NO_VALUE, np.nan), (_TRUE, 1.0), (_FALSE, 0.0), ("^$", 0.0)):
            found[pc.match_substring_regex(text, pattern).to_numpy(zero_copy_only=False)] = value
    return found, text


def has_thousands(text: pa.Array) -> bool:
    """Whether a cell could have a thousands separator."""
    return bool(pc.any(pc.match_substring_regex(text, _THOUSANDS)).as_py())
