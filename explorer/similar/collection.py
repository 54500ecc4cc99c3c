"""The tables of features that are kept beside a corpus, by name: `corpus.features`."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from cachetools import TTLCache

from explorer.analysis import features
from explorer.core import forking
from explorer.core.atomic_file import remove
from explorer.core.errors import (
    CorpusFormatError,
    ExplorerError,
    InvalidQueryError,
    OutputError,
    UnknownFeaturesError,
)
from explorer.core.products import SYNTHETIC_LICENSE
from explorer.demo.store import DemoStore
from explorer.opinions import kept_files
from explorer.opinions.kept_files import KeptFiles, one_line
from explorer.review import score
from explorer.similar import computing, fast, feature_table, files, made_up
from explorer.similar.embedding_maps import PCA, EmbeddingMaps
from explorer.similar.feature_table import About, FeatureTable

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

FAST, SCORE, MADE_UP = "fast", "score", "made-up"
"""Names of the tables that the explorer itself measures, and of the demo's."""
MEASURES = (FAST, SCORE)
MAX_TABLES = 100
_KEPT_SEARCHES, _KEPT_S = 64, 300.0
"""What filters found is kept for so many seconds: each panel asks for the same."""


class Features(Mapping[str, FeatureTable]):
    """Tables of features by name: a file each in the data folder, `score` where `explorer score` ran, `made-up` in the demo.

    Others' additions are seen at the next look. It may be used from many threads.
    >>> list(corpus.features)
    ['made-up']
    >>> frame = corpus.features["made-up"].to_pandas()
    >>> frame.shape, frame.attrs["units"]["pf_2018-07_red_mean"]
    ((2000, 149), 'reflectance')
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self.folder = kept_files.folder("features", corpus.where, corpus.config.data_dir)
        self._scores = score.folder(corpus.where, corpus.config.data_dir)
        self.maps = EmbeddingMaps(self.folder / "maps", corpus.where)
        """Embedding maps of the tables."""
        self._kept = KeptFiles(self.folder, partial(feature_table.open_kept, corpus, self.maps.get))
        self._made_up = _made_up(corpus, self.maps)
        self._alike: TTLCache[tuple[str, ...], np.ndarray] = TTLCache(_KEPT_SEARCHES, _KEPT_S)
        self._lock = forking.Lock()

    def __repr__(self) -> str:
        return f"<Features of {self._corpus.where}: {', '.join(self) or 'none'}>"

    def __iter__(self) -> Iterator[str]:
        names = set(self._kept.paths())
        if self._made_up is not None:
            names.add(MADE_UP)
        if self._score_stamp():
            names.add(SCORE)
        return iter(sorted(names))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in set(self)

    def __getitem__(self, name: str) -> FeatureTable:
        """The table of a name. Raises `UnknownFeaturesError`, and `CorpusFormatError` where its file is damaged."""
        if (kept := self._kept.get(name)) is not None:
            return kept
        if name == MADE_UP and self._made_up is not None:
            return self._made_up
        if name == SCORE and self._score_stamp():
            return self._of_score()
        raise UnknownFeaturesError(str(name), self)

    @property
    def usual(self) -> str:
        """The table that samples are compared by where none is named: the one with the most samples, of as many `fast`'s; empty where there is none."""
        sizes = {}
        for name in self:
            try:
                sizes[name] = len(self[name])
            except CorpusFormatError:
                continue
        order = {FAST: 0, MADE_UP: 1}
        return min(sizes, key=lambda name: (-sizes[name], order.get(name, 2), name), default="")

    def add(
        self,
        name: str,
        file: str | os.PathLike[str] | pd.DataFrame,
        *,
        source: str = "",
        licence: str = "",
        note: str = "",
        unit: str = "",
        only_known: bool = False,
        replace: bool = False,
    ) -> FeatureTable:
        """Read a table of features or embeddings and keep it under a name, whole or not at all; the table.

        `file`: Parquet with `sample_id` and a column of vectors (lists of one length) or a column a dimension; or such a frame.
        `unit`: of all its numbers. `only_known`: rows of samples that this corpus has not are left out. `replace` what is kept under
        that name. Raises `FeaturesError`, `InvalidQueryError` for a name that is none or taken, `OutputError`.
        """
        name = _checked(name)
        self._check_free(name, replace)
        given = file if isinstance(file, pd.DataFrame) else Path(file).expanduser()
        columns, ids, values = files.read(given, self._corpus.samples.index, only_known=only_known)
        about = About(
            name, "", "", self._revision(name), one_line(source), one_line(licence), one_line(note),
            given.name if isinstance(given, Path) else "", _now(),
            dict.fromkeys(columns, one_line(unit)) if unit else {},
        )  # fmt: skip
        feature_table.write(self._kept.path_of(name), about, columns, ids, values)
        return self[name]

    def compute(
        self,
        ids: Sequence[str] | pd.Index | None = None,
        *,
        name: str = FAST,
        opens: str | None = None,
        said: Mapping[str, object] | None = None,
        scheduler: str | None = None,
        workers: int | None = None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> FeatureTable:
        """Measure the fast set (`explorer.similar.fast`) of samples, of all or of `ids`, and keep it; the table of all that was measured so far.

        A run that was stopped goes on where it was, by the same name; what it has is kept even then. `opens` is what other processes open the corpus by, where
        not `Corpus.where`; `scheduler` a running Dask scheduler. Raises `InvalidQueryError`, `StoreError`, `OutputError`.
        """
        name = _checked(name, measured=True)
        before = self._kept.get(name)
        if before is not None and before.about.measure != FAST:
            raise InvalidQueryError(f"features called {name} are kept that were added; choose another name")
        parts = self.folder / "parts" / name
        chosen = list(self._corpus.samples.index if ids is None else ids)
        try:
            computing.measure_missing(
                chosen, parts, opens=opens or self._corpus.where, said=said, scheduler=scheduler, workers=workers,
                progress=progress,
            )  # fmt: skip
        finally:
            self._gather(name, parts)
        return self[name]

    def has_map(self, name: str, method: str) -> bool:
        """Whether the embedding map of a table by a method can be had at once."""
        try:
            return method in self.maps.methods(self[name])
        except (UnknownFeaturesError, CorpusFormatError):
            return False

    def can_find(self, text: str) -> bool:
        """Whether a search for what is alike can be asked: its samples and its tables are there."""
        from explorer.similar import search

        try:
            wanted = search.parse(text)
        except ExplorerError:
            return False
        tables = [one.table or self.usual for one in wanted.by]
        return all(name and name in self for name in tables) and all(
            one in self._corpus for one in wanted.ids
        )

    def alike(self, text: str) -> np.ndarray:
        """What a search for what is alike finds (`explorer.similar.search`), bool `(n,)` of all samples of the corpus. Raises as `search.find`."""
        from explorer.similar import search

        wanted = search.parse(text)
        key = (text, *(self[one.table or self.usual].stamp for one in wanted.by))
        with self._lock:
            rows = self._alike.get(key)
        if rows is None:
            rows = search.find(self._corpus, wanted).rows
            with self._lock:
                self._alike[key] = rows
        mask = np.zeros(len(self._corpus.samples), bool)
        mask[rows] = True
        return mask

    def places(self, name: str, method: str = PCA) -> np.ndarray:
        """The embedding map of a table as coordinates of all samples of the corpus, float32 `(n, 2)`, NaN where one has no features.

        Raises as `FeatureTable.map`, and `UnknownFeaturesError`.
        """
        table = self[name]
        found = self.maps.get(table, method)
        if len(found) == len(self._corpus.samples):
            return found
        whole = np.full((len(self._corpus.samples), 2), np.nan, np.float32)
        whole[table.rows] = found
        return whole

    def _gather(self, name: str, parts: Path) -> None:
        """Keep what the parts hold as one table."""
        ids, values = computing.measured(parts)
        if not ids:
            return
        about = About(
            name, FAST, str(fast.VERSION), self._revision(name), added=_now(), units=fast.units(), groups=fast.columns(),
            source=self._corpus.attribution("PF-SR"), licence=self._corpus.license("PF-SR"), synthetic=self._corpus.synthetic,
        )  # fmt: skip
        feature_table.write(self._kept.path_of(name), about, fast.columns(), ids, values)

    def remove(self, name: str) -> None:
        """Delete the table of a name, with the parts that it was made of. Raises `UnknownFeaturesError`, `InvalidQueryError` for one that is not kept here, `OutputError`."""
        if name not in self._kept.paths():
            if name in self:
                raise InvalidQueryError(
                    f"features {name} are not kept as a file of their own: nothing to remove"
                )
            raise UnknownFeaturesError(name, self)
        self._kept.remove(name)
        self.maps.remove(name)
        try:
            remove(self.folder / "parts" / name)
        except OSError as error:
            raise OutputError(
                f"cannot remove {self.folder / 'parts' / name}: {error.strerror or error}"
            ) from error

    def _check_free(self, name: str, replace: bool) -> None:
        kept = self._kept.paths()
        if name in (MADE_UP, *MEASURES):
            raise InvalidQueryError(f"{name} is the name of a table that the explorer makes; choose another")
        if name in kept and not replace:
            raise InvalidQueryError(
                f"features called {name} are kept already; add them with --replace, or choose another name"
            )
        if name not in kept and len(kept) >= MAX_TABLES:
            raise InvalidQueryError(f"{MAX_TABLES} tables are kept, the most there may be; remove one first")

    def _revision(self, name: str) -> int:
        path = self._kept.paths().get(name)
        if path is None:
            return 1
        try:
            return feature_table.read_about(path).revision + 1
        except CorpusFormatError:
            return 1  # damaged: what is written takes its place

    def _score_stamp(self) -> str:
        """Tells whether and how far `explorer score` has measured; empty where it has not."""
        try:
            found = [path.stat() for path in (self._scores / score.PARTS).glob("*.parquet")]
        except OSError:
            return ""
        return f"score-{len(found)}-{max(one.st_mtime_ns for one in found)}" if found else ""

    def _of_score(self) -> FeatureTable:
        frame = score.measured(self._scores)
        index = self._corpus.samples.index
        found = index.get_indexer(frame.index)
        order = np.flatnonzero(found >= 0)
        order = order[np.argsort(found[order], kind="stable")]
        about = About(
            SCORE,
            SCORE,
            str(features.VERSION),
            note="What `explorer score` measured.",
            synthetic=self._corpus.synthetic,
        )
        return FeatureTable(
            self._corpus, about, features.names(), found[order].astype(np.int64), self._score_stamp(),
            lambda: score.measured(self._scores).to_numpy(np.float32)[order], self.maps.get,
        )  # fmt: skip


def _made_up(corpus: Corpus, maps: EmbeddingMaps) -> FeatureTable | None:
    """The demo's own table, worked out when it is asked for; none of any other corpus."""
    store = getattr(corpus.store, "base", corpus.store)
    if not isinstance(store, DemoStore):
        return None
    about = About(
        MADE_UP, FAST, f"{fast.VERSION}.{made_up.VERSION}", source="The demo of this explorer", licence=SYNTHETIC_LICENSE,
        note=made_up.NOTE, units=fast.units(), groups=fast.columns(), synthetic=True,
    )  # fmt: skip
    stamp = f"{MADE_UP}-{fast.VERSION}.{made_up.VERSION}-{store.seed}-{store.count}"
    rows = np.arange(len(corpus.samples))
    return FeatureTable(
        corpus,
        about,
        fast.columns(),
        rows,
        stamp,
        lambda: made_up.features(store.table, store.seed),
        maps.get,
    )


def _checked(name: str, *, measured: bool = False) -> str:
    """A name for a table, as it may be. Raises `InvalidQueryError`."""
    name = name.strip()
    if not kept_files.NAME.fullmatch(name) or name.endswith(".") or name == feature_table.ALL:
        raise InvalidQueryError(
            f"{name[:60]!r} is no name for features: letters (a to z), digits, blank, _ . and -, 60 at most"
        )
    if measured and name in (MADE_UP, SCORE):
        raise InvalidQueryError(
            f"{name} is the name of another table that the explorer makes; choose another"
        )
    return name


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
