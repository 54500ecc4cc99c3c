"""A verdict is what its reviewer meant, and nobody's by chance: classes, keys, other tabs, lost connections, blind reviews."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from explorer.corpus.corpus import Corpus
from explorer.review import report
from explorer.review.records import Records
from explorer.views.common import class_search
from tests.browser import axe
from tests.browser.conftest import Visitor
from tests.browser.test_review import begin, panel, press, said, settled, wait_for
from tests.browser.visit import LACKING, MARKED, Visit, query_of

pytestmark = pytest.mark.browser

FIELD = "Add a class by name or code"


def told(visit: Visit, text: str) -> None:
    expect(panel(visit).get_by_role("status").filter(has_text=text)).to_be_visible()


def key(page: Page, name: str, code: str = "", *, on: str = "document.body", **more: Any) -> None:
    """A key as another layout or a held one gives it."""
    page.evaluate(
        f"([key, code, more]) => {on}.dispatchEvent(new KeyboardEvent('keydown', {{ key, code, bubbles: true, composed: true, cancelable: true, ...more }}))",
        [name, code, more],
    )


def blur(page: Page) -> None:
    page.evaluate(
        "() => { let n = document.activeElement; while (n?.shadowRoot?.activeElement) n = n.shadowRoot.activeElement; n?.blur() }"
    )


# --- the class -----------------------------------------------------------------------------------------------------
def test_an_ambiguous_class_saves_nothing_and_a_mix_is_replaced_only_when_that_is_said(
    visit: Visit, corpus: Corpus
) -> None:
    visit.open()
    begin(visit, [MARKED], "types forest")
    field = panel(visit).get_by_role("combobox", name=FIELD)
    press(visit, "w")
    visit.page.keyboard.type("forest")
    options = visit.page.get_by_role("listbox", name="Classes found").get_by_role("option")
    expect(options.first).to_have_text("311 Broad-leaved forest")
    expect(field).to_have_attribute("aria-expanded", "true")
    press(visit, "Enter")
    told(visit, "Nothing was saved: “forest” can be 311 Broad-leaved forest, 312 Coniferous forest")
    assert axe.violations(visit.page) == []
    press(visit, "ArrowDown", "ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    press(visit, "Enter")
    told(visit, "Nothing is saved yet: the label is a mix")
    press(visit, "Enter")
    assert said(corpus, "types forest") == []
    press(visit, "2")
    told(visit, "wrong: 312 Coniferous forest 60 %, 311 Broad-leaved forest 40 %; was 211 60 %, 311 40 %")
    (row,) = said(corpus, "types forest")
    assert (row["judgement"], row["adjustments"], row["suggested"]) == (
        "wrong",
        "211:reject 312:add:0.6",
        312,
    )


def test_an_enter_that_an_input_method_takes_is_no_enter(visit: Visit, corpus: Corpus) -> None:
    visit.open()
    begin(visit, [LACKING], "composes")
    press(visit, "w")
    visit.page.keyboard.type("211")
    focus = "(() => { let n = document.activeElement; while (n.shadowRoot?.activeElement) n = n.shadowRoot.activeElement; return n })()"
    key(visit.page, "Enter", on=focus, isComposing=True)
    key(visit.page, "Process", on=focus, keyCode=229)
    assert visit.count("verdict-sent") == 0
    press(visit, "Enter")
    visit.wait("() => seen.marks('verdict-saved').length")
    assert [row["suggested"] for row in said(corpus, "composes")] == [211]


def test_the_browser_and_the_server_find_the_same_classes(visit: Visit) -> None:
    visit.open()
    begin(visit, [MARKED], "compares")
    field = panel(visit).get_by_role("combobox", name=FIELD)
    for text in (
        "forest",
        "for",
        "vin",
        "urban",
        "water",
        "sea",
        "21",
        "311 Broad",
        "BROAD-leaved",
        "ölive",
        "agri",
        "rock",
        "wood",
        "zebra",
    ):
        field.fill(text)
        wanted = [str(code) for code, _ in class_search.candidates(text)][:12]
        options = visit.page.get_by_role("listbox", name="Classes found").get_by_role("option")
        expect(options).to_have_count(len(wanted))
        assert [one[:3] for one in options.all_inner_texts()] == wanted, text


# --- keys ----------------------------------------------------------------------------------------------------------
def test_a_held_key_and_a_second_press_are_one_verdict(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open()
    begin(visit, [demo, MARKED, LACKING], "holds c")
    key(visit.page, "c", "KeyC")
    for _ in range(20):
        key(visit.page, "c", "KeyC", repeat=True)
    # In the page itself, as soon as the next sample is there: on a busy machine a second passes between two calls from here.
    visit.page.evaluate(
        """(id) => new Promise((done) => {
          const look = () => {
            if (seen.marks("review-shown").at(-1)?.detail.sample !== id) { requestAnimationFrame(look); return }
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "c", code: "KeyC", bubbles: true, composed: true, cancelable: true }))
            done()
          }
          look()
        })""",
        MARKED,
    )
    told(visit, "Not taken: this sample has only just come.")
    settled(visit)
    for _ in range(20):
        key(visit.page, "c", "KeyC", repeat=True)
    assert [row["sample_id"] for row in said(corpus, "holds c")] == [demo]
    # Written in the moment in which it is being saved: nothing of it is lost.
    comment = panel(visit).get_by_role("textbox", name="Comment")
    comment.evaluate(
        """(node) => {
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "c", code: "KeyC", bubbles: true, composed: true, cancelable: true }))
          node.value = "a hedge in the north"
          node.dispatchEvent(new Event("input", { bubbles: true }))
        }"""
    )
    wait_for(visit, LACKING)
    told(visit, "kept as a draft of that sample")
    expect(comment).to_have_value("")
    assert [(row["sample_id"], row["comment"]) for row in said(corpus, "holds c")] == [
        (demo, ""),
        (MARKED, ""),
    ]
    press(visit, "b")
    wait_for(visit, MARKED)
    expect(comment).to_have_value("a hedge in the north")


@pytest.mark.parametrize(
    ("name", "code", "judgement"),
    [("ψ", "KeyC", "correct"), ("с", "KeyC", "correct"), ("C", "KeyC", "correct"), ("ג", "KeyU", "unsure"), ("u", "KeyF", "unsure")],
)  # fmt: skip
def test_letters_work_on_every_layout(
    visit: Visit, corpus: Corpus, name: str, code: str, judgement: str
) -> None:
    visit.open()
    reviewer = f"layout {name}{code}"
    begin(visit, [MARKED], reviewer)
    key(visit.page, "&", "Digit4", shiftKey=False)  # AZERTY
    key(visit.page, name, code)
    visit.wait("() => seen.marks('verdict-saved').length")
    assert [(row["judgement"], row["confidence"]) for row in said(corpus, reviewer)] == [(judgement, 4)]


def test_keys_of_an_editor_beside_the_explorer_are_none_of_its_business(visit: Visit, corpus: Corpus) -> None:
    """As in a notebook, whose editor is contenteditable, and in what is drawn in a shadow root."""
    visit.open()
    begin(visit, [MARKED], "types beside")
    visit.page.evaluate("""() => {
      const add = (html, shadow) => { const host = document.createElement("div"); host.style.cssText = "position:fixed;z-index:99;top:0;left:0"; const root = shadow ? host.attachShadow({ mode: "open" }) : host; root.innerHTML = html; document.body.append(host); return root.firstElementChild }
      window.editors = [add('<div class="cm-content" contenteditable="true" role="textbox"></div>'), add('<div contenteditable="true"></div>', true), add('<input>', true), add('<button>b</button>'), add('<div tabindex="0"></div>')]
    }""")
    for number in range(5):
        visit.page.evaluate("(i) => window.editors[i].focus()", number)
        visit.page.keyboard.type("cwufz 3")
    written = visit.page.evaluate("() => [editors[0].textContent, editors[1].textContent, editors[2].value]")
    assert [one.replace("\xa0", " ") for one in written] == ["cwufz 3"] * 3
    assert visit.count("verdict-sent") == 0
    assert visit.page.locator(".presenting").count() == 0
    assert said(corpus, "types beside") == []
    visit.page.evaluate("() => document.activeElement.blur()")
    press(visit, "c")
    visit.wait("() => seen.marks('verdict-saved').length")


# --- blind -----------------------------------------------------------------------------------------------------------
FLASHES = """
window.flashes = new Set()
window.frames_looked_at = 0
const look = (root) => {
  for (const node of root.querySelectorAll("*")) {
    if (node.shadowRoot) look(node.shadowRoot)
    for (const text of node.childNodes) {
      if (text.nodeType === Node.TEXT_NODE && /arable/i.test(text.data) && !["SCRIPT", "STYLE"].includes(node.tagName) && node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && node.getClientRects().length) {
        flashes.add(text.data.slice(0, 80))
      }
    }
  }
}
const each = () => { frames_looked_at += 1; look(document); requestAnimationFrame(each) }
requestAnimationFrame(each)
"""
"""Looks at each frame of a page, from the first on, for a label that is in sight even for a moment."""


def test_blind_stays_blind_after_a_reload_and_in_another_tab(visit: Visit, corpus: Corpus) -> None:
    visit.open(f"?sample={MARKED}")
    begin(visit, [MARKED, LACKING], "stays blind", blind=True)
    visit.wait_for_query(blind="1")
    press(visit, "c")
    told(visit, "The label is hidden: say what you see.")
    address = visit.page.url
    visit.page.reload()
    wait_for(visit, MARKED)
    arable = re.compile("arable", re.IGNORECASE)
    for query in (address, f"{visit.url}/?sample={MARKED}", f"{visit.url}/?sample={MARKED}&panel=map"):
        tab = Visit(visit.page.context.new_page(), visit.url)
        tab.page.add_init_script(FLASHES)
        tab.page.goto(query)
        tab.wait("() => seen.marks('animation-ready').length")
        panel(tab).wait_for()
        expect(tab.page.locator("header code")).to_have_text(MARKED)
        expect(tab.page.get_by_text(arable).and_(tab.page.locator(":visible"))).to_have_count(0)
        tab.region("Sample map").wait_for(state="hidden")
        assert tab.page.evaluate("() => [frames_looked_at > 10, [...flashes]]") == [True, []], query
        tab.page.close()
    assert said(corpus, "stays blind") == []
    visit.page.bring_to_front()
    press(visit, "a")
    visit.page.keyboard.type("arable land")
    press(visit, "ArrowDown", "Enter", "Escape", "Enter")
    told(visit, "This is its label; Enter goes on.")
    (row,) = said(corpus, "stays blind")
    assert (row["judgement"], row["blind"]) == ("correct", True)
    panel(visit).get_by_role("button", name="End the review").click()
    visit.region("Labels").wait_for()
    tab = Visit(visit.page.context.new_page(), visit.url).open(f"?sample={MARKED}")
    expect(tab.region("Labels").get_by_text(arable)).to_be_visible()


# --- nothing typed is lost -----------------------------------------------------------------------------------------
def test_what_is_written_outlives_skip_back_and_a_reload(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={MARKED}")
    begin(visit, [MARKED, demo], "writes")
    press(visit, "ArrowDown", "x", "Escape")
    press(visit, "3", "m")
    visit.page.keyboard.type("half a sentence")
    press(visit, "Escape", "s")
    wait_for(visit, demo)
    expect(panel(visit).get_by_label("Comment")).to_have_value("")
    for act in (lambda: press(visit, "b"), visit.page.reload):
        act()
        wait_for(visit, MARKED)
        expect(panel(visit).get_by_label("Comment")).to_have_value("half a sentence")
        expect(panel(visit).get_by_role("radio", name="3", exact=True)).to_have_attribute(
            "aria-checked", "true"
        )
        expect(panel(visit).get_by_role("group", name=re.compile("211 .*reject"))).to_be_visible()
    blur(visit.page)
    press(visit, "u")
    wait_for(visit, demo)
    assert visit.page.evaluate("() => JSON.parse(localStorage['rapidai4eo-drafts'])") == []
    (row,) = said(corpus, "writes")
    assert (row["comment"], row["confidence"], row["adjustments"]) == ("half a sentence", 3, "211:reject")


class _Line:
    """The websocket of a page, which can be made to carry nothing."""

    def __init__(self, page: Page) -> None:
        self.dead = False
        page.route_web_socket(re.compile(r"/ws"), self._opened)

    def _opened(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        route.on_message(lambda message: None if self.dead else server.send(message))
        server.on_message(lambda message: None if self.dead else route.send(message))


def test_a_connection_that_swallows_everything_is_noticed_and_the_verdict_sent_once(
    visit: Visit, corpus: Corpus, demo: str
) -> None:
    line = _Line(visit.page)
    visit.open(f"?sample={MARKED}")
    begin(visit, [MARKED, demo], "swallowed")
    line.dead = True
    press(visit, "c")
    at = visit.page.evaluate("() => performance.now()")
    visit.wait("() => seen.marks('no-answer').length")
    assert visit.page.evaluate("() => seen.marks('no-answer')[0].startTime") - at < 10_500
    expect(visit.page.get_by_role("alert").filter(has_text="No answer from the server")).to_be_visible()
    told(visit, "kept in this browser")
    assert said(corpus, "swallowed") == []
    line.dead = False
    expect(visit.page.get_by_role("alert").filter(has_text="No answer from the server")).to_be_hidden()
    told(visit, "Saved now, from before the connection was lost")
    assert len(said(corpus, "swallowed")) == 1


def test_a_verdict_that_was_under_way_is_sent_once_after_a_reload(
    visit: Visit, corpus: Corpus, demo: str
) -> None:
    line = _Line(visit.page)
    visit.open(f"?sample={MARKED}")
    begin(visit, [MARKED, demo], "reloads")
    visit.wait_for_query(review=f"ids:{MARKED}.{demo}")
    line.dead = True
    press(visit, "u")
    line.dead = False
    visit.page.reload()
    wait_for(visit, MARKED)
    told(visit, "from before the connection was lost")
    visit.page.reload()
    wait_for(visit, demo)
    assert [row["judgement"] for row in said(corpus, "reloads")] == ["unsure"]
    assert visit.page.evaluate("() => JSON.parse(localStorage['rapidai4eo-sent'])") == []


# --- two of them ------------------------------------------------------------------------------------------------------
def test_two_people_see_each_other_and_take_back_only_their_own(
    visitor: Visitor, corpus: Corpus, demo: str
) -> None:
    first, second = visitor(), visitor()
    for visit in (first, second):
        visit.open(f"?sample={LACKING}", wait_for=("ready",))
        begin(visit, [LACKING, demo], "two tabs")
    second.page.wait_for_timeout(3500)  # it has looked once, and knows what there was
    press(first, "u")
    wait_for(first, demo)
    second.page.bring_to_front()
    told(second, "has changed meanwhile")
    expect(panel(second).get_by_text("You said unsure")).to_be_visible()
    press(second, "z")
    assert [row["kind"] for row in said(corpus, "two tabs")] == ["verdict"]
    expect(panel(second).get_by_role("button", name="Undo")).to_be_disabled()
    first.page.reload()
    wait_for(first, demo)
    press(first, "z")
    wait_for(first, LACKING)
    assert [row["kind"] for row in said(corpus, "two tabs")] == ["verdict", "retraction"]


# --- the form, the cockpit, the end ------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", [pytest.param((1440, 900), marks=pytest.mark.nightly), (1366, 768)])
def test_the_desk_has_all_in_sight_and_its_buttons_do_not_move(
    visitor: Visitor, size: tuple[int, int], demo: str
) -> None:
    visit = visitor(size)
    visit.open(f"?sample={demo}")
    begin(visit, [demo, MARKED], f"looks at {size[0]}")
    visit.wait("() => seen.marks('chips-shown').length")
    box = panel(visit).bounding_box()
    assert box is not None
    expect(visit.region("Sample map")).to_be_hidden()
    places = {}
    for shown in (demo, MARKED):
        for name in ("Correct C", "Wrong W", "Unsure U", "Skip ›", "Undo"):
            place = panel(visit).get_by_role("button", name=name).bounding_box()
            assert places.setdefault(name, place) == place, name
        last = panel(visit).get_by_role("group", name="What the classes look like close by").bounding_box()
        assert last is not None
        assert last["y"] < box["y"] + box["height"]
        if shown == demo:
            seasons = panel(visit).get_by_role("group", name=re.compile("^The sample through two years"))
            expect(seasons.get_by_role("button")).to_have_count(8)
            press(visit, "u")
            wait_for(visit, MARKED)
            visit.wait("(id) => seen.marks('chips-shown').some((m) => m.detail.sample === id)", MARKED)
    stage = visit.stage.bounding_box()
    assert stage is not None
    assert stage["height"] > 0.33 * size[1]
    assert axe.violations(visit.page) == []


def test_a_picture_of_the_strip_shows_its_date(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    begin(visit, [demo], "steps")
    panel(visit).get_by_role("button", name=re.compile(r"^Show 1\d Oct 2018")).click()
    visit.page.wait_for_url(lambda url: "date=2018-10-1" in url)


def test_the_form_says_what_a_draw_can_tell_and_is_blind(visit: Visit) -> None:
    visit.open()
    visit.page.get_by_role("button", name="Review", exact=True).click()
    visit.wait("() => seen.marks('review-setup').length")
    visit.page.get_by_label("Which samples").select_option("random")
    expect(visit.page.get_by_label(re.compile("^Blind"))).to_be_checked()
    visit.wait("() => seen.marks('forecast-shown').length")
    expect(panel(visit).get_by_text("expect the overall accuracy to about")).to_be_visible()
    assert axe.violations(visit.page) == []
    visit.page.get_by_label("Which samples").select_option("ids")
    expect(visit.page.get_by_label(re.compile("^Blind"))).not_to_be_checked()


def test_the_evidence_of_a_verdict_restores_its_view(visit: Visit, corpus: Corpus, demo: str) -> None:
    visit.open(f"?sample={MARKED}&date=2018-07-07&pixels=20,30;40,50&composite=nir&curves=NDVI;smooth:loess")
    begin(visit, [MARKED], "as seen")
    before = visit.query
    press(visit, "u")
    visit.wait("() => seen.marks('verdict-saved').length")
    with visit.page.context.expect_page() as opened:
        panel(visit).get_by_role("button", name="Back to the samples").click()
        panel(visit).get_by_role("link", name="as seen").first.click()
    tab = Visit(opened.value, visit.url)
    tab.wait("() => performance.getEntriesByName('explorer:animation-ready').length")
    assert {k: v for k, v in before.items() if k not in ("review", "blind")} == tab.query


def test_the_report_is_of_blind_verdicts_where_one_wants_it(corpus: Corpus) -> None:
    with Records.open(corpus) as records:
        assert "<html" in report.html(corpus, records, blind_only=True, drawn_only=False)


def test_how_the_picture_is_looked_at_is_in_the_link_and_in_the_evidence_of_a_verdict(
    visitor: Visitor, corpus: Corpus, demo: str
) -> None:
    visit = visitor().open(f"?sample={demo}")
    assert "view" not in visit.query
    visit.page.get_by_role("combobox", name="View").select_option("swipe")
    visit.page.get_by_role("button", name="Zoom in").last.click()
    visit.page.wait_for_url(lambda url: "view=swipe" in url and "zoom" in url)
    width = "(canvas) => parseFloat(canvas.style.width)"
    link, wide = visit.query["view"], visit.stage.locator("canvas.image").first.evaluate(width)
    begin(visit, [demo], "looks closely")
    visit.page.get_by_role("combobox", name="View").select_option("side")
    visit.page.wait_for_url(lambda url: "view=side" in url and "zoom" in url)
    once = visit.query["view"]
    visit.page.get_by_role("button", name="Zoom in").last.click()
    visit.page.wait_for_url(lambda _url: visit.query["view"] != once)
    seen = visit.query["view"]
    visit.page.keyboard.press("Escape")
    visit.stage.focus()
    settled(visit)
    press(visit, "c")
    visit.wait("() => seen.marks('verdict-saved').length")
    (row,) = said(corpus, "looks closely")
    assert query_of(row["evidence"])["view"] == seen

    again = visitor().open(f"?sample={demo}&view={link}")
    expect(again.page.get_by_role("combobox", name="View")).to_have_value("swipe")
    expect(again.stage.get_by_role("slider", name="Swipe between the two dates")).to_be_visible()
    assert again.stage.locator("canvas.image").first.evaluate(width) == pytest.approx(wide, abs=1)
    assert again.query["view"] == link
    again.search(MARKED)  # another sample is seen whole, and compared in the same way
    again.wait_for_sample(MARKED)
    again.page.wait_for_url(lambda url: query_of(url).get("view") == link.split(";")[0])
