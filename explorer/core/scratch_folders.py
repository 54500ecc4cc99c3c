"""Folders for what is being made: gone with the process that made them; where it was killed, when the next one starts.

Each process has one in the system's folder for temporary files, and holds a lock on it for as long as it lives. Whoever
gets that lock knows that the owner is gone, also where it ran in another container. systemd leaves alone what is locked.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from explorer.core import forking, open_flags

if sys.platform != "win32":  # there nothing can be told of an owner, and nothing is cleared
    import fcntl

_LOG = logging.getLogger("explorer")
PREFIX = "explorer-scratch-"
_TRIES = 10


class _Own:
    """This process's folder, once somebody has asked for it."""

    def __init__(self) -> None:
        self.lock = forking.Lock()
        self.path: Path | None = None
        self.handle = -1

    def get(self) -> Path:
        with self.lock:
            if self.path is None or not self.path.is_dir():  # or somebody has cleared up around us
                self.path, self.handle = _made()
                atexit.register(_remove, self.path, os.getpid())
            return self.path


_own = _Own()


def root() -> Path:
    """The folder of this process, readable by its user alone. Raises `OSError` where none can be made."""
    return _own.get()


@contextmanager
def folder(name: str) -> Iterator[Path]:
    """A new folder in it, `name` at the beginning of its own; gone afterwards, with all that is in it."""
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=root(), ignore_cleanup_errors=True) as made:
        yield Path(made)


def clear() -> int:
    """Remove the folders whose owners are gone, if they were this user's; how many they were."""
    if sys.platform == "win32":
        return 0
    cleared = 0
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as found:
        for entry in found:
            if entry.name.startswith(PREFIX) and entry.is_dir(follow_symlinks=False):
                cleared += _cleared(entry.path)
    if cleared:
        _LOG.info(
            "removed what %d processes left behind that were killed", cleared, extra={"event": "scratch"}
        )
    return cleared


def _made() -> tuple[Path, int]:
    for _ in range(_TRIES):
        path = Path(tempfile.mkdtemp(prefix=PREFIX))  # 0700
        if sys.platform == "win32":
            return path, -1
        handle = os.open(path, os.O_RDONLY)
        # Another process that starts just now may have taken it for one without an owner.
        if _locks(handle) and path.is_dir() and os.path.samestat(os.fstat(handle), path.stat()):
            return path, handle
        os.close(handle)
    raise OSError(f"no folder could be made in {tempfile.gettempdir()}")


def _cleared(path: str) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | open_flags.DIRECTORY | open_flags.NOFOLLOW)
    except OSError:
        return False
    try:
        if not _is_ours(handle) or not _locks(handle):
            return False
        shutil.rmtree(path, ignore_errors=True)
        return not os.path.exists(path)
    finally:
        os.close(handle)


def _is_ours(handle: int) -> bool:
    return sys.platform != "win32" and os.fstat(handle).st_uid == os.geteuid()


def _locks(handle: int) -> bool:
    if sys.platform != "win32":
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    return False


def _remove(path: Path, owner: int) -> None:
    if os.getpid() == owner:  # else a fork of it
        shutil.rmtree(path, ignore_errors=True)
