"""Where the sample table comes from when no index was built: `resources/`, or the folders themselves."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from explorer.core import scratch_folders
from explorer.core.errors import CorpusFormatError, LeadsOutError, NotThereError, StoreError, UnreadableError
from explorer.corpus.imagery.stated import Stated
from explorer.corpus.stores.leftovers import is_leftover
from explorer.corpus.stores.store import Store
from explorer.corpus.tables.cut_tables import TooLargeError
from explorer.corpus.tables.ids import geometry_warning, id_column, is_valid, skipped, valid_ids
from explorer.corpus.tables.label_files import read_file
from explorer.corpus.tables.label_tables import LabelTable, open_bounded, read_ids, read_mappings, read_table
from explorer.corpus.tables.labels import Fractions, LabelsFound, stored_matrix
from explorer.corpus.tables.settling import settle

Progress = Callable[[int, int], None]
"""Called with (done, total)."""

GEOMETRIES = ("resources/rapidai4eo_geometries.geojson.gz", "resources/rapidai4eo_geometries.geojson")
LABELS = ("resources/rapidai4eo_labels.csv.gz", "resources/rapidai4eo_labels.csv")
MAPPINGS = "resources/rapidai4eo_label_mappings.csv"

MAX_SAMPLES = 5_000_000
"""Ten times the corpus: what a listing may not exceed."""

MAX_NOTES = 20
"""Kinds of strange things that are told of label files, each once."""
OTHER_NOTES = "something else is strange"

_BATCH = 65_536
_LABEL_NAME = re.compile(r"labels?_(.+)\.(?:geo)?json$", re.IGNORECASE)


@dataclass
class Found:
    """What one source gives: valid ids, their fractions, how labels were written, and what went wrong."""

    ids: pd.Index
    fractions: Fractions
    source: str
    warnings: list[str] = field(default_factory=list)
    labels: LabelsFound | None = None
    moved: dict[str, str] = field(default_factory=dict)
    """Keys of the corpus's layout -> where the files really are, for those elsewhere."""
    stated: dict[str, Stated] = field(default_factory=dict)
    """What STAC says of chips' numbers: by their key, or by a product's id for all of its chips."""
    ids_only: bool = False
    """Whether there is nothing but ids, of a table that is not understood: another source may know more."""
    whole: bool = True
    """False where a part of the source could not be read this time: the next time there may be more."""


def ignore(done: int, total: int) -> None:
    """Progress that nobody watches."""


@contextmanager
def local_file(store: Store, key: str) -> Iterator[Path]:
    """A file of the store as a path: its own in a folder, else a temporary copy. Raises as `Store.get`."""
    find = getattr(store, "path", None)
    if callable(find):
        path = Path(find(key))
        if not path.is_file():
            raise NotThereError(key)
        if not os.access(path, os.R_OK):
            raise StoreError(f"cannot read {key} in {store.where}: no permission")
        yield path
        return
    with scratch_folders.folder("file") as folder:
        path = folder / key.rsplit("/", 1)[-1]
        path.write_bytes(store.get(key))
        yield path


def from_resources(
    store: Store,
    progress: Progress = ignore,
    scale: float | None = None,
    classes: Mapping[str, int] | None = None,
) -> Found | None:
    """Samples of `resources/`: all geometries and all labels. None where there is neither file.

    `scale` is what a whole cell is written as, and `classes` other names of the classes (lower case -> level-3 code),
    where somebody knows. A table of labels that cannot be read leaves the samples of the geometries, and those that it
    names, without labels.
    """
    warnings: list[str] = []
    ids = _geometries(store, progress, warnings)
    total = 2 * len(ids) if ids is not None else 0
    half = total // 2

    def labels_read(done: int) -> None:
        progress(half + min(done, half), total or done)

    table, named = _labels(store, scale, classes or {}, labels_read, warnings)
    if table is None and ids is None:
        if len(named):
            return Found(named, Fractions.empty(named), "resources/ (ids of labels)", warnings, ids_only=True)
        if warnings:
            raise CorpusFormatError("resources", "; ".join(warnings))
        return None
    if table is None:
        assert ids is not None
        ids = ids.append(named.difference(ids, sort=False))
        warnings.append(f"{LABELS[0]} gives no labels; those in labels/ are used where there are some")
        try:
            found = from_folders(store, progress, imagery=False, scale=scale, classes=classes)
        except StoreError as error:  # plain HTTP
            warnings.append(f"{error}; no sample has a label")
            found = None
        fractions = found.fractions.align(ids) if found else Fractions.empty(ids)
        warnings += found.warnings if found else []
        return Found(ids, fractions, GEOMETRIES[0], warnings, found.labels if found else None)
    warnings += table.warnings
    if ids is None:
        ids, source = table.fractions.ids, "resources/ (labels)"
    else:
        more = table.fractions.ids.difference(ids)
        if len(more):
            warnings.append(
                f"{LABELS[0]}: {len(more):,} samples are not among the geometries (first: {more[0]})"
            )
            ids = ids.append(more)
        source = "resources/ (geometries and labels)"
    return Found(ids, table.fractions.align(ids), source, warnings, table.found)


def _labels(
    store: Store,
    scale: float | None,
    classes: Mapping[str, int],
    progress: Callable[[int], None],
    warnings: list[str],
) -> tuple[LabelTable | None, pd.Index]:
    """The table of labels, or only the ids in it, and said, where it is absent or none. Raises `StoreError`."""
    mappings: dict[str, int] = {}
    try:
        mappings = read_mappings(store.get(MAPPINGS), MAPPINGS)
    except NotThereError:
        pass
    except (CorpusFormatError, UnreadableError) as error:
        warnings.append(str(error))
    named = _index_of([])
    for key in LABELS:
        try:
            with local_file(store, key) as path:
                try:
                    return read_table(path, key, mappings | dict(classes), progress, scale), named
                except CorpusFormatError as error:
                    warnings.append(str(error))
                    more = _index_of([] if isinstance(error, TooLargeError) else read_ids(path, key))
            if len(more):
                named = named.union(more, sort=False)
                warnings[-1] += (
                    f"; the {len(more):,} samples that it names have no label of it (first: {more[0]})"
                )
        except NotThereError:
            continue
        except (CorpusFormatError, UnreadableError) as error:
            warnings.append(str(error))
    return None, named


def _index_of(ids: list[str]) -> pd.Index:
    return pd.Index(ids, dtype="str", name="sample_id")


def _geometries(store: Store, progress: Progress, warnings: list[str]) -> pd.Index | None:
    for key in GEOMETRIES:
        try:
            with local_file(store, key) as path:
                return _read_geometries(path, key, progress, warnings)
        except NotThereError:
            continue
        except (CorpusFormatError, UnreadableError) as error:
            warnings.append(str(error))
    return None


def _read_geometries(path: Path, key: str, progress: Progress, warnings: list[str]) -> pd.Index:
    import pyogrio  # 31 MB, for a corpus without an index only

    total = 2 * _count_features(path, key)
    ids: list[pd.Series] = []
    bounds: list[np.ndarray] = []
    done = 0
    with path.open("rb") as file:
        where = f"/vsigzip/{path}" if file.read(2) == b"\x1f\x8b" else str(path)
    try:
        with pyogrio.raw.open_arrow(where, use_pyarrow=True, batch_size=_BATCH) as (meta, reader):
            fields = [str(f) for f in meta["fields"]]
            geometry = meta["geometry_name"] or "wkb_geometry"
            name = ""
            for batch in reader:
                name = name or _id_field(fields, batch, key)
                ids.append(pc.utf8_trim_whitespace(batch.column(name).cast("string")).to_pandas())
                wkb = batch.column(geometry).to_numpy(zero_copy_only=False)
                bounds.append(shapely.bounds(shapely.from_wkb(wkb, on_invalid="ignore")))
                done += batch.num_rows
                progress(min(done, total // 2), total)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError, ValueError) as error:
        if isinstance(error, CorpusFormatError):
            raise
        why = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        if not ids:
            raise CorpusFormatError(key, f"not readable as GeoJSON ({why})") from error
        warnings.append(f"{key}: damaged after {done:,} footprints ({why})")
    if not done:
        raise CorpusFormatError(key, "it holds no footprints")
    index = pd.Index(pd.concat(ids, ignore_index=True), dtype="str", name="sample_id")
    valid = valid_ids(index)
    if not valid.all():
        warnings.append(skipped(key, index[~valid]))
    keep = valid & ~index.duplicated()
    index, box = index[keep], np.concatenate(bounds)[keep]
    wrong = geometry_warning(key, index, box)
    if wrong:
        warnings.append(wrong)
    return index


def _count_features(path: Path, key: str) -> int:
    """Features by their tag; also proves that the file unpacks within bounds and begins as JSON does.

    GDAL tells formats by content: what begins otherwise could be a VRT that leads out of the corpus.
    """
    with open_bounded(path, key) as stream:
        start = stream.peek(64).lstrip(b"\xef\xbb\xbf \t\r\n")
        if start[:1] != b"{":
            raise CorpusFormatError(key, "not a GeoJSON file")
        count = 0
        for block in iter(lambda: stream.read(2**22), b""):
            count += block.count(b'"Feature"')
    return count


def _id_field(names: list[str], batch: pa.RecordBatch, key: str) -> str:
    """The property that holds the ids: told by its values, for geopandas and GDAL write an `id` of their own."""
    name = id_column({n: batch.column(n) for n in names})
    if name is None:
        raise CorpusFormatError(
            key, f"its features have no property sample_id, only {', '.join(names[:8]) or 'none'}"
        )
    return name


def from_folders(
    store: Store,
    progress: Progress = ignore,
    imagery: bool = True,
    scale: float | None = None,
    classes: Mapping[str, int] | None = None,
) -> Found | None:
    """Samples that `labels/` and `imagery/` hold, so that a partial download works; None where there are none.

    `scale` and `classes` as in `from_resources`. Raises `StoreError` where the store cannot list.
    """
    warnings: list[str] = []
    misplaced: list[str] = []
    labelled = dict(_walk(store, "labels", misplaced, warnings))
    if imagery:
        shown = list(_walk(store, "imagery", misplaced, warnings))
    values: dict[str, dict[int, float]] = {}
    bounds: list[tuple[float, float, float, float]] = []
    notes: dict[str, list[str]] = {}
    for i, (sample_id, key) in enumerate(labelled.items()):
        if i % 64 == 0:
            progress(i, len(labelled))
        try:
            label = read_file(store.get(key), key, classes)
        except (CorpusFormatError, NotThereError, StoreError) as error:
            warnings.append(f"{error}; taken as without label")
            values[sample_id] = {}
            bounds.append((np.nan,) * 4)
            continue
        if label.sample_id not in (None, sample_id):
            warnings.append(f"{key}: it says that it is of sample {str(label.sample_id)[:40]}")
        for note in label.notes:
            notes.setdefault(note if len(notes) < MAX_NOTES else OTHER_NOTES, []).append(sample_id)
        values[sample_id] = label.values
        bounds.append(label.bounds)
    progress(len(labelled), len(labelled))
    if misplaced:
        warnings.append(skipped("labels/ and imagery/", misplaced))
    warnings += [f"labels/: in {len(i):,} files, {note} (first: {i[0]})" for note, i in notes.items()]
    fractions, found = Fractions.from_rows({}), None
    if values:
        ids = pd.Index(values, dtype="str", name="sample_id")
        wrong = geometry_warning("labels/", ids, np.array(bounds))
        warnings += [wrong] if wrong else []
        settled = settle(ids, stored_matrix(values), "files", "labels/", scale)
        fractions, found = settled.fractions, settled.found
        warnings += settled.warnings
    if imagery:
        more = dict.fromkeys(sample_id for sample_id, _ in shown if sample_id not in values)
        fractions = fractions.align(fractions.ids.append(pd.Index(more, dtype="str", name="sample_id")))
    if not len(fractions):
        return None
    return Found(fractions.ids, fractions, "the folders labels/ and imagery/", warnings, found)


def _walk(store: Store, top: str, misplaced: list[str], warnings: list[str]) -> Iterator[tuple[str, str]]:
    """(sample id, key) of each label file or imagery folder that is where its id says."""
    count = 0
    for zone in _names(store, top, warnings):
        tiles = _names(store, f"{top}/{zone[:-1]}", warnings) if zone.endswith("/") else ()
        for tile in tiles:
            folder = f"{top}/{zone}{tile[:-1]}"
            for name in _names(store, folder, warnings) if tile.endswith("/") else ():
                sample_id = None if is_leftover(name) else _name_to_id(name, top)
                if sample_id is None:
                    continue
                if not is_valid(sample_id) or not sample_id.startswith(f"{zone[:-1]}_{tile[:-1]}_"):
                    misplaced.append(sample_id)
                    continue
                count += 1
                if count > MAX_SAMPLES:
                    raise StoreError(f"{store.where}/{top} lists more than {MAX_SAMPLES:,} samples")
                yield sample_id, f"{folder}/{name}"


def _names(store: Store, folder: str, warnings: list[str]) -> Iterator[str]:
    try:
        return store.list(folder)
    except (LeadsOutError, NotThereError) as error:  # a link, or a name that no key can have
        warnings.append(str(error))
        return iter(())


def _name_to_id(name: str, top: str) -> str | None:
    if top == "imagery":
        return name[:-1] if name.endswith("/") else None
    match = _LABEL_NAME.match(name)
    return match[1] if match else None
