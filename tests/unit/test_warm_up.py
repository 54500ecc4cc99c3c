"""The port is open before the first page is made: what comes meanwhile is answered, and the server says that it is not ready."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator

import panel as pn
import pytest

from explorer.corpus.corpus import Corpus
from explorer.server import gc_policy
from explorer.server.sessions import PreparedPage, WarmUp
from explorer.views.common.selection import Link
from tests.running import Running
from tests.talk import until

SECONDS = 60.0


class Slow:
    """Makes a page as soon as it may."""

    def __init__(self) -> None:
        self.begun, self.may, self.made = threading.Event(), threading.Event(), 0

    def __call__(self, _link: Link) -> pn.viewable.Viewable:
        self.begun.set()
        assert self.may.wait(SECONDS)
        self.made += 1
        return pn.pane.HTML("a page")


@pytest.fixture
def slow() -> Iterator[Slow]:
    made = Slow()
    yield made
    made.may.set()


def ready(server: Running) -> bool:
    return bool(json.loads(server.get("/health")[2])["ready"])


def test_the_html_is_there_while_the_first_page_is_made(
    tiny_corpus: Corpus, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[int] = []  # garbage is set aside once the page is there, and before any visitor's is made
    monkeypatch.setattr(gc_policy.IdleCollector, "begin", lambda _self: settled.append(slow.made))
    warm = WarmUp(slow)
    server = Running(
        tiny_corpus, slow, prepare=lambda: PreparedPage(pn.pane.HTML(""), lambda _: None), warm=warm
    )
    try:
        assert slow.begun.wait(SECONDS)
        status, _, body = server.get("/")
        assert (status, settled, warm.done) == (200, [], False)
        assert b"first-picture.jpg" in body
        assert not ready(server)
        slow.may.set()
        warm.end()
        assert warm.done
        assert ready(server)
        assert settled == [1]
    finally:
        slow.may.set()
        server.stop()


def test_a_first_page_that_fails_is_told_in_the_log_and_visitors_are_served(
    tiny_corpus: Corpus, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm = WarmUp(lambda _link: pn.pane.HTML("a page"))
    monkeypatch.setattr("explorer.server.sessions.PageMaker._fill", lambda *_: 1 / 0)
    with caplog.at_level(logging.ERROR, "explorer"):
        server = Running(tiny_corpus, lambda _link: pn.pane.HTML("a page"), warm=warm)
        try:
            until(lambda: ready(server))
            assert server.get("/")[0] == 200
        finally:
            server.stop()
    assert "the first page could not be made" in caplog.text


def test_a_server_that_ends_waits_for_what_has_begun_and_begins_nothing(slow: Slow) -> None:
    warm = WarmUp(slow)
    warm.start()
    assert slow.begun.wait(SECONDS)
    ended = threading.Event()
    threading.Thread(target=lambda: (warm.end(), ended.set()), daemon=True).start()
    assert not ended.wait(0.2)
    slow.may.set()
    assert ended.wait(SECONDS)
    assert slow.made == 1
    warm.start()
    assert WarmUp(slow).end() is None
    assert slow.made == 1


def test_a_server_without_one_is_ready_at_once(tiny_corpus: Corpus) -> None:
    server = Running(tiny_corpus, lambda _link: pn.pane.HTML("a page"))
    try:
        assert ready(server)
    finally:
        server.stop()
