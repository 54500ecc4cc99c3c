"""Scores over a corpus: parts survive a stop, damaged ones are made again, and the filters see the result."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer.analysis import features
from explorer.demo import open_demo
from explorer.errors import InvalidQueryError, OutputError
from explorer.review import score


class NoCluster:
    """Stands in for a Dask client: batches are measured here, one after the other."""

    def __enter__(self) -> NoCluster:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def corpus():
    found = open_demo(count=300)
    yield found
    found.close()


@pytest.fixture
def measured_ids(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every id that was measured, in order; features are made from the id, so that they tell the class."""
    ids: list[str] = []

    def table(batch: list[str]) -> pa.Table:
        ids.extend(batch)
        rng = np.random.default_rng(len(batch))
        columns = {"sample_id": pa.array(batch, pa.string())}
        for name, width in (("features", len(features.names())), ("curves", len(features.curve_names()))):
            values = rng.normal(size=(len(batch), width)).astype(np.float32)
            columns[name] = pa.array(list(values), pa.list_(pa.float32()))
        return pa.table(columns).replace_schema_metadata({"explorer": score._stamp()})

    monkeypatch.setattr(score, "_client", lambda *_: NoCluster())
    monkeypatch.setattr(score, "_through", lambda client, opens, batches: (table(b) for b in batches))
    return ids


def test_a_stopped_run_goes_on_where_it_was(corpus, measured_ids, tmp_path: Path) -> None:
    ids = list(corpus.samples.index[:60])

    def stop(done: int, total: int) -> None:
        if done >= 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score.compute(corpus, ids, tmp_path, opens="demo", progress=stop)
    assert score.done(tmp_path) == set(ids[:25])
    assert score.compute(corpus, ids, tmp_path, opens="demo") == 35
    assert sorted(measured_ids) == sorted(ids)
    assert score.compute(corpus, ids, tmp_path, opens="demo") == 0


def test_a_damaged_part_or_one_of_another_version_is_measured_again(
    corpus, measured_ids, tmp_path: Path
) -> None:
    ids = list(corpus.samples.index[:50])
    score.compute(corpus, ids, tmp_path, opens="demo")
    first, second = sorted((tmp_path / score.PARTS).glob("*.parquet"))
    first.write_bytes(first.read_bytes()[:200])
    pq.write_table(pq.read_table(second).replace_schema_metadata({"explorer": "older"}), second)
    assert score.done(tmp_path) == set()
    assert score.compute(corpus, ids, tmp_path, opens="demo") == 50


def test_the_filters_see_the_scores(
    corpus, measured_ids, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score, "folder", lambda where: tmp_path)
    assert not score.show(corpus)
    ids = list(corpus.samples.index[:120])
    score.compute(corpus, ids, tmp_path, opens="demo")
    table = score.score(corpus, tmp_path)
    assert list(table.columns) == list(score.COLUMNS)
    assert score.read(tmp_path).equals(table)
    assert score.show(corpus)
    judged = table[table["verdict"] == ""]
    assert len(judged)
    assert len(corpus.query(suspicion=(0.5, 1))) == (judged["suspicion"] >= 0.5).sum()
    (tmp_path / score.SCORES).write_bytes(b"no parquet")
    assert score.read(tmp_path) is None


def test_what_cannot_be_written_or_was_not_measured_is_said(corpus, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        score.compute(corpus, list(corpus.samples.index[:3]), tmp_path / "file", opens="demo")
    with pytest.raises(InvalidQueryError, match="computed"):
        score.score(corpus, tmp_path)


def test_one_batch_is_measured_whole() -> None:
    corpus = open_demo()
    sample_id = str(corpus.samples.index[0])
    table = score.measure("demo", [sample_id])
    assert table.column("sample_id").to_pylist() == [sample_id]
    assert len(table.column("features")[0]) == len(features.names())
    corpus.close()
