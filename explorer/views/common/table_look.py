"""How the table of samples is sorted and which page it shows, as one short text in a link: `-fraction,3`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from explorer.core.errors import InvalidQueryError

COLUMNS = {
    "sample_id": "Sample", "class": "Largest class", "fraction": "Fraction", "classes": "Classes", "country": "Country",
    "review": "Review", "suspicion": "Suspicion", "change": "Cover lost", "lost": "Seen on",
    "said": "Opinion says", "disagreement": "Differs",
}  # fmt: skip
"""Columns by name, and their titles."""
OF_OPINION = ("said", "disagreement")
"""Those that are there where an opinion is beside the label."""
_TEXT = re.compile(r"(-?)([a-z_]+),(\d{1,7})", re.ASCII)


@dataclass(frozen=True, slots=True)
class TableLook:
    """`sort` is of `COLUMNS`, from the highest where `down`; `page` counts from 1."""

    sort: str = "sample_id"
    down: bool = False
    page: int = 1

    def __str__(self) -> str:
        """The short text that `parse` reads."""
        return f"{'-' if self.down else ''}{self.sort},{self.page}"


def parse(text: str) -> TableLook:
    """A look from its short text. Raises `InvalidQueryError`.

    >>> parse("-fraction,3")
    TableLook(sort='fraction', down=True, page=3)
    """
    match = _TEXT.fullmatch(text)
    if match is None:
        raise InvalidQueryError(f"table: {text[:30]!r} is no column and page, as -fraction,3")
    if match[2] not in COLUMNS:
        raise InvalidQueryError(f"table: no column {match[2][:20]!r}; there are {', '.join(COLUMNS)}")
    return TableLook(match[2], bool(match[1]), max(int(match[3]), 1))
