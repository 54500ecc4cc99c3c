"""The page's head: where the sample is, in words and degrees, and its class in the colours that were chosen."""

from __future__ import annotations

from typing import Any

import pytest

from explorer.app import Explorer
from explorer.core import corine
from explorer.corpus.corpus import Corpus
from explorer.views.common import palettes, visitor
from explorer.views.common.components import SessionScheduler
from explorer.views.common.selection import Selection
from explorer.views.map.raster import shared_raster
from explorer.views.page.head import HeadView
from tests import corpora
from tests.talk import sent


@pytest.fixture
def head(tiny_corpus: Corpus) -> HeadView:
    return HeadView(tiny_corpus, Selection(), shared_raster(tiny_corpus), SessionScheduler(), "")


def last(head: HeadView) -> dict[str, Any]:
    return sent(head.head, "sample")[-1]


def test_the_sample_is_told_by_a_town_near_it_and_by_degrees(head: HeadView, tiny_corpus: Corpus) -> None:
    head.open(corpora.FULL)
    row = tiny_corpus.samples.loc[corpora.FULL]
    kind = last(head)["text"]
    place, degrees = last(head)["place"].split(" · ")
    assert kind.startswith(corine.land_cover(int(row["clc"])).title)
    assert " of " in place or place.startswith("in ")
    assert place.endswith(", Italy")
    assert degrees == f"{row['lat']:.4f}° N, {row['lon']:.4f}° E"


def test_a_blind_review_is_told_the_place_without_the_class(head: HeadView, tiny_corpus: Corpus) -> None:
    head._selection.sample_id = corpora.FULL
    head.open(corpora.FULL)
    full = last(head)["place"]
    head._session.labels_hidden = True
    assert (last(head)["text"], last(head)["place"]) == ("", full)
    assert last(head)["colour"] is None
    title = corine.land_cover(int(tiny_corpus.samples.loc[corpora.FULL, "clc"])).title
    assert title not in full


def test_the_class_wears_the_colours_of_the_map(head: HeadView, tiny_corpus: Corpus) -> None:
    head._selection.sample_id = corpora.FULL
    head.open(corpora.FULL)
    code = int(tiny_corpus.samples.loc[corpora.FULL, "clc"])
    assert last(head)["colour"] == corine.land_cover(code).hex
    head._selection.map.palette = "safe"
    assert last(head)["colour"] == palettes.of_class(code, "safe") != corine.land_cover(code).hex


def test_who_has_logged_in_is_named(tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, wanted in (("ada", ["ada"]), (None, []), ("", [])):
        monkeypatch.setattr(visitor, "name", lambda name=name: name)
        page = Explorer(tiny_corpus, "")
        try:
            assert [one["name"] for one in sent(page._head.head, "visitor")] == wanted
        finally:
            page.close()
