"""What a link says of the Sentinel-2 panel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.errors import ExplorerError
from explorer.core.products import S2_SR
from explorer.views.common.selection import Selection, decode
from explorer.views.common.sentinel_look import (
    COMPARISONS,
    MAX_MONTHS,
    LargePicture,
    SentinelLook,
    large_of,
    parse,
)

PLACES = st.floats(0, 200).map(lambda v: round(v, 2))
LARGE = st.builds(
    lambda mode, month, band, scale, row, col: large_of(mode, month, band, scale, row, col),
    st.sampled_from(COMPARISONS),
    st.none() | st.integers(1, 12),
    st.sampled_from(["", "B02", "B8A", "B11"]),
    st.floats(1, 16).map(lambda v: round(v, 3)),
    PLACES,
    PLACES,
)
LOOKS = st.builds(
    SentinelLook,
    composite=st.sampled_from(["", "swir", "red-edge", "band:B11", "index:NDREI", "expr:B08-B04"]),
    by=st.sampled_from(["bands", "months"]),
    band=st.sampled_from(S2_SR.band_names),
    months=st.sets(st.integers(1, 12), max_size=MAX_MONTHS).map(lambda s: tuple(sorted(s))),
    typical=st.booleans(),
    room=st.sampled_from(["", "images", "spectrum"]),
    large=st.none() | LARGE,
)


@given(LOOKS)
def test_a_look_written_down_reads_as_it_was(look: SentinelLook) -> None:
    assert parse(str(look)) == look
    selection = Selection(sample_id="33N_15E-200N_01_09")
    selection.sentinel = look
    assert decode(selection.to_query()).sentinel == look


def test_the_usual_look_needs_no_words() -> None:
    assert str(SentinelLook()) == ""
    assert "sentinel" not in Selection(sample_id="33N_15E-200N_01_09").to_query()
    assert parse("swir; months;B05;7,4;class;spectrum") == SentinelLook(
        "swir", "months", "B05", (4, 7), True, "spectrum"
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ultraviolet", "ultraviolet"),
        ("13", "months run from 1 to 12"),
        ("4,4", "4"),
        ("1,2,3,4,5", "4 months"),
        ("swir;false", "'false'"),
        ("B04;B05", "'B05'"),
        ("expr:__import__('os')", "__import__"),
        ("large:13", "'13' of 'large:13'"),
        ("large:swipe,side", "'side' of .* one mode too many"),
        ("large:triple", "'triple'"),
        ("large;large:swipe", "'large:swipe'"),
        ("zoom:2,10,10", "'large' is missing"),
        ("large;zoom:17,0,0", "'zoom:17,0,0'"),
        ("large;zoom:2,10,201", "'zoom:2,10,201'"),
    ],
)
def test_a_word_that_is_wrong_is_named(text: str, named: str) -> None:
    with pytest.raises(ExplorerError, match=named):
        parse(text)
    link = decode({"sentinel": text, "sample": "33N_15E-200N_01_09"})
    assert link.sentinel == SentinelLook()
    assert len(link.problems) == 1
    assert link.problems[0].startswith("This link's Sentinel-2 panel cannot be shown")


def test_a_large_picture_has_its_words() -> None:
    assert parse("large").large == LargePicture()
    assert parse("large: swipe , 4, B11 ; zoom:2.5,40.5,103").large == LargePicture(
        "swipe", 4, "B11", 2.5, 40.5, 103.0
    )
    assert str(LargePicture("side", 12)) == "large:side,12"


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        (("swipe", 4, "B11", 2, 10, 20), LargePicture("swipe", 4, "B11", 2.0, 10.0, 20.0)),
        (("side", None, "", 1, 5, 5), LargePicture("side")),  # where the whole is seen there is no corner
        (("single", 13, "B99", 99, -4, 1e9), LargePicture("single", None, "", 16.0, 0.0, 200.0)),
        (("single", True, None, "2", None, float("nan")), LargePicture()),
        (("", 4, "B11", 1, 0, 0), None),
        ((None, None, None, None, None, None), None),
    ],
)
def test_what_a_browser_says_of_it_is_bounded(said: tuple[object, ...], taken: LargePicture | None) -> None:
    assert large_of(*said) == taken
