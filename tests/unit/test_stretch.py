"""What a picture shows and how it is stretched: recipes and stretches as texts, painters, legends, overlays."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from explorer.analysis import colours, composite, indices, quality, render_spec, stretch
from explorer.analysis.difference import difference
from explorer.analysis.stretch import Stretch, StretchSpec
from explorer.core import corine, grid
from explorer.core.errors import ExpressionError, InvalidQueryError, UnknownBandError
from explorer.core.products import PF_QA, PF_SR, S2_SR
from explorer.corpus.imagery.cube_cache import Cube
from explorer.corpus.imagery.geotiff import Chip
from tests import corpora
from tests.corpora import cube_of

CELL = grid.parse(corpora.FULL)


def planet(dates: int = 3) -> Cube:
    """Bands between 200 and 4000 that differ between pixels and dates."""
    rng = np.random.default_rng(3)
    return cube_of(PF_SR, {i: rng.integers(200, 4000, (4, 200, 200)) for i in range(dates)})


# -- texts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "choice", "short"),
    [
        ("", StretchSpec(), "natural"),
        ("natural", StretchSpec(), "natural"),
        ("natural,g1.4", StretchSpec(gamma=1.4), "natural,g1.4"),
        ("vivid", StretchSpec("vivid"), "vivid"),
        ("fixed", StretchSpec("vivid"), "vivid"),  # of links of before there was natural colour
        ("same", StretchSpec("vivid", same=True), "same"),
        ("frame", StretchSpec("frame"), "frame"),
        ("0.02-0.3", StretchSpec("range", 0.02, 0.3), "0.02-0.3"),
        ("-0.2-0.9", StretchSpec("range", -0.2, 0.9), "-0.2-0.9"),
        ("-0.9--.2", StretchSpec("range", -0.9, -0.2), "-0.9--0.2"),
        ("g1.4", StretchSpec("vivid", gamma=1.4), "g1.4"),
        ("fixed,g1.4", StretchSpec("vivid", gamma=1.4), "g1.4"),
        ("frame,g0.8,same", StretchSpec("frame", gamma=0.8, same=True), "frame,g0.8,same"),
        ("SAME,0-1", StretchSpec("range", 0, 1, same=True), "0-1,same"),
    ],
)
def test_a_choice_is_read_from_its_short_text(text: str, choice: StretchSpec, short: str) -> None:
    assert stretch.parse(text) == choice
    assert str(choice) == short
    assert stretch.parse(short) == choice


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("auto", "'auto' is unknown; there are natural, vivid, frame"),
        ("0.3-0.02", "first number has to be below"),
        ("1-1", "first number has to be below"),
        ("0-1e9", "first number has to be below"),
        ("g9", "gamma runs from 0.2 to 5"),
        ("g-1", "gamma runs"),
        ("gg", "unknown"),
        ("fixed,frame", "twice, at 'frame'"),
        ("natural,vivid", "twice, at 'vivid'"),
        ("g1,g2", "twice, at 'g2'"),
        ("nan-inf", "unknown"),
        ("0-1,", "'' is unknown"),
        ("x" * 500, "unknown"),
    ],
)
def test_a_wrong_stretch_is_refused_by_its_word(text: str, why: str) -> None:
    with pytest.raises(InvalidQueryError, match=why):
        stretch.parse(text)


@given(st.text(max_size=40) | st.text(alphabet="0123456789.-eg,fixdramesntuvl", max_size=30))
def test_any_text_is_a_choice_or_refused(text: str) -> None:
    try:
        choice = stretch.parse(text)
    except InvalidQueryError:
        return
    assert stretch.parse(str(choice)) == choice


@pytest.mark.parametrize(
    ("text", "product", "kind", "bands", "canonical"),
    [
        ("true", "PF-SR", "rgb", ("red", "green", "blue"), "true"),
        ("swir", "S2-SR", "rgb", ("B12", "B08", "B04"), "swir"),
        ("band:nir", "PF-SR", "band", ("nir",), "band:nir"),
        ("band:nir", "S2-SR", "band", ("B08",), "band:B08"),
        ("band:b8a", "S2-SR", "band", ("B8A",), "band:B8A"),
        ("band:B04", "PF-SR", "band", ("red",), "band:red"),
        ("index:ndvi", "S2-SR", "index", ("B08", "B04"), "index:NDVI"),
        ("expr: nir - B04 ", "PF-SR", "expression", ("nir", "red"), "expr:nir - B04"),
        ("expr:nir-B04", "S2-SR", "expression", ("B08", "B04"), "expr:nir-B04"),
        ("expr:swir16/b2", "S2-SR", "expression", ("B11", "B02"), "expr:swir16/b2"),
    ],
)
def test_recipes_are_read_for_both_sensors(
    text: str, product: str, kind: str, bands: tuple[str, ...], canonical: str
) -> None:
    found = render_spec.parse(text, product)
    assert (found.kind, found.bands, found.text) == (kind, bands, canonical)
    assert found.title
    assert render_spec.parse(found.text, product) == found


@pytest.mark.parametrize(
    ("text", "product", "why"),
    [
        ("infrared", "PF-SR", "'infrared' is unknown; there are true, false, swir"),
        ("band:", "PF-SR", "unknown"),
        ("swir", "PF-SR", "no bands for the composite 'swir'"),
        ("band:swir", "PF-SR", "no band 'swir'; its bands are blue"),
        ("index:NBR", "PF-SR", "needs S2"),
        ("index:NOPE", "S2-SR", "no index 'NOPE'"),
        ("expr:nir-swir16", "PF-SR", "'swir16' at character 5 is no band of PF-SR"),
        ("expr:", "PF-SR", "is empty"),
    ],
)
def test_a_wrong_recipe_says_why(text: str, product: str, why: str) -> None:
    with pytest.raises(InvalidQueryError, match=why):
        render_spec.parse(text, product)


def test_an_expression_error_keeps_its_place() -> None:
    with pytest.raises(ExpressionError) as caught:
        render_spec.parse("expr:nir - rde", "PF-SR")
    assert (caught.value.part, caught.value.position) == ("rde", 7)


@pytest.mark.parametrize("product", ["PF-SR", "S2-SR"])
def test_everything_on_the_menu_can_be_painted(product: str) -> None:
    rng = np.random.default_rng(1)
    spec = {"PF-SR": PF_SR, "S2-SR": S2_SR}[product]
    cube = cube_of(spec, {0: rng.integers(300, 5000, (len(spec.bands), spec.size, spec.size))})
    menu = render_spec.menu(product)
    texts = [text for group in menu.values() for text in group.values()]
    assert len(texts) == len(set(texts))
    assert sum(text.startswith("index:") for text in texts) == len(indices.available(product))
    assert ("swir" in texts) == (product == "S2-SR")
    for text in texts:
        recipe = render_spec.parse(text, product)
        assert recipe.text == text
        picture = composite.make(cube, recipe).rgba(0)
        assert picture.shape == (spec.size, spec.size, 4), text
        assert picture.dtype == np.uint8


# -- painting ----------------------------------------------------------------------------------------------


def test_a_range_in_reflectance_becomes_black_and_white() -> None:
    cube = planet()
    painter = composite.make(cube, render_spec.parse("true", "PF-SR"), stretch.parse("0.05-0.25,g1"))
    picture = painter.rgb(1)
    for channel, name in enumerate(("red", "green", "blue")):
        value = cube.data[1, PF_SR.band_names.index(name)] / 1e4
        plain = 255 * np.clip((value - 0.05) / 0.2, 0, 1)
        assert np.abs(picture[..., channel] - plain).max() <= 0.51


def test_gamma_lifts_the_dark() -> None:
    cube = planet()
    recipe = render_spec.parse("band:nir", "PF-SR")
    dark, light = (composite.make(cube, recipe, stretch.parse(f"0-0.4,g{g}")).rgb(0).mean() for g in (1, 2))
    assert light > dark + 20
    value = cube.data[0, 3] / 1e4
    plain = 255 * np.clip(value / 0.4, 0, 1) ** 0.5
    found = composite.make(cube, recipe, stretch.parse("0-0.4,g2")).rgb(0)[..., 0]
    assert np.abs(found - plain).max() <= 0.51


def test_each_frame_by_itself_uses_its_whole_range() -> None:
    rng = np.random.default_rng(0)
    chips = {i: rng.normal(700 * (i + 1), 120, (4, 200, 200)) for i in range(3)}
    cube = cube_of(PF_SR, chips)
    for text in ("true", "band:red", "index:DVI"):
        recipe = render_spec.parse(text, "PF-SR")
        assert stretch.choose(cube, recipe, stretch.parse("frame")) is None
        own = composite.make(cube, recipe, stretch.parse("frame"))
        assert own.stretch is None
        for index in range(3):
            alone = cube_of(PF_SR, {0: chips[index]})
            expected = composite.make(alone, recipe, StretchSpec("vivid")).rgb(0)
            assert np.abs(own.rgb(index).astype(int) - expected).max() <= 1, (text, index)
    fixed = composite.make(cube, render_spec.parse("true", "PF-SR"), StretchSpec("vivid"))
    assert fixed.rgb(0).mean() < fixed.rgb(2).mean() - 60  # fixed over time, dark stays dark


def test_an_index_is_painted_in_the_colours_of_its_legend() -> None:
    cube = planet()
    recipe = render_spec.parse("index:NDVI", "PF-SR")
    painter = composite.make(cube, recipe)
    legend = composite.legend(recipe, painter.stretch)
    assert legend is not None
    assert (legend.low, legend.high, legend.unit) == (-0.9, 0.9, "1")
    assert legend.title == "NDVI: Normalized Difference Vegetation Index"
    assert legend.formula == "(N-R)/(N+R)"
    assert legend.reference.startswith("https://")
    nir, red = cube.data[0, 3].astype(float), cube.data[0, 2].astype(float)
    ndvi = (nir - red) / (nir + red)
    assert isinstance(painter, composite.ValuePainter)
    np.testing.assert_allclose(painter.values(0), ndvi, atol=1e-6)
    ramp = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in legend.colours], float)
    at = (ndvi - legend.low) / (legend.high - legend.low) * (len(ramp) - 1)
    expected = np.stack([np.interp(at, np.arange(len(ramp)), channel) for channel in ramp.T], axis=-1)
    assert np.abs(painter.rgb(0) - expected).max() < 6
    assert (painter.rgba(0)[..., 3] == 255).all()


def test_green_is_where_the_vegetation_is_and_blue_where_the_water_is() -> None:
    data = np.full((4, 200, 200), 500)
    data[3, :100] = 4000  # vegetation above
    data[3, 100:] = 60  # water below
    picture = (
        composite.make(cube_of(PF_SR, {0: data}), render_spec.parse("index:NDVI", "PF-SR")).rgb(0).astype(int)
    )
    above, below = picture[10, 10], picture[190, 10]
    assert above[1] > above[0] + 15
    assert above[1] > above[2] + 10
    assert below[2] > below[0] + 40


def test_an_expression_that_is_an_index_looks_as_the_index() -> None:
    cube = planet()
    by_name = composite.make(cube, render_spec.parse("index:NDVI", "PF-SR"))
    choice, colour_map = stretch.parse("-0.9-0.9"), "vegetation"
    by_formula = composite.make(
        cube, render_spec.parse("expr:(nir-red)/(nir+red)", "PF-SR", colour_map), choice
    )
    assert np.abs(by_name.rgb(2).astype(int) - by_formula.rgb(2)).max() <= 3


def test_a_measured_range_holds_most_values() -> None:
    cube = planet()
    recipe = render_spec.parse("index:SR", "PF-SR")
    found = stretch.choose(cube, recipe, StretchSpec())
    assert found is not None
    ratio = cube.data[0, 3] / cube.data[0, 2]
    assert ((ratio > found.low[0]) & (ratio < found.high[0])).mean() == pytest.approx(0.98, abs=0.01)
    flat = cube_of(PF_SR, {0: np.full((4, 200, 200), 700)})
    same = stretch.choose(flat, recipe, StretchSpec())
    assert same is not None
    assert same.low[0] < 1 < same.high[0]
    empty = stretch.choose(Cube(CELL, PF_SR), recipe, StretchSpec())
    assert empty is not None
    assert empty.low < empty.high


def test_what_is_missing_is_transparent_and_counts_for_no_range() -> None:
    rng = np.random.default_rng(0)
    data = rng.integers(500, 3000, (12, 60, 60))
    data[:, :10, :20] = 0
    data[S2_SR.band_names.index("B04"), 30, 30] = 0
    cube = cube_of(S2_SR, {0: data})
    for text in ("index:NDVI", "expr:where(nir>red,1,0)", "index:NBR"):
        recipe = render_spec.parse(text, "S2-SR")
        painter = composite.make(cube, recipe)
        picture = painter.rgba(0)
        assert (picture[:10, :20, 3] == 0).all()
        assert (picture[30, 30, 3] == 0) == ("B04" in recipe.bands)
        assert (picture[40:, 40:, 3] == 255).all()
        assert picture[0, 0, :3].tolist() == list(colours.MISSING)
        assert painter.rgb(0)[0, 0].tolist() == list(colours.MISSING)
    measured = stretch.choose(cube, render_spec.parse("expr:nir", "S2-SR"), StretchSpec())
    assert measured is not None
    assert measured.low[0] > 0.04


def test_a_jpeg_of_an_index_decodes_to_its_picture() -> None:
    y, x = np.mgrid[:200, :200]
    smooth = np.stack([500 + x, 600 + y, 700 + 3 * x, 4000 - 12 * y])
    painter = composite.make(cube_of(PF_SR, {0: smooth}), render_spec.parse("index:NDVI", "PF-SR"))
    with Image.open(io.BytesIO(painter.jpeg(0))) as image:
        assert image.format == "JPEG"
        decoded = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(decoded - painter.rgb(0)).mean() < 3


def test_a_grey_jpeg_of_a_band_decodes_to_its_picture() -> None:
    y, x = np.mgrid[:200, :200]
    smooth = np.stack([500 + x, 600 + y, 700 + 3 * x, 4000 - 12 * y])
    painter = composite.make(cube_of(PF_SR, {0: smooth}), render_spec.parse("band:nir", "PF-SR"))
    with Image.open(io.BytesIO(painter.jpeg(0))) as image:
        assert image.mode == "L"
        assert np.abs(np.asarray(image).astype(int) - painter.rgb(0)[..., 0]).mean() < 2
    recipe = render_spec.parse("band:nir", "PF-SR")
    legend = composite.legend(recipe, painter.stretch)
    assert legend is not None
    assert 0.1 < (legend.low or 0) < (legend.high or 0) < 0.45
    assert legend.unit == "reflectance"


def test_a_band_in_colours_has_the_range_of_the_grey_one() -> None:
    cube = planet()
    recipe = render_spec.parse("band:red", "PF-SR", "heat")
    painter = composite.make(cube, recipe, stretch.parse("0.05-0.35,g1"))
    level = np.clip((cube.data[0, 2] / 1e4 - 0.05) / 0.3, 0, 1) * 254
    expected = colours.table("heat")[(level + 0.5).astype(int)]
    assert np.abs(painter.rgb(0).astype(int) - expected).max() <= 12
    assert np.abs(painter.rgb(0).astype(int) - expected).mean() < 0.1


def test_the_same_stretch_serves_two_sensors() -> None:
    one, two = Stretch((100.0, 50.0), (900.0, 800.0)), Stretch((80.0, 70.0), (1000.0, 700.0))
    both = stretch.shared([one, two])
    assert both == Stretch((80.0, 50.0), (1000.0, 800.0))
    level = np.full((4, 200, 200), 1234)
    s2 = np.full((12, 60, 60), 1234)
    whole = Stretch((100.0,) * 3, (3000.0,) * 3)
    a = composite.make(cube_of(PF_SR, {0: level}), render_spec.parse("true", "PF-SR"), stretch=whole).rgb(0)
    b = composite.make(cube_of(S2_SR, {0: s2}), render_spec.parse("true", "S2-SR"), stretch=whole).rgb(0)
    assert a[0, 0].tolist() == b[0, 0].tolist()


def test_a_legend_is_for_values_and_open_where_each_frame_has_its_own() -> None:
    assert composite.legend(render_spec.parse("true", "PF-SR"), Stretch((0.0,), (1.0,))) is None
    own = composite.legend(render_spec.parse("index:EVI", "PF-SR"), None)
    assert own is not None
    assert own.low is None
    assert own.high is None


@pytest.mark.parametrize("name", list(colours.MAPS))
def test_every_colour_map_runs_smoothly(name: str) -> None:
    table = colours.table(name).astype(int)
    assert table.shape == (colours.LEVELS, 3)
    assert np.abs(np.diff(table, axis=0)).max() < 24
    shown = colours.hexes(name, 9)
    assert len(shown) == 9
    assert shown[0] == "#{:02x}{:02x}{:02x}".format(*table[0])
    assert shown[-1] == "#{:02x}{:02x}{:02x}".format(*table[-1])
    with pytest.raises(InvalidQueryError, match="no colour map 'jet'; there are grey"):
        colours.check("jet")


# -- change and quality ------------------------------------------------------------------------------------


def test_a_difference_is_later_minus_earlier() -> None:
    chips = {i: np.full((4, 200, 200), 1000) for i in range(2)}
    chips[1][3, :50] = 3000
    chips[1][3, 150:] = 400
    cube = cube_of(PF_SR, chips)
    found = difference(cube, render_spec.parse("index:NDVI", "PF-SR"), 0, 1)
    assert found.values[0, 0] == pytest.approx(0.5)
    assert found.values[199, 0] == pytest.approx(-600 / 1400)
    assert found.values[100, 0] == 0
    assert found.legend.low == -(found.legend.high or 0)
    up, same, down = (found.rgba[row, 0].astype(int) for row in (0, 100, 199))
    assert up[0] > up[2] + 50  # red where it rose
    assert down[2] > down[0] + 50  # blue where it fell
    assert same[:3].min() > 240
    back = difference(cube, render_spec.parse("index:NDVI", "PF-SR"), 1, 0)
    np.testing.assert_array_equal(back.values, -found.values)
    colour = difference(cube, render_spec.parse("false", "PF-SR"), 0, 1, high=0.1)
    assert colour.values[0, 0] == pytest.approx(0.2 / 3, abs=1e-6)
    assert (colour.legend.low, colour.legend.high) == (-0.1, 0.1)
    assert "2018-01-08 minus 2018-01-03" in colour.legend.title


def test_a_difference_needs_both_dates_and_shows_holes() -> None:
    cube = planet(2)
    with pytest.raises(InvalidQueryError, match="2018-01-13 of PF-SR is not there"):
        difference(cube, render_spec.parse("true", "PF-SR"), 0, 2)
    with pytest.raises(InvalidQueryError, match="no date number 146"):
        difference(cube, render_spec.parse("true", "PF-SR"), 0, 146)
    first, second = (np.full((12, 60, 60), 900) for _ in range(2))
    second[:, 5, 5] = 0
    found = difference(cube_of(S2_SR, {0: first, 1: second}), render_spec.parse("index:NDVI", "S2-SR"), 0, 1)
    assert np.isnan(found.values[5, 5])
    assert found.rgba[5, 5, 3] == 0
    assert found.rgba[6, 6, 3] == 255


def qa_cube(names: tuple[str, ...], dates: int = 4) -> Cube:
    cube = Cube(CELL, PF_QA)
    for index in range(dates):
        data = np.zeros((len(names), 200, 200), np.uint8)
        data[0, : 50 * index] = 1
        data[1:] = np.arange(200, dtype=np.uint8)
        cube.place(index, Chip(data, names, None))
    return cube


def test_quality_is_called_gap_filled_only_by_its_own_name() -> None:
    cube = qa_cube(("gap_filled", "days_to_gap"))
    filled = quality.gap_filled(cube)
    assert filled is not None
    assert filled.shape == (146, 200, 200)
    assert quality.filled_share(cube)[:5].tolist() == pytest.approx([0, 0.25, 0.5, 0.75, np.nan], nan_ok=True)
    assert not filled[4:].any()
    for names in (("band_1", "band_2"), ("cloud", "gap_free"), ("days_to_gap", "x")):
        other = qa_cube(names)
        assert quality.gap_band(names) is None
        assert quality.gap_filled(other) is None
        assert np.isnan(quality.filled_share(other)).all()
    assert quality.gap_filled(None) is None
    assert quality.gap_band(("Cloud", "GapFill")) == "GapFill"


def test_a_quality_layer_is_an_overlay_by_its_own_name() -> None:
    cube = qa_cube(("gap_filled", "cloud_distance"))
    mask = quality.QualityPainter(cube, "gap_filled")
    assert mask.mask
    picture = mask.rgba(2)
    assert (picture[:100, :, 3] > 0).all()
    assert (picture[100:, :, 3] == 0).all()
    assert mask.legend.title == "gap_filled"
    assert not mask.rgba(20).any()
    ramp = quality.QualityPainter(cube, "cloud_distance")
    assert not ramp.mask
    assert (ramp.legend.low, ramp.legend.high) == (0, 199)
    row = ramp.rgba(1)[0]
    assert row[0, 3] == 0
    assert (row[1:, 3] > 0).all()
    assert row[199, :3].tolist() == colours.table("heat")[-1].tolist()
    with pytest.raises(UnknownBandError, match="no band 'snow'; its bands are gap_filled, cloud_distance"):
        quality.QualityPainter(cube, "snow")


# -- one stretch for both sensors ----------------------------------------------------------------------------


def test_sensors_share_a_stretch_from_the_darkest_to_the_brightest() -> None:
    rng = np.random.default_rng(5)
    fine = planet()
    coarse = cube_of(S2_SR, {0: rng.integers(100, 9000, (12, 60, 60))})
    recipe, twin = render_spec.parse("band:nir", "PF-SR"), render_spec.parse("band:nir", "S2-SR")
    both = stretch.choose_together(fine, recipe, StretchSpec(same=True), coarse)
    assert both == stretch.choose_together(coarse, twin, StretchSpec(same=True), fine)
    own = [stretch.choose(fine, recipe, StretchSpec()), stretch.choose(coarse, twin, StretchSpec())]
    assert both == stretch.shared(s for s in own if s is not None)
    assert both != own[0]
    assert stretch.choose_together(fine, recipe, StretchSpec(), coarse) == own[0]  # nobody asked for it


def test_a_sensor_keeps_its_own_stretch_where_nothing_can_be_shared() -> None:
    coarse = cube_of(S2_SR, {0: np.full((12, 60, 60), 900)})
    fine, same = planet(), StretchSpec(same=True)
    swir = render_spec.parse("swir", "S2-SR")
    assert stretch.choose_together(coarse, swir, same, fine) == stretch.choose(coarse, swir, same)
    true = render_spec.parse("true", "PF-SR")
    for other in (None, Cube(CELL, S2_SR), Cube(grid.parse("33N_15E-200N_02_02"), S2_SR)):
        assert stretch.choose_together(fine, true, same, other) == stretch.choose(fine, true, same)
    assert stretch.choose_together(fine, true, StretchSpec("frame", same=True), coarse) is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_of_classes_can_be_told_from_the_ground(theme: str) -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # WCAG's own example
    for cover in corine.classes():
        assert colours.contrast(colours.legible(cover.hex, theme), colours.GROUNDS[theme]) >= 3
    assert colours.legible("#a600cc", "light") == "#a600cc"  # it was legible
