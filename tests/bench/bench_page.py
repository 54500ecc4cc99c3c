"""How long a person waits for the page: to open, for another sample, for a profile, for the next frame.

Run by `make bench`, or alone: python -m tests.bench.bench_page
The demo corpus (500,000 samples; 146 dates of 200 x 200 px, 4 bands int16, 3 m, UTM), 1440 x 900, server and browser on
one machine. The baseline, in the same run and browser: a server that renders each frame as `hv.RGB` through `pn.bind`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.bench import forms
from tests.browser.conftest import Server, browser
from tests.browser.visit import MARKS, WIDE, Visit

__all__ = ["browser"]
OPENED, SAMPLES, PICKS, FRAMES = forms.sized((3, 4, 15, 15), (1, 1, 2, 3))
LIMITS = {"a pixel -> its profile": 0.5, "next frame": 0.1}
"""What -> seconds that its median may take; generous, for machines that do other things too."""

BASELINE = """
import sys
import holoviews as hv, numpy as np, panel as pn
from explorer import open_corpus
from explorer.analysis.composite import Painter, bands_of
from explorer.core.products import PF_SR
pn.extension(); hv.extension("bokeh", logo=False)
corpus = open_corpus("demo")
cube = corpus.cubes.get(corpus.cell(corpus.default_sample), PF_SR)
painter = Painter(cube, bands_of("true", PF_SR.id))
def page():
    frame = pn.widgets.IntSlider(name="frame", start=0, end=145)
    return pn.Column(frame, pn.bind(lambda i: hv.RGB(painter.rgb(i)).opts(width=400, height=400, title=f"frame {i}"), frame))
port = int(sys.argv[1])
print(f"http://127.0.0.1:{port}", flush=True)
pn.serve(page, port=port, show=False, verbose=False, websocket_origin=f"127.0.0.1:{port}")
"""
_MILLISECONDS = 1000.0


def _visit(browser: Browser, url: str) -> Visit:
    page = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}).new_page()
    return Visit(page, url)


def _ours(browser: Browser, server: Server) -> dict[str, list[float]]:
    from explorer.demo import featured

    times: dict[str, list[float]] = {}

    def add(what: str, seconds: float) -> None:
        times.setdefault(what, []).append(seconds)

    for _ in range(OPENED):
        visit = _visit(browser, server.url).open()
        for mark in MARKS:
            add(
                f"open -> {mark}",
                visit.page.evaluate("(m) => seen.marks(m)[0].startTime", mark) / _MILLISECONDS,
            )
        visit.page.context.close()
    visit = _visit(browser, server.url).open()
    for sample_id in featured()[1 : 1 + SAMPLES]:
        start = visit.page.evaluate("() => performance.now()")
        visit.search(sample_id)
        for mark in ("sample-selected", "first-frame", "animation-ready", "bands-drawn"):
            visit.wait("([m, id]) => seen.marks(m).some((x) => x.detail.sample === id)", [mark, sample_id])
            code = "([m, id]) => seen.marks(m).find((x) => x.detail.sample === id).startTime"
            add(f"sample -> {mark}", (visit.page.evaluate(code, [mark, sample_id]) - start) / _MILLISECONDS)
    for i in range(PICKS):
        visit.pick(10 + 12 * i, 190 - 12 * i)
        code = "() => seen.marks('profile-drawn').at(-1).startTime - seen.marks('pixel-clicked').at(-1).startTime"
        add("a pixel -> its profile", visit.page.evaluate(code) / _MILLISECONDS)
    for _ in range(FRAMES):
        code = """() => new Promise((done, fail) => {
          setTimeout(() => fail(new Error("no new frame came")), 10_000)
          const slider = seen.slider(), before = slider.getAttribute("aria-valuenow"), start = performance.now()
          slider.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, composed: true }))
          const look = () => slider.getAttribute("aria-valuenow") !== before
            ? requestAnimationFrame(() => done(performance.now() - start)) : requestAnimationFrame(look)
          look()
        })"""
        add("next frame", visit.page.evaluate(code) / _MILLISECONDS)
    visit.page.context.close()
    return times


def _plain(page: Page, url: str) -> list[float]:
    """Seconds from a new value of the slider to a new image in the page."""
    page.goto(url)
    models = "Bokeh.documents.flatMap((d) => [...d._all_models.values()])"
    titled = f"(i) => window.Bokeh && {models}.some((m) => m.type === 'Title' && m.text === `frame ${{i}}`)"
    page.wait_for_function(titled, arg=0, timeout=60_000)
    found = []
    for i in range(1, FRAMES + 1):
        code = f"""(i) => new Promise((done, fail) => {{
          setTimeout(() => fail(new Error("no new frame came")), 10_000)
          const start = performance.now()
          {models}.find((m) => m.type === "Slider").value = i
          const look = () => ({titled})(i)
            ? requestAnimationFrame(() => done(performance.now() - start)) : requestAnimationFrame(look)
          look()
        }})"""
        found.append(page.evaluate(code, i) / _MILLISECONDS)
    return found


@pytest.mark.bench
@pytest.mark.browser
@pytest.mark.timeout(600)
def test_what_a_person_waits_for(
    browser: Browser, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from explorer.server import ports

    cache = tmp_path_factory.getbasetemp() / "cache"
    server = Server("demo", cache)
    try:
        times = _ours(browser, server)
    finally:
        server.stop()
    script = tmp_path / "baseline.py"
    script.write_text(BASELINE)
    plain = Server(
        "baseline", cache, command=[sys.executable, str(script), str(ports.usable("127.0.0.1", 0))]
    )
    try:
        page = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}).new_page()
        times["next frame, rendered by the server (baseline)"] = _plain(page, plain.url)
    finally:
        plain.stop()

    print(f"\n{'what':48} {'n':>3} {'median':>9} {'p95':>9}")  # noqa: T201 - a benchmark prints
    for what, seconds in times.items():
        median, p95 = np.percentile(seconds, (50, 95)) * _MILLISECONDS
        print(f"{what:48} {len(seconds):3} {median:6.0f} ms {p95:6.0f} ms")  # noqa: T201
    ours, baseline = (
        float(np.median(times[what]))
        for what in ("next frame", "next frame, rendered by the server (baseline)")
    )
    forms.ratio("next frame / rendered by the server", ours, baseline)
    for what, most in LIMITS.items():
        forms.limit(f"{what}, s", float(np.median(times[what])), most=most)
    forms.limit("next frame / rendered by the server", ours / baseline, most=0.5)


def main() -> None:
    """Measure in the browser that the environment names."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
