"""The gallery in a real browser: pictures of the set, gone through by keys, opened, marked, taken away."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Locator, expect

from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.similar import search
from tests.browser.axe import violations
from tests.browser.conftest import Visitor
from tests.browser.test_review import begin
from tests.browser.test_small_windows import STILL
from tests.browser.visit import LACKING, MARKED, NARROW, Visit
from tests.talk import until

pytestmark = pytest.mark.browser


def gallery(visit: Visit) -> Locator:
    return visit.page.get_by_role("dialog", name="Gallery", exact=True)


def tiles(visit: Visit) -> Locator:
    return gallery(visit).get_by_role("option").and_(visit.page.locator(".tile"))


def tile(visit: Visit, sample_id: str) -> Locator:
    return tiles(visit).filter(has_text=sample_id)


def focused(visit: Visit) -> str:
    """The sample whose tile has the focus."""
    name = gallery(visit).locator(".tile:focus").get_attribute("aria-label")
    return (name or "").partition(",")[0]


def drawn(visit: Visit, before: int = 0) -> None:
    """Wait until a page's pictures have come."""
    visit.wait("(n) => seen.marks('gallery-drawn').length > n", before)


def opened(visit: Visit, query: str = "") -> Visit:
    visit.open(query)
    visit.wait("() => seen.marks('legend').length")
    visit.page.get_by_role("button", name="Gallery", exact=True).first.click()
    drawn(visit)
    return visit


def test_the_set_is_seen_by_pictures_with_class_share_and_what_is_lacking(visit: Visit) -> None:
    opened(visit, f"?sample={MARKED}&date={PF_SR.date_keys[36]}")
    expect(tiles(visit)).to_have_count(5)
    expect(gallery(visit).get_by_label("Samples on this page")).to_have_text("1–5 of 5")
    picture = tile(visit, MARKED).locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("(image) => [image.naturalWidth, image.complete]") == [200, True]
    name = tile(visit, MARKED).get_attribute("aria-label")
    assert name is not None
    assert name.startswith(f"{MARKED}, Non-irrigated arable land 60 %")
    broken = tile(visit, LACKING)
    expect(broken).to_contain_text("broken")
    assert "damaged or truncated" in (broken.get_attribute("aria-label") or "")
    colour = tile(visit, MARKED).locator(".class").evaluate("(bar) => getComputedStyle(bar).backgroundColor")
    assert colour == "rgb(255, 255, 168)"
    assert violations(visit.page) == []


def test_the_keyboard_alone_goes_through_opens_marks_and_closes(visit: Visit) -> None:
    opened(visit, f"?sample={MARKED}")
    keys = visit.page.keyboard
    first = focused(visit)
    keys.press("ArrowRight")
    second = focused(visit)
    assert second not in ("", first)
    keys.press("Enter")
    visit.wait_for_sample(second)
    expect(gallery(visit)).to_be_visible()
    assert focused(visit) == second
    expect(tile(visit, second)).to_have_attribute("aria-current", "true")
    keys.press("Space")
    keys.press("ArrowRight")
    keys.press("Shift+ArrowRight")
    assert tiles(visit).locator("xpath=self::*[@aria-selected='true']").count() == 3
    expect(gallery(visit).get_by_text("3 marked")).to_be_visible()
    keys.press("Control+a")
    expect(gallery(visit).get_by_text("5 marked")).to_be_visible()
    keys.press("End")
    keys.press("Home")
    assert focused(visit) == first
    keys.press("Escape")
    expect(gallery(visit)).to_be_hidden()
    expect(visit.page.get_by_role("button", name="Gallery", exact=True).first).to_be_focused()
    visit.wait_for_query(gallery=None)


def test_marked_samples_are_listed_and_saved_and_reviewed(visit: Visit, tmp_path: Path) -> None:
    opened(visit, f"?sample={MARKED}")
    page = visit.page
    for sample_id in (MARKED, LACKING):
        tile(visit, sample_id).locator(".tick").click()
    expect(gallery(visit).get_by_text("2 marked")).to_be_visible()
    with page.expect_download() as download:
        gallery(visit).get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "found.csv")
    lines = [line for line in (tmp_path / "found.csv").read_text().splitlines() if not line.startswith("#")]
    assert {line.split(",")[0] for line in lines[1:]} == {MARKED, LACKING}
    gallery(visit).get_by_role("button", name="Table", exact=True).click()
    table = page.get_by_role("dialog", name="Selected samples")
    expect(table.get_by_role("heading", name="2 samples")).to_be_visible()
    expect(table.locator(":focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(table).to_be_hidden()
    gallery(visit).get_by_role("button", name="Review", exact=True).click()
    expect(gallery(visit)).to_be_hidden()
    expect(page.get_by_role("region", name="Label review")).to_be_visible()


def test_a_link_restores_order_size_date_and_picture(visitor: Visitor, corpus: Corpus) -> None:
    visit = visitor().open(f"?sample={MARKED}&gallery=-purity,20,1;2018-07;swir")
    drawn(visit)
    box = gallery(visit)
    expect(box.get_by_label("Sort by", exact=True)).to_have_value("purity")
    expect(box.get_by_label("Samples a page")).to_have_value("20")
    expect(box.get_by_label("Date of the pictures")).to_have_value("2018-07")
    expect(box.get_by_label("What the pictures show")).to_have_value("swir")
    found = [
        (name or "").partition(",")[0]
        for name in tiles(visit).evaluate_all("(all) => all.map((one) => one.ariaLabel)")
    ]
    shares = corpus.samples["fraction"].loc[[one for one in found if corpus.samples["clc"][one] > 0]]
    assert list(shares) == sorted(shares)
    count = visit.count("gallery-drawn")
    box.get_by_label("Sort by", exact=True).select_option("class")
    drawn(visit, count)
    visit.wait_for_query(gallery="class,20,1;2018-07;swir")
    option = box.get_by_label("Sort by", exact=True).locator("option[value=suspicion]")
    assert option.is_disabled()
    assert "explorer score" in option.inner_text()


def test_another_date_leaves_the_keys_where_they_are(visit: Visit) -> None:
    opened(visit, f"?sample={MARKED}&date={PF_SR.date_keys[36]}")
    visit.page.keyboard.press("ArrowRight")
    here, count = focused(visit), visit.count("gallery-drawn")
    visit.page.keyboard.press("Space")
    box = gallery(visit)
    box.get_by_label("Date of the pictures").select_option("2018-07")
    drawn(visit, count)
    assert f"{here}, " in (box.locator(".tile[tabindex='0']").get_attribute("aria-label") or "")
    expect(tile(visit, here)).to_contain_text("2018-07")
    expect(tile(visit, here)).to_have_attribute("aria-selected", "true")


def test_pages_turn_by_keys_and_buttons(visitor: Visitor) -> None:
    visit = visitor(corpus="demo").open("?gallery=purity,20,1", wait_for=("ready", "legend"))
    drawn(visit)
    keys = visit.page.keyboard
    count = gallery(visit).get_by_label("Samples on this page")
    expect(count).to_have_text(re.compile(r"^1–20 of [\d,]+$"))
    tiles(visit).first.focus()
    keys.press("End")
    keys.press("ArrowRight")
    expect(count).to_have_text(re.compile(r"^21–40 of "))
    drawn(visit, 1)
    assert focused(visit) == (tiles(visit).first.get_attribute("aria-label") or "").partition(",")[0]
    keys.press("ArrowLeft")
    expect(count).to_have_text(re.compile(r"^1–20 of "))
    expect(tiles(visit).last).to_be_focused()
    gallery(visit).get_by_role("button", name="Next page").click()
    expect(count).to_have_text(re.compile(r"^21–40 of "))
    visit.wait_for_query(gallery="purity,20,2")


def test_a_blind_review_shows_its_queue_without_a_word_of_labels(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    begin(visit, [demo, MARKED], "gallery", blind=True)
    button = visit.page.get_by_role("button", name="Gallery", exact=True)
    button.click()
    drawn(visit)
    box = gallery(visit)
    expect(box.get_by_text("Queue under review")).to_be_visible()
    assert [one.split(",")[0] for one in tiles(visit).evaluate_all("(all) => all.map((one) => one.ariaLabel)")] == [
        demo, MARKED,
    ]  # fmt: skip
    assert "arable" not in box.inner_text()
    assert tiles(visit).locator(".badge:visible").count() == 0
    assert box.get_by_label("Sort by", exact=True).locator("option[value=class]").is_disabled()
    assert box.get_by_role("button", name="CSV").is_disabled()
    # The form of the review stays in sight below it, and goes to what is opened.
    tile(visit, MARKED).press("Enter")
    visit.wait_for_sample(MARKED)
    form, shown = visit.region("Label review").bounding_box(), box.bounding_box()
    assert form is not None
    assert shown is not None
    assert shown["y"] > form["y"] + 150
    visit.page.keyboard.press("Escape")
    expect(box).to_be_hidden()


def test_a_lasso_s_table_has_the_same_samples_as_pictures(visit: Visit) -> None:
    visit.open(f"?sample={MARKED}&filter=largest:211")
    visit.wait("() => seen.marks('legend').length")
    visit.page.get_by_role("button", name="Select the samples that are in view").click()
    table = visit.page.get_by_role("dialog", name="Selected samples")
    table.get_by_role("button", name="Gallery", exact=True).click()
    drawn(visit)
    expect(gallery(visit).get_by_text("Non-irrigated arable land · in the area")).to_be_visible()
    expect(tile(visit, MARKED)).to_be_visible()


@pytest.mark.nightly
def test_it_stays_within_the_window_and_leaves_room_for_the_picture(visitor: Visitor) -> None:
    visit = visitor().open(f"?sample={MARKED}&gallery=purity,50,1")
    drawn(visit)
    large = gallery(visit).get_by_role("button", name="Large", exact=True)
    picture = visit.region("Planet Fusion animation")

    def within(size: tuple[int, int]) -> dict[str, float]:
        box = gallery(visit).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= size[0]
        assert box["y"] + box["height"] <= size[1]
        assert gallery(visit).evaluate("(one) => one.scrollWidth <= one.clientWidth")
        return dict(box)

    for size in ((1440, 900), NARROW, (820, 1180), (390, 844)):
        visit.page.set_viewport_size({"width": size[0], "height": size[1]})
        visit.wait(STILL)
        within(size)
        tiles(visit).first.press("Enter")
        expect(large).to_be_visible()
        box = within(size)
        assert box["width"] * box["height"] < 0.5 * size[0] * size[1]
        if size[0] < 1000:  # panels stand under each other: the picture is brought to the upper edge
            until(lambda: abs((picture.bounding_box() or {"y": 99})["y"]) < 2)
        assert violations(visit.page) == [], size
        large.click()
        expect(large).to_be_hidden()


def test_more_like_this_shows_what_is_alike_as_pictures_and_on_the_map(
    visit: Visit, corpus: Corpus, demo: str
) -> None:
    values = np.random.default_rng(0).normal(size=(len(corpus), 6)).astype(np.float32)
    corpus.features.add("made-up-embedding", pd.DataFrame(values, corpus.samples.index))
    try:
        visit.open(f"?sample={demo}")
        visit.page.get_by_role("button", name="More like this").click()
        drawn(visit)
        box = gallery(visit)
        expect(tiles(visit)).to_have_count(4)
        expect(box.get_by_text(f"Most like {demo}")).to_be_visible()
        assert violations(visit.page) == []
        found = search.find(corpus, demo)
        names = [str(corpus.samples.index[row]) for row in found.rows]
        assert [tile.get_attribute("aria-label").partition(",")[0] for tile in tiles(visit).all()] == names
        visit.wait_for_query(similar=demo, gallery="nearest,50,1;similar")
        box.get_by_label("Only with this label").select_option("other")
        visit.wait_for_query(similar=f"{demo};other")
        box.get_by_role("button", name="Only these").click()
        visit.wait_for_query(filter=f"alike:{demo}/other")
        expect(box.get_by_role("button", name="Only these", pressed=True)).to_be_visible()
        box.get_by_role("button", name="Only these").click()
        visit.wait_for_query(filter=None)
        box.get_by_role("button", name="On the map").click()
        expect(box).to_be_hidden()
        expect(visit.page.get_by_text(re.compile(r"^\d alike on the map$"))).to_be_visible()
        visit.page.get_by_role("button", name="Clear", exact=True).click()
        visit.wait_for_query(similar=None)
        visit.page.get_by_role("button", name="More like pin 1").press("Enter")
        visit.wait_for_query(gallery="nearest,50,1;similar")
        expect(box).to_be_visible()
    finally:
        corpus.features.remove("made-up-embedding")
