"""How long a reviewer waits: from the key of a verdict to the next sample's first picture, the verdict on the disk meanwhile.

Run by `make bench`, or alone: python -m tests.bench.bench_desk
A folder of nine samples of the demo (146 dates of 200 x 200 px, 4 bands int16, 3 m), 1440 x 900, server and browser on one machine. The
baseline, in the same run and browser: the same way through the samples by the search field, where nothing is read ahead.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from explorer import open_corpus
from tests.bench import forms
from tests.bench.bench_page import browser
from tests.bench.bench_session import Table, _leave, _visit, folder, serve
from tests.browser.conftest import Server

__all__ = ["browser", "folder", "serve"]
ROUNDS = forms.sized(3, 1)
READS_S = forms.sized(1.2, 0.2)
"""How long a reviewer looks at a sample at least."""


@pytest.mark.bench
@pytest.mark.browser
def test_a_reviewers_wait(browser: Browser, folder: Path, serve: Callable[..., Server]) -> None:
    table = Table()
    with open_corpus(folder) as corpus:
        ids = [str(one) for one in corpus.samples.index]
    keyed, saved, searched = [], [], []
    for number in range(ROUNDS):
        visit, _ = _visit(browser, serve(folder).url, f"?sample={ids[0]}")
        page = visit.page
        page.get_by_role("button", name="Review", exact=True).click()
        visit.wait("() => seen.marks('review-setup').length")
        page.get_by_label("Which samples").select_option("ids")
        page.get_by_label("Sample ids").fill("\n".join(ids))
        page.get_by_label("Reviewer", exact=True).fill(f"reviewer {number}")
        page.keyboard.press("Enter")
        visit.wait("(id) => seen.marks('review-shown').at(-1)?.detail.sample === id", ids[0])
        for sample_id in ids[1:]:
            time.sleep(READS_S)
            # A sample that has only just come takes no key yet: it could have been meant for the one before.
            expect(page.locator(".review:not([data-fresh])")).to_have_count(1)
            before = visit.count("first-frame")
            page.keyboard.press("c")
            visit.wait_for_next("first-frame", before)
            code = """(id) => { const sent = seen.marks("verdict-sent").at(-1).startTime
              return [seen.marks("verdict-saved").at(-1).startTime - sent, seen.marks("first-frame").find((m) => m.startTime > sent && m.detail.sample === id).startTime - sent] }"""
            on_disk, shown = page.evaluate(code, sample_id)
            saved.append(float(on_disk))
            keyed.append(float(shown))
        _leave(visit)
        visit, _ = _visit(browser, serve(folder).url, f"?sample={ids[0]}")
        for sample_id in ids[1:]:
            time.sleep(READS_S)
            start = time.perf_counter()
            visit.search(sample_id)
            visit.wait("(id) => seen.marks('first-frame').some((m) => m.detail.sample === id)", sample_id)
            searched.append(1000 * (time.perf_counter() - start))
        _leave(visit)
    table.times("verdict's key -> next sample's first picture", keyed, 300, 300, statistics.median(searched))
    table.times("verdict's key -> on the disk", saved, 300, 300)
    table.show()
    forms.limit("next sample, which is read ahead, ms", statistics.median(keyed), most=1000)


def main() -> None:
    """Measure in the browser that the environment names."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
