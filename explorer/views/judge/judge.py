"""The panel that judges a model, or another map: cross-table, scores by class, calibration, parts of the corpus, two models."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from explorer.core import scratch_folders
from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.area import Area
from explorer.corpus.query.filters import Filters
from explorer.corpus.query.opinion_conditions import Differ
from explorer.corpus.tables import formats
from explorer.export import code, registry
from explorer.opinions import legends
from explorer.opinions.question import Question
from explorer.views.common import visitor
from explorer.views.common.components import Component, LatestOnly, SessionScheduler, source
from explorer.views.common.file_making import FileMaker
from explorer.views.common.selection import Selection
from explorer.views.judge import judge_answers as answers
from explorer.views.judge.judge_answers import Held
from explorer.views.judge.messages import FromJudge, JudgeChoice, ToJudge

_OWN_FILTERS = ("largest", "says", "class_pair", "differ")
"""Filters that the panel sets itself: it goes on showing all classes, as the legend does, and marks what is chosen."""


FILES = ("judgement", "judged-samples")
"""Kinds of files, as `export.registry` has them."""
_MEDIA = registry.MEDIA | {f".{name}": media for name, media in formats.FORMATS.items()}


class Judge(Component):
    """The browser's side of the panel."""

    _stylesheets: ClassVar[list[Any]] = [source("chart.css"), source("judge.css")]
    script = ToJudge()
    from_script = FromJudge


class JudgeView:
    """Answers what `Selection.judge` asks; nothing is computed before somebody opens it, and nothing is told while labels are hidden."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._selection = corpus, selection
        self._session = session = selection.session
        self._ticket = 0
        self._is_open = self._wanted = False
        self._answers, self._summaries = LatestOnly(loop), LatestOnly(loop)
        self._held: tuple[object, Held] | None = None
        self.panel = Judge(loop, bus=bus, margin=0, sizing_mode="fixed", width=0, height=0)
        self._files = FileMaker(loop, self.panel.script)
        self.panel.on = {
            "choose": self._choose, "closed": lambda _data: self._close(), "filter": self._filter, "select": self._select,
            "differ": lambda _data: self._differ(), "save": self._save, "table": lambda _data: self._list(),
            "gallery": lambda _data: session.ask_for_gallery("map"),
            "add": lambda _data: self._open_form(), "added": self._show_added, "removed": self._forget_removed,
            "again": lambda _data: self._draw(),
        }  # fmt: skip
        selection.param.watch(lambda _e: self._draw(), "judge")
        selection.map.param.watch(lambda _e: self._draw(), "palette")
        session.param.watch(lambda *_e: self._draw(), ["filtered_rows", "blind", "labels_hidden"])
        session.listen("opinion_to_judge", self._asked)
        session.listen("add_opinion", self._open_form)
        self._may_add, self._visitor = visitor.may_upload(), visitor.name()

    # -- what is shown ------------------------------------------------------------------------------------------

    def _asked(self) -> None:
        """Somebody wants an opinion judged: the one that is named, or the first."""
        name = self._session.opinion_to_judge or next(iter(self._corpus.opinions), "")
        if not name or self._session.blind:
            return
        before = self._selection.judge
        self._wanted = before is None
        self._selection.judge = Question(name) if before is None else replace(before, opinion=name)

    def _draw(self) -> None:
        question, session = self._selection.judge, self._session
        self._ticket += 1
        if question is not None and session.blind:
            self._selection.judge = None
            return
        if question is None or session.labels_hidden:
            self._answers.cancel()
            self._summaries.cancel()
            self._held = None
            if self._is_open or session.blind:
                self.panel.script.hide()  # with the form
            self._is_open = False
            return
        if session.filtered_rows is None:
            return  # the map does not know yet what is left
        self._is_open = True
        state = self._selection.map
        ticket, filters, area, palette = self._ticket, state.filters, state.area, state.palette
        asked = self._state(question, filters, area)
        self.panel.script.busy()

        def job() -> tuple[Held, dict[str, Any], dict[str, Any]] | str:
            try:
                held = self._hold(question, filters, area)
                told = self._told(question, held, palette) | {"python": code.snippet("opinion", asked)}
                return held, told, self._answer(question, held, filters)
            except ExplorerError as error:
                return str(error)

        def done(found: tuple[Held, dict[str, Any], dict[str, Any]] | str) -> None:
            if ticket != self._ticket:
                return
            if isinstance(found, str):
                self.panel.script.trouble(text=f"{found[:1].upper()}{found[1:]}.")
                return
            held, told, content = found
            panel = self.panel
            focus, self._wanted = self._wanted, False
            panel.script.asked(ticket=ticket, focus=focus, **told)
            if question.part == "table":
                panel.script.cross(ticket=ticket, **content)
            elif question.part == "classes":
                panel.script.classes(ticket=ticket, **content)
            elif question.part == "calibration":
                panel.script.calibration(ticket=ticket, **content)
            elif question.part == "parts":
                panel.script.parts(ticket=ticket, **content)
            else:
                panel.script.two(ticket=ticket, **content)
            self._summaries.submit(lambda: self._summary(held, question.by), lambda made: summed(made))

        def summed(made: dict[str, float | None] | None) -> None:
            if ticket == self._ticket and made is not None:
                self.panel.script.summary(ticket=ticket, **made)

        self._answers.submit(job, done)

    def _hold(self, question: Question, filters: Filters, area: Area | None) -> Held:
        """The opinion beside the labels of what the map shows, but for the classes that are chosen in the table itself; kept."""
        others = filters.without(*_OWN_FILTERS)
        opinion = self._corpus.opinions[question.opinion]
        key = (id(opinion), question.groups, others, area)
        if self._held is not None and self._held[0] == key:
            return self._held[1]
        mask = others.mask(self._corpus.filter_table)
        if area is not None:
            samples = self._corpus.samples
            mask = mask & area.mask(samples["x"].to_numpy(), samples["y"].to_numpy())
        held = Held.of(self._corpus, question, mask)
        if not len(held.pair.rows):
            raise InvalidQueryError(
                f"no sample that the map shows has both a label and what {question.opinion} says"
            )
        self._held = (key, held)
        return held

    def _answer(self, question: Question, held: Held, filters: Filters) -> dict[str, Any]:
        """The content of the message that the part which is asked for is."""
        if question.part == "table":
            label, said = answers.chosen(held, filters)
            return answers.cross(held.pair, question) | {"label": label, "said": said}
        if question.part == "classes":
            return {"rows": answers.class_scores(held.pair, held.scores(question.by))}
        if question.part == "calibration":
            rows, error = answers.bins(held.pair, question.code)
            return {"bins": rows, "error": error}
        if question.part == "parts":
            return {"rows": answers.parts(self._corpus, held.pair, question.of)}
        if not (other := self._other(question)):
            raise InvalidQueryError("there is no other opinion to compare it with; add one")
        differ = filters.differ == (Differ(question.opinion, other, question.groups),)
        return answers.two(self._corpus, held, other) | {"differ": differ}

    def _other(self, question: Question) -> str:
        """The opinion that it is compared with: the one that is chosen, or the first of the others; empty where there is none."""
        return question.other or next(
            (name for name in self._corpus.opinions if name != question.opinion), ""
        )

    def _summary(self, held: Held, by: str) -> dict[str, float | None] | None:
        try:
            found = held.scores(by)
        except ExplorerError:  # said already
            return None
        names = (
            "agreement", "macro_f1", "weighted_f1", "mean_average_precision", "disagreement", "calibration_error",
        )  # fmt: skip
        return {name: answers.share(getattr(found, name)) for name in names}

    def _told(self, question: Question, held: Held, palette: str) -> dict[str, Any]:
        about = held.opinion.about
        names = list(self._corpus.opinions)
        return {
            "opinion": question.opinion, "groups": question.groups, "part": question.part, "by": question.by,
            "values": question.values, "of_part": question.of, "code": question.code, "other": question.other,
            "opinions": names, "groupings": answers.offered_groupings(self._corpus, [question.opinion]),
            "classes": answers.classes(held.pair, palette), "numbered": bool(held.grouping.level),
            "samples": len(held.pair.rows), "of": int(np.count_nonzero(held.mask)),
            "source": self._source_text(), "chosen": self._chosen_count(),
            "about": " · ".join(filter(None, (about.source, about.licence, about.note))), "notes": list(held.opinion.notes),
            "may_add": self._may_add, "may_remove": self._may_add and about.was_added_by(self._visitor),
        }  # fmt: skip

    def _chosen_count(self) -> int | None:
        """How many samples a filter of the panel's own leaves; None where there is none."""
        rows = self._session.filtered_rows
        set_here = any(name in _OWN_FILTERS for name in self._selection.map.filters.names())
        return len(rows) if set_here and rows is not None else None

    def _source_text(self) -> str:
        """Whose samples they are, in words."""
        state = self._selection.map
        texts = [text for name, text in state.filters.chips() if name not in _OWN_FILTERS]
        if state.area is not None:
            texts.append("in the area")
        return " · ".join(texts) or "all samples"

    def _state(self, question: Question, filters: Filters, area: Area | None) -> code.State:
        others = filters.without(*_OWN_FILTERS)
        return code.State(where=self._corpus.where, filters=others, area=area, question=question)

    # -- what people do -----------------------------------------------------------------------------------------

    def _close(self) -> None:
        self._selection.judge = None

    def _open_form(self) -> None:
        """The form by which the script sends a file to the server; the server asks once more who may."""
        if not self._may_add or self._session.blind:
            return
        choices: list[JudgeChoice] = [{"value": "", "text": "CORINE’s, of the level that the table has"}]
        choices += [{"value": name, "text": legends.find(name).title} for name in legends.known()]
        self.panel.script.form(
            legends=choices, names=list(self._corpus.opinions),
            most_bytes=self._corpus.config.max_upload_mb * 1_000_000,
        )  # fmt: skip

    def _show_added(self, data: dict[str, Any]) -> None:
        name = str(data.get("name"))
        if self._session.blind or name not in self._corpus.opinions:
            return
        self._selection.opinion = name
        self._session.opinion_to_judge = name

    def _forget_removed(self, data: dict[str, Any]) -> None:
        name, selection = str(data.get("name")), self._selection
        if name in self._corpus.opinions:
            return
        if selection.opinion == name:
            selection.opinion = ""
        else:
            selection.param.trigger("opinion")  # lists of opinions are drawn with it
        question = selection.judge
        if question is not None and question.opinion == name:
            left = next(iter(self._corpus.opinions), "")
            selection.judge = replace(question, opinion=left, other="") if left else None

    def _choose(self, data: dict[str, Any]) -> None:
        before = self._selection.judge
        if before is None:
            return
        names = {"opinion": "opinion", "groups": "groups", "part": "part", "by": "by", "values": "values", "of_part": "of", "other": "other"}  # fmt: skip
        changes: dict[str, Any] = {names[key]: str(data[key]) for key in names if data.get(key)}
        if isinstance(data.get("code"), (int, float)):
            changes["code"] = int(data["code"])
        if "groups" in changes:
            changes.setdefault("code", 0)
        try:
            self._selection.judge = replace(before, **changes)
        except (InvalidQueryError, OverflowError) as error:
            self.panel.script.trouble(text=f"{error}.")

    def _filter(self, data: dict[str, Any]) -> None:
        """By a cell of the cross-table, a row or a column, or no more where it is already."""
        label, said, held = data.get("label"), data.get("said"), self._held
        if held is None or self._session.labels_hidden:
            return
        state, known = self._selection.map, (None, *held[1].pair.classes)
        if label not in known or said not in known:
            return
        others = state.filters.without(*_OWN_FILTERS)
        if answers.chosen(held[1], state.filters) == (label, said):
            state.filters = others
            return
        wanted = answers.condition(held[1], label, said)
        if wanted is None:
            self.panel.script.trouble(text="The map has no filter for this row: choose a cell of it.")
        else:
            state.filters = replace(others, **wanted)

    def _save(self, data: dict[str, Any]) -> None:
        """A file of the answer, or of the samples that the map shows."""
        what, ending = str(data.get("file")), f".{data.get('format')}"
        question, held, rows = self._selection.judge, self._held, self._session.filtered_rows
        if question is None or held is None or rows is None or self._session.labels_hidden:
            return
        if what not in FILES or ending not in registry.find(what).endings:
            return
        if question.part == "two":
            question = replace(question, other=self._other(question))
        chosen = rows if what == "judged-samples" else np.flatnonzero(held[1].mask)
        name = f"{question.opinion}-{question.part if what == 'judgement' else 'samples'}{ending}"
        self._files.make(
            lambda: _file(self._corpus, what, chosen, ending, question), name.replace(" ", "-"), _MEDIA[ending],
        )  # fmt: skip

    def _differ(self) -> None:
        """By where the two models differ, or no more where it is already."""
        question, state = self._selection.judge, self._selection.map
        if question is None or self._session.labels_hidden or not (other := self._other(question)):
            return
        wanted = (Differ(question.opinion, other, question.groups),)
        others = state.filters.without(*_OWN_FILTERS)
        state.filters = others if state.filters.differ == wanted else replace(others, differ=wanted)

    def _list(self) -> None:
        if not self._session.labels_hidden and self._session.filtered_rows is not None:
            self._session.rows_to_list = self._session.filtered_rows

    def _select(self, data: dict[str, Any]) -> None:
        """Filter by a part of the corpus, or no more where it is already."""
        question, state = self._selection.judge, self._selection.map
        if question is None or self._session.labels_hidden:
            return
        try:
            wanted = _of_part(question.of, str(data.get("name", "")))
            before = state.filters
            again = all(getattr(before, name) == getattr(Filters(**wanted), name) for name in wanted)
            state.filters = before.without(*wanted) if again else replace(before, **wanted)
        except (ExplorerError, ValueError):
            return  # no part of this corpus: nobody chose that


def _file(corpus: Corpus, what: str, rows: np.ndarray, ending: str, question: Question) -> bytes:
    """A file of the registry, its bytes. Raises as `registry.write`."""
    with scratch_folders.folder("judge") as folder:
        path = folder / f"judge{ending}"
        registry.write(corpus, what, corpus.samples.index[rows], path, question=question)
        return path.read_bytes()


def _of_part(by: str, name: str) -> dict[str, Any]:
    """The filter of a part of the corpus. Raises `ValueError` for what is none."""
    if by == "country":
        return {"countries": (name,)}
    if by == "zone":
        return {"zones": (int(name),)}
    if by == "purity":
        low, high = (float(part) for part in name.split(" to "))
        return {"purity": (low, high)}
    raise ValueError(name)
