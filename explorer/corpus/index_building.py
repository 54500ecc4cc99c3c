"""The sample table of a corpus made from what it holds: an index built before, `resources/`, STAC, or the folders themselves."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from explorer.core.config import Settings, settings
from explorer.core.errors import CorpusFormatError, CorpusNotFoundError, NotThereError, StoreError
from explorer.corpus.profile import LabelSettings, of_corpus
from explorer.corpus.stac import stac
from explorer.corpus.stac.stac_statements import statements
from explorer.corpus.stores.store import Store
from explorer.corpus.tables.index import INDEX_KEY, SampleIndex, cached_path, read
from explorer.corpus.tables.sources import Found, Progress, from_folders, from_resources, ignore, local_file

logger = logging.getLogger("explorer")

MAX_WARNINGS = 50


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
