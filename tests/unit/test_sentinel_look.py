"""What a link says of the Sentinel-2 panel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.errors import ExplorerError
from explorer.core.products import S2_SR
from explorer.views.common.selection import Selection, decode
from explorer.views.common.sentinel_look import MAX_MONTHS, SentinelLook, parse

LOOKS = st.builds(
    SentinelLook,
    composite=st.sampled_from(["", "swir", "red-edge", "band:B11", "index:NDREI", "expr:B08-B04"]),
    by=st.sampled_from(["bands", "months"]),
    band=st.sampled_from(S2_SR.band_names),
    months=st.sets(st.integers(1, 12), max_size=MAX_MONTHS).map(lambda s: tuple(sorted(s))),
    typical=st.booleans(),
    room=st.sampled_from(["", "images", "spectrum"]),
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
    ],
)
def test_a_word_that_is_wrong_is_named(text: str, named: str) -> None:
    with pytest.raises(ExplorerError, match=named):
        parse(text)
    link = decode({"sentinel": text, "sample": "33N_15E-200N_01_09"})
    assert link.sentinel == SentinelLook()
    assert len(link.problems) == 1
    assert link.problems[0].startswith("This link's Sentinel-2 panel cannot be shown")
