"""axe-core over a page that is open in the browser: WCAG 2.2, levels A and AA."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page, within: Locator | None = None) -> list[str]:
    """What axe finds wrong in the page, or in one of its elements, a line each; through open shadow roots, not into frames."""
    page.evaluate(f"() => {{ if (!window.axe) {{ {AXE_SCRIPT} }} }}")
    # axe counts half of an animation as a colour: what is moving ends first.
    page.evaluate("() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {})))")
    found = page.evaluate(
        "([node, tags]) => axe.run(node ?? document, { runOnly: tags, resultTypes: ['violations'], iframes: false })",
        [within and within.element_handle(), STANDARDS],
    )
    return [
        f"{rule['id']}: {node['html'][:160]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
