"""Instants as RFC 3339 has them: what STAC and OGC APIs write and are asked for."""

from __future__ import annotations

import datetime as dt
import re

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)


def read_instant(text: str) -> dt.datetime:
    """An instant in UTC. Raises `ValueError` for what is none, also where the zone is missing.

    >>> read_instant("2018-07-02T12:30:00+02:00").isoformat()
    '2018-07-02T10:30:00+00:00'
    """
    if not _RFC3339.fullmatch(text):
        raise ValueError(text)
    try:
        return dt.datetime.fromisoformat(text.upper()).astimezone(dt.UTC)
    except OverflowError:
        raise ValueError(text) from None
