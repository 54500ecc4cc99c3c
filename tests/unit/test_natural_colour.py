"""Natural colour: one curve for all bands, dates and sensors; snow is not burnt out, summer not black, forest not purple."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.analysis import colours, composite, render_spec, stretch
from explorer.analysis.composite import Painter
from explorer.analysis.render_spec import COMPOSITES, S2_COMPOSITES
from explorer.analysis.stretch import StretchSpec
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.imagery.cube_cache import Cube
from tests.corpora import cube_of

TRUE = render_spec.parse("true", "PF-SR")
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])

# Surface reflectance of blue, green, red, near infrared: what spectral libraries have, rounded.
SPRUCE = (0.02, 0.035, 0.025, 0.2)
BEECH_IN_WINTER = (0.045, 0.06, 0.07, 0.16)
MEADOW = (0.03, 0.07, 0.045, 0.42)
SNOW = (0.85, 0.85, 0.83, 0.75)
CLOUD = (0.55, 0.55, 0.56, 0.6)
SAND = (0.2, 0.28, 0.35, 0.42)


def chip(reflectance: tuple[float, ...], seed: int = 0) -> np.ndarray:
    """A chip of 200 x 200 px of one ground with a little texture, DN."""
    rng = np.random.default_rng(seed)
    bright = rng.normal(1, 0.08, (1, 200, 200))
    return np.asarray(np.array(reflectance)[:, None, None] * 1e4 * bright)


def seen(cube: Cube, index: int) -> np.ndarray:
    """Mean red, green, blue (0 to 255) of a date as painted without further words."""
    return np.asarray(composite.make(cube, TRUE).rgb(index).reshape(-1, 3).mean(axis=0))


def test_the_curve_is_one_for_all_bands_rises_and_keeps_the_relief_of_snow() -> None:
    found = stretch.natural()
    tables = [found.lookup(band, np.dtype(np.uint16)) for band in range(3)]
    assert (tables[0] == tables[1]).all()
    assert (tables[0] == tables[2]).all()
    steps = np.diff(tables[0].astype(int))
    assert (steps >= 0).all()  # a cloud never becomes darker than what it covers
    assert (tables[0][0], tables[0][12_000]) == (0, 255)
    assert tables[0][200] > 25  # forest is not black
    assert tables[0][9500] - tables[0][7000] > 8  # snow in the sun and in the shade
    signed = found.lookup(0, np.dtype(np.int16))
    assert (signed[:12_001] == tables[0][:12_001]).all()
    assert (signed[32768:] == 0).all()  # negative reflectance


def test_it_is_known_before_anything_is_read_for_every_composite() -> None:
    empty = Cube(cube_of(PF_SR, {0: chip(SPRUCE)}).cell, PF_SR)
    for name, products in {**COMPOSITES, **S2_COMPOSITES}.items():
        for product in (PF_SR, S2_SR):
            if product.id not in products:
                continue
            recipe = render_spec.parse(name, product.id)
            if name == "red-edge":  # three infrared bands: on one curve they are one grey
                assert not stretch.has_natural_colour(recipe)
                continue
            assert not stretch.measured_on(recipe, StretchSpec(), len(product.dates))
            assert stretch.choose(Cube(empty.cell, product), recipe, StretchSpec()) == stretch.natural()
    band = render_spec.parse("band:nir", "PF-SR")  # one value a pixel has no natural colour
    assert stretch.measured_on(band, StretchSpec(), 146) == stretch.stretch_positions(146)
    cube = cube_of(PF_SR, {0: chip(MEADOW)})
    assert stretch.choose(cube, band, StretchSpec()) == stretch.choose(cube, band, StretchSpec("vivid"))


def test_another_date_never_changes_one_that_is_shown() -> None:
    dates = {0: chip(SPRUCE), 8: chip(MEADOW), 16: chip(CLOUD), 24: chip(SNOW), 25: chip(SAND)}
    whole = composite.make(cube_of(PF_SR, dates), TRUE)
    for count in range(1, len(dates)):
        some = dict(list(dates.items())[:count])
        part = composite.make(cube_of(PF_SR, some), TRUE)
        for index in some:
            assert np.array_equal(part.rgb(index), whole.rgb(index))


def test_summer_is_not_black_where_winter_is_white() -> None:
    snowy = cube_of(PF_SR, {**{i: chip(SNOW, i) for i in range(0, 146, 8)}, 70: chip(MEADOW)})
    light = seen(snowy, 70) @ LUMINANCE
    assert 70 < light < 140
    assert seen(snowy, 0) @ LUMINANCE > 225
    assert np.ptp(composite.make(snowy, TRUE).rgb(0)[..., 1]) > 10  # not one white


@pytest.mark.parametrize("ground", [SPRUCE, BEECH_IN_WINTER])
def test_winter_forest_is_not_purple(ground: tuple[float, ...]) -> None:
    """Purple has less green than red and than blue."""
    red, green, blue = seen(cube_of(PF_SR, {0: chip(ground), 40: chip(MEADOW)}), 0)
    assert green > min(red, blue)


def test_hues_are_those_of_the_ground() -> None:
    cube = cube_of(PF_SR, {0: chip(MEADOW), 1: chip(SAND), 2: chip(CLOUD), 3: chip(SNOW)})
    meadow, sand, cloud, snow = (seen(cube, i) for i in range(4))
    assert meadow[1] > meadow[0] + 10
    assert meadow[1] > meadow[2] + 10
    assert sand[0] > sand[1] > sand[2]
    assert np.ptp(cloud) < 6
    assert np.ptp(snow) < 6
    assert cloud @ LUMINANCE > 200


def test_both_sensors_look_alike() -> None:
    planet = cube_of(PF_SR, {0: chip(MEADOW)})
    level = np.zeros((12, 60, 60))
    for name, value in zip(("B02", "B03", "B04"), MEADOW, strict=False):
        level[S2_SR.band_names.index(name)] = value * 1e4
    sentinel = composite.make(cube_of(S2_SR, {0: level}), render_spec.parse("true", "S2-SR")).rgb(0)
    np.testing.assert_allclose(seen(planet, 0), sentinel[0, 0], atol=3)


def test_what_was_not_measured_stays_striped() -> None:
    data = chip(SNOW)[:1, :60, :60].repeat(12, axis=0)
    data[:, :10, :10] = 0
    painter = composite.make(cube_of(S2_SR, {0: data}), render_spec.parse("true", "S2-SR"))
    assert isinstance(painter, Painter)
    marked = {tuple(pixel) for pixel in painter.rgb(0)[:10, :10].reshape(-1, 3).tolist()}
    assert len(marked) == 2
    assert colours.MISSING in marked
    assert (painter.rgba(0)[:10, :10, 3] == 0).all()


def test_gamma_and_vivid_are_choices_beside_it() -> None:
    cube = cube_of(PF_SR, {0: chip(SPRUCE), 8: chip(MEADOW)})
    plain, lifted = (composite.make(cube, TRUE, stretch.parse(words)) for words in ("", "natural,g1.8"))
    assert lifted.rgb(0).mean() > plain.rgb(0).mean() + 15
    vivid = composite.make(cube, TRUE, stretch.parse("vivid"))
    assert vivid.stretch == stretch.measure(cube, TRUE.bands)
    assert vivid.rgb(0).std() > plain.rgb(0).std()
