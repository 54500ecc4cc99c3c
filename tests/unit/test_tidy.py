"""When is looked for what closed pages leave behind."""

from __future__ import annotations

import pytest

from explorer import tidy
from explorer.tidy import FEW, MOST_LEFT, Tidy


@pytest.fixture
def collections(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each time that everything is looked through; nothing is."""
    seen: list[None] = []
    monkeypatch.setattr(tidy.gc, "collect", lambda *_: seen.append(None))
    return seen


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
