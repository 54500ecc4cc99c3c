"""A queue of samples to review: what it is as a short text, and the way through it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import numpy as np
import pandas as pd

from explorer.core.corine import land_cover
from explorer.core.errors import InvalidQueryError, UnknownClassError
from explorer.corpus.query.area import Area
from explorer.corpus.query.cover_change import HOW_TO_KNOW
from explorer.corpus.query.filters import Filters
from explorer.review import assignment, groupings, sampling
from explorer.review.groupings import Grouping
from explorer.review.sampling import Draw

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

KINDS = ("suspicion", "change", "disagreement", "class", "random", "map", "ids")
MEASURED = {"suspicion": "suspicion is", "change": "change of cover is"}
"""Kinds that put first what scoring found, and what is to be known for them."""
_HEADS = {"class": "classes", "ids": "ids", "disagreement": "opinion"}
"""What stands without its name behind the kind."""
DEFAULT_DRAW = 200
MAX_TEXT = 4000
MAX_KEPT = 1000
"""Characters of a queue's text in a link, and in a verdict; of longer lists of ids a verdict keeps a checksum."""


@dataclass(frozen=True)
class QueueSpec:
    """What a queue holds, as a link says it. `build` makes the queue of a corpus."""

    kind: str
    """`suspicion` (most suspect first), `change` (cover most probably lost first), `disagreement` (farthest from an `opinion` first), `class`, `random` (stratified), `map` (what filters and area leave), `ids`."""
    n: int | None = None
    """At most so many; of a random draw so many, 200 where not given."""
    seed: int = 0
    alloc: str = "proportional"
    by: int = 1
    """Level of the classes that strata are made of, 0 for a simple random draw."""
    grouping: str = ""
    """Name of a grouping (`groupings.known`) that strata are made of, in place of a level."""
    minimum: int = 0
    """Of each stratum."""
    classes: tuple[int, ...] = ()
    """Codes of any level: samples whose largest class is one of them."""
    ids: tuple[str, ...] = ()
    filter: str = ""
    """Only samples that pass these filters; the text of `Filters`."""
    area: str = ""
    """Only samples in this area; the text of `Area`."""
    team: tuple[str, ...] = ()
    """Reviewers who share the queue; empty: all see all of it."""
    each: int = 1
    """How many reviewers a shared sample goes to."""
    share: float = 1.0
    """Part of the queue that goes to `each` reviewers, the rest to one; 0 to 1."""
    opinion: str = ""
    """Name of the opinion whose `disagreement` with the labels is asked."""

    def __post_init__(self) -> None:
        """Check the values. Raises `InvalidQueryError`, `UnknownClassError`."""
        if self.kind not in KINDS:
            raise InvalidQueryError(f"no queue {self.kind[:20]!r}; there are {', '.join(KINDS)}")
        for name, least, most in (("n", 1, 10**7), ("seed", 0, 2**63), ("by", 0, 3), ("minimum", 0, 10**6)):
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise InvalidQueryError(f"a queue's {name} runs from {least} to {most}, not {value}")
        if self.alloc not in sampling.ALLOCATIONS:
            raise InvalidQueryError(
                f"no allocation {self.alloc[:20]!r}; there are {', '.join(sampling.ALLOCATIONS)}"
            )
        if self.kind == "class" and not self.classes:
            raise InvalidQueryError("a queue by class names one, as class:211")
        if (self.kind == "disagreement") != bool(self.opinion):
            raise InvalidQueryError(
                "a queue by disagreement names an opinion, as disagreement:made-up-good; others name none"
            )
        for code in self.classes:
            if not land_cover(code).code:
                raise UnknownClassError(code)
        if self.team:
            assignment.check(self.team, self.each, self.share)

    def format(self) -> str:
        """As a link has it: `suspicion`, `class:211+312`, `disagreement:made-up-good`, `random:n=200,seed=3,alloc=neyman`."""
        heads = {
            "class": _write(self.classes),
            "ids": ".".join(self.ids),
            "disagreement": _write(self.opinion),
        }
        head = heads.get(self.kind, "")
        given = [head] if head else []
        for one in fields(self):
            value = getattr(self, one.name)
            in_head = one.name in ("kind", "ids", "opinion") or (
                one.name == "classes" and self.kind == "class"
            )
            if not in_head and value != one.default:
                given.append(f"{one.name}={_write(value)}")
        return self.kind + (":" + ",".join(given) if given else "")

    @classmethod
    def parse(cls, text: str) -> QueueSpec:
        """From `format`. Raises `InvalidQueryError` that names the part, `UnknownClassError`."""
        if len(text) > MAX_TEXT:
            raise InvalidQueryError(f"this queue has {len(text):,} characters; at most {MAX_TEXT:,} are read")
        kind, _, rest = text.strip().partition(":")
        values: dict[str, Any] = {"kind": kind}
        for part in filter(None, rest.split(",")):
            name, equals, value = part.partition("=")
            if not equals:
                name, value = _HEADS.get(kind, part[:20]), part
            if name not in _READ:
                raise InvalidQueryError(
                    f"queue {kind[:20]!r} has no {name[:20]!r}; it has {', '.join(_READ)}"
                )
            try:
                values[name] = _READ[name](value)
            except ValueError:
                raise InvalidQueryError(f"a queue's {name} is {value[:40]!r}, which is no number") from None
        return cls(**values)

    def build(self, corpus: Corpus, reviewer: str = "") -> Queue:
        """The queue of a corpus; with a `team`, the part of `reviewer`.

        Raises `InvalidQueryError` (nothing is left, or no suspicion is known), `UnknownSampleError` for an id, `UnknownOpinionError`.
        """
        queue = self._whole(corpus)
        if not len(queue):
            raise InvalidQueryError(f"no sample is in the queue {self.format()[:60]}; widen its conditions")
        if not self.team:
            return queue
        if reviewer not in self.team:
            raise InvalidQueryError(
                f"{reviewer or 'nobody'} is not in this queue's team: {', '.join(self.team)}"
            )
        return queue.only(
            assignment.assign(queue.ids, self.team, each=self.each, share=self.share, seed=self.seed)[
                reviewer
            ]
        )

    def _whole(self, corpus: Corpus) -> Queue:
        text = self.format()
        if self.kind == "ids":
            for sample_id in self.ids:
                corpus.cell(sample_id)
            ids = tuple(dict.fromkeys(self.ids))[: self.n]
            if len(text) > MAX_KEPT:
                text = f"ids:n={len(ids)},list={hashlib.sha256('.'.join(ids).encode()).hexdigest()[:12]}"
            return Queue(text, ids)
        mask = self.mask(corpus)
        if self.kind == "random":
            drawn = self.draw(corpus)
            return Queue(text, drawn.ids, drawn.strata, drawn.probabilities)
        if self.kind in MEASURED and self.kind not in corpus.filter_table.offers:
            raise InvalidQueryError(
                f"no {MEASURED[self.kind]} known of this corpus's samples; compute it with: {HOW_TO_KNOW}"
            )
        return Queue(text, _ordered(corpus, mask, self.seed, self.kind, self.opinion)[: self.n])

    @property
    def strata_of(self) -> int | Grouping:
        """What a random draw's strata are made of: a grouping, a level, or 0. Raises `InvalidQueryError`."""
        return groupings.find(self.grouping) if self.grouping else self.by

    def draw(self, corpus: Corpus, *, least: int = sampling.LEAST) -> Draw:
        """A random queue's draw from a corpus as it is now (`draws.open_draw` keeps it).

        At least `least` samples of each stratum; 0 draws as the explorer did before it kept draws. Raises `InvalidQueryError`.
        """
        of = sampling.strata(corpus, self.strata_of, corpus.samples.index[self.mask(corpus)])
        rates = sampling.error_rates(corpus, of) if self.alloc == "neyman" else None
        return sampling.draw(
            of,
            self.n or DEFAULT_DRAW,
            self.alloc,
            seed=self.seed,
            minimum=self.minimum,
            error_rates=rates,
            least=least,
            by=self.strata_of,
        )

    def mask(self, corpus: Corpus) -> np.ndarray:
        """Which samples of a corpus the queue is made from, bool `(n,)`: labelled, and within its conditions."""
        filters, problems = Filters.parse(self.filter)
        if problems:
            raise InvalidQueryError(" ".join(problems))
        table = corpus.filter_table
        mask = filters.mask(table)
        if self.classes:
            mask = mask & Filters(largest=self.classes).mask(table)
        if self.area:
            samples = corpus.samples
            mask = mask & Area.parse(self.area).mask(samples["x"].to_numpy(), samples["y"].to_numpy())
        return np.asarray(mask & (table.largest(3) > 0))


@dataclass(frozen=True)
class Queue:
    """Samples in the order in which they are reviewed; the same for everyone who has its text.

    `strata` and `probabilities` (of being drawn) are there for a random draw. Positions count from 0.
    """

    text: str
    ids: tuple[str, ...]
    strata: tuple[int, ...] = field(default=(), repr=False)
    probabilities: tuple[float, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, ids: Iterable[str], corpus: Corpus) -> Queue:
        """The queue of these samples. Raises `UnknownSampleError`, `InvalidSampleIdError`."""
        spec = QueueSpec("ids", ids=tuple(ids))
        return spec.build(corpus)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {sample_id: place for place, sample_id in enumerate(self.ids)}

    def position(self, sample_id: str) -> int | None:
        """Where a sample is in the queue; None where it is not."""
        return self._places.get(sample_id)

    def drawn(self, sample_id: str) -> tuple[str, float | None]:
        """Stratum (text) and probability of a sample, as a verdict keeps them; empty and None where not drawn."""
        place = self.position(sample_id)
        if place is None or not self.strata:
            return "", None
        return str(self.strata[place]), self.probabilities[place]

    def following(self, sample_id: str | None, done: Collection[str] = (), count: int = 1) -> list[str]:
        """The next samples after one (or from the start) that are not in `done`: to go to, and to fetch ahead.

        After the end it begins anew, with those that were skipped; the sample itself never follows.
        """
        place = -1 if sample_id is None else self._places.get(sample_id, -1)
        found: list[str] = []
        for step in range(1, len(self.ids) + 1):
            candidate = self.ids[(place + step) % len(self.ids)]
            if candidate not in done and candidate != sample_id:
                found.append(candidate)
                if len(found) == count:
                    break
        return found

    def beside(self, sample_id: str | None, step: int) -> str | None:
        """The sample so many places on (or back), reviewed or not; None beyond the ends."""
        place = None if sample_id is None else self.position(sample_id)
        if place is None:
            return self.ids[0] if self.ids else None
        return self.ids[place + step] if 0 <= place + step < len(self.ids) else None

    def only(self, ids: Collection[str]) -> Queue:
        """The same queue less other samples, in its order."""
        wanted = set(ids)
        kept = [place for place, sample_id in enumerate(self.ids) if sample_id in wanted]
        if self.strata:
            return replace(
                self,
                ids=tuple(self.ids[i] for i in kept),
                strata=tuple(self.strata[i] for i in kept),
                probabilities=tuple(self.probabilities[i] for i in kept),
            )
        return replace(self, ids=tuple(self.ids[i] for i in kept))


def build(text: str, corpus: Corpus, reviewer: str = "") -> Queue:
    """The queue that a text means. Raises `InvalidQueryError`, `UnknownSampleError` and their kin.

    >>> drawn = build("random:n=60,seed=3,by=1", corpus)
    >>> len(drawn.ids), drawn.text
    (60, 'random:n=60,seed=3')
    """
    return QueueSpec.parse(text).build(corpus, reviewer)


def _ordered(corpus: Corpus, mask: np.ndarray, seed: int, kind: str, opinion: str) -> tuple[str, ...]:
    """Ids of a mask, the most suspect (most probably changed, farthest from an opinion) first.

    Those not measured come at random behind, or are left out if it is asked for.
    """
    rows = np.flatnonzero(mask)
    names = np.asarray(corpus.samples.index[rows], str)
    measure = kind if kind in MEASURED else "suspicion"
    found = np.full(len(rows), np.nan, np.float32)
    if opinion:
        found = corpus.filter_table.opinions.disagreement(opinion)[rows]
    elif measure in corpus.filter_table.offers:
        found = getattr(corpus.filter_table, measure)[rows]
    if kind in MEASURED or opinion:
        rows = np.flatnonzero(np.isfinite(found))
        names, found = names[rows], found[rows]
    order = np.argsort(names)
    chance = np.empty(len(names))
    chance[order] = np.random.default_rng(seed).random(len(names))
    ranked = pd.DataFrame({"id": names, "measure": found, "chance": chance})
    ranked = ranked.sort_values(["measure", "chance"], ascending=[False, True], na_position="last")
    return tuple(ranked["id"].tolist())


def _write(value: Any) -> str:
    if isinstance(value, tuple):
        return "+".join(quote(str(one), safe="") for one in value)
    return f"{value:g}" if isinstance(value, float) else quote(str(value), safe="")


def _names(text: str) -> tuple[str, ...]:
    return tuple(unquote(name) for name in text.split("+") if name)


def _codes(text: str) -> tuple[int, ...]:
    for one in text.split("+"):
        if not one.isdecimal():
            raise UnknownClassError(one[:40])
    return tuple(dict.fromkeys(int(one) for one in text.split("+")))


_READ: dict[str, Any] = {
    "n": int, "seed": int, "alloc": str, "by": int, "grouping": unquote, "minimum": int, "filter": unquote, "area": unquote,
    "team": _names, "each": int, "share": float, "classes": _codes,
    "ids": lambda text: tuple(name for name in text.split(".") if name), "opinion": unquote,
}  # fmt: skip
