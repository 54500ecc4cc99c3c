"""Where was forest cleared: cover that was lost on map, filters, table, queue, timeline and label."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect

from explorer import open_corpus
from explorer.core.products import PF_SR
from explorer.review import score
from tests.browser.conftest import Visitor
from tests.browser.visit import LACKING, MARKED, NARROW, Visit
from tests.talk import until

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

SEEN = "2018-09-05"


@pytest.fixture(scope="module")
def scored(corpus_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus at another place, with scores: of one sample cover was lost."""
    root = tmp_path_factory.mktemp("scored") / "five-samples"
    shutil.copytree(corpus_folder, root)
    return root


@pytest.fixture
def visit(scored: Path, visitor: Visitor) -> Visit:
    """A page of it; the scores lie where the server looks for them."""
    with open_corpus(scored) as corpus:
        ids = [str(one) for one in corpus.samples.index]
        into = score.folder(corpus.where)
    into.mkdir(parents=True, exist_ok=True)
    rows = {"suspicion": 0.2, "verdict": "", "labelled": 211, "suggested": 211, "change": 0.1, "lost": "", "why": "", "suggested_fractions": "", "version": "3.2"}  # fmt: skip
    frame = pd.DataFrame([rows] * len(ids), index=pd.Index(ids, name="sample_id"))
    frame.loc[MARKED, ["change", "lost"]] = [0.87, SEEN]
    frame.to_parquet(into / score.SCORES)
    return visitor(corpus=scored)


def test_the_filter_leaves_where_cover_was_lost_and_the_table_sorts_by_it(visit: Visit) -> None:
    visit.open()
    visit.page.get_by_role("button", name="Filters").click()
    visit.page.get_by_role("textbox", name="Cover lost 2018 to 2019, from").or_(
        visit.page.get_by_role("spinbutton", name="Cover lost 2018 to 2019, from")
    ).fill("50")
    visit.page.keyboard.press("Enter")
    visit.wait_for_query(filter="change:0.5-1")
    expect(visit.page.get_by_role("button", name="Remove filter: Cover lost ≥ 50 %")).to_be_visible()
    expect(visit.page.get_by_label("Samples shown")).to_contain_text("1 of")
    # A narrow table drops columns, but not what it is filtered or sorted by.
    visit.page.get_by_role("button", name="Table", exact=True).click()
    table = visit.page.get_by_role("dialog", name="Selected samples")
    scrolls = table.get_by_role("region", name="Table of samples")
    widths = "(e) => [e.scrollWidth, e.clientWidth, ...[...e.querySelectorAll('th')].map((one) => `${one.textContent} ${one.offsetWidth}`)]"
    for size in ((1440, 900), NARROW, (820, 1180), (390, 844)):
        visit.page.set_viewport_size({"width": size[0], "height": size[1]})
        expect(table.get_by_role("button", name="Cover lost")).to_be_visible()
        expect(table.get_by_role("cell", name="87 %")).to_be_visible()
        expect(table.get_by_role("cell", name=SEEN)).to_be_visible()
        until(
            lambda: scrolls.evaluate("(e) => e.scrollWidth - e.clientWidth") <= 0,
            seconds=20,
            why=lambda size=size: f"{size} {scrolls.evaluate(widths)}",  # type: ignore[misc]
        )
    visit.page.set_viewport_size({"width": 2560, "height": 1440})  # one that is wide has all
    table.get_by_role("button", name="Close the table").click()
    visit.page.get_by_role("button", name="Remove filter: Cover lost ≥ 50 %").click()
    visit.page.get_by_role("button", name="Table", exact=True).click()
    table.get_by_role("button", name="Cover lost").click()
    visit.page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    expect(table.get_by_role("button", name="Cover lost")).to_be_visible()
    first = table.locator("tbody tr").first
    expect(first).to_contain_text(MARKED)
    expect(first).to_contain_text("87 %")
    expect(first).to_contain_text(SEEN)


def test_the_map_is_coloured_by_it_and_says_what_the_colours_mean(visit: Visit) -> None:
    visit.open()
    visit.page.get_by_role("button", name="Layers").click()
    choice = visit.page.get_by_role("radio", name="Cover lost 2018–2019")
    choice.click()
    visit.wait_for_query(draw="change")
    expect(visit.page.get_by_role("img", name="Probability that cover was lost")).to_be_visible()
    visit.page.get_by_role("radio", name="Land cover", exact=True).click()
    visit.wait_for_query(draw=None)
    expect(visit.page.get_by_role("img", name="Probability that cover was lost")).to_be_hidden()


def test_its_date_is_marked_on_the_timeline_and_said_at_the_label(visit: Visit) -> None:
    visit.open(f"?sample={MARKED}", wait_for=("first-frame", "map-drawn"))
    sentence = "Cover was probably lost from 2018 to 2019 (87 %), first seen on 5 Sep 2018."
    expect(visit.region("Labels")).to_contain_text(sentence)
    index = PF_SR.date_keys.index(SEEN)
    visit.page.mouse.move(*visit.on_timeline(index))
    tip = visit.page.get_by_role("tooltip", name="Date at the pointer")
    expect(tip).to_contain_text(sentence)
    visit.page.mouse.move(*visit.on_timeline(index + 20))
    expect(tip).not_to_contain_text("Cover was")
    visit.wait("(text) => seen.slider().getAttribute('aria-description').includes(text)", sentence)


def test_a_review_goes_through_the_losses_the_most_probable_first(visit: Visit) -> None:
    visit.open(
        f"?sample={LACKING}", wait_for=("first-frame", "map-drawn")
    )  # not of the queue: it begins at its first
    visit.page.get_by_role("button", name="Review", exact=True).click()
    visit.wait("() => seen.marks('review-setup').length")
    visit.page.get_by_label("Which samples").select_option("change")
    visit.page.get_by_label("Reviewer", exact=True).fill("Ada")
    visit.page.keyboard.press("Enter")
    visit.wait("(id) => seen.marks('review-shown').some((m) => m.detail.sample === id)", MARKED)
    visit.page.wait_for_url(lambda url: "review=change" in url)


def test_without_scores_the_controls_say_what_to_run(visitor: Callable[[], Visit]) -> None:
    visit = visitor().open()
    visit.page.get_by_role("button", name="Filters").click()
    filters = visit.page.get_by_role("dialog", name="Filters")
    expect(filters).to_contain_text("python -m explorer score CORPUS")
    field = filters.get_by_label("Cover lost 2018 to 2019, from")
    expect(field).to_be_disabled()
    visit.page.get_by_role("button", name="Layers").click()
    layers = visit.page.get_by_role("dialog", name="Map layers")
    expect(layers.get_by_role("radio", name="Cover lost 2018–2019")).to_be_disabled()
    expect(layers).to_contain_text("python -m explorer score CORPUS")
