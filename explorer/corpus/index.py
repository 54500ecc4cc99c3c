"""The sample table: built from what the corpus holds, written once, opened in a moment."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from explorer import forking, grid
from explorer.config import Settings, settings
from explorer.corpus import index_file, stac
from explorer.corpus.encoding import Stated
from explorer.corpus.labels import Fractions, LabelsFound
from explorer.corpus.profile import LabelSettings, of_corpus
from explorer.corpus.sources import Found, Progress, from_folders, from_resources, ignore, local_file
from explorer.corpus.stac_statements import statements
from explorer.corpus.store import DirectoryStore, Store, is_synthetic
from explorer.errors import CorpusFormatError, CorpusNotFoundError, NotThereError, StoreError
from explorer.products import PRODUCTS

logger = logging.getLogger("explorer")

INDEX_KEY = "resources/explorer_index.parquet"
"""Where a corpus keeps the index that was built of it."""

MAX_WARNINGS = 50


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

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_given": self.fractions}  # how they are read may not be there

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


def build(
    store: Store,
    progress: Progress | None = None,
    *,
    rebuild: bool = False,
    labels: LabelSettings | None = None,
) -> SampleIndex:
    """The samples of a corpus: from an index built before, else `resources/`, STAC, or the folders themselves.

    `rebuild` leaves an index built before aside, as is one that was built with other settings of `labels`. What is wrong in a source is in `warnings` and in the log; the
    next source is taken where one cannot be read. Raises `CorpusNotFoundError` where no source has a sample.
    """
    notes: list[str] = []
    labels = labels or LabelSettings()
    known: dict[str, Any] = {"scale": labels.scale, "classes": labels.classes}
    if not rebuild:
        index = _built_before(store, notes, labels.to_text())
        if index is not None:
            _report(index.warnings, store)
            return index
    named: Found | None = None

    def from_names(*_: Any, **__: Any) -> Found | None:
        """Ids of a table that is not understood: the last resort."""
        return named

    for source in (from_resources, stac.from_catalog, from_folders, from_names):
        try:
            found: Found | None = source(store, progress or ignore, **known)
        except (CorpusFormatError, StoreError, NotThereError) as error:
            notes.append(str(error))
            continue
        if found is None:
            continue
        if found is not named:
            notes += found.warnings
        if found.ids_only and named is None:
            named = found
            continue
        if len(found.ids):
            found = _with_named(found, named)
            about_numbers: list[str] = []
            if source is not stac.from_catalog:
                asked = statements(store, found.ids)
                found.stated, about_numbers = asked.stated, asked.notes
                found.whole &= asked.whole
            index = _of(found, [*about_numbers, *notes], labels)
            index.stated_notes = about_numbers
            _report(index.warnings, store)
            return index
    wrong = f" ({'; '.join(_shortened(notes, 5))})" if notes else ""
    raise CorpusNotFoundError(
        f"no sample found in {store.where}{wrong}; a corpus has resources/, stac-v1.0/, or labels/ and imagery/ "
        "with {zone}/{tile}/{sample_id} below"
    )


def _with_named(found: Found, named: Found | None) -> Found:
    """What a source found, with samples that a table names which is not understood."""
    if named is None or found is named:
        return found
    ids = found.ids.append(named.ids.difference(found.ids, sort=False))
    source = f"{found.source}, and {named.source}"
    return replace(found, ids=ids, fractions=found.fractions.align(ids), source=source)


def open_stac(
    catalog: str | os.PathLike[str], progress: Progress | None = None, config: Settings | None = None
) -> tuple[Store, SampleIndex]:
    """A corpus from a STAC catalog, collection or item file on disk alone: its store and its samples.

    Raises `CorpusNotFoundError` where it has no sample, `CorpusFormatError` where it is not a catalog.
    """
    base, key = stac.locate(Path(catalog))
    index = from_stac(base, key, progress, of_corpus(base, config or settings()).labels)
    return stac.with_moved(base, index.moved), index


def from_stac(
    store: Store, key: str, progress: Progress | None = None, labels: LabelSettings | None = None
) -> SampleIndex:
    """The samples that a catalog, collection or item of a store leads to. Raises as `open_stac`, and `StoreError`."""
    labels = labels or LabelSettings()
    found = stac.from_catalog(store, progress or ignore, key, labels.scale, labels.classes)
    where = f"{store.where.rstrip('/')}/{key}"
    if found is None:
        raise CorpusNotFoundError(f"{where} is not there; give the catalog.json of a STAC catalog")
    if not len(found.ids):
        wrong = f" ({'; '.join(_shortened(found.warnings, 5))})" if found.warnings else ""
        raise CorpusNotFoundError(f"{where} leads to no item of this corpus{wrong}")
    index = _of(found, found.warnings, labels)
    _report(index.warnings, store)
    return index


def ask_stac(index: SampleIndex, store: Store) -> SampleIndex:
    """The index itself, with what the catalog says of the numbers of whole products where it was not asked before."""
    if not index.asked_stac:
        asked = statements(store, index.samples.index)
        index.stated, index.stated_notes = asked.stated, asked.notes
        index.warnings += asked.notes
        index.asked_stac = True
    return index


def _of(found: Found, notes: list[str], labels: LabelSettings) -> SampleIndex:
    index = SampleIndex.of(
        found.fractions, found.source, _shortened(notes), found.labels, found.moved, found.stated
    )
    index.whole = found.whole
    index.settled = labels.to_text()
    return index


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


def reindex(
    where: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    config: Settings | None = None,
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
        store = _plain_store(os.fspath(where), config or settings())
        index = build(store, progress, rebuild=True, labels=of_corpus(store, config or settings()).labels)
    why = why_not_kept(index)
    if why and output is None:
        raise CorpusFormatError(
            stac.CATALOG_KEY, f"{why}, which an index cannot say; open this corpus by its catalog.json"
        )
    return write(index, output or default_path(store), progress, synthetic=is_synthetic(store))


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


@dataclass(frozen=True, slots=True)
class Kept:
    """An index that lies in a file of its corpus or of this machine: another process opens it there."""

    path: Path
    size: int
    changed: int  # ns, the file's own time
    source: str
    warnings: tuple[str, ...]
    settled: str = ""

    @classmethod
    def mark(cls, index: SampleIndex, path: Path) -> SampleIndex:
        """The index itself, marked as lying in a file."""
        found = path.stat()
        index.again = cls(
            path, found.st_size, found.st_mtime_ns, index.source, tuple(index.warnings), index.settled
        )
        return index

    def __call__(self, store: Store) -> SampleIndex:
        """The index again; built anew where its file is gone or another one."""
        try:
            found = self.path.stat()
            if (found.st_size, found.st_mtime_ns) == (self.size, self.changed):
                index = read(self.path, self.source)
                ask_stac(index, store).warnings = list(self.warnings)
                index.again = self
                return index
        except (OSError, CorpusFormatError):
            pass
        return build(store, labels=LabelSettings.of_text(self.settled))


def _plain_store(where: str, config: Settings) -> Store:
    if "://" not in where:
        return DirectoryStore(where)
    from explorer.corpus.remote import store_of  # its clients are only paid for by those who go out

    folder, key = stac.split_url(where)
    return store_of(where if key else folder, config)


def cached_path(store: Store, cache_dir: Path | None = None, key: str = "") -> Path:
    """Where the index of a corpus that cannot be written to is kept, or that of one STAC file of it (`key`)."""
    name = hashlib.sha256((f"{store.where}\n{key}" if key else store.where).encode()).hexdigest()[:24]
    return (cache_dir or settings().cache_dir) / "indexes" / f"{name}.parquet"


def _built_before(store: Store, notes: list[str], settled: str) -> SampleIndex | None:
    if isinstance(getattr(store, "root", None), Path):
        try:
            with local_file(store, INDEX_KEY) as path:
                index = read(path, INDEX_KEY)
                if index.settled == settled:
                    return Kept.mark(ask_stac(index, store), path)
                notes.append(
                    f"{INDEX_KEY} was built with other settings of labels in rapidai4eo.toml; it is ignored, build it anew "
                    "with `explorer index`"
                )
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
            if index.settled != settled:
                return None
            index.warnings += notes
            return Kept.mark(ask_stac(index, store), path)
    return None


def _shortened(notes: list[str], count: int = MAX_WARNINGS) -> list[str]:
    return notes if len(notes) <= count else [*notes[:count], f"... and {len(notes) - count:,} more"]


def _report(notes: list[str], store: Store) -> None:
    for note in notes:
        logger.warning("%s: %s", store.where, note)
