"""What a closed page leaves behind, and when it is looked for."""

from __future__ import annotations

import gc
import weakref

import panel.io.document
import pytest
from bokeh.document import Document
from bokeh.models import Slider

from explorer import tidy
from explorer.tidy import FEW, MOST_LEFT, PageModels, Tidy


@pytest.fixture
def collections(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each time that everything is looked through; nothing is."""
    seen: list[None] = []
    monkeypatch.setattr(tidy.gc, "collect", lambda *_: seen.append(None))
    return seen


def _listened_to(document: Document) -> weakref.ref[Slider]:
    """A model in a circle with what listens to it, as a page's are."""
    slider = Slider(start=0, end=1, value=0)

    def moved(_attr: str, _old: float, _new: float) -> None:
        slider.value = 0

    slider.on_change("value", moved)
    document.add_root(slider)
    return weakref.ref(slider)


def test_a_closed_page_lets_go_of_its_models_by_itself() -> None:
    plain, page = Document(), Document()
    page.models = PageModels(page)
    gc.disable()
    try:
        left, gone = (_listened_to(document) for document in (plain, page))
        for document in (plain, page):
            document.models.destroy()
            del document._roots
        assert left() is not None
        assert gone() is None
    finally:
        gc.enable()


def test_nothing_is_looked_for_where_nobody_has_left(collections: list[None]) -> None:
    tidy = Tidy()
    tidy.made()
    assert not tidy.look(quiet=1000.0)
    assert collections == []


@pytest.mark.parametrize(("pages", "quiet"), [(FEW, 1.5), (FEW + 1, 4.5)])
def test_the_more_there_is_the_quieter_it_must_be(collections: list[None], pages: int, quiet: float) -> None:
    tidy = Tidy()
    for _ in range(pages):
        tidy.made()
    tidy.closed()
    assert not tidy.look(quiet / 2)
    assert tidy.look(quiet)
    assert not tidy.look(quiet)
    assert len(collections) == 1


def test_too_many_do_not_wait_for_quiet(collections: list[None]) -> None:
    tidy = Tidy()
    for number in range(MOST_LEFT):
        assert not tidy.look(0.0), number
        tidy.made()
        tidy.closed()
    assert tidy.look(0.0)
    assert len(collections) == 1


def test_nobody_else_looks_through_everything(
    collections: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("freeze", "set_threshold"):
        monkeypatch.setattr(tidy.gc, name, lambda *_: None)
    monkeypatch.setattr(panel.io.document, "_garbage_collect", panel.io.document._garbage_collect)
    Tidy().begin()
    assert len(collections) == 1
    panel.io.document._garbage_collect()
    assert len(collections) == 1
