"""The camera tour on the page: which boxes of the map and which views of the picture follow each other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from explorer.analysis.picture_view import PictureView
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.tables import places, towns
from explorer.views.common.selection import Link, decode, encode

_PLACE_KM = 40.0
_ZOOM = 4.0
_WIDEST_DEGREES = 40.0
"""Of a country that is wider, what lies around the place is shown."""
_AROUND_KM = 600.0


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: `box` (west, south, east, north in degrees) of the map, all of the map without it; or a `link` of the page."""

    title: str
    box: tuple[float, float, float, float] | None = None
    link: str = ""


def stages(corpus: Corpus, query: str) -> tuple[Stage, ...]:
    """Europe, the country, the place, the picture, and the pixel with its profile, of what a link's query shows.

    Empty where the query names no sample of the corpus. Reads outlines and towns on first use: for a thread.
    >>> [stage.title for stage in stages(corpus, f"?sample={corpus.default_sample}&date=2018-07-02")][3]
    'Planet Fusion, 3 m: 2 July 2018'
    """
    link = decode(query)
    if link.sample is None or link.sample not in corpus:
        return ()
    lon, lat = corpus.cell(link.sample).centre
    at = int(places.countries_of(np.array([lon]), np.array([lat]))[0])
    country, box = "Where the sample lies", towns.box_around(lat, lon, _AROUND_KM)
    if at >= 0:
        found = places.countries()[at]
        country = found.name
        if found.bounds[2] - found.bounds[0] <= _WIDEST_DEGREES:
            box = found.bounds
    date = link.date
    words = f"{PF_SR.title.split(' surface')[0]}, {PF_SR.pixel_size:g} m"
    row, col = (link.pixels or ((PF_SR.size // 2, PF_SR.size // 2),))[-1]
    side = PF_SR.size / _ZOOM
    corner = (min(max(v + 0.5 - side / 2, 0), PF_SR.size - side) for v in (row, col))
    near = PictureView(scale=_ZOOM, row=next(corner), col=next(corner))
    return (
        Stage(f"Europe: {len(corpus.samples):,} samples"),
        Stage(country, box),
        Stage(towns.in_words(lat, lon) or link.sample, towns.box_around(lat, lon, _PLACE_KM)),
        Stage(
            words + (f": {date.day} {date:%B %Y}" if date else ""), link=_shown(link, "planet", PictureView())
        ),
        Stage(f"One pixel, row {row}, col {col}, over two years", link=_shown(link, "", near)),
    )


def _shown(link: Link, panel: str, view: PictureView) -> str:
    """The query of the same place, date and picture, looked at in another way."""
    return encode(replace(link, panel=panel, view=view, gallery=None, story=""))
