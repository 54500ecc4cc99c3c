"""Which dates are there, by UTM zone and month, and how much of them is gap-filled: looked at in samples that are drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explorer.analysis import quality
from explorer.core.errors import StoreError
from explorer.core.products import PF_QA, PF_SR, PRODUCTS, S2_SR, Product
from explorer.corpus.imagery.file_names import date_of
from explorer.dataset.facts import Rows

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

LISTED, READ = 100, 8
"""Samples whose folders are listed, and of these the ones whose quality layers are read."""
_MONTHS = tuple(sorted({(date.year, date.month) for date in PF_SR.dates}))


@dataclass(frozen=True)
class Imagery:
    """What was found. `dates`: a row a product, zone and month (`2018-07`), with `there` and `missing` dates.

    `gaps`: a row a month with `share` (0 to 1, of the pixels of one date a month) that is gap-filled, and `dates` that were read; empty where no
    layer says what is. `listed` and `read` samples were looked at; `trouble` says why less was.
    """

    dates: pd.DataFrame
    gaps: pd.DataFrame
    listed: int
    read: int
    trouble: str = ""


def measure(
    corpus: Corpus,
    rows: Rows = None,
    *,
    listed: int = LISTED,
    read: int = READ,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Imagery:
    """Look at some samples, the same ones for the same seed: `listed` of them, and `read` of them in files, as far as there are so many.

    What cannot be listed or read is told, and raises nothing.
    """
    every = np.arange(len(corpus.samples)) if rows is None else np.asarray(rows)
    chosen = np.random.default_rng(seed).permutation(every)[: max(listed, read)]
    ids = [str(sample_id) for sample_id in corpus.samples.index[chosen]]
    tell = progress or (lambda done, total: None)
    to_list, to_read = ids[:listed], ids[:read]
    total = len(to_list) + len(to_read)
    found: list[tuple[str, str, str, int, int]] = []
    trouble = ""
    done = 0
    try:
        for sample_id in to_list:
            for product in (PF_SR, S2_SR):
                found += _listed(corpus, sample_id, product)
            done += 1
            tell(done, total)
    except StoreError as error:
        trouble = f"dates cannot be listed: {error}"
    counted = done
    columns = ["product", "zone", "month", "there", "missing"]
    dates = pd.DataFrame(found, columns=columns).groupby(columns[:3], as_index=False).sum()
    shares: dict[str, list[float]] = {}
    looked = 0
    try:
        for sample_id in to_read:
            for month, share in _filled(corpus, sample_id):
                shares.setdefault(month, []).append(share)
            looked += 1
            tell(len(to_list) + looked, total)
    except StoreError as error:
        trouble = f"quality layers cannot be read: {error}"
    gaps = pd.DataFrame(
        [(month, float(np.mean(shares[month])), len(shares[month])) for month in sorted(shares)],
        columns=["month", "share", "dates"],
    )
    return Imagery(dates, gaps, counted, looked, trouble)


def _listed(corpus: Corpus, sample_id: str, product: Product) -> list[tuple[str, str, str, int, int]]:
    cell = corpus.cell(sample_id)
    names = corpus.store.list(product.folder(cell.folder))
    there = {date for name in names if (date := date_of(product, name)) is not None}
    found = []
    for year, month in _MONTHS:
        asked = [date for date in product.dates if (date.year, date.month) == (year, month)]
        if asked:
            had = sum(date in there for date in asked)
            found.append((product.id, cell.zone_name, f"{year}-{month:02d}", had, len(asked) - had))
    return found


def _filled(corpus: Corpus, sample_id: str) -> list[tuple[str, float]]:
    """Of one date a month, in its middle, the share of pixels that were filled in."""
    positions = [
        min(
            (i for i, date in enumerate(PF_QA.dates) if (date.year, date.month) == month),
            key=lambda i: abs(PF_QA.dates[i].day - 15),
        )
        for month in _MONTHS
    ]
    cube = corpus.cubes.get(corpus.cell(sample_id), PRODUCTS[PF_QA.id], positions)
    return [
        (f"{PF_QA.dates[i]:%Y-%m}", share)
        for i in positions
        if (share := quality.filled_share_on(cube, i)) is not None
    ]
