"""What a killed process leaves behind is cleared by the next one; what another one uses is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from explorer.core import scratch_folders
from tests.conftest import REPOSITORY

MAKER = """
import sys
from explorer.core import scratch_folders
with scratch_folders.folder("file") as folder:
    (folder / "cube.nc").write_bytes(b"x" * 1000)
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(scratch_folders, "_own", scratch_folders._Own())
    return tmp_path


@contextmanager
def maker(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process in the middle of making a file, and the folder that it does so in."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAKER], cwd=REPOSITORY, env=os.environ | {"TMPDIR": str(folder)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
    finally:
        process.communicate("")


def test_a_process_takes_its_folders_along(temporary: Path) -> None:
    with maker(temporary) as (process, folder):
        assert (folder / "cube.nc").stat().st_size == 1000
        assert folder.parent.stat().st_mode & 0o777 == 0o700
    assert process.returncode == 0
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_is_cleared_and_nothing_else(temporary: Path) -> None:
    (temporary / "explorer-scratch-notes.txt").write_text("no folder")
    outside = temporary / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (temporary / "explorer-scratch-link").symlink_to(outside)
    with (
        maker(temporary) as (_, running),
        maker(temporary) as (killed, left),
        scratch_folders.folder("own") as own,
    ):
        assert scratch_folders.clear() == 0  # all of them are alive
        killed.send_signal(signal.SIGKILL)
        killed.wait(30)
        assert left.exists()
        assert scratch_folders.clear() == 1
        assert not left.parent.exists()
        assert running.exists()
        assert own.exists()
    assert (outside / "kept").exists()
    assert scratch_folders.clear() == 0


def test_what_is_another_user_s_stays(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (temporary / "explorer-scratch-other").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert scratch_folders.clear() == 0
    assert (temporary / "explorer-scratch-other").is_dir()


def test_a_folder_that_was_cleared_away_is_made_again(temporary: Path) -> None:
    first = scratch_folders.root()
    assert scratch_folders.root() == first
    first.rmdir()
    with scratch_folders.folder("again") as folder:
        assert folder.is_dir()
