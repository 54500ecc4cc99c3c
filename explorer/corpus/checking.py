"""Looking through a corpus for what is wrong: every chip and label decoded, and the index held against the files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explorer.core.errors import (
    ChipError,
    CorpusFormatError,
    LeadsOutError,
    NotThereError,
    StoreError,
    UnreadableError,
)
from explorer.core.products import PRODUCTS
from explorer.corpus.files import FileKey, fetch, origin
from explorer.corpus.parallel import each
from explorer.corpus.query import query as queries
from explorer.corpus.stores.leftovers import is_leftover
from explorer.corpus.stores.store import Store
from explorer.corpus.tables.label_files import read_file, read_label
from explorer.corpus.tables.label_scale import is_of_another_scale

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

Progress = Callable[[int, int], None]
MISSING = "missing"
"""The kind of what is not there: told, but nothing wrong, for a corpus may be a part of the whole."""
_ROUNDING = 0.005
"""Labels are written with two digits or more."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing found: the `key` of the file or folder, its `kind` (chip, label, index, missing), and what it is."""

    key: str
    kind: str
    problem: str


def check(corpus: Corpus, sample: int | None = None, progress: Progress | None = None) -> Iterator[Problem]:
    """What is wrong in a corpus, or in `sample` of its samples chosen at random (always the same ones).

    Chips and labels are fetched from the corpus itself, not from a cache, and decoded in parallel. Where the store can
    list, files that are strangers are found too. `progress` is called with (files done, files in all).
    Raises `StoreError` where the corpus fails as a whole.
    """
    ids = corpus.samples.index
    if sample is not None and sample < len(ids):
        rows = np.random.default_rng(0).choice(len(ids), size=sample, replace=False)
        ids = ids[np.sort(rows)]
    for warning in corpus.index.warnings:
        yield Problem(corpus.index.source, "index", warning)
    store = origin(corpus.store)
    if sample is None:
        yield from _not_in_index(store, corpus.samples.index)
    yield from _files(corpus, store, ids, progress)


def _files(corpus: Corpus, store: Store, ids: pd.Index, progress: Progress | None) -> Iterator[Problem]:
    threads = getattr(store, "concurrency", None) or os.cpu_count() or 2
    total = len(ids) * (1 + sum(len(product.dates) for product in PRODUCTS.values()))
    counts: dict[str, list[int]] = {}  # folder -> files there and files absent, until all of them were seen

    def one(key: str) -> tuple[FileKey, str]:
        file = FileKey.of(key)
        try:
            return file, _check_file(corpus, store, file)
        except NotThereError:
            return file, MISSING
        except (ChipError, UnreadableError) as error:
            return file, error.reason
        except CorpusFormatError as error:
            return file, error.why

    strangers = _strangers(store, ids) if _lists(store) else iter(())
    done = 0
    for file, found in each(queries.iter_keys(ids, tuple(PRODUCTS), labels=True), one, threads):
        done += 1
        if progress is not None:
            progress(done, total)
        if file.product is None:
            if found == MISSING:
                labelled = corpus.index.samples.at[file.cell.sample_id, "clc"]
                found = "" if labelled else found
                if labelled:
                    yield Problem(file.key, MISSING, "no label file; the index has the label")
            elif found:
                yield Problem(file.key, "label", found)
            continue
        if found and found != MISSING:
            yield Problem(file.key, "chip", found)
        folder = file.product.folder(file.cell.folder)
        there = counts.setdefault(folder, [0, 0])
        there[found == MISSING] += 1
        if sum(there) == len(file.product.dates):
            del counts[folder]
            if there[1]:
                yield Problem(folder, MISSING, f"{there[1]} of {sum(there)} dates are not there")
    yield from strangers


def _check_file(corpus: Corpus, store: Store, file: FileKey) -> str:
    """What is wrong with a file; empty for nothing. Raises as `fetch`."""
    data = fetch(store, file, corpus.decoder)
    return "" if file.product is not None else compare_label(corpus, data, file)


def compare_label(corpus: Corpus, data: bytes, file: FileKey) -> str:
    """In what a label file says something else than the index; empty where it does not. Raises `CorpusFormatError`."""
    indexed, classes = corpus.labels(file.cell.sample_id), corpus.decoder.classes
    found = corpus.index.labels_found
    # a file may be on another scale than the table that the index was made of, which would hide that a label of the
    # table is read on the wrong one
    if found is not None and is_of_another_scale(
        [*read_file(data, file.key, classes).values.values()], found.scale
    ):
        found = None
    for scale in dict.fromkeys((found, None)):
        try:
            stored = read_label(data, file.key, scale, classes)
        except CorpusFormatError:
            if scale is None:
                raise
            continue
        both = pd.concat([stored, indexed], axis=1).fillna(0.0).to_numpy()
        if np.abs(both[:, 0] - both[:, 1]).max(initial=0.0) <= _ROUNDING:
            return ""
    return "its fractions are not those of the index"


def _lists(store: Store) -> bool:
    try:
        next(iter(store.list("imagery")), None)
    except StoreError:
        return False
    return True


def _strangers(store: Store, ids: Iterable[str]) -> Iterator[Problem]:
    """Files in the folders of samples that no date of the product has."""
    for sample_id in ids:
        file = FileKey.of(next(queries.iter_keys([sample_id], (), labels=True)))
        for product in PRODUCTS.values():
            folder = product.folder(file.cell.folder)
            known = {f"{stem}.tif" for stem in product.date_keys}
            names = _listed(store, folder)
            if isinstance(names, Problem):
                continue  # each of its chips is told already
            for name in names:
                if name not in known and not is_leftover(name):
                    yield Problem(f"{folder}/{name}", "chip", f"no date of {product.id} has this name")


def _not_in_index(store: Store, ids: pd.Index) -> Iterator[Problem]:
    """Samples that have imagery and are not in the index."""
    if not _lists(store):
        return
    known = set(ids)
    folders, depth = ["imagery"], 0
    while folders and depth < 3:  # zones, tiles, samples
        below: list[str] = []
        for folder in folders:
            names = _listed(store, folder)
            if isinstance(names, Problem):
                yield names
                continue
            for name in names:
                if depth < 2:
                    below += [f"{folder}/{name[:-1]}"] if name.endswith("/") else []
                elif name.rstrip("/") not in known and not is_leftover(name):
                    yield Problem(f"{folder}/{name}", "index", "it has imagery and is not in the index")
        folders, depth = below, depth + 1


def _listed(store: Store, folder: str) -> Iterator[str] | Problem:
    """The names in a folder, or that it is a link which is not followed."""
    try:
        return store.list(folder)
    except LeadsOutError as error:
        return Problem(folder, "index", error.reason)
    except NotThereError:
        return Problem(folder, "index", "no file of a corpus can have such a name")
