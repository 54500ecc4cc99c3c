"""How good the labels are: confusion matrix, accuracies and areas with confidence intervals, from verdicts.

The estimators and their sources are in `explorer.review.estimators`, intervals in `intervals`, draws in `draws`, what is counted of
fractions in `fractions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from explorer.core.errors import InvalidQueryError
from explorer.core.products import CELL_SIZE_M
from explorer.review import consensus, draws, fractions, groupings, intervals, sampling
from explorer.review.draws import SampleDraw
from explorer.review.estimators import Accuracy, Estimate, Label, Sampled, columns, from_counts, from_sampled
from explorer.review.groupings import NOT_NAMED, Grouping
from explorer.review.verdicts import Verdict

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.review.records import Records

__all__ = ["Accuracy", "drawn_text", "estimate", "from_records", "weights_of"]

SAMPLE_HECTARES = CELL_SIZE_M**2 / 10_000
CITATION = (
    "Olofsson, P., Foody, G. M., Herold, M., Stehman, S. V., Woodcock, C. E. & Wulder, M. A. (2014) Good practices for "
    "estimating area and assessing accuracy of land change. Remote Sensing of Environment 148, 42-57, "
    "https://doi.org/10.1016/j.rse.2014.02.015"
)
COCHRAN = "Cochran, W. G. (1977) Sampling Techniques, 3rd ed. Wiley, New York (equation 5A.42: strata after the draw; 5.25 and 5.77: sizes)"
KORN = (
    "Korn, E. L. & Graubard, B. I. (1998) Confidence intervals for proportions with small expected number of positive counts estimated "
    "from survey data. Survey Methodology 24, 193-201; Wilson, E. B. (1927) Probable inference, the law of succession, and statistical "
    "inference. Journal of the American Statistical Association 22, 209-212"
)
OVERLAP = (
    "Binaghi, E., Brivio, P. A., Ghezzi, P. & Rampini, A. (1999) A fuzzy set-based accuracy assessment of soft classification. Pattern "
    "Recognition Letters 20, 935-948; Pontius, R. G. & Cheuk, M. L. (2006) A generalized cross-tabulation matrix to compare "
    "soft-classified maps at multiple resolutions. International Journal of Geographical Information Science 20, 1-30"
)
STEHMAN = (
    "Stehman, S. V. (2014) Estimating area and map accuracy for stratified random sampling when the strata are different "
    "from the map classes. International Journal of Remote Sensing 35, 4923-4939, "
    "https://doi.org/10.1080/01431161.2014.930207"
)


def estimate(
    confusion: np.ndarray | pd.DataFrame | Sequence[Sequence[int]],
    weights: np.ndarray | pd.Series | Mapping[Label, float] | Sequence[float],
    classes: Sequence[Label] | None = None,
    *,
    confidence: float = 0.95,
    total_area: float | None = None,
    titles: Mapping[Label, str] | None = None,
    sizes: Mapping[Label, int] | Sequence[int] | np.ndarray | None = None,
) -> Accuracy:
    """Accuracies and areas from counts of a sample that is stratified by the map's classes, after Olofsson et al. (2014).

    `confusion[i][j]`: samples of class i in the map and class j in the reference (rows map, columns reference).
    `weights`: share of the area that the map gives each class, in the order of the rows or by class; areas in any unit
    are made shares. `total_area` in hectares. `sizes`: how many samples each class has in all, for the finite population correction (without them
    there is none, as in the paper). A class of the map with no sample, or one, gives NaN, and `notes` says so.
    Raises `InvalidQueryError` for what is no such matrix.
    >>> found = estimate([[90, 10], [5, 95]], weights=[0.3, 0.7])
    >>> round(found.overall, 3), round(found.overall_ci, 3)
    (0.935, 0.035)
    """
    if isinstance(confusion, pd.DataFrame):
        own = [*confusion.index, *(c for c in confusion.columns if c not in confusion.index)]
        classes = list(classes or own)
        confusion = confusion.reindex(index=pd.Index(classes), columns=pd.Index(classes), fill_value=0)
    try:
        counts = np.array(confusion, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidQueryError("a confusion matrix has numbers only, as many in each row") from None
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise InvalidQueryError(f"a confusion matrix has as many rows as columns, not {counts.shape}")
    if not np.isfinite(counts).all() or (counts < 0).any() or (counts != np.floor(counts)).any():
        raise InvalidQueryError("a confusion matrix holds counts: whole numbers from 0")
    names = tuple(range(len(counts)) if classes is None else classes)
    if len(names) != len(counts) or len(set(names)) < len(names):
        raise InvalidQueryError(f"{len(counts)} classes need {len(counts)} different names, not {len(names)}")
    intervals.check(confidence)
    whole = None if sizes is None else _sizes(sizes, names)
    found = from_counts(
        counts.astype(np.int64), _shares(weights, names), names, confidence, dict(titles or {}), whole
    )
    return replace(found, total_area=total_area)


def _sizes(sizes: Any, classes: tuple[Label, ...]) -> np.ndarray:
    if isinstance(sizes, (pd.Series, Mapping)):
        sizes = [sizes.get(label, 0) for label in classes]
    found = np.array(sizes, np.float64)
    if found.shape != (len(classes),) or not np.isfinite(found).all() or (found < 0).any():
        raise InvalidQueryError(
            f"{len(classes)} classes need {len(classes)} sizes: numbers of samples, from 0"
        )
    return found


def _shares(weights: Any, classes: tuple[Label, ...]) -> np.ndarray:
    if isinstance(weights, (pd.Series, Mapping)):
        missing = [label for label in classes if label not in weights]
        if missing:
            raise InvalidQueryError(f"no weight is given for class {missing[0]}")
        weights = [weights[label] for label in classes]
    try:
        shares = np.array(weights, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidQueryError("weights are numbers, one a class") from None
    if shares.shape != (len(classes),):
        raise InvalidQueryError(f"{len(classes)} classes need {len(classes)} weights, not {shares.shape}")
    if not np.isfinite(shares).all() or (shares < 0).any() or shares.sum() <= 0:
        raise InvalidQueryError("weights are shares or areas: from 0, and not all 0")
    return shares / shares.sum()


def weights_of(
    corpus: Corpus, level: int = 1, by: str = "samples", *, grouping: Grouping | str | None = None
) -> pd.Series:
    """Share of each class of a level (1 to 3), or of a grouping, in the labels of a corpus, by code; only classes that are there.

    By `samples` (whose largest class it is), or by `area` (its fractions). Samples without a label are left out.
    """
    chosen = groupings.choose(level, grouping)
    if by == "area":
        shares = pd.Series(chosen.shares(corpus), index=chosen.codes)
    elif by == "samples":
        largest = chosen.of_corpus(corpus)
        shares = pd.Series(largest[largest > 0]).value_counts().sort_index().astype(np.float64)
    else:
        raise InvalidQueryError(f"shares are counted by samples or by area, not by {by[:20]!r}")
    shares = shares[shares > 0]
    shares.index = pd.Index(shares.index, dtype=np.int64, name="class")
    return (shares / shares.sum()).rename("weight")


class ClassMap(Protocol):
    """A map of a corpus's samples that verdicts can judge: its labels, or what a model says of them."""

    @property
    def corpus(self) -> Corpus:
        """The corpus whose samples they are."""

    def classes(self, grouping: Grouping) -> np.ndarray:
        """The group of each sample's largest class, int64 `(samples,)`; 0 or less where there is none."""

    def matrix(self, grouping: Grouping, ids: pd.Index) -> np.ndarray:
        """Fractions of some samples by group, float64 `(n, groups)`; each sample's add up to 1, or 0 where it has none."""

    def shares(self, grouping: Grouping, mask: np.ndarray) -> np.ndarray:
        """The mean of that over the samples of a mask that have any, float64 `(groups,)`."""


@dataclass(frozen=True)
class _Labels:
    """The labels of a corpus as a map."""

    corpus: Corpus

    def classes(self, grouping: Grouping) -> np.ndarray:
        return grouping.of_corpus(self.corpus)

    def matrix(self, grouping: Grouping, ids: pd.Index) -> np.ndarray:
        return grouping.matrix(self.corpus, ids)

    def shares(self, grouping: Grouping, mask: np.ndarray) -> np.ndarray:
        return grouping.shares(self.corpus, mask)


def from_records(
    corpus: Corpus,
    records: Records,
    level: int = 1,
    *,
    queue: str | None = None,
    drawn_only: bool = True,
    confidence: float = 0.95,
    grouping: Grouping | str | None = None,
    blind_only: bool = False,
    mapped: ClassMap | None = None,
) -> Accuracy:
    """Accuracy of a corpus's labels (or of another map of its samples, `mapped`) by what the records hold true of its samples, on a level (1 to 3) or in a `grouping`.

    Only verdicts of one random draw count (the `queue` named, else that with most verdicts, or the larger one that goes on from it),
    and of it the leading part that is judged in full, stratum by stratum: what was looked at because it was suspect says nothing of
    the rest. `drawn_only=False` takes all, and `notes` warns. `blind_only`: only verdicts given while the label was hidden; samples
    without one are left out as unsure ones are. A wrong label whose true class nobody named counts as
    wrong, in column 0; so does one whose largest class is right and whose fractions are not, in column -2. Unsure and disputed
    samples are left out of the estimates; `worst` and `best` say what they could change. `areas` are of fractions.
    The truth of another map is what a verdict says is there: the label where it is correct. Raises `InvalidQueryError` where there is
    no such verdict.
    """
    intervals.check(confidence)
    chosen = groupings.choose(level, grouping)
    if mapped is None:
        mapped = _Labels(corpus)
    if not drawn_only:
        return _of_all(mapped, records.current(), chosen, confidence, blind_only)
    text = (
        draws.draw_text(queue)
        if queue
        else draws.largest_continuation_of(records, drawn_text(records.current()))
    )
    if not text:
        raise InvalidQueryError(
            f"{queue or ''}"[:60] + " is no random draw; name one, as random:n=200,seed=3"
        )
    current = draws.verdicts(records, text)
    drawn = draws.of_verdicts(records, current, text)
    found = _Judged.of(current, chosen, mapped)
    if blind_only:
        # Others of the draw are not passed over as if they had not been drawn: whose label was seen before was often a suspect.
        blind = _Judged.of(current[current["blind"].fillna(False)], chosen, mapped)
        states = blind.state.reindex(found.state.index).fillna(_SEEN)
        found = replace(blind, state=states, mapped=found.mapped)
    lead = pd.Index(draws.leading(drawn, set(found.state.index)), dtype=object)
    notes = [f"{int(found.state.reindex(lead).isin(_DECIDED).sum()):,} decided samples of the draw {text}."]
    notes += _first_notes(found, drawn, lead, blind_only)
    notes += draws.changes(records, drawn)
    return _of_draw(mapped, drawn, found, lead, chosen, confidence, notes)


_DECIDED = ("correct", "wrong")
_SEEN = "judged in sight of the label"
_SAME = 1e-6
"""Fractions are kept as float32: a smaller difference is none."""


@dataclass(frozen=True)
class _Judged:
    """What was judged, by sample id: `state` of consensus, `reference` group (of the decided ones), `mapped` group, `said` verdict."""

    state: pd.Series
    reference: pd.Series
    mapped: pd.Series
    said: Mapping[str, Verdict]

    @classmethod
    def of(cls, current: pd.DataFrame, chosen: Grouping, mapped: ClassMap) -> _Judged:
        """From `Records.current()`."""
        final = consensus.final(current)
        decided = final[final["state"].isin(_DECIDED)]
        rows = current.set_index("id").loc[decided["verdict_id"]].reset_index()
        said = {one.sample_id: one for one in consensus.verdicts(rows)}
        of_label = isinstance(mapped, _Labels)
        classes = {
            name: fractions.reference_group(one, chosen, of_label=of_label) for name, one in said.items()
        }
        reference = pd.Series(
            {name: NOT_NAMED if one is None else one for name, one in classes.items()}, dtype=np.int64
        )
        classified = pd.Series(mapped.classes(chosen), index=mapped.corpus.samples.index).reindex(final.index)
        return cls(final["state"], reference, classified.fillna(0).astype(np.int64), said)


def _first_notes(found: _Judged, drawn: SampleDraw, lead: pd.Index, blind_only: bool) -> list[str]:
    notes = []
    if blind_only:
        notes.append("Only verdicts given while the label was hidden count.")
    inside = found.state.index.intersection(pd.Index(drawn.draw.ids))
    later = len(inside.difference(lead))
    if later:
        notes.append(
            f"{later:,} samples further on in the draw are judged, and not counted: some before them in their strata are not judged yet, "
            "and a choice among the drawn samples is no random draw."
        )
    spec = drawn.spec
    if spec.filter or spec.area or spec.classes:
        notes.append("The draw was from a part of the corpus (its filters); the estimates are of that part.")
    left = found.state.reindex(lead)
    states = left[~left.isin(_DECIDED)].value_counts()
    if states.sum():
        said = ", ".join(f"{count} {state}" for state, count in states.items())
        notes.append(f"Left out: {said}. The bounds say what they could change.")
    return notes


def _of_draw(
    mapped_by: ClassMap,
    drawn: SampleDraw,
    found: _Judged,
    lead: pd.Index,
    chosen: Grouping,
    confidence: float,
    notes: list[str],
) -> Accuracy:
    states = found.state.reindex(lead)
    rows = lead[states.isin(_DECIDED).to_numpy(bool)]
    rows = rows[(found.mapped.reindex(rows) > 0).to_numpy(bool)]
    if not len(rows):
        raise InvalidQueryError(
            "no sample of this draw has been judged correct or wrong yet; review some first"
        )
    mapped, reference = found.mapped.loc[rows].to_numpy(), found.reference.loc[rows].to_numpy()
    every = found.mapped.reindex(lead)
    margins, told = _margins(mapped_by, drawn, chosen, draws.counts(every.to_numpy()))
    notes += told
    said = [found.said[str(one)] for one in rows]
    stated = [fractions.of_verdict(one, chosen) for one in said]
    everywhere = pd.Series(mapped_by.shares(chosen, drawn.spec.mask(mapped_by.corpus)), index=chosen.codes)
    there = {code for row in stated for code, value in row.items() if value > _SAME}
    classes = tuple(
        sorted(
            {
                *margins,
                *mapped.tolist(),
                *reference.tolist(),
                *there,
                *everywhere.index[everywhere > 0].tolist(),
            }
        )
    )
    total = sum(margins.values())
    weights = np.array([margins.get(code, 0) / total for code in classes])
    design = _Design(
        drawn,
        chosen,
        margins,
        _inside(mapped_by, drawn, chosen, margins),
        confidence,
        isinstance(mapped_by, _Labels),
    )
    sampled, text, told = design.of(rows, mapped)
    notes += told
    result = from_sampled(
        sampled, mapped, reference, weights, classes, confidence, dict[Label, str](chosen.names.items()), text,
        strata_are_classes=text == Accuracy.design,
    )  # fmt: skip
    notes += _fraction_notes(found, rows, mapped, reference, result, mapped_by)
    return replace(
        result,
        **_bounds(found, design, lead, states),
        **_of_fractions(mapped_by, chosen, sampled, said, stated, everywhere, classes, confidence),
        notes=(*notes, *result.notes),
        total_area=total * SAMPLE_HECTARES,
        undecided={
            str(name): int(count) for name, count in states[~states.isin(_DECIDED)].value_counts().items()
        },
        strata=_strata_table(drawn, rows, mapped, reference),
        allocation=drawn.spec.alloc,
    )


def _margins(
    mapped: ClassMap, drawn: SampleDraw, chosen: Grouping, have: Mapping[int, int]
) -> tuple[dict[int, int], list[str]]:
    """How many samples of the draw's population the map gives each class; and what is to be said of it. `have`: as many were judged."""
    kept = (drawn.classes or {}).get(chosen.name) if isinstance(mapped, _Labels) else None
    # Labels that changed since may give a class that nothing had then: those of today count in its place.
    if kept is not None and have.keys() <= kept.keys():
        return dict(kept), []
    counted = draws.counts(mapped.classes(chosen)[drawn.spec.mask(mapped.corpus)])
    counted |= {code: max(counted.get(code, 0), count) for code, count in have.items()}
    inside = sum(counted.values())
    if inside == drawn.population:
        return counted, []
    return counted, [
        f"{inside:,} of the {drawn.population:,} samples drawn from have a class in the grouping {chosen.name}; the estimates are of those."
    ]


def _inside(
    mapped: ClassMap, drawn: SampleDraw, chosen: Grouping, margins: Mapping[int, int]
) -> Mapping[int, int]:
    """How many samples of each stratum of the draw have a class in the grouping: for these alone the judged ones of it stand."""
    draw, by = drawn.draw, drawn.by
    if by is None or sum(margins.values()) == drawn.population:
        return draw.sizes
    corpus = mapped.corpus
    rows = np.flatnonzero(drawn.spec.mask(corpus) & (mapped.classes(chosen) > 0))
    of = sampling.strata(corpus, by, corpus.samples.index[rows]).replace(draw.collapsed)
    counted = draws.counts(of.to_numpy(np.int64) + 1)
    return {one: min(counted.get(one + 1, 0), size) for one, size in draw.sizes.items()}


@dataclass(frozen=True)
class _Design:
    """Strata of judged samples, thin ones put together."""

    drawn: SampleDraw
    chosen: Grouping
    margins: Mapping[int, int]
    inside: Mapping[int, int]
    """How many samples of each stratum the estimates are of: all, or those with a class in the grouping."""
    confidence: float
    of_labels: bool
    """Whether the map is the labels, of whose classes strata may be."""

    def of(self, rows: pd.Index, mapped: np.ndarray) -> tuple[Sampled, str, list[str]]:
        """The design of judged samples (ids, classes of the map), its name, and what is to be said of it."""
        draw = self.drawn.draw
        place = dict(zip(draw.ids, draw.strata, strict=True))
        of = np.array([place[str(one)] for one in rows], np.int64)
        said = sampling.collapsed_text(draw.collapsed, self.drawn.titles, "for the draw")
        notes = [said] if said else []
        if len(draw.sizes) == 1 and sum(self.margins.values()) == self.drawn.population:
            return self._after(mapped, notes)
        have = draws.counts(of + 1)
        have = {code - 1: count for code, count in have.items()}
        # Labels that changed since may have brought in more of a stratum than the labels of today say.
        sizes_of = {one: max(size, have.get(one, 0)) for one, size in self.inside.items()}
        sizes_of = {one: size for one, size in sizes_of.items() if size}
        merged = sampling.collapse(sizes_of, 0, have=have, by=self.drawn.by or 3)
        said = sampling.collapsed_text(merged, self.drawn.titles, "judged yet")
        notes += [said] if said else []
        names = sorted({merged.get(one, one) for one in sizes_of})
        position = {name: i for i, name in enumerate(names)}
        group = np.array([position[merged.get(int(one), int(one))] for one in of], np.int64)
        sizes = np.zeros(len(names))
        for stratum, size in sizes_of.items():
            sizes[position[merged.get(stratum, stratum)]] += size
        weight = np.array([sizes_of[int(one)] / have[int(one)] for one in of])
        sampled = Sampled.stratified(
            group, sizes / sizes.sum(), sizes, weight=weight, confidence=self.confidence
        )
        own = self.of_labels and (self.chosen.level == self.drawn.by or self.chosen == self.drawn.by)
        if own and not merged and not draw.collapsed:
            return sampled, Accuracy.design, notes
        return sampled, "Strata of the draw, other than the classes of the map (Stehman 2014)", notes

    def _after(self, mapped: np.ndarray, notes: list[str]) -> tuple[Sampled, str, list[str]]:
        have = draws.counts(mapped)
        merged = sampling.collapse(self.margins, 0, have=have, by=self.chosen)
        said = sampling.collapsed_text(merged, self.chosen.names, "in the draw")
        names = sorted({merged.get(one, one) for one in self.margins})
        position = {name: i for i, name in enumerate(names)}
        group = np.array([position[merged.get(int(one), int(one))] for one in mapped], np.int64)
        sizes = np.zeros(len(names))
        for code, size in self.margins.items():
            sizes[position[merged.get(code, code)]] += size
        text = "Simple random draw, stratified afterwards by the classes of the map (Cochran 1977, equation 5A.42; ratios as Stehman 2014)"
        return (
            Sampled.after(group, sizes, confidence=self.confidence),
            text,
            [*notes, *([said] if said else [])],
        )


def _bounds(found: _Judged, design: _Design, lead: pd.Index, states: pd.Series) -> dict[str, Any]:
    """Overall accuracy if all samples that are unsure or disputed were wrong, and if all were correct."""
    rows = lead[(found.mapped.reindex(lead) > 0).to_numpy(bool)]
    mapped = found.mapped.loc[rows].to_numpy()
    sampled, _, _ = design.of(rows, mapped)
    open_ = ~states.reindex(rows).isin(_DECIDED).to_numpy(bool)
    right = (found.reference.reindex(rows).to_numpy(np.float64, na_value=np.nan) == mapped) & ~open_
    return {"worst": sampled.mean(right).value, "best": sampled.mean(right | open_).value}


def _fraction_notes(
    found: _Judged,
    rows: pd.Index,
    mapped: np.ndarray,
    reference: np.ndarray,
    result: Accuracy,
    mapped_by: ClassMap,
) -> list[str]:
    notes = []
    if not isinstance(mapped_by, _Labels):
        notes.append("Reviewers judged the label: where they called it correct, its class is taken for true.")
    same = int((reference == groupings.OTHER_FRACTIONS).sum())
    if same:
        there = groupings.OTHER_FRACTIONS
        place = {code: i for i, code in enumerate(result.classes)}
        share = float(result.proportions[:, place[there]].sum()) if there in place else 0.0
        notes.append(
            f"{same:,} samples were judged wrong for their fractions, with the label's own largest class: they count as wrong. "
            f"Of the largest class alone the overall accuracy is {100 * (result.overall + share):.1f} %."
        )
    bare = sum(
        1 for one in rows if (said := found.said[str(one)]).judgement == "wrong" and not said.adjustments
    )
    if bare:
        notes.append(
            f"Of {bare:,} wrong labels no fractions were given: for overlap and areas the class named (or none) takes the place of the "
            "label's largest one."
        )
    return notes


def _of_fractions(
    mapped_by: ClassMap,
    chosen: Grouping,
    sampled: Sampled,
    said: list[Verdict],
    stated: list[dict[int, float]],
    everywhere: pd.Series,
    classes: tuple[int, ...],
    confidence: float,
) -> dict[str, Any]:
    """Areas from fractions: what the labels say of all, and the mean difference that reviewers found (Särndal et al. 1992, 6.3)."""
    ids = pd.Index([one.sample_id for one in said])
    table = mapped_by.matrix(chosen, ids)
    own = _own(mapped_by, chosen, said, table)
    overlaps = sampled.mean(
        np.array([fractions.overlap(a, b) for a, b in zip(own, stated, strict=True)]), gains=True
    )
    labelled = pd.DataFrame(table, columns=list(chosen.codes))
    difference = (
        fractions.matrix(stated, classes) - labelled.reindex(columns=list(classes), fill_value=0.0).to_numpy()
    )
    difference[np.abs(difference) < _SAME] = 0.0
    mapped = everywhere.reindex(list(classes), fill_value=0.0).to_numpy(np.float64)
    found = [
        _difference(sampled, float(mapped[i]), difference[:, i], np.abs(difference), confidence)
        for i in range(len(classes))
    ]
    return {
        **columns(found, "areas", confidence),
        "mapped": mapped,
        "area_basis": "fractions",
        "overlap": overlaps.value,
        "overlap_se": overlaps.se,
        "overlap_low": overlaps.low,
        "overlap_high": overlaps.high,
    }


def _own(
    mapped_by: ClassMap, chosen: Grouping, said: list[Verdict], table: np.ndarray
) -> list[dict[int, float]]:
    """Fractions by group that the map gives each judged sample: of labels, those that were judged, kept with the verdict."""
    if isinstance(mapped_by, _Labels):
        return [chosen.sums(dict(one.label or ())) for one in said]
    return [
        {code: float(value) for code, value in zip(chosen.codes, row, strict=True) if value > 0}
        for row in table
    ]


def _difference(
    sampled: Sampled, base: float, change: np.ndarray, every: np.ndarray, confidence: float
) -> Estimate:
    """What the labels say of a class, corrected by the mean change; the interval allows for changes that were not met with."""
    value = min(max(base + float((sampled.share * sampled.means(change)).sum()), 0.0), 1.0)
    variance = sampled.variance(change)
    if not np.isfinite(variance):
        return Estimate(value, np.nan, np.nan, np.nan)
    if not (sampled.factor > 0).any():
        return Estimate(value, 0.0, value, value)
    changed = change != 0
    touched = sampled.mean(changed)
    # Where few were changed, the spread of those few says too little: as many more may be as their interval allows.
    size = float(np.abs(change[changed]).mean()) if changed.any() else float(every.max(initial=0.0)) or 1.0
    reach = max(
        intervals.normal_quantile(confidence) * float(np.sqrt(variance)),
        size * (touched.high - touched.value),
    )
    return Estimate(value, float(np.sqrt(variance)), max(value - reach, 0.0), min(value + reach, 1.0))


def _strata_table(
    drawn: SampleDraw, rows: pd.Index, mapped: np.ndarray, reference: np.ndarray
) -> pd.DataFrame:
    draw = drawn.draw
    of = pd.Series(draw.strata, index=list(draw.ids)).loc[list(rows)].to_numpy()
    names = list(draw.sizes)
    return pd.DataFrame(
        {
            "title": [drawn.titles.get(one, str(one)) for one in names],
            "size": [draw.sizes[one] for one in names],
            "drawn": [draw.counts[one] for one in names],
            "judged": [int((of == one).sum()) for one in names],
            "agreeing": [int(((of == one) & (mapped == reference)).sum()) for one in names],
        },
        index=pd.Index(names, name="stratum"),
    )


def _of_all(
    mapped_by: ClassMap, current: pd.DataFrame, chosen: Grouping, confidence: float, blind_only: bool
) -> Accuracy:
    """As if all verdicts were of a draw that is stratified by the map's classes; `notes` says that it is none."""
    if blind_only:
        current = current[current["blind"].fillna(False)]
    found = _Judged.of(current, chosen, mapped_by)
    decided = found.state.isin(_DECIDED).to_numpy(bool) & (found.mapped > 0).to_numpy(bool)
    rows = found.state.index[decided]
    if not len(rows):
        raise InvalidQueryError(
            "no sample of this draw has been judged correct or wrong yet; review some first"
        )
    notes = [
        "Not a random draw: all verdicts count, also of samples chosen because they looked wrong. These numbers "
        "describe the reviewed samples, not the corpus."
    ]
    left = found.state[~decided].value_counts()
    if left.sum():
        notes.append("Left out: " + ", ".join(f"{count} {state}" for state, count in left.items()) + ".")
    largest = mapped_by.classes(chosen)
    shares = pd.Series(draws.counts(largest[largest > 0]), dtype=np.float64).sort_index()
    shares /= shares.sum()
    mapped, reference = found.mapped.loc[rows].to_numpy(), found.reference.loc[rows].to_numpy()
    classes = tuple(sorted({*map(int, shares.index), *mapped.tolist(), *reference.tolist()}))
    counts = np.zeros((len(classes), len(classes)), np.int64)
    places = pd.Index(classes)
    np.add.at(counts, (places.get_indexer(mapped), places.get_indexer(reference)), 1)
    weights = shares.reindex(classes, fill_value=0.0).to_numpy(np.float64)
    result = from_counts(counts, weights, classes, confidence, dict[Label, str](chosen.names.items()))
    said = [found.said[str(one)] for one in rows]
    stated = [fractions.of_verdict(one, chosen) for one in said]
    own = _own(mapped_by, chosen, said, mapped_by.matrix(chosen, rows))
    overlaps = [fractions.overlap(a, b) for a, b in zip(own, stated, strict=True)]
    total = int((largest > 0).sum())
    return replace(
        result,
        notes=(*notes, *_fraction_notes(found, rows, mapped, reference, result, mapped_by), *result.notes),
        total_area=total * SAMPLE_HECTARES,
        overlap=float(np.mean(overlaps)),
        undecided={str(name): int(count) for name, count in left.items()},
    )


def drawn_text(current: pd.DataFrame) -> str:
    """The text of the draw with most judged samples, from `Records.current()`. Raises `InvalidQueryError` where there is none."""
    chosen = current[current["probability"].notna() & current["queue"].str.startswith("random")]
    texts = chosen["queue"].map(draws.draw_text)
    known = texts != ""
    if not known.any():
        raise InvalidQueryError(
            "no verdict is of a random draw, so nothing can be said of the corpus as a whole; review a queue such as "
            "random:n=200, or take in samples that were chosen, not drawn (--all, drawn_only=False)"
        )
    counted = chosen.loc[known].groupby(texts[known])["sample_id"].nunique()
    return str(counted.sort_values(kind="stable").index[-1])
