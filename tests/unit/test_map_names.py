"""Names on the map: which are shown from which zoom on, that none lies over another, and what a page is told of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.views.common.map_state import MapState
from explorer.views.map import map_names
from explorer.views.map.map_names import starts
from explorer.views.map.raster import View

BOX = [-20.0, -8.0, 20.0, 8.0]


def overlapping(x: np.ndarray, y: np.ndarray, boxes: np.ndarray, resolution: float) -> list[tuple[int, int]]:
    """Pairs of names that touch at so many metres a pixel, the plain way."""
    px, py = x / resolution, y / resolution
    left, below, right, above = px + boxes[:, 0], py + boxes[:, 1], px + boxes[:, 2], py + boxes[:, 3]
    return [
        (i, j)
        for i, j in itertools.combinations(range(len(x)), 2)
        if left[i] < right[j] - 1e-6 and left[j] < right[i] - 1e-6 and below[i] < above[j] - 1e-6 and below[j] < above[i] - 1e-6
    ]  # fmt: skip


def test_a_name_gives_way_to_those_before_it() -> None:
    x, y = np.array([0.0, 400.0, 4000.0]), np.zeros(3)
    found = starts(x, y, np.array([BOX] * 3), np.array([100.0, 100.0, 100.0]))
    assert found.tolist() == [100.0, 10.0, 100.0]  # the third is far from both


def test_names_above_each_other_part_by_their_height() -> None:
    found = starts(np.zeros(2), np.array([0.0, 160.0]), np.array([BOX] * 2), np.array([100.0, 100.0]))
    assert found.tolist() == [100.0, 10.0]


def test_a_name_that_comes_late_itself_holds_nobody_back_before() -> None:
    """The first is shown from 5 m a pixel on, where the second is apart from it already."""
    found = starts(np.array([0.0, 400.0]), np.zeros(2), np.array([BOX] * 2), np.array([5.0, 100.0]))
    assert found.tolist() == [5.0, 100.0]


def test_a_name_beside_its_place_takes_the_room_there() -> None:
    beside = np.array([[-5.0, -8.0, 35.0, 8.0]] * 2)
    right = starts(np.array([0.0, 400.0]), np.zeros(2), beside, np.array([100.0, 100.0]))
    assert right.tolist() == [100.0, 10.0]  # 35 px of the first's name and 5 px before the second's place
    two = np.array([[-5.0, -8.0, 15.0, 8.0], [-5.0, -8.0, 75.0, 8.0]])
    assert starts(np.array([0.0, 400.0]), np.zeros(2), two, np.array([100.0, 100.0]))[1] == 20.0
    assert starts(np.array([0.0, -400.0]), np.zeros(2), two, np.array([100.0, 100.0]))[1] == 5.0


def test_two_names_of_one_place_are_never_shown_together() -> None:
    assert starts(np.zeros(2), np.zeros(2), np.array([BOX] * 2), np.array([9.0, 9.0])).tolist() == [9.0, 0.0]


@given(
    places=st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 80), st.floats(1, 1e4)), min_size=1, max_size=12),
    resolution=st.floats(0.5, 2e4),
)  # fmt: skip
def test_at_no_zoom_two_names_touch(
    places: list[tuple[float, float, float, float]], resolution: float
) -> None:
    x, y, wide, wanted = (np.array(column) for column in zip(*places, strict=True))
    boxes = np.column_stack([-wide - 1, np.full(len(x), -8.0), wide / 2 + 1, np.full(len(x), 8.0)])
    found = starts(x, y, boxes, wanted)
    assert (found <= wanted).all()
    assert found[0] == wanted[0]
    there = np.flatnonzero(found >= resolution)
    assert overlapping(x[there], y[there], boxes[there], resolution) == []


def test_europe_s_names_come_with_the_zoom() -> None:
    names = map_names.all_names()
    first = dict(
        zip(names.text[::-1], names.start[::-1].tolist(), strict=True)
    )  # of equal names, the most important
    assert first["Atlantic Ocean"] > first["North Sea"] > first["Irish Sea"] > 500
    assert first["France"] > first["Switzerland"] > first["Luxembourg"] > first["Liechtenstein"] > 0
    assert first["Paris"] > first["Orléans"] > 0
    assert first["France"] > 12_000  # all of Europe in a panel of 500 px
    counts = [(names.start >= resolution).sum() for resolution in (15_000, 4_000, 1_000, 250, 50)]
    assert counts == sorted(counts)
    assert 3 < counts[0] < 40
    assert counts[-1] > 6_000


@pytest.mark.parametrize("resolution", [15_000.0, 5_000.0, 1_500.0, 300.0])
def test_names_of_europe_do_not_touch(resolution: float) -> None:
    names = map_names.all_names()
    there = np.flatnonzero(names.start >= resolution)[:600]
    wide = np.array([len(names.text[i]) * 7.0 for i in there])
    beside = np.array([names.kind[i] in ("town", "city") for i in there])
    boxes = np.column_stack(
        [np.where(beside, -3, -wide / 2), np.full(len(there), -7), np.where(beside, 6 + wide, wide / 2), np.full(len(there), 7)]
    )  # fmt: skip
    assert overlapping(names.x[there], names.y[there], boxes, resolution) == []


def test_seas_lie_in_the_sea_and_countries_on_land() -> None:
    import shapely

    from explorer.corpus.tables import places

    names, land = map_names.all_names(), shapely.STRtree(places.world(3857))
    for i, kind in enumerate(names.kind):
        if kind in ("country", "sea"):
            hit = land.query(shapely.Point(names.x[i], names.y[i]), predicate="intersects")
            assert bool(len(hit)) == (kind == "country"), names.text[i]


def test_a_view_has_the_names_in_it_and_near_it() -> None:
    names = map_names.all_names()
    view = View((0.0, 400_000.0), (5_950_000.0, 6_350_000.0), 400, 400)  # around Tours, 1 km a pixel
    near = names.near(view)
    texts = [names.text[i] for i in near]
    assert "Paris" in texts
    assert "Berlin" not in texts
    assert (names.start[near] >= 400).all()
    rows = names.rows(near.tolist())
    assert [row["text"] for row in rows] == texts
    assert len(names.near(View((-3e6, 6e6), (4e6, 12e6), 90_000, 80_000))) == 400  # never more


def test_names_are_hidden_where_they_are_not_wanted_or_a_basemap_has_its_own() -> None:
    state = MapState()
    light = map_names.look(state)
    assert light["shown"]
    state.base = "satellite"
    dark = map_names.look(state)
    assert dark["shown"]
    assert dark["ink"] != light["ink"]
    state.base = "light"
    assert not map_names.look(state)["shown"]
    state.param.update(base="plain", names="none")
    assert not map_names.look(state)["shown"]
