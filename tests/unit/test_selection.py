"""The selection and its link: what is written down opens again, and no link does harm."""

from __future__ import annotations

import datetime as dt
import math
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from explorer.analysis.curves import parse as parse_curves
from explorer.analysis.shapes import KINDS, MAX_POINTS, Shape
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, S2_SR
from explorer.opinions.question import Question
from explorer.views.common.embedding_look import EmbeddingLook
from explorer.views.common.selection import (
    DEFAULT_DATE,
    DEFAULT_PIXELS,
    MAX_PIXELS,
    MAX_PROBLEM,
    MAX_REGIONS,
    PANELS,
    PIN_COLOURS,
    REGION_COLOURS,
    Link,
    Selection,
    decode,
    drawn,
    encode,
    pins,
)

PIXELS = st.lists(
    st.tuples(st.integers(0, 199), st.integers(0, 199)), min_size=1, max_size=MAX_PIXELS, unique=True
).map(tuple)
HALVES = st.integers(0, 400).map(lambda value: value / 2)
POINTS = st.tuples(HALVES, HALVES)


def shape_of(kind: str, points: list[tuple[float, float]], name: str) -> Shape | None:
    try:
        return Shape.of(kind, points, name)
    except InvalidQueryError:  # too small, or folded to nothing
        return None


SHAPES = st.one_of(
    st.builds(shape_of, st.just("box"), st.lists(POINTS, min_size=2, max_size=2), st.text(max_size=40)),
    st.builds(
        shape_of, st.just("polygon"), st.lists(POINTS, min_size=3, max_size=MAX_POINTS), st.text(max_size=40)
    ),
).filter(lambda shape: shape is not None)
REGIONS = st.lists(SHAPES, max_size=MAX_REGIONS, unique_by=lambda shape: shape.points).map(tuple)
LINKS = st.builds(
    Link,
    sample=st.none() | st.sampled_from(["33N_15E-200N_01_09", "31N_20E-234N_18_36"]),
    date=st.none() | st.sampled_from(PF_SR.dates),
    pixels=st.none() | PIXELS,
    composite=st.none() | st.just("false"),
    regions=REGIONS,
    curves=st.sampled_from(
        ["", "red,nir,NDVI,EVI;smooth:whittaker;pheno", "expr:min(nir,red);behind:none"]
    ).map(lambda text: parse_curves(text)[0]),
    panel=st.sampled_from(PANELS),
)


@settings(deadline=None)  # a busy machine is no mistake
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


@example({"curves": "0" * 20 + ":" + "\U00018cd6" * 20})  # a quoted character can take ten
@given(
    st.text()
    | st.dictionaries(
        st.sampled_from(["sample", "date", "pixels", "composite", "curves", "regions"]), st.text()
    )
)
def test_no_link_whatever_raises(query: Any) -> None:
    link = decode(query)
    assert all(len(problem) < MAX_PROBLEM for problem in link.problems)
    assert link.date is None or link.date in PF_SR.dates
    assert link.pixels is None or all(0 <= v < 200 for pixel in link.pixels for v in pixel)
    assert len(link.regions) <= MAX_REGIONS


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -1, [], [b"\xff"], {}, b"\xff", object()])
def test_values_of_other_types_are_problems_not_errors(value: Any) -> None:
    link = decode({"date": value, "pixels": value, "composite": value, "regions": value})
    assert len(link.problems) == 4


def test_curves_are_in_the_link() -> None:
    selection = Selection()
    assert "curves" not in selection.to_query()
    selection.curves = parse_curves("red,NDVI,expr:nir/red;smooth:whittaker;breaks")[0]
    assert selection.to_query().endswith("curves=red,NDVI,expr:nir%2Fred;smooth:whittaker;breaks")
    assert decode(selection.to_query()).curves == selection.curves
    assert "no option 'x'" in decode("?curves=red;x").problems[0]


def test_the_last_of_several_values_counts() -> None:
    assert decode("?date=2018-01-03&date=2018-01-08").date == dt.date(2018, 1, 8)
    assert decode({"date": [b"2018-01-03", b"2018-01-08"]}).date == dt.date(2018, 1, 8)


# --- regions ----------------------------------------------------------------------------------------------
BOX = Shape.of("box", [(10, 20), (60, 80)])
TRIANGLE = Shape.of("polygon", [(10, 20), (30.5, 40), (50, 10)], "North field")


def test_regions_read_as_the_documentation_writes_them() -> None:
    text = "?regions=box:10,20,60,80;poly:10,20,30.5,40,50,10:North+field"
    link = decode(text)
    assert link == Link(regions=(BOX, TRIANGLE))
    assert encode(link) == text
    assert BOX.where == {"box": (10, 20, 60, 80)}
    assert TRIANGLE.where == {"polygon": [(10, 20), (30.5, 40), (50, 10)]}


def test_a_region_knows_its_pixels_and_its_size() -> None:
    rows, cols = BOX.pixels()
    assert (rows.min(), rows.max(), cols.min(), cols.max(), len(rows)) == (10, 59, 20, 79, 50 * 60)
    assert len(BOX.pixels(S2_SR)[0]) == 15 * 18
    assert BOX.area == 150 * 180
    assert BOX.size == "180 × 150 m, 2.70 ha"
    assert Shape.of("box", [(60, 80), (10, 20)]) == BOX  # whichever corner was first
    assert Shape.of("box", [(9.9, 20.2), (60.1, 79.8)]) == BOX  # half a pixel is the finest


def test_regions_are_added_moved_named_and_removed() -> None:
    selection = Selection()
    assert selection.regions == ()
    selection.add_region(BOX)
    selection.add_region(BOX)
    assert selection.regions == (BOX,)
    selection.add_region(TRIANGLE)
    selection.name_region(0, " a;field\n ")
    assert selection.regions[0].name == "afield"
    moved = Shape.of("box", [(11, 20), (61, 80)])
    selection.move_region(0, moved)
    assert selection.regions == (moved.named("afield"), TRIANGLE)
    selection.move_region(1, moved)  # not onto another one
    selection.move_region(7, BOX)
    selection.name_region(7, "nobody")
    selection.remove_region(7)
    assert selection.regions == (moved.named("afield"), TRIANGLE)
    assert decode(selection.to_query()).regions == selection.regions
    for row in range(2):
        selection.add_region(Shape.of("box", [(row, 0), (row + 9, 9)]))
    with pytest.raises(InvalidQueryError, match="4 regions are the most"):
        selection.add_region(BOX)
    selection.remove_region(0)
    assert selection.regions[0] == TRIANGLE
    assert len(selection.regions) == 3


def test_every_region_that_can_be_has_a_colour_and_a_letter_of_its_own() -> None:
    shapes = [Shape.of("box", [(i, 0), (i + 9, 9)], f"field {i}") for i in range(MAX_REGIONS)]
    found = drawn(shapes)
    assert len({region["colour"] for region in found} | set(PIN_COLOURS)) == MAX_REGIONS + MAX_PIXELS
    assert len(REGION_COLOURS) == MAX_REGIONS
    assert [region["letter"] for region in found] == list("ABCD")
    assert found[2]["points"] == [[2, 0], [11, 9]]
    assert found[2]["name"] == "field 2"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("box:10,20,60", "one number is left over"),
        ("box:10,20,60,80,1,1", "two corners, not 3"),
        ("box:10,20,60,201", "'201.0' is outside the chip"),
        ("box:-1,20,60,80", "'-1' is no number"),
        ("box:nan,20,60,80", "'nan' is no number"),
        ("box:1e3,20,60,80", "'1e3' is no number"),
        ("box:10,20,10,80", "centre of one 3 m pixel"),
        ("box:", "'' is no number"),
        ("circle:10,20,5", "'circle:10,20,5' is neither"),
        ("<script>", "'<script>' is neither"),
        ("poly:10,20,30,40", "3 to 64 corners, not 2"),
        ("poly:10,10,20,20,30,30", "centre of one 3 m pixel"),
        ("poly:" + ",".join("10,20" for _ in range(100_000)), "3 to 64 corners"),
        ("poly:" + "9" * 100_000, "is no number"),
    ],
)
def test_a_region_that_cannot_be_is_named_and_the_others_shown(text: str, named: str) -> None:
    link = decode({"regions": f"{text};{BOX.format()}"})
    assert link.regions == (BOX,)
    assert len(link.problems) == 1
    assert named in link.problems[0]
    assert len(link.problems[0]) < 300


def test_more_regions_than_are_shown_are_told() -> None:
    link = decode({"regions": ";".join(f"box:{i},0,{i + 9},9" for i in range(100))})
    assert len(link.regions) == MAX_REGIONS
    assert link.problems == ("Of this link's regions only 4 are shown.",)


@given(
    st.sampled_from(list(KINDS)), st.lists(st.floats() | st.integers() | st.text() | st.none(), max_size=9)
)
def test_no_points_whatever_make_a_bad_region(word: str, values: list[Any]) -> None:
    points = list(zip(values[::2], values[1::2], strict=False))
    with suppress(InvalidQueryError):
        shape = Shape.of(KINDS[word], points)
        assert len(shape.pixels()[0])
        assert Shape.parse(shape.format()) == shape


def test_names_of_pins_and_regions_keep_their_joiners() -> None:
    name = "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"
    found = decode(f"?pixels=3,4&names={quote(name)}")
    assert found.names == (name,)
    assert decode(encode(found)).names == (name,)
    assert decode("?pixels=3,4&names=%E2%80%8D").names == ()


# --- pins and regions belong to a sample ------------------------------------------------------------------------
A, B, C = "33N_15E-200N_01_09", "31N_20E-234N_18_36", "33N_15E-200N_02_09"


def marked() -> Selection:
    """Sample A with two pins, one of them named, and a region."""
    selection = Selection(sample_id=A)
    selection.pin((1, 2))
    selection.pin((3, 4), add=True)
    selection.name_pin(1, "Oak")
    selection.add_region(BOX)
    return selection


def test_pins_and_regions_do_not_lie_on_the_next_sample_and_come_back_with_their_own() -> None:
    selection = marked()
    selection.sample_id = B
    assert (selection.pixels, selection.names, selection.regions) == (DEFAULT_PIXELS, {}, ())
    selection.pin((9, 9))
    selection.sample_id = A
    assert (selection.pixels, selection.names, selection.regions) == (
        ((1, 2), (3, 4)),
        {(3, 4): "Oak"},
        (BOX,),
    )
    selection.sample_id = B
    assert selection.pixels == ((9, 9),)


def test_who_asks_for_it_keeps_pins_and_regions() -> None:
    selection = marked()
    selection.keep_marks = True
    selection.sample_id = B
    assert (selection.pixels, selection.names, selection.regions) == (
        ((1, 2), (3, 4)),
        {(3, 4): "Oak"},
        (BOX,),
    )
    assert "keep=1" in selection.to_query()
    selection.keep_marks = False
    selection.sample_id = C
    assert (selection.pixels, selection.regions) == (DEFAULT_PIXELS, ())
    selection.sample_id = B
    assert selection.regions == (BOX,)


def test_pins_that_are_set_together_with_a_sample_are_its_own() -> None:
    selection = marked()
    selection.param.update(sample_id=B, pixels=((7, 7),))
    assert (selection.pixels, selection.names, selection.regions) == (((7, 7),), {}, ())
    selection.sample_id = A
    assert selection.pixels == ((1, 2), (3, 4))
    selection.remember_marks(C, ((1, 2), (3, 4)), {}, ())  # those of a link, the same as are shown
    selection.param.update(sample_id=C, pixels=((1, 2), (3, 4)))
    assert (selection.pixels, selection.names, selection.regions) == (((1, 2), (3, 4)), {}, ())


def test_who_hears_of_a_sample_sees_its_own_pins_and_hears_of_them_later() -> None:
    """A panel that draws regions before it has heard of the sample would draw them of the last one."""
    selection, heard = marked(), []
    selection.param.watch(lambda _e: heard.append(("regions", selection.sample_id)), "regions")
    selection.param.watch(lambda _e: heard.append(("sample", selection.regions)), "sample_id")
    selection.sample_id = B
    assert heard == [("sample", ()), ("regions", B)]
    heard.clear()
    selection.param.update(sample_id=A, date=dt.date(2018, 1, 3))
    assert heard == [("sample", (BOX,)), ("regions", A)]


def test_the_pins_of_many_samples_are_remembered_but_not_of_all() -> None:
    selection = marked()
    for i in range(1000):
        selection.sample_id = f"33N_15E-200N_{i // 60:02}_{i % 60:02}"
        selection.pin((i % 200, i // 200))
    assert len(selection._marks) == 200
    selection.sample_id = A
    assert selection.pixels == DEFAULT_PIXELS


def test_of_the_panels_beside_the_map_one_is_open_at_most() -> None:
    selection = Selection()
    selection.dataset = True
    assert selection.is_beside_the_map
    selection.judge = Question("mine")
    assert (selection.judge, selection.dataset, selection.embedding) == (Question("mine"), False, None)
    selection.embedding = EmbeddingLook()
    assert (selection.judge, selection.dataset, selection.embedding) == (None, False, EmbeddingLook())
    selection.param.update(judge=Question("mine"), dataset=True)
    assert (selection.judge, selection.dataset, selection.embedding) == (None, True, None)
    selection.dataset = False
    assert not selection.is_beside_the_map
