"""`explorer ground ...`: what it keeps, says and refuses; the documented commands run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from explorer import demo, open_corpus
from explorer.cli import app
from explorer.commands import ground

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


@pytest.fixture
def file(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Visits to all of its samples, drawn in two strata; each fifth label is wrong by them."""
    monkeypatch.chdir(tmp_path)
    with open_corpus(folder) as corpus:
        rows = corpus.samples[corpus.samples["clc"] > 0].iloc[:20]
    number = np.arange(len(rows))
    frame = pd.DataFrame({"lon": rows["lon"], "lat": rows["lat"], "class": rows["clc"]})
    frame.loc[number % 5 == 0, "class"] = 335
    frame.assign(region=number % 2, stands_for=12).to_csv("visits.csv", index=False)
    return tmp_path / "visits.csv"


def test_points_are_added_listed_judged_by_and_removed(folder: Path, file: Path) -> None:
    words = ("--stratum", "region", "--weight", "stands_for", "--licence", "CC0", "--source", "Me")
    added = run("ground", "add", folder, "visits", file, *words).stdout
    assert "20 of 20 rows, in 20 samples; 0 lie in no sample" in added
    listed = run("ground", "list", folder).stdout
    assert "visits: 20 in 20 samples, CORINE Land Cover, level 3; from visits.csv" in listed
    assert "CC0; Me" in listed
    judged = run("ground", "accuracy", folder, "visits", "--level", 3).stdout
    assert "overall accuracy 80.0 %" in judged
    assert "20 units of visits in 20 samples" in judged
    assert "called visits already" in run("ground", "add", folder, "visits", file, code=2).stderr
    assert "Removed visits" in run("ground", "remove", folder, "visits").stdout
    assert "No points or polygons are kept" in run("ground", "list", folder).stdout


def test_what_is_wrong_is_one_line(folder: Path, file: Path) -> None:
    file.write_text(re.sub(r"(?m)(\A(?:.*\n){3}[^,]*,[^,]*,)[^,]*", r"\1maize", file.read_text(), count=1))
    refused = run("ground", "add", folder, "wrong", file, code=2).stderr
    assert "visits.csv, row 3, column class: 'maize' is no class of the legend" in refused
    assert (
        "no points or polygons are called 'wrong'" in run("ground", "remove", folder, "wrong", code=2).stderr
    )
    run("ground", "add", folder, "plain", file, "--only-known")
    assert "--probability" in run("ground", "accuracy", folder, "plain", code=2).stderr
    run("ground", "remove", folder, "plain")


def test_the_commands_that_the_docs_show_run(folder: Path, file: Path) -> None:
    text = (ROOT / "assets/docs/opinions.md").read_text(encoding="utf-8")
    lines = re.findall(r"^python -m explorer (ground .+)$", text, re.MULTILINE)
    assert {shlex.split(line)[1] for line in lines} == {one.name for one in ground.ground.registered_commands}
    for line in lines:
        run(*(str(folder) if word == "demo-corpus" else word for word in shlex.split(line)))
