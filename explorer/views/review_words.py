"""What the review's messages and the records say to each other: a queue or verdict read from a message, a row put in words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from explorer import nomenclature
from explorer.corpus.corpus import Corpus
from explorer.errors import ExplorerError, InvalidQueryError, InvalidVerdictError
from explorer.review.queue import MAX_TEXT, Queue, QueueSpec
from explorer.review.verdicts import Adjustment, Verdict, label_of, largest, read_adjustments
from explorer.views.map_state import MapState
from explorer.views.parts import whole

MAX_ADJUSTMENTS = 60
MAX_IDS_TEXT = 2_000_000
"""Characters of a list of ids; a longer one is cut."""
KINDS = (
    ("suspicion", "Most suspect first", "The labels that the imagery contradicts most come first.", ("count",)),
    ("class", "One class", "Samples whose largest class it is, most suspect first.", ("class", "count")),
    ("random", "Random, by class", "A stratified random draw: what an honest accuracy needs.", ("count", "seed", "allocation")),
    ("map", "What the map shows", "What the map's filters and drawn area leave, most suspect first.", ("count",)),
    ("ids", "A list of ids", "These samples, in this order.", ("ids",)),
    ("disputed", "Disagreements", "Samples on which reviewers differ: your verdict decides.", ()),
)  # fmt: skip
"""Id, title, what it is, and what it asks for, of each kind of queue."""


def read_verdict(
    data: dict[str, Any], reviewer: str, label: dict[int, float], *, evidence: str, queue: Queue
) -> Verdict:
    """The verdict that a message says, on a label (level-3 code -> fraction).

    `seen` is a blind reviewer's: the classes that were seen, without the label in sight; it is correct if the largest
    of them is the label's. Raises `InvalidVerdictError`, `UnknownClassError`.
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
        adjustments = [Adjustment(code, "reject") for code in label if code not in seen]
        adjustments += [
            Adjustment(code, "set" if code in label else "add", share) for code, share in seen.items()
        ]
        judgement = "correct" if largest(seen) == largest(label) else "wrong"
    else:
        adjustments = [_adjustment(one) for one in told]
    sample_id = str(data.get("sample"))
    stratum, probability = queue.drawn(sample_id)
    verdict = Verdict(
        sample_id, reviewer, judgement, adjustments=tuple(adjustments), confidence=data.get("confidence"),
        comment=str(data.get("comment") or ""), evidence=evidence, queue=queue.text[:1000], stratum=stratum,
        probability=probability, id=str(data.get("id") or ""), label=label_of(label),
    )  # fmt: skip
    main = largest(verdict.reference())
    named = judgement == "wrong" and bool(adjustments) and main is not None and main != largest(label)
    return verdict.kept(suggested=main) if named else verdict


def read_queue(data: dict[str, Any], shown: MapState) -> QueueSpec | None:
    """The queue that the form asks for, of what the map shows where it says so; None: the samples of which reviewers differ.

    Raises `InvalidQueryError`, `UnknownClassError`.
    """
    if data.get("kind") == "disputed":
        return None
    if data.get("resume"):
        return QueueSpec.parse(str(data["resume"])[:MAX_TEXT])
    kind = str(data.get("kind"))[:20]
    n = whole(data, "count", 10**7) or None
    if kind == "class":
        return QueueSpec("class", n, classes=(find_class(str(data.get("class", ""))),))
    if kind == "random":
        seed = whole(data, "seed", 10**6) or 0
        return QueueSpec("random", n, seed=seed, alloc=str(data.get("allocation"))[:20], by=3)
    if kind == "map":
        area = shown.area.format() if shown.area is not None else ""
        return QueueSpec("map", n, filter=shown.filters.format(), area=area)
    if kind == "ids":
        ids = tuple(str(data.get("ids", ""))[:MAX_IDS_TEXT].replace(",", " ").replace(";", " ").split())
        if not ids:
            raise InvalidQueryError("no ids were given; paste them, one a line")
        return QueueSpec("ids", ids=ids)
    return QueueSpec(kind, n)


def find_class(text: str) -> int:
    """The class of a code or a name as people type it. Raises `InvalidQueryError`."""
    wanted = text.strip().lower()[:80]
    titles = {one["code"]: str(one["title"]).lower() for one in classes()}
    for fits in (
        lambda code, title: str(code) == wanted[:3],
        lambda code, title: title == wanted,
        lambda code, title: wanted and title.startswith(wanted),
        lambda code, title: wanted and wanted in title,
    ):
        for code, title in titles.items():
            if fits(code, title):
                return int(code)
    raise InvalidQueryError(f"no class is called {text[:40]!r}; give a name or a code such as 311")


def _adjustment(one: dict[str, Any]) -> Adjustment:
    action, code = str(one.get("action"))[:20], one.get("code")
    fraction = one.get("fraction") if action in ("set", "add") else None
    return Adjustment(code if isinstance(code, int) else -1, action, fraction)


@cache
def classes() -> list[dict[str, Any]]:
    """All level-3 classes, for the browser."""
    covers = [nomenclature.land_cover(code) for code in nomenclature.codes(3)]
    return [{"code": cover.code, "title": cover.title, "colour": cover.hex} for cover in covers]


def label_rows(corpus: Corpus, sample_id: str) -> list[dict[str, Any]]:
    """A sample's label for the browser, largest fraction first; empty where there is none."""
    try:
        fractions = corpus.labels(sample_id)
    except ExplorerError:
        return []
    covers = [(nomenclature.land_cover(int(str(code))), float(share)) for code, share in fractions.items()]
    return [{"code": c.code, "title": c.title, "colour": c.hex, "fraction": share} for c, share in covers]


def own_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A reviewer's own verdict (a row of the records) for the browser."""
    adjusted = [
        {"code": one.code, "action": one.action, "fraction": one.fraction}
        for one in read_adjustments(str(row["adjustments"]))
    ]
    confidence = row["confidence"]
    return {
        "judgement": str(row["judgement"]), "adjustments": adjusted, "comment": str(row["comment"]),
        "confidence": int(confidence) if isinstance(confidence, int) else None,
    }  # fmt: skip


def said(row: Mapping[Any, Any]) -> str:
    """A verdict (a row of the records) in words."""
    words = [("decides: " if row["kind"] == "adjudication" else "") + str(row["judgement"])]
    if isinstance(row["suggested"], int):
        words.append(f"sees {nomenclature.land_cover(row['suggested']).title}")
    if row["comment"]:
        words.append(f"“{str(row['comment'])[:200]}”")
    return ", ".join(words)


def title(spec: QueueSpec) -> str:
    """What a queue is, in a few words."""
    text = {kind: name for kind, name, _, _ in KINDS}[spec.kind]
    if spec.classes:
        text = ", ".join(nomenclature.land_cover(code).title for code in spec.classes)
    if spec.kind == "random":
        text += f" ({spec.alloc}, seed {spec.seed})"
    return text
