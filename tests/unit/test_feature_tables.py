"""Tables of features: measured in parts that survive a stop, read from others' files with checks, made up for the demo."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from explorer import open_corpus
from explorer.cli import app
from explorer.core.errors import (
    CorpusFormatError,
    FeaturesError,
    InvalidQueryError,
    UnknownFeaturesError,
)
from explorer.demo import open_demo
from explorer.similar import computing, fast, files
from tests import corpora


@pytest.fixture
def corpus(tiny_folder: Path, tmp_path: Path):
    """The three samples, with nothing kept beside them."""
    shutil.copytree(tiny_folder, tmp_path / "corpus")
    found = open_corpus(tmp_path / "corpus")
    yield found
    found.close()


@pytest.fixture(scope="module")
def demo():
    found = open_demo(count=400)
    yield found
    found.close()


def vectors(corpus, width: int = 4, seed: int = 0) -> pd.DataFrame:
    values = np.random.default_rng(seed).normal(size=(len(corpus), width)).astype(np.float32)
    return pd.DataFrame(values, corpus.samples.index, [f"d{i}" for i in range(width)])


def test_the_fast_set_is_what_the_chips_say(corpus) -> None:
    names = list(fast.columns())
    found = dict(zip(names, fast.of_sample(corpus, corpora.FULL), strict=True))
    date = fast.fusion_slots()[0][1]
    there = next(day for day in date if day in corpora.PF_DATES)
    chip = corpora.pixels(corpora.PF_SR, corpora.PF_DATES.index(there))[:, ::2, ::2] * 1e-4
    assert found["pf_2018-01_red_mean"] == pytest.approx(chip[2].mean(), rel=1e-5)
    ndvi = (chip[3] - chip[2]) / (chip[3] + chip[2])
    assert found["pf_2018-01_ndvi_p90"] == pytest.approx(np.percentile(ndvi, 90), rel=1e-4)
    month = corpora.pixels(corpora.S2_SR, 6) * 1e-4
    place = corpora.S2_SR.band_names.index("B11")
    assert found["s2_2018-07_B11_mean"] == pytest.approx(month[place].mean(), rel=1e-5)
    assert np.isnan(found["pf_2019-07_red_mean"])  # only the first ten dates are there
    assert np.isnan(found["ndvi_2019_minus_2018"])
    assert 0 < found["season_ndvi_mean"] < 1


@pytest.mark.parametrize("index", ["plain", "named", "sample_id", "told wrongly", "no JSON"])
def test_the_index_that_pandas_writes_is_no_feature(corpus, tmp_path: Path, index: str) -> None:
    frame = vectors(corpus, 2).rename_axis("sample_id").reset_index()
    frame.index = pd.Index([7, 3, 5], name="row" if index == "named" else None)  # as of df[df.a > 0]
    path = tmp_path / "some.parquet"
    (frame.set_index("sample_id") if index == "sample_id" else frame).to_parquet(path)
    if index in ("told wrongly", "no JSON"):
        table = pq.read_table(path).drop_columns("__index_level_0__")
        said = '{"index_columns": 5}' if index == "told wrongly" else "{"
        pq.write_table(table.replace_schema_metadata({"pandas": said}), path)
    names, ids, values = files.read(path, corpus.samples.index)
    assert names == ["d0", "d1"]
    assert list(ids) == list(corpus.samples.index)
    np.testing.assert_array_equal(values, vectors(corpus, 2))


def test_a_part_of_the_cell_counts_alone(corpus) -> None:
    fine, coarse = np.zeros((200, 200), bool), np.zeros((60, 60), bool)
    fine[20, 30] = coarse[6, 9] = True
    found = dict(zip(fast.columns(), fast.of_sample(corpus, corpora.FULL, fine, coarse), strict=True))
    month = corpora.pixels(corpora.S2_SR, 0)[corpora.S2_SR.band_names.index("B12"), 6, 9] * 1e-4
    assert found["s2_2018-01_B12_mean"] == pytest.approx(month, rel=1e-5)
    assert (
        found["pf_2018-01_ndvi_p10"]
        == found["pf_2018-01_ndvi_p90"]
        == pytest.approx(found["pf_2018-01_ndvi_mean"])
    )


def test_a_season_with_gaps_is_the_season_without() -> None:
    place = {name: i for i, name in enumerate(fast.columns())}
    rows = np.full((2, len(place)), np.nan, np.float32)
    angle = 2 * np.pi * (np.arange(12) + 0.5) / 12
    columns = [place[f"s2_2018-{month:02d}_ndvi_mean"] for month in range(1, 13)]
    rows[:, columns] = 0.5 + 0.3 * np.cos(angle) - 0.1 * np.sin(angle)
    rows[1, columns[3:5]] = np.nan
    found = fast.add_season(rows)
    for row in found:
        told = [row[place[f"season_ndvi_{part}"]] for part in ("mean", "cos", "sin", "half")]
        assert told == pytest.approx([0.5, 0.3, -0.1, 0.0], abs=1e-5)


def test_a_stopped_run_keeps_what_it_has_and_goes_on(corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "PART", 1)

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        corpus.features.compute(workers=1, progress=stop)
    assert len(corpus.features["fast"]) == 2  # usable meanwhile
    asked: list[int] = []
    found = corpus.features.compute(workers=1, progress=lambda done, total: asked.append(done))
    assert asked == [2, 3]
    assert list(found.ids) == list(corpus.samples.index)
    whole = fast.table(corpus, found.ids)
    np.testing.assert_array_equal(found.to_numpy(), whole)
    assert found.about.revision == 2
    assert found.to_pandas().attrs["units"]["pf_2018-01_ndvi_mean"] == "NDVI"


def test_a_damaged_part_is_measured_again(corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "PART", 1)
    corpus.features.compute(workers=1)
    part = next((corpus.features.folder / "parts" / "fast").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:100])
    asked: list[int] = []
    corpus.features.compute(workers=1, progress=lambda done, total: asked.append(done))
    assert asked == [2, 3]


def test_embeddings_are_added_by_vectors_or_by_columns_and_removed(corpus, tmp_path: Path) -> None:
    frame = vectors(corpus)
    frame.iloc[::-1].rename_axis("sample_id").to_parquet(tmp_path / "wide.parquet")
    wide = corpus.features.add("wide", tmp_path / "wide.parquet", unit="none", licence="CC0")
    assert wide.columns == ("d0", "d1", "d2", "d3")
    lists = pa.table({"sample_id": list(frame.index), "v": list(frame.to_numpy())})
    pq.write_table(lists, tmp_path / "lists.parquet")
    listed = corpus.features.add("lists", tmp_path / "lists.parquet")
    assert listed.columns == ("v_0", "v_1", "v_2", "v_3")
    for table in (wide, listed):
        np.testing.assert_array_equal(table.to_numpy(), frame.to_numpy())
        assert table.spaces == ("all",)
    assert wide.to_pandas().attrs["licence"] == "CC0"
    with pytest.raises(InvalidQueryError, match="kept already"):
        corpus.features.add("wide", frame)
    assert corpus.features.add("wide", frame.iloc[:2], replace=True).about.revision == 2
    assert list(corpus.features) == ["lists", "wide"]
    assert corpus.features.usual == "lists"  # the one with the most samples
    corpus.features.remove("lists")
    with pytest.raises(UnknownFeaturesError, match="there are wide"):
        corpus.features["lists"]
    (corpus.features.folder / "wide.parquet").write_bytes(b"PAR1")
    with pytest.raises(CorpusFormatError, match="damaged"):
        corpus.features["wide"]
    assert corpus.features.usual == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            lambda f: f.rename({f.index[0]: "33N_15E-200N_60_09"}),
            "ids are of no sample of this corpus .33N_15E-200N_60_09",
        ),
        (lambda f: pd.concat([f, f.iloc[:1]]), "stand twice: "),
        (
            lambda f: f.where(f != f.iloc[1, 2]),
            r"column d2: 1 numbers are missing or not finite, the first of \d\dN",
        ),
        (lambda f: f.astype({"d1": "float64"}) * 1e300, "column d0: .* not finite"),
        (lambda f: f.assign(d1="x"), "column d1: holds .*string, not numbers"),
        (lambda f: f[[]], "has sample_id alone"),
        (lambda f: f.assign(a=[[1.0]] * 3, b=[[1.0]] * 3)[["a", "b"]], r"several columns of vectors .a, b"),
        (lambda f: f.assign(v=[[1.0], [1.0, 2.0], [1.0]])[["v"]], "column v: vectors are of lengths 1, 2"),
        (lambda f: f.iloc[:0], "holds no sample"),
        (lambda f: f.reset_index(drop=True), "ids are texts"),
    ],
    ids=range(10),
)
def test_a_table_that_cannot_be_taken_says_why(corpus, change, why: str) -> None:
    frame = change(vectors(corpus))
    with pytest.raises(FeaturesError, match=why):
        corpus.features.add("mine", frame)
    assert "mine" not in corpus.features


def test_only_known_leaves_out_what_the_corpus_has_not(corpus) -> None:
    frame = vectors(corpus).rename({corpus.samples.index[0]: "33N_15E-200N_60_09"})
    assert len(corpus.features.add("mine", frame, only_known=True)) == 2


@pytest.mark.parametrize("name", ["fast", "made-up", "all", "../x", "", "score"])
def test_a_name_that_cannot_be_given_is_refused(corpus, name: str) -> None:
    with pytest.raises(InvalidQueryError):
        corpus.features.add(name, vectors(corpus))


def test_a_file_that_is_none_or_too_large_is_refused(
    corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "text.parquet").write_text("sample_id\n")
    with pytest.raises(FeaturesError, match="cannot be read as Parquet"):
        corpus.features.add("mine", tmp_path / "text.parquet")
    bomb = pa.table({"sample_id": list(corpus.samples.index), "v": pa.array([[0.0] * 2000] * 3)})
    pq.write_table(bomb, tmp_path / "bomb.parquet", compression="zstd", use_dictionary=False)
    monkeypatch.setattr(files, "MAX_BYTES", 10_000)
    assert (tmp_path / "bomb.parquet").stat().st_size < files.MAX_BYTES
    with pytest.raises(FeaturesError, match="unpacks to more"):
        corpus.features.add("mine", tmp_path / "bomb.parquet")


def test_the_demo_has_a_table_of_all_that_is_near_to_what_is_measured(demo) -> None:
    table = demo.features["made-up"]
    assert len(table) == 400
    assert table.spaces == ("all", "spectrum", "season", "spread")
    assert "not measured" in table.about.note
    made = table.to_numpy()
    np.testing.assert_array_equal(made, table.to_numpy())  # the same each time
    rows = np.random.default_rng(1).choice(400, 12, replace=False)
    measured = fast.table(demo, demo.samples.index[rows])
    likeness = [np.corrcoef(a, b)[0, 1] for a, b in zip(measured.T, made[rows].T, strict=True)]
    assert np.nanmedian(likeness) > 0.7


def test_the_commands_measure_add_list_and_remove(corpus, tmp_path: Path) -> None:
    where, file = corpus.where, tmp_path / "mine.parquet"
    vectors(corpus).rename_axis("sample_id").to_parquet(file)

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["features", *words])
        assert done.exit_code == code, done.output
        return done.output

    assert "No features are there" in run("list", where)
    assert "fast: 2 of 3 samples" in run("compute", where, "--samples", "2", "--workers", "1")
    assert "Added mine: 3 of 3 samples, 4 numbers each" in run("add", where, f"mine={file}", "--source", "Me")
    told = run("list", where)
    assert "fast: 2 samples, 149 numbers" in told
    assert "Me" in told
    found = run("nearest", where, f"{corpora.FULL};by:all@mine;n:1")
    assert found.splitlines()[0] == "sample_id,distance,clc,fraction,lon,lat"
    assert "The nearest of 2 to" in found
    assert "no NAME=FILE" in run("add", where, "mine", code=2)
    assert "Removed mine" in run("remove", where, "mine")
    assert "no table of features is called 'mine'" in run("remove", where, "mine", code=2)
