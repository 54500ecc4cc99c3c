"""Labels to train on: the corpus's own, or corrected by what reviewers said, with who said it and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explorer.core import corine
from explorer.review import consensus, fractions, groupings
from explorer.review import verdicts as model

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.review.verdict_table import VerdictTable

KINDS = ("original", "corrected")
TEXTS = (
    "label_source",
    "review_state",
    "decided_by",
    "verdict_id",
    "verdict_ids",
    "verdict_reviewer",
    "verdict_time",
)
"""Columns that say where a label comes from, all text, empty where nobody reviewed the sample."""  # fmt: skip
OPEN = "label_open"
_SAME = 1e-4


def table(
    corpus: Corpus, ids: pd.Index, records: VerdictTable | None = None
) -> tuple[pd.DataFrame, np.ndarray]:
    """Where the labels of samples come from, by `sample_id`, and the labels, float32 `(n, 44)` in the order of `corine.codes(3)`.

    Without `records` the corpus's own. With them, of samples that are held correct or wrong (`consensus.final`) what the verdict that
    decided says is there (`fractions.of_verdict`): `label_source` is `confirmed` where that is the label as it was, else `corrected`.
    What a verdict rejects and puts nothing in place of is in no class: `label_open`, 0 to 1. Of those unsure and disputed, as of those
    nobody reviewed, the label is `original`.
    """
    found = corpus.index.fractions.align(ids).matrix.toarray().astype(np.float32)
    told = pd.DataFrame("", index=ids, columns=list(TEXTS))
    told["label_source"] = "original"
    told[OPEN] = np.float32(0.0)
    if records is None:
        return told, found
    current = records.current()
    current = current[current["sample_id"].isin(ids)]
    if not len(current):
        return told, found
    final = consensus.final(current)
    rows = ids.get_indexer(final.index)
    by_id = {one.id: one for one in consensus.verdicts(current)}
    spoken = {
        verdict_id: (str(reviewer), time.to_pydatetime())
        for verdict_id, reviewer, time in zip(
            current["id"], current["reviewer"], current["time"], strict=True
        )
    }
    classes = groupings.of_level(3)
    column = {code: number for number, code in enumerate(corine.codes(3))}
    texts = {name: told[name].to_numpy(object).copy() for name in TEXTS}
    left = np.zeros(len(ids), np.float32)
    for row, state, verdict_id, how in zip(
        rows, final["state"], final["verdict_id"], final["decided_by"], strict=True
    ):
        texts["review_state"][row], texts["decided_by"][row] = state, how
        if not verdict_id:
            continue
        texts["verdict_id"][row] = verdict_id
        texts["verdict_reviewer"][row], time = spoken[verdict_id]
        texts["verdict_time"][row] = model.time_text(time)
        if state not in ("correct", "wrong"):
            continue
        said = np.zeros(len(column), np.float32)
        for code, value in fractions.of_verdict(by_id[verdict_id], classes).items():
            if code in column:
                said[column[code]] = value
        same = state == "correct" and np.abs(said - found[row]).max() <= _SAME
        texts["label_source"][row] = "confirmed" if same else "corrected"
        if not same:
            found[row], left[row] = said, max(0.0, 1.0 - float(said.sum()))
    for sample_id, every in current.groupby("sample_id")["id"]:
        texts["verdict_ids"][ids.get_loc(sample_id)] = " ".join(every)
    left[left < _SAME] = 0.0
    return told.assign(**texts, **{OPEN: left}), found
