"""The user guide, walked: each of its sections is done as it says, and takes its picture anew where that is asked for.

`make guide` sets EXPLORER_GUIDE_PICTURES, and the pictures in assets/docs are written.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from explorer import open_corpus
from explorer.review import queue
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from tests.browser.conftest import Server, Visitor
from tests.browser.test_review import settled
from tests.browser.visit import Visit
from tests.conftest import REPOSITORY

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

DOCS = REPOSITORY / "assets" / "docs"
GUIDE = (DOCS / "guide.md").read_text(encoding="utf-8")
FIELD, FELLED = "31N_12E-218N_40_30", "34N_24E-199N_35_23"
TAKE = bool(os.environ.get("EXPLORER_GUIDE_PICTURES"))


@pytest.fixture
def guide(visitor: Visitor, start: Callable[[Path | str], Server]) -> Visit:
    """A visit of the demo corpus, as `make demo` shows it."""
    return visitor(corpus="demo")


def take(visit: Visit, name: str, *parts: Locator) -> None:
    """Write what is seen, or the box around some of its parts, as a picture of the guide; it has to be one of them."""
    assert f"({name}.webp)" in GUIDE or f"assets/docs/{name}.webp" in (REPOSITORY / "README.md").read_text()
    visit.page.mouse.move(2, 450)
    if not TAKE:
        return
    visit.page.wait_for_timeout(800)  # hover and fades are over; only pictures need it, no test waits on time
    clip = None
    if parts:
        boxes = [box for part in parts if (box := part.bounding_box())]
        left, top = min(b["x"] for b in boxes) - 4, min(b["y"] for b in boxes) - 4
        right, bottom = (
            max(b["x"] + b["width"] for b in boxes) + 4,
            max(b["y"] + b["height"] for b in boxes) + 4,
        )
        clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    png = visit.page.screenshot(clip=clip)  # type: ignore[arg-type]
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").save(DOCS / f"{name}.webp", quality=80, method=6)


def button(visit: Visit, name: str) -> Locator:
    return visit.page.get_by_role("button", name=name, exact=True)


def test_the_page(guide: Visit) -> None:
    guide.open(
        f"?sample={FIELD}&date=2018-07-02&pixels=150,110;30,40&regions=poly:124,68,124,100,146,98,146,68:Field"
    )
    guide.wait("() => seen.marks('profile-behind').length")
    expect(guide.region("Planet Fusion animation").get_by_text("% gap-filled")).to_be_visible()
    take(guide, "page")


def test_find_a_place(guide: Visit) -> None:
    guide.open(f"?sample={FIELD}")
    guide.search("50.8, 3.25")
    guide.page.wait_for_url(lambda url: f"sample={FIELD}" not in url)
    guide.search("France")
    before = guide.count("legend")
    guide.page.get_by_role("list", name="Legend").get_by_role("button", name="Coniferous forest").click()
    guide.wait_for_next("legend", before)
    guide.page.get_by_role("button", name=re.compile("^Filters")).click()
    guide.page.get_by_label("Purity (largest class), from").fill("80")
    guide.page.get_by_label("Purity (largest class), from").press("Enter")
    guide.page.wait_for_url(lambda url: "purity" in url)
    expect(button(guide, "Filters · 2")).to_be_visible()
    expect(guide.page.get_by_role("checkbox", name="France")).to_be_checked()
    guide.page.keyboard.press("Escape")
    take(guide, "guide-find", guide.region("Sample map"))
    button(guide, "Select the samples that are in view").click()
    table = guide.page.get_by_role("dialog", name="Selected samples")
    expect(table).to_be_visible()
    table.get_by_role("button", name="CSV").wait_for()


def test_watch_a_year(guide: Visit) -> None:
    guide.open(f"?sample={FIELD}&date=2018-03-04")
    guide.slider.focus()
    guide.page.keyboard.press(" ")
    expect(guide.slider).not_to_have_attribute("aria-valuetext", "2018-03-04")
    guide.page.keyboard.press(" ")
    guide.page.get_by_label("Frames per second").select_option("25")
    button(guide, "Picture settings").click()
    guide.page.get_by_label("Shown in the image").fill("NDVI")
    guide.page.keyboard.press("Enter")
    guide.page.keyboard.press("Escape")
    guide.page.wait_for_url(lambda url: "composite=index" in url)
    guide.slider.focus()
    for key in ("Home", *["ArrowRight"] * 30):
        guide.page.keyboard.press(key)
    panel = guide.region("Planet Fusion animation")
    expect(panel.get_by_role("img", name=re.compile("^NDVI"))).to_be_visible()
    take(guide, "guide-watch", panel)


def test_compare_dates(guide: Visit) -> None:
    guide.open(f"?sample={FELLED}&date=2018-08-21")
    view = guide.page.get_by_label("View", exact=True).first
    view.select_option("swipe")
    expect(guide.page.get_by_role("slider", name="Swipe between the two dates")).to_be_visible()
    view.select_option("sheet-12")
    expect(guide.page.get_by_role("button", name=re.compile("2018"))).not_to_have_count(0)
    view.select_option("difference")
    view.select_option("side")
    guide.slider.focus()
    other = guide.page.locator(".stage .date").nth(1)
    expect(other).to_contain_text("21 Aug 2019")
    guide.page.keyboard.press("Shift+ArrowLeft")
    expect(other).to_contain_text("16 Aug 2019")
    take(guide, "guide-compare", guide.region("Planet Fusion animation"))


def test_read_a_pixel(guide: Visit) -> None:
    guide.open(f"?sample={FIELD}&date=2018-07-02")
    guide.pick(150, 110)
    guide.pick(30, 40, add=True)
    button(guide, "Curves ▾").click()
    curves = guide.page.get_by_role("dialog", name="Curves")
    curves.get_by_label("Smoothing").select_option("whittaker")
    guide.page.wait_for_url(lambda url: "smooth:whittaker" in url)
    curves.get_by_role("checkbox", name="Seasons: start, peak, end").check()
    guide.page.keyboard.press("Escape")
    expect(guide.page.get_by_role("region", name="Seasons and breaks")).to_contain_text("2018")
    guide.stage.focus()
    for key in ("b", *["Alt+ArrowDown"] * 3, *["Alt+ArrowLeft"] * 2, *["ArrowDown"] * 4, "Enter"):
        guide.page.keyboard.press(key)
    guide.page.wait_for_url(lambda url: "regions=box" in url)
    guide.wait("() => seen.marks('profile-behind').at(-1)?.detail.regions > 0")
    take(guide, "guide-read", guide.region("Temporal profile"))


def test_judge_labels(guide: Visit) -> None:
    guide.open(f"?sample={FELLED}&date=2018-09-10")
    button(guide, "Review").click()
    guide.wait("() => seen.marks('review-setup').length")
    guide.page.get_by_label("Which samples").select_option("random")
    guide.page.get_by_label("Number of samples").fill("150")
    guide.page.get_by_label("Reviewer", exact=True).fill("Anna")
    guide.page.get_by_label(re.compile("^Blind")).uncheck()
    button(guide, "Begin").click()
    guide.wait("() => seen.marks('review-shown').length === 1")
    settled(guide)
    # Two verdicts: one label that holds, one that does not, and what is there instead.
    guide.page.keyboard.press("c")
    guide.wait("() => seen.marks('review-shown').length === 2")
    settled(guide)
    guide.page.keyboard.press("w")
    guide.page.keyboard.type("pastures")
    guide.page.keyboard.press("Enter")
    guide.page.get_by_text(re.compile("Nothing is saved yet|^wrong: ")).first.wait_for()
    if guide.page.get_by_text("Nothing is saved yet").count():  # its label is a mix: of which class?
        guide.page.keyboard.press("1")
    guide.wait("() => seen.marks('review-shown').length === 3")
    panel = guide.region("Label review")
    expect(panel).to_contain_text("2 of 150 reviewed")
    guide.wait_for_sample(guide.page.evaluate("seen.marks('review-shown').at(-1).detail.sample"))
    take(guide, "guide-judge", panel)
    # How good the labels are: the report of the page, once somebody has judged the whole draw.
    with closing(open_corpus("demo")) as corpus, Records.open(corpus) as records:
        todo = queue.build(guide.query["review"], corpus)
        for number, sample_id in enumerate(todo.ids):
            stratum, probability = todo.drawn(sample_id)
            records.add(
                Verdict(
                    sample_id, "Ben", "wrong" if number % 9 == 4 else "correct", suggested=231 if number % 9 == 4 else None,
                    queue=todo.text, stratum=stratum, probability=probability,
                )
            )  # fmt: skip
    button(guide, "Accuracy report").click()
    guide.wait("() => seen.marks('report-shown').length")
    sheet = guide.page.get_by_role("dialog", name="Accuracy report")
    expect(sheet.frame_locator("iframe").get_by_role("heading", name="Accuracy by class")).to_be_visible()
    take(guide, "guide-accuracy", sheet)


def test_judge_a_model(guide: Visit) -> None:
    guide.open(f"?sample={FIELD}")
    button(guide, "Judge").click()
    panel = guide.page.get_by_role("dialog", name="Judge a model")
    panel.get_by_label("Classes", exact=True).select_option("2")
    guide.wait_for_query(judge="made-up-confused,2,table")
    panel.get_by_role("gridcell", name=re.compile("^Label Pastures, model Arable land")).click()
    expect(panel.get_by_label("Samples that are chosen")).to_contain_text("chosen and on the map")
    guide.page.wait_for_url(lambda url: "pair:made-up-confused:23:21" in url)
    expect(panel.get_by_text("Agreement", exact=True).first.locator("..")).to_contain_text(
        re.compile(r"\d\d\.\d %")
    )
    take(guide, "guide-judge-a-model")
    panel.get_by_role("radio", name="Two models").click()
    expect(panel).to_contain_text("McNemar")


def test_present(guide: Visit) -> None:
    guide.open()
    button(guide, "Stories").click()
    guide.page.get_by_role("button", name="Play A label that is wrong").click()
    guide.wait("() => seen.marks('story-at').length")
    guide.page.keyboard.press("ArrowRight")
    expect(guide.page.get_by_role("heading", name="Twenty days later")).to_be_visible()
    guide.wait_for_sample(FELLED)
    guide.wait_for_profile(60, 130)
    guide.page.keyboard.press(" ")
    take(guide, "guide-present")
    guide.page.keyboard.press("Escape")
    guide.region("Sample map").wait_for()


def test_share(guide: Visit, tmp_path: Path) -> None:
    guide.open(f"?sample={FIELD}&date=2018-07-02&pixels=150,110")
    button(guide, "Share").click()
    share = guide.page.get_by_role("dialog", name="Share")
    expect(share.get_by_label("Lines of Python")).to_contain_text("open_corpus")
    expect(share.get_by_label("Link to this view")).to_have_value(re.compile("sample="))
    take(guide, "guide-share", share)
    with guide.page.expect_download() as saved:
        share.get_by_role("button", name="Download the picture of this date").click()
    assert saved.value.suggested_filename.endswith(".png")


def test_every_section_with_a_picture_is_walked_here() -> None:
    sections = re.findall(r"^## (.+)$", GUIDE, re.MULTILINE)
    walked = {name.removeprefix("test_").replace("_", " ") for name in globals() if name.startswith("test_")}
    parts = re.split(r"^## ", GUIDE, flags=re.MULTILINE)[1:]
    pictured = [part.partition("\n")[0] for part in parts if ".webp)" in part]
    assert len(sections) >= 9
    assert {title.lower() for title in pictured} <= walked


def test_every_button_that_the_guide_names_is_there(guide: Visit) -> None:
    """What the guide puts in bold is a button, a field or a panel of the page, by that very name."""
    named = set(re.findall(r"\*\*([^*]+)\*\*", GUIDE))
    guide.open(f"?sample={FIELD}&pixels=10,10;20,20")
    button(guide, "Review").click()
    guide.wait("() => seen.marks('review-setup').length")
    words = guide.page.evaluate("""() => { const all = []; const walk = (root) => { for (const e of root.querySelectorAll("*")) {
      if (e.shadowRoot) walk(e.shadowRoot)
      all.push(e.getAttribute("aria-label"), e.title, e.children.length && e.tagName !== "H2" ? [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join("") : e.textContent)
    } }; walk(document.body); return all.filter(Boolean).map((text) => text.trim()) }""")
    there = set(words) | {word.removesuffix(" ▾") for word in words}
    assert named - there == set()
