"""What several reviewers' verdicts come to, sample by sample."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, NamedTuple

import pandas as pd

from explorer.review import verdicts as model

STATES = ("correct", "wrong", "unsure", "disputed")
"""Of a sample that was reviewed. `disputed`: reviewers differ, and nobody has decided yet."""
_COLUMNS = ("state", "suggested", "reviewers", "decided_by", "verdict_id", "confidence")


class _Said(NamedTuple):
    """Of a row of `Records.current()`, what decides."""

    sample_id: str
    kind: str
    judgement: str
    suggested: Any
    confidence: Any
    id: str


def final(current: pd.DataFrame) -> pd.DataFrame:
    """What is held true of each sample, by `sample_id`, from `Records.current()`.

    `state` (`STATES`), `suggested` (code; where reviewers name several, none), `reviewers` (how many), `decided_by`
    (`one`, `agreement`, `majority`, `adjudication`, or empty), `verdict_id` (whose label, adjustments and suggestion
    count: the newest of those that won), `confidence` (the winners' mean).

    The newest adjudication decides. Else more than half of those who were sure: "unsure" outvotes nobody, and a sample
    is unsure where all are.
    """
    ordered = current.sort_values(["time", "id"])
    said: dict[str, list[_Said]] = defaultdict(list)
    # Plain tuples: a groupby of pandas takes a millisecond a sample.
    for row in zip(*(ordered[name].tolist() for name in _Said._fields), strict=True):
        said[row[0]].append(_Said(*row))
    found = {}
    for sample_id in sorted(said):
        votes = [one for one in said[sample_id] if one.kind == "verdict"]
        state, how, won = _decide([one for one in said[sample_id] if one.kind == "adjudication"], votes)
        named = {int(one.suggested) for one in won if one.suggested is not pd.NA}
        sure = [int(one.confidence) for one in won if one.confidence is not pd.NA]
        found[sample_id] = (
            state,
            named.pop() if len(named) == 1 else pd.NA,
            len(votes),
            how,
            won[-1].id if won else "",
            sum(sure) / len(sure) if sure else float("nan"),
        )
    table = pd.DataFrame.from_dict(found, orient="index", columns=list(_COLUMNS))
    table.index = pd.Index(list(found), dtype="str", name="sample_id")
    return table.astype({"state": "str", "suggested": "Int64", "reviewers": "int64", "confidence": "float64"})


def _decide(decided: list[_Said], votes: list[_Said]) -> tuple[str, str, list[_Said]]:
    """(state, how it was decided, the rows that won)."""
    if decided:
        return decided[-1].judgement, "adjudication", decided[-1:]
    sure = [one for one in votes if one.judgement != "unsure"]
    if not sure:
        return "unsure", "one" if len(votes) == 1 else "agreement", votes
    first, count = Counter(one.judgement for one in sure).most_common(1)[0]
    if count * 2 <= len(sure):
        return "disputed", "", []
    won = [one for one in sure if one.judgement == first]
    return first, "one" if len(votes) == 1 else "agreement" if count == len(votes) else "majority", won


def with_states(extras: pd.DataFrame | None, states: pd.Series) -> pd.DataFrame:
    """`Corpus.extras` with the states of review in it, and what else it had."""
    empty = pd.DataFrame(index=states.index[:0])
    others = empty if extras is None else extras.drop(columns="review", errors="ignore")
    return others.join(states, how="outer")


def reference_classes(current: pd.DataFrame, level: int = 3) -> pd.Series:
    """The class that each verdict says is there, by the verdict's id; missing where it does not tell.

    From the label that was judged and what the reviewer changed: see `Verdict.reference_class`.
    """
    names = ("sample_id", "reviewer", "judgement", "suggested", "adjustments", "label", "kind", "id")
    found = {}
    for row in zip(*(current[name].tolist() for name in names), strict=True):
        plain: dict[str, Any] = dict(zip(names, row, strict=True))
        plain["suggested"] = None if plain["suggested"] is pd.NA else plain["suggested"]
        plain["adjustments"] = model.read_adjustments(plain["adjustments"])
        plain["label"] = model.read_label(plain["label"])
        found[plain["id"]] = model.Verdict(**plain).reference_class(level)
    return pd.Series(found, dtype="Int64", name="reference")
