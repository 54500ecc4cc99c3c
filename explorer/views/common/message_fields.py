"""What a field of a browser's message may hold. A component declares its messages with these: kind -> field -> check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Field = Callable[[Any], bool]
"""Whether a value may stand in a field. None may stand in all: it is how a script says nothing."""
Hears = Mapping[str, Mapping[str, Field]]
"""The messages of a component by their kind, and what each may say. No field has to be there; no other may be."""


def flag(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def number(value: Any) -> bool:
    """A number; how large it may be is for whoever takes it."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def text(most: int) -> Field:
    """A text of at most so many characters."""
    return lambda value: isinstance(value, str) and len(value) <= most


word = text(200)
"""A name, an id, a choice, or a line that somebody typed."""


def number_or_word(value: Any) -> bool:
    """A number, or what somebody typed in its place."""
    return number(value) or word(value)


def many(field: Field, most: int) -> Field:
    """A list of at most so many values."""
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(field, value))


def record(**fields: Field) -> Field:
    """A dictionary of some of these fields and no others."""
    return lambda value: isinstance(value, dict) and problem(fields, value) is None


def either(*fields: Field) -> Field:
    """What one of these takes."""
    return lambda value: any(field(value) for field in fields)


def problem(fields: Mapping[str, Field], said: Mapping[str, Any]) -> str | None:
    """What is wrong with what was said, in a few words; None where nothing is."""
    for name, value in said.items():
        field = fields.get(name)
        if field is None:
            return f"a field {name[:40]!r} that nobody sends"
        if value is not None and not field(value):
            return f"a field {name[:40]!r} that is too long, or of another kind"
    return None
