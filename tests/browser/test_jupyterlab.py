"""The explorer in a cell of a real JupyterLab: what is typed in another cell is none of its business, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PATIENCE
from tests.browser.notebook import jupyterlab, run
from tests.browser.visit import MARKED

pytest.importorskip("jupyterlab")
pytestmark = pytest.mark.browser

_CELLS = (
    "from explorer import Explorer, open_corpus\nfrom explorer.review.records import Records\ncorpus = open_corpus({corpus!r})\n"
    "page = Explorer(corpus, '?sample={sample}', height='860px')",
    "page",
    "",
    "with Records.open(corpus) as records:\n    print('verdicts', len(records.history()), page._present.active)\n"
    "print(len(page.pins), page.pins.crs, page.cube.dims)",
)


@pytest.fixture
def lab(tmp_path: Path, corpus_folder: Path) -> Iterator[str]:
    """The address of a notebook of four cells, of which the second shows the explorer."""
    cells = [text.format(corpus=str(corpus_folder), sample=MARKED) if text else "" for text in _CELLS]
    with jupyterlab(tmp_path, cells) as address:
        yield address


@pytest.mark.nightly
@pytest.mark.timeout(500)
def test_keys_of_other_cells_and_of_the_explorer_stay_apart(browser: Browser, lab: str) -> None:
    context = browser.new_context(viewport={"width": 1500, "height": 1000})
    context.set_default_timeout(PATIENCE)
    try:
        page = context.new_page()
        page.goto(lab)
        cells = page.locator(".jp-Notebook .jp-CodeCell")
        cells.first.wait_for()
        idle = page.get_by_text("Python 3 (ipykernel) | Idle")
        idle.wait_for()
        run(page, 0)  # which brings Panel's scripts: they have to be there before a page is shown
        page.wait_for_function("() => window.Bokeh?.Panel || window.Bokeh?.version")
        idle.wait_for()
        run(page, 1)
        review = page.get_by_role("button", name="Review", exact=True)
        review.wait_for()
        page.wait_for_function("() => performance.getEntriesByName('explorer:animation-ready').length")
        # The page has the layout that its cell has room for, and not the window's.
        cell = page.locator(".explorer-cell").bounding_box()
        assert cell is not None
        assert cell["width"] < 1251 < 1500
        places = {
            name: page.get_by_role("region", name=name).bounding_box()
            for name in ("Sample map", "Planet Fusion animation", "Temporal profile")
        }
        assert places["Temporal profile"]["x"] < cell["x"] + 20  # two columns: below both
        assert places["Planet Fusion animation"]["y"] < places["Temporal profile"]["y"] - 400
        for name, place in places.items():
            assert cell["x"] <= place["x"] < place["x"] + place["width"] <= cell["x"] + cell["width"], name
        field, sample = page.get_by_label("Search samples, places and classes"), page.locator(".sample").first
        assert field.bounding_box()["x"] >= sample.bounding_box()["x"] + sample.bounding_box()["width"]
        review.click()
        page.get_by_label("Which samples").select_option("ids")
        page.get_by_label("Sample ids").fill(MARKED)
        page.get_by_label("Reviewer", exact=True).fill("in a notebook")
        page.get_by_label("Reviewer", exact=True).press("Enter")
        correct = page.get_by_role("button", name=re.compile("^Correct"))
        correct.wait_for()
        # What is typed in another cell is written there, and nowhere else.
        cells.nth(2).locator(".cm-content").click()
        page.keyboard.type("'cwuf z 3'")
        expect(cells.nth(2).locator(".cm-content")).to_have_text("'cwuf z 3'")
        assert page.evaluate("() => performance.getEntriesByName('explorer:verdict-sent').length") == 0
        # JupyterLab's own keys, with a cell chosen and no editor open, are its own.
        page.keyboard.press("Escape")
        for letter in "cu":
            page.keyboard.press(letter)
        assert page.evaluate("() => performance.getEntriesByName('explorer:verdict-sent').length") == 0
        run(page, 3)
        expect(cells.nth(3).locator(".jp-OutputArea-output")).to_have_text(
            re.compile(r"verdicts 0 False\s+1 EPSG:4326 .*time")
        )
        # In the explorer they are the explorer's, and JupyterLab does nothing (X would cut the cell, U nothing, M make it text).
        count = cells.count()
        page.get_by_role("group", name="Review", exact=True).click(position={"x": 3, "y": 3})
        page.keyboard.press("m")
        page.keyboard.type("x y")
        page.keyboard.press("Escape")
        page.keyboard.press("u")
        page.wait_for_function("() => performance.getEntriesByName('explorer:verdict-saved').length")
        assert cells.count() == count
        run(page, 3)
        expect(cells.nth(3).locator(".jp-OutputArea-output")).to_have_text(re.compile("verdicts 1 False"))
    finally:
        context.close()
