"""What is seen of the charts, and how the table stands: their texts in a link, and what a browser may say of them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.errors import InvalidQueryError
from explorer.views.common import chart_zoom, table_look
from explorer.views.common.chart_zoom import ChartZoom, parse, zoom_of

NUMBERS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.floats(1.5e12, 1.6e12))
ANYTHING = st.none() | st.text(max_size=3) | st.lists(NUMBERS, max_size=3)


@given(ANYTHING, ANYTHING, ANYTHING)
def test_whatever_a_browser_says_is_a_zoom_that_its_link_keeps(times: Any, bands: Any, index: Any) -> None:
    found = zoom_of(times, bands, index)
    assert parse(str(found)) == found


def test_days_are_those_nearest_to_the_ends() -> None:
    march = 1519862400000.0  # 2018-03-01
    found = zoom_of([march - 3e6, march + 30 * 86_400_000 + 3e6], [0.1, 0.123456789], None)
    assert found == ChartZoom((dt.date(2018, 3, 1), dt.date(2018, 3, 31)), (0.1, 0.12346))
    assert found.times == (march, march + 30 * 86_400_000)
    assert str(zoom_of(None, [1, 0], [math.nan, 1])) == ""


@pytest.mark.parametrize(
    ("read", "text"),
    [(chart_zoom.parse, text) for text in ("dates:2018-03-01", "dates:2018-03-02,2018-03-01", "dates:1018-03-02,2018-03-01", "bands:1,0", "bands:a,b",
     "bands:0,inf", "index:0,1,2", "hue:0,1", "index:0,1;index:0,1")] + [(table_look.parse, text) for text in ("", "fraction", "beauty,1", "fraction,-1", "fraction,1;x")],
)  # fmt: skip
def test_a_word_that_is_wrong_is_refused(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(InvalidQueryError):
        read(text)
