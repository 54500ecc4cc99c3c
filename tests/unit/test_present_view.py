"""Stories on the page: played in order, put together, kept as YAML; what is wrong with a file is told."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer import Explorer, open_corpus
from explorer.analysis.picture_view import PictureView
from explorer.analysis.playback import Playback
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filters import Filters
from explorer.export import notes, stories, view_titles
from explorer.export.stories import State, Story
from explorer.views.common.selection import decode
from tests import corpora, talk

FULL, BROKEN = corpora.FULL, corpora.BROKEN
STORY = stories.dumps(
    Story(
        "Two places",
        (
            State(f"?sample={BROKEN}&date=2018-01-03", "First", "A **note** <script>x</script>", "say <b>this</b>", 5),
            State(f"?sample={FULL}&date=2018-03-04&pixels=5,6&panel=profile", "Second"),
        ),
    )
)  # fmt: skip


@pytest.fixture
def page(tiny_folder: Path) -> Iterator[Explorer]:
    corpus = open_corpus(tiny_folder)
    found = Explorer(corpus, f"?sample={FULL}&date=2018-05-03&theme=dark")
    yield found
    found.close()
    corpus.close()


def sent(page: Explorer, kind: str) -> list[dict[str, Any]]:
    return talk.sent(page._present.presenter, kind)


def say(page: Explorer, what: str, **content: Any) -> None:
    talk.say(page._present.presenter, what, **content)


def load(page: Explorer, text: str, name: str) -> None:
    """Load a file, and wait for what becomes of it."""
    before = len(talk.sent(page._present.presenter, "own", "trouble"))
    say(page, "load", text=text, name=name)
    talk.until(lambda: len(talk.sent(page._present.presenter, "own", "trouble")) > before)


def own(page: Explorer) -> Story:
    """The story that is put together, once the browser has been told of it as it is."""
    text = stories.dumps(page._present._own)
    talk.until(lambda: sent(page, "own") and sent(page, "own")[-1]["yaml"] == text)
    return stories.loads(sent(page, "own")[-1]["yaml"])


def test_a_story_from_a_file_is_played_state_by_state_and_ends_where_it_began(page: Explorer) -> None:
    load(page, STORY, "two.yaml")
    before = page.selection.to_query()
    say(page, "begin", own=True)
    talk.until(lambda: sent(page, "on"))
    assert page._present.active
    assert "presenting" in page._page.css_classes
    talk.until(lambda: page.selection.sample_id == BROKEN)  # begun in a thread
    assert sent(page, "at")[-1]["index"] == 0
    say(page, "go", index=1)
    assert (page.selection.sample_id, page.selection.pixels, page.selection.panel) == (
        FULL,
        ((5, 6),),
        "profile",
    )
    assert str(page.selection.date) == "2018-03-04"
    assert page.selection.map.theme == "dark"
    for wrong in (2, -1, "1", None):
        say(page, "go", index=wrong)
    assert sent(page, "at")[-1]["index"] == 1
    say(page, "end")
    assert not page._present.active
    assert "presenting" not in page._page.css_classes
    assert page.selection.to_query() == before
    assert sent(page, "off")


def test_a_note_has_a_place_where_there_is_one(page: Explorer) -> None:
    load(page, STORY, "two.yaml")
    say(page, "begin", own=True)
    talk.until(lambda: "with-note" in page._page.css_classes)
    say(page, "go", index=1)
    assert "with-note" not in page._page.css_classes
    say(page, "go", index=0)
    say(page, "end")
    assert "with-note" not in page._page.css_classes


def test_a_view_alone_is_called_after_what_it_shows(page: Explorer) -> None:
    say(page, "begin")
    title = view_titles.of_sample(page.corpus, FULL)
    assert sent(page, "titled")[-1]["title"] == title
    assert len(title.split(", ")) >= 2  # the class, and where it is
    page.selection.map.filters = Filters(countries=("Italy",))
    page.selection.panel = "map"
    assert sent(page, "titled")[-1]["title"] == "Land cover: Italy"
    page.selection.panel = ""
    page.selection.session.labels_hidden = True
    assert sent(page, "titled")[-1]["title"] == view_titles.of_sample(page.corpus, FULL, label=False) != title
    say(page, "end")
    count = len(sent(page, "titled"))
    page.selection.panel = "map"
    assert len(sent(page, "titled")) == count


def test_a_collected_view_is_called_after_sample_and_dates(page: Explorer) -> None:
    page.selection.view = PictureView("swipe", dt.date(2018, 3, 4))
    say(page, "collect")
    assert own(page).states[0].title.endswith(", 4 March 2018 and 3 May 2018")


def test_a_tour_goes_from_europe_to_the_pixel_and_back(page: Explorer) -> None:
    before = page.selection.to_query()
    say(page, "fly")
    talk.until(lambda: sent(page, "stage"))
    assert page._present.active
    assert sent(page, "stage")[-1] | {"title": ""} == {"type": "stage", "index": 0, "count": 5, "title": ""}
    assert (page.selection.panel, page.selection.map.place) == ("map", None)
    say(page, "stage", index=1)
    assert sent(page, "stage")[-1]["title"] == "Italy"
    wide = page.selection.map.place
    say(page, "stage", index=2)
    near = page.selection.map.place
    assert wide is not None
    assert near is not None
    assert near.resolution < wide.resolution / 4
    lon, lat = page.corpus.cell(FULL).centre
    assert (near.lon, near.lat) == pytest.approx((lon, lat), abs=0.01)
    say(page, "stage", index=3)
    assert (page.selection.panel, page.selection.view) == ("planet", PictureView())
    say(page, "stage", index=4)
    (row, col), view = page.selection.pixels[-1], page.selection.view
    assert page.selection.panel == ""
    assert view.row <= row <= view.row + 200 / view.scale
    assert view.col <= col <= view.col + 200 / view.scale
    assert view.scale == 4
    assert str(page.selection.date) == "2018-05-03"
    count = len(sent(page, "stage"))
    for wrong in (5, -1, "1", None):
        say(page, "stage", index=wrong)
    assert len(sent(page, "stage")) == count
    say(page, "end")
    assert page.selection.to_query() == before
    say(page, "stage", index=1)
    assert len(sent(page, "stage")) == count


def test_no_tour_where_labels_are_hidden(page: Explorer) -> None:
    page.selection.session.labels_hidden = True
    say(page, "fly")
    assert "label is hidden" in sent(page, "trouble")[-1]["text"]
    assert not page._present.active


def test_notes_cannot_bring_html(page: Explorer) -> None:
    load(page, STORY, "two.yaml")
    say(page, "begin", own=True)
    talk.until(lambda: sent(page, "on"))
    first = sent(page, "on")[-1]["story"]["states"][0]
    assert "<strong>note</strong>" in first["html"]
    assert "<script" not in first["html"]
    assert "<b>" not in first["presenter_html"]
    assert first["seconds"] == 5


def test_a_view_alone_is_presented_without_a_story(page: Explorer) -> None:
    before = page.selection.to_query()
    say(page, "begin")
    assert page._present.active
    assert sent(page, "on")[-1]["story"] is None
    assert page.selection.to_query() == before
    say(page, "end")
    assert page.selection.to_query() == before


def test_a_story_is_put_together_and_kept_as_yaml(page: Explorer) -> None:
    say(page, "collect")
    page.selection.sample_id = BROKEN
    say(page, "collect")
    say(page, "edit", index=0, title=" A  field ", note="Look.", seconds="12")
    say(page, "edit", index=1, presenter="slowly", seconds="soon")
    say(page, "rename", title="Mine")
    say(page, "move", index=1, by=-1)
    kept = own(page)
    assert kept.title == "Mine"
    assert [state.sample for state in kept.states] == [BROKEN, FULL]
    assert (kept.states[1].title, kept.states[1].note, kept.states[1].seconds) == ("A field", "Look.", 12)
    assert (kept.states[0].presenter, kept.states[0].seconds) == ("slowly", None)
    assert decode(kept.states[1].link).sample == FULL
    say(page, "remove", index=0)
    assert [state.sample for state in own(page).states] == [FULL]
    for content in ({"index": 7, "title": "x"}, {"index": "0"}, {}):
        say(page, "edit", **content)
        say(page, "move", by=1, **content)
        say(page, "remove", **content)
    assert len(sent(page, "own")[-1]["states"]) == 1


def test_what_a_browser_kept_is_taken_up_again(page: Explorer) -> None:
    page._present._ready({"own": STORY})
    talk.until(lambda: sent(page, "own"))
    assert [state["title"] for state in sent(page, "own")[-1]["states"]] == ["First", "Second"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "line"),
        ("title: x\nstates: 5", "states"),
        ("a: &x [1]\nb: *x", "aliases"),
        ("x" * 300_000, "256 KB"),
    ],
)
def test_a_file_that_is_no_story_is_told_and_changes_nothing(page: Explorer, text: str, told: str) -> None:
    load(page, STORY, "two.yaml")
    load(page, text, "bad.yaml")
    assert told in sent(page, "trouble")[-1]["text"]
    assert "bad.yaml" in sent(page, "trouble")[-1]["text"]
    assert len(page._present._own.states) == 2


def test_a_browser_that_kept_nonsense_begins_anew(page: Explorer) -> None:
    page._present._ready({"own": "{{{"})
    talk.until(lambda: not page._present._reading._running)
    assert page._present._own.states == ()


def test_stories_of_other_corpora_are_not_offered(page: Explorer) -> None:
    page._present._ready({})
    assert sent(page, "shipped")[-1]["stories"] == []


def test_a_link_to_a_story_plays_it_and_an_unknown_one_is_told(tiny_corpus: Corpus) -> None:
    page = Explorer(tiny_corpus, "?story=../../etc/passwd")
    try:
        assert not page._present.active
        told = [m["text"] for m in talk.sent(page._head.head, "notice")]
        assert any("story cannot be played" in text for text in told)
    finally:
        page.close()


def test_every_story_that_ships_is_made_of_links_that_can_be_read() -> None:
    for story in stories.shipped().values():
        for state in story.states:
            assert decode(state.link).problems == ()


def test_what_people_write_is_read_rendered_and_written_off_the_loop(
    page: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """256 KB of YAML take two seconds to read, and the notes of 200 states many more to render."""
    where: dict[str, str] = {}
    for module, name in ((stories, "loads"), (stories, "dumps"), (notes, "to_html")):
        real = getattr(module, name)

        def noted(*given: Any, real: Any = real, name: str = name) -> Any:
            where[name] = threading.current_thread().name
            return real(*given)

        monkeypatch.setattr(module, name, noted)
    load(page, STORY, "two.yaml")
    say(page, "begin", own=True)
    talk.until(lambda: sent(page, "on"))
    assert set(where) == {"loads", "dumps", "to_html"}
    assert all(name.startswith("explorer-view") for name in where.values()), where


def test_a_story_that_grows_beyond_what_can_be_loaded_is_refused_and_told(page: Explorer) -> None:
    for _ in range(20):
        say(page, "collect")
    for i in range(20):
        say(page, "edit", index=i, note="x" * 8000, presenter="y" * 8000)
    assert "128 KB" in sent(page, "trouble")[-1]["text"]
    kept = own(page)
    assert 100_000 < sum(len(s.note) + len(s.presenter) for s in kept.states) <= 131_072
    say(page, "edit", index=0, note="shorter")
    assert own(page).states[0].note == "shorter"


def test_a_view_that_is_added_holds_or_plays_as_the_page_does_and_can_be_told_otherwise(
    page: Explorer,
) -> None:
    page.selection.playback = Playback("run", PF_SR.dates[4], None, 5)
    say(page, "collect")
    page.selection.playback = Playback("", PF_SR.dates[4])
    say(page, "collect")
    assert [state.playback for state in own(page).states] == [
        Playback("run", PF_SR.dates[4], None, 5),
        Playback("hold", PF_SR.dates[4]),
    ]
    assert sent(page, "own")[-1]["states"][0]["playback"] == {
        "motion": "run", "first": "2018-01-23", "last": "2019-12-29", "speed": 5, "loop": True,
    }  # fmt: skip
    say(page, "playback", index=1, motion="run", first="2018-03-05", last="2018-09-30", speed=2, loop=False)
    told = own(page).states[1]
    assert str(told.playback) == "run;range:2018-03-04,2018-09-30;speed:2;once", (
        "the nearest dates of the calendar"
    )
    assert decode(told.link).sample == FULL
    say(page, "playback", index=1, motion="fly", first="no date", last=None, speed=7, loop=None)
    assert own(page).states[1].playback == Playback()
    say(page, "playback", index=9, motion="run")
    assert len(own(page).states) == 2


def test_a_story_as_it_was_runs_after_a_while_and_a_view_that_holds_says_so(page: Explorer) -> None:
    held = stories.loads(STORY).states[1].playing(Playback("hold"))
    load(page, stories.dumps(Story("s", (stories.loads(STORY).states[0], held))), "s.yaml")
    say(page, "begin", own=True)
    talk.until(lambda: sent(page, "on"))
    assert [state["motion"] for state in sent(page, "on")[-1]["story"]["states"]] == ["", "hold"]


def test_before_and_after_are_the_dates_compared_or_marked_or_a_year_apart(page: Explorer) -> None:
    say(page, "pair")
    assert (sent(page, "pair")[-1]["before"], sent(page, "pair")[-1]["after"]) == ("2018-05-03", "2019-05-03")
    page.selection.playback = Playback("", PF_SR.dates[4], PF_SR.dates[9])
    say(page, "pair")
    assert (sent(page, "pair")[-1]["before"], sent(page, "pair")[-1]["after"]) == ("2018-01-23", "2018-02-17")
    page.selection.view = PictureView("swipe", PF_SR.dates[0], 2.5, 40.5, 103.0, split=0.3)
    say(page, "pair")
    assert (sent(page, "pair")[-1]["before"], sent(page, "pair")[-1]["after"]) == ("2018-01-03", "2018-05-03")
    say(page, "before_after", before="2018-05-03", after="2018-01-03", swipe=False)
    say(page, "before_after", before="2018-01-03", after="2018-05-03", swipe=True)
    found = own(page).states
    assert [(state.title, str(state.date), str(state.view), state.playback.motion) for state in found] == [
        ("Before: 3 Jan 2018", "2018-01-03", "zoom:2.5,40.5,103", "hold"),
        ("After: 3 May 2018", "2018-05-03", "zoom:2.5,40.5,103", "hold"),
        ("Before and after: 3 Jan 2018 and 3 May 2018", "2018-01-03", "swipe:2018-05-03;zoom:2.5,40.5,103;split:0.3", "hold"),
    ]  # fmt: skip
    assert all(decode(state.link).problems == () and state.sample == FULL for state in found)
    for wrong in ({"before": "2018-05-03", "after": "2018-05-03"}, {"before": "x", "after": None}):
        say(page, "before_after", swipe=False, **wrong)
        assert "two dates" in sent(page, "trouble")[-1]["text"]
    assert len(own(page).states) == 3
