"""A model's prediction beside the label: chosen by key, in the link, gone again."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
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


def test_a_corpus_without_opinions_offers_none(visitor: Visitor, corpus_folder: Path) -> None:
    visit = visitor(corpus=corpus_folder).open()
    expect(visit.region("Labels").get_by_role("listitem").first).to_be_visible()
    expect(visit.page.get_by_role("combobox", name="Opinion beside the label")).to_have_count(0)
