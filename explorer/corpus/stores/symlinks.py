"""Links in the folder of a corpus: followed where an operator puts them, refused where only a stranger would.

An operator who lacks room links whole parts to another disk: `imagery/`, a zone, a tile (also of `labels/`), or the
folders `resources/` and `stac-v1.0/`. A link inside of a sample, or to a single file, that leads out of the corpus was
not made for that.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

FOLDERS = ("imagery", "labels", "resources", "stac-v1.0")
"""The folders of a corpus."""
_PARTED = ("imagery", "labels")
_LEVELS = (re.compile(r"[0-9]{1,2}N"), re.compile(r"[0-9]{1,3}E-[0-9]{1,3}N"))
"""What a zone and a tile are called, from the top."""
_REMEMBERED = 4096


class Links:
    """The links that are followed in the corpus below `root`, which is a real path. May be used from many threads."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._inside = root.rstrip(os.sep) + os.sep
        self._real: dict[str, str] = {}

    def leads_out(self, key: str) -> bool:
        """Whether a link on the way to a clean key leads out of the corpus, at a level where none is followed."""
        path = self._inside + key
        # One realpath a chip costs about 20 us; it is what keeps a planted link from serving /etc.
        real = os.path.realpath(path)
        if real == path or real.startswith(self._inside):
            return False
        return not any(self._is_below(real, part) for part in parts_of(key))

    def _is_below(self, real: str, part: str) -> bool:
        """Whether a real path is in the folder that a part of the corpus is linked to."""
        path = self._inside + part
        known = self._real.get(part)
        if known is not None and (real == known or real.startswith(known + os.sep)):
            return True
        now = os.path.realpath(path)
        if len(self._real) >= _REMEMBERED:
            self._real.clear()
        self._real[part] = now
        return real == now or real.startswith(now.rstrip(os.sep) + os.sep)

    def broken(self, key: str) -> str | None:
        """What is wrong with a part that is linked to another disk, on the way to a clean key; None where nothing is."""
        for part in parts_of(key):
            path = self._inside + part
            if not os.path.islink(path):
                continue
            target = os.readlink(path)
            if not os.path.exists(path):
                return f"{path} is a link to {target}, which is not there; is its disk mounted?"
            if not holds_something(path):
                return f"{path} is a link to {target}, which is no folder or empty; is its disk mounted?"
        return None


def parts_of(key: str) -> Iterator[str]:
    """The parts on the way to a key, from the top, that may be linked to another disk: top folder, zone, tile."""
    names = key.split("/")
    if names[0] not in FOLDERS:
        return
    yield names[0]
    if names[0] in _PARTED:
        for depth, (name, pattern) in enumerate(zip(names[1:], _LEVELS, strict=False), 2):
            if not pattern.fullmatch(name):
                return
            yield "/".join(names[:depth])


def holds_something(folder: str | os.PathLike[str]) -> bool:
    """Whether a folder is there and is not empty."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except (FileNotFoundError, NotADirectoryError):
        return False
