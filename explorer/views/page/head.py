"""The head of the page: the sample's name, the way to another, notices, and the URL."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import param

from explorer.core import corine
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.reading import Reading
from explorer.corpus.tables import towns
from explorer.views.common import palettes, visitor
from explorer.views.common.components import Component, SessionScheduler, source
from explorer.views.common.selection import PANELS, Selection
from explorer.views.map.raster import SampleRaster
from explorer.views.page.messages import FromHead, ToHead
from explorer.views.page.search import SearchView


class Head(Component):
    """The browser's side of the head."""

    embeds_bundle: ClassVar[bool] = True
    corpus = param.String(doc="What the corpus is, in a few words.")

    _stylesheets: ClassVar[list[Any]] = [source("head.css")]
    script = ToHead()
    from_script = FromHead


class HeadView:
    """Says what is selected; its search (`SearchView`) selects what is asked for."""

    def __init__(
        self, corpus: Corpus, selection: Selection, raster: SampleRaster, loop: SessionScheduler, bus: str
    ) -> None:
        self._corpus, self._selection = corpus, selection
        self._session = session = selection.session
        name = corpus.where.rstrip("/").rpartition("/")[2]  # a server's folders are nobody's business
        about = f"{len(corpus.samples):,} samples · {name}"
        self.head = Head(loop, bus=bus, corpus=about, sizing_mode="stretch_width", margin=0)
        self.search = SearchView(corpus, selection, raster, loop, self.head.script, self.notice)
        self._random = np.random.default_rng()
        self._next: str | None = None
        self._visitor = ""
        self._ahead: list[Reading] = []
        self.head.on = {
            "go": self.search.go,
            "suggest": self.search.suggest,
            "choose": self.search.choose,
            "random": lambda _data: self._surprise(),
            "panel": self._enlarge,
            "link": lambda data: self._go_back(str(data.get("search", ""))),
            "review": lambda _data: self._ask("toggle_review"),
            "about": lambda _data: self._ask("toggle_about"),
            "share": lambda _data: self._ask("toggle_share"),
            "stories": lambda _data: self._ask("toggle_stories"),
            # A cell shown twice, or drawn anew, has nothing yet of what was sent before.
            "again": lambda _data: self._show_again(),
        }
        session.param.watch(lambda _e: self.open(selection.sample_id), "labels_hidden")
        selection.map.param.watch(lambda _e: self.open(selection.sample_id), "palette")
        session.listen("at_rest", self._at_rest)

    def meet(self) -> None:
        """The visitor has come: who has logged in is named, and can log out."""
        if name := visitor.name():
            self._visitor = name
            self.head.script.visitor(name=name)

    def _show_again(self) -> None:
        self.open(self._selection.sample_id)
        if self._visitor:
            self.head.script.visitor(name=self._visitor)

    def open(self, sample_id: str | None) -> None:
        """Name the selected sample; without its label where that is hidden."""
        at = self._corpus.index.row(sample_id)
        if at is None:
            self.head.script.sample(id=sample_id, text="", place="", colour=None)
            return
        row: dict[Any, Any] = self._corpus.samples.iloc[at].to_dict()
        cover = corine.land_cover(int(row["clc"]))
        share = f" {100 * row['fraction']:.0f} %" if row["clc"] else ""
        degrees = f"{_degrees(row['lat'], 'NS')}, {_degrees(row['lon'], 'EW')}"
        place = " · ".join(filter(None, (towns.in_words(row["lat"], row["lon"]), degrees)))
        if self._session.labels_hidden:
            self.head.script.sample(id=sample_id, text="", place=place, colour=None)
            return
        colour = palettes.of_class(cover.code, self._selection.map.palette)
        self.head.script.sample(id=sample_id, text=f"{cover.title}{share}", place=place, colour=colour)

    def notice(self, text: str) -> None:
        """Say something that the user has to know."""
        self.head.script.notice(text=text)

    def _surprise(self) -> None:
        chosen = self._next
        if chosen is None or chosen == self._selection.sample_id:  # it may have been chosen by name meanwhile
            chosen = self._draw()
        if chosen is not None:
            self._selection.sample_id = chosen
            self.let_go()

    def _draw(self) -> str | None:
        """Any sample but the one that is shown, each as likely; that one where there is no other."""
        ids, shown = self._corpus.samples.index, self._selection.sample_id
        row = self._corpus.index.row(shown)
        if row is None:
            return str(ids[int(self._random.integers(len(ids)))]) if len(ids) else None
        if len(ids) == 1:
            return shown
        return str(ids[(row + int(self._random.integers(1, len(ids)))) % len(ids)])  # around the table

    def _enlarge(self, data: dict[str, Any]) -> None:
        """Give a panel the page, or take it back."""
        panel = data.get("name")
        if panel in PANELS:
            self._selection.panel = "" if self._selection.panel == panel else str(panel)

    def _ask(self, toggle: str) -> None:
        """Ask another panel to open or close: an event of `SessionState`."""
        setattr(self._session, toggle, True)

    def _go_back(self, query: str) -> None:
        self._session.history_link = query

    def _at_rest(self) -> None:
        if self._corpus.config.read_ahead and not self._session.reviewing:
            self.look_ahead()

    def look_ahead(self) -> None:
        """Nothing else is to do: read the sample that the next surprise will be.

        Not where chips are made on demand: that costs the processor, not a wait.
        """
        if self._next is None and getattr(self._corpus.store, "worth_prefetching", True):
            self._next = self._draw()
            if self._next is not None:
                first = self._selection.date_index
                self._ahead = [
                    self._corpus.prefetch(self._next, PF_SR, first),
                    self._corpus.prefetch(self._next, S2_SR),
                ]

    def let_go(self) -> None:
        """Give up what was read ahead, unless somebody has opened it."""
        for reading in self._ahead:
            reading.release()
        self._next, self._ahead = None, []


def _degrees(value: float, letters: str) -> str:
    return f"{abs(value):.4f}° {letters[int(value < 0)]}"
