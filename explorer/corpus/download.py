"""Copying the part of a corpus that a query finds to a folder, which then opens without the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

from explorer.core.atomic_file import replacing
from explorer.core.errors import (
    ChipError,
    CorpusFormatError,
    ExplorerError,
    NotThereError,
    OutputError,
    UnreadableError,
)
from explorer.core.products import SYNTHETIC_KEY
from explorer.corpus.files import FileKey, fetch, origin, verify
from explorer.corpus.imagery.decoder import Decoder
from explorer.corpus.imagery.stated import Stated
from explorer.corpus.parallel import each
from explorer.corpus.profile import PROFILE_KEY, parse
from explorer.corpus.query import query as queries
from explorer.corpus.tables import index as sample_index
from explorer.corpus.tables.labels import Fractions

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

TYPICAL_BYTES = {"PF-SR": 205_000, "PF-QA": 20_000, "S2-SR": 65_000, "labels": 2_000}
"""What a file of each kind takes, to tell beforehand what does not fit on a disk."""


@dataclass
class Report:
    """What became of the files: how many were `fetched`, `kept` (there and valid), `absent` from the corpus.

    `failed` are those that could not be had, key -> reason; `size` the bytes fetched.
    """

    total: int = 0
    fetched: int = 0
    kept: int = 0
    absent: int = 0
    size: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many files have been dealt with, in whatever way."""
        return self.fetched + self.kept + self.absent + len(self.failed)


@dataclass(frozen=True)
class Wanted:
    """The samples (rows), products and dates to copy; labels come along."""

    samples: pd.DataFrame
    products: Sequence[str] = ("PF-SR", "S2-SR")
    start: Any = None
    end: Any = None

    def __iter__(self) -> Iterator[str]:
        """Every key, sample by sample."""
        return queries.iter_keys(self.samples, self.products, self.start, self.end, labels=True)

    def counts(self) -> dict[str, int]:
        """How many files of each kind it would be. Raises `InvalidQueryError`."""
        dates = queries.product_dates(self.samples, self.products, self.start, self.end)
        each_kind = {name: len(days) for name, days in dates.items()} | {"labels": 1}
        return {name: count * len(self.samples) for name, count in each_kind.items()}


def hrefs(corpus: Corpus, wanted: Wanted) -> Iterator[str]:
    """The URLs (or paths) of the files, for other downloaders."""
    wanted.counts()  # what cannot be understood is said at once
    return (corpus.store.href(key) for key in wanted)


def download(
    corpus: Corpus,
    wanted: Wanted,
    directory: str | os.PathLike[str],
    progress: Callable[[Report], None] | None = None,
) -> Report:
    """Copy files to a folder in the corpus's layout, with an index, so that it opens as a corpus.

    Every file is decoded and checked before it counts; those that are there and valid are left as they are, so that
    the same call goes on where another one stopped. `progress` is called after every file, in this thread.
    What a catalog states of the chips' numbers, and the operator's `rapidai4eo.toml`, come along. Raises `OutputError`
    where the folder cannot be written or could not say that, `StoreError` where the corpus fails as a whole.
    """
    counts = wanted.counts()
    stated = _stated(corpus, wanted)
    report = Report(total=sum(counts.values()))
    root = Path(directory).expanduser()
    try:
        root.mkdir(parents=True, exist_ok=True)
        root = root.resolve()
        _check_room(root, wanted, counts)
        _write_profile(corpus, root)
        store = origin(corpus.store)
        threads = getattr(store, "concurrency", None) or os.cpu_count() or 2

        def one(key: str) -> tuple[str, str, int]:
            file, path = FileKey.of(key), _target(root, key)
            if _is_valid(path, file, corpus.decoder):
                return key, "kept", 0
            try:
                data = fetch(store, file, corpus.decoder)
            except NotThereError:
                return key, "absent", 0
            except (ChipError, CorpusFormatError, UnreadableError) as error:
                return key, getattr(error, "reason", None) or str(error), -1
            _write(path, data)
            return key, "fetched", len(data)

        for key, outcome, size in each(wanted, one, threads):
            if size < 0:
                report.failed[key] = outcome
            else:
                setattr(report, outcome, getattr(report, outcome) + 1)
                report.size += size
            if progress is not None:
                progress(report)
        _write_index(corpus, wanted.samples.index, root, stated)
    except ExplorerError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write {error.filename or root}: {error.strerror or error}") from error
    return report


def _target(root: Path, key: str) -> Path:
    """Where a file goes; raises `OutputError` where a link in the folder would lead out of it."""
    path = root / key
    folder = os.path.realpath(path.parent)
    if folder != str(path.parent):
        raise OutputError(f"{path.parent} leads out of {root} by a link; nothing is written through it")
    return path


def _is_valid(path: Path, file: FileKey, decoder: Decoder) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    try:
        verify(path.read_bytes(), file, decoder)
    except (ChipError, CorpusFormatError, OSError):
        return False
    return True


def _write(path: Path, data: bytes) -> None:
    with replacing(path) as part:
        part.write_bytes(data)


def _check_room(root: Path, wanted: Wanted, counts: dict[str, int]) -> None:
    free = shutil.disk_usage(root).free
    sizes = {kind: count * TYPICAL_BYTES[kind] for kind, count in counts.items()}
    needed = sum(sizes.values())
    if needed > free:  # only then is it worth looking at what is there already
        there = sum((root / key).is_file() for key in wanted)
        needed -= int(needed * there / max(sum(counts.values()), 1))
    if needed > free:
        raise OutputError(
            f"{len(wanted.samples):,} samples take about {needed / 1e9:,.1f} GB, and {root} has "
            f"{free / 1e9:,.1f} GB free; choose fewer samples, products or dates"
        )


def _stated(corpus: Corpus, wanted: Wanted) -> dict[str, Stated]:
    """What the catalog states of the numbers of all chips of a product that are copied; an index can say no more.

    Raises `OutputError` where it states different things of single chips.
    """
    stated = corpus.index.stated
    if not stated:
        return {}
    found: dict[str, Stated | None] = {}
    for key in wanted:
        product = FileKey.of(key).product
        if product is None:
            continue
        said = stated.get(key) or stated.get(product.id)
        if found.setdefault(product.id, said) != said:
            raise OutputError(
                f"the catalog states scale, offset, nodata or bands of single chips of {product.id}, which a copy in this layout "
                "cannot say; choose samples or dates of which it states the same"
            )
    return {name: said for name, said in found.items() if said is not None}


def _write_profile(corpus: Corpus, root: Path) -> None:
    """The operator's settings beside the copy. Raises `OutputError` where other ones lie there."""
    path = _target(root, PROFILE_KEY)
    data = b""
    if not corpus.profile.empty:
        named = corpus.config.profile
        data = Path(named).expanduser().read_bytes() if named else origin(corpus.store).get(PROFILE_KEY)
    there = path.read_bytes() if path.is_file() else b""
    if there and parse(there, PROFILE_KEY) != corpus.profile:
        raise OutputError(
            f"{root} has another {PROFILE_KEY} than this corpus is read with; choose another folder"
        )
    if data and not there:
        _write(path, data)


def _write_index(corpus: Corpus, ids: pd.Index, root: Path, stated: dict[str, Stated]) -> None:
    """An index of what was asked for, and of what an earlier download left here."""
    path = root / sample_index.INDEX_KEY
    fractions = corpus.index.fractions.align(pd.Index(ids, dtype="str", name="sample_id"))
    if path.is_file():
        try:
            before = sample_index.read(path).fractions
            others = before.ids.difference(fractions.ids)
            more = before.align(others)
            both = sparse.vstack([fractions.matrix, more.matrix], format="csr")
            unclassified = np.concatenate([fractions.unclassified, more.unclassified])
            fractions = Fractions(fractions.ids.append(others), both, unclassified)
        except CorpusFormatError:  # it is replaced
            pass
    index = sample_index.SampleIndex.of(
        fractions, f"a part of {corpus.where}", labels_found=corpus.index.labels_found, stated=stated
    )
    index.settled = corpus.index.settled
    index.stated_notes = list(corpus.index.stated_notes)
    _target(root, sample_index.INDEX_KEY)
    sample_index.write(index, path, synthetic=corpus.synthetic)
    if corpus.synthetic:  # a copy has to say so as well
        _write(_target(root, SYNTHETIC_KEY), origin(corpus.store).get(SYNTHETIC_KEY))
