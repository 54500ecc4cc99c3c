"""`explorer opinion ...`: what it keeps, prints, writes and refuses; the documented commands run."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pandas as pd
import pytest
from affine import Affine
from typer.testing import CliRunner, Result

from explorer import demo, open_corpus
from explorer.cli import app
from explorer.commands import opinion
from explorer.core import grid
from explorer.core.errors import InvalidQueryError, OpinionError
from explorer.demo.models import MODELS
from explorer.opinions import legends
from explorer.review import queue
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from tests import corpora, rasters

ROOT = Path(__file__).resolve().parents[2]


def run(*words: object, code: int = 0) -> Result:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo corpus on disk, without its chips."""
    from explorer.demo import writer

    folder = tmp_path_factory.mktemp("demo") / "small"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "encode", lambda *_: b"")
        demo.write(folder, samples=30)
    return folder


def test_a_table_is_added_scored_compared_and_removed(folder: Path, tmp_path: Path) -> None:
    for model in MODELS:
        file = f"{folder}-{model.name}.csv"
        text = run(
            "opinion",
            "add",
            folder,
            model.name,
            file,
            "--source",
            "The demo",
            "--licence",
            "CC0",
            "--note",
            "made up",
        )
        assert f"Added {model.name}: 30 samples in the classes of CORINE Land Cover, level 3" in text.stdout
    listed = run("opinion", "list", folder)
    assert "made-up-good  30 samples  fractions" in listed.stdout
    assert "The demo; CC0; made up" in listed.stdout
    scored = run("opinion", "scores", folder, "made-up-good", "--level", 1)
    assert re.search(r"30 samples, level 1: agreement \d+\.\d %, macro F1 0\.\d+, mAP", scored.stdout)
    out = tmp_path / "scores.csv"
    run("opinion", "scores", folder, "made-up-good", "--grouping", "bigearthnet-19", "-o", out)
    assert {"precision", "recall", "f1", "average_precision"} <= set(pd.read_csv(out).columns)
    by = run("opinion", "scores", folder, "made-up-good", "--by", "purity", "-o", "-")
    assert by.stdout.splitlines()[0] == "purity,samples,agreement,macro_f1,disagreement"
    for extra in ((), ("--fractions",)):
        table = run("opinion", "confusion", folder, "made-up-good", "--level", 1, *extra, "-o", "-")
        rows = [line.split(",") for line in table.stdout.splitlines()]
        assert sum(float(cell) for row in rows[1:] for cell in row[1:]) == pytest.approx(30, abs=1e-3)
    compared = run("opinion", "compare", folder, "made-up-good", "made-up-confused")
    assert "McNemar's test: p = " in compared.stdout
    for model in MODELS:
        run("opinion", "remove", folder, model.name)
    assert run("opinion", "list", folder).stderr.endswith("0 opinions are there\n")


def test_what_is_wrong_is_one_line_that_names_it(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("sample_id,clc_211\nnowhere,1\n")
    done = run("opinion", "add", folder, "a", file, code=2)
    assert re.search(
        r"Error: .*a\.csv, line 2, column sample_id: 'nowhere' is no sample of this corpus.*nothing was added",
        done.stderr,
    )
    assert "no opinion is called 'a'" in run("opinion", "scores", folder, "a", code=2).stderr
    assert "there are corine" in run("opinion", "add", folder, "a", file, "--legend", "none", code=2).stderr
    assert "no row is of a sample" in run("opinion", "add", folder, "a", file, "--only-known", code=2).stderr


def test_the_legends_are_listed() -> None:
    text = run("opinion", "legends").stdout
    assert "corine  CORINE Land Cover, level 3, 44 classes" in text
    assert "esa-worldcover" in text


def test_serve_shows_opinions_for_this_run(tiny_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(f"sample_id,class\n{corpora.FULL},211\n")
    with open_corpus(tiny_folder) as corpus:
        opinion.show(corpus, [f"mine={file}", f"again={file}"])
        assert list(corpus.opinions) == ["again", "mine"]
        assert not list(corpus.opinions.folder.glob("*"))
        for given in ("mine", "=x.csv", "mine="):
            with pytest.raises(InvalidQueryError):
                opinion.show(corpus, [given])
        with pytest.raises(OpinionError, match="cannot be read"):
            opinion.show(corpus, ["mine=gone.csv"])
    assert "--opinion" in run("serve", "--help").stdout


def test_the_commands_that_the_docs_show_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "assets/docs/opinions.md").read_text(encoding="utf-8")
    lines = re.findall(r"^python -m explorer (opinion .+)$", text, re.MULTILINE)
    assert {shlex.split(line)[1] for line in lines} == {
        command.name for command in opinion.opinion.registered_commands
    }
    monkeypatch.chdir(tmp_path)
    shutil.copy(f"{folder}-made-up-good.csv", "predictions.csv")
    with open_corpus(folder) as corpus, Records.open(corpus) as records:
        todo = queue.build("random:n=10,seed=1,by=0", corpus)
        for sample_id in todo.ids:
            stratum, probability = todo.drawn(sample_id)
            records.add(
                Verdict(
                    sample_id, "Anna", "correct", queue=todo.text, stratum=stratum, probability=probability
                )
            )
    with open_corpus(folder) as corpus:
        sample = grid.parse(corpus.samples.index[0])
    lon, lat = sample.centre
    place = Affine(1e-4, 0, lon - 0.01, 0, -1e-4, lat + 0.01)
    rasters.write(tmp_path / "landcover.tif", rasters.classes((200, 200), [10, 30, 77]), "EPSG:4326", place)
    for line in lines:
        if "compare demo" not in line:  # the whole demo is in other tests
            run(*(str(folder) if word == "demo-corpus" else word for word in shlex.split(line)))
    assert {path.name for path in tmp_path.iterdir()} == {
        "predictions.csv", "countries.csv", "confusion.csv", "landcover.tif",
    }  # fmt: skip


def test_the_legend_that_the_docs_show_is_one() -> None:
    text = (ROOT / "assets/docs/opinions.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert legends.parse(block.encode(), "mine").values == (1, 2, 3)


def test_a_raster_becomes_an_opinion(folder: Path, tmp_path: Path) -> None:
    with open_corpus(folder) as corpus:
        sample_id = corpus.samples.index[0]
    lon, lat = grid.parse(sample_id).centre
    place = Affine(1e-4, 0, lon - 0.01, 0, -1e-4, lat + 0.01)
    file = rasters.write(tmp_path / "map.tif", rasters.classes((200, 200), [10, 30, 77]), "EPSG:4326", place)
    words = (
        "opinion",
        "raster",
        folder,
        "cover",
        "--raster",
        file,
        "--legend",
        "esa-worldcover",
        "--workers",
        1,
    )
    (tmp_path / "ids.txt").write_text(f"{sample_id}\n")
    said = run(*words, "--ids", tmp_path / "ids.txt", "--licence", "CC0").stdout
    assert "Added cover: 1 samples" in said
    assert "nodata or no class of the legend" in said
    assert "CC0" in run("opinion", "list", folder).stdout
    assert "called cover already" in run(*words, code=2).stderr
    assert "no such file" in run(*words[:5], "gone.tif", *words[6:], "--replace", code=2).stderr
    assert "no legend is called so" in run(*words[:7], "mine", "--replace", code=2).stderr
    run("opinion", "remove", folder, "cover")
