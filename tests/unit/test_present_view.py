"""Stories on the page: played in order, put together, kept as YAML; what is wrong with a file is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer import Explorer, open_corpus
from explorer.corpus.corpus import Corpus
from explorer.export import stories
from explorer.export.stories import State, Story
from explorer.views.selection import decode
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


def test_a_story_from_a_file_is_played_state_by_state_and_ends_where_it_began(page: Explorer) -> None:
    say(page, "load", text=STORY, name="two.yaml")
    before = page.selection.to_query()
    say(page, "begin", own=True)
    assert page._present.active
    assert "presenting" in page._page.css_classes
    assert page.selection.sample_id == BROKEN
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


def test_notes_cannot_bring_html(page: Explorer) -> None:
    say(page, "load", text=STORY, name="two.yaml")
    say(page, "begin", own=True)
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
    kept = stories.loads(sent(page, "own")[-1]["yaml"])
    assert kept.title == "Mine"
    assert [state.sample for state in kept.states] == [BROKEN, FULL]
    assert (kept.states[1].title, kept.states[1].note, kept.states[1].seconds) == ("A field", "Look.", 12)
    assert (kept.states[0].presenter, kept.states[0].seconds) == ("slowly", None)
    assert decode(kept.states[1].link).sample == FULL
    say(page, "remove", index=0)
    assert [state.sample for state in stories.loads(sent(page, "own")[-1]["yaml"]).states] == [FULL]
    for content in ({"index": 7, "title": "x"}, {"index": "0"}, {}):
        say(page, "edit", **content)
        say(page, "move", by=1, **content)
        say(page, "remove", **content)
    assert len(sent(page, "own")[-1]["states"]) == 1


def test_what_a_browser_kept_is_taken_up_again(page: Explorer) -> None:
    page._present._ready({"own": STORY})
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
    say(page, "load", text=STORY, name="two.yaml")
    say(page, "load", text=text, name="bad.yaml")
    assert told in sent(page, "trouble")[-1]["text"]
    assert "bad.yaml" in sent(page, "trouble")[-1]["text"]
    assert len(page._present._own.states) == 2


def test_a_browser_that_kept_nonsense_begins_anew(page: Explorer) -> None:
    page._present._ready({"own": "{{{"})
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
