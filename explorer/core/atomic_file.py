"""A file or folder that is whole or not there: written beside its place, and moved there once it is done."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """A path to write a file or folder to, which takes the place of `path` at the end; on any error nothing of it is left.

    What was there before stays until then. Its folder is made where it is not there. A link that stands at `path` is replaced,
    not followed, but for a device, which is refused. `private`: a file for its owner's eyes alone. Raises `OSError`.
    >>> with replacing(folder / "new.txt") as part:
    ...     written = part.write_text("all of it")
    >>> (folder / "new.txt").read_text()
    'all of it'
    """
    if is_device(path):
        raise OSError(errno.EINVAL, "it is a device, whose place no file takes", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    # The ending stays last: writers choose their format by it.
    part = _beside(path, "part")
    try:
        if private:
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield part
        if part.is_dir() and path.is_dir() and not path.is_symlink():
            _swap(part, path)
        else:
            part.replace(path)
    finally:
        with suppress(OSError):
            remove(part)


def is_device(path: Path) -> bool:
    """Whether a path is the system's, as `/dev/stdout`, which looks like a file where a shell sent it to one: never replace it."""
    folder = path.parent.resolve()
    return folder in (Path("/dev"), Path("/dev/fd")) or folder.is_relative_to("/proc")


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it, if it is there. Raises `OSError` for a file that stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _swap(part: Path, path: Path) -> None:
    """Put a folder in another's place: no system does that in one step."""
    old = _beside(path, "old")
    path.rename(old)
    try:
        part.rename(path)
    except OSError:
        old.rename(path)
        raise
    remove(old)


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f".{path.stem[:60]}-{secrets.token_hex(4)}.{what}{path.suffix}")
