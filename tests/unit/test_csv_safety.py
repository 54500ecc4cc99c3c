"""Tables that people open in a spreadsheet: no cell is a formula, and each can be read back."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.corpus.tables.csv_safety import escape, neutral, original


@given(st.text())
def test_what_was_made_harmless_is_had_back(text: str) -> None:
    assert original(escape(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1"])
def test_no_name_or_cell_or_index_is_a_formula(text: str) -> None:
    table = pd.DataFrame({text: [text], "n": [1.5]}, index=pd.Index([text], name="id"))
    safe = neutral(table)
    assert list(safe.columns) == [f"'{text}", "n"]
    assert list(safe.index) == [f"'{text}"]
    assert safe.iloc[0].tolist() == [f"'{text}", 1.5]
    assert list(table.columns) == [text, "n"]


def test_an_index_that_holds_no_text_stays_what_it_is() -> None:
    counted = neutral(pd.DataFrame({"a": ["=1", "b"]}))
    assert isinstance(counted.index, pd.RangeIndex)
    assert counted["a"].tolist() == ["'=1", "b"]
