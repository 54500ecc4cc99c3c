"""Cover that was lost from 2018 to 2019: filtered, sorted, queued, drawn, and said in words."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from explorer import cli
from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query import cover_change
from explorer.corpus.query.cover_change import CoverChange
from explorer.corpus.query.filters import Filters
from explorer.corpus.tables import tables
from explorer.demo import open_demo
from explorer.review import queue, score
from explorer.views.common import palettes
from explorer.views.map.map_shown import shown, steps_of_change
from explorer.views.map.raster import SampleRaster, View


@pytest.fixture
def corpus() -> Iterator[Corpus]:
    found = open_demo(count=300)
    yield found
    found.close()


@pytest.fixture
def known(corpus: Corpus) -> Corpus:
    """A corpus of which the first five samples have scores: 0.1, 0.9, 0.6, unknown, 0.3."""
    ids = corpus.samples.index[:5]
    corpus.extras = pd.DataFrame(
        {"change": np.array([0.1, 0.9, 0.6, np.nan, 0.3], np.float32), "lost": ["", "2018-09-04", "", "", ""]}, index=ids
    )  # fmt: skip
    return corpus


def test_a_filter_by_change_goes_into_a_link_and_back(known: Corpus) -> None:
    filters, problems = Filters.parse("change:0.5-1;purity:0-1")
    assert not problems
    assert filters.change == (0.5, 1.0)
    assert filters.format() == "change:0.5-1"
    assert filters.chips() == (("change", "Cover lost ≥ 50 %"),)
    assert known.query(filters="change:0.5-1").index.tolist() == known.samples.index[[1, 2]].tolist()
    assert known.query(change=(0.2, 0.7)).index.tolist() == known.samples.index[[2, 4]].tolist()
    _, problems = Filters.parse("change:0.5-2")
    assert "change:0.5-2" in problems[0]


def test_a_corpus_without_scores_says_what_to_run(corpus: Corpus) -> None:
    assert "change" not in corpus.filter_table.offers
    with pytest.raises(InvalidQueryError, match=r"change.*explorer score CORPUS"):
        corpus.query(change=(0.5, 1))
    with pytest.raises(InvalidQueryError, match=r"change of cover.*explorer score CORPUS"):
        queue.build("change", corpus)
    assert cover_change.of_sample(corpus, str(corpus.samples.index[0])) is None


def test_the_queue_puts_the_most_probable_loss_first(known: Corpus) -> None:
    ids = known.samples.index
    found = queue.build("change", known)
    assert found.ids == tuple(ids[[1, 2, 4, 0]])
    assert queue.build("change:n=2", known).ids == tuple(ids[[1, 2]])
    assert queue.QueueSpec.parse("change:n=2").format() == "change:n=2"
    narrow = queue.QueueSpec("change", filter="change:0.5-1")
    assert narrow.build(known).ids == tuple(ids[[1, 2]])


def test_tables_have_probability_and_date(known: Corpus) -> None:
    found = tables.frame(known, np.arange(5))
    assert found["lost"].tolist() == ["", "2018-09-04", "", "", ""]
    assert found["change"].iloc[1] == pytest.approx(0.9)
    text = tables.write(known, np.arange(2), "csv").decode()
    table = pd.read_csv(io.StringIO(text), comment="#")
    assert table["change"].tolist() == [0.1, 0.9]
    assert table["lost"].tolist()[1] == "2018-09-04"
    ranked = cover_change.with_change(known, known.samples.iloc[:4])
    assert ranked.index.tolist() == known.samples.index[[1, 2, 0, 3]].tolist()


def test_what_is_known_of_a_sample_is_a_sentence(known: Corpus) -> None:
    ids = [str(one) for one in known.samples.index]
    assert cover_change.of_sample(known, ids[1]) == CoverChange(pytest.approx(0.9), dt.date(2018, 9, 4))
    second = cover_change.of_sample(known, ids[2])
    assert second is not None
    assert second.probable
    assert second.seen is None
    assert second.text == "Cover was probably lost from 2018 to 2019 (60 %)."
    assert cover_change.of_sample(known, ids[3]) is None
    assert cover_change.of_sample(known, ids[200]) is None


def test_the_map_shows_the_largest_probability_of_a_pixel(known: Corpus) -> None:
    assert steps_of_change(np.array([np.nan, 0, 0.5, 1], np.float32)).tolist() == [0, 1, 51, 101]
    samples = known.samples.copy()
    samples["x"], samples["y"] = 0.0, 0.0  # all in one place
    raster = SampleRaster(samples, np.zeros(len(samples), np.uint8))
    found = shown(known, raster, Filters(), None, 3, shade="change")
    image = found.layer.image(View((-1e5, 1e5), (-1e5, 1e5), 20, 20))
    assert set(np.unique(image)) == {0, 1 + 91}
    for theme in ("light", "dark"):
        colours = palettes.of_change(theme)
        assert len(colours) == 256
        assert colours[0].endswith("00")
        assert len(set(colours[1:103])) == 102


def test_scores_come_with_change_and_its_date(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score, "folder", lambda where: tmp_path)
    rows = {"suspicion": 0.4, "verdict": "", "labelled": 311, "suggested": 311, "change": [0.8, 0.2], "lost": ["2018-09-04", ""], "why": "", "suggested_fractions": "", "version": "3.2"}  # fmt: skip
    frame = pd.DataFrame(rows, index=pd.Index(corpus.samples.index[:2], name="sample_id"))
    frame.to_parquet(tmp_path / score.SCORES)
    assert score.show(corpus)
    assert {"change", "suspicion"} <= corpus.filter_table.offers
    assert corpus.filter_table.lost[:3].tolist() == ["2018-09-04", "", ""]
    frame.drop(columns="lost").to_parquet(tmp_path / score.SCORES)  # of an explorer that told no date
    assert score.show(corpus)
    assert cover_change.of_sample(corpus, str(corpus.samples.index[0])) == CoverChange(pytest.approx(0.8))
    frame.assign(change=0.0).to_parquet(tmp_path / score.SCORES)  # too few samples: nothing is told
    assert score.show(corpus)
    assert "change" not in corpus.filter_table.offers


def test_the_command_filters_as_a_link_does_and_tells_the_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score, "folder", lambda where: tmp_path)
    with open_demo() as corpus:
        ids = pd.Index(corpus.samples.index[:3], name="sample_id")
    rows = {"suspicion": 0.4, "verdict": "", "labelled": 311, "suggested": 311, "change": [0.6, 0.2, 0.9], "lost": ["", "", "2019-02-01"], "why": "", "suggested_fractions": "", "version": "3.2"}  # fmt: skip
    frame = pd.DataFrame(rows, index=ids)
    run = CliRunner()
    out = tmp_path / "cleared.csv"
    command = ["query", "demo", "--filter", "change:0.5-1", "-o", str(out)]
    failed = run.invoke(cli.app, command)
    assert failed.exit_code != 0
    frame.to_parquet(tmp_path / score.SCORES)
    done = run.invoke(cli.app, command)
    assert done.exit_code == 0, done.output
    table = pd.read_csv(out)
    assert table["change"].tolist() == [0.9, 0.6]
    assert table["lost"].iloc[0] == "2019-02-01"
