"""What is searched for, as a short text, and what is found: the samples that look most like one, a part of one, or several."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explorer.analysis.link_words import read_words
from explorer.analysis.profiles import check_pixel, to_s2
from explorer.analysis.shapes import Shape
from explorer.core import corine, grid
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.query.filters import Filters
from explorer.similar import fast
from explorer.similar.feature_table import ALL, FeatureTable
from explorer.similar.neighbours import Space, shared_spaces

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

MAX_IDS = 200
"""Samples that are searched for together: as many as a link to them can hold."""
MAX_FOUND = 1_000
MAX_BY = 4
MAX_TEXT = 4_200
"""Characters of the longest text."""
USUAL_COUNT = 100
_PARTS_ALIKE = (fast.SEASON, fast.SPECTRUM)
"""What a single pixel can be compared by: it has no spread over the ground."""
_WEIGHT = re.compile(r"\d{1,2}(\.\d{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class By:
    """One thing that samples are compared by: a space (`all`, `season`, `spectrum`, `spread`) of a table (empty: the usual one), and how much it weighs."""

    space: str = ALL
    table: str = ""
    weight: float = 1.0

    def __str__(self) -> str:
        """`season`, `all@tessera*2`."""
        return f"{self.space}{f'@{self.table}' if self.table else ''}{'' if self.weight == 1 else f'*{self.weight:g}'}"


@dataclass(frozen=True)
class Search:
    """Samples that look like others. `ids`: the sample, or several, of which the mean counts (or their `medoid`: the one in their middle).

    `pixel` (row, col of the Planet Fusion chip) and `region` mean that part of the one sample. `by`: what is compared, summed by weight. `labels` (codes of
    any level): only samples whose largest class is one of them; `other`: only samples with another largest class than what is searched for.
    """

    ids: tuple[str, ...]
    pixel: tuple[int, int] | None = None
    region: Shape | None = None
    by: tuple[By, ...] = (By(),)
    labels: tuple[int, ...] = ()
    other: bool = False
    medoid: bool = False
    n: int = USUAL_COUNT

    def __post_init__(self) -> None:
        """Check the values. Raises `InvalidQueryError` and its kin."""
        if not 1 <= len(self.ids) <= MAX_IDS:
            raise InvalidQueryError(
                f"similar: {len(self.ids):,} samples; from 1 to {MAX_IDS} can be searched for"
            )
        for sample_id in self.ids:
            grid.parse(sample_id)
        part = self.pixel is not None or self.region is not None
        if part and len(self.ids) > 1:
            raise InvalidQueryError("similar: a pixel or a region is of one sample")
        if not 1 <= len(self.by) <= MAX_BY:
            raise InvalidQueryError(f"similar: by {len(self.by)} things; from 1 to {MAX_BY} are summed")
        if self.pixel is not None and any(one.space not in _PARTS_ALIKE for one in self.by):
            raise InvalidQueryError(f"similar: a pixel is compared by {' or '.join(_PARTS_ALIKE)}")
        if any(not 0 < one.weight < 100 for one in self.by):
            raise InvalidQueryError("similar: a weight is more than 0 and less than 100")
        if not 1 <= self.n <= MAX_FOUND:
            raise InvalidQueryError(f"similar: {self.n:,} samples; from 1 to {MAX_FOUND:,} are found")
        Filters(largest=self.labels)

    def __str__(self) -> str:
        """The text that `parse` reads: `33N_15E-200N_01_09@120,80;by:season;label:231;other;n:50`."""
        of = ".".join(self.ids)
        if self.pixel is not None:
            of += f"@{self.pixel[0]},{self.pixel[1]}"
        if self.region is not None:
            of += f"@{self.region.named('').format()}"
        words = [
            of,
            f"by:{'+'.join(map(str, self.by))}" if self.by != (By(),) else "",
            f"label:{','.join(map(str, self.labels))}" if self.labels else "",
            "other" if self.other else "",
            "medoid" if self.medoid else "",
            f"n:{self.n}" if self.n != USUAL_COUNT else "",
        ]
        return ";".join(filter(None, words))

    @property
    def what(self) -> str:
        """What is searched for, in words."""
        if len(self.ids) > 1:
            return (
                f"{len(self.ids)} samples"
                if not self.medoid
                else f"the middle one of {len(self.ids)} samples"
            )
        part = (
            f"pixel {self.pixel[0]},{self.pixel[1]} of "
            if self.pixel
            else "a region of "
            if self.region
            else ""
        )
        return part + self.ids[0]


def parse(text: str) -> Search:
    """A search from its text. Raises `InvalidQueryError` that names the word, and its kin.

    >>> parse("33N_15E-200N_01_09@120,80;by:season;other").pixel
    (120, 80)
    """
    if len(text) > MAX_TEXT:
        raise InvalidQueryError(f"similar: {len(text):,} characters; at most {MAX_TEXT:,} are read")
    head, _, rest = text.partition(";")
    ids, _, part = head.strip().partition("@")
    found: dict[str, Any] = {"ids": tuple(dict.fromkeys(filter(None, ids.split("."))))}
    if part:
        found |= _part(part)
    found |= read_words(rest, _word, "similar: ")
    if found.get("pixel") is not None:
        found.setdefault("by", (By(fast.SEASON),))
    return Search(**found)


def _part(text: str) -> dict[str, Any]:
    if ":" in text:
        return {"region": Shape.parse(text)}
    numbers = text.split(",")
    if len(numbers) != 2 or not all(one.isdecimal() and len(one) < 8 for one in numbers):
        raise InvalidQueryError(f"similar: {text[:20]!r} is no row,col and no region")
    return {"pixel": check_pixel(int(numbers[0]), int(numbers[1]))}


def _word(word: str) -> dict[str, Any]:
    name, _, value = word.partition(":")
    if word in ("other", "medoid"):
        return {word: True}
    if name == "n" and value.isdecimal() and len(value) < 8:
        return {"n": int(value)}
    if name == "label" and value:
        return {"labels": _codes(value)}
    if name == "by" and value:
        return {"by": tuple(_by(one) for one in value.split("+", MAX_BY + 1))}
    raise InvalidQueryError(f"similar: {word[:30]!r} is none of by:..., label:..., other, medoid and n:...")


def _codes(text: str) -> tuple[int, ...]:
    for one in text.split(","):
        if not one.isdecimal() or len(one) > 3:
            raise InvalidQueryError(f"similar: {one[:20]!r} is no class's code")
    return tuple(dict.fromkeys(int(one) for one in text.split(",")))


def _by(text: str) -> By:
    what, _, weight = text.partition("*")
    space, _, table = what.partition("@")
    if weight and not _WEIGHT.fullmatch(weight):
        raise InvalidQueryError(f"similar: {weight[:20]!r} is no weight")
    return By(space.strip() or ALL, table.strip(), float(weight or 1))


@dataclass(frozen=True, slots=True)
class Found:
    """`rows` are positions in the sample table, the nearest first; `distances` float32, 1 apart are two samples in the mean of squares."""

    search: Search
    rows: np.ndarray
    distances: np.ndarray
    among: int
    """Of how many samples they are the nearest."""
    how: str
    """In words, what was compared."""


def like_part(
    corpus: Corpus, sample_id: str, *, pixel: tuple[int, int] | None = None, region: Shape | None = None
) -> Search:
    """The search for what is like a pixel of a sample (by its season), or like a region of it, by a table of features that can compare parts.

    Raises `InvalidQueryError`.
    >>> print(like_part(corpus, "33N_15E-200N_01_09", pixel=(120, 80)))
    33N_15E-200N_01_09@120,80;by:season
    """
    usual = corpus.features.usual
    table = next(
        (name for name in (usual, *corpus.features) if name and compares_parts(corpus.features[name])), usual
    )
    by = By(ALL if pixel is None else fast.SEASON, "" if table == usual else table)
    return Search((sample_id,), pixel=pixel, region=region, by=(by,))


def compares_parts(table: FeatureTable) -> bool:
    """Whether a pixel or a region can be placed among the samples of a table: it holds what the fast set measures."""
    return tuple(table.columns) == tuple(fast.columns())


def find(corpus: Corpus, search: Search | str) -> Found:
    """The samples that look most like what is searched for; without those that are searched for. Exact.

    The first search by a table takes seconds, in which its places are worked out; then some 20 ms. Raises `UnknownSampleError`,
    `UnknownFeaturesError`, and `InvalidQueryError` where a sample has no features or nothing is left.
    >>> found = find(corpus, f"{corpus.default_sample};by:season;n:5")
    >>> len(found.rows), found.among
    (5, 1999)
    """
    search = parse(search) if isinstance(search, str) else search
    for sample_id in search.ids:
        corpus.cell(sample_id)
    usual = ""
    if any(not one.table for one in search.by):
        usual = corpus.features.usual
        if not usual:
            raise InvalidQueryError(
                "no features are known of this corpus; measure some with: explorer features compute CORPUS"
            )
    tables = [corpus.features[one.table or usual] for one in search.by]
    spaces = [
        shared_spaces.get(corpus.where, table, one.space)
        for table, one in zip(tables, search.by, strict=True)
    ]
    places = [_place(corpus, search, table, space) for table, space in zip(tables, spaces, strict=True)]
    if search.medoid and len(search.ids) > 1:
        middle = _medoid(corpus, search, spaces, places)
        places = [
            _place(corpus, replace(search, ids=(middle,), medoid=False), *pair)
            for pair in zip(tables, spaces, strict=True)
        ]
    allowed = _allowed(corpus, search)
    if len(spaces) == 1:
        space = spaces[0]
        here = allowed[space.rows]
        among = int(here.sum())
        at, distances = space.nearest(places[0], search.n, here)
        rows = space.rows[at]
    else:
        rows, distances, among = _summed(search, spaces, places, allowed)
    if not len(rows):
        raise InvalidQueryError("no other sample with features meets these conditions")
    how = " and ".join(
        f"{'all features' if one.space == ALL else one.space} ({table.about.name}{f', weight {one.weight:g}' if one.weight != 1 else ''})"
        for one, table in zip(search.by, tables, strict=True)
    )
    return Found(search, rows, distances, among, how)


def _summed(
    search: Search, spaces: list[Space], places: list[np.ndarray], allowed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, int]:
    """The nearest by the weighted sum of squared distances in several spaces, of the samples that all of them have."""
    total = np.where(allowed, np.float32(0), np.float32(np.inf))
    weights = sum(one.weight for one in search.by)
    for one, space, place in zip(search.by, spaces, places, strict=True):
        away = np.full(len(total), np.inf, np.float32)
        away[space.rows] = space.squared(place) * np.float32(one.weight / weights)
        total += away
    among = int(np.isfinite(total).sum())
    count = min(search.n, among)
    if not count:
        return np.zeros(0, np.intp), np.zeros(0, np.float32), 0
    rows = np.argpartition(total, count - 1)[:count]
    rows = rows[np.argsort(total[rows], kind="stable")]
    return rows, np.sqrt(total[rows]), among


def _place(corpus: Corpus, search: Search, table: FeatureTable, space: Space) -> np.ndarray:
    """Where in a space what is searched for lies, float32 `(axes,)`."""
    if search.pixel is not None or search.region is not None:
        if not compares_parts(table):
            raise InvalidQueryError(
                f"similar: a pixel or a region is compared by what the fast set measures, which {table.about.name} is not"
            )
        return np.asarray(space.scaling.place(_of_part(corpus, search)[None])[0])
    rows = corpus.index.rows(search.ids)
    at = np.searchsorted(space.rows, rows)
    known = (at < len(space)) & (space.rows[np.minimum(at, len(space) - 1)] == rows)
    if not known.any():
        raise InvalidQueryError(f"{table.about.name} has no features of {search.what}")
    return np.asarray(space.places(at[known]).mean(axis=0))


def _of_part(corpus: Corpus, search: Search) -> np.ndarray:
    """Features of a pixel or a region, float32 `(columns,)`. Raises `InvalidQueryError` where its images lack."""
    fine = np.zeros((PF_SR.size, PF_SR.size), bool)
    coarse = np.zeros((S2_SR.size, S2_SR.size), bool)
    if search.pixel is not None:
        fine[search.pixel] = coarse[to_s2(*search.pixel)] = True
    elif search.region is not None:
        fine[search.region.pixels()] = True
        rows, cols = search.region.pixels(S2_SR)
        if not len(rows):  # smaller than a pixel of 10 m: the one that holds its first
            row, col = (int(one[0]) for one in search.region.pixels())
            coarse[to_s2(row, col)] = True
        coarse[rows, cols] = True
    found = fast.of_sample(corpus, search.ids[0], fine, coarse)
    if not np.isfinite(found).any():
        raise InvalidQueryError(f"no images of {search.what} are there")
    return found


def _medoid(corpus: Corpus, search: Search, spaces: list[Space], places: list[np.ndarray]) -> str:
    """The sample of a set that lies nearest to its mean."""
    rows = corpus.index.rows(search.ids)
    total = np.zeros(len(rows))
    for one, space, place in zip(search.by, spaces, places, strict=True):
        at = np.minimum(np.searchsorted(space.rows, rows), len(space) - 1)
        away = ((space.places(at) - place) ** 2).sum(axis=1)
        total += np.where(space.rows[at] == rows, one.weight * away, np.inf)
    return search.ids[int(total.argmin())]


def _allowed(corpus: Corpus, search: Search) -> np.ndarray:
    """Which samples may be found, bool `(n,)`."""
    table = corpus.filter_table
    rows = corpus.index.rows(search.ids)
    mask = np.ones(len(table), bool)
    if search.labels:
        mask &= Filters(largest=search.labels).mask(table)
    if search.other:
        largest = table.largest(3)
        mask &= ~np.isin(largest, largest[rows]) & (largest != corine.NO_LABEL)
    mask[rows] = False
    return mask


def to_pandas(corpus: Corpus, found: Found) -> pd.DataFrame:
    """What was found by `sample_id`, the nearest first: `distance`, and `clc`, `fraction`, `lon`, `lat` of the sample."""
    frame = corpus.samples.iloc[found.rows][["clc", "fraction", "lon", "lat"]].copy()
    frame.insert(0, "distance", found.distances)
    frame.attrs = {"compared": found.how, "among": found.among}
    return frame


WORDS: dict[str, Callable[[Search], str]] = {
    "labels": lambda s: "labelled " + ", ".join(corine.land_cover(code).title for code in s.labels),
    "other": lambda _: "with another label",
}


def conditions(search: Search) -> str:
    """What the found ones are to be, in words; empty where they may be anything."""
    return ", ".join(say(search) for name, say in WORDS.items() if getattr(search, name))
