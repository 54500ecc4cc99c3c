"""The corpus goes away under an open page: its panels say so, and fill by themselves once it is back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from explorer import Explorer, open_corpus
from explorer.core.config import Settings, settings
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.stores import http
from tests import corpora, servers, talk


class Watched:
    """A page without a browser, and what its two image panels were told."""

    def __init__(self, corpus: Corpus) -> None:
        self.page = Explorer(corpus, f"?sample={corpora.BARE}")
        self.said: list[tuple[str, dict[str, Any]]] = []
        for part in (self.page._animation.player, self.page._bands.grid):
            self._listen(part)

    def _listen(self, part: Any) -> None:
        send = part.send

        def heard(kind: str, **content: Any) -> None:
            self.said.append((f"{type(part).__name__}.{kind}", content))
            send(kind, **content)

        part.send = heard

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.said]

    def wait(self, *wanted: str) -> None:
        until(lambda: set(wanted) <= set(self.kinds()), why=lambda: f"{wanted} not in {self.kinds()}")


until = partial(talk.until, seconds=30.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return corpora.write_corpus(tmp_path / "corpus")


def _goes_and_comes(corpus: Corpus, leave: Callable[[], None], come: Callable[[], None]) -> None:
    corpus.watch._waits = (0.05,)
    # Or the sample that comes next may be in memory already.
    corpus.config = corpus.config.model_copy(update={"read_ahead": False})
    watched = Watched(corpus)
    try:
        until(lambda: bool(watched.page._animation.reading and watched.page._animation.reading.complete))
        until(lambda: bool(watched.page._bands.reading and watched.page._bands.reading.complete))
        leave()
        watched.said.clear()
        watched.page.selection.sample_id = corpora.FULL
        watched.wait("Player.error", "Grid.error")
        texts = [content["text"] for kind, content in watched.said if kind.endswith(".error")]
        assert all("by itself" in text for text in texts)
        assert corpus.watch.problem
        watched.said.clear()
        come()
        watched.wait("Player.frames", "Grid.pictures")
        until(lambda: bool(watched.page._animation.reading and watched.page._animation.reading.complete))
        assert corpus.watch.problem is None
        assert watched.page.selection.sample_id == corpora.FULL
        assert len(corpus.cubes.get(corpus.cell(corpora.FULL), PF_SR).there)
    finally:
        watched.page.close()


@pytest.mark.parametrize("left", ["nothing", "an empty folder"])
def test_a_folder_that_was_away(folder: Path, tmp_path: Path, left: str) -> None:
    corpus = open_corpus(folder)

    def leave() -> None:
        shutil.move(folder, tmp_path / "away")
        if left == "an empty folder":  # as under a mount
            folder.mkdir()

    def come() -> None:
        if folder.is_dir():
            folder.rmdir()
        shutil.move(tmp_path / "away", folder)

    try:
        _goes_and_comes(corpus, leave, come)
    finally:
        corpus.close()


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setattr(http, "BACKOFF", 0.02)
    monkeypatch.setattr(http, "CHECK_S", 10.0)
    yield Settings(cache_dir=tmp_path / "cache", http_read_timeout=10, http_total_timeout=30)
    settings.cache_clear()


def test_a_mirror_that_was_away(indexed_folder: Path, config: Settings) -> None:
    def refuse(handler: Any, _key: str) -> bool:
        servers.reply(handler, 503, b"away")
        return True

    with servers.serve(indexed_folder) as server:
        corpus = open_corpus(server.url, config=config)
        answer = server.answer
        try:
            _goes_and_comes(
                corpus,
                lambda: setattr(server, "answer", refuse),
                lambda: setattr(server, "answer", answer),
            )
        finally:
            corpus.close()
