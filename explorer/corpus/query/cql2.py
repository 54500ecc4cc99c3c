"""CQL2, the filter language of OGC and STAC APIs, in its JSON form: basic and advanced comparisons, `S_INTERSECTS`.

`mask` says which samples meet a filter; a `Filter` also asks of their items, which have an id, a collection and a time. What is
unknown is null: a comparison with it is neither true nor false, as in SQL. `cql2_text` reads filters that are written as text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.core.instants import read_instant
from explorer.corpus.query import query as queries
from explorer.corpus.query.filter_table import FilterTable
from explorer.corpus.query.filters import MAX_VALUES, ROUNDING
from explorer.corpus.tables import places

MAX_DEPTH = 20
MAX_PARTS = 200
"""Operators of one filter."""
COMPARISONS = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_GEOMETRY = "geometry"
_TIME = pa.timestamp("us", tz="UTC")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

Json = dict[str, Any]

OF_LABELS = frozenset(
    {"clc", "class", "fraction", "classes", "review", "suspicion", "change", *corine.COLUMNS}
)
"""Queryables that tell of a sample's label, or of what was said of it."""


# -- what can be asked ------------------------------------------------------------------------------------------


OF_ITEMS: dict[str, Json] = {
    "id": {"type": "string", "title": "Id of the item"},
    "collection": {"type": "string", "title": "Id of the item's collection"},
    "datetime": {"type": "string", "format": "date-time", "title": "Time of the item; samples have none"},
}
"""Name -> JSON schema of what a filter can ask of items beside `queryables`."""


def queryables(table: FilterTable) -> dict[str, Json]:
    """Name -> JSON schema of what a filter can ask of these samples."""
    share = {"type": "number", "minimum": 0, "maximum": 1}
    found: dict[str, Json] = {
        _GEOMETRY: {
            "$ref": "https://geojson.org/schema/Geometry.json",
            "title": "Footprint, for S_INTERSECTS",
        },
        "sample_id": {"type": "string", "title": "Id of the sample"},
        "lon": {"type": "number", "title": "Longitude of the centre, degrees"},
        "lat": {"type": "number", "title": "Latitude of the centre, degrees"},
        "clc": {"type": "integer", "title": "CORINE code (level 3) of the largest class; 0: no label"},
        "class": {"type": "string", "title": "Its name"},
        "fraction": {**share, "title": "Its fraction of the cell: how pure the sample is"},
        "purity": {**share, "title": "The same as fraction"},
        "classes": {"type": "integer", "title": "Number of classes (level 3)"},
        "country": {"type": "string", "title": "Country, in English"},
        "zone": {"type": "integer", "title": "UTM zone"},
    }
    found |= {
        corine.column(code): {**share, "title": f"Fraction of {corine.land_cover(code).title}"}
        for code in corine.codes(3)
    }
    optional: dict[str, Json] = {
        "review": {"type": "string", "title": "State of review"},
        "suspicion": {**share, "title": "How suspect the label is"},
        "change": {**share, "title": "Probability that cover was lost from 2018 to 2019"},
    }
    return found | {name: schema for name, schema in optional.items() if name in table.offers}


def _column(table: FilterTable, name: str) -> pa.Array:
    samples = table.index.samples
    if name in corine.COLUMNS:
        return pa.array(table.fractions.of_classes([int(name.removeprefix("clc_"))]))
    makers: dict[str, Callable[[], Any]] = {
        "sample_id": lambda: pa.array(samples.index, pa.string()),
        "lon": lambda: pa.array(samples["lon"].to_numpy()),
        "lat": lambda: pa.array(samples["lat"].to_numpy()),
        "clc": lambda: pa.array(table.largest(3)),
        "class": lambda: _words(_class_titles(), table.largest(3)),
        "fraction": lambda: pa.array(table.purity),
        "purity": lambda: pa.array(table.purity),
        "classes": lambda: pa.array(table.mixture),
        "country": lambda: _words([*places.names(), None], table.country),
        "zone": lambda: pa.array(table.zone),
        "review": lambda: pa.array(table.review),
        "suspicion": lambda: pa.array(table.suspicion, from_pandas=True),
        "change": lambda: pa.array(table.change, from_pandas=True),
    }
    return makers[name]()


def _words(words: list[str | None], positions: np.ndarray) -> pa.Array:
    """The word at each position; the last one where it is -1."""
    at = np.where(positions < 0, len(words) - 1, positions.astype(np.int32))
    return pc.take(pa.array(words, pa.string()), pa.array(at))


def _class_titles() -> list[str | None]:
    titles: list[str | None] = [None] * 1000
    for code in corine.codes(3):
        titles[code] = corine.land_cover(code).title
    return titles


# -- who meets a filter -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Items:
    """Items of one collection, one of each sample that is asked of: their ids, string `(n,)`, made when asked for; and the time of them all."""

    collection: str
    ids: Callable[[], pa.Array]
    time: dt.datetime | None


@dataclass(frozen=True, slots=True)
class _Several:
    """Items of one collection of which each sample has several, each with an id and a time of its own."""

    collection: str
    sample_of: Callable[[str], str | None]


def mask(table: FilterTable, condition: object, hidden: frozenset[str] = frozenset()) -> np.ndarray:
    """Which samples meet a filter in CQL2's JSON form, bool `(n,)`; nothing may be asked of what is `hidden`.

    Raises `InvalidQueryError`, which names the part that is not understood.
    """
    return _bools(_Evaluation(table, hidden).of(condition), len(table), otherwise=False)


class Filter:
    """A filter in CQL2's JSON form, to be asked of samples and of their items."""

    def __init__(self, table: FilterTable, condition: object, hidden: frozenset[str] = frozenset()) -> None:
        """Nothing may be asked of what is `hidden`."""
        self._table, self._condition, self._hidden = table, condition, hidden
        self.asks_of_items = _asks_of_items(condition)
        """Whether it asks of what a sample does not tell."""

    def meet(self, items: Items, rows: np.ndarray | None = None) -> np.ndarray:
        """Which of these items, each of one of all samples, or of those at `rows`, meet the filter: bool `(n,)`. Raises as `mask`."""
        return self.of(rows)(items)

    def of(self, rows: np.ndarray | None) -> Callable[[Items], np.ndarray]:
        """As `meet`, for items of the same samples again and again: what is asked of samples is found once."""
        asked = _Evaluation(self._table, self._hidden, rows)
        count = len(self._table) if rows is None else len(rows)

        def meet(items: Items) -> np.ndarray:
            return _bools(asked.of(self._condition, items), count, otherwise=False)

        return meet

    def may_meet(self, collection: str, sample_of: Callable[[str], str | None]) -> np.ndarray:
        """Which samples may have an item of a collection that meets the filter, bool `(n,)`: none that has one is left out. Raises as `mask`.

        `sample_of` tells of an item's id whose it is; None where the collection has no such item.
        """
        asked = _Evaluation(self._table, self._hidden)
        found = asked.of(self._condition, _Several(collection, sample_of))
        return _bools(found, len(self._table), otherwise=True)


def _bools(found: pa.Array | pa.Scalar, count: int, *, otherwise: bool) -> np.ndarray:
    found = pc.fill_null(found, otherwise)
    if isinstance(found, pa.Scalar):
        return np.full(count, found.as_py())
    return np.array(found.to_numpy(zero_copy_only=False))


def _asks_of_items(part: object) -> bool:
    left = [part]  # and no recursion: what was sent may be as deep as it likes
    while left:
        one = left.pop()
        if isinstance(one, list):
            left += one
        elif isinstance(one, Mapping):
            name = one.get("property")
            if isinstance(name, str) and name in OF_ITEMS:
                return True
            left.append(one.get("args"))
    return False


class _Evaluation:
    """A filter asked of the samples at `rows`, or of all: null, true or false of each, or one answer for all."""

    def __init__(self, table: FilterTable, hidden: frozenset[str], rows: np.ndarray | None = None) -> None:
        self._table, self._hidden, self._rows = table, hidden, rows
        self._items: Items | _Several | None = None
        self._left = 0
        self._known = queryables(table)
        self._found: dict[int, pa.Array] = {}
        """By the identity of a part that asks of samples alone."""

    def of(self, condition: object, items: Items | _Several | None = None) -> pa.Array | pa.Scalar:
        """What is found of the samples, or of `items`."""
        self._items, self._left = items, MAX_PARTS
        return self._of(condition, MAX_DEPTH)

    def _of(self, part: object, depth: int) -> pa.Array | pa.Scalar:
        self._left -= 1
        if depth <= 0 or self._left < 0:
            raise InvalidQueryError(
                f"this filter is too long; it may have {MAX_PARTS} parts, {MAX_DEPTH} deep"
            )
        if isinstance(part, bool):
            return pa.scalar(part)
        if not isinstance(part, Mapping) or not isinstance(part.get("args"), list):
            raise InvalidQueryError(f"{_shown(part)} is no condition; write an object with op and args")
        op, args = str(part.get("op")).lower(), part["args"]
        if op in ("and", "or"):
            if len(args) < 2:
                raise InvalidQueryError(f"{op} joins two conditions or more")
            join = pc.and_kleene if op == "and" else pc.or_kleene
            found = self._of(args[0], depth - 1)
            for one in args[1:]:
                found = join(found, self._of(one, depth - 1))
            return found
        if op == "not":
            return pc.invert(self._of(_counted(op, args, 1)[0], depth - 1))
        if _asks_of_items(part):
            return self._said(op, part, args)
        if id(part) not in self._found:
            self._found[id(part)] = self._said(op, part, args)
        return self._found[id(part)]

    def _said(self, op: str, part: Mapping[str, Any], args: list[Any]) -> pa.Array | pa.Scalar:
        if op in COMPARISONS:
            return self._compared(op, *_counted(op, args, 2))
        others: dict[str, Callable[[list[Any]], pa.Array]] = {
            "between": self._between,
            "in": self._in,
            "like": self._like,
            "isnull": self._is_null,
            "s_intersects": self._intersects,
        }
        if op not in others:
            known = ", ".join(
                [*COMPARISONS, "and", "or", "not", "between", "in", "like", "isNull", "s_intersects"]
            )
            raise InvalidQueryError(f"no operator {_shown(part.get('op'))}; there are {known}")
        return others[op](args)

    def _values(self, named: object) -> tuple[str, pa.Array]:
        name = named.get("property") if isinstance(named, Mapping) else None
        if not isinstance(name, str):
            raise InvalidQueryError(f"{_shown(named)} is no property; write {{'property': 'clc'}}")
        if self._items is not None and name in OF_ITEMS:
            return name, self._of_items(name, self._items)
        if name not in self._known or name == _GEOMETRY:
            known = [*([] if self._items is None else OF_ITEMS), *self._known]
            names = ", ".join(one for one in known if one not in corine.COLUMNS and one != _GEOMETRY)
            raise InvalidQueryError(
                f"no property {name[:60]!r} to filter by; there are {names}, and clc_111 and so on"
            )
        if name in self._hidden or (name == "purity" and "fraction" in self._hidden):
            raise InvalidQueryError(f"{name} tells of the label, which a blind review hides")
        values = _column(self._table, name)
        return name, values if self._rows is None else values.take(pa.array(self._rows))

    def _of_items(self, name: str, items: Items | _Several) -> pa.Array | pa.Scalar:
        if name == "collection":
            return pa.scalar(items.collection)
        if isinstance(items, _Several):
            return pa.scalar(None, _TIME if name == "datetime" else pa.string())
        return pa.scalar(items.time, _TIME) if name == "datetime" else items.ids()

    def _compared(self, op: str, left: object, right: object) -> pa.Array:
        if not isinstance(left, Mapping):
            op, left, right = _MIRRORED[op], right, left
        name, values = self._values(left)
        if pa.types.is_timestamp(values.type):
            time = _time(right)
            return COMPARISONS[op](
                values if pa.types.is_timestamp(time.type) else values.cast(time.type), time
            )
        value = self._value(name, right)
        if name == "id" and isinstance(self._items, _Several) and op in ("=", "<>"):
            found = self._one_of(self._items.sample_of(value))
            return found if op == "=" else pc.invert(found)
        if not pa.types.is_floating(values.type):
            return COMPARISONS[op](values, value)
        if op in ("=", "<>"):  # fractions are float32: what is 0.45 may miss it
            near = pc.less_equal(pc.abs(pc.subtract(values, value)), ROUNDING)
            return near if op == "=" else pc.invert(near)
        return COMPARISONS[op](values, value + (ROUNDING if op in ("<=", ">") else -ROUNDING))

    def _one_of(self, sample: str | None) -> pa.Array | pa.Scalar:
        """Of an id whose item is one of several: no other sample has it."""
        if sample is None:
            return pa.scalar(False)
        mine = pc.equal(_column(self._table, "sample_id"), sample)
        return pc.if_else(mine, pa.scalar(None, pa.bool_()), pa.scalar(False))

    def _is_null(self, args: list[Any]) -> pa.Array | pa.Scalar:
        name, values = self._values(_counted("isNull", args, 1)[0])
        if name in OF_ITEMS and isinstance(self._items, _Several):
            return pa.scalar(False)  # not known here, and there
        return pc.is_null(values)

    def _between(self, args: list[Any]) -> pa.Array:
        of, low, high = _counted("between", args, 3)
        return pc.and_kleene(self._compared(">=", of, low), self._compared("<=", of, high))

    def _in(self, args: list[Any]) -> pa.Array:
        of, wanted = _counted("in", args, 2)
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= MAX_VALUES:
            raise InvalidQueryError(f"in takes a list of 1 to {MAX_VALUES} values")
        name, values = self._values(of)
        if pa.types.is_floating(values.type) or name in ("id", "datetime"):
            found = self._compared("=", of, wanted[0])
            for one in wanted[1:]:
                found = pc.or_kleene(found, self._compared("=", of, one))
            return found
        named = [self._value(name, one) for one in wanted]
        if pa.types.is_string(values.type):
            known = pa.array(named, pa.string())
        else:  # 211.5 and 70000 are no class, which is no mistake
            known = pa.array([int(one) for one in named if float(one).is_integer()], pa.int64())
            values = values.cast(pa.int64())
        among = pc.is_in(values, value_set=known)
        return pc.if_else(pc.is_null(values), pa.scalar(None, pa.bool_()), among)

    def _like(self, args: list[Any]) -> pa.Array:
        of, pattern = _counted("like", args, 2)
        name, values = self._values(of)
        if (
            not pa.types.is_string(values.type)
            or not isinstance(pattern, str)
            or not _is_text(pattern)
            or len(pattern) > 200
        ):
            raise InvalidQueryError(
                f"like compares a text, such as country, with a pattern; {name} is none, or the pattern is too long"
            )
        return pc.match_like(values, pattern)

    def _intersects(self, args: list[Any]) -> pa.Array:
        one, two = _counted("s_intersects", args, 2)
        if isinstance(two, Mapping) and "property" in two:
            one, two = two, one
        if not isinstance(one, Mapping) or one.get("property") != _GEOMETRY or not isinstance(two, Mapping):
            raise InvalidQueryError("s_intersects takes {'property': 'geometry'} and a GeoJSON geometry")
        if "bbox" in two:
            shape: Any = queries.read_box(two["bbox"] if isinstance(two["bbox"], list) else ())
        else:
            shape = queries.read_geometry(two)
        among = self._table.all
        if self._rows is not None:
            among = np.zeros(len(self._table), bool)
            among[self._rows] = True
        found = queries.within(self._table.index.samples, shape, among)
        return pa.array(found if self._rows is None else found[self._rows])

    def _value(self, name: str, value: object) -> Any:
        kind = {**self._known, **OF_ITEMS}[name]["type"]
        if kind == "string" and isinstance(value, str) and len(value) <= 200 and _is_text(value):
            return value
        if (
            kind != "string"
            and isinstance(value, (int, float))
            and not isinstance(value, bool)
            and abs(value) < 2**31
        ):
            return float(value) if kind == "number" else value
        wanted = "a text" if kind == "string" else "a number"
        raise InvalidQueryError(f"{name} is compared with {wanted}, not with {_shown(value)}")


def _time(value: object) -> pa.Scalar:
    """An instant, or a day (UTC), as CQL2 or plain text has it."""
    text = value
    if isinstance(value, Mapping) and len(value) == 1:
        text = value.get("timestamp", value.get("date"))
    try:
        if not isinstance(text, str):
            raise ValueError
        if _DAY.fullmatch(text):
            return pa.scalar(dt.date.fromisoformat(text), pa.date32())
        return pa.scalar(read_instant(text), _TIME)
    except ValueError:
        raise InvalidQueryError(
            f"datetime is compared with TIMESTAMP('2018-07-02T00:00:00Z') or DATE('2018-07-02'), not with {_shown(value)}"
        ) from None


def _is_text(value: str) -> bool:
    """Whether it can be written as UTF-8: JSON may have half a character."""
    return not any("\ud800" <= one <= "\udfff" for one in value)


def _counted(op: str, args: list[Any], count: int) -> list[Any]:
    if len(args) != count:
        raise InvalidQueryError(f"{op} takes {count} arguments, not {len(args)}")
    return args


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
