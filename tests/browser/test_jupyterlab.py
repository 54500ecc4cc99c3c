"""The explorer in a cell of a real JupyterLab: what is typed in another cell is none of its business, and the other way round."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.server.ports import usable
from tests.browser.conftest import PATIENCE
from tests.browser.visit import MARKED
from tests.conftest import REPOSITORY

pytest.importorskip("jupyterlab")
pytestmark = pytest.mark.browser

_CELLS = (
    "from explorer import Explorer, open_corpus\nfrom explorer.review.records import Records\ncorpus = open_corpus({corpus!r})\n"
    "page = Explorer(corpus, '?sample={sample}', height='860px')",
    "page",
    "",
    "with Records.open(corpus) as records:\n    print('verdicts', len(records.history()), page._present.active)",
)


@pytest.fixture
def lab(tmp_path: Path, corpus_folder: Path) -> Iterator[str]:
    """The address of a notebook of four cells, of which the second shows the explorer."""
    cells = [
        {
            "cell_type": "code", "id": f"cell-{i}", "metadata": {}, "execution_count": None, "outputs": [],
            "source": text.format(corpus=str(corpus_folder), sample=MARKED) if text else "",
        }
        for i, text in enumerate(_CELLS)
    ]  # fmt: skip
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "explorer.ipynb").write_text(json.dumps(book))
    port = usable("127.0.0.1", 0) or 8899
    home = {
        name: str(tmp_path / "home")
        for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    settings = {
        "EXPLORER_DATA_DIR": str(tmp_path / "data"),
        "EXPLORER_CACHE_DIR": str(tmp_path / "cache"),
        "PYTHONPATH": str(REPOSITORY),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--port-retries=0", "--ip=127.0.0.1", "--IdentityProvider.token=", f"--ServerApp.root_dir={tmp_path / 'book'}", "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]  # fmt: skip
    with (tmp_path / "lab.log").open("w") as log:
        process = subprocess.Popen(
            command, env=os.environ | home | settings, stdout=log, stderr=log, cwd=tmp_path
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=2).close()
                break
            except OSError:
                assert process.poll() is None, (tmp_path / "lab.log").read_text()
                time.sleep(0.5)
        yield f"{address}/lab/tree/explorer.ipynb?reset"
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def run(page: Page, index: int) -> None:
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    cells.nth(index).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")


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
        expect(cells.nth(3).locator(".jp-OutputArea-output")).to_have_text(re.compile("verdicts 0 False"))
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
