"""A real JupyterLab with a notebook of our own, for the tests of what works in one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from explorer.server.ports import usable
from tests.conftest import REPOSITORY


@contextmanager
def jupyterlab(folder: Path, cells: Sequence[str]) -> Iterator[str]:
    """The address of a JupyterLab that shows a notebook with these cells, none of them run; its files lie in `folder`."""
    written = [
        {
            "cell_type": "code", "id": f"cell-{i}", "metadata": {}, "execution_count": None, "outputs": [],
            "source": text,
        }
        for i, text in enumerate(cells)
    ]  # fmt: skip
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = {"cells": written, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "book").mkdir()
    (folder / "book" / "explorer.ipynb").write_text(json.dumps(book))
    port = usable("127.0.0.1", 0) or 8899
    home = {
        name: str(folder / "home")
        for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    settings = {
        "EXPLORER_DATA_DIR": str(folder / "data"),
        "EXPLORER_CACHE_DIR": str(folder / "cache"),
        "PYTHONPATH": str(REPOSITORY),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--port-retries=0", "--ip=127.0.0.1", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder / 'book'}", "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]  # fmt: skip
    with (folder / "lab.log").open("w") as log:
        process = subprocess.Popen(
            command, env=os.environ | home | settings, stdout=log, stderr=log, cwd=folder
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=2).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "lab.log").read_text()
                time.sleep(0.5)
        yield f"{address}/lab/tree/explorer.ipynb?reset"
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def run(page: Page, index: int) -> None:
    """Run a cell, as a person does it: choose it and press its key."""
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    cells.nth(index).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
