"""The gallery without a browser: which samples in which order, what is told of them, and what is done with marked ones."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import Explorer
from explorer.analysis import thumbnails
from explorer.analysis.thumbnails import Thumbnail
from explorer.core import corine
from explorer.core.config import settings
from explorer.core.errors import StoreError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filters import Filters
from explorer.demo import open_demo
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from explorer.views.common.components import SessionScheduler
from explorer.views.common.gallery_look import GalleryLook
from explorer.views.common.selection import DEFAULT_DATE, Selection
from explorer.views.gallery.gallery import GalleryView, tiles
from tests import corpora
from tests.talk import say, sent, threads, until

DATE = PF_SR.dates[0]


class Room:
    """A gallery of a corpus, alone."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus, self.selection = corpus, Selection(date=DATE)
        self.session = self.selection.session
        self.view = GalleryView(corpus, self.selection, SessionScheduler(), "bus")
        self.session.filtered_rows = np.arange(len(corpus.samples))

    def say(self, what: str, **content: Any) -> None:
        say(self.view.gallery, what, **content)

    def open(self, source: str = "map") -> dict[str, Any]:
        self.session.gallery_of = source
        return self.page()

    def page(self, met: Callable[[dict[str, Any]], bool] = lambda _page: True) -> dict[str, Any]:
        """The page that was told last, once it is one that is meant."""

        def last() -> dict[str, Any] | None:
            told = sent(self.view.gallery, "page")
            return told[-1] if told and met(told[-1]) else None

        return dict(until(last))

    def ids(self, page: dict[str, Any]) -> list[str]:
        return [tile["id"] for tile in page["tiles"]]

    def pictures(self, ticket: int) -> tuple[dict[int, bytes], dict[int, dict[str, Any]], dict[int, float]]:
        """Pictures, lacks and filled shares of a page by place, once all have come."""
        gallery = self.view.gallery
        until(lambda: any(m["ticket"] == ticket for m in sent(gallery, "ended")))
        found: dict[int, bytes] = {}
        lacks: dict[int, dict[str, Any]] = {}
        shares: dict[int, float] = {}
        for message in sent(gallery, "pictures", "filled"):
            if message["ticket"] != ticket:
                continue
            if message["type"] == "filled":
                shares |= dict(zip(message["places"], message["shares"], strict=True))
                continue
            begin = 0
            for place, size in zip(message["places"], message["sizes"], strict=True):
                found[place] = message["bytes"][begin : begin + size]
                begin += size
            lacks |= {one["place"]: one for one in message["lacks"]}
        return found, lacks, shares


@pytest.fixture(autouse=True)
def _own_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No verdict of another test is known."""
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()


@pytest.fixture
def room(tiny_corpus: Corpus) -> Iterator[Room]:
    found = Room(tiny_corpus)
    yield found
    found.view.close()


@pytest.fixture(scope="module")
def demo() -> Iterator[Corpus]:
    found = open_demo(count=300)
    yield found
    found.close()


@pytest.fixture
def hall(demo: Corpus, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """A gallery of many samples, whose pictures cost nothing."""

    def made(_corpus: Corpus, ids: list[str], *_more: object) -> Iterator[tuple[int, Thumbnail]]:
        return iter([(place, Thumbnail(b"jpeg")) for place in range(len(ids))])

    monkeypatch.setattr(thumbnails, "make_each", made)
    monkeypatch.setattr(thumbnails, "filled_shares", lambda *_some: iter(()))
    found = Room(demo)
    yield found
    found.view.close()


def test_what_it_shows_is_told_to_the_session_until_it_is_closed(room: Room) -> None:
    page = room.open()
    shown = room.session.gallery_shown
    assert shown is not None
    assert list(shown.ids) == room.ids(page)
    assert (shown.date, shown.composite) == (DATE.isoformat(), "true")
    room.say("closed")
    assert room.session.gallery_shown is None


def test_the_set_is_shown_with_pictures_lacks_and_filled_shares(room: Room) -> None:
    room.selection.date = PF_SR.dates[1]
    page = room.open()
    assert (page["count"], page["page"], page["source"]) == (3, 1, "All samples")
    assert page["date_shown"] == PF_SR.date_keys[1]
    place = {sample_id: i for i, sample_id in enumerate(room.ids(page))}
    found, lacks, shares = room.pictures(page["ticket"])
    assert set(found) == {place[corpora.FULL], place[corpora.BARE]}
    assert all(data.startswith(b"\xff\xd8") for data in found.values())
    broken = lacks[place[corpora.BROKEN]]
    assert broken["state"] == "broken"
    assert "damaged or truncated" in broken["why"]
    assert 0 < shares[place[corpora.FULL]] <= 1
    tile = page["tiles"][place[corpora.FULL]]
    assert tile["title"] == corine.land_cover(211).title
    assert tile["colour"] == corine.land_cover(211).hex
    assert tile["share"] == pytest.approx(0.6)
    assert page["tiles"][place[corpora.BARE]]["share"] is None


def test_pages_sizes_and_orders_change_the_link(hall: Room) -> None:
    page = hall.open()
    assert (len(page["tiles"]), page["count"]) == (50, 300)
    hall.say("page", page=2)
    second = hall.page(lambda p: p["page"] == 2)
    assert not set(hall.ids(second)) & set(hall.ids(page))
    assert "gallery=random,50,2" in hall.selection.to_query()
    hall.say("size", size=20)
    third = hall.page(lambda p: p["size"] == 20)
    assert third["page"] == 3  # what was first on the page is on it still
    assert hall.ids(third)[10] == hall.ids(second)[0]
    hall.say("sort", sort="purity", reverse=True)
    page = hall.page(lambda p: p["sort"] == "purity")
    assert page["page"] == 1
    assert "gallery=-purity,20,1" in hall.selection.to_query()
    shares = hall.corpus.samples["fraction"].loc[hall.ids(page)]
    assert (np.diff(shares) >= 0).all()
    hall.say("page", page=9_999)
    assert hall.page(lambda p: p["page"] > 1)["page"] == 15  # the last there is


def test_the_filters_set_is_followed(hall: Room) -> None:
    hall.open()
    hall.say("page", page=2)
    hall.page(lambda p: p["page"] == 2)
    rows = np.flatnonzero(hall.corpus.samples["clc"].to_numpy() == 211)
    hall.selection.map.filters = Filters(largest=(211,))
    hall.session.filtered_rows = rows
    page = hall.page(lambda p: p["count"] == len(rows))
    assert page["page"] == 1
    assert page["source"] == "Non-irrigated arable land"
    assert {tile["title"] for tile in page["tiles"]} == {"Non-irrigated arable land"}


def test_a_link_opens_it_on_its_page_as_soon_as_the_set_is_known(demo: Corpus, hall: Room) -> None:
    other = Room.__new__(Room)
    other.corpus, other.selection = demo, Selection(date=DATE)
    other.session = other.selection.session
    other.view = GalleryView(demo, other.selection, SessionScheduler(), "bus")
    other.selection.gallery = GalleryLook("purity", 20, 4)
    assert sent(other.view.gallery, "page") == []
    other.session.filtered_rows = np.arange(len(demo.samples))
    assert other.page()["page"] == 4
    assert other.selection.gallery == GalleryLook("purity", 20, 4)
    other.view.close()


def test_orders_that_cannot_be_had_are_told_and_not_used(hall: Room) -> None:
    page = hall.open()
    off = {one["value"]: one["off"] for one in page["sorts"]}
    assert off["suspicion"] == off["change"] == "no scores yet: explorer score"
    assert off["similarity"] == "no sample is open"
    assert off["purity"] == ""
    assert "queue" not in off
    hall.say("sort", sort="suspicion", reverse=False)
    page = hall.page(lambda p: p["sort"] == "suspicion")
    assert page["how"] == "chance, not suspicion: no scores yet: explorer score"


def test_likeness_is_to_the_sample_that_was_open_when_it_was_asked_for(hall: Room) -> None:
    hall.open()
    first, second = (str(one) for one in hall.corpus.samples.index[hall.corpus.samples["clc"] > 0][[3, 9]])
    hall.selection.sample_id = first
    assert sent(hall.view.gallery, "sample")[-1]["id"] == first
    hall.say("sort", sort="similarity", reverse=False)
    page = hall.page(lambda p: p["sort"] == "similarity")
    assert hall.ids(page)[0] == first
    hall.say("open", id=second)
    assert hall.selection.sample_id == second
    hall.say("page", page=2)
    hall.page(lambda p: p["page"] == 2)
    assert first in hall.page()["how"]  # who opens what is shown is not shown others for it
    hall.say("shuffle")
    assert hall.ids(hall.page(lambda p: second in p["how"]))[0] == second


def test_chance_is_drawn_anew(hall: Room) -> None:
    before = hall.open()
    hall.say("shuffle")
    after = hall.page(lambda p: p["ticket"] > before["ticket"])
    assert hall.ids(after) != hall.ids(before)
    assert "seed:1" in hall.selection.to_query()


def test_date_and_picture_are_the_page_s_until_they_are_chosen(room: Room) -> None:
    page = room.open()
    assert (page["date"], page["date_shown"]) == ("", PF_SR.date_keys[0])
    room.selection.date = PF_SR.dates[2]
    room.selection.settled = True
    room.page(lambda p: p["date_shown"] == PF_SR.date_keys[2])
    room.selection.composite = "index:NDVI"
    assert room.page(lambda p: "NDVI" in p["composite_shown"])["composite"] == ""
    room.say("date", value="2018-03")
    page = room.page(lambda p: p["date"] == "2018-03")
    assert any(one["value"] == "swir" for one in page["composites"])
    room.say("composite", value="swir")
    page = room.page(lambda p: p["composite"] == "swir")
    assert "2018-03;swir" in room.selection.to_query()
    # Planet Fusion has no shortwave infrared: the page's picture stands for it.
    room.say("date", value="2018-01-03")
    assert "NDVI" in room.page(lambda p: p["date"] == "2018-01-03")["composite_shown"]
    before = room.selection.gallery
    for what, value in (("date", "2018-01-04"), ("date", "<b>"), ("composite", "swir"), ("composite", "x")):
        count = len(sent(room.view.gallery, "trouble"))
        room.say(what, value=value)
        assert len(sent(room.view.gallery, "trouble")) == count + 1
    assert room.selection.gallery == before


def test_what_the_browser_says_wrongly_is_left_aside(hall: Room) -> None:
    hall.open()
    before = hall.selection.gallery
    hall.say("page", page=-1)
    hall.say("page", page=0)
    hall.say("page", page="2")
    hall.say("size", size=7)
    hall.say("sort", sort="beauty", reverse=False)
    hall.say("open", id="<script>")
    hall.say("list", ids=["<script>", 3, None])
    hall.say("review", ids=[])
    hall.say("save", format="exe", ids=[])
    assert hall.selection.gallery == before
    assert hall.selection.sample_id is None
    assert hall.session.rows_to_list is None
    assert hall.session.queue_to_review is None


def test_marked_samples_are_a_table_a_file_and_a_queue(room: Room) -> None:
    room.open()
    ids = [corpora.BARE, corpora.FULL]
    room.say("list", ids=ids)
    assert room.session.rows_to_list is not None
    assert list(room.corpus.samples.index[room.session.rows_to_list]) == ids
    room.say("save", format="csv", ids=ids)
    until(lambda: sent(room.view.gallery, "file"))
    lines = sent(room.view.gallery, "file")[-1]["bytes"].decode().splitlines()
    assert [row["sample_id"] for row in csv.DictReader(line for line in lines if line[0] != "#")] == ids
    room.say("save", format="geojson", ids=[])  # none is marked: the whole set
    until(lambda: len(sent(room.view.gallery, "file")) == 2)
    assert sent(room.view.gallery, "file")[-1]["bytes"].count(b'"type":"Feature"') == 3
    room.say("review", ids=ids)
    assert room.session.queue_to_review == f"ids:{'.'.join(ids)}"
    assert room.selection.gallery is None
    assert sent(room.view.gallery, "hide")


def test_verdicts_are_the_reviewer_s_own_else_what_most_say(tiny_corpus: Corpus) -> None:
    rows = np.arange(3)
    place = {sample_id: i for i, sample_id in enumerate(tiny_corpus.samples.index)}
    with Records.open(tiny_corpus) as records:
        for who, said in (("ada", "correct"), ("ben", "wrong"), ("eve", "wrong")):
            records.add(Verdict(corpora.FULL, who, said))
        records.add(Verdict(corpora.BROKEN, "ben", "unsure"))
        tiny_corpus.extras = records.states().to_frame("review")
    most = tiles(tiny_corpus, rows, 3, "official")
    assert (most[place[corpora.FULL]]["verdict"], most[place[corpora.FULL]]["by"]) == (
        "wrong",
        "all reviewers",
    )
    own = tiles(tiny_corpus, rows, 3, "official", "ada")
    assert (own[place[corpora.FULL]]["verdict"], own[place[corpora.FULL]]["by"]) == ("correct", "ada")
    assert own[place[corpora.BROKEN]]["verdict"] == "unsure"
    assert own[place[corpora.BARE]]["verdict"] == ""
    hidden = tiles(tiny_corpus, rows, 3, "official", "ada", hidden=True)
    assert all(
        not any((one["title"], one["colour"], one["verdict"], one["by"])) and one["share"] is None
        for one in hidden
    )


def test_a_blind_review_has_the_gallery_of_its_queue_and_no_label_in_it(room: Room) -> None:
    room.open()
    room.session.blind = True
    until(lambda: sent(room.view.gallery, "hide"))
    assert room.selection.gallery is None
    room.session.param.update(review_queue=(corpora.BARE, corpora.FULL), reviewer="ada")
    room.session.gallery_of = "map"  # whichever was asked for
    page = room.page(lambda p: p["count"] == 2)
    assert room.ids(page) == [corpora.BARE, corpora.FULL]
    assert page["hidden"]
    assert {tile["title"] for tile in page["tiles"]} == {tile["colour"] for tile in page["tiles"]} == {""}
    off = {one["value"]: one["off"] for one in page["sorts"]}
    assert {name for name, why in off.items() if why == "labels are hidden"} == {
        "suspicion", "class", "purity", "change", "similarity", "disagreement",
    }  # fmt: skip
    room.say("sort", sort="class", reverse=False)
    page = room.page(lambda p: p["sort"] == "class")
    assert room.ids(page) == [corpora.BARE, corpora.FULL]
    for what, content in (("list", {}), ("save", {"format": "csv"}), ("review", {})):
        count = len(sent(room.view.gallery, "trouble"))
        room.say(what, ids=[corpora.FULL], **content)
        assert len(sent(room.view.gallery, "trouble")) == count + 1
    assert sent(room.view.gallery, "file") == []
    room.session.param.update(review_queue=(), reviewer="")
    assert room.selection.gallery is None


def test_another_page_gives_up_the_pictures_of_the_one_before(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, begun = threading.Event(), threading.Event()
    get = room.corpus.store.get

    def slow(key: str) -> bytes:
        if key.endswith(".tif"):  # what this thread reads itself is not held up
            begun.set()
            go.wait(30)
        return get(key)

    monkeypatch.setattr(room.corpus.store, "get", slow)
    first = room.open()
    until(begun.is_set)
    room.say("shuffle")
    second = room.page(lambda p: p["ticket"] > first["ticket"])
    go.set()
    found, lacks, _ = room.pictures(second["ticket"])
    assert len(found) + len(lacks) == 3
    assert [m for m in sent(room.view.gallery, "pictures", "ended") if m["ticket"] == first["ticket"]] == []


def test_an_order_that_is_not_there_is_chance_and_says_so(room: Room) -> None:
    room.selection.gallery = GalleryLook("nearest")
    told = room.open()
    assert told["sort"] == "random"
    assert told["sort"] in {one["value"] for one in told["sorts"]}
    assert "nothing is searched for" in told["how"]


def test_a_corpus_that_does_not_answer_is_said(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(key: str) -> bytes:
        raise StoreError("the server is away")

    monkeypatch.setattr(room.corpus.store, "get", fail)
    monkeypatch.setattr(room.corpus.watch, "failed", lambda _error: None)
    room.open()
    until(lambda: sent(room.view.gallery, "trouble"))
    assert "the server is away" in sent(room.view.gallery, "trouble")[-1]["text"]


def test_the_page_s_buttons_and_link_open_it(tiny_corpus: Corpus) -> None:
    page = Explorer(tiny_corpus, f"?sample={corpora.FULL}&gallery=purity,50,1")
    try:
        gallery = page._gallery.gallery
        until(lambda: sent(gallery, "page"))
        assert sent(gallery, "page")[-1]["sort"] == "purity"
        say(gallery, "closed")
        assert "gallery" not in page.selection.to_query()
        until(lambda: page.selection.session.filtered_rows is not None)
        for component in (page._map.legend.legend, page._map.sample_table.table):
            page.selection.gallery = None
            say(component, "gallery")
            assert page.selection.gallery is not None
        say(gallery, "list", ids=[corpora.BARE])
        table = page._map.sample_table.table
        until(lambda: sent(table, "page") and sent(table, "page")[-1]["count"] == 1)
        assert sent(table, "page")[-1]["cells"][0][0] == corpora.BARE
        say(page._map.legend.legend, "table")
        until(lambda: sent(table, "page")[-1]["count"] == 3)
        say(gallery, "review", ids=[corpora.FULL, corpora.BROKEN])
        assert sent(page._review.panel, "setup")[-1]["resume"] == f"ids:{corpora.FULL}.{corpora.BROKEN}"
    finally:
        page.close()


def test_the_queue_under_review_is_shown_in_its_order_with_the_reviewer_s_verdicts(
    tiny_corpus: Corpus,
) -> None:
    page = Explorer(tiny_corpus, f"?sample={corpora.FULL}&date={DEFAULT_DATE}")
    try:
        page._review.ask()
        queue = [corpora.BROKEN, corpora.FULL]
        say(page._review.panel, "begin", kind="ids", ids="\n".join(queue), reviewer="ida")
        until(
            lambda: page.selection.session.review_queue,
            why=lambda: f"{sent(page._review.panel, 'trouble')}\n{threads()}",
        )
        say(page._review.panel, "gallery")
        gallery = page._gallery.gallery
        until(lambda: sent(gallery, "page"))
        told = sent(gallery, "page")[-1]
        assert [tile["id"] for tile in told["tiles"]] == queue
        assert told["source"] == "Queue under review"
        assert page.selection.gallery == GalleryLook("queue", queue=True)
        said = {"adjustments": [], "confidence": None, "comment": "", "id": "v1"}
        say(page._review.panel, "verdict", judgement="wrong", sample=page.selection.sample_id, **said)
        until(lambda: sent(gallery, "tiles"))
        tile = next(
            one
            for one in sent(gallery, "tiles")[-1]["tiles"]
            if one["id"] == sent(page._review.panel, "saved")[-1]["sample"]
        )
        assert (tile["verdict"], tile["by"]) == ("wrong", "ida")
        say(page._review.panel, "close")
        assert page.selection.gallery is None
    finally:
        page.close()
