"""The labels panel: a sample's CORINE fractions as bars in the official colours."""

from __future__ import annotations

from contextlib import nullcontext
from html import escape
from typing import Any, ClassVar

import pandas as pd
import param

from explorer.core import corine
from explorer.core.errors import ExplorerError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query import cover_change
from explorer.corpus.query.cover_change import CoverChange
from explorer.views.common import palettes
from explorer.views.common.components import Component, SessionScheduler, source
from explorer.views.common.selection import Selection
from explorer.views.labels.messages import ToBars


class Bars(Component):
    """The browser's side; a pane of Panel's own would lay out the whole page anew with each sample."""

    html = param.String(doc="What the page begins with: the map must not find more room than it will have.")

    _stylesheets: ClassVar[list[Any]] = [source("html.css"), source("labels.css")]
    script = ToBars()


class LabelsView:
    """Bars, largest first, or what there is to say where there are none."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._session, self._loop = corpus, selection.session, loop
        self._map = selection.map
        self.pane = Bars(loop, bus=bus, sizing_mode="stretch_width", margin=0, css_classes=["labels"])
        self.pane.on = {"again": lambda _data: self.pane.script.label(html=self.html)}
        self.html = ""
        """What is shown."""
        self._ticket = 0
        self._session.param.watch(lambda _e: self.open(selection.sample_id), "labels_hidden")
        selection.map.param.watch(lambda _e: self.open(selection.sample_id), "palette")

    def open(self, sample_id: str | None) -> None:
        """Show a sample's label."""
        try:
            self.html = (
                _note("Click a sample on the map")
                if sample_id is None
                else _note("Hidden: the review is blind")
                if self._session.labels_hidden
                else bars(self._corpus.labels(sample_id), self._map.palette)
            )
            # Once there is a browser it is only for those who draw the page anew; the message below is sooner there.
            with nullcontext() if self._loop.unseen else param.discard_events(self.pane):
                self.pane.html = self.html
        except ExplorerError as error:
            self.html = _note(str(error))
        self.pane.script.label(html=self.html)
        self._add_change(sample_id)

    def _add_change(self, sample_id: str | None) -> None:
        """Under the bars, that cover was probably lost, which a label of 2018 cannot know."""
        self._ticket += 1
        ticket = self._ticket
        if sample_id is None or self._session.labels_hidden or self._corpus.extras is None:
            return

        def done(found: CoverChange | None) -> None:
            if ticket == self._ticket and found is not None and found.probable:
                self.html += _note(found.text)
                self.pane.script.label(html=self.html)

        self._loop.work(lambda: cover_change.of_sample(self._corpus, sample_id), done)


def bars(fractions: pd.Series, palette: str = "official") -> str:
    """Fractions (level-3 code -> 0 to 1) as an accessible list with bars in the colours of a palette, HTML."""
    if fractions.empty:
        return _note("This sample has no label")
    rows = []
    for code, fraction in fractions.items():
        cover = corine.land_cover(int(str(code)))
        percent = f"{100 * fraction:.1f}".removesuffix(".0")
        rows.append(
            f'<li><span class="name" title="{escape(cover.title)}"><b>{cover.code}</b> {escape(cover.title)}</span>'
            f'<span class="percent">{percent} %</span>'
            f'<span class="track"><i style="width:{100 * fraction:.2f}%;background:{palettes.of_class(cover.code, palette)}"></i></span></li>'
        )
    total = float(fractions.sum())
    note = "" if abs(total - 1) < 0.015 else _note(f"The fractions add up to {100 * total:.0f} %")
    return f"<ul>{''.join(rows)}</ul>{note}"


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'
