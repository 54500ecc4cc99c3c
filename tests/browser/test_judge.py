"""A model is judged on the page: by key, with a cell as a filter of the map, files, and nothing of it in a blind review."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect

from explorer import open_corpus
from explorer.core import corine
from tests.browser.axe import violations
from tests.browser.conftest import Visitor
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(corpus_folder: Path, tmp_path: Path, visitor: Visitor) -> Visit:
    """A page of the corpus at another place, with two models: one says what the labels say, the other pastures everywhere."""
    root = tmp_path / "five-samples"
    shutil.copytree(corpus_folder, root)
    with open_corpus(root) as corpus:
        labels = corpus.index.fractions.matrix.toarray()
        same = pd.DataFrame(labels, corpus.samples.index, list(corine.COLUMNS))
        corpus.opinions.add("same", same[same.sum(axis=1) > 0].rename_axis("sample_id").reset_index())
        corpus.opinions.add("grass", pd.DataFrame({"sample_id": corpus.samples.index, "clc_231": 1.0}))
    return visitor(corpus=root)


def test_a_model_is_judged_by_key_and_its_cells_filter_the_map(visit: Visit) -> None:
    page = visit.open().page
    opener = page.get_by_role("button", name="Judge", exact=True)
    opener.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Judge a model")
    expect(panel.get_by_role("combobox", name="Model or map")).to_be_focused()
    visit.wait_for_query(judge="grass,3,table")
    visit.wait("() => seen.marks('judge-summary').length")
    grid = panel.get_by_role("grid", name=re.compile("^Cross-table"))
    assert violations(page) == []
    # From the column's head down to its first cell with samples, which Enter makes a filter.
    head = grid.get_by_role("columnheader", name=re.compile("The model says Pastures"))
    head.focus()
    page.keyboard.press("Home")
    page.keyboard.press("End")
    cell = grid.get_by_role("gridcell", name=re.compile(", model Pastures: [1-9]")).first
    cell.focus()
    page.keyboard.press("Enter")
    expect(cell).to_have_attribute("aria-selected", "true")
    expect(panel.get_by_label("Samples that are chosen")).to_contain_text("chosen and on the map")
    page.wait_for_url(lambda url: "pair:grass:" in url)
    expect(page.get_by_role("group", name="Active filters")).to_contain_text("Labelled")
    with page.expect_download() as saved:
        panel.get_by_role("button", name="This part as PNG").click()
    assert saved.value.suggested_filename == "grass-table.png"
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(opener).to_be_focused()
    assert visit.complaints == []
    # Each part of a link, in the dark, in a small window.
    page.set_viewport_size({"width": 390, "height": 844})
    visit.open("?judge=same,2,classes&theme=dark", wait_for=("judge-summary",))
    for part, seen in (
        ("Class by class", "F1"), ("Calibration", "Mean said"), ("Part by part", "Country"), ("Two models", "Difference"),
    ):  # fmt: skip
        panel.get_by_role("radio", name=part).click()
        expect(panel.get_by_role("columnheader", name=seen).first).to_be_visible()
        assert violations(page) == [], part
    expect(panel.get_by_text("100.0 %", exact=True)).to_be_visible()
    assert visit.complaints == []
    # A blind review has none of it.
    page.set_viewport_size({"width": 1440, "height": 900})
    visit.open("?judge=same,3,table&review=random:n=2&blind=1", wait_for=())
    expect(page.get_by_label("Reviewer", exact=True)).to_be_visible()
    expect(panel).to_be_hidden()
    expect(page.get_by_text("100.0 %", exact=True)).to_have_count(0)
