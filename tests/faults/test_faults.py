"""A server that misbehaves on purpose: the cube is the true one, or says which dates are missing and why.

Never a wrong pixel, as far as it can be known: a flipped bit that still decodes is told by the checksum that the
server sends (as Azure Blob Storage does), a file of another place by its position.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from explorer import open_corpus, opening
from explorer.core import grid
from explorer.core.config import Settings, settings
from explorer.core.errors import StoreError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Cube, Status
from explorer.corpus.stores import http
from tests import corpora, servers
from tests.servers import Faults

CELL = grid.parse(corpora.FULL)
OTHER = grid.parse(corpora.BARE)
HANG_S = 250.0
AS_STATED = Faults(unavailable=0.10, cut=0.05, hanging=0.02, flipped=0.02, foreign=0.01, hang=HANG_S)
READ_TIMEOUT, TOTAL_TIMEOUT = 1.0, 30.0
SECONDS = 100.0
"""A busy machine needs less; who waits for a server that hangs, as long as that does, needs more."""
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample with all 146 dates, and a stranger whose files are mixed up with them."""
    root = tmp_path_factory.mktemp("faulty")
    for cell in (CELL, OTHER):
        corpora.write_chips(root, cell.sample_id, PF_SR, range(len(PF_SR.dates)))
        corpora.write_label(root, cell.sample_id, {211: 1.0})
    opening.reindex(root)
    return root


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setattr(http, "BACKOFF", 0.02)
    yield Settings(
        cache_dir=tmp_path / "cache", http_read_timeout=READ_TIMEOUT, http_total_timeout=TOTAL_TIMEOUT,
        http_connections=8,  # the server is in this process: 32 answers at once wait for each other
    )  # fmt: skip
    settings.cache_clear()


def read(corpus: Corpus) -> Cube:
    return corpus.cubes.get(CELL, PF_SR)


def wrong_dates(cube: Cube) -> list[int]:
    return [i for i in cube.there.tolist() if not np.array_equal(cube.data[i], corpora.pixels(PF_SR, i))]


def check_honest(cube: Cube) -> None:
    assert wrong_dates(cube) == []
    assert not (cube.status == Status.WAITING).any()
    for position in np.flatnonzero(cube.status != Status.THERE):
        assert cube.reasons[int(position)]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cube_is_the_true_one_or_says_what_is_missing(folder: Path, config: Settings, seed: int) -> None:
    with servers.serve(folder, faults=Faults(**(vars(AS_STATED) | {"seed": seed}))) as server:
        corpus = open_corpus(server.url, config=config)
        begun = time.monotonic()
        cube = read(corpus)
        took = time.monotonic() - begun
        corpus.close()
    check_honest(cube)
    assert len(cube.there) >= 144, cube.missing
    assert took < SECONDS, "a file may take its total timeout, and no longer"
    faults = {kind: server.done[kind] for kind in ("unavailable", "cut", "hanging", "flipped", "foreign")}
    assert sum(faults.values()) > 10, "the server must have misbehaved for this to mean anything"
    assert faults["unavailable"] > 3


def test_what_came_through_is_kept_and_whole(folder: Path, config: Settings) -> None:
    with servers.serve(folder, faults=AS_STATED) as server:
        corpus = open_corpus(server.url, config=config)
        first = read(corpus)
        corpus.cubes.forget()
        asked = sum(server.asked.values())
        second = read(corpus)
        again = sum(server.asked.values()) - asked
        corpus.close()
    check_honest(second)
    assert again <= 6 * (len(PF_SR.dates) - len(first.there))
    assert set(first.there) <= set(second.there)


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (Faults(unavailable=1), "503"),
        (Faults(cut=1), "connection failed|cut short"),
        (Faults(flipped=1), "checksum"),
        (Faults(hanging=1, hang=HANG_S), "no answer in time"),
    ],
    ids=["unavailable", "cut", "flipped", "hanging"],
)
def test_a_server_that_only_fails_is_one_clear_error(
    folder: Path, config: Settings, faults: Faults, reason: str
) -> None:
    with servers.serve(folder) as server:
        config = config.model_copy(
            update={"http_retries": 1, "http_read_timeout": READ_TIMEOUT if faults.hanging else TOTAL_TIMEOUT}
        )
        corpus = open_corpus(server.url, config=config)
        server.faults = faults
        begun = time.monotonic()
        with pytest.raises(StoreError, match=reason):
            corpus.planet_fusion(corpora.FULL)
        assert time.monotonic() - begun < SECONDS
        server.faults = Faults()
        whole = 0
        for _ in range(5):  # on a busy machine, a chip may be late by itself
            if (whole := len(read(corpus).there)) == len(PF_SR.dates):
                break
            corpus.cubes.forget()
        assert whole == len(PF_SR.dates), "trying again helps as soon as the server does"
        corpus.close()


def test_files_of_another_place_are_listed_and_not_shown(folder: Path, config: Settings) -> None:
    config = config.model_copy(
        update={"http_read_timeout": TOTAL_TIMEOUT}
    )  # or a late one has another reason
    with servers.serve(folder, faults=Faults(foreign=1)) as server:
        corpus = open_corpus(server.url, config=config)
        cube = read(corpus)
        corpus.close()
    assert not len(cube.there)
    assert len(cube.reasons) == len(PF_SR.dates)
    assert [why for why in cube.reasons.values() if "the id says" not in why] == []


def test_without_checksums_all_but_flipped_bits_is_told(folder: Path, config: Settings) -> None:
    """LZW has no checksum: over plain HTTP from a server without one, a flipped bit can pass. Nothing else does."""
    faults = Faults(**(vars(AS_STATED) | {"flipped": 0.0}))
    with servers.serve(folder, faults=faults, checksums=False) as server:
        corpus = open_corpus(server.url, config=config)
        cube = read(corpus)
        corpus.close()
    check_honest(cube)
    assert len(cube.there) >= 144


def test_a_server_that_goes_away_in_between_is_one_error_and_the_cache_stays(
    folder: Path, config: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    config = config.model_copy(update={"http_retries": 1, "http_read_timeout": TOTAL_TIMEOUT})
    with servers.serve(folder) as server:
        corpus = open_corpus(server.url, config=config)
        read(corpus)
    corpus.cubes.forget()
    with caplog.at_level(logging.WARNING):
        cube = read(corpus)
    assert len(cube.there) == len(PF_SR.dates), "all of it is on this disk"
    assert wrong_dates(cube) == []
    with pytest.raises(StoreError, match="cannot reach"):
        corpus.planet_fusion(corpora.BARE)
    corpus.close()
