"""What charts have room for: an axis that holds all that comes, numbered pins, more height, and long menus that are searched."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from explorer.analysis import indices
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

READY = ("animation-ready", "bands-drawn", "profile-drawn")
PINS = "42,137;60,20;120,80;150,150;20,20;180,40;90,90;30,170"

PARTS: dict[str, dict[str, Any]] = {
    "lines": {"xs": [[0, 1]], "ys": [[0.2, 0.4]], "colour": ["#123456"]},
    "smooth": {"xs": [[0, 1]], "ys": [[0.1, 0.93]], "colour": ["#123456"]},
    "behind": {"xs": [[0, 1]], "ys": [[-0.05, 0.7]], "colour": ["#123456"]},
    "spread": {"xs": [[0, 1, 1]], "ys": [[0.3, 0.99, 0.3]], "colour": ["#123456"], "held": [True]},
}
"""Of a chart over time: parts whose values each reach beyond the others'."""
HOLDS = """(parts) => {
  const chart = seen.chart("bands")
  chart.forget()
  for (const part of ["lines", "smooth", "behind", "spread"]) chart.set(part, { xs: [], ys: [], colour: [], held: [] })
  return new Promise((done) => {
    const next = (rest) => {
      if (!rest.length) { done(chart.view.y); return }
      const [[name, data], ...others] = rest
      chart.set(name, data)
      requestAnimationFrame(() => next(others))
    }
    next(parts)
  })
}"""


def test_the_axis_holds_all_that_comes_in_any_order(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=42,137", wait_for=READY)
    ranges = set()
    for order in itertools.permutations(PARTS):
        low, high = visit.page.evaluate(HOLDS, [[name, PARTS[name]] for name in order])
        assert low < -0.05, order
        assert high > 0.99, order
        ranges.add((round(low, 6), round(high, 6)))
    assert len(ranges) <= 4  # it may stay where it still fits, and never dances far


def test_what_came_while_somebody_was_zoomed_in_is_there_after_they_zoom_out(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=42,137", wait_for=READY)
    chart = visit.page.get_by_role("application", name="Reflectance over time")
    box = chart.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    visit.page.keyboard.down("Shift")
    visit.page.mouse.move(x, y)
    visit.page.mouse.down()
    visit.page.mouse.move(x + 80, y + 20, steps=3)
    visit.page.mouse.up()
    visit.page.keyboard.up("Shift")
    zoomed = visit.page.evaluate("() => seen.chart('bands').view.y")
    visit.page.evaluate("(part) => seen.chart('bands').set('smooth', part)", PARTS["smooth"])
    assert visit.page.evaluate("() => seen.chart('bands').view.y") == zoomed
    chart.press("0")
    assert visit.page.evaluate("() => seen.chart('bands').view.y")[1] > 0.93


def test_eight_pins_have_the_same_number_in_chip_and_chart(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels={PINS}", wait_for=READY)
    pins = visit.page.get_by_role("list", name="Pinned pixels").get_by_role("listitem")
    expect(pins).to_have_count(8)
    assert pins.locator("b").all_inner_texts() == [str(i + 1) for i in range(8)]
    visit.wait("() => seen.part('index-numbers')?.text.length === 8")
    found = visit.columns("index-numbers")
    assert found["text"] == [str(i + 1) for i in range(8)]
    colours = pins.locator("b").evaluate_all("(all) => all.map((b) => getComputedStyle(b).backgroundColor)")
    drawn = visit.page.locator('[data-chart="index"] [data-part="numbers"] circle')
    expect(drawn).to_have_count(8)
    by_colour = {
        c.replace(" ", "") for c in drawn.evaluate_all("(all) => all.map((c) => getComputedStyle(c).fill)")
    }
    assert by_colour == {c.replace(" ", "") for c in colours}
    tops = sorted(float(c) for c in drawn.evaluate_all("(all) => all.map((c) => c.getAttribute('cy'))"))
    height = visit.page.locator('[data-chart="index"]').bounding_box()
    assert height is not None
    assert tops[0] > 0
    assert tops[-1] < height["height"]


def test_numbers_stand_at_the_crosses_of_both_images_where_there_are_several(visit: Visit, demo: str) -> None:
    words = """() => { window.words = []; const p = CanvasRenderingContext2D.prototype, old = p.fillText
      p.fillText = function (text, ...rest) { window.words.push([this.canvas.closest('.stage') ? 'planet' : this.canvas.className, String(text)]); return old.call(this, text, ...rest) } }"""
    visit.page.add_init_script(f"({words})()")
    visit.open(f"?sample={demo}&pixels=42,137;60,20;120,80", wait_for=READY)
    visit.wait(
        "() => ['1', '2', '3'].every((n) => window.words.some(([where, text]) => where === 'planet' && text === n))"
    )
    visit.wait(
        "() => ['1', '2', '3'].every((n) => window.words.some(([where, text]) => where === 'over' && text === n))"
    )


def grip(visit: Visit, label: str) -> Locator:
    return visit.page.get_by_role("separator", name=f"Height of the chart: {label}")


def heights(visit: Visit) -> tuple[float, float]:
    found = [visit.page.locator(f'[data-chart="{name}"]').bounding_box() for name in ("bands", "index")]
    assert found[0] is not None
    assert found[1] is not None
    return found[0]["height"], found[1]["height"]


@pytest.mark.parametrize("size", [(1440, 900), (820, 1180)])
def test_a_chart_is_made_taller_by_its_lower_edge(visitor: Any, demo: str, size: tuple[int, int]) -> None:
    visit = visitor(size).open(f"?sample={demo}&pixels=42,137", wait_for=READY)
    edge = grip(visit, "Reflectance over time")
    edge.scroll_into_view_if_needed()
    bands, index = heights(visit)
    box = edge.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    visit.page.mouse.move(x, y)
    visit.page.mouse.down()
    visit.page.mouse.move(x, y + 60, steps=4)
    visit.page.mouse.up()
    after = heights(visit)
    assert after[0] == pytest.approx(bands + 60, abs=3)
    assert after[1] == pytest.approx(index, abs=3)
    expect(edge).to_have_attribute("aria-valuenow", str(round(after[0])))
    region = visit.region("Temporal profile").bounding_box()
    low = visit.page.locator('[data-chart="index"]').bounding_box()
    assert region is not None
    assert low is not None
    assert low["y"] + low["height"] <= region["y"] + region["height"] + 1
    below = visit.region("Sentinel-2 bands").bounding_box()
    assert below is not None
    assert below["y"] + below["height"] <= region["y"] or below["y"] >= region["y"] + region["height"]


def test_the_lower_edge_works_by_keys_and_goes_back(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=42,137", wait_for=READY)
    before = heights(visit)
    edge = grip(visit, "Indices over time")
    edge.focus()
    for _ in range(3):
        visit.page.keyboard.press("ArrowDown")
    assert heights(visit)[1] == pytest.approx(before[1] + 48, abs=3)
    visit.page.keyboard.press("PageDown")
    assert heights(visit)[1] == pytest.approx(before[1] + 144, abs=3)
    expect(edge).to_have_attribute("aria-valuenow", str(round(heights(visit)[1])))
    visit.page.keyboard.press("Home")
    assert heights(visit) == pytest.approx(before, abs=3)


def test_indices_of_the_curves_are_searched_by_name_and_application(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=42,137", wait_for=READY)
    visit.page.get_by_role("button", name="Curves ▾").click()
    field = visit.page.get_by_role("combobox", name="Add an index")
    field.click()
    listed = visit.page.get_by_role("listbox", name="Indices found")
    expect(listed.get_by_role("option")).to_have_count(len(indices.available("S2-SR")))
    field.fill("enhanced veg")
    expect(listed.get_by_role("option").first).to_contain_text("EVI")
    few = listed.get_by_role("option").count()
    assert 0 < few < 20
    field.fill("burn")
    expect(listed.get_by_role("option").first).to_contain_text("burn")
    field.fill("evi")
    expect(listed.get_by_role("option", selected=True)).to_contain_text("Enhanced Vegetation Index")
    field.press("Enter")
    expect(visit.page.get_by_role("button", name="Remove EVI", exact=True)).to_be_visible()
    visit.wait_for_query(curves="blue,green,red,nir,NDVI,EVI")
    field.fill("no such thing")
    expect(listed).to_be_hidden()
    field.press("Enter")
    expect(visit.page.get_by_role("dialog", name="Curves").get_by_role("alert")).to_contain_text(
        "No index is called"
    )


def test_what_the_image_shows_is_searched_and_escape_leaves_it_as_it_is(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}", wait_for=READY)
    visit.page.get_by_role("button", name="Picture settings").click()
    field = visit.page.get_by_role("combobox", name="Shown in the image")
    expect(field).to_be_focused()
    expect(field).to_have_value("True colour")
    field.press("ArrowDown")
    listed = visit.page.get_by_role("listbox", name="Composites, bands and indices")
    assert listed.get_by_role("option").count() > 100
    field.press("Escape")
    expect(listed).to_be_hidden()
    expect(visit.page.get_by_role("dialog", name="Picture settings")).to_be_visible()
    field.fill("water")
    field.press("ArrowDown")
    second = listed.get_by_role("option", selected=True).locator("b").inner_text()
    field.press("Enter")
    visit.page.wait_for_url(lambda url: f"composite=index:{second}" in url)
    expect(field).to_have_value(re.compile(f"^{re.escape(second)}: "))
