"""About this corpus: what the explorer assumes of it and what a few of its files say, behind a button of the head."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from explorer.corpus import doctor
from explorer.corpus.corpus import Corpus
from explorer.corpus.doctor import Diagnosis
from explorer.views.common.components import Component, SessionScheduler, source
from explorer.views.common.selection import Selection
from explorer.views.page.messages import FromAbout, ToAbout

SAMPLES = 4
"""Looked at for a page; the command `doctor` looks at more."""
AGAIN_S = 600.0
"""For so long all pages are told what was found once."""

_LOOKERS = ThreadPoolExecutor(1, thread_name_prefix="explorer-about")
"""One at a time, so that who comes meanwhile is told the same; not the views' threads, which a slow corpus would hold."""
_known: WeakKeyDictionary[Corpus, tuple[float, Diagnosis]] = WeakKeyDictionary()


class About(Component):
    """The browser's side: the drawer."""

    _stylesheets: ClassVar[list[Any]] = [source("about.css")]
    script = ToAbout()
    from_script = FromAbout


class AboutView:
    """Says what the corpus is and how it is read. Some files are looked at when somebody asks, once for all pages."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._loop = corpus, loop
        self._busy = False
        self.about = About(
            loop, bus=bus, margin=0, sizing_mode="stretch_width", styles={"grid-area": "note"}, css_classes=["area-note"]
        )  # fmt: skip
        self.about.on = {"look": lambda _data: self._look()}
        selection.session.listen("toggle_about", self.about.script.toggle)

    def _look(self) -> None:
        if self._busy:
            return
        self._busy = True

        def done(found: Diagnosis) -> None:
            self._busy = False
            self._tell(found)

        def failed() -> None:
            self._busy = False
            self.about.script.failed()

        self._loop.work(lambda: diagnosis(self._corpus), done, failed, _LOOKERS)

    def _tell(self, found: Diagnosis) -> None:
        corpus = self._corpus
        self.about.script.diagnosis(
            facts=[
                ["Corpus", corpus.where.rstrip("/").rpartition("/")[2] or corpus.where],
                ["Samples", f"{len(corpus.samples):,}"],
                ["Table from", corpus.index.source],
                ["Labels", str(corpus.index.labels_found or "fractions that run to 1")],
                ["Terms", corpus.attribution("PF-SR")],
            ],
            checks=list(found.checks),
            healthy=found.healthy,
            files=found.files,
            samples=min(SAMPLES, len(corpus.samples)),
            notes=[f"{one.about}: {one.text} ({one.count:,} files)" for one in corpus.findings.all()],
        )


def diagnosis(corpus: Corpus) -> Diagnosis:
    """What a few files say, read anew when it is older than `AGAIN_S`. Raises `StoreError`."""
    before = _known.get(corpus)
    if before is not None and time.monotonic() - before[0] < AGAIN_S:
        return before[1]
    found = doctor.examine(corpus, SAMPLES)
    logging.getLogger("explorer").info(
        "looked at %s files of the corpus in %.1f s", found.files, found.seconds
    )
    _known[corpus] = time.monotonic(), found
    return found
