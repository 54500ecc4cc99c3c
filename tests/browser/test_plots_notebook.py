"""The figures that the docs show are drawn in a real JupyterLab, by scripts of the kernel's, and answer what is done to them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.notebook import jupyterlab, run
from tests.conftest import REPOSITORY

pytest.importorskip("jupyterlab")
pytestmark = pytest.mark.browser


def shown() -> list[str]:
    """The lines of python.md, one a figure."""
    text = (REPOSITORY / "assets" / "docs" / "python.md").read_text(encoding="utf-8")
    section = text.partition("## In a notebook")[2]
    code = re.search(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert code
    return re.findall(r"^plots\.[a-z].*$", code[1], re.MULTILINE)


@pytest.fixture
def lab(tmp_path: Path, corpus_folder: Path, demo: str) -> Iterator[str]:
    first = (
        "import explorer, holoviews as hv\n"
        f"corpus = explorer.open_corpus({str(corpus_folder)!r})\n"
        f"plots, sample_id = explorer.plots, {demo!r}"
    )
    linked = (
        "link = hv.link_selections.instance()\nlink(plots.sample_map(corpus) + plots.sample_table(corpus))"
    )
    chosen = "link.selection_expr = hv.dim('sample_id') == sample_id\nprint('chosen', len(link.filter(hv.Dataset(plots.sample_table(corpus)))))"
    with jupyterlab(tmp_path, [first, *shown(), linked, chosen]) as address:
        yield address


def output(page: Page, index: int) -> Locator:
    return page.locator(".jp-Notebook .jp-CodeCell").nth(index).locator(".jp-OutputArea")


@pytest.mark.timeout(500)
@pytest.mark.nightly
def test_the_lines_of_the_readme_draw_their_figures(browser: Browser, lab: str) -> None:
    lines = shown()
    assert [line.partition("(")[0] for line in lines] == [
        f"plots.{name}"
        for name in (
            "sample_map",
            "animation",
            "bands",
            "gallery",
            "spectrum",
            "profile",
            "labels",
            "class_shares",
            "dates_missing",
        )
    ]
    context = browser.new_context(viewport={"width": 1500, "height": 1000})
    context.set_default_timeout(PATIENCE)
    asked: list[str] = []
    try:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(lab)
        idle = page.get_by_text("Python 3 (ipykernel) | Idle")
        idle.wait_for()
        run(page, 0)
        page.wait_for_function("() => window.Bokeh?.Panel")
        idle.wait_for()
        for number in range(1, len(lines) + 1):
            run(page, number)
            expect(output(page, number).locator(".bk-Figure")).to_have_count({3: 12, 4: 4}.get(number, 1))
            expect(output(page, number).locator("canvas").first).to_be_visible()
            idle.wait_for()
        # The slider asks Python for another date.
        movie = output(page, 2)
        handle = movie.locator(".noUi-handle")
        before = movie.locator(".bk-Figure").screenshot()
        handle.focus()
        for _ in range(40):
            handle.press("ArrowRight")
        expect(movie.get_by_text(re.compile("2018-07"))).to_be_visible()
        deadline = time.monotonic() + PATIENCE / 1000
        while movie.locator(".bk-Figure").screenshot() == before:
            assert time.monotonic() < deadline, "the picture stayed the same"
        run(page, len(lines) + 1)
        expect(output(page, len(lines) + 1).locator(".bk-Figure")).to_have_count(1)
        idle.wait_for()
        run(page, len(lines) + 2)
        expect(output(page, len(lines) + 2)).to_have_text(re.compile("chosen 1"))
        assert wrong == []
        # Panel's style sheets alone are linked to where they are published; the figures do without.
        outside = [url for url in asked if not url.startswith(("http://127.0.0.1", "data:", "blob:"))]
        assert [url for url in outside if ".css" not in url] == []
    finally:
        context.close()
