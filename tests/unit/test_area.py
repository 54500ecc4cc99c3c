"""Areas drawn on the map, and what a link says of the map."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
import shapely

from explorer.core.errors import InvalidQueryError
from explorer.corpus.query.area import MAX_POINTS, Area
from explorer.corpus.query.filters import Filters
from explorer.views.common.map_state import MapLink, MapState, Place
from explorer.views.common.selection import decode, encode

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


def wobble(points: int, size: float) -> tuple[np.ndarray, np.ndarray]:
    """A line that goes to and fro within a square around the middle of Europe."""
    steps = np.random.default_rng(points).uniform(0, size, (2, points))
    return steps[0] + 1e6, steps[1] + 6e6


@pytest.mark.parametrize(
    ("points", "size"), [(66, 3 * 6e3), (66, 3 * 100), (300, 2e6), (5_000, 2e6), (200_000, 2e6)]
)
def test_a_scribble_is_an_area_and_soon(points: int, size: float) -> None:
    """Simplified with its crossings kept, such a line keeps all of its points for ever."""
    xs, ys = wobble(points, size)
    begun = time.process_time()
    area = Area.ring(xs, ys)
    assert time.process_time() - begun < 3
    assert 3 <= len(area.points) <= MAX_POINTS
    assert Area.parse(area.format()) == area
    box = area.outline
    assert (box.min(axis=0) >= [xs.min() - 20, ys.min() - 20]).all()
    assert (box.max(axis=0) <= [xs.max() + 20, ys.max() + 20]).all()


def test_a_scribble_by_hand_holds_what_it_went_over() -> None:
    """To and fro over a square, as one fills it with a pen: the square is what was meant."""
    rows = np.repeat(np.linspace(5.5e6, 6.5e6, 60), 2)
    xs = np.tile([5e5, 1.5e6, 1.5e6, 5e5], 30) + np.random.default_rng(0).normal(0, 1e4, 120)
    xs, ys = np.r_[xs, xs[::-1] + 2e4], np.r_[rows, rows[::-1] - 8e3]
    area = Area.ring(xs, ys)
    square = (X > 5e5) & (X < 1.5e6) & (Y > 5.5e6) & (Y < 6.5e6)
    found = area.mask(X, Y)
    assert found[~square].mean() < 0.02
    assert found[square].mean() > 0.97


def test_every_corner_of_a_comb_alike_still_ends() -> None:
    """400 teeth of one size: no tolerance leaves some of them and drops the others."""
    area = Area.ring(np.arange(400) * 1e3, np.tile([6e6, 6.5e6], 200))
    assert 3 <= len(area.points) <= MAX_POINTS


def test_what_is_gone_around_twice_is_inside() -> None:
    angle = np.linspace(0, 4 * np.pi, 200)
    radius = 5e5 * (1 + 0.04 * np.sin(0.7 * angle))
    area = Area.ring(1e6 + radius * np.cos(angle), 6e6 + radius * np.sin(angle))
    inner, outer = (np.hypot(X - 1e6, Y - 6e6) < r for r in (4.7e5, 5.3e5))
    found = area.mask(X, Y)
    assert found[inner].all()
    assert not found[~outer].any()


def test_an_eight_is_both_of_its_halves_and_no_more() -> None:
    angle = np.linspace(0, 2 * np.pi, 300)
    xs, ys = 1e6 + 8e5 * np.sin(angle), 6e6 + 4e5 * np.sin(2 * angle)
    halves = shapely.MultiPolygon(
        [shapely.Polygon(np.column_stack([xs, ys])[side]) for side in (angle < np.pi, angle > np.pi)]
    )
    expected = shapely.contains_xy(halves, X, Y)
    found = Area.ring(xs, ys).mask(X, Y)
    assert (found == expected).mean() > 0.99
    assert found[X < 1e6].any()
    assert found[X > 1e6].any()


def test_a_slip_where_the_ends_cross_is_no_part_of_the_area() -> None:
    xs, ys = [5e5, 1.5e6, 1.5e6, 5e5, 5e5, 5.2e5], [5.5e6, 5.5e6, 6.5e6, 6.5e6, 5.48e6, 5.48e6]
    area = Area.ring(xs, ys)
    assert shapely.Polygon(area.outline).is_valid
    square = (X > 5e5) & (X < 1.5e6) & (Y > 5.5e6) & (Y < 6.5e6)
    assert (area.mask(X, Y) == square).mean() > 0.99


@pytest.mark.parametrize(
    ("xs", "ys", "why"),
    [
        (np.linspace(0, 1e6, 100), np.linspace(6e6, 7e6, 100), "encloses nothing"),
        ([0, 1e6, 2e6, 1e6], [6e6] * 4, "encloses nothing"),
        ([5e5] * 70, [6e6] * 70, "encloses nothing"),
        (*wobble(66, 3), "encloses nothing"),  # metres: less than its points are rounded to
        ([0, float("nan"), 1e6], [6e6, 6e6, 7e6], "leaves the map"),
        ([0, float("inf"), 1e6], [6e6, 6e6, 7e6], "leaves the map"),
        ([0, 1e300, -1e300], [6e6, 6e6, 7e6], "leaves the map"),
        ([0, 10**400, 1e6], [6e6, 6e6, 7e6], "numbers"),
        (["a", "b", "c"], [6e6, 6e6, 7e6], "numbers"),
        ("123", {"a": 1}, "as many"),
        ([0, 1, 2], [0, 1], "as many"),
        (None, None, "as many"),
    ],
)
def test_a_ring_that_is_none_is_refused_with_the_reason(xs: Any, ys: Any, why: str) -> None:
    with pytest.raises(InvalidQueryError, match=why):
        Area.ring(xs, ys)


def test_what_is_drawn_over_the_maps_edge_ends_there() -> None:
    """Beyond 180 degrees the projection begins again in the west: the area would lie on the other side."""
    assert Area.ring([1e7, 3e7, 2e7], [1e7, 1.2e7, 3e7]).outline[:, 0].min() == pytest.approx(1e7, abs=20)
    assert Area.box(1e7, -5e7, 5e7, 5e7).points == ((89.8315, -85.0), (180.0, 85.0))


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
