"""No failure tells a visitor where the server keeps things, or which database, user and host it uses."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from explorer import Explorer, open_corpus
from explorer.core.config import Settings
from explorer.core.errors import RecordsError, UnreadableError
from explorer.corpus.stores.store import DirectoryStore
from explorer.review import database
from explorer.views.common import redaction
from explorer.views.common.components import Component
from explorer.views.review.review_service import review_service
from tests import corpora, talk


@contextmanager
def page(place: Path, database_at: str = "") -> Iterator[Explorer]:
    root = corpora.write_corpus(place / "secret-place" / "corpus")
    config = Settings(data_dir=place / "secret-data", review_database=database_at)
    with open_corpus(root, config=config) as corpus:
        made = Explorer(corpus, f"?sample={corpora.FULL}")
        made.follow_url()
        try:
            yield made
        finally:
            made.close()


def _told(page: Explorer) -> str:
    """All that waits for the browser."""
    parts = {
        part
        for view in vars(page).values()
        if hasattr(view, "__dict__")
        for part in vars(view).values()
        if isinstance(part, Component)
    }
    return json.dumps([message for part in parts for message in part._outbox], default=str)


def _begin(page: Explorer) -> str:
    panel = page._review.panel
    page._review.ask()
    talk.say(panel, "begin", kind="ids", ids=corpora.FULL, reviewer="ada", blind=False, resume="")
    trouble = talk.until(lambda: talk.sent(panel, "trouble"))
    return str(trouble[0]["text"])


def test_a_database_that_cannot_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.2)
    with page(tmp_path, "postgresql://bob:hush@127.0.0.1:1/minutes") as made:
        text = _begin(made)
        everything = _told(made)
    assert "cannot be reached" in text
    for secret in ("bob", "hush", "127.0.0.1", "minutes", "secret-", str(tmp_path)):
        assert secret not in text, text
        assert secret not in everything
    assert "hush" not in caplog.text


@pytest.mark.parametrize(
    "said",
    [
        'connection to server at "db.internal" (10.0.0.5), port 5432 failed: FATAL:  password authentication failed for user "bob"',
        "failed to resolve host 'db.internal': [Errno -2] Name or service not known",
        'could not translate host name "db.internal" to address',
        'FATAL:  database "minutes" does not exist',
        'permission denied for table explorer_verdicts of "bob"',
    ],
)
def test_what_postgresql_says_names_nobody(said: str) -> None:
    from sqlalchemy.exc import OperationalError

    where = "postgresql://bob:***@db.internal/minutes"
    named: Any = database._named(OperationalError("SELECT 1", {}, Exception(said)), where)
    text = str(getattr(named, "named", named)).replace(where, "")
    assert not [name for name in ("bob", "db.internal", "10.0.0.5", '"minutes"') if name in text]


def test_a_file_of_verdicts_that_is_damaged(tmp_path: Path) -> None:
    with page(tmp_path) as made:
        found = review_service(made.corpus)
        place = Path(str(redaction.default_place(made.corpus.config, redaction.corpus_name(made.corpus))))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"this is no database" * 1000)
        with pytest.raises(RecordsError):
            _ = found.records
        text = _begin(made)
        everything = _told(made)
    assert "the database of verdicts" in text
    assert str(tmp_path) not in text
    assert str(tmp_path) not in everything


def test_a_chip_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(self: DirectoryStore, key: str) -> bytes:
        raise UnreadableError(key, f"'{self.root}/{key}' and /etc/passwd: Input/output error")

    with page(tmp_path) as made, caplog.at_level(logging.DEBUG):
        monkeypatch.setattr(DirectoryStore, "get", refuse)
        made.selection.sample_id = corpora.BROKEN
        talk.until(lambda: "Input/output error" in _told(made) or "annot" in _told(made))
        everything = _told(made)
    assert str(tmp_path) not in everything
    at = everything.find("/etc/passwd")
    assert at < 0, everything[max(at - 300, 0) : at + 100]


def test_paths_are_cut_and_nothing_else_is() -> None:
    assert (
        redaction.without_paths("cannot write /home/ada/corpora/x.tif: no room")
        == "cannot write …/x.tif: no room"
    )
    for text in (
        "and/or 1/2",
        "http://127.0.0.1/home/x",
        "path/to/home/x",
        "imagery/33N/15E-200N/x.tif",
        "/",
    ):
        assert redaction.without_paths(text) == text


def test_a_notebook_tells_its_person_all(tmp_path: Path) -> None:
    root = corpora.write_corpus(tmp_path / "corpus")
    with open_corpus(root) as corpus:
        made = Explorer(corpus, f"?sample={corpora.FULL}")
        made._head.notice(f"cannot read {root}/x.tif")
        assert str(root) in _told(made)
        made.follow_url()
        made._head.notice(f"cannot read {os.path.realpath(root)}/y.tif")
        assert f"{root}/y.tif" not in _told(made)
        made.close()
