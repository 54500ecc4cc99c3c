"""What people call the classes of CORINE: official titles of all levels, common names, singular and plural."""

from __future__ import annotations

from functools import cache

from explorer.core import corine
from explorer.corpus.tables.places import words_of

COMMON = {
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

_ONE_WORD = 8
"""Letters of a title's first word that may stand for the title: shorter ones ("mixed", "green") mean other things, too."""


@cache
def codes_by_words() -> dict[str, tuple[int, ...]]:
    """What a text means: words as `places.words_of` gives them, with one blank between them -> codes of the fewest classes.

    A title wins over a common name, level 3 over the levels above it, and what was said over its singular or plural.

    >>> codes_by_words()["vineyard"], codes_by_words()["woods"], codes_by_words()["wetland"]
    ((221,), (31,), (4,))
    """
    found: dict[str, tuple[int, ...]] = {}
    titles: dict[str, tuple[int, ...]] = {
        _words(c.title): (c.code,) for level in (1, 2, 3) for c in corine.classes(level)
    }
    common = {name: merged(codes) for name, codes in COMMON.items()}
    for names in (titles, _numbered(titles), common, _numbered(common), _beginnings()):
        for words, codes in names.items():
            found.setdefault(words, codes)
    return found


def merged(codes: tuple[int, ...]) -> tuple[int, ...]:
    """The same classes in fewer codes: where all classes below one are there, that one.

    >>> merged((311, 312, 313)), merged((111, 112)), merged((311, 312))
    ((31,), (11,), (311, 312))
    """
    for level in (2, 1):
        for parent in corine.codes(level):
            below = [code for code in corine.codes(level + 1) if code // 10 == parent]
            if len(below) > 1 and set(below) <= set(codes):
                codes = tuple(dict.fromkeys(parent if code in below else code for code in codes))
    return codes


def candidates(text: str, limit: int = 6) -> list[int]:
    """Codes of the classes of any level that a text may mean or begin, the best first."""
    wanted = _words(text)
    if not wanted:
        return []
    ranked: dict[int, tuple[int, int]] = {}

    def rank(code: int, kind: int, place: int) -> None:
        ranked[code] = min(ranked.get(code, (9, 0)), (kind, place))

    for words, codes in codes_by_words().items():
        if words == wanted or (len(wanted) > 1 and words.startswith(wanted)):
            for i, code in enumerate(codes):
                rank(code, 0 if words == wanted else 2, i)
    for level in (3, 2, 1):
        for cover in corine.classes(level):
            title = _words(cover.title)
            if title.startswith(wanted) or str(cover.code) == wanted:
                rank(cover.code, 1, 3 - level)
            elif any(word.startswith(wanted) for word in title.split()) and len(wanted) > 2:
                rank(cover.code, 3, 3 - level)
    return sorted(ranked, key=lambda code: (*ranked[code], code))[:limit]


def _words(text: str) -> str:
    return " ".join(words_of(text))


def _numbered(names: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """The names with their last word in the other number."""
    found: dict[str, tuple[int, ...]] = {}
    for name, codes in names.items():
        *before, last = name.split()
        for other in _other_number(last):
            found.setdefault(" ".join([*before, other]), codes)
    return found


def _other_number(word: str) -> tuple[str, ...]:
    if word.endswith("ies"):
        return (f"{word[:-3]}y",)
    if word.endswith(("ches", "shes", "sses", "xes")):
        return (word[:-2],)
    if word.endswith("s"):
        return (word[:-1],)
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return (f"{word[:-1]}ies",)
    return (f"{word}es" if word.endswith(("ch", "sh", "x")) else f"{word}s",)


@cache
def _beginnings() -> dict[str, tuple[int, ...]]:
    """Whole words with which one title of level 3 alone begins: "broad leaved", "non irrigated"."""
    found: dict[str, set[int]] = {}
    for cover in corine.classes(3):
        words = words_of(cover.title)
        for count in range(1, len(words)):
            found.setdefault(" ".join(words[:count]), set()).add(cover.code)
    return {
        words: tuple(codes)
        for words, codes in found.items()
        if len(codes) == 1
        and (" " in words or len(words) >= _ONE_WORD)
        and words.split()[-1] not in ("and", "or", "with")
    }
