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


@pytest.mark.nightly
def test_an_opinion_is_added_on_the_page_and_removed(
    corpus_folder: Path, tmp_path: Path, visitor: Visitor
) -> None:
    root = tmp_path / "five-samples"
    shutil.copytree(corpus_folder, root)
    with open_corpus(root) as corpus:
        ids = corpus.samples.index
    rows = pd.DataFrame({"sample_id": ids, "clc_231": 0.6, "clc_211": 0.4})
    rows.to_csv(tmp_path / "my model.csv", index=False)
    rows.assign(clc_231=0.9).to_csv(tmp_path / "wrong.csv", index=False)
    visit = visitor(corpus=root)
    page = visit.open().page
    opener = page.get_by_role("button", name="Add an opinion…")
    opener.focus()
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Add an opinion")
    expect(form.get_by_label("File")).to_be_focused()
    assert violations(page) == []
    form.get_by_role("button", name="Add", exact=True).click()
    expect(form.get_by_role("alert")).to_have_text("Choose a file.")
    form.get_by_label("File").set_input_files(tmp_path / "wrong.csv")
    expect(form.get_by_label("Name")).to_have_value("wrong")
    form.get_by_label("Name").fill("my model")
    form.get_by_label("Source").fill("My model, version 3")
    form.get_by_label("Licence").fill("CC BY 4.0")
    page.keyboard.press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("wrong.csv, line 2: its fractions add up to 1.3")
    expect(form.get_by_role("alert")).to_contain_text("choose Probabilities under Values")
    assert violations(page) == []
    form.get_by_label("File").set_input_files(tmp_path / "my model.csv")
    form.get_by_role("button", name="Add", exact=True).click()
    expect(form).to_be_hidden()
    panel = page.get_by_role("dialog", name="Judge a model")
    expect(panel.get_by_role("combobox", name="Model or map")).to_have_value("my model")
    expect(page.get_by_role("combobox", name="Opinion beside the label")).to_have_value("my model")
    expect(panel.get_by_text("My model, version 3 · CC BY 4.0")).to_be_visible()
    page.wait_for_url(lambda url: "opinion=my+model" in url or "opinion=my%20model" in url)
    # Once more: it is there after the page was left, and whoever added it takes it away.
    visit.open("?judge=my+model,3,table", wait_for=("judge-summary",))
    panel.get_by_role("button", name="Remove…").click()
    question = page.get_by_role("alertdialog", name="Remove an opinion")
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    assert violations(page) == []
    question.get_by_role("button", name="Remove", exact=True).click()
    expect(question).to_be_hidden()
    expect(panel).to_be_hidden()  # nothing is left to judge
    expect(opener).to_be_visible()
    assert visit.complaints == []
