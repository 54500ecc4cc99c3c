"""The Sentinel-2 panel without a browser: which picture is large, and what is measured under the pointer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from explorer.analysis import profiles
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Status
from explorer.views.common.components import SessionScheduler
from explorer.views.common.selection import Selection
from explorer.views.common.sentinel_look import LargePicture, SentinelLook
from explorer.views.sentinel2.bands import BandsView
from tests import corpora
from tests.talk import say, sent, until

ROW, COL = 41, 137  # of the 3 m grid
JULY = 6


@pytest.fixture
def view(tiny_corpus: Corpus) -> Iterator[BandsView]:
    """The panel with a sample that lacks nothing, once its pictures have left for the browser."""
    selection = Selection(sample_id=corpora.FULL)
    found = BandsView(tiny_corpus, selection, SessionScheduler(), "bus")
    found.open(corpora.FULL)
    until(lambda: sent(found.grid, "pictures"))
    yield found
    found.close()


def ask(view: BandsView, of: str, index: int, row: int = ROW, col: int = COL, behind: int = 0) -> list[str]:
    """What is told of a pixel; `behind` so many samples."""
    before = len(sent(view.grid, "under"))
    ticket = sent(view.grid, "open")[-1]["ticket"] - behind
    say(view.grid, "under", row=row, col=col, index=index, of=of, ticket=ticket)
    return [message["text"] for message in sent(view.grid, "under")[before:]]


def reflectance(corpus: Corpus, band: str, month: int) -> str:
    cube = corpus.cubes.get(corpus.cell(corpora.FULL), S2_SR)
    assert cube.status[month] == Status.THERE
    row, col = profiles.to_s2(ROW, COL)
    return f"{band} {cube.data[month, cube.bands.index(band), row, col] / 10_000:.4f}"


def test_under_the_pointer_is_what_the_picture_shows(view: BandsView, tiny_corpus: Corpus) -> None:
    selection = view._selection
    assert ask(view, "", JULY) == [
        " · ".join(reflectance(tiny_corpus, band, JULY) for band in ("B04", "B03", "B02"))
    ]
    assert ask(view, "B11", JULY) == [reflectance(tiny_corpus, "B11", JULY)]
    selection.sentinel = replace(selection.sentinel, composite="index:NDVI")
    found = ask(view, "", JULY)[0]
    row, col = profiles.to_s2(ROW, COL)
    cube = tiny_corpus.cubes.get(tiny_corpus.cell(corpora.FULL), S2_SR)
    nir, red = (float(cube.data[JULY, cube.bands.index(band), row, col]) for band in ("B08", "B04"))
    assert f"{(nir - red) / (nir + red):.3f} · " in found
    assert reflectance(tiny_corpus, "B08", JULY) in found


def test_planet_fusion_beside_it_is_read_too(view: BandsView, tiny_corpus: Corpus) -> None:
    assert ask(view, "planet", 36) == []  # not opened by the animation
    reading = tiny_corpus.read(corpora.FULL, PF_SR, 0)
    view._session.planet = reading
    until(lambda: reading.complete)
    there = int(reading.cube.there[0])
    value = reading.cube.data[there, 0, ROW, COL]
    assert f"{reading.cube.bands[0]} {value / 10_000:.4f}" in ask(view, "planet", there)[0]
    reading.release()


@pytest.mark.parametrize(
    ("of", "index", "row", "behind"), [("", 12, ROW, 0), ("B11", -1, ROW, 0), ("", JULY, 200, 0), ("", JULY, ROW, 1), ("planet", 146, ROW, 0)]
)  # fmt: skip
def test_what_is_not_there_or_late_is_not_answered(
    view: BandsView, of: str, index: int, row: int, behind: int
) -> None:
    assert ask(view, of, index, row, behind=behind) == []


def test_a_link_is_told_and_what_the_browser_says_is_not_told_back(view: BandsView) -> None:
    selection = view._selection
    assert sent(view.grid, "large") == []
    selection.sentinel = SentinelLook(large=LargePicture("swipe", 4, "B11", 2.0, 10.0, 20.0))
    told = sent(view.grid, "large")[-1]
    assert told == {"type": "large", "mode": "swipe", "month": 4, "band": "B11", "scale": 2.0, "row": 10.0, "col": 20.0}  # fmt: skip
    say(view.grid, "large", mode="side", month=None, band="", scale=1, row=0, col=0)
    assert selection.sentinel.large == LargePicture("side")
    selection.sentinel = replace(selection.sentinel, by="months")
    assert sent(view.grid, "large") == [told]
    say(view.grid, "look", band="B05")  # a choice of the panel keeps it
    assert selection.sentinel.large == LargePicture("side")
    selection.sentinel = SentinelLook()
    assert sent(view.grid, "large")[-1]["mode"] == ""


def test_pins_and_regions_are_set_in_the_large_picture(view: BandsView) -> None:
    selection = view._selection
    say(view.grid, "pixel_clicked", row=3, col=4, add=False)
    say(view.grid, "pixel_clicked", row=5, col=6, add=True)
    say(view.grid, "pixel_clicked", row=200, col=6, add=True)
    assert selection.pixels == ((3, 4), (5, 6))
    say(view.grid, "draw", kind="box", points=[[10, 10], [20, 30]])
    assert sent(view.grid, "regions")[-1]["regions"][0]["points"] == [[10, 10], [20, 30]]
    told = len(sent(view.grid, "regions"))
    say(view.grid, "reshape", region=0, points=[[12, 10], [22, 30]], done=False)
    assert len(sent(view.grid, "regions")) == told  # the browser is ahead
    say(view.grid, "reshape", region=0, points=[[12, 10], [24, 30]], done=True)
    assert np.array_equal(sent(view.grid, "regions")[-1]["regions"][0]["points"], [[12, 10], [24, 30]])
    say(view.grid, "draw", kind="star", points=[[0, 0], [1, 1]])
    assert "star" in sent(view.grid, "regions")[-1]["problem"]
    say(view.grid, "erase", region=0)
    assert selection.regions == ()
