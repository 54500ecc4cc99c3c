"""How much of the page's JavaScript the browser tests run: `EXPLORER_JS_COVERAGE=FOLDER` collects, `python -m tests.js_coverage FOLDER` tells.

Chromium counts which ranges of each script ran. In place of the bundle the browser gets the modules that it is made of, each by itself; what stands in
the page's HTML is found in it by its text. What a test leaves by closing a tab without its visit is not seen.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import CDPSession, Error, Page, Route

from explorer.server.serving import component_bundle

PACKAGE = Path(__file__).parent.parent / "explorer"
FOLDER = os.environ.get("EXPLORER_JS_COVERAGE", "")
_MODULES = "/js-coverage/"
_IN_HTML = ("shell.js", "connection.js")


def begin(page: Page) -> CDPSession | None:
    """Count from now on, where it is asked for and the browser is Chromium."""
    if not FOLDER:
        return None
    page.route(f"**/scripts/{component_bundle().name}", _the_modules)
    page.route(f"**{_MODULES}**", _module)
    try:
        session = page.context.new_cdp_session(page)
    except Error:
        return None
    session.send("Profiler.enable")
    session.send("Debugger.enable")
    session.send("Profiler.startPreciseCoverage", {"callCount": False, "detailed": True})
    return session


def _the_modules(route: Route) -> None:
    entry = f"{_MODULES}views/all_components.js"
    route.fulfill(content_type="text/javascript", body=f'export {{ default }} from "{entry}"')


def _module(route: Route) -> None:
    path = PACKAGE / route.request.url.partition(_MODULES)[2]
    route.fulfill(content_type="text/javascript", body=path.read_text(encoding="utf-8"))


def _files() -> list[Path]:
    found = [
        path for room in ("browser", "views", "server") for path in sorted((PACKAGE / room).rglob("*.js"))
    ]
    return [path for path in found if not path.name.endswith(".bundle.js")]


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
    texts = {path.name: path.read_text(encoding="utf-8").strip() for path in _files()}
    found: dict[str, list[tuple[int, int]]] = {}
    for script in counted:
        module = script["url"].partition(_MODULES)[2].rpartition("/")[2]
        if not module and ("/scripts/" in script["url"] or not script["url"].startswith("http://127.0.0.1")):
            continue
        source = session.send("Debugger.getScriptSource", {"scriptId": script["scriptId"]})["scriptSource"]
        ran = None
        for name in (module,) if module else _IN_HTML:
            if (at := source.find(texts[name])) < 0:
                continue
            ran = _ran(len(source), script["functions"]) if ran is None else ran
            edges = np.flatnonzero(np.diff(np.concatenate([[0], ran[at : at + len(texts[name])], [0]])))
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
    texts = {path.name: path.read_text(encoding="utf-8").strip() for path in _files()}
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
