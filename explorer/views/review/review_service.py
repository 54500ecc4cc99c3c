"""What all sessions of a process share of a corpus's review: the records, and what the map knows of them."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import Any, TypedDict
from weakref import WeakKeyDictionary, ref

import pandas as pd
from cachetools import LRUCache
from sqlalchemy import text

from explorer.analysis import envelopes
from explorer.analysis.colours import legible
from explorer.analysis.curves import Curves
from explorer.analysis.features import curve_names
from explorer.core import corine
from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.review import probe, score
from explorer.review.consensus import with_states
from explorer.review.records import Records
from explorer.review.verdict_table import corpus_name, default_place
from explorer.views.profile import profile_data
from explorer.views.profile.profile_data import Packed

MAX_MEASURED_NOW = 8
"""Samples of a class that are read where nothing was scored."""
_CURVES = {name.rpartition(" ")[0] for name in curve_names()}
REFRESH_SECONDS = 10.0
"""How often at most the states of review are read anew for the map's filters."""
REVISION_SECONDS = 1.0
_SERVICES: WeakKeyDictionary[Corpus, ReviewService] = WeakKeyDictionary()
_LOCK = threading.Lock()


class Suspicion(TypedDict):
    """What scoring says of a label; `score` 0 to 1, None where it cannot be judged."""

    score: float | None
    suggestion: str
    reasons: list[str]
    note: str


class ReviewService:
    """One corpus's review. All of it blocks: call it from threads."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = ref(corpus)  # a service does not keep its corpus
        self._records: Records | None = None
        self._lock = threading.RLock()
        self._refreshed, self._revision = 0.0, -1
        self._asked, self._newest = 0.0, -1
        self._scores: pd.DataFrame | None = None
        self._written = 0
        self._seasons_lock = threading.Lock()
        self._seasons: LRUCache[tuple[int, str], pd.DataFrame] = LRUCache(400)
        self._measured_now: dict[int, pd.DataFrame] = {}
        self._measured: pd.DataFrame | None = None

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

    def check(self) -> None:
        """Whether verdicts can be read, where there are any or a place for them is set. Raises `RecordsError`."""
        if self._records is not None or self._in_use:
            self.records.database.read(lambda connection: connection.execute(text("SELECT 1")).scalar())

    def check_writing(self) -> None:
        """Whether verdicts can be kept, where there are any or a place for them is set. Raises `RecordsError`."""
        if self._records is not None or self._in_use:
            probe.check_writing(self.records.database)

    @property
    def _in_use(self) -> bool:
        config = self.corpus.config
        place = default_place(config, config.review_corpus or corpus_name(self.corpus))
        return bool(config.review_database) or Path(place).exists()

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

    def follow(self) -> None:
        """As a patient `refresh`, for those who only read: where no verdict can be, or none can be read, what was known stays."""
        try:
            if self._records is not None or self._in_use:
                self.refresh()
        except ExplorerError as error:
            logging.getLogger("explorer").warning("the verdicts cannot be read: %s", error)

    def revision(self) -> int:
        """`Records.revision`, asked for at most once in `REVISION_SECONDS`, however many tabs want to know. Raises `RecordsError`."""
        with self._lock:
            if time.monotonic() - self._asked > REVISION_SECONDS:
                self._newest, self._asked = self.records.revision(), time.monotonic()
            return self._newest

    def was_blind(self, reviewer: str, queue: str) -> bool:
        """Whether a reviewer has given verdicts in a queue without seeing the label. Raises `RecordsError`."""
        current = self.records.current(reviewer=reviewer, queues=[queue])
        return bool(current["blind"].fillna(False).any())

    def disputed(self) -> tuple[str, ...]:
        """Samples on which reviewers differ. Raises `InvalidQueryError` where there is none."""
        final = self.records.final()
        ids = tuple(str(one) for one in final.index[final["state"] == "disputed"])
        if not ids:
            raise InvalidQueryError("reviewers differ on no sample: there is nothing to decide")
        return ids

    def load_existing(self) -> None:
        """Read what scoring and earlier reviews left, if there is any; a trouble with it is met again on review."""
        score.show(self.corpus)
        self.follow()

    def suspicion(self, sample_id: str) -> Suspicion | None:
        """What scoring says of a sample's label; None where nothing."""
        scores = self._read_scores()
        if scores is None or sample_id not in scores.index:
            return None
        row: dict[Any, Any] = scores.loc[sample_id].to_dict()
        if row["verdict"]:
            return {"score": None, "suggestion": "", "reasons": [str(row["why"])], "note": "cannot be judged"}
        cover = corine.land_cover(int(row["suggested"]))
        differs = int(row["suggested"]) != int(row["labelled"])
        reasons = [part for part in str(row["why"]).split("; ") if part]
        return {
            "score": float(row["suspicion"]),
            "suggestion": cover.title if differs else "",
            "reasons": reasons[:3],
            "note": "",
        }

    @property
    def knows_seasons(self) -> bool:
        """Whether scoring has left curves, so that a class's usual season costs nothing."""
        return (score.folder(self.corpus.where) / score.PARTS).is_dir()

    def usual_season(self, sample_id: str, curves: Curves, theme: str = "light") -> Packed:
        """The season that is usual for a sample's largest class, for the charts; empty where there is no label.

        From the curves that scoring left; without them up to `MAX_MEASURED_NOW` samples of the class are read, once a process.
        """
        row = self.corpus.index.row(sample_id)
        code = 0 if row is None else int(self.corpus.samples["clc"].to_numpy()[row])
        if not code:
            return Packed()
        names = [name for name in (*curves.bands, *curves.labels) if name in _CURVES]
        with self._seasons_lock:
            known = self._curves_of(code)
            seasons = {}
            for name in names:
                if (code, name) not in self._seasons:
                    self._seasons[code, name] = envelopes.of_class(self.corpus, code, name, curves=known)
                seasons[name] = self._seasons[code, name]
        cover = corine.land_cover(code)
        count = max((int(season["count"].max()) for season in seasons.values()), default=0)
        who, ink = f"usual for {cover.title} ({count} samples)", legible(cover.hex, theme)
        return profile_data.class_curves(curves, seasons, who, ink)

    def _curves_of(self, code: int) -> pd.DataFrame:
        if self._measured is None and self.knows_seasons:
            self._measured = score.measured(score.folder(self.corpus.where), "curves")
        ids = self.corpus.query(classes=[code], min_fraction=envelopes.PURE).index
        if self._measured is not None and len(self._measured.index.intersection(ids)) >= envelopes.LEAST:
            return self._measured
        if code not in self._measured_now:
            self._measured_now[code] = envelopes.at_hand(self.corpus, ids, MAX_MEASURED_NOW)
        return self._measured_now[code]

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
                self._measured = None
                self._seasons.clear()
                score.show(self.corpus)
            return self._scores


def review_service(corpus: Corpus) -> ReviewService:
    """The review of a corpus, one a process."""
    with _LOCK:
        if corpus not in _SERVICES:
            _SERVICES[corpus] = ReviewService(corpus)
        return _SERVICES[corpus]
