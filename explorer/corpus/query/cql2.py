"""CQL2, the filter language of OGC and STAC APIs, of a table of samples: text and JSON, basic and advanced comparisons, `S_INTERSECTS`.

`read_text` makes the JSON form of a text; `mask` says of it which samples meet it. What is unknown is null: a comparison with it is
neither true nor false, as in SQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.corpus.query import query as queries
from explorer.corpus.query.filter_table import FilterTable
from explorer.corpus.query.filters import MAX_VALUES, ROUNDING
from explorer.corpus.tables import places

MAX_TEXT = 8_000
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

Json = dict[str, Any]

OF_LABELS = frozenset(
    {"clc", "class", "fraction", "classes", "review", "suspicion", "change", *corine.COLUMNS}
)
"""Queryables that tell of a sample's label, or of what was said of it."""


# -- what can be asked ------------------------------------------------------------------------------------------


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


# -- which samples meet a filter --------------------------------------------------------------------------------


def mask(table: FilterTable, condition: object, hidden: frozenset[str] = frozenset()) -> np.ndarray:
    """Which samples meet a filter in CQL2's JSON form, bool `(n,)`; nothing may be asked of what is `hidden`.

    Raises `InvalidQueryError`, which names the part that is not understood.
    """
    found = _Evaluation(table, hidden).of(condition, MAX_DEPTH)
    return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False))


class _Evaluation:
    def __init__(self, table: FilterTable, hidden: frozenset[str]) -> None:
        self._table, self._hidden, self._left = table, hidden, MAX_PARTS
        self._known = queryables(table)

    def of(self, part: object, depth: int) -> pa.Array:
        self._left -= 1
        if depth <= 0 or self._left < 0:
            raise InvalidQueryError(
                f"this filter is too long; it may have {MAX_PARTS} parts, {MAX_DEPTH} deep"
            )
        if isinstance(part, bool):
            return pa.array(np.full(len(self._table), part))
        if not isinstance(part, Mapping) or not isinstance(part.get("args"), list):
            raise InvalidQueryError(f"{_shown(part)} is no condition; write an object with op and args")
        op, args = str(part.get("op")).lower(), part["args"]
        if op in ("and", "or"):
            if len(args) < 2:
                raise InvalidQueryError(f"{op} joins two conditions or more")
            join = pc.and_kleene if op == "and" else pc.or_kleene
            found = self.of(args[0], depth - 1)
            for one in args[1:]:
                found = join(found, self.of(one, depth - 1))
            return found
        if op == "not":
            return pc.invert(self.of(_counted(op, args, 1)[0], depth - 1))
        if op in COMPARISONS:
            return self._compared(op, *_counted(op, args, 2))
        others: dict[str, Callable[[list[Any]], pa.Array]] = {
            "between": self._between,
            "in": self._in,
            "like": self._like,
            "isnull": lambda given: pc.is_null(self._values(_counted("isNull", given, 1)[0])[1]),
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
        if name not in self._known or name == _GEOMETRY:
            names = ", ".join(one for one in self._known if one not in corine.COLUMNS and one != _GEOMETRY)
            raise InvalidQueryError(
                f"no property {name[:60]!r} to filter by; there are {names}, and clc_111 and so on"
            )
        if name in self._hidden or (name == "purity" and "fraction" in self._hidden):
            raise InvalidQueryError(f"{name} tells of the label, which a blind review hides")
        return name, _column(self._table, name)

    def _compared(self, op: str, left: object, right: object) -> pa.Array:
        if not isinstance(left, Mapping):
            op, left, right = _MIRRORED[op], right, left
        name, values = self._values(left)
        value = self._value(name, right)
        if not pa.types.is_floating(values.type):
            return COMPARISONS[op](values, value)
        if op in ("=", "<>"):  # fractions are float32: what is 0.45 may miss it
            near = pc.less_equal(pc.abs(pc.subtract(values, value)), ROUNDING)
            return near if op == "=" else pc.invert(near)
        return COMPARISONS[op](values, value + (ROUNDING if op in ("<=", ">") else -ROUNDING))

    def _between(self, args: list[Any]) -> pa.Array:
        of, low, high = _counted("between", args, 3)
        return pc.and_kleene(self._compared(">=", of, low), self._compared("<=", of, high))

    def _in(self, args: list[Any]) -> pa.Array:
        of, wanted = _counted("in", args, 2)
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= MAX_VALUES:
            raise InvalidQueryError(f"in takes a list of 1 to {MAX_VALUES} values")
        name, values = self._values(of)
        if pa.types.is_floating(values.type):
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
        if not pa.types.is_string(values.type) or not isinstance(pattern, str) or len(pattern) > 200:
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
        return pa.array(queries.within(self._table.index.samples, shape, self._table.all))

    def _value(self, name: str, value: object) -> Any:
        kind = self._known[name]["type"]
        if kind == "string" and isinstance(value, str) and len(value) <= 200:
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


def _counted(op: str, args: list[Any], count: int) -> list[Any]:
    if len(args) != count:
        raise InvalidQueryError(f"{op} takes {count} arguments, not {len(args)}")
    return args


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


# -- text -------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w]))|'(?P<string>(?:[^']|'')*)'|"(?P<quoted>[^"]*)"
    |(?P<word>[A-Za-z_][\w.:-]*)|(?P<op><>|<=|>=|=|<|>|\(|\)|,))""",
    re.VERBOSE,
)
_WKT = re.compile(
    r"\s*(?P<wkt>(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\s*[Z]?\s*(?P<open>\()|GEOMETRYCOLLECTION\s*(?P<open2>\())",
    re.I,
)


def read_text(text: str) -> Any:
    """The JSON form of a filter that is written as text. Raises `InvalidQueryError`, which names what is not understood.

    >>> read_text("clc = 211 AND purity >= 0.8")["op"]
    'and'
    """
    if len(text) > MAX_TEXT:
        raise InvalidQueryError(f"this filter has {len(text):,} characters; at most {MAX_TEXT:,} are read")
    reader = _Reader(text)
    found = reader.either(MAX_DEPTH)
    reader.end()
    return found


class _Reader:
    """Reads a text from left to right: OR of ANDs of conditions."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def either(self, depth: int) -> Any:
        return self._joined("or", partial(self._joined, "and", self._condition), depth)

    def end(self) -> None:
        if self._text[self._at :].strip():
            raise self._wrong("what follows a whole condition")

    def _joined(self, word: str, read: Callable[[int], Any], depth: int) -> Any:
        parts = [read(depth)]
        while self._takes(word):
            parts.append(read(depth))
        return parts[0] if len(parts) == 1 else {"op": word, "args": parts}

    def _condition(self, depth: int) -> Any:
        if depth <= 0:
            raise InvalidQueryError(f"this filter goes deeper than {MAX_DEPTH} brackets")
        if self._takes("not"):
            return {"op": "not", "args": [self._condition(depth - 1)]}
        if self._takes("("):
            found = self.either(depth - 1)
            self._must(")")
            return found
        if self._takes("s_intersects"):
            return self._intersects()
        left = self._operand()
        if isinstance(left, bool):
            return left
        negated = self._takes("not")
        if self._takes("between"):
            low = self._operand()
            self._must("and")
            found = {"op": "between", "args": [left, low, self._operand()]}
        elif self._takes("in"):
            self._must("(")
            wanted = [self._operand()]
            while self._takes(","):
                wanted.append(self._operand())
            self._must(")")
            found = {"op": "in", "args": [left, wanted]}
        elif self._takes("like"):
            found = {"op": "like", "args": [left, self._operand()]}
        elif not negated and self._takes("is"):
            negated = self._takes("not")
            self._must("null")
            found = {"op": "isNull", "args": [left]}
        else:
            op = next(
                (op for op in ("<>", "<=", ">=", "=", "<", ">") if not negated and self._takes(op)), None
            )
            if op is None:
                raise self._wrong("a comparison")
            found = {"op": op, "args": [left, self._operand()]}
        return {"op": "not", "args": [found]} if negated else found

    def _operand(self) -> Any:
        found = self._next()
        if found is None or found["op"]:
            raise self._wrong("a property or a value")
        self._at = found.end()
        if found["number"] is not None:
            number = float(found["number"])
            return int(number) if number.is_integer() and abs(number) < 2**53 else number
        if found["string"] is not None:
            return found["string"].replace("''", "'")
        if found["word"] and found["word"].lower() in ("true", "false"):
            return found["word"].lower() == "true"
        return {"property": found["quoted"] if found["quoted"] is not None else found["word"]}

    def _intersects(self) -> Json:
        self._must("(")
        first = self._place()
        self._must(",")
        second = self._place()
        self._must(")")
        return {"op": "s_intersects", "args": [first, second]}

    def _place(self) -> Any:
        if self._takes("bbox"):
            self._must("(")
            values = [self._operand()]
            while self._takes(","):
                values.append(self._operand())
            self._must(")")
            return {"bbox": values}
        found = _WKT.match(self._text, self._at)
        if found is None:
            return self._operand()
        depth, end = 0, found.end() - 1
        for end in range(found.end() - 1, len(self._text)):
            depth += {"(": 1, ")": -1}.get(self._text[end], 0)
            if depth == 0:
                break
        written = self._text[found.start("wkt") : end + 1]
        try:
            shape = shapely.from_wkt(written)
        except shapely.errors.ShapelyError:
            raise self._wrong("a geometry as WKT") from None
        self._at = end + 1
        return shapely.geometry.mapping(shape)

    def _next(self) -> re.Match[str] | None:
        return _TOKEN.match(self._text, self._at)

    def _takes(self, word: str) -> bool:
        found = self._next()
        if found is None or (found["op"] or (found["word"] or "").lower()) != word:
            return False
        self._at = found.end()
        return True

    def _must(self, word: str) -> None:
        if not self._takes(word):
            raise self._wrong(word.upper())

    def _wrong(self, wanted: str) -> InvalidQueryError:
        rest = self._text[self._at :].strip()[:40]
        here = f"at {rest!r}" if rest else "at its end"
        return InvalidQueryError(
            f"this filter cannot be understood {here}: {wanted} is expected, as in clc = 211 AND purity >= 0.8"
        )
