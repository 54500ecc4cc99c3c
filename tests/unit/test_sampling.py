"""Draws are random, fair and repeatable; queues are short texts that lead through the same samples again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.errors import InvalidQueryError, UnknownClassError, UnknownSampleError
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.review import assignment, queue, sampling
from explorer.review.queue import Queue, QueueSpec

SIZES = {1: 20, 2: 15, 3: 320, 4: 645}


@pytest.fixture(scope="module")
def demo() -> Iterator[Corpus]:
    corpus = open_demo(count=5_000)
    rng = np.random.default_rng(0)
    corpus.extras = pd.DataFrame({"suspicion": rng.random(4_000)}, index=corpus.samples.index[:4_000])
    yield corpus
    corpus.close()


@pytest.mark.parametrize(
    ("n", "how", "minimum", "expected"),
    [
        (100, "proportional", 0, {1: 2, 2: 2, 3: 32, 4: 64}),
        (100, "equal", 0, {1: 20, 2: 15, 3: 33, 4: 32}),
        (40, "equal", 0, {1: 10, 2: 10, 3: 10, 4: 10}),
        (100, "proportional", 10, {1: 10, 2: 10, 3: 27, 4: 53}),
        (5000, "proportional", 0, SIZES),
        (1, "proportional", 0, {1: 0, 2: 0, 3: 0, 4: 1}),
    ],
)
def test_allocations(n: int, how: str, minimum: int, expected: dict[int, int]) -> None:
    found = sampling.allocate(SIZES, n, how, minimum=minimum)
    assert sum(found.values()) == min(n, 1000)
    assert all(abs(found[s] - expected[s]) <= 1 for s in SIZES), found


def test_neyman_allocation_of_olofsson() -> None:
    # Olofsson et al. (2014), table 6: 641 samples, user's accuracies of 0.70, 0.60, 0.90, 0.95.
    sizes = {1: 200_000, 2: 150_000, 3: 3_200_000, 4: 6_450_000}
    found = sampling.allocate(sizes, 641, "neyman", error_rates={1: 0.3, 2: 0.4, 3: 0.1, 4: 0.05})
    spread = {s: sizes[s] * (e * (1 - e)) ** 0.5 for s, e in ((1, 0.3), (2, 0.4), (3, 0.1), (4, 0.05))}
    assert all(abs(found[s] - 641 * spread[s] / sum(spread.values())) < 1 for s in sizes)
    assert sum(found.values()) == 641
    # What is not known counts as 0.5, so that all strata alike are proportional.
    assert sampling.allocate(SIZES, 100, "neyman") == sampling.allocate(SIZES, 100)
    assert sampling.allocate(SIZES, 400, "neyman", error_rates=dict.fromkeys(SIZES, 0.0))[1] > 0


@pytest.mark.parametrize(
    ("n", "how", "minimum"), [(0, "equal", 0), (10, "optimal", 0), (10, "equal", 5), (10, "equal", -1)]
)
def test_allocations_that_cannot_be(n: int, how: str, minimum: int) -> None:
    with pytest.raises(InvalidQueryError):
        sampling.allocate(SIZES, n, how, minimum=minimum)


@settings(max_examples=200)
@given(
    sizes=st.dictionaries(st.integers(1, 523), st.integers(1, 10**6), min_size=1, max_size=44),
    n=st.integers(1, 10**7),
    how=st.sampled_from(sampling.ALLOCATIONS),
    rates=st.lists(st.floats(0, 1) | st.just(float("nan")), min_size=44, max_size=44),
    minimum=st.integers(0, 5),
)
def test_every_sample_asked_for_is_allocated_and_none_that_is_not_there(
    sizes: dict[int, int], n: int, how: str, rates: list[float], minimum: int
) -> None:
    n = max(n, minimum * len(sizes))
    error_rates = dict(zip(sizes, rates, strict=False))
    found = sampling.allocate(sizes, n, how, minimum=minimum, error_rates=error_rates)
    assert sum(found.values()) == min(n, sum(sizes.values()))
    assert all(min(minimum, sizes[one]) <= count <= sizes[one] for one, count in found.items())


@pytest.mark.parametrize("sizes", [{}, {211: 0, 311: 0}])
def test_a_draw_from_nothing_says_that_nothing_is_left(sizes: dict[int, int]) -> None:
    with pytest.raises(InvalidQueryError, match="no sample with a label is left"):
        sampling.allocate(sizes, 10)


def test_a_negative_seed_is_named() -> None:
    with pytest.raises(InvalidQueryError, match="a seed is 0 or more, not -1"):
        sampling.draw(pd.Series([1, 1], index=["a", "b"]), 1, seed=-1)


def test_the_same_seed_draws_the_same_whatever_the_order() -> None:
    of = pd.Series(np.repeat([1, 2], [60, 40]), index=[f"s{i:03d}" for i in range(100)])
    found = sampling.draw(of, 20, seed=5)
    assert found == sampling.draw(of.sample(frac=1, random_state=1), 20, seed=5)
    assert found.ids != sampling.draw(of, 20, seed=6).ids
    assert set(found.ids) <= set(sampling.draw(of, 50, seed=5).ids)
    assert len(set(found.ids)) == 20
    assert Counter(found.strata) == {1: 12, 2: 8}
    assert set(found.probabilities) == {0.2}
    assert all(of[i] == s for i, s in zip(found.ids, found.strata, strict=True))
    assert Counter(found.strata[:10]) == {1: 6, 2: 4}  # a review that stops half-way is in proportion too


def test_every_sample_is_as_likely_as_it_says() -> None:
    of = pd.Series([1] * 10 + [2] * 30, index=[f"s{i:02d}" for i in range(40)])
    drawn: Counter[str] = Counter()
    for seed in range(600):
        drawn.update(sampling.draw(of, 16, "equal", seed=seed).ids)
    shares = np.array([drawn[name] / 600 for name in of.index])
    assert shares[:10] == pytest.approx(np.full(10, 0.8), abs=0.07)
    assert shares[10:] == pytest.approx(np.full(30, 8 / 30), abs=0.08)


def test_strata_are_the_classes_of_the_labels(demo: Corpus) -> None:
    of = sampling.strata(demo, 2)
    assert of.loc[demo.samples.index[7]] == demo.filter_table.largest(2)[7]
    assert (of > 0).all()
    assert set(sampling.strata(demo, 0)) == {0}
    with pytest.raises(InvalidQueryError):
        sampling.strata(demo, 4)


@pytest.mark.parametrize(
    "text",
    [
        "suspicion", "suspicion:n=10", "disagreement:made-up-good", "disagreement:made-up-confused,n=10,filter=pair%3Amade-up-confused%3A231%3A211", "class:211", "class:211+31,n=5", "random", "random:n=50,seed=3,alloc=neyman",
        "random:n=120,seed=3,alloc=equal,by=3,minimum=1", "map:filter=largest%3A2%3Bpurity%3A0.5-1",
        "map:n=20,area=3.1%2C40.2%3B14.5%2C51.3", "random:n=30,team=Anna+Ben%2C%20B.,each=2,share=0.5",
    ],
)  # fmt: skip
def test_a_queue_is_its_text(demo: Corpus, text: str) -> None:
    spec = QueueSpec.parse(text)
    assert QueueSpec.parse(spec.format()) == spec
    made = queue.build(text, demo, "Anna")
    assert made == queue.build(made.text, demo, "Anna")
    assert len(made) > 0
    assert len(set(made.ids)) == len(made)


def test_queues_hold_what_they_say(demo: Corpus) -> None:
    suspicion = demo.extras["suspicion"]
    suspects = queue.build("suspicion:n=50", demo)
    values = [suspicion[i] for i in suspects.ids]
    assert values == sorted(values, reverse=True)
    assert values[0] == suspicion.max()
    fields = queue.build("class:211", demo)
    assert set(demo.samples.loc[list(fields.ids), "clc"]) == {211}
    known = [i in suspicion.index for i in fields.ids]
    assert known == sorted(known, reverse=True)  # what is not known comes last
    drawn = queue.build("random:n=40,classes=2,by=1", demo)
    assert set(drawn.strata) == {2}
    assert drawn.drawn(drawn.ids[0]) == ("2", drawn.probabilities[0])
    assert suspects.drawn(suspects.ids[0]) == ("", None)
    given = Queue.of(list(demo.samples.index[[5, 3, 5]]), demo)
    assert list(given.ids) == list(demo.samples.index[[5, 3]])


def test_a_long_list_keeps_a_short_text(demo: Corpus) -> None:
    made = Queue.of(demo.samples.index[:2000], demo)
    assert len(made) == 2000
    assert len(made.text) < 100
    with pytest.raises(InvalidQueryError):
        queue.build(made.text, demo)


@pytest.mark.parametrize(
    "text",
    [
        "", "best", "class", "random:n=0", "random:n=many", "random:seed=-1", "random:alloc=best", "random:by=4",
        "random:size=3", "map:filter=largest:999", "map:area=1", "random:share=2,team=a+b", "random:team=a+a",
        "x" * 5000, "random:n=3,by=1,minimum=50", "map:area=-30%2C30%3B-29%2C31",
    ],
)  # fmt: skip
def test_texts_that_are_no_queue(demo: Corpus, text: str) -> None:
    with pytest.raises(InvalidQueryError):
        queue.build(text, demo)


def test_unknown_classes_and_samples_are_named(demo: Corpus) -> None:
    for code in ("999", "0", "21x"):  # 0 is no class: it stands for no label
        with pytest.raises(UnknownClassError, match=f"no class '?{code}"):
            queue.build(f"class:{code}", demo)
    with pytest.raises(UnknownSampleError, match="33N_15E-200N_01_09"):
        queue.build("ids:33N_15E-200N_01_09", demo)


def test_the_way_through_a_queue() -> None:
    walk = Queue("ids", tuple("abcde"))
    assert walk.following(None) == ["a"]
    assert walk.following("b", count=2) == ["c", "d"]
    assert walk.following("b", done={"c", "e"}, count=9) == ["d", "a"]  # what was skipped comes round again
    assert walk.following("e") == ["a"]
    assert walk.following("a", done=set("bcde")) == []
    assert walk.following("a", done=set("abcde")) == []
    assert (walk.beside("c", -1), walk.beside("c", 1)) == ("b", "d")
    assert (walk.beside("a", -1), walk.beside("e", 1)) == (None, None)
    assert walk.position("d") == 3
    # A sample that is in another queue: the way begins at the beginning.
    assert (walk.beside("elsewhere", 1), walk.beside(None, -1)) == ("a", "a")
    assert Queue("ids", ()).beside(None, 1) is None


def test_a_team_shares_suspects_too(demo: Corpus) -> None:
    whole = queue.build("suspicion:n=31", demo)
    parts = [queue.build("suspicion:n=31,team=Anna+Ben", demo, name) for name in ("Anna", "Ben")]
    assert sorted(parts[0].ids + parts[1].ids) == sorted(whole.ids)
    for part in parts:
        assert list(part.ids) == [one for one in whole.ids if one in part.ids]  # the most suspect first
        assert part.drawn(part.ids[0]) == ("", None)


def test_without_scores_suspects_are_refused_and_a_class_comes_by_lot() -> None:
    corpus = open_demo(count=400)
    with pytest.raises(InvalidQueryError, match="explorer score CORPUS"):
        queue.build("suspicion", corpus)
    first, again, other = (queue.build(f"class:2,seed={seed}", corpus).ids for seed in (1, 1, 2))
    assert first == again != other
    assert sorted(first) == sorted(other)
    corpus.close()


def test_a_team_shares_the_work(demo: Corpus) -> None:
    ids = [f"s{i}" for i in range(200)]
    team = ("Anna", "Ben", "Cara", "Dora")
    given = assignment.assign(ids, team, each=2, share=0.3, seed=4)
    times = Counter(i for mine in given.values() for i in mine)
    assert set(times) == set(ids)
    assert Counter(times.values()) == {2: 60, 1: 140}
    loads = sorted(len(mine) for mine in given.values())
    assert loads[-1] - loads[0] <= 1
    together = [len(set(given[a]) & set(given[b])) for i, a in enumerate(team) for b in team[i + 1 :]]
    assert max(together) - min(together) <= 8
    assert given == assignment.assign(ids, team, each=2, share=0.3, seed=4)
    assert given != assignment.assign(ids, team, each=2, share=0.3, seed=5)
    for mine in given.values():
        places = [ids.index(i) for i in mine]
        assert all(a < b for a, b in pairwise(places))
    text = "random:n=60,team=Anna+Ben,each=2,share=0.5"
    parts = [set(queue.build(text, demo, name).ids) for name in ("Anna", "Ben")]
    assert len(parts[0] & parts[1]) == 30
    assert len(parts[0] | parts[1]) == 60
    with pytest.raises(InvalidQueryError, match="Eve"):
        queue.build(text, demo, "Eve")


@pytest.mark.parametrize(
    ("team", "each", "share"), [((), 1, 1), (("a", "a"), 1, 1), (("a",), 2, 1), (("a",), 1, 2)]
)
def test_teams_that_cannot_be(team: tuple[str, ...], each: int, share: float) -> None:
    with pytest.raises(InvalidQueryError):
        assignment.assign(["s"], team, each=each, share=share)
