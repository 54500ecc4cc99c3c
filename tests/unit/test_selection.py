"""The selection and its link: what is written down opens again, and no link does harm."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.errors import InvalidQueryError
from explorer.products import PF_SR
from explorer.views.selection import (
    DEFAULT_DATE,
    DEFAULT_PIXELS,
    MAX_PIXELS,
    PIN_COLOURS,
    Link,
    Selection,
    decode,
    encode,
    pins,
)

PIXELS = st.lists(
    st.tuples(st.integers(0, 199), st.integers(0, 199)), min_size=1, max_size=MAX_PIXELS, unique=True
).map(tuple)
LINKS = st.builds(
    Link,
    sample=st.none() | st.sampled_from(["33N_15E-200N_01_09", "31N_20E-234N_18_36"]),
    date=st.none() | st.sampled_from(PF_SR.dates),
    pixels=st.none() | PIXELS,
    composite=st.none() | st.just("false"),
)


@given(LINKS)
def test_a_link_written_down_reads_as_it_was(link: Link) -> None:
    assert decode(encode(link)) == link
    assert decode(encode(link).lstrip("?")) == link


def test_a_link_reads_as_the_documentation_writes_it() -> None:
    text = "?sample=33N_15E-200N_01_09&date=2018-07-02&pixels=120,80;30,40"
    link = decode(text)
    assert link == Link("33N_15E-200N_01_09", dt.date(2018, 7, 2), ((120, 80), (30, 40)))
    assert encode(link) == text
    assert decode("?date=2018-07-02&pixels=120%2C80%3B30%2C40").pixels == link.pixels


def test_a_selection_is_its_query() -> None:
    selection = Selection(sample_id="33N_15E-200N_01_09")
    assert selection.date == DEFAULT_DATE
    assert selection.pixels == DEFAULT_PIXELS
    selection.pin((1, 2), add=True)
    selection.composite = "false"
    link = decode(selection.to_query())
    assert (link.sample, link.date, link.pixels) == (
        selection.sample_id,
        DEFAULT_DATE,
        (*DEFAULT_PIXELS, (1, 2)),
    )
    assert link.composite == "false"
    assert PF_SR.dates[selection.date_index] == DEFAULT_DATE


def test_pins_are_added_moved_to_the_end_and_bounded() -> None:
    selection = Selection()
    selection.pin((5, 6))
    assert selection.pixels == ((5, 6),)
    for i in range(MAX_PIXELS + 2):
        selection.pin((i, i), add=True)
    assert len(selection.pixels) == MAX_PIXELS
    assert selection.pixels[-1] == (MAX_PIXELS + 1, MAX_PIXELS + 1)
    selection.pin((4, 4), add=True)
    assert selection.pixels.count((4, 4)) == 1
    assert selection.pixels[-1] == (4, 4)
    selection.keep_last_pixel()
    assert selection.pixels == ((4, 4),)
    with pytest.raises(InvalidQueryError, match="row 200"):
        selection.pin((200, 0))
    assert selection.pixels == ((4, 4),)


def test_every_pin_that_can_be_has_a_colour_of_its_own() -> None:
    found = pins([(i, i) for i in range(MAX_PIXELS)])
    assert len({pin["colour"] for pin in found}) == MAX_PIXELS == len(PIN_COLOURS)
    assert found[3]["row"] == 3


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("?date=2018-07-03", "2018-07-03"),
        ("?date=tomorrow", "tomorrow"),
        ("?date=9999-99-99", "9999-99-99"),
        ("?date=" + "9" * 100_000, "999"),
        ("?date=<script>alert(1)</script>", "<script>"),
        ("?date=2020-01-03", "2020-01-03"),
        ("?pixels=200,0", "row 200, col 0"),
        ("?pixels=-1,5", "'-1,5'"),
        ("?pixels=nan,nan", "'nan,nan'"),
        ("?pixels=1e3,1", "'1e3,1'"),
        ("?pixels=1,2,3", "'1,2,3'"),
        ("?pixels=12", "'12'"),
        ("?pixels=" + "9" * 100_000 + ",1", "'99999"),
        ("?pixels=" + ";".join("1,1" for _ in range(9)), "9 pixels, at most 8"),
        ("?pixels=" + ";".join(f"{i},1" for i in range(100_000)), "100000 pixels, at most 8"),
        ("?pixels=<img src=x>", "<img src=x>"),
        ("?composite=infrared", "infrared"),
        ("?composite=" + "x" * 100_000, "xxx"),
    ],
)
def test_what_a_link_asks_for_in_vain_is_named(query: str, named: str) -> None:
    link = decode(query)
    assert (link.date, link.pixels, link.composite) == (None, None, None)
    assert len(link.problems) == 1
    assert named in link.problems[0]
    assert len(link.problems[0]) < 300


def test_one_bad_part_does_not_spoil_the_others() -> None:
    link = decode("?sample=33N_15E-200N_01_09&date=never&pixels=1,2")
    assert link.sample == "33N_15E-200N_01_09"
    assert link.pixels == ((1, 2),)
    assert len(link.problems) == 1


@pytest.mark.parametrize("query", ["", "?", "?&&&==;;", "?sample=", "?date=&pixels=;;&composite=", "?%ff%fe=%00", "?" + "a" * 10**6])  # fmt: skip
def test_nothing_asked_is_no_problem(query: str) -> None:
    assert decode(query) == Link()


@given(st.text() | st.dictionaries(st.sampled_from(["sample", "date", "pixels", "composite"]), st.text()))
def test_no_link_whatever_raises(query: Any) -> None:
    link = decode(query)
    assert all(len(problem) < 400 for problem in link.problems)
    assert link.date is None or link.date in PF_SR.dates
    assert link.pixels is None or all(0 <= v < 200 for pixel in link.pixels for v in pixel)


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -1, [], [b"\xff"], {}, b"\xff", object()])
def test_values_of_other_types_are_problems_not_errors(value: Any) -> None:
    link = decode({"date": value, "pixels": value, "composite": value})
    assert len(link.problems) == 3


def test_the_last_of_several_values_counts() -> None:
    assert decode("?date=2018-01-03&date=2018-01-08").date == dt.date(2018, 1, 8)
    assert decode({"date": [b"2018-01-03", b"2018-01-08"]}).date == dt.date(2018, 1, 8)
