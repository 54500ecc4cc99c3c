"""Small pictures of many samples on one date: each is painted from that date's chip alone, and the last of them are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakKeyDictionary

from cachetools import LRUCache

from explorer.analysis import quality, render_spec
from explorer.analysis import stretch as stretches
from explorer.analysis.composite import Painter, ValuePainter, make
from explorer.analysis.render_spec import Recipe
from explorer.analysis.stretch import StretchSpec
from explorer.core import forking
from explorer.core.products import PF_QA, PF_SR, S2_SR, Product
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery import one_date
from explorer.corpus.imagery.cube import Cube, Status, gap_band

MAX_BYTES = 32_000_000
"""Of all thumbnails of a corpus that are kept: some two thousand."""
QUALITY = 80
"""Of their JPEG: 200 by 200 pixels take 8 to 14 kB."""
_A_NOTE = 200  # bytes that are counted for what has no picture
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ThumbnailSpec:
    """What the thumbnails of one gallery show: a date of a product, by its position in the calendar, painted in one way."""

    product: Product
    index: int
    recipe: Recipe
    choice: StretchSpec

    @classmethod
    def parse(cls, date: str, composite: str = "true", stretch: str = "") -> ThumbnailSpec:
        """Of a date of Planet Fusion (`2018-07-02`) or a month of Sentinel-2 (`2018-07`); composite and stretch as links have them.

        Raises `UnknownDateError`, `InvalidQueryError`.
        >>> ThumbnailSpec.parse("2018-07", "swir").product.id
        'S2-SR'
        """
        product = S2_SR if _MONTH.fullmatch(date.strip()) else PF_SR
        index = product.dates.index(product.parse_date(date))
        return cls(product, index, render_spec.parse(composite, product.id), stretches.parse(stretch))

    @property
    def date_text(self) -> str:
        """The date as people read it: `2018-07-02`, or `2018-07`."""
        return self.product.date_keys[self.index]

    def painter(self, cube: Cube) -> Painter | ValuePainter:
        """The painter of a cube that has this date. What the stretch is measured on is this date alone, whatever else is in memory."""
        if stretches.measured_on(self.recipe, self.choice, len(self.product.dates)):
            own = stretches.of_frame(cube, self.recipe, self.choice, self.index)
            return make(cube, self.recipe, self.choice, own)
        return make(cube, self.recipe, self.choice)


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """One sample's picture as JPEG, of the chip's own size; without it `state` and `why` say what is wrong."""

    jpeg: bytes
    state: Literal["there", "absent", "broken"] = "there"
    why: str = ""


class _Kept:
    """Thumbnails and filled shares of one corpus, least recently used out first; from many threads."""

    def __init__(self) -> None:
        self._lock = forking.Lock()
        self._kept: LRUCache[tuple[object, ...], Any] = LRUCache(MAX_BYTES, getsizeof=_size)

    def get(self, key: tuple[object, ...]) -> Any:
        with self._lock:
            return self._kept.get(key)

    def put(self, key: tuple[object, ...], value: object) -> None:
        with self._lock:
            if _size(value) <= MAX_BYTES:
                self._kept[key] = value


def _size(value: object) -> int:
    return _A_NOTE + (len(value.jpeg) if isinstance(value, Thumbnail) else 0)


_OF_CORPUS: WeakKeyDictionary[Corpus, _Kept] = WeakKeyDictionary()
_LOCK = forking.Lock()


def _kept_of(corpus: Corpus) -> _Kept:
    with _LOCK:
        return _OF_CORPUS.setdefault(corpus, _Kept())


def make_each(
    corpus: Corpus, ids: Sequence[str], spec: ThumbnailSpec, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[tuple[int, Thumbnail]]:
    """(position in `ids`, thumbnail) of each sample: those that are kept at once, the others as their chips come. Blocks.

    It ends early once `cancelled()`. Raises as `Corpus.cell`, and `StoreError` where the corpus does not answer.
    >>> ids = [corpus.default_sample]
    >>> [(position, found.state) for position, found in make_each(corpus, ids, ThumbnailSpec.parse("2018-07-02"))]
    [(0, 'there')]
    """
    kept = _kept_of(corpus)
    how = (spec.product.id, spec.index, spec.recipe.text, str(spec.choice))
    absent = []
    for position, sample_id in enumerate(ids):
        found = kept.get((sample_id, *how))
        if found is None:
            absent.append(position)
        else:
            yield position, found
    cells = [corpus.cell(ids[position]) for position in absent]
    for date in one_date.read_each(corpus.cubes, cells, spec.product, spec.index, cancelled=cancelled):
        position = absent[date.position]
        if date.status == Status.THERE:
            made = Thumbnail(spec.painter(date.cube).jpeg(spec.index, QUALITY))
        else:
            made = Thumbnail(b"", "absent" if date.status == Status.ABSENT else "broken", date.why)
        if date.lasting:
            kept.put((ids[position], *how), made)
        yield position, made


def filled_shares(
    corpus: Corpus, ids: Sequence[str], index: int, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[tuple[int, float]]:
    """(position in `ids`, share of pixels that are gap-filled, 0 to 1) of each sample whose quality layers say so, on a Planet Fusion date.

    Reads the quality chips of that date; none after the first whose layers say nothing of gaps. Raises as `make_each`.
    """
    kept = _kept_of(corpus)
    absent = []
    for position, sample_id in enumerate(ids):
        found = kept.get((sample_id, PF_QA.id, index))
        if found is None:
            absent.append(position)
        elif found >= 0:
            yield position, found
    cells = [corpus.cell(ids[position]) for position in absent]
    for date in one_date.read_each(corpus.cubes, cells, PF_QA, index, cancelled=cancelled):
        if date.status == Status.THERE and gap_band(date.cube.bands, date.cube.meaning) is None:
            return
        share = quality.filled_share_on(date.cube, index)
        if date.lasting:
            kept.put((ids[absent[date.position]], PF_QA.id, index), -1.0 if share is None else share)
        if share is not None:
            yield absent[date.position], share
