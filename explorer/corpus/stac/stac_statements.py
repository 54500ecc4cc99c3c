"""What a STAC catalog states of chips' numbers, asked for a corpus whose samples are known from elsewhere.

A catalog can have millions of items, so some files of it are read: every branch down to an item, then more items and
collections, first and last and between. Where these state numbers that are not the product's own, the whole catalog is
read if it is small; else what is not known for sure is said in words.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from explorer.core.errors import CorpusFormatError, ExplorerError, NotThereError, StoreError, UnreadableError
from explorer.core.products import PRODUCTS
from explorer.corpus.imagery.stated import Stated
from explorer.corpus.stac import stac_files, stac_products, stac_stated
from explorer.corpus.stac.stac import (
    ABSENT,
    ODD,
    OF_UNTOLD,
    ROOTS,
    TABLE_ALONE,
    TOP,
    UNREADABLE,
    Above,
    Crawl,
)
from explorer.corpus.stac.stac_files import StacFile
from explorer.corpus.stores.store import Store
from explorer.corpus.tables.sources import ignore

MAX_ASKED = 64
"""How many files of a catalog are read to see what it states; over the network each is a request."""
MAX_ASKED_ON_DISK = 128
MAX_SAMPLES, MAX_SAMPLES_REMOTE = 1_000, 100
"""Of a corpus of so many samples all items are read where some state numbers of their own."""
MAX_CRAWLED, MAX_CRAWLED_REMOTE = 20_000, 1_000
_LEAST_CRAWLED, _FILES_A_SAMPLE = 1_000, 32
_BRANCHES = 16
"""Files below the root that are read before anything else: the collections of the products."""
_DIVES = 8
"""Of these, so many are followed down to an item before any second item is read."""
_GIVING_UP = 3

_LOST = "; scale, offset, nodata or bands that only these state are not applied"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Statements:
    """What is stated: by a product's id of all of its chips, or by a chip's key in the layout.

    `notes` are warnings: what is applied and not known for sure, what is not applied, what could not be read. `whole` is
    False where the store failed, so that the next time there may be more.
    """

    stated: dict[str, Stated] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    whole: bool = True


def statements(store: Store, ids: Collection[str]) -> Statements:
    """What the catalog of a store states of the numbers of these samples' chips. Raises nothing: see `notes`."""
    survey = _Survey(store)
    try:
        if not survey.run():
            return Statements()
    except (CorpusFormatError, StoreError, *ODD) as error:
        why = f"{error}; what the STAC catalog states of scale, offset, nodata or bands is not known, and not applied"
        return Statements({}, [why], isinstance(error, (CorpusFormatError, UnreadableError, *ODD)))
    unsure = [name for name in PRODUCTS if survey.states_numbers(name) and not survey.is_sure(name)]
    crawl, complete, whole = survey.crawl, survey.complete, survey.whole
    if unsure and not complete:
        more = _all_of_it(store, survey.key, len(ids))
        if more is not None:
            crawl, complete, whole = more, not more.full, whole and more.whole
    found = Statements({}, [], whole)
    for name in PRODUCTS:
        if name in unsure:
            _decide(name, survey, crawl, complete, ids, found)
        elif survey.states_numbers(name):
            found.stated.update((name, one) for one in survey.said(name) if one is not None)
    absent = survey.absent()
    if absent:
        crawl.kinds[ABSENT] = [len(absent), *absent[:2]]
    for kind in (UNREADABLE, ABSENT, OF_UNTOLD, TABLE_ALONE):
        count, *first = crawl.kinds.get(kind, (0,))
        if count:
            shown = ", ".join(repr(which[:200]) for which in first)
            lost = _LOST if kind in (UNREADABLE, ABSENT) else ""
            found.notes.append(f"{survey.key}: {count:,} {kind} (first: {shown}){lost}")
    return found


def _decide(
    name: str, survey: _Survey, crawl: Crawl, complete: bool, ids: Collection[str], found: Statements
) -> None:
    """What is applied to the chips of a product of which not all is known by its collections."""
    seen = crawl.seen.get(name, {})
    known = set().union(*seen.values())
    missing = len(set(ids) - known)
    said = set(seen) if complete and seen else survey.said(name) | set(seen)
    where = f"items of {len(known):,} samples" if seen else "those of its collections that were read"
    remedy = (
        f"say what is right with scale, offset, nodata and bands of [{name}] in rapidai4eo.toml, or open the corpus by its "
        f"{survey.key.rsplit('/', 1)[-1]}, which reads every item"
    )
    if len(said) == 1:
        (one,) = said
        if one is None:
            return
        found.stated[name] = one
        if not complete or missing:
            found.notes.append(
                f"{survey.key}: {_in_words(one)} of {name} is applied to all of its chips, and was seen in {where} alone, of "
                f"{len(ids):,} samples in all; if others have other numbers, {remedy}"
            )
    elif complete and seen and name not in crawl.undated:
        found.stated.update(crawl.chips_of(name))
        if missing:
            found.notes.append(
                f"{survey.key}: items state different scale, offset, nodata or bands of single chips of {name}, which is applied "
                f"to these; {missing:,} of {len(ids):,} samples have no item of it, and are read as if nothing were stated"
            )
    else:
        whose = "items" if seen else "the collections"
        first = next(one for one in said if one is not None)
        found.notes.append(
            f"{survey.key}: {whose} of {name} state different things of its numbers (scale, offset, nodata, bands; one: "
            f"{_in_words(first)}); none of it is applied. To settle it, {remedy}"
        )


def _all_of_it(store: Store, key: str, samples: int) -> Crawl | None:
    """All items of a catalog, where there are not too many; None where there are, or the store fails."""
    remote = bool(getattr(store, "concurrency", None))
    if samples > (MAX_SAMPLES_REMOTE if remote else MAX_SAMPLES):
        return None
    most = MAX_CRAWLED_REMOTE if remote else MAX_CRAWLED
    crawl = Crawl(
        store,
        ignore,
        numbers_only=True,
        most_files=min(most, max(_LEAST_CRAWLED, _FILES_A_SAMPLE * samples)),
    )
    try:
        crawl.run(key)
    except (CorpusFormatError, StoreError, NotThereError):
        return None
    return crawl


@dataclass(order=True, slots=True)
class _Open:
    """A file to be read: the lowest `rank`, then the nearest to the root, first. `cost`: how far from the first links."""

    rank: int
    depth: int
    number: int
    key: str = field(compare=False)
    above: Above = field(compare=False)
    cost: int = field(compare=False)


class _Survey:
    """Some files of a catalog, read in the order of `_Open`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.threads: int | None = getattr(store, "concurrency", None)
        self.budget = MAX_ASKED if self.threads else MAX_ASKED_ON_DISK
        self.crawl = Crawl(store, ignore, numbers_only=True, most_files=self.budget)
        self.key = ""
        self.whole = True
        self._open: list[_Open] = []
        self._absent: list[_Open] = []
        self._answered: dict[int, Above] = {}
        self._known: set[str] = set()
        self._tops: dict[str, set[Stated | None]] = {}
        self._by_collection: dict[str, set[Stated | None]] = {}
        self._leaves: dict[str, dict[int, tuple[StacFile, Stated | None]]] = {}
        self._all_links = True

    def run(self) -> bool:
        """Read as many files as may be; whether there is a catalog. Raises for its first file as `stac_files.read`."""
        for key in ROOTS:
            try:
                data = self.store.get(key)
            except NotThereError:
                continue
            self.key = key
            self._known.add(key)
            self._note(_Open(0, 0, 0, key, TOP, 0), data, first=True)
            break
        else:
            return False
        left, failed = self.budget - 1, 0
        while self._open and left > 0:
            batch = [heapq.heappop(self._open)]
            while (
                self.threads
                and self._open
                and len(batch) < min(self.threads, left)
                and self._open[0].rank == batch[0].rank
                and self._open[0].depth == batch[0].depth
            ):
                batch.append(heapq.heappop(self._open))
            left -= len(batch)
            for one, answer in self._fetched(batch):
                if isinstance(answer, bytes):
                    self._note(one, answer)
                elif isinstance(answer, NotThereError):
                    self._absent.append(one)
                else:
                    self.crawl.left_out(UNREADABLE, str(answer))
                    if not isinstance(answer, UnreadableError):
                        self.whole, failed = False, failed + 1
            if failed >= _GIVING_UP:
                break
        return True

    def _fetched(self, batch: Sequence[_Open]) -> Iterator[tuple[_Open, bytes | ExplorerError]]:
        def get(one: _Open) -> bytes | ExplorerError:
            try:
                return self.store.get(one.key)
            except (NotThereError, StoreError) as error:
                return error

        if len(batch) == 1:
            yield batch[0], get(batch[0])
            return
        with ThreadPoolExecutor(len(batch), thread_name_prefix="explorer-stac") as pool:
            yield from zip(batch, pool.map(get, batch), strict=True)

    def _note(self, one: _Open, data: bytes, first: bool = False) -> None:
        """Note what a file says, and what it leads to."""
        try:
            file = stac_files.read(data, one.key)
            if file.kind in ("Item", "Items"):
                self._answered[id(one.above)] = one.above
                for parent in one.above.collections[:1]:
                    for leaves in self._leaves.values():
                        leaves.pop(id(parent), None)
            targets = list(self.crawl.take(file, one.key, one.above))
            if file.kind == "Collection":
                # made as `take` does, also where a table of items is all that is below
                self._note_collection(file, one.above)
        except CorpusFormatError as error:
            if first:
                raise
            self.crawl.left_out(UNREADABLE, str(error))
            return
        except ODD as error:
            if first:
                raise
            self.crawl.left_out(UNREADABLE, f"{one.key}: not as STAC is written ({type(error).__name__})")
            return
        links = [link for link in dict(targets).items() if link[0] not in self._known]
        self._all_links &= len(links) <= self.budget
        for i, (key, above) in enumerate(_spread(links, self.budget)):
            self._known.add(key)
            rank = cost = one.cost + i
            if first:
                rank, cost = (0 if i < _BRANCHES else i), (0 if i < _DIVES else i)
            heapq.heappush(self._open, _Open(rank, one.depth + 1, len(self._known), key, above, cost))

    def _note_collection(self, file: StacFile, above: Above) -> None:
        made = self.crawl.below(file, above)
        product = stac_products.decided(made.told)
        if product is None:
            return
        said = stac_stated.stated(made.says(product, ""), product)
        self._by_collection.setdefault(product.id, set()).add(said)
        if stac_products.decided(above.told) is not product:
            self._tops.setdefault(product.id, set()).add(said)
        leaves = self._leaves.setdefault(product.id, {})
        for parent in above.collections[:1]:
            leaves.pop(id(parent), None)
        leaves[id(file)] = file, said  # the file is kept, and so its id

    @property
    def complete(self) -> bool:
        """Whether that was the whole catalog."""
        return not self._open and self._all_links and not self.crawl.full and self.whole

    def absent(self) -> list[str]:
        """Linked files that are not there, where nothing else tells what they could: a part of a corpus has a part of the
        items.
        """
        seen = self.crawl.seen
        alone = [one for one in self._absent if id(one.above) not in self._answered]
        told = ((one.key, stac_products.decided(one.above.told)) for one in alone)
        return [key for key, product in told if product is None or product.id not in seen]

    def said(self, name: str) -> set[Stated | None]:
        """All that is stated of a product's chips: by items, and by collections of which no item was read.

        Collections that state nothing say that their chips are as usual only where others state something, or where no
        item was read at all.
        """
        items = set(self.crawl.seen.get(name, {}))
        leaves = {said for _, said in self._leaves.get(name, {}).values()}
        if items and not self._by_collection.get(name, set()) - {None}:
            leaves.discard(None)
        return items | leaves

    def states_numbers(self, name: str) -> bool:
        """Whether anything else than the product's own is stated."""
        return bool(self.said(name) - {None})

    def is_sure(self, name: str) -> bool:
        """Whether the collections of a product, all of them, state the same, and no item that was read another thing."""
        others = any(stac_products.decided(one.above.told) is None for one in self._open)
        said = self.said(name)
        return len(said) == 1 and self._tops.get(name) == said and not others and self._all_links


def _spread(links: Sequence[_T], most: int) -> Iterator[_T]:
    """Up to `most` of some links: the first, the last, the one in the middle, and so on."""
    given: set[int] = set()
    parts = 1
    while len(given) < min(most, len(links)):
        for part in range(parts + 1):
            at = round(part * (len(links) - 1) / parts)
            if at not in given and len(given) < most:
                given.add(at)
                yield links[at]
        parts *= 2


def _in_words(stated: Stated) -> str:
    said = [
        f"{what} {', '.join(f'{v:g}' for v in values[:4])}{' ...' if len(values) > 4 else ''}"
        for what, values in (("scale", stated.scales), ("offset", stated.offsets), ("nodata", stated.nodata))
        if values
    ]
    if stated.bands:
        said.append(
            f"the order of bands {', '.join(stated.bands[:4])}{' ...' if len(stated.bands) > 4 else ''}"
        )
    return " and ".join(said)
