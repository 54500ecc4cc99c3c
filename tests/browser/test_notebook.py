"""`explorer.Explorer(corpus)` as a notebook shows it: its output, without a kernel, drawn by a browser."""

from __future__ import annotations

import io

import panel as pn
import pytest
from bokeh.resources import INLINE
from playwright.sync_api import Browser, expect

from explorer import Explorer
from explorer.corpus.corpus import Corpus
from tests.browser.visit import MARKED

pytestmark = pytest.mark.browser

REGIONS = ("Sample map", "Planet Fusion animation", "Sentinel-2 bands", "Temporal profile", "Labels")


def test_a_page_is_what_panel_shows(corpus: Corpus) -> None:
    page = Explorer(corpus, f"?sample={MARKED}")
    try:
        assert pn.panel(page) is page.__panel__()
    finally:
        page.close()


def test_its_html_draws_all_regions_without_a_network(corpus: Corpus, browser: Browser) -> None:
    page = Explorer(corpus, f"?sample={MARKED}", height="860px")
    html = io.StringIO()
    try:
        page.__panel__().save(html, resources=INLINE, title="a cell")
    finally:
        page.close()
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    try:
        tab = context.new_page()
        errors: list[str] = []
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.set_content(html.getvalue())
        for name in REGIONS:
            expect(tab.get_by_role("region", name=name, exact=True)).to_be_visible()
        expect(tab.get_by_role("img", name="Map of samples by land cover class")).to_be_visible()
        expect(tab.get_by_text("Non-irrigated arable land").first).to_be_visible()
        assert tab.title() == "a cell"
        assert errors == []
    finally:
        context.close()
