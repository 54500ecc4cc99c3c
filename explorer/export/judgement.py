"""An opinion beside the labels as files: the table of an answer, a figure of it, and the samples with what both say."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from explorer.core.theme import LIGHT
from explorer.corpus.corpus import Corpus
from explorer.corpus.tables import formats, tables
from explorer.corpus.tables.csv_safety import neutral
from explorer.export import credit, figure_base, files, tiles
from explorer.export.credit import Credit
from explorer.export.figure_base import INK, MARGIN, ExportFigure, Page
from explorer.opinions.opinion import Opinion
from explorer.opinions.question import PARTS, VALUES, Question
from explorer.opinions.scores import TITLES
from explorer.review.groupings import Grouping

_NUMBERED = 20
"""Classes of a cross-table at most in whose cells numbers stand."""
_LONGEST = 44
_ROW = 0.24
"""Inches of a class."""


def mask_of(corpus: Corpus, ids: Iterable[str]) -> np.ndarray:
    """Which samples these ids are, bool `(n,)`."""
    found = corpus.index.rows(list(ids))
    mask = np.zeros(len(corpus.samples), bool)
    mask[found[found >= 0]] = True
    return mask


def named(corpus: Corpus, opinion: Opinion) -> Credit:
    """Whom to name for the labels and an opinion."""
    of_labels, about = credit.of(corpus, ["labels"]), opinion.about
    line = ": ".join(filter(None, (opinion.name, about.source)))
    lines = dict.fromkeys((*of_labels.lines, line))
    licences = dict.fromkeys((*of_labels.licences, *filter(None, [about.licence])))
    return replace(of_labels, lines=tuple(lines), licences=tuple(licences))


def table(corpus: Corpus, question: Question, path: str | os.PathLike[str], mask: np.ndarray) -> Credit:
    """The answer as CSV, with what is asked and whom to name as `#` lines above. Raises as `Question.table`, and `OutputError`.

    >>> everything = mask_of(corpus, corpus.samples.index)
    >>> given = table(corpus, Question("made-up-good", "1"), folder / "cross-table.csv", everything)
    >>> (folder / "cross-table.csv").read_text().splitlines()[-1][:2]
    '5,'
    """
    files.suffix(path, (".csv",), "a table")
    found = question.table(corpus, mask)
    opinion = corpus.opinions[question.opinion]
    given = named(corpus, opinion)
    about = credit.about(
        given, _title(question, question.grouping(opinion)), shows=_shows(question, opinion, mask)
    )
    with files.replacing(path) as part:
        notes = "".join(f"# {name}: {text}\n" for name, text in about.items())
        part.write_text(
            notes + neutral(found.rename(columns=str)).to_csv(lineterminator="\n"), encoding="utf-8"
        )
    return given


def samples(corpus: Corpus, question: Question, mask: np.ndarray) -> pd.DataFrame:
    """What label and opinion say of each sample, by `sample_id`: codes and titles of the largest classes, and how far they are apart.

    Columns `lon`, `lat` (degrees), `label`, `label_class`, `opinion`, `opinion_class`, `same` and `disagreement` (0 to 1); of two models
    `other`, `other_class` too.
    """
    opinion = corpus.opinions[question.opinion]
    pair = opinion.beside_labels(grouping=question.grouping(opinion), mask=mask)
    codes = np.array(pair.classes)
    titles = np.array([pair.title(code) for code in pair.classes], object)
    label, said = pair.largest
    found = corpus.samples.iloc[pair.rows][["lon", "lat"]].copy()
    found["label"], found["label_class"] = codes[label], titles[label]
    found["opinion"], found["opinion_class"] = codes[said], titles[said]
    found["same"] = label == said
    found["disagreement"] = pair.disagreement.round(4)
    if question.part == "two" and question.other:
        place = {code: i for i, code in enumerate(pair.classes)}
        of = corpus.opinions[question.other].of_corpus(pair.grouping)[pair.rows]
        found["other"] = of
        found["other_class"] = [titles[place[code]] if code in place else "" for code in of.tolist()]
    found.index.name = "sample_id"
    return found


def write_samples(
    corpus: Corpus, question: Question, path: str | os.PathLike[str], mask: np.ndarray
) -> Credit:
    """Write `samples` as GeoParquet, GeoJSON or CSV, with whom to name inside. Raises `OutputError`, `InvalidQueryError`."""
    ending = files.suffix(path, formats.ENDINGS, "samples")
    given = named(corpus, corpus.opinions[question.opinion])
    about = tables.terms(corpus) | {"attribution": given.line, "license": given.licence}
    found = samples(corpus, question, mask)
    if ending == ".geojson":
        tables.check_geojson(len(found))
    data = tables.encode(found, ending[1:], about)
    with files.replacing(path) as part:
        part.write_bytes(data)
    return given


def figure(corpus: Corpus, question: Question, mask: np.ndarray) -> ExportFigure:
    """The answer as a figure. Raises as `Question.table`."""
    found = question.table(corpus, mask)
    opinion = corpus.opinions[question.opinion]
    return _figure(question, opinion, found, named(corpus, opinion), _shows(question, opinion, mask))


def _title(question: Question, grouping: Grouping) -> str:
    other = f" and {question.other}" if question.part == "two" and question.other else ""
    return f"{question.opinion}{other} beside the labels: {PARTS[question.part].lower()}, {grouping.name}"


def _shows(question: Question, opinion: Opinion, mask: np.ndarray) -> dict[str, str]:
    shows = {"opinion": opinion.name, "samples": f"{int(mask[opinion.rows].sum()):,}"}
    if question.part in ("table", "classes"):
        shows["compared"] = "by largest class" if question.by == "largest" else "by fractions"
    if opinion.about.synthetic:
        shows["note"] = "The opinion is made up."
    return shows


@figure_base.alone
def _figure(
    question: Question, opinion: Opinion, found: pd.DataFrame, given: Credit, shows: dict[str, str]
) -> ExportFigure:
    grouping = question.grouping(opinion)
    title = _title(question, grouping)
    about = credit.about(given, title, shows=shows)
    told = [", ".join(f"{name}: {text}" for name, text in shows.items())]
    if question.part == "table":
        page = _cross(question, grouping, found, title, told, given)
    elif question.part == "calibration":
        page = _calibration(found, title, told, given)
    else:
        page = _bars(question, grouping, found, title, told, given)
    return ExportFigure(page.figure, about, given)


def _name(grouping: Grouping, code: int) -> str:
    title = TITLES.get(code) or grouping.title(code)
    text = f"{code} {title}" if code > 0 else title
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _cross(
    question: Question, grouping: Grouping, found: pd.DataFrame, title: str, told: list[str], given: Credit
) -> Page:
    values = found.to_numpy(np.float64)
    sums = (values.sum(axis=1, keepdims=True), values.sum(axis=0, keepdims=True))
    shares = [np.divide(values, one, out=np.zeros_like(values), where=one > 0) for one in sums]
    shown = shares[1] if question.values == "columns" else shares[0]
    count = len(found)
    cell = 0.46 if count <= _NUMBERED else 0.2
    left = MARGIN + 2.9
    page = Page(left + cell * count + MARGIN, cell * count + 0.75, title, [*told, _what(question)], given)
    axes = page.axes(left, 0.62, cell * count, cell * count)
    ends = [np.array(tiles.rgb(LIGHT[name])) / 255 for name in ("bad", "accent")]
    mix = 0.75 * np.sqrt(shown)[..., None]
    same = np.equal.outer(found.index.to_numpy(), found.columns.to_numpy())[..., None]
    axes.imshow(1 - mix + mix * np.where(same, ends[1], ends[0]), interpolation="nearest")
    axes.grid(False)
    axes.set_yticks(range(count), [_name(grouping, code) for code in found.index.tolist()], color=INK)
    heads = [
        str(code) if code > 0 else _name(grouping, code)[:12] for code in np.asarray(found.columns).tolist()
    ]
    axes.set_xticks(range(count), heads, rotation=90 if count > _NUMBERED else 0, color=INK)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    if count <= _NUMBERED:
        for i, j in zip(*np.nonzero(values >= 0.05), strict=True):
            text = f"{values[i, j]:,.0f}" if question.values == "counts" else f"{100 * shown[i, j]:.0f} %"
            axes.text(j, i, text, ha="center", va="center", size=6.5)
    return page


def _what(question: Question) -> str:
    said = f"{VALUES[question.values]} in the cells; " if question.values != "counts" else ""
    return f"Labels in rows, the opinion in columns. {said}coloured by the share of the {'column' if question.values == 'columns' else 'row'}."


def _calibration(found: pd.DataFrame, title: str, told: list[str], given: Credit) -> Page:
    page = Page(6.0, 4.9, title, told, given)
    axes = page.axes(MARGIN + 0.6, 0.1, 4.3, 4.3)
    axes.plot([0, 1], [0, 1], "--", color=LIGHT["axis"])
    there = found[found["samples"] > 0]
    axes.plot(there["said"], there["found"], "o-", color=LIGHT["accent"])
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xlabel("What the opinion says")
    axes.set_ylabel("How often the labels have it")
    return page


def _bars(
    question: Question, grouping: Grouping, found: pd.DataFrame, title: str, told: list[str], given: Credit
) -> Page:
    rows = found[found.index > 0] if question.part != "parts" else found
    names = [_name(grouping, one) if question.part != "parts" else str(one) for one in rows.index.tolist()]
    high = _ROW * len(rows) + 0.15
    page = Page(8.0, high + 0.5, title, told, given)
    axes = page.axes(MARGIN + 3.0, 0.08, 8.0 - 2 * MARGIN - 3.1, high)
    places = np.arange(len(rows))[::-1]
    if question.part == "two":
        _differences(axes, rows, places)
    else:
        value = "agreement" if question.part == "parts" else "f1"
        axes.barh(places, rows[value], height=0.66, color=LIGHT["accent"], label="Agreement" if question.part == "parts" else "F1")  # fmt: skip
        if question.part == "classes":
            axes.plot(rows["precision"], places, "|", ms=9, mew=1.8, color=INK, label="Precision")
            axes.plot(rows["recall"], places, "o", ms=4, mfc="white", mec=INK, label="Recall")
        axes.set_xlim(0, 1)
        axes.legend(loc="upper left", bbox_to_anchor=(-0.7, -0.04), ncols=3)
    axes.set_yticks(places, names, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    return page


def _differences(axes: Axes, rows: pd.DataFrame, places: np.ndarray) -> None:
    difference = rows["difference"].to_numpy()
    around = np.abs(np.stack([difference - rows["low"], rows["high"] - difference]))
    axes.errorbar(
        difference, places, xerr=around, fmt="o", ms=4, color=LIGHT["accent"], ecolor=INK, elinewidth=1
    )
    axes.axvline(0, color=LIGHT["axis"])
    axes.set_xlabel("Difference of F1, the first less the second, with its 95 % interval")
