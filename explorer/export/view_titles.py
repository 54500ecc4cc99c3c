"""Titles that a view has until somebody writes a better one: the sample's class, where it is, the date."""

from __future__ import annotations

import datetime as dt
from typing import Any

from explorer.core import corine
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filters import Filters
from explorer.corpus.tables import towns


def of_sample(corpus: Corpus, sample_id: str, *, label: bool = True) -> str:
    """Class and place of a sample; its id where neither is known. Without `label`, nothing of the label is told.

    >>> of_sample(corpus, "nowhere")
    'nowhere'
    """
    at = corpus.index.row(sample_id)
    if at is None:
        return sample_id
    row: dict[Any, Any] = corpus.samples.iloc[at].to_dict()
    code = int(row["clc"]) if label else 0
    title = corine.land_cover(code).title if code else ""
    return ", ".join(filter(None, (title, towns.in_words(row["lat"], row["lon"])))) or sample_id


def of_samples(filters: Filters, shown: str) -> str:
    """What a map or a gallery shows (`shown`), and by which filters.

    >>> of_samples(Filters(countries=("Italy",)), "Land cover")
    'Land cover: Italy'
    """
    return f"{shown}: {', '.join(text for _, text in filters.chips()) or 'all samples'}"


def of_view(
    corpus: Corpus, sample_id: str | None, date: dt.date, other: dt.date | None = None, *, label: bool = True
) -> str:
    """Class and place of a sample, and its date (or the two that are compared, the earlier one first)."""
    days = [f"{day.day} {day:%B %Y}" for day in sorted({date} if other is None else {date, other})]
    about = [] if sample_id is None else [of_sample(corpus, sample_id, label=label)]
    return ", ".join([*about, " and ".join(days)])
