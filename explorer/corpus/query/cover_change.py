"""What is known of cover that a sample lost from 2018 to 2019: how probable that is, and when it was first seen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

PROBABLE = 0.5
"""From here on a loss is more probable than not."""
HOW_TO_KNOW = "python -m explorer score CORPUS"
"""The command that finds out."""
LACKING = f"not known yet; compute it with: {HOW_TO_KNOW}"
"""What a control says that cannot be used without it."""


@dataclass(frozen=True)
class CoverChange:
    """One sample: `probability` that cover was lost, 0 to 1, and the date on which that is `seen` first, if one was found."""

    probability: float
    seen: dt.date | None = None

    @property
    def probable(self) -> bool:
        """Whether it is more probable than not."""
        return self.probability >= PROBABLE

    @property
    def text(self) -> str:
        """A sentence.

        >>> CoverChange(0.87, dt.date(2018, 9, 4)).text
        'Cover was probably lost from 2018 to 2019 (87 %), first seen on 4 Sep 2018.'
        """
        when = f", first seen on {self.seen.day} {self.seen:%b %Y}" if self.seen is not None else ""
        certainly = "probably" if self.probable else "hardly"
        return f"Cover was {certainly} lost from 2018 to 2019 ({100 * self.probability:.0f} %){when}."


def of_sample(corpus: Corpus, sample_id: str) -> CoverChange | None:
    """What scoring has found of a sample; None where it has not."""
    extras = corpus.extras
    if extras is None or "change" not in extras or sample_id not in extras.index:
        return None
    probability = float(extras.at[sample_id, "change"])  # type: ignore[arg-type]
    if np.isnan(probability):
        return None
    return CoverChange(probability, _date(extras.at[sample_id, "lost"]) if "lost" in extras else None)


def _date(text: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        return None  # empty, or of a table that somebody else has made


def with_change(corpus: Corpus, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of `Corpus.samples` with `change` (0 to 1, NaN where unknown) and `lost` (date as text), the most probable loss first."""
    table = corpus.filter_table
    at = corpus.index.rows(rows.index)
    found = rows.assign(change=table.change[at], lost=table.lost[at])
    return found.sort_values("change", ascending=False, kind="stable", na_position="last")
