"""How the animation's picture is looked at: its text in a link, and what a browser may say of it."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.analysis.picture_view import MODES, PictureView, parse, view_of
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR

ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=80))


@given(st.sampled_from(MODES), st.sampled_from(PF_SR.dates), ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_whatever_a_browser_says_is_a_view_that_its_link_keeps(
    mode: str, other: dt.date, scale: Any, row: Any, col: Any, layer: Any
) -> None:
    view = view_of(mode, other, scale, row, col, layer)
    assert 1 <= view.scale <= 16
    assert 0 <= view.row <= 200
    assert 0 <= view.col <= 200
    assert parse(str(view)) == view


def test_what_is_as_on_a_fresh_page_is_not_said() -> None:
    assert str(view_of("single", dt.date(2018, 7, 2), 1.0, 0, 0, "")) == ""
    assert view_of("anything", None, math.nan, 3, math.inf, "x;zoom:3,0,0") == PictureView()
    assert view_of("swipe", None, 99, -5, 1e9, "cloud") == PictureView("swipe", None, 16, 0, 200, "cloud")


@pytest.mark.parametrize(
    "text",
    ["zoom:0.5,1,1", "zoom:17,1,1", "zoom:2,201,1", "zoom:2", "swipe:2018-13-01", "swipe:2018-01-02", "sheet-13", "both",
     "layer:", "layer:" + "x" * 61, "swipe;side", "zoom:2,1,1;zoom:3,1,1"],
)  # fmt: skip
def test_what_is_wrong_in_a_link_is_named(text: str) -> None:
    with pytest.raises(InvalidQueryError):
        parse(text)
