"""A corpus read from a static STAC catalog: its items, their labels, where their chips are, and what is said of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from explorer.core import grid
from explorer.core.errors import CorpusFormatError, NotThereError, StoreError, UnreadableError
from explorer.core.products import Product
from explorer.corpus.imagery.stated import Stated
from explorer.corpus.parallel import each
from explorer.corpus.stac import stac_files, stac_items, stac_products, stac_stated
from explorer.corpus.stac.stac_files import Asset, StacFile
from explorer.corpus.stac.stac_links import STAC_FOLDER, Addresses, locate, split_url
from explorer.corpus.stac.stac_products import Told
from explorer.corpus.stac.stac_stated import Said
from explorer.corpus.stores.store import Store, check, until
from explorer.corpus.tables.ids import find_id, geometry_warning, is_valid
from explorer.corpus.tables.label_files import read_file
from explorer.corpus.tables.labels import Fractions, LabelsFound, stored_matrix
from explorer.corpus.tables.settling import settle
from explorer.corpus.tables.sources import Found, Progress, from_folders, ignore, local_file

__all__ = [
    "CATALOG_KEY",
    "COLLECTIONS",
    "STAC_FOLDER",
    "StacStore",
    "from_catalog",
    "locate",
    "split_url",
    "with_moved",
]

CATALOG_KEY = "stac-v1.0/catalog.json"
ROOTS = (CATALOG_KEY, "stac-v1.0/collection.json", "catalog.json", "collection.json")
"""Where a folder can have the file that its catalog begins with."""
GEOPARQUET = "geoparquet-items"

MAX_FILES = 1_000_000
"""How many catalogs, collections and items a crawl opens at most, and how many chips it notes apart."""
MAX_REMOTE_FILES = 50_000
"""As `MAX_FILES`, where each is a request: some minutes."""
MAX_LEVELS = 8
"""How many collections above an item are asked."""
_GIVING_UP = 8
_REMEMBERED = 4_096
ODD = (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError, IndexError)
"""What JSON of a form that nobody thought of can raise: it costs its own file."""
_AHEAD = 3

COLLECTIONS = {"PF-SR": "rapidai4eo_v1_source_pf", "PF-QA": "rapidai4eo_v1_source_pfqa", "S2-SR": "rapidai4eo_v1_source_s2",
               "labels": "rapidai4eo_v1_labels"}  # fmt: skip
"""The ids of the collections that are written here. Those of the corpus are not all known: see `stac_products`."""

UNREADABLE = "files cannot be read and are left out"
_OUT = "links lead out of the corpus's folder and are not followed"
_FOREIGN = "items are of no valid sample and are left out"
ABSENT = "linked files are not there"
_UNTOLD = "assets are left out: neither their path and bands nor the collections above tell whether they are PF-SR, PF-QA or S2-SR"
_CONTRADICT = (
    "assets are left out: what tells their product (path, bands, pixel size, collections) contradicts itself"
)
_UNDATED = "assets are left out: no date of their product's calendar is told by their name or datetime"
OF_UNTOLD = (
    "assets state scale, offset, nodata or bands, and nothing tells of which product; that is not applied"
)
TABLE_ALONE = "collections have their items in a table alone, and what these state of numbers is not looked up over the network"
_TWICE = "assets are left out: another asset is of the same sample, product and date"


class StacStore:
    """A store in which some chips lie elsewhere than the corpus's layout says: `moved`, key -> real key."""

    def __init__(self, base: Store, moved: dict[str, str]) -> None:
        self.base = base
        self.moved = moved
        self.concurrency: int | None = getattr(base, "concurrency", None)
        self._names: dict[str, set[str]] = {}
        for key in moved:
            folder, name = key.rsplit("/", 1)
            self._names.setdefault(folder, set()).add(name)

    @property
    def where(self) -> str:
        return self.base.where

    @property
    def store(self) -> Store:
        """The same, but past a cache; itself where the base is none."""
        below = getattr(self.base, "store", None)
        return self if below is None else StacStore(below, self.moved)

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

    def forget(self, key: str) -> None:
        """Fetch a key anew the next time."""
        forget = getattr(self.base, "forget", None)
        if forget is not None:
            forget(self.moved.get(key, key))

    def close(self) -> None:
        """Close the connections."""
        close = getattr(self.base, "close", None)
        if close is not None:
            close()


def with_moved(store: Store, moved: dict[str, str]) -> Store:
    """The store itself, or one that finds the chips of a catalog where they are."""
    return StacStore(store, moved) if moved else store


def from_catalog(
    store: Store,
    progress: Progress = ignore,
    key: str | None = None,
    scale: float | None = None,
    classes: Mapping[str, int] | None = None,
) -> Found | None:
    """Samples of a static STAC catalog, from `geoparquet-items` where a collection has it, else item by item.

    `key` is the catalog, collection or item to begin with; without it, the first of `ROOTS` that is there. `scale` and
    `classes` as in `sources.from_resources`.
    None where there is no catalog. Raises `CorpusFormatError` where the root is not one.
    """
    for name in ROOTS if key is None else (key,):
        try:
            store.get(name)
        except NotThereError:
            continue
        key = name
        break
    else:
        return None
    crawl = Crawl(store, progress)
    crawl.run(key)
    ids = pd.Index(sorted(crawl.bounds), dtype="str", name="sample_id")
    fractions, labels = crawl.fractions(scale)
    stated = crawl.stated()
    warnings = crawl.warnings()
    if len(ids):
        boxes = np.array([crawl.bounds[sample_id] for sample_id in ids])
        wrong = geometry_warning(f"STAC items of {key}", ids, boxes)
        warnings += [wrong] if wrong else []
    if labels is None and len(ids):
        with suppress(StoreError):  # a store that cannot list has no folders to look into
            beside = from_folders(store, ignore, imagery=False, scale=scale, classes=classes)
            if beside:
                fractions, labels = beside.fractions, beside.labels
                warnings += beside.warnings
    return Found(
        ids, fractions.align(ids), f"STAC ({key})", warnings, labels, crawl.moved, stated, whole=crawl.whole
    )


@dataclass(frozen=True, eq=False, slots=True)
class Above:
    """What lies above a file: what the collections tell of the product, themselves (nearest first), and what an old
    collection states for all of its items.
    """

    told: Told = stac_products.NOTHING
    collections: tuple[StacFile, ...] = ()
    common: Mapping[str, Any] = field(default_factory=dict)
    said: dict[tuple[str, str], Said] = field(default_factory=dict)

    def says(self, product: Product, asset: str) -> Said:
        """What the collections say of the numbers of an asset."""
        defined = any(
            isinstance(d := c.fields.get("item_assets"), dict) and asset in d for c in self.collections
        )
        kind = (product.id, asset if defined else "")
        if kind not in self.said:
            self.said[kind] = stac_stated.nearest(
                stac_stated.of_collection(c, product, asset) for c in self.collections
            )
        return self.said[kind]


TOP = Above()


@dataclass(frozen=True, slots=True)
class _Around:
    """What an asset lies in: the file, what is above it, and its item's properties, words and id."""

    here: str
    above: Above
    properties: Mapping[str, Any]
    told: Told
    item_id: str
    said: dict[str, Said] = field(default_factory=dict)

    def says(self, product: Product) -> Said:
        """What the item says of the numbers of a product's chips."""
        if product.id not in self.said:
            self.said[product.id] = stac_stated.said_of(self.properties, product)
        return self.said[product.id]


@dataclass
class Crawl:
    """A bounded walk over local links; no file is opened twice, and none outside the store.

    `numbers_only`: the samples are known from elsewhere, and where their chips are as well; what is stated of their
    numbers is `seen`. No label is read then, and no table of items over the network.
    """

    store: Store
    progress: Progress
    bounds: dict[str, tuple[float, ...]] = field(default_factory=dict)
    values: dict[str, dict[int, float]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    whole: bool = True
    numbers_only: bool = False
    most_files: int = MAX_FILES
    full: bool = False
    """Whether there was more than `most_files` files or rows."""
    seen: dict[str, dict[Stated | None, set[str]]] = field(default_factory=dict)
    """Product -> what is stated of its chips -> of which samples."""
    undated: set[str] = field(default_factory=set)
    """Products of which something is stated at assets whose date is not told."""
    kinds: dict[str, list[Any]] = field(default_factory=dict)
    """What was left out -> how many, and the first of them."""

    def __post_init__(self) -> None:
        self.addresses = Addresses(self.store)
        self._chips: dict[str, Stated] = {}
        self._same: dict[Stated, Stated] = {}
        self._known: dict[tuple[Said, str], Stated | None] = {}
        self._too_many: dict[str, str] = {}
        self._labels: list[tuple[str, StacFile, str]] = []
        self._own: set[str] = set()
        self._by_collection: dict[str, set[Stated | None]] = {}
        self._linked: dict[str, Above] = {}
        self._last: tuple[tuple[Any, ...], Said] = ((), stac_stated.NOTHING)

    def left_out(self, kind: str, which: str) -> None:
        """Note one thing that was left out; it is said once a kind."""
        noted = self.kinds.setdefault(kind, [0])
        noted[0] += 1
        if len(noted) <= 3:
            noted.append(which)

    # -- the walk -------------------------------------------------------------------------------------------------

    def run(self, key: str) -> None:
        remote = getattr(self.store, "concurrency", None)
        limit = min(self.most_files, MAX_FILES, MAX_REMOTE_FILES if remote else MAX_FILES)
        seen = {key}
        queue: deque[tuple[str, Above]] = deque([(key, TOP)])
        failed, done, first = 0, 0, True
        for here, above, get in self._fetched(queue, remote):
            done += 1
            if done % 32 == 0:
                self.progress(done, max(len(seen), done))
            try:
                file = stac_files.read(get(), here)
            except NotThereError:
                self.left_out(ABSENT, here)
                continue
            except (CorpusFormatError, StoreError) as error:
                if first:
                    raise
                failed = failed + 1 if isinstance(error, StoreError) else 0
                self.whole &= not isinstance(error, StoreError)
                if failed >= _GIVING_UP and not isinstance(error, UnreadableError):
                    raise
                self.left_out(UNREADABLE, str(error))
                continue
            first, failed = False, 0
            try:
                targets = list(self.take(file, here, above))
            except ODD as error:
                self.left_out(UNREADABLE, f"{here}: not as STAC is written ({type(error).__name__})")
                continue
            for target, beside in targets:
                if target in seen:
                    continue
                if len(seen) >= limit:
                    self.full = True
                    break
                seen.add(target)
                queue.append((target, beside))
        if self.full:
            self.whole = False
            more = ", of which each is a request" if remote else ""
            self.notes.append(
                f"{key}: more than {limit:,} links{more}; the rest is not read. A corpus of this size is opened by its "
                f"resources/, or by a collection's {GEOPARQUET}"
            )
        for _ in each(self._labels, lambda label: self._label(*label), remote or 1):
            pass
        self.progress(done, done)

    def _fetched(
        self, queue: deque[tuple[str, Above]], threads: int | None
    ) -> Iterator[tuple[str, Above, Callable[[], bytes]]]:
        """The files of a queue that grows meanwhile, in its order; from a remote store many side by side."""
        if not threads:
            while queue:
                key, above = queue.popleft()
                yield key, above, lambda key=key: self.store.get(key)  # type: ignore[misc]
            return
        stopped = False

        def get(key: str) -> bytes:
            with until(lambda: stopped):
                return self.store.get(key)

        with ThreadPoolExecutor(threads, thread_name_prefix="explorer-stac") as pool:
            under_way: deque[tuple[str, Above, Future[bytes]]] = deque()
            try:
                while queue or under_way:
                    while queue and len(under_way) < threads * _AHEAD:
                        key, above = queue.popleft()
                        under_way.append((key, above, pool.submit(get, key)))
                    key, above, future = under_way.popleft()
                    yield key, above, future.result
            finally:
                stopped = True
                for _, _, future in under_way:
                    future.cancel()

    def take(self, file: StacFile, here: str, above: Above) -> Iterable[tuple[str, Above]]:
        """Note what a file says; the files that it leads to."""
        for kind, which in file.faults:
            self.left_out(kind, which)
        if file.kind in ("Item", "Items"):
            for item in file.items if file.kind == "Items" else (file,):
                for kind, which in item.faults if item is not file else ():
                    self.left_out(kind, which)
                self._item(item, here, above)
            if file.kind == "Item":
                return
        else:
            self.addresses.learn(here, file.href_of("self") or "")
            above = self.below(file, above)
            if self._geoparquet(file, here, above):
                return  # it holds every item below this collection
        for link in file.links:
            if link.rel in ("child", "item", "items") or (file.kind == "Items" and link.rel == "next"):
                target = self.resolve(here, link.href)
                if target is not None:
                    yield target, above

    def resolve(self, base: str, href: str) -> str | None:
        """The key that a link leads to; None, and noted, where it leads out of the store."""
        key = self.addresses.resolve(base, href)
        if key is None:
            self.left_out(_OUT, href)
        return key

    def below(self, file: StacFile, above: Above) -> Above:
        """What lies above the files that a catalog or collection leads to: itself, and what lies above it."""
        told = stac_products.by_parent(file)
        both = told.and_(above.told)
        if told.products is None or (len(told.products) > 1 and both.products):
            told = both
        collections = above.collections
        if file.kind == "Collection":
            collections = (file, *collections)[:MAX_LEVELS]
        made = Above(told, collections, {**above.common, **file.properties})
        if file.kind == "Collection":
            self._note_collection(made)
        return made

    def _note_collection(self, above: Above) -> None:
        """Note what a collection says of all chips of the product that it is of."""
        product = stac_products.decided(above.told)
        if product is None:
            return
        said = above.says(product, "")
        if said != stac_stated.NOTHING:
            self._by_collection.setdefault(product.id, set()).add(stac_stated.stated(said, product))

    # -- items ----------------------------------------------------------------------------------------------------

    def _item(self, item: StacFile, here: str, above: Above) -> None:
        if not above.collections:
            above = self._by_link(item, here, above)
        properties = {**above.common, **item.properties} if item.is_old and above.common else item.properties
        told = stac_products.by_item(item)
        href = next((asset.href for asset in item.assets.values()), "")
        sample_id = _sample_id(item.properties.get("sample_id"), item.id, here, href)
        box = stac_files.box_of(item)
        if not self.add(sample_id, box, item.assets, _Around(here, above, properties, told, item.id)):
            return
        if self.numbers_only:
            return
        if stac_products.is_label(item, told.and_(above.told)) and not self.values.get(sample_id):
            if getattr(self.store, "concurrency", None):
                self._labels.append((sample_id, item, here))  # each can be a request of its own
            else:
                self._label(sample_id, item, here)

    def _by_link(self, item: StacFile, here: str, above: Above) -> Above:
        """What lies above an item that was not reached through its collection: the one that it links to, if it is here.

        An old item can leave properties to it. What leads elsewhere is not opened.
        """
        href = item.href_of("collection")
        key = self.resolve(here, href) if href is not None else None
        if key is None:
            return above
        if key not in self._linked and len(self._linked) < MAX_REMOTE_FILES:
            self._linked[key] = above
            try:
                self._linked[key] = self.below(stac_files.read(self.store.get(key), key), above)
            except NotThereError:
                self.left_out(ABSENT, key)
            except (CorpusFormatError, StoreError) as error:
                self.left_out(UNREADABLE, str(error))
        return self._linked.get(key, above)

    def add(
        self,
        sample_id: str,
        box: tuple[float, ...] | None,
        assets: Mapping[str, Asset],
        around: _Around,
    ) -> bool:
        """Note one item; whether its id is one."""
        if not is_valid(sample_id):
            self.left_out(_FOREIGN, sample_id)
            return False
        if sample_id not in self.bounds or np.isnan(self.bounds[sample_id][0]):
            self.bounds[sample_id] = box or (np.nan,) * 4
        folder = grid.parse(sample_id).folder
        chips = {name: asset for name, asset in assets.items() if stac_products.is_chip(asset)}
        taken: dict[str, str] = {}
        for name, asset in chips.items():
            self._asset(name, asset, folder, around, taken, alone=len(chips) == 1)
        return True

    def _asset(
        self,
        name: str,
        asset: Asset,
        folder: str,
        around: _Around,
        taken: dict[str, str],
        alone: bool,
    ) -> None:
        """Note where one chip is, and what is said of its numbers. `alone`: its item has no other chip.

        `taken` are the chips of its item so far, key of the layout -> real key.
        """
        key = self.addresses.resolve(around.here, asset.href)
        if key is None:
            self.left_out(_OUT, asset.href)
            key = stac_products.in_layout(asset.href, folder)
            if key is None and not self.numbers_only:
                return
        told = stac_products.product_of(key, name, asset, around.properties, around.told, around.above.told)
        if told.products == frozenset({stac_products.LABELS}):
            return
        texts: list[object] = [stac_files.file_name(key or asset.href).rsplit(".", 1)[0], name]
        texts += [asset.fields.get(field) for field in ("datetime", "title", "start_datetime")]
        if alone:
            texts += [around.item_id, *(around.properties.get(f) for f in ("datetime", "start_datetime"))]
        product = stac_products.decided(told, texts)
        which = f"{around.here}: {name[:60]} ({asset.href[-80:]})"
        date = stac_products.date_of(product, texts) if product is not None else None
        own = self._asset_says(asset, around.properties)
        if self.numbers_only and (product is None or date is None):
            if product is not None:
                self._see(product, stac_stated.nearest(self._levels(own, name, product, around)), folder)
                self.undated.add(product.id)
            elif own != stac_stated.NOTHING:
                self.left_out(OF_UNTOLD, which)
            return
        if product is None:
            self.left_out(_UNTOLD if told.products is None or told.products else _CONTRADICT, which)
            return
        if date is None:
            self.left_out(_UNDATED, which)
            return
        chip = product.key(folder, date)
        if not self.numbers_only:
            assert key is not None  # what leads out was left out
            if taken.setdefault(chip, self.moved.get(chip, key)) != key:
                self.left_out(_TWICE, which)
                return
            if chip != key:
                self.moved[chip] = key
        said = stac_stated.nearest(self._levels(own, name, product, around))
        if self.numbers_only:
            self._see(product, said, folder)
        self._note_stated(chip, product, said)

    @staticmethod
    def _levels(own: Said, name: str, product: Product, around: _Around) -> tuple[Said, Said, Said]:
        return own, around.says(product), around.above.says(product, name)

    def _see(self, product: Product, said: Said, folder: str) -> None:
        seen = self.seen.setdefault(product.id, {})
        seen.setdefault(self._stated(said, product), set()).add(folder.rsplit("/", 1)[-1])

    def _asset_says(self, asset: Asset, properties: Mapping[str, Any]) -> Said:
        """What an asset says of its numbers; most say what the one before said."""
        fields = asset.fields
        given = tuple(fields.get(name) for name in stac_stated.FIELDS)
        if not any(value is not None for value in given):
            return stac_stated.NOTHING
        given += (properties.get("eo:bands"),)
        if given != self._last[0]:
            listed = properties.get("eo:bands")
            self._last = given, stac_stated.said_by(fields, listed if isinstance(listed, list) else ())
        return self._last[1]

    def _stated(self, said: Said, product: Product) -> Stated | None:
        kind = (said, product.id)
        if kind not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            one = stac_stated.stated(said, product)
            self._known[kind] = None if one is None else self._same.setdefault(one, one)
        return self._known[kind]

    def _note_stated(self, chip: str, product: Product, said: Said) -> None:
        stated = self._stated(said, product)
        if stated is None:
            self._own.add(product.id)
        elif len(self._chips) < MAX_FILES:
            self._chips[chip] = stated
        else:
            self._too_many.setdefault(product.id, chip)
            self._by_collection.setdefault(product.id, set()).add(stated)

    def chips_of(self, product: str) -> dict[str, Stated]:
        """What is stated of single chips of a product, by their key in the layout."""
        return {key: one for key, one in self._chips.items() if key.split("/")[4] == product}

    def stated(self) -> dict[str, Stated]:
        """What is said of chips: by their key, and by a product's id where it is said of all of its chips."""
        wide = self.product_wide()
        for name in list(wide):
            others = {one for key, one in self._chips.items() if key.split("/")[4] == name}
            if name in self._own or others - {wide[name]}:
                del wide[name]
        for name in self._too_many.keys() - wide.keys():
            self.whole = False
            self.notes.append(
                f"STAC: more than {MAX_FILES:,} chips have numbers (scale, offset, nodata, bands) that their items state; of "
                f"{name}, those from {self._too_many[name]} on are read without"
            )
        return wide | {key: one for key, one in self._chips.items() if one != wide.get(key.split("/")[4])}

    def product_wide(self) -> dict[str, Stated]:
        """What collections say of all chips of a product, where all of them say the same."""
        return {
            name: one
            for name, said in self._by_collection.items()
            if len(said) == 1 and (one := next(iter(said))) is not None
        }

    def _label(self, sample_id: str, item: StacFile, here: str) -> None:
        try:
            values = stac_items.label_values(item.properties)
            if not values:
                for asset in item.assets.values():
                    key = (
                        self.resolve(here, asset.href)
                        if "json" in stac_files.file_name(asset.href)[-8:].lower()
                        else None
                    )
                    if key is not None:
                        label = read_file(self.store.get(key), key)
                        values = label.values
                        for note in label.notes:
                            self.left_out(f"labels: {note}", key)
                        break
            self.values[sample_id] = values
        except (CorpusFormatError, NotThereError, StoreError) as error:
            self.notes.append(f"{error}; taken as without label")

    def _geoparquet(self, file: StacFile, here: str, above: Above) -> bool:
        """Whether the items below a collection could be had from a table of all of them."""
        asset = file.assets.get(GEOPARQUET) or next(
            (asset for asset in file.assets.values() if "stac-items" in asset.roles), None
        )
        key = self.resolve(here, asset.href) if asset else None
        if key is None:
            return False
        if self.numbers_only and getattr(self.store, "concurrency", None):
            if not any(link.rel in ("child", "item", "items") for link in file.links):
                self.left_out(TABLE_ALONE, key)
            return False  # it can have hundreds of megabytes
        chips, moved = set(self._chips), len(self.moved)
        try:
            with local_file(self.store, key) as path:
                rows = stac_items.ItemTable(path, key, self.notes)
                for count, row in enumerate(rows):
                    if count >= self.most_files:
                        self.full = True
                        return False
                    self._row(row, key, above)
        except NotThereError:
            self.left_out(ABSENT, key)
            return False
        except (CorpusFormatError, StoreError) as error:
            self.notes.append(f"{error}; its items are read one by one")
            return False
        if rows.sampled and self.numbers_only:
            self.full = True
        elif rows.sampled:
            self._take_for_all(key, chips, len(self.moved) > moved)
        return True

    def _row(self, row: stac_items.ItemRow, key: str, above: Above) -> None:
        told = stac_products.in_words(row.collection).and_(stac_products.in_words(row.item_id))
        sample_id = _sample_id(
            row.sample_id, row.item_id, "", next((a.href for a in row.assets.values()), "")
        )
        around = _Around(key, above, row.properties, told, row.item_id)
        if self.add(sample_id, stac_files.as_box(row.bbox), row.assets, around) and row.values:
            self.values[sample_id] = row.values
        for what in row.faults:
            self.left_out(what, f"{key}: {row.item_id[:80]}")

    def _take_for_all(self, key: str, known: set[str], moved: bool) -> None:
        """What the first items of a table say of their chips is taken for all of them, since it has too many."""
        first = {chip: one for chip, one in self._chips.items() if chip not in known}
        for name in {chip.split("/")[4] for chip in first} - self._own:
            said = {one for chip, one in first.items() if chip.split("/")[4] == name}
            if len(said) == 1:
                self._by_collection.setdefault(name, set()).update(said)
                self.notes.append(
                    f"{key}: what its first items state of the numbers of {name} is taken for all of them"
                )
        if moved:
            self.notes.append(
                f"{key}: the chips of its first items are not where the corpus's layout has them, and it has more than "
                f"{stac_items.MAX_ASSETS:,} assets, too many to look for all; chips of other items may be missing"
            )

    def warnings(self) -> list[str]:
        """What was left out, a sentence a kind."""
        notes = list(self.notes)
        for kind, (count, *first) in self.kinds.items():
            shown = ", ".join(repr(which[:200]) for which in first)
            notes.append(f"STAC: {count:,} {kind} (first: {shown})")
        return notes

    def fractions(self, scale: float | None = None) -> tuple[Fractions, LabelsFound | None]:
        """The labels of all label items, on one scale: that which is given, else what they add up to."""
        if not self.values:
            return Fractions.from_rows({}), None
        ids = pd.Index(self.values, dtype="str", name="sample_id")
        settled = settle(ids, stored_matrix(self.values), "items", "labels of STAC", scale)
        self.notes += settled.warnings
        return settled.fractions, settled.found


def _sample_id(stated: Any, item_id: str, here: str, href: str) -> str:
    """The id that an item states, else the first that its own id, its file or its first asset's address holds."""
    if isinstance(stated, str) and stated:
        return stated
    return find_id(item_id) or find_id(here) or find_id(href) or item_id
