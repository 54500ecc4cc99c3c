"""Frames: the right pixels in the right place, true scale, dates and labels that can be read back, nothing invented."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from explorer.analysis import colours, composite, profiles, render_spec
from explorer.core import corine
from explorer.core.errors import InvalidQueryError, UnknownDateError, UnknownSampleError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.export import frames, scene, text, tiles, timeline_strip
from explorer.export.frames import Style
from tests import corpora

SAMPLE = corpora.FULL
PIN = (120, 80)
PLAIN = Style(scale=1, scale_bar=False, chart=None)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_the_picture_is_the_painter_s_crisp_at_every_size(tiny_corpus: Corpus, scale: int) -> None:
    painter = frames.painter(tiny_corpus, SAMPLE, end="2018-02", style=Style(scale=scale, scale_bar=False))
    left, top, right, bottom = painter.picture_box
    assert (right - left, bottom - top) == (200 * scale, 200 * scale)
    cube = tiny_corpus.cubes.get(tiny_corpus.cell(SAMPLE), PF_SR)
    expected = composite.make(cube, render_spec.parse("true", "PF-SR")).rgb(3)
    picture = painter.frame(3)[top:bottom, left:right]
    for y in range(scale):
        for x in range(scale):
            assert (picture[y::scale, x::scale] == expected).all()


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("product", ["PF-SR", "S2-SR"])
def test_sizes_are_even_and_every_frame_has_them(tiny_corpus: Corpus, scale: int, product: str) -> None:
    painter = frames.painter(
        tiny_corpus, SAMPLE, product=product, end="2018-03", style=Style(scale=scale), pins=[PIN]
    )
    width, height = painter.size
    assert width % 2 == 0
    assert height % 2 == 0
    for number in range(len(painter.steps)):
        frame = painter.frame(number)
        assert frame.shape == (height, width, 3)
        assert frame.dtype == np.uint8


def test_a_frame_does_not_depend_on_those_before_it(tiny_corpus: Corpus) -> None:
    painter = frames.painter(tiny_corpus, SAMPLE, end="2018-03", pins=[PIN])
    first = painter.frame(0)
    for number in (5, 3, 14):
        painter.frame(number)
    assert (painter.frame(0) == first).all()


def test_only_picture_date_and_chart_change(tiny_corpus: Corpus) -> None:
    painter = frames.painter(tiny_corpus, SAMPLE, end="2018-02", pins=[PIN])
    changed = np.flatnonzero((painter.frame(1) != painter.frame(4)).any(axis=(1, 2)))
    _, top, _, bottom = painter.picture_box
    beside = changed[(changed < top) | (changed >= bottom)]
    assert beside.min() < top  # the date
    assert beside.max() > bottom  # the cursor
    assert not len(changed[(changed >= bottom) & (changed < painter._chart_top)])


def test_each_date_is_written_on_its_frame(tiny_corpus: Corpus) -> None:
    painter = frames.painter(tiny_corpus, SAMPLE, end="2018-02", style=PLAIN)
    top = painter.picture_box[1]
    heads = [painter.frame(i)[:top].tobytes() for i in range(len(painter.steps))]
    assert len(set(heads)) == len(heads)


def test_missing_dates_are_marked_or_left_out(tiny_corpus: Corpus) -> None:
    marked = frames.painter(tiny_corpus, SAMPLE, end="2018-03", style=PLAIN)
    there = [step.there for step in marked.steps]
    assert there == [True] * 10 + [False] * 8
    left, top, right, bottom = marked.picture_box
    gone = marked.frame(12)[top:bottom, left:right]
    assert len(np.unique(gone.reshape(-1, 3), axis=0)) < 200  # paper, hatching, letters: no ground
    assert (gone[0:200:3, 0] >= 190).all()
    skipped = frames.painter(tiny_corpus, SAMPLE, end="2018-03", missing="skip", style=PLAIN)
    assert [step.text for step in skipped.steps] == [day.isoformat() for day in corpora.PF_DATES]
    assert "2018-03-29" in marked.about["missing"]


def test_why_a_date_is_missing_is_said_without_control_characters() -> None:
    ground = tiles.hatched(200, 9)
    bare = tiles.nothing_here(ground, "missing: no chip of this date", 9)
    told = tiles.nothing_here(ground, "missing: its CRS is EPSG:3035", 9)
    assert (bare != ground).any()
    assert (told != bare).any()


def test_holes_are_hatched_and_explained(tiny_corpus: Corpus) -> None:
    whole = frames.painter(tiny_corpus, SAMPLE, product="S2-SR", style=PLAIN)
    cube = whole.scene.cube
    cube.data.flags.writeable or cube._writable[0, :, 20:30, 20:30].fill(0)
    holed = frames.painter(tiny_corpus, SAMPLE, product="S2-SR", style=PLAIN)
    left, top, right, bottom = holed.picture_box
    k = holed.factor
    part = holed.frame(0)[top:bottom, left:right][20 * k : 30 * k, 20 * k : 30 * k]
    assert (part == holed._hatch[20 * k : 30 * k, 20 * k : 30 * k]).all()
    assert holed.size[1] > whole.size[1]  # a line that says what the hatching means
    tiny_corpus.cubes.forget()


def test_where_a_formula_has_no_value_it_is_hatched_and_explained(tiny_corpus: Corpus) -> None:
    whole = frames.painter(tiny_corpus, SAMPLE, composite="expr:nir-red", end="2018-01", style=PLAIN)
    none = frames.painter(tiny_corpus, SAMPLE, composite="expr:sqrt(red-nir)", end="2018-01", style=PLAIN)
    assert (whole.scene.hatching, none.scene.hatching) == ("", "no value")
    assert (none.picture(none.steps[0]) == none._hatch).all()
    assert none.size[1] > whole.size[1]


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_the_scale_bar_is_true_to_a_pixel(scale: int) -> None:
    metre = 3 / scale
    bar = tiles.scale_bar(metre, 200 * scale, 9 + scale)
    drawn = max((bar.tile[row] == 255).all(axis=1).sum() for row in range(bar.tile.shape[0]))
    assert drawn == bar.length
    assert abs(bar.length * metre - bar.metres) <= metre / 2 + 1e-9


def test_the_class_bar_is_to_scale_in_corine_s_colours() -> None:
    fractions = [(211, 0.6), (311, 0.3), (112, 0.1)]
    bar = np.asarray(tiles.class_bar(fractions, 400, 12))
    row = bar[3, 1:-1]
    for code, fraction in fractions:
        share = (row == corine.land_cover(code).rgb).all(axis=1).mean()
        assert share == pytest.approx(fraction, abs=0.01)


def test_classes_that_do_not_fit_are_counted_and_no_label_is_said() -> None:
    many = [(code, 1 / 44) for code in corine.codes(3)]
    names, rows = tiles._class_names(many, 300, 9, 12, 3)
    assert rows == 3
    assert names[-1][2].endswith("more classes")
    shown = sum(code is not None for *_, code in names)
    assert f" {44 - shown} more" in names[-1][2]
    assert np.asarray(tiles.class_bar([], 200, 9)).min() < 200
    assert tiles.percent(0.001) == "<1 %"


def test_pins_stand_on_their_ground_on_both_grids(tiny_corpus: Corpus) -> None:
    for product, style in (
        ("PF-SR", Style(scale=4, scale_bar=False)),
        ("S2-SR", Style(scale=3, scale_bar=False)),
    ):
        painter = frames.painter(tiny_corpus, SAMPLE, product=product, end="2018-02", pins=[PIN], style=style)
        bare = frames.painter(tiny_corpus, SAMPLE, product=product, end="2018-02", style=style)
        _, top, _, bottom = painter.picture_box
        _, other, _, low = bare.picture_box
        changed = (painter.frame(0)[top:bottom] != bare.frame(0)[other:low]).any(axis=2)
        rows, cols = np.nonzero(changed)
        metres = 600 / painter.picture_size
        assert (rows.min() + rows.max() + 1) / 2 * metres == pytest.approx((PIN[0] + 0.5) * 3, abs=3)
        assert (cols.min() + cols.max() + 1) / 2 * metres == pytest.approx((PIN[1] + 0.5) * 3, abs=3)


def test_the_cursor_is_at_the_date_and_its_dot_at_the_value(tiny_corpus: Corpus) -> None:
    painter = frames.painter(tiny_corpus, SAMPLE, end="2018-02", pins=[PIN], style=Style(scale=4))
    chart = painter._strip
    assert chart is not None
    table = profiles.pixel(tiny_corpus, SAMPLE, row=PIN[0], col=PIN[1])
    ndvi = table[(table["product"] == "PF-SR") & (table["band"] == "NDVI")]
    for number in (0, 4, 9):
        step = painter.steps[number]
        canvas = chart.image.copy()
        chart.mark(canvas, step.time)
        ink = (canvas[chart.top : chart.bottom] == tiles.INK).all(axis=2).sum(axis=0)
        assert abs(int(ink.argmax()) - chart.x(step.time)) <= 1.5
        value = float(ndvi["value"].iloc[step.index])
        y, x = round(chart.y(value)), round(chart.x(step.time))
        assert tuple(canvas[y, x]) == tiles.rgb(colours.PINS[0])


def test_the_chart_has_both_sensors_and_gaps_stay_gaps(tiny_corpus: Corpus) -> None:
    found = frames.curves(tiny_corpus, SAMPLE, "NDVI", [(*PIN, "field"), (0, 0, "")])
    assert [curve.label for curve in found] == ["1 field", "2 row 0, col 0"]
    assert np.isfinite(found[0].values).sum() == 10
    assert np.isfinite(found[0].other_values).sum() == 12
    assert found[0].other_times[0] == np.datetime64("2018-01-15T10:30")
    bands = frames.curves(tiny_corpus, SAMPLE, "bands", [(*PIN, "")])
    assert [curve.label for curve in bands] == ["Blue", "Green", "Red", "Near infrared"]
    only_s2 = frames.curves(tiny_corpus, SAMPLE, "NDMI", [(*PIN, "")])
    assert not np.isfinite(only_s2[0].values).any()
    assert np.isfinite(only_s2[0].other_values).any()
    assert [list(run) for run in timeline_strip._runs(np.array([1, np.nan, 2, 3, np.nan]))] == [[0], [2, 3]]


def test_a_chart_of_nothing_can_be_drawn() -> None:
    times = np.array(["2018-01-03", "2018-01-08"], "datetime64[ns]")
    curve = timeline_strip.Curve("nothing", "#e4572e", times, np.full(2, np.nan))
    chart = timeline_strip.Strip(200, 50, 9, [curve], "NDVI", (times[0], times[1]))
    canvas = chart.image.copy()
    chart.mark(canvas, times[1])
    assert (canvas != chart.image).any()


@pytest.mark.parametrize("composite_text", ["false", "band:nir", "index:NDVI", "expr:nir-red"])
@pytest.mark.parametrize("stretch", ["fixed", "frame", "0.02-0.3,g1.4", "same"])
def test_any_composite_and_stretch_is_painted(tiny_corpus: Corpus, composite_text: str, stretch: str) -> None:
    painter = frames.painter(
        tiny_corpus, SAMPLE, composite=composite_text, stretch=stretch, end="2018-01", style=Style(scale=1)
    )
    assert painter.frame(1).std() > 0
    assert painter.about["composite"].startswith(composite_text)
    assert painter.about["stretch"]


def test_same_stretch_is_that_of_both_sensors(tiny_corpus: Corpus) -> None:
    one = scene.scene(tiny_corpus, SAMPLE, stretch="same").painter.stretch
    other = scene.scene(tiny_corpus, SAMPLE, product="S2-SR", stretch="same").painter.stretch
    assert one == other
    assert one != scene.scene(tiny_corpus, SAMPLE).painter.stretch


def test_dates_are_chosen_one_by_one_or_by_a_range() -> None:
    assert scene.positions(PF_SR, ["2018-01-08", "2018-01-03", "2018-01-08"]) == [0, 1]
    assert scene.positions(PF_SR, start="2018-02", end="2018-02") == [6, 7, 8, 9, 10, 11]
    assert scene.positions(PF_SR, step=50) == [0, 50, 100]
    assert scene.positions(S2_SR, start=dt.date(2018, 7, 20), end="2018-08") == [6, 7]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"dates": ["2018-01-04"]}, UnknownDateError),
        ({"dates": []}, InvalidQueryError),
        ({"dates": ["2018-01-03"], "start": "2018"}, InvalidQueryError),
        ({"start": "2019-06"}, InvalidQueryError),  # not one of them is there
        ({"start": "2018-02", "end": "2018-01"}, InvalidQueryError),
        ({"step": 0}, InvalidQueryError),
        ({"product": "PF-QA"}, InvalidQueryError),
        ({"product": "../../etc"}, InvalidQueryError),
        ({"composite": "swir"}, InvalidQueryError),
        ({"stretch": "loud"}, InvalidQueryError),
        ({"pins": [(200, 0)]}, InvalidQueryError),
        ({"pins": [(0, i) for i in range(9)]}, InvalidQueryError),
        ({"pins": [PIN], "style": Style(chart="XYZ")}, InvalidQueryError),
    ],
)
def test_what_cannot_be_painted_is_said(tiny_corpus: Corpus, options: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        frames.painter(tiny_corpus, SAMPLE, **options)


def test_unknown_samples_and_sizes_are_refused(tiny_corpus: Corpus) -> None:
    with pytest.raises(UnknownSampleError):
        frames.painter(tiny_corpus, "33N_15E-200N_01_10")
    for scale in (0, 5, 2.5, True):
        with pytest.raises(InvalidQueryError):
            Style(scale=scale)
    with pytest.raises(InvalidQueryError):
        Style(type_size=400)


def test_text_wraps_between_words_and_is_cut_with_an_ellipsis() -> None:
    words = "Planet Fusion imagery © Planet Labs PBC, CC-BY-NC-SA 3.0 (non-commercial, share alike)"
    lines = text.wrap(words, 9, 150)
    assert " ".join(lines) == words
    assert all(text.width(line, 9) <= 150 for line in lines)
    assert "".join(text.wrap("x" * 80, 9, 50)) == "x" * 80
    short = text.shortened(words, 9, 80)
    assert short.endswith("…")
    assert text.width(short, 9) <= 80
    assert text.shortened("ok", 9, 80) == "ok"
