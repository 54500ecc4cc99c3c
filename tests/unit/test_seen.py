"""A view of a story as one picture: what its link says of comparison, range, zoom and layer is what is painted."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from explorer.analysis.difference import difference
from explorer.core import corine
from explorer.core.errors import StoryError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.export import frames, map_picture, seen, tiles
from explorer.export.frames import FramePainter, Style
from explorer.export.stories import State, Story
from tests import corpora

FULL = corpora.FULL
BARE = Style(header=False, class_bar=False, chart=None, attribution=False)
FIRST, SECOND, MISSING = dt.date(2018, 1, 13), dt.date(2018, 2, 2), dt.date(2018, 3, 4)


def shown(corpus: Corpus, words: str) -> seen.Pictures:
    return seen.pictures(corpus, seen.read(State(f"?date={FIRST}&{words}", ""), FULL))


def painted(
    corpus: Corpus, days: list[dt.date], style: Style = BARE
) -> tuple[FramePainter, list[np.ndarray]]:
    painter = frames.painter(corpus, FULL, dates=days, style=style)
    left, top, right, bottom = painter.picture_box
    return painter, [painter.frame(i)[top:bottom, left:right] for i in range(len(days))]


def test_what_a_link_does_not_spell_right_is_as_on_a_fresh_page() -> None:
    bad = seen.read(
        State("?view=nonsense&stretch=?&composite=index:nonsense&play=x&date=1900-01-01&curves=;;", ""), FULL
    )
    assert bad == seen.SeenView(FULL)


def test_a_state_without_a_sample_shows_the_last_ones() -> None:
    states = (State(f"?sample={FULL}", "a"), State("?date=2018-03-04", "b"))
    assert seen.samples(Story("t", states)) == [FULL, FULL]
    with pytest.raises(StoryError, match="names no sample"):
        seen.samples(Story("t", states[::-1]))


def test_side_by_side_and_swiped_are_two_dates(tiny_corpus: Corpus) -> None:
    _, (first, second) = painted(tiny_corpus, [FIRST, SECOND])
    assert (first != second).any()
    side = shown(tiny_corpus, f"view=side:{SECOND}")
    assert [one.date for one in side.pictures] == [str(FIRST), str(SECOND)]
    for one, expected in zip(side.pictures, (first, second), strict=True):
        np.testing.assert_array_equal(one.pixels, expected)
    assert side.image.width > 2 * first.shape[1]
    swiped = shown(tiny_corpus, f"view=swipe:{SECOND};split:0.25").pictures[0]
    split = first.shape[1] // 4
    np.testing.assert_array_equal(swiped.pixels[:, : split - 1], first[:, : split - 1])
    np.testing.assert_array_equal(swiped.pixels[:, split + 1 :], second[:, split + 1 :])
    assert swiped.date == f"{FIRST} (left), {SECOND} (right)"


def test_a_difference_is_that_of_the_page(tiny_corpus: Corpus) -> None:
    found = shown(tiny_corpus, f"view=difference:{SECOND}")
    scene = found.painter.scene
    at = [PF_SR.dates.index(day) for day in (SECOND, FIRST)]
    expected = difference(scene.cube, scene.recipe, *at)
    np.testing.assert_array_equal(found.painter.scene.rgba(found.painter.steps[0]), expected.rgba)
    assert found.legend == expected.legend
    assert found.pictures[0].date == f"{FIRST} minus {SECOND}"
    lacking = shown(tiny_corpus, f"view=difference:{MISSING}")
    assert [one.mark for one in lacking.pictures][1] == "missing"


def test_where_no_date_is_named_the_other_year_is_compared() -> None:
    view = seen.read(State("?view=side&date=2018-01-13", ""), FULL)
    assert view.other is not None
    assert abs((view.other - dt.date(2019, 1, 13)).days) <= 2
    assert seen.read(State("?date=2018-01-13", ""), FULL).other is None


def test_a_sheet_has_dates_of_what_plays(tiny_corpus: Corpus) -> None:
    found = shown(tiny_corpus, "view=sheet-12&play=range:2018-01-03,2018-03-04")
    days = [one.date for one in found.pictures]
    assert len(days) == 12
    assert (days[0], days[-1]) == ("2018-01-03", "2018-03-04")
    assert found.columns == 6


def test_the_part_that_is_zoomed_to_fills_the_picture(tiny_corpus: Corpus) -> None:
    style = Style(header=False, class_bar=False, chart=None, attribution=False, scale_bar=False)
    _, (whole,) = painted(tiny_corpus, [FIRST], style)
    painter = frames.painter(
        tiny_corpus, FULL, dates=[FIRST], pins=[(45, 90), (199, 0)],
        style=Style(header=False, class_bar=False, chart=None, attribution=False, scale_bar=False, window=(2.0, 40.0, 80.0)),
    )  # fmt: skip
    left, top, right, bottom = painter.picture_box
    part = painter.picture(painter.steps[0])
    factor = whole.shape[0] // PF_SR.size
    expected = (
        whole[40 * factor : 140 * factor, 80 * factor : 180 * factor].repeat(2, axis=0).repeat(2, axis=1)
    )
    np.testing.assert_array_equal(part, expected)
    # Of two pins the one is in the part that is seen, at its place there; the other is not drawn.
    changed = np.argwhere((painter.frame(0)[top:bottom, left:right] != part).any(axis=-1))
    middle = (changed.min(axis=0) + changed.max(axis=0)) / 2 / (2 * factor)
    assert abs(middle[0] - 5.5) < 4
    assert abs(middle[1] - 10.5) < 8  # its number stands beside it


def test_a_date_that_is_missing_is_shown_as_missing(tiny_corpus: Corpus) -> None:
    found = seen.pictures(tiny_corpus, seen.read(State(f"?date={MISSING}", ""), FULL))
    assert [(one.date, one.mark) for one in found.pictures] == [(str(MISSING), "missing")]


def test_a_layer_that_a_sample_has_not_is_left_out(tiny_corpus: Corpus) -> None:
    found = shown(tiny_corpus, "view=layer:nothing-of-that-name")
    assert found.painter.style.layer == ""
    np.testing.assert_array_equal(found.pictures[0].pixels, painted(tiny_corpus, [FIRST])[1][0])


def test_the_map_alone_is_where_the_link_has_it_with_what_the_filters_leave(tiny_corpus: Corpus) -> None:
    cell = tiny_corpus.cell(FULL)
    lon, lat = cell.centre
    link = f"?panel=map&map={lat:.4f},{lon:.4f},200"
    both = seen.pictures(tiny_corpus, seen.read(State(link, ""), FULL))
    assert both.lines[0].startswith("3 samples by land cover, 1 of them in this part of the map.")
    pixels = both.pictures[0].pixels
    arable = np.array(tiles.rgb(corine.land_cover(211).hex))
    middle = pixels[map_picture.SIZE[1] // 2 - 6 : map_picture.SIZE[1] // 2 + 6, 590:610].reshape(-1, 3)
    assert (np.abs(middle.astype(int) - arable).sum(axis=1) < 30).any()
    none = seen.pictures(tiny_corpus, seen.read(State(f"{link}&filter=largest:112", ""), FULL))
    assert none.lines[0].startswith("0 samples by land cover that the filters leave")
    again = (
        none.pictures[0]
        .pixels[map_picture.SIZE[1] // 2 - 6 : map_picture.SIZE[1] // 2 + 6, 590:610]
        .reshape(-1, 3)
    )
    assert not (np.abs(again.astype(int) - arable).sum(axis=1) < 30).any()
    whole = seen.pictures(tiny_corpus, seen.read(State("?panel=map&map=nonsense&level=9", ""), FULL))
    assert whole.lines[0].startswith("3 samples by land cover. Map:")
    assert (
        (whole.pictures[0].pixels.shape[:2]) != pixels.shape[:2] or (whole.pictures[0].pixels != pixels).any()
    )
