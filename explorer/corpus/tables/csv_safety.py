"""Texts in CSV: a spreadsheet runs what begins like a formula, and names and comments are people's."""

from __future__ import annotations

from typing import Any

import pandas as pd

_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), full width forms too."""


def escape(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it, or where it has one already; see `original`."""
    return "'" + text if text.startswith((*_RUN, "'")) else text


def original(cell: str) -> str:
    """The text of which `escape` made a cell."""
    return cell.removeprefix("'")


def neutral(table: pd.DataFrame) -> pd.DataFrame:
    """The same table with texts, also in its names and its index, that no spreadsheet runs; `attrs` stay."""
    safe = table.copy()
    for place, kind in enumerate(table.dtypes):
        if not pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_datetime64_any_dtype(kind):
            safe.isetitem(place, table.iloc[:, place].map(_cell).to_numpy())
    safe.columns = pd.Index([_cell(name) for name in table.columns], name=table.columns.name)
    if not isinstance(table.index, (pd.RangeIndex, pd.MultiIndex)):
        safe.index = pd.Index([_cell(name) for name in table.index], name=table.index.name)
    return safe


def _cell(value: Any) -> Any:
    return escape(value) if isinstance(value, str) else value
