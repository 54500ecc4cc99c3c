"""What the gallery shows, as one short text in a link: `purity,50,2`, `-class,20,1;queue;2018-07;index:NDVI`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from explorer.analysis import render_spec
from explorer.analysis.link_words import read_words
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, S2_SR, Product
from explorer.review.sample_order import ORDERS

QUEUE = "queue"
"""The samples of the review that is running, and the order that they have there."""
SIMILAR = "similar"
"""The samples that were found to look like others."""
NEAREST = "nearest"
"""The order in which they were found."""
SORTS = {QUEUE: "Queue's order", NEAREST: "Nearest first", **ORDERS}
"""Names of orders and their titles."""
SIZES = (20, 50, 100, 200)
"""Samples a page that are offered; a link may have any number from the first to the last."""
MAX_PAGE = 10_000_000
_HEAD = re.compile(r"(-?)([a-z]+),(\d{1,3}),(\d{1,8})", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?", re.ASCII)
_SEED = re.compile(r"seed:(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class GalleryLook:
    """`page` counts from 1, `size` samples each, in the order `sort` (of `SORTS`), or `reverse`; `seed` is of the random one.

    `queue`: the samples of the running review; `similar`: those that look like what `Selection.similar` says; else those that the map's filters and area leave. `date` (`2018-07-02`, or a month
    of Sentinel-2, `2018-07`) and `composite` (a recipe's text) are empty where they are the page's.
    """

    sort: str = "random"
    size: int = 50
    page: int = 1
    reverse: bool = False
    queue: bool = False
    date: str = ""
    composite: str = ""
    seed: int = 0
    similar: bool = False

    @property
    def source(self) -> str:
        """Whose samples they are: `queue`, `similar` or `map`."""
        return QUEUE if self.queue else SIMILAR if self.similar else "map"

    def __str__(self) -> str:
        """The short text that `parse` reads."""
        words = [
            f"{'-' if self.reverse else ''}{self.sort},{self.size},{self.page}",
            QUEUE if self.queue else "",
            SIMILAR if self.similar else "",
            self.date,
            self.composite,
            f"seed:{self.seed}" if self.seed else "",
        ]
        return ";".join(word for word in words if word)


def parse(text: str) -> GalleryLook:
    """A look from its short text: sort, size and page first, then other words in any order. Raises `InvalidQueryError` naming the wrong word."""
    head, *words = (part.strip() for part in text.split(";"))
    match = _HEAD.fullmatch(head)
    if match is None:
        raise InvalidQueryError(f"gallery: {head[:30]!r} is no sort, size and page, as purity,50,2")
    if match[2] not in SORTS:
        raise InvalidQueryError(f"gallery: no sort {match[2][:20]!r}; there are {', '.join(SORTS)}")
    size, page = int(match[3]), int(match[4])
    if not SIZES[0] <= size <= SIZES[-1]:
        raise InvalidQueryError(f"gallery: {size} samples a page; from {SIZES[0]} to {SIZES[-1]} are shown")
    found = read_words(";".join(words), lambda word: dict([_read(word)]), "gallery: ")
    look = GalleryLook(match[2], size, max(page, 1), bool(match[1]), **found)  # type: ignore[arg-type]  # the keys are written below
    if look.composite:  # a formula can be one of either sensor alone
        render_spec.parse(look.composite, product_of(look.date).id)
    return look


def product_of(date: str) -> Product:
    """The product that a date's text means: a month is Sentinel-2's."""
    return S2_SR if len(date) == len("2018-07") else PF_SR


def _read(word: str) -> tuple[str, object]:
    if word in (QUEUE, SIMILAR):
        return word, True
    if _DATE.fullmatch(word):
        product = product_of(word)
        return "date", product.stem(product.parse_date(word))
    if match := _SEED.fullmatch(word):
        return "seed", int(match[1])
    for product_id in (PF_SR.id, S2_SR.id):
        try:
            return "composite", render_spec.parse(word, product_id).text
        except InvalidQueryError as error:
            problem = error
    raise problem
