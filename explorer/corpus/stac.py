"""A corpus read from a STAC catalog on disk: its items, their labels, and where their chips are."""

from __future__ import annotations

import json
import posixpath
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pandas as pd
import pystac

from explorer import grid
from explorer.corpus import stac_items
from explorer.corpus.ids import find_id, geometry_warning, is_valid
from explorer.corpus.labels import (
    TOLERANCE,
    Fractions,
    LabelsFound,
    find_scale,
    read_file,
)
from explorer.corpus.sources import Found, Progress, from_folders, ignore, local_file
from explorer.corpus.store import MAX_JSON_BYTES, DirectoryStore, Store, check
from explorer.errors import (
    CorpusFormatError,
    CorpusNotFoundError,
    NotThereError,
    StoreError,
    UnknownDateError,
)
from explorer.products import PRODUCTS, Product

CATALOG_KEY = "stac-v1.0/catalog.json"
GEOPARQUET = "geoparquet-items"

MAX_FILES = 1_000_000
"""How many catalogs, collections and items a crawl opens at most."""

COLLECTIONS = {"PF-SR": "rapidai4eo_v1_source_pf", "PF-QA": "rapidai4eo_v1_source_pfqa", "S2-SR": "rapidai4eo_v1_source_s2",
               "labels": "rapidai4eo_v1_labels"}  # fmt: skip

_BAD_STAC = (
    pystac.STACError,
    pystac.STACTypeError,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    RecursionError,
)
"""What pystac raises on JSON that is not STAC."""


class StacStore:
    """A store in which some chips lie elsewhere than the corpus's layout says: `moved`, key -> real key."""

    def __init__(self, base: Store, moved: dict[str, str]) -> None:
        self.base = base
        self.moved = moved
        self._names: dict[str, set[str]] = {}
        for key in moved:
            folder, name = key.rsplit("/", 1)
            self._names.setdefault(folder, set()).add(name)

    @property
    def where(self) -> str:
        return self.base.where

    def get(self, key: str) -> bytes:
        return self.base.get(self.moved.get(key, key))

    def list(self, folder: str) -> Iterator[str]:
        extra = self._names.get(folder.rstrip("/"), set())
        try:
            names = set(self.base.list(folder))
        except StoreError:
            if not extra:
                raise
            names = set()
        return iter(sorted(names | extra))

    def href(self, key: str) -> str:
        return self.base.href(self.moved.get(key, key))

    def check(self) -> None:
        """Raises `StoreError` where the store does not answer."""
        check(self.base)


def with_moved(store: Store, moved: dict[str, str]) -> Store:
    """The store itself, or one that finds the chips of a catalog where they are."""
    return StacStore(store, moved) if moved else store


def locate(catalog: Path) -> tuple[DirectoryStore, str]:
    """The folder that a catalog file may lead into, as a store, and the file's key in it.

    That is the corpus's folder where the catalog is in its `stac-v1.0/`, else the catalog's own folder.
    """
    path = catalog.expanduser()
    if not path.is_file():
        raise CorpusNotFoundError(f"{path} is not there; give the catalog.json of a STAC catalog")
    path = path.resolve()
    above = path.parent.parent
    in_corpus = path.parent.name == "stac-v1.0" or (above / "imagery").is_dir() or (above / "labels").is_dir()
    root = above if in_corpus else path.parent
    return DirectoryStore(root), path.relative_to(root).as_posix()


def from_catalog(store: Store, progress: Progress = ignore, key: str = CATALOG_KEY) -> Found | None:
    """Samples of a static STAC catalog, from `geoparquet-items` where a collection has it, else item by item.

    None where there is no catalog. Raises `CorpusFormatError` where the root is not one.
    """
    try:
        store.get(key)
    except NotThereError:
        return None
    crawl = _Crawl(store, progress)
    crawl.run(key)
    ids = pd.Index(sorted(crawl.bounds), dtype="str", name="sample_id")
    warnings = crawl.warnings()
    if len(ids):
        boxes = np.array([crawl.bounds[sample_id] for sample_id in ids])
        wrong = geometry_warning(f"STAC items of {key}", ids, boxes)
        warnings += [wrong] if wrong else []
    fractions, labels = crawl.fractions()
    if labels is None and len(ids):
        with suppress(StoreError):  # a store that cannot list has no folders to look into
            beside = from_folders(store, ignore, imagery=False)
            if beside:
                fractions, labels = beside.fractions, beside.labels
                warnings += beside.warnings
    return Found(ids, fractions.align(ids), f"STAC ({key})", warnings, labels, crawl.moved)


@dataclass
class _Crawl:
    """A bounded walk over local links; no file is opened twice, and none outside the store."""

    store: Store
    progress: Progress
    bounds: dict[str, tuple[float, ...]] = field(default_factory=dict)
    values: dict[str, dict[int, float]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    remote: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)

    def run(self, key: str) -> None:
        seen = {key}
        queue = deque([(key, "")])
        first, full, done = True, False, 0
        while queue:
            here, collection = queue.popleft()
            done += 1
            if done % 32 == 0:
                self.progress(done, done + len(queue))
            try:
                thing = self._open(here)
            except NotThereError:
                self.absent.append(here)
                continue
            except (CorpusFormatError, StoreError) as error:
                if first:
                    raise
                self.notes.append(str(error))
                continue
            first = False
            if isinstance(thing, pystac.Item):
                try:
                    self._item(thing, here, thing.collection_id or collection)
                except _BAD_STAC as error:
                    self.notes.append(f"{here}: not a STAC item ({_short(error)})")
                continue
            inside = thing.id if isinstance(thing, pystac.Collection) else collection
            rels = {"child", "item"}
            if isinstance(thing, pystac.Collection) and self._geoparquet(thing, here):
                rels = set()  # it holds every item below this collection
            for link in thing.links:
                # untransformed: else pystac itself opens the root that the file names, wherever that is
                href = link.get_href(transform_href=False) if link.rel in rels else None
                target = self.resolve(here, href) if href else None
                if target is None or target in seen:
                    continue
                if len(seen) >= MAX_FILES:
                    full = True
                    break
                seen.add(target)
                queue.append((target, inside))
        if full:
            self.notes.append(f"{key}: more than {MAX_FILES:,} links; the rest is not read")
        self.progress(done, done)

    def _open(self, key: str) -> Any:
        data = self.store.get(key)
        if len(data) > MAX_JSON_BYTES:
            raise CorpusFormatError(key, f"{len(data):,} bytes, far more than a STAC file has")
        try:
            return pystac.read_dict(json.loads(data))
        except _BAD_STAC as error:
            raise CorpusFormatError(
                key, f"not a STAC catalog, collection or item ({_short(error)})"
            ) from error

    def resolve(self, base: str, href: object) -> str | None:
        """The key that a link leads to; None, and noted, where it leads out of the store."""
        if not isinstance(href, str):
            return None
        try:
            parts = urlsplit(href)
        except ValueError:  # an address such as http://[
            self.remote.append(href)
            return None
        path = unquote(parts.path)
        root = getattr(self.store, "root", None)
        if parts.scheme not in ("", "file") or parts.netloc not in ("", "localhost"):
            self.remote.append(href)
            return None
        if path.startswith("/"):
            path = posixpath.normpath(path)
            if not isinstance(root, Path) or not path.startswith(f"{root.as_posix()}/"):
                self.remote.append(href)
                return None
            return path[len(root.as_posix()) + 1 :]
        key = posixpath.normpath(posixpath.join(posixpath.dirname(base), path))
        if key == "." or key.startswith("..") or "\\" in key or "\x00" in key:
            self.remote.append(href)
            return None
        return key

    def _item(self, item: pystac.Item, here: str, collection: str) -> None:
        stated = item.properties.get("sample_id")
        sample_id = stated if isinstance(stated, str) else find_id(item.id) or find_id(here) or item.id
        assets = {name: asset.href for name, asset in item.assets.items()}
        if self.add(sample_id, item.bbox, assets, here, collection) and (
            collection == COLLECTIONS["labels"] or "label:type" in item.properties
        ):
            self._label(sample_id, item, here)

    def add(self, sample_id: str, box: Any, assets: dict[str, str], here: str, collection: str) -> bool:
        """Note one item; whether its id is one."""
        if not is_valid(sample_id):
            self.foreign.append(sample_id)
            return False
        if sample_id not in self.bounds or np.isnan(self.bounds[sample_id][0]):
            self.bounds[sample_id] = _box(box)
        folder = grid.parse(sample_id).folder
        for name, href in assets.items():
            product = _product(href, collection)
            key = self.resolve(here, href) if product else None
            if product is None or key is None:
                continue
            date = _date(product, name, href)
            if date is not None and product.key(folder, date) != key:
                self.moved[product.key(folder, date)] = key
        return True

    def _label(self, sample_id: str, item: pystac.Item, here: str) -> None:
        try:
            values = stac_items.label_values(item.properties)
            if not values:
                for asset in item.assets.values():
                    key = self.resolve(here, asset.href) if "json" in asset.href[-8:].lower() else None
                    if key is not None:
                        values = read_file(self.store.get(key), key).values
                        break
            self.values[sample_id] = values
        except (CorpusFormatError, NotThereError, StoreError) as error:
            self.notes.append(f"{error}; taken as without label")

    def _geoparquet(self, collection: pystac.Collection, here: str) -> bool:
        asset = collection.assets.get(GEOPARQUET)
        key = self.resolve(here, asset.href) if asset else None
        if key is None:
            return False
        try:
            with local_file(self.store, key) as path:
                for row in stac_items.read_items(path, key, self.notes):
                    self.add(row.sample_id, row.bbox, row.assets, key, collection.id)
                    if row.values:
                        self.values[row.sample_id] = row.values
                return True
        except NotThereError:
            self.absent.append(key)
        except (CorpusFormatError, StoreError) as error:
            self.notes.append(f"{error}; its items are read one by one")
        return False

    def warnings(self) -> list[str]:
        """What was left out, a sentence a kind."""
        notes = list(self.notes)
        kinds = (
            (self.remote, "links lead out of the corpus's folder and are not followed"),
            (self.foreign, "items are of no valid sample and are left out"),
            (self.absent, "linked files are not there"),
        )
        for names, what in kinds:
            if names:
                shown = ", ".join(repr(name[:80]) for name in names[:3])
                notes.append(f"STAC: {len(names):,} {what} (first: {shown})")
        return notes

    def fractions(self) -> tuple[Fractions, LabelsFound | None]:
        """The labels of all label items, on one scale."""
        if not self.values:
            return Fractions.from_rows({}), None
        scale = find_scale(np.array([sum(v.values()) for v in self.values.values()]))
        rows: dict[str, dict[int, float]] = {}
        for sample_id, values in self.values.items():
            if sum(values.values()) > scale * (1 + TOLERANCE):
                self.notes.append(
                    f"the fractions of {sample_id} add up to more than 1; taken as without label"
                )
                values = {}
            rows[sample_id] = {code: min(value / scale, 1.0) for code, value in values.items()}
        return Fractions.from_rows(rows), LabelsFound("items", scale, len(rows))


def _box(box: Any) -> tuple[float, ...]:
    if isinstance(box, (list, tuple)) and len(box) in (4, 6):
        with suppress(TypeError, ValueError):
            values = [float(v) for v in box]
            return tuple(values) if len(values) == 4 else (values[0], values[1], values[3], values[4])
    return (np.nan,) * 4


def _product(href: str, collection: str) -> Product | None:
    """Whose chip an asset is: what its path says, else the collection that it is in."""
    folders = href.split("/")
    for product in PRODUCTS.values():
        if product.id in folders:
            return product
    if not urlsplit(href).path.lower().endswith((".tif", ".tiff")):
        return None
    return next((PRODUCTS[p] for p, c in COLLECTIONS.items() if c == collection and p in PRODUCTS), None)


def _date(product: Product, name: str, href: str) -> Any:
    for text in (posixpath.basename(href).rsplit(".", 1)[0], name):
        with suppress(UnknownDateError):
            return product.parse_date(text)
    return None


def _short(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:120]}" if text else type(error).__name__
