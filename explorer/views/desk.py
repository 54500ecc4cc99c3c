"""What all sessions of a process share of a corpus's review: the records, and what the map knows of them."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, ref

import pandas as pd

from explorer import nomenclature
from explorer.corpus.corpus import Corpus
from explorer.errors import ExplorerError
from explorer.review import score
from explorer.review.consensus import with_states
from explorer.review.records import Records, corpus_name, default_place

REFRESH_SECONDS = 10.0
"""How often at most the states of review are read anew for the map's filters."""
_DESKS: WeakKeyDictionary[Corpus, Desk] = WeakKeyDictionary()
_LOCK = threading.Lock()


class Desk:
    """One corpus's review. All of it blocks: call it from threads."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = ref(corpus)  # a desk does not keep its corpus
        self._records: Records | None = None
        self._lock = threading.RLock()
        self._refreshed, self._revision = 0.0, -1
        self._scores: pd.DataFrame | None = None
        self._written = 0

    @property
    def corpus(self) -> Corpus:
        """The corpus under review."""
        corpus = self._corpus()
        assert corpus is not None  # whoever asks holds it
        return corpus

    @property
    def records(self) -> Records:
        """The records, opened when first asked for. Raises `RecordsError` and its kinds."""
        with self._lock:
            if self._records is None:
                self._records = Records.open(self.corpus)
            return self._records

    def refresh(self, patient: bool = True) -> None:
        """Tell the map's filters which samples were reviewed, if anything is new; `patient`: not more often than needed."""
        with self._lock:
            if patient and time.monotonic() - self._refreshed < REFRESH_SECONDS:
                return
            self._refreshed = time.monotonic()
            revision = self.records.revision()
            if revision != self._revision:
                self._revision = revision
                self.corpus.extras = with_states(self.corpus.extras, self.records.states())

    def look(self) -> None:
        """Read what scoring and earlier reviews left, if there is any; a trouble with it is met again on review."""
        score.show(self.corpus)
        place = default_place(
            self.corpus.config, self.corpus.config.review_corpus or corpus_name(self.corpus)
        )
        try:
            if self.corpus.config.review_database or Path(place).exists():
                self.refresh()
        except ExplorerError as error:
            logging.getLogger("explorer").warning("the verdicts cannot be read: %s", error)

    def suspicion(self, sample_id: str) -> dict[str, Any] | None:
        """What scoring says of a sample's label: `score` (0 to 1), `suggestion`, `reasons`, `note`; None where nothing."""
        scores = self._read_scores()
        if scores is None or sample_id not in scores.index:
            return None
        row: dict[Any, Any] = scores.loc[sample_id].to_dict()
        if row["verdict"]:
            return {"score": 0.0, "suggestion": "", "reasons": [str(row["why"])], "note": "cannot be judged"}
        cover = nomenclature.land_cover(int(row["suggested"]))
        differs = int(row["suggested"]) != int(row["labelled"])
        reasons = [part for part in str(row["why"]).split("; ") if part]
        return {
            "score": float(row["suspicion"]),
            "suggestion": cover.title if differs else "",
            "reasons": reasons[:4],
            "note": "",
        }

    def _read_scores(self) -> pd.DataFrame | None:
        """The scores, read anew where `score` has written others since."""
        place = score.folder(self.corpus.where)
        try:
            written = (place / score.SCORES).stat().st_mtime_ns
        except OSError:
            return None
        with self._lock:
            if written != self._written:
                self._scores, self._written = score.read(place), written
                score.show(self.corpus)
            return self._scores


def desk(corpus: Corpus) -> Desk:
    """The desk of a corpus, one a process."""
    with _LOCK:
        if corpus not in _DESKS:
            _DESKS[corpus] = Desk(corpus)
        return _DESKS[corpus]
