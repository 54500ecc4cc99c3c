"""Who reviews what, where several share a queue: some samples by several, so that agreement can be told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.core.errors import InvalidQueryError
from explorer.review.verdicts import reviewer_name


def check(reviewers: Sequence[str], each: int, share: float) -> None:
    """Raises `InvalidQueryError` or `InvalidVerdictError` for what `assign` cannot do."""
    names = [reviewer_name(name) for name in reviewers]
    if not names or len(set(names)) < len(names):
        raise InvalidQueryError("a team names its reviewers, each once")
    if not 1 <= each <= len(names):
        raise InvalidQueryError(f"a sample cannot go to {each} of {len(names)} reviewers")
    if not 0 <= share <= 1:
        raise InvalidQueryError(f"the share that several review runs from 0 to 1, not {share:g}")


def assign(
    ids: Sequence[str], reviewers: Sequence[str], *, each: int = 2, share: float = 1.0, seed: int = 0
) -> dict[str, tuple[str, ...]]:
    """Reviewer -> samples, in the order of `ids`. A random `share` of them goes to `each` reviewers, the rest to one.

    Loads differ by one at most, and pairs of reviewers meet about equally often; the same seed assigns the same.
    Raises `InvalidQueryError`.
    """
    check(reviewers, each, share)
    rng = np.random.default_rng(seed)
    shared = set(rng.permutation(len(ids))[: round(share * len(ids))].tolist()) if each > 1 else set()
    load = np.zeros(len(reviewers), np.int64)
    met = np.zeros((len(reviewers), len(reviewers)), np.int64)
    chosen: list[list[str]] = [[] for _ in reviewers]
    for place, sample_id in enumerate(ids):
        team: list[int] = []
        chance = rng.permutation(len(reviewers))
        for _ in range(each if place in shared else 1):
            left = [i for i in range(len(reviewers)) if i not in team]
            # Who has least; of those, who met the others least; then by lot.
            best = min(left, key=lambda i: (load[i], met[i, team].sum() if team else 0, chance[i]))
            team.append(best)
            load[best] += 1
        for i in team:
            chosen[i].append(sample_id)
            for other in team:
                met[i, other] += i != other
    return {name: tuple(mine) for name, mine in zip(reviewers, chosen, strict=True)}
