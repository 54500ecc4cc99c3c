"""Formulas that people write over band names: `(nir - red) / (nir + red)`.

Read by Python's own parser, then translated node by node from a whitelist into NumPy calls. Nothing is ever evaluated
as Python; what is not on the list is refused with its position.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explorer.core.errors import ExpressionError

MAX_LENGTH = 300
"""Characters of a formula."""
MAX_DEPTH = 30
"""How deep its parts may be nested."""

_ALLOWED = re.compile(r"[A-Za-z0-9_+\-*/().,<>=! ]*")
# "1if", "0x10", "1j" and "1_000" mean something to Python, and nothing here.
_RUN_INTO = re.compile(r"(?<![\w.])(?:\d++\.?+\d*+|\.\d++)(?:[eE][+-]?\d++)?+[A-Za-z_]\w*")

_LARGEST = float(np.finfo(np.float32).max)

Run = Callable[[Mapping[str, np.ndarray]], Any]


def _comparison(ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    return lambda a, b: np.float32(1) * ufunc(a, b)  # 1 and 0 that one can calculate with


def _reduce(ufunc: np.ufunc) -> Callable[..., Any]:
    def run(first: Any, *others: Any) -> Any:
        for other in others:
            first = ufunc(first, other)
        return first

    return run


_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
    ast.USub: np.negative,
    ast.UAdd: np.positive,
    ast.Lt: _comparison(np.less),
    ast.LtE: _comparison(np.less_equal),
    ast.Gt: _comparison(np.greater),
    ast.GtE: _comparison(np.greater_equal),
    ast.Eq: _comparison(np.equal),
    ast.NotEq: _comparison(np.not_equal),
}
# name -> (fewest arguments, most arguments, what it does)
_FUNCTIONS: dict[str, tuple[int, int, Callable[..., Any]]] = {
    "min": (2, 8, _reduce(np.minimum)),
    "max": (2, 8, _reduce(np.maximum)),
    "abs": (1, 1, np.abs),
    "sqrt": (1, 1, np.sqrt),
    "log": (1, 1, np.log),
    "exp": (1, 1, np.exp),
    "where": (3, 3, lambda test, yes, no: np.where(np.not_equal(test, 0), yes, no)),
    "clip": (3, 3, lambda x, low, high: np.minimum(np.maximum(x, low), high)),
}
FUNCTIONS = tuple(_FUNCTIONS)
"""Names of the functions that a formula may call; `log` is the natural logarithm."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula that has been understood. `names` are those it uses, in their canonical form, each once."""

    text: str
    names: tuple[str, ...]
    _run: Run = field(repr=False, compare=False)

    def __call__(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """The formula's value: float32 of the arrays' common shape, from an array for each of `names`.

        NaN where a name's value is NaN (whichever branch of a `where` was taken), and where the result is undefined or
        infinite.
        """
        given = {name: np.asarray(values[name], np.float32) for name in self.names}
        with np.errstate(all="ignore"):
            found = np.asarray(self._run(given), np.float32)
        # The usual case, nothing missing, costs a look at each array and no mask.
        holed = [~ok for array in (found, *given.values()) if not (ok := np.isfinite(array)).all()]
        if not holed:
            return found
        gone = np.broadcast_arrays(found, *holed)[1:]
        return np.where(np.logical_or.reduce(gone), np.float32(np.nan), found)


def parse(text: str, names: Mapping[str, str], *, what: str = "this formula") -> Expression:
    """Understand a formula over `names` (as written, in any case -> canonical). `what` has those names, in messages.

    Numbers, names, `+ - * / **`, one comparison at a time, brackets, and calls of `FUNCTIONS`. At most `MAX_LENGTH`
    characters, nested at most `MAX_DEPTH` deep. Raises `ExpressionError` with the part and its position.
    >>> parse("(NIR - red) / (nir + red)", {"nir": "nir", "red": "red"}).names
    ('nir', 'red')
    """
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise ExpressionError(text, text[MAX_LENGTH:], MAX_LENGTH + 1, f"is beyond {MAX_LENGTH} characters")
    if not text:
        raise ExpressionError(text, "", 1, f"is empty; write for example {_example(names)}")
    allowed = _ALLOWED.match(text)
    end = allowed.end() if allowed else 0
    if end < len(text):
        raise ExpressionError(text, text[end], end + 1, "has no meaning in a formula")
    if run_into := _RUN_INTO.search(text):
        raise ExpressionError(
            text, run_into[0], run_into.start() + 1, "is neither a number nor a name; put a sign between"
        )
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _unreadable(text, error) from None
    reader = _Reader(text, names, what)
    run = reader.read(tree.body, 1)
    if not reader.used:
        raise ExpressionError(text, text, 1, f"names no band; {what} has {', '.join(_distinct(names))}")
    return Expression(text, tuple(reader.used), run)


Program = float | str | list[Any]
"""A formula for another machine: a number, the name of a value, or `[what to do, *programs]`."""

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.USub: "negative",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
"""What each of `_OPERATORS` is called in a `Program`; functions have their own names."""


def program(formula: Expression, names: Mapping[str, str]) -> Program:
    """What a formula that `parse` has understood does, as plain lists for a page without Python; `names` as there.

    >>> names = {"nir": "nir", "red": "red"}
    >>> program(parse("(nir - red) / max(nir, 0.1)", names), names)
    ['/', ['-', 'nir', 'red'], ['max', 'nir', 0.1]]
    """

    def written(node: ast.AST) -> Program:
        if isinstance(node, ast.Constant):
            return float(node.value)  # type: ignore[arg-type]  # `parse` has let numbers alone pass
        if isinstance(node, ast.Name):
            return names.get(node.id) or names[node.id.lower()]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return [node.func.id.lower(), *map(written, node.args)]
        if isinstance(node, ast.UnaryOp):
            inner = written(node.operand)
            return inner if isinstance(node.op, ast.UAdd) else [_SIGNS[type(node.op)], inner]
        if isinstance(node, ast.BinOp):
            return [_SIGNS[type(node.op)], written(node.left), written(node.right)]
        if isinstance(node, ast.Compare):
            return [_SIGNS[type(node.ops[0])], written(node.left), written(node.comparators[0])]
        raise AssertionError(f"{ast.dump(node)} was never understood")

    return written(ast.parse(formula.text, mode="eval").body)


class _Reader:
    """Translates the nodes of one formula."""

    def __init__(self, text: str, names: Mapping[str, str], what: str) -> None:
        self.text, self.names, self.what = text, names, what
        self.used: dict[str, None] = {}

    def read(self, node: ast.expr, depth: int) -> Run:
        if depth > MAX_DEPTH:
            raise self._wrong(node, f"is nested more than {MAX_DEPTH} deep")
        if isinstance(node, ast.Constant):
            return self._number(node)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
            return _apply(_OPERATORS[type(node.op)], [self.read(node.operand, depth + 1)])
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            parts = [self.read(side, depth + 1) for side in (node.left, node.right)]
            return _apply(_OPERATORS[type(node.op)], parts)
        if isinstance(node, ast.Compare) and type(node.ops[0]) in _OPERATORS:
            if len(node.ops) > 1:
                raise self._wrong(node, "compares more than two things; multiply two comparisons instead")
            parts = [self.read(side, depth + 1) for side in (node.left, node.comparators[0])]
            return _apply(_OPERATORS[type(node.ops[0])], parts)
        raise self._wrong(
            node, "cannot be used; there are numbers, bands, + - * / **, comparisons, and calls"
        )

    def _number(self, node: ast.Constant) -> Run:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise self._wrong(node, "is not a number")
        if not abs(node.value) <= _LARGEST:
            raise self._wrong(node, "is too large a number")
        value = np.float32(node.value)
        return lambda _values: value

    def _name(self, node: ast.Name) -> Run:
        name = self.names.get(node.id) or self.names.get(node.id.lower())
        if name is None:
            if node.id.lower() in _FUNCTIONS:
                raise self._wrong(node, f"is a function: write {node.id.lower()}(...)")
            near = difflib.get_close_matches(node.id.lower(), [*self.names], 1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise self._wrong(
                node, f"is no band of {self.what}; {hint}it has {', '.join(_distinct(self.names))}"
            )
        self.used.setdefault(name)
        return lambda values: values[name]

    def _call(self, node: ast.Call, depth: int) -> Run:
        called = node.func.id.lower() if isinstance(node.func, ast.Name) else ""
        if called not in _FUNCTIONS:
            raise self._wrong(node.func, f"is no function; there are {', '.join(FUNCTIONS)}")
        fewest, most, function = _FUNCTIONS[called]
        if node.keywords or any(isinstance(part, ast.Starred) for part in node.args):
            raise self._wrong(node, "takes plain arguments only")
        if not fewest <= len(node.args) <= most:
            count = str(fewest) if fewest == most else f"{fewest} to {most}"
            raise self._wrong(node, f"has {len(node.args)} arguments; {called} takes {count}")
        return _apply(function, [self.read(part, depth + 1) for part in node.args])

    def _wrong(self, node: ast.expr, why: str) -> ExpressionError:
        part = ast.get_source_segment(self.text, node) or self.text[node.col_offset :]
        return ExpressionError(self.text, part, node.col_offset + 1, why)


def _apply(function: Callable[..., Any], parts: list[Run]) -> Run:
    if len(parts) == 1:
        (only,) = parts
        return lambda values: function(only(values))
    if len(parts) == 2:
        left, right = parts
        return lambda values: function(left(values), right(values))
    return lambda values: function(*(part(values) for part in parts))


def _unreadable(text: str, error: BaseException) -> ExpressionError:
    at = getattr(error, "offset", None)
    if at is None:
        return ExpressionError(text, text, 1, "cannot be read: it is too deeply nested")
    if not 1 <= at <= len(text):
        at = len(text) + 1
        return ExpressionError(text, text[-10:], at, "stops too early: something is missing after it")
    detail = "is never closed" if "never closed" in str(error) else "cannot stand here"
    return ExpressionError(text, text[at - 1 :][:10], at, detail)


def _distinct(names: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(names.values()))


def _example(names: Mapping[str, str]) -> str:
    first = _distinct(names)[:2]
    return f"({' - '.join(first)}) / ({' + '.join(first)})"
