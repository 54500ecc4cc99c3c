"""The embedding map: opened, moved and filtered by keys alone, and by a line drawn in it; a link restores it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.nightly
def test_it_filters_the_page_by_keys_and_by_a_line(visitor: Visitor) -> None:
    visit = visitor(corpus="demo").open(wait_for=("ready", "legend"))
    page = visit.page
    opener = page.get_by_role("button", name="Embedding", exact=True)
    opener.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Embedding map")
    plot = panel.get_by_role("application")
    counted = panel.get_by_label("Samples in colour")
    expect(counted).to_contain_text("all ")
    visit.wait_for_query(embedding="pca")
    expect(plot).to_be_focused()
    page.wait_for_function("performance.getEntriesByName('explorer:embedding-drawn').length")
    assert violations(page) == []
    for _ in range(2):
        page.keyboard.press("+")
    page.wait_for_function("new URLSearchParams(location.search).get('embedding').includes('at:')")
    panel.get_by_role("button", name="Filter by view").click()
    chip = panel.get_by_role("button", name="Part of the embedding map")
    expect(counted).to_contain_text("samples in colour")
    page.wait_for_function(
        "new URLSearchParams(location.search).get('filter')?.startsWith('embedding:made-up:pca:')"
    )
    link = page.url
    chip.click()
    expect(counted).to_contain_text("all ")
    panel.get_by_role("button", name="Show all samples").click()
    visit.wait_for_query(embedding="pca", filter=None)
    panel.get_by_role("radio", name="Box").click()
    box = plot.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 90, y - 90)
    page.mouse.down()
    page.mouse.move(x + 90, y + 90, steps=4)
    page.mouse.up()
    expect(counted).to_contain_text("samples in colour")
    panel.get_by_role("combobox", name="Colours").select_option("country")
    page.wait_for_function("new URLSearchParams(location.search).get('embedding') === 'pca;by:country'")
    plot.focus()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(opener).to_be_focused()
    visit.wait_for_query(embedding=None)
    page.goto(link)
    expect(counted).to_contain_text("samples in colour")
    expect(panel.get_by_role("button", name="Part of the embedding map")).to_be_visible()
    assert visit.complaints == []
