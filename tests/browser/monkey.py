"""A seeded visitor who does anything that the page offers, and holds page, address and corpus against each other.

Between the looks nothing is waited for: actions overtake what they began, as a hurried person's do.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Error

from explorer.analysis import profiles
from explorer.analysis.composite import Painter, bands_of
from explorer.core import corine
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.views.common.selection import DEFAULT_DATE
from tests.browser.visit import INDEX, MAP, Visit
from tests.talk import until

EACH = 12
"""Actions between two looks."""
PATIENCE_S = 60.0
_NOW = 2_000
"""Milliseconds after which an action that finds nothing to act on is given up."""


class NotOfferedError(Exception):
    """What an action needs is not on the page now."""


class Monkey:
    """Random actions on one visit, chosen by a seed alone; `done` are their names in order, for who looks into a failure."""

    def __init__(self, visit: Visit, corpus: Corpus, seed: int) -> None:
        self.visit, self.corpus, self.seed = visit, corpus, seed
        self.done: list[str] = []
        self._random = random.Random(seed)
        self._actions: tuple[tuple[int, Callable[[], None]], ...] = (
            (6, self.scrub), (4, self.step), (3, self.play), (4, self.pin), (2, self.add_pin), (3, self.other_sample),
            (2, self.surprise), (2, self.composite), (2, self.month), (2, self.band), (1, self.level), (2, self.wheel_map),
            (2, self.wheel_picture), (1, self.drag_map), (1, self.back), (1, self.forward), (1, self.enlarge), (1, self.dialog),
            (1, self.class_in_legend), (1, self.chart_click), (1, self.wrong_words), (1, self.any_key),
        )  # fmt: skip

    def round(self) -> None:
        """A dozen actions, then a look."""
        weights = [weight for weight, _ in self._actions]
        for _, action in self._random.choices(self._actions, weights, k=EACH):
            self.done.append(action.__name__)
            try:
                action()
            except NotOfferedError:
                continue
            except Error as error:  # what was hidden or moving: a person would do something else
                if "Timeout" not in str(error):
                    raise
        self.look()

    # --- what it does ----------------------------------------------------------------------------
    def _click(self, locator: Any, **options: Any) -> None:
        locator.click(timeout=_NOW, **options)

    def _button(self, name: str | re.Pattern[str]) -> Any:
        return self.visit.page.get_by_role("button", name=name, exact=isinstance(name, str))

    def _box(self, locator: Any) -> dict[str, float]:
        box = locator.bounding_box(timeout=_NOW)
        if box is None:
            raise NotOfferedError
        return dict(box)

    def _place(self) -> dict[str, float]:
        box = self._box(self.visit.stage)
        share = lambda: self._random.uniform(0.05, 0.95)  # noqa: E731
        return {"x": share() * box["width"], "y": share() * box["height"]}

    def scrub(self) -> None:
        box = self._box(self.visit.slider)
        self.visit.page.mouse.click(
            box["x"] + self._random.uniform(8, box["width"] - 8), box["y"] + box["height"] / 2
        )

    def step(self) -> None:
        name = self._random.choice(["First date", "Previous date", "Next date", "Last date"])
        self._click(self._button(name))

    def play(self) -> None:
        self._click(self._button(re.compile("^(Play|Pause)$")).first)

    def pin(self) -> None:
        self._click(self.visit.stage, position=self._place())

    def add_pin(self) -> None:
        self._click(self.visit.stage, position=self._place(), modifiers=["Shift"])

    def other_sample(self) -> None:
        box = self.visit.search_field
        box.fill(self._random.choice(list(self.corpus.samples.index)), timeout=_NOW)
        box.press("Enter", timeout=_NOW)

    def surprise(self) -> None:
        self._click(self._button("Surprise me"))

    def composite(self) -> None:
        self._click(self._button(self._random.choice(["True colour", "False colour (NIR)"])).first)

    def month(self) -> None:
        self._click(self.visit.months.nth(self._random.randrange(12)))

    def band(self) -> None:
        self._click(self.visit.bands.nth(self._random.randrange(12)))

    def level(self) -> None:
        name = f"Level {self._random.choice([1, 2, 3])}"
        self._click(self.visit.page.get_by_role("radio", name=name))

    def _wheel(self, locator: Any) -> None:
        box = self._box(locator)
        self.visit.page.mouse.move(
            box["x"] + self._random.uniform(0.2, 0.8) * box["width"],
            box["y"] + self._random.uniform(0.3, 0.8) * box["height"],
        )
        self.visit.page.mouse.wheel(0, self._random.choice([-240, -120, 120, 240]))

    def wheel_map(self) -> None:
        self._wheel(self.visit.page.get_by_role("img", name=MAP))

    def wheel_picture(self) -> None:
        self._wheel(self.visit.stage)

    def drag_map(self) -> None:
        box = self._box(self.visit.page.get_by_role("img", name=MAP))
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.6
        mouse = self.visit.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + self._random.uniform(-60, 60), y + self._random.uniform(-40, 40), steps=3)
        mouse.up()

    def back(self) -> None:
        # Not out of the page. Firefox ESR does not tell where it is in the history: there nobody goes back.
        self.visit.page.evaluate("window.navigation?.currentEntry.index > 1 && history.back()")

    def forward(self) -> None:
        self.visit.page.evaluate("history.forward()")

    def enlarge(self) -> None:
        name = self._random.choice(
            ["Sample map", "Planet Fusion animation", "Sentinel-2 bands", "Temporal profile"]
        )
        self._click(self._button(re.compile(f"^Enlarge {name}")).last)

    def dialog(self) -> None:
        self._click(
            self._button(self._random.choice(["Share", "Stories", "Filters", "Layers", "About this corpus"]))
        )
        self.visit.page.keyboard.press("Escape")

    def class_in_legend(self) -> None:
        rows = self.visit.page.get_by_role("list", name="Legend", exact=True).get_by_role("button")
        self._click(rows.nth(self._random.randrange(3)))

    def chart_click(self) -> None:
        first, last = (pd.Timestamp(PF_SR.dates[i]).timestamp() * 1000 for i in (2, -3))
        self.visit.click_chart(INDEX, self._random.uniform(first, last), 0.4)

    def wrong_words(self) -> None:
        box = self.visit.search_field
        box.fill(self._random.choice(["nowhere at all", "99N_00E-000N_00_00", "<b>x</b>", "\u202e"]), timeout=_NOW)  # fmt: skip
        box.press("Enter", timeout=_NOW)

    def any_key(self) -> None:
        self.visit.page.keyboard.press(self._random.choice(["ArrowRight", "ArrowLeft", "?", "Escape"]))

    # --- what must be so -------------------------------------------------------------------------
    def look(self) -> None:
        """Let everything come to rest; then sample, label, date, cursor, pins and pixels agree everywhere."""
        visit = self.visit
        visit.page.keyboard.press("Escape")
        self._all_panels()
        until(self._rests, PATIENCE_S, why=lambda: f"it plays on. {self._told()}")
        until(lambda: self._agrees(), PATIENCE_S, why=lambda: self._differs())
        assert visit.complaints == [], self._told()

    def _all_panels(self) -> None:
        names = ("Sample map", "Planet Fusion animation", "Sentinel-2 bands", "Temporal profile")

        def shown() -> bool:
            if all(self.visit.region(name).is_visible() for name in names):
                return True
            self.visit.page.keyboard.press("Escape")
            self.visit.page.wait_for_timeout(500)
            return False

        until(shown, PATIENCE_S, why=lambda: f"a panel does not come back. {self._told()}")

    def _rests(self) -> bool:
        pause = self._button("Pause")
        if pause.count():  # playing may only now begin: a click on Play waits for the first pictures
            pause.first.click()
            return False
        return bool(self._button("Play").count())

    def _told(self) -> str:
        return f"seed {self.seed}, after {', '.join(self.done[-2 * EACH :])}; address {self.visit.page.url}; {self.visit.complaints}"

    def _agrees(self) -> bool:
        return not self._differences()

    def _differs(self) -> str:
        return f"{'; '.join(self._differences())}. {self._told()}"

    def _differences(self) -> list[str]:
        visit, found = self.visit, []
        query, sample = visit.query, visit.sample
        if query.get("sample") != sample:
            found.append(f"the head shows {sample}, the address {query.get('sample')}")
        last = visit.page.evaluate("seen.marks('sample-selected').at(-1)?.detail.sample")
        if last != sample:
            found.append(f"the head shows {sample}, the animation {last}")
        date = visit.date
        if (query.get("date") or DEFAULT_DATE.isoformat()) != date:
            found.append(f"the animation is at {date}, the address at {query.get('date')}")
        elif date is not None and visit.cursor() != (
            pd.Timestamp(date).timestamp() * 1000 + 10.5 * 3_600_000
        ):
            found.append(f"the animation is at {date}, the chart's cursor at {visit.cursor()}")
        found += self._labels(sample)
        if not found and date is not None:
            found += self._picture(sample, date, query.get("composite", "true"))
            found += self._profile(sample, query)
        return found

    def _labels(self, sample: str) -> list[str]:
        if not self.visit.region("Labels").count():
            return []
        code = int(self.corpus.samples.loc[sample, "clc"])
        title = corine.land_cover(code).title if code else ""
        shown = self.visit.region("Labels").get_by_text(title).count()
        return [] if shown else [f"the labels of {sample} lack {code}"]

    def _picture(self, sample: str, date: str, composite: str) -> list[str]:
        index = PF_SR.date_keys.index(date)
        cube = self.corpus.cubes.get(self.corpus.cell(sample), PF_SR)
        if index not in cube.there or composite not in ("true", "false") or "stretch" in self.visit.query:
            return []
        shown = self.visit.pixels(self.visit.image)[..., :3].astype(int)
        wanted = Painter(cube, bands_of(composite, PF_SR.id)).rgb(index)
        if shown.shape != wanted.shape:
            return []  # zoomed
        # Means of 8 x 8 pixels: a landscape full of detail is off by 13 grey values a pixel as JPEG.
        blocks = (shown - wanted).reshape(25, 8, 25, 8, 3).mean(axis=(1, 3))
        off = float(np.abs(blocks).mean())
        return [f"the picture of {sample} on {date} is {off:.1f} grey values off"] if off > 4 else []

    def _profile(self, sample: str, query: dict[str, str]) -> list[str]:
        if not query.get("pixels") or "curves" in query:
            return []
        row, col = map(int, query["pixels"].split(";")[-1].split(","))
        table = profiles.pixel(self.corpus, sample, row=row, col=col).dropna(subset="value")
        wanted = table[(table["product"] == PF_SR.id) & (table["band"] == "red")]["value"].tolist()
        shown = pd.DataFrame(self.visit.columns("bands-pf"))
        values = shown[shown["band"] == "red"]["value"].tolist() if len(shown) else []
        same = len(values) == len(wanted) and values == pytest.approx(wanted, abs=2e-6)
        return [] if same else [f"the profile of pixel {row},{col} of {sample} is another one's"]
