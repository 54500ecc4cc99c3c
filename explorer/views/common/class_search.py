"""Classes by what people call them: candidates for a text, the best first, and whether the text means exactly one.

`class_search.js` ranks alike while somebody types; a test compares the two.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TypedDict

from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.corpus.tables.class_words import COMMON

MAX_TYPED = 80
"""Characters of a class's name that are looked at."""

_CERTAIN, _UNSURE = 1, 6
"""Ranks (see `_rank`): up to the first a text names its classes; from the second on it is only found within a word."""


class ClassNamed(TypedDict):
    """A level-3 class; `names` are pairs of a common name and its place among the classes that are called so."""

    code: int
    title: str
    colour: str
    names: list[tuple[str, int]]


@cache
def classes() -> list[ClassNamed]:
    """All level-3 classes for the browser."""
    covers = [corine.land_cover(code) for code in corine.codes(3)]
    return [
        {
            "code": cover.code,
            "title": cover.title,
            "colour": cover.hex,
            "names": [
                (name, codes.index(cover.code)) for name, codes in COMMON.items() if cover.code in codes
            ],
        }
        for cover in covers
    ]


def candidates(text: str) -> list[tuple[int, int]]:
    """Classes that a text may mean, the best first, with the rank of each: 0 code or title, 1 common name, then parts of names.

    >>> [code for code, _ in candidates("forest")]
    [311, 312, 313, 244]
    """
    wanted = plain(text[:MAX_TYPED])
    found = []
    for one in classes():
        rank, place = _rank(wanted, one)
        if rank is not None:
            found.append((rank, place, one["code"]))
    return [(code, rank) for rank, _, code in sorted(found)]


def find_class(text: str) -> int:
    """The one class that a code or a name means. Raises `InvalidQueryError` that names those it may mean, where it is not one.

    >>> find_class("sea"), find_class("broad-leaved"), find_class("311 Broad-leaved forest")
    (523, 311, 311)
    """
    found = candidates(text)
    named = [code for code, rank in found if rank <= _CERTAIN]
    best = found[0][1] if found else 0
    exact = [code for code, rank in found if rank == best] if best <= _CERTAIN else []
    if len(exact) == 1:
        return exact[0]
    if len(found) == 1 and best < _UNSURE and not named:
        return found[0][0]
    shown = text.strip()[:40]
    if not shown:
        raise InvalidQueryError("which class? Give its name or its code, such as 311")
    if not found:
        raise InvalidQueryError(f"no class is called {shown!r}; give a name or a code such as 311")
    names = ", ".join(f"{code} {corine.land_cover(code).title}" for code, _ in found[:4])
    more = ", ..." if len(found) > 4 else ""
    raise InvalidQueryError(f"{shown!r} can be {names}{more}; choose one")


def plain(text: str) -> str:
    """A text as it is compared: lower case, without accents, words with one blank between them."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def _rank(wanted: str, one: ClassNamed) -> tuple[int | None, int]:
    """How well a class fits, 0 the best, and its place among those of the same common name; None where it does not."""
    if not wanted:
        return None, 0
    code, title = str(one["code"]), plain(str(one["title"]))
    words = title.split()
    if wanted in (code, title, f"{code} {title}"):
        return 0, 0
    for name, place in one["names"]:
        if name == wanted:
            return 1, place
    if title.startswith(wanted):
        return 2, 0
    if code.startswith(wanted):
        return 3, 0
    begun = [place for name, place in one["names"] if len(wanted) > 2 and name.startswith(wanted)]
    if begun:
        return 4, min(begun)
    if all(any(word.startswith(part) for word in words) for part in wanted.split()):
        return 5, 0
    return (6, 0) if wanted in title else (None, 0)
