"""The embedding map, without a browser: its samples and colours, what is drawn in it filters all, and nothing of it while labels are hidden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.embedding_area import EmbeddingArea
from explorer.corpus.query.filters import Filters
from explorer.demo import open_demo
from explorer.views.common import embedding_look
from explorer.views.common.embedding_look import EmbeddingLook
from explorer.views.embedding.embedding import EmbeddingView
from tests.talk import BesideTheMap, sent, until


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    found = open_demo(count=1500)
    yield found
    found.close()


class Room(BesideTheMap):
    def __init__(self, corpus: Corpus) -> None:
        super().__init__(corpus, EmbeddingView)

    def told(self, kind: str, before: int = 0) -> dict[str, Any]:
        """The newest message of a kind, once there are more than `before`."""
        return dict(until(lambda: sent(self.view.panel, kind)[before:])[-1])

    def picture(self, number: int = 1) -> np.ndarray:
        x0, x1, y0, y1 = self.last("state")["home"]
        self.say("view", frame=number, x0=x0, x1=x1, y0=y0, y1=y1, width=300, height=200)
        found = until(lambda: [one for one in sent(self.view.panel, "picture") if one["frame"] == number])[-1]
        return np.frombuffer(found["pixels"], np.uint8).reshape(200, 300)


@pytest.fixture
def room(corpus: Corpus) -> Room:
    return Room(corpus)


def test_nothing_is_told_before_somebody_opens_it(room: Room) -> None:
    room.selection.map.filters = Filters(purity=(0.5, 1))
    room.say("view", frame=1, x0=0, x1=1, y0=0, y1=1, width=10, height=10)
    assert sent(room.view.panel, "busy", "state", "picture") == []


def test_samples_are_in_their_colours_and_the_others_grey(room: Room) -> None:
    room.selection.embedding = EmbeddingLook()
    state = room.told("state")
    assert (state["table"], state["count"], state["placed"], state["total"]) == ("made-up", 1500, 1500, 1500)
    assert sum(row["count"] for row in state["key"]) == 1500
    image = room.picture()
    assert image.max() < 255  # no grey
    assert image.any()
    before = len(sent(room.view.panel, "state"))
    room.selection.map.filters = Filters(largest=(211,))
    state = room.told("state", before)
    arable = int((room.corpus.samples["clc"] == 211).sum())
    assert state["count"] == arable
    assert [(row["filter"], row["count"], row["on"]) for row in state["key"]] == [
        ("largest:211", arable, True)
    ]
    position = room.corpus.filter_table.position(3)[(room.corpus.samples["clc"] == 211).to_numpy()][0]
    assert set(np.unique(room.picture(2))) == {0, position + 1, 255}


def test_a_line_around_samples_filters_and_is_in_the_link(room: Room) -> None:
    room.selection.embedding = EmbeddingLook()
    x0, x1, y0, y1 = room.told("state")["home"]
    middle = (x0 + x1) / 2
    before = len(sent(room.view.panel, "state"))
    room.say("area", x=[x0, middle, middle, x0], y=[y0, y0, y1, y1])
    state = room.told("state", before)
    places = room.corpus.features["made-up"].map()
    expected = (places["x"] >= float(f"{x0:.4g}")) & (places["x"] <= float(f"{middle:.4g}"))
    expected &= places["y"].between(float(f"{y0:.4g}"), float(f"{y1:.4g}"))
    assert 0 < state["count"] == len(room.session.filtered_rows) == int(expected.sum())
    assert len(state["area"]) == 4
    assert "filter=embedding:made-up:pca:" in room.selection.to_query()
    found = room.corpus.query(filters=room.selection.map.filters.format())
    assert list(found.index) == list(room.corpus.samples.index[room.session.filtered_rows])
    room.say("area", x=[0, 0, 0], y=[1, 1, 1])
    assert "encloses nothing" in room.told("trouble")["text"]
    room.say("remove", name="embedding")
    assert room.selection.map.filters == Filters()


def test_a_click_opens_the_nearest_sample_which_is_marked(room: Room) -> None:
    room.selection.embedding = EmbeddingLook()
    room.told("state")
    places = room.corpus.features["made-up"].map()
    wanted = str(places.index[17])
    x, y = places.loc[wanted]
    room.say("tap", x=float(x), y=float(y), reach=1e-3)
    assert room.selection.sample_id == wanted
    assert room.last("mark")["place"] == pytest.approx([x, y])
    room.say("tap", x=900.0, y=900.0, reach=1.0)
    assert room.selection.sample_id == wanted


def test_the_key_filters_by_country_and_back(room: Room) -> None:
    room.selection.embedding = EmbeddingLook(by="country")
    state = room.told("state")
    row = state["key"][0]
    room.say("filter", text=row["filter"])
    assert len(room.session.filtered_rows) == row["count"]
    room.say("filter", text=row["filter"])
    assert room.selection.map.filters == Filters()
    room.say("filter", text="suspicion:0.5-1")
    assert room.selection.map.filters == Filters()


@pytest.mark.parametrize("by", ["class", "country", "review", "suspicion", "disagreement"])
def test_whatever_colours_it_has_a_key(room: Room, by: str) -> None:
    corpus = room.corpus
    corpus.extras = pd.DataFrame(
        {"suspicion": np.linspace(0, 1, 1500), "review": "correct"}, corpus.samples.index
    )
    room.selection.opinion = "made-up-good"
    room.filtered()
    room.selection.embedding = EmbeddingLook(by=by)
    state = room.told("state")
    assert len(state["palette"]) == 256
    used = {state["palette"][i] for i in np.unique(room.picture()) if i}
    assert used <= set(state["palette"][1:]) - {"#00000000"}
    assert state["key"]
    corpus.extras = None


def test_a_blind_review_closes_it(room: Room) -> None:
    room.selection.embedding = EmbeddingLook()
    room.told("state")
    room.session.blind = True
    assert room.selection.embedding is None
    room.told("hide")
    count = len(sent(room.view.panel, "state", "picture"))
    room.selection.embedding = EmbeddingLook(by="class")
    assert room.selection.embedding is None
    room.say("view", frame=9, x0=-1, x1=1, y0=-1, y1=1, width=10, height=10)
    assert len(sent(room.view.panel, "state", "picture")) == count


def test_a_place_that_the_browser_tells_is_in_the_link_and_drawn_no_second_time(room: Room) -> None:
    room.selection.embedding = EmbeddingLook()
    room.told("state")
    busy = len(sent(room.view.panel, "busy"))
    room.say("placed", x=0.123456789, y=-0.2, width=0.5)
    assert room.selection.embedding == EmbeddingLook(place=(0.12346, -0.2, 0.5))
    room.say("placed", x=0.0, y=0.0, width=-1.0)
    assert len(sent(room.view.panel, "busy")) == busy
    room.selection.embedding = EmbeddingLook(place=(0.1, 0.1, 0.1))
    assert len(sent(room.view.panel, "busy")) == busy + 1


def test_a_map_that_is_not_there_says_how_to_make_it(room: Room) -> None:
    room.selection.embedding = EmbeddingLook("umap")
    assert "explorer features map CORPUS --table made-up --method umap" in room.told("trouble")["text"]


@pytest.mark.parametrize(
    "text", ["tsne", "pca;by:colour", "pca;at:1,2", "pca;at:nan,0,1", "pca;at:0,0,0", "pca;x:1"]
)
def test_a_look_that_is_none_says_so(text: str) -> None:
    with pytest.raises(InvalidQueryError):
        embedding_look.parse(text)


@pytest.mark.parametrize(
    "text",
    ["made-up", "made-up:pca:1_2", "made-up:pca:1~2", "a:pca:1_nan~2_3", ":pca:0_0~1_1", "a:PCA!:0_0~1_1"],
)
def test_an_area_that_is_none_says_so(text: str) -> None:
    with pytest.raises(InvalidQueryError):
        EmbeddingArea.parse(text)


def test_a_long_line_keeps_its_shape_in_few_points() -> None:
    turn = np.linspace(0, 2 * np.pi, 4000)
    area = EmbeddingArea.ring("a b", "pca", list(np.cos(turn)), list(np.sin(turn)))
    assert len(area.points) <= 48
    assert area.polygon.area == pytest.approx(np.pi, rel=0.02)
    assert EmbeddingArea.parse(str(area)) == area
