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

MAX_TYPED = 80
"""Characters of a class's name that are looked at."""

_COMMON = {
    "forest": (311, 312, 313), "forests": (311, 312, 313), "wood": (311, 312, 313), "woods": (311, 312, 313),
    "woodland": (311, 312, 313, 324), "trees": (311, 312, 313), "deciduous": (311,), "deciduous forest": (311,),
    "broadleaf": (311,), "broadleaved": (311,), "broadleaved forest": (311,), "beech": (311,), "oak": (311,),
    "conifer": (312,), "conifers": (312,), "evergreen forest": (312,), "needleleaved": (312,), "pine": (312,), "spruce": (312,),
    "clear cut": (324,), "clearcut": (324,), "regrowth": (324,), "urban": (111, 112), "city": (111, 112), "town": (112, 111),
    "village": (112,), "settlement": (112, 111), "built up": (111, 112), "houses": (112, 111), "residential": (112, 111),
    "suburb": (112,), "industry": (121,), "factory": (121,), "commerce": (121,), "greenhouses": (121,), "road": (122,),
    "roads": (122,), "motorway": (122,), "railway": (122,), "harbour": (123,), "harbor": (123,), "port": (123,), "airport": (124,),
    "airfield": (124,), "mine": (131,), "quarry": (131,), "mining": (131,), "gravel pit": (131,), "dump": (132,), "landfill": (132,),
    "building site": (133,), "construction": (133,), "park": (141,), "cemetery": (141,), "golf": (142,), "golf course": (142,),
    "stadium": (142,), "campsite": (142,), "arable": (211, 212, 213), "arable land": (211, 212, 213), "cropland": (211, 212, 213),
    "crop": (211, 212, 213), "crops": (211, 212, 213), "field": (211, 212, 213), "fields": (211, 212, 213),
    "agriculture": (211, 212, 213, 242, 243), "farmland": (211, 212, 213, 242, 243), "irrigated": (212,), "rainfed": (211,),
    "rice": (213,), "paddy": (213,), "vine": (221,), "vines": (221,), "vineyard": (221,), "wine": (221,), "orchard": (222,),
    "orchards": (222,), "fruit": (222,), "citrus": (222,), "hops": (222,), "olive": (223,), "olives": (223,), "pasture": (231,),
    "meadow": (231,), "meadows": (231,), "grass": (231, 321), "grassland": (321, 231), "grasslands": (321, 231), "mosaic": (242, 243),
    "dehesa": (244,), "montado": (244,), "moor": (322,), "heath": (322,), "heather": (322,), "shrub": (324, 323, 322),
    "shrubs": (324, 323, 322), "bushes": (324, 323, 322), "scrub": (323, 324), "maquis": (323,), "garrigue": (323,),
    "beach": (331,), "dune": (331,), "sand": (331,), "rock": (332,), "rocks": (332,), "scree": (332,), "cliff": (332,), "bare": (332, 333),
    "bare soil": (333, 332), "burnt": (334,), "burned": (334,), "fire": (334,), "glacier": (335,), "snow": (335,), "ice": (335,),
    "wetland": (411, 412, 421), "wetlands": (411, 412, 421), "marsh": (411, 421), "swamp": (411,), "reeds": (411,), "bog": (412,),
    "peat": (412,), "mire": (412,), "salt marsh": (421,), "saltmarsh": (421,), "salt": (422, 421), "salt pans": (422,),
    "tidal flats": (423,), "mudflat": (423,), "mudflats": (423,), "water": (511, 512), "inland water": (511, 512), "river": (511,),
    "rivers": (511,), "stream": (511,), "canal": (511,), "lake": (512,), "lakes": (512,), "pond": (512,), "reservoir": (512,),
    "lagoon": (521,), "estuary": (522,), "sea": (523,), "ocean": (523,), "sea water": (523,), "marine water": (521, 522, 523),
}  # fmt: skip
"""What people call classes where it is not their title, and which they mean by it, the likeliest first."""

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
                (name, codes.index(cover.code)) for name, codes in _COMMON.items() if cover.code in codes
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
