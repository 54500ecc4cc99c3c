"""What is exported of a sample: its cube, which dates, and how they are painted."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from explorer.analysis import colours, render_spec
from explorer.analysis import composite as composites
from explorer.analysis import stretch as stretches
from explorer.analysis.composite import Legend, Painter, ValuePainter
from explorer.analysis.profiles import SENSORS, check_pixel
from explorer.analysis.quality import filled_share
from explorer.analysis.render_spec import Recipe
from explorer.analysis.stretch import Stretch, StretchSpec
from explorer.core.errors import InvalidQueryError
from explorer.core.grid import Cell
from explorer.core.products import PF_QA, PF_SR, S2_SR, Product
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Cube, Reading, Status
from explorer.corpus.imagery.to_xarray import timestamps
from explorer.corpus.query.query import chosen_dates, period
from explorer.export import files
from explorer.export.credit import dates_text, stretch_text

Progress = Callable[[int, int], None]
"""Called with (done, total)."""
Missing = Literal["mark", "skip"]
"""Dates that are not there: shown as such, or left out."""
PRODUCTS = {product.id: product for product in (PF_SR, S2_SR)}
MID_MONTH = np.timedelta64(14, "D")
"""A monthly mosaic is drawn in the middle of its month."""
_POLL_S = 0.05
_LOOKED_AT = 12


@dataclass(frozen=True, slots=True)
class Step:
    """One date: its position in the product's calendar, `text` as people read it, and why it is missing if it is.

    `filled` is the share of its pixels that were gap-filled, 0 to 1; None where nobody says so, or `with_gaps` has not looked.
    """

    index: int
    date: dt.date
    text: str
    time: np.datetime64
    there: bool
    why: str = ""
    filled: float | None = None

    @property
    def mark(self) -> str:
        """What is to be said beside the date, as on the page: that it is missing, or how much is gap-filled; else nothing."""
        if not self.there:
            return "missing"
        if not self.filled:
            return ""
        return f"{'< 1' if self.filled < 0.01 else round(100 * self.filled)} % gap-filled"

    @property
    def lack(self) -> str:
        """Why there is no picture, in words for a picture's place; empty where there is one."""
        if self.there:
            return ""
        return f"missing: {'no chip of this date' if self.why in ('', 'not there') else self.why}"


@dataclass(frozen=True)
class Scene:
    """One sample as one product shows it, painted one way, on some dates."""

    corpus: Corpus
    cell: Cell
    cube: Cube
    recipe: Recipe
    choice: StretchSpec
    painter: Painter | ValuePainter
    steps: tuple[Step, ...]

    @property
    def product(self) -> Product:
        """The product that shows it."""
        return self.cube.product

    @property
    def legend(self) -> Legend | None:
        """What the colours of values mean; None for a colour composite."""
        return composites.legend(self.recipe, self.painter.stretch)

    @property
    def sensor(self) -> str:
        """The sensor and its pixel, as `Planet Fusion, 3 m`."""
        return f"{SENSORS[self.product.id]}, {self.product.pixel_size:g} m"

    def rgba(self, step: Step) -> np.ndarray:
        """The picture of a date that is there, uint8 `(y, x, 4)`, transparent where nothing was measured."""
        return self.painter.rgba(step.index)

    @cached_property
    def hatched(self) -> str:
        """What the hatching of these steps means, missing dates too; empty where nothing is hatched."""
        missing = [] if all(step.there for step in self.steps) else ["missing date"]
        return ", ".join([*missing, *([self.hatching] if self.hatching else [])])

    def shows_marks(self) -> dict[str, str]:
        """Which steps are missing, and how many are gap-filled, for a file's metadata."""
        missing = [step.text for step in self.steps if not step.there]
        filled = [step.filled for step in self.steps if step.filled]
        found = {"missing": dates_text(missing)} if missing else {}
        if filled:
            most = f"{'< 1' if max(filled) < 0.01 else round(100 * max(filled))} % of the pixels"
            one = len(self.steps) == 1
            found["gap_filled"] = most if one else f"{len(filled)} of {len(self.steps)} dates, up to {most}"
        return found

    @cached_property
    def hatching(self) -> str:
        """What hatched pixels of the dates that are there mean; empty where there are none.

        Where a formula has no value (a root of less than nothing) is looked for on some of the dates.
        """
        there = [step for step in self.steps if step.there]
        if any(not self.cube.valid(step.index, self.recipe.bands).all() for step in there):
            return "nothing measured"
        if self.recipe.kind in ("index", "expression"):
            some = there[:: max(1, len(there) // _LOOKED_AT)]
            if any((self.rgba(step)[..., 3] == 0).any() for step in some):
                return "no value"
        return ""

    def shows(self) -> dict[str, str]:
        """Product, bands, composite and stretch, for a file's metadata."""
        return {
            "product": f"{self.product.id} ({self.product.title})",
            "bands": ", ".join(self.recipe.bands),
            "composite": f"{self.recipe.text} ({self.recipe.title})",
            "stretch": stretch_text(self.recipe, self.choice, self.painter.stretch),
        }


def scene(
    corpus: Corpus,
    sample_id: str,
    *,
    product: str = PF_SR.id,
    composite: str = "true",
    stretch: str = "natural",
    dates: Iterable[Any] | None = None,
    start: Any = None,
    end: Any = None,
    step: int = 1,
    missing: Missing = "mark",
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Scene:
    """Read a sample and decide how and when it is shown.

    `product` is `PF-SR` or `S2-SR`; `composite` and `stretch` as links have them; `dates` are dates of the calendar, or
    `start`, `end` (inclusive) and `step` (every n-th) choose them. Only these dates are read, and those on which the
    stretch is measured, where it is. Blocks while it reads; `progress` counts chips.

    Raises `InvalidQueryError` for what cannot be understood or where no chosen date is there, `UnknownDateError`,
    `CancelledError`, and what `Corpus.cell` and the store raise.
    """
    shown = product_of(product)
    recipe = render_spec.parse(composite, shown.id)
    choice = stretches.parse(stretch)
    wanted = positions(shown, dates, start, end, step)
    cube = read_for(corpus, sample_id, shown, wanted, [(recipe, choice)], progress, cancel)
    return paint(corpus, cube, recipe, choice, wanted, missing, cancel)


def paint(
    corpus: Corpus,
    cube: Cube,
    recipe: Recipe,
    choice: StretchSpec,
    wanted: Sequence[int],
    missing: Missing = "mark",
    cancel: threading.Event | None = None,
) -> Scene:
    """The scene of dates (positions in the calendar) of a cube that `read_for` gave. Raises as `scene`."""
    cell, shown = cube.cell, cube.product
    steps = tuple(_step(cube, i) for i in wanted)
    if not any(found.there for found in steps):
        raise InvalidQueryError(f"{cell.sample_id} has no {shown.id} on any of the {len(steps)} dates chosen")
    if missing == "skip":
        steps = tuple(found for found in steps if found.there)
    painter = composites.make(cube, recipe, choice, _stretch(corpus, cube, recipe, choice, cancel))
    return Scene(corpus, cell, cube, recipe, choice, painter, steps)


def with_gaps(
    shown: Scene, steps: Sequence[Step] | None = None, cancel: threading.Event | None = None
) -> Scene:
    """The scene with these steps (all of them), each with the share of its pixels that was gap-filled.

    Reads their quality layers; Sentinel-2 has none. Raises `CancelledError`, `StoreError`.
    """
    chosen = tuple(shown.steps if steps is None else steps)
    there = [step.index for step in chosen if step.there]
    if shown.product is PF_SR and there:
        share = filled_share(read(shown.corpus, shown.cell.sample_id, PF_QA, cancel=cancel, positions=there))
        known = {index: float(share[index]) for index in there if np.isfinite(share[index])}
        chosen = tuple(replace(step, filled=known.get(step.index)) for step in chosen)
    return replace(shown, steps=chosen)


def product_of(product: str) -> Product:
    """The product of an id. Raises `InvalidQueryError` for what has no pictures."""
    if product not in PRODUCTS:
        raise InvalidQueryError(f"no pictures of {product!r}; there are {', '.join(PRODUCTS)}")
    return PRODUCTS[product]


def positions(
    product: Product, dates: Iterable[Any] | None = None, start: Any = None, end: Any = None, step: int = 1
) -> list[int]:
    """Positions in a product's calendar, ascending, each once. Raises `InvalidQueryError`, `UnknownDateError`."""
    if not isinstance(step, int) or isinstance(step, bool) or not 1 <= step <= len(product.dates):
        raise InvalidQueryError(f"step is {step!r}; it is a number of dates from 1 to {len(product.dates)}")
    if dates is not None:
        if start is not None or end is not None:
            raise InvalidQueryError("choose dates either one by one or from start to end, not both")
        given = [dates] if isinstance(dates, (str, dt.date)) else list(dates)
        days = [product.parse_date(day) for day in given]
        if not days:
            raise InvalidQueryError("no date is chosen")
    else:
        days = list(chosen_dates([product.id], *period(start, end))[product.id])
    return sorted({product.dates.index(day) for day in days})[::step]


def check_pins(pins: Iterable[Sequence[Any]]) -> tuple[tuple[int, int, str], ...]:
    """Pins as (row, col, name) from (row, col) or (row, col, name), at most as many as there are colours.

    Raises `InvalidQueryError`.
    """
    found = []
    for pin in pins:
        row, col, *name = pin
        found.append((*check_pixel(int(row), int(col)), str(name[0]) if name and name[0] else ""))
    most = len(colours.PINS)
    if len(found) > most:
        raise InvalidQueryError(f"{len(found)} pins; at most {most} can be shown")
    return tuple(found)


def read(
    corpus: Corpus,
    sample_id: str,
    product: Product,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    positions: Collection[int] | None = None,
) -> Cube:
    """A cube, or these dates of it, as `CubeCache.get`, but it can be watched and given up.

    Raises `CancelledError`, `StoreError`.
    """
    reading = corpus.read(sample_id, product, positions=positions)
    try:
        return _wait(reading, progress, cancel)
    finally:
        reading.release()


def read_for(
    corpus: Corpus,
    sample_id: str,
    product: Product,
    wanted: Iterable[int],
    looks: Iterable[tuple[Recipe, StretchSpec]],
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Cube:
    """A cube with the wanted dates, and those that the stretches of some looks are measured on; else as `read`."""
    measured = {i for look in looks for i in stretches.measured_on(*look, len(product.dates))}
    cube = read(corpus, sample_id, product, progress, cancel, measured | set(wanted))
    if measured and not any(cube.status[i] == Status.THERE for i in measured):
        return read(
            corpus, sample_id, product, progress, cancel
        )  # it is measured on the first that are there
    return cube


def _wait(reading: Reading, progress: Progress | None, cancel: threading.Event | None) -> Cube:
    while True:
        files.check(cancel)
        try:
            cube = reading.wait(_POLL_S)
        except TimeoutError:
            if progress is not None:
                progress(reading.done, reading.total)
            continue
        if progress is not None:
            progress(reading.total, reading.total)
        return cube


def _step(cube: Cube, index: int) -> Step:
    product = cube.product
    time = timestamps(product)[index] + (MID_MONTH if product.monthly else np.timedelta64(0, "D"))
    there = bool(cube.status[index] == Status.THERE)
    why = "" if there else cube.reasons.get(index, "not read")
    return Step(index, product.dates[index], product.date_keys[index], time, there, why)


def _stretch(
    corpus: Corpus, cube: Cube, recipe: Recipe, choice: StretchSpec, cancel: threading.Event | None
) -> Stretch | None:
    """The stretch of all dates; with `same`, that of both sensors where the other can show it too."""
    own = stretches.choose(cube, recipe, choice)
    if own is None or not stretches.is_shared(recipe, choice):
        return own
    other = S2_SR if cube.product is PF_SR else PF_SR
    try:
        twin = render_spec.parse(recipe.text, other.id)
    except InvalidQueryError:
        return own
    seen = read_for(corpus, cube.cell.sample_id, other, (), [(twin, choice)], cancel=cancel)
    if not len(seen.there):
        return own
    found = stretches.choose(seen, twin, choice)
    return own if found is None else stretches.shared([own, found])
