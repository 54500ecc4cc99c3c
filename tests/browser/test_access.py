"""Everybody can use it: axe-core finds nothing, the keyboard alone does everything, nothing moves where that is unwanted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from explorer.corpus.corpus import Corpus
from explorer.export import page as pages
from explorer.export import stories
from explorer.export.stories import State, Story
from explorer.review import report
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from tests.browser.axe import violations
from tests.browser.conftest import Visitor
from tests.browser.test_review import begin, wait_for
from tests.browser.visit import LACKING, MARKED, NARROW, Visit

pytestmark = pytest.mark.browser

RICH = "&pixels=120,80;30,40&regions=box:10,20,60,80;poly:10,90,30,140,50,110:Field&curves=red,NDVI;smooth:whittaker;pheno;breaks"

DIALOGS = (
    ("Filters", "Filters"),
    ("Layers", "Map layers"),
    ("Table", "Selected samples"),
    ("Gallery", "Gallery"),
    ("Picture settings", "Picture settings"),
    ("Curves ▾", "Curves"),
    ("About this corpus", "About this corpus"),
    ("Share", "Share"),
    ("Stories", "Stories"),
    ("Help", "Help"),
)


def press(visit: Visit, *keys: str) -> None:
    for key in keys:
        visit.page.keyboard.press(key)


def button(visit: Visit, name: str) -> Locator:
    return visit.page.get_by_role("button", name=name, exact=True)


def opened(visit: Visit, opener: str, dialog: str) -> None:
    """Open something by key, look at it with axe, close it with Escape: the focus is where it was."""
    button(visit, opener).focus()
    press(visit, "Enter")
    found = visit.page.get_by_role("dialog", name=dialog, exact=True)
    expect(found).to_be_visible()
    expect(found.locator(":focus")).to_have_count(1)
    assert violations(visit.page, found) == [], dialog
    press(visit, "Escape")
    expect(found).to_be_hidden()
    expect(button(visit, opener)).to_be_focused()


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.nightly)])
def test_axe_finds_nothing_wrong_with_the_page(visit: Visit, demo: str, theme: str) -> None:
    visit.open(f"?sample={demo}{RICH}&theme={theme}")
    visit.wait("() => seen.marks('legend').length")
    assert violations(visit.page) == []
    for opener, dialog in DIALOGS:
        opened(visit, opener, dialog)
    button(visit, "Review").focus()
    press(visit, "Enter")
    expect(visit.page.get_by_label("Which samples")).to_be_visible()
    assert violations(visit.page) == []
    press(visit, "Escape")
    expect(button(visit, "Review")).to_be_focused()


@pytest.mark.nightly
def test_axe_finds_nothing_wrong_with_other_views_of_it(visitor: Visitor, demo: str) -> None:
    visit = visitor(NARROW)
    visit.open(
        f"?sample={demo}&filter=largest:211&level=2&composite=index:NDVI&draw=density&curves=NDVI;years"
    )
    visit.wait("() => seen.marks('legend').length")
    assert violations(visit.page) == []
    view = visit.page.get_by_label("View", exact=True).first
    for look in ("swipe", "side", "sheet-12"):
        view.select_option(look)
        assert violations(visit.page) == [], look
    visit.open(f"?sample={LACKING}", wait_for=("bands-drawn",))
    assert violations(visit.page) == []
    visit.search("nowhere at all")
    expect(visit.notice.filter(has_text="nowhere at all")).to_be_visible()
    assert violations(visit.page) == []


def test_axe_finds_nothing_wrong_with_a_review(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    begin(visit, [demo, MARKED], "axe")
    assert violations(visit.page) == []
    press(visit, "ArrowDown", "x")
    press(visit, "3", "?")
    expect(visit.page.get_by_role("dialog", name="Keys of the review")).to_be_visible()
    assert violations(visit.page) == []
    press(visit, "Escape")
    opened_report = visit.page.get_by_role("dialog", name="Accuracy report")
    button(visit, "Accuracy report").focus()
    press(visit, "Enter")
    visit.wait("() => seen.marks('report-shown').length")
    assert violations(visit.page) == []
    press(visit, "Escape")
    expect(opened_report).to_be_hidden()
    expect(button(visit, "Accuracy report")).to_be_focused()


def test_axe_finds_nothing_wrong_with_presenting(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&pixels=40,50")
    press(visit, "f")
    visit.wait("() => seen.marks('presenting').length")
    assert violations(visit.page) == []
    press(visit, "Escape")
    visit.region("Sample map").wait_for()


@pytest.mark.nightly
def test_axe_finds_nothing_wrong_with_files_that_are_pages(
    browser: Browser, corpus: Corpus, demo: str, tmp_path: Path
) -> None:
    link = f"?sample={demo}&date=2018-07-02&pixels=60,130"
    told = Story("Two views", (State(link, "First", "A *note*", "For me"), State(link + ";10,20", "Second")))
    made = pages.make(corpus, story=told)
    (tmp_path / "story.html").write_text(made.html, encoding="utf-8")
    with Records.open(corpus, tmp_path / "verdicts.sqlite") as records:
        for number, sample_id in enumerate(corpus.samples.index):
            records.add(Verdict(sample_id, "Anna", "wrong" if number % 2 else "correct"))
        (tmp_path / "report.html").write_text(
            report.html(corpus, records, drawn_only=False), encoding="utf-8"
        )
    for theme in ("light", "dark"):
        context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
        tab = context.new_page()
        tab.goto((tmp_path / "story.html").as_uri())
        tab.wait_for_function("() => performance.getEntriesByName('page:profile-drawn').length")
        assert violations(tab) == [], theme
        tab.goto((tmp_path / "report.html").as_uri())
        assert violations(tab) == [], theme
        context.close()


def test_what_has_the_focus_is_seen_and_nothing_holds_it(visit: Visit, demo: str) -> None:
    """Tab goes through the whole page and out of it; each stop has a name and an outline, and is 24 px high and wide."""
    visit.open(f"?sample={demo}{RICH}")
    visit.wait("() => seen.marks('legend').length")
    code = """() => {
      let node = document.activeElement
      while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
      if (!node || node === document.body) return null
      const style = getComputedStyle(node), box = node.getBoundingClientRect(), frame = node.querySelector?.(".frame")
      const seen = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== "none"
      return {
        name: (node.getAttribute("aria-label") || node.title || node.textContent || node.labels?.[0]?.textContent || "").trim(),
        seen: seen(style) || Boolean(frame && seen(getComputedStyle(frame))),
        size: [box.width, box.height].map(Math.round), key: `${node.tagName} ${box.x},${box.y}`, plain: node.type === "checkbox" || node.getAttribute("role") === "list",
      }
    }"""
    stops = []
    visit.page.locator("body").click(position={"x": 2, "y": 450})
    for _ in range(200):
        press(visit, "Tab")
        stop = visit.page.evaluate(code)
        if stop is None:
            break
        stops.append(stop)
    assert stop is None, "Tab never leaves the page"
    assert len(stops) > 60
    assert [s for s in stops if not s["name"]] == []
    assert [s for s in stops if not s["seen"]] == []
    assert [s for s in stops if min(s["size"]) < 24 and not s["plain"]] == []


def test_the_keyboard_alone_looks_around(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&date=2018-07-02")
    keys = visit.page.get_by_role("application", name=re.compile("^Map"))
    # A neighbour on the map, then all that is in view, and none of it.
    keys.focus()
    press(visit, "ArrowRight")
    visit.page.wait_for_url(lambda url: f"sample={demo}" not in url)
    visit.wait_for_sample(visit.query["sample"])
    press(visit, "0")
    button(visit, "Select the samples that are in view").focus()
    press(visit, "Enter")
    table = visit.page.get_by_role("dialog", name="Selected samples")
    expect(table.get_by_role("heading", name="5 samples")).to_be_visible()
    press(visit, "Escape")
    keys.focus()
    press(visit, "Escape")
    visit.page.wait_for_url(lambda url: "area=" not in url)
    # A filter.
    button(visit, "Filters").focus()
    press(visit, "Enter")
    visit.page.get_by_label("Purity (largest class), from").focus()
    visit.page.keyboard.type("5")
    press(visit, "Enter", "Escape")
    visit.page.wait_for_url(lambda url: "purity" in url)
    # Sample by id, with a date, played, stepped and kept to a part of the year.
    visit.search_field.focus()
    visit.page.keyboard.type(demo)
    press(visit, "Enter")
    visit.wait_for_sample(demo)
    visit.wait("() => seen.marks('animation-ready').length > 1")
    visit.slider.focus()
    before = visit.date
    press(visit, " ")
    expect(visit.slider).not_to_have_attribute("aria-valuetext", before or "")
    press(visit, " ")
    press(visit, "Home")
    visit.wait_for_date("2018-01-03")
    press(visit, "ArrowRight", "[", "End", "ArrowLeft", "]", "Home")
    visit.wait_for_date("2018-01-08")
    press(visit, "End")
    visit.wait_for_date("2019-12-24")
    # Another picture, and one date beside another.
    button(visit, "False colour (NIR)").focus()
    press(visit, "Enter")
    visit.page.wait_for_url(lambda url: "composite=false" in url)
    visit.page.get_by_label("View", exact=True).first.select_option("side")
    other = visit.page.locator(".stage .date").nth(1)
    was = other.inner_text()
    visit.slider.focus()
    press(visit, "Shift+ArrowRight")
    expect(other).not_to_have_text(was)


def test_the_keyboard_alone_pins_and_draws(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&date=2018-07-02&pixels=10,10")
    visit.stage.focus()
    press(visit, "p", "ArrowUp", "Shift+ArrowLeft", "Enter")
    visit.wait_for_profile(99, 90)
    press(visit, "ArrowDown", "Shift+Enter")
    visit.wait_for_profile(100, 90)
    press(visit, "Escape", "ArrowRight")
    visit.wait_for_date("2018-07-07")
    assert visit.query["pixels"] == "99,90;100,90"
    press(visit, "g", "ArrowLeft", " ")
    press(visit, *["Shift+ArrowRight"] * 3, " ", *["Shift+ArrowDown"] * 2, " ", "Enter")
    visit.page.wait_for_url(lambda url: "regions=poly" in url)
    assert visit.query["regions"] == "poly:100.5,99.5,100.5,129.5,120.5,129.5"
    press(visit, "b", "ArrowUp", "Shift+ArrowRight", "Enter")
    visit.page.wait_for_url(lambda url: "box:" in url)
    visit.page.get_by_role("button", name="Remove region B").first.focus()
    press(visit, "Enter")
    visit.page.wait_for_url(lambda url: "box:" not in url)
    # A chart, too: its own keys, and the dates'.
    chart = visit.page.get_by_role("application", name=re.compile("^Indices over time"))
    expect(chart).to_have_attribute("tabindex", "0")
    chart.focus()
    press(visit, "ArrowRight")
    visit.wait_for_date("2018-07-12")
    width = "() => { const [start, end] = seen.chart('index').view.x; return end - start }"
    whole = visit.page.evaluate(width)
    press(visit, "+")
    assert visit.page.evaluate(width) == pytest.approx(whole / 2)
    press(visit, "0")
    assert visit.page.evaluate(width) == pytest.approx(whole)


def test_the_keyboard_alone_judges_shares_and_presents(visit: Visit, demo: str, tmp_path: Path) -> None:
    visit.open(f"?sample={demo}&date=2018-05-03")
    begin(visit, [demo, MARKED], "keyboard")
    press(visit, "c")
    wait_for(visit, MARKED)
    button(visit, "End the review").focus()
    press(visit, "Enter")
    expect(button(visit, "Review")).to_be_focused()
    button(visit, "Share").focus()
    press(visit, "Enter")
    make = visit.page.get_by_role("button", name="Download the picture of this date")
    make.focus()
    with visit.page.expect_download() as saved:
        press(visit, "Enter")
    saved.value.save_as(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    press(visit, "Escape")
    path = tmp_path / "story.yaml"
    stories.dump(Story("Mine", (State(f"?sample={demo}&date=2018-07-02", "Here"),)), path)
    button(visit, "Stories").focus()
    press(visit, "Enter")
    drawer = visit.page.get_by_role("dialog", name="Stories")
    drawer.get_by_label("Story file").set_input_files(path)  # what the browser's own file dialog does
    play = drawer.get_by_role("button", name="Play", exact=True)
    expect(play).to_be_enabled()
    play.focus()
    press(visit, "Enter")
    visit.wait("() => seen.marks('story-at').length")
    expect(visit.page.get_by_role("heading", name="Here")).to_be_visible()
    press(visit, "Escape")
    visit.region("Sample map").wait_for()
    expect(button(visit, "Stories")).to_be_focused()


def test_nothing_moves_for_who_wants_no_motion(visit: Visit, demo: str, tmp_path: Path) -> None:
    visit.page.emulate_media(reduced_motion="reduce")
    visit.open(f"?sample={demo}&date=2018-05-03")
    path = tmp_path / "story.yaml"
    states = (
        State(f"?sample={demo}&date=2018-07-02", "One", seconds=1),
        State(f"?sample={MARKED}&date=2018-07-07", "Two"),
    )
    stories.dump(Story("Mine", states), path)
    button(visit, "Stories").click()
    drawer = visit.page.get_by_role("dialog", name="Stories")
    drawer.get_by_label("Story file").set_input_files(path)
    drawer.get_by_role("button", name="Play", exact=True).click()
    visit.wait("() => seen.marks('story-at').length")
    # Longer than the view's second and the animation's three: neither goes on by itself.
    visit.wait("() => performance.now() - seen.marks('story-at')[0].startTime > 4500")
    expect(visit.page.get_by_role("heading", name="One")).to_be_visible()
    assert visit.date == "2018-07-02"
    moving = "() => document.getAnimations({ subtree: true }).length"
    assert visit.page.evaluate(moving) == 0
    css = """() => { const slow = []; const walk = (root) => { for (const e of root.querySelectorAll("*")) {
      if (e.shadowRoot) walk(e.shadowRoot)
      if (root.host && !root.host.tagName.includes("ESM")) continue // Bokeh's buttons fade their colour
      const s = getComputedStyle(e)
      if (s.animationName !== "none" || s.transitionDuration.split(",").some((t) => parseFloat(t) > 0)) slow.push(`${e.tagName}.${e.className}`)
    } }; walk(document); return slow }"""
    assert visit.page.evaluate(css) == []
