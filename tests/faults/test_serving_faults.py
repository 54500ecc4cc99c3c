"""Several processes at one address, with verdicts in PostgreSQL; a process that is killed; a database that goes and comes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from explorer import Explorer, open_corpus
from explorer.core.config import Settings
from explorer.review import database
from explorer.review.records import Records
from explorer.views.review.review_service import review_service
from tests import corpora, postgres, talk, visitors
from tests.conftest import REPOSITORY

SECONDS = 90.0
NO_SERVER = postgres.missing()
needs_postgres = pytest.mark.skipif(NO_SERVER is not None, reason=str(NO_SERVER))


until = partial(talk.until, seconds=SECONDS)


class Served:
    """`explorer serve` as a process of its own; `lines` is what it says."""

    def __init__(self, corpus: Path, tmp_path: Path, *options: str, **environment: str) -> None:
        command = [
            sys.executable,
            "-m",
            "explorer",
            "serve",
            str(corpus),
            "--port",
            "0",
            "--no-open",
            *options,
        ]
        here = {"EXPLORER_CACHE_DIR": str(tmp_path / "cache"), "EXPLORER_DATA_DIR": str(tmp_path / "data")}
        self.process = subprocess.Popen(
            command, cwd=REPOSITORY, env=os.environ | here | environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.lines: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        self.url = until(self._address)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def _address(self) -> str:
        assert self.process.poll() is None, "".join(self.lines)
        found = re.search(r"http://127\.0\.0\.1:\d+", "".join(self.lines))
        return found[0] if found else ""

    def workers(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return str(answer.read().decode())

    def healthy(self) -> bool:
        try:
            return bool(self.get("/health"))
        except OSError:  # not yet, or too busy
            return False

    def number(self, name: str) -> float:
        found = re.search(rf"^{name} ([0-9.e+-]+)$", self.get("/metrics"), re.MULTILINE)
        return float(found[1]) if found else 0.0


@contextmanager
def served(*args: Any, **environment: str) -> Iterator[Served]:
    found = Served(*args, **environment)
    try:
        yield found
    finally:
        found.process.terminate()
        found.process.wait(30)


@needs_postgres
def test_two_processes_serve_one_address_and_keep_verdicts_in_one_database(
    tiny_folder: Path, tmp_path: Path
) -> None:
    with (
        postgres.server() as url,
        served(
            tiny_folder, tmp_path, "--num-procs", "2", "--log-format", "json",
            EXPLORER_REVIEW_DATABASE=url, EXPLORER_REVIEW_CORPUS="tiny",
        ) as server,
    ):  # fmt: skip
        until(lambda: len(server.workers()) == 2)
        until(lambda: server.healthy() and server.number("explorer_loop_lag_seconds_count"))
        ids = [corpora.FULL, corpora.BARE, corpora.BROKEN]
        seen = visitors.reviewing(server.url, ids, 4)
        assert seen.problems == []
        assert len(seen.kept) == 12
        assert server.number("explorer_verdicts_total") == 12  # whichever process was asked
        assert json.loads(server.get("/health"))["reviews"] is True
        corpus = open_corpus(tiny_folder)
        with Records.open(corpus, url, name="tiny") as records:
            assert {row.id for row in records.rows()} == set(seen.kept)
        corpus.close()
        # One ends: the other goes on, and there are two again.
        gone = server.workers()[0]
        os.kill(gone, signal.SIGKILL)
        until(lambda: gone not in server.workers() and len(server.workers()) == 2)
        assert visitors.reviewing(server.url, ids[:1], 2).problems == []
        workers = server.workers()
        server.process.terminate()
        server.process.wait(30)
        assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
        events = [json.loads(line) for line in server.lines if line.startswith("{")]
        assert {"open", "sample", "request", "process"} <= {event.get("event") for event in events}
        assert [e for e in events if e["level"] in ("ERROR", "WARNING") and e.get("event") != "process"] == []


@needs_postgres
def test_a_database_that_goes_and_comes_in_the_middle_of_a_review(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.5)
    with postgres.restartable() as server:
        config = Settings(review_database=server.url, review_corpus="tiny")
        corpus = open_corpus(tiny_folder, config=config)
        page = Explorer(corpus, f"?sample={corpora.FULL}")
        panel = page._review.panel

        def say(verdict_id: str) -> dict[str, Any]:
            panel._outbox.clear()
            verdict: dict[str, Any] = {
                "judgement": "correct",
                "confidence": 4,
                "comment": "seen",
                "adjustments": [],
            }
            talk.say(panel, "verdict", id=verdict_id, sample=page.selection.sample_id, **verdict)
            return dict(until(lambda: talk.sent(panel, "saved", "trouble"))[0])

        try:
            page._review.ask()
            talk.say(panel, "begin", kind="ids", ids=f"{corpora.FULL}\n{corpora.BROKEN}", reviewer="ada")
            until(lambda: page._review._work is not None)
            first, second = "5d0c5b5e-0000-4000-8000-000000000001", "5d0c5b5e-0000-4000-8000-000000000002"
            assert say(first)["type"] == "saved"
            until(lambda: page.selection.sample_id == corpora.BROKEN)
            server.stop()
            refused = say(second)
            assert refused["type"] == "trouble"
            assert "Nothing was saved" in refused["text"]
            assert "cannot be reached" in refused["text"]
            assert page.selection.sample_id == corpora.BROKEN  # what is being written stays
            server.start()
            assert say(second)["type"] == "saved"  # sent again, as it stands in the panel
            assert [row.id for row in review_service(corpus).records.rows()] == [first, second]
        finally:
            page.close()
            corpus.close()
