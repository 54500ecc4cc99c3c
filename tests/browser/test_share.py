"""Sharing in a browser: a link opens as it was; every kind of file is downloaded, opened and looked at."""

from __future__ import annotations

import zipfile
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from PIL import Image
from playwright.sync_api import Locator, expect

from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.views.common.selection import decode
from tests.browser.conftest import Visitor
from tests.browser.visit import MARKED, Visit

pytestmark = pytest.mark.browser
FIRST, LAST = PF_SR.dates[35], PF_SR.dates[38]
THERE = [PF_SR.dates[36], PF_SR.dates[37]]
READY = ("ready", "first-frame", "bands-drawn", "profile-drawn")


def panel(visit: Visit) -> Locator:
    visit.page.get_by_role("button", name="Share", exact=True).click()
    found = visit.page.get_by_role("dialog", name="Share")
    found.wait_for()
    expect(found.get_by_label("Lines of Python")).to_contain_text("open_corpus")
    return found


def download(visit: Visit, share: Locator, name: str, folder: Path) -> Path:
    with visit.page.expect_download() as waiting:
        share.get_by_role("button", name=f"Download {name}", exact=True).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    expect(share.get_by_role("progressbar")).to_be_hidden()
    expect(share.get_by_role("alert")).to_be_hidden()
    return path


def choose(share: Locator, **values: str) -> None:
    for label, value in values.items():
        share.get_by_label(label.replace("_", " ").capitalize(), exact=True).select_option(value)


@pytest.fixture
def marked(visitor: Visitor) -> Visit:
    return visitor().open(f"?sample={MARKED}&date={THERE[0]}&pixels=10,15;150,160", wait_for=READY)


def test_a_copied_link_opens_in_another_browser_as_it_was(visitor: Visitor, demo: str) -> None:
    visit = visitor()
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    # All keys that stand together; a story and a queue have their own tests.
    query = (
        f"?sample={demo}&date=2018-08-06&pixels=20,30;40,50&names=Oak;A field&regions=box:10,20,60,80:wood"
        "&composite=index:NDVI&stretch=0.1-0.8&curves=red,nir,EVI;smooth:whittaker;years&sentinel=months;B11;4,7"
        "&panel=planet&filter=min:0.2&area=-6,38;30,60&level=2&draw=density&colours=safe&theme=dark&base=plain&map=50.5,10.25,2400"
    )
    visit.open(query, wait_for=("ready", "animation-ready", "profile-drawn"))
    share = panel(visit)
    share.get_by_role("button", name="Copy link").click()
    expect(share.get_by_text("Copied")).to_be_visible()
    link = visit.page.evaluate("() => navigator.clipboard.readText()")
    assert link == share.get_by_label("Link to this view").input_value()
    wanted = decode(link.partition("?")[2])
    assert wanted == decode(query)
    assert wanted.problems == ()

    other = visitor()
    other.page.goto(link)
    for mark in ("ready", "animation-ready", "profile-drawn"):
        other.wait("(name) => window.seen && seen.marks(name).length", mark)
    assert panel(other).get_by_label("Link to this view").input_value() == link
    assert decode(other.page.url.partition("?")[2]) == wanted


def test_where_there_is_no_clipboard_the_link_is_copied_or_marked(marked: Visit) -> None:
    marked.page.evaluate(
        "() => { Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false }"
    )
    share = panel(marked)
    share.get_by_role("button", name="Copy link").click()
    expect(share.get_by_text("Marked: press Ctrl+C")).to_be_visible()
    link = share.get_by_label("Link to this view")
    assert link.evaluate("(e) => e.value.slice(e.selectionStart, e.selectionEnd)") == link.input_value()


@pytest.mark.parametrize("ending", [".gif", ".webp", ".mp4", ".webm"])
def test_an_animation_has_the_frames_chosen_at_their_size(marked: Visit, tmp_path: Path, ending: str) -> None:
    share = panel(marked)
    choose(
        share,
        first_date=str(FIRST),
        last_date=str(LAST),
        format_of_the_animation=ending,
        size="1",
        frames_a_second="5",
    )
    share.get_by_label("Chart", exact=True).uncheck()
    share.get_by_label("Pins", exact=True).uncheck()
    path = download(marked, share, "the animation", tmp_path)
    assert path.name == f"{MARKED}_{FIRST}_{LAST}{ending}"
    if ending in (".gif", ".webp"):
        with Image.open(path) as image:
            assert image.n_frames == 4  # the two that are missing are marked as such
            image.seek(1)
            frame = np.asarray(image.convert("RGB")).astype(int)
    else:
        with av.open(str(path)) as video:
            assert video.streams.video[0].average_rate == 5
            frames = [one.to_ndarray(format="rgb24").astype(int) for one in video.decode(video=0)]
        assert len(frames) == 4
        frame = frames[1]
    height, width, _ = frame.shape
    assert 200 <= width < 300
    # The picture's corners: red north-west, green north-east, blue south-west.
    for channel in range(3):
        others = [c for c in range(3) if c != channel]
        strong = (frame[..., channel] > 180) & (frame[..., others] < 90).all(axis=-1)
        assert strong.sum() > 80, "no corner of its colour"
        rows, cols = np.nonzero(strong)
        assert (np.median(cols) > width / 2) == (channel == 1)
        assert (np.median(rows) > height / 2) == (channel == 2)


@pytest.mark.parametrize("ending", [".nc", ".zarr.zip"])
def test_a_cube_is_the_corpus_s(marked: Visit, corpus: Corpus, tmp_path: Path, ending: str) -> None:
    share = panel(marked)
    choose(share, first_date=str(FIRST), last_date=str(LAST), format_of_the_cube=ending)
    path = download(marked, share, "the cube", tmp_path)
    if ending == ".zarr.zip":
        with zipfile.ZipFile(path) as packed:
            packed.extractall(tmp_path / "cube.zarr")
        found = xr.open_zarr(tmp_path / "cube.zarr", mask_and_scale=False)
    else:
        found = xr.open_dataset(path, mask_and_scale=False)
    with found:
        assert [pd.Timestamp(t).date() for t in found["time"].values] == THERE
        np.testing.assert_array_equal(
            found["surface_reflectance"].values, corpus.planet_fusion(MARKED, THERE).values
        )
        assert found.attrs["sample_id"] == MARKED


def test_pictures_figures_and_tables(marked: Visit, corpus: Corpus, tmp_path: Path) -> None:
    share = panel(marked)
    choose(share, format_of_the_picture="frame.tif")
    path = download(marked, share, "the picture of this date", tmp_path)
    assert path.name == f"{MARKED}_{THERE[0]}.tif"
    with rasterio.open(path) as picture:
        red, green, blue = picture.read()[:3].astype(int)
        assert picture.crs.to_epsg() == corpus.cell(MARKED).epsg
        assert tuple(picture.bounds) == tuple(corpus.cell(MARKED).bounds)
    assert min(red[5, 5], green[5, 195], blue[195, 5]) > 220

    choose(share, first_date=str(PF_SR.dates[0]), last_date=str(LAST), dates_of_the_contact_sheet="6")
    with Image.open(download(marked, share, "the contact sheet", tmp_path)) as sheet:
        assert sheet.format == "PNG"
        assert sheet.width > 900
    choose(share, the_other_date=str(PF_SR.dates[0]), format_of_before_and_after=".pdf")
    path = download(marked, share, "before and after", tmp_path)
    assert path.name == f"{MARKED}_{PF_SR.dates[0]}_{THERE[0]}.pdf"
    assert path.read_bytes().startswith(b"%PDF")

    table = pd.read_csv(download(marked, share, "the profiles", tmp_path), comment="#")
    cube = corpus.planet_fusion(MARKED, THERE)
    mine = table[(table["row"] == 150) & (table["band"] == "red") & (table["product"] == "PF-SR")].dropna(
        subset="value"
    )
    scale = cube.attrs["reflectance_scale"]
    np.testing.assert_allclose(
        mine["value"].to_numpy()[-2:], cube.sel(band="red").values[:, 150, 160] * scale, rtol=1e-5
    )

    share.get_by_label("Page or slides", exact=True).select_option(".html")
    page = download(marked, share, "page or slides", tmp_path)
    assert page.name == f"{MARKED}.html"
    assert MARKED in page.read_text(encoding="utf-8")
    share.get_by_label("Page or slides", exact=True).select_option(".pptx")
    assert zipfile.is_zipfile(download(marked, share, "page or slides", tmp_path))
    share.get_by_label("Page or slides", exact=True).select_option(".pdf")
    handout = download(marked, share, "page or slides", tmp_path).read_bytes()
    assert handout.startswith(b"%PDF")
    assert marked.page.url.partition("?")[0].encode() in handout  # its links lead to this server


def test_a_file_can_be_cancelled_and_another_made(visitor: Visitor, demo: str, tmp_path: Path) -> None:
    visit = visitor().open(f"?sample={demo}&date={THERE[0]}", wait_for=READY)
    share = panel(visit)
    choose(share, format_of_the_animation=".gif", size="4")
    share.get_by_role("button", name="Download the animation").click()
    expect(share.get_by_role("progressbar")).to_be_visible()
    expect(share.get_by_role("button", name="Download the cube")).to_be_disabled()
    share.get_by_role("button", name="Cancel").click()
    expect(share.get_by_role("alert")).to_have_text("Cancelled.")
    expect(share.get_by_role("progressbar")).to_be_hidden()
    choose(share, format_of_the_picture="picture.png")
    with Image.open(download(visit, share, "the picture of this date", tmp_path)) as picture:
        assert picture.format == "PNG"


def test_the_lines_of_python_are_those_of_what_is_shown(marked: Visit, corpus_folder: Path) -> None:
    share = panel(marked)
    lines = share.get_by_label("Lines of Python")
    expect(lines).to_contain_text(repr(MARKED))
    share.get_by_label("View", exact=True).select_option("profile")
    expect(lines).to_contain_text("[(10, 15), (150, 160)]")
    marked.pick(100, 90)
    expect(lines).to_contain_text("[(100, 90)]")
    text = lines.inner_text()
    assert str(corpus_folder) not in text  # where a server keeps its corpus is nobody's business
    names: dict[str, object] = {}
    exec(text.replace(f"path/to/{corpus_folder.name}", str(corpus_folder)), names)
    table = names["table"]
    assert isinstance(table, pd.DataFrame)
    assert set(table.loc[table["sensor"] == "Planet Fusion", "row"]) == {100}


def test_the_panel_gives_way_and_says_the_terms(marked: Visit) -> None:
    share = panel(marked)
    expect(share.locator(".terms")).to_contain_text("non-commercial use only")
    marked.page.get_by_role("button", name="Stories", exact=True).click()
    expect(share).to_be_hidden()
    marked.page.get_by_role("button", name="Share", exact=True).click()
    expect(marked.page.get_by_role("dialog", name="Stories")).to_be_hidden()
    marked.page.keyboard.press("Escape")
    expect(share).to_be_hidden()
