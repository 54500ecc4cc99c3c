"""The map's picture: each sample in its class's colour at its place, and the one that a click means."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from explorer.core import corine
from explorer.views.map.raster import SampleRaster, View, grown

COLOURS = corine.colour_table(3)
X, Y = 1_000_000.0, 6_000_000.0


def raster_of(places: list[tuple[float, float]], classes: list[int]) -> SampleRaster:
    samples = pd.DataFrame(places, columns=["x", "y"], index=[f"s{i}" for i in range(len(places))])
    return SampleRaster(samples.astype(float), np.array(classes, np.uint8))


def view_of(half: float, size: int = 401, x: float = X, y: float = Y) -> View:
    return View((x - half, x + half), (y - half, y + half), size, size)


def drawn(raster: SampleRaster, view: View) -> np.ndarray:
    """All samples in colours, as the browser shows them: uint8 `(height, width, 4)`, row 0 the south."""
    table = np.zeros((256, 4), np.uint8)
    table[1 : len(COLOURS) + 1, :3] = COLOURS
    table[1:, 3] = 255
    return table[raster.layer().image(view)]


def colours_in(rgba: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(c) for c in rgba[rgba[..., 3] > 0][:, :3].tolist()}


@pytest.mark.parametrize("code", corine.codes(3)[::7])
def test_a_sample_is_drawn_in_its_colour_at_its_place(code: int) -> None:
    half, position = 400_000.0, int(corine.positions(np.array([code]))[0])
    east, north = 100_000.0, 250_000.0
    rgba = drawn(raster_of([(X + east, Y + north)], [position]), view_of(half))
    assert rgba.shape == (401, 401, 4)
    assert colours_in(rgba) == {corine.land_cover(code).rgb}
    rows, cols = np.nonzero(rgba[..., 3])
    metres = 2 * half / 401
    assert (rows.mean() + 0.5) * metres - half == pytest.approx(
        north, abs=2 * metres
    )  # rows count from the south
    assert (cols.mean() + 0.5) * metres - half == pytest.approx(east, abs=2 * metres)


def test_a_sample_without_label_is_drawn_too() -> None:
    rgba = drawn(raster_of([(X, Y)], [0]), view_of(400_000))
    assert colours_in(rgba) == {corine.NO_LABEL_RGB}


def test_close_by_samples_are_squares_of_their_true_size() -> None:
    half = 3_000.0
    rgba = drawn(raster_of([(X, Y), (X + 1500, Y + 1500)], [12, 13]), view_of(half))
    view = view_of(half)
    true = 600 * np.cosh(Y / 6_378_137) / view.resolution  # mercator stretches by 1 / cos(latitude)
    assert true > 20
    for position, (east, north) in ((12, (0, 0)), (13, (1500, 1500))):
        centre = [int((v + half) / view.resolution) for v in (north, east)]
        assert rgba[centre[0], centre[1], :3].tolist() == COLOURS[position].tolist()
    first = rgba[: int((half + 750) / view.resolution), : int((half + 750) / view.resolution), 3] > 0
    rows, cols = (np.flatnonzero(first.any(axis=axis)) for axis in (1, 0))
    assert len(rows) == pytest.approx(true, abs=1.5)
    assert len(cols) == pytest.approx(true, abs=1.5)
    assert (rows.mean() + 0.5) * view.resolution == pytest.approx(half, abs=view.resolution)


def test_a_sample_half_in_view_is_drawn_in_half() -> None:
    half = 3_000.0
    rgba = drawn(raster_of([(X - half, Y)], [12]), view_of(half))
    cols = np.flatnonzero((rgba[..., 3] > 0).any(axis=0))
    true = 600 * np.cosh(Y / 6_378_137) / view_of(half).resolution
    assert cols.min() == 0
    assert len(cols) == pytest.approx(true / 2, abs=1.5)


def test_what_is_out_of_view_is_not_drawn() -> None:
    raster = raster_of([(X + 10**6, Y)], [12])
    for half in (400_000.0, 3_000.0):
        assert not drawn(raster, view_of(half)).any()


def test_a_corpus_without_samples_is_an_empty_picture() -> None:
    raster = raster_of([], [])
    for half in (4_000_000.0, 3_000.0):
        assert not drawn(raster, view_of(half)).any()
    assert raster.nearest(X, Y, 10**9) is None


def test_where_many_lie_under_a_pixel_the_draw_is_fair() -> None:
    """Rows in random order: no class wins because it comes first in the table."""
    rng = np.random.default_rng(0)
    places = rng.uniform(-400_000, 400_000, (40_000, 2)) + np.array([X, Y])
    classes = np.repeat([3, 30], 20_000)  # the whole of one class before the other
    raster = SampleRaster(pd.DataFrame(places, columns=["x", "y"]), classes.astype(np.uint8))
    rgba = drawn(raster, view_of(400_000, size=80))
    seen = rgba[rgba[..., 3] > 0][:, :3]
    share = (seen == COLOURS[3]).all(axis=1).mean()
    assert 0.4 < share < 0.6


def test_many_samples_do_not_become_one_blot() -> None:
    rng = np.random.default_rng(0)
    places = rng.uniform(-4_000_000, 4_000_000, (500, 2)) + np.array([X, Y])
    raster = SampleRaster(pd.DataFrame(places, columns=["x", "y"]), np.full(500, 7, np.uint8))
    few = (drawn(raster, view_of(4_000_000))[..., 3] > 0).mean()
    assert 500 / 401**2 < few < 0.12


def test_the_nearest_sample_within_reach_is_meant_and_none_beyond() -> None:
    raster = raster_of([(X, Y), (X + 1000, Y), (X, Y + 5000)], [1, 2, 3])
    assert raster.nearest(X + 400, Y, 1000) == 0
    assert raster.nearest(X + 600, Y, 1000) == 1
    assert raster.nearest(X, Y + 4100, 1000) == 2
    assert raster.nearest(X, Y + 1000, 1000) == 0  # as far as the reach: still meant
    assert raster.nearest(X, Y + 1001, 1000) is None
    assert raster.nearest(float("nan"), Y, 1000) is None


# -- tiles, layers, density ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many() -> tuple[pd.DataFrame, SampleRaster]:
    rng = np.random.default_rng(4)
    samples = pd.DataFrame(rng.uniform(-400_000, 400_000, (60_000, 2)) + np.array([X, Y]), columns=["x", "y"])
    return samples, SampleRaster(samples, rng.integers(1, 45, 60_000).astype(np.uint8))


def test_a_window_holds_exactly_what_lies_in_it(many: tuple[pd.DataFrame, SampleRaster]) -> None:
    samples, raster = many
    box = ((X - 50_000, X + 90_000), (Y - 10_000, Y + 120_000))
    expected = np.flatnonzero(samples["x"].between(*box[0]) & samples["y"].between(*box[1]))
    assert sorted(raster.layer().within(*box)) == list(expected)
    assert not len(raster.layer().within((X + 9e5, X + 9.1e5), (Y, Y + 1e5)))


def test_a_close_view_draws_the_same_as_all_samples_would(many: tuple[pd.DataFrame, SampleRaster]) -> None:
    samples, raster = many
    view = view_of(60_000, x=X + 100_000)
    inside = samples["x"].between(view.x_range[0] - 9e4, view.x_range[1] + 9e4)
    drawn = raster.layer().image(view) > 0
    alone = raster.layer(inside.to_numpy()).image(view) > 0
    assert drawn.any()
    assert (drawn == alone).all()


def test_a_layer_has_only_what_its_mask_has(many: tuple[pd.DataFrame, SampleRaster]) -> None:
    samples, raster = many
    mask = (samples["x"] > X).to_numpy()
    layer = raster.layer(mask)
    assert len(layer) == mask.sum()
    image = layer.image(view_of(400_000))
    assert image[:, :198].max() == 0
    assert image[:, 203:].max() > 0
    assert layer.nearest(X - 50_000, Y, 40_000) is None
    assert len(raster.layer(np.zeros(len(samples), bool))) == 0
    assert not raster.layer(np.zeros(len(samples), bool)).image(view_of(400_000)).any()


def test_the_nearest_is_that_of_a_plain_search(many: tuple[pd.DataFrame, SampleRaster]) -> None:
    samples, raster = many
    layer = raster.layer()
    for x, y in np.random.default_rng(1).uniform(-420_000, 420_000, (40, 2)) + np.array([X, Y]):
        distance = np.hypot(samples["x"] - x, samples["y"] - y)
        found = layer.nearest(x, y, 5_000)
        if distance.min() > 5_001:
            assert found is None
        elif distance.min() < 4_999:
            assert found is not None
            assert distance[found] <= distance.min() + 1


@pytest.mark.parametrize("step", [(1, 0), (-1, 0), (0, 1), (0, -1)])
def test_an_arrow_leads_to_a_near_sample_in_its_direction(
    many: tuple[pd.DataFrame, SampleRaster], step: tuple[int, int]
) -> None:
    samples, raster = many
    row = raster.layer().neighbour(X, Y, *step)
    assert row is not None
    dx, dy = samples["x"][row] - X, samples["y"][row] - Y
    ahead, aside = dx * step[0] + dy * step[1], abs(dx * step[1]) + abs(dy * step[0])
    assert 0 < ahead < 20_000
    assert aside <= ahead
    assert raster.layer().neighbour(X + 500_000, Y, 1, 0) is None  # the edge of the world


def test_density_counts_samples(many: tuple[pd.DataFrame, SampleRaster]) -> None:
    _, raster = many
    view = view_of(400_000, size=80)
    scale, most = raster.layer().density(view)
    assert scale.shape == (80, 80)
    assert scale.max() == 255
    assert 9 < most < 60  # 60,000 on 6,400 pixels
    one, single = raster_of([(X, Y)], [3]).layer().density(view)
    assert single == 1
    assert set(np.unique(one)) == {0, 1}


def test_levels_are_asked_once_and_drawn_in_their_classes() -> None:
    asked: list[int] = []

    def classes(level: int) -> np.ndarray:
        asked.append(level)
        return np.array([level], np.uint8)

    raster = SampleRaster(pd.DataFrame({"x": [X], "y": [Y]}), classes)
    for level in (1, 2, 1):
        assert raster.layer(level=level).image(view_of(400_000)).max() == level + 1
    assert asked == [1, 2]


@pytest.mark.parametrize("count", [5, 300, 40_000])
def test_where_samples_are_is_where_their_picture_has_colours(count: int) -> None:
    places = np.random.default_rng(count).uniform(-300_000, 300_000, (count, 2)) + np.array([X, Y])
    layer = raster_of([(x, y) for x, y in places], [3] * count).layer()
    for half in (400_000.0, 40_000.0, 2_000.0):
        np.testing.assert_array_equal(layer.presence(view_of(half)), layer.image(view_of(half)) > 0)


def test_what_was_drawn_stays_when_samples_grow_and_the_nearer_one_wins() -> None:
    line = np.array([[0, 0, 7, 0, 0, 0, 9, 2, 0]], np.uint8)
    assert grown(line, 0).tolist() == line.tolist()
    assert grown(line, 1).tolist() == [[0, 7, 7, 7, 0, 9, 9, 2, 2]]
    assert grown(line, 2).tolist() == [[7, 7, 7, 7, 7, 9, 9, 2, 2]]
    assert grown(line > 0, 1).tolist() == [[False, True, True, True, False, True, True, True, True]]
