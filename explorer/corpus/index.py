"""The sample table: built from what the corpus holds, written once, opened in a moment."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock

import pandas as pd

from explorer import grid
from explorer.config import settings
from explorer.corpus import index_file, stac
from explorer.corpus.labels import Fractions, LabelsFound
from explorer.corpus.sources import Found, Progress, from_folders, from_resources, ignore, local_file
from explorer.corpus.store import DirectoryStore, Store, is_synthetic
from explorer.errors import CorpusFormatError, CorpusNotFoundError, NotThereError, StoreError

logger = logging.getLogger("explorer")

INDEX_KEY = "resources/explorer_index.parquet"
"""Where a corpus keeps the index that was built of it."""

MAX_WARNINGS = 50


class SampleIndex:
    """Every sample of a corpus: where it is, and its label.

    `samples` is indexed by `sample_id`, with `lon`, `lat` (degrees, EPSG:4326), `x`, `y` (metres, EPSG:3857),
    all float64, `clc` (int16, 0: no label) and `fraction` (float32, 0 to 1). `source` says where it came from,
    `warnings` what was wrong there, `labels_found` how the labels were written. `moved` gives the real key of
    chips that a STAC catalog keeps elsewhere than the corpus's layout does. It may be used from many threads.
    """

    def __init__(
        self,
        samples: pd.DataFrame,
        fractions: Fractions | Callable[[], Fractions],
        source: str,
        warnings: Sequence[str] = (),
        labels_found: LabelsFound | None = None,
        moved: dict[str, str] | None = None,
    ) -> None:
        self.samples = samples
        self.source = source
        self.warnings = list(warnings)
        self.labels_found = labels_found
        self.moved = moved or {}
        self._given = fractions
        self._lock = Lock()

    @classmethod
    def of(
        cls,
        fractions: Fractions,
        source: str,
        warnings: Sequence[str] = (),
        labels_found: LabelsFound | None = None,
        moved: dict[str, str] | None = None,
    ) -> SampleIndex:
        """The index of these samples, in the order of their ids; places are computed from the ids."""
        if not fractions.ids.is_monotonic_increasing:
            fractions = fractions.align(fractions.ids.sort_values())
        table = grid.centres(fractions.ids)
        table["clc"], table["fraction"] = fractions.dominant()
        return cls(table, fractions, source, warnings, labels_found, moved)

    def __len__(self) -> int:
        return len(self.samples)

    def __repr__(self) -> str:
        return f"<SampleIndex: {len(self):,} samples from {self.source}>"

    @property
    def fractions(self) -> Fractions:
        """Fractions of all samples, in the order of `samples`; read on first use."""
        return self._fractions

    @cached_property
    def _fractions(self) -> Fractions:
        with self._lock:
            given = self._given
            if not isinstance(given, Fractions):
                given = self._given = given()
            return given


def build(store: Store, progress: Progress | None = None, *, rebuild: bool = False) -> SampleIndex:
    """The samples of a corpus: from an index built before, else `resources/`, STAC, or the folders themselves.

    `rebuild` leaves an index built before aside. What is wrong in a source is in `warnings` and in the log; the
    next source is taken where one cannot be read. Raises `CorpusNotFoundError` where no source has a sample.
    """
    notes: list[str] = []
    if not rebuild:
        index = _built_before(store, notes)
        if index is not None:
            _report(index.warnings, store)
            return index
    for source in (from_resources, stac.from_catalog, from_folders):
        try:
            found: Found | None = source(store, progress or ignore)
        except (CorpusFormatError, StoreError, NotThereError) as error:
            notes.append(str(error))
            continue
        if found is None:
            continue
        notes += found.warnings
        if len(found.ids):
            index = SampleIndex.of(
                found.fractions, found.source, _shortened(notes), found.labels, found.moved
            )
            _report(index.warnings, store)
            return index
    wrong = f" ({'; '.join(_shortened(notes, 5))})" if notes else ""
    raise CorpusNotFoundError(
        f"no sample found in {store.where}{wrong}; a corpus has resources/, stac-v1.0/, or labels/ and imagery/ "
        "with {zone}/{tile}/{sample_id} below"
    )


def open_stac(catalog: str | os.PathLike[str], progress: Progress | None = None) -> tuple[Store, SampleIndex]:
    """A corpus from a STAC catalog file on disk alone: its store and its samples.

    Raises `CorpusNotFoundError` where it has no sample, `CorpusFormatError` where it is not a catalog.
    """
    base, key = stac.locate(Path(catalog))
    found = stac.from_catalog(base, progress or ignore, key)
    if found is None or not len(found.ids):
        raise CorpusNotFoundError(f"{catalog} leads to no item of this corpus on this disk")
    index = SampleIndex.of(
        found.fractions, found.source, _shortened(found.warnings), found.labels, found.moved
    )
    _report(index.warnings, base)
    return stac.with_moved(base, index.moved), index


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
        synthetic=synthetic,
    )  # fmt: skip


def reindex(
    where: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Build the index of a corpus (a folder, a URL, or the word `demo`) from its own files and write it; the file.

    It goes where `open_corpus` finds it (`default_path`), or to `output`. Raises as `build` and `write`.
    """
    store: Store
    if os.fspath(where) == "demo":
        from explorer.corpus.corpus import open_corpus  # the room of the demo lies above this one

        demo = open_corpus("demo", progress=progress)
        store, index = demo.store, demo.index
    else:
        store = _plain_store(os.fspath(where))
        index = build(store, progress, rebuild=True)
    if index.moved and output is None:
        raise CorpusFormatError(
            stac.CATALOG_KEY,
            f"{len(index.moved):,} of its chips are elsewhere than in the corpus's layout, which an index cannot say; "
            "open this corpus by its catalog.json",
        )
    return write(index, output or default_path(store), progress, synthetic=is_synthetic(store))


def read(path: str | os.PathLike[str], where: str | None = None) -> SampleIndex:
    """An index written before; fractions are read on first use. Raises `CorpusFormatError` for anything else."""
    path = Path(path)
    table = index_file.read(path)
    name = where or str(path)
    return SampleIndex(
        table.samples,
        lambda: index_file.read_fractions(path, table.samples.index),
        name,
        (),
        table.labels_found,
    )


def _plain_store(where: str) -> Store:
    if "://" not in where:
        return DirectoryStore(where)
    from explorer.corpus.remote import store_of  # its clients are only paid for by those who go out

    return store_of(where, settings())


def cached_path(store: Store, cache_dir: Path | None = None) -> Path:
    """Where the index of a corpus that cannot be written to is kept."""
    name = hashlib.sha256(store.where.encode()).hexdigest()[:24]
    return (cache_dir or settings().cache_dir) / "indexes" / f"{name}.parquet"


def _built_before(store: Store, notes: list[str]) -> SampleIndex | None:
    if isinstance(getattr(store, "root", None), Path):
        try:
            with local_file(store, INDEX_KEY) as path:
                return read(path, INDEX_KEY)
        except NotThereError:
            pass
        except (CorpusFormatError, StoreError) as error:
            notes.append(f"{error}; it is ignored, build it anew with `explorer index`")
    path = cached_path(store)
    if path.is_file():
        try:
            index = read(path)
        except CorpusFormatError as error:
            notes.append(f"{error}; it is ignored, build it anew with `explorer index`")
        else:
            index.warnings += notes
            return index
    return None


def _shortened(notes: list[str], count: int = MAX_WARNINGS) -> list[str]:
    return notes if len(notes) <= count else [*notes[:count], f"... and {len(notes) - count:,} more"]


def _report(notes: list[str], store: Store) -> None:
    for note in notes:
        logger.warning("%s: %s", store.where, note)
