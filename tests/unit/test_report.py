"""The report holds the estimates, fetches nothing, and shows what people wrote as text; the commands lead to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from explorer.cli import app
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.review import accuracy, groupings, queue, report
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from tests import corpora

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def demo() -> Iterator[Corpus]:
    corpus = open_demo(count=3_000)
    yield corpus
    corpus.close()


@pytest.fixture
def reviewed(demo: Corpus, tmp_path: Path) -> Iterator[Records]:
    todo = queue.build("random:n=60,seed=2,by=1,minimum=4", demo)
    with Records.open(demo, tmp_path / "verdicts.sqlite") as records:
        for number, sample_id in enumerate(todo.ids):
            stratum, probability = todo.drawn(sample_id)
            given = {"queue": todo.text, "stratum": stratum, "probability": probability}
            wrong = number % 7 == 0
            said = Verdict(
                sample_id, "Anna", "wrong" if wrong else "correct", suggested=512 if wrong else None, **given
            )
            records.add(said)
            if number < 20:
                records.add(
                    Verdict(
                        sample_id,
                        EVIL,
                        "wrong" if number == 1 else said.judgement,
                        suggested=said.suggested,
                        **given,
                    )
                )
        yield records


class Fetches(HTMLParser):
    """Collects what a browser would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "data", "action") and not str(value).startswith("#"):
                self.found.append(f"{tag} {name}={value}")
            if name.startswith("on"):
                self.found.append(f"{tag} {name}")
        if tag in ("script", "iframe", "object", "embed", "link"):
            self.found.append(tag)


def fetched(text: str) -> list[str]:
    parser = Fetches()
    parser.feed(text)
    return parser.found


def test_the_report_says_what_was_estimated(demo: Corpus, reviewed: Records) -> None:
    found = accuracy.from_records(demo, reviewed)
    text = report.html(demo, reviewed)
    assert f"{100 * found.overall:.1f} ± {100 * found.overall_ci:.1f} %" in text
    for words in (
        "Krippendorff",
        "Olofsson",
        "Synthetic demo",
        "Water bodies",
        "confidence interval",
        "Davis, T.",
    ):
        assert words in text
    assert text.count("<svg") == 2
    assert "waits for a decision" in text


def test_the_report_says_its_draw_and_intervals(demo: Corpus, reviewed: Records, tmp_path: Path) -> None:
    found = accuracy.from_records(demo, reviewed)
    text = report.html(demo, reviewed)
    assert f"{100 * found.overall_low:.1f} to {100 * found.overall_high:.1f} %" in text
    assert "The draw <code>random:n=60,seed=2,minimum=4</code>: 60 of 3,000 samples, seed 2" in text
    assert re.search(r"The draw <code>random:n=\d+,seed=2,minimum=4</code> goes on from this one", text)
    assert "were wrong, it would be" in text  # of one sample the reviewers differ
    assert not re.search(r"\bnan\b", re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL))
    groups = tmp_path / "two.yaml"
    groups.write_text("Built & water: [1, 5]\nLand: [2, 3, 4]\n")
    mine = report.html(demo, reviewed, grouping=groupings.read(groups))
    assert "Built &amp; water" in mine
    assert "<td>5 Water bodies</td>" not in mine
    assert "<td>5 Water bodies</td>" in text
    named = report.html(demo, reviewed, grouping="bigearthnet-19")
    assert "Sumbul" in named
    assert "· bigearthnet-19 ·" in named


def test_all_judged_and_agreed_is_no_interval_of_no_width(demo: Corpus, tmp_path: Path) -> None:
    todo = queue.build("random:n=60,seed=9", demo)
    with Records.open(demo, tmp_path / "v.sqlite") as records:
        for sample_id in todo.ids:
            stratum, probability = todo.drawn(sample_id)
            records.add(
                Verdict(
                    sample_id, "Anna", "correct", queue=todo.text, stratum=stratum, probability=probability
                )
            )
        text = report.html(demo, records)
    assert "<b>100.0 %</b>" in text
    assert "± 0.0" not in text
    assert re.search(r"confidence interval 9\d\.\d to 100\.0 %", text)


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.9, 0.95, "90.0 to 95.0"),
        (1.0, 1.0, "100.0"),
        (0.99953, 1.0, "99.95 to 100.00"),  # 8,000 judged, and all of them agree
        (0.99996, 1.0, "99.996 to 100.000"),
        (0.0001, 0.0004, "0.01 to 0.04"),
        (0.50001, 0.50004, "50.001 to 50.004"),
        (0.5, 0.5 + 1e-16, "50.0"),
        (float("nan"), 1.0, "not known"),
    ],
)
def test_a_narrow_interval_keeps_its_two_ends(low: float, high: float, shown: str) -> None:
    assert report._between(low, high) == shown


def test_areas_that_are_not_known_are_said_and_not_drawn() -> None:
    bare = accuracy.estimate([[0, 0], [2, 8]], [0.3, 0.7], total_area=100)
    assert [title for title, _ in report._figures(bare)] == [
        "User's and producer's accuracy by class, with 95 % confidence intervals"
    ]
    assert {report._hectares(row) for row in report._table(bare)} == {"not known"}
    known = accuracy.estimate([[5, 1], [2, 8]], [0.3, 0.7], total_area=100)
    assert len(report._figures(known)) == 2
    assert [
        re.fullmatch(r"\d+ \(\d+ to \d+\)", report._hectares(row)) is not None for row in report._table(known)
    ] == [True, True]


def test_the_report_fetches_and_runs_nothing(demo: Corpus, reviewed: Records) -> None:
    text = report.html(demo, reviewed)
    assert fetched(text) == []
    assert EVIL not in text
    assert "&lt;script&gt;" in text
    assert not re.search(r"url\((?!#)|@import", text)
    assert fetched('<img src="x">') == ["img src=x"]


def test_without_a_random_draw_the_report_says_so(tiny_corpus: Corpus, tmp_path: Path) -> None:
    with Records.open(tiny_corpus, tmp_path / "verdicts.sqlite") as records:
        assert "No sample is reviewed yet" in report.html(tiny_corpus, records)
        records.add(Verdict(corpora.FULL, "Anna", "wrong", suggested=311))
        text = report.html(tiny_corpus, records, 3)
        assert "no verdict is of a random draw" in text
        everything = report.html(tiny_corpus, records, 3, drawn_only=False)
        assert "Not a random draw" in everything
        assert "nan" not in re.sub(r"<svg.*?</svg>", "", everything, flags=re.DOTALL)


# -- commands -------------------------------------------------------------------------------------------------


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.output


def test_a_review_goes_from_one_database_to_another(
    tiny_folder: Path, tiny_corpus: Corpus, tmp_path: Path
) -> None:
    first, second, file = (tmp_path / name for name in ("a.sqlite", "b.sqlite", "v.csv"))
    with Records.open(tiny_corpus, first) as records:
        records.add(Verdict(corpora.FULL, "Anna", "wrong", suggested=311, comment="=1"))
        records.add(Verdict(corpora.FULL, "=Ben", "correct"))
    assert run("review", "export", tiny_folder, file, "--database", first) == (0, f"Wrote 2 rows to {file}\n")
    code, output = run("review", "import", tiny_folder, file, "--database", second)
    assert code == 0
    assert output.startswith("2 rows added, 0 were there already; import ")
    with Records.open(tiny_corpus, first) as a, Records.open(tiny_corpus, second) as b:
        assert list(a.rows()) == list(b.rows())
    code, output = run("review", "agreement", tiny_folder, "--database", second, "-o", tmp_path / "d.csv")
    assert code == 0
    assert "1 samples wait for a decision" in output
    assert ",'=Ben," in (tmp_path / "d.csv").read_text()
    code, output = run("review", "accuracy", tiny_folder, "--database", second)
    assert code == 2
    assert "random draw" in output
    code, output = run("review", "report", tiny_folder, "--database", second, "-o", tmp_path / "r.html")
    assert code == 0
    assert fetched((tmp_path / "r.html").read_text()) == []


def test_an_import_is_taken_back_by_its_name(tiny_folder: Path, tiny_corpus: Corpus, tmp_path: Path) -> None:
    place, file = tmp_path / "v.sqlite", tmp_path / "ben.csv"
    file.write_text(f"sample_id,reviewer,judgement\n{corpora.FULL},Ben,correct\n{corpora.BARE},Ben,wrong\n")
    with Records.open(tiny_corpus, place) as records:
        mine = records.add(Verdict(corpora.FULL, "Anna", "wrong"))
    code, output = run("review", "import", tiny_folder, file, "--database", place)
    (known,) = re.findall(r"; import (\w+) \(", output)
    assert code == 0
    words = ("--database", place)
    code, output = run("review", "imports", tiny_folder, *words)
    assert (code, output.startswith(f"{known}  "), "2 rows  ben.csv\n" in output) == (0, True, True)
    code, output = run("review", "undo-import", tiny_folder, known, *words)
    assert (code, output) == (0, "2 rows of ben.csv taken back\n")
    code, output = run("review", "undo-import", tiny_folder, known, *words)
    assert (code, f"import {known} was taken back on 2" in output) == (2, True)
    code, output = run("review", "undo-import", tiny_folder, "nothing", *words)
    assert (code, "no import 'nothing' is known of this corpus" in output) == (2, True)
    assert "taken back on 2" in run("review", "imports", tiny_folder, *words)[1]
    with Records.open(tiny_corpus, place) as records:
        assert [one.id for one in records.rows()] == [mine.id]
    code, output = run("review", "import", tiny_folder, file, *words)  # corrected, it can come again
    assert output.startswith("2 rows added, 0 were there already")


def test_accuracy_as_a_command(
    demo: Corpus, reviewed: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.opening.open_corpus", lambda *_, **__: open_demo(count=3_000))
    table = tmp_path / "accuracy.csv"
    code, output = run("review", "accuracy", "demo", "--database", reviewed.where, "-o", table)
    assert code == 0, output
    assert "overall accuracy" in output
    assert "more reviews for ± 2 %" in output
    assert table.read_text().startswith("class,title,samples")
    assert re.search(
        r"overall accuracy [\d.]+ % \([\d.]+ to [\d.]+ %, 95 % confidence\), \d+ samples", output
    )
    groups = tmp_path / "wälder.yaml"
    groups.write_text("Wälder: [31]\nRest: [1, 2, 32, 33, 4, 5]\n", encoding="utf-8")
    words = ("review", "accuracy", "demo", "--database", reviewed.where, "--grouping", groups, "-o", table)
    code, output = run(*words)
    assert code == 0, output
    assert "Wälder" in output
    assert table.read_bytes().startswith(b"\xef\xbb\xbfclass,title")  # for Excel
    code, output = run("review", "accuracy", "demo", "--database", reviewed.where, "--grouping", "nothing")
    assert (code, "bigearthnet-19" in output) == (2, True)
    code, output = run("review", "accuracy", "demo", "--database", reviewed.where, "--blind")
    assert code == 2  # none is known to be blind
    code, output = run("review", "draws", "demo", "--database", reviewed.where)
    assert code == 0
    assert "random:n=60,seed=2,minimum=4  60 of 3,000" in output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "nothere.csv"), "nothere.csv is not there"), (("import", "."), "cannot tell the format"),
        (("export", "x.xlsx"), "cannot tell the format"), (("export", "no/folder/x.csv"), "no folder"),
    ],
)  # fmt: skip
def test_files_that_cannot_be(tiny_folder: Path, tmp_path: Path, words: tuple[str, str], said: str) -> None:
    place = tmp_path / "v.sqlite"
    code, output = run("review", words[0], tiny_folder, tmp_path / words[1], "--database", place)
    assert code == 2
    assert said in output
