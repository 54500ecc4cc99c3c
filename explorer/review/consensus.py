"""What several reviewers' verdicts come to, sample by sample."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, NamedTuple

import pandas as pd

from explorer.review import verdicts as model

STATES = ("correct", "wrong", "unsure", "disputed")
"""Of a sample that was reviewed. `disputed`: reviewers differ, in judgement or in the class that is there, and nobody has decided."""
_COLUMNS = ("state", "suggested", "reviewers", "decided_by", "verdict_id", "confidence")


class _Said(NamedTuple):
    """Of a row of `Records.current()`, what decides."""

    sample_id: str
    kind: str
    judgement: str
    suggested: Any
    confidence: Any
    id: str
    adjustments: str
    label: str


def final(current: pd.DataFrame) -> pd.DataFrame:
    """What is held true of each sample, by `sample_id`, from `Records.current()`.

    `state` (`STATES`), `suggested` (the code that the winners name, the finest of one branch), `reviewers` (how many), `decided_by`
    (`one`, `agreement`, `majority`, `adjudication`, or empty), `verdict_id` (whose label, adjustments and suggestion
    count: the newest of those that won), `confidence` (the winners' mean).

    The newest adjudication decides. Else more than half of those who were sure: "unsure" outvotes nobody, and a sample
    is unsure where all are. Of those who say wrong, more than half of those who name a class must name the same: two who name
    different ones are a dispute. 31 and 311 are the same, and who names none agrees with any.
    """
    # Of the same time, that which was kept later is further down already.
    ordered = current.sort_values("time", kind="stable")
    said: dict[str, list[_Said]] = defaultdict(list)
    # Plain tuples: a groupby of pandas takes a millisecond a sample.
    for row in zip(*(ordered[name].tolist() for name in _Said._fields), strict=True):
        said[row[0]].append(_Said(*row))
    found = {}
    for sample_id in sorted(said):
        votes = [one for one in said[sample_id] if one.kind == "verdict"]
        state, how, won = _decide([one for one in said[sample_id] if one.kind == "adjudication"], votes)
        named = {code for one in won if (code := _named(one)) is not None}
        sure = [int(one.confidence) for one in won if one.confidence is not pd.NA]
        found[sample_id] = (
            state,
            max(named) if named and len({_branch(code, named) for code in named}) == 1 else pd.NA,
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
    how = "one" if len(votes) == 1 else "agreement" if count == len(votes) else "majority"
    if first != "wrong" or len(won) < 2:
        return first, how, won
    named = {one.id: code for one in won if (code := _there(one)) is not None}
    branches = Counter(_branch(code, set(named.values())) for code in named.values())
    if len(branches) < 2:
        # The newest that names a class, the finest first: its suggestion and fractions count.
        return first, how, sorted(won, key=lambda one: len(str(named.get(one.id, ""))))
    code, most = branches.most_common(1)[0]
    if most * 2 <= len(named):
        return "disputed", "", []
    others = set(named.values())
    return (
        first,
        "majority",
        [one for one in won if one.id in named and _branch(named[one.id], others) == code],
    )


def _named(one: _Said) -> int | None:
    return None if one.suggested is pd.NA or one.suggested is None else int(one.suggested)


def _there(one: _Said) -> int | None:
    """The class that a verdict of `wrong` names, by suggestion or fractions."""
    if (named := _named(one)) is not None or not one.adjustments:
        return named
    said = model.Verdict(
        one.sample_id, "-", one.judgement, adjustments=model.read_adjustments(one.adjustments), label=model.read_label(one.label),
        id=one.id,
    )  # fmt: skip
    return said.reference_class()


def _branch(code: int, named: set[int]) -> int:
    """The finest code that was named in the branch of a code: 311 for 31 where it alone of those below 31 was."""
    below = {one for one in named if str(one).startswith(str(code))}
    finest = {one for one in below if not any(str(other).startswith(str(one)) for other in below - {one})}
    return finest.pop() if len(finest) == 1 else code


def with_states(extras: pd.DataFrame | None, states: pd.Series) -> pd.DataFrame:
    """`Corpus.extras` with the states of review in it, and what else it had."""
    empty = pd.DataFrame(index=states.index[:0])
    others = empty if extras is None else extras.drop(columns="review", errors="ignore")
    return others.join(states, how="outer")


def reference_classes(current: pd.DataFrame, level: int = 3) -> pd.Series:
    """The class that each verdict says is there, by the verdict's id; missing where it does not tell.

    From the label that was judged and what the reviewer changed: see `Verdict.reference_class`.
    """
    found = {one.id: one.reference_class(level) for one in verdicts(current)}
    return pd.Series(found, dtype="Int64", name="reference")


def verdicts(current: pd.DataFrame) -> list[model.Verdict]:
    """Rows of `Records.current()` as verdicts: what was said, without where and when."""
    names = ("sample_id", "reviewer", "judgement", "suggested", "adjustments", "label", "kind", "id")
    found = []
    for row in zip(*(current[name].tolist() for name in names), strict=True):
        plain: dict[str, Any] = dict(zip(names, row, strict=True))
        plain["suggested"] = None if plain["suggested"] is pd.NA else plain["suggested"]
        plain["adjustments"] = model.read_adjustments(plain["adjustments"])
        plain["label"] = model.read_label(plain["label"])
        found.append(model.Verdict(**plain))
    return found
