"""The opinions that are kept beside a corpus, by name: `corpus.opinions`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explorer.core import forking
from explorer.core.atomic_file import remove
from explorer.core.errors import CorpusFormatError, InvalidQueryError, UnknownOpinionError
from explorer.core.products import SYNTHETIC_LICENSE
from explorer.demo import models
from explorer.demo.store import DemoStore
from explorer.opinions import kept_files, legends, opinion, reading
from explorer.opinions.columns import Columns
from explorer.opinions.kept_files import KeptFiles, one_line
from explorer.opinions.legends import Legend
from explorer.opinions.opinion import About, Opinion
from explorer.opinions.scores import Labels

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

MAX_OPINIONS = 100


class Opinions(Mapping[str, Opinion]):
    """Opinions by name, in the order of their names: a file each in the data folder, and those of this process alone.

    Others' additions are seen at the next look. It may be used from many threads.
    >>> list(corpus.opinions)
    ['made-up-confused', 'made-up-good']
    >>> int(corpus.opinions["made-up-good"].row(corpus.default_sample).index[0])
    211
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self.folder = kept_files.folder("opinions", corpus.where, corpus.config.data_dir)
        self._shown: dict[str, Opinion] = made_up(corpus)
        self._kept = KeptFiles(self.folder, partial(opinion.open_kept, corpus))
        self._lock = forking.Lock()

    def __repr__(self) -> str:
        return f"<Opinions of {self._corpus.where}: {', '.join(self) or 'none'}>"

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self._shown, *self._kept.paths()}))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in self._shown or name in self._kept.paths()

    def __getitem__(self, name: str) -> Opinion:
        """The opinion of a name. Raises `UnknownOpinionError`, and `CorpusFormatError` where its file is damaged."""
        if (shown := self._shown.get(name)) is not None:
            return shown
        kept = self._kept.get(name)
        if kept is None:
            raise UnknownOpinionError(str(name), self)
        return kept

    @cached_property
    def columns(self) -> Columns:
        """What they say of all samples, as filters ask it."""
        return Columns(self, Labels(self._corpus))

    def add(
        self,
        name: str,
        file: str | os.PathLike[str] | pd.DataFrame,
        legend: Legend | str | os.PathLike[str] | None = None,
        *,
        source: str = "",
        licence: str = "",
        note: str = "",
        kind: str = "",
        whole: float = 1.0,
        only_known: bool = False,
        replace: bool = False,
        raster: str = "",
        band: int = 1,
        uploaded_by: str | None = None,
    ) -> Opinion:
        """Read a table and keep it under a name, whole or not at all; the opinion.

        `file`: Parquet, GeoParquet, CSV or a frame, in one of the shapes of `reading`. `legend`: a `Legend`, the id of one that
        is shipped, or a file; without it, the classes are CORINE's, of the level that the columns have. `source` and `licence`:
        whom to name and on which terms (those of the legend, where nothing is said). `kind`, `whole` and `only_known` as
        `reading.read`. `replace` what is kept under that name. `raster` and `band`: what it was counted in, if anything, which
        lies over pictures as `corpus.overlays[name]`. `uploaded_by`: who added it on the page. Raises `OpinionError`, `LegendError`, `InvalidQueryError`,
        `OutputError`.
        """
        name = check_name(name)
        self._check_free(name, replace)
        table, about, chosen = self._read(name, file, legend, source, licence, note, kind, whole, only_known)
        about = dataclasses.replace(about, raster=raster, band=band, uploaded_by=uploaded_by)
        opinion.write(self._kept.path_of(name), about, chosen, self._corpus.samples.index, table)
        with self._lock:
            self._shown.pop(name, None)
        return self[name]

    def add_raster(
        self,
        name: str,
        raster: str | os.PathLike[str],
        legend: Legend | str | os.PathLike[str],
        *,
        ids: Sequence[str] | pd.Index | None = None,
        band: int = 1,
        source: str = "",
        licence: str = "",
        replace: bool = False,
        said: Mapping[str, Any] | None = None,
        scheduler: str | None = None,
        workers: int | None = None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Opinion:
        """Fractions of each sample's cell (of all, or of `ids`) from a raster of land cover, kept under a name; the opinion.

        `raster`: a file that GDAL reads, or an http(s) URL of a GeoTIFF. What is nodata or no class of the legend is left unsaid: the
        fractions of such a sample add up to less than 1, and the opinion's note tells how much that is. A run that was stopped goes
        on where it was, by the same name. Else as `add` and `explorer.opinions.raster.fractions`. Raises `RasterError` too.
        """
        from explorer.opinions import raster as rasters  # GDAL is needed for nothing else here

        name = check_name(name)
        self._check_free(name, replace)
        chosen = legend if isinstance(legend, Legend) else legends.named_or_read(os.fspath(legend))
        parts = self.folder / "parts" / name
        asked = self._corpus.samples.index if ids is None else pd.Index(ids)
        found = rasters.fractions(
            asked, os.fspath(raster), chosen, parts, band=band, said=said, scheduler=scheduler, workers=workers,
            progress=progress,
        )  # fmt: skip
        note = rasters.note(found, len(asked), os.fspath(raster), band)
        classes = found.drop(columns=[rasters.UNKNOWN, rasters.OUTSIDE])
        kept = self.add(
            name, classes[classes.sum(axis=1) > 0], chosen, source=source, licence=licence, note=note,
            kind="fractions", replace=replace, raster=rasters.to_remember(os.fspath(raster)), band=band,
        )  # fmt: skip
        with suppress(OSError):
            remove(parts)
        return kept

    def _check_free(self, name: str, replace: bool) -> None:
        files = self._kept.paths()
        if name in files and not replace:
            raise InvalidQueryError(
                f"an opinion is called {name} already; give another name, or replace it (--replace, replace=True)"
            )
        if len(files) >= MAX_OPINIONS and name not in files:
            raise InvalidQueryError(f"{MAX_OPINIONS} opinions are kept already; remove one first")

    def show(
        self,
        name: str,
        file: str | os.PathLike[str] | pd.DataFrame,
        legend: Legend | str | os.PathLike[str] | None = None,
        *,
        source: str = "",
        licence: str = "",
        note: str = "",
        kind: str = "",
        whole: float = 1.0,
        only_known: bool = False,
        synthetic: bool = False,
    ) -> Opinion:
        """The same for this process alone: nothing is kept. It goes before what is kept under that name."""
        name = check_name(name)
        table, about, chosen = self._read(
            name, file, legend, source, licence, note, kind, whole, only_known, synthetic
        )
        found = Opinion(self._corpus, about, chosen, table.rows, table.values)
        with self._lock:
            self._shown[name] = found
        return found

    def remove(self, name: str) -> None:
        """Forget an opinion and delete its file. Raises `UnknownOpinionError`, `OutputError`."""
        with self._lock:
            shown = self._shown.pop(name, None)
        if not self._kept.remove(name) and shown is None:
            raise UnknownOpinionError(name, self)

    def _read(
        self,
        name: str,
        file: str | os.PathLike[str] | pd.DataFrame,
        legend: Legend | str | os.PathLike[str] | None,
        source: str,
        licence: str,
        note: str,
        kind: str,
        whole: float,
        only_known: bool,
        synthetic: bool = False,
    ) -> tuple[reading.Table, About, Legend]:
        given = file if isinstance(file, pd.DataFrame) else Path(file).expanduser()
        if legend is None:
            chosen = reading.find_corine_level(given)
        else:
            chosen = legend if isinstance(legend, Legend) else legends.named_or_read(os.fspath(legend))
        table = reading.read(
            given, self._corpus.samples.index, chosen, kind=kind, whole=whole, only_known=only_known
        )
        revision = 1
        if (before := self._kept.paths().get(name)) is not None:
            try:
                revision = opinion.read_about(before)[0].revision + 1
            except CorpusFormatError:
                pass  # damaged: what is added takes its place
        about = About(
            name, one_line(source or chosen.source), one_line(licence or chosen.licence), one_line(note), table.kind,
            given.name if isinstance(given, Path) else "", dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            revision, len(table.rows), synthetic,
        )  # fmt: skip
        return table, about, chosen


def made_up(corpus: Corpus) -> dict[str, Opinion]:
    """The opinions of the demo's models, by name; none of any other corpus."""
    store = corpus.store
    store = getattr(store, "base", store)
    if not isinstance(store, DemoStore):
        return {}
    rows = np.arange(len(corpus.samples))
    return {
        one.name: Opinion(
            corpus,
            About(
                one.name,
                "The demo of this explorer",
                SYNTHETIC_LICENSE,
                one.what,
                rows=len(rows),
                synthetic=True,
            ),
            legends.find(legends.CORINE),
            rows,
            partial(models.predict, store.table.true, one, store.seed),
        )
        for one in models.MODELS
    }


def check_name(name: str) -> str:
    """A name for an opinion, as it may be. Raises `InvalidQueryError`."""
    name = name.strip()
    if not kept_files.NAME.fullmatch(name) or name.endswith("."):
        raise InvalidQueryError(
            f"{name[:60]!r} is no name for an opinion: letters (a to z), digits, blank, _ . and -, 60 at most"
        )
    return name
