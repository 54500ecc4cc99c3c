"""How many Bokeh models a page has: each is made, encoded, sent, drawn and freed for each visitor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from bokeh.model import Model
from bokeh.models import Plot

from explorer import Explorer
from explorer.corpus.corpus import Corpus

PAGE, MAP = 150, 80


def told(models: set[Model]) -> str:
    """How many there are of each type, the most first."""
    return f"{len(models)} models: " + ", ".join(
        f"{count} {name}" for name, count in Counter(type(model).__name__ for model in models).most_common()
    )


@pytest.fixture
def models(tiny_corpus: Corpus) -> Iterator[set[Model]]:
    """All models of a whole page, as a server sends it to a visitor."""
    page = Explorer(tiny_corpus, "")
    yield page.__panel__().get_root().references()
    page.close()


def test_a_page_has_fewer_than_150_models(models: set[Model]) -> None:
    assert len(models) < PAGE, told(models)


def test_the_map_has_at_most_80_of_them(models: set[Model]) -> None:
    (figure,) = [m for m in models if isinstance(m, Plot) and (m.name or "").startswith("map-")]
    assert len(figure.references()) <= MAP, told(figure.references())
