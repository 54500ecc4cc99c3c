"""The Sentinel-2 panel and the spectrum: pictures and values equal the files, whatever is chosen; links bring it back."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Locator, expect

from explorer.analysis import render_spec, spectra, stretch
from explorer.analysis.composite import Painter, make, measure
from explorer.analysis.profiles import to_pf
from explorer.analysis.stretch import StretchSpec
from explorer.analysis.typical import typical_spectrum
from explorer.core.products import PF_SR, S2_SR, Product
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube import Cube
from tests.browser.conftest import Visitor
from tests.browser.visit import MARKED, Visit

pytestmark = pytest.mark.browser

LOW = (1366, 768)
JULY = 6


@pytest.fixture(scope="module")
def demo(corpus_folder: Path) -> str:
    """A sample of the demo that has all dates."""
    return next(
        p.name for p in sorted(corpus_folder.glob("imagery/*/*/*")) if len(list(p.glob("PF-SR/*"))) == 146
    )


def cube_of(corpus: Corpus, sample: str, product: Product) -> Cube:
    return corpus.cubes.get(corpus.cell(sample), product)


def canvas(visit: Visit, tile: Locator) -> np.ndarray:
    return visit.pixels(tile.locator("canvas").first)


def lower(visit: Visit, name: str) -> Locator:
    return visit.page.get_by_role("group", name=name, exact=True).get_by_role("button")


def shown(visit: Visit) -> pd.DataFrame:
    return pd.DataFrame(visit.columns("spectrum-dots")).sort_values(
        ["sensor", "wavelength"], ignore_index=True
    )


def test_an_own_composite_is_painted_from_the_files(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}")
    drawn = visit.count("bands-drawn")
    field = visit.page.get_by_role("combobox", name="Shown of Sentinel-2")
    expect(field).to_have_value("As the animation: True colour")
    field.fill("no such thing")
    field.press("Enter")
    expect(visit.region("Sentinel-2 bands").get_by_text("is called “no such thing”")).to_be_visible()
    field.fill("shortwave")
    expect(
        visit.page.get_by_role("listbox", name="What the months can show").get_by_role("option").first
    ).to_contain_text("Shortwave infrared")
    field.press("Enter")
    visit.wait_for_next("bands-drawn", drawn)
    visit.page.wait_for_url(lambda url: "sentinel=swir" in url)
    cube = cube_of(corpus, demo, S2_SR)
    painter = make(cube, render_spec.parse("swir", S2_SR.id))
    for month in (2, JULY):
        wanted = painter.rgba(month)
        found = canvas(visit, visit.months.nth(month))
        measured = wanted[..., 3] > 0
        assert np.array_equal(found[..., 3] > 0, measured)  # holes stay holes
        assert np.array_equal(found[measured], wanted[measured])


def test_a_bands_months_are_shown_and_walked_by_keys(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}")
    visit.page.get_by_role("button", name="A band's months").click()
    visit.page.get_by_label("Band", exact=True).select_option("B11")
    visit.page.wait_for_url(lambda url: "sentinel=months;B11" in url)
    tiles = lower(visit, "Months of the band")
    expect(tiles.nth(JULY)).to_have_attribute("aria-label", "Jul 2018, B11")
    expect(tiles.nth(JULY)).to_have_attribute("aria-pressed", "true")
    cube = cube_of(corpus, demo, S2_SR)
    painter = Painter(cube, ["B11"], measure(cube, ["B11"]))
    for month in (0, JULY, 11):
        wanted, found = painter.rgba(month), canvas(visit, tiles.nth(month))
        measured = wanted[..., 3] > 0
        assert np.array_equal(found[measured], wanted[measured])
    tiles.nth(JULY).focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft"):
        visit.page.keyboard.press(key)
    expect(tiles.nth(0)).to_be_focused()
    visit.page.keyboard.press("Space")
    visit.page.wait_for_url(lambda url: "date=2018-01-" in url)
    expect(tiles.nth(0)).to_have_attribute("aria-pressed", "true")


def test_a_missing_month_of_a_band_says_so(visit: Visit) -> None:
    visit.open(f"?sample={MARKED}&sentinel=months;B04", wait_for=("bands-drawn",))
    tiles = lower(visit, "Months of the band")
    expect(tiles.nth(1)).to_have_attribute("aria-label", "Feb 2018, B04, missing")
    expect(tiles.nth(1).locator(".why")).to_have_text("no mosaic")
    found = canvas(visit, tiles.nth(JULY))[..., 0]
    assert found[2, 2] == 255  # the red corner, north-west
    assert found[2, -3] == found[-3, 2] == found[-3, -3] == 0


def test_a_click_on_a_band_chooses_it(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    visit.bands.nth(4).click()
    visit.page.wait_for_url(lambda url: "sentinel=B05" in url)
    visit.page.get_by_role("button", name="A band's months").click()
    expect(visit.page.get_by_label("Band", exact=True)).to_have_value("B05")


def test_a_link_brings_the_panel_back_and_a_bad_one_is_named(visitor: Visitor, demo: str) -> None:
    visit = visitor().open(f"?sample={demo}&sentinel=red-edge;months;B12;4,7;spectrum")
    expect(visit.page.get_by_label("Shown of Sentinel-2")).to_have_value(re.compile("^Red edge"))
    expect(visit.months.nth(0)).to_be_hidden()
    for name, pressed in (("Spectrum of Apr", "true"), ("Spectrum of May", "false")):
        expect(visit.page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", pressed)
    assert visit.query["sentinel"] == "red-edge;months;B12;4,7;spectrum"
    bad = visitor().open(f"?sample={demo}&sentinel=ultraviolet")
    expect(bad.notice).to_contain_text("ultraviolet")
    expect(bad.page.get_by_label("Shown of Sentinel-2")).to_have_value("As the animation: True colour")


def test_both_sensors_share_a_stretch(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}&composite=band:nir&stretch=same")
    planet, sentinel = (cube_of(corpus, demo, p) for p in (PF_SR, S2_SR))
    recipe = render_spec.parse("band:nir", S2_SR.id)
    both = stretch.choose_together(sentinel, recipe, StretchSpec(same=True), planet)
    assert both is not None
    assert both != stretch.choose(sentinel, recipe, StretchSpec())
    wanted = make(sentinel, recipe, StretchSpec(), both).rgba(JULY)
    measured = wanted[..., 3] > 0
    ends = [f"{v / 10000:.3f}" for v in (both.low[0], both.high[0])]
    for end in ends:  # the pictures with a stretch of their own come first
        expect(visit.region("Sentinel-2 bands").locator(".legend:visible")).to_contain_text(end)
    legends = visit.page.locator(".legend:visible").all_inner_texts()
    for text in legends[-2:]:
        assert all(end in text for end in ends), (text, ends)
    found = canvas(visit, visit.months.nth(JULY))
    assert np.array_equal(found[measured], wanted[measured])
    visit.page.get_by_role("button", name="Picture settings").click()
    box = visit.page.get_by_label("One stretch for Planet Fusion and Sentinel-2")
    expect(box).to_be_checked()
    drawn = visit.count("bands-drawn")
    box.uncheck()
    visit.wait_for_next("bands-drawn", drawn)
    visit.wait_for_query(stretch="vivid")  # what `same` alone has always meant
    alone = make(sentinel, recipe).rgba(JULY)
    assert np.array_equal(canvas(visit, visit.months.nth(JULY))[measured], alone[measured])


def test_the_ten_metre_pixel_is_outlined_in_both_images(visit: Visit, demo: str) -> None:
    row, col = 12, 41
    fine = to_pf(row, col)  # in its middle, so that the arms of the pin's cross leave the corners free
    visit.open(f"?sample={demo}&pixels={fine[0]},{fine[1]}")
    over = visit.pixels(visit.stage.locator(".over").first).astype(int)
    unit = over.shape[0] / 200
    for y in (row, row + 1):
        for x in (col, col + 1):
            down, right = int(y * 10 / 3 * unit), int(x * 10 / 3 * unit)
            near = over[down - 1 : down + 2, right - 1 : right + 2, :3]
            assert (near.min(axis=-1) > 140).any(), (y, x)  # white, which no pin is
    tile = visit.pixels(visit.months.nth(0).locator(".over")).astype(int)
    white = np.argwhere((tile[..., :3].min(axis=-1) > 100) & (tile[..., 3] > 100))
    middle = (white.mean(axis=0) + 0.5) / tile.shape[0] * 60
    assert middle == pytest.approx((row + 0.5, col + 0.5), abs=1)


# --- the spectrum ------------------------------------------------------------------------------------------
def test_months_together_equal_python(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=42,137;30,40&sentinel=4,7")
    both = {"row 42, col 137": (42, 137), "row 30, col 40": (30, 40)}
    of_python = {
        place: spectra.spectrum(corpus, demo, row=row, col=col, months=[4, 7])
        for place, (row, col) in both.items()
    }
    count = sum(len(wanted) for wanted in of_python.values())  # the sensors come one after the other
    visit.wait("(count) => seen.part('spectrum-dots')?.place.length === count", count)
    found = shown(visit)
    for place, wanted in of_python.items():
        here = found[found["place"] == place]
        assert len(here) == len(wanted)
        for sensor in ("Sentinel-2", "Planet Fusion"):
            a = here[here["sensor"] == sensor].sort_values(["wavelength", "reflectance"])
            b = wanted[wanted["sensor"] == sensor].sort_values(["wavelength", "value"])
            assert a["reflectance"].tolist() == pytest.approx(b["value"].tolist(), abs=2e-6)
            assert a["width"].tolist() == b["width"].tolist()
    lines = visit.columns("spectrum-lines")
    assert lines["dash"] == ["solid", "dashed"] * 2
    assert len(set(lines["colour"])) == 2
    assert visit.columns("spectrum-labels")["text"] == ["1 Apr", "1 Jul", "2 Apr", "2 Jul"]
    bars = visit.columns("spectrum-bars")
    assert len(bars["xs"]) == len(found)


def test_a_regions_spectrum_is_its_mean_and_spread(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=10,10&regions=box:20,30,60,90")
    # Of both sensors, which are computed one after the other: 12 bands and 4.
    visit.wait("() => seen.part('spectrum-dots').place.filter((p) => p.includes('mean')).length === 16")
    found = shown(visit)
    here = found[found["place"].str.contains("mean")]
    wanted = spectra.spectrum(
        corpus, demo, box=(20, 30, 60, 90), months=[7], planet_date=PF_SR.parse_date("2018-07-02")
    )
    wanted = wanted.sort_values(["sensor", "wavelength"])
    assert here["reflectance"].tolist() == pytest.approx(wanted["value"].tolist(), abs=1e-5)
    first = wanted.iloc[0]
    assert here.iloc[0]["spread"] == f", 10 to 90 %: {first['p10']:.4f} to {first['p90']:.4f}"


def test_the_class_is_drawn_behind_and_says_of_how_many_samples(
    visit: Visit, corpus: Corpus, demo: str
) -> None:
    visit.open(f"?sample={demo}")
    visit.page.get_by_role("button", name="Class", exact=True).click()
    visit.wait("() => seen.marks('class-drawn').length")
    code = int(str(corpus.labels(demo).index[0]))
    wanted = typical_spectrum(corpus, code, S2_SR.dates[JULY]).sort_values("wavelength")
    line = visit.columns("spectrum-class-line")
    assert line["ys"][0] == pytest.approx(wanted["median"].tolist())
    area = visit.columns("spectrum-class")
    assert area["y"] == pytest.approx([*wanted["p10"], *wanted["p90"][::-1]])
    count = int(wanted["samples"].max())
    visit.wait_for_query(sentinel="class")
    panel = visit.region("Sentinel-2 bands")
    panel.get_by_role(
        "button", name="Spectrum", exact=True
    ).click()  # beside the images there is no room for it
    expect(panel.get_by_text(f"10–90 % of {count} sample")).to_be_visible()


def test_the_spectrum_can_be_taken_away(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=42,137&sentinel=4,7")
    files = visit.page.get_by_role("group", name="Download the spectrum")
    with visit.page.expect_download() as got:
        files.get_by_role("button", name="CSV").click()
    text = Path(got.value.path()).read_text(encoding="utf-8")
    assert got.value.suggested_filename == f"{demo}_spectrum.csv"
    assert corpus.attribution(S2_SR.id) in text
    table = pd.read_csv(io.StringIO(text), comment="#")
    wanted = spectra.spectrum(corpus, demo, row=42, col=137, months=[4, 7])
    assert table["value"].tolist() == pytest.approx(wanted["value"].tolist())
    assert {"place", "wavelength", "width", "unit"} <= set(table.columns)
    with visit.page.expect_download() as got:
        files.get_by_role("button", name="SVG").click()
    svg = Path(got.value.path()).read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    said = " ".join(node.text or "" for node in ET.fromstring(svg).iter())  # long lines are broken
    assert corpus.attribution(S2_SR.id) in said
    with visit.page.expect_download() as got:
        files.get_by_role("button", name="PNG").click()
    assert Path(got.value.path()).read_bytes()[:4] == b"\x89PNG"


def test_a_low_window_gives_room_by_turns(visitor: Visitor, demo: str) -> None:
    visit = visitor(LOW).open(f"?sample={demo}")
    chart = visit.page.get_by_role("figure", name="Spectrum: reflectance against wavelength")
    expect(visit.months.nth(0)).to_be_visible()
    expect(chart).to_be_hidden()
    visit.page.get_by_role("button", name="Spectrum", exact=True).click()
    expect(visit.months.nth(0)).to_be_hidden()
    expect(chart).to_be_visible()
    visit.wait("() => seen.chart('spectrum').host.clientHeight > 220")
    visit.page.get_by_role("button", name="Images", exact=True).click()
    expect(chart).to_be_hidden()
