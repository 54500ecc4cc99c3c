"""Two lines of a script under Panel's own server, which knows nothing of ours: a visitor gets the page, under the script's title."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from bokeh.client import pull_session

from tests import corpora
from tests.nginx import free_port
from tests.running import SECONDS

SCRIPT = """import explorer
explorer.Explorer({corpus!r}, "?sample={sample}").servable(title="My own title")
"""


def test_two_lines_are_an_application(tiny_folder: Path, tmp_path: Path) -> None:
    script, port = tmp_path / "two_lines.py", free_port()
    script.write_text(SCRIPT.format(corpus=str(tiny_folder), sample=corpora.FULL), encoding="utf-8")
    environment = os.environ | {
        "PYTHONPATH": str(Path.cwd()), "EXPLORER_DATA_DIR": str(tmp_path / "data"), "EXPLORER_CACHE_DIR": str(tmp_path / "cache"),
    }  # fmt: skip
    log = tmp_path / "log.txt"
    with log.open("w") as into:
        command = [sys.executable, "-m", "panel", "serve", str(script), "--port", str(port)]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=into, stderr=into)
    try:
        url = f"http://127.0.0.1:{port}/two_lines"
        _wait_for(url, process)
        session = pull_session(url=url)
        try:
            document = session.document
            assert document.title == "My own title"
            assert (
                sum(len(root.references()) for root in document.roots) > 50
            )  # map, panels and their components
        finally:
            session.close()
        deadline = time.monotonic() + SECONDS
        while "WebSocket connection closed" not in log.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert "Error" not in log.read_text(), log.read_text()
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 3 * SECONDS
    while True:
        assert process.poll() is None, "Panel's server has ended"
        try:
            urllib.request.urlopen(url, timeout=3 * SECONDS).close()
            return
        except urllib.error.URLError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
