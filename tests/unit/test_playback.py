"""How the dates play: its text in a link, and what a browser may say of it."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.analysis.playback import MOTIONS, SPEEDS, Playback, parse, playback_of
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR

ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(-3, 150), st.floats(), st.text(max_size=12))


@given(ANYTHING | st.sampled_from(MOTIONS), ANYTHING, ANYTHING, ANYTHING | st.sampled_from(SPEEDS), ANYTHING)
def test_whatever_a_browser_says_is_a_playback_that_its_link_keeps(
    motion: Any, first: Any, last: Any, speed: Any, loop: Any
) -> None:
    found = playback_of(motion, first, last, speed, loop)
    start, stop = found.indices
    assert 0 <= start <= stop < len(PF_SR.dates)
    assert found.speed in SPEEDS
    assert parse(str(found)) == found


def test_what_is_as_on_a_fresh_page_is_not_said() -> None:
    assert str(playback_of("", 0, 145, 10, True)) == ""
    assert playback_of("fly", math.nan, math.inf, "fast", None) == Playback()
    assert playback_of("", 20, 10, 10, True) == Playback(), "a range that ends before it begins is none"
    assert (
        str(Playback("run", PF_SR.dates[3], None, 5, False))
        == f"run;range:{PF_SR.dates[3]},{PF_SR.dates[-1]};speed:5;once"
    )
    assert parse("range:2018-01-03,2018-12-29") == Playback(last=dt.date(2018, 12, 29))


@pytest.mark.parametrize(
    ("text", "named"),
    [("fly", "fly"), ("speed:7", "7"), ("speed:", "speed"), ("range:2018-01-03", "2018-01-03"), ("range:2018-01-03,2018-13-01", "2018-13-01"),
     ("range:2018-12-29,2018-01-03", "2018-12-29"), ("run;hold", "hold"), ("once;once", "once"), ("range:,", "")],
)  # fmt: skip
def test_a_word_that_is_wrong_is_named(text: str, named: str) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        parse(text)
    assert named in str(caught.value)
