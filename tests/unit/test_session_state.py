"""What panels of a session tell each other: events are heard each time, and hidden labels are known before a sample is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer import Explorer, open_corpus
from explorer.core.config import settings
from explorer.views.common.selection import Selection
from explorer.views.common.session_state import SessionState
from tests.corpora import BROKEN, FULL
from tests.talk import sent, until


@pytest.fixture
def page(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Explorer]:
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    with open_corpus(tiny_folder) as corpus:
        found = Explorer(corpus, f"?sample={FULL}")
        yield found
        found.close()


def test_a_request_is_heard_again_with_the_value_it_had() -> None:
    session, heard = SessionState(), []
    session.listen("sample_to_show", lambda: heard.append(session.sample_to_show))
    session.sample_to_show = FULL
    session.sample_to_show = FULL
    assert heard == [FULL, FULL]


def test_an_event_is_heard_again_after_a_listener_failed() -> None:
    session, heard = SessionState(), []

    def listener() -> None:
        heard.append(session.toggle_share)
        raise OSError("this one fails")

    session.listen("toggle_share", listener)
    for _ in range(2):
        with pytest.raises(OSError, match="this one fails"):
            session.toggle_share = True
    assert heard == [True, True]


def test_an_event_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="toggle_nothing"):
        SessionState().listen("toggle_nothing", lambda: None)


def test_each_session_has_a_state_of_its_own() -> None:
    first, second = Selection(), Selection()
    first.session.labels_hidden = True
    assert not second.session.labels_hidden


def test_every_parameter_says_what_it_is() -> None:
    assert not [name for name in SessionState.param if name != "name" and not SessionState.param[name].doc]


def test_hidden_labels_are_known_before_any_other_panel_hears_of_the_sample(
    page: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a sample whose verdict is in to one that is not judged: nobody may draw the second with its label."""
    page._review.ask()
    page._review._begin({"kind": "ids", "ids": f"{FULL}\n{BROKEN}", "reviewer": "ada", "blind": True})
    until(lambda: page._review._work is not None)
    work: Any = page._review._work
    with page._loop.lock():  # the thread in which the review begins has told all panels
        work.done.add(FULL)
        page._review._changed()
    assert not page.selection.session.labels_hidden
    known, sample_changed = [], page._sample_changed

    def open_it() -> None:
        known.append(page.selection.session.labels_hidden)
        sample_changed()

    monkeypatch.setattr(page, "_sample_changed", open_it)
    page.selection.sample_id = BROKEN
    assert known == [True]
    assert "arable" not in page._labels.html


def test_a_panel_that_is_opened_by_the_head_hears_of_it(page: Explorer) -> None:
    for button, component in (("share", page._share.share), ("about", page._about.about)):
        before = len(sent(component, "toggle"))
        page._head.head.on[button]({})
        page._head.head.on[button]({})
        assert len(sent(component, "toggle")) == before + 2


def test_a_closed_page_holds_nothing_that_was_read(page: Explorer) -> None:
    session = page.selection.session
    until(lambda: session.planet_settled and session.whole_sentinel is not None)
    page.close()
    assert (session.planet, session.sentinel, session.quality) == (None, None, None)
    assert not session.param.watchers
