"""Figures: pictures in their place and crisp, curves of the right numbers, terms and metadata in every format."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.patches import Rectangle
from PIL import Image
from typer.testing import CliRunner

from explorer import cli
from explorer.analysis import composite, profiles, render_spec
from explorer.core import corine
from explorer.core.errors import InvalidQueryError, OutputError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.export import charts, credit, figure_base, figures
from tests import corpora

SAMPLE = corpora.FULL
PINS = [(120, 80, "field $\\frac{"), (0, 0)]
DATES = ["2018-01-03", "2018-02-02"]


def texts(plate: figure_base.ExportFigure) -> list[str]:
    """Every text of a figure."""
    found = [text.get_text() for text in plate.figure.texts]
    for axes in plate.figure.axes:
        found += [axes.get_title(loc="left"), *(text.get_text() for text in axes.texts)]
    return found


def test_a_picture_is_crisp_in_a_png_of_twice_the_size(tiny_corpus: Corpus, tmp_path: Path) -> None:
    plate = figures.picture(tiny_corpus, SAMPLE, "2018-01-08")
    plate.save(tmp_path / "a.png")
    image = np.asarray(Image.open(tmp_path / "a.png").convert("RGB"))
    (axes,) = plate.figure.axes
    box = axes.get_position()
    height, width = image.shape[:2]
    left, top = round(box.x0 * width), round((1 - box.y1) * height)
    size = round(box.width * width)
    assert size == 1200
    cube = tiny_corpus.cubes.get(tiny_corpus.cell(SAMPLE), PF_SR)
    expected = composite.make(cube, render_spec.parse("true", "PF-SR")).rgb(1)
    middles = image[top + 3 : top + size : 6, left + 3 : left + size : 6]
    assert middles.shape == expected.shape
    same = (middles[:150] == expected[:150]).all(axis=2).mean()  # below is the scale bar
    assert same > 0.99


def test_the_scale_bar_is_true(tiny_corpus: Corpus) -> None:
    (axes,) = figures.picture(tiny_corpus, SAMPLE, "2018-01-08").figure.axes
    assert axes.get_xlim() == (0, 600)
    (bar,) = [patch for patch in axes.patches if patch.get_gid() == "scale-bar"]
    assert isinstance(bar, Rectangle)
    assert bar.get_width() == 200
    assert "200 m" in [text.get_text() for text in axes.texts]


def test_a_pair_has_one_stretch_and_its_dates_in_order(tiny_corpus: Corpus) -> None:
    plate = figures.pair(tiny_corpus, SAMPLE, *reversed(DATES), pins=PINS)
    assert [axes.get_title(loc="left") for axes in plate.figure.axes] == DATES
    with pytest.raises(InvalidQueryError, match="same date"):
        figures.pair(tiny_corpus, SAMPLE, DATES[0], DATES[0])


def test_a_sheet_has_dates_that_are_there_evenly(tiny_corpus: Corpus) -> None:
    plate = figures.sheet(tiny_corpus, SAMPLE, count=4, columns=2)
    titles = [axes.get_title(loc="left") for axes in plate.figure.axes]
    assert titles == ["2018-01-03", "2018-01-18", "2018-02-02", "2018-02-17"]
    chosen = figures.sheet(tiny_corpus, SAMPLE, dates=["2018-01-03", "2019-01-03"])
    assert "Missing:\nno chip of this date" in texts(chosen)
    assert "missing" in texts(chosen)  # beside its date
    for wrong in ({"count": 0}, {"count": 61}, {"columns": 0}):
        with pytest.raises(InvalidQueryError):
            figures.sheet(tiny_corpus, SAMPLE, **wrong)


def test_sentinel_2_has_a_sheet_of_months_and_one_of_bands(tiny_corpus: Corpus) -> None:
    months = figures.months(tiny_corpus, corpora.BARE, composite="swir")
    assert len(months.figure.axes) == 12
    assert texts(months).count("Missing:\nno chip of this date") == 10
    bands = figures.bands(tiny_corpus, SAMPLE, "2018-07")
    titles = [axes.get_title(loc="left") for axes in bands.figure.axes]
    assert titles[0] == "B01, 442.7 nm"
    assert titles[-1] == "B12, 2202.4 nm"


def test_a_picture_of_values_has_its_ramp(tiny_corpus: Corpus) -> None:
    plate = figures.picture(tiny_corpus, SAMPLE, DATES[0], composite="index:NDVI")
    ramp = plate.figure.axes[-1]
    assert ramp.get_xlabel() == "NDVI"
    assert ramp.get_xlim() == (-0.9, 0.9)
    each = figures.picture(tiny_corpus, SAMPLE, DATES[0], composite="index:NDVI", stretch="frame")
    assert each.figure.axes[-1].get_xticklabels()[0].get_text() == "low"


def test_a_profile_draws_the_numbers_of_both_sensors(tiny_corpus: Corpus) -> None:
    plate = charts.profile(tiny_corpus, SAMPLE, PINS, charts=["bands", "NDVI"], date="2018-01-08")
    table = profiles.pixel(tiny_corpus, SAMPLE, row=0, col=0)
    upper, lower = plate.figure.axes
    nir = table[(table["band"] == "nir")]["value"].to_numpy()
    (drawn,) = [line for line in upper.lines if line.get_label() == "Near infrared"]
    np.testing.assert_allclose(drawn.get_ydata(), nir, atol=1e-5)
    ndvi = table[(table["band"] == "NDVI") & (table["product"] == "S2-SR")]["value"].to_numpy()
    np.testing.assert_allclose(lower.lines[3].get_ydata(), ndvi, atol=1e-5)
    assert "2018-01-08" in texts(plate)
    for wrong in ({"pins": []}, {"pins": PINS, "charts": []}, {"pins": PINS, "charts": ["XYZ"]}):
        with pytest.raises(InvalidQueryError):
            charts.profile(tiny_corpus, SAMPLE, **wrong)


def test_a_spectrum_draws_a_line_a_pixel_and_month(tiny_corpus: Corpus) -> None:
    (axes,) = charts.spectrum(tiny_corpus, SAMPLE, PINS, months=["2018-01", "2018-02"]).figure.axes
    assert len(axes.lines) == 8
    cube = tiny_corpus.sentinel2(SAMPLE, ["2018-01"])
    expected = cube.sortby("wavelength").values[0, :, 36, 24] * 1e-4
    np.testing.assert_allclose(axes.lines[0].get_ydata(), expected, atol=1e-6)
    with pytest.raises(InvalidQueryError):
        charts.spectrum(tiny_corpus, SAMPLE, [])


def test_a_label_is_drawn_in_corine_s_colours(tiny_corpus: Corpus) -> None:
    (axes,) = charts.label(tiny_corpus, SAMPLE).figure.axes
    bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert [round(bar.get_width()) for bar in bars] == [60, 30, 10]
    colour = tuple(round(v * 255) for v in bars[0].get_facecolor()[:3])
    assert colour == corine.land_cover(211).rgb
    with pytest.raises(InvalidQueryError, match="no label"):
        charts.label(tiny_corpus, corpora.BARE)


@pytest.mark.parametrize("ending", sorted(figure_base.ENDINGS))
def test_every_format_says_what_it_shows_and_on_which_terms(
    tiny_corpus: Corpus, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"a{ending}"
    plate = figures.pair(tiny_corpus, SAMPLE, *DATES, pins=PINS)
    assert any("Planet Labs" in text for text in texts(plate))
    plate.save(path)
    if ending == ".png":
        told = " ".join(str(value) for value in Image.open(path).info.values())
    elif ending == ".svg":
        told = " ".join(ElementTree.parse(path).getroot().itertext())
    else:
        told = path.read_bytes().decode("latin-1").replace("\\(", "(").replace("\\)", ")").replace("\x00", "")
        assert told.startswith("%PDF")
    for words in (SAMPLE, "stretch: natural", "RapidAI4EO explorer", "CC-BY-NC-SA"):
        assert words in told
    assert list(tmp_path.iterdir()) == [path]


def test_drawing_leaves_a_notebook_s_settings_alone_and_ignores_them(tiny_corpus: Corpus) -> None:
    before = mpl.rcParams["font.size"]
    try:
        mpl.rcParams["font.size"] = 40
        plate = charts.label(tiny_corpus, SAMPLE)
        assert mpl.rcParams["font.size"] == 40
        assert plate.figure.axes[0].get_yticklabels()[0].get_size() < 12
    finally:
        mpl.rcParams["font.size"] = before


def test_figures_may_be_drawn_from_many_threads(tiny_corpus: Corpus, tmp_path: Path) -> None:
    def one(number: int) -> bytes:
        charts.label(tiny_corpus, SAMPLE).save(tmp_path / f"{number}.png", scale=1)
        return np.asarray(Image.open(tmp_path / f"{number}.png")).tobytes()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(one, range(6)))) == 1


def test_what_cannot_be_saved_is_said(tiny_corpus: Corpus, tmp_path: Path) -> None:
    plate = charts.label(tiny_corpus, SAMPLE)
    with pytest.raises(OutputError):
        plate.save(tmp_path / "a.bmp")
    with pytest.raises(InvalidQueryError):
        plate.save(tmp_path / "a.png", scale=100)
    assert list(tmp_path.iterdir()) == []


COMMANDS = {
    "cube.nc": ["--what", "cube", "--date", "2018-01-03", "--band", "red"],
    "frame.tif": ["--what", "frame", "--date", "2018-01-03"],
    "frame.png": ["--what", "frame", "--date", "2018-01-03", "--pin", "1,2"],
    "sheet.png": ["--what", "sheet", "--count", "2"],
    "pair.pdf": ["--what", "pair", "--date", "2018-01-03", "--date", "2018-01-08"],
    "months.png": ["--what", "months"],
    "bands.png": ["--what", "bands", "--product", "S2-SR", "--date", "2018-01"],
    "profile.csv": ["--what", "profile", "--pin", "1,2,field", "--curve", "EVI"],
    "region.csv": ["--what", "profile", "--box", "0", "0", "9", "9"],
    "profile.svg": ["--what", "profile", "--pin", "1,2"],
    "spectrum.csv": ["--what", "spectrum", "--pin", "1,2", "--month", "2018-01"],
    "spectrum.svg": ["--what", "spectrum", "--pin", "1,2", "--month", "2018-01"],
    "label.svg": ["--what", "label"],
    "samples.parquet": ["--what", "samples"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_writes_everything(tiny_folder: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    done = CliRunner().invoke(cli.app, ["export", str(tiny_folder), SAMPLE, "-o", str(path), *COMMANDS[name]])
    assert done.exit_code == 0, done.output
    assert path.stat().st_size > 400
    planet = not name.startswith(("label", "samples", "months", "bands"))
    assert done.output.count(credit.NON_COMMERCIAL) == planet


def test_the_command_writes_a_file_a_sample(tiny_folder: Path, tmp_path: Path) -> None:
    command = ["export", str(tiny_folder), SAMPLE, corpora.BARE, "--what", "frame", "--date", "2018-01-03"]
    done = CliRunner().invoke(cli.app, [*command, "-o", str(tmp_path / "{id}.tif")])
    assert done.exit_code == 0, done.output
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(f"{i}.tif" for i in (SAMPLE, corpora.BARE))
    assert done.output.count(credit.NON_COMMERCIAL) == 1
    for wrong in (
        ["export", str(tiny_folder), SAMPLE, corpora.BARE, "--what", "label", "-o", str(tmp_path / "a.png")],
        ["export", str(tiny_folder), "../../x", "--what", "label", "-o", str(tmp_path / "{id}.png")],
        ["export", str(tiny_folder), SAMPLE, "--what", "all", "-o", str(tmp_path / "a.png")],
        ["export", str(tiny_folder), SAMPLE, "--what", "cube", "-o", str(tmp_path / "a.png")],
        ["export", str(tiny_folder), SAMPLE, "--what", "pair", "-o", str(tmp_path / "a.png")],
        ["export", str(tiny_folder), SAMPLE, "--what", "frame", "-o", str(tmp_path / "a.png")],
        ["export", str(tiny_folder), SAMPLE, "--what", "label", "--box", "0", "0", "1", "1", "-o", "a.png"],
    ):
        done = CliRunner().invoke(cli.app, wrong)
        assert done.exit_code == cli.EXIT_ERROR, wrong
