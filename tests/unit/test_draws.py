"""A draw is kept as it was made; estimates rest on its leading part that was judged in it, and old databases are brought up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from explorer.cli import app
from explorer.core.errors import InvalidQueryError, RecordsError, RecordsReadOnlyError
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.review import accuracy, draws, forecast, groupings, planning, queue, report, sampling, schema
from explorer.review.queue import QueueSpec
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from explorer.views.review import review_plan
from tests import corpora


@pytest.fixture
def demo() -> Iterator[Corpus]:
    corpus = open_demo(count=3_000)
    yield corpus
    corpus.close()


@pytest.fixture
def kept(demo: Corpus, tmp_path: Path) -> Iterator[Records]:
    with Records.open(demo, tmp_path / "verdicts.sqlite") as records:
        yield records


def judge(
    records: Records, ids: Any, text: str, *, wrong: Any = (), reviewer: str = "Anna", **given: Any
) -> None:
    todo = draws.queue(records, QueueSpec.parse(text), reviewer)
    said = []
    for sample_id in ids:
        stratum, probability = todo.drawn(sample_id)
        own = {"queue": todo.text, "stratum": stratum, "probability": probability} | given
        said.append(Verdict(sample_id, reviewer, "wrong" if sample_id in wrong else "correct", **own))
    records.add_many(said)


def with_scores(corpus: Corpus, seed: int) -> None:
    values = np.random.default_rng(seed).random(len(corpus.samples))
    corpus.extras = pd.DataFrame({"suspicion": values}, index=corpus.samples.index)


def test_a_draw_stays_though_scores_and_states_change(demo: Corpus, kept: Records) -> None:
    with_scores(demo, 1)
    text = "random:n=120,seed=3,alloc=neyman,filter=suspicion%3A0-0.8"
    spec = QueueSpec.parse(text)
    first = draws.open_draw(kept, spec, "Anna")
    assert (first.is_stored, first.reviewer, first.labels_version) == (True, "Anna", kept.version)
    assert first.scores_version
    assert first.spec == spec
    with_scores(demo, 2)
    assert spec.build(demo).ids != first.draw.ids  # made anew it would be another one
    again = draws.open_draw(kept, spec, "Ben")
    assert again == first
    assert draws.queue(kept, spec).ids == first.draw.ids
    assert draws.every(kept) == [first]
    judge(kept, first.draw.ids, text)
    found = accuracy.from_records(demo, kept)
    assert found.n == 120
    assert any("Scores have changed since the draw was made" in note for note in found.notes)
    assert found.strata is not None
    assert found.strata["size"].sum() == first.population
    assert found.total_area == 36 * first.population


def test_labels_that_change_are_said(demo: Corpus, kept: Records) -> None:
    drawn = draws.open_draw(kept, QueueSpec("random", 40))
    judge(kept, drawn.draw.ids, drawn.text)
    kept.__dict__["version"] = "another"
    found = accuracy.from_records(demo, kept)
    assert any("labels of version" in note and "another now" in note for note in found.notes)


def test_a_verdict_keeps_the_draw_that_it_is_of(demo: Corpus, kept: Records) -> None:
    with_scores(demo, 1)
    todo = queue.build("random:n=50,alloc=neyman", demo)
    judged = todo.ids[:30]
    for sample_id in judged:
        stratum, probability = todo.drawn(sample_id)
        kept.add(
            Verdict(sample_id, "Anna", "correct", queue=todo.text, stratum=stratum, probability=probability)
        )
    found = draws.find(kept, todo.text)
    assert found is not None
    assert found.draw.ids == todo.ids
    with_scores(demo, 5)
    assert accuracy.from_records(demo, kept).n == len(draws.leading(found, set(judged)))
    # What cannot be made again as the verdict says is not kept: it may be of another corpus.
    kept.add(Verdict(todo.ids[0], "Anna", "correct", queue="random:n=51", stratum="1", probability=0.5))
    assert draws.find(kept, "random:n=51") is None


def test_suspects_that_were_judged_first_are_not_drawn(demo: Corpus, kept: Records) -> None:
    wrong = set(map(str, demo.store.truth().index))
    text = "random:n=200,seed=2"
    drawn = draws.open_draw(kept, QueueSpec.parse(text))
    kept.add_many(
        Verdict(one, "Anna", "wrong", suggested=512, queue="suspicion:n=250") for one in sorted(wrong)[:250]
    )
    with pytest.raises(InvalidQueryError, match="no verdict is of a random draw"):
        accuracy.from_records(demo, kept)
    first = drawn.draw.ids[:80]
    judge(kept, first, text)
    found = accuracy.from_records(demo, kept)
    assert found.n == 80
    assert (
        found.overall == 1
    )  # all 80 were said to be correct in the draw, whatever was said of them as suspects
    assert draws.done(kept, text, "Anna") == set(first)
    assert draws.done(kept, text, "Ben") == set()


def test_only_the_leading_part_counts(demo: Corpus, kept: Records) -> None:
    text = "random:n=200,seed=2"
    drawn = draws.open_draw(kept, QueueSpec.parse(text))
    skipped = {drawn.draw.ids[10], drawn.draw.ids[11]}
    judge(kept, [one for one in drawn.draw.ids[:100] if one not in skipped], text)
    found = accuracy.from_records(demo, kept)
    stop = {drawn.draw.strata[drawn.draw.ids.index(one)] for one in skipped}
    expected = [
        i for i in range(100)
        if i < 10 or (drawn.draw.strata[i] not in stop)
        or (drawn.draw.ids[i] not in skipped and not any(
            drawn.draw.strata[j] == drawn.draw.strata[i] for j in (10, 11) if j < i))
    ]  # fmt: skip
    assert found.n == len(expected)
    assert found.n < 98
    assert any(
        f"{98 - found.n} samples further on in the draw are judged, and not counted" in note
        for note in found.notes
    )


def test_a_leading_part_is_a_random_draw(demo: Corpus) -> None:
    # Who judges suspects first, and of a draw only those: of the leading part the interval holds the truth, as often as it says.
    wrong = set(map(str, demo.store.truth().index))
    truth, held, runs = 1 - len(wrong) / len(demo.samples), 0, 60
    of = sampling.strata(demo, 1)
    rng = np.random.default_rng(0)
    for seed in range(runs):
        drawn = sampling.draw(of, 200, seed=seed, least=2)
        judged = set(drawn.ids[:60]) | {one for one in drawn.ids if one in wrong and rng.random() < 0.9}
        lead = sampling.leading(drawn.ids, drawn.strata, judged)
        assert len(lead) >= 60 - 5
        right = np.array([one not in wrong for one in lead])
        low, high = accuracy.intervals.wilson(float(right.mean()), len(right))
        held += low <= truth <= high
    assert held / runs > 0.85


def test_draws_of_the_page_have_an_answer_when_finished(demo: Corpus, tmp_path: Path) -> None:
    for number, text in enumerate(
        (
            "random:n=200,by=3",
            "random:n=500,by=3",
            "random:n=200,by=3,alloc=equal",
            "random:n=50,by=3",
            "random:n=200,by=0",
        )
    ):
        with Records.open(demo, tmp_path / f"{number}.sqlite") as kept:
            drawn = draws.open_draw(kept, QueueSpec.parse(text))
            assert all(count >= min(2, drawn.draw.sizes[one]) for one, count in drawn.draw.counts.items()), (
                text
            )
            judge(kept, drawn.draw.ids, text, wrong=set(map(str, demo.store.truth().index)))
            for level in (1, 3):
                found = accuracy.from_records(demo, kept, level)
                assert found.n == len(drawn.draw)
                assert 0 < found.overall_low < found.overall_high <= 1
                assert np.isfinite([found.overall, found.overall_se, found.overall_ci]).all()
                assert found.overall_ci > 0
            if drawn.draw.collapsed:
                assert any("for the draw were put together" in note for note in found.notes)
    assert "stratified afterwards" in found.design


def test_unsure_and_disputed_samples_are_bounds(demo: Corpus, kept: Records) -> None:
    text = "random:n=100,seed=1"
    ids = draws.open_draw(kept, QueueSpec.parse(text)).draw.ids
    judge(kept, ids[:96], text)
    for sample_id in ids[96:98]:
        judge(kept, [sample_id], text)
        judge(kept, [sample_id], text, wrong=[sample_id], reviewer="Ben")
    todo = draws.queue(kept, QueueSpec.parse(text))
    for sample_id in ids[98:]:
        stratum, probability = todo.drawn(sample_id)
        kept.add(
            Verdict(sample_id, "Anna", "unsure", queue=todo.text, stratum=stratum, probability=probability)
        )
    found = accuracy.from_records(demo, kept)
    assert (found.n, found.undecided) == (96, {"disputed": 2, "unsure": 2})
    assert found.best == pytest.approx(1)
    assert found.worst == pytest.approx(0.96, abs=0.01)
    assert any("Left out: " in note and "2 unsure" in note for note in found.notes)


def test_a_larger_draw_goes_on_from_a_smaller_one(demo: Corpus, kept: Records) -> None:
    small = draws.open_draw(kept, QueueSpec("random", 100, seed=7))
    judge(kept, small.draw.ids, small.text, wrong=set(map(str, demo.store.truth().index)))
    found = accuracy.from_records(demo, kept)
    planned = planning.plan(found, 0.01)
    assert planned.allocation == "proportional"
    assert 0 < planned.more <= len(demo.samples) - 100
    further = planning.next_draw(planned, small.spec)
    assert further is not None
    large = draws.open_draw(kept, further)
    assert set(small.draw.ids) <= set(large.draw.ids)
    assert [one.text for one in draws.smaller_draws_of(kept, large.text)] == [small.text]
    assert draws.done(kept, large.text, "Anna") == set(small.draw.ids)
    assert accuracy.from_records(demo, kept, queue=large.text).n == 100
    # With another seed nothing of it counts.
    other = draws.open_draw(kept, QueueSpec("random", 500, seed=8))
    assert draws.smaller_draws_of(kept, other.text) == []
    assert planning.plan(found, 0.2).met
    everything = planning.plan(found, 0.0001)
    assert everything.need == len(demo.samples)
    assert (everything.classes["need"] <= found.strata["size"]).all()  # type: ignore[index]


def test_a_team_shares_a_kept_draw(demo: Corpus, kept: Records) -> None:
    text = "random:n=60,seed=5,team=Anna+Ben"
    parts = [draws.queue(kept, QueueSpec.parse(text), name) for name in ("Anna", "Ben")]
    assert len(draws.every(kept)) == 1
    for name, part in zip(("Anna", "Ben"), parts, strict=True):
        for sample_id in part.ids:
            stratum, probability = part.drawn(sample_id)
            kept.add(
                Verdict(sample_id, name, "correct", queue=text, stratum=stratum, probability=probability)
            )
    assert accuracy.from_records(demo, kept).n == 60
    with pytest.raises(InvalidQueryError, match="Eve"):
        draws.queue(kept, QueueSpec.parse(text), "Eve")


def test_an_estimate_of_blind_verdicts_alone(demo: Corpus, kept: Records) -> None:
    text = "random:n=100,seed=1"
    ids = draws.open_draw(kept, QueueSpec.parse(text)).draw.ids
    judge(kept, ids[:40], text, blind=True)
    judge(kept, ids[40:], text, blind=False)
    assert accuracy.from_records(demo, kept).n == 100
    found = accuracy.from_records(demo, kept, blind_only=True)
    assert found.n == 40
    assert any("while the label was hidden" in note for note in found.notes)


def test_a_draw_of_an_older_explorer_is_made_anew_and_said(demo: Corpus, kept: Records) -> None:
    spec = QueueSpec("random", 60, by=3)
    old = spec.draw(demo, least=0)  # nothing of thin strata
    assert min(old.counts.values()) == 0
    rows = [
        Verdict(one, "Anna", "correct", queue=spec.format(), stratum=str(stratum), probability=chance)
        for one, stratum, chance in zip(old.ids, old.strata, old.probabilities, strict=True)
    ]
    kept._draws.add(spec.format())  # as if they had come from elsewhere
    kept.add_many(rows)
    assert draws.find(kept, spec.format()) is None
    found = accuracy.from_records(demo, kept)
    assert found.n == 60
    assert any("was not kept" in note for note in found.notes)


def test_what_a_draw_can_tell_is_known_before(demo: Corpus) -> None:
    few = forecast.forecast(demo, QueueSpec("random", 200, by=3))
    assert not few.works
    assert few.strata["drawn"].ge(np.minimum(2, few.strata["size"])).all()
    assert few.strata["drawn"].sum() == few.n == 200
    enough = forecast.forecast(demo, QueueSpec("random", 1000, by=1))
    assert enough.works
    assert enough.half_width < few.half_width
    assert "± " in enough.sentence
    found = forecast.options(demo, QueueSpec("random", 200))
    assert [one.title for one in found[:4]] == ["No strata", "Level 1", "Level 2", "Level 3"]
    assert found[0].works
    assert found[1].enough is not None
    assert forecast.forecast(demo, QueueSpec("random", found[1].enough)).works
    assert forecast.advised(demo, QueueSpec("random", 1000)).by >= 1
    with pytest.raises(InvalidQueryError, match="no random draw"):
        forecast.forecast(demo, QueueSpec("suspicion"))
    code = CliRunner().invoke(app, ["review", "forecast", "demo", "random:n=200"])
    assert code.exit_code == 0, code.output
    assert "strata" in code.output


def test_the_expected_half_width_is_the_one_that_comes(demo: Corpus, kept: Records) -> None:
    spec = QueueSpec("random", 400, seed=1)
    told = forecast.forecast(demo, spec)
    ids = draws.open_draw(kept, spec).draw.ids
    judge(kept, ids, spec.format(), wrong=set(ids[::7]))  # 0.857 right, as is expected where nothing is known
    found = accuracy.from_records(demo, kept)
    assert found.overall_ci == pytest.approx(told.half_width, rel=0.1)


# -- databases of version 1 -----------------------------------------------------------------------------------


def old_database(path: Path, corpus: str, sample_id: str) -> None:
    """As the explorer made it before it knew of blind verdicts and kept draws."""
    with sqlite3.connect(path) as line:
        line.executescript(
            f"""
            CREATE TABLE explorer_about (name VARCHAR(40) NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name));
            CREATE TABLE explorer_verdicts (
                seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, id VARCHAR(64) NOT NULL, kind VARCHAR(16) NOT NULL, corpus TEXT NOT NULL,
                corpus_version VARCHAR(64) NOT NULL, app_version VARCHAR(64) NOT NULL, sample_id VARCHAR(64) NOT NULL,
                reviewer VARCHAR(80) NOT NULL, time VARCHAR(32) NOT NULL, judgement VARCHAR(16) NOT NULL, suggested SMALLINT,
                adjustments TEXT NOT NULL, confidence SMALLINT, comment TEXT NOT NULL, evidence TEXT NOT NULL, queue TEXT NOT NULL,
                stratum TEXT NOT NULL, probability FLOAT, supersedes VARCHAR(64), label TEXT NOT NULL, UNIQUE (id));
            CREATE UNIQUE INDEX explorer_verdicts_taken_back ON explorer_verdicts (supersedes);
            CREATE TRIGGER explorer_no_update BEFORE UPDATE ON explorer_verdicts BEGIN SELECT RAISE(ABORT, 'verdicts are only ever added'); END;
            CREATE TRIGGER explorer_no_delete BEFORE DELETE ON explorer_verdicts BEGIN SELECT RAISE(ABORT, 'verdicts are only ever added'); END;
            INSERT INTO explorer_about VALUES ('application', 'rapidai4eo-explorer verdicts'), ('version', '1');
            INSERT INTO explorer_verdicts VALUES (1, 'a', 'verdict', '{corpus}', 'v', '1.0', '{sample_id}', 'Anna',
                '2026-01-01T10:00:00.000000Z', 'wrong', 311, '', 4, 'old', '', 'suspicion', '', NULL, NULL, '{{"211": 1.0}}');
            """
        )
    line.close()


def test_an_old_database_is_brought_up_and_keeps_its_verdicts(tiny_corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    old_database(path, "mine", corpora.FULL)
    for _ in range(2):
        with Records.open(tiny_corpus, path, name="mine") as kept:
            (row,) = [one for one in kept.rows() if one.id == "a"]
            assert (row.comment, row.suggested, row.blind) == ("old", 311, None)
    with Records.open(tiny_corpus, path, name="mine") as kept:
        kept.add(Verdict(corpora.FULL, "Ben", "correct", blind=True))
        assert kept.current(reviewer="Ben")["blind"].tolist() == [True]
        assert draws.open_draw(kept, QueueSpec("random", 2)).is_stored
    with sqlite3.connect(path) as line:
        assert line.execute("SELECT value FROM explorer_about WHERE name = 'version'").fetchone() == (
            str(schema.VERSION),
        )
        for table in ("explorer_verdicts", "explorer_draws"):
            for statement in (f"UPDATE {table} SET id = 'x'", f"DELETE FROM {table}"):
                with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
                    line.execute(statement)
    line.close()


def test_an_old_database_that_cannot_be_written_says_so(tiny_corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    old_database(path, "mine", corpora.FULL)
    with pytest.raises(RecordsReadOnlyError, match="older explorer"):
        Records.open(tiny_corpus, f"sqlite:///file:{path}?mode=ro&uri=true", name="mine")


def test_a_grouping_that_leaves_classes_out_is_of_its_own_samples(demo: Corpus, kept: Records) -> None:
    # Of the agricultural samples few are pastures, of the forests and so on most are: sizes of whole strata would say other shares.
    few = groupings.made("few", {"Pastures": [231], "Rest": [3]})
    group = few.of_corpus(demo)
    wrong = set(demo.samples.index[group == 1])
    truth = float((group == 2).sum() / (group > 0).sum())
    found = []
    for seed in range(4):
        drawn = draws.open_draw(kept, QueueSpec.parse(f"random:n=300,seed={seed}"))
        judge(kept, drawn.draw.ids, drawn.text, wrong=wrong)
        found.append(accuracy.from_records(demo, kept, queue=drawn.text, grouping=few))
    assert np.mean([one.overall for one in found]) == pytest.approx(truth, abs=0.02)
    assert any("have a class in the grouping few" in note for note in found[0].notes)


def test_a_class_that_may_be_elsewhere_is_not_known_for_certain(demo: Corpus, kept: Records) -> None:
    text = "random:n=400,alloc=equal"
    drawn = draws.open_draw(kept, QueueSpec.parse(text))
    judge(kept, drawn.draw.ids, text)
    found = accuracy.from_records(demo, kept)
    whole = [code for code, count in drawn.draw.counts.items() if count == drawn.draw.sizes[code]]
    assert 0 < len(whole) < 5
    for code in whole:
        i = found.classes.index(code)
        assert found.users_low[i] == found.users_high[i] == 1  # all of the map's class was judged
        # More of it may be under labels of which not all was judged.
        assert found.producers_low[i] < found.producers[i] == found.producers_high[i] == 1
        assert found.producers_ci[i] > 0


def test_suspects_that_were_decided_are_not_drawn(demo: Corpus, kept: Records) -> None:
    text = "random:n=100,seed=3"
    ids = draws.open_draw(kept, QueueSpec.parse(text)).draw.ids
    for sample_id in ids[:12]:
        kept.add(Verdict(sample_id, "Anna", "wrong", queue="suspicion"))
        kept.add(Verdict(sample_id, "Ben", "correct", queue="suspicion"))
        kept.add(Verdict(sample_id, "Cleo", "wrong", kind="adjudication"))
    judge(kept, ids[:2], text)
    judge(kept, ids[1:2], text, wrong=ids[1:2], reviewer="Ben")
    found = accuracy.from_records(demo, kept)
    assert found.n == 2
    assert (
        found.confusion.trace() == 0
    )  # what was decided counts where it was judged in the draw, and only there
    told = review_plan.closing(kept, QueueSpec.parse(text), draws.queue(kept, QueueSpec.parse(text)), "Anna")
    assert told["found"][0] == "2 of 100 samples are judged: 2 wrong."
    assert told["left"][0] == "98 samples have no verdict of yours."


def test_where_everything_is_drawn_no_larger_draw_is_offered(demo: Corpus, kept: Records) -> None:
    text = "random:n=500,classes=511+512"
    drawn = draws.open_draw(kept, QueueSpec.parse(text))
    assert drawn.population == len(drawn.draw) < 100  # of these classes alone
    judge(kept, drawn.draw.ids[:-5], text)
    todo = draws.queue(kept, QueueSpec.parse(text))
    for sample_id in drawn.draw.ids[-5:]:
        stratum, probability = todo.drawn(sample_id)
        kept.add(Verdict(sample_id, "Anna", "unsure", queue=text, stratum=stratum, probability=probability))
    planned = planning.plan(accuracy.from_records(demo, kept), 0.001)
    assert planned.more == 5
    assert planning.next_draw(planned, drawn.spec) is None
    assert review_plan.closing(kept, drawn.spec, todo, "Anna")["next"] == []


@pytest.mark.parametrize("alloc", ["proportional", "equal", "neyman"])
@pytest.mark.parametrize("by", [1, 2, 3])
def test_every_larger_draw_goes_on_from_a_smaller_one(demo: Corpus, by: int, alloc: str) -> None:
    # Also where strata were put together in the smaller one, and where rounding takes a sample from a stratum.
    of = sampling.strata(demo, by)
    for first in (50, 100):
        small = sampling.draw(of, first, alloc, seed=1, least=2, by=by)
        for n in (first + 1, first + 7, first + 23, 2 * first, 5 * first):
            large = sampling.draw(of, n, alloc, seed=1, least=2, by=by)
            assert draws._begins(small, large), n
            assert len(set(small.ids) & set(large.ids)) >= 0.9 * first
    other = sampling.draw(of, 200, alloc, seed=2, least=2, by=by)
    assert not draws._begins(small, other)


@pytest.mark.nightly
def test_strata_put_together_are_drawn_from_alike(demo: Corpus) -> None:
    of, hits = sampling.strata(demo, 3), {}
    for seed in range(300):
        found = sampling.draw(of, 20, seed=seed, least=2)
        for sample_id, chance in zip(found.ids, found.probabilities, strict=True):
            part = (int(of[sample_id]), found.collapsed.get(int(of[sample_id]), int(of[sample_id])))
            hits[part] = hits.get(part, 0.0) + 1 / chance / 300
    sizes = of.value_counts()
    for (part, _into), count in hits.items():
        if sizes[part] > 100:
            assert count == pytest.approx(sizes[part], rel=0.25)


def test_the_report_is_of_the_draw_that_went_on(demo: Corpus, kept: Records) -> None:
    small = draws.open_draw(kept, QueueSpec.parse("random:n=60,by=3"))
    assert small.draw.collapsed
    judge(kept, small.draw.ids, small.text)
    large = draws.open_draw(kept, QueueSpec.parse("random:n=100,by=3"))
    assert accuracy.from_records(demo, kept).n == 60  # nothing was judged in the larger one yet
    judge(kept, [one for one in large.draw.ids if one not in small.draw.ids], large.text)
    assert accuracy.from_records(demo, kept).n == 100
    assert "random:n=100,by=3" in report.html(demo, kept)


def test_a_class_that_came_with_other_labels_has_its_share(
    demo: Corpus, kept: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "random:n=300,by=0"
    drawn = draws.open_draw(kept, QueueSpec.parse(text))
    judge(kept, drawn.draw.ids, text)
    before = {name: dict(counted) for name, counted in (drawn.classes or {}).items()}
    before["level 1"][2] += before["level 1"].pop(5)  # no water by the labels of that day
    old = replace(drawn, classes=before)
    monkeypatch.setattr(draws, "of_verdicts", lambda *_: old)
    found = accuracy.from_records(demo, kept)
    assert (found.n, found.overall) == (300, 1)
    assert found.weights[found.classes.index(5)] > 0


def test_suspects_that_were_seen_are_not_passed_over_among_blind_verdicts(
    demo: Corpus, kept: Records
) -> None:
    # Who judged the suspects first has seen their labels: of the draw those are judged in sight, and most of them are wrong.
    text = "random:n=200,seed=2"
    drawn = draws.open_draw(kept, QueueSpec.parse(text))
    wrong = set(map(str, demo.store.truth().index)) & set(drawn.draw.ids)
    assert len(wrong) > 5
    judge(kept, [one for one in drawn.draw.ids if one not in wrong], text, blind=True)
    judge(kept, sorted(wrong), text, wrong=wrong, blind=False)
    found = accuracy.from_records(demo, kept, blind_only=True)
    assert found.n == 200 - len(wrong)
    assert found.undecided == {"judged in sight of the label": len(wrong)}
    assert found.worst <= accuracy.from_records(demo, kept).overall < found.best == pytest.approx(1)
    assert any(f"Left out: {len(wrong)} judged in sight" in note for note in found.notes)


def test_what_is_no_random_draw_is_not_kept_as_one(demo: Corpus, kept: Records) -> None:
    with pytest.raises(
        InvalidQueryError, match="class:211 is no random draw; name one, as random:n=200,seed=3"
    ):
        draws.open_draw(kept, QueueSpec("class", classes=(211,)))
    with pytest.raises(InvalidQueryError, match="suspicion is no random draw"):
        accuracy.from_records(demo, kept, queue="suspicion")
    assert draws.queue(kept, QueueSpec("class", classes=(211,))).ids  # it is reviewed all the same
    assert draws.every(kept) == []


def test_a_text_that_this_explorer_cannot_read_is_of_no_draw(kept: Records) -> None:
    # Of an explorer that knows more; and one too long for a verdict, of which a checksum stands for the text.
    assert draws.draw_text("random:n=20,weather=fair") == ""
    assert draws.draw_text("random:draw=0123456789abcdef") == "random:draw=0123456789abcdef"
    for text in ("random:n=20,weather=fair", "random:draw=0123456789abcdef", "random:n=20,grouping=theirs"):
        kept.add(
            Verdict(kept.corpus.samples.index[0], "Anna", "correct", queue=text, stratum="1", probability=0.5)
        )
    assert len(kept.history()) == 3  # the verdicts count, though the draws cannot be made again
    assert draws.every(kept) == []


def test_a_draw_by_a_grouping_that_is_not_known_here_counts_with_codes_in_place_of_names(
    demo: Corpus, kept: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groupings, "_registered", {})
    groupings.register(groupings.made("theirs", {"Built up": [1], "The rest": [2, 3, 4, 5]}))
    text = "random:n=80,grouping=theirs"
    drawn = draws.open_draw(kept, QueueSpec.parse(text))
    judge(kept, drawn.draw.ids, text, wrong=drawn.draw.ids[:8])
    here = accuracy.from_records(demo, kept)
    monkeypatch.setattr(groupings, "_registered", {})  # as in another process
    assert (drawn.by, drawn.titles) == (None, {})
    found = accuracy.from_records(demo, kept)
    assert (found.n, found.overall) == (80, here.overall)
    assert found.strata is not None
    assert here.strata is not None
    assert here.strata["title"].tolist() == ["Built up", "The rest"]
    assert found.strata["title"].tolist() == ["1", "2"]


@pytest.mark.parametrize(
    "spoilt",
    [
        "{",
        "[]",
        '{"ids": ["a"], "strata": [1]}',
        '{"ids": ["a", "a"], "strata": [1, 1], "sizes": {"1": 9}, "counts": {"1": 2}, "collapsed": {}, "classes": {}}',
        '{"ids": ["a"], "strata": [1, 1], "sizes": {"1": 9}, "counts": {"1": 2}, "collapsed": {}, "classes": {}}',
        '{"ids": ["a"], "strata": [1], "sizes": {"1": 0}, "counts": {"1": 1}, "collapsed": {}, "classes": {}}',
        '{"ids": ["a"], "strata": [1], "sizes": {"1": 9}, "counts": {"1": 1}, "collapsed": {}, "classes": []}',
    ],
    ids=["cut off", "a list", "parts missing", "an id twice", "more strata than ids", "an empty stratum", "no classes"],
)  # fmt: skip
def test_a_damaged_draw_is_named_and_not_made_anew(kept: Records, spoilt: str) -> None:
    # Made anew it could be another one than the verdicts are of.
    spec = QueueSpec("random", 20)
    drawn = draws.open_draw(kept, spec)
    with sqlite3.connect(kept.where) as line:
        guards = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'explorer_draws'"
        for (name,) in line.execute(guards).fetchall():
            line.execute(f"DROP TRIGGER {name}")
        line.execute("UPDATE explorer_draws SET content = ?", (spoilt,))
    line.close()
    for call in (lambda: draws.open_draw(kept, spec), lambda: draws.every(kept)):
        with pytest.raises(RecordsError, match=rf"verdicts\.sqlite: the draw {drawn.text} is damaged"):
            call()


def test_scores_narrow_what_a_draw_is_expected_to_tell(demo: Corpus) -> None:
    spec = QueueSpec("random", 400)
    before = forecast.forecast(demo, spec)
    assert "No scores are known: an accuracy of" in " ".join(before.notes)
    demo.extras = pd.DataFrame({"suspicion": np.full(len(demo.samples), 0.02)}, index=demo.samples.index)
    after = forecast.forecast(demo, spec)
    assert not any("No scores" in note for note in after.notes)
    assert after.strata["expected"].round(2).eq(0.98).all()
    assert after.half_width < before.half_width


def test_no_draw_is_advised_that_gives_a_stratum_too_few(demo: Corpus) -> None:
    assert forecast.advised(demo, QueueSpec("random", 4, by=3)) == QueueSpec("random", 4, by=1)
    nothing = QueueSpec("random", 4, classes=(211,), filter="largest:311")
    with pytest.raises(InvalidQueryError, match="no sample with a label is left"):
        forecast.forecast(demo, nothing)
    assert forecast.options(demo, nothing) == []
