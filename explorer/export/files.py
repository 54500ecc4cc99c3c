"""Files that are whole or not there: written beside their place, and moved to it once they are done."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from explorer.errors import CancelledError, OutputError


@contextmanager
def replacing(target: str | os.PathLike[str]) -> Iterator[Path]:
    """A path to write a file or folder to, which takes its place at the end; on any error nothing is left.

    What was there before stays until then. Raises `OutputError` where it cannot be written.
    """
    path = Path(target).absolute()
    if not path.parent.is_dir():
        raise OutputError(f"cannot write {target}: there is no folder {path.parent}")
    # The ending stays last: writers choose their format by it.
    part = path.with_name(f".{path.stem[:60]}-{secrets.token_hex(4)}.part{path.suffix}")
    try:
        yield part
        if part.is_dir():
            _swap_folder(part, path)
        else:
            os.replace(part, path)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        _remove(part)


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


def _swap_folder(part: Path, path: Path) -> None:
    """Put a folder in another's place. Only a Zarr store is replaced: never a folder of something else."""
    if path.exists():
        if not path.is_dir() or not any((path / name).is_file() for name in (".zgroup", "zarr.json")):
            raise OutputError(f"cannot write {path}: something else is there already")
        old = path.with_name(f".{path.stem[:60]}-{secrets.token_hex(4)}.old")
        os.replace(path, old)
        try:
            os.replace(part, path)
        except OSError:
            os.replace(old, path)
            raise
        shutil.rmtree(old, ignore_errors=True)
    else:
        os.replace(part, path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
