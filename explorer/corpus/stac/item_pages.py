"""Items of a running corpus, a page at a time: samples as features with their label, dates of a sample as STAC items.

Nothing is kept between pages: a page's token says where the next one begins.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pystac
import shapely

from explorer.core import corine, grid
from explorer.core.errors import InvalidQueryError, NotThereError, StoreError
from explorer.core.instants import read_instant
from explorer.core.products import PF_SR, PRODUCTS, Product
from explorer.corpus.query import cql2
from explorer.corpus.stac import catalog
from explorer.corpus.stac.stac import COLLECTIONS
from explorer.corpus.stores.store import Store
from explorer.corpus.tables import tables

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

SAMPLES = "samples"
"""The collection of places: an item a sample, with its label."""
DATED = {COLLECTIONS[name]: product for name, product in PRODUCTS.items()}
"""Collections of which each item is a date of a sample."""
IDS = (SAMPLES, *DATED)
MAX_LIMIT = 1000
MAX_LOOKED_AT = 250
"""Samples whose folders are listed for one page: a page of one day has as many items at most, and says where the next begins."""
VERSION = pystac.get_stac_version()
OF_LABELS = ("clc", "class", "fraction", "classes", "suspicion", "change", "lost", "review")
"""Properties of a sample that a blind review hides."""
_TOKEN = re.compile(r"([0-9]{1,2})\.([0-9]{1,10})\.([0-9]{1,5})")
_DECIMALS = 6
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=float, separators=(",", ":")).encode

Period = tuple[dt.datetime | None, dt.datetime | None]


@dataclass(frozen=True, slots=True)
class Search:
    """Which items: of `collections`, of the samples in `rows` (bool `(n,)`), of `period` (both ends included, UTC), with these `ids` if any
    are named, and of those who meet a `filter`.
    """

    collections: tuple[str, ...]
    rows: np.ndarray
    period: Period = (None, None)
    ids: frozenset[str] | None = None
    filter: cql2.Filter | None = None


@dataclass(slots=True)
class Page:
    """Some items, each as JSON, where the next page begins (empty: there is none), and how many there are in all, where that is known."""

    items: list[str] = field(default_factory=list)
    next: str = ""
    matched: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where items are served: the addresses of the STAC API and of pictures and chips; `blind`: nothing is said of labels."""

    stac: str
    api: str
    blind: bool = False


def read_period(text: str) -> Period:
    """First and last instant of RFC 3339 text: `2018-07-02T00:00:00Z`, or two with a slash between, one of which may be `..`.

    Raises `InvalidQueryError`.
    """
    first, slash, last = text.strip().partition("/")
    start = _instant(first, text)
    end = _instant(last, text) if slash else start
    if start is None and end is None:
        raise InvalidQueryError(f"datetime is {text[:60]!r}, which names no time at all")
    if start is not None and end is not None and start > end:
        raise InvalidQueryError(f"datetime is {text[:60]!r}, which ends before it begins")
    return start, end


def _instant(part: str, text: str) -> dt.datetime | None:
    if part in ("", ".."):
        return None
    try:
        return read_instant(part)
    except ValueError:
        raise InvalidQueryError(
            f"datetime is {text[:60]!r}; write 2018-07-02T00:00:00Z, or two with a slash between, of which one may be .."
        ) from None


def interval(name: str) -> tuple[dt.datetime, dt.datetime]:
    """First and last instant of a collection, UTC."""
    days = DATED.get(name, PF_SR).dates
    return catalog.time_of(days[0]), catalog.time_of(days[-1])


def page(corpus: Corpus, search: Search, token: str, limit: int, place: Place) -> Page:
    """At most `limit` items from where `token` says on. Blocks. Raises `InvalidQueryError` for what is no token."""
    found = _TOKEN.fullmatch(token or "0.0.0")
    if found is None or int(found[1]) >= max(len(search.collections), 1):
        raise InvalidQueryError(f"{token[:60]!r} is no token of a page; take it from the link `next`")
    at, row, date = map(int, found.groups())
    samples = samples_of(corpus, search) if SAMPLES in search.collections[at:] else None
    made, limit = Page(matched=_matched(search, samples)), min(limit, MAX_LIMIT)
    while at < len(search.collections):
        name = search.collections[at]
        left = limit - len(made.items)
        rest = _samples(corpus, samples, row, left, place, made) if name == SAMPLES and samples is not None else _dates(
            corpus, DATED[name], search, (row, date), left, place, made
        )  # fmt: skip
        if rest is not None:
            made.next = f"{at}.{rest[0]}.{rest[1]}"
            return made
        at, row, date = at + 1, 0, 0
    return made


def one(corpus: Corpus, collection: str, item_id: str, place: Place) -> str | None:
    """An item by its id, as JSON; None where there is none."""
    search = Search((collection,), rows_of(corpus, [item_id]), ids=frozenset([item_id]))
    found = page(corpus, search, "", 1, place).items
    return found[0] if found else None


def collection(corpus: Corpus, name: str) -> dict[str, Any]:
    """A collection as STAC has it, without the links of a server."""
    samples = corpus.samples
    box = [-180.0, -90.0, 180.0, 90.0]
    if len(samples):
        low, high = samples[["lon", "lat"]].min(), samples[["lon", "lat"]].max()
        margin = 0.01  # half a cell, and more
        box = [round(float(v), 5) for v in (*(low - margin), *(high + margin))]
    product = DATED.get(name)
    made = catalog.collection(corpus, product.id if product else "labels", box, interval(name))
    if product is None:
        made.id, made.title = SAMPLES, "Samples: places of 600 x 600 m with their CORINE label"
        made.description = f"{len(samples):,} samples of the RapidAI4EO corpus, one item a sample. {corpus.attribution('labels')}."
    else:
        made.description = f"{product.title} of the RapidAI4EO corpus, one item a sample and date. {corpus.attribution(product.id)}."
    return made.to_dict(include_self_link=False, transform_hrefs=False)


def _matched(search: Search, samples: np.ndarray | None) -> int | None:
    """Known of samples; of dates only once folders were listed."""
    if samples is None or search.collections != (SAMPLES,) or search.ids is not None:
        return None
    return int(samples.sum())


def samples_of(corpus: Corpus, search: Search) -> np.ndarray:
    """Which items of the collection of samples a search finds, bool `(n,)`."""
    if not _overlaps(interval(SAMPLES), search.period):
        return np.zeros(len(corpus), bool)
    mask = search.rows
    if search.ids is not None:
        mask = mask & _named_samples(corpus, search.ids)
    if search.filter is not None:
        ids = partial(pa.array, corpus.samples.index, pa.string())
        mask = mask & search.filter.meet(cql2.Items(SAMPLES, ids, None))
    return mask


def _overlaps(times: tuple[dt.datetime, dt.datetime], period: Period) -> bool:
    first, last = period
    return (first is None or times[1] >= first) and (last is None or times[0] <= last)


# -- samples ----------------------------------------------------------------------------------------------------


def _samples(
    corpus: Corpus, found: np.ndarray, row: int, limit: int, place: Place, into: Page
) -> tuple[int, int] | None:
    """Add items of the samples that were found; where the rest begins."""
    rows = np.flatnonzero(found[row:]) + row
    into.items.extend(sample_items(corpus, rows[:limit], place))
    return (int(rows[limit]), 0) if len(rows) > limit else None


def sample_items(corpus: Corpus, rows: np.ndarray, place: Place) -> Iterator[str]:
    """Samples (positions in the table) as STAC items, each as JSON."""
    if not len(rows):
        return
    frame = properties(corpus, rows, blind=place.blind)
    narrow = frame.select_dtypes("float32").columns  # of which 0.479 would be written as 0.4790000021457672
    frame = frame.astype(dict.fromkeys(narrow, "float64")).round(_DECIMALS).astype(object)
    records: list[dict[Any, Any]] = frame.where(frame.notna(), None).to_dict("records")
    shapes = grid.written_footprints(frame.index)
    written = shapely.to_geojson(shapes)
    fractions, codes = corpus.index.fractions.matrix[rows], corine.codes(3)
    first, last = interval(SAMPLES)
    always = {"datetime": None, "start_datetime": _text(first), "end_datetime": _text(last)}
    for i, (name, known) in enumerate(zip(frame.index, records, strict=True)):
        label = {}
        if not place.blind:
            part = slice(fractions.indptr[i], fractions.indptr[i + 1])
            columns = zip(fractions.indices[part], fractions.data[part], strict=True)
            label = {
                "label": {str(codes[j]): round(float(value), _DECIMALS) for j, value in columns if value > 0}
            }
        picture = {
            "href": f"{place.api}/samples/{name}/picture.png",
            "type": pystac.MediaType.PNG,
            "roles": ["thumbnail"],
        }
        told = {**always, "sample_id": name, **known, **label}
        yield _item(name, SAMPLES, told, shapes[i], written[i], {"thumbnail": picture}, place)


def properties(corpus: Corpus, rows: np.ndarray, *, blind: bool) -> Any:
    """What is said of samples (positions), a row each: `tables.frame`, without what a blind review hides."""
    frame = tables.frame(corpus, rows)
    return frame.drop(columns=[name for name in OF_LABELS if name in frame]) if blind else frame


# -- dates ------------------------------------------------------------------------------------------------------


def _dates(
    corpus: Corpus,
    product: Product,
    search: Search,
    start: tuple[int, int],
    limit: int,
    place: Place,
    into: Page,
) -> tuple[int, int] | None:
    """Add items of dates; where the rest begins."""
    days = _days(product, search)
    row, date = start
    mask = search.rows
    if search.filter is not None:
        mask = mask & search.filter.may_meet(COLLECTIONS[product.id], partial(_sample_of, product))
    rows = np.flatnonzero(mask[row:]) + row if days else np.zeros(0, int)
    chosen = [str(one) for one in corpus.samples.index[rows[:MAX_LOOKED_AT]]]
    shapes = grid.written_footprints(chosen) if chosen else np.zeros(0, object)
    meet = _meeting(search, product, rows[:MAX_LOOKED_AT], chosen, days)
    for i, (position, sample_id, shape) in enumerate(zip(rows, chosen, shapes, strict=False)):
        if limit <= 0:
            return int(position), 0
        first = date if position == row else 0
        there = _there(
            corpus.store, sample_id, product, [day for day, ok in zip(days, meet[i], strict=True) if ok]
        )
        wanted = [day for day in there if _named(search, sample_id, product, day)][first:]
        into.items.extend(_dated(corpus, sample_id, product, wanted[:limit], shape, place))
        if len(wanted) > limit:
            return int(position), first + limit
        limit -= len(wanted)
    return (int(rows[len(chosen)]), 0) if len(chosen) < len(rows) else None


def _meeting(
    search: Search, product: Product, rows: np.ndarray, samples: Sequence[str], days: Sequence[dt.date]
) -> np.ndarray:
    """Which dates of which of these samples meet the filter, bool `(samples, days)`."""
    found = np.ones((len(samples), len(days)), bool)
    if search.filter is None or not len(samples):
        return found
    meet = search.filter.of(rows)
    for i, day in enumerate(days):
        found[:, i] = meet(
            cql2.Items(COLLECTIONS[product.id], partial(_ids, samples, product, day), catalog.time_of(day))
        )
        if not search.filter.asks_of_items:
            return np.broadcast_to(found[:, :1], found.shape)
    return found


def _ids(samples: Sequence[str], product: Product, day: dt.date) -> pa.Array:
    return pa.array([catalog.item_id(one, product, day) for one in samples], pa.string())


def _sample_of(product: Product, item_id: str) -> str | None:
    found = catalog.parse_item_id(item_id)
    return found[0] if found is not None and found[1] is product else None


def _there(store: Store, sample_id: str, product: Product, days: Sequence[dt.date]) -> Sequence[dt.date]:
    """Which of these dates a sample has; all of them where the store cannot list."""
    try:
        names = set(store.list(product.folder(grid.parse(sample_id).folder)))
    except NotThereError:
        return ()
    except StoreError:
        return days
    return [day for day in days if f"{product.stem(day)}.tif" in names]


def _days(product: Product, search: Search) -> tuple[dt.date, ...]:
    def times(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
        if product.monthly:
            return catalog.month_of(day)
        return catalog.time_of(day), catalog.time_of(day)

    return tuple(day for day in product.dates if _overlaps(times(day), search.period))


def _named(search: Search, sample_id: str, product: Product, day: dt.date) -> bool:
    return search.ids is None or catalog.item_id(sample_id, product, day) in search.ids


def _dated(
    corpus: Corpus, sample_id: str, product: Product, days: Sequence[dt.date], shape: Any, place: Place
) -> Iterator[str]:
    """Dates of a sample as STAC items: pystac makes one whole, of which the others differ by id, times and assets."""
    links = [{"rel": "derived_from", "href": f"{place.stac}/collections/{SAMPLES}/items/{sample_id}"}]
    here, written = f"{place.api}/samples/{sample_id}", shapely.to_geojson(shape)
    made: dict[str, Any] = {}
    each_differs = catalog.states_chips(corpus)
    for day in days:
        stem = product.stem(day)
        if not made or each_differs:
            item = catalog.dated_item(corpus, grid.parse(sample_id), product, day, shape)
            made = item.to_dict(include_self_link=False, transform_hrefs=False)
        chip = {
            **made["assets"]["data"],
            "href": f"{here}/chips/{product.id}/{stem}.tif",
            "title": f"{product.title} {stem}",
        }
        assets = {"data": chip}
        if product.bands:
            assets["thumbnail"] = {
                "href": f"{here}/picture.png?product={product.id}&date={stem}", "type": pystac.MediaType.PNG, "roles": ["thumbnail"]
            }  # fmt: skip
        yield _item(
            catalog.item_id(sample_id, product, day), COLLECTIONS[product.id], made["properties"] | catalog.times_of(product, day),
            shape, written, assets, place, made["stac_extensions"], links,
        )  # fmt: skip


# -- both -------------------------------------------------------------------------------------------------------


def _item(
    name: str, collection: str, properties: dict[str, Any], shape: Any, written: str, assets: dict[str, Any], place: Place,
    extensions: Sequence[str] = (), links: Sequence[dict[str, str]] = (),
) -> str:  # fmt: skip
    whole = f"{place.stac}/collections/{collection}"
    item = {
        "type": "Feature",
        "stac_version": VERSION,
        "stac_extensions": list(extensions),
        "id": name,
        "collection": collection,
        "bbox": [round(v, 7) for v in shape.bounds],
        "properties": properties,
        "links": [
            {"rel": "self", "type": "application/geo+json", "href": f"{whole}/items/{name}"},
            {"rel": "collection", "type": "application/json", "href": whole},
            {"rel": "parent", "type": "application/json", "href": whole},
            {"rel": "root", "type": "application/json", "href": place.stac},
            *links,
        ],
        "assets": assets,
    }
    head = _encode(item)
    return f'{head[:-1]},"geometry":{written}}}'  # which GEOS has written


def _text(time: dt.datetime) -> str:
    return pystac.utils.datetime_to_str(time)


def rows_of(corpus: Corpus, ids: Collection[str]) -> np.ndarray:
    """Which samples some ids of items are of, bool `(n,)`; those of none are left out."""
    names = []
    for text in ids:
        found = catalog.parse_item_id(text)
        names.append(found[0] if found else text)
    return _named_samples(corpus, names)


def _named_samples(corpus: Corpus, names: Collection[str]) -> np.ndarray:
    """Which samples have these ids, bool `(n,)`; ids of none are left out."""
    mask = np.zeros(len(corpus), bool)
    rows = corpus.index.rows(names)
    mask[rows[rows >= 0]] = True
    return mask
