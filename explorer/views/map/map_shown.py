"""What of a corpus a map shows under its filters: the layer to draw, the counts of the legend, and the set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.core import corine
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.area import Area
from explorer.corpus.query.filters import Filters
from explorer.views.map.messages import LegendRow
from explorer.views.map.raster import Layer, SampleRaster


@dataclass(frozen=True)
class Shown:
    """The samples that pass the filters, those of them in the area, and how many of each class there are.

    `layer` draws what passes; `set` is what passes and lies in the area (positions in the table, in its order); `counts`
    `(classes + 1,)` says how many of each class of the level are in the set were no class isolated, as the legend does.
    """

    layer: Layer
    set: np.ndarray
    counts: np.ndarray
    level: int
    filters: Filters

    def legend(self, colours: Sequence[str]) -> list[LegendRow]:
        """Rows of the legend, most frequent first; `colours` are those of no label and of the level's classes."""
        total = max(int(self.counts.sum()), 1)
        codes = (corine.NO_LABEL, *corine.codes(self.level))
        order = np.argsort(-self.counts, kind="stable")
        return [
            {
                "code": codes[i],
                "title": corine.land_cover(codes[i]).title,
                "colour": colours[i],
                "count": int(self.counts[i]),
                "share": float(self.counts[i]) / total,
                "on": codes[i] in self.filters.largest,
            }
            for i in order
            if self.counts[i] or codes[i] in self.filters.largest
        ]


CHANGE_STEPS = 100


def steps_of_change(change: np.ndarray) -> np.ndarray:
    """Probabilities `(n,)` as what a map draws: uint8, 0 for unknown, else 1 to 1 + `CHANGE_STEPS`."""
    return np.where(np.isfinite(change), 1 + np.round(CHANGE_STEPS * np.nan_to_num(change)), 0).astype(
        np.uint8
    )


def shown(
    corpus: Corpus,
    raster: SampleRaster,
    filters: Filters,
    area: Area | None,
    level: int,
    *,
    change: bool = False,
) -> Shown:
    """What passes; drawn by the probability that cover was lost, where `change` says so. Raises `InvalidQueryError` where the corpus cannot tell."""
    table = corpus.filter_table
    mask = filters.mask(table)
    layer = raster.layer(mask, level, steps_of_change(table.change) if change else None)
    others = filters.without("largest").mask(table)
    if area is not None:
        samples = corpus.samples
        inside = area.mask(samples["x"].to_numpy(), samples["y"].to_numpy())
        mask, others = mask & inside, others & inside
    counts = np.bincount(table.position(level)[others], minlength=len(corine.codes(level)) + 1)
    return Shown(layer, np.flatnonzero(mask), counts, level, filters)
