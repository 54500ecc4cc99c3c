"""A page that needs no server: packing and its stated error, what may stand in a page, and the command."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from typer.testing import CliRunner

from explorer.cli import app
from explorer.core import grid
from explorer.core.errors import InvalidQueryError, StoryError, UnknownSampleError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Cube
from explorer.corpus.imagery.geotiff import Chip
from explorer.export import packing, page, place_map
from explorer.export.stories import State, Story
from tests import corpora

HOSTILE = "</script><script>alert(1)</script>\u2028<!-- ]]> & \"'"
CELL = grid.parse(corpora.FULL)


def season(noise: float = 20.0, dates: int = 20, seed: int = 0, nodata: int | None = None) -> Cube:
    """Fields with seasons of their own, and noise in every value: what real series are made of."""
    rng = np.random.default_rng(seed)
    fields = rng.integers(0, 6, (20, 20)).repeat(10, 0).repeat(10, 1)
    cube = Cube(CELL, PF_SR)
    for i in range(dates):
        curve = 1200 + 900 * np.sin(i / 7 + np.arange(6))[fields]
        data = np.stack([curve * (b + 1) / 3 + rng.normal(0, noise, curve.shape) for b in range(4)])
        chip = data.astype(np.int16)
        if nodata is not None:
            chip[:, :40, 10 * (i % 3) : 10 * (i % 3) + 7] = nodata
        cube.place(2 * i, Chip(chip, PF_SR.band_names, nodata))
    return cube


def monthly(holes: bool = True) -> Cube:
    rng = np.random.default_rng(1)
    cube = Cube(CELL, S2_SR)
    for i in (0, 4, 11):
        data = rng.integers(1, 65536, (12, 60, 60)).astype(np.uint16)
        data[:, :30] //= 64
        if holes:
            data[:, 5:9, 5:9] = 0
            data[3] = 0
        cube.place(i, Chip(data, S2_SR.band_names, 0))
    return cube


# --- packing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0.0, 20.0, 300.0])
def test_values_are_within_what_is_said(noise: float) -> None:
    cube = season(noise)
    packed = packing.planet(cube)
    errors = packing.unpack_planet(packed) - cube.data[cube.there].astype(int)
    assert np.abs(errors).max() * 1e-4 == pytest.approx(packed.max_error)
    assert np.sqrt((errors.astype(float) ** 2).mean()) * 1e-4 == pytest.approx(packed.rms_error)
    assert packed.max_error <= {0.0: 0.002, 20.0: 0.004, 300.0: 0.12}[noise]
    assert packed.header["there"] == list(range(0, 40, 2))


def test_noise_that_does_not_fit_is_rounded_more(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = packing.planet(season(200.0))
    monkeypatch.setattr(packing, "MAX_PLANET_BYTES", len(whole.data) // 2)
    less = packing.planet(season(200.0))
    assert len(less.data) <= len(whole.data) // 2
    assert less.rms_error > whole.rms_error


def test_one_value_that_is_far_off_is_corrected() -> None:
    cube = season(0.0)
    assert cube._writable is not None
    cube._writable[6, 2, 77, 133] = 9999
    packed = packing.planet(cube)
    assert abs(int(packing.unpack_planet(packed)[3, 2, 77, 133]) - 9999) * 1e-4 <= packed.max_error < 0.01


def test_a_hole_is_a_hole_and_costs_nothing() -> None:
    cube = season(5.0, nodata=-9999)
    packed = packing.planet(cube)
    start, length = packed.header["streams"]["valid"]
    import zlib

    bits = np.frombuffer(zlib.decompress(packed.data[start : start + length], -15), np.uint8).reshape(80, -1)
    valid = np.unpackbits(bits, axis=1, bitorder="little")[:, :40_000].astype(bool)
    measured = cube.data[cube.there].reshape(80, -1)
    assert (valid == (measured != -9999)).all()
    errors = np.abs(packing.unpack_planet(packed).reshape(80, -1) - measured.astype(int))[valid]
    assert errors.max() * 1e-4 == pytest.approx(packed.max_error)
    assert packed.max_error < 0.004


def test_sentinel_is_exact() -> None:
    cube = monthly()
    assert (packing.unpack_sentinel(packing.sentinel(cube)) == cube.data[cube.there]).all()


def test_nothing_there_is_packed_as_nothing() -> None:
    for pack, unpack, product in (
        (packing.planet, packing.unpack_planet, PF_SR),
        (packing.sentinel, packing.unpack_sentinel, S2_SR),
    ):
        packed = pack(Cube(CELL, product))
        assert (packed.data, packed.header["there"]) == (b"", [])
        assert unpack(packed).shape == (0, len(product.bands), product.size, product.size)


def test_gap_filled_pixels_are_exact() -> None:
    cube = season(5.0, dates=6)
    filled = np.random.default_rng(3).random((146, 200, 200)) < 0.3
    packed = packing.planet(cube, filled)
    start, length = packed.header["streams"]["gaps"]
    import zlib

    bits = np.frombuffer(zlib.decompress(packed.data[start : start + length], -15), np.uint8).reshape(6, -1)
    found = np.unpackbits(bits, axis=1, bitorder="little").astype(bool)
    assert (found == filled[cube.there].reshape(6, -1)).all()


# --- the page ------------------------------------------------------------------------------------


def model_of(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="model">(.*?)</script>', html, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


@pytest.fixture(scope="module")
def made(tiny_folder: Path) -> page.Page:
    from explorer import open_corpus

    story = Story(
        HOSTILE,
        (
            State(
                f"?sample={corpora.FULL}&date=2018-01-13&pixels=1,2;3,4&names=a;{HOSTILE}",
                HOSTILE,
                HOSTILE,
                "secret",
            ),
            State("?map=1,2,3", "elsewhere", "[x](javascript:alert(1))"),
        ),
        HOSTILE,
    )
    corpus = open_corpus(tiny_folder)
    try:
        return page.make(corpus, [corpora.BARE], story=story)
    finally:
        corpus.close()


def test_texts_stay_texts(made: page.Page) -> None:
    assert made.html.lower().count("<script") == made.html.lower().count("</script>") == 1 + 1 + 4
    assert "<script>alert" not in made.html
    assert "<!-- ]]>" not in made.html
    model = model_of(made.html)
    state = model["story"]["states"][0]
    assert model["title"] == state["title"] == HOSTILE
    assert "<script" not in state["note"]
    assert "href" not in model["story"]["states"][1]["note"]
    assert (state["date"], state["pixels"], state["names"][0]) == (2, [[1, 2], [3, 4]], "a")
    assert model["story"]["states"][1]["sample"] is None


def properties(*names: str) -> tuple[set[str], set[str]]:
    """Of types that the page's scripts declare: what is always there, and what can be."""
    text = (Path(page.__file__).parent / "page_model.js").read_text(encoding="utf-8")
    always, ever = set(), set()
    for name in names:
        block = re.search(rf"@typedef \{{object\}} {name}\b(.*?)\*/", text, re.DOTALL)
        assert block, name
        for optional, found in re.findall(r"@property \{.*\} (\[?)(\w+)", block[1]):
            ever.add(found)
            if not optional:
                always.add(found)
    return always, ever


def test_the_scripts_know_every_field_of_the_model(made: page.Page) -> None:
    model = model_of(made.html)
    samples = model["samples"]
    objects = [
        (("Model",), model),
        (("Colours",), model["colours"]),
        (("Band",), model["sentinel"]["bands"][0]),
        (("Composite",), model["sentinel"]["picture"]),
        *((("Sample",), one) for one in samples),
        *((("Label",), label) for one in samples for label in one["labels"]),
        *((("Header", "PlanetOnly"), one["planet"]) for one in samples),
        *((("Header", "SentinelOnly"), one["sentinel"]) for one in samples),
        (("Story",), model["story"]),
        *((("Step",), state) for state in model["story"]["states"]),
    ]
    for names, found in objects:
        always, ever = properties(*names)
        assert always <= set(found) <= ever, names


def test_notes_for_the_speaker_come_only_when_asked(made: page.Page, tiny_corpus: Corpus) -> None:
    assert "secret" not in made.html
    story = Story("t", (State(f"?sample={corpora.FULL}", "t", "n", "secret"),))
    assert "secret" in page.make(tiny_corpus, story=story, presenter_notes=True).html


def test_the_policy_lets_only_this_page_run(made: page.Page) -> None:
    import hashlib

    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', made.html)
    script = re.search(r"<script>(.*?)</script>", made.html, re.DOTALL)
    assert policy
    assert script
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src &#x27;sha256-{digest}&#x27;;" in policy[1]
    assert "default-src &#x27;none&#x27;" in policy[1]
    assert "unsafe" not in policy[1]
    assert "http" not in policy[1]
    links = set(re.findall(r"""(?:src|href)\s*=\s*["']?[^"'\s>]+""", made.html.replace(script[1], "")))
    assert links == set()


def test_what_a_sample_says(made: page.Page, tiny_corpus: Corpus) -> None:
    samples = {one["id"]: one for one in model_of(made.html)["samples"]}
    assert list(samples) == [corpora.BARE, corpora.FULL]
    full = samples[corpora.FULL]
    assert [(one["code"], one["fraction"]) for one in full["labels"]] == [(211, 0.6), (311, 0.3), (112, 0.1)]
    assert full["labels"][0]["hex"] == "#ffffa8"
    assert full["planet"]["there"] == list(range(10))
    assert full["left"] == tiny_corpus.cell(corpora.FULL).bounds[0]
    assert samples[corpora.BARE]["labels"] == []
    assert made.missing == {corpora.BARE: 143, corpora.FULL: 136}


def test_licences_are_said(made: page.Page) -> None:
    model = model_of(made.html)
    assert any("Planet Labs" in line for line in model["credit"])
    assert "non-commercial" in model["terms"]
    assert "Davis" in model["citation"]
    assert not model["synthetic"]
    assert f"±{made.max_error:.4f}" in model["errors"]


def test_what_cannot_be_a_page(tiny_corpus: Corpus) -> None:
    with pytest.raises(InvalidQueryError, match="at least one sample"):
        page.make(tiny_corpus)
    with pytest.raises(StoryError, match="no state names a sample"):
        page.make(tiny_corpus, story=Story("t", (State("?", "t"),)))
    with pytest.raises(UnknownSampleError):
        page.make(tiny_corpus, ["33N_15E-200N_40_40"])
    with pytest.raises(InvalidQueryError, match="at most 12"):
        page.make(tiny_corpus, [f"33N_15E-200N_{i:02d}_01" for i in range(1, 20)])


def test_the_command(tiny_folder: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["page", str(tiny_folder), corpora.FULL, "-o", str(tmp_path / "one.html")])
    assert run.exit_code == 0, run.output
    assert "within ±0.00" in run.output
    assert "136 of 146 dates are missing" in run.output
    assert "non-commercial" in run.output
    assert (tmp_path / "one.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    wrong = CliRunner().invoke(app, ["page", str(tiny_folder), corpora.FULL, "-o", str(tmp_path / "one.pdf")])
    assert wrong.exit_code == 2


def test_the_small_map_has_europe_and_the_place() -> None:
    width, height = (float(v) for v in place_map.svg()["box"].split()[2:])
    x, y = place_map.dot(15.0, 43.5)
    assert 0 < x < width
    assert 0 < y < height
    assert 5_000 < len(place_map.svg()["path"]) < 60_000


def test_it_opens_as_its_link_says(tiny_corpus: Corpus) -> None:
    link = (
        f"?sample={corpora.FULL}&date=2018-01-13&pixels=1,2&names=a&composite=band:nir&stretch=0.02-0.3,g1.4&panel=planet"
        "&view=side:2018-01-03;zoom:2,20,40;layer:cloud&play=run;range:2018-01-03,2018-01-23;speed:5;once"
    )
    model = model_of(page.make(tiny_corpus, [corpora.FULL], link=link).html)
    opening = model["opening"]
    assert (opening["sample"], opening["date"], opening["pixels"], opening["names"]) == (
        corpora.FULL,
        2,
        [[1, 2]],
        ["a"],
    )
    assert opening["look"] == {
        "mode": "side", "other": 0, "scale": 2.0, "row": 20.0, "col": 40.0, "split": 0.5, "layer": "cloud", "overlay": "", "ground": False,
    }  # fmt: skip
    assert opening["play"] == {"motion": "run", "first": 0, "last": 4, "speed": 5, "loop": False}
    assert opening["panel"] == "planet"
    shown = model["pictures"][opening["picture"]]
    assert (shown["bands"], shown["gamma"], shown["middle"]) == (["nir"], 1.4, None)
    assert model["samples"][0]["spans"][opening["picture"]] == [[200.0, 3000.0]]
    assert list(model["pictures"])[:3] == ["true", "false", "vivid"]


@pytest.mark.parametrize(
    ("words", "mode", "picture"),
    [
        ("", "single", "true"),
        ("view=sheet-24", "single", "true"),
        ("view=difference:2018-01-03&composite=false", "difference", "false"),
        ("view=nonsense&play=nonsense", "single", "true"),
        ("stretch=vivid", "single", "vivid"),
        ("composite=index:NDVI&stretch=frame", "single", "index:NDVI"),
        ("composite=nonsense", "single", "nonsense"),
    ],
)
def test_what_a_page_cannot_show_is_as_on_a_fresh_one(
    tiny_corpus: Corpus, words: str, mode: str, picture: str
) -> None:
    model = model_of(page.make(tiny_corpus, link=f"?sample={corpora.FULL}&{words}").html)
    assert model["opening"]["look"]["mode"] == mode
    assert model["opening"]["picture"] == picture
    assert list(model["pictures"]) == ["true", "false", "vivid"]


def test_an_index_and_a_formula_come_with_what_they_do_and_their_colours(tiny_corpus: Corpus) -> None:
    link = f"?sample={corpora.FULL}&composite=index:NDVI"
    model = model_of(page.make(tiny_corpus, link=link).html)
    name = model["opening"]["picture"]
    shown = model["pictures"][name]
    assert (shown["title"], shown["bands"]) == ("NDVI", ["nir", "red"])
    assert shown["values"]["program"] == ["/", ["-", "nir", "red"], ["+", "nir", "red"]]
    assert len(shown["values"]["colours"]) == 128
    assert model["samples"][0]["spans"][name] == [[-0.9, 0.9]]
    assert model["pictures"]["true"]["values"] is None
    formula = "where(nir > 0.2, nir / red, 0) + 0 * max(blue, green, red, nir)"
    link = f"?sample={corpora.FULL}&composite=expr:{quote(formula)}"
    model = model_of(page.make(tiny_corpus, link=link).html)
    shown = model["pictures"][model["opening"]["picture"]]
    assert len(shown["title"]) <= 32
    assert shown["values"]["program"][1] == ["where", [">", "nir", 0.2], ["/", "nir", "red"], 0.0]
