"""A newcomer's first minute: the year plays once and stops at a telling date, three hints, help everywhere, loading is said as such."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from explorer.analysis.telling_date import telling_date
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from tests.browser.conftest import Visitor
from tests.browser.test_review import begin
from tests.browser.visit import LACKING, MARKED, Visit

pytestmark = pytest.mark.browser

COMING = ("ready", "first-frame")


def hint(visit: Visit) -> Locator:
    return visit.page.get_by_role("note", name="Hint")


def help_of(visit: Visit) -> Locator:
    return visit.page.get_by_role("dialog", name="Help", exact=True)


def dates_shown(visit: Visit) -> list[int]:
    """Positions of the dates that the animation has shown, in their order."""
    found: list[int] = visit.page.evaluate("() => window.shown")
    return found


# Which dates the slider has been at.
LISTEN = """
window.shown = []
const look = () => { const at = window.seen?.slider?.()?.getAttribute("aria-valuenow"); if (at != null && shown.at(-1) !== Number(at)) shown.push(Number(at)); requestAnimationFrame(look) }
if (window === top) look()
"""


def test_the_year_plays_once_by_itself_and_stops_at_a_telling_date(visitor: Visitor, corpus: Corpus) -> None:
    visit = visitor(newcomer=True)
    visit.page.add_init_script(LISTEN)
    visit.open(wait_for=COMING)
    visit.wait("() => seen.marks('year-begun').length")
    expect(hint(visit)).to_contain_text("The year 2018, once")
    visit.wait("() => seen.marks('year-played').length")
    sample = visit.query["sample"]
    cube = corpus.cubes.get(corpus.cell(sample), PF_SR)
    telling = visit.page.evaluate("() => seen.marks('year-played')[0].detail.index")
    quality_unknown = telling_date(cube)
    assert telling is not None
    assert PF_SR.dates[telling].year == 2018
    visit.wait_for_date(PF_SR.date_keys[telling])
    expect(hint(visit)).to_contain_text("NDVI differs most")
    shown = dates_shown(visit)
    assert shown[-1] == telling
    assert len(shown) > 60  # once around the year, one date after the other
    assert shown.count(telling) <= 2
    assert quality_unknown is not None
    # It was the first visit: the next one is quiet.
    visit.open(wait_for=("animation-ready",))
    visit.page.wait_for_timeout(2500)
    assert visit.count("year-begun") == 0


@pytest.mark.parametrize(
    "act", ["click", *(pytest.param(act, marks=pytest.mark.nightly) for act in ("key", "wheel", "play"))]
)
def test_whatever_a_person_does_stops_it(visitor: Visitor, act: str) -> None:
    visit = visitor(newcomer=True).open(wait_for=COMING)
    visit.wait("() => seen.marks('year-begun').length")
    pause = visit.page.get_by_role("button", name="Pause", exact=True)
    expect(pause).to_be_visible()
    if act == "click":
        visit.page.locator("header h1").click()
    elif act == "key":
        visit.page.keyboard.press("Shift")
    elif act == "wheel":
        visit.page.mouse.wheel(0, 40)
    else:
        pause.click()
    expect(visit.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    date = visit.date
    visit.page.wait_for_timeout(600)
    assert visit.date == date
    assert visit.count("year-played") == 0


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("query", "options"),
    [
        (f"?sample={MARKED}", {}),
        ("?date=2018-05-03", {}),
        ("?panel=planet", {}),
        ("", {"reduced_motion": "reduce"}),
    ],
)
def test_it_does_not_play_where_somebody_asked_for_something_else(
    visitor: Visitor, query: str, options: dict[str, Any]
) -> None:
    visit = visitor(newcomer=True, **options).open(query, wait_for=("animation-ready",))
    visit.page.wait_for_timeout(2500)
    assert visit.count("year-begun") == 0


def test_who_begins_something_before_is_left_alone(visitor: Visitor) -> None:
    visit = visitor(newcomer=True).open(wait_for=COMING)
    visit.page.keyboard.press("Shift")
    visit.wait("() => seen.marks('animation-ready').length")
    visit.page.wait_for_timeout(2500)
    assert visit.count("year-begun") == 0


def test_three_hints_go_as_one_does_what_they_say_and_stay_away(visitor: Visitor, demo: str) -> None:
    visit = visitor(newcomer=True).open(f"?sample={demo}")
    expect(hint(visit)).to_contain_text("Click a pixel")
    visit.pick(40, 50)
    expect(hint(visit)).to_contain_text("Shift-click adds")
    visit.pick(60, 70, add=True)
    expect(hint(visit)).to_contain_text("Drag the timeline")
    visit.page.mouse.click(*visit.on_timeline(50))
    expect(hint(visit)).to_be_hidden()
    visit.open(f"?sample={demo}")
    expect(hint(visit)).to_be_hidden()


def test_hints_can_be_dismissed_one_by_one_or_all(visitor: Visitor, demo: str) -> None:
    visit = visitor(newcomer=True).open(f"?sample={demo}")
    hint(visit).get_by_role("button", name="Got it").click()
    expect(hint(visit)).to_contain_text("Shift-click adds")
    visit.open(f"?sample={demo}")
    expect(hint(visit)).to_contain_text("Shift-click adds")
    hint(visit).get_by_role("button", name="No more hints").click()
    expect(hint(visit)).to_be_hidden()
    visit.open(f"?sample={demo}")
    expect(hint(visit)).to_be_hidden()


def test_a_class_of_the_legend_is_a_way_to_choose_too(visitor: Visitor, demo: str) -> None:
    visit = visitor(newcomer=True).open(f"?sample={demo}")
    for _ in range(2):
        hint(visit).get_by_role("button", name="Got it").click()
    expect(hint(visit)).to_contain_text("choose a class")
    visit.page.get_by_role("list", name="Legend").get_by_role("button").first.click()
    expect(hint(visit)).to_be_hidden()


def test_there_are_no_hints_in_a_review_nor_while_presenting(visitor: Visitor, demo: str) -> None:
    visit = visitor(newcomer=True).open(f"?sample={demo}")
    expect(hint(visit)).to_be_visible()
    visit.page.keyboard.press("f")
    visit.wait("() => seen.marks('presenting').length")
    expect(hint(visit)).to_be_hidden()
    visit.page.keyboard.press("Escape")
    expect(hint(visit)).to_be_visible()
    begin(visit, [demo, MARKED], "no hints")
    expect(hint(visit)).to_be_hidden()


def test_a_browser_that_keeps_nothing_shows_the_page_all_the_same(visitor: Visitor, demo: str) -> None:
    visit = visitor(newcomer=True)
    visit.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })"
    )
    visit.open(f"?sample={demo}")
    expect(hint(visit)).to_be_visible()
    hint(visit).get_by_role("button", name="No more hints").click()
    expect(hint(visit)).to_be_hidden()


def test_help_tells_keys_marks_words_and_whom_to_cite(visitor: Visitor, demo: str) -> None:
    visit = visitor().open(f"?sample={demo}", wait_for=COMING)
    visit.page.get_by_role("button", name="Help", exact=True).focus()
    visit.page.keyboard.press("Enter")
    found = help_of(visit)
    expect(found).to_be_visible()
    for heading in ("Keys", "What the marks mean", "Words", "Version, citation, licences"):
        expect(found.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    for word in ("DN", "Reflectance", "NDVI", "Gap-filled", "Purity", "CORINE level"):
        expect(found.locator("#help-words dt").get_by_text(word, exact=True)).to_be_visible()
    marks = found.locator("#help-marks")
    drawn = marks.locator("dt").evaluate_all(
        "(all) => all.map((dt) => Boolean(dt.firstElementChild?.getBoundingClientRect().width))"
    )
    assert len(drawn) > 15
    assert all(drawn)
    for text in ("hatched", "hollow dot", "ticks at the lower edge", "still loading", "is missing"):
        expect(marks.get_by_text(re.compile(text)).first).to_be_visible()
    about = found.locator("#help-version")
    expect(about).to_contain_text("RapidAI4EO explorer 0.")
    expect(about).to_contain_text("Cite as:")
    expect(about).to_contain_text("Licences:")
    with visit.page.expect_popup() as waiting:
        about.get_by_role("link", name="The guide").click()
    guide = waiting.value
    expect(guide.get_by_role("heading", name="A guide to the explorer")).to_be_visible()
    assert (
        guide.locator("img").first.evaluate("(picture) => picture.decode().then(() => picture.naturalWidth)")
        > 200
    )
    guide.close()
    visit.page.keyboard.press("Escape")
    expect(found).to_be_hidden()
    expect(visit.page.get_by_role("button", name="Help", exact=True)).to_be_focused()


def test_the_question_mark_opens_help_but_not_while_somebody_writes(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}", wait_for=COMING)
    visit.stage.focus()
    visit.page.keyboard.press("?")
    expect(help_of(visit)).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(help_of(visit)).to_be_hidden()
    expect(visit.stage).to_be_focused()
    search = visit.page.locator("header input").first
    search.focus()
    visit.page.keyboard.press("?")
    expect(search).to_have_value("?")
    expect(help_of(visit)).to_be_hidden()


def test_in_a_review_the_question_mark_shows_its_own_keys(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    begin(visit, [demo, MARKED], "keys")
    visit.page.keyboard.press("?")
    expect(visit.page.get_by_role("dialog", name="Keys of the review")).to_be_visible()
    expect(help_of(visit)).to_be_hidden()
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("button", name="Help", exact=True).click()
    expect(help_of(visit)).to_be_visible()


def test_what_is_missing_is_not_said_to_be_loading(visit: Visit) -> None:
    visit.open(f"?sample={LACKING}", wait_for=("bands-drawn", "animation-ready"))
    expect(visit.region("Temporal profile").get_by_text("Loading …")).to_be_hidden()
    visit.page.mouse.move(*visit.on_timeline(120))
    expect(visit.page.get_by_role("tooltip", name="Date at the pointer")).to_contain_text(
        "missing: the corpus has no chip"
    )
    assert visit.columns("index-waiting")["x0"] == []
    assert len(visit.columns("index-missing")["x0"]) > 100
