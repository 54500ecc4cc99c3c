"""Scores over a corpus: parts survive a stop, damaged ones are made again, and the filters see the result."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client

from explorer.analysis import features
from explorer.commands import shared
from explorer.core.errors import InvalidQueryError, OutputError, StoreError, UnknownOpinionError
from explorer.corpus import dask_jobs
from explorer.demo import open_demo
from explorer.review import score
from tests import corpora


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

    monkeypatch.setattr(dask_jobs, "each", lambda batches, *_, **__: (table(one) for one in batches))
    return ids


def test_a_stopped_run_goes_on_where_it_was(corpus, measured_ids, tmp_path: Path) -> None:
    ids = list(corpus.samples.index[:60])

    def stop(done: int, total: int) -> None:
        if done >= 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score.compute(ids, tmp_path, opens="demo", progress=stop)
    assert score.done(tmp_path) == set(ids[:25])
    assert score.compute(ids, tmp_path, opens="demo") == 35
    assert sorted(measured_ids) == sorted(ids)
    assert score.compute(ids, tmp_path, opens="demo") == 0


def test_more_batches_than_workers_take_at_a_time_are_all_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Client(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None)
    monkeypatch.setattr(dask_jobs, "_client", lambda *_: here)
    batches = [[f"{k}", f"{k} too"] for k in range(3 * dask_jobs._AHEAD + 1)]
    assert sorted(dask_jobs.each(batches, list)) == sorted(batches)


def test_a_damaged_part_or_one_of_another_version_is_measured_again(
    corpus, measured_ids, tmp_path: Path
) -> None:
    ids = list(corpus.samples.index[:50])
    score.compute(ids, tmp_path, opens="demo")
    first, second = sorted((tmp_path / score.PARTS).glob("*.parquet"))
    first.write_bytes(first.read_bytes()[:200])
    pq.write_table(pq.read_table(second).replace_schema_metadata({"explorer": "older"}), second)
    assert score.done(tmp_path) == set()
    assert score.compute(ids, tmp_path, opens="demo") == 50


def test_the_filters_see_the_scores(
    corpus, measured_ids, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score, "folder", lambda where: tmp_path)
    assert not score.show(corpus)
    ids = list(corpus.samples.index[:120])
    score.compute(ids, tmp_path, opens="demo")
    table = score.score(corpus, tmp_path)
    assert set(table["opinions"]) == {""}
    assert table["without_opinions"].equals(table["suspicion"].rename("without_opinions"))
    with pytest.raises(UnknownOpinionError):
        score.score(corpus, tmp_path, opinions=["nobody"])
    table = score.score(corpus, tmp_path, opinions=["made-up-good"])
    assert set(table["opinions"]) == {"made-up-good, revision 1"}
    assert table["why"].str.contains("made-up-good says").any()
    assert list(table.columns) == list(score.COLUMNS)
    assert score.read(tmp_path).equals(table)
    assert score.show(corpus)
    judged = table[table["verdict"] == ""]
    assert len(judged)
    assert len(corpus.query(suspicion=(0.5, 1))) == (judged["suspicion"] >= 0.5).sum()
    # What else is known of samples stays beside them.
    corpus.extras = pd.DataFrame({"suspicion": 1.0, "mine": 2.0}, index=corpus.samples.index[-1:])
    assert score.show(corpus)
    assert corpus.extras is not None
    assert corpus.extras["mine"].dropna().tolist() == [2.0]
    assert corpus.extras["suspicion"].notna().sum() == len(judged)
    (tmp_path / score.SCORES).write_bytes(b"no parquet")
    assert score.read(tmp_path) is None
    assert not score.show(corpus)


def test_scores_of_another_kind_or_beyond_reason_are_none(
    corpus, measured_ids, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    score.compute(list(corpus.samples.index[:40]), tmp_path, opens="demo")
    table = score.score(corpus, tmp_path)
    path = tmp_path / score.SCORES
    monkeypatch.setattr(score, "_MAX_BYTES", path.stat().st_size - 1)
    assert score.read(tmp_path) is None
    monkeypatch.undo()
    assert score.read(tmp_path) is not None
    for other in (table.drop(columns="why"), table.reset_index(drop=True)):
        other.to_parquet(path)
        assert score.read(tmp_path) is None


def test_some_samples_are_scored_alone(corpus, measured_ids, tmp_path: Path) -> None:
    ids = list(corpus.samples.index[:60])
    score.compute(ids, tmp_path, opens="demo")
    assert list(score.score(corpus, tmp_path, ids=ids[20:50]).index) == sorted(ids[20:50])
    with pytest.raises(InvalidQueryError, match="no features of samples of this corpus"):
        score.score(corpus, tmp_path, ids=["33N_15E-200N_01_01"])


def test_scores_that_cannot_be_written_are_said(corpus, measured_ids, tmp_path: Path) -> None:
    score.compute(list(corpus.samples.index[:40]), tmp_path, opens="demo")
    (tmp_path / score.SCORES / "in the way").mkdir(parents=True)
    with pytest.raises(OutputError, match=rf"cannot write .*{score.SCORES}"):
        score.score(corpus, tmp_path)


def test_what_cannot_be_written_or_was_not_measured_is_said(corpus, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        score.compute(list(corpus.samples.index[:3]), tmp_path / "file", opens="demo")
    with pytest.raises(InvalidQueryError, match="computed"):
        score.score(corpus, tmp_path)


def test_a_worker_opens_a_corpus_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer import opening as module

    opened: list[str] = []
    original = module.open_corpus

    def opening(where: str, **given: object):
        opened.append(where)
        return original(where, **given)

    monkeypatch.setattr(module, "open_corpus", opening)
    monkeypatch.setattr(module, "_OF_WORKER", {})
    ids = list(open_demo().samples.index[:2])
    for sample_id in ids:
        assert score.measure("demo", [str(sample_id)]).num_rows == 1
    assert opened == ["demo"]
    score.measure("demo", ids[:1], {"timeout": "7"})  # with other settings it is another one
    assert opened == ["demo", "demo"]


def test_one_batch_is_measured_whole() -> None:
    corpus = open_demo()
    sample_id = str(corpus.samples.index[0])
    table = score.measure("demo", [sample_id])
    assert table.column("sample_id").to_pylist() == [sample_id]
    assert len(table.column("features")[0]) == len(features.names())
    corpus.close()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A folder of 60 labels without imagery, and their ids."""
    root = tmp_path_factory.mktemp("labels")
    ids = [f"33N_15E-200N_{row:02d}_{column:02d}" for row in range(1, 7) for column in range(1, 11)]
    for i, sample_id in enumerate(ids):
        corpora.write_label(root, sample_id, {211: 1.0} if i % 2 else {311: 1.0})
    return root, ids


KILLED = """
import os, signal, sys
from contextlib import closing
from pathlib import Path
from explorer.opening import open_corpus
from explorer.review import score

def stop(done, total):
    if done >= score.PART:
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    root, into = sys.argv[1:]
    with closing(open_corpus(root)) as corpus:
        score.compute(list(corpus.samples.index), Path(into), opens=root, workers=1, progress=stop)
"""


@pytest.mark.nightly
@pytest.mark.timeout(180)
def test_after_kill_9_a_cluster_finishes_only_the_rest(bare, tmp_path: Path) -> None:
    from distributed import LocalCluster

    root, ids = bare
    (tmp_path / "killed.py").write_text(KILLED)
    into = tmp_path / "scores"
    ended = subprocess.run(
        [sys.executable, tmp_path / "killed.py", root, into], cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, capture_output=True, timeout=150, check=False,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    kept = {path: path.stat().st_mtime_ns for path in (into / score.PARTS).glob("*.parquet")}
    had = score.done(into)
    assert score.PART <= len(had) < len(ids)
    cluster = LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1", silence_logs=50
    )  # fmt: skip
    with cluster:
        fresh = score.compute(ids, into, opens=str(root), scheduler=cluster.scheduler_address)
    assert fresh == len(ids) - len(had)
    assert score.done(into) == set(ids)
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())


def test_no_scheduler_at_the_address_is_said(bare, tmp_path: Path) -> None:
    root, ids = bare
    with pytest.raises(StoreError, match="no Dask scheduler"):
        score.compute(ids, tmp_path, opens=str(root), scheduler="nonsense://127.0.0.1:1")


def test_a_log_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with shared.progress_bar("Measuring", lines=True) as progress:
        for done in range(6):
            progress(done, 5)
    assert capsys.readouterr().err.splitlines() == ["Measuring: 0 of 5", "Measuring: 5 of 5"]
