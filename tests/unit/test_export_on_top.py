"""Land cover and what was seen on the ground, over the pictures of files: where they are, with key and credit, and only where a view shows them."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image

from explorer.core.config import Settings
from explorer.core.errors import InvalidQueryError, UnknownOverlayError
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.export import export_jobs, frames, on_top, page, registry, seen
from explorer.export.export_jobs import Shown
from explorer.export.frames import Style
from explorer.export.stories import State

PLAIN = Style(scale=2, scale_bar=False, chart=None)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """A demo with a point of arable land in the middle of its eighth sample."""
    folder = tmp_path_factory.mktemp("on-top")
    found = open_demo(count=200, config=Settings(data_dir=folder / "data", cache_dir=folder / "cache"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def sample(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> str:
    found = str(corpus.samples.index[7])
    cell = corpus.cell(found)
    left, _, _, top = cell.bounds
    path: Path = tmp_path_factory.mktemp("seen") / "seen.geojson"
    rows = gpd.GeoDataFrame(
        {"id": ["p"], "class": ["211"]}, geometry=[shapely.Point(left + 300, top - 300)], crs=cell.epsg
    )
    rows.to_file(path)
    corpus.ground.add("seen", path, source="Somebody", licence="CC BY 4.0")
    return found


def picture(corpus: Corpus, sample: str, style: Style = PLAIN) -> np.ndarray:
    painter = frames.painter(corpus, sample, dates=["2018-07-02"], style=style)
    return painter.picture(painter.steps[0])


def test_land_cover_lies_over_the_picture_as_opaque_as_asked(corpus: Corpus, sample: str) -> None:
    bare = picture(corpus, sample).astype(int)
    opaque = picture(corpus, sample, Style(scale=2, chart=None, overlay="made-up-cover,100")).astype(int)
    cover = corpus.overlays["made-up-cover"].cover(corpus.cell(sample)).rgba
    there = cover[..., 3].repeat(2, axis=0).repeat(2, axis=1) > 0
    own = cover[..., :3].repeat(2, axis=0).repeat(2, axis=1)
    assert there.any()
    np.testing.assert_array_equal(opaque[there], own[there])
    half = picture(corpus, sample, Style(scale=2, chart=None, overlay="made-up-cover")).astype(int)
    np.testing.assert_allclose(half[there], (bare[there] + own[there]) / 2, atol=1.5)


def test_a_mark_is_where_its_place_is_in_a_part_that_is_zoomed_to_as_well(
    corpus: Corpus, sample: str
) -> None:
    colour = np.array([255, 255, 168])
    for window, middle in (((1.0, 0.0, 0.0), (200, 200)), ((2.0, 50.0, 25.0), (200, 300))):
        bare = picture(corpus, sample, Style(scale=2, chart=None, window=window))
        marked = picture(corpus, sample, Style(scale=2, chart=None, window=window, ground=True))
        np.testing.assert_allclose(marked[middle], colour, atol=3)
        changed = np.argwhere((bare != marked).any(axis=2))
        assert np.abs(changed - middle).max() < 12
        assert changed.mean(axis=0) == pytest.approx(middle, abs=1)


def test_a_figure_and_what_share_orders_have_them_too(corpus: Corpus, sample: str, tmp_path: Path) -> None:
    shown = Shown(sample, dt.date(2018, 7, 2), overlay="made-up-cover,100", ground=True)

    def made(kind: str, ending: str, shown: Shown = shown, **words: object) -> Path:
        folder = tmp_path / f"{kind}{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        order = export_jobs.parse(shown, {"kind": kind, "ending": ending, **words})
        return export_jobs.make(corpus, order, folder, lambda _done, _total: None, threading.Event())

    bare = made("picture", ".png", replace(shown, overlay="", ground=False))
    over = made("picture", ".png")
    with Image.open(over) as image, Image.open(bare) as plain:
        assert image.size[0] == plain.size[0]
        assert image.size[1] > plain.size[1]  # its key
        assert "made-up-cover, 100 % opaque" in image.text["Description"]  # type: ignore[attr-defined]
        assert "seen: Somebody" in image.text["Description"]  # type: ignore[attr-defined]
        colours = {tuple(colour) for colour in np.asarray(image.convert("RGB")).reshape(-1, 3)[::7]}
    painted = corpus.overlays["made-up-cover"].cover(corpus.cell(sample)).rgba
    assert tuple(int(part) for part in painted[100, 60, :3]) in colours
    assert "seen: Somebody" in made("pair", ".svg", other="2018-04-03").read_text()
    with Image.open(made("animation", ".gif", scale=1, first="2018-07-02", last="2018-07-07")) as image:
        assert b"made-up-cover, 100 % opaque" in image.info["comment"]
    assert made("frame", ".tif").exists()  # colours of the picture alone
    with pytest.raises(InvalidQueryError, match="write it as"):
        registry.write(corpus, "frame", sample, tmp_path / "x.tif", date="2018-07-02", ground=True)


def test_a_view_of_a_story_has_them_as_its_link_says(corpus: Corpus, sample: str) -> None:
    def lines(words: str) -> tuple[seen.Pictures, str]:
        found = seen.pictures(corpus, seen.read(State(f"?date=2018-07-02&{words}", ""), sample))
        return found, " ".join(found.lines)

    bare, told = lines("")
    assert "ground" not in told
    over, told = lines("overlay=made-up-cover,30&marks=ground")
    assert "the land cover made-up-cover, 30 % opaque" in told
    assert "Seen on the ground: seen: Somebody; CC BY 4.0" in told
    assert "seen: Somebody; CC BY 4.0" in over.credit.line
    assert over.image.height > bare.image.height  # the key
    both, told = lines("view=side:2018-04-03&marks=ground")
    assert len(both.pictures) == 2
    assert "Seen on the ground: seen" in told
    _, told = lines("view=sheet-12&overlay=made-up-cover&marks=ground")
    assert "ground" not in told  # as on the page
    unknown, told = lines("overlay=nonsense")
    assert "land cover" not in told
    np.testing.assert_array_equal(unknown.pictures[0].pixels, bare.pictures[0].pixels)


def test_a_page_without_a_server_has_them_as_its_link_says(corpus: Corpus, sample: str) -> None:
    def model(words: str) -> dict[str, Any]:
        html = page.make(corpus, [sample], link=f"?sample={sample}&{words}").html
        found = re.search(r'<script type="application/json" id="model">(.*?)</script>', html, re.S)
        assert found is not None
        read: dict[str, Any] = json.loads(found[1])
        return read

    shown = model("overlay=made-up-cover,100&marks=ground")
    look = shown["opening"]["look"]
    assert (look["overlay"], look["ground"]) == ("made-up-cover,100", True)
    (one,) = shown["samples"]
    cover = one["covers"]["made-up-cover,100"]
    with Image.open(io.BytesIO(base64.b64decode(cover["png"]))) as image:
        wanted = corpus.overlays["made-up-cover"].cover(corpus.cell(sample)).rgba
        np.testing.assert_array_equal(np.asarray(image.convert("RGBA")), wanted)
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) and text for colour, text in cover["key"])
    assert [mark["id"] for mark in one["ground"]["marks"] if mark["set"] == "seen"] == ["p"]
    assert "seen: Somebody; CC BY 4.0" in shown["credit"][-1]
    assert cover["title"] == "made-up-cover"
    (bare,) = model("overlay=nonsense")["samples"]
    assert (bare["covers"], bare["ground"]["marks"]) == ({}, [])


def test_a_key_names_the_largest_classes_and_counts_the_rest(
    corpus: Corpus, sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = on_top.read(corpus, sample, "made-up-cover")
    assert whole is not None
    count = len(corpus.overlays["made-up-cover"].cover(corpus.cell(sample)).classes)
    assert len(whole.key) == count
    monkeypatch.setattr(on_top, "_MOST_CLASSES", count - 1)
    short = on_top.read(corpus, sample, "made-up-cover")
    assert short is not None
    assert [words for _, words in short.key] == [*(w for _, w in whole.key[: count - 1]), "1 more class"]


def test_nothing_lies_over_a_picture_unasked_and_what_is_unknown_is_named(
    corpus: Corpus, sample: str
) -> None:
    assert on_top.read(corpus, sample) is None
    with pytest.raises(UnknownOverlayError, match="nonsense"):
        on_top.read(corpus, sample, "nonsense")
    with pytest.raises(InvalidQueryError, match="opacity"):
        Style(overlay="made-up-cover,900")
