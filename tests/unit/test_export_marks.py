"""What was not measured is marked in every file: missing dates hatched with their reason, gap-filled ones by their share."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pptx
import pytest
import rasterio
from PIL import Image

from explorer.analysis import quality
from explorer.corpus.corpus import Corpus
from explorer.export import animation, charts, data, figure_base, figures, frames, scene, slides, tiles
from explorer.export.frames import Style
from explorer.export.scene import Step
from explorer.export.stories import State, Story
from tests import corpora

SAMPLE = corpora.FULL
FILLED, WHOLE, MISSING = "2018-01-03", "2018-02-12", "2018-03-04"
"""The first four dates have quality layers; from the eleventh on none is there."""
ORANGE = np.array(tiles.GAP)


@pytest.fixture
def gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    """37 % of the first date are gap-filled, nothing of the next three; nobody says so of the others."""

    def share(cube: Any) -> np.ndarray:
        found = np.full(len(cube.status), np.nan, np.float32)
        found[:4] = [0.37, 0, 0, 0]
        return found

    monkeypatch.setattr(scene, "filled_share", share)


def orange(picture: np.ndarray) -> int:
    """Pixels in the colour of gaps, a little off as a codec leaves them."""
    return int((np.abs(picture.astype(int) - ORANGE).max(axis=-1) < 30).sum())


def texts(plate: figure_base.ExportFigure) -> list[str]:
    found = [text.get_text() for text in plate.figure.texts]
    for axes in plate.figure.axes:
        found += [axes.get_title(loc="left"), *(text.get_text() for text in axes.texts)]
    return found


def step(**what: Any) -> Step:
    return Step(0, None, "2018-01-03", np.datetime64("2018-01-03"), **what)  # type: ignore[arg-type]


def test_a_date_s_mark_and_lack_are_said_as_on_the_page() -> None:
    assert step(there=True).mark == step(there=True, filled=0.0).mark == ""
    assert step(there=True, filled=0.004).mark == "< 1 % gap-filled"
    assert step(there=True, filled=0.366).mark == "37 % gap-filled"
    assert step(there=False, why="not there").mark == "missing"
    assert step(there=False, why="not there").lack == "missing: no chip of this date"
    assert step(there=False, why="damaged or truncated").lack == "missing: damaged or truncated"


def test_shares_are_those_of_the_quality_layers(tiny_corpus: Corpus) -> None:
    shown = scene.with_gaps(scene.scene(tiny_corpus, SAMPLE, end="2018-02"))
    whole = tiny_corpus.cubes.get(tiny_corpus.cell(SAMPLE), scene.PF_QA)
    share = quality.filled_share(whole)
    assert [one.filled for one in shown.steps[:4]] == pytest.approx(share[:4].tolist())
    assert all(one.filled is None for one in shown.steps[4:])
    months = scene.with_gaps(scene.scene(tiny_corpus, SAMPLE, product="S2-SR"))
    assert all(one.filled is None for one in months.steps)


@pytest.mark.usefixtures("gaps")
def test_a_frame_has_the_share_beside_its_date_and_a_missing_one_is_hatched(tiny_corpus: Corpus) -> None:
    painter = frames.painter(tiny_corpus, SAMPLE, end="2018-03", style=Style(scale=2, chart=None))
    left, top, right, bottom = painter.picture_box
    assert orange(painter.frame(0)[:top]) > 200
    assert orange(painter.frame(5)[:top]) == 0
    gone = painter.frame(12)
    assert orange(gone[:top]) == 0
    assert (gone[:top] == tiles.HATCH).all(axis=-1).sum() > 100  # the plate of "missing"
    hatched = gone[top:bottom, left:right]
    assert (hatched[:40] == painter._hatch[:40]).all()
    assert orange(painter.frame(5)[bottom:]) > 50  # the key is on each frame
    assert painter.about["gap_filled"] == "1 of 18 dates, up to 37 % of the pixels"
    bare = frames.painter(tiny_corpus, SAMPLE, end="2018-01", style=Style(scale=2, header=False, chart=None))
    assert orange(bare.frame(0)[:60]) > 200  # without a date above, in the picture


@pytest.mark.usefixtures("gaps")
@pytest.mark.parametrize("ending", [".gif", ".mp4", ".webm", ".webp"])
def test_every_format_keeps_the_marks(tiny_corpus: Corpus, tmp_path: Path, ending: str) -> None:
    import av

    path = tmp_path / f"a{ending}"
    painter = animation.write(tiny_corpus, SAMPLE, path, scale=3, end="2018-03")
    top = painter.picture_box[1]
    if ending in (".mp4", ".webm"):
        with av.open(str(path)) as video:
            found = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    else:
        image = Image.open(path)
        found = []
        for number in range(image.n_frames):
            image.seek(number)
            found.append(np.asarray(image.convert("RGB")))
    assert orange(found[0][:top]) > 200
    assert orange(found[5][:top]) == 0
    light = found[12][top : top + 60].astype(int)
    assert light.min() > 150  # hatching, no ground
    assert np.ptp(light[..., 1]) > 5


@pytest.mark.usefixtures("gaps")
def test_sheets_and_pairs_say_it_at_each_picture_and_what_it_means(tiny_corpus: Corpus) -> None:
    dates = [FILLED, WHOLE, MISSING]
    plate = figures.sheet(tiny_corpus, SAMPLE, dates=dates)
    found = texts(plate)
    for words in ("37 % gap-filled", "missing", "Missing:\nno chip of this date", "Hatched: missing date."):
        assert words in found, words
    assert f"{frames.GAP_KEY.capitalize()}." in found
    assert plate.about["missing"] == MISSING
    assert plate.about["gap_filled"] == "1 of 3 dates, up to 37 % of the pixels"
    hatched = [[patch for patch in axes.patches if patch.get_hatch()] for axes in plate.figure.axes]
    assert [len(patches) for patches in hatched] == [0, 0, 1]
    pair = texts(figures.pair(tiny_corpus, SAMPLE, FILLED, MISSING))
    assert {"37 % gap-filled", "Missing:\nno chip of this date"} <= set(pair)
    plain = texts(figures.pair(tiny_corpus, SAMPLE, "2018-01-08", WHOLE))
    assert not any("gap" in text.lower() or "Hatched" in text for text in plain)


@pytest.mark.usefixtures("gaps")
@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_a_picture_s_file_tells_its_share(tiny_corpus: Corpus, tmp_path: Path, ending: str) -> None:
    plate = figures.picture(tiny_corpus, SAMPLE, FILLED)
    assert "37 % gap-filled" in texts(plate)
    path = tmp_path / f"a{ending}"
    plate.save(path)
    if ending == ".png":
        assert orange(np.asarray(Image.open(path).convert("RGB"))) > 500
    told = path.read_bytes().decode("latin-1").replace("\x00", "")
    assert "gap_filled: 37 % of the pixels" in told or ending == ".png"


@pytest.mark.usefixtures("gaps")
def test_a_geotiff_has_the_share_as_a_tag(tiny_corpus: Corpus, tmp_path: Path) -> None:
    data.write_frame(tiny_corpus, SAMPLE, FILLED, tmp_path / "a.tif")
    with rasterio.open(tmp_path / "a.tif") as found:
        assert found.tags()["GAP_FILLED"] == "37 % of the pixels"


@pytest.mark.usefixtures("gaps")
def test_a_slide_marks_its_date(tiny_corpus: Corpus, tmp_path: Path) -> None:
    states = tuple(State(f"?sample={SAMPLE}&date={date}", date) for date in (FILLED, WHOLE, MISSING))
    slides.write(tiny_corpus, Story("t", states), tmp_path / "a.pptx", video=False)
    _, filled, whole, missing = pptx.Presentation(str(tmp_path / "a.pptx")).slides

    def words(slide: Any) -> str:
        return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)

    def poster(slide: Any) -> np.ndarray:
        picture = next(shape for shape in slide.shapes if hasattr(shape, "image"))
        return np.asarray(Image.open(io.BytesIO(picture.image.blob)).convert("RGB"))

    assert f"{FILLED}: 37 % gap-filled" in words(filled)
    assert f"{MISSING}: missing" in words(missing)
    assert WHOLE in words(whole)
    assert "gap-filled" not in words(whole)
    assert orange(poster(filled)[:60]) > 200
    assert orange(poster(whole)[:60]) == 0


def test_curves_mark_dates_that_were_filled_and_those_that_lack(tiny_corpus: Corpus) -> None:
    (curve,) = frames.curves(tiny_corpus, SAMPLE, "NDVI", [(120, 80, "")])
    assert curve.missing.sum() == 136
    assert len(curve.missing_times) == 136
    times, values = curve.filled_points
    assert len(times) == len(values) == int(curve.filled.sum())
    plate = charts.profile(tiny_corpus, SAMPLE, [(120, 80)], charts=["NDVI"])
    lines = {line.get_gid(): line for line in plate.figure.axes[0].lines}
    assert len(lines["missing"].get_xdata()) == 136
    assert len(lines["gap-filled"].get_xdata()) == len(times)
    assert any("Ticks at the lower edge: missing dates." in text for text in texts(plate))
