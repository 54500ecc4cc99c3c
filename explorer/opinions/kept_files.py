"""What is kept beside a corpus by name, `NAME.parquet` in a folder of the data folder: listed, opened once while it stays the same, removed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from explorer.core import forking
from explorer.core.atomic_file import remove
from explorer.core.config import settings
from explorer.core.errors import OutputError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,59}")
_ENDING = ".parquet"
_MAX_TEXT = 1_000

T = TypeVar("T")


def folder(kind: str, where: str, data_dir: Path | None = None) -> Path:
    """Where what is kept of a corpus lies: `kind` and a digest of the corpus's place, in the data folder."""
    digest = hashlib.sha256(where.encode()).hexdigest()[:24]
    return (data_dir or settings().data_dir) / kind / digest


def one_line(text: str) -> str:
    """What somebody said of a source, a licence or a file, as it is kept: one line of characters that can be shown."""
    return "".join(c if c.isprintable() else " " for c in text).strip()[:_MAX_TEXT]


class KeptFiles(Generic[T]):
    """The files in a folder, each with what `open_file` made of it. It may be used from many threads."""

    def __init__(self, where: Path, open_file: Callable[[Path], T]) -> None:
        self.folder, self._open = where, open_file
        self._opened: dict[str, tuple[tuple[int, int], T]] = {}
        self._lock = forking.Lock()

    def paths(self) -> dict[str, Path]:
        """The files that are there now, by name, in the order of their names."""
        try:
            found = sorted(self.folder.glob(f"*{_ENDING}"))
        except OSError:
            return {}
        return {path.stem: path for path in found if NAME.fullmatch(path.stem)}

    def path_of(self, name: str) -> Path:
        """Where what has a name is kept, or would be."""
        return self.folder / f"{name}{_ENDING}"

    def get(self, name: str) -> T | None:
        """What is kept under a name, opened anew where its file has changed; None where there is none. Raises as `open_file`."""
        path = self.paths().get(name)
        if path is None:
            return None
        try:
            stat = path.stat()
        except OSError:
            return None
        stamp = (stat.st_mtime_ns, stat.st_size)
        with self._lock:
            opened = self._opened.get(name)
            if opened is None or opened[0] != stamp:
                opened = self._opened[name] = (stamp, self._open(path))
            return opened[1]

    def remove(self, name: str) -> bool:
        """Delete the file of a name; whether there was one. Raises `OutputError` where it stays."""
        path = self.paths().get(name)
        with self._lock:
            self._opened.pop(name, None)
        if path is None:
            return False
        try:
            remove(path)
        except OSError as error:
            raise OutputError(f"cannot remove {path}: {error.strerror or error}") from error
        return True
