"""Steps of the view: what belongs to one, what is none, and that a way back leads to where one was."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import pytest

from explorer.analysis.picture_view import PictureView
from explorer.analysis.playback import Playback
from explorer.analysis.shapes import Shape
from explorer.corpus.query.area import Area
from explorer.corpus.query.filters import Filters
from explorer.views.common.map_state import MapLink, Place
from explorer.views.common.selection import DEFAULT_DATE, DEFAULT_PIXELS, Link
from explorer.views.common.sentinel_look import LargePicture, SentinelLook
from explorer.views.common.view_history import MAX_STEPS, WORDS, ViewHistory, state_of, with_state
from explorer.views.page.undo import taken_away

FRESH = Link(sample="33N_15E-200N_01_09", date=DEFAULT_DATE, pixels=DEFAULT_PIXELS)
OTHER = "31N_20E-234N_18_36"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def history(clock: Clock) -> ViewHistory:
    found = ViewHistory(FRESH, clock)
    clock.now += 60
    return found


def at(place: float, **map_says: Any) -> MapLink:
    return MapLink(place=Place(place, 47.0, 100.0), **map_says)


def back(history: ViewHistory, link: Link) -> Link:
    found = history.undo(link)
    assert found is not None
    return found[0]


def test_all_that_a_link_says_of_the_view_can_be_undone_and_has_a_word() -> None:
    names = {f.name for f in fields(Link)} - {"problems", "map", "review", "blind", "story", "keep_marks"}
    names |= {f"map.{f.name}" for f in fields(MapLink)} - {"map.problems"}
    assert set(state_of(FRESH)) == names == set(WORDS)
    assert with_state(Link(), state_of(FRESH)) == FRESH
    changed = with_state(FRESH, {"composite": "false", "map.theme": "dark"})
    assert changed == replace(FRESH, composite="false", map=MapLink(theme="dark"))


def test_steps_are_taken_back_and_done_again_in_their_order(history: ViewHistory) -> None:
    pinned = replace(FRESH, pixels=(*DEFAULT_PIXELS, (1, 2)))
    infrared = replace(pinned, composite="false")
    assert history.undo(FRESH) is None
    assert history.note(pinned)
    assert history.note(infrared)
    assert history.note(infrared) is None  # nothing has changed
    assert back(history, infrared) == pinned
    assert back(history, pinned) == FRESH
    assert history.undo(FRESH) is None
    (again, step), (last, _) = history.redo(FRESH) or (FRESH, None), history.redo(pinned) or (FRESH, None)
    assert (again, last) == (pinned, infrared)
    assert step is not None
    assert step.words == "pins"
    assert history.redo(infrared) is None
    assert back(history, infrared) == pinned
    assert history.note(replace(pinned, panel="map"))  # another way: what was taken back is gone
    assert history.redo(pinned) is None


def test_a_drag_is_one_step_and_the_next_one_another(history: ViewHistory, clock: Clock) -> None:
    for i in range(20):
        clock.now += 0.1
        history.note(replace(FRESH, map=at(i)))
    clock.now += 2
    for i in range(20, 40):
        clock.now += 0.1
        history.note(replace(FRESH, map=at(i)))
    assert back(history, replace(FRESH, map=at(39))) == replace(FRESH, map=at(19))
    assert back(history, replace(FRESH, map=at(19))) == FRESH


@pytest.mark.parametrize(
    ("way", "last"),
    [
        ([{"date": dt.date(2018, 7, d)} for d in (7, 12, 17)], {"date": dt.date(2018, 7, 22)}),
        ([{"view": PictureView(scale=s)} for s in (2, 3, 4)], {"view": PictureView(scale=5)}),
        ([{"pixels": ((i, 3),)} for i in (1, 2, 3)], {"pixels": ((4, 3),)}),
        ([{"regions": (Shape("box", ((i, 0.0), (90.0, 90.0))),)} for i in (1.0, 2.0)], {"regions": (Shape("box", ((3.0, 0.0), (90.0, 90.0))),)}),
        ([{"playback": Playback(first=dt.date(2018, 7, d))} for d in (7, 12)], {"playback": Playback(first=dt.date(2018, 7, 17))}),
        ([{"sentinel": SentinelLook(large=LargePicture(scale=s))} for s in (2, 3)], {"sentinel": SentinelLook(large=LargePicture(scale=4))}),
    ],
)  # fmt: skip
def test_what_a_hand_moves_is_one_step(
    history: ViewHistory, clock: Clock, way: list[dict[str, Any]], last: dict[str, Any]
) -> None:
    before = replace(FRESH, **way[0])
    history.note(before)
    clock.now += 10
    for says in (*way[1:], last):
        history.note(replace(FRESH, **says))
        clock.now += 0.3
    assert back(history, replace(FRESH, **last)) == before


def test_what_is_clicked_is_a_step_each_however_fast(history: ViewHistory) -> None:
    links = [replace(FRESH, pixels=(*DEFAULT_PIXELS, *((i, i) for i in range(n)))) for n in range(5)]
    for link in links[1:]:
        assert history.note(link)
    for before, link in reversed(list(pairwise(links))):
        assert back(history, link) == before


def test_dates_that_play_are_no_step_and_stay_where_they_are(history: ViewHistory) -> None:
    pinned = replace(FRESH, composite="false")
    history.note(pinned)
    played = replace(pinned, date=dt.date(2018, 9, 5))
    history.amend(played)
    assert history.note(played) is None
    assert history.note(replace(played, playback=Playback("run"))) is None  # that it plays is no view
    assert back(history, played) == replace(FRESH, date=dt.date(2018, 9, 5))


def test_what_a_sample_brings_with_it_is_of_its_step(history: ViewHistory, clock: Clock) -> None:
    """The map flies there, the zoom is gone, the nearest date is shown: one way back from all of it."""
    zoomed = replace(FRESH, view=PictureView(scale=3))
    history.note(zoomed)
    clock.now += 10
    opened = replace(zoomed, sample=OTHER)
    history.note(opened)
    clock.now += 0.3
    whole = replace(opened, view=PictureView())
    nearest = replace(whole, date=dt.date(2018, 7, 7))
    flown = replace(nearest, map=at(9))
    assert history.note(whole) is None
    history.amend(nearest)
    clock.now += 1.5
    assert history.note(flown) is None
    found = history.undo(flown)
    assert found is not None
    assert found[0] == zoomed
    assert found[1].words == "sample"
    clock.now += 1
    assert history.note(replace(zoomed, map=at(3))) is None  # the map has flown back: no step, and
    redone = history.redo(zoomed)
    assert redone is not None
    assert redone[0] == flown
    assert history.note(replace(flown, date=dt.date(2018, 7, 12)))  # somebody's own is a step at once


def test_a_session_remembers_so_many_steps(history: ViewHistory) -> None:
    links = [replace(FRESH, sample=f"33N_15E-200N_{i // 60:02}_{i % 60:02}") for i in range(200)]
    for link in links:
        history.note(link)
    link, count = links[-1], 0
    while found := history.undo(link):
        link, count = found[0], count + 1
    assert count == MAX_STEPS == 50
    assert link == links[-51]


def test_the_step_that_is_offered_is_taken_back_though_another_followed(history: ViewHistory) -> None:
    pinned = replace(FRESH, pixels=((1, 2),), names=())
    step = history.note(pinned)
    assert step is not None
    dark = replace(pinned, map=MapLink(theme="dark"))
    history.note(dark)
    assert history.is_untouched(step.number)
    found = history.undo(dark, step.number)
    assert found is not None
    assert found[0] == replace(dark, pixels=DEFAULT_PIXELS)
    assert back(history, found[0]) == FRESH
    assert not history.is_untouched(step.number)


def test_the_pins_of_another_sample_are_not_brought_back(history: ViewHistory) -> None:
    step = history.note(replace(FRESH, pixels=((1, 2),)))
    assert step is not None
    opened = replace(FRESH, sample=OTHER, pixels=((1, 2),))  # its own pin happens to be there too
    history.note(opened)
    assert not history.is_untouched(step.number)
    assert history.undo(opened, step.number) is None


def test_what_is_forgotten_cannot_be_undone(history: ViewHistory) -> None:
    link = replace(FRESH, composite="false")
    history.note(link)
    history.note(replace(link, panel="map"))
    history.undo(replace(link, panel="map"))
    history.forget()
    assert history.undo(link) is None
    assert history.redo(link) is None


# --- what is said -----------------------------------------------------------------------------------------------
TWO, BOX, ROUND = (
    ((1, 2), (3, 4)),
    Shape("box", ((0.0, 0.0), (9.0, 9.0))),
    Shape("box", ((5.0, 0.0), (9.0, 9.0)), "Field"),
)
MANY = tuple((i, i) for i in range(8))


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ({"pixels": TWO}, {"pixels": ((9, 9),)}, "2 pins replaced."),
        ({"pixels": TWO}, {"pixels": ((3, 4),)}, "1 pin removed."),
        ({"pixels": (*TWO, (5, 6))}, {"pixels": ((5, 6),)}, "2 pins removed."),
        ({"pixels": MANY}, {"pixels": (*MANY[1:], (9, 9))}, "1 pin replaced: 8 are the most."),
        ({"pixels": ((1, 2),), "names": ("Oak",)}, {"pixels": ((3, 4),), "names": ()}, "Pin Oak replaced."),
        ({"pixels": ((1, 2),)}, {"pixels": ((3, 4),)}, ""),
        ({"pixels": TWO}, {"pixels": (*TWO, (9, 9))}, ""),
        ({"pixels": TWO}, {"pixels": ((1, 2), (9, 9))}, ""),  # dragged
        ({"regions": (BOX, ROUND)}, {"regions": (ROUND,)}, "Region A removed."),
        ({"regions": (BOX, ROUND)}, {"regions": (BOX,)}, "Region Field removed."),
        ({"regions": (BOX, ROUND)}, {"regions": ()}, "2 regions removed."),
        ({"regions": (BOX,)}, {"regions": (replace(BOX, points=((1.0, 0.0), (9.0, 9.0))),)}, ""),
        ({"sample": "a", "pixels": TWO, "regions": (BOX,)}, {"sample": "b", "pixels": DEFAULT_PIXELS, "regions": ()}, "2 pins and 1 region stay with the last sample (Keep takes them along)."),
        ({"sample": "a", "regions": (BOX,)}, {"sample": "b", "regions": ()}, "1 region stays with the last sample (Keep takes them along)."),
        ({"sample": "a", "pixels": ((1, 2),)}, {"sample": "b", "pixels": DEFAULT_PIXELS}, ""),
        ({"sample": "a"}, {"sample": "b"}, ""),
        ({"map.filters": Filters(largest=(211,), countries=("Spain",))}, {"map.filters": Filters()}, "2 filters removed."),
        ({"map.filters": Filters(largest=(211,))}, {"map.filters": Filters(countries=("Spain",))}, "1 filter replaced."),
        ({"map.filters": Filters(largest=(211,))}, {"map.filters": Filters()}, ""),
        ({"map.filters": Filters(largest=(211,)), "map.level": 3}, {"map.filters": Filters(), "map.level": 2}, "1 filter removed."),
        ({"map.area": Area(((1.0, 45.0), (2.0, 46.0)))}, {"map.area": None}, "Area removed."),
        ({"map.area": Area(((1.0, 45.0), (2.0, 46.0)))}, {"map.area": Area(((1.0, 45.0), (3.0, 46.0)))}, "Area replaced."),
        ({"map.area": None}, {"map.area": Area(((1.0, 45.0), (3.0, 46.0)))}, ""),
        ({"composite": "true"}, {"composite": "false"}, ""),
    ],
)  # fmt: skip
def test_what_was_taken_away_is_said_and_no_trifle(
    before: dict[str, Any], after: dict[str, Any], text: str
) -> None:
    assert taken_away(before, after) == text
