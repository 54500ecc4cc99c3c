"""Figures for a notebook: the numbers and pictures in them are those of the corpus, and they say what they show."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import holoviews as hv
import numpy as np
import pytest
from bokeh.models import Plot
from bokeh.models.annotations import ColorBar, Title

from explorer import plots
from explorer.analysis import profiles, spectra
from explorer.core import corine, grid
from explorer.core.errors import InvalidQueryError, UnknownClassError, UnknownSampleError
from explorer.core.products import SYNTHETIC_NOTE
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.export import scene
from explorer.plots import maps
from tests import corpora

JULY = np.datetime64("2018-07-02")


@pytest.fixture(scope="module")
def demo() -> Iterator[Corpus]:
    found = open_demo(count=7000)
    yield found
    found.close()


@pytest.fixture
def sample_id(demo: Corpus) -> str:
    assert demo.default_sample is not None
    return demo.default_sample


def below(figure: Any) -> str:
    """What is written below a Bokeh figure."""
    return " ".join(part.text.replace("\n", " ") for part in figure.below if isinstance(part, Title))


def test_importing_the_package_does_not_import_holoviews() -> None:
    code = "import sys, explorer; assert 'plots' in explorer.__all__; print('holoviews' in sys.modules, explorer.plots.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "explorer.plots"]


def test_a_picture_lies_where_the_sample_does_and_is_painted_as_the_page_paints_it(
    demo: Corpus, sample_id: str
) -> None:
    picture = plots.animation(demo, sample_id, dates=["2018-07-02"])[JULY]
    shown = scene.scene(demo, sample_id, dates=["2018-07-02"])
    rgba = np.dstack([picture.dimension_values(channel, flat=False)[::-1] for channel in picture.vdims])
    np.testing.assert_array_equal(rgba, shown.rgba(shown.steps[0]))
    assert picture.bounds.lbrt() == grid.parse(sample_id).bounds
    assert [dim.pprint_label for dim in picture.kdims] == ["Easting, UTM 31N (m)", "Northing, UTM 31N (m)"]
    figure = hv.render(picture)
    mark = scene.with_gaps(shown).steps[0].mark
    assert mark.endswith("% gap-filled")
    assert " ".join(figure.title.text.split()) == f"{sample_id}, 2018-07-02, {mark}"
    assert "True colour, Planet Fusion, 3 m" in below(figure)
    assert SYNTHETIC_NOTE in below(figure)


def test_an_index_is_shown_by_its_values_in_the_range_of_its_colours(demo: Corpus, sample_id: str) -> None:
    picture = plots.animation(demo, sample_id, composite="index:NDVI", dates=["2018-07-02"])[JULY]
    table = profiles.pixel(demo, sample_id, row=150, col=110)
    row = table[(table["band"] == "NDVI") & (table["date"].dt.strftime("%Y-%m-%d") == "2018-07-02")]
    values = picture.dimension_values("NDVI", flat=False)[::-1]
    assert values[150, 110] == pytest.approx(row["value"].iloc[0], abs=1e-5)
    assert picture.opts["clim"] == (-0.9, 0.9)
    bar = next(part for part in hv.render(picture).right if isinstance(part, ColorBar))
    assert bar.title == "NDVI (dimensionless)"


def test_a_missing_date_is_transparent_and_says_why(tiny_corpus: Corpus) -> None:
    sample_id = corpora.BROKEN
    movie = plots.animation(tiny_corpus, sample_id)
    shown = scene.scene(tiny_corpus, sample_id)
    gone = next(step for step in shown.steps if not step.there)
    picture = movie[np.datetime64(gone.date)]
    assert not picture.dimension_values("A").any()
    assert f"{gone.text}, missing: {gone.why}" in hv.render(picture).title.text.replace("\n", " ")
    assert any(part.name == "missing" for part in hv.render(picture).center)


def test_all_frames_can_be_kept_in_the_notebook(demo: Corpus, sample_id: str) -> None:
    movie = plots.animation(demo, sample_id, start="2018-07", end="2018-07", embed=True)
    assert isinstance(movie, hv.HoloMap)
    assert [str(date)[5:10] for date in movie.dimension_values("date")] == [
        "07-02", "07-07", "07-12", "07-17", "07-22", "07-27",
    ]  # fmt: skip


def test_bands_are_reflectance_by_wavelength(demo: Corpus, sample_id: str) -> None:
    figure = plots.bands(demo, sample_id, month="2018-07")
    cube = demo.sentinel2(sample_id, months=["2018-07"])
    titles = [picture.opts["title"] for picture in figure]
    assert titles[0] == "B01, 442.7 nm"
    assert titles[-1] == "B12, 2202.4 nm"
    for picture in figure:
        name = picture.vdims[0].name
        values = picture.dimension_values(name, flat=False)[::-1]
        np.testing.assert_allclose(values, cube.sel(band=name)[0] * 1e-4, rtol=1e-5)


def test_a_month_without_a_mosaic_is_named(tiny_corpus: Corpus) -> None:
    with pytest.raises(
        InvalidQueryError, match=f"{corpora.BROKEN} has no Sentinel-2 mosaic of 2018-04: not there"
    ):
        plots.bands(tiny_corpus, corpora.BROKEN, month="2018-04")


def test_a_gallery_has_the_pictures_of_one_date_in_the_order_of_its_samples(demo: Corpus) -> None:
    ids = [str(one) for one in demo.samples.index[:3]]
    figure = plots.gallery(demo, ids, date="2018-07-02")
    assert [picture.opts["title"] for picture in figure] == ids
    for sample_id, picture in zip(ids, figure, strict=True):
        single = plots.animation(demo, sample_id, stretch="0.02-0.3", dates=["2018-07-02"])[JULY]
        same = plots.gallery(demo, [sample_id], stretch="0.02-0.3").values()[0]
        for channel in single.vdims:
            np.testing.assert_array_equal(
                same.dimension_values(channel, flat=False), single.dimension_values(channel, flat=False)
            )
        assert picture.bounds.lbrt() == grid.parse(sample_id).bounds
    assert SYNTHETIC_NOTE in below(hv.render(figure.values()[-1]))
    (month,) = plots.gallery(demo, ids[0], date="2018-07", composite="index:NDVI")
    cube = demo.sentinel2(ids[0], months=["2018-07"]).astype(float)[0]
    red, nir = cube.sel(band="B04"), cube.sel(band="B08")
    found = month.dimension_values("NDVI", flat=False)[::-1]
    np.testing.assert_allclose(found, (nir - red) / (nir + red), atol=1e-4)


def test_a_gallery_says_what_it_lacks_and_what_it_cannot_show(tiny_corpus: Corpus) -> None:
    figure = plots.gallery(tiny_corpus, [corpora.FULL, corpora.BROKEN], date="2018-01-03")
    lacking = figure.values()[1]
    assert lacking.opts["title"].replace("\n", " ").startswith(f"{corpora.BROKEN}, missing: damaged")
    assert not lacking.dimension_values("A").any()
    for ids, why in (([], "0 samples"), ([corpora.FULL] * 101, "101 samples")):
        with pytest.raises(InvalidQueryError, match=why):
            plots.gallery(tiny_corpus, ids)
    with pytest.raises(UnknownSampleError):
        plots.gallery(tiny_corpus, ["33N_15E-200N_01_10"])


def test_a_profile_has_the_values_of_the_table(demo: Corpus, sample_id: str) -> None:
    figure = plots.profile(demo, sample_id, row=150, col=110)
    table = profiles.pixel(demo, sample_id, row=150, col=110)
    red = table[(table["product"] == "PF-SR") & (table["band"] == "red")]["value"]
    np.testing.assert_array_equal(figure.Curve.Red.dimension_values("reflectance"), red)
    drawn = hv.render(figure)
    assert (drawn.xaxis[0].axis_label, drawn.yaxis[0].axis_label) == (
        "Date (UTC)",
        "Surface reflectance (0 to 1)",
    )
    assert {item.label.value for item in drawn.legend[0].items} >= {"Red", "Red, Sentinel-2"}
    assert below(drawn) == SYNTHETIC_NOTE


def test_a_region_has_its_spread_behind_its_mean(demo: Corpus, sample_id: str) -> None:
    box = (20, 30, 60, 90)
    figure = plots.profile(demo, sample_id, box=box, show="NDVI")
    table = profiles.region(demo, sample_id, box=box)
    own = table[(table["product"] == "PF-SR") & (table["band"] == "NDVI")]
    spread = figure.Spread.I
    low = spread.dimension_values("NDVI") - spread.dimension_values("below")
    np.testing.assert_allclose(low, own["p10"], atol=1e-9)


def test_missing_dates_of_a_profile_are_crosses_and_are_counted(tiny_corpus: Corpus) -> None:
    figure = plots.profile(tiny_corpus, corpora.BROKEN, row=3, col=4)
    table = profiles.pixel(tiny_corpus, corpora.BROKEN, row=3, col=4)
    own = table[(table["band"] == "red") & table["flag"].str.startswith("missing")]
    crosses = figure.Scatter.Missing_date
    assert len(own)
    assert (crosses.dimension_values("sensor") == "Planet Fusion").sum() == len(own)
    assert f"Planet Fusion {len(own)} of 146" in below(hv.render(figure))


def test_a_spectrum_has_both_sensors_and_names_the_date(demo: Corpus, sample_id: str) -> None:
    figure = plots.spectrum(demo, sample_id, row=150, col=110, months=[7])
    table = spectra.spectrum(demo, sample_id, row=150, col=110, months=[7])
    sentinel = table[table["product"] == "S2-SR"].sort_values("wavelength")
    np.testing.assert_array_equal(figure.Curve.values()[0].dimension_values("reflectance"), sentinel["value"])
    drawn = hv.render(figure)
    assert [item.label.value for item in drawn.legend[0].items] == [
        "Sentinel-2, 2018-07",
        "Planet Fusion, 2018-07-17",
    ]
    assert drawn.xaxis[0].axis_label == "Wavelength (nm)"


@pytest.mark.parametrize("place", [{}, {"row": 1}, {"row": 1, "col": 1, "box": (0, 0, 9, 9)}])
def test_a_place_is_named_once(demo: Corpus, sample_id: str, place: dict[str, Any]) -> None:
    for draw in (plots.profile, plots.spectrum):
        with pytest.raises(InvalidQueryError, match="name one place"):
            draw(demo, sample_id, **place)


def test_labels_are_shares_in_the_official_colours(demo: Corpus, sample_id: str) -> None:
    figure = plots.labels(demo, sample_id)
    fractions = demo.labels(sample_id)
    assert dict(
        zip(figure.dimension_values("code"), figure.dimension_values("share") / 100, strict=True)
    ) == (pytest.approx(fractions.to_dict()))
    assert set(figure.dimension_values("colour")) == {corine.land_cover(code).hex for code in fractions.index}


def bar_of_classes(drawn: Any) -> dict[str, str]:
    """Class -> colour, as the bar beside a map says it."""
    bar = next(part for part in drawn.right if isinstance(part, ColorBar))
    colours = bar.color_mapper.palette
    return {title: colours[place] for place, title in bar.major_label_overrides.items()}


def test_few_samples_are_dots_in_the_colour_of_their_class(demo: Corpus) -> None:
    chosen = demo.samples.iloc[:300]
    figure = plots.sample_map(demo, chosen)
    dots = figure.Points.I
    assert set(dots.dimension_values("sample_id")) == set(chosen.index)
    drawn = hv.render(figure)
    colours = bar_of_classes(drawn)
    assert len(colours) == chosen["clc"].nunique()
    titles = list(colours)
    for sample_id, place in zip(
        dots.dimension_values("sample_id"), dots.dimension_values("bar"), strict=True
    ):
        assert titles[place].startswith(str(chosen["clc"][sample_id]))
    for title, colour in colours.items():
        assert corine.land_cover(int(title.split()[0])).hex == colour
    assert (drawn.xaxis[0].axis_label, drawn.yaxis[0].axis_label) == ("Longitude (°)", "Latitude (°)")
    assert "Natural Earth" in below(drawn)


def test_many_samples_are_an_image_of_classes(demo: Corpus) -> None:
    assert len(demo.samples) > maps.FEW
    figure = plots.sample_map(demo, level=1)
    drawn = hv.render(figure)
    colours = bar_of_classes(drawn)
    image = next(element for element in figure[()].values() if isinstance(element, hv.Image))
    shown = image.dimension_values(2)
    shown = shown[np.isfinite(shown)].astype(int)
    assert len(shown) > 1000
    assert set(shown) <= set(range(len(colours)))
    # About as often as in the table: the first sample in a pixel is a fair draw.
    arable = [title.startswith("2 ") for title in colours].index(True)
    assert np.mean(shown == arable) == pytest.approx(np.mean(demo.samples["clc"] // 100 == 2), abs=0.1)


def test_a_map_links_with_its_table(demo: Corpus) -> None:
    chosen = demo.samples.iloc[:300]
    link = hv.link_selections.instance()
    linked = link(plots.sample_map(demo, chosen) + plots.sample_table(demo, chosen))
    x = float(chosen["x"].median())
    link.selection_expr = hv.dim("x") > x
    rows = link.filter(hv.Dataset(plots.sample_table(demo, chosen)))
    assert 0 < len(rows) < len(chosen)
    assert len(linked) == 2
    drawn = hv.render(linked)
    assert drawn is not None


def test_figures_of_two_samples_do_not_share_their_axes(demo: Corpus) -> None:
    one, other = demo.samples.index[:2]
    pair = plots.animation(demo, one, dates=["2018-07-02"]) + plots.animation(
        demo, other, dates=["2018-07-02"]
    )
    ranges = [figure.x_range for figure in hv.render(pair).select({"type": Plot})]
    assert ranges[0] is not ranges[1]
    expected = {grid.parse(sample_id).bounds[::2] for sample_id in (one, other)}
    assert {(r.start, r.end) for r in ranges} == expected


def test_bad_input_is_named(demo: Corpus, sample_id: str) -> None:
    with pytest.raises(InvalidQueryError, match="no basemap 'Mars'"):
        plots.sample_map(demo, tiles="Mars")
    with pytest.raises(InvalidQueryError, match="no sample to show"):
        plots.sample_map(demo, [])
    with pytest.raises(UnknownClassError, match="level 4"):
        plots.sample_map(demo, level=4)
    with pytest.raises(UnknownSampleError, match=corpora.FULL):
        plots.sample_map(demo, [corpora.FULL])
    with pytest.raises(InvalidQueryError, match="0 months"):
        plots.spectrum(demo, sample_id, row=1, col=1, months=[])
