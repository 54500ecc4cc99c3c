"""CQL2 as text: read into its JSON form, which `cql2` asks of samples and items."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import shapely

from explorer.core.errors import InvalidQueryError
from explorer.corpus.query.cql2 import MAX_DEPTH

MAX_TEXT = 8_000
"""Characters of a filter."""
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
            found = {"op": "in", "args": [left, self._list()]}
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

    def _list(self) -> list[Any]:
        """Properties or values in brackets."""
        self._must("(")
        found = [self._operand()]
        while self._takes(","):
            found.append(self._operand())
        self._must(")")
        return found

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
        word = (found["word"] or "").lower()
        if word in ("true", "false"):
            return word == "true"
        if word in ("timestamp", "date") and self._takes("("):
            value = self._operand()
            self._must(")")
            return {word: value}
        return {"property": found["quoted"] if found["quoted"] is not None else found["word"]}

    def _intersects(self) -> dict[str, Any]:
        self._must("(")
        first = self._place()
        self._must(",")
        second = self._place()
        self._must(")")
        return {"op": "s_intersects", "args": [first, second]}

    def _place(self) -> Any:
        if self._takes("bbox"):
            return {"bbox": self._list()}
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
