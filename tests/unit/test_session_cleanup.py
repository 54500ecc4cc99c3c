"""A closed page goes by itself: nobody has to collect its reference cycles."""

from __future__ import annotations

import asyncio
import copy
import gc
import time
import weakref
from collections.abc import Iterator
from typing import Any

import holoviews as hv
import pytest
from bokeh.core.property.wrappers import PropertyValueContainer
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Slider
from panel.io.state import state

from explorer.app import create_ahead, create_page
from explorer.corpus.corpus import Corpus
from explorer.server import session_cleanup, sessions
from explorer.server.session_cleanup import PageModels, hold_owners_weakly
from tests import corpora, visitors
from tests.running import Running, pages_made
from tests.talk import until

SECONDS = 60.0
MOST = 3000
"""Objects that a closed page may leave to a search: it has 30,000, and leaves some 1,500."""


@pytest.fixture
def weakly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PropertyValueContainer, "__init__", PropertyValueContainer.__init__)
    hold_owners_weakly()


@pytest.fixture
def no_search() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def _listened_to(document: Document) -> weakref.ref[Slider]:
    """A model in a cycle with what listens to it, as a page's are."""
    slider = Slider(start=0, end=1, value=0)

    def moved(_attr: str, _old: float, _new: float) -> None:
        slider.value = 0

    slider.on_change("value", moved)
    document.add_root(slider)
    return weakref.ref(slider)


def test_a_closed_page_lets_go_of_its_models_by_itself(no_search: None) -> None:
    plain, page = Document(), Document()
    page.models = PageModels(page, lambda job: job())
    left, gone = (_listened_to(document) for document in (plain, page))
    for document in (plain, page):
        document.models.destroy()
        del document._roots
    assert left() is not None
    assert gone() is None


def test_a_page_is_closed_also_where_its_circles_cannot_be_cut(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    page = Document()
    page.models = PageModels(page, lambda job: job())
    slider = Slider(start=0, end=1, value=0)
    page.add_root(slider)
    monkeypatch.setitem(state._views, "ref", (object(), slider, page, None))  # it has nothing that a page has
    page.models.destroy()
    assert slider.document is None
    assert "waits for a search" in caplog.text


def _touched() -> weakref.ref[Slider]:
    slider = Slider(start=0, end=1, value=0, tags=["a"])
    slider.tags.append("b")
    return weakref.ref(slider)


def test_bokeh_alone_keeps_a_model_that_has_a_list(no_search: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, Bokeh does by itself what `hold_owners_weakly` is for."""

    def plain(self: Any, *args: Any, **options: Any) -> None:
        self._owners = set()
        super(PropertyValueContainer, self).__init__(*args, **options)

    monkeypatch.setattr(PropertyValueContainer, "__init__", plain)
    assert _touched()() is not None


def test_a_model_goes_with_the_last_who_holds_it(no_search: None, weakly: None) -> None:
    assert _touched()() is None


def test_a_model_hears_what_becomes_of_its_values(weakly: None) -> None:
    shared = ["a"]
    first, second = Slider(start=0, end=1, value=0, tags=shared), Slider(start=0, end=1, value=0)
    second.tags = first.tags
    heard: list[tuple[str, Any]] = []
    first.on_change("tags", lambda _attr, _old, new: heard.append(("first", list(new))))
    second.on_change("tags", lambda _attr, _old, new: heard.append(("second", list(new))))
    first.tags.append("b")
    assert sorted(heard) == [("first", ["a", "b"]), ("second", ["a", "b"])]
    heard.clear()
    second.tags = ["c"]
    assert heard == [("second", ["c"])]
    heard.clear()
    first.tags.append("d")
    assert heard == [("first", ["a", "b", "d"])]
    heard.clear()
    del second
    first.tags.append("e")
    assert heard == [("first", ["a", "b", "d", "e"])]
    source = ColumnDataSource(data={"x": [1]})
    source.on_change("data", lambda _attr, _old, new: heard.append(("source", len(new["x"]))))
    source.data["x"] = [1, 2]
    source.stream({"x": [3]})
    assert [n for name, n in heard if name == "source"] == [2, 3]


def test_a_copy_holds_no_model_either(no_search: None, weakly: None) -> None:
    slider = Slider(start=0, end=1, value=0, tags=["a"])
    twin, known = copy.copy(slider.tags), weakref.ref(slider)
    del slider
    assert known() is None
    twin.append("b")
    assert list(twin) == ["a", "b"]


def test_hardly_anything_of_a_closed_page_is_left_to_a_search(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch, weakly: None
) -> None:
    monkeypatch.setattr(tiny_corpus.config, "spare_pages", 0)
    made = pages_made(monkeypatch)
    problems: list[str] = []
    monkeypatch.setattr(session_cleanup._LOG, "exception", lambda text, *_args: problems.append(text))
    running = Running(
        tiny_corpus, create_page(tiny_corpus), ahead=create_ahead(tiny_corpus),
        unused_session_lifetime_milliseconds=500, check_unused_sessions_milliseconds=200,
    )  # fmt: skip

    def visit() -> None:
        async def run() -> None:
            visitor = visitors.Visitor(running.url, visitors.Seen())
            await visitor.open(f"?sample={corpora.BARE}")
            await visitor.select(corpora.FULL)
            await visitor.close()

        asyncio.run(run())
        until(lambda: made[-1]() is None, SECONDS)  # nobody looks for it
        sessions._BUILDER.submit(lambda: None).result(SECONDS)
        time.sleep(1.0)

    try:
        visit()  # what is kept for all visitors
        gc.collect()
        gc.disable()
        trees = len(hv.Store.custom_options(backend="bokeh"))
        for _ in range(3):
            visit()
        left = gc.collect() / 3
        assert left < MOST, left
        assert len(hv.Store.custom_options(backend="bokeh")) <= trees
        assert problems == []
    finally:
        gc.enable()
        running.stop()
