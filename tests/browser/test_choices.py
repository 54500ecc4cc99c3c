"""People choose faster than a server answers: all that they chose is kept, and no control goes back to an earlier state."""

from __future__ import annotations

import pytest

from explorer.views.common.components import source
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

TALKING = source("talking.js").replace("export ", "")


def test_what_is_told_of_an_earlier_choice_is_not_shown(visit: Visit) -> None:
    """The first answer comes when three more choices have gone out: only the last state is drawn, once, when all are heard."""
    visit.page.goto("about:blank")
    found = visit.page.evaluate(
        TALKING
        + """
        ;(() => {
          const sent = [], shown = []
          const choices = makeChoices({ send_msg: (message) => sent.push(message) }, (data) => shown.push(data.state))
          const log = [], note = () => log.push(shown.splice(0))
          choices.told({ state: "of the server" }); note()
          choices.send({ type: "a", value: 1 }); choices.send({ type: "a", value: 2 })
          choices.told({ state: "first" }); choices.acknowledged({ number: 1 }); note()
          choices.send({ type: "a", value: 3 })
          choices.told({ state: "second" }); choices.acknowledged({ number: 2 }); note()
          choices.acknowledged({ number: 3 }); note()  // the third changed nothing
          choices.send({ type: "a", value: 4 })
          choices.told({ state: "fourth" }); note()
          choices.acknowledged({ number: 4 }); choices.acknowledged({ number: 4 }); note()
          choices.told({ state: "of somebody else" }); note()
          return [sent, log]
        })()"""
    )
    assert found[0] == [{"type": "a", "value": n, "number": n} for n in (1, 2, 3, 4)]
    assert found[1] == [["of the server"], [], [], ["second"], [], ["fourth"], ["of somebody else"]]


def test_choices_that_nobody_hears_of_do_not_hold_the_state_back_for_good(visit: Visit) -> None:
    """The connection broke before they went out: the server's state is shown all the same, a little later."""
    visit.page.clock.install()
    visit.page.goto("about:blank")
    visit.page.evaluate(
        TALKING
        + """
        ;(() => {
          window.shown = []
          const choices = makeChoices({ send_msg: () => {} }, (data) => window.shown.push(data.state))
          choices.send({ type: "a" })
          choices.told({ state: "as it is" })
        })()"""
    )
    assert visit.page.evaluate("window.shown") == []
    visit.page.clock.run_for(6000)
    assert visit.page.evaluate("window.shown") == ["as it is"]


def test_months_that_are_chosen_at_once_are_all_shown(visit: Visit, demo: str) -> None:
    visit.open(f"?sample={demo}")
    months = visit.page.get_by_role("group", name="Months of the spectrum")
    months.evaluate("(group) => [3, 6, 8].forEach((i) => group.children[i].click())")
    visit.wait_for_query(sentinel="4,7,9")
    pressed = months.locator("[aria-pressed=true]")
    assert [item.get_attribute("aria-label") for item in pressed.all()] == [
        f"Spectrum of {month}" for month in ("Apr", "Jul", "Sep")
    ]


def test_curves_that_are_chosen_at_once_are_all_drawn(visit: Visit, demo: str) -> None:
    """Bands, a switch and the smoothing within one turn of the browser: the last answer holds all of them."""
    visit.open(f"?sample={demo}")
    visit.page.get_by_role("button", name="Curves ▾").click()
    panel = visit.page.get_by_role("dialog", name="Curves")
    panel.evaluate("""(panel) => {
      for (const name of ["B11", "B12"]) panel.querySelector(`[data-choice=${name}]`).click()
      panel.querySelectorAll(".switches input")[0].click()
      const smooth = panel.querySelector("[aria-label=Smoothing]")
      smooth.value = "whittaker"
      smooth.dispatchEvent(new Event("change"))
    }""")
    visit.page.wait_for_url(lambda url: "B11,B12" in url and "smooth:whittaker" in url and "pheno" in url)
    for name in ("B11", "B12"):
        assert panel.get_by_role("button", name=name, exact=True).get_attribute("aria-pressed") == "true"
