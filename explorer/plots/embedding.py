"""The embedding map: samples that look alike lie near each other."""

from __future__ import annotations

from collections.abc import Iterable

import datashader as ds
import holoviews as hv
import pandas as pd
from holoviews.operation.datashader import dynspread, rasterize

from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.export import credit
from explorer.plots import style

_FEW = 5_000
"""Up to so many samples are dots that the browser draws; more are an image that datashader makes for each view."""


def embedding_map(
    corpus: Corpus,
    samples: pd.DataFrame | Iterable[str] | None = None,
    *,
    table: str = "",
    method: str = "pca",
    level: int = 3,
    size: int = 480,
) -> hv.Points | hv.DynamicMap:
    """Samples (all that have features, or of these the rows or ids given) placed by their features, in CORINE's colours.

    `table` is one of `corpus.features` (the usual one where none is named), `method` as `FeatureTable.map` takes it, `level` CORINE's
    (1 to 3) of the class of the largest fraction, `size` the frame's edge in px. The axes have no unit. Up to 5,000 samples are
    dots, more an image that follows the view while Python runs. Raises `InvalidQueryError` where there is nothing to show,
    `UnknownFeaturesError`, and as `FeatureTable.map`.
    >>> embedding_map(corpus, level=1)
    :Points   [x,y]   (sample_id,land_cover,colour)
    """
    name = table or corpus.features.usual
    if not name:
        raise InvalidQueryError("no features are known of this corpus: it has no embedding map")
    places = corpus.features[name].map(method)
    if samples is not None:
        ids = samples.index if isinstance(samples, pd.DataFrame) else pd.Index(list(samples))
        places = places.loc[places.index.isin(ids)]
    if not len(places):
        raise InvalidQueryError(f"none of these samples has features in {name}")
    rows = corpus.index.rows(places.index)
    positions = corpus.filter_table.position(level)[rows]
    covers = [corine.land_cover(code) for code in (corine.NO_LABEL, *corine.codes(level))]
    shown = pd.DataFrame(
        {
            "x": places["x"].to_numpy(),
            "y": places["y"].to_numpy(),
            "sample_id": places.index.to_numpy(object),
            "land_cover": [f"{covers[i].code} {covers[i].title}" for i in positions],
            "colour": [covers[i].hex for i in positions],
        }
    )
    given = credit.of(corpus, ["labels"])
    options = {
        "title": f"{len(shown):,} samples by {name}, {method}", "frame_width": size, "frame_height": size, "xlabel": "", "ylabel": "",
        "xaxis": None, "yaxis": None, "fontsize": style.TYPE, "active_tools": ["pan", "wheel_zoom"],
        "hooks": [style.quiet, style.credited(given.line, size)],
    }  # fmt: skip
    if len(shown) <= _FEW:
        tips = [("Sample", "@sample_id"), ("Land cover", "@land_cover")]
        dots = hv.Points(shown, ["x", "y"], ["sample_id", "land_cover", "colour"])
        return dots.opts(
            color="colour", size=4, line_color=None, tools=["hover"], hover_tooltips=tips, **options
        )
    points = hv.Points(shown.assign(position=positions.astype(int)), ["x", "y"], ["position"])
    image = rasterize(points, aggregator=ds.first("position"))
    cmap = [one.hex for one in covers]
    return dynspread(image, max_px=2).opts(
        cmap=cmap, clim=(-0.5, len(covers) - 0.5), colorbar=False, **options
    )
