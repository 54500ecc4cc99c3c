"""The labels panel: a sample's CORINE fractions as bars in the official colours, and what an opinion says beside them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
from explorer.opinions import ground_marks, scores
from explorer.opinions.ground_marks import GroundOfSample
from explorer.opinions.opinion import Opinion
from explorer.views.common import palettes, visitor
from explorer.views.common.components import Component, SessionScheduler, source
from explorer.views.common.selection import MAX_NAME, Selection
from explorer.views.labels.messages import FromBars, ToBars

_READER = ThreadPoolExecutor(1, thread_name_prefix="explorer-ground")
"""One thread: whoever comes while millions of points are read the first time waits for them, and reads nothing twice."""


class Bars(Component):
    """The browser's side; a pane of Panel's own would lay out the whole page anew with each sample."""

    html = param.String(doc="What the page begins with: the map must not find more room than it will have.")

    _stylesheets: ClassVar[list[Any]] = [source("html.css"), source("labels.css")]
    script = ToBars()
    from_script = FromBars


class LabelsView:
    """Bars, largest first, or what there is to say where there are none."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._session, self._loop = corpus, selection.session, loop
        self._selection, self._map = selection, selection.map
        self.pane = Bars(loop, bus=bus, sizing_mode="stretch_width", margin=0, css_classes=["labels"])
        self.pane.on = {
            "again": lambda _data: self._show_again(),
            "choose": lambda data: setattr(selection, "opinion", str(data.get("opinion") or "")[:MAX_NAME]),
        }
        self.pane.on["save"] = self._save
        self.pane.on["show_ground"] = lambda data: setattr(selection, "ground_marks", bool(data.get("shown")))
        selection.param.watch(lambda _e: self._send_ground(), "ground_marks")
        self._ground_ticket = 0
        self._may_add = visitor.may_upload()
        self.pane.on["judge"] = lambda _data: setattr(self._session, "opinion_to_judge", selection.opinion)
        self.pane.on |= {
            "alike": lambda _data: self._session.ask_for_gallery("similar"),
            "clear": lambda _data: setattr(selection, "similar", None),
            "add_opinion": lambda _data: setattr(self._session, "add_opinion", True),
        }
        self.html = ""
        """What is shown."""
        self._ticket = 0
        self._session.param.watch(lambda _e: self.open(selection.sample_id), "labels_hidden")
        selection.map.param.watch(lambda _e: self.open(selection.sample_id), "palette")
        selection.param.watch(lambda _e: self._choose(), "opinion")
        self._session.param.watch(lambda *_e: self._show_alike(), ["similar_found", "blind"])
        self._session.param.watch(lambda _e: self._show_opinions(), "blind")
        self._show_opinions()
        self._show_alike()

    def open(self, sample_id: str | None) -> None:
        """Show a sample's label."""
        try:
            self.html = (
                _note("Click a sample on the map")
                if sample_id is None
                else _note("Hidden: the review is blind")
                if self._session.labels_hidden
                else self._beside(sample_id) or bars(self._corpus.labels(sample_id), self._map.palette)
            )
            # Once there is a browser it is only for those who draw the page anew; the message below is sooner there.
            with nullcontext() if self._loop.unseen else param.discard_events(self.pane):
                self.pane.html = self.html
        except ExplorerError as error:
            self.html = _note(str(error))
        self.pane.script.label(html=self.html)
        self._ticket += 1
        self._read_opinion(sample_id)
        self._add_change(sample_id)
        self._read_ground(sample_id)

    def _read_ground(self, sample_id: str | None) -> None:
        """List what was seen on the ground of the sample, which others draw; the first time, sets are read from their files."""
        shown = self._session.ground
        if shown is not None and shown.sample_id == sample_id:
            return  # only the label is shown anew
        self._ground_ticket += 1
        ticket = self._ground_ticket
        if shown is not None:
            self._session.ground = None
            self._send_ground()
        if sample_id is None:
            return

        def done(found: GroundOfSample) -> None:
            if ticket == self._ground_ticket:
                self._session.ground = found
                self._send_ground()

        self._loop.work(lambda: ground_marks.of_sample(self._corpus, sample_id), done, workers=_READER)

    def _send_ground(self) -> None:
        found = self._session.ground or GroundOfSample("")
        self.pane.script.ground(
            marks=list(found.marks),
            more=found.more,
            credits=list(found.credits),
            problems=list(found.problems),
            shown=self._selection.ground_marks,
        )

    def _save(self, data: dict[str, Any]) -> None:
        """A file of all that was seen on the ground of the sample."""
        found, ending = self._session.ground, str(data.get("format"))
        if found is None or ending not in ground_marks.MEDIA:
            return
        sample_id = found.sample_id

        def write() -> bytes:
            return ground_marks.encode(ground_marks.frame(self._corpus, [sample_id]), ending)

        def done(content: bytes) -> None:
            self.pane.script.file(
                name=f"{sample_id}_ground.{ending}", media=ground_marks.MEDIA[ending], bytes=content
            )

        self._loop.work(write, done)

    def _choose(self) -> None:
        self._show_opinions()
        self.open(self._selection.sample_id)

    def _show_again(self) -> None:
        self.pane.script.label(html=self.html)
        self._send_ground()
        self._show_opinions()
        self._show_alike()

    def _show_alike(self) -> None:
        """How many samples that are alike are on the map."""
        found = self._session.similar_found
        off = "Not while the review hides labels" if self._session.blind else ""
        self.pane.script.alike(on_map=0 if found is None else len(found.rows), off=off)

    def _show_opinions(self) -> None:
        """Which opinions there are, where there is any; one that a link names and nobody has is said in the panel."""
        self.pane.script.opinions(
            names=list(self._corpus.opinions),
            chosen=self._selection.opinion,
            may_add=self._may_add and not self._session.blind,
        )

    def _beside(self, sample_id: str) -> str:
        """Label and opinion as pairs of bars; empty where none is chosen, or it has to be read first. Raises `ExplorerError`."""
        if not self._selection.opinion:
            return ""
        try:
            found = self._corpus.opinions[self._selection.opinion]
        except ExplorerError as error:
            return f"{bars(self._corpus.labels(sample_id), self._map.palette)}{_note(str(error))}"
        return pairs(found, sample_id, self._map.palette) if found.is_read else ""

    def _read_opinion(self, sample_id: str | None) -> None:
        """Read an opinion that is looked at for the first time, which takes a second, and show the sample again."""
        name, ticket = self._selection.opinion, self._ticket
        if sample_id is None or self._session.labels_hidden or not name:
            return
        try:
            found = self._corpus.opinions[name]
        except ExplorerError:  # said already
            return
        if found.is_read:
            return

        def done(_values: Any) -> None:
            if ticket == self._ticket:
                self.open(sample_id)

        self._loop.work(lambda: found.values, done)

    def _add_change(self, sample_id: str | None) -> None:
        """Under the bars, that cover was probably lost, which a label of 2018 cannot know."""
        ticket = self._ticket
        if sample_id is None or self._session.labels_hidden or self._corpus.extras is None:
            return

        def done(found: CoverChange | None) -> None:
            if ticket == self._ticket and found is not None and found.probable:
                self.html += _note(found.text)
                self.pane.script.label(html=self.html)

        self._loop.work(lambda: cover_change.of_sample(self._corpus, sample_id), done)


def pairs(opinion: Opinion, sample_id: str, palette: str = "official") -> str:
    """A sample's label and an opinion as an accessible list of pairs of bars with their difference, HTML."""
    table = opinion.beside_label(sample_id)
    name = escape(opinion.name)
    if table.empty:
        return f"{bars(opinion.corpus.labels(sample_id), palette)}{_note(f'{opinion.name} says nothing of this sample')}"
    grouping = opinion.choose()
    of = dict(zip(grouping.codes, grouping.members, strict=True))
    rows = []
    for code, label, said in table.itertuples(name=None):
        title = scores.TITLES.get(code) or grouping.title(code)
        number = f"<b>{code}</b> " if grouping.level else ""
        colour = (
            palettes.of_class(of[code][0] if not grouping.level else code, palette)
            if code in of
            else "var(--muted)"
        )
        shown = round(100 * said) - round(100 * label)
        difference = "0" if not shown else f"{shown:+d}".replace("-", "\N{MINUS SIGN}")
        rows.append(
            f'<li class="pair"><span class="name" title="{escape(title)}">{number}{escape(title)}</span>'
            f'<span class="percent"><span class="hidden">Label </span>{100 * label:.0f} %</span>'
            f'<span class="percent"><span class="hidden">, {name} </span>{100 * said:.0f} %</span>'
            f'<span class="percent difference"><span class="hidden">, difference </span>{difference}</span>'
            f'<span class="track"><i style="width:{100 * label:.2f}%;background:{colour}"></i></span>'
            f'<span class="track said"><i style="width:{100 * said:.2f}%;background-color:{colour}"></i></span></li>'
        )
    apart = float((table["label"] - table["opinion"]).abs().sum()) / 2
    made_up = " It is made up." if opinion.about.synthetic else ""
    return f"<ul>{''.join(rows)}</ul>{_note(f'{100 * apart:.0f} % of the cell differs.{made_up}')}"


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
