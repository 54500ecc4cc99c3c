"""A model's prediction beside the label: chosen by key, in the link, gone again."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from playwright.sync_api import expect

from explorer import open_corpus
from tests import rasters
from tests.browser.axe import violations
from tests.browser.conftest import Visitor
from tests.browser.visit import LACKING, MARKED, Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def judged(corpus_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus at another place, with the prediction of a model for one sample."""
    root = tmp_path_factory.mktemp("judged") / "five-samples"
    shutil.copytree(corpus_folder, root)
    with open_corpus(root) as corpus:
        cell = corpus.cell(MARKED)
        data = np.full((60, 60), 40, np.uint8)
        data[:, :15], data[:6] = 80, 0
        place = Affine(10, 0, cell.bounds[0], 0, -10, cell.bounds[3])
        left, _, _, top = cell.bounds
        seen = gpd.GeoDataFrame(
            {"id": ["p1", "f1"], "class": ["211", "231"], "date": ["2018-06-12", "2018"]},
            geometry=[shapely.Point(left + 300, top - 300), shapely.box(left + 60, top - 180, left + 240, top - 60)],
            crs=cell.epsg,
        )  # fmt: skip
        seen.to_file(root / "seen.geojson")
        rasters.write(root / "map.tif", data, f"EPSG:{cell.epsg}", place)
    return root


@pytest.fixture
def visit(judged: Path, visitor: Visitor) -> Visit:
    """A page of it; the opinion lies where the server looks for it."""
    with open_corpus(judged) as corpus:
        table = pd.DataFrame({"sample_id": [MARKED], "clc_211": [0.25], "clc_231": [0.75]})
        corpus.opinions.add("model", table, replace=True)
        corpus.opinions.add_raster(
            "cover", judged / "map.tif", "esa-worldcover", ids=[MARKED], source="Somebody", replace=True
        )
    return visitor(corpus=judged)


def test_an_opinion_is_chosen_by_key_and_stands_in_the_link(visit: Visit) -> None:
    visit.open(f"?sample={MARKED}")
    labels = visit.region("Labels")
    choice = labels.get_by_role("combobox", name="Opinion beside the label")
    expect(labels.get_by_text("differs", exact=True)).to_be_hidden()
    choice.focus()
    visit.page.keyboard.press("m")
    visit.wait_for_query(opinion="model")
    row = labels.get_by_role("listitem").filter(has_text="Pastures")
    expect(row).to_contain_text("model 75 %")
    expect(labels.get_by_text("differs", exact=True)).to_be_visible()
    expect(labels).to_contain_text("of the cell differs")
    assert violations(visit.page) == []
    visit.open(f"?sample={LACKING}&opinion=model")
    expect(choice).to_have_value("model")
    expect(labels).to_contain_text("model says nothing of this sample")
    choice.select_option("no opinion")
    visit.wait_for_query(opinion=None)
    expect(labels.get_by_text("says nothing")).to_have_count(0)
    assert visit.complaints == []


def test_a_map_lies_over_both_sensors_pictures(visit: Visit) -> None:
    visit.open(f"?sample={MARKED}&overlay=cover")
    planet, sentinel = visit.region("Planet Fusion animation"), visit.region("Sentinel-2 bands")
    legend = planet.locator(".cover-legend")
    expect(legend.get_by_role("listitem")).to_have_text(["Cropland68 %", "Permanent water bodies23 %"])
    expect(legend).to_contain_text("10 % without a class")
    stage = planet.get_by_role("application")
    box = stage.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] * 0.55, box["y"] + box["height"] * 0.7)
    visit.page.mouse.move(*middle)
    expect(stage.get_by_text("cover: Cropland")).to_be_visible()
    over = visit.page.screenshot(clip={"x": middle[0] - 60, "y": middle[1], "width": 8, "height": 8})
    planet.get_by_role("button", name="Picture settings").click()
    planet.get_by_role("slider", name="Opacity of the land cover").press("ArrowRight")
    visit.wait_for_query(overlay="cover,55")
    assert violations(visit.page) == []
    visit.page.keyboard.press("Escape")
    sentinel.get_by_role("button", name="The chosen month large").click()
    expect(sentinel.locator(".cover-legend")).to_contain_text("cover")
    planet.get_by_role("button", name="Picture settings").click()
    planet.get_by_role("combobox", name="Land cover over the pictures").select_option("not shown")
    visit.wait_for_query(overlay=None)
    expect(legend).to_be_hidden()
    expect(sentinel.locator(".cover-legend")).to_be_hidden()
    visit.page.keyboard.press("Escape")
    assert visit.page.screenshot(clip={"x": middle[0] - 60, "y": middle[1], "width": 8, "height": 8}) != over
    assert visit.complaints == []


def test_what_was_seen_on_the_ground_is_listed_drawn_and_marked_on_the_map(
    visit: Visit, judged: Path
) -> None:
    with open_corpus(judged) as corpus:
        corpus.ground.add(
            "visits", judged / "seen.geojson", source="Somebody", licence="CC BY 4.0", replace=True
        )
        lon, lat = corpus.samples.loc[MARKED, ["lon", "lat"]]
    visit.open(f"?sample={MARKED}&ground=places&map={lat:.4f},{lon:.4f},4")
    region = visit.region("Sample map")
    expect(region.locator("canvas.ground")).to_be_visible()
    keys = region.get_by_role("application").bounding_box()
    assert keys is not None
    tip = region.get_by_text("visits: Non-irrigated arable land · 2018-06-12 · p1")
    # The marks come from the server a moment later, and a pointer that rests reads nothing new.
    for i in range(120):
        visit.page.mouse.move(keys["x"] + keys["width"] / 2 + i % 2, keys["y"] + keys["height"] / 2)
        visit.page.wait_for_timeout(250)
        if tip.is_visible():
            break
    expect(tip).to_be_visible()
    region.get_by_role("button", name="Layers").click()
    layers = region.get_by_role("dialog", name="Map layers")
    expect(layers).to_contain_text("visits: Somebody; CC BY 4.0")
    assert violations(visit.page) == []
    layers.get_by_role("radiogroup", name="Seen on the ground").get_by_role("radio", name="Hidden").press(
        "Enter"
    )
    visit.wait_for_query(ground=None)
    expect(region.locator("canvas.ground")).to_be_hidden()
    visit.page.keyboard.press("Escape")
    labels, planet = visit.region("Labels"), visit.region("Planet Fusion animation")
    labels.get_by_text("On the ground: 1 point, 1 polygon").click()
    labels.get_by_role("checkbox").press("Space")
    visit.wait_for_query(marks="ground")
    expect(labels.get_by_text("visits: Somebody; CC BY 4.0")).to_be_visible()
    stage = planet.get_by_role("application")
    box = stage.bounding_box()
    assert box is not None
    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(stage.get_by_text("visits: Non-irrigated arable land")).to_be_visible()
    assert visit.complaints == []


def test_a_corpus_without_opinions_offers_none(visitor: Visitor, corpus_folder: Path) -> None:
    visit = visitor(corpus=corpus_folder).open()
    expect(visit.region("Labels").get_by_role("listitem").first).to_be_visible()
    expect(visit.page.get_by_role("combobox", name="Opinion beside the label")).to_have_count(0)
