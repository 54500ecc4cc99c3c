"""The browser's side of the map: what it hears of pointer, keys and ranges, and its bars and popovers."""

from __future__ import annotations

import base64
import io
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, ClassVar

import numpy as np
from PIL import Image, ImageDraw

from explorer.core import corine
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.cover_change import LACKING
from explorer.corpus.tables import places
from explorer.views.common.components import Component, source
from explorer.views.common.map_state import BASES, GROUND, NAMES, OF_OPINION, SHADES, MapState
from explorer.views.common.palettes import PALETTES, THEMES
from explorer.views.map import context, map_names
from explorer.views.map.messages import FilterOptions, FromMapTools, MapShown, Overview, ToMapTools

_OVERVIEW = 108


class MapTools(Component):
    """Bars, scale, coordinates, overview, keys and popovers over the map."""

    _stylesheets: ClassVar[list[Any]] = [source("map_tools.css")]
    script = ToMapTools()
    from_script = FromMapTools


def options(corpus: Corpus) -> FilterOptions:
    """What the filters can be set to in this corpus; takes some tenths of a second, once."""
    table = corpus.filter_table
    country, zones = table.country, np.unique(table.zone)
    present = np.unique(country[country >= 0])
    return {
        "classes": [
            {"code": c.code, "title": c.title, "level": c.level}
            for level in (1, 2, 3)
            for c in corine.classes(level)
        ],
        "countries": [places.names()[i] for i in present],
        "zones": [int(zone) for zone in zones],
        "imagery": ["PF-SR", "PF-QA", "S2-SR"] if "imagery" in table.offers else [],
        "review": np.unique(table.review).tolist() if "review" in table.offers else [],
        "suspicion": "suspicion" in table.offers,
        "change": "change" in table.offers,
        "opinions": list(corpus.opinions),
    }


def state(
    found: MapState,
    tiles: bool,
    offers: Collection[str],
    opinions: Sequence[str] = (),
    opinion: str = "",
    ground: bool = False,
) -> MapShown:
    """How the popovers stand; `offers` are those of the corpus's filter table, `opinion` is the one of its `opinions` beside the label.

    `ground`: whether anything was seen on the ground of this corpus.
    """
    off = {} if "change" in offers else {"change": f"Cover lost: {LACKING}"}
    if not opinions:
        off |= dict.fromkeys(OF_OPINION, "No opinions yet; add one with: python -m explorer opinion add")
    return {
        "filters": found.filters.values(),
        "look": {"shade": found.shade, "palette": found.palette, "theme": found.theme, "base": found.base, "names": found.names, "ground": found.ground},
        "looks": {
            "shade": SHADES, "palette": PALETTES, "theme": THEMES, "base": BASES if tiles else {}, "names": NAMES,
            "ground": GROUND if ground else {},
        },
        "off": off,
        "opinions": list(opinions),
        "opinion": opinion,
        "names": map_names.look(found),
        "area": found.area is not None,
    }  # fmt: skip


@cache
def overview(theme: str) -> Overview:
    """A small picture of Europe and its box (EPSG:3857 metres)."""
    (x0, x1), (y0, y1) = context.EUROPE
    land, sea = ("#27343c", "#14212a") if theme == "dark" else ("#b9c4bd", "#dfeaf0")
    size = 2 * _OVERVIEW
    image = Image.new("RGB", (size, size), sea)
    draw = ImageDraw.Draw(image)
    rings = context.outlines()
    for xs, ys in zip(rings["xs"], rings["ys"], strict=True):
        x, y = (xs[0][0] - x0) / (x1 - x0) * size, (y1 - ys[0][0]) / (y1 - y0) * size
        if len(x) > 2:
            draw.polygon(list(zip(x.tolist(), y.tolist(), strict=True)), fill=land)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    return {"src": f"data:image/png;base64,{data}", "box": [x0, x1, y0, y1], "size": _OVERVIEW}
