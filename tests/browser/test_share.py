"""Sharing in a browser: where there is no clipboard, the link is marked for the person to copy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from explorer.products import PF_SR
from tests.browser.conftest import Visitor
from tests.browser.visit import MARKED, Visit

pytestmark = pytest.mark.browser
THERE = [PF_SR.dates[36], PF_SR.dates[37]]
READY = ("ready", "first-frame", "bands-drawn", "profile-drawn")


def panel(visit: Visit) -> Locator:
    visit.page.get_by_role("button", name="Share", exact=True).click()
    found = visit.page.get_by_role("dialog", name="Share")
    found.wait_for()
    expect(found.get_by_label("Lines of Python")).to_contain_text("open_corpus")
    return found


@pytest.fixture
def marked(visitor: Visitor) -> Visit:
    return visitor().open(f"?sample={MARKED}&date={THERE[0]}&pixels=10,15;150,160", wait_for=READY)


def test_where_there_is_no_clipboard_the_link_is_copied_or_marked(marked: Visit) -> None:
    marked.page.evaluate(
        "() => { Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false }"
    )
    share = panel(marked)
    share.get_by_role("button", name="Copy link").click()
    expect(share.get_by_text("Marked: press Ctrl+C")).to_be_visible()
    link = share.get_by_label("Link to this view")
    assert link.evaluate("(e) => e.value.slice(e.selectionStart, e.selectionEnd)") == link.input_value()
