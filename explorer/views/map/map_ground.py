"""What was seen on the ground, as marks on the map: each place by itself where there is room, else those that lie together as one."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from explorer.core.errors import ExplorerError
from explorer.corpus.corpus import Corpus
from explorer.opinions.ground import GroundTruth
from explorer.views.common.components import FAILED, SessionScheduler
from explorer.views.common.map_state import MapState
from explorer.views.map.messages import MapMark, ToMapTools
from explorer.views.map.raster import View

MOST_MARKS = 2_000
"""Marks that are told at once, of however many places."""
MOST_CORNERS = 20_000
_OUTLINES_FROM_PIXELS = 24.0
"""Where a sample is this wide, polygons have their outlines and no places are drawn together."""
_APART = 16.0
"""Pixels; what lies closer may be drawn as one mark."""
_AROUND = 0.25
"""How much of the view's size is told on each side of it, so that marks are there as it moves."""
_CLASSES = 3
"""Classes that are named of places that are one mark."""
_LONGEST = 120
"""Characters of each part of what is said of a place."""
_READER = ThreadPoolExecutor(1, thread_name_prefix="explorer-map-ground")
"""Apart from the views' own: sets that are read for the first time keep nobody else waiting."""


@dataclass(frozen=True)
class GroundOnMap:
    """Marks in a box of the map (x0, x1, y0, y1), for one zoom; `credits` name whom to name, a line a set, `problems` sets that cannot be read."""

    box: tuple[float, float, float, float]
    zoom: int
    marks: list[MapMark] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def serves(self, view: View) -> bool:
        """Whether a view needs no others."""
        (x0, x1), (y0, y1) = view.x_range, view.y_range
        left, right, low, high = self.box
        return self.zoom == _zoom(view) and left <= x0 and x1 <= right and low <= y0 and y1 <= high


def _zoom(view: View) -> int:
    """The power of two of metres within which places are one mark: as the map is moved, they stay what they are."""
    return math.ceil(math.log2(max(_APART * view.resolution, 1e-3)))


def of_view(corpus: Corpus, view: View) -> GroundOnMap:
    """The marks that a view shows, and those just beside it. Reads sets that were not read before."""
    zoom = _zoom(view)
    edge = 2.0**zoom
    (x0, x1), (y0, y1) = view.x_range, view.y_range
    aside, above = (x1 - x0) * _AROUND, (y1 - y0) * _AROUND
    # Whole squares: what is in one mark does not depend on where the view ends.
    left, low = (math.floor(v / edge) * edge for v in (x0 - aside, y0 - above))
    right, high = (math.ceil(v / edge) * edge for v in (x1 + aside, y1 + above))
    sets: list[tuple[GroundTruth, np.ndarray]] = []
    problems = []
    for name in corpus.ground:
        try:
            one = corpus.ground[name]
            x, y = one.mercator.T
        except ExplorerError as error:
            problems.append(f"{name}: {error}")
            continue
        rows = np.flatnonzero((x >= left) & (x < right) & (y >= low) & (y < high))
        rows = rows[one.first_rows[rows]]
        if len(rows):
            sets.append((one, rows))
    together = view.cell_pixels < _OUTLINES_FROM_PIXELS or sum(len(rows) for _, rows in sets) > MOST_MARKS
    marks = _together(sets, edge) if together else _each(sets, view.resolution)
    named = [f"{one.about.name}: {one.about.credit or 'no source is told'}" for one, _ in sets]
    return GroundOnMap((left, right, low, high), zoom, marks, named, problems)


def _together(sets: list[tuple[GroundTruth, np.ndarray]], edge: float) -> list[MapMark]:
    """One mark for each square of the map in which there are places, at their middle, in the colour that most of them have."""
    if not sets:
        return []
    of_set = np.repeat(np.arange(len(sets)), [len(rows) for _, rows in sets])
    rows = np.concatenate([rows for _, rows in sets])
    x, y = np.concatenate([one.mercator[rows] for one, rows in sets]).T
    names: dict[tuple[str, str], int] = {}
    kinds = []
    for one, rows_of_one in sets:
        number = [names.setdefault((c.title, c.colour), len(names)) for c in one.legend.classes]
        kinds.append(np.array(number)[one.table["place"].to_numpy()[rows_of_one]])
    kind, looks = np.concatenate(kinds), list(names)
    while True:
        square = np.floor(x / edge).astype(np.int64) * 2**31 + np.floor(y / edge).astype(np.int64)
        of, found = pd.factorize(square)
        if len(found) <= MOST_MARKS:
            break
        edge *= 2
    count = np.bincount(of)
    of_kind = np.bincount(of * len(looks) + kind, minlength=len(count) * len(looks)).reshape(len(count), -1)
    most = of_kind.argmax(axis=1)
    xs, ys = (np.round(np.bincount(of, v) / count, 1).tolist() for v in (x, y))
    position = np.empty(len(count), np.int64)
    position[of] = np.arange(len(of))  # any one of the square: the only one, where there is one
    marks: list[MapMark] = []
    for i, number in enumerate(count.tolist()):
        colour = looks[most[i]][1]
        if number == 1:
            at = position[i]
            text = _text(sets[of_set[at]][0], int(rows[at]))
        else:
            text = _counted([name for name, _ in looks], of_kind[i])
        marks.append(
            {"x": xs[i], "y": ys[i], "count": number, "colour": colour, "text": text, "rings": []}
        )  # fmt: skip
    return marks


def _each(sets: list[tuple[GroundTruth, np.ndarray]], resolution: float) -> list[MapMark]:
    """A mark for each place; polygons with their outlines, as fine as can be seen, while there are not too many corners."""
    import shapely

    marks: list[MapMark] = []
    corners = 0
    for one, rows in sets:
        table = one.table.iloc[rows]
        shapes = table.geometry.to_crs(3857).to_numpy()
        areas = shapely.get_dimensions(shapes) == 2
        shapes[areas] = shapely.simplify(shapes[areas], resolution / 2)
        for row, shape, place, (x, y) in zip(
            rows.tolist(), shapes, table["place"], one.mercator[rows].tolist(), strict=True
        ):
            rings: list[list[list[float]]] = []
            if shapely.get_dimensions(shape) == 2 and corners < MOST_CORNERS:
                rings = [
                    np.round(shapely.get_coordinates(ring), 1).tolist()
                    for ring in shapely.get_rings(shapely.get_parts(shape))
                ]
                corners += sum(map(len, rings))
            colour = one.legend.classes[place].colour
            marks.append(
                {"x": round(x, 1), "y": round(y, 1), "count": 1, "colour": colour, "text": _text(one, row), "rings": rings}
            )  # fmt: skip
    return marks


def _counted(titles: list[str], counts: np.ndarray) -> str:
    """What is said of places that are one mark: how many, and the classes that most of them have."""
    order = [i for i in np.argsort(-counts, kind="stable").tolist() if counts[i]]
    told = [f"{counts[i]:,} {titles[i]}" for i in order[:_CLASSES]]
    if rest := int(counts[order[_CLASSES:]].sum()):
        told.append(f"{rest:,} of other classes")
    return f"{counts.sum():,} places seen on the ground: {', '.join(told)}"


def _text(one: GroundTruth, row: int) -> str:
    """What is said of a place: its set and class, its date, its id."""
    found = one.table.iloc[row]
    title = one.legend.classes[found["place"]].title
    parts = (f"{one.about.name}: {title}", str(found["date"]), str(found["id"]))
    return " · ".join(part[:_LONGEST] for part in parts if part)


class GroundLayer:
    """Tells the browser the marks of a view while the map shows them; none while it does not."""

    def __init__(self, corpus: Corpus, state: MapState, loop: SessionScheduler, script: ToMapTools) -> None:
        self._corpus, self._state, self._loop, self._script = corpus, state, loop, script
        self._ticket = 0
        self._told: GroundOnMap | None = None

    def show(self, view: View, again: bool = False) -> None:
        """Find the marks of a view in a thread; those that are there stay until it has found them. `again`: the browser has forgotten all."""
        if self._state.ground == "none":
            self._ticket += 1
            if self._told is not None:
                self._told = None
                self._script.ground(marks=[], credits=[], problems=[])
            return
        if self._told is not None and self._told.serves(view) and not again:
            self._ticket += 1  # what is being found is of another view
            return
        self._ticket += 1
        ticket = self._ticket

        def find() -> GroundOnMap | None:
            return of_view(self._corpus, view) if ticket == self._ticket else None

        def done(found: GroundOnMap | None) -> None:
            if found is not None and ticket == self._ticket:
                self._told = found
                self._script.ground(marks=found.marks, credits=found.credits, problems=found.problems)

        def failed() -> None:
            if ticket == self._ticket:
                self._told = None
                self._script.ground(marks=[], credits=[], problems=[FAILED])

        self._loop.work(find, done, failed, workers=_READER)
