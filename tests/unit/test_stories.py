"""Stories: what a file may say, what is refused and where, and the three that are shipped."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core import corine
from explorer.core.errors import OutputError, StoryError
from explorer.export import notes, stories
from explorer.export.stories import State, Story

SMALL = """\
title: 2018
states:
  - title: no
    link: sample=33N_15E-200N_01_09&date=2018-07-02&pixels=120,80;30,40;400,1;x
    seconds: 12.5
    note: |
      *One*

      two
"""
LINE = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=40)
NOTE = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.sampled_from(" \n"), max_size=80
)
NOTES = NOTE.map(str.strip)


def test_a_file_is_read_as_it_is_written() -> None:
    story = stories.loads(SMALL)
    state = story.states[0]
    assert (story.title, state.title, state.seconds, state.note) == ("2018", "no", 12.5, "*One*\n\ntwo")
    assert (state.link[0], state.sample, str(state.date)) == ("?", "33N_15E-200N_01_09", "2018-07-02")
    assert state.pixels == ((120, 80), (30, 40))
    assert State("?date=2018-07-03", "x").date is None


@given(
    st.builds(
        Story,
        title=LINE,
        author=LINE,
        states=st.lists(
            st.builds(
                State,
                link=LINE.map(lambda text: "?" + text),
                title=LINE,
                note=NOTES,
                presenter=NOTES,
                seconds=st.none() | st.integers(1, 60) | st.sampled_from([0.5, 2.25]),
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
    )
)
def test_what_is_written_is_read_back(story: Story) -> None:
    assert stories.loads(stories.dumps(story)) == story


def test_a_note_is_written_as_a_block(tmp_path: Path) -> None:
    story = stories.loads(SMALL)
    stories.dump(story, tmp_path / "story.yaml")
    assert "note: |-\n    *One*\n\n    two" in (tmp_path / "story.yaml").read_text(encoding="utf-8")
    assert stories.load(tmp_path / "story.yaml") == story
    with pytest.raises(OutputError):
        stories.dump(story, tmp_path / "no" / "story.yaml")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("title: a\n", 1, "needs a states"),
        ("title: a\nstates: []\n", 2, "at least one state"),
        ("title: a\nstates:\n  - title: b\n", 3, "needs a link"),
        ("title: a\nstates:\n  - title: b\n    link: '?'\n    colour: red\n", 5, "has no 'colour'"),
        ("title: a\ntitle: b\n", 2, "twice"),
        ("title: a\nstates:\n  - title: [b]\n    link: '?'\n", 3, "title has to be text"),
        ("title: a\nstates:\n  - title: b\n    link: '?'\n    seconds: soon\n", 5, "seconds is 'soon'"),
        ("title: a\nstates:\n  - title: b\n    link: '?'\n    seconds: .nan\n", 5, "runs from 0"),
        ("title: a\nstates:\n  - title: b\n    link: '?'\n    seconds: nan\n", 5, "runs from 0"),
        ("title: ''\nstates:\n  - title: b\n    link: '?'\n", 1, "one line"),
        ('title: "a\\tb"\nstates:\n  - title: b\n    link: "?"\n', 1, "one line"),
        ("title: &a x\nstates: *a\n", 2, "no aliases"),
        ("title: a\nstates: " + "[" * 50 + "]" * 50 + "\n", 2, "too deep"),
        ("title: a\n  b: c\n", 2, "not allowed"),
        ("- a\n", 1, "written as key: value"),
        ("", None, "written as key: value"),
        ("title: a\nstates:\n" + "  - {title: b, link: '?'}\n" * 201, 3, "at most 200"),
        ("title: " + "a" * 300 + "\nstates: []\n", None, "at least one state"),
        ("a: 1\n--- \nb: 2\n", 2, "another document"),
        ("title: \x07\n", None, "no YAML"),
        (
            "title: !!python/object/apply:os.system [ls]\nstates:\n  - {title: b, link: '?'}\n",
            1,
            "has to be text",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int | None, why: str) -> None:
    with pytest.raises(StoryError, match=why) as caught:
        stories.loads(text, "mine.yaml")
    assert "mine.yaml" in str(caught.value)
    if line:
        assert caught.value.line == line


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(StoryError, match="cannot be read"):
        stories.load(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("title: é".encode("latin-1"))
    with pytest.raises(StoryError, match="UTF-8"):
        stories.load(tmp_path / "latin.yaml")
    (tmp_path / "long.yaml").write_bytes(b"#" * (stories.MAX_BYTES + 1))
    with pytest.raises(StoryError, match="256 KB"):
        stories.load(tmp_path / "long.yaml")


# --- notes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**a** *b* `c`", "<p><strong>a</strong> <em>b</em> <code>c</code></p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](data:text/html,a)", "<p>[x](data:text/html,a)</p>"),
        ("[x](/relative)", "<p>[x](/relative)</p>"),
        ("[x](//host/a)", "<p>[x](//host/a)</p>"),
        (
            "[x](https://example.org)",
            '<p><a href="https://example.org" target="_blank" rel="noopener noreferrer">x</a></p>',
        ),
        (
            "<https://example.org>",
            '<p><a href="https://example.org" target="_blank" rel="noopener noreferrer">https://example.org</a></p>',
        ),
        ("![x](javascript:a)", "<p>![x](javascript:a)</p>"),
        ("| a |\n|---|\n| b |", None),
    ],
)
def test_notes_as_html(markdown: str, html: str | None) -> None:
    found = notes.to_html(markdown).strip()
    assert "<table>" in found if html is None else found == html


@given(st.text(max_size=200))
def test_no_note_makes_a_tag_that_markdown_has_not(markdown: str) -> None:
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z!?][^\s>/]*)", notes.to_html(markdown)))
    known = "p em strong code pre ul ol li h1 h2 h3 h4 h5 h6 blockquote hr br a table thead tbody tr th td"
    assert tags <= set(known.split())


def test_an_image_is_not_fetched() -> None:
    assert "<img" not in notes.to_html("![x](https://example.org/a.png)")


def test_notes_as_text() -> None:
    text = notes.to_text(
        "# Head\n\nA **bold**\nline [here](https://example.org).\n\n- one\n- *two*\n\n3. three\n4. four"
    )
    assert text == "Head\nA bold line here.\n– one\n– two\n3. three\n4. four"


# --- what is shipped -----------------------------------------------------------------------------


def test_four_stories_are_shipped_and_can_be_shown() -> None:
    from explorer.demo.store import DemoStore
    from explorer.views.common.selection import decode

    found = stories.shipped()
    assert list(found) == [
        "a-label-that-is-wrong",
        "a-year-in-a-field",
        "from-europe-to-one-pixel",
        "the-model-or-the-label",
    ]
    ids = set(DemoStore().table.frame.index)
    for story in found.values():
        assert 4 <= len(story.states) <= 8
        assert "synthetic" in story.states[0].note
        assert set(story.samples) <= ids
        for state in story.states:
            link = decode(state.link)
            assert link.problems == ()
            assert (link.sample, link.date) == (state.sample, state.date)
            assert state.date is not None
            assert state.note
            assert state.pixels == (link.pixels or ())
        assert stories.loads(stories.dumps(story)) == story


def test_the_model_and_the_label_are_wrong_as_the_story_says() -> None:
    from explorer.demo.models import MODELS, predict
    from explorer.demo.store import DemoStore

    store = DemoStore()
    ids = [state.sample for state in stories.shipped()["the-model-or-the-label"].states[2:4]]
    rows = store.table.frame.index.get_indexer(ids)
    said = [predict(store.table.true, model, store.seed)[rows].argmax(axis=1) for model in MODELS]
    classes = np.array(corine.codes(3))
    assert classes[np.stack(said)].tolist() == [[231, 324], [211, 324]]
    true = store.table.true[rows].toarray() / 1000
    assert classes[true.argmax(axis=1)].tolist() == [231, 324]
    assert true[1].max() == pytest.approx(0.87, abs=0.005)
    labels = store.table.frame["clc"].loc[ids]
    assert labels.tolist() == [231, 312]


def test_the_wrong_label_is_wrong_as_the_story_says() -> None:
    from explorer.demo.store import DemoStore

    story = stories.shipped()["a-label-that-is-wrong"]
    truth = DemoStore().truth().loc[story.samples[0]]
    assert (truth["kind"], truth["labelled"], truth["true"]) == ("clear-cut", 311, 324)
    assert str(story.states[0].date) < truth["changed"] < str(story.states[1].date)
    assert truth["true_fractions"].startswith("324:0.528;311:0.415")
