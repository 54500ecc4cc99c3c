"""The map in a cell of a real JupyterLab changes with what a person does in the page, and with what another cell says."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PATIENCE
from tests.browser.notebook import jupyterlab, run
from tests.browser.visit import MARKED

pytest.importorskip("jupyterlab")
pytestmark = pytest.mark.browser
_MAP = """
const map = () => Bokeh.documents.flatMap((one) => one.all_models ? [...one.all_models] : [...one._all_models.values()]).find((model) => (model.name ?? "").startsWith("map-"))
const sea = () => map()?.background_fill_color
const samples = () => map()?.renderers.find((one) => one.name === "samples").data_source.data
const mark = () => map()?.renderers.find((one) => one.name === "mark").data_source.data.xs.length
const chips = () => map()?.renderers.find((one) => one.name === "chips").data_source.data.x.length
"""


@pytest.mark.timeout(500)
@pytest.mark.nightly
def test_the_map_in_a_notebook_follows(browser: Browser, tmp_path: Path, corpus_folder: Path) -> None:
    cells = [
        f"from explorer import Explorer, open_corpus\ncorpus = open_corpus({str(corpus_folder)!r})\npage = Explorer(corpus, '', height='860px')",
        "page",
        f"page.selection.map.theme = 'dark'\npage.selection.sample_id = {MARKED!r}",
        f"from explorer.views.common.map_state import Place\nat = corpus.samples.loc[{MARKED!r}]\n"
        "page.selection.map.place = Place(at['lon'], at['lat'], 3.0)",
    ]
    with jupyterlab(tmp_path, cells) as address:
        context = browser.new_context(viewport={"width": 1500, "height": 1000})
        context.set_default_timeout(PATIENCE)
        try:
            page = context.new_page()
            page.goto(address)
            page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
            idle = page.get_by_text("Python 3 (ipykernel) | Idle")
            idle.wait_for()
            run(page, 0)
            page.wait_for_function("() => window.Bokeh?.Panel || window.Bokeh?.version")
            idle.wait_for()
            run(page, 1)
            page.wait_for_function("() => performance.getEntriesByName('explorer:map-view').length")
            page.wait_for_function(f"() => {{ {_MAP}; return sea() === '#c9dae4' }}")
            drawn = page.evaluate("() => performance.getEntriesByName('explorer:map-drawn').length")
            page.get_by_role("button", name="Zoom in").first.click()
            page.wait_for_function(
                f"(drawn) => {{ {_MAP}; const data = samples(), range = map().x_range; const left = data.x[0] ?? data.x"
                " ; return performance.getEntriesByName('explorer:map-drawn').length > drawn && Math.abs(left - range.start) < 1 }",
                arg=drawn,
            )
            run(page, 2)
            page.wait_for_function(f"() => {{ {_MAP}; return sea() === '#14212a' && mark() === 1 }}")
            page.wait_for_function("() => performance.getEntriesByName('explorer:bands-drawn').length")
            run(page, 3)
            # Its picture comes last, and by itself: no message to another part of the page takes it along.
            page.wait_for_function(f"() => {{ {_MAP}; return chips() === 1 }}")
        finally:
            context.close()
