"""Label review: a queue of samples, a verdict on each, kept before the next one comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import uuid4

from explorer.corpus.corpus import Corpus
from explorer.corpus.reading import Reading
from explorer.errors import ExplorerError
from explorer.products import PF_SR, S2_SR
from explorer.review.queue import MAX_TEXT, Queue, QueueSpec
from explorer.review.records import Receipt
from explorer.review.verdicts import reviewer_name
from explorer.views import desk as desks
from explorer.views import review_words, visitor
from explorer.views.parts import Component, Loop, script, source, whole
from explorer.views.review_files import ReviewFiles
from explorer.views.selection import Selection

AHEAD = 2
"""Samples that are read before they are asked for."""


class ReviewPanel(Component):
    """The browser's side of the review."""

    _esm = script("review.js")
    _stylesheets: ClassVar[list[Any]] = [source("review.css")]


@dataclass
class _Work:
    """One person's way through a queue."""

    spec: QueueSpec
    queue: Queue
    reviewer: str
    blind: bool
    decides: bool = False
    """Whether verdicts decide among reviewers who differ."""
    done: set[str] = field(default_factory=set)
    place: int = 0
    said: str = ""
    """What happened last, for the next picture of the panel."""
    revealed: str | None = None
    """The sample whose label is shown although the review is blind: its verdict is in."""
    undoing: str = ""
    """The id of an undo that failed, perhaps after it was kept: asked for again, it takes back once."""


class ReviewView:
    """Leads through a queue and keeps what is said. `on_change` is told when the page has to look different."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: Loop, bus: str) -> None:
        self._corpus, self._selection, self._loop = corpus, selection, loop
        self._work: _Work | None = None
        self._visitor: str | None = None
        """Who is logged in, where the server asks for it: nobody reviews as somebody else then."""
        self.meet()
        self._asked = False
        self._ticket = 0
        self._ahead: dict[str, list[Reading]] = {}
        self.on_change: list[Callable[[], None]] = []
        self.panel = ReviewPanel(loop, bus=bus, sizing_mode="stretch_width", margin=0)
        files = ReviewFiles(corpus, loop, self.panel)
        self.panel.on = {
            "begin": self._begin, "verdict": self._verdict, "step": self._step, "jump": self._jump, "undo": lambda _data: self._undo(),
            "open": lambda _data: self._go_on(), "save": files.save, "report": files.report, "close": lambda _data: self.end(),
            "again": lambda _data: self._show() if self._work else self._set_up() if self._asked else None,
        }  # fmt: skip
        selection.param.watch(lambda _e: self._show(), "sample_id")

    def meet(self) -> None:
        """The visitor has come."""
        self._visitor = visitor.name()

    @property
    def active(self) -> bool:
        """Whether the review has its place on the page."""
        return self._asked or self._work is not None

    @property
    def blind(self) -> bool:
        """Whether the review is one that hides labels until a verdict is in."""
        return self._work is not None and self._work.blind

    @property
    def hides(self) -> bool:
        """Whether the label must not be seen: a blind review, and no verdict on this sample yet."""
        work, sample_id = self._work, self._selection.sample_id
        return work is not None and work.blind and sample_id not in (work.revealed, None)

    def ask(self, text: str = "") -> None:
        """Open the review: ask which samples, or go on with the queue of a link as soon as the reviewer is known."""
        if self._work is not None and self._work.spec.format() == text:
            return
        if self.active and not text:
            self.end()
            return
        self._asked = True
        self._set_up(text)
        self._changed()

    def end(self) -> None:
        """Close the review; what was said is kept."""
        if not self.active:
            return
        self._work, self._asked = None, False
        self._ticket += 1
        self.let_go()
        self._selection.review = ""
        self.panel.send("off")
        self._changed()

    def let_go(self) -> None:
        """Give up what was read ahead."""
        for readings in self._ahead.values():
            for reading in readings:
                reading.release()
        self._ahead = {}

    def look_ahead(self) -> None:
        """The picture is there: read the samples that come next."""
        work = self._work
        if work is None:
            return
        wanted = work.queue.following(self._selection.sample_id, work.done, AHEAD)
        for sample_id in [one for one in self._ahead if one not in wanted]:
            for reading in self._ahead.pop(sample_id):
                reading.release()
        for sample_id in wanted:
            if sample_id not in self._ahead:
                first = self._selection.date_index
                self._ahead[sample_id] = [
                    self._corpus.prefetch(sample_id, PF_SR, first),
                    self._corpus.prefetch(sample_id, S2_SR),
                ]

    # -- which samples ------------------------------------------------------------------------------------------

    def _set_up(self, resume: str = "", trouble: str = "") -> None:
        offers = self._corpus.filter_table.offers
        off = {} if "suspicion" in offers else {"suspicion": "no scores yet: explorer score"}
        kinds = [
            {"id": kind, "title": title, "text": text, "needs": list(needs), "off": off.get(kind, "")}
            for kind, title, text, needs in review_words.KINDS
        ]
        self.panel.send(
            "setup", kinds=kinds, classes=review_words.classes(), reviewer=self._visitor or "", fixed=self._visitor is not None, resume=resume,
            trouble=trouble,
        )  # fmt: skip

    def _begin(self, data: dict[str, Any]) -> None:
        self._ticket += 1
        ticket = self._ticket
        try:
            reviewer = reviewer_name(data.get("reviewer") if self._visitor is None else self._visitor)
            spec = review_words.read_queue(data, self._selection.map)
        except (ExplorerError, ValueError) as error:
            self.panel.send("trouble", text=f"{error}")
            return
        blind = bool(data.get("blind"))

        def job() -> _Work | str:
            try:
                desk = desks.desk(self._corpus)
                desk.refresh(patient=False)
                if spec is None:
                    ids = desk.disputed()
                    queue = Queue.of(ids, self._corpus)
                    return _Work(QueueSpec("ids", ids=ids), queue, reviewer, blind=False, decides=True)
                queue = spec.build(self._corpus, reviewer)
                return _Work(spec, queue, reviewer, blind, done=set(desk.records.reviewed(reviewer)))
            except ExplorerError as error:
                return str(error)

        def begun(work: _Work | str) -> None:
            if ticket != self._ticket:
                return
            if isinstance(work, str):
                self.panel.send("trouble", text=work)
                return
            self._work, self._asked = work, True
            text = "" if spec is None else spec.format()
            self._selection.review = text if len(text) <= MAX_TEXT // 4 else ""
            here = self._selection.sample_id
            if here is None or work.queue.position(here) is None or here in work.done:
                self._go_on()
            else:
                self._go(here)

        self._loop.work(job, begun)

    # -- from sample to sample ------------------------------------------------------------------------------------

    def _go(self, sample_id: str) -> None:
        work = self._work
        if work is None:
            return
        work.revealed = None
        if sample_id == self._selection.sample_id:
            self._show()
        else:
            self._selection.sample_id = sample_id  # which shows it

    def _go_on(self) -> None:
        work = self._work
        if work is None:
            return
        found = work.queue.following(self._selection.sample_id, work.done)
        here = self._selection.sample_id
        if found:
            self._go(found[0])
        elif here is None or work.queue.position(here) is None:
            self._go(work.queue.ids[0])
        else:
            work.said = (work.said + f" All {len(work.queue):,} samples are reviewed.").strip()
            self._show()

    def _step(self, data: dict[str, Any]) -> None:
        work, by = self._work, data.get("by")
        if work is None or by not in (-1, 1):
            return
        here = self._selection.sample_id
        found = (
            work.queue.ids[work.place]
            if here is None or work.queue.position(here) is None
            else work.queue.beside(here, int(by))
        )
        if found is not None:
            work.said = ""
            self._go(found)

    def _jump(self, data: dict[str, Any]) -> None:
        work = self._work
        position = whole(data, "position", 10**7)
        if work is not None and position is not None and position < len(work.queue):
            work.said = ""
            self._go(work.queue.ids[position])

    def _show(self) -> None:
        work, sample_id = self._work, self._selection.sample_id
        if work is None or sample_id is None:
            return
        self._ticket += 1
        ticket = self._ticket
        place = work.queue.position(sample_id)
        work.place = work.place if place is None else place
        self._changed()
        hidden = self.hides

        def job() -> dict[str, Any]:
            return self._picture(work, sample_id, hidden)

        def done(picture: dict[str, Any]) -> None:
            if ticket == self._ticket:
                if place is None:
                    picture["told"] = (
                        "This sample is not in the queue: S and B lead back to it. " + picture["told"]
                    )
                self.panel.send("work", **picture)
                work.said = ""

        self._loop.work(job, done)

    def _picture(self, work: _Work, sample_id: str, hidden: bool) -> dict[str, Any]:
        desk = desks.desk(self._corpus)
        told = work.said
        try:
            current = desk.records.current(sample_id)
        except ExplorerError as error:
            current, told = None, f"{told} The verdicts cannot be read: {error}".strip()
        mine, others = None, []
        for row in [] if current is None else current.to_dict("records"):
            kind = "adjudication" if work.decides else "verdict"
            if row["kind"] == kind and row["reviewer"] == work.reviewer:
                mine = row
            elif not hidden:
                others.append(
                    {
                        "reviewer": str(row["reviewer"]),
                        "text": review_words.said(row),
                        "link": str(row["evidence"]),
                    }
                )
        suspicion = None if hidden else desk.suspicion(sample_id)
        return {
            "sample": sample_id, "queue": "Disagreements: you decide" if work.decides else review_words.title(work.spec), "position": work.place, "total": len(work.queue),
            "done": sum(one in work.done for one in work.queue.ids), "undoable": bool(work.done), "hidden": hidden,
            "revealed": work.revealed == sample_id, "labels": [] if hidden else review_words.label_rows(self._corpus, sample_id),
            "mine": None if mine is None else review_words.own_row(mine), "others": others[:20], "suspicion": suspicion,
            "suggestion": (suspicion or {}).get("suggestion", ""), "told": told, "classes": review_words.classes(),
        }  # fmt: skip

    # -- what is said ---------------------------------------------------------------------------------------------

    def _verdict(self, data: dict[str, Any]) -> None:
        work, sample_id = self._work, data.get("sample")
        if work is None or sample_id != self._selection.sample_id or not isinstance(sample_id, str):
            self.panel.send("trouble", text="Nothing was saved: another sample is shown by now.")
            return
        evidence = self._selection.to_query(review=False)
        reviewer, queue, decides = work.reviewer, work.queue, work.decides

        def job() -> Receipt | str:
            try:
                fractions = {int(str(code)): float(v) for code, v in self._corpus.labels(sample_id).items()}
                verdict = review_words.read_verdict(
                    data, reviewer, fractions, evidence=evidence[:MAX_TEXT], queue=queue
                )
                if decides:
                    verdict = verdict.kept(kind="adjudication")
                receipt = desks.desk(self._corpus).records.add(verdict)
            except ExplorerError as error:
                return f"Nothing was saved: {error}"
            self._loop.work(lambda: _refresh(self._corpus), lambda _none: None)
            return receipt

        def kept(result: Receipt | str) -> None:
            if isinstance(result, str):
                self.panel.send("trouble", text=result)
                return
            self.panel.send("saved", id=result.id, sample=sample_id)
            work.undoing = ""
            work.done.add(sample_id)
            work.said = f"Saved: {sample_id} is {result.verdict.judgement}."
            if self._work is not work or self._selection.sample_id != sample_id:
                return
            if work.blind:
                work.revealed = sample_id
                work.said += " This is its label; Enter goes on."
                self._show()
            else:
                self._go_on()

        self._loop.work(job, kept)

    def _undo(self) -> None:
        work = self._work
        if work is None:
            return

        own = work.undoing or str(uuid4())

        def job() -> Receipt | str | None:
            try:
                receipt = desks.desk(self._corpus).records.undo(work.reviewer, id=own)
            except ExplorerError as error:
                return f"Nothing was taken back: {error}"
            self._loop.work(lambda: _refresh(self._corpus), lambda _none: None)
            return receipt

        def done(result: Receipt | str | None) -> None:
            work.undoing = own if isinstance(result, str) else ""
            if isinstance(result, str) or result is None or result.undone is None:
                self.panel.send(
                    "trouble", text=result if isinstance(result, str) else "There is nothing to take back."
                )
                return
            gone = result.undone
            work.done.discard(gone.sample_id)
            work.said = f"Taken back: {gone.sample_id} was {gone.judgement}."
            self._go(gone.sample_id)

        self._loop.work(job, done)

    def _changed(self) -> None:
        for listener in self.on_change:
            listener()


def _refresh(corpus: Corpus) -> None:
    desks.desk(corpus).refresh()
