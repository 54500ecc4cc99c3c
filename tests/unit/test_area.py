"""Areas drawn on the map, and what a link says of the map."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from explorer.corpus.area import MAX_POINTS, Area
from explorer.corpus.filters import Filters
from explorer.errors import InvalidQueryError
from explorer.views.map_state import MapLink, MapState, Place
from explorer.views.selection import decode, encode

RNG = np.random.default_rng(2)
X, Y = RNG.uniform(0, 2e6, 5_000), RNG.uniform(5e6, 7e6, 5_000)


def test_a_box_holds_what_lies_in_it_whichever_corner_came_first() -> None:
    expected = (X > 5e5) & (X < 1.5e6) & (Y > 5.5e6) & (Y < 6e6)
    for area in (Area.box(5e5, 5.5e6, 1.5e6, 6e6), Area.box(1.5e6, 6e6, 5e5, 5.5e6)):
        assert (area.mask(X, Y) == expected).mean() > 0.999  # its corners are rounded to some 10 m
        assert len(area.points) == 2


def test_a_ring_holds_what_it_encloses_though_it_is_simplified() -> None:
    angle = np.linspace(0, 2 * np.pi, 700)
    xs, ys = 1e6 + 6e5 * (1 + 0.2 * np.cos(5 * angle)) * np.cos(angle), 6e6 + 6e5 * np.sin(angle)
    area = Area.ring(xs, ys)
    assert 3 <= len(area.points) <= MAX_POINTS
    expected = shapely.contains_xy(shapely.Polygon(np.column_stack([xs, ys])), X, Y)
    assert (area.mask(X, Y) == expected).mean() > 0.99
    assert 500 < area.mask(X, Y).sum() < 3_000


def test_a_line_that_crosses_itself_is_no_error() -> None:
    bow = Area.ring([0, 2e6, 0, 2e6], [5e6, 7e6, 7e6, 5e6])
    assert 0 < bow.mask(X, Y).sum() < len(X)


@pytest.mark.parametrize(
    "area",
    [
        Area.box(5e5, 5.5e6, 1.5e6, 6e6),
        Area.ring([0, 1e6, 5e5], [5e6, 5e6, 6e6]),
        Area(((-31.25, 40), (-30, 41))),
    ],
)
def test_an_area_is_the_same_after_a_link(area: Area) -> None:
    assert Area.parse(area.format()) == area


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2",
        "1,2;3",
        "a,b;c,d",
        "1,2;nan,3",
        "1,2;3,95",
        "200,1;3,4",
        "1,2,3;4,5",
        ";".join(["1,2"] * 65),
        "inf,1;2,3",
    ],
)
def test_what_is_no_area_is_refused(text: str) -> None:
    with pytest.raises(InvalidQueryError):
        Area.parse(text)


@pytest.mark.parametrize(("xs", "ys"), [([0, 1], [0, 1]), ([], [])])
def test_a_line_of_no_points_encloses_nothing(xs: list[float], ys: list[float]) -> None:
    with pytest.raises(InvalidQueryError, match="three points"):
        Area.ring(xs, ys)


LINK = MapLink(
    filters=Filters(largest=(211,), countries=("France",)), area=Area(((1.0, 45.0), (2.0, 46.0))), level=2, shade="density",
    palette="safe", theme="dark", base="satellite", place=Place(2.5, 47.0, 120.0),
)  # fmt: skip


def test_a_link_says_all_of_the_map_and_brings_it_back() -> None:
    link = decode("?sample=x")
    whole = encode(type(link)(sample="x", map=LINK))
    assert decode(whole).map == LINK
    assert decode(whole).problems == ()
    state = MapState()
    state.apply(LINK)
    assert state.link() == LINK


def test_a_fresh_map_adds_nothing_to_a_link() -> None:
    assert MapLink().parts() == {}
    assert MapState().link() == MapLink()
    assert decode("?sample=x&date=2018-07-02").map == MapLink()  # links of before still work


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("level=9", "level"), ("theme=pink", "theme"), ("draw=1", "draw"), ("colours=x", "colours"), ("base=http://a", "base"),
        ("area=1", "area"), ("map=1,2", "map"), ("map=nan,1,2", "map"), ("map=50,3,0", "map"), ("map=50,3,1e9", "map"), ("filter=zone:99", "filter"),
    ],
)  # fmt: skip
def test_what_a_link_gets_wrong_is_told_and_the_rest_is_shown(query: str, named: str) -> None:
    link = decode(f"?{query}&level=2" if "level" not in query else f"?{query}")
    assert len(link.problems) == 1
    assert named in link.problems[0]
    assert link.map.parts() in ({}, {"level": "2"})
