"""Where the sample table comes from when no index was built: `resources/`, or the folders themselves."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely

from explorer import grid
from explorer.corpus.ids import geometry_warning, is_valid, skipped, valid_ids
from explorer.corpus.label_tables import open_bounded, read_mappings, read_table
from explorer.corpus.labels import PERCENT, TOLERANCE, Fractions, LabelsFound, find_scale, read_file
from explorer.corpus.store import Store
from explorer.errors import CorpusFormatError, LeadsOutError, NotThereError, StoreError

Progress = Callable[[int, int], None]
"""Called with (done, total)."""

GEOMETRIES = ("resources/rapidai4eo_geometries.geojson.gz", "resources/rapidai4eo_geometries.geojson")
LABELS = ("resources/rapidai4eo_labels.csv.gz", "resources/rapidai4eo_labels.csv")
MAPPINGS = "resources/rapidai4eo_label_mappings.csv"

MAX_SAMPLES = 5_000_000
"""Ten times the corpus: what a listing may not exceed."""

_BATCH = 65_536


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
    with tempfile.TemporaryDirectory(prefix="explorer-") as folder:
        path = Path(folder) / key.rsplit("/", 1)[-1]
        path.write_bytes(store.get(key))
        yield path


def from_resources(store: Store, progress: Progress = ignore) -> Found | None:
    """Samples of `resources/`: all geometries and all labels. None where there is neither file."""
    warnings: list[str] = []
    table = None
    ids = _geometries(store, progress, warnings)
    total = 2 * len(ids) if ids is not None else 0
    mappings: dict[str, int] = {}
    try:
        mappings = read_mappings(store.get(MAPPINGS), MAPPINGS)
    except NotThereError:
        pass
    except CorpusFormatError as error:
        warnings.append(str(error))
    half = total // 2

    def labels_read(done: int) -> None:
        progress(half + min(done, half), total or done)

    for key in LABELS:
        try:
            with local_file(store, key) as path:
                table = read_table(path, key, mappings, labels_read)
                break
        except NotThereError:
            continue
        except CorpusFormatError as error:
            warnings.append(str(error))
    if ids is None and table is None:
        if warnings:
            raise CorpusFormatError("resources", "; ".join(warnings))
        return None
    if table is None:
        assert ids is not None
        warnings.append(f"{LABELS[0]} gives no labels; those in labels/ are used where there are some")
        found = from_folders(store, progress, imagery=False)
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


def _geometries(store: Store, progress: Progress, warnings: list[str]) -> pd.Index | None:
    for key in GEOMETRIES:
        try:
            with local_file(store, key) as path:
                return _read_geometries(path, key, progress, warnings)
        except NotThereError:
            continue
        except CorpusFormatError as error:
            warnings.append(str(error))
    return None


def _read_geometries(path: Path, key: str, progress: Progress, warnings: list[str]) -> pd.Index:
    total = 2 * _count_features(path, key)
    ids: list[pd.Series] = []
    bounds: list[np.ndarray] = []
    done = 0
    where = f"/vsigzip/{path}" if path.suffix == ".gz" else str(path)
    try:
        with pyogrio.raw.open_arrow(where, use_pyarrow=True, batch_size=_BATCH) as (meta, reader):
            name = _id_field([str(f) for f in meta["fields"]], key)
            geometry = meta["geometry_name"] or "wkb_geometry"
            for batch in reader:
                ids.append(batch.column(name).cast("string").to_pandas())
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


def _id_field(names: list[str], key: str) -> str:
    for name in names:
        if name.lower() in ("sample_id", "sampleid", "id", "sample"):
            return name
    raise CorpusFormatError(
        key, f"its features have no property sample_id, only {', '.join(names[:8]) or 'none'}"
    )


def from_folders(store: Store, progress: Progress = ignore, imagery: bool = True) -> Found | None:
    """Samples that `labels/` and `imagery/` hold, so that a partial download works; None where there are none.

    Raises `StoreError` where the store cannot list.
    """
    warnings: list[str] = []
    misplaced: list[str] = []
    labelled = list(_walk(store, "labels", misplaced, warnings))
    if imagery:
        shown = list(_walk(store, "imagery", misplaced, warnings))
    values: dict[str, dict[int, float]] = {}
    bounds: list[tuple[float, float, float, float]] = []
    for i, (sample_id, key) in enumerate(labelled):
        if i % 64 == 0:
            progress(i, len(labelled))
        try:
            label = read_file(store.get(key), key)
        except (CorpusFormatError, NotThereError, StoreError) as error:
            warnings.append(f"{error}; taken as without label")
            values[sample_id] = {}
            bounds.append((np.nan,) * 4)
            continue
        if label.sample_id not in (None, sample_id):
            warnings.append(f"{key}: it says that it is of sample {str(label.sample_id)[:40]}")
        values[sample_id] = label.values
        bounds.append(label.bounds)
    progress(len(labelled), len(labelled))
    if misplaced:
        warnings.append(skipped("labels/ and imagery/", misplaced))
    found = None
    if values:
        wrong = geometry_warning("labels/", pd.Index(values, dtype="str"), np.array(bounds))
        warnings += [wrong] if wrong else []
        scale = find_scale(np.array([sum(v.values()) for v in values.values()]))
        values = {i: _scaled(i, v, scale, warnings) for i, v in values.items()}
        found = LabelsFound("files", scale, len(values))
    if imagery:
        for sample_id, _ in shown:
            values.setdefault(sample_id, {})
    if not values:
        return None
    fractions = Fractions.from_rows(values)
    return Found(fractions.ids, fractions, "the folders labels/ and imagery/", warnings, found)


def _scaled(sample_id: str, values: dict[int, float], scale: float, warnings: list[str]) -> dict[int, float]:
    total = sum(values.values()) / scale
    # one file may be written to 100 among others to 1: what adds up to 100 can be nothing else
    if scale == 1 and abs(total - PERCENT) <= PERCENT * TOLERANCE:
        scale = PERCENT
    elif total > 1 + TOLERANCE:
        key = grid.parse(sample_id).label_key
        warnings.append(f"{key}: its fractions add up to {total:.3g}, more than 1; taken as without label")
        return {}
    return {code: min(value / scale, 1.0) for code, value in values.items()}


def _walk(store: Store, top: str, misplaced: list[str], warnings: list[str]) -> Iterator[tuple[str, str]]:
    """(sample id, key) of each label file or imagery folder that is where its id says."""
    count = 0
    for zone in _names(store, top, warnings):
        tiles = _names(store, f"{top}/{zone[:-1]}", warnings) if zone.endswith("/") else ()
        for tile in tiles:
            folder = f"{top}/{zone}{tile[:-1]}"
            for name in _names(store, folder, warnings) if tile.endswith("/") else ():
                sample_id = _name_to_id(name, top)
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
    if name.startswith("labels_") and name.endswith(".geojson"):
        return name[len("labels_") : -len(".geojson")]
    return None
