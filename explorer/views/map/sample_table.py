"""The set of samples that filters and area leave: its classes, its table by pages, and files to take away."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd

from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.area import Area
from explorer.corpus.query.filters import Filters
from explorer.corpus.tables import formats, tables
from explorer.views.common import palettes
from explorer.views.common.components import Component, LatestOnly, SessionScheduler, source
from explorer.views.common.file_making import FileMaker
from explorer.views.common.selection import Selection
from explorer.views.common.table_look import COLUMNS, OF_OPINION, TableLook
from explorer.views.map.messages import BarShown, FromSampleTable, PageShown, ToSampleTable

PAGE = 50
_ASKED_BY = {
    "mixture": ("classes",), "countries": ("country",), "review": ("review",), "suspicion": ("suspicion",), "change": ("change", "lost"),
    "disagreement": ("disagreement",), "says": ("said",), "class_pair": ("said",), "differ": ("said",),
}  # fmt: skip
"""Filter -> columns that tell of it: they stay where the table is narrow."""


class SampleTable(Component):
    """The browser's side of the table."""

    _stylesheets: ClassVar[list[Any]] = [source("sample_table.css")]
    script = ToSampleTable()
    from_script = FromSampleTable


class SampleTableView:
    """Tells the set page by page; nothing is computed before somebody opens it."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._selection = corpus, selection
        self._rows = np.zeros(0, np.int64)
        self._sorted: tuple[str, bool] = ("sample_id", False)
        self._order: np.ndarray | None = None
        self._pages = LatestOnly(loop)
        self._is_open = self._asked = False
        self._noted: TableLook | None = None
        """What the selection says of the table, as far as it came from here."""
        self._wish: tuple[int, Filters, Area | None] | None = None
        """The page that a link asks for, and of what: the samples that pass are known a little later."""
        self._ticket = self._shown_page = 0
        self.table = SampleTable(loop, bus=bus, margin=0, min_height=0, sizing_mode="stretch_width")
        self._files = FileMaker(loop, self.table.script)
        self.table.on = {
            "page": self._page, "closed": lambda _data: self._close(), "save": self._save, "open": self._open_sample,
            "gallery": lambda _data: selection.session.ask_for_gallery("map"),
            "judge": lambda _data: setattr(selection.session, "opinion_to_judge", selection.opinion),
        }  # fmt: skip
        self._session = session = selection.session
        session.param.watch(lambda _e: self._look(), "labels_hidden")
        selection.param.watch(lambda _e: self._mark_current(), "sample_id")
        selection.map.param.watch(lambda _e: self._recolour(), "palette")
        selection.param.watch(lambda _e: self._show_asked(), "table")
        selection.param.watch(lambda _e: self._opinion_changed(), "opinion")

    def show(self, rows: np.ndarray) -> None:
        """Another set: positions in the sample table."""
        self._rows, self._order = rows, None
        if not self._is_open:
            return
        state = self._selection.map
        if self._wish is not None and self._wish[1:] == (state.filters, state.area):
            self._send(self._wish[0])
        else:
            self._send(0)
            self._note()

    def open(self) -> None:
        """Show it, to somebody who asks for it."""
        self._is_open = self._asked = True
        self._send(0)
        self._note()

    def _note(self) -> None:
        """Say in the selection how the table stands: a link, and a story's view, open it so again."""
        self._wish = None
        column, down = self._sorted
        self._noted = TableLook(column, down, self._shown_page + 1) if self._is_open else None
        self._selection.table = self._noted

    def _show_asked(self) -> None:
        """A link says how the table stands."""
        look, state = self._selection.table, self._selection.map
        if look == self._noted:
            return
        self._noted = look
        if look is None:
            self._is_open = self._session.table_open = False
            self.table.script.hide()
            return
        self._sorted, self._order, self._is_open = (look.sort, look.down), None, True
        self._wish = (look.page - 1, state.filters, state.area)
        self._send(look.page - 1)

    def _look(self) -> None:
        """Labels are hidden, or shown again: a table that is open follows."""
        if self._is_open:
            self._send(0)

    def _recolour(self) -> None:
        """Other colours: a table that is open stays on its page."""
        if self._is_open:
            self._send(self._shown_page)

    def _opinion_changed(self) -> None:
        """Its columns come, go, or say something else."""
        if self._sorted[0] in OF_OPINION:
            self._order = None
            if not self._selection.opinion:
                self._sorted = ("sample_id", False)
        if self._is_open:
            self._send(self._shown_page)
            self._note()

    def _close(self) -> None:
        self._is_open = self._session.table_open = False
        self._note()

    def _mark_current(self) -> None:
        """Say which row is that of the selected sample."""
        if self._is_open:
            self.table.script.current(id=self._selection.sample_id)

    def _page(self, data: dict[str, Any]) -> None:
        column, page = data.get("sort"), data.get("page")
        if column in COLUMNS and isinstance(page, int) and page >= 0:
            wanted = (str(column), bool(data.get("down")))
            if wanted != self._sorted:
                self._sorted, self._order = wanted, None
            self._send(page)
            self._note()

    def _send(self, page: int) -> None:
        if self._selection.session.labels_hidden:
            self.table.script.hide()
            return
        self._ticket += 1
        page = min(page, max(len(self._rows) - 1, 0) // PAGE)
        self._shown_page, palette = page, self._selection.map.palette
        ticket, rows, kept, (column, down) = self._ticket, self._rows, self._order, self._sorted
        opinion = self._selection.opinion
        filters = self._selection.map.filters.names()
        asked = {column, *(one for name in filters for one in _ASKED_BY.get(name, ()))}

        def job() -> tuple[np.ndarray, PageShown]:
            name = opinion if opinion in self._corpus.opinions else ""  # a link's, which the labels say
            order = ordered(self._corpus, rows, column, down, name) if kept is None else kept
            shown = order[page * PAGE : (page + 1) * PAGE]
            found = tables.frame(self._corpus, shown, name).reset_index()
            offers = [name for name in COLUMNS if name in found]
            cells = [[_cell(row[name]) for name in offers] for row in found.to_dict("records")]
            return order, {
                "columns": [{"name": name, "title": COLUMNS[name]} for name in offers], "cells": cells, "page": page,
                "count": len(rows), "size": PAGE, "sort": column, "down": down,
                "asked": [name for name in offers if name in asked],
                "colours": [palettes.of_class(code, palette) for code in found["clc"].tolist()],
            }  # fmt: skip

        def done(result: tuple[np.ndarray, PageShown]) -> None:
            if ticket == self._ticket:
                self._order = result[0]
                self._session.table_open = self._is_open  # first: what has no place cannot have the focus
                focus, self._asked = self._asked, False
                self.table.script.page(
                    **result[1],
                    bars=self._histogram(rows),
                    focus=focus,
                    judge=bool(len(self._corpus.opinions)),
                )
                self._mark_current()

        self._pages.submit(job, done)

    def _histogram(self, rows: np.ndarray) -> list[BarShown]:
        state = self._selection.map
        counts = np.bincount(
            self._corpus.filter_table.position(state.level)[rows],
            minlength=len(corine.codes(state.level)) + 1,
        )
        colours = palettes.hexes(palettes.class_table(state.level, state.palette))
        codes = (corine.NO_LABEL, *corine.codes(state.level))
        order = [int(i) for i in np.argsort(-counts, kind="stable") if counts[i]]
        return [
            {"title": corine.land_cover(codes[i]).title, "colour": colours[i], "count": int(counts[i])}
            for i in order
        ]

    def _save(self, data: dict[str, Any]) -> None:
        ending, rows, opinion = str(data.get("format")), self._rows, self._selection.opinion
        media = formats.FORMATS.get(ending, "")
        self._files.make(
            lambda: tables.write(self._corpus, rows, ending, opinion), f"rapidai4eo-samples.{ending}", media
        )

    def _open_sample(self, data: dict[str, Any]) -> None:
        sample_id = data.get("id")
        if sample_id in self._corpus:
            self._selection.sample_id = str(sample_id)


def ordered(corpus: Corpus, rows: np.ndarray, column: str, down: bool, opinion: str = "") -> np.ndarray:
    """Rows of the sample table (positions) sorted by a column of `tables.frame`; of equal ones the first comes first.

    Raises `InvalidQueryError` for a column of an opinion where there is none.
    """
    table, samples = corpus.filter_table, corpus.samples
    if column == "sample_id":
        keys = rows if samples.index.is_monotonic_increasing else samples.index[rows].argsort().argsort()
    elif column in OF_OPINION:
        if not opinion:
            raise InvalidQueryError(
                "no opinion is beside the label; choose one in the panel Labels to sort by it"
            )
        of = table.opinions
        keys = of.disagreement(opinion)[rows] if column == "disagreement" else of.titles(opinion, rows)
        if column == "said":
            keys = pd.Series(keys, dtype=object).replace("", None).to_numpy()
    elif column in ("fraction", "class"):
        keys = (samples["fraction"] if column == "fraction" else samples["clc"]).to_numpy()[rows]
    else:
        name = {"classes": "mixture"}.get(column, column)
        keys = getattr(table, name)[rows]
    ranks = pd.Series(keys).rank(method="dense", ascending=not down, na_option="bottom").to_numpy()
    return rows[np.argsort(ranks, kind="stable")]


def _cell(value: Any) -> Any:
    if isinstance(value, (float, np.floating)):
        return None if np.isnan(value) else round(float(value), 3)
    return int(value) if isinstance(value, np.integer) else value
