"""Options of commands that no other test runs: each command with them does what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from distributed import LocalCluster
from PIL import Image
from typer.testing import CliRunner

from explorer.cli import app
from explorer.corpus.corpus import Corpus
from explorer.export import stories
from explorer.export.stories import State, Story
from explorer.review import score as scoring
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from tests import corpora

SAMPLE = corpora.FULL


def run(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


def test_an_animation_of_another_sensor_stretch_and_time(tiny_folder: Path, tmp_path: Path) -> None:
    given = (
        "--product",
        "S2-SR",
        "--stretch",
        "0.02-0.3",
        "--start",
        "2018-02",
        "--end",
        "2018-03",
        "--scale",
        "1",
    )
    plain, charted = tmp_path / "plain.gif", tmp_path / "charted.gif"
    pins = ("--pin", "50,60")
    run("animate", tiny_folder, SAMPLE, "--output", plain, *given, *pins, "--no-chart")
    run("animate", tiny_folder, SAMPLE, "--output", charted, *given, *pins, "--chart")
    with Image.open(plain) as first, Image.open(charted) as second:
        assert first.n_frames == second.n_frames == 2  # type: ignore[attr-defined]
        assert second.height > first.height


def test_a_date_s_values_are_exported_and_its_picture_in_another_stretch(
    tiny_folder: Path, tmp_path: Path
) -> None:
    given = ("export", tiny_folder, SAMPLE, "--what", "frame", "--date", "2018-01-03")
    run(*given, "--composite", "index:NDVI", "--values", "--output", tmp_path / "ndvi.tif")
    with rasterio.open(tmp_path / "ndvi.tif") as file:
        assert file.dtypes[0] == "float32"
        assert np.nanmax(np.abs(file.read(1))) <= 1
    pictures = []
    for stretch in ("fixed", "0-0.9"):
        run(*given, "--stretch", stretch, "--output", tmp_path / "date.tif")
        with rasterio.open(tmp_path / "date.tif") as file:
            pictures.append(file.read())
    assert not np.array_equal(*pictures)


def test_a_story_becomes_a_page_with_notes_and_slides_without_videos(
    tiny_folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "story.yaml"
    stories.dump(
        Story("Mine", (State(f"?sample={SAMPLE}&date=2018-01-03", "Here", "A note", "Speak slowly"),)), path
    )
    run("page", tiny_folder, "--story", path, "--notes", "-o", tmp_path / "with.html")
    run("page", tiny_folder, "--story", path, "-o", tmp_path / "without.html")
    assert "Speak slowly" in (tmp_path / "with.html").read_text(encoding="utf-8")
    assert "Speak slowly" not in (tmp_path / "without.html").read_text(encoding="utf-8")
    run("slides", tiny_folder, "--story", path, "--no-video", "--output", tmp_path / "story.pptx")
    assert (tmp_path / "story.pptx").read_bytes().startswith(b"PK")


@pytest.fixture
def database(tiny_corpus: Corpus, tmp_path: Path) -> Path:
    path = tmp_path / "verdicts.sqlite"
    with Records.open(tiny_corpus, path) as records:
        for sample_id in tiny_corpus.samples.index:
            records.add(Verdict(sample_id, "Anna", "correct"))
        records.add(Verdict(tiny_corpus.samples.index[0], "Ben", "wrong", suggested=512))
    return path


def test_what_reviewers_agree_on_and_how_good_labels_are(
    tiny_folder: Path, database: Path, tmp_path: Path
) -> None:
    given = (tiny_folder, "--database", database)
    judged = run("review", "agreement", *given, "--of", "judgement")
    classes = run(
        "review", "agreement", *given, "--of", "class", "--level", 1, "--output", tmp_path / "a.csv"
    )
    assert "0.0" in judged
    assert classes
    assert (tmp_path / "a.csv").exists()
    more = ("--all", "--level", 1, "--half-width", 0.1)
    assert "± 10 %" in run("review", "accuracy", *given, *more, "--output", tmp_path / "b.csv")
    run("review", "report", *given, *more, "--output", tmp_path / "r.html")
    assert "± 10" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_scores_of_listed_samples_go_where_they_are_wanted(tiny_folder: Path, tmp_path: Path) -> None:
    listed, geometry = tmp_path / "ids.txt", tmp_path / "area.geojson"
    listed.write_text(f"{SAMPLE}\n")
    west, south, east, north = -30, 30, 50, 75
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    geometry.write_text(f'{{"type": "Polygon", "coordinates": [{corners}]}}')
    given = ("--class", "2", "--level", "1", "--min-fraction", "0.1", "--workers", "1", "--seed", "3")
    said = run("score", tiny_folder, "--ids", listed, "--out", tmp_path / "one", *given, "--samples", "1")
    assert "1 cannot be judged" in said
    found = scoring.read(tmp_path / "one")
    assert found is not None
    assert list(found.index) == [SAMPLE]
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        said = run(
            "score", tiny_folder, "--scheduler", cluster.scheduler_address, "--out", tmp_path / "two",
            "--bbox", west, south, east, north, "--geometry", geometry,
        )  # fmt: skip
    assert "cannot be judged" in said
    assert (tmp_path / "two" / scoring.SCORES).exists()
