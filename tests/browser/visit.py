"""What a person does on the page and what can be seen on it, in words that the tests use."""

from __future__ import annotations

import base64
import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Route, WebSocket

from explorer.analysis.profiles import to_pf
from tests import js_coverage

MARKED = "33N_15E-200N_01_09"
"""Corners: red north-west, green north-east, blue south-west, infrared south-east. Dates 0, 36 and 37; two months."""
LACKING = "32N_22E-222N_40_40"
"""No label, no Sentinel-2, no quality layers; few dates, and a broken chip after them."""
THERE_OF_LACKING = range(30, 36)

WIDE, NARROW = (1440, 900), (1024, 768)
MARKS = (
    "ready", "map-drawn", "sample-selected", "first-frame", "animation-ready", "bands-drawn", "profile-drawn",
)  # fmt: skip
MAP = "Map of samples by land cover class"
INDEX = "Indices over time"

_OUTSIDE = re.compile(r"^(?!(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:)")
_BEEN_HERE = """
try { localStorage.setItem("rapidai4eo-visited", "1"); localStorage.setItem("rapidai4eo-hints", "pixel,add,fingers,time") } catch {}
"""
_HELPERS = """
window.seen = {
  models: () => Bokeh.documents.flatMap((d) => [...d._all_models.values()]),
  named: (short) => seen.models().find((m) => (m.name ?? "").startsWith(short + "-")),
  figure: (label) => seen.models().find((m) => m.type === "Figure" && m.html_attributes["aria-label"] === label),
  slider: () => { const find = (root) => { for (const e of root.querySelectorAll('*')) { if (e.getAttribute('role') === 'slider' && e.getAttribute('aria-label') === 'Acquisition date') return e; const inner = e.shadowRoot && find(e.shadowRoot); if (inner) return inner } return null }; return find(document) },
  within: (root, selector) => { for (const node of root.querySelectorAll("*")) { if (node.matches(selector)) return node; const inner = node.shadowRoot && seen.within(node.shadowRoot, selector); if (inner) return inner } return null },
  chart: (name) => seen.within(document, `[data-chart="${name}"]`)?.chart,
  part: (short) => { const [chart, ...part] = short.split("-"); return seen.chart(chart)?.columns[part.join("-")] },
  labelled: (label) => seen.within(document, `[data-chart][aria-label="${label}"]`)?.chart,
  marks: (name) => performance.getEntriesByName("explorer:" + name),
  still: null,
  box: (f) => { try { return JSON.stringify([f.inner_width, f.inner_height, f.x_range.start, f.x_range.end, f.y_range.start, f.y_range.end]) } catch { return null } },
  settled: (label) => { if (!window.Bokeh) return true; const f = seen.figure(label), now = f ? seen.box(f) : "none"; if (!now) return false; if (!seen.still || seen.still.at !== now) seen.still = { at: now, since: performance.now() }; return performance.now() - seen.still.since > 300 },
}
"""


def query_of(url: str) -> dict[str, str]:
    """What a URL's query says by key."""
    return {key: values[-1] for key, values in parse_qs(urlsplit(url).query).items()}


class Visit:
    """One person's browser tab. `complaints` collects what must not happen. To a `newcomer` the year plays by itself, and hints are shown."""

    def __init__(self, page: Page, url: str, *, newcomer: bool = False) -> None:
        self.page, self.url = page, url
        self.complaints: list[str] = []
        page.add_init_script(_HELPERS if newcomer else _BEEN_HERE + _HELPERS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("websocket", self._websocket)
        page.context.route(_OUTSIDE, self._outside)
        self._counted = js_coverage.begin(page)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text}")

    def _outside(self, route: Route, request: Request) -> None:
        self.complaints.append(f"request to {request.url}")
        route.abort()

    def _websocket(self, socket: WebSocket) -> None:
        if _OUTSIDE.match(socket.url):
            self.complaints.append(f"websocket to {socket.url}")

    # --- coming and waiting ----------------------------------------------------------------------
    def open(self, query: str = "", *, wait_for: tuple[str, ...] = MARKS) -> Visit:
        """Go to the page and wait until what is awaited is on the screen."""
        self.count_coverage()
        self.page.goto(self.url + "/" + query)
        for name in wait_for:
            self.wait("(name) => window.seen && seen.marks(name).length", name)
        # Panels that come change the map's height, and its ranges.
        self.wait("(label) => seen.settled(label)", MAP)
        return self

    def count_coverage(self) -> None:
        """Write down what of the page's scripts has run, where that is asked for; before the page goes."""
        js_coverage.take(self._counted)

    def wait(self, condition: str, argument: Any = None) -> None:
        """Wait until a JavaScript function of the argument is true."""
        self.page.wait_for_function(condition, arg=argument)

    def count(self, mark: str) -> int:
        """How often a mark has been set."""
        return int(self.page.evaluate("(name) => seen.marks(name).length", mark))

    def wait_for_next(self, mark: str, count: int) -> None:
        """Wait until a mark has been set more often than `count`."""
        self.wait("([name, count]) => seen.marks(name).length > count", [mark, count])

    def wait_for_sample(self, sample_id: str) -> None:
        """Wait until a sample is selected, drawn and in the URL."""
        for mark in ("sample-selected", "bands-drawn"):
            self.wait(
                "([name, id]) => seen.marks(name).some((m) => m.detail.sample === id)", [mark, sample_id]
            )
        self.page.wait_for_url(lambda url: f"sample={sample_id}" in url)

    # --- what is seen ----------------------------------------------------------------------------
    def region(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)

    @property
    def query(self) -> dict[str, str]:
        """The URL's query."""
        return query_of(self.page.url)

    def wait_for_query(self, **wanted: str | None) -> None:
        """Wait until the URL, which follows a little later, says this; None: does not have that key."""
        self.page.wait_for_url(lambda url: all(query_of(url).get(k) == v for k, v in wanted.items()))

    @property
    def date(self) -> str | None:
        """The animation's date, ISO."""
        return self.slider.get_attribute("aria-valuetext")

    def wait_for_date(self, iso: str) -> None:
        """Wait until the animation shows a date and the URL says so."""
        self.page.get_by_role("slider", name="Acquisition date").and_(
            self.page.locator(f'[aria-valuetext="{iso}"]')
        ).wait_for()
        self.page.wait_for_url(lambda url: f"date={iso}" in url)

    @property
    def slider(self) -> Locator:
        return self.page.get_by_role("slider", name="Acquisition date")

    def on_timeline(self, index: int) -> tuple[float, float]:
        """Where the timeline has a date: CSS pixels of the window."""
        box = self.slider.bounding_box()
        assert box is not None
        edge = 6
        return box["x"] + edge + (index + 0.5) / 146 * (box["width"] - 2 * edge), box["y"] + edge * 2

    @property
    def image(self) -> Locator:
        return self.page.get_by_role("img", name="Planet Fusion image", exact=True)

    @property
    def stage(self) -> Locator:
        """The animation's picture; Sentinel-2's may be large beside it."""
        return self.region("Planet Fusion animation").locator(".stage")

    @property
    def large(self) -> Locator:
        """Sentinel-2's picture that is large."""
        return self.page.get_by_role("application", name=re.compile("^Sentinel-2 image"))

    @property
    def months(self) -> Locator:
        return self.page.get_by_role("group", name="Months", exact=True).get_by_role("button")

    @property
    def bands(self) -> Locator:
        return self.page.get_by_role("group", name="Bands of the month", exact=True).get_by_role("button")

    @property
    def search_field(self) -> Locator:
        return self.page.get_by_role("combobox", name="Search samples, places and classes")

    @property
    def notice(self) -> Locator:
        return self.page.get_by_role("alert")

    @property
    def sample(self) -> str:
        """The sample that the head names."""
        return self.page.locator("header code").inner_text()

    def pixels(self, canvas: Locator) -> np.ndarray:
        """What is drawn on a canvas, RGBA uint8 `(y, x, 4)`."""
        url = canvas.evaluate("(canvas) => canvas.toDataURL('image/png')")
        with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
            return np.asarray(image.convert("RGBA"))

    def crosshair(self, over: Locator) -> tuple[float, float]:
        """Middle of what an overlay draws, as (row, col) of the Planet Fusion grid."""
        drawn = self.pixels(over)[..., 3] > 128
        rows, cols = (np.flatnonzero(drawn.any(axis=axis)) for axis in (1, 0))
        assert len(rows), "no crosshair"
        middle = [
            (v.min() + v.max() + 1) / 2 / n * 200 for v, n in zip((rows, cols), drawn.shape, strict=True)
        ]
        return middle[0], middle[1]

    def columns(self, short: str) -> dict[str, list[Any]]:
        """The data of a chart's part, as `index-lines`."""
        code = """(short) => {
          const plain = (v) => ArrayBuffer.isView(v) || Array.isArray(v) ? Array.from(v, plain) : v
          return Object.fromEntries(Object.entries(seen.part(short)).map(([k, v]) => [k, plain(v)]))
        }"""
        self.wait("(short) => seen.part(short)", short)
        return dict(self.page.evaluate(code, short))

    def cursor(self, chart: str = "index") -> float:
        """Where the line of a chart over time stands: milliseconds since 1970."""
        return float(self.page.evaluate("(chart) => seen.chart(chart).places.cursor", chart))

    # --- what is done ----------------------------------------------------------------------------
    def pick(self, row: int, col: int, *, add: bool = False) -> None:
        """Click on a pixel of the animation and wait for its profile."""
        box = self.stage.bounding_box()
        assert box is not None
        place = {"x": (col + 0.5) / 200 * box["width"], "y": (row + 0.5) / 200 * box["height"]}
        self.stage.click(position=place, modifiers=["Shift"] if add else [])  # type: ignore[arg-type]
        self.wait_for_profile(row, col)

    def wait_for_profile(self, row: int, col: int) -> None:
        """Wait until the last profile that was drawn is that of a pixel."""
        code = "([row, col]) => { const last = seen.marks('profile-drawn').at(-1)?.detail.pixels.at(-1); return last && last[0] === row && last[1] === col }"
        self.wait(code, [row, col])

    def pin_in_tile(self, tile: Locator, row: int, col: int) -> None:
        """Press on a 10 m pixel of a small Sentinel-2 picture, with shift, and wait for its profile."""
        frame = tile.locator(".frame")
        box = frame.bounding_box()
        assert box is not None
        # A mouse has whole coordinates: that of the screen's pixel whose middle is nearest.
        left = round(box["x"] + (col + 0.5) / 60 * box["width"] - 0.5) - box["x"]
        top = round(box["y"] + (row + 0.5) / 60 * box["height"] - 0.5) - box["y"]
        place = {"x": left + 0.01, "y": top + 0.01}
        frame.click(position=place, modifiers=["Shift"])  # type: ignore[arg-type]
        self.wait_for_profile(*to_pf(row, col))

    def place_of(self, label: str, x: float, y: float) -> tuple[float, float]:
        """Where a chart draws its coordinates, CSS pixels of the window."""
        code = """([label, x, y]) => {
          const chart = seen.labelled(label)
          if (chart) return chart.place(x, y)
          const view = Bokeh.index.find_one(seen.figure(label)), box = view.el.getBoundingClientRect()
          return [box.x + view.frame.x_scale.compute(x), box.y + view.frame.y_scale.compute(y)]
        }"""
        left, top = self.page.evaluate(code, [label, x, y])
        return float(left), float(top)

    def click_chart(self, label: str, x: float, y: float) -> None:
        """Click on a chart at its coordinates."""
        self.page.mouse.click(*self.place_of(label, x, y))

    def search(self, text: str) -> None:
        """Use the search box."""
        self.search_field.fill(text)
        self.search_field.press("Enter")
