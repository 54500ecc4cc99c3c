"""What the page shows, for a notebook: HoloViews and GeoViews objects, a line each, that combine with `+` and `*`.

>>> from explorer import plots
>>> figure = plots.labels(corpus, corpus.default_sample) + plots.bands(corpus, corpus.default_sample, month="2018-07")

They are drawn with Bokeh, which this import gets ready where nobody has called `holoviews.extension` with it.
"""

from __future__ import annotations

import geoviews as gv
import holoviews as hv

# Before what follows, which needs HoloViews to know Bokeh's options.
if "bokeh" not in hv.Store.loaded_backends():
    # Inline: a notebook gets its scripts from the kernel, not from a network that may not be there.
    gv.extension("bokeh", logo=False, inline=True)

from explorer.plots.charts import labels, profile, spectrum
from explorer.plots.dataset import (
    class_shares,
    co_occurrence,
    countries,
    dates_missing,
    entropy,
    gap_filled,
    latitudes,
    purity,
    reviews,
)
from explorer.plots.embedding import embedding_map
from explorer.plots.maps import sample_map, sample_table
from explorer.plots.pictures import animation, bands, gallery

__all__ = [
    "animation",
    "bands",
    "class_shares",
    "co_occurrence",
    "countries",
    "dates_missing",
    "embedding_map",
    "entropy",
    "gallery",
    "gap_filled",
    "labels",
    "latitudes",
    "profile",
    "purity",
    "reviews",
    "sample_map",
    "sample_table",
    "spectrum",
]
