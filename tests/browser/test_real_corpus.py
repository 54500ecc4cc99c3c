"""The small real corpus in the page: two samples, and all that they lack shown as lacking."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from playwright.sync_api import expect

from explorer.core.grid import parse
from explorer.core.products import PF_SR
from tests.browser.conftest import Visitor
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

FLANDERS = "31N_20E-234N_18_36"
CHIP = "33N_15E-200N_01_09"


@pytest.fixture
def real(visitor: Visitor, real_folder: Path) -> Visit:
    return visitor(corpus=real_folder)


def test_flanders_through_its_seasons(real: Visit) -> None:
    real.open(f"?sample={FLANDERS}")
    planet, sentinel = real.region("Planet Fusion animation"), real.region("Sentinel-2 bands")
    expect(planet.get_by_text("66 of 146 dates")).to_be_visible()
    expect(sentinel.get_by_text("11 of 12 months")).to_be_visible()
    why = real.months.evaluate_all("(all) => all.map((e) => e.querySelector('.why').textContent)")
    assert why == [""] * 11 + ["no mosaic"]
    empty = real.bands.evaluate_all(
        "(all) => all.filter((e) => e.classList.contains('empty')).map((e) => e.title.slice(0, 3))"
    )
    assert empty == ["B01", "B09"]  # of no data in the files
    expect(real.region("Labels").get_by_text("Non-irrigated arable land")).to_be_visible()
    expect(real.region("Labels").get_by_text("55 %")).to_be_visible()
    expect(real.region("Labels").get_by_text("45 %")).to_be_visible()

    real.page.get_by_label("Frames per second").select_option("30")
    real.page.get_by_role("button", name="Loop").click()
    real.page.get_by_role("button", name="Play").click()
    real.wait_for_date(PF_SR.date_keys[65])  # the last that is there: the others are passed over
    seasons = []
    for index in (0, 20, 40, 60):
        real.slider.press("Home")
        for _ in range(index):
            real.slider.press("ArrowRight")
        assert real.date == PF_SR.date_keys[index]
        picture = real.pixels(real.image)
        assert picture[..., 3].all()
        seasons.append(picture[..., :3].astype(int))
    for i, a in enumerate(seasons):
        for b in seasons[i + 1 :]:
            assert np.abs(a - b).mean() > 5
    assert len(real.columns("index-pf")["date"]) == 66
    assert 10 <= len(real.columns("index-s2")["date"]) <= 11


def test_the_single_real_chip(real: Visit, real_folder: Path) -> None:
    real.open(f"?sample={CHIP}&pixels=10,20")
    real.wait_for_date("2018-01-03")  # nobody asked for another: the only one there is
    expect(real.region("Planet Fusion animation").get_by_text("1 of 146 dates")).to_be_visible()
    expect(
        real.region("Sentinel-2 bands").get_by_text("No Sentinel-2 mosaic of this sample is in the corpus")
    ).to_be_visible()
    picture = real.pixels(real.image)
    assert picture[..., 3].all()
    assert picture[..., :3].std() > 10  # fields in winter, in natural colour: no flat picture
    with rasterio.open(real_folder / PF_SR.key(parse(CHIP).folder, PF_SR.dates[0])) as source:
        stored = source.read()[:, 10, 20]
    shown = real.columns("bands-pf")
    assert shown["band"] == ["blue", "green", "red", "nir"]
    assert shown["value"] == pytest.approx((stored / 10_000).tolist(), abs=2e-6)
    blue, green, red = (stored[i].astype(float) for i in (0, 1, 2))
    assert real.columns("index-pf")["value"] == pytest.approx(
        [(stored[3] - red) / (stored[3] + red)], abs=1e-5
    )
    assert real.columns("bands-s2")["date"] == []
    assert blue < green < red < stored[3]  # soil in winter: what makes the picture's colours believable


def test_the_corpus_opens_by_itself_and_both_are_on_the_map(real: Visit) -> None:
    real.open()
    assert real.sample in (FLANDERS, CHIP)
    other = CHIP if real.sample == FLANDERS else FLANDERS
    real.search(other)
    real.wait_for_sample(other)
