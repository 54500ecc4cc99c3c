"""Tables of second opinions: read in every shape, refused by row and column, kept whole or not at all."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer.core.errors import (
    CorpusFormatError,
    InvalidQueryError,
    LegendError,
    OpinionError,
    UnknownOpinionError,
)
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.demo.store import DemoStore
from explorer.opinions import collection, legends, reading
from explorer.opinions.scores import NO_OPINION
from explorer.review import groupings

COUNT = 300


@pytest.fixture(scope="module")
def demo() -> Iterator[Corpus]:
    found = open_demo(count=COUNT)
    yield found
    found.close()


@pytest.fixture
def corpus(demo: Corpus) -> Iterator[Corpus]:
    """With opinions of its own."""
    demo.__dict__.pop("opinions", None)
    yield demo
    for name in list(demo.opinions):
        demo.opinions.remove(name)


def wide(corpus: Corpus, rows: int = COUNT) -> pd.DataFrame:
    fractions = corpus.opinions["made-up-good"].fractions.iloc[:rows]
    return fractions.rename(columns=lambda code: f"clc_{code}")


def written(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path)
    return path


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_column_a_class_is_read_and_kept(corpus: Corpus, tmp_path: Path, ending: str) -> None:
    frame = wide(corpus, 200).sample(frac=1, random_state=1)
    path = written(frame, tmp_path / f"model.{ending}")
    found = corpus.opinions.add("model", path, source="A paper", licence="CC0")
    assert (len(found), found.about.kind, found.about.licence, found.about.file) == (
        200,
        "fractions",
        "CC0",
        path.name,
    )
    again = collection.Opinions(corpus)["model"]
    assert again.about == found.about
    table = again.fractions.rename(columns=lambda code: f"clc_{code}")
    pd.testing.assert_frame_equal(
        table.sort_index(), frame.sort_index(), check_dtype=False, atol=1e-6, check_names=False
    )
    assert again.of_corpus(groupings.of_level(3))[200:].tolist() == [NO_OPINION] * (COUNT - 200)
    sample = corpus.samples.index[0]
    assert again.row(sample).sum() == pytest.approx(1, abs=1e-5)
    assert again.row(corpus.samples.index[-1]).empty


def test_long_tables_and_single_classes_and_frames_say_the_same(corpus: Corpus, tmp_path: Path) -> None:
    frame = wide(corpus, 50)
    long = (
        frame.rename(columns=lambda name: name[4:])
        .rename_axis(columns="class")
        .stack()
        .rename("fraction")
        .reset_index()
    )
    path = tmp_path / "long.csv"
    long[long["fraction"] > 0].to_csv(path, index=False)
    a = corpus.opinions.add("long", path)
    b = corpus.opinions.show("frame", frame)
    np.testing.assert_allclose(a.values, b.values, atol=1e-6)
    largest = frame.idxmax(axis=1).str[4:].astype(int).rename("class")
    whole = largest.astype(float)  # as pandas keeps a column that had holes
    for name, given in (
        ("int", largest.to_frame()),
        ("text", largest.astype(str).to_frame()),
        ("float", whole.to_frame()),
        ("text of floats", whole.astype(str).to_frame()),
    ):
        one = corpus.opinions.add(name, written(given, tmp_path / f"{name}.parquet"))
        assert one.about.kind == "class"
        level = groupings.of_level(3)
        assert (one.of_corpus(level) == b.of_corpus(level)).all()


def test_german_tables_and_packed_ones_and_notes_above_the_header(corpus: Corpus, tmp_path: Path) -> None:
    ids = corpus.samples.index[:2]
    path = tmp_path / "a.csv"
    path.write_text(
        f"# licence: CC0\nsample_id;211;231\n{ids[0]};0,25;0,75\n{ids[1]};1;0\n", encoding="utf-8-sig"
    )
    assert corpus.opinions.add("a", path).row(ids[0]).to_dict() == {231: 0.75, 211: 0.25}
    packed = tmp_path / "b.csv.gz"
    packed.write_bytes(gzip.compress(f"sample_id,2,3\n{ids[0]},30,70\n".encode()))
    found = corpus.opinions.add("b", packed, whole=100)
    assert (found.legend.id, found.row(ids[0]).to_dict()) == ("corine-1", {3: 0.7, 2: 0.3})
    assert found.notes == (f"Nothing is said of {COUNT - 1} of the {COUNT} samples.",)


def test_a_legend_of_its_own_and_what_it_leaves_unsaid(corpus: Corpus, tmp_path: Path) -> None:
    ids = corpus.samples.index[:3]
    frame = pd.DataFrame(
        {"10": [0.5, 0, 0], "30": [0.2, 1, 0], "95": [0, 0, 1.0], "unknown": [0.3, 0, 0]}, index=ids
    )
    found = corpus.opinions.add("map", written(frame, tmp_path / "map.parquet"), "esa-worldcover")
    assert found.about.licence == "CC BY 4.0"
    level = groupings.of_level(1)
    # Trees are forest (3); grassland may be pastures (2) or natural (3); mangroves are nothing in CORINE.
    np.testing.assert_allclose(
        found.matrix(level)[:, [2, 5, 6]], [[0.5, 0.2, 0.3], [0, 1, 0], [0, 0, 1]], atol=1e-6
    )
    assert found.of_corpus(level)[:4].tolist() == [3, groupings.NOT_NAMED, groupings.OUTSIDE, NO_OPINION]
    own = found.of_corpus(found.choose())
    assert [found.choose().title(code) for code in own[:2]] == ["Tree cover", "Grassland"]
    with pytest.raises(LegendError, match="no legend is called so"):
        corpus.opinions.add("x", frame, "nowhere")


def rows(corpus: Corpus, **change: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"clc_211": [0.5, 0.25, 1.0], "clc_311": [0.5, 0.75, 0.0]},
        index=corpus.samples.index[:3].astype(object),
    )
    for name, value in change.items():
        frame.iloc[1, frame.columns.get_loc(name)] = value  # type: ignore[index]
    return frame


@pytest.mark.parametrize("ending", ["parquet", "csv"])
@pytest.mark.parametrize(
    ("change", "column", "why"),
    [
        ({"clc_311": np.nan}, "clc_311", "empty or not a number; write 0"),
        ({"clc_211": -0.25}, "clc_211", "-0.25 is below 0"),
        ({"clc_211": 25}, "clc_211", "25 is more than a whole cell .*--whole 100"),
        ({"clc_211": 0.5}, "", "add up to 1.25, which is more than 1.*--kind probability"),
    ],
)
def test_wrong_cells_are_refused_by_row_and_column(
    corpus: Corpus, tmp_path: Path, ending: str, change: dict[str, float], column: str, why: str
) -> None:
    path = written(rows(corpus, **change), tmp_path / f"bad.{ending}")
    with pytest.raises(OpinionError, match=why) as caught:
        corpus.opinions.add("bad", path)
    assert caught.value.column == column
    assert caught.value.line == (2 if ending == "parquet" else 3)
    assert str(path) in str(caught.value)
    assert "nothing was added" in str(caught.value)
    assert "bad" not in corpus.opinions
    assert not list(corpus.opinions.folder.glob("*bad*"))


def test_sums_over_1_may_be_probabilities(corpus: Corpus) -> None:
    found = corpus.opinions.show("p", rows(corpus, clc_211=0.5), kind="probability")
    assert found.values[1].sum() == pytest.approx(1.25)
    assert found.matrix(groupings.of_level(3))[1].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "line", "column", "why"),
    [
        ("sample_id,clc_211\n{0},1\n{1},0.5\n{0},1\n", 4, "sample_id", "is there already, in line 2; a sample has one row"),
        ("sample_id,clc_211\n{0},1\n33N_15E-200N_01_09,1\n", 3, "sample_id", "is no sample of this corpus.*--only-known"),
        ("sample_id,clc_211\n{0},1\n,1\n", 3, "sample_id", "it is empty"),
        ("sample_id,clc_211,clc_219\n{0},1,0\n", None, "clc_219", "no class of CORINE Land Cover, level 3; name the legend"),
        ("sample_id,clc_211,211\n{0},1,0\n", None, "211", "it is the class 211 as column clc_211 is"),
        ("sample_id,clc_211\n{0},wheat\n", 2, "clc_211", "'wheat' is no number"),
        ("sample_id,clc_211\n{0},1,2\n", 2, "", "cannot be read .*Expected 2 columns, got 3"),
        ("sample_id,class,fraction\n{0},211,0.5\n{0},211,0.5\n", 3, "class", "class 211 of sample .* is there twice"),
        ("sample_id,class,fraction\n{0},211,0.5\n{0},219,0.5\n", 3, "class", "'219' is no class of CORINE"),
        ("sample_id,class,fraction\n{0},211,0.75\n{0},311,0.75\n", 3, "", "add up to 1.5, which is more than 1"),
        ("sample_id,class\n{0},211\n{0},311\n", 3, "sample_id", "a sample has one row"),
        ("sample_id,class\n{0},\n", 2, "class", "'' is no class"),
        ("sample_id,wheat\n{0},1\n", None, "", "no column is a class of CORINE .*as clc_111.*it has sample_id, wheat"),
        ("place,clc_211\n{0},1\n", None, "", "no column sample_id; it has place, clc_211"),
        ("sample_id,clc_211,clc_211\n{0},1,1\n", None, "clc_211", "it is there twice"),
        ("sample_id,clc_211\n", None, "", "it has no row"),
        ("", None, "", "it is empty"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_taken_are_refused_by_line(
    corpus: Corpus, tmp_path: Path, text: str, line: int | None, column: str, why: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text.format(*corpus.samples.index[:2]), encoding="utf-8")
    with pytest.raises(OpinionError, match=why) as caught:
        corpus.opinions.add("bad", path)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert "bad" not in corpus.opinions


def test_files_that_are_no_tables_are_refused(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, data, why in (
        ("a.parquet", b"PAR1 nothing", "not readable as Parquet"),
        ("a.txt", b"x", "ends in none of"),
        ("a.csv", b"sample_id,clc_211\n\xff\xfe,1\n", "cannot be read"),
        ("a.csv.gz", gzip.compress(b"sample_id,clc_211\n" + b"0" * 50)[:-12], "damaged or truncated"),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(OpinionError, match=why):
            corpus.opinions.add("bad", path)
    text = tmp_path / "text.parquet"
    pq.write_table(pa.table({"sample_id": list(corpus.samples.index[:1]), "clc_211": ["1"]}), text)
    with pytest.raises(OpinionError, match="column clc_211: it holds string, not numbers"):
        corpus.opinions.add("bad", text)
    with pytest.raises(OpinionError, match=r"gone\.csv: it cannot be read .No such file"):
        corpus.opinions.add("bad", tmp_path / "gone.csv")
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    with pytest.raises(OpinionError, match="GB, more than 0; keep a row a sample"):
        corpus.opinions.add("bad", text)


def test_other_samples_are_left_out_where_that_is_said(corpus: Corpus) -> None:
    frame = rows(corpus)
    frame.index = pd.Index([frame.index[0], "33N_15E-200N_01_09", frame.index[2]], name="sample_id")
    found = corpus.opinions.show("some", frame, only_known=True)
    assert found.rows.tolist() == [0, 2]
    with pytest.raises(OpinionError, match="no row is of a sample of this corpus"):
        corpus.opinions.show("none", frame.iloc[[1]], only_known=True)


def test_a_name_is_taken_once_and_replaced_on_purpose(corpus: Corpus) -> None:
    first = corpus.opinions.add("model", rows(corpus))
    with pytest.raises(InvalidQueryError, match=r"an opinion is called model already.*--replace"):
        corpus.opinions.add("model", rows(corpus))
    with pytest.raises(OpinionError, match="below 0"):
        corpus.opinions.add("model", rows(corpus, clc_211=-1), replace=True)
    assert corpus.opinions["model"].about == first.about
    second = corpus.opinions.add("model", rows(corpus).iloc[:2], replace=True)
    assert (second.about.revision, len(corpus.opinions["model"])) == (2, 2)
    corpus.opinions.remove("model")
    assert "model" not in corpus.opinions
    with pytest.raises(UnknownOpinionError, match="no opinion is called 'model'"):
        _ = corpus.opinions["model"]
    for name in ("", "../up", "a/b", "x" * 61, ".hidden"):
        with pytest.raises(InvalidQueryError, match="no name for an opinion"):
            corpus.opinions.add(name, rows(corpus))


def test_a_damaged_file_is_named_and_can_be_replaced(corpus: Corpus) -> None:
    corpus.opinions.add("model", rows(corpus))
    (corpus.opinions.folder / "model.parquet").write_bytes(b"PAR1")
    with pytest.raises(CorpusFormatError, match=r"model\.parquet: not an opinion"):
        _ = collection.Opinions(corpus)["model"]
    assert corpus.opinions.add("model", rows(corpus), replace=True).about.revision == 1


def test_the_demos_models_say_that_they_are_made_up(corpus: Corpus) -> None:
    assert list(corpus.opinions) == ["made-up-confused", "made-up-good"]
    for found in corpus.opinions.values():
        assert found.about.synthetic
        assert "made-up" in found.about.note
        assert found.notes == ("It is made up.",)
        np.testing.assert_allclose(found.values.sum(axis=1), 1, atol=1e-5)
    again = open_demo(count=COUNT)
    np.testing.assert_array_equal(
        again.opinions["made-up-good"].values, corpus.opinions["made-up-good"].values
    )
    again.close()


def test_one_made_up_model_confuses_pastures_and_arable_land() -> None:
    table = DemoStore(0, 2_000).table
    from explorer.demo import models

    good, confused = (models.predict(table.true, one) for one in models.MODELS)
    true = table.true.toarray() / 1000
    pastures, arable = (legends.find("corine").place(code) for code in (231, 211))
    fields = true[:, pastures] > 0.5
    assert good[fields][:, arable].mean() < 0.2 < confused[fields][:, arable].mean()
    forest = true[:, 22] > 0.5
    assert abs(good[forest][:, 22].mean() - confused[forest][:, 22].mean()) < 0.05


def test_a_corpus_on_disk_has_none_until_one_is_added(tiny_corpus: Corpus) -> None:
    assert list(tiny_corpus.opinions) == []
    ids = tiny_corpus.samples.index
    tiny_corpus.opinions.add("mine", pd.DataFrame({"311": [1.0]}, index=ids[:1]))
    assert repr(tiny_corpus.opinions["mine"]) == "<Opinion mine: 1 samples, CORINE Land Cover, level 3>"
    tiny_corpus.opinions.remove("mine")
