"""What a pack is to hold, decided before anything is read: samples in order, their splits and labels, the dates of each product."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

from explorer.core import corine, grid
from explorer.core.errors import InvalidQueryError
from explorer.core.grid import Cell
from explorer.core.products import PF_SR, PRODUCTS, S2_SR, Product
from explorer.corpus.imagery.stack import stored_dtype
from explorer.training import labels as training_labels
from explorer.training import splits
from explorer.training.splits import Check, SplitSpec

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus, Dates
    from explorer.review.verdict_table import VerdictTable

PACKED = (PF_SR.id, S2_SR.id)
"""The products that a pack can hold."""
SHARD_MB = 256.0
_FRACTION = "fraction_"


@dataclass(frozen=True)
class Cubes:
    """Of one product, what is packed: the dates by their positions in the calendar, and bands by theirs."""

    product: Product
    positions: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of one sample: `(time, band, y, x)`."""
        size = self.product.size
        return len(self.positions), len(self.product.bands), size, size

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """The dates, ascending."""
        return tuple(self.product.dates[i] for i in self.positions)

    @property
    def nbytes(self) -> int:
        """Of one sample."""
        return int(np.prod(self.shape)) * stored_dtype(self.product).itemsize


@dataclass(frozen=True)
class Piece:
    """What one part of a pack is to hold: all that whoever reads and writes it has to know, in another process too.

    `rows` are its places in the pack, `table` those rows of `Plan.table`.
    """

    number: int
    rows: slice
    table: pd.DataFrame
    cubes: tuple[Cubes, ...]

    def __len__(self) -> int:
        return len(self.table)


@dataclass(frozen=True)
class Plan:
    """What a pack is to hold.

    `table` has a row a sample, in the order of the pack, indexed by `sample_id`: `split`, `block`, `lon`, `lat`, `epsg`, `left`, `bottom`, `tile`, `main_class` (level-3 code, 0 without a label), the columns
    of `labels.table`, and the label, float32, in columns `fraction_111` and so on; with `original_111` beside them where it is corrected.
    """

    cubes: tuple[Cubes, ...]
    table: pd.DataFrame
    labels: str
    split: SplitSpec
    shard_samples: int
    place: str
    """Of the corpus."""

    def __len__(self) -> int:
        return len(self.table)

    @property
    def shards(self) -> int:
        """How many parts the samples are written in."""
        return -(-len(self.table) // self.shard_samples)

    def rows(self, shard: int) -> slice:
        """The rows of one part."""
        return slice(shard * self.shard_samples, min((shard + 1) * self.shard_samples, len(self.table)))

    def piece(self, number: int) -> Piece:
        """What one part is to hold."""
        rows = self.rows(number)
        return Piece(number, rows, self.table.iloc[rows], self.cubes)

    @cached_property
    def cells(self) -> list[Cell]:
        """The samples' cells."""
        return [grid.parse(str(sample_id)) for sample_id in self.table.index]

    def fractions(self, kind: str = "label") -> np.ndarray:
        """Labels `(n, 44)`, float32: `label`, as asked for, or `original`."""
        original = kind == "original" and f"original_{corine.codes(3)[0]}" in self.table.columns
        start = "original_" if original else _FRACTION
        return self.table[[f"{start}{code}" for code in corine.codes(3)]].to_numpy(np.float32)

    @cached_property
    def check(self) -> Check:
        """What the split is measured to be."""
        return splits.check(
            splits.places(self.table.index),
            self.table["split"].to_numpy(str),
            sparse.csr_matrix(self.fractions()),
        )

    @property
    def choices(self) -> dict[str, Any]:
        """What was chosen, as a file keeps it: a pack goes on only with the same."""
        return {
            "samples": f"{len(self.table):,}, {_digest(sorted(map(str, self.table.index)))}",
            "products": [cubes.product.id for cubes in self.cubes],
            "dates": {cubes.product.id: [d.isoformat() for d in cubes.dates] for cubes in self.cubes},
            "labels": self.labels,
            "split": [list(self.split.shares), self.split.block_km, self.split.gap_km, self.split.seed],
            "samples a shard": self.shard_samples,
            "corpus": self.place,
        }


def make(
    corpus: Corpus,
    samples: pd.DataFrame | Sequence[str],
    *,
    products: Sequence[str] = (PF_SR.id,),
    dates: Dates | None = None,
    records: VerdictTable | None = None,
    split: SplitSpec | None = None,
    shard_mb: float = SHARD_MB,
) -> Plan:
    """What a pack of samples (ids, or rows of a query) is to hold; nothing of the imagery is read.

    `dates` as `Corpus.stack` takes them, all without. With `records`, labels are corrected by what reviewers said. Samples are
    ordered by split and, within one, at random by the split's seed, so that whoever reads on reads them mixed.
    Raises `InvalidQueryError`, `UnknownSampleError`, `UnknownDateError`.
    """
    split = split or SplitSpec()
    asked = [str(one) for one in (samples.index if isinstance(samples, pd.DataFrame) else samples)]
    ids = pd.Index(sorted(set(asked)), dtype="str", name="sample_id")
    if not len(ids):
        raise InvalidQueryError("no sample meets these conditions: there is nothing to pack")
    for sample_id in ids[~ids.isin(corpus.samples.index)][:1]:
        corpus.cell(str(sample_id))  # says what is wrong with it
    cubes = tuple(_cubes(name, dates) for name in dict.fromkeys(products))
    if not cubes:
        raise InvalidQueryError(f"name at least one product: {', '.join(PACKED)}")
    told, found = training_labels.table(corpus, ids, records)
    at = splits.places(ids)
    names, block = splits.split(at, sparse.csr_matrix(found), split)
    largest = sum(one.nbytes for one in cubes)
    if not shard_mb > 0:
        raise InvalidQueryError(f"a shard has more than 0 MB, not {shard_mb:g}")
    parts = {f"{_FRACTION}{code}": found[:, i] for i, code in enumerate(corine.codes(3))}
    if records is not None:
        original = corpus.index.fractions.align(ids).matrix.toarray().astype(np.float32)
        parts |= {f"original_{code}": original[:, i] for i, code in enumerate(corine.codes(3))}
    table = pd.concat([_places(at, names, block, found), told, pd.DataFrame(parts, index=ids)], axis=1)
    random = np.random.default_rng(split.seed)
    rank = pd.Categorical(names, [*splits.SPLITS, splits.GAP]).codes
    return Plan(
        cubes, table.iloc[np.lexsort((random.random(len(ids)), rank))], training_labels.KINDS[records is not None], split,
        max(1, min(len(ids), int(shard_mb * 1e6 // largest))), corpus.where,
    )  # fmt: skip


def _cubes(name: str, dates: Dates | None) -> Cubes:
    if name not in PACKED:
        raise InvalidQueryError(f"a pack holds {' and '.join(PACKED)}, not {name[:40]!r}")
    product = PRODUCTS[name]
    chosen = product.dates if dates is None else product.parse_dates(dates)
    return Cubes(product, tuple(product.dates.index(date) for date in chosen))


def _places(at: pd.DataFrame, names: np.ndarray, block: np.ndarray, found: np.ndarray) -> pd.DataFrame:
    codes = np.array(corine.codes(3), np.int16)
    zone, x, y = at["zone"].map("{:02d}N".format), at["tile_x"].astype(str), at["tile_y"].astype(str)
    return at[["lon", "lat", "left", "bottom"]].assign(
        split=names,
        block=block,
        epsg=(32600 + at["zone"]).astype(np.int32),
        tile=zone + "_" + x + "E-" + y + "N",
        main_class=np.where(found.max(axis=1) > 0, codes[found.argmax(axis=1)], 0).astype(np.int16),
    )


def _digest(names: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()[:16]
