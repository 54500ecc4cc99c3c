"""Label review: a queue of samples, a verdict on each, kept before the next one comes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from uuid import uuid4

from explorer.core.errors import ExplorerError, InvalidVerdictError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.reading import Reading
from explorer.review import draws
from explorer.review.queue import MAX_TEXT, MEASURED, Queue, QueueSpec
from explorer.review.records import Receipt, Records
from explorer.review.verdicts import reviewer_name
from explorer.views.common import visitor
from explorer.views.common.class_search import classes
from explorer.views.common.components import Component, LatestOnly, SessionScheduler, bounded_int, source
from explorer.views.common.selection import Selection, decode, encode
from explorer.views.review import review_plan, review_words
from explorer.views.review.messages import (
    MAX_GIVEN,
    ChipsShown,
    Closing,
    Forecast,
    FromReviewPanel,
    KindOffered,
    ToReviewPanel,
    Work,
)
from explorer.views.review.review_files import ReviewFiles
from explorer.views.review.review_service import review_service

AHEAD = 2
"""Samples that are read before they are asked for."""
_UNSEEN = "Say first what you see: the label is hidden, and “correct” or “wrong” would be of a label that nobody saw."


class ReviewPanel(Component):
    """The browser's side of the review."""

    _stylesheets: ClassVar[list[Any]] = [source("combobox.css"), source("review.css")]
    script = ToReviewPanel()
    from_script = FromReviewPanel


@dataclass
class _Work:
    """One person's way through a queue."""

    spec: QueueSpec
    queue: Queue
    reviewer: str
    blind: bool
    scope: str
    """Names corpus, queue and reviewer: what a browser keeps of unfinished verdicts belongs to it."""
    decides: bool = False
    """Whether verdicts decide among reviewers who differ."""
    done: set[str] = field(default_factory=set)
    place: int = 0
    said: str = ""
    """What happened last, for the next picture of the panel."""
    ended: bool = False
    """Whether the end of the review is to be shown after the next picture of the panel, which would cover it."""
    again: str | None = None
    """The sample that is judged once more although its label has been seen."""
    given: list[str] = field(default_factory=list)
    """Ids of the verdicts that this tab has given, oldest first: only these it takes back."""
    undoing: str = ""
    """The id of an undo that failed, perhaps after it was kept: asked for again, it takes back once."""
    revision: int = -1
    """Of the records, when it was last looked whether others said something."""
    known: tuple[str, ...] = ()
    """Ids of the current verdicts on the sample shown, as it was last drawn."""


class ReviewView:
    """Leads through a queue and keeps what is said."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._selection, self._loop = corpus, selection, loop
        self._session = selection.session
        self._work: _Work | None = None
        self._visitor: str | None = None
        """Who is logged in, where the server asks for it: nobody reviews as somebody else then."""
        self._veiled = False
        """Whether labels are hidden before it is known who reviews: a link, or another tab of this browser, is of a blind review."""
        self._asked = self._looking = False
        self.meet()
        self._ticket = 0
        self._ahead: dict[str, list[Reading]] = {}
        self.panel = ReviewPanel(loop, bus=bus, sizing_mode="stretch_width", margin=0)
        self._forecasts, self._chips, self._begins, self._closings, self._pictures = (
            LatestOnly(loop) for _ in range(5)
        )
        files = ReviewFiles(corpus, loop, self.panel.script, self._may_take)
        self.panel.on = {
            "begin": self._begin, "verdict": self._verdict, "late": self._late, "step": self._step, "jump": self._jump, "undo": lambda _data: self._undo(),
            "open": lambda _data: self._go_on(), "save": files.save, "report": files.report, "close": lambda _data: self.end(),
            "again": lambda _data: self._show() if self._work else self._set_up() if self._asked else None,
            "look": lambda _data: self._look(), "rejudge": lambda _data: self._rejudge(), "ping": lambda _data: self.panel.script.pong(),
            "forecast": self._forecast, "closing": lambda _data: self._close_up(), "chips": self._show_chips, "map": lambda _data: self._show_map(),
            "gallery": lambda _data: self._session.ask_for_gallery("queue"),
        }  # fmt: skip
        # Before any other panel hears of the sample: whether its label is hidden has to be known then.
        selection.param.watch(lambda _e: self._sample_changed(), "sample_id")
        self._session.listen("toggle_review", self.ask)
        self._session.listen("at_rest", self._at_rest)
        self._session.listen("queue_to_review", self._queue_asked)

    def meet(self) -> None:
        """The visitor has come."""
        self._visitor = visitor.name()
        self._veiled = visitor.is_blind()
        self._changed()

    def veil(self) -> None:
        """Hide labels from now on, until a review that shows them begins, or none is wanted."""
        if self._work is None:
            self._veiled = True
            self._changed()

    @property
    def veiled(self) -> bool:
        """Whether labels are hidden though no review has begun here yet."""
        return self._veiled

    @property
    def active(self) -> bool:
        """Whether the review has its place on the page."""
        return self._asked or self._work is not None

    @property
    def blind(self) -> bool:
        """Whether the review is one that hides labels until a verdict is in."""
        return self._veiled or (self._work is not None and self._work.blind)

    @property
    def hides(self) -> bool:
        """Whether the label must not be seen: a blind review, and no verdict on this sample yet."""
        work, sample_id = self._work, self._selection.sample_id
        if work is None:
            return self._veiled
        return work.blind and sample_id is not None and sample_id not in work.done

    def _may_take(self) -> str | None:
        """Whose verdicts may be taken away: None, everybody's; in a blind review one's own, and nobody's before it has begun."""
        if not self.blind:
            return None
        return "" if self._work is None else self._work.reviewer

    def ask(self, text: str = "", *, blind: bool = False) -> None:
        """Open the review: ask which samples, or go on with the queue of a link as soon as the reviewer is known.

        `blind`: the link is of a blind review; labels are hidden at once.
        """
        if self._work is not None and self._work.spec.format() == text:
            return
        if self.active and not text:
            self.end()
            return
        if blind:
            self.veil()
        self._asked = True
        if (
            0 < len(text) <= MAX_TEXT // 4
        ):  # in the address from now on: who opens it anew is asked again, and sees no label either
            self._selection.param.update(review=text, blind=blind)
        self._set_up(text)
        self._changed()

    def end(self) -> None:
        """Close the review; what was said is kept."""
        if not self.active:
            return
        self._work, self._asked, self._veiled = None, False, False
        self._session.param.update(review_queue=(), reviewer="")
        self._ticket += 1
        self.let_go()
        self._selection.param.update(review="", blind=False)
        self.panel.script.off()
        self._changed()

    def let_go(self) -> None:
        """Give up what was read ahead."""
        for readings in self._ahead.values():
            for reading in readings:
                reading.release()
        self._ahead = {}

    def _queue_asked(self) -> None:
        if text := self._session.queue_to_review:
            self.ask(text)

    def _at_rest(self) -> None:
        if self._corpus.config.read_ahead:
            self.look_ahead()

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
        off = {name: "no scores yet: explorer score" for name in MEASURED if name not in offers}
        opinions = list(self._corpus.opinions)
        if not opinions:
            off["disagreement"] = "no opinions yet: explorer opinion add"
        kinds: list[KindOffered] = [
            {"id": kind, "title": title, "text": text, "needs": list(needs), "off": off.get(kind, "")}
            for kind, title, text, needs in review_words.KINDS
        ]
        self.panel.script.setup(
            kinds=kinds, classes=classes(), reviewer=self._visitor or "", fixed=self._visitor is not None, resume=resume,
            blind=self._veiled, trouble=trouble, strata=review_plan.strata_choices(), opinions=opinions, opinion=self._selection.opinion,
        )  # fmt: skip

    def _begin(self, data: dict[str, Any]) -> None:
        self._ticket += 1
        ticket = self._ticket
        try:
            reviewer = reviewer_name(data.get("reviewer") if self._visitor is None else self._visitor)
            spec = review_words.read_queue(data, self._selection.map)
        except (ExplorerError, ValueError) as error:
            self.panel.script.trouble(text=f"{error}")
            return
        blind, resumed = bool(data.get("blind")), bool(data.get("resume"))
        told = data.get("given")
        given = [one for one in told if isinstance(one, str)][-MAX_GIVEN:] if isinstance(told, list) else []

        def job() -> _Work | str:
            try:
                service = review_service(self._corpus)
                service.refresh(patient=False)
                records = service.records
                if spec is None:
                    ids = service.disputed()
                    queue = Queue.of(ids, self._corpus)
                    decides = _scope(records, "disputed", reviewer)
                    return _Work(
                        QueueSpec("ids", ids=ids), queue, reviewer, False, decides, decides=True, given=given
                    )
                queue = draws.queue(records, spec, reviewer)
                # A link says no longer that a review is blind, or never did: its verdicts do.
                hides = blind or (resumed and service.was_blind(reviewer, queue.text))
                scope = _scope(records, queue.text, reviewer)
                return _Work(
                    spec, queue, reviewer, hides, scope, done=_done(records, queue, reviewer), given=given
                )
            except ExplorerError as error:
                return str(error)

        def begun(work: _Work | str) -> None:
            if ticket != self._ticket:
                return
            if isinstance(work, str):
                self.panel.script.trouble(text=work)
                return
            self._work, self._asked, self._veiled = work, True, False
            self._changed()
            self._session.param.update(review_queue=work.queue.ids, reviewer=work.reviewer)
            text = "" if spec is None else spec.format()
            text = text if len(text) <= MAX_TEXT // 4 else ""
            self._selection.param.update(review=text, blind=work.blind and bool(text))
            here = self._selection.sample_id
            if here is None or work.queue.position(here) is None or here in work.done:
                self._go_on()
            else:
                self._go(here)

        self._begins.submit(job, begun)

    def _forecast(self, data: dict[str, Any]) -> None:
        """Say what the draw that the form describes can tell."""
        shown = self._selection.map

        def job() -> Forecast:
            return review_plan.forecast(self._corpus, data, shown)

        self._forecasts.submit(job, lambda told: self.panel.script.forecast(**told))

    # -- from sample to sample ------------------------------------------------------------------------------------

    def _go(self, sample_id: str) -> None:
        work = self._work
        if work is None:
            return
        work.again = None
        work.ended = False
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
            count = len(work.queue)
            every = "The only sample is" if count == 1 else f"All {count:,} samples are"
            work.said = f"{work.said} {every} reviewed.".strip()
            work.ended = True
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
        position = bounded_int(data, "position", 10**7)
        if work is not None and position is not None and position < len(work.queue):
            work.said = ""
            self._go(work.queue.ids[position])

    def _rejudge(self) -> None:
        """Judge once more what was judged, with the label in sight."""
        work, sample_id = self._work, self._selection.sample_id
        if work is not None and sample_id in work.done:
            work.again = sample_id
            self._show()

    def _close_up(self) -> None:
        """Say what the review has found, what is left, and what could be next."""
        work, sample_id = self._work, self._selection.sample_id
        if work is None:
            return

        def job() -> Closing:
            return review_plan.closing(
                review_service(self._corpus).records, work.spec, work.queue, work.reviewer
            )

        def done(found: Closing) -> None:
            if work is self._work and self._selection.sample_id == sample_id:
                self.panel.script.closing(**found)

        self._closings.submit(job, done)

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

        def job() -> tuple[Work, tuple[str, ...]]:
            return self._picture(work, sample_id, hidden)

        def done(result: tuple[Work, tuple[str, ...]]) -> None:
            if ticket == self._ticket:
                picture, work.known = result
                if place is None:
                    picture["told"] = (
                        "This sample is not in the queue: S and B lead back to it. " + picture["told"]
                    )
                self.panel.script.work(**picture)
                work.said = ""
                if work.ended:
                    work.ended = False
                    self._close_up()

        self._pictures.submit(job, done)

    def _picture(self, work: _Work, sample_id: str, hidden: bool) -> tuple[Work, tuple[str, ...]]:
        """What the panel shows of a sample, and the ids of what is said of it."""
        service = review_service(self._corpus)
        told = work.said
        try:
            rows = service.records.current(sample_id).to_dict("records")
        except ExplorerError as error:
            rows, told = [], f"{told} The verdicts cannot be read: {error}".strip()
        mine, others = None, []
        for row in rows:
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
        suspicion = None if hidden else service.suspicion(sample_id)
        picture: Work = {
            "sample": sample_id, "queue": "Disagreements: you decide" if work.decides else review_words.title(work.spec, hidden=hidden), "position": work.place, "total": len(work.queue),
            "done": sum(one in work.done for one in work.queue.ids), "undoable": bool(work.given), "hidden": hidden, "blind": work.blind, "scope": work.scope,
            "revealed": work.blind and not hidden and work.again != sample_id, "labels": [] if hidden else review_words.label_rows(self._corpus, sample_id),
            "mine": None if mine is None or hidden else review_words.own_row(mine), "base": None if mine is None else str(mine["id"]), "others": others[:20], "suspicion": suspicion,
            "suggestion": "" if suspicion is None else suspicion["suggestion"], "told": told, "classes": classes(),
            "resume": self._selection.review, "reviewer": work.reviewer,
        }  # fmt: skip
        return picture, tuple(str(row["id"]) for row in rows)

    def _look(self) -> None:
        """Whether another tab, process or person has said something of the sample that is shown."""
        work, sample_id = self._work, self._selection.sample_id
        if work is None or sample_id is None or self._looking:
            return
        self._looking = True
        ticket, before = self._ticket, work.revision

        def job() -> tuple[int, tuple[str, ...], set[str]] | None:
            try:
                service = review_service(self._corpus)
                revision = service.revision()
                if revision == before:
                    return None
                rows = service.records.current(sample_id)
                return (
                    revision,
                    tuple(map(str, rows["id"])),
                    _done(service.records, work.queue, work.reviewer),
                )
            except ExplorerError:
                return None  # what is asked for next says why

        def done(found: tuple[int, tuple[str, ...], set[str]] | None) -> None:
            self._looking = False
            if found is None or ticket != self._ticket or work is not self._work:
                return
            work.revision, ids, finished = found
            if not work.decides:
                work.done = finished
                self._changed()
            if before >= 0 and ids != work.known:
                work.said = (
                    "What is said of this sample has changed meanwhile, in another tab or by somebody else."
                )
                self._show()
            else:
                count = sum(one in work.done for one in work.queue.ids)
                self.panel.script.progress(done=count, total=len(work.queue))

        def failed() -> None:
            self._looking = False

        self._loop.work(job, done, failed)

    def _show_map(self) -> None:
        """The map of all samples has the page, until Escape gives it back to the review."""
        if not self.blind:
            self._selection.panel = "map"

    def _show_chips(self, data: dict[str, Any]) -> None:
        """Samples of classes that the browser names, close to the one that is shown."""
        work, sample_id, date = self._work, self._selection.sample_id, self._selection.date_index
        told = data.get("codes")
        codes = [one for one in told if isinstance(one, int)][:4] if isinstance(told, list) else []
        if work is None or sample_id is None or data.get("sample") != sample_id:
            return
        composite, stretch = self._selection.composite, self._selection.stretch

        hidden, first = self.hides, data.get("first") is True

        def job() -> ChipsShown:
            found: ChipsShown = {
                "classes": review_plan.chips(self._corpus, sample_id, codes, date, composite, stretch)
            }
            if first:
                found["strip"] = review_plan.strip(self._corpus, sample_id, composite, stretch)
                found["around"] = review_plan.around(self._corpus, sample_id, hidden)
            return found

        self._chips.submit(
            job, lambda found: self.panel.script.chips(sample=sample_id, hidden=hidden, **found)
        )

    # -- what is said ---------------------------------------------------------------------------------------------

    def _verdict(self, data: dict[str, Any]) -> None:
        work, sample_id = self._work, data.get("sample")
        if work is None or sample_id != self._selection.sample_id or not isinstance(sample_id, str):
            self._refuse(data, "Nothing was saved: another sample is shown by now.")
            return
        if self.hides and data.get("judgement") in ("correct", "wrong"):
            self._refuse(data, _UNSEEN)
            return
        evidence, hidden = evidence_of(self._selection.to_query(review=False)), self.hides

        def job() -> tuple[str, str] | str:
            return self._keep(work, sample_id, data, evidence, hidden)

        def kept(result: tuple[str, str] | str) -> None:
            if isinstance(result, str):
                self._refuse(data, f"Nothing was saved: {result}")
                return
            own, outcome = result
            self._noted(work, own, sample_id)
            work.said = f"Saved: {sample_id} is {outcome}."
            if self._work is not work or self._selection.sample_id != sample_id:
                return
            work.again = None
            if work.blind:
                work.said += " This is its label; Enter goes on."
                self._show()
            else:
                self._go_on()

        self._loop.work(job, kept)

    def _late(self, data: dict[str, Any]) -> None:
        """A verdict that was under way when the connection was lost: kept once, whatever is shown by now."""
        work, sample_id, own = self._work, data.get("sample"), data.get("id")
        if work is None or not isinstance(sample_id, str) or not isinstance(own, str):
            return
        if data.get("scope") != work.scope:
            return
        evidence = evidence_of(
            encode(replace(decode(str(data.get("link", ""))[:MAX_TEXT]), review="", blind=False))
        )

        def job() -> tuple[str, str] | str:
            try:
                rows = review_service(self._corpus).records.current(sample_id, work.reviewer)
            except ExplorerError as error:
                return str(error)
            kind = "adjudication" if work.decides else "verdict"
            if not set(rows.loc[rows["kind"] == kind, "id"]) <= {own, data.get("base")}:
                return "you have said something else of it since"
            if work.blind and sample_id not in work.done and data.get("judgement") in ("correct", "wrong"):
                return _UNSEEN
            return self._keep(work, sample_id, data, evidence, work.blind and sample_id not in work.done)

        def kept(result: tuple[str, str] | str) -> None:
            if isinstance(result, str):
                text = f"Your verdict on {sample_id} from before the connection was lost was not saved: {result}."
                self.panel.script.refused(id=own, text=text)
                return
            self._noted(work, own, sample_id)
            text = f"Saved now, from before the connection was lost: {sample_id} is {result[1]}."
            work.said = text
            if work is self._work and self._selection.sample_id == sample_id:
                self._show()
            else:
                self.panel.script.told(text=text)

        self._loop.work(job, kept)

    def _keep(
        self, work: _Work, sample_id: str, data: dict[str, Any], evidence: str, hidden: bool
    ) -> tuple[str, str] | str:
        """In a thread: id of the verdict that was kept and what it says; or why it was not."""
        own = data.get("id")
        try:
            records = review_service(self._corpus).records
            fractions = {int(str(code)): float(v) for code, v in self._corpus.labels(sample_id).items()}
            rows = records.history(sample_id, work.reviewer)
            mine = rows[rows["id"] == own].to_dict("records")
            if mine:  # its answer was lost on the way
                return str(own), review_words.in_full(mine[0])
            # Who has judged it before has seen the label, even if that was taken back.
            verdict = review_words.read_verdict(
                data,
                work.reviewer,
                fractions,
                evidence=evidence,
                queue=work.queue,
                blind=hidden and rows.empty,
            )
            if work.decides:
                verdict = verdict.kept(kind="adjudication")
            receipt = records.add(verdict)
        except ExplorerError as error:
            return str(error)
        self._refresh_states()
        return receipt.id, review_words.outcome(receipt.verdict)

    def _refresh_states(self) -> None:
        """Let filters know of a verdict, and panels that they do; from any thread."""

        def done(_none: None) -> None:
            self._session.verdicts_changed = True

        self._loop.work(lambda: _refresh(self._corpus), done)

    def _noted(self, work: _Work, own: str, sample_id: str) -> None:
        """A verdict of this tab is kept."""
        self.panel.script.saved(id=own, sample=sample_id)
        work.undoing = ""
        work.done.add(sample_id)
        self._changed()
        if own not in work.given:
            work.given = [*work.given, own][-MAX_GIVEN:]

    def _refuse(self, data: dict[str, Any], text: str) -> None:
        self.panel.script.trouble(text=text, id=str(data.get("id"))[:80])

    def _undo(self) -> None:
        work = self._work
        if work is None:
            return
        if not work.given:
            self.panel.script.trouble(
                text="There is nothing to take back that was saved in this tab: go to a sample, and judge it once more.",
            )
            return
        own, last = work.undoing or str(uuid4()), work.given[-1]

        def job() -> Receipt | ExplorerError | None:
            try:
                receipt = review_service(self._corpus).records.undo(work.reviewer, verdict_id=last, id=own)
            except ExplorerError as error:
                return error
            self._refresh_states()
            return receipt

        def done(result: Receipt | ExplorerError | None) -> None:
            gone_already = isinstance(result, InvalidVerdictError)
            failed = isinstance(result, ExplorerError)
            work.undoing = own if failed and not gone_already else ""
            if not failed or gone_already:
                work.given = [one for one in work.given if one != last]
            if result is None or isinstance(result, ExplorerError) or result.undone is None:
                why = "it was taken back already" if gone_already else str(result)
                self.panel.script.trouble(text=f"Nothing was taken back: {why}.")
                return
            gone = result.undone
            work.done.discard(gone.sample_id)
            self._changed()
            work.said = f"Taken back: {gone.sample_id} was {gone.judgement}."
            self._go(gone.sample_id)

        self._loop.work(job, done)

    def _changed(self) -> None:
        """Tell the other panels where the review stands; they hear of what is another than before."""
        session = self._session
        begins = self.active and not session.reviewing
        session.param.update(
            reviewing=self.active, judging=self._work is not None, blind=self.blind, labels_hidden=self.hides
        )
        curves = self._selection.curves
        if begins and "class" not in curves.behind and review_service(self._corpus).knows_seasons:
            self._selection.curves = replace(curves, behind=(*curves.behind, "class"))

    def _sample_changed(self) -> None:
        self._changed()
        self._show()


def _refresh(corpus: Corpus) -> None:
    review_service(corpus).refresh()


def _scope(records: Records, queue: str, reviewer: str) -> str:
    return hashlib.sha256("\n".join((records.name, queue, reviewer)).encode()).hexdigest()[:24]


def _done(records: Records, queue: Queue, reviewer: str) -> set[str]:
    """Samples that a reviewer need not judge again in a queue: of a random draw, only what was judged in it counts."""
    text = draws.draw_text(queue.text)
    return set(draws.done(records, text, reviewer) if text else records.reviewed(reviewer))


def evidence_of(query: str) -> str:
    """A link to what is shown, short enough for a verdict, and whole: what it has no room for is left out part by part."""
    if len(query) <= MAX_TEXT:
        return query
    link = decode(query)
    for less in (
        replace(link, names=()),
        replace(link, names=(), regions=()),
        replace(link, names=(), regions=(), map=decode("").map),
    ):
        if len(text := encode(less)) <= MAX_TEXT:
            return text
    return encode(decode("")) if link.sample is None else f"?sample={link.sample}"
