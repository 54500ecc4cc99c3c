"""The search in a real browser, by keyboard and mouse: suggestions, chips, the nearest sample, the table beside the picture."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filters import Filters
from tests.browser.axe import violations
from tests.browser.conftest import Visitor
from tests.browser.test_map import READY, europe, ranges, wait_for_count
from tests.browser.test_small_windows import STILL
from tests.browser.visit import NARROW, WIDE, Visit
from tests.talk import until

__all__ = ["europe"]

pytestmark = pytest.mark.browser

PHONE, TABLET = (390, 844), (820, 1180)


@pytest.fixture
def visit(visitor: Visitor) -> Visit:
    return visitor(corpus="demo").open(wait_for=READY)


def options(visit: Visit) -> Locator:
    return visit.page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def typed(visit: Visit, text: str) -> Locator:
    """Type, and wait for the suggestions of the whole text."""
    visit.search_field.focus()
    visit.search_field.press_sequentially(text)
    visit.wait(
        "(n) => seen.marks('suggestions-counted').length && seen.marks('suggestions-counted').at(-1).detail.ticket >= n",
        len(text),
    )
    return options(visit)


def test_a_phrase_becomes_chips_and_the_map_shows_what_is_left(visit: Visit, europe: Corpus) -> None:
    page = visit.page
    before = ranges(visit)
    found = typed(visit, "vineyards Ita")
    expect(page.get_by_role("group", name="Filters")).to_be_visible()
    expect(visit.search_field).to_have_attribute("aria-expanded", "true")
    expect(found.first).to_contain_text("Mostly Vineyards · Italy")
    expect(found.first).to_contain_text("samples")
    visit.search_field.fill("vineyards Italy >= 80 %")
    visit.search_field.press("Enter")
    filters = Filters(classes=(221,), min_fraction=0.8, countries=("Italy",))
    rows = europe.query(filters=filters)
    wait_for_count(visit, len(rows))
    expect(page.get_by_label("Search result")).to_have_text(
        f"{len(rows):,} samples: ≥ 80 % Vineyards · Italy"
    )
    expect(visit.search_field).to_have_attribute("aria-expanded", "false")
    page.wait_for_url(lambda url: "filter=" in url and "map=" in url)
    assert visit.query["filter"] == filters.format()
    until(lambda: ranges(visit) != before)
    x0, x1, y0, y1 = ranges(visit)
    assert x0 < rows["x"].min() < rows["x"].max() < x1
    assert y0 < rows["y"].min() < rows["y"].max() < y1
    page.get_by_role("button", name="Remove filter: ≥ 80 % Vineyards").click()
    wait_for_count(visit, len(europe.query("Italy")))
    page.get_by_role("button", name="Remove filter: Italy").click()
    wait_for_count(visit, len(europe.samples))


def test_suggestions_are_gone_through_by_keyboard(visit: Visit, europe: Corpus) -> None:
    page = visit.page
    found = typed(visit, "tusc")
    expect(found.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(found.first).to_have_attribute("aria-selected", "true")
    first = found.first.get_attribute("id") or ""
    expect(visit.search_field).to_have_attribute("aria-activedescendant", first)
    page.keyboard.press("ArrowUp")
    expect(found.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    assert violations(page) == []
    page.keyboard.press("Enter")
    wait_for_count(visit, len(europe.query("Tuscany")))
    visit.wait_for_query(filter="region:Tuscany%2C Italy")
    expect(visit.search_field).to_be_focused()
    # Escape closes the list, and then empties the field.
    typed(visit, " x")
    visit.search_field.fill("bava")
    expect(found.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(found).to_have_count(0) if not found.count() else expect(found.first).to_be_hidden()
    expect(visit.search_field).to_have_value("bava")
    page.keyboard.press("Escape")
    expect(visit.search_field).to_have_value("")


def test_enter_on_a_town_opens_the_nearest_sample(visit: Visit) -> None:
    visit.search("Tours")
    told = visit.page.get_by_label("Search result")
    expect(told).to_have_text(re.compile(r"^[\d.]+ k?m from Tours, France$"))
    visit.page.wait_for_url(lambda url: "sample=" in url)
    assert float(visit.query["sample"][:2]) in (30, 31)
    visit.search("zzz qqq")
    expect(visit.notice.filter(has_text="zzz qqq")).to_be_visible()


def test_a_word_too_many_is_named(visit: Visit, europe: Corpus) -> None:
    visit.search("blue vineyards France")
    expect(visit.page.get_by_label("Search result")).to_contain_text("not understood: 'blue'")
    wait_for_count(visit, len(europe.query("vineyards France")))


@pytest.mark.nightly
def test_the_table_leaves_the_picture_in_sight(visitor: Visitor) -> None:
    visit = visitor(corpus="demo").open("?filter=country:Luxembourg", wait_for=READY)
    page = visit.page
    page.get_by_role("button", name="Table", exact=True).click()
    table = page.get_by_role("dialog", name="Selected samples")
    expect(table).to_be_visible()
    expect(table.get_by_role("row").nth(1)).to_be_visible()
    shown = visit.region("Planet Fusion animation")

    def in_sight(size: tuple[int, int]) -> bool:
        if size == TABLET:  # a strip at the lower edge, over a page that scrolls
            shown.evaluate("(e) => e.scrollIntoView({ block: 'start' })")
        box, picture = table.bounding_box(), shown.bounding_box()
        assert box is not None
        assert picture is not None
        if size == TABLET:
            return bool(box["y"] - picture["y"] > 0.6 * picture["height"])
        return bool(box["x"] + box["width"] <= picture["x"] + 1)

    scrolls = table.get_by_role("region", name="Table of samples")
    for size in ((1366, 768), WIDE, NARROW, TABLET):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        until(lambda size=size: in_sight(size))  # type: ignore[misc]
        until(lambda: scrolls.evaluate("(e) => e.scrollWidth - e.clientWidth") <= 0)
    for size in (TABLET, PHONE):  # a row that is chosen brings its picture into sight
        page.set_viewport_size({"width": size[0], "height": size[1]})
        visit.wait(STILL)
        page.evaluate("scrollTo(0, 0)")
        table.locator("tbody tr").nth(3).click()
        until(lambda: abs((shown.bounding_box() or {"y": 99})["y"]) < 2)


@pytest.mark.nightly
def test_rows_are_gone_through_by_keyboard_and_the_open_one_is_marked(
    visitor: Visitor, europe: Corpus
) -> None:
    ids = sorted(map(str, europe.query("Luxembourg").index))
    assert len(ids) > 50
    visit = visitor(corpus="demo").open("?filter=country:Luxembourg", wait_for=READY)
    page = visit.page
    page.get_by_role("button", name="Table", exact=True).focus()
    page.keyboard.press("Enter")
    table = page.get_by_role("dialog", name="Selected samples")
    body = table.locator("tbody tr")
    expect(body.first.get_by_role("button")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(visit.page.locator("header code")).to_have_text(ids[1])
    expect(body.nth(1)).to_have_attribute("aria-current", "true")
    expect(body.nth(1).get_by_role("button")).to_be_focused()
    page.keyboard.press("End")
    expect(body.nth(49)).to_have_attribute("aria-current", "true")
    page.keyboard.press("ArrowDown")  # over the end of the page
    expect(table.locator(".page")).to_have_text(re.compile("^2 / "))
    expect(visit.page.locator("header code")).to_have_text(ids[50])
    expect(body.first).to_have_attribute("aria-current", "true")
    expect(table.locator("tr[aria-current]")).to_have_count(1)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(table).to_be_hidden()
    expect(page.get_by_role("button", name="Table", exact=True)).to_be_focused()
    page.get_by_role("button", name="Table", exact=True).click()
    visit.search(ids[3])
    expect(body.nth(3)).to_have_attribute("aria-current", "true")
    table.get_by_role("button", name="Close the table").click()
    expect(table).to_be_hidden()
