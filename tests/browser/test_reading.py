"""The page for eyes that differ, and for paper: sizes of text, high contrast, print."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.visit import MARKED, NARROW, WIDE, Visit

pytestmark = pytest.mark.browser
LEAST = 12

# What is seen as text and in which size, smallest first: `[[11, "span", "2018"], ...]`.
SIZES = """() => {
  const found = []
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot)
      const own = [...node.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join(" ").trim()
      if (!own || !node.checkVisibility({ visibilityProperty: true }) || ["STYLE", "SCRIPT", "NOSCRIPT"].includes(node.tagName)) continue
      found.push([parseFloat(getComputedStyle(node).fontSize), node.tagName, own.slice(0, 40)])
    }
  }
  walk(document)
  return found.sort((a, b) => a[0] - b[0])
}"""
CHARTS = """() => seen.models().filter((m) => m.attributes?.visible !== false).flatMap((m) => Object.entries(m.attributes ?? {})
  .filter(([name, value]) => name.endsWith("text_font_size") && value)
  .map(([name, value]) => [parseFloat(value?.value ?? value), m.type, name]))"""


def test_no_text_is_smaller_than_12_px(visit: Visit) -> None:
    visit.open(f"?sample={MARKED}&pixels=120,80;30,40&curves=blue,nir,NDVI;smooth:whittaker;seasons")
    for name in ("Filters", "Layers"):
        visit.region("Sample map").get_by_role("button", name=name, exact=True).click()
        sizes = visit.page.evaluate(SIZES)
        assert len(sizes) > 100
        assert [one for one in sizes if one[0] < LEAST] == []
    for name in ("Share", "Stories", "Review"):
        visit.page.get_by_role("button", name=name, exact=True).click()
        assert [one for one in visit.page.evaluate(SIZES) if one[0] < LEAST] == []
    used = [one for one in visit.page.evaluate(CHARTS) if one[0] > 0]  # 0: an axis without words
    assert used
    # Bokeh's own defaults are of parts that show nothing here: legends, titles, colour bars.
    axes = [one for one in used if one[1].endswith("Axis") or one[1] == "Text"]
    assert [one for one in axes if one[0] < LEAST] == []


def test_a_decimal_comma_is_a_point_and_letters_are_said_to_be_no_number(visit: Visit) -> None:
    """A browser's own field for numbers drops what it does not know as it is typed: 0,25 became 25."""
    visit.open(f"?sample={MARKED}&stretch=0-0.3")
    planet = visit.region("Planet Fusion animation")
    planet.get_by_role("button", name="Picture settings").click()
    high = planet.get_by_role("spinbutton", name="Highest value of the range")
    high.fill("")
    high.press_sequentially("0,25")
    expect(high).to_have_value("0,25")  # nothing is lost on the way
    high.press("Tab")
    visit.wait_for_query(stretch="0-0.25")
    expect(high).to_have_value("0.25")
    for typed, told in (("O.2", "no number"), ("1,000", "1000 or 1.000"), ("0.2 0.3", "no number")):
        high.fill("")
        high.press_sequentially(typed)
        high.press("Tab")
        expect(planet.get_by_role("alert").filter(has_text=told)).to_be_visible()
        expect(high).to_have_value(typed)
        expect(high).to_have_attribute("aria-invalid", "true")
        assert visit.query["stretch"] == "0-0.25"
    high.fill("0.4")
    high.press("Enter")
    visit.wait_for_query(stretch="0-0.4")
    expect(planet.locator(".number-problem")).to_have_count(0)
    high.press("ArrowDown")
    visit.wait_for_query(stretch="0-0.39")


def test_filters_take_a_decimal_comma_and_say_what_is_beyond_them(visit: Visit) -> None:
    visit.open(f"?sample={MARKED}")
    map_ = visit.region("Sample map")
    map_.get_by_role("button", name="Filters", exact=True).click()
    low = map_.get_by_role("spinbutton", name="Purity (largest class), from")
    low.press_sequentially("12,5")
    low.press("Tab")
    visit.wait_for_query(filter="purity:0.125-1")
    low.fill("125")
    low.press("Tab")
    expect(map_.get_by_role("alert").filter(has_text="125 is not from 0 to 100")).to_be_visible()
    count = map_.get_by_role("spinbutton", name="Number of classes, from")
    count.fill("1,5")
    count.press("Tab")
    expect(map_.get_by_role("alert").filter(has_text="1,5 is no whole number")).to_be_visible()
    assert visit.query["filter"] == "purity:0.125-1"


# How a thing is painted: the colours of text and ground, resolved.
PAINT = "(node) => { const s = getComputedStyle(node); return [s.color, s.backgroundColor] }"
SYSTEM = """(name) => {
  const node = document.body.appendChild(document.createElement("i"))
  node.style.cssText = `forced-color-adjust: none; color: ${name}`
  const found = getComputedStyle(node).color
  node.remove()
  return found
}"""


def test_high_contrast_shows_what_is_pressed_and_keeps_colours_that_mean_something(visit: Visit) -> None:
    visit.open(f"?sample={MARKED}&theme=dark&pixels=120,80")
    planet, map_ = visit.region("Planet Fusion animation"), visit.region("Sample map")
    swatch = map_.get_by_role("list", name="Legend").locator("i").first
    bar = visit.region("Labels").locator(".track i").first
    key = visit.region("Temporal profile").locator(".key i[style]").first
    pin = visit.region("Temporal profile").locator(".pin b").first
    painted = lambda: [key.evaluate(PAINT)[0], *(node.evaluate(PAINT)[1] for node in (swatch, bar, pin))]  # noqa: E731
    own = painted()
    visit.page.emulate_media(forced_colors="active")
    assert painted() == own
    on, off = (
        planet.get_by_role("button", name=name, exact=True) for name in ("True colour", "False colour (NIR)")
    )
    highlight, text = visit.page.evaluate(SYSTEM, "Highlight"), visit.page.evaluate(SYSTEM, "HighlightText")
    assert on.evaluate(PAINT) == [text, highlight]
    assert off.evaluate(PAINT)[1] != highlight
    july = visit.months.nth(6).locator(".frame")
    assert july.evaluate("(node) => getComputedStyle(node).outlineColor") == highlight
    # A chart in dark colours stands on its own dark ground, whatever the system's is.
    assert visit.page.evaluate(GROUND) == "rgb(27, 39, 46)"


GROUND = """() => {
  let node = seen.chart("index").host
  while (node) {
    if (node instanceof Element && getComputedStyle(node).backgroundColor !== "rgba(0, 0, 0, 0)") return getComputedStyle(node).backgroundColor
    node = node.parentNode ?? node.host
  }
}"""
# What of the page can be seen and clicked: names of buttons that are not pressed.
CLICKABLE = """() => {
  const found = []
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot)
      const on = ["aria-pressed", "aria-checked"].some((name) => node.getAttribute(name) === "true")
      if (node.tagName === "BUTTON" && !on && !node.matches(".tile, li > button") && node.checkVisibility({ visibilityProperty: true })) found.push(node.getAttribute("aria-label") ?? node.textContent)
    }
  }
  walk(document)
  return found
}"""


SHEET = 690  # CSS px of A4 and of US Letter, whichever is less


@pytest.mark.parametrize(("size", "pages"), [(WIDE, 1), ((1366, 768), 1), (NARROW, 3)])
def test_paper_has_all_panels_and_no_controls_and_is_light(
    visitor: Visitor, size: tuple[int, int], pages: int
) -> None:
    visit = visitor(size).open(f"?sample={MARKED}&theme=dark")
    made = visit.page.pdf(prefer_css_page_size=True)  # without what a window does that becomes paper's size
    assert len(re.findall(rb"/Type\s*/Page\b", made)) == pages
    visit.page.emulate_media(media="print")
    assert visit.page.evaluate(CLICKABLE) == []
    for name in ("Sample map", "Labels", "Planet Fusion animation", "Sentinel-2 bands", "Temporal profile"):
        expect(visit.region(name)).to_be_visible()
        box = visit.region(name).bounding_box()
        assert box is not None
        assert box["height"] <= SHEET, name  # or it is cut
        assert (
            visit.region(name).evaluate("(node) => getComputedStyle(node).backgroundColor")
            == "rgb(255, 255, 255)"
        )
        title = visit.region(name).get_by_role("heading").first
        assert title.evaluate("(node) => getComputedStyle(node).color") == "rgb(23, 38, 46)"
    expect(visit.region("Planet Fusion animation").locator(".credit")).to_be_visible()
    expect(visit.page.locator("header code")).to_have_text(MARKED)
    expect(visit.region("Planet Fusion animation").get_by_role("button", name="True colour")).to_be_visible()
