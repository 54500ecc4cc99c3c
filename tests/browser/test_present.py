"""Presenting in a browser: one view without controls, a story by key, and the drawer where stories are made."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from explorer.export import stories
from explorer.export.stories import State, Story
from tests.browser.conftest import Visitor
from tests.browser.visit import MARKED, Visit

pytestmark = pytest.mark.browser
ROOM = (1920, 1080)


@pytest.fixture
def story(tmp_path: Path, demo: str) -> Path:
    path = tmp_path / "two.yaml"
    states = (
        State(f"?sample={MARKED}&date=2018-07-02&panel=planet", "Four corners", "Look at the **corners**.", "slowly", 600),
        State(f"?sample={demo}&date=2018-07-07&pixels=40,50", "One pixel", "It has 146 dates."),
    )  # fmt: skip
    stories.dump(Story("Two places", states), path)
    return path


def press(visit: Visit, key: str) -> None:
    visit.page.keyboard.press(key)


def test_f_shows_the_view_alone_and_f_again_gives_the_controls_back(visitor: Visitor, demo: str) -> None:
    visit = visitor(ROOM)
    visit.open(f"?sample={demo}")
    press(visit, "f")
    visit.wait("() => seen.marks('presenting').length")
    visit.region("Sample map").wait_for(state="hidden")
    expect(visit.page.get_by_role("button", name="Surprise me")).to_be_hidden()
    expect(visit.page.get_by_role("button", name="Play", exact=True)).to_be_hidden()
    expect(visit.page.locator("footer.credit")).to_contain_text("Planet")
    image, chart = (
        visit.region("Planet Fusion animation").bounding_box(),
        visit.region("Temporal profile").bounding_box(),
    )
    assert image is not None
    assert chart is not None
    assert image["height"] > 0.85 * ROOM[1]
    assert chart["x"] > image["x"] + image["width"]
    before = visit.date
    assert before is not None
    press(visit, " ")
    expect(visit.slider).not_to_have_attribute("aria-valuetext", before)
    press(visit, " ")
    press(visit, "f")
    visit.region("Sample map").wait_for()
    expect(visit.page.get_by_role("button", name="Play", exact=True)).to_be_visible()


IN_SIGHT = """() => {
  const found = []
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot)
      if (!node.matches("button, select, .hint, .hints, .how, .bar, .instruments, progress")) continue
      // What is shown can be pressed too: classes of the legend, pictures, filters.
      if (node.matches(".tile, li button, .chip")) continue
      if (node.checkVisibility({ visibilityProperty: true }) && node.getBoundingClientRect().width) found.push(`${node.tagName} ${node.className} ${node.textContent.slice(0, 30)}`)
    }
  }
  walk(document)
  return found
}"""
"""What of the controls, hints and export buttons can be seen."""


@pytest.mark.parametrize(
    "what",
    [
        "pixels=150,110;20,30&view=side:2018-04-03&composite=index:NDVI",
        "panel=map&map=47.2,2.4,1200&filter=largest:211,311;purity:0.5-1",
        "panel=profile&curves=red,nir,NDVI;pheno",
        "panel=sentinel",
        "panel=sentinel&sentinel=large",
    ],
)
def test_nothing_that_can_only_be_pressed_is_in_sight(visitor: Visitor, demo: str, what: str) -> None:
    visit = visitor()
    visit.open(f"?sample={demo}&{what}")
    assert visit.page.evaluate(IN_SIGHT)
    press(visit, "f")
    visit.wait("() => seen.marks('presenting').length")
    expect(visit.page.get_by_role("button", name="Surprise me")).to_be_hidden()
    assert visit.page.evaluate(IN_SIGHT) == []
    expect(visit.page.locator("article.words h1")).not_to_be_empty()
    press(visit, "Escape")
    expect(visit.page.get_by_role("button", name="Share")).to_be_visible()


def test_legend_and_date_lie_apart_in_large_type(visitor: Visitor, demo: str) -> None:
    visit = visitor(ROOM)
    visit.open(f"?sample={demo}&composite=index:NDVI&view=swipe:2018-04-03")
    press(visit, "f")
    visit.wait("() => seen.marks('presenting').length")
    picture = visit.region("Planet Fusion animation")
    date, legend = picture.locator(".date").first.bounding_box(), picture.locator(".legend").bounding_box()
    assert date is not None
    assert legend is not None
    assert date["y"] + date["height"] <= legend["y"]


def test_a_view_without_a_note_has_the_whole_room(visitor: Visitor, demo: str, tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    link = f"?sample={demo}&panel=planet"
    stories.dump(Story("Two", (State(link, "Without"), State(link, "With", "A note."))), path)
    visit = visitor(ROOM)
    visit.open(f"?sample={demo}")
    visit.page.get_by_role("button", name="Stories").click()
    drawer = visit.page.get_by_role("dialog", name="Stories")
    drawer.get_by_label("Story file").set_input_files(path)
    drawer.get_by_role("button", name="Play", exact=True).click()
    expect(visit.page.get_by_role("heading", name="Without")).to_be_visible()
    region = visit.region("Planet Fusion animation")
    whole = region.bounding_box()
    assert whole is not None
    assert whole["width"] > 0.95 * ROOM[0]
    press(visit, "ArrowRight")
    expect(visit.page.get_by_text("A note.")).to_be_visible()
    beside = region.bounding_box()
    assert beside is not None
    assert beside["width"] < 0.7 * ROOM[0]


@pytest.mark.nightly
def test_a_tour_flies_from_europe_to_the_pixel(visitor: Visitor, demo: str) -> None:
    visit = visitor(reduced_motion="reduce")
    visit.open(f"?sample={demo}&pixels=40,50")
    visit.page.get_by_role("button", name="Share").click()
    visit.page.get_by_role("dialog", name="Share").get_by_role("button", name="Fly there").click()
    visit.wait("() => seen.marks('tour-at').length")
    visit.region("Sample map").wait_for()
    expect(visit.page.get_by_role("heading", name="Europe")).to_be_visible()
    expect(visit.page.get_by_role("heading", name="One pixel, row 40, col 50")).to_be_visible()
    visit.region("Sample map").wait_for(state="hidden")
    visit.region("Temporal profile").wait_for()
    visit.page.wait_for_url(lambda url: "view=zoom:4," in url)
    press(visit, "Escape")
    visit.region("Sample map").wait_for()
    visit.page.wait_for_url(lambda url: "view=" not in url and "panel=" not in url)


def test_a_story_is_opened_played_by_key_and_left(visitor: Visitor, story: Path, demo: str) -> None:
    visit = visitor(ROOM)
    visit.open(f"?sample={demo}&date=2018-05-03")
    visit.page.get_by_role("button", name="Stories").click()
    drawer = visit.page.get_by_role("dialog", name="Stories")
    drawer.get_by_label("Story file").set_input_files(story)
    expect(drawer.get_by_role("button", name="Four corners")).to_be_visible()
    drawer.get_by_role("button", name="Play", exact=True).click()
    visit.wait("() => seen.marks('story-at').length")
    visit.wait_for_sample(MARKED)
    expect(visit.page.get_by_role("heading", name="Four corners")).to_be_visible()
    expect(visit.page.get_by_text("Look at the corners.")).to_be_visible()
    visit.region("Temporal profile").wait_for(state="hidden")
    press(visit, "ArrowRight")
    visit.wait_for_sample(demo)
    expect(visit.page.get_by_role("heading", name="One pixel")).to_be_visible()
    visit.region("Temporal profile").wait_for()
    # The animation runs by itself after a while.
    expect(visit.slider).not_to_have_attribute("aria-valuetext", "2018-07-07")
    with visit.page.expect_popup() as opened:
        press(visit, "s")
    presenter = opened.value
    expect(presenter.get_by_role("heading", name="One pixel")).to_be_visible()
    presenter.get_by_role("button", name="‹ Back").click()
    expect(presenter.get_by_text("slowly")).to_be_visible()
    visit.wait_for_sample(MARKED)
    press(visit, "Escape")
    visit.region("Sample map").wait_for()
    visit.page.wait_for_url(lambda url: "date=2018-05-03" in url and demo in url)


def test_a_story_is_put_together_saved_and_survives_a_reload(visit: Visit, demo: str, tmp_path: Path) -> None:
    visit.open(f"?sample={demo}&pixels=7,8")
    page = visit.page
    page.get_by_role("button", name="Stories").click()
    page.get_by_role("button", name="Add this view").click()
    page.get_by_label("Edit view 1").click()
    page.get_by_label("Title of view 1").fill("Where it <i>began</i>")
    page.get_by_label("Title of view 1").press("Tab")
    visit.wait("() => seen.marks('story-kept').length >= 2")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as YAML").click()
    saved.value.save_as(tmp_path / "mine.yaml")
    kept = stories.load(tmp_path / "mine.yaml")
    assert [(state.title, state.sample, state.pixels) for state in kept.states] == [
        ("Where it <i>began</i>", demo, ((7, 8),))
    ]
    visit.open(f"?sample={demo}")
    page.get_by_role("button", name="Stories").click()
    expect(page.get_by_role("button", name="Where it <i>began</i>")).to_be_visible()


def test_a_file_that_is_no_story_is_told(visit: Visit, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("title: x\nstates:\n  - {title: a, link: '?', surprise: 1}\n")
    visit.open()
    visit.page.get_by_role("button", name="Stories").click()
    visit.page.get_by_label("Story file").set_input_files(bad)
    expect(visit.page.get_by_role("alert").filter(has_text="bad.yaml")).to_be_visible()


@pytest.mark.nightly
def test_before_and_after_are_a_story_by_two_clicks_and_its_views_hold(visitor: Visitor, demo: str) -> None:
    visit = visitor(ROOM)
    visit.open(f"?sample={demo}&date=2018-08-21&view=swipe:2018-09-10;zoom:2,20,40")
    visit.page.get_by_role("button", name="Stories").click()
    drawer = visit.page.get_by_role("dialog", name="Stories")
    drawer.get_by_role("button", name="Before / after").click()  # one
    expect(drawer.get_by_label("Before", exact=True)).to_have_value("2018-08-21")
    expect(drawer.get_by_label("After", exact=True)).to_have_value("2018-09-10")
    drawer.get_by_role("button", name="Two views").click()  # two
    expect(drawer.get_by_role("button", name="Before: 21 Aug 2018")).to_be_visible()
    expect(drawer.get_by_role("button", name="After: 10 Sep 2018")).to_be_visible()
    drawer.get_by_label("Edit view 2").click()
    drawer.get_by_label("Motion of view 2").select_option("run")
    drawer.get_by_label("From of view 2").fill("2018-09-10")
    drawer.get_by_label("From of view 2").press("Tab")
    drawer.get_by_label("to of view 2").fill("2018-10-10")
    drawer.get_by_label("to of view 2").press("Tab")
    drawer.get_by_role("button", name="Play", exact=True).click()
    expect(visit.page.get_by_role("heading", name="Before: 21 Aug 2018")).to_be_visible()
    expect(visit.page.locator("p.held")).to_be_visible()
    visit.wait_for_date("2018-08-21")
    visit.wait_for_query(view="zoom:2,20,40", play="hold")
    visit.page.wait_for_timeout(3500)  # after which a view that says nothing of it runs
    assert visit.date == "2018-08-21"
    press(visit, ".")
    visit.wait_for_date("2018-08-26")
    press(visit, ",")
    visit.wait_for_date("2018-08-21")
    press(visit, "ArrowRight")
    expect(visit.page.get_by_role("heading", name="After: 10 Sep 2018")).to_be_visible()
    expect(visit.page.locator("p.held")).to_be_hidden()
    visit.wait_for_query(play="run;range:2018-09-10,2018-10-10")
    visit.wait("() => seen.slider().getAttribute('aria-valuetext') > '2018-09-10'")
