"""What a search can mean while it is typed: samples, places, classes and filters to choose from, and how many samples each finds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.corpus.query import phrases
from explorer.corpus.query.filter_table import FilterTable
from explorer.corpus.query.filters import Filters
from explorer.corpus.query.phrases import Phrase, Spot
from explorer.corpus.tables import class_words, places, towns

Group: TypeAlias = Literal["Samples", "Places", "Classes", "Filters"]
MOST = 5
"""Suggestions of one group."""
_COMPLETED = 4
"""Ends that are tried for a word that has just begun."""
_PURE_PERCENT = 80


@dataclass(frozen=True)
class Suggestion:
    """Something that a text may mean; who chooses it means `phrase`."""

    group: Group
    title: str
    detail: str
    """What it is: "town in France", "level 2"; of a sample its largest class."""
    phrase: Phrase
    colour: str = ""
    """Of its class, as `#rrggbb`."""


def suggest(table: FilterTable, text: str, *, labels: bool = True) -> list[Suggestion]:
    """What a text may mean in a corpus, groups one after the other, the likeliest first.

    Without `labels` nothing is suggested or said that has to do with them: a blind review hides them. Takes some milliseconds for
    500,000 samples; call it in a thread all the same.
    """
    text = " ".join(text[: phrases.MAX_TEXT].split())
    if not text:
        return []
    try:
        phrase = phrases.read(text)
    except InvalidQueryError:  # coordinates off the map: whoever presses Enter is told
        return []
    found = _samples(table, phrase.sample or phrase.id_start or text, labels)
    if phrase.place is not None and phrase.place.name[0].isdigit():
        return [*found, Suggestion("Places", phrase.place.name, "nearest sample", phrase)]
    whole = [] if phrase.sample or phrase.id_start else [*_places(text), *(_classes(text) if labels else [])]
    combined = _combined(phrase, labels)
    several = len(phrase.filters.names()) > 1 or not whole
    return [*combined, *found, *whole] if several else [*found, *whole, *combined]


def counts(table: FilterTable, suggestions: Sequence[Suggestion]) -> list[int | None]:
    """How many samples each finds; None for what is one sample or a place, and where the corpus cannot tell."""
    found: list[int | None] = []
    for one in suggestions:
        filters = one.phrase.filters
        if not filters or one.phrase.sample or filters.lacking(table):
            found.append(None)
        else:
            found.append(int(np.count_nonzero(filters.mask(table))))
    return found


def ids_from(index: pd.Index, start: str, most: int = MOST) -> list[str]:
    """The first ids that begin with a text."""
    if not index.is_monotonic_increasing:
        return [str(one) for one in index[index.str.startswith(start)][:most]]
    first = bisect_left(index, start)
    ids = [str(one) for one in index[first : first + most]]
    return [one for one in ids if one.startswith(start)]


def _samples(table: FilterTable, text: str, labels: bool) -> list[Suggestion]:
    start = text.upper()
    if not (start[0].isdigit() and ("N" in start or len(start) < 3)):
        return []
    samples = table.index.samples
    found = []
    ids = ids_from(samples.index, start)
    for sample_id, at in zip(ids, table.index.rows(ids).tolist(), strict=True):
        row: dict[Any, Any] = samples.iloc[at].to_dict()
        cover = corine.land_cover(int(row["clc"]))
        detail = f"{cover.title} {100 * row['fraction']:.0f} %" if cover.code else cover.title
        if not labels:
            detail = f"{row['lat']:.2f}° N, {row['lon']:.2f}° E"
        found.append(
            Suggestion(
                "Samples", sample_id, detail, Phrase(sample_id, sample=sample_id), cover.hex if labels else ""
            )
        )
    return found


def _places(text: str) -> list[Suggestion]:
    wanted = " ".join(places.words_of(text))
    if not wanted or not any(c.isalpha() for c in wanted):
        return []
    found = [
        Suggestion(
            "Places",
            country.name,
            "country",
            Phrase(country.name, filters=Filters(countries=(country.name,))),
        )
        for country in dict.fromkeys(
            c for words, c in places.countries_by_words().items() if words.startswith(wanted)
        )
    ][:2]
    found += [
        Suggestion(
            "Places",
            region.name,
            f"region of {region.country}",
            Phrase(region.title, filters=Filters(regions=(region.title,))),
        )
        for region in towns.find_regions(text, 2)
    ]
    named = towns.find_towns(text, MOST) if len(wanted) > 1 else []
    phrase = phrases.read(text)
    if not named and phrase.place is not None:  # with its country: "Tours, France"
        named = [
            town
            for town in towns.find_towns(phrase.place.name.split(",")[0], MOST)
            if town.title == phrase.place.name
        ]
    found += [
        Suggestion(
            "Places",
            town.name,
            f"town in {town.country}",
            Phrase(town.title, place=Spot(town.title, town.lat, town.lon)),
        )
        for town in named
    ]
    exact = [one for one in found if " ".join(places.words_of(one.title)) == wanted]
    return [*exact, *(one for one in found if one not in exact)][:MOST]


def _classes(text: str) -> list[Suggestion]:
    found = []
    for code in class_words.candidates(text, MOST):
        cover = corine.land_cover(code)
        found.append(
            Suggestion(
                "Classes",
                cover.title,
                f"{code}, level {cover.level}",
                Phrase(cover.title, filters=Filters(largest=(code,))),
                cover.hex,
            )
        )
    return found


def _combined(phrase: Phrase, labels: bool) -> list[Suggestion]:
    """What was understood as filters, and with the last word in full where that has only begun."""
    wanted = [phrase] if phrase.filters else []
    if phrase.unread and phrase.text.endswith(phrase.unread[-1]) and phrase.filters:
        before = phrase.text[: len(phrase.text) - len(phrase.unread[-1])]
        ends = [_classes(phrase.unread[-1]), _places(phrase.unread[-1])]
        if {"largest", "classes"} & set(phrase.filters.names()):  # a second class is less likely than a place
            ends.reverse()
        more = [(phrases.read(before + one.phrase.text), one.phrase) for one in (*ends[0], *ends[1])]
        wanted = [*(whole for whole, end in more if _holds(whole, end)), *wanted][:_COMPLETED]
    if phrase.filters.names() == ("largest",) and not phrase.unread:
        wanted = [
            phrases.read(f"{phrase.text} >= {_PURE_PERCENT} %")
        ]  # as it stands, it is among the classes
    if phrase.place is not None:
        wanted.append(Phrase(phrase.text, filters=phrase.conditions))
    return [
        Suggestion("Filters", one.title, one.problem, one)
        for one in {one.title: one for one in reversed(wanted)}.values()
        if labels or not asks_labels(one.filters)
    ][::-1]


def _holds(whole: Phrase, end: Phrase) -> bool:
    """Whether a phrase that was completed means what its new end means: "Forest, Belgium" is a town and can be read as a class."""
    if end.place is not None:
        return (whole.filters.near or ())[:2] == (end.conditions.near or ())[:2]
    return all(
        set(getattr(end.filters, name)) <= set(getattr(whole.filters, name)) for name in end.filters.names()
    )


_OF_LABELS = {
    "largest",
    "classes",
    "min_fraction",
    "max_fraction",
    "purity",
    "mixture",
    "review",
    "suspicion",
    "disagreement",
    "class_pair",
    "differ",
}


def asks_labels(filters: Filters) -> bool:
    """Whether what filters leave tells of a sample's label."""
    return not _OF_LABELS.isdisjoint(filters.names())
