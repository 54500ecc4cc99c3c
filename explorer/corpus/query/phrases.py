"""What people type to find samples: ids, places, classes and conditions, read into filters; and which words were not understood.

```
vineyards Italy >= 80 %            purity > 0.8 pastures Ireland       broad-leaved forest near Munich
mixed, France, reviewed            mostly forest with vineyards 5 to 20 %      within 30 km of Tours
```

Words are looked up in tables, the longest names first; what is left over is said and never guessed. `>` is read as `>=` (and `<` as
`<=`): fractions are not exact. A number from 0 to 1 is a fraction, a larger one a percentage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from explorer.core import corine
from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.corpus.query.filter_table import UNREVIEWED
from explorer.corpus.query.filters import MAX_KILOMETRES, Filters
from explorer.corpus.tables import ids, places, towns
from explorer.corpus.tables.class_words import codes_by_words

MAX_TEXT = 200
"""Characters of a phrase that are read."""
NEAR_KM = 50.0
"""How far "near" reaches where no distance is given."""
REVIEWED = ("correct", "wrong", "unsure", "disputed")
"""The states of a sample that was reviewed, as `explorer.review.consensus.STATES`."""
MOST_CLASSES = 44
_LONGEST = 12
"""Words of the longest name, which is a class's."""
_SUSPECT = _LOST = (0.5, 1.0)
_MIXED, _PURE = (2, MOST_CLASSES), (1, 1)


@dataclass(frozen=True)
class Spot:
    """A place by its name; latitude and longitude in degrees (EPSG:4326)."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Phrase:
    """What was understood of a text, and what was not."""

    text: str
    sample: str = ""
    """The id of a sample, whole."""
    id_start: str = ""
    """The beginning of ids, as it is spelt in them."""
    place: Spot | None = None
    """Coordinates, or a town, that stand alone: the sample nearest to it is meant."""
    filters: Filters = field(default_factory=Filters)
    unread: tuple[str, ...] = ()
    """Words that were not understood, as they were typed."""

    def __bool__(self) -> bool:
        """Whether anything was understood."""
        return bool(self.sample or self.id_start or self.place or self.filters)

    @property
    def title(self) -> str:
        """What was understood, in a few words."""
        if self.sample or self.id_start:
            return self.sample or f"Ids that begin with {self.id_start}"
        if self.place is not None:
            return self.place.name
        return " · ".join(text for _, text in self.filters.chips())

    @property
    def problem(self) -> str:
        """A sentence on what was not understood; "" where all was."""
        return f"not understood: {', '.join(map(repr, self.unread))}" if self.unread else ""

    @property
    def conditions(self) -> Filters:
        """The filters, in which a place that stands alone is one to be near to."""
        if self.place is None:
            return self.filters
        return replace(self.filters, near=(self.place.lat, self.place.lon, NEAR_KM))


def read(text: str) -> Phrase:
    """What a text means; of a long one, the first 200 characters. Raises `InvalidQueryError` for coordinates off the map.

    >>> phrase = read("blue vineyards Italy >= 80 %")
    >>> phrase.filters.format(), phrase.problem
    ('with:221;min:0.8;country:Italy', "not understood: 'blue'")
    """
    text = " ".join(text[:MAX_TEXT].split())
    found = ids.find_id(text)
    if found is not None:
        rest = (
            [word for word in text.replace(found, " ").split() if word.casefold() not in _STOPS]
            if " " in text
            else []
        )
        return Phrase(text, sample=found, unread=tuple(rest))
    if _ID_START.fullmatch(text):
        return Phrase(text, id_start=text.upper())
    if not _CODES.fullmatch(text) and (at := places.parse_place(text)):
        return Phrase(text, place=_coordinates(*at))
    return _Reader(text).phrase()


def read_whole(text: str) -> Phrase:
    """As `read`, of a text every word of which has to be understood. Raises `InvalidQueryError`."""
    phrase = read(text)
    if len(text) > MAX_TEXT:
        raise InvalidQueryError(
            f"{text[:20]!r} ... has {len(text):,} characters; a phrase has {MAX_TEXT} at most"
        )
    if phrase.unread or not phrase:
        raise InvalidQueryError(phrase.problem or f"nothing to find in {text!r}")
    return phrase


def bounds(filters: Filters) -> tuple[float, float, float, float] | None:
    """West, south, east, north (degrees) of the places that filters name, whatever samples are there; None where they name none."""
    boxes = [towns.regions()[towns.region_positions()[title]].bounds for title in filters.regions]
    if not boxes:
        named = {country.name: country for country in places.countries()}
        boxes = [named[name].bounds for name in filters.countries]
    if filters.near is not None:
        boxes = [towns.box_around(*filters.near)]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


_ID_START = re.compile(r"\d{1,2}N_[0-9EN_-]*", re.IGNORECASE | re.ASCII)
_CODES = re.compile(
    r"\d{3}(?:[ ,;]+\d{3})*", re.ASCII
)  # which could be a latitude and a longitude off the map


def _coordinates(lat: float, lon: float) -> Spot:
    return Spot(f"{abs(lat):.4f}° {'NS'[int(lat < 0)]}, {abs(lon):.4f}° {'EW'[int(lon < 0)]}", lat, lon)


# -- tokens ---------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r"0,[0-9]+|[0-9]+(?:\.[0-9]+|,[0-9]{1,2}(?![0-9]))?|[^\W\d_][^\W_]*|>=|=>|<=|=<|\S")
_SIGNS = {
    ">=": ">=", "=>": ">=", "≥": ">=", "⩾": ">=", "<=": "<=", "=<": "<=", "≤": "<=", "⩽": "<=", ">": ">", "<": "<", "=": "=",
    "-": "-", "–": "-", "−": "-", "%": "%", "\N{FULLWIDTH PERCENT SIGN}": "%",
}  # fmt: skip
_SPOKEN = {
    "at least": ">=", "minimum": ">=", "min": ">=", "from": ">=", "at most": "<=", "maximum": "<=", "max": "<=", "up to": "<=", "no more than": "<=",
    "more than": ">", "over": ">", "above": ">", "less than": "<", "fewer than": "<", "under": "<", "below": "<", "exactly": "=",
}  # fmt: skip
_COMPARED = frozenset(_SPOKEN.values())
_TAILS = {"or more": ">=", "and more": ">=", "or less": "<=", "or fewer": "<="}
_STOPS = frozenset({
    "a", "all", "and", "are", "area", "areas", "at", "available", "be", "but", "by", "class", "classes", "clc", "code", "codes",
    "corine", "cover", "covered", "find", "for", "fraction", "fractions", "from", "hand", "i", "imagery", "images", "in", "is",
    "label", "labelled", "labels", "land", "me", "of", "on", "or", "place", "places", "sample", "samples", "search", "share",
    "shares", "show", "than", "that", "the", "their", "them", "there", "to", "was", "were", "where", "which", "who", "whose", "within",
})  # fmt: skip
"""Words that say nothing by themselves."""
_NOT = frozenset({"not", "no", "without", "except", "excluding"})
_WITH = frozenset({"with", "some", "any", "contain", "contains", "containing", "including", "has", "having"})
_MOSTLY = frozenset({"mostly", "mainly", "largely", "predominantly", "dominated", "largest"})
_NEAR = frozenset({"near", "nearby", "close", "around", "km"})
"""Words that say that a distance from a place is meant."""


class _Token(NamedTuple):
    """A word (as it is compared), a number, or a sign; where it stands in the text."""

    kind: str
    word: str
    start: int
    end: int


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text):
        typed = match[0]
        if typed[0].isascii() and typed[0].isdigit():
            found.append(_Token("number", typed.replace(",", "."), *match.span()))
        elif typed in _SIGNS:
            found.append(_Token("sign", _SIGNS[typed], *match.span()))
        else:
            words = places.words_of(typed)
            if words:  # else it is punctuation
                found.append(_Token("word", " ".join(words), *match.span()))
    return found


# -- reading --------------------------------------------------------------------------------------------------

_SUBJECTS = {
    "purity": "purity", "pure": "pure", "suspicion": "suspicion", "suspicious": "suspicion", "suspect": "suspicion", "classes": "mixture",
}  # fmt: skip
"""What a quantity behind such a word is of."""
_UNITS = {**_SUBJECTS, "class": "mixture", "km": "near"}
"""What a quantity before such a word is of."""
_WORDS: dict[str, dict[str, Any]] = {
    "mixed": {"mixture": _MIXED}, "mixture": {"mixture": _MIXED}, "several classes": {"mixture": _MIXED},
    "one class": {"mixture": _PURE}, "single class": {"mixture": _PURE}, "pure": {"mixture": _PURE},
    "reviewed": {"review": REVIEWED}, "judged": {"review": REVIEWED}, "unreviewed": {"review": (UNREVIEWED,)},
    "not reviewed": {"review": (UNREVIEWED,)}, "not yet reviewed": {"review": (UNREVIEWED,)}, "correct": {"review": ("correct",)},
    "wrong": {"review": ("wrong",)}, "unsure": {"review": ("unsure",)}, "disputed": {"review": ("disputed",)},
    "cleared": {"change": _LOST}, "felled": {"change": _LOST}, "clearing": {"change": _LOST}, "clearings": {"change": _LOST},
    "lost cover": {"change": _LOST}, "cover lost": {"change": _LOST}, "suspect": {"suspicion": _SUSPECT}, "suspicious": {"suspicion": _SUSPECT},
    "no label": {"largest": (0,)}, "no labels": {"largest": (0,)}, "without label": {"largest": (0,)},
    "without labels": {"largest": (0,)}, "unlabelled": {"largest": (0,)}, "unlabeled": {"largest": (0,)},
    "planet fusion": {"imagery": ("PF-SR",)}, "pf sr": {"imagery": ("PF-SR",)}, "pf qa": {"imagery": ("PF-QA",)},
    "sentinel 2": {"imagery": ("S2-SR",)}, "s2 sr": {"imagery": ("S2-SR",)}, "s2": {"imagery": ("S2-SR",)},
}  # fmt: skip
"""Words, and the conditions that they are."""


@dataclass
class _Mention:
    """Classes that were named together, and how: "mostly", "with", or neither."""

    codes: list[int]
    how: str
    limits: tuple[float, float] | None = None
    spans: list[tuple[int, int]] = field(default_factory=list)


class _Quantity(NamedTuple):
    """From and to, as numbers were said; `share` where it was a percentage."""

    low: float | None
    high: float | None
    percent: bool
    after: int
    """The token that follows."""


class _Reader:
    """Goes through the tokens of one text, once."""

    def __init__(self, text: str) -> None:
        self._text, self._tokens = text, _tokens(text)
        self._at = 0
        self._given: dict[str, Any] = {}
        self._mentions: list[_Mention] = []
        self._spots: list[tuple[Spot, tuple[int, int]]] = []
        self._near = any(token.word in _NEAR for token in self._tokens)
        """Whether a distance from a place is meant."""
        self._kilometres: float | None = None
        self._reach: tuple[int, int] | None = None
        """Where in the text the kilometres are."""
        self._tries = 4
        """How often coordinates are looked for behind "near"."""
        self._how = ""
        self._subject = ""
        """What a quantity that comes next is of."""
        self._waiting: tuple[float, float] | None = None
        """Limits whose class has not come yet."""
        self._unread: list[tuple[int, int]] = []

    def phrase(self) -> Phrase:
        """What the text means."""
        while self._at < len(self._tokens):
            if not (
                self._quantity() or self._negation() or self._known() or self._name() or self._coordinates()
            ):
                self._skip()
        return self._result()

    # -- tokens

    def _words(self, count: int) -> str | None:
        """The next `count` tokens as words with one blank between them; None where there are fewer, or signs."""
        part = self._tokens[self._at : self._at + count]
        if len(part) < count or any(token.kind == "sign" and token.word != "-" for token in part):
            return None
        return " ".join(token.word for token in part if token.kind != "sign")

    def _take(self, count: int) -> tuple[int, int]:
        """Go on behind `count` tokens; where they stand in the text."""
        first, last = self._tokens[self._at], self._tokens[self._at + count - 1]
        self._at += count
        return first.start, last.end

    def _leave(self, span: tuple[int, int]) -> None:
        """Note a part of the text that was not understood; what follows on another is one with it."""
        if self._unread and not self._text[self._unread[-1][1] : span[0]].strip(" -"):
            span = (self._unread.pop()[0], span[1])
        self._unread.append(span)

    def _skip(self) -> None:
        token = self._tokens[self._at]
        span = self._take(1)
        if token.kind == "sign" and token.word == "-":
            return
        if token.kind == "word":
            if token.word in _WITH:
                self._how = "with"
            elif token.word in _MOSTLY:
                self._how = "mostly"
            if token.word in _STOPS | _NEAR | _WITH | _MOSTLY:
                self._subject = _SUBJECTS.get(token.word, self._subject)
                return
        self._leave(span)

    # -- what may come next

    def _negation(self) -> bool:
        """Words behind "not" and "without": there is no such filter, and without that word they would be the opposite."""
        if self._words(1) not in _NOT or any(self._words(n) in _WORDS for n in (2, 3)):
            return False
        begin = self._at
        self._take(1)
        for count in range(min(_LONGEST, len(self._tokens) - self._at), 0, -1):
            if (words := self._words(count)) and (
                words in codes_by_words() or words in places.countries_by_words()
            ):
                self._take(count)
                break
        else:
            if self._at < len(self._tokens):
                self._take(1)
        self._leave((self._tokens[begin].start, self._tokens[self._at - 1].end))
        return True

    def _known(self) -> bool:
        """Words with a meaning of their own, and UTM zones."""
        for count in (3, 2, 1):
            words = self._words(count)
            if words is None:
                continue
            if count == 2 and (zone := _zone(words, self._tokens[self._at : self._at + 2])):
                self._take(count)
                self._add("zones", (zone,))
                return True
            if count == 1 and words in ("purity", "suspicion"):
                self._take(count)
                self._subject = words
                return True
            if words in _WORDS and not (count == 1 and self._is_longer()):
                self._take(count)
                for name, value in _WORDS[words].items():
                    self._add(name, value)
                self._subject = _SUBJECTS.get(words, "")
                return True
        return False

    def _is_longer(self) -> bool:
        """Whether the next word begins the name of a class: "mixed forest"."""
        return any(
            self._words(count) in codes_by_words()
            for count in range(2, min(_LONGEST, len(self._tokens) - self._at) + 1)
        )

    def _name(self) -> bool:
        """The longest name that comes next: of a class, a country, a region, or a town."""
        for count in range(min(_LONGEST, len(self._tokens) - self._at), 0, -1):
            words = self._words(count)
            if not words or (count == 1 and words in _STOPS | _NEAR | _WITH | _MOSTLY):
                continue
            if count == 1 and words.isdigit() and (len(words) == 1 or int(words) not in _known_codes()):
                continue
            if codes := _codes(words):
                self._class(codes, self._take(count))
            elif country := places.countries_by_words().get(words):
                self._take(count)
                self._add("countries", (country.name,))
            elif not self._place(words, count):
                continue
            return True
        return False

    def _place(self, words: str, count: int) -> bool:
        """A region or a town, with its country where that is said behind it."""
        regions, named = towns.regions_by_words().get(words, []), towns.towns_by_words().get(words, [])
        if not regions and not named:
            return self._begun_country(words, count)
        span = self._take(count)
        said, length = self._country_behind()
        inside = [one for one in regions if one.country == said]
        there = [one for one in named if one.country == said]
        if inside or there:
            regions, named = inside, there
            span = (span[0], self._take(length)[1])
        alone = len(self._tokens) == count + (length if inside or there else 0)
        if named and (alone or self._near or len(regions) != 1):
            self._spots.append((Spot(named[0].title, named[0].lat, named[0].lon), span))
        elif len(regions) == 1:
            self._add("regions", (regions[0].title,))
        else:
            self._leave(span)
        return True

    def _country_behind(self) -> tuple[str, int]:
        """The country that comes next, and how many words name it."""
        for count in range(4, 0, -1):
            country = places.countries_by_words().get(self._words(count) or "")
            if country is not None:
                return country.name, count
        return "", 0

    def _begun_country(self, words: str, count: int) -> bool:
        """A country of which only the beginning is there, where it can be no other."""
        if count > 1 or len(words) < 4:
            return False
        country = places.find_country(words)
        if country is None:
            return False
        self._take(count)
        self._add("countries", (country.name,))
        return True

    def _coordinates(self) -> bool:
        """Coordinates behind "near", "around" and the like."""
        here = self._tokens[self._at]
        if (
            not self._near
            or self._spots
            or not self._tries
            or not (here.kind == "number" or here.word[0] in "nsew")
        ):
            return False
        self._tries -= 1
        for end in range(min(len(self._tokens), self._at + 16), self._at + 1, -1):
            try:
                at = places.parse_place(self._text[here.start : self._tokens[end - 1].end])
            except InvalidQueryError:
                continue
            if at is not None:
                self._spots.append((_coordinates(*at), self._take(end - self._at)))
                return True
        return False

    def _class(self, codes: tuple[int, ...], span: tuple[int, int]) -> None:
        self._subject = ""
        last = self._mentions[-1] if self._mentions else None
        if last is None or last.limits is not None or last.how != self._how:
            last = _Mention([], self._how)
            self._mentions.append(last)
        last.codes += codes
        last.spans.append(span)
        if self._waiting is not None:
            last.limits, self._waiting = self._waiting, None

    # -- quantities

    def _quantity(self) -> bool:
        """A number with what it is of: `>= 80 %`, `between 0.2 and 0.6`, `at least 3 classes`, `30 km`."""
        found = self._limits()
        if found is None:
            return False
        begin = self._at
        unit = _UNITS.get(self._word(found.after), "")
        self._at = found.after + bool(unit)
        span = (self._tokens[begin].start, self._tokens[self._at - 1].end)
        subject = unit or self._subject
        try:
            self._set(subject, found, span)
        except ExplorerError:
            self._leave(span)
        self._subject = self._how = ""
        return True

    def _limits(self) -> _Quantity | None:
        """The limits that come next, without what they are of."""
        at = self._at
        sign, at = self._next_sign(at)
        between = not sign and self._word(at) == "between"
        low = self._number(at + between)
        if low is None:
            return None
        percent, at = self._percent(at + between + 1)
        high = self._number(at + 1)
        if (
            high is not None
            and sign in ("", ">=")
            and self._word(at) in (("and", "to", "-") if between else ("to", "-"))
        ):
            also, at = self._percent(at + 2)
            return _Quantity(min(low, high), max(low, high), percent or also, at)
        tail = f"{self._word(at)} {self._word(at + 1)}"
        if not sign and tail in _TAILS:
            sign, at = _TAILS[tail], at + 2
        unit = _UNITS.get(self._word(at), "")
        if not (sign or percent or unit or self._is_bare_quantity(low)):
            return None
        counted = (unit or self._subject) == "mixture"
        step = (
            1 if counted else 0
        )  # more than three classes are four; of fractions, nobody means the limit itself
        if sign in ("<", "<="):
            return _Quantity(None, low - step * (sign == "<"), percent, at)
        if sign == "=" or (counted and not sign):
            return _Quantity(low, low, percent, at)
        return _Quantity(low + step * (sign == ">"), None, percent, at)

    def _is_bare_quantity(self, value: float) -> bool:
        """Whether a number without a sign or a unit is a quantity, and no code or coordinate."""
        if self._subject == "mixture":
            return value not in _known_codes() or value < 10
        return bool(self._subject) or (0 < value < 1 and not (self._near and not self._spots))

    def _word(self, at: int) -> str:
        return self._tokens[at].word if at < len(self._tokens) else ""

    def _next_sign(self, at: int) -> tuple[str, int]:
        """The sign before a number, "" where there is none, and the token that follows."""
        if self._word(at) in _COMPARED:
            return self._word(at), at + 1
        for count in (3, 2, 1):
            words = " ".join(token.word for token in self._tokens[at : at + count])
            if words in _SPOKEN and self._number(at + count) is not None:
                return _SPOKEN[words], at + count
        return "", at

    def _number(self, at: int) -> float | None:
        if at < len(self._tokens) and self._tokens[at].kind == "number":
            return float(self._tokens[at].word)
        return None

    def _percent(self, at: int) -> tuple[bool, int]:
        is_percent = self._word(at) in ("%", "percent", "pct")
        return is_percent, at + is_percent

    def _set(self, subject: str, found: _Quantity, span: tuple[int, int]) -> None:
        """Note a quantity. Raises an `ExplorerError` where it cannot be."""
        if subject == "near":
            reach = found.high if found.high is not None else found.low
            if reach is None or not 0 < reach <= MAX_KILOMETRES:
                raise InvalidQueryError("too far")
            self._kilometres, self._reach = reach, span
            return
        if subject == "mixture":
            low, high = found.low or 0, MOST_CLASSES if found.high is None else found.high
            if found.percent or low % 1 or high % 1 or low > high:
                raise InvalidQueryError("classes are counted")
            self._given["mixture"] = Filters(mixture=(int(low), int(high))).mixture
            return
        low, high = _shares(found)
        if subject in ("purity", "pure"):
            if subject == "pure":
                self._given.pop("mixture", None)  # "pure at 80 %" is not "of one class"
            self._given["purity"] = (low, high)
        elif subject == "suspicion":
            self._given["suspicion"] = (low, high)
        elif self._mentions and self._mentions[-1].limits is None and self._mentions[-1].how != "mostly":
            self._mentions[-1].limits = (low, high)
        elif self._waiting is None:
            self._waiting = (low, high)
        else:
            raise InvalidQueryError("limits of what")

    def _add(self, name: str, value: Any) -> None:
        """Note a condition; of names there may be several."""
        if name in ("countries", "regions", "zones", "review", "imagery", "largest"):
            value = tuple(dict.fromkeys((*self._given.get(name, ()), *value)))
        self._given[name] = value

    # -- the result

    def _result(self) -> Phrase:
        given = self._given
        for mention in self._mentions:
            limited = mention.limits is not None
            if limited or mention.how == "with":
                if "classes" in given:  # a second one has no filter of its own
                    for span in mention.spans:
                        self._leave(span)
                    continue
                low, high = mention.limits or (0.0, 1.0)
                given |= {"classes": tuple(mention.codes), "min_fraction": low, "max_fraction": high}
            else:
                self._add("largest", tuple(mention.codes))
        if self._waiting is not None:
            given["purity"] = self._waiting
        place = None
        for spot, span in self._spots:
            if "near" in given or place is not None:
                self._leave(span)
            elif given or self._near:
                given["near"] = (spot.lat, spot.lon, self._kilometres or NEAR_KM)
            else:
                place = spot
        if self._reach is not None and "near" not in given:
            self._leave(self._reach)
        unread = sorted(self._unread)
        return Phrase(
            self._text,
            place=place,
            filters=Filters(**given),
            unread=tuple(self._text[a:b] for a, b in unread),
        )


def _codes(words: str) -> tuple[int, ...]:
    if words.isdigit():
        return (int(words),) if int(words) in _known_codes() else ()
    return codes_by_words().get(words, ())


def _known_codes() -> frozenset[int]:
    return frozenset(code for level in (1, 2, 3) for code in corine.codes(level))


def _zone(words: str, tokens: list[_Token]) -> int | None:
    """The UTM zone of "zone 33", "utm 33" and "33N"."""
    first, second = words.split() if words.count(" ") == 1 else ("", "")
    number = (
        second
        if first in ("zone", "utm")
        else first
        if second == "n" and tokens[0].end == tokens[1].start
        else ""
    )
    return int(number) if number.isdigit() and len(number) < 3 and 1 <= int(number) <= 60 else None


def _shares(found: _Quantity) -> tuple[float, float]:
    """Limits from 0 to 1. Raises `InvalidQueryError` for what is none."""
    said = [value for value in (found.low, found.high) if value is not None]
    scale = 100 if found.percent or any(value > 1 for value in said) else 1
    low, high = (found.low or 0) / scale, 1.0 if found.high is None else found.high / scale
    if not 0 <= low <= high <= 1:
        raise InvalidQueryError("fractions run from 0 to 1")
    return low, high
