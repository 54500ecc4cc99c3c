"""What an embedding map draws: its samples ready for datashader, those that are shown in colours and the others in grey. No Panel in here."""

from __future__ import annotations

from dataclasses import dataclass
from threading import RLock
from weakref import WeakKeyDictionary

import colorcet
import numpy as np
import pandas as pd

from explorer.core import corine
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filter_table import UNREVIEWED
from explorer.corpus.query.filters import Filters
from explorer.corpus.tables import places
from explorer.views.common import palettes
from explorer.views.embedding.messages import KeyRow
from explorer.views.map.map_shown import CHANGE_STEPS, steps_of_change
from explorer.views.map.raster import Layer, SampleRaster, View

SCALE_TO = 1e6
"""Units that the longer side of all samples is drawn with: the raster's own reach and rounding are of metres."""
_GREY = 255
_GREYS = {"light": "#c9d1d6", "dark": "#3d4a52"}
_STATES = {UNREVIEWED: "#9aa7af", "correct": "#1b9e77", "wrong": "#d95f02", "unsure": "#7570b3"}
_MOST_ROWS = 45
_KEPT = 3


@dataclass(frozen=True)
class Ground:
    """The samples of one embedding map: `rows` are positions in the sample table; `home` is x0, x1, y0, y1 of all."""

    key: tuple[str, str]
    rows: np.ndarray
    places: np.ndarray
    home: tuple[float, float, float, float]
    scale: float
    raster: SampleRaster

    def view(self, box: tuple[float, float, float, float], width: int, height: int) -> View:
        """What is in view, as the raster has it."""
        x0, x1, y0, y1 = (one * self.scale for one in box)
        return View((x0, x1), (y0, y1), width, height)


@dataclass(frozen=True)
class Layers:
    """A ground as it is drawn: `shown` in colours over the `others` in grey; `palette` has 256 colours, the first is clear."""

    ground: Ground
    shown: Layer
    others: Layer
    palette: list[str]
    key: list[KeyRow]

    def picture(self, view: View) -> np.ndarray:
        """Places in the palette, uint8 `(height, width)`, row 0 the lowest."""
        image = self.shown.image(view)
        if len(self.others):
            image |= (self.others.presence(view) & (image == 0)) * np.uint8(_GREY)
        return image

    def nearest(self, x: float, y: float, reach: float) -> int | None:
        """Position in the sample table of the nearest sample that is in colour, none beyond `reach`."""
        scale = self.ground.scale
        found = self.shown.nearest(x * scale, y * scale, reach * scale)
        return None if found is None else int(self.ground.rows[found])


_GROUNDS: WeakKeyDictionary[Corpus, dict[tuple[str, str], Ground]] = WeakKeyDictionary()
_LOCK = RLock()


def ground(corpus: Corpus, table: str, method: str) -> Ground:
    """The samples of an embedding map, ready to be drawn: the last few are kept and shared by sessions. Raises as `FeatureTable.map`."""
    features = corpus.features[table]
    found = corpus.features.maps.get(features, method)
    with _LOCK:
        kept = _GROUNDS.setdefault(corpus, {})
        key = (features.stamp, method)
        made = kept.pop(key, None)
        if made is None or made.places is not found:
            made = _ground(key, features.rows, found)
        kept[key] = made
        while len(kept) > _KEPT:
            kept.pop(next(iter(kept)))
        return made


def _ground(key: tuple[str, str], rows: np.ndarray, found: np.ndarray) -> Ground:
    low, high = (found.min(axis=0), found.max(axis=0)) if len(found) else (np.zeros(2), np.ones(2))
    span = float(max((high - low).max(), 1e-6))
    scale = SCALE_TO / span
    frame = pd.DataFrame(found.astype(np.float64) * scale, columns=["x", "y"])
    raster = SampleRaster(frame, np.zeros(len(found), np.uint8), dots=True)
    home = (float(low[0]), float(high[0]), float(low[1]), float(high[1]))
    return Ground(key, rows, found, home, scale, raster)


def layers(
    corpus: Corpus, on: Ground, shown: np.ndarray | None, by: str, *, level: int, colours: str, theme: str, opinion: str, filters: Filters
) -> Layers:  # fmt: skip
    """The samples `shown` (positions; None for all) coloured `by` one of `embedding_look.COLOURS`, the others in grey.

    Raises `InvalidQueryError`, `UnknownOpinionError` where the corpus cannot tell.
    """
    mask = np.ones(len(corpus.samples), bool)
    if shown is not None:
        mask[:] = False
        mask[shown] = True
    mask = mask[on.rows]
    values, palette, rows = _coloured(corpus, by, level, colours, theme, opinion)
    values = values[on.rows]
    counts = np.bincount(values[mask], minlength=256)
    key = []
    for row, value in rows:
        count = None if value is None else int(counts[value])
        on_filter = bool(row["filter"]) and row["filter"] in _active(filters)
        if count is None or count or on_filter:
            key.append(
                KeyRow(
                    text=row["text"], colour=row["colour"], count=count, filter=row["filter"], on=on_filter
                )
            )
    if any(one["count"] is not None for one in key):
        key.sort(key=lambda one: -(one["count"] or 0))
    palette = [*palette, *["#00000000"] * (256 - len(palette))]
    palette[_GREY] = _GREYS["dark" if theme == "dark" else "light"]
    scaled = by in ("suspicion", "disagreement")
    return Layers(
        on,
        on.raster.layer(mask, values=values, largest=scaled),
        on.raster.layer(~mask),
        palette[:256],
        key[:_MOST_ROWS],
    )


def _active(filters: Filters) -> set[str]:
    return {
        *(f"largest:{code}" for code in filters.largest),
        *(f"country:{name}" for name in filters.countries),
        *(f"review:{state}" for state in filters.review),
    }


def _coloured(
    corpus: Corpus, by: str, level: int, colours: str, theme: str, opinion: str
) -> tuple[np.ndarray, list[str], list[tuple[KeyRow, int | None]]]:
    """Of all samples their value, uint8; the colour of nothing and of each value; and what the values mean."""
    table = corpus.filter_table
    found: list[str]
    if by in ("suspicion", "disagreement"):
        shares = table.suspicion if by == "suspicion" else table.opinions.disagreement(opinion)
        palette = palettes.of_change(theme)
        steps = [(f"{share} %", palette[2 + share * CHANGE_STEPS // 100]) for share in (0, 25, 50, 75, 100)]
        scale = [("Not known", palette[1]), *steps]
        return steps_of_change(shares), palette, [(_row(text, colour), None) for text, colour in scale]
    if by == "country":
        country = table.country
        present = np.unique(country)
        values = np.searchsorted(present, country).astype(np.uint8)
        scheme: list[str] = colorcet.b_glasbey_hv if theme == "dark" else colorcet.b_glasbey_category10
        names = [places.names()[i] if i >= 0 else "In no country" for i in present]
        found = ["#9aa7af" if i < 0 else scheme[n % len(scheme)] for n, i in enumerate(present)]
        filters = [f"country:{name}" if i >= 0 else "" for name, i in zip(names, present, strict=True)]
    elif by == "review":
        states = table.review if "review" in table.offers else np.full(len(corpus.samples), UNREVIEWED)
        kinds, which = np.unique(states, return_inverse=True)
        values = which.astype(np.uint8)
        names = ["Not reviewed" if one == UNREVIEWED else str(one).capitalize() for one in kinds]
        found = [_STATES.get(str(one), str(colorcet.b_glasbey_hv[n])) for n, one in enumerate(kinds)]
        filters = [f"review:{one}" if "review" in table.offers else "" for one in kinds]
    else:
        values = table.position(level)
        codes = (corine.NO_LABEL, *corine.codes(level))
        names = [corine.land_cover(code).title for code in codes]
        found = palettes.hexes(palettes.class_table(level, colours))
        filters = [f"largest:{code}" for code in codes]
    rows: list[tuple[KeyRow, int | None]] = [
        (_row(name, colour, asked), n)
        for n, (name, colour, asked) in enumerate(zip(names, found, filters, strict=True))
    ]
    return values, ["#00000000", *found], rows


def _row(text: str, colour: str, asked: str = "") -> KeyRow:
    return {"text": text, "colour": colour, "count": None, "filter": asked, "on": False}
