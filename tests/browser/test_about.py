"""About this corpus: what is assumed of it and what its files say, from the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.visit import MARKED

pytestmark = pytest.mark.browser


def test_a_newcomer_reads_what_is_assumed_and_takes_it_away(visitor: Visitor, tmp_path: Path) -> None:
    visit = visitor().open(f"?sample={MARKED}", wait_for=("ready", "first-frame"))
    visit.page.get_by_role("button", name="About this corpus").click()
    about = visit.page.get_by_role("dialog", name="About this corpus")
    expect(about.get_by_role("status")).to_contain_text("samples were looked at:")
    subjects = about.locator(".checks b:not(.sign)").all_inner_texts()
    assert {"Samples", "Labels", "PF-SR", "PF-SR bands", "S2-SR", "S2-SR bands", "PF-QA"} <= set(subjects)
    states = about.locator(".checks > li").evaluate_all("(items) => items.map((item) => item.className)")
    order = ["wrong", "missing", "told", "ok"]
    assert states == sorted(states, key=order.index)
    expect(about).to_contain_text("explorer doctor")
    with visit.page.expect_download() as waiting:
        about.get_by_role("button", name="Download as JSON").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    told = json.loads(path.read_text())
    assert [check["subject"] for check in told["checks"]].count("PF-SR bands") == 1
    assert set(told) == {"facts", "healthy", "checks", "noticed"}
    visit.page.keyboard.press("Escape")
    expect(about).to_be_hidden()
    assert visit.complaints == []
