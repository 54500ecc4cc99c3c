"""What the review's messages and the records say to each other: a queue or verdict read from a message, a row put in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from explorer.core import corine
from explorer.core.errors import ExplorerError, InvalidQueryError, InvalidVerdictError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filters import Filters
from explorer.corpus.query.opinion_conditions import ClassPair, Says
from explorer.review import groupings
from explorer.review.queue import MAX_TEXT, Queue, QueueSpec
from explorer.review.verdicts import (
    Adjustment,
    Verdict,
    adjustments_of_seen,
    judgement_of_seen,
    label_of,
    largest,
    read_adjustments,
    read_label,
)
from explorer.views.common.class_search import find_class
from explorer.views.common.components import bounded_int
from explorer.views.common.map_state import MapState

MAX_ADJUSTMENTS = 60
_ROUNDING = 0.02
"""How far fractions that are typed as percent may add up to more than all."""
MAX_IDS_TEXT = 2_000_000
"""Characters of a list of ids; a longer one is cut."""
KINDS = (
    ("suspicion", "Most suspect first", "The labels that the imagery contradicts most come first.", ("count",)),
    ("change", "Cover lost 2018 to 2019", "Where cover was most probably lost comes first: felled, built over, cleared.", ("count",)),
    ("class", "One class", "Samples whose largest class it is, most suspect first.", ("class", "count")),
    ("random", "Random draw", "A random draw: what an honest accuracy needs.", ("count", "strata", "allocation", "seed")),
    ("disagreement", "Farthest from an opinion", "The labels from which an opinion differs most come first: all, or those of a class, or where it says one.", ("opinion", "label", "said", "count")),
    ("map", "What the map shows", "What the map's filters and drawn area leave, most suspect first.", ("count",)),
    ("ids", "A list of ids", "These samples, in this order.", ("ids",)),
    ("disputed", "Disagreements", "Samples on which reviewers differ: your verdict decides.", ()),
)  # fmt: skip
"""Id, title, what it is, and what it asks for, of each kind of queue."""


def read_verdict(
    data: dict[str, Any],
    reviewer: str,
    label: dict[int, float],
    *,
    evidence: str,
    queue: Queue,
    blind: bool | None = None,
) -> Verdict:
    """The verdict that a message says, on a label (level-3 code -> fraction).

    `seen` is a blind reviewer's: the classes that were seen, without the label in sight; it is correct if the largest
    of them is the label's. `blind`: whether the reviewer did not know the label.
    Raises `InvalidVerdictError`, also where the fractions said add up to more than all; `UnknownClassError`.
    """
    told = data.get("adjustments")
    if (
        not isinstance(told, list)
        or len(told) > MAX_ADJUSTMENTS
        or not all(isinstance(one, dict) for one in told)
    ):
        raise InvalidVerdictError("adjustments", told, f"a list of at most {MAX_ADJUSTMENTS} classes")
    judgement = str(data.get("judgement"))
    if judgement == "seen":
        seen = {one.code: one.fraction or 0.0 for one in (_adjustment(one) for one in told)}
        if not any(seen.values()):
            raise InvalidVerdictError("adjustments", told, "at least one class that was seen")
        adjustments, judgement = adjustments_of_seen(seen, label), judgement_of_seen(seen, label)
    else:
        adjustments = [_adjustment(one) for one in told]
    sample_id = str(data.get("sample"))
    stratum, probability = queue.drawn(sample_id)
    verdict = Verdict(
        sample_id, reviewer, judgement, adjustments=tuple(adjustments), confidence=data.get("confidence"),
        comment=str(data.get("comment") or ""), evidence=evidence, queue=queue.text[:1000], stratum=stratum,
        probability=probability, id=str(data.get("id") or ""), label=label_of(label), blind=blind,
    )  # fmt: skip
    said = sum(verdict.reference().values())
    if (
        any(one.fraction is not None for one in adjustments)
        and said > max(1.0, sum(label.values())) + _ROUNDING
    ):
        raise InvalidVerdictError(
            "adjustments", f"{100 * said:.0f} %", "fractions that add up to at most 100 %"
        )
    main = largest(verdict.reference())
    named = judgement == "wrong" and bool(adjustments) and main is not None and main != largest(label)
    return verdict.kept(suggested=main) if named else verdict


def outcome(verdict: Verdict) -> str:
    """What a verdict says, in full: `wrong: 311 Broad-leaved forest 100 %; was 211 60 %, 311 40 %`."""
    was = mixture(dict(verdict.label or ()))
    if verdict.judgement == "unsure":
        return f"unsure; the label is {was}"
    there = verdict.reference() if verdict.judgement == "correct" or verdict.adjustments else {}
    if verdict.judgement == "correct":
        seen = mixture(there, titles=True)
        return f"correct: {seen}" if mixture(there) == was else f"correct: {seen}; the label is {was}"
    return f"wrong: {mixture(there, titles=True) if there else 'which class was not said'}; was {was}"


def mixture(fractions: Mapping[int, float], *, titles: bool = False) -> str:
    """Classes and their shares, the largest first: `211 60 %, 311 40 %`, with titles if wanted."""
    parts = [
        f"{code} {corine.land_cover(code).title} {_percent(share)}" if titles else f"{code} {_percent(share)}"
        for code, share in sorted(fractions.items(), key=lambda pair: (-pair[1], pair[0]))
        if share > 0
    ]
    return ", ".join(parts) or "no label"


def largest_of(label: str) -> int | None:
    """The largest class of a label as records keep it; None where there is none."""
    return largest(dict(read_label(label) or ()))


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def read_queue(data: dict[str, Any], shown: MapState) -> QueueSpec | None:
    """The queue that the form asks for, of what the map shows where it says so; None: the samples of which reviewers differ.

    Raises `InvalidQueryError`, `UnknownClassError`.
    """
    if data.get("kind") == "disputed":
        return None
    if data.get("resume"):
        return QueueSpec.parse(str(data["resume"])[:MAX_TEXT])
    kind = str(data.get("kind"))[:20]
    n = None if kind == "ids" else _whole(data, "count", 10**7) or None
    if kind == "class":
        return QueueSpec("class", n, classes=(find_class(str(data.get("class", ""))),))
    if kind == "disagreement":
        return _by_opinion(data, n)
    if kind == "random":
        seed = _whole(data, "seed", 10**6) or 0
        by, grouping = read_strata(data.get("strata"))
        return QueueSpec(
            "random", n, seed=seed, alloc=str(data.get("allocation"))[:20], by=by, grouping=grouping
        )
    if kind == "map":
        area = shown.area.format() if shown.area is not None else ""
        return QueueSpec("map", n, filter=shown.filters.format(), area=area)
    if kind == "ids":
        ids = tuple(str(data.get("ids", ""))[:MAX_IDS_TEXT].replace(",", " ").replace(";", " ").split())
        if not ids:
            raise InvalidQueryError("no ids were given; paste them, one a line")
        return QueueSpec("ids", ids=ids)
    return QueueSpec(kind, n)


def _by_opinion(data: dict[str, Any], n: int | None) -> QueueSpec:
    """The queue of an opinion, of a class of the labels and one that it says, where they are named."""
    name = str(data.get("opinion") or "")[:60]
    if not name:
        raise InvalidQueryError("choose the opinion that is compared with the labels")
    label, said = (
        str(find_class(text)) if (text := str(data.get(key) or "").strip()) else ""
        for key in ("label", "said")
    )
    filters = Filters()
    if label and said:
        filters = Filters(class_pair=(ClassPair(name, label, said),))
    elif said:
        filters = Filters(says=(Says(name, (said,)),))
    elif label:
        filters = Filters(largest=(int(label),))
    return QueueSpec("disagreement", n, opinion=name, filter=filters.format())


def _whole(data: dict[str, Any], key: str, end: int) -> int | None:
    """A whole number of the form; None where none was given. Raises `InvalidQueryError`: another one is not what was meant."""
    found = bounded_int(data, key, end)
    if found is None and data.get(key) is not None:
        raise InvalidQueryError(f"{key} runs from 0 to {end - 1:,}, not {str(data[key])[:20]}")
    return found


def read_strata(value: object) -> tuple[int, str]:
    """Level (0 to 3) and grouping of a draw's strata, as the form says them: `2`, or `g:` and a grouping's name.

    Raises `InvalidQueryError`.
    """
    text = str(value if value is not None else 1)[:100]
    if text.startswith("g:"):
        return 1, groupings.find(text[2:]).name
    if text not in ("0", "1", "2", "3"):
        raise InvalidQueryError(f"no strata {text[:20]!r}: a level from 0 (none) to 3, or a grouping")
    return int(text), ""


def _adjustment(one: dict[str, Any]) -> Adjustment:
    action, code = str(one.get("action"))[:20], one.get("code")
    fraction = one.get("fraction") if action in ("set", "add") else None
    return Adjustment(code if isinstance(code, int) else -1, action, fraction)


class LabelRow(TypedDict):
    """A class of a label, and its fraction, 0 to 1."""

    code: int
    title: str
    colour: str
    fraction: float


class OwnVerdict(TypedDict):
    """A reviewer's own verdict; `adjustments` have `code`, `action`, `fraction`; `text` says it in words."""

    id: str
    judgement: str
    adjustments: list[dict[str, Any]]
    comment: str
    confidence: int | None
    link: str
    text: str


def label_rows(corpus: Corpus, sample_id: str) -> list[LabelRow]:
    """A sample's label for the browser, largest fraction first; empty where there is none."""
    try:
        fractions = corpus.labels(sample_id)
    except ExplorerError:
        return []
    covers = [(corine.land_cover(int(str(code))), float(share)) for code, share in fractions.items()]
    return [{"code": c.code, "title": c.title, "colour": c.hex, "fraction": share} for c, share in covers]


def own_row(row: Mapping[Any, Any]) -> OwnVerdict:
    """A reviewer's own verdict (a row of the records) for the browser."""
    adjusted = [
        {"code": one.code, "action": one.action, "fraction": one.fraction}
        for one in read_adjustments(str(row["adjustments"]))
    ]
    confidence = row["confidence"]
    return {
        "id": str(row["id"]), "judgement": str(row["judgement"]), "adjustments": adjusted, "comment": str(row["comment"]),
        "confidence": int(confidence) if isinstance(confidence, int) else None, "link": str(row["evidence"]), "text": in_full(row),
    }  # fmt: skip


def in_full(row: Mapping[Any, Any]) -> str:
    """`outcome` of a row of the records."""
    verdict = Verdict(
        str(row["sample_id"]), str(row["reviewer"]), str(row["judgement"]), id=str(row["id"]),
        adjustments=read_adjustments(str(row["adjustments"])), label=read_label(str(row["label"])),
    )  # fmt: skip
    return outcome(verdict)


def said(row: Mapping[Any, Any]) -> str:
    """A verdict (a row of the records) in words."""
    words = [("decides: " if row["kind"] == "adjudication" else "") + in_full(row).partition("; ")[0]]
    if row["comment"]:
        words.append(f"“{str(row['comment'])[:200]}”")
    return ", ".join(words)


def title(spec: QueueSpec, *, hidden: bool = False) -> str:
    """What a queue is, in a few words; `hidden`: nothing of the classes that the labels, or an opinion, have in it."""
    text = {kind: name for kind, name, _, _ in KINDS}[spec.kind]
    if spec.classes and not hidden:
        text = ", ".join(corine.land_cover(code).title for code in spec.classes)
    if spec.opinion:
        chips = [] if hidden else [words for _, words in Filters.parse(spec.filter)[0].chips()]
        text = "; ".join([f"Farthest from {spec.opinion}", *chips])
    if spec.kind == "random":
        strata = spec.grouping or (f"level {spec.by}" if spec.by else "no strata")
        text += f" ({strata}, {spec.alloc}, seed {spec.seed})"
    return text
