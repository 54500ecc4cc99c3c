"""What all tests share: small corpora, and the real one where it is at hand."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import corpora

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

# A busy machine is no mistake.
hypothesis_settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("busy")

REPOSITORY = Path(__file__).resolve().parents[1]
REAL_CORPUS = REPOSITORY.parent / "shared" / "real-corpus"


@pytest.fixture(scope="session", autouse=True)
def _demos_table_of_the_run_before(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[None]:
    """The demo's table of 500,000 samples takes ten seconds: it is made once for each state of the code that makes it."""
    sources = sorted((REPOSITORY / "explorer" / "demo").rglob("*.py"))
    code = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    ours = tmp_path_factory.getbasetemp() / "cache" / "demo"
    # None where pytest was told to keep nothing.
    cache: pytest.Cache | None = getattr(pytestconfig, "cache", None)
    if cache is None:
        yield
        return
    kept = cache.mkdir("demo-table") / code
    if kept.is_dir():
        shutil.copytree(kept, ours)
    yield
    if ours.is_dir() and not kept.is_dir():
        part = kept.with_name(f"{code}-{os.getpid()}")
        shutil.copytree(ours, part)
        with suppress(OSError):  # another process was first
            part.rename(kept)
        shutil.rmtree(part, ignore_errors=True)


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes a person's cache or verdicts; the settings are those of a fresh machine."""
    from explorer.core.config import Settings, settings

    for name in Settings.model_fields:
        monkeypatch.delenv(f"EXPLORER_{name.upper()}", raising=False)
    # One folder a run: what the demo makes once is made once.
    monkeypatch.setenv("EXPLORER_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(tmp_path_factory.getbasetemp() / "data"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="module", autouse=True)
def _nobody_is_asked_in_the_next_file() -> Iterator[None]:
    """A server that asks who comes says so to its whole process, in which the tests of other files follow."""
    yield
    if "explorer.server.auth" in sys.modules:
        import panel as pn

        from explorer.views.common import visitor

        visitor.ask(None)
        visitor.let_upload(False)
        pn.config.cookie_secret = pn.config.oauth_provider = None  # type: ignore[misc]


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the three samples of `tests.corpora`; tests must not change it."""
    return corpora.write_corpus(tmp_path_factory.mktemp("tiny-corpus"))


@pytest.fixture(scope="session")
def indexed_folder(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with an index, as a mirror has to have one; tests must not change it."""
    from explorer import opening
    from explorer.corpus.tables import index

    folder = tmp_path_factory.mktemp("indexed-corpus") / "mirror"
    shutil.copytree(tiny_folder, folder)
    opening.reindex(folder, folder / index.INDEX_KEY)
    return folder


@pytest.fixture
def tiny_corpus(tiny_folder: Path) -> Iterator[Corpus]:
    """The three samples, opened."""
    from explorer import open_corpus

    corpus = open_corpus(tiny_folder)
    yield corpus
    corpus.close()


@pytest.fixture(scope="session")
def real_folder() -> Path:
    """The small real corpus beside the repository; skips where it is not there."""
    if not REAL_CORPUS.is_dir():
        pytest.skip("the real corpus is not beside the repository (../shared/real-corpus)")
    return REAL_CORPUS


@pytest.fixture
def real_corpus(real_folder: Path) -> Iterator[Corpus]:
    """The small real corpus, opened."""
    from explorer import open_corpus

    corpus = open_corpus(real_folder)
    yield corpus
    corpus.close()


@pytest.fixture(autouse=True)
def _no_log_of_a_command_that_has_ended() -> Iterator[None]:
    """A command that a test runs in this process logs to a stream that is closed with it; later tests would write there."""
    from explorer.core import logs

    yield
    for handler in list(logging.root.handlers):
        if type(handler) in (logging.StreamHandler, logs.Handler):  # pytest's own are of other classes
            logging.root.removeHandler(handler)
