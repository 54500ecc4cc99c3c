"""The panel about the samples that the map shows: classes, which lie together, purity, places, reviews, and on demand the imagery."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

from explorer.core.errors import CancelledError, ExplorerError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filters import Filters
from explorer.dataset import figures, imagery
from explorer.dataset.drawings import Drawing
from explorer.dataset.facts import Rows
from explorer.dataset.imagery import Imagery
from explorer.export import code
from explorer.views.common.components import Component, LatestOnly, SessionScheduler, source
from explorer.views.common.file_making import FileMaker
from explorer.views.common.map_state import LEVELS
from explorer.views.common.selection import Selection
from explorer.views.dataset.messages import FigureShown, FromDataset, ToDataset

_SETS = ("largest", "countries", "review")
"""Filters that a bar of a figure sets."""
_LOOKERS = ThreadPoolExecutor(1, thread_name_prefix="explorer-dataset")
"""The imagery of one page at a time; not the views' threads, which a slow corpus would hold."""


class Dataset(Component):
    """The browser's side of the panel."""

    _stylesheets: ClassVar[list[Any]] = [source("dataset.css")]
    script = ToDataset()
    from_script = FromDataset


class DatasetView:
    """Draws what is in the samples that the map shows, while the panel is open; nothing is told while labels are hidden."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._selection, self._loop = corpus, selection, loop
        self._session = session = selection.session
        self._ticket = 0
        self._looking = 0
        """The ticket of those whose imagery is looked at; 0: nobody's."""
        self._is_open = False
        self._drawings: dict[str, Drawing] = {}
        self._jobs = LatestOnly(loop)
        self.panel = Dataset(loop, bus=bus, margin=0, sizing_mode="fixed", width=0, height=0)
        self._files = FileMaker(loop, self.panel.script)
        self.panel.on = {
            "closed": lambda _data: self._close(), "filter": self._filter, "level": self._level, "look": lambda _data: self._look(),
            "remove": self._remove, "save": self._save, "again": lambda _data: self._draw(),
        }  # fmt: skip
        selection.param.watch(lambda _e: self._draw(), "dataset")
        selection.map.param.watch(lambda _e: self._draw(), "level")
        session.param.watch(lambda *_e: self._draw(), ["filtered_rows", "blind", "labels_hidden"])
        session.listen("verdicts_changed", self._draw)

    # -- what is shown ------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        session, state = self._session, self._selection.map
        self._ticket += 1
        if self._selection.dataset and session.blind:
            self._selection.dataset = False
            return
        if not self._selection.dataset or session.labels_hidden:
            self._jobs.cancel()
            self._drawings = {}
            if self._is_open:
                self.panel.script.hide()
            self._is_open = False
            return
        if session.filtered_rows is None:
            return  # the map does not know yet what is left
        self._is_open = True
        ticket, rows, level, filters = self._ticket, self._rows(), state.level, state.filters
        chips = state.chips()
        shown = code.State(where=self._corpus.where, filters=filters, area=state.area)
        self.panel.script.busy()

        def done(found: list[Drawing]) -> None:
            if ticket != self._ticket:
                return
            self._drawings = {one.name: one for one in found}
            self.panel.script.figures(
                ticket=ticket,
                figures=list(map(_shown, found)),
                count=len(self._corpus.samples) if rows is None else len(rows),
                total=len(self._corpus.samples),
                level=level,
                source=", ".join(chip["text"] for chip in chips) or "all samples",
                chips=chips,
                active=_active(filters),
                python=code.snippet("dataset", shown),
            )

        self._jobs.submit(lambda: figures.of_samples(self._corpus, rows, level, self._samples(rows)), done)

    def _rows(self) -> Rows:
        """What the map shows; None for all."""
        rows = self._session.filtered_rows
        return None if rows is None or len(rows) == len(self._corpus.samples) else rows

    def _samples(self, rows: Rows) -> str:
        return "" if rows is None else "samples"

    # -- what people do -----------------------------------------------------------------------------------------

    def _close(self) -> None:
        self._selection.dataset = False

    def _level(self, data: dict[str, Any]) -> None:
        state = self._selection.map
        if data.get("level") in LEVELS:
            # Classes isolated on one level would hide what the other level is asked to show, as in the legend.
            state.param.update(level=int(data["level"]), filters=state.filters.without("largest"))

    def _filter(self, data: dict[str, Any]) -> None:
        if not self._session.labels_hidden:
            self._selection.map.toggle(data.get("text"), _SETS)

    def _remove(self, data: dict[str, Any]) -> None:
        self._selection.map.remove_chip(data.get("name"))

    def _save(self, data: dict[str, Any]) -> None:
        drawn = self._drawings.get(str(data.get("name", "")))
        if drawn is not None:
            # With the mark by which a spreadsheet knows letters beyond ASCII.
            self._files.make(
                lambda: figures.table_text(drawn.table).encode("utf-8-sig"), f"{drawn.name}.csv", "text/csv"
            )

    def _look(self) -> None:
        """Look at the imagery of some samples, once; another set of samples gives it up."""
        if not self._is_open or self._looking == self._ticket or self._session.filtered_rows is None:
            return
        ticket, rows = self._ticket, self._rows()
        self._looking = ticket

        def tell(done: int, total: int) -> None:
            if ticket != self._ticket:
                raise CancelledError("other samples are shown")
            if done % 5 == 0 or done == total:
                self._loop.call(lambda: self._tell_progress(ticket, done, total))

        def job() -> tuple[Imagery, list[Drawing]] | str:
            try:
                found = imagery.measure(self._corpus, rows, progress=tell)
            except CancelledError:
                return ""
            except ExplorerError as error:
                return str(error)
            return found, figures.of_imagery(found, self._samples(rows))

        def done(result: tuple[Imagery, list[Drawing]] | str) -> None:
            self._ended(ticket)
            if ticket != self._ticket:
                return
            if isinstance(result, str):
                self.panel.script.imagery(ticket=ticket, figures=[], text=result)
                return
            found, drawn = result
            self._drawings |= {one.name: one for one in drawn}
            text = f"Looked at {found.listed:,} samples drawn at random, and read quality layers of {found.read:,} of them."
            if found.trouble:
                text += f" {found.trouble[:1].upper()}{found.trouble[1:]}."
            elif not len(found.gaps):
                text += " No quality layer says what is gap-filled."
            self.panel.script.imagery(ticket=ticket, figures=list(map(_shown, drawn)), text=text)

        self._loop.work(job, done, lambda: self._ended(ticket), _LOOKERS)

    def _tell_progress(self, ticket: int, done: int, total: int) -> None:
        if ticket == self._ticket:
            self.panel.script.looking(ticket=ticket, done=done, total=total)

    def _ended(self, ticket: int) -> None:
        if self._looking == ticket:
            self._looking = 0


def _shown(drawn: Drawing) -> FigureShown:
    return {
        "name": drawn.name, "title": drawn.title, "about": drawn.about, "svg": drawn.svg, "python": drawn.python
    }  # fmt: skip


def _active(filters: Filters) -> list[str]:
    """What bars of figures set of the filters that are active, as the figures name it."""
    found = [f"largest:{code}" for code in filters.largest]
    found += [f"country:{name}" for name in filters.countries]
    return [*found, *(f"review:{state}" for state in filters.review)]
