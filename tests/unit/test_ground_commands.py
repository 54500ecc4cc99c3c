"""`explorer ground`: what the commands keep, say and refuse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from explorer.cli import app
from explorer.demo import open_demo


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Visits to 200 samples of the demo, drawn in two strata."""
    from explorer.core.config import settings

    monkeypatch.setenv("EXPLORER_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    corpus = open_demo()
    rows = corpus.samples[corpus.samples["clc"] > 0].iloc[:200]
    seen = np.where(np.arange(200) % 5 == 0, 523, rows["clc"])
    pd.DataFrame(
        {"lon": rows["lon"], "lat": rows["lat"], "class": seen, "zone": np.arange(200) % 2, "n": 12}
    ).to_csv(tmp_path / "visits.csv", index=False)
    corpus.close()
    return tmp_path / "visits.csv"


def test_points_are_added_listed_judged_by_and_removed(file: Path) -> None:
    added = run(
        "ground", "add", "demo", "visits", file, "--stratum", "zone", "--weight", "n", "--licence", "CC0", "--source", "Me",
    )  # fmt: skip
    assert "200 of 200 rows, in 200 samples; 0 lie in no sample" in added.stdout
    listed = run("ground", "list", "demo").stdout
    assert "visits: 200 in 200 samples, CORINE Land Cover, level 3; from visits.csv" in listed
    assert "CC0; Me" in listed
    judged = run("ground", "accuracy", "demo", "visits", "--level", 3).stdout
    assert "overall accuracy 80" in judged
    opinion = run("ground", "accuracy", "demo", "visits", "--opinion", "made-up-good").stdout
    assert "overall accuracy" in opinion
    assert "Removed visits" in run("ground", "remove", "demo", "visits").stdout
    assert "No points or polygons are kept" in run("ground", "list", "demo").stdout


def test_what_is_wrong_is_one_line(file: Path) -> None:
    text = file.read_text().splitlines()
    text[3] = text[3].replace(text[3].split(",")[2], "maize", 1)
    file.write_text("\n".join(text))
    refused = run("ground", "add", "demo", "visits", file, code=2)
    assert "visits.csv, row 3, column class: 'maize' is no class of the legend" in refused.stderr
    assert (
        "no points or polygons are called 'visits'"
        in run("ground", "remove", "demo", "visits", code=2).stderr
    )
    assert "200 samples" not in run("ground", "list", "demo").stdout
