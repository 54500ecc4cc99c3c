"""What is in the samples shown: beside the map, by keys alone, with its filters; taken away as files."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


def test_bars_filter_the_map_and_figures_follow(visitor: Visitor, corpus_folder: Path) -> None:
    visit = visitor(corpus=corpus_folder).open()
    page = visit.page
    opener = page.get_by_role("button", name="Dataset", exact=True)
    opener.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="What is in the dataset")
    counted = panel.get_by_label("Samples counted")
    expect(counted).to_have_text("all 5 samples")
    visit.wait_for_query(dataset="1")
    expect(panel.get_by_role("button", name="Close")).to_be_focused()
    countries = panel.get_by_role("figure", name="Countries")
    bars = countries.get_by_role("button").filter(has_not_text="SVG").filter(has_not_text="CSV")
    first, second = bars.nth(0), bars.nth(1)
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    name = (second.get_attribute("data-filter") or "").partition(":")[2]
    page.keyboard.press("Enter")
    visit.wait_for_query(filter=f"country:{name}")
    expect(counted).to_have_text("1 of 5 samples")
    expect(bars).to_have_count(1)
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(first).to_be_focused()
    assert violations(page) == []
    with page.expect_download() as table:
        countries.get_by_role("button", name="Save as CSV: Countries").click()
    assert name in Path(table.value.path()).read_text(encoding="utf-8-sig")
    with page.expect_download() as drawing:
        countries.get_by_role("button", name="Save as SVG: Countries").click()
    assert "<style>" in Path(drawing.value.path()).read_text(encoding="utf-8")
    panel.get_by_role("button", name="Look at the imagery").click()
    expect(panel.get_by_role("figure", name="Planet Fusion: dates missing")).to_be_visible()
    panel.get_by_role("button", name=f"{name} ×").click()
    expect(counted).to_have_text("all 5 samples")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    visit.wait_for_query(dataset=None)
    assert visit.complaints == []
