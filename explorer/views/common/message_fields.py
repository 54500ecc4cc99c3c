"""What a field of a browser's message may hold, by its type: a message is refused where one holds anything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Field = Callable[[Any], bool]
"""Whether a value may stand in a field. None may stand in all: it is how a script says nothing."""
IncomingChecks = Mapping[str, Mapping[str, Field]]
"""The messages of a component by their kind, and what each may say. No field has to be there; no other may be."""


@dataclass(frozen=True)
class Most:
    """How many characters a text may have, or values a list: `Annotated[str, Most(200)]`."""

    count: int


Number: TypeAlias = float
"""How large it may be, and whether whole, is for whoever takes it."""
Word: TypeAlias = Annotated[str, Most(200)]
"""A name, an id, a choice, or a line that somebody typed."""


def flag(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def number(value: Any) -> bool:
    """A number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def text(most: int) -> Field:
    """A text of at most so many characters."""
    return lambda value: isinstance(value, str) and len(value) <= most


def many(field: Field, most: int) -> Field:
    """A list of at most so many values."""
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(field, value))


def record(fields: Mapping[str, Field]) -> Field:
    """A dictionary of some of these fields and no others."""
    return lambda value: isinstance(value, dict) and problem(fields, value) is None


def check_of(kind: Any) -> Field:
    """The check of a field's type: `bool`, `Number`, bounded texts and lists, a choice of these, dictionaries of them.

    Raises `TypeError` for a type that bounds nothing.
    """
    if kind is bool:
        return flag
    if kind is float:
        return number
    if kind is NoneType:
        return lambda value: value is None
    if is_typeddict(kind):
        return record({name: check_of(of) for name, of in get_type_hints(kind, include_extras=True).items()})
    origin, of = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        checks = [check_of(one) for one in of]
        return lambda value: any(check(value) for check in checks)
    if origin is dict and get_origin(of[0]) is Literal:
        return record(dict.fromkeys(get_args(of[0]), check_of(of[1])))
    if origin is Annotated and isinstance(of[1], Most):
        if of[0] is str:
            return text(of[1].count)
        if get_origin(of[0]) is list:
            return many(check_of(get_args(of[0])[0]), of[1].count)
    raise TypeError(f"{kind} has no bound: a text or a list needs `Most`")


def problem(fields: Mapping[str, Field], said: Mapping[str, Any]) -> str | None:
    """What is wrong with what was said, in a few words; None where nothing is."""
    for name, value in said.items():
        field = fields.get(name)
        if field is None:
            return f"a field {name[:40]!r} that nobody sends"
        if value is not None and not field(value):
            return f"a field {name[:40]!r} that is too long, or of another kind"
    return None
