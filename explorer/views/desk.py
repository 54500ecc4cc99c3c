"""What all sessions of a process share of a corpus's review: the records, and what the map knows of them."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any
from weakref import WeakKeyDictionary, ref

from explorer.corpus.corpus import Corpus
from explorer.errors import ExplorerError
from explorer.review.consensus import with_states
from explorer.review.records import Records, default_place

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
        """Read what earlier reviews left, if there is any; a trouble with it is logged and met again on review."""
        place = default_place(self.corpus.config, self.corpus.where)
        try:
            if self.corpus.config.review_database or (not isinstance(place, str) and place.exists()):
                self.refresh()
        except ExplorerError as error:
            logging.getLogger("explorer").warning("the verdicts cannot be read: %s", error)

    def suspicion(self, sample_id: str) -> dict[str, Any] | None:
        """What is known of a sample's label: `score` (0 to 1), `suggestion`, `reasons`, `note`; None where nothing is."""
        table = self.corpus.filter_table
        if "suspicion" not in table.offers or sample_id not in self.corpus.samples.index:
            return None
        score = float(table.suspicion[self.corpus.samples.index.get_loc(sample_id)])
        if score != score:
            return None
        return {"score": score, "suggestion": "", "reasons": [], "note": ""}


def desk(corpus: Corpus) -> Desk:
    """The desk of a corpus, one a process."""
    with _LOCK:
        if corpus not in _DESKS:
            _DESKS[corpus] = Desk(corpus)
        return _DESKS[corpus]
