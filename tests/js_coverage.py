"""How much of the page's JavaScript the browser tests run: `EXPLORER_JS_COVERAGE=FOLDER` collects, `python -m tests.js_coverage FOLDER` tells.

Chromium counts which ranges of each script ran. A component's script is several of our files, one after the other; a
range is counted for the file that it lies in. What a test leaves by closing a tab without its visit is not seen.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import CDPSession, Error, Page

PACKAGE = Path(__file__).parent.parent / "explorer"
FOLDER = os.environ.get("EXPLORER_JS_COVERAGE", "")


def begin(page: Page) -> CDPSession | None:
    """Count from now on, where it is asked for and the browser is Chromium."""
    if not FOLDER:
        return None
    try:
        session = page.context.new_cdp_session(page)
    except Error:
        return None
    session.send("Profiler.enable")
    session.send("Debugger.enable")
    session.send("Profiler.startPreciseCoverage", {"callCount": False, "detailed": True})
    return session


def take(session: CDPSession | None) -> None:
    """Write down what has run since it was last taken."""
    if session is None:
        return
    try:
        counted = session.send("Profiler.takePreciseCoverage")["result"]
        kept = _by_file(session, counted)
    except Error:  # the tab is gone
        return
    Path(FOLDER).mkdir(parents=True, exist_ok=True)
    (Path(FOLDER) / f"{uuid.uuid4().hex}.json").write_text(json.dumps(kept), encoding="utf-8")


def _by_file(session: CDPSession, counted: list[dict[str, Any]]) -> dict[str, list[tuple[int, int]]]:
    """Ranges that ran, by our file: positions in its text."""
    texts = {
        path.name: path.read_text(encoding="utf-8").strip()
        for path in [*(PACKAGE / "views").rglob("*.js"), *(PACKAGE / "server").rglob("*.js")]
    }
    found: dict[str, list[tuple[int, int]]] = {}
    for script in counted:
        if not script["url"].startswith(("blob:", "http://127.0.0.1")) or "/scripts/" in script["url"]:
            continue
        source = session.send("Debugger.getScriptSource", {"scriptId": script["scriptId"]})["scriptSource"]
        ran = None
        for name, text in texts.items():
            if (at := source.find(text)) < 0:
                continue
            ran = _ran(len(source), script["functions"]) if ran is None else ran
            edges = np.flatnonzero(np.diff(np.concatenate([[0], ran[at : at + len(text)], [0]])))
            found.setdefault(name, []).extend(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    return found


def _ran(length: int, functions: list[dict[str, Any]]) -> np.ndarray:
    """Which characters ran, int8 `(length,)`: inner ranges come after those around them, and count."""
    ran = np.zeros(length, np.int8)
    for function in functions:
        for part in function["ranges"]:
            ran[part["startOffset"] : part["endOffset"]] = part["count"] > 0
    return ran


def told(folder: Path) -> str:
    """A line a file, least first, and the whole."""
    texts = {
        path.name: path.read_text(encoding="utf-8").strip()
        for path in sorted([*(PACKAGE / "views").rglob("*.js"), *(PACKAGE / "server").rglob("*.js")])
    }
    ran = {name: np.zeros(len(text), bool) for name, text in texts.items()}
    for path in folder.glob("*.json"):
        for name, ranges in json.loads(path.read_text(encoding="utf-8")).items():
            for begin, end in ranges:
                ran[name][begin:end] = True
    shares = sorted((float(mask.mean()) if mask.size else 1.0, name) for name, mask in ran.items())
    whole = sum(int(mask.sum()) for mask in ran.values()) / sum(mask.size for mask in ran.values())
    return "\n".join(
        [*(f"{100 * share:5.1f} %  {name}" for share, name in shares), f"{100 * whole:5.1f} %  all"]
    )


if __name__ == "__main__":
    sys.stdout.write(told(Path(sys.argv[1])) + "\n")
