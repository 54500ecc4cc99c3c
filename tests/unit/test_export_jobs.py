"""Files that a page asks for: checked words, names, contents equal to the corpus, cancelled without a trace."""

from __future__ import annotations

import datetime as dt
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from PIL import Image

from explorer.core.errors import CancelledError, ExplorerError, OutputError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.export import animation, export_jobs, registry, video_encoders
from explorer.export.export_jobs import Shown
from tests import corpora

SHOWN = Shown(corpora.FULL, PF_SR.dates[2], pins=((20, 30, "oak"), (150, 160, "")))
SPAN = {"first": PF_SR.dates[1].isoformat(), "last": PF_SR.dates[3].isoformat()}


def make(corpus: Corpus, folder: Path, shown: Shown = SHOWN, **words: Any) -> Path:
    seen: list[tuple[int, int]] = []
    order = export_jobs.parse(shown, words)
    path = export_jobs.make(
        corpus, order, folder, lambda done, total: seen.append((done, total)), threading.Event()
    )
    assert path == folder / order.name
    assert list(folder.iterdir()) == [path]
    assert all(0 <= done <= total for done, total in seen)
    return path


def test_an_animation_has_the_dates_chosen_and_their_size(tiny_corpus: Corpus, tmp_path: Path) -> None:
    path = make(tiny_corpus, tmp_path, kind="animation", ending=".gif", scale=1, fps=5, chart=False, **SPAN)
    assert path.name == f"{corpora.FULL}_{SPAN['first']}_{SPAN['last']}.gif"
    with Image.open(path) as image:
        assert image.n_frames == 3
        assert image.info["duration"] == 200
        low = image.size
        assert low[0] >= 200
        assert corpora.FULL.encode() in image.info["comment"]
    (tmp_path / "b").mkdir()
    larger = make(tiny_corpus, tmp_path / "b", kind="animation", ending=".webp", scale=2, **SPAN)
    with Image.open(larger) as image:
        assert image.n_frames == 3
        assert image.size[0] > 1.5 * low[0]
        assert image.size[1] - image.size[0] > low[1] - low[0]  # the chart is beneath


@pytest.mark.parametrize(
    ("product", "spec", "span"),
    [("PF-SR", PF_SR, SPAN), ("S2-SR", S2_SR, {"first": "2018-02-07", "last": "2018-04-03"})],
)
@pytest.mark.parametrize("ending", [".nc", ".zarr.zip"])
def test_a_cube_holds_what_the_corpus_holds(
    tiny_corpus: Corpus, tmp_path: Path, product: str, spec: Any, span: dict[str, str], ending: str
) -> None:
    path = make(tiny_corpus, tmp_path, kind="cube", ending=ending, product=product, **span)
    if ending == ".zarr.zip":
        with zipfile.ZipFile(path) as packed:
            packed.extractall(tmp_path / "cube.zarr")
        found = xr.open_zarr(tmp_path / "cube.zarr", mask_and_scale=False)
    else:
        found = xr.open_dataset(path, mask_and_scale=False)
    with found:
        values = found["surface_reflectance"].values
        days = [pd.Timestamp(t).strftime("%Y-%m") for t in found["time"].values]
    read = tiny_corpus.planet_fusion if product == "PF-SR" else tiny_corpus.sentinel2
    low, high = (dt.date.fromisoformat(span[name]) for name in ("first", "last"))
    wanted = [d for d in spec.dates if (low.replace(day=1) if spec.monthly else low) <= d <= high]
    assert days == [f"{d:%Y-%m}" for d in wanted]
    assert len(wanted) == 3
    np.testing.assert_array_equal(values, read(corpora.FULL, wanted).values)


def test_a_frame_is_a_geotiff_of_what_is_shown_or_of_its_values(tiny_corpus: Corpus, tmp_path: Path) -> None:
    shown = Shown(corpora.FULL, PF_SR.dates[2], composite="index:NDVI")
    (tmp_path / "a").mkdir()
    path = make(tiny_corpus, tmp_path / "a", shown, kind="values", ending=".tif")
    cube = tiny_corpus.planet_fusion(corpora.FULL, [PF_SR.dates[2]]).astype("float64")
    red, nir = (cube.sel(band=name).values[0] for name in ("red", "nir"))
    with rasterio.open(path) as values:
        assert values.crs.to_epsg() == tiny_corpus.cell(corpora.FULL).epsg
        np.testing.assert_allclose(values.read(1), (nir - red) / (nir + red), rtol=1e-4)
    (tmp_path / "b").mkdir()
    path = make(tiny_corpus, tmp_path / "b", kind="frame", ending=".tif", product="S2-SR")
    assert path.name == f"{corpora.FULL}_S2-SR_2018-01.tif"
    with rasterio.open(path) as picture:
        assert picture.shape == (60, 60)
        assert picture.dtypes[0] == "uint8"


def test_figures_profiles_and_a_page(tiny_corpus: Corpus, tmp_path: Path) -> None:
    for number, (words, told) in enumerate(
        [
            ({"kind": "sheet", "ending": ".png", "count": 6, **SPAN}, b"\x89PNG"),
            ({"kind": "pair", "ending": ".pdf", "other": PF_SR.dates[5].isoformat()}, b"%PDF"),
            ({"kind": "picture", "ending": ".svg"}, b"<?xml"),
            ({"kind": "page", "ending": ".html"}, b"<!doctype html>"),
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        data = make(tiny_corpus, folder, **words).read_bytes()
        assert data[:15].lower().startswith(told.lower()), words
        assert corpora.FULL.encode() in data or told in (b"\x89PNG", b"%PDF")
    (tmp_path / "p").mkdir()
    table = pd.read_csv(make(tiny_corpus, tmp_path / "p", kind="profile", ending=".csv"), comment="#")
    cube = tiny_corpus.planet_fusion(corpora.FULL)
    mine = table[(table["pin"] == "oak") & (table["band"] == "red") & (table["product"] == "PF-SR")].dropna(
        subset="value"
    )
    np.testing.assert_allclose(
        mine["value"], cube.sel(band="red").values[:, 20, 30] * cube.attrs["reflectance_scale"], rtol=1e-5
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"kind": "shell", "ending": ".sh"}, "no file of kind 'shell'"),
        ({"kind": ["animation"], "ending": ".gif"}, "no file of kind"),
        ({"kind": "animation", "ending": ".exe"}, "cannot end in '.exe'"),
        ({"kind": "animation", "ending": "/../x.gif"}, "cannot end in"),
        ({"kind": "cube", "ending": ".nc", "product": "../x"}, "no pictures of"),
        ({"kind": "cube", "ending": ".nc", "first": "2018-01-04"}, "2018-01-04"),
        ({"kind": "cube", "ending": ".nc", "first": "2018-05-03", "last": "2018-01-03"}, "has to be the earlier"),
        ({"kind": "cube", "ending": ".nc", "product": "S2-SR", "first": "2019-05-03"}, "S2-SR has no date"),
        ({"kind": "sheet", "ending": ".png", "count": 9999}, "a sheet of 9999"),
        ({"kind": "animation", "ending": ".gif", "scale": 40}, "a size of '40'"),
        ({"kind": "animation", "ending": ".gif", "scale": True}, "a size of"),
        ({"kind": "animation", "ending": ".gif", "fps": float("nan")}, "frames a second"),
        ({"kind": "animation", "ending": ".gif", "fps": "10"}, "frames a second"),
    ],
)  # fmt: skip
def test_words_that_are_none_are_refused_by_name(words: dict[str, Any], told: str) -> None:
    with pytest.raises(ExplorerError, match=told.replace("(", r"\(")):
        export_jobs.parse(SHOWN, words)


def test_what_is_cancelled_leaves_nothing(tiny_corpus: Corpus, tmp_path: Path) -> None:
    cancel = threading.Event()
    order = export_jobs.parse(SHOWN, {"kind": "animation", "ending": ".gif", "scale": 1, **SPAN})
    with pytest.raises(CancelledError):
        export_jobs.make(tiny_corpus, order, tmp_path, lambda *_: cancel.set(), cancel)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_library_is_named_before_and_when_it_is_needed(
    tiny_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert registry.lacking() == {}
    monkeypatch.setattr(registry, "find_spec", lambda name: None if name == "av" else True)
    assert set(registry.lacking()) == {".mp4", ".webm"}
    assert "pip install" in registry.lacking()[".mp4"]

    def none() -> Any:
        raise OutputError("video needs PyAV: pip install 'rapidai4eo-explorer[video]'")

    monkeypatch.setattr(video_encoders, "av_library", none)
    with pytest.raises(OutputError, match="pip install"):
        make(tiny_corpus, tmp_path, kind="animation", ending=".mp4", scale=1, **SPAN)
    assert animation.FORMATS.keys() == set(export_jobs.ENDINGS["animation"])


def test_slides_tell_this_sample_or_a_story(tiny_corpus: Corpus, tmp_path: Path) -> None:
    import pptx

    link = f"?sample={corpora.FULL}&date={PF_SR.dates[2]}"
    shown = Shown(corpora.FULL, PF_SR.dates[2], link=link)
    path = make(tiny_corpus, tmp_path, shown, kind="slides", ending=".pptx")
    assert path.name == f"{corpora.FULL}.pptx"
    told = [
        shape.text_frame.text
        for slide in pptx.Presentation(str(path)).slides
        for shape in slide.shapes
        if shape.has_text_frame
    ]
    assert any(corpora.FULL in text for text in told)
