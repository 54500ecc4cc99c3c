"""Conditions that ask what an opinion says of a sample: how far it is from the label, which class it names, where both differ.

Each is a small value with a text: `made-up-good:0.3-1` of disagreement, `made-up-good:231+211` of what is said, `made-up-good:231:211` of
the label and what is said in its place, `made-up-good:made-up-confused` of two that differ. Behind them may stand the groups of classes that
are compared: a level of CORINE's (`1`, `2`, `3`), the name of a grouping, or `own`, the finest that the opinion's legend tells apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol, Self, TypeAlias
from urllib.parse import quote, unquote

import numpy as np

from explorer.core import corine
from explorer.core.errors import InvalidQueryError, UnknownClassError

OWN = "own"
"""The finest groups that an opinion's legend tells apart."""
LEVELS = ("1", "2", "3")
SEVERAL, NONE = "several", "none"
"""In place of a class: what is said is of several groups; of none, or not said."""
_PHRASES = {SEVERAL: "a class of several groups", NONE: "no class of the groups"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,59}")
_MOST_CLASSES = 60
_LONGEST = 120


class OpinionColumns(Protocol):
    """What the opinions of a corpus say of all its samples, in the order of `samples`. Each raises an `ExplorerError` where it cannot be told."""

    def __contains__(self, name: object) -> bool:
        """Whether there is an opinion of that name."""

    def disagreement(self, name: str, groups: str = OWN) -> np.ndarray:
        """Half the sum of absolute differences of fractions from the label's, 0 to 1, float32 `(n,)`; NaN where one of both is lacking."""

    def said(self, name: str, classes: tuple[str, ...], groups: str) -> np.ndarray:
        """Whether the largest class of what is said is one of these, bool `(n,)`."""

    def labelled(self, name: str, classes: tuple[str, ...], groups: str) -> np.ndarray:
        """The same of the label, in the same groups."""

    def classes(self, name: str, level: int) -> np.ndarray:
        """The code of the largest class of what is said, of a level of CORINE's, int64 `(n,)`; 0 where it names none of them."""

    def titles(self, name: str, rows: np.ndarray) -> np.ndarray:
        """The largest class of what is said of some samples (positions), by its title, in the finest groups; empty where nothing is."""

    def differ(self, name: str, other: str, groups: str) -> np.ndarray:
        """Whether two opinions name different largest classes; without `other`, an opinion and the label. Bool `(n,)`."""


def _name(text: str) -> str:
    text = text.strip()
    if not _NAME.fullmatch(text):
        raise InvalidQueryError(f"{text[:60]!r} is no name of an opinion")
    return text


def _groups(text: str) -> str:
    if len(text) > _LONGEST or any(not one.isprintable() for one in text):
        raise InvalidQueryError(f"{text[:40]!r} is no name of a grouping")
    return text


def _class(one: object, groups: str) -> str:
    """A class as a condition names it: a code of CORINE's, a title in a grouping, `several` or `none`."""
    text = str(one).strip()
    if text in (SEVERAL, NONE):
        return text
    if not groups or groups in LEVELS:
        level = len(text)
        if (
            not text.isascii()
            or not text.isdigit()
            or level not in (1, 2, 3)
            or int(text) not in corine.codes(level)
        ):
            raise UnknownClassError(text[:_LONGEST])
        if groups and int(groups) != level:
            raise InvalidQueryError(f"class {text} is of level {level}, and the groups are of level {groups}")
    elif not 0 < len(text) <= _LONGEST:
        raise InvalidQueryError(f"{text[:40]!r} is no class of {groups}")
    return text


def _title(text: str, groups: str) -> str:
    if text in _PHRASES:
        return _PHRASES[text]
    return corine.land_cover(int(text)).title if not groups or groups in LEVELS else text


def _of_groups(groups: str) -> str:
    """What a chip says of the groups that are compared."""
    if not groups or groups == OWN:
        return ""
    return f" (level {groups})" if groups in LEVELS else f" ({groups})"


def _write(*parts: str) -> str:
    found = [quote(part, safe=" +") for part in parts]
    while found and not found[-1]:
        found.pop()
    return ":".join(found)


def _parts(text: str, least: int, most: int, shape: str) -> list[str]:
    found = text.split(":")
    if not least <= len(found) <= most:
        raise InvalidQueryError(f"{text[:60]!r} is not {shape}")
    return [unquote(part) for part in found] + [""] * (most - len(found))


@dataclass(frozen=True)
class Disagreement:
    """How far the fractions of an opinion are from the label's: half the sum of their absolute differences, from `low` to `high`, 0 to 1."""

    name: str
    low: float = 0.0
    high: float = 1.0
    groups: str = OWN

    def __post_init__(self) -> None:
        """Check the values. Raises `InvalidQueryError`."""
        object.__setattr__(self, "name", _name(self.name))
        object.__setattr__(self, "groups", _groups(self.groups) or OWN)
        for limit in ("low", "high"):
            object.__setattr__(self, limit, round(float(getattr(self, limit)), 4))
        if not 0 <= self.low <= self.high <= 1:
            raise InvalidQueryError(
                f"disagreement with {self.name} runs from {self.low:g} to {self.high:g}; give two numbers from 0 to 1"
            )

    def __str__(self) -> str:
        return _write(self.name, f"{self.low:g}-{self.high:g}", "" if self.groups == OWN else self.groups)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From its text. Raises `InvalidQueryError`."""
        name, limits, groups = _parts(text, 2, 3, "NAME:FROM-TO, as made-up-good:0.3-1")
        low, _, high = limits.partition("-")
        try:
            return cls(name, float(low), float(high or 1), groups)
        except ValueError as error:
            if isinstance(error, InvalidQueryError):
                raise
            raise InvalidQueryError(f"{limits[:40]!r} is no range of disagreement, as 0.3-1") from None

    @property
    def title(self) -> str:
        """For people."""
        low, high = 100 * self.low, 100 * self.high
        limits = (
            f"≥ {low:.3g} %"
            if high >= 100
            else f"≤ {high:.3g} %"
            if low <= 0
            else f"{low:.3g} to {high:.3g} %"
        )
        return f"Differs from {self.name} by {limits}{_of_groups(self.groups)}"

    @property
    def opinions(self) -> tuple[str, ...]:
        """The opinions that it asks."""
        return (self.name,)

    def mask(self, columns: OpinionColumns) -> np.ndarray:
        """Which samples meet it, bool `(n,)`."""
        found = columns.disagreement(self.name, self.groups)
        return np.asarray((found >= self.low - 1e-6) & (found <= self.high + 1e-6))


@dataclass(frozen=True)
class Says:
    """The largest class of what an opinion says is one of `classes`: codes of any level, or titles in `groups`."""

    name: str
    classes: tuple[str, ...]
    groups: str = ""

    def __post_init__(self) -> None:
        """Check the values. Raises `InvalidQueryError`, `UnknownClassError`."""
        object.__setattr__(self, "name", _name(self.name))
        object.__setattr__(self, "groups", _groups(self.groups))
        given = self.classes if isinstance(self.classes, (tuple, list)) else (self.classes,)
        if not 0 < len(given) <= _MOST_CLASSES:
            raise InvalidQueryError(f"name one to {_MOST_CLASSES} classes that {self.name} says")
        object.__setattr__(self, "classes", tuple(dict.fromkeys(_class(one, self.groups) for one in given)))

    def __str__(self) -> str:
        return _write(self.name, "+".join(quote(one, safe=" ") for one in self.classes), self.groups)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From its text. Raises `InvalidQueryError`, `UnknownClassError`."""
        name, classes, groups = _parts(text, 2, 3, "NAME:CLASS, as made-up-good:231")
        return cls(name, tuple(unquote(one) for one in classes.split("+") if one), groups)

    @property
    def title(self) -> str:
        """For people."""
        first = _title(self.classes[0], self.groups)
        more = f" + {len(self.classes) - 1} more" if len(self.classes) > 1 else ""
        return f"{self.name} says {first}{more}{_of_groups(self.groups)}"

    @property
    def opinions(self) -> tuple[str, ...]:
        """The opinions that it asks."""
        return (self.name,)

    def mask(self, columns: OpinionColumns) -> np.ndarray:
        """Which samples meet it, bool `(n,)`."""
        return columns.said(self.name, self.classes, self.groups)


@dataclass(frozen=True)
class ClassPair:
    """The label's largest class is `label`, where an opinion's is `said`: a cell of the cross-table of both."""

    name: str
    label: str
    said: str
    groups: str = ""

    def __post_init__(self) -> None:
        """Check the values. Raises `InvalidQueryError`, `UnknownClassError`."""
        object.__setattr__(self, "name", _name(self.name))
        object.__setattr__(self, "groups", _groups(self.groups))
        for one in ("label", "said"):
            object.__setattr__(self, one, _class(getattr(self, one), self.groups))

    def __str__(self) -> str:
        return _write(self.name, self.label, self.said, self.groups)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From its text. Raises `InvalidQueryError`, `UnknownClassError`."""
        return cls(*_parts(text, 3, 4, "NAME:LABEL:SAID, as made-up-good:231:211"))

    @property
    def title(self) -> str:
        """For people."""
        label, said = (_title(one, self.groups) for one in (self.label, self.said))
        return f"Labelled {label}, {self.name} says {said}{_of_groups(self.groups)}"

    @property
    def opinions(self) -> tuple[str, ...]:
        """The opinions that it asks."""
        return (self.name,)

    def mask(self, columns: OpinionColumns) -> np.ndarray:
        """Which samples meet it, bool `(n,)`."""
        label = columns.labelled(self.name, (self.label,), self.groups)
        return label & columns.said(self.name, (self.said,), self.groups)


@dataclass(frozen=True)
class Differ:
    """Two opinions name different largest classes; without `other`, an opinion and the label. Samples that one of both lacks are left out."""

    name: str
    other: str = ""
    groups: str = OWN

    def __post_init__(self) -> None:
        """Check the values. Raises `InvalidQueryError`."""
        object.__setattr__(self, "name", _name(self.name))
        object.__setattr__(self, "other", _name(self.other) if self.other.strip() else "")
        object.__setattr__(self, "groups", _groups(self.groups) or OWN)
        if self.name == self.other:
            raise InvalidQueryError(f"{self.name} does not differ from itself; name two opinions")

    def __str__(self) -> str:
        return _write(self.name, self.other, "" if self.groups == OWN else self.groups)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From its text. Raises `InvalidQueryError`."""
        return cls(*_parts(text, 1, 3, "NAME:OTHER, as made-up-good:made-up-confused"))

    @property
    def title(self) -> str:
        """For people."""
        return f"{self.name} and {self.other or 'the label'} name different classes{_of_groups(self.groups)}"

    @property
    def opinions(self) -> tuple[str, ...]:
        """The opinions that it asks."""
        return (self.name, self.other) if self.other else (self.name,)

    def mask(self, columns: OpinionColumns) -> np.ndarray:
        """Which samples meet it, bool `(n,)`."""
        return columns.differ(self.name, self.other, self.groups)


OpinionCondition: TypeAlias = Disagreement | Says | ClassPair | Differ
KINDS: dict[str, type[OpinionCondition]] = {
    "disagreement": Disagreement, "says": Says, "class_pair": ClassPair, "differ": Differ,
}  # fmt: skip
"""By the names that filters have for them."""
