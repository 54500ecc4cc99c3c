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
    steps: np.ndarray | None = None
    """Place of each sample in the palette, uint8 `(samples,)`, where it is not that of its class."""
    said: str = ""
    """The opinion whose classes are drawn and counted, in place of the labels'."""

    @property
    def isolated(self) -> tuple[int, ...]:
        """Codes that the legend has isolated: of the labels, or of the opinion that is drawn."""
        if not self.said:
            return self.filters.largest
        found = [one for one in self.filters.says if one.name == self.said and not one.groups]
        return tuple(int(code) for one in found for code in one.classes if code.isdigit())

    def legend(self, colours: Sequence[str]) -> list[LegendRow]:
        """Rows of the legend, most frequent first; `colours` are those of no label and of the level's classes."""
        total = max(int(self.counts.sum()), 1)
        codes = (corine.NO_LABEL, *corine.codes(self.level))
        isolated = self.isolated
        order = np.argsort(-self.counts, kind="stable")
        return [
            {
                "code": codes[i],
                "title": _NOT_SAID if self.said and not codes[i] else corine.land_cover(codes[i]).title,
                "colour": colours[i],
                "count": int(self.counts[i]),
                "share": float(self.counts[i]) / total,
                "on": codes[i] in isolated,
            }
            for i in order
            if self.counts[i] or codes[i] in isolated
        ]


CHANGE_STEPS = 100
_NOT_SAID = "Not said, or of several classes"
_SCALES = ("change", "disagreement")


def steps_of_change(change: np.ndarray) -> np.ndarray:
    """Shares from 0 to 1 `(n,)` (of change, or of disagreement) as what a map draws: uint8, 0 for unknown, else 1 to 1 + `CHANGE_STEPS`."""
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
    shade: str = "class",
    opinion: str = "",
) -> Shown:
    """What passes, drawn by what `shade` of `map_state.SHADES` says, of an `opinion` where it is of one.

    Raises `InvalidQueryError`, `UnknownOpinionError` where the corpus cannot tell.
    """
    table = corpus.filter_table
    mask = filters.mask(table)
    steps, said = None, opinion if shade == "opinion" else ""
    if shade == "change":
        steps = steps_of_change(table.change)
    elif shade == "disagreement":
        steps = steps_of_change(table.opinions.disagreement(opinion))
    elif said:
        steps = corine.positions(table.opinions.classes(said, level), level)
    layer = raster.layer(mask, level, steps, largest=shade in _SCALES)
    others = filters.without("says" if said else "largest").mask(table)
    if area is not None:
        samples = corpus.samples
        inside = area.mask(samples["x"].to_numpy(), samples["y"].to_numpy())
        mask, others = mask & inside, others & inside
    position = steps if steps is not None and said else table.position(level)
    counts = np.bincount(position[others], minlength=len(corine.codes(level)) + 1)
    return Shown(layer, np.flatnonzero(mask), counts, level, filters, steps, said)
