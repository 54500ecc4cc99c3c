"""Where am I: names, borders and ground of the map, its room, how it moves; the legend, and what does not move from sample to sample."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from explorer.core import corine
from explorer.core.theme import THEMES
from explorer.corpus.tables import towns
from explorer.views.common import palettes
from tests.browser.conftest import Server, Visitor
from tests.browser.test_map import READY, drag, middle, picture, ranges
from tests.browser.visit import MAP, MARKED, Visit
from tests.talk import until

pytestmark = pytest.mark.browser
SIZES = [(1366, 768), (1440, 900), (1920, 1080), (2560, 1440), (820, 1180), (390, 844)]


# A hand that moves 8 px each 8 ms and lets go, however slow the machine is.
_FLING = """async ([label, x, y]) => {
  const target = Bokeh.index.find_one(seen.figure(label)).canvas_view.events_el
  const say = (kind, step, buttons) => target.dispatchEvent(new PointerEvent(kind, { pointerId: 1, isPrimary: true, pointerType: "mouse", buttons, bubbles: true, clientX: x + step, clientY: y }))
  const wait = async (until) => { while (performance.now() < until) await null } // what Bokeh tells goes by promises
  say("pointerdown", 0, 1)
  for (let step = 1; step <= 10; step++) { await wait(performance.now() + 8); say("pointermove", 8 * step, 1) }
  say("pointerup", 80, 0)
}"""


@pytest.fixture
def visit(visitor: Visitor) -> Visit:
    """One visit of the demo, 1440 x 900."""
    return visitor(corpus="demo")


def opacity(visit: Visit) -> np.ndarray:
    """How opaque the names over the map are, 0 to 255, `(y, x)`, a CSS pixel each."""
    return visit.pixels(visit.page.locator("canvas.names"))[..., 3]


def beside(visit: Visit, x: float, y: float) -> float:
    """How much of what lies right of a place (EPSG:3857 metres) is letters of a name."""
    left, top = visit.place_of(MAP, x, y)
    box = visit.page.evaluate("() => { const b = seen.within(document, 'canvas.names').getBoundingClientRect(); return [b.x, b.y] }")  # fmt: skip
    px, py = round(left - box[0]), round(top - box[1])
    return float((opacity(visit)[py - 6 : py + 6, px + 6 : px + 40] > 60).mean())


def place(name: str) -> tuple[float, float]:
    """Where a town is, EPSG:3857 metres."""
    from explorer.core.grid import transformer

    town = towns.find_towns(name)[0]
    x, y = transformer(4326, 3857).transform(town.lon, town.lat)
    return float(x), float(y)


def test_names_come_with_the_zoom_and_can_be_hidden(visit: Visit) -> None:
    visit.open("?map=47.2,0.9,3000", wait_for=READY)
    until(lambda: opacity(visit).max() > 200)
    assert beside(visit, *place("Tours")) < 0.02  # no room for it yet
    visit.page.goto(visit.url + "/?map=47.3,0.8,300")
    for mark in READY:
        visit.wait("(name) => window.seen && seen.marks(name).length", mark)
    until(lambda: beside(visit, *place("Tours")) > 0.2)
    visit.page.get_by_role("button", name="Layers").click()
    names = visit.page.get_by_role("radiogroup", name="Names of places")
    names.get_by_role("radio", name="Hidden").click()
    until(lambda: opacity(visit).max() == 0)
    visit.wait_for_query(layers="none")
    names.get_by_role("radio", name="Shown").click()
    until(lambda: opacity(visit).max() > 200)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_names_can_be_read_in_both_themes(visit: Visit, theme: str) -> None:
    """Letters in the theme's colour, in a rim of the opposite."""
    visit.open(f"?map=47.3,0.8,300&theme={theme}", wait_for=READY)
    until(lambda: beside(visit, *place("Tours")) > 0.2)
    seen, left, top = picture(visit)
    x, y = (round(v) for v in visit.place_of(MAP, *place("Tours")))
    name = seen[y - int(top) - 6 : y - int(top) + 6, x - int(left) + 6 : x - int(left) + 36].astype(int)
    ink = np.array([int(THEMES[theme]["map-name"][i : i + 2], 16) for i in (1, 3, 5)])  # type: ignore[index]
    assert (np.abs(name - ink).max(axis=-1) < 40).mean() > 0.04
    lightness = name.mean(axis=-1)
    assert lightness.max() - lightness.min() > 150


def test_a_name_takes_no_click_from_a_sample(visitor: Visitor) -> None:
    visit = visitor()
    visit.open(f"?sample={MARKED}", wait_for=READY)
    hit = visit.page.evaluate(
        "([x, y]) => { let e = document.elementFromPoint(x, y); while (e?.shadowRoot) { const inner = e.shadowRoot.elementFromPoint(x, y); if (!inner || inner === e) break; e = inner } return e?.className }",
        list(middle(visit)),
    )
    assert "bk-events" in hit.split()


def test_borders_lie_over_the_samples(visit: Visit) -> None:
    visit.open("?map=49.0,4.5,1500&layers=none", wait_for=READY)
    border = tuple(int(THEMES["light"]["map-border"][i : i + 2], 16) for i in (1, 3, 5))
    seen, _, _ = picture(visit)
    assert (np.abs(seen.astype(int) - border).max(axis=-1) < 30).mean() > 0.002
    order = visit.page.evaluate("(label) => seen.figure(label).renderers.map((one) => one.name)", MAP)
    assert order.index("land") < order.index("samples") < order.index("borders")


@pytest.mark.nightly
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_enlarged_map_uses_its_room_and_has_no_void(visitor: Visitor, theme: str) -> None:
    visit = visitor(SIZES[0], corpus="demo")
    visit.open(f"?panel=map&theme={theme}&layers=none&filter=country:Malta", wait_for=READY)
    colours = THEMES[theme]  # type: ignore[index]
    ground = [[int(colours[name][i : i + 2], 16) for i in (1, 3, 5)] for name in ("map-sea", "map-land")]

    def ground_in(part: np.ndarray) -> float:
        """How much of a part of the picture is land or sea, and nothing else."""
        plain = [np.abs(part.astype(int) - colour).max(axis=-1) < 12 for colour in ground]
        return float(np.logical_or(*plain).mean())

    def check(size: tuple[int, int], least: float) -> np.ndarray:
        visit.page.set_viewport_size({"width": size[0], "height": size[1]})
        visit.wait(
            "([label, w, h]) => { const f = seen.figure(label); return f.inner_width > 0.55 * w && f.inner_width <= w && f.inner_height > 0.55 * h && f.inner_height <= h && seen.settled(label) }",
            [MAP, *size],
        )
        until(lambda: ground_in(picture(visit)[0]) > least)
        seen, _, _ = picture(visit)
        assert seen.shape[0] > 0.55 * size[1]
        assert seen.shape[1] > 0.55 * size[0]
        return seen

    for size in SIZES:
        seen = check(size, 0.5)
        # At the edges, away from buttons and the grid's lines: land or sea, and little else.
        for edge in (seen[60:-40, 4:10], seen[60:-160, -10:-4], seen[-34:-26, 200:-200], seen[2:6, 300:-60]):
            if edge.size:
                assert ground_in(edge) > 0.7, size
    visit.page.get_by_role("application").focus()
    for _ in range(4):
        visit.page.keyboard.press("-")
    until(lambda: ranges(visit)[1] - ranges(visit)[0] > 2.0e7)
    for size in SIZES:
        assert ground_in(check(size, 0.75)) > 0.75, size


def test_the_wheel_zooms_about_the_pointer_without_a_jump(visit: Visit) -> None:
    visit.open("?map=47,2.5,2000", wait_for=READY)
    x0, x1, y0, y1 = ranges(visit)
    fx, fy = 0.3, 0.7
    visit.page.mouse.move(*middle(visit, fx, fy))
    visit.page.evaluate("(label) => { const f = seen.figure(label); window.widths = []; f.x_range.change.connect(() => widths.push(f.x_range.end - f.x_range.start)) }", MAP)  # fmt: skip
    visit.page.mouse.wheel(0, -200)
    until(lambda: ranges(visit)[1] - ranges(visit)[0] < 0.66 * (x1 - x0))
    a0, a1, b0, b1 = ranges(visit)
    pixel = (x1 - x0) / 400
    assert a0 + fx * (a1 - a0) == pytest.approx(x0 + fx * (x1 - x0), abs=2 * pixel)
    assert b0 + fy * (b1 - b0) == pytest.approx(y0 + fy * (y1 - y0), abs=2 * pixel)
    widths = np.array(visit.page.evaluate("() => widths"))
    assert len(widths) >= 3  # over some frames
    assert (np.diff(widths) <= 1).all()  # and never back


def test_two_fingers_zoom_about_what_lies_between_them(browser: Browser, start: Any) -> None:
    server: Server = start("demo")
    context = browser.new_context(viewport={"width": 820, "height": 1180}, has_touch=True)
    try:
        visit = Visit(context.new_page(), server.url).open("?map=47,2.5,2000", wait_for=READY)
        x0, x1, y0, y1 = ranges(visit)
        cx, cy = middle(visit, 0.4, 0.4)
        fingers = context.new_cdp_session(visit.page)

        def touch(kind: str, apart: float | None) -> None:
            points = [] if apart is None else [{"x": cx - apart, "y": cy, "id": 0}, {"x": cx + apart, "y": cy, "id": 1}]  # fmt: skip
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", 30)
        seen = []
        for apart in (32, 36, 40, 45, 50, 55, 60):
            touch("touchMove", apart)
            seen.append(ranges(visit))
        until(lambda: (ranges(visit)[1] - ranges(visit)[0]) / (x1 - x0) == pytest.approx(0.5, abs=0.03))
        touch("touchEnd", None)
        a0, a1, b0, b1 = ranges(visit)
        pixel = (x1 - x0) / 350
        assert a0 + 0.4 * (a1 - a0) == pytest.approx(x0 + 0.4 * (x1 - x0), abs=4 * pixel)
        assert b0 + 0.4 * (b1 - b0) == pytest.approx(y0 + 0.4 * (y1 - y0), abs=4 * pixel)
        steps = np.diff(np.log([r[1] - r[0] for r in seen]))
        assert (steps < 0.01).all()
        assert steps.min() > -0.3  # no jump
        assert visit.complaints == []
    finally:
        context.close()


def test_a_drag_that_is_let_go_in_motion_runs_out_and_one_that_is_held_does_not(visit: Visit) -> None:
    visit.open("?map=47,2.5,2000", wait_for=READY)
    before = ranges(visit)
    drag(visit, [middle(visit), middle(visit, 0.6, 0.5)])
    visit.page.wait_for_url(lambda url: "map=" in url)
    x0, x1 = ranges(visit)[:2]
    assert (before[0] - x0) / (x1 - x0) == pytest.approx(0.1, abs=0.02)
    x, y = middle(visit)
    visit.page.mouse.move(x, y)

    def flung() -> bool:  # on a machine that stands still for a moment, so does the hand
        here = ranges(visit)
        visit.page.evaluate(_FLING, [MAP, x, y])
        visit.page.wait_for_timeout(700)
        return bool(here[0] - ranges(visit)[0] > 1.15 * 80 / 400 * (here[1] - here[0]))

    until(flung)


def test_without_motion_a_drag_ends_where_it_ends_and_places_are_there_at_once(
    browser: Browser, start: Any
) -> None:
    server: Server = start("demo")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    try:
        visit = Visit(context.new_page(), server.url).open("?map=47,2.5,2000", wait_for=READY)
        visit.page.evaluate("(label) => { const f = seen.figure(label); window.steps = 0; f.x_range.change.connect(() => steps++) }", MAP)  # fmt: skip
        visit.search("Portugal")
        until(lambda: ranges(visit)[0] < -900_000)
        assert visit.page.evaluate("() => steps") <= 2
        visit.page.mouse.move(*middle(visit))
        width = ranges(visit)[1] - ranges(visit)[0]
        visit.page.mouse.wheel(0, -200)
        until(lambda: ranges(visit)[1] - ranges(visit)[0] < 0.66 * width)
        assert visit.page.evaluate("() => steps") <= 4
    finally:
        context.close()


def test_the_map_flies_to_a_country(visit: Visit) -> None:
    visit.open("?map=60,20,1000", wait_for=READY)
    visit.page.evaluate("(label) => { const f = seen.figure(label); window.way = []; f.y_range.change.connect(() => way.push([(f.x_range.start + f.x_range.end) / 2, f.x_range.end - f.x_range.start])) }", MAP)  # fmt: skip
    visit.search("Portugal")
    until(lambda: ranges(visit)[1] - ranges(visit)[0] < 1.6e6 and ranges(visit)[0] < -900_000)
    visit.page.wait_for_url(lambda url: "map=" in url and "map=60" not in url)  # the link follows
    way = np.array(visit.page.evaluate("() => way"))
    assert len(way) >= 5
    assert (np.diff(way[:, 0]) <= 1).all()  # west, all the way
    assert way[:, 1].max() > 1.2 * max(way[0, 1], way[-1, 1])  # from farther off on the way
    drawn = visit.count("map-view")
    assert drawn > 0
    visit.wait("""(label) => {
      const f = seen.figure(label), image = f.renderers.find((one) => one.name === "samples").data_source.data, first = (v) => v[0] ?? v
      return Math.abs(first(image.x) - f.x_range.start) < 1 && Math.abs(first(image.dw) - (f.x_range.end - f.x_range.start)) < 1
    }""", MAP)  # fmt: skip


def test_whoever_takes_hold_of_the_map_stops_it(visit: Visit) -> None:
    visit.open("?map=60,20,300", wait_for=READY)
    visit.search("Portugal")
    start_ = ranges(visit)
    until(lambda: ranges(visit) != start_)
    visit.page.mouse.move(*middle(visit))
    visit.page.mouse.down()
    held = ranges(visit)[
        :2
    ]  # west and east: panels that come change the map's height, and so north and south
    visit.page.wait_for_timeout(400)
    assert ranges(visit)[:2] == held
    visit.page.mouse.up()


def test_the_head_says_where_the_sample_is(visit: Visit) -> None:
    visit.open(wait_for=READY)
    text = visit.page.locator("header .sample .place")
    expect(text).to_contain_text(
        re.compile(r"^(\d+ km [NSEW]{1,2} of|in) .+, \w+.* · [\d.]+° [NS], [\d.]+° [EW]$")
    )


def test_colours_for_all_eyes_reach_head_label_and_table(visitor: Visitor) -> None:
    visit = visitor()
    visit.open(f"?sample={MARKED}&colours=safe")
    wanted = [palettes.of_class(code, "safe") for code in (211, 311)]

    def colour(selector: str) -> str:
        found = visit.page.locator(selector).first.evaluate(
            "(node) => getComputedStyle(node).backgroundColor"
        )
        return "#" + "".join(f"{int(v):02x}" for v in re.findall(r"\d+", found)[:3])

    assert colour("header .sample i") == wanted[0]
    assert colour(".track i") == wanted[0]
    visit.page.get_by_role("button", name="Table", exact=True).click()
    row = visit.page.get_by_role("dialog", name="Selected samples").get_by_role("row").filter(has_text=MARKED)
    found = row.locator(".class i").evaluate("(node) => getComputedStyle(node).backgroundColor")
    assert "#" + "".join(f"{int(v):02x}" for v in re.findall(r"\d+", found)[:3]) == wanted[0]
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("button", name="Layers").click()
    visit.page.get_by_role("radio", name="CORINE colours").click()
    until(lambda: colour("header .sample i") == corine.land_cover(211).hex)
    until(lambda: colour(".track i") == corine.land_cover(211).hex)


def test_the_legend_says_how_many_classes_are_further_down_and_leads_there(visit: Visit) -> None:
    visit.open(wait_for=READY)
    page = visit.page
    buttons = page.get_by_role("list", name="Legend").get_by_role("button")
    more = page.get_by_role("button", name=re.compile(r"^Show more classes: \d+ are further down$"))
    expect(more).to_be_visible()
    told = int(re.search(r"\d+", more.get_attribute("aria-label") or "")[0])  # type: ignore[index]
    scroll = page.locator(".rows .scroll").bounding_box()
    assert scroll is not None
    total, below = buttons.count(), 0
    for i in range(total):
        box = buttons.nth(i).bounding_box()
        assert box is not None
        below += box["y"] + box["height"] > scroll["y"] + scroll["height"] + 2
    assert told == below
    for _ in range(12):
        if not more.is_visible():
            break
        more.click()
        page.wait_for_timeout(50)
    expect(more).to_be_hidden()
    last = buttons.last
    expect(last).to_be_in_viewport()
    assert (last.get_attribute("title") or "").startswith(str(corine.land_cover(int(last.get_attribute("data-code") or 0)).code))  # fmt: skip


def test_an_isolated_class_stays_in_sight(visit: Visit) -> None:
    visit.open(wait_for=READY)
    page = visit.page
    legend = page.get_by_role("list", name="Legend")
    first = legend.get_by_role("button").first
    legends = visit.count("legend")
    first.click()
    visit.wait_for_next("legend", legends)
    chosen = legend.locator('button[aria-pressed="true"]')
    page.locator(".rows .scroll").evaluate("(node) => { node.scrollTop = node.scrollHeight }")
    scroll = page.locator(".rows .scroll").bounding_box()

    def inside() -> bool:
        box = chosen.bounding_box()
        assert box is not None
        assert scroll is not None
        return bool(scroll["y"] - 1 <= box["y"] <= scroll["y"] + scroll["height"] - 20)

    until(inside)
    chosen.click()  # and is released where it stands
    expect(chosen).to_have_count(0)


@pytest.mark.nightly
def test_map_and_buttons_stay_where_they_are_from_sample_to_sample(visit: Visit) -> None:
    visit.open()
    places = set()
    for _ in range(6):
        sample = visit.sample
        boxes = [visit.page.get_by_role("button", name=name, exact=True).first.bounding_box() for name in ("Filters", "Zoom in", "Table")]  # fmt: skip
        figure = visit.page.evaluate(
            "(label) => { const f = seen.figure(label); return [f.inner_width, f.inner_height] }", MAP
        )
        places.add(str((boxes, figure)))
        visit.page.get_by_role("button", name="Surprise me").click()
        until(lambda sample=sample: visit.sample != sample)  # type: ignore[misc]
        visit.wait_for_sample(visit.sample)
    assert len(places) == 1
