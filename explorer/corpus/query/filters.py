"""Filters: which samples to show, as one small value that combines conditions and is written in a link.

A condition's mask is computed once and kept, so that combining them takes a few milliseconds for 500,000 samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from explorer.core import corine
from explorer.core.errors import ExplorerError, InvalidQueryError, UnknownClassError
from explorer.core.products import PRODUCTS
from explorer.corpus.query import opinion_conditions
from explorer.corpus.query.alike import Alike
from explorer.corpus.query.embedding_area import EmbeddingArea
from explorer.corpus.query.filter_table import UNREVIEWED, FilterTable
from explorer.corpus.query.opinion_conditions import ClassPair, Differ, Disagreement, OpinionCondition, Says
from explorer.corpus.tables import places, towns

Range = tuple[float, float]
MAX_VALUES = 300
"""Values of one condition: more than there are classes, countries or zones; a message could bring millions."""
ROUNDING = 1e-6
"""Fractions are float32: what is 0.45 may miss it by this."""
MAX_OF_OPINIONS = 10
"""Conditions of one kind that ask opinions: each can take a part of a second."""
MAX_OPINION_TEXT = 1_000
"""Characters of one of them that are read."""
OF_OPINIONS = frozenset(opinion_conditions.KINDS)
"""Conditions that ask what opinions say. Their masks are not kept: an opinion can be replaced while the page is open."""
OF_FEATURES = frozenset({"embedding", "alike"})
"""Conditions that ask features of samples. Their masks are not kept: features can be measured anew."""
OPTIONAL = frozenset({"review", "suspicion", "change", "imagery"})
"""Conditions that not every corpus can tell (`FilterTable.offers`)."""

_LIMITS = ("min_fraction", "max_fraction")


@dataclass(frozen=True)
class Filters:
    """What a sample must be to be shown; every condition that is given has to hold. Empty is no condition."""

    largest: tuple[int, ...] = ()
    """Codes of any level: the sample's largest class on that level is one of them (0: no label)."""
    classes: tuple[int, ...] = ()
    """Codes of any level: their fractions together are `min_fraction` at least, or there at all."""
    min_fraction: float = 0.0
    """0 to 1; without `classes`, asked of the largest class."""
    max_fraction: float = 1.0
    """0 to 1; the fractions of `classes` together are so much at most (and there at all); without them, asked of the largest class."""
    purity: Range | None = None
    """Fraction of the largest class (level 3), from and to, 0 to 1."""
    mixture: tuple[int, int] | None = None
    """Number of classes (level 3) in the sample, from and to."""
    countries: tuple[str, ...] = ()
    """Names as in `explorer.corpus.tables.places.names()`."""
    regions: tuple[str, ...] = ()
    """Titles as of `explorer.corpus.tables.towns.regions()` ("Tuscany, Italy"): the nearest town of the sample's country lies in one of them."""
    near: tuple[float, float, float] | None = None
    """Latitude and longitude in degrees, and kilometres: the sample's centre is at most so far from there."""
    zones: tuple[int, ...] = ()
    """UTM zones, 1 to 60."""
    review: tuple[str, ...] = ()
    """States of review, as `Corpus.extras` has them; `none` is "not reviewed"."""
    suspicion: Range | None = None
    """How suspect the label is, from and to, 0 to 1, as `Corpus.extras` has it."""
    change: Range | None = None
    """How probable it is that cover was lost from 2018 to 2019, from and to, 0 to 1, as `Corpus.extras` has it."""
    imagery: tuple[str, ...] = ()
    """Products (`PF-SR`, `PF-QA`, `S2-SR`) that must be at hand."""
    disagreement: tuple[Disagreement, ...] = ()
    """How far opinions are from the label, as values or texts (`made-up-good:0.3-1`); all have to hold, as of the next three."""
    says: tuple[Says, ...] = ()
    """What opinions say (`made-up-good:231`)."""
    class_pair: tuple[ClassPair, ...] = ()
    """What the label and an opinion say (`made-up-good:231:211`)."""
    differ: tuple[Differ, ...] = ()
    """Which opinions differ (`made-up-good:made-up-confused`)."""
    embedding: EmbeddingArea | None = None
    """A part of an embedding map, as a value or a text (`made-up:pca:-0.2_0.1~0.3_0.4`): the sample's place in it lies inside."""

    alike: Alike | None = None
    """What a search for what is alike finds, as a value or a text (`33N_15E-200N_01_09@120,80;by:season;n:50`); see `explorer.similar.search`."""

    def __post_init__(self) -> None:
        """Check every value. Raises `InvalidQueryError`, `UnknownClassError`."""
        for field in fields(self):
            value = getattr(self, field.name)
            object.__setattr__(self, field.name, _CHECKS[field.name](field.name, value))

    def __bool__(self) -> bool:
        return self != Filters()

    def names(self) -> tuple[str, ...]:
        """Names of the conditions that are given; limits of fractions belong to `classes` where these are given."""
        given = [field.name for field in fields(self) if getattr(self, field.name) != field.default]
        return tuple(name for name in given if name not in _LIMITS or "classes" not in given)

    def without(self, *names: str) -> Filters:
        """The same filters less some conditions."""
        gone = {*names, *(_LIMITS if "classes" in names else ())}
        blank = Filters()
        return replace(self, **{name: getattr(blank, name) for name in gone})

    def mask(self, table: FilterTable) -> np.ndarray:
        """Which samples meet all conditions, bool `(n,)`, not to be written to.

        Raises `InvalidQueryError` where the corpus does not have what a condition asks about.
        """
        masks = [
            table.kept((name, self._key(name)), partial(_MASKS[name], self, table))
            for name in self.names()
            if name not in OF_OPINIONS and name not in OF_FEATURES
        ]
        masks += [one.mask(table.opinions) for one in self.of_opinions()]
        if self.embedding is not None:  # not kept: the map of that name can be made anew
            masks.append(self.embedding.mask(table.embeddings))
        if self.alike is not None:
            masks.append(self.alike.mask(table.embeddings))
        if not masks:
            return table.all
        found = masks[0]
        for mask in masks[1:]:
            found = found & mask
        return found

    def of_opinions(self, name: str = "") -> tuple[OpinionCondition, ...]:
        """The conditions that ask opinions, all or those of one name."""
        found: list[OpinionCondition] = []
        for kind in opinion_conditions.KINDS:
            found += getattr(self, kind) if name in ("", kind) else ()
        return tuple(found)

    def lacking(self, table: FilterTable) -> dict[str, str]:
        """Names of the conditions that a corpus cannot tell, and what it lacks for each: "suspicion", "the opinion my-model"."""
        found = {name: name for name in self.names() if name in OPTIONAL and name not in table.offers}
        for name in self.names():
            for opinion in (one for condition in self.of_opinions(name) for one in condition.opinions):
                if name in OF_OPINIONS and not table.has_opinion(opinion):
                    found[name] = f"the opinion {opinion}"
        if (area := self.embedding) is not None and not table.has_embedding(area.name, area.method):
            found["embedding"] = f"the embedding map of {area.name} by {area.method}"
        if self.alike is not None and not table.can_find(self.alike.text):
            found["alike"] = "the samples or the features of a search for what is alike"
        return found

    def _key(self, name: str) -> Any:
        if name == "classes":
            return self.classes, self.min_fraction, self.max_fraction
        return getattr(self, name)

    # -- written down -----------------------------------------------------------------------------------------

    def format(self) -> str:
        """As a link has it: `largest:211,312;purity:0.5-1;country:France`; empty for no condition."""
        return ";".join(
            f"{_SHORT[name]}:{_write(name, getattr(self, name))}"
            for name in (field.name for field in fields(self))
            if getattr(self, name) != getattr(Filters(), name)
        )

    @classmethod
    def parse(cls, text: str) -> tuple[Filters, tuple[str, ...]]:
        """The filters that a link has, and sentences on what in it cannot be understood (it is left out).

        >>> filters, problems = Filters.parse("largest:211;purity:0.5-1")
        >>> filters.purity, problems
        ((0.5, 1.0), ())
        """
        filters, problems = cls(), []
        for part in text[:4000].split(";"):
            if not part.strip():
                continue
            short, colon, value = part.partition(":")
            name = _LONG.get(short.strip())
            if not colon or name is None:
                problems.append(f"This link filters by {short.strip()[:20]!r}, which is unknown.")
                continue
            try:
                filters = replace(filters, **{name: _READ[name](value)})
            except (ExplorerError, ValueError) as error:
                problems.append(f"This link's filter {part[:40]!r} cannot be understood: {error}.")
        return filters, tuple(problems)

    def chips(self) -> tuple[tuple[str, str], ...]:
        """(name, text) of every condition that is given, for people."""
        return tuple((name, _TEXTS[name](self)) for name in self.names())

    def values(self) -> dict[str, Any]:
        """All conditions by name, those that ask opinions as texts: plain values that give the same filters again."""
        return {
            field.name: list(map(str, getattr(self, field.name)))
            if field.name in OF_OPINIONS
            else (value := getattr(self, field.name)) and str(value)
            if field.name in OF_FEATURES
            else getattr(self, field.name)
            for field in fields(self)
        }


def _largest(filters: Filters, table: FilterTable) -> np.ndarray:
    mask = np.zeros(len(table), bool)
    for level in (1, 2, 3):
        codes = [c for c in filters.largest if c and len(str(c)) == level]
        if codes:
            mask |= _lookup(table.largest(level), codes, 1000)
    if corine.NO_LABEL in filters.largest:
        mask |= table.largest(3) == corine.NO_LABEL
    return mask


def _lookup(values: np.ndarray, wanted: Iterable[int], size: int) -> np.ndarray:
    """`isin` for small non-negative integers: one gather."""
    known = np.zeros(size, bool)
    known[list(wanted)] = True
    return known[values]


def _classes(filters: Filters, table: FilterTable) -> np.ndarray:
    codes = [code for code in filters.classes if code]
    mask = np.zeros(len(table), bool)
    if corine.NO_LABEL in filters.classes:
        mask |= table.largest(3) == corine.NO_LABEL
    if codes:
        fraction = table.fractions.of_classes(codes)
        floor = filters.min_fraction
        enough = fraction >= floor - ROUNDING if floor > 0 else fraction > 0
        mask |= enough & (fraction <= filters.max_fraction + ROUNDING)
    return mask


def _between(values: np.ndarray, limits: Range) -> np.ndarray:
    return np.asarray((values >= limits[0] - ROUNDING) & (values <= limits[1] + ROUNDING))


def _imagery(filters: Filters, table: FilterTable) -> np.ndarray:
    mask = table.at_hand(filters.imagery[0])
    for product in filters.imagery[1:]:
        mask = mask & table.at_hand(product)
    return mask


def _countries(filters: Filters, table: FilterTable) -> np.ndarray:
    positions = [places.names().index(name) for name in filters.countries]
    return _lookup(table.country, positions, len(places.names()) + 1)  # -1, nowhere, is the last


def _regions(filters: Filters, table: FilterTable) -> np.ndarray:
    positions = [towns.region_positions()[title] for title in filters.regions]
    return _lookup(table.region, positions, len(towns.regions()) + 1)  # -1, nowhere, is the last


def _near(filters: Filters, table: FilterTable) -> np.ndarray:
    lat, lon, kilometres = filters.near or (0.0, 0.0, 0.0)
    return table.metres_from(lat, lon) <= 1000 * kilometres


_MASKS: dict[str, Callable[[Filters, FilterTable], np.ndarray]] = {
    "largest": _largest,
    "classes": _classes,
    "min_fraction": lambda f, t: t.purity >= f.min_fraction - ROUNDING,
    "max_fraction": lambda f, t: t.purity <= f.max_fraction + ROUNDING,
    "purity": lambda f, t: _between(t.purity, f.purity or (0, 1)),
    "mixture": lambda f, t: _between(t.mixture, f.mixture or (0, 44)),
    "countries": _countries,
    "regions": _regions,
    "near": _near,
    "zones": lambda f, t: _lookup(t.zone, f.zones, 100),
    "review": lambda f, t: np.isin(t.review, f.review),
    "suspicion": lambda f, t: _between(t.suspicion, f.suspicion or (0, 1)),
    "change": lambda f, t: _between(t.change, f.change or (0, 1)),
    "imagery": _imagery,
}


# -- checks ---------------------------------------------------------------------------------------------------


def _codes(name: str, value: Any) -> tuple[int, ...]:
    known = {corine.NO_LABEL, *(c for level in (1, 2, 3) for c in corine.codes(level))}
    found: dict[int, None] = {}
    for one in many(name, value):
        try:
            code = int(one)
        except (TypeError, ValueError):
            raise UnknownClassError(one) from None
        if code not in known or isinstance(one, bool):
            raise UnknownClassError(one)
        found[code] = None
    return tuple(found)


def many(name: str, value: Any) -> list[Any]:
    """The values of a condition, given as one or several, `MAX_VALUES` at most. Raises `InvalidQueryError`."""
    if value is None:
        return []
    if isinstance(value, (str, int, np.integer)):
        return [value]
    try:
        count = len(value) if hasattr(value, "__len__") else 0
        found = [] if count > MAX_VALUES else list(islice(value, MAX_VALUES + 1))
    except TypeError:
        raise InvalidQueryError(f"{name} is {value!r}; give one or several") from None
    if max(count, len(found)) > MAX_VALUES:
        raise InvalidQueryError(f"{name} has more than {MAX_VALUES} values; give fewer")
    return found


def _share(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not 0 <= number <= 1:
        raise InvalidQueryError(f"{name} is {value!r}; it runs from 0 to 1")
    return number


def _shares(name: str, value: Any) -> Range | None:
    if value is None:
        return None
    low, high = _pair(name, value)
    low, high = _share(name, low), _share(name, high)
    if low > high:
        raise InvalidQueryError(f"{name} runs from {low:g} down to {high:g}; swap them")
    return None if (low, high) == (0, 1) else (low, high)


def _counts(name: str, value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    try:
        low, high = (int(v) for v in _pair(name, value))
    except (TypeError, ValueError) as error:
        raise InvalidQueryError(f"{name} is {value!r}; give two whole numbers, from and to") from error
    if not 0 <= low <= high:
        raise InvalidQueryError(f"{name} runs from {low} to {high}; it counts classes, from few to many")
    return low, min(high, 44)


def _pair(name: str, value: Any) -> tuple[Any, Any]:
    try:
        low, high = value
    except (TypeError, ValueError):
        raise InvalidQueryError(f"{name} is {value!r}; give two numbers, from and to") from None
    return low, high


def _country_names(name: str, value: Any) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for one in many(name, value):
        country = places.find_country(str(one)[:60])
        if country is None:
            raise InvalidQueryError(f"no country {str(one)[:60]!r} on this map; write it in English")
        found[country.name] = None
    return tuple(found)


def _region_titles(name: str, value: Any) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for one in many(name, value):
        text = str(one)[:120]
        named = [text] if text in towns.region_positions() else [r.title for r in _regions_called(text)]
        if len(named) != 1:
            several = f"can be {' or '.join(named)}; choose one" if named else "is no region of this map"
            raise InvalidQueryError(f"region {text!r} {several}")
        found[named[0]] = None
    return tuple(found)


def _regions_called(text: str) -> list[towns.Region]:
    return towns.regions_by_words().get(" ".join(places.words_of(text)), [])


MAX_KILOMETRES = 2_000.0
"""Farther than this, nothing is near."""


def _circle(name: str, value: Any) -> tuple[float, float, float] | None:
    if value is None:
        return None
    try:
        lat, lon, kilometres = (float(part) for part in value)
    except (TypeError, ValueError):
        raise InvalidQueryError(f"{name} is {value!r}; give latitude, longitude and kilometres") from None
    if not (abs(lat) <= 85 and abs(lon) <= 180):
        raise InvalidQueryError(f"{name} is {lat:g}, {lon:g}, which is no latitude and longitude on this map")
    if not 0 < kilometres <= MAX_KILOMETRES:
        raise InvalidQueryError(f"{name} is {kilometres:g} km; it runs to {MAX_KILOMETRES:,.0f} km")
    return round(lat, 4) + 0.0, round(lon, 4) + 0.0, kilometres


def _zones(name: str, value: Any) -> tuple[int, ...]:
    found: dict[int, None] = {}
    for one in many(name, value):
        text = str(one).strip().upper().removesuffix("N")
        if not text.isdecimal() or not 1 <= int(text) <= 60:
            raise InvalidQueryError(f"UTM zone {one!r}; zones run from 1 to 60")
        found[int(text)] = None
    return tuple(found)


def _states(name: str, value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(one)[:60] for one in many(name, value)))


def product_ids(value: Any, name: str = "products") -> tuple[str, ...]:
    """Ids of products, given as one or several. Raises `InvalidQueryError`."""
    found = tuple(dict.fromkeys(map(str, many(name, value))))
    for one in found:
        if one not in PRODUCTS:
            raise InvalidQueryError(f"no product {one!r}; the corpus has {', '.join(PRODUCTS)}")
    return found


def _of_opinions(name: str, value: Any) -> tuple[OpinionCondition, ...]:
    kind = opinion_conditions.KINDS[name]
    given = [value] if isinstance(value, kind) else many(name, value)
    if len(given) > MAX_OF_OPINIONS:
        raise InvalidQueryError(f"{name} has more than {MAX_OF_OPINIONS} values; give fewer")
    found = [one if isinstance(one, kind) else kind.parse(str(one)[:MAX_OPINION_TEXT]) for one in given]
    return tuple(dict.fromkeys(found))


def _embedding(_name: str, value: Any) -> EmbeddingArea | None:
    return value if value is None or isinstance(value, EmbeddingArea) else EmbeddingArea.parse(str(value))


def _alike(_name: str, value: Any) -> Alike | None:
    return value if value is None or isinstance(value, Alike) else Alike.parse(str(value))


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "largest": _codes, "classes": _codes, "min_fraction": _share, "max_fraction": _share, "purity": _shares, "mixture": _counts,
    "countries": _country_names, "regions": _region_titles, "near": _circle, "zones": _zones, "review": _states, "suspicion": _shares, "change": _shares, "imagery": lambda name, value: product_ids(value, name),
    "disagreement": _of_opinions, "says": _of_opinions, "class_pair": _of_opinions, "differ": _of_opinions, "embedding": _embedding,
    "alike": _alike,
}  # fmt: skip


# -- words ----------------------------------------------------------------------------------------------------

_SHORT = {
    "largest": "largest", "classes": "with", "min_fraction": "min", "max_fraction": "max", "purity": "purity", "mixture": "classes",
    "countries": "country", "regions": "region", "near": "near", "zones": "zone", "review": "review", "suspicion": "suspicion", "change": "change", "imagery": "imagery",
    "disagreement": "disagree", "says": "says", "class_pair": "pair", "differ": "differ", "embedding": "embedding", "alike": "alike",
}  # fmt: skip
_RANGES = {"purity", "mixture", "suspicion", "change"}
_LONG = {short: name for name, short in _SHORT.items()}


def _write(name: str, value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if name == "embedding":
        return str(value)
    if name == "alike":
        return str(value.link)
    if name == "near":
        return ",".join(f"{number:.7g}" for number in value)
    if name in _RANGES:
        return f"{value[0]:g}-{value[1]:g}"
    return ",".join(str(v).replace("%", "%25").replace(",", "%2C").replace(";", "%3B") for v in value)


def _list(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return [p.replace("%3B", ";").replace("%2C", ",").replace("%25", "%") for p in parts]


def _range(text: str) -> tuple[str, str]:
    low, _, high = text.replace(",", "-").partition("-")
    return low.strip(), high.strip() or low.strip()


_READ: dict[str, Callable[[str], Any]] = {
    "largest": _list, "classes": _list, "min_fraction": str, "max_fraction": str, "purity": _range, "mixture": _range,
    "countries": _list, "regions": _list, "near": _list, "zones": _list, "review": _list, "suspicion": _range, "change": _range, "imagery": _list,
    "disagreement": _list, "says": _list, "class_pair": _list, "differ": _list, "embedding": str, "alike": str,
}  # fmt: skip


def _titles(codes: tuple[int, ...]) -> str:
    titles = [corine.land_cover(code).title for code in codes]
    return titles[0] if len(titles) == 1 else f"{titles[0]} + {len(titles) - 1} more" if titles else ""


def _percent(limits: Range | None) -> str:
    low, high = limits or (0.0, 1.0)
    if high >= 1:
        return f"≥ {100 * low:.3g} %"
    return f"≤ {100 * high:.3g} %" if low <= 0 else f"{100 * low:.3g} to {100 * high:.3g} %"


def _limits(filters: Filters) -> str:
    limits = filters.min_fraction, filters.max_fraction
    return "" if limits == (0, 1) else _percent(limits)


def _near_text(filters: Filters) -> str:
    lat, lon, kilometres = filters.near or (0.0, 0.0, 0.0)
    return f"Within {kilometres:g} km of {towns.place_name(lat, lon)}"


def _some(values: Iterable[Any], shown: int = 3) -> str:
    texts = [str(v) for v in values]
    return ", ".join(texts[:shown]) + (f" + {len(texts) - shown} more" if len(texts) > shown else "")


def _opinions_text(conditions: Iterable[OpinionCondition]) -> str:
    return "; ".join(one.title for one in conditions)


def _count_text(filters: Filters) -> str:
    low, high = filters.mixture or (0, 44)
    span = f"{low}" if low == high else f"{low} or more" if high >= 44 else f"{low} to {high}"
    return f"{span} class{'' if span == '1' else 'es'}"


_TEXTS: dict[str, Callable[[Filters], str]] = {
    "largest": lambda f: f"Mostly {_titles(f.largest)}",
    "classes": lambda f: f"{_limits(f) or 'Some'} {_titles(f.classes)}",
    "min_fraction": lambda f: f"Largest class ≥ {100 * f.min_fraction:.3g} %",
    "max_fraction": lambda f: f"Largest class ≤ {100 * f.max_fraction:.3g} %",
    "purity": lambda f: f"Purity {_percent(f.purity)}",
    "mixture": _count_text,
    "countries": lambda f: _some(f.countries),
    "regions": lambda f: _some(f.regions),
    "near": _near_text,
    "zones": lambda f: f"UTM {_some((f'{zone:02d}N' for zone in f.zones), 4)}",
    "review": lambda f: "Review: " + _some("not reviewed" if s == UNREVIEWED else s for s in f.review),
    "suspicion": lambda f: f"Suspicion {_percent(f.suspicion)}",
    "change": lambda f: f"Cover lost {_percent(f.change)}",
    "imagery": lambda f: f"At hand: {_some(f.imagery)}",
    "disagreement": lambda f: _opinions_text(f.disagreement),
    "says": lambda f: _opinions_text(f.says),
    "class_pair": lambda f: _opinions_text(f.class_pair),
    "differ": lambda f: _opinions_text(f.differ),
    "embedding": lambda f: f"Part of the embedding map of {f.embedding.name}" if f.embedding else "",
    "alike": lambda f: f.alike.title if f.alike else "",
}
