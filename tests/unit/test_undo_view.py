"""Undo on a whole page: what it brings back, and what it must not do in a review and in a presentation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer import Explorer, open_corpus
from explorer.analysis.shapes import Shape
from explorer.core.config import settings
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.area import Area
from explorer.corpus.query.filters import Filters
from explorer.review.records import Records
from explorer.views.common.selection import DEFAULT_PIXELS
from tests import corpora, talk
from tests.talk import sent, until

FULL, BROKEN, BARE = corpora.FULL, corpora.BROKEN, corpora.BARE
BOX = Shape.of("box", [(10, 20), (60, 80)])


@pytest.fixture
def page(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Explorer]:
    """A page of the tiny corpus, with records of this test alone."""
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    with open_corpus(tiny_folder) as corpus:
        found = Explorer(corpus, f"?sample={FULL}&date=2018-07-02&pixels=1,2;3,4&names=Oak")
        yield found
        found.close()


def undo(page: Explorer, **content: Any) -> str:
    talk.say(page._undo.toast, "undo", **content)
    return said(page)["text"]


def redo(page: Explorer) -> str:
    talk.say(page._undo.toast, "redo")
    return said(page)["text"]


def said(page: Explorer) -> dict[str, Any]:
    """What the line at the foot of the page says; empty where it is away."""
    told = sent(page._undo.toast, "say", "hide")
    return told[-1] if told and told[-1]["type"] == "say" else {"text": ""}


def begin_review(page: Explorer, *, blind: bool) -> None:
    page._review.ask()
    talk.say(page._review.panel, "begin", kind="ids", ids=f"{FULL}\n{BROKEN}\n{BARE}", reviewer="ada", blind=blind)  # fmt: skip
    until(lambda: page._review._work is not None)


def judge(page: Explorer, judgement: str, number: str = "v1") -> None:
    talk.say(
        page._review.panel, "verdict", id=number, sample=page.selection.sample_id, judgement=judgement, adjustments=[],
        confidence=None, comment="",
    )  # fmt: skip


def test_a_fresh_page_has_nothing_to_undo(page: Explorer) -> None:
    before = page.selection.to_query()
    assert undo(page) == "Nothing to undo."
    assert redo(page) == "Nothing to redo."
    assert page.selection.to_query() == before


def test_pins_that_were_replaced_come_back_with_their_names(page: Explorer) -> None:
    selection, player = page.selection, page._animation.player
    talk.say(player, "pixel_clicked", row=9, col=9, add=False)
    assert (said(page)["text"], said(page)["action"]) == ("2 pins replaced.", "Undo")
    assert undo(page, step=said(page)["step"]) == "Undone: pins, names of pins."
    assert (selection.pixels, selection.names) == (((1, 2), (3, 4)), {(1, 2): "Oak"})
    assert [pin["name"] for pin in sent(player, "pins")[-1]["pins"]] == ["Oak", ""]
    assert said(page)["action"] == "Redo"
    assert redo(page) == "Done again: pins, names of pins."
    assert (selection.pixels, selection.link().names) == (((9, 9),), ())


def test_a_line_that_offers_undo_goes_once_that_would_undo_something_else(page: Explorer) -> None:
    player = page._animation.player
    page.selection.add_region(BOX)
    talk.say(player, "erase", region=0)
    step = said(page)["step"]
    assert said(page)["text"] == "Region A removed."
    page.selection.map.theme = "dark"  # something else: the region can still come back
    assert undo(page, step=step) == "Undone: regions."
    assert (page.selection.regions, page.selection.map.theme) == ((BOX,), "dark")
    talk.say(player, "erase", region=0)
    page.selection.add_region(Shape.of("box", [(1, 2), (30, 40)]))
    assert said(page)["text"] == ""


def test_filters_and_areas_that_went_come_back(page: Explorer) -> None:
    state, tools = page.selection.map, page._map.tools
    filters, area = Filters(largest=(211,), countries=("Italy",)), Area.box(10.0, 40.0, 20.0, 48.0)
    state.param.update(filters=filters, area=area)
    talk.say(tools, "filter", clear=True, values={})
    assert said(page)["text"] == "2 filters removed, area removed."
    assert undo(page) == "Undone: filters, area."
    assert (state.filters, state.area) == (filters, area)
    talk.say(tools, "clear_area")
    assert said(page)["text"] == "Area removed."


def test_another_sample_says_what_stays_behind_and_undo_leads_back_to_it(page: Explorer) -> None:
    selection = page.selection
    selection.add_region(BOX)
    before = selection.to_query()
    page.follow_url()
    selection.sample_id = BROKEN
    assert said(page)["text"] == "2 pins and 1 region stay with the last sample (Keep takes them along)."
    assert undo(page) == "Undone: sample."
    assert selection.to_query() == before
    assert sent(page._animation.player, "open")[-1]["sample"] == FULL
    urls = [(FULL in message["search"], message["push"]) for message in sent(page._head.head, "url") if message["push"]]  # fmt: skip
    assert urls == [(False, True), (True, True)]  # the browser's Back goes to what was shown before


def test_back_in_the_history_is_a_step_of_its_own(page: Explorer) -> None:
    before = page.selection.to_query()
    talk.say(page._head.head, "link", search=f"?sample={BROKEN}&pixels=5,5&composite=false&theme=dark")
    assert said(page)["text"] == ""  # who goes back wants all of it
    there = page.selection.to_query()
    assert undo(page) == "Undone: sample, picture, theme."
    assert page.selection.to_query() == before
    redo(page)
    assert page.selection.to_query() == there


def test_dates_that_play_are_no_steps(page: Explorer) -> None:
    player = page._animation.player
    ticket = sent(player, "open")[-1]["ticket"]
    page.selection.composite = "false"
    for index in range(40, 60):
        talk.say(player, "date", index=index, settled=False, ticket=ticket, chosen=False)
    talk.say(player, "date", index=59, settled=True, ticket=ticket, chosen=False)
    played = page.selection.date
    talk.say(player, "date", index=70, settled=True, ticket=ticket, chosen=True)
    assert undo(page) == "Undone: date."
    assert page.selection.date == played
    assert sent(player, "seek")[-1]["index"] == 59
    assert undo(page) == "Undone: picture."
    assert (page.selection.composite, page.selection.date) == ("true", played)


def test_whatever_a_browser_asks_to_undo_nothing_breaks(page: Explorer) -> None:
    page.selection.composite = "false"
    before = page.selection.to_query()
    for step in (-1, 0, 7, 1.5, 10**30):
        assert undo(page, step=step) in ("Nothing to undo.", "Undone: picture.")
    assert redo(page) in ("Nothing to redo.", "Done again: picture.")
    assert page.selection.to_query() == before


# --- a review ------------------------------------------------------------------------------------------------------
def test_undo_never_changes_the_sample_under_review(page: Explorer) -> None:
    page.selection.sample_id = BROKEN
    page.selection.sample_id = FULL
    begin_review(page, blind=False)
    assert page.selection.sample_id == FULL
    assert undo(page) == "Nothing to undo on this sample. Z takes back a verdict."
    judge(page, "correct")
    until(lambda: page.selection.sample_id == BROKEN)
    assert undo(page) == "Nothing to undo on this sample. Z takes back a verdict."
    assert page.selection.sample_id == BROKEN
    page.selection.pin((7, 7), add=True)  # on the sample that is shown
    assert undo(page) == "Undone: pins."
    assert (page.selection.sample_id, page.selection.pixels) == (BROKEN, DEFAULT_PIXELS)
    page.selection.pin((7, 7), add=True)
    page.selection.sample_id = BARE  # by the map, in the middle of the queue
    undo(page)
    assert page.selection.sample_id == BARE
    page._review.end()
    undo(page)
    assert page.selection.sample_id == BARE


def test_undo_takes_no_verdict_back_and_the_review_goes_on(page: Explorer) -> None:
    begin_review(page, blind=False)
    judge(page, "unsure")
    until(lambda: page.selection.sample_id == BROKEN)
    page.selection.composite = "false"
    undo(page)
    undo(page)
    assert page._review.active
    assert page.selection.review
    with Records.open(page.corpus) as records:
        assert [row["judgement"] for row in records.history().to_dict("records")] == ["unsure"]


def test_undo_brings_no_hidden_label_to_sight(page: Explorer) -> None:
    """What was open before the blind review, and what was open on a sample whose verdict is in, stays away."""
    session, selection = page.selection.session, page.selection
    title = page.corpus.samples.loc[BROKEN]
    selection.panel = "map"
    selection.map.filters = Filters(largest=(112,))
    selection.map.filters = Filters()
    selection.panel = ""
    begin_review(page, blind=True)
    assert session.labels_hidden
    for _ in range(5):
        undo(page)
    assert (selection.panel, selection.map.filters) == ("", Filters())
    assert session.labels_hidden
    assert session.blind
    judge(page, "unsure")
    until(lambda: not session.labels_hidden)  # its verdict is in
    selection.composite = "false"
    talk.say(page._review.panel, "open")
    until(lambda: selection.sample_id != FULL)
    assert session.labels_hidden
    for _ in range(5):
        undo(page)
        redo(page)
    assert selection.sample_id == BROKEN
    assert session.labels_hidden
    assert page._review.hides
    assert str(int(title["clc"])) not in page._labels.html


def test_pins_that_are_evidence_of_a_verdict_are_of_its_sample(page: Explorer) -> None:
    begin_review(page, blind=False)
    page.selection.add_region(BOX)
    judge(page, "correct")
    until(lambda: page.selection.sample_id == BROKEN)
    judge(page, "correct", "v2")
    until(lambda: page.selection.sample_id == BARE)
    with Records.open(page.corpus) as records:
        first, second = records.history().sort_values("sample_id")["evidence"].tolist()
    of = {FULL in link: link for link in (first, second)}
    assert "pixels=1,2;3,4" in of[True]
    assert "regions=" in of[True]
    assert "pixels=150,110" in of[False]
    assert "regions=" not in of[False]


# --- a presentation ------------------------------------------------------------------------------------------------
def test_nothing_is_undone_while_somebody_presents(page: Explorer) -> None:
    presenter, selection = page._present.presenter, page.selection
    selection.composite = "false"
    talk.say(presenter, "begin")
    shown = selection.to_query()
    talk.say(page._undo.toast, "undo")
    talk.say(page._undo.toast, "redo")
    assert selection.to_query() == shown
    assert said(page)["text"] == ""
    ticket = sent(page._animation.player, "open")[-1]["ticket"]
    talk.say(page._animation.player, "date", index=50, settled=True, ticket=ticket, chosen=True)
    talk.say(presenter, "end")
    date = selection.date
    assert date != dt.date(2018, 7, 2)
    assert undo(page) == "Undone: picture."
    assert (selection.composite, selection.date) == ("true", date)


def test_a_story_is_no_step(page: Explorer) -> None:
    presenter, selection = page._present.presenter, page.selection
    selection.composite = "false"
    talk.say(presenter, "collect")
    talk.say(presenter, "begin", own=True)
    until(lambda: sent(presenter, "on"))
    talk.say(presenter, "end")
    assert undo(page) == "Undone: picture."
    selection.composite = "false"
    talk.say(presenter, "begin")
    selection.sample_id = BROKEN  # by the map, which was alone
    talk.say(presenter, "end")
    assert undo(page) == "Nothing to undo."
    assert selection.sample_id == BROKEN


def test_a_view_of_a_story_that_is_shown_is_a_step(page: Explorer) -> None:
    presenter, selection = page._present.presenter, page.selection
    talk.say(presenter, "collect")
    selection.sample_id = BROKEN
    talk.say(presenter, "show", index=0)
    assert (selection.sample_id, selection.pixels) == (FULL, ((1, 2), (3, 4)))
    undo(page)
    assert selection.sample_id == BROKEN


def test_a_page_of_a_notebook_undoes_what_python_did(tiny_corpus: Corpus) -> None:
    page = Explorer(tiny_corpus, f"?sample={FULL}")
    try:
        page.selection.param.update(sample_id=BROKEN, pixels=((4, 4),))
        undo(page)
        assert (page.selection.sample_id, page.selection.pixels) == (FULL, DEFAULT_PIXELS)
    finally:
        page.close()
