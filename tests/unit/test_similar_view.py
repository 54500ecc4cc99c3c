"""More like this without a browser: the search in the gallery, on the map and as a queue; nothing of it while labels are hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from explorer.analysis.shapes import Shape
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.similar import search
from explorer.similar.search import By, Search
from explorer.views.common.components import SessionScheduler
from explorer.views.common.gallery_look import GalleryLook
from explorer.views.common.selection import Selection, decode
from explorer.views.gallery import similar
from explorer.views.gallery.gallery import GalleryView
from explorer.views.labels.labels import LabelsView
from explorer.views.map import map_figure
from explorer.views.profile.profile import ProfileView
from tests.talk import say, sent, until


@pytest.fixture(scope="module")
def demo() -> Iterator[Corpus]:
    found = open_demo(count=300)
    yield found
    found.close()


class Room:
    """Gallery and labels of a session that has a sample open."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus, self.selection = corpus, Selection(sample_id=corpus.default_sample)
        self.session, loop = self.selection.session, SessionScheduler()
        self.view = GalleryView(corpus, self.selection, loop, "bus")
        self.labels = LabelsView(corpus, self.selection, loop, "bus")

    def page(self, met: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        def last() -> dict[str, Any] | None:
            told = sent(self.view.gallery, "page")
            return told[-1] if told and met(told[-1]) else None

        return dict(until(last))

    def open(self) -> dict[str, Any]:
        say(self.labels.pane, "alike")
        return self.page(lambda page: page["count"] > 0)


@pytest.fixture
def room(demo: Corpus) -> Iterator[Room]:
    found = Room(demo)
    yield found
    found.view.close()


def ids(page: dict[str, Any]) -> list[str]:
    return [tile["id"] for tile in page["tiles"]]


def test_more_like_this_shows_the_nearest_first_and_says_so_in_the_link(room: Room) -> None:
    page = room.open()
    found = search.find(room.corpus, str(room.corpus.default_sample))
    assert ids(page) == list(room.corpus.samples.index[found.rows[:50]])
    assert page["count"] == 100
    assert page["source"] == f"Most like {room.corpus.default_sample}"
    assert page["how"] == "likeness in all features (made-up), of 299"
    query = room.selection.to_query()
    assert f"similar={room.corpus.default_sample}" in query
    assert "gallery=nearest,50,1;similar" in query
    link = decode(query)
    assert (link.similar, link.gallery) == (room.selection.similar, room.selection.gallery)
    assert sent(room.labels.pane, "alike")[-1] == {"type": "alike", "on_map": 100, "off": ""}


def test_a_link_shows_it_again(demo: Corpus) -> None:
    other = Room(demo)
    link = decode(f"?similar={demo.default_sample};by:season;n:20&gallery=nearest,50,1;similar")
    other.selection.param.update(similar=link.similar, gallery=link.gallery)
    assert len(ids(other.page(lambda page: page["count"] == 20))) == 20
    other.view.close()


def test_the_form_changes_the_search(room: Room) -> None:
    page = room.open()
    form = page["similar"]
    assert {one["value"] for one in form["bys"]} == {"all", "spectrum", "season", "spread", "season+spectrum"}
    assert {"", "other", "231"} <= {one["value"] for one in form["labels"]}
    came: list[object] = []
    room.session.param.watch(lambda event: came.append(event.new), "similar_found")
    say(room.view.gallery, "alike", of="now", by="season+spectrum", label="other", count=50, ids=[])
    page = room.page(lambda page: page["count"] == 50)
    assert room.selection.similar == Search(
        (str(room.corpus.default_sample),), by=(By("season"), By("spectrum")), other=True, n=50
    )
    own = room.corpus.filter_table.largest(3)[room.corpus.samples.index.get_loc(room.corpus.default_sample)]
    assert own not in room.corpus.samples["clc"].loc[ids(page)].to_numpy()
    assert page["source"].endswith(", with another label")
    assert None not in came  # what was found before stays until the newer is there


def test_a_pin_a_region_the_open_sample_and_marked_ones_can_be_searched_for(room: Room) -> None:
    room.open()
    region = Shape.of("box", [[10, 10], [40, 60]])
    other = str(room.corpus.samples.index[7])
    room.selection.sample_id = other
    room.selection.param.update(pixels=((5, 6),), regions=(region,))
    told = sent(room.view.gallery, "likes")[-1]["choices"]
    assert [one["value"] for one in told] == ["sample", "pin:0", "region:0"]
    form = {"by": "all", "label": "", "count": 100, "ids": []}
    for of, wanted in (
        ("pin:0", Search((other,), pixel=(5, 6), by=(By("season"),))),
        ("region:0", Search((other,), region=region)),
        ("sample", Search((other,))),
    ):
        assert similar.from_form({**form, "of": of}, room.selection, []) == wanted
    marked = [str(one) for one in room.corpus.samples.index[3:6]]
    say(room.view.gallery, "alike", **{**form, "of": "marked", "ids": [*marked, "nobody"]})
    assert room.selection.similar == Search(tuple(marked))


@pytest.mark.parametrize("form", [{"by": "all*0"}, {"label": "999"}, {"of": "marked", "ids": []}])
def test_what_cannot_be_searched_for_is_told_and_changes_nothing(room: Room, form: dict[str, Any]) -> None:
    room.open()
    before = room.selection.similar
    say(
        room.view.gallery, "alike", **{"of": "now", "by": "all", "label": "", "count": 100, "ids": [], **form}
    )
    assert sent(room.view.gallery, "trouble")
    assert room.selection.similar == before


def test_what_is_not_found_says_why(room: Room) -> None:
    room.open()
    say(room.view.gallery, "alike", of="now", by="all@gone", label="", count=100, ids=[])
    page = room.page(lambda page: "no table of features" in page["nothing"])
    assert page["tiles"] == []
    assert sent(room.labels.pane, "alike")[-1]["on_map"] == 0


def test_its_siblings_are_reviewed_nearest_first(room: Room) -> None:
    page = room.open()
    say(room.view.gallery, "review", ids=[])
    queue = room.session.queue_to_review or ""
    assert queue.removeprefix("ids:").split(".")[:50] == ids(page)
    assert len(queue.removeprefix("ids:").split(".")) == 100
    assert room.selection.gallery is None


def test_closing_ends_it_and_on_the_map_keeps_it(room: Room) -> None:
    room.open()
    say(room.view.gallery, "map")
    assert room.selection.gallery is None
    assert room.session.similar_found is not None
    say(room.labels.pane, "clear")
    assert room.session.similar_found is None
    room.open()
    say(room.view.gallery, "closed")
    assert room.selection.similar is None


def test_a_blind_review_shows_and_finds_nothing(room: Room) -> None:
    room.open()
    room.session.blind = True
    assert room.session.similar_found is None
    assert room.selection.gallery is None
    assert sent(room.labels.pane, "alike")[-1] == {
        "type": "alike", "on_map": 0, "off": "Not while the review hides labels",
    }  # fmt: skip
    before = len(sent(room.view.gallery, "page"))
    say(room.labels.pane, "alike")
    say(room.view.gallery, "alike", of="sample", by="all", label="231", count=100, ids=[])
    room.selection.similar = Search((str(room.corpus.samples.index[1]),), other=True)
    assert room.session.similar_found is None
    assert len(sent(room.view.gallery, "page")) == before
    room.session.blind = False
    until(lambda: room.session.similar_found is not None)


def test_a_late_search_never_overwrites_a_newer_one(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    find = search.find
    first, second = (Search((str(one),)) for one in room.corpus.samples.index[:2])

    def slow(corpus: Corpus, wanted: Search) -> search.Found:
        if wanted == first:
            room.selection.similar = second
        return find(corpus, wanted)

    monkeypatch.setattr(search, "find", slow)
    told: list[Search] = []
    room.session.param.watch(lambda event: event.new and told.append(event.new.search), "similar_found")
    room.selection.similar = first
    until(lambda: told)
    assert told == [second]


def test_the_map_marks_what_is_alike_and_the_most_alike_on_top() -> None:
    import numpy as np

    rings = map_figure.rings(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    assert rings["x"] == [2.0, 1.0, 2.0, 1.0]
    assert rings["ink"] == ["white", "white", map_figure.ALIKE, map_figure.ALIKE]
    assert rings.keys() == map_figure.dot(0, 0).keys() == map_figure.EMPTY["dot"].keys()


def test_a_gallery_of_nothing_that_is_searched_for_stays_closed(demo: Corpus) -> None:
    other = Room(demo)
    other.selection.gallery = GalleryLook("nearest", 50, similar=True)
    assert sent(other.view.gallery, "page") == []
    other.view.close()


def test_what_is_found_is_a_filter_of_the_map_until_it_is_taken_away(room: Room) -> None:
    page = room.open()
    assert page["similar"]["only"] is False
    state = room.selection.map
    say(room.view.gallery, "only", on=True)
    mask = state.filters.mask(room.corpus.filter_table)
    assert set(room.corpus.samples.index[mask]) == set(search.to_pandas(room.corpus, room.session.similar_found).index)  # type: ignore[arg-type]  # fmt: skip
    assert sent(room.view.gallery, "likes")[-1]["only"] is True
    assert state.chips() == [{"name": "alike", "text": f"The 100 most like {room.corpus.default_sample}"}]
    again = decode(room.selection.to_query())
    assert again.map.filters == state.filters
    assert list(room.corpus.query(alike=str(room.selection.similar)).index) == list(
        room.corpus.samples.index[mask]
    )
    state.remove_chip("alike")
    assert not state.filters
    assert sent(room.view.gallery, "likes")[-1]["only"] is False
    say(room.view.gallery, "only", on=True)
    say(room.view.gallery, "only", on=False)
    assert not state.filters


def test_a_filter_by_another_search_stays_and_is_not_this_one(room: Room) -> None:
    room.open()
    say(room.view.gallery, "only", on=True)
    before = room.selection.map.filters
    say(room.view.gallery, "alike", of="now", by="season", label="", count=50, ids=[])
    room.page(lambda page: page["count"] == 50)
    assert room.selection.map.filters == before
    assert sent(room.view.gallery, "page")[-1]["similar"]["only"] is False


def test_too_many_samples_are_no_filter_and_it_is_said(room: Room) -> None:
    room.open()
    marked = [str(one) for one in room.corpus.samples.index[:120]]
    say(room.view.gallery, "alike", of="marked", by="all", label="", count=50, ids=marked)
    say(room.view.gallery, "only", on=True)
    assert "too long for a filter" in sent(room.view.gallery, "trouble")[-1]["text"]
    assert not room.selection.map.filters


def test_several_samples_count_as_their_mean_or_as_the_one_in_their_middle(room: Room) -> None:
    assert room.open()["similar"]["middle"] == ""
    marked = [str(one) for one in room.corpus.samples.index[3:8]]
    form = {"by": "all", "label": "", "count": 50}
    say(room.view.gallery, "alike", **form, of="marked", ids=marked)
    assert room.page(lambda page: page["count"] == 50)["similar"]["middle"] == "mean"
    say(room.view.gallery, "alike", **form, of="now", ids=[], middle="medoid")
    assert room.selection.similar == Search(tuple(marked), medoid=True, n=50)
    page = room.page(lambda page: page["similar"]["middle"] == "medoid")
    assert page["source"] == "Most like the middle one of 5 samples"


def test_a_pin_and_a_region_are_looked_for_where_they_are_listed(room: Room) -> None:
    profile = ProfileView(room.corpus, room.selection, SessionScheduler(), "bus")
    sample_id, region = str(room.corpus.default_sample), Shape.of("box", [[10, 10], [40, 60]], name="field")
    room.selection.param.update(pixels=((5, 6), (70, 80)), regions=(region,))
    say(profile.legend, "alike", pin=1)
    assert room.selection.similar == Search((sample_id,), pixel=(70, 80), by=(By("season"),))
    assert room.selection.gallery is not None
    assert room.selection.gallery.similar
    assert room.page(lambda page: page["count"] > 0)["source"].startswith("Most like")
    say(profile.legend, "alike", region=0)
    assert room.selection.similar == Search((sample_id,), region=region.named(""))
    for nobody in ({"pin": 2}, {"region": 1}, {}):
        say(profile.legend, "alike", **nobody)
    assert room.selection.similar == Search((sample_id,), region=region.named(""))
    room.session.blind = True
    assert sent(profile.legend, "pins")[-1]["alike_off"]
    say(profile.legend, "alike", pin=0)
    assert room.selection.similar == Search((sample_id,), region=region.named(""))
