"""Windows of all sizes: everything can be reached by scrolling down and is covered by nothing, dialogs fit, fingers scroll the page."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visitor
from tests.browser.visit import MARKED, Visit

pytestmark = pytest.mark.browser

PHONE, TABLET, ZOOMED, NARROW = (390, 844), (820, 1180), (960, 600), (1024, 768)
SMALL = (PHONE, TABLET, ZOOMED, NARROW)
LARGE = ((1366, 768), (1440, 900), (1920, 1080), (2560, 1440))
RICH = f"?sample={MARKED}&pixels=120,80;30,40&regions=box:10,20,60,80&filter=largest:211,311"

# Every control that is seen: scrolled to, and touched at its middle. What is found there has to be the control or a part of it.
WALK = """
() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? all(node.shadowRoot) : [])])
  const parent = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null
  const within = (node, other) => { for (let at = node; at; at = parent(at)) if (at === other) return true; return false }
  const at = (x, y) => { let found = document.elementFromPoint(x, y); while (found?.shadowRoot) { const inner = found.shadowRoot.elementFromPoint(x, y); if (!inner || inner === found) break; found = inner } return found }
  const name = (node) => `${node.tagName.toLowerCase()}.${node.className} “${(node.getAttribute("aria-label") ?? node.textContent ?? "").trim().slice(0, 40)}”`
  const controls = all(document.querySelector("main#page")).filter((node) =>
    node.matches("button, a[href], input, select, textarea, summary, [role=slider], [tabindex='0']") && node.checkVisibility({ visibilityProperty: true, opacityProperty: false })
    && getComputedStyle(node).pointerEvents !== "none" && node.getClientRects().length)
  const wrong = []
  for (const node of controls) {
    node.scrollIntoView({ block: "center", inline: "center" })
    const box = node.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2
    if (box.width < 1 || box.height < 1) wrong.push(`${name(node)} has no room`)
    else if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) wrong.push(`${name(node)} cannot be reached: ${Math.round(x)}, ${Math.round(y)}`)
    else if (node.matches("button, select") && (box.width < 23.9 || box.height < 23.9)) wrong.push(`${name(node)} is ${box.width.toFixed(1)} × ${box.height.toFixed(1)}`)
    else {
      const found = at(x, y)
      if (!found || !(within(found, node) || found.closest?.("label")?.contains(node))) wrong.push(`${name(node)} is covered by ${found ? name(found) : "nothing"}`)
    }
    if (scrollX) { wrong.push(`${name(node)} scrolls the page sideways`); scrollTo(0, scrollY) }
  }
  scrollTo(0, 0)
  return { count: controls.length, wrong }
}
"""
# Texts of the head that are cut off: their own boxes, and the hint in the field.
CUT = """
() => {
  const head = seen.within(document, "header"), wrong = []
  const box = head.getBoundingClientRect()
  for (const node of head.querySelectorAll("*")) {
    if (!node.checkVisibility() || !node.getClientRects().length) continue
    const place = node.getBoundingClientRect()
    if (node.matches("h1, code, button, form") && (place.left < box.left - 0.5 || place.right > box.right + 0.5)) wrong.push(`${node.outerHTML.slice(0, 60)} leaves the head`)
    if (node.matches("h1, code, button") && node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== "inline") wrong.push(`${node.outerHTML.slice(0, 60)} is cut`)
    if (node.matches("input")) {
      const style = getComputedStyle(node), context = document.createElement("canvas").getContext("2d")
      context.font = `${style.fontSize} ${style.fontFamily}`
      const room = node.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
      if (context.measureText(node.placeholder).width > room + 1) wrong.push(`the hint has ${room.toFixed(0)} px`)
    }
  }
  return wrong
}
"""
# Whether all panels have been in their places for a while.
STILL = """
() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? all(node.shadowRoot) : [])])
  const boxes = all(document).filter((node) => node.matches("[role=region], .stage, .tile, header, [data-chart]")).map((node) => node.getBoundingClientRect())
  const now = JSON.stringify(boxes.map((box) => [box.x, box.y + scrollY, box.width, box.height]))
  if (seen.lain?.at !== now) seen.lain = { at: now, since: performance.now() }
  return performance.now() - seen.lain.since > 300 && seen.settled("Map of samples by land cover class")
}
"""
SIDEWAYS = "() => document.scrollingElement.scrollWidth - innerWidth"


def press_action(visit: Visit, name: str) -> None:
    """Press one of the head's buttons, in its menu where there is one."""
    menu = visit.page.get_by_role("button", name="Menu", exact=True)
    if menu.is_visible():
        menu.click()
    visit.page.get_by_role("button", name=name, exact=True).click()


def box_of(found: Locator) -> dict[str, float]:
    """Where it is, CSS pixels of the window."""
    box = found.bounding_box()
    assert box is not None
    return dict(box)


def resize(visit: Visit, size: tuple[int, int]) -> None:
    """Another window of the same page, once its parts have their places."""
    visit.page.set_viewport_size({"width": size[0], "height": size[1]})
    visit.wait("(width) => innerWidth === width", size[0])
    visit.wait(STILL)


@pytest.mark.parametrize("touch", [False, True])
def test_every_control_can_be_reached_and_is_covered_by_nothing(visitor: Visitor, touch: bool) -> None:
    """In all sizes, one after the other: a page that is resized has to fit as one that is opened."""
    sizes = (PHONE, TABLET) if touch else (*SMALL, *LARGE)
    visit = visitor(sizes[0], has_touch=touch, is_mobile=touch).open(RICH)
    visit.wait("() => seen.marks('legend').length")
    for size in sizes:
        resize(visit, size)
        found = visit.page.evaluate(WALK)
        assert found["count"] > 60, size
        assert found["wrong"] == [], size
        assert visit.page.evaluate(CUT) == [], size
        assert visit.page.evaluate(SIDEWAYS) <= 0, size
        if size in (PHONE, TABLET) and not touch:
            check_one_column(visit, size)


def check_one_column(visit: Visit, size: tuple[int, int]) -> None:
    """Panels under each other, each with its room."""
    names = ("Sample map", "Labels", "Planet Fusion animation", "Temporal profile", "Sentinel-2 bands")
    boxes = [box_of(visit.region(name)) for name in names]
    for one, next_one in pairwise(boxes):
        assert one["y"] + one["height"] <= next_one["y"]
    for box in boxes:
        assert box["x"] >= 0
        assert size[0] - 30 <= box["width"] <= size[0]
    for name, least in zip(names, (300, 80, 400, 300, 400), strict=True):
        assert box_of(visit.region(name))["height"] >= least, name
    picture = box_of(visit.stage)
    assert picture["width"] > 0.8 * min(size[0], size[1] - 200)


@pytest.mark.nightly
def test_dialogs_fit_and_the_menu_gives_them_back(visitor: Visitor) -> None:
    visit = visitor(SMALL[0]).open(f"?sample={MARKED}")
    for size in SMALL:
        resize(visit, size)
        check_dialogs(visit, size)
        check_table(visit, size)


def check_dialogs(visit: Visit, size: tuple[int, int]) -> None:
    """Each opens within the window and gives the focus back."""
    dialogs = {
        "Help": "Help",
        "About this corpus": "About this corpus",
        "Share": "Share",
        "Stories": "Stories",
    }
    for opener, name in dialogs.items():
        press_action(visit, opener)
        dialog = visit.page.get_by_role("dialog", name=name, exact=True)
        expect(dialog).to_be_visible()
        if name == "About this corpus":
            expect(dialog.get_by_role("status")).to_contain_text("samples were looked at:")
        box = box_of(dialog)
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= size[0]
        assert box["y"] + box["height"] <= size[1]
        visit.page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        focused = visit.page.locator("header button:focus")
        expect(focused).to_have_count(1)
    for opener, name in (("Filters", "Filters"), ("Layers", "Map layers"), ("Picture settings", "Picture settings"), ("Curves ▾", "Curves")):  # fmt: skip
        visit.page.get_by_role("button", name=opener, exact=True).click()
        dialog = visit.page.get_by_role("dialog", name=name, exact=True)
        expect(dialog).to_be_visible()
        box = box_of(dialog)
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= size[0], name
        assert box["height"] > 80, name
        visit.page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()


def check_table(visit: Visit, size: tuple[int, int]) -> None:
    """The table of samples is in the window and does not scroll sideways."""
    visit.page.get_by_role("button", name="Table", exact=True).click()
    table = visit.page.get_by_role("dialog", name="Selected samples")
    expect(table).to_be_visible()
    box = box_of(table)
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size[0]
    assert box["y"] + box["height"] <= size[1]
    if size != PHONE:  # six columns are wider than a phone: there the table scrolls, not the page
        assert table.locator(".scroll").evaluate("(node) => node.scrollWidth - node.clientWidth") <= 0
    assert visit.page.evaluate(SIDEWAYS) <= 0
    visit.page.keyboard.press("Escape")
    expect(table).to_be_hidden()


def swipe(visit: Visit, at: dict[str, float], down: float) -> None:
    """One finger from the middle of a box, so many CSS pixels down (less than 0: up, so that the page moves down)."""
    send = visit.page.context.new_cdp_session(visit.page).send
    x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        send(
            "Input.dispatchTouchEvent",
            {"type": "touchMove", "touchPoints": [{"x": x, "y": y + down * step / 10}]},
        )
    send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_scrolls_the_page_wherever_it_is_put(visitor: Visitor) -> None:
    visit = visitor(PHONE, has_touch=True, is_mobile=True).open(f"?sample={MARKED}")
    for part in (
        visit.stage,
        visit.page.get_by_role("img", name="Map of samples by land cover class"),
        visit.slider,
        visit.page.get_by_role("figure", name="Indices over time"),
    ):
        part.evaluate("(node) => node.scrollIntoView({ block: 'center' })")
        before = visit.page.evaluate("scrollY")
        swipe(visit, box_of(part), -150)
        visit.wait("(before) => Math.abs(scrollY - before) > 100", before)


def ranges(visit: Visit) -> list[float]:
    """What the map shows, web mercator metres."""
    found: list[float] = visit.page.evaluate(
        "(label) => { const { x_range: x, y_range: y } = seen.figure(label); return [x.start, x.end, y.start, y.end] }",
        "Map of samples by land cover class",
    )
    return found


def test_two_fingers_zoom_the_map_and_leave_the_page_where_it_is(visitor: Visitor) -> None:
    visit = visitor(PHONE, has_touch=True, is_mobile=True).open(f"?sample={MARKED}")
    part = visit.page.get_by_role("img", name="Map of samples by land cover class")
    part.evaluate("(node) => node.scrollIntoView({ block: 'center' })")
    box, before, scrolled = box_of(part), ranges(visit), visit.page.evaluate("scrollY")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    send = visit.page.context.new_cdp_session(visit.page).send

    def touch(kind: str, apart: float, lower: float) -> None:
        points: list[dict[str, Any]] = [
            {"x": x - apart, "y": y + lower, "id": 0}, {"x": x + apart, "y": y + lower, "id": 1}
        ]  # fmt: skip
        send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 20, 0)
    for step in range(1, 9):
        touch("touchMove", 20 + 6 * step, 2 * step)
    send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wide = before[1] - before[0]
    visit.wait(
        "([label, wide]) => { const { x_range: x } = seen.figure(label); return x.end - x.start < 0.9 * wide }",
        ["Map of samples by land cover class", wide],
    )
    assert visit.page.evaluate("scrollY") == scrolled


@pytest.mark.nightly
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_in_small_windows(visitor: Visitor, theme: str) -> None:
    visit = visitor(PHONE).open(f"{RICH}&theme={theme}")
    visit.wait("() => seen.marks('legend').length")
    for size in (PHONE, TABLET):
        resize(visit, size)
        assert violations(visit.page) == [], size
        press_action(visit, "Help")
        expect(visit.page.get_by_role("dialog", name="Help", exact=True)).to_be_visible()
        assert violations(visit.page) == [], size
        visit.page.keyboard.press("Escape")
