"""What a view shows in Python: every snippet runs, gives what the view shows, and nothing that people type becomes code."""

from __future__ import annotations

import ast
import itertools
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import explorer
from explorer import open_corpus
from explorer.analysis import composite, curves, profiles, render_spec, spectra
from explorer.analysis.curves import Curves
from explorer.analysis.shapes import Shape
from explorer.core.errors import ExplorerError, InvalidQueryError, InvalidSampleIdError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.area import Area
from explorer.corpus.query.filters import Filters
from explorer.demo import open_demo
from explorer.export import code
from explorer.export.code import Gallery, State
from explorer.opinions.question import PARTS, Question
from tests import corpora

SAMPLE = corpora.FULL
REGIONS = (
    Shape.of("box", [(0, 0), (20, 30)]),
    Shape.of("polygon", [(0, 0), (40, 0), (0, 40)], 'o\'clock "x"'),
)
ALL = Curves(indices=("NDVI", "expr:nir-red"), smooth="savitzky-golay", seasons=True, breaks=True, years=True)


@pytest.fixture
def state(tiny_folder: Path) -> State:
    return State(
        where=str(tiny_folder), sample_id=SAMPLE, date=PF_SR.dates[3], pixels=((120, 80), (0, 0)), regions=REGIONS,
        filters=Filters(classes=(211,), min_fraction=0.5), area=Area(((10.0, 40.0), (20.0, 50.0))),
        gallery=Gallery((SAMPLE, corpora.BARE), "2018-07", "swir"), question=Question("a" * 60, other="b" * 60, part="two"),
    )  # fmt: skip


def run(
    text: str, folder: Path | None = None, monkeypatch: pytest.MonkeyPatch | None = None
) -> dict[str, Any]:
    """What the names of a snippet hold after it has run."""
    if folder is not None and monkeypatch is not None:
        monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    exec(compile(text, "snippet", "exec"), names)
    names["corpus"].close()
    return names


@pytest.mark.parametrize("view", [view for view in code.VIEWS if view != "opinion"])
def test_every_snippet_runs(state: State, view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(code.snippet(view, state), tmp_path, monkeypatch)
    assert [p.name for p in tmp_path.iterdir()] == ([f"{SAMPLE}.mp4"] if view == "animation" else [])


def test_every_snippet_runs_on_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = open_corpus("demo")
    demo = State(where=corpus.where, sample_id=str(corpus.default_sample), pixels=((150, 110),), curves=ALL)
    run(code.snippet("map", demo), tmp_path, monkeypatch)
    # The others are given the corpus that is open: each would make the same 146 chips again.
    monkeypatch.setattr(explorer, "open_corpus", {corpus.where: corpus}.__getitem__)
    close = corpus.close
    monkeypatch.setattr(corpus, "close", lambda: None)
    for view in ("planet", "sentinel", "profile", "spectrum", "label", "quality"):
        names = run(code.snippet(view, demo), tmp_path, monkeypatch)
        if view == "profile":
            assert len(names["seasons"]) == 2
            assert np.isfinite(names["curve"].values).any()
    close()


@pytest.mark.parametrize("groups", ["1", "own", "bigearthnet-19"])
@pytest.mark.parametrize("part", PARTS)
def test_a_model_is_judged_as_on_the_page(part: str, groups: str, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = open_demo(count=400)
    monkeypatch.setattr(explorer, "open_corpus", lambda where: corpus)
    asked = Question("made-up-good", groups, part, other="made-up-confused", of="zone")
    filters = Filters(min_fraction=0.5)
    mask = filters.mask(corpus.filter_table)
    for state, wanted in (
        (State(question=asked), asked.table(corpus)),
        (State(question=asked, filters=filters), asked.table(corpus, mask)),
    ):
        text = code.snippet("opinion", state)
        ours = run(text)["table"]
        pd.testing.assert_frame_equal(ours, wanted)
    if part == "table":
        for values, axis in (("rows", 1), ("columns", 0)):
            ours = run(code.snippet("opinion", State(question=replace(asked, values=values, by="fractions"))))
            np.testing.assert_allclose(ours["table"].sum(axis=axis).replace(0, 1), 1)


@pytest.mark.parametrize("text", ["true", "false", "band:nir", "index:NDVI", "expr:(nir-red)/(nir+red)"])
def test_the_pictures_are_those_of_the_page(state: State, tiny_corpus: Corpus, text: str) -> None:
    names = run(code.snippet("planet", replace(state, composite=text, stretch="0.02-0.3,g1.4")))
    cube = tiny_corpus.cubes.get(tiny_corpus.cell(SAMPLE), PF_SR)
    recipe = render_spec.parse(text, "PF-SR")
    painter = composite.make(cube, recipe, composite.stretches.parse("0.02-0.3,g1.4"))
    assert (names["pictures"]["2018-01-18"] == painter.rgba(3)).all()
    assert len(names["pictures"]) == 10
    np.testing.assert_allclose(names["frame"].values, cube.data[3] * 1e-4)
    if recipe.kind != "rgb":
        dn = {name: cube.data[3, cube.bands.index(name)] for name in recipe.bands}
        np.testing.assert_allclose(names["values"][3], recipe.values(dn))


@pytest.mark.parametrize(("own", "expected"), [("", "true"), ("swir", "swir"), ("index:NDMI", "index:NDMI")])
def test_sentinel_2_is_its_own_picture(state: State, own: str, expected: str) -> None:
    text = code.snippet("sentinel", replace(state, s2_composite=own))
    assert f"composite={expected!r}" in text
    names = run(text)
    assert list(names["pictures"]) == [f"2018-{month:02d}" for month in range(1, 13)]
    assert names["month"]["time"].dt.month.values.tolist() == [1]


def test_tables_are_those_of_the_page(state: State, tiny_corpus: Corpus) -> None:
    table = run(code.snippet("profile", state))["table"]
    pd.testing.assert_frame_equal(
        table.loc[2], profiles.pixel(tiny_corpus, SAMPLE, row=0, col=0), check_names=False
    )
    found = run(code.snippet("region", state))["tables"]
    assert list(found) == ["region A", REGIONS[1].name]
    pd.testing.assert_frame_equal(found["region A"], profiles.region(tiny_corpus, SAMPLE, **REGIONS[0].where))
    found = run(code.snippet("spectrum", state))["tables"]
    assert len(found) == 4
    pd.testing.assert_frame_equal(
        found[0], spectra.spectrum(tiny_corpus, SAMPLE, row=120, col=80, months=[1])
    )
    labels = run(code.snippet("label", state))
    assert labels["names"][211] == "Non-irrigated arable land"


def test_curves_over_the_profile_are_computed_as_the_page_does(state: State) -> None:
    names = run(code.snippet("profile", replace(state, curves=ALL)))
    assert {"curve", "seasons", "years", "found", "snow"} <= names.keys()
    assert set(names["table"]["band"]) >= {"NDVI", "nir-red"}


@pytest.mark.parametrize(
    "filters", [Filters(), Filters(classes=(211,), min_fraction=0.5), Filters(largest=(2,))]
)
@pytest.mark.parametrize(
    "area", [None, Area(((0.0, 0.0), (1.0, 1.0))), Area(((14.0, 43.0), (15.0, 43.0), (14.5, 46.0)))]
)
def test_the_map_s_samples_are_those_that_pass(
    state: State, tiny_corpus: Corpus, filters: Filters, area: Area | None
) -> None:
    samples = run(code.snippet("map", replace(state, filters=filters, area=area)))["samples"]
    mask = filters.mask(tiny_corpus.filter_table)
    if area is not None:
        mask = mask & area.mask(tiny_corpus.samples["x"].to_numpy(), tiny_corpus.samples["y"].to_numpy())
    assert samples.index.tolist() == tiny_corpus.samples.index[mask].tolist()


@pytest.mark.parametrize(
    "field",
    [
        {"sample_id": "'); import os; ('"},
        {"composite": "true'); __import__('os')"},
        {"composite": "expr:__import__('os').system('x')"},
        {"stretch": "fixed'\n"},
        {"s2_composite": "swir\nimport os"},
        {"pixels": (("1); import os", 2),)},
        {"pixels": ((999, 2),)},
        {"months": ("1'",)},
        {"date": "2018-07-03"},
    ],
)
def test_what_is_no_value_never_becomes_code(field: dict[str, Any]) -> None:
    with pytest.raises((ExplorerError, TypeError)):
        State(**{"sample_id": SAMPLE, **field})


def test_texts_stay_texts(state: State) -> None:
    evil = "x'\"\n); raise SystemExit #"
    shape = Shape.of("box", [(0, 0), (20, 30)], evil)
    odd = replace(state, where=evil, regions=(shape,))
    for view in code.VIEWS:
        tree = ast.parse(code.snippet(view, odd))
        raised = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
        assert raised == []
        opened = next(n for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value == evil)
        assert isinstance(opened.value, str)


def test_views_say_what_they_need() -> None:
    bare = State()
    assert list(code.available(bare)) == ["map", "dataset"]
    with pytest.raises(InvalidQueryError, match="a sample and a pinned pixel"):
        code.snippet("profile", bare)
    with pytest.raises(InvalidQueryError, match="no view"):
        code.snippet("everything", bare)
    with pytest.raises(InvalidSampleIdError):
        State(sample_id="x")
    everything = State(
        sample_id=SAMPLE,
        pixels=((0, 0),),
        regions=REGIONS,
        gallery=Gallery((SAMPLE,), "2018-07-02"),
        question=Question("model"),
    )
    assert list(code.available(everything)) == list(code.VIEWS)


def test_the_gallery_s_figure_has_its_samples_in_their_order(state: State) -> None:
    figure = run(code.snippet("gallery", state))["figure"]
    titles = [" ".join(picture.opts["title"].split()) for picture in figure]
    assert [title[: len(SAMPLE)] for title in titles] == [SAMPLE, corpora.BARE]
    with pytest.raises(InvalidQueryError):
        Gallery((SAMPLE,), "2018-07", "band:nope")
    with pytest.raises(InvalidSampleIdError):
        Gallery(("x",), "2018-07")


def test_a_state_is_made_of_a_page_s_selection(tiny_corpus: Corpus) -> None:
    from explorer.views.common.selection import Selection

    selection = Selection(
        sample_id=SAMPLE, pixels=((1, 2),), composite="false", curves=curves.parse("nir,EVI")[0]
    )
    selection.map.param.update(filters=Filters(largest=(2,)), area=Area(((0.0, 0.0), (1.0, 1.0))))
    found = State.of(tiny_corpus, selection)
    assert (found.where, found.sample_id, found.pixels) == (tiny_corpus.where, SAMPLE, ((1, 2),))
    assert found.composite == "false"
    assert found.curves.indices == ("EVI",)
    assert found.filters == Filters(largest=(2,))
    assert found.area == selection.map.area
    assert State.of(tiny_corpus, SimpleNamespace(sample_id=SAMPLE)).pixels == ()


def test_lines_are_short_enough_to_read(state: State) -> None:
    for view, whole in itertools.product(code.VIEWS, (state, replace(state, curves=ALL))):
        for line in code.snippet(view, whole).splitlines():
            assert len(line) <= 140
