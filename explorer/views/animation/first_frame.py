"""The picture that a link shows first, made without a page: it is on the screen before the page's scripts run."""

from __future__ import annotations

from explorer.analysis import render_spec
from explorer.analysis import stretch as stretches
from explorer.analysis.composite import make
from explorer.core.errors import ExplorerError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Cube, Status
from explorer.views.common.selection import DEFAULT_DATE, Link


def first_picture(corpus: Corpus, link: Link) -> bytes | None:
    """The picture of a link's sample, date, composite and stretch as JPEG; None where there is none. Blocks.

    In natural colour, and where the whole cube is in memory, it is the picture that the animation will show. Else one chip
    is read, and a stretch that is measured is that of this date, as that of the animation's first frame.
    """
    sample_id = link.sample or corpus.default_sample
    if sample_id is None:
        return None
    index = PF_SR.dates.index(link.date or DEFAULT_DATE)
    recipe, choice = (
        render_spec.parse(link.composite or "true", PF_SR.id),
        stretches.parse(link.stretch or ""),
    )
    try:
        cell = corpus.cell(sample_id)
        cube: Cube = corpus.cubes.glance(cell, PF_SR, index)
    except ExplorerError:
        return None
    if cube.status[index] != Status.THERE:
        return None
    return make(cube, recipe, choice, stretches.choose(cube, recipe, choice)).jpeg(index)
