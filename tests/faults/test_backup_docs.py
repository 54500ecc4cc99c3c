"""Every command on the page about backups does what the page says, on a file and on a server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.corpus.corpus import Corpus
from explorer.review import exchange, imports
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from tests import corpora
from tests.conftest import REPOSITORY
from tests.faults.test_verdicts import clean, server

__all__ = ["clean", "server"]  # fixtures

C = corpora.FULL
PAGE = REPOSITORY / "assets" / "docs" / "backup.md"
Run = Callable[[str], str]


def commands(section: str) -> list[str]:
    """The lines of code of a section of the page."""
    text = PAGE.read_text(encoding="utf-8")
    part = text.split(f"\n## {section}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", part, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


@pytest.fixture
def run(tmp_path: Path, tiny_folder: Path) -> Run:
    """Run a line of the page by a shell, with the folders of this test in place of the page's."""
    for name in ("backups", "srv"):
        (tmp_path / name).mkdir()

    def run_(line: str) -> str:
        line = line.replace("explorer review", f"{sys.executable} -m explorer review", 1)
        for shown, real in (
            ("/data/rapidai4eo", tiny_folder),
            ("/backups", tmp_path / "backups"),
            ("/srv/reviews", tmp_path / "srv"),
        ):
            line = line.replace(shown, str(real))
        place = os.environ.get("EXPLORER_REVIEW_DATABASE") or str(tmp_path / "srv" / "verdicts.sqlite")
        done = subprocess.run(
            ["sh", "-euc", line], env=os.environ | {"EXPLORER_REVIEW_DATABASE": place, "PYTHONPATH": str(REPOSITORY)},
            capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run_


def test_a_backup_is_made_looked_into_and_put_back_while_a_server_keeps_verdicts(
    run: Run, tiny_corpus: Corpus, tmp_path: Path
) -> None:
    with Records.open(tiny_corpus, tmp_path / "srv" / "verdicts.sqlite") as kept:
        kept.add(Verdict(C, "Anna", "wrong", id="first"))
        lines = commands("Back up")
        assert len(lines) == 3
        for line in lines:
            run(line)
        assert b"first" in (tmp_path / "backups" / "verdicts.csv").read_bytes()
        assert len(list((tmp_path / "backups").glob("verdicts-20??-*.sqlite"))) == 1
        kept.add(Verdict(C, "Anna", "correct", id="second"))
        for line in commands("Restore"):
            run(line)
        assert list(kept.history()["id"]) == ["first"]
        kept.add(Verdict(C, "Ben", "correct", id="third"))
        assert list(kept.history()["id"]) == ["first", "third"]


def test_an_import_is_listed_and_taken_back(run: Run, tiny_corpus: Corpus, tmp_path: Path) -> None:
    with Records.open(tiny_corpus, tmp_path / "srv" / "verdicts.sqlite") as kept:
        kept.add(Verdict(C, "Anna", "wrong", id="mine"))
        data = f"sample_id,reviewer,judgement\n{C},Ben,correct\n".encode()
        exchange.load(kept, data, "csv", "theirs.csv")
        first, second = commands("A file that brought wrong verdicts")
        (row,) = run(first).splitlines()
        assert "theirs.csv" in row
        run(second.replace("IMPORT", row.split()[0]))
        assert list(kept.history()["id"]) == ["mine"]
        assert "taken back" in run(first)
        assert imports.every(kept)[0].undone


def test_a_server_is_backed_up_and_restored_by_its_own_tools(
    run: Run, tiny_corpus: Corpus, clean: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_REVIEW_DATABASE", clean)
    dump, restore = commands("PostgreSQL")
    with Records.open(tiny_corpus, clean) as kept:
        kept.add(Verdict(C, "Anna", "wrong", id="first"))
        run(dump)
        kept.add(Verdict(C, "Anna", "correct", id="second"))
    run(restore)
    with Records.open(tiny_corpus, clean) as kept:
        assert list(kept.history()["id"]) == ["first"]
        kept.add(Verdict(C, "Anna", "correct", id="third"))
        assert kept.current()["judgement"].tolist() == ["correct"]
