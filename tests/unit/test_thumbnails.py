"""Thumbnails: one chip a picture, the last ones kept within a bound, given up at once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer import open_corpus
from explorer.analysis import thumbnails
from explorer.analysis.composite import make
from explorer.analysis.thumbnails import ThumbnailSpec, filled_shares, make_each
from explorer.core.errors import InvalidQueryError, StoreError, UnknownDateError, UnreadableError
from explorer.core.products import PF_QA, PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery import one_date
from explorer.corpus.imagery.cube import Status
from tests import corpora

IDS = [corpora.FULL, corpora.BROKEN, corpora.BARE]
FIRST = ThumbnailSpec.parse(PF_SR.date_keys[0])


@pytest.fixture
def asked(tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keys of the files that are read."""
    keys: list[str] = []
    get = tiny_corpus.store.get

    def noted(key: str) -> bytes:
        keys.append(key)
        return get(key)

    monkeypatch.setattr(tiny_corpus.store, "get", noted)
    return keys


@pytest.fixture
def own_corpus(tmp_path: Path) -> Iterator[Corpus]:
    """A corpus that a test may change."""
    corpora.write_corpus(tmp_path)
    found = open_corpus(tmp_path)
    yield found
    found.close()


def test_a_picture_takes_one_chip_and_is_painted_as_the_page_paints_it(
    tiny_corpus: Corpus, asked: list[str]
) -> None:
    ((place, found),) = make_each(tiny_corpus, [corpora.FULL], FIRST)
    cell = tiny_corpus.cell(corpora.FULL)
    assert (place, found.state, found.why) == (0, "there", "")
    assert asked == [PF_SR.key(cell.folder, PF_SR.dates[0])]
    with Image.open(io.BytesIO(found.jpeg)) as image:
        assert image.size == (200, 200)
        seen = np.asarray(image.convert("RGB")).astype(int)
    cube = tiny_corpus.cubes.glance(cell, PF_SR, 0)
    painted = make(cube, FIRST.recipe, FIRST.choice).rgb(0).astype(int)
    assert np.abs(seen - painted).mean() < 4


def test_it_is_the_same_whatever_is_in_memory(own_corpus: Corpus) -> None:
    spec = ThumbnailSpec.parse(PF_SR.date_keys[1], "band:nir")
    ((_, alone),) = make_each(own_corpus, [corpora.FULL], spec)
    thumbnails._OF_CORPUS.pop(own_corpus)
    own_corpus.cubes.get(own_corpus.cell(corpora.FULL), PF_SR)
    ((_, beside),) = make_each(own_corpus, [corpora.FULL], spec)
    assert alone == beside


def test_what_was_seen_before_is_not_read_again_and_comes_first(
    tiny_corpus: Corpus, asked: list[str]
) -> None:
    first = dict(make_each(tiny_corpus, [corpora.BARE], FIRST))
    asked.clear()
    found = list(make_each(tiny_corpus, IDS, FIRST))
    assert found[0] == (2, first[0])
    assert len(asked) == 2
    asked.clear()
    assert dict(make_each(tiny_corpus, IDS, FIRST)) == dict(found)
    assert asked == []


def test_what_is_missing_or_broken_says_why(tiny_corpus: Corpus) -> None:
    broken = corpora.BROKEN
    cube = tiny_corpus.cubes.get(tiny_corpus.cell(broken), PF_SR)
    states = {Status.ABSENT: "absent", Status.BROKEN: "broken"}
    for status, state in states.items():
        index = int(np.flatnonzero(cube.status == status)[0])
        ((_, found),) = make_each(tiny_corpus, [broken], ThumbnailSpec.parse(PF_SR.date_keys[index]))
        assert (found.state, found.why, found.jpeg) == (state, cube.reasons[index], b"")


def test_a_month_is_sentinel_2_s(tiny_corpus: Corpus, asked: list[str]) -> None:
    spec = ThumbnailSpec.parse("2018-01", "swir")
    assert (spec.product, spec.date_text) == (S2_SR, "2018-01")
    ((_, found),) = make_each(tiny_corpus, [corpora.FULL], spec)
    with Image.open(io.BytesIO(found.jpeg)) as image:
        assert image.size == (60, 60)
    assert len(asked) == 1
    with pytest.raises(InvalidQueryError, match="has no bands for"):
        ThumbnailSpec.parse("2018-07-02", "swir")
    with pytest.raises(UnknownDateError):
        ThumbnailSpec.parse("2018-07-03")
    with pytest.raises(UnknownDateError):
        ThumbnailSpec.parse("tomorrow")


def test_a_file_that_could_not_be_had_is_tried_again_and_a_store_that_is_away_is_an_error(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(key: str) -> bytes:
        raise error

    error: Exception = UnreadableError("x", "no answer in time")
    with monkeypatch.context() as patch:
        patch.setattr(tiny_corpus.store, "get", fail)
        ((_, found),) = make_each(tiny_corpus, [corpora.FULL], FIRST)
        assert (found.state, found.why) == ("broken", "no answer in time")
        error = StoreError("gone")
        with pytest.raises(StoreError, match="gone"):
            list(make_each(tiny_corpus, [corpora.FULL], FIRST))
    ((_, found),) = make_each(tiny_corpus, [corpora.FULL], FIRST)
    assert found.state == "there"


def test_who_has_cancelled_gets_no_more_and_no_more_is_read(tiny_corpus: Corpus, asked: list[str]) -> None:
    seen: list[int] = []
    cells = [tiny_corpus.cell(sample_id) for sample_id in IDS]
    for found in one_date.read_each(
        tiny_corpus.cubes, cells, PF_SR, 2, ahead=1, cancelled=lambda: bool(seen)
    ):
        seen.append(found.position)
    assert seen == [0]
    assert len(asked) <= 2  # one was under way


def test_what_is_kept_is_bounded_in_bytes(own_corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "MAX_BYTES", 12_000)
    for key in PF_SR.date_keys[:8]:
        list(make_each(own_corpus, [corpora.FULL], ThumbnailSpec.parse(key)))
    kept = thumbnails._OF_CORPUS[own_corpus]._kept
    assert 0 < kept.currsize <= 12_000
    assert len(kept) < 8


def test_gap_filled_shares_are_those_of_the_quality_layer(tiny_corpus: Corpus, asked: list[str]) -> None:
    found = dict(filled_shares(tiny_corpus, IDS, 0))
    assert 2 not in found  # it has no quality layers
    expected = (corpora.pixels(PF_QA, 0)[0] != 0).mean()
    assert found[0] == pytest.approx(expected)
    asked.clear()
    assert dict(filled_shares(tiny_corpus, IDS, 0)) == found
    assert asked == []


def test_no_more_quality_layers_are_read_where_none_tells_of_gaps(own_corpus: Corpus, tmp_path: Path) -> None:
    for sample_id in (corpora.FULL, corpora.BROKEN):
        cell = own_corpus.cell(sample_id)
        chip = corpora.geotiff(PF_QA, cell, corpora.pixels(PF_QA, 0), ("confidence", "age"))
        corpora.put(tmp_path, PF_QA.key(cell.folder, PF_QA.dates[0]), chip)
    assert list(filled_shares(own_corpus, IDS, 0)) == []
