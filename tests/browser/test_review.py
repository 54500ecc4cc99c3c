"""Label review in a browser: the keyboard alone, blind, with a link, and nothing lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from explorer.corpus.corpus import Corpus
from explorer.review.records import Records
from tests.browser.conftest import Visitor
from tests.browser.visit import LACKING, MARKED, NARROW, Visit

pytestmark = pytest.mark.browser


def panel(visit: Visit) -> Locator:
    return visit.region("Label review")


def begin(visit: Visit, ids: list[str], reviewer: str, blind: bool = False) -> None:
    """By keyboard: the form of the review, filled in and sent."""
    page = visit.page
    page.get_by_role("button", name="Review", exact=True).focus()
    page.keyboard.press("Enter")
    visit.wait("() => seen.marks('review-setup').length")
    page.get_by_label("Which samples").select_option("ids")
    page.get_by_label("Sample ids").fill("\n".join(ids))
    page.get_by_label("Reviewer", exact=True).fill(reviewer)
    if blind:
        page.get_by_label(re.compile("^Blind")).check()
    page.get_by_label("Reviewer", exact=True).focus()
    page.keyboard.press("Enter")
    wait_for(visit, ids[0])


def wait_for(visit: Visit, sample_id: str) -> None:
    visit.wait("(id) => seen.marks('review-shown').at(-1)?.detail.sample === id", sample_id)
    visit.page.wait_for_url(lambda url: f"sample={sample_id}" in url)
    settled(visit)


def settled(visit: Visit) -> None:
    """Wait until the sample takes verdicts: what is pressed in its first second was meant for the one before."""
    expect(visit.page.locator(".review:not([data-fresh])")).to_have_count(1)


def press(visit: Visit, *keys: str) -> None:
    for key in keys:
        visit.page.keyboard.press(key)


def said(corpus: Corpus, reviewer: str) -> list[dict[Any, Any]]:
    with Records.open(corpus) as records:
        return records.history(reviewer=reviewer).to_dict("records")


def test_a_review_with_the_keyboard_alone(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open()
    begin(visit, [demo, MARKED, LACKING], "keys only")
    press(visit, "?")
    expect(visit.page.get_by_role("dialog", name="Keys of the review")).to_be_visible()
    press(visit, "Escape")
    expect(visit.page.get_by_role("dialog", name="Keys of the review")).to_be_hidden()
    press(visit, "4", "c")
    wait_for(visit, MARKED)
    # The larger class of two is rejected, the other one set, another one added by its name, with a comment.
    press(visit, "ArrowDown", "x", "ArrowDown", "Enter")
    visit.page.keyboard.type("70")
    press(visit, "Tab", "Escape", "a")
    visit.page.keyboard.type("water bod")
    press(visit, "Enter", "Escape", "m")
    visit.page.keyboard.type("a lake, not c or w")
    press(visit, "Escape", "w")
    wait_for(visit, LACKING)
    press(visit, "w")
    visit.page.keyboard.type("211")
    press(visit, "Enter")
    expect(panel(visit).get_by_role("status").filter(has_text="All 3 samples are reviewed")).to_be_visible()
    expect(panel(visit).get_by_role("heading", name="What this review has found")).to_be_visible()
    settled(visit)
    first, second, third = said(corpus, "keys only")
    assert (first["sample_id"], first["judgement"], first["confidence"]) == (demo, "correct", 4)
    assert (second["judgement"], second["comment"]) == ("wrong", "a lake, not c or w")
    assert second["adjustments"] == "211:reject 311:set:0.7 512:add:0.3"
    assert (third["judgement"], third["suggested"]) == ("wrong", 211)
    press(visit, "z")
    expect(panel(visit).get_by_text(f"Taken back: {LACKING} was wrong.")).to_be_visible()
    press(visit, "b")
    wait_for(visit, MARKED)
    expect(panel(visit).get_by_role("button", name="Wrong W")).to_have_attribute("aria-pressed", "true")
    expect(panel(visit).get_by_label("Comment")).to_have_value("a lake, not c or w")
    assert [row["kind"] for row in said(corpus, "keys only")] == ["verdict"] * 3 + ["retraction"]


def test_the_animation_plays_and_steps_from_the_review(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}&date=2018-07-02")
    begin(visit, [demo], "player")
    press(visit, "ArrowRight")
    visit.wait_for_date("2018-07-07")
    press(visit, " ")
    visit.page.get_by_role("button", name="Pause").wait_for()
    press(visit, " ")
    visit.page.get_by_role("button", name="Play", exact=True).wait_for()


def test_wrong_asks_for_the_class_and_takes_none_for_an_answer(
    visit: Visit, corpus: Corpus, demo: str
) -> None:
    visit.open()
    begin(visit, [demo], "in a hurry")
    press(visit, "w")
    expect(panel(visit).get_by_label("Add a class by name or code")).to_be_focused()
    assert said(corpus, "in a hurry") == []
    press(visit, "Enter")
    expect(panel(visit).get_by_role("status").filter(has_text="The only sample is reviewed")).to_be_visible()
    (row,) = said(corpus, "in a hurry")
    assert (row["judgement"], row["adjustments"]) == ("wrong", "")


def test_blind_means_that_nothing_on_the_page_tells_the_label(visit: Visit, corpus: Corpus) -> None:
    visit.open(f"?sample={MARKED}")
    begin(visit, [MARKED, LACKING], "blind one", blind=True)
    visit.region("Sample map").wait_for(state="hidden")
    visit.region("Labels").wait_for(state="hidden")
    expect(
        visit.page.get_by_text(re.compile("arable", re.IGNORECASE)).and_(visit.page.locator(":visible"))
    ).to_have_count(0)
    press(visit, "a")
    visit.page.keyboard.type("non-irrigated")
    press(visit, "Enter")
    expect(panel(visit).get_by_text("adds up to 100 %")).to_be_visible()
    assert visit.page.evaluate("() => seen.marks('verdict-sent').length") == 0, "it was only added"
    press(visit, "Escape", "Enter")
    expect(panel(visit).get_by_text("This is its label; Enter goes on.")).to_be_visible()
    assert visit.page.evaluate("() => seen.marks('verdict-sent').length") == 1
    expect(
        panel(visit).get_by_role("group", name=re.compile("211 Non-irrigated arable land"))
    ).to_be_visible()
    (row,) = said(corpus, "blind one")
    assert (row["judgement"], row["suggested"] is None or row["suggested"] != row["suggested"]) == (
        "correct",
        True,
    )
    settled(visit)
    press(visit, "Enter")
    wait_for(visit, LACKING)


def test_a_link_to_a_queue_opens_it_where_the_reviewer_is_known(visitor: Visitor, demo: str) -> None:
    visit = visitor()
    visit.open()
    begin(visit, [demo, MARKED], "comes back")
    press(visit, "s")
    wait_for(visit, MARKED)
    visit.page.wait_for_url(lambda url: "review=" in url)
    visit.page.reload()
    wait_for(visit, MARKED)
    expect(panel(visit).get_by_label("Position in the queue")).to_have_value("2")
    panel(visit).get_by_role("button", name="End the review").click()
    panel(visit).wait_for(state="hidden")
    visit.region("Labels").wait_for()
    visit.page.wait_for_url(lambda url: "review=" not in url)


def test_comments_are_shown_as_text(visitor: Visitor, demo: str) -> None:
    evil = '<img src=x onerror="window.pwned=1">'
    visit = visitor()
    visit.open()
    begin(visit, [demo], evil)
    press(visit, "m")
    visit.page.keyboard.type(evil)
    press(visit, "Escape", "u")
    visit.wait("() => seen.marks('verdict-saved').length")
    other = visitor()
    other.open()
    begin(other, [demo], "reads it")
    expect(panel(other).get_by_text(evil).first).to_be_visible()
    assert other.page.evaluate("window.pwned") is None


def test_the_review_fits_a_narrow_window(visitor: Visitor, demo: str) -> None:
    visit = visitor(NARROW)
    visit.open()
    begin(visit, [demo, MARKED], "narrow")
    box = panel(visit).bounding_box()
    assert box is not None
    for name in ("Correct C", "Wrong W", "Unsure U"):
        button = panel(visit).get_by_role("button", name=name).bounding_box()
        assert button is not None
        assert box["x"] <= button["x"]
        assert button["x"] + button["width"] <= box["x"] + box["width"]
        assert button["y"] + button["height"] <= box["y"] + box["height"]


def test_what_was_not_meant_does_nothing(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open()
    page = visit.page
    page.get_by_role("button", name="Review", exact=True).click()
    visit.wait("() => seen.marks('review-setup').length")
    page.get_by_label("Which samples").select_option("random")
    count = page.get_by_label("Number of samples")
    count.fill("1,000")
    page.get_by_label("Reviewer", exact=True).fill("precise")
    count.press("Enter")
    # A thousand, or one: nothing begins, neither with 1 nor with as many as are drawn where no number is given.
    expect(page.get_by_text("can be two numbers")).to_be_visible()
    expect(page.get_by_role("button", name="Begin", exact=True)).to_be_visible()
    # Another kind asks for no number: what was typed there does not hold it up.
    page.get_by_label("Which samples").select_option("ids")
    page.get_by_label("Sample ids").fill(f"{demo}\n{MARKED}")
    page.get_by_label("Reviewer", exact=True).press("Enter")
    wait_for(visit, demo)
    press(visit, "Escape", "ArrowDown", "Control+x", "Control+y")
    rejected = panel(visit).locator(".class.reject, .class.accept")
    expect(rejected).to_have_count(0)
    press(visit, "x")
    expect(rejected).to_have_count(1)
