"""The sample table: built from what the corpus holds, written once, opened in a moment."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from explorer.core import forking, grid
from explorer.core.config import settings
from explorer.core.products import PRODUCTS
from explorer.corpus.imagery.stated import Stated
from explorer.corpus.stores.store import Store
from explorer.corpus.tables import index_file
from explorer.corpus.tables.id_rows import IdRows
from explorer.corpus.tables.labels import Fractions, LabelsFound
from explorer.corpus.tables.sources import Progress, ignore

logger = logging.getLogger("explorer")

INDEX_KEY = "resources/explorer_index.parquet"
"""Where a corpus keeps the index that was built of it."""


class SampleIndex:
    """Every sample of a corpus: where it is, and its label.

    `samples` is indexed by `sample_id`, with `lon`, `lat` (degrees, EPSG:4326), `x`, `y` (metres, EPSG:3857),
    all float64, `clc` (int16, 0: no label) and `fraction` (float32, 0 to 1). `source` says where it came from,
    `warnings` what was wrong there, `labels_found` how the labels were written. `moved` gives the real key of
    chips that a STAC catalog keeps elsewhere than the corpus's layout does. `stated` is what a STAC catalog says of chips'
    numbers where that is not what the product's are anyway, by a chip's key in the layout, or by a product's id for all
    of its chips. It may be used from many threads.
    """

    def __init__(
        self,
        samples: pd.DataFrame,
        fractions: Fractions | Callable[[], Fractions],
        source: str,
        warnings: Sequence[str] = (),
        labels_found: LabelsFound | None = None,
        moved: dict[str, str] | None = None,
        stated: dict[str, Stated] | None = None,
    ) -> None:
        self.samples = samples
        self.source = source
        self.warnings = list(warnings)
        self.labels_found = labels_found
        self.moved = moved or {}
        self.stated = stated or {}
        self.asked_stac = stated is not None
        """False where nobody has looked yet what the catalog says of numbers: in an index of an older version."""
        self.stated_notes: list[str] = []
        """Those of `warnings` that are about `stated`: a file of this index keeps them."""
        self.settled = ""
        """What `rapidai4eo.toml` said of labels when they were read, as `LabelSettings.to_text`."""
        self.whole = True
        """False where a part of its source could not be read this time."""
        self.again: Callable[[Any], SampleIndex] | None = None
        """How another process makes it again of its store; None: it is sent there as it is."""
        self._given = fractions
        self._lock = forking.Lock()
        self._rows = IdRows(samples.index)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_given": self.fractions}  # how they are read may not be there

    def row(self, sample_id: object) -> int | None:
        """The row of a sample in `samples`; None for what is not in here. In 20 microseconds, and without memory for it."""
        return self._rows.row(sample_id)

    def rows(self, ids: Iterable[object]) -> np.ndarray:
        """The rows of some samples in `samples`, int64 `(n,)`; -1 for what is not in here."""
        return self._rows.rows(ids)

    @classmethod
    def of(
        cls,
        fractions: Fractions,
        source: str,
        warnings: Sequence[str] = (),
        labels_found: LabelsFound | None = None,
        moved: dict[str, str] | None = None,
        stated: dict[str, Stated] | None = None,
    ) -> SampleIndex:
        """The index of these samples, in the order of their ids; places are computed from the ids."""
        if not fractions.ids.is_monotonic_increasing:
            fractions = fractions.align(fractions.ids.sort_values())
        table = grid.centres(fractions.ids)
        table["clc"], table["fraction"] = fractions.dominant()
        return cls(table, fractions, source, warnings, labels_found, moved, stated)

    def __len__(self) -> int:
        return len(self.samples)

    def __repr__(self) -> str:
        return f"<SampleIndex: {len(self):,} samples from {self.source}>"

    @property
    def fractions(self) -> Fractions:
        """Fractions of all samples, in the order of `samples`; read on first use."""
        with self._lock:
            given = self._given
            if not isinstance(given, Fractions):
                given = self._given = given()
            return given


def why_not_kept(index: SampleIndex) -> str | None:
    """Why a file of this index would not say all that is known; None where it does."""
    if index.moved:
        return f"{len(index.moved):,} of its chips are elsewhere than in the corpus's layout"
    if not index.whole:
        return "a part of its catalog could not be read this time"
    of_chips = sum(key not in PRODUCTS for key in index.stated)
    if of_chips:
        return f"its catalog states scale, offset, nodata or bands of {of_chips:,} single chips"
    return None


def default_path(store: Store) -> Path:
    """Where the index of this corpus is kept: in the corpus, or in the cache folder where that is read-only."""
    root = getattr(store, "root", None)
    if isinstance(root, Path):
        folder = root / "resources"
        if os.access(folder if folder.is_dir() else root, os.W_OK | os.X_OK):
            return root / INDEX_KEY
    return cached_path(store)


def write(
    index: SampleIndex,
    path: str | os.PathLike[str],
    progress: Progress | None = None,
    *,
    synthetic: bool = False,
) -> Path:
    """Write an index as GeoParquet 1.1 (EPSG:4326 footprints, a column a class), all or nothing.

    That of a `synthetic` corpus names nobody's data. Raises `StoreError` where it cannot be written.
    """
    return index_file.write(
        index.samples, index.fractions, Path(path), index.labels_found, index.source, progress or ignore,
        synthetic=synthetic, stated=index.stated, settled=index.settled,
        stated_notes=index.stated_notes,
    )  # fmt: skip


def read(path: str | os.PathLike[str], where: str | None = None) -> SampleIndex:
    """An index written before; fractions are read on first use. Raises `CorpusFormatError` for anything else."""
    path = Path(path)
    table = index_file.read(path)
    name = where or str(path)
    index = SampleIndex(
        table.samples,
        lambda: index_file.read_fractions(path, table.samples.index),
        name,
        table.stated_notes,
        table.labels_found,
        stated=table.stated,
    )
    index.settled = table.settled
    index.stated_notes = list(table.stated_notes)
    return index


def cached_path(store: Store, cache_dir: Path | None = None, key: str = "") -> Path:
    """Where the index of a corpus that cannot be written to is kept, or that of one STAC file of it (`key`)."""
    name = hashlib.sha256((f"{store.where}\n{key}" if key else store.where).encode()).hexdigest()[:24]
    return (cache_dir or settings().cache_dir) / "indexes" / f"{name}.parquet"
