"""Files to take away: written whole or not at all, given up when asked to, their endings checked."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from explorer.core import atomic_file
from explorer.core.errors import CancelledError, OutputError

ANIMATIONS = {
    ".gif": "image/gif",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".webp": "image/webp",
}
"""Ending -> media type."""
FPS = 10.0
"""Frames a second of an animation where nobody says another number."""


@contextmanager
def replacing(target: str | os.PathLike[str]) -> Iterator[Path]:
    """`atomic_file.replacing` for what people name: its folder has to be there, and of folders only a Zarr store is replaced.

    Raises `OutputError` where it cannot be written.
    """
    path = Path(target).absolute()
    if not path.parent.is_dir():
        raise OutputError(f"cannot write {target}: there is no folder {path.parent}")
    try:
        with atomic_file.replacing(path) as part:
            yield part
            if part.is_dir() and path.exists() and not _is_zarr(path):
                raise OutputError(f"cannot write {path}: something else is there already")
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from error


def check(cancel: threading.Event | None) -> None:
    """Raise `CancelledError` where somebody has set the event."""
    if cancel is not None and cancel.is_set():
        raise CancelledError("the export was cancelled; no file was written")


def suffix(path: str | os.PathLike[str], known: tuple[str, ...], what: str) -> str:
    """The ending of a file, in lower case, if it is one of those known. Raises `OutputError`."""
    found = Path(path).suffix.lower()
    if found not in known:
        raise OutputError(f"cannot tell the format of {path}; name {what} {', '.join(known)}")
    return found


def _is_zarr(path: Path) -> bool:
    return any((path / name).is_file() for name in (".zgroup", "zarr.json"))
