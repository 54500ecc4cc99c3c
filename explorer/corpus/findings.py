"""What is found out about a corpus while it is read: each kind of surprise is said once, and kept for `info` and `doctor`."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from explorer.core import forking

logger = logging.getLogger("explorer")


MAX_FINDINGS = 500
"""Different findings kept of one corpus: a corpus where every file is strange in a way of its own is bounded by this."""


class AsWritten(str):
    """A note of what a file says itself, as the scale in its tags: told, but no reason to warn as a guess is."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found out: what it is about (`PF-SR`, `S2-SR`, `PF-QA`), what it is, one file of it, and how many."""

    about: str
    text: str
    example: str
    count: int


class Findings:
    """Findings of one corpus, each logged when it is first made. It may be used from many threads."""

    def __init__(self, where: str = "") -> None:
        self._where = where
        self._lock = forking.Lock()
        self._found: dict[tuple[str, str], tuple[str, int]] = {}

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_found": dict(self._found)}  # a copy: others may note meanwhile

    def note(self, about: str, text: str, example: str) -> None:
        """Note that a file (`example`, its key) is so; the first of its kind is logged, as a warning unless it is `AsWritten`."""
        kind = (about, text)
        with self._lock:
            first, count = self._found.get(kind, ("", 0))
            if not count and len(self._found) >= MAX_FINDINGS:
                return
            self._found[kind] = (first or example, count + 1)
        if not count:
            level = logging.INFO if isinstance(text, AsWritten) else logging.WARNING
            logger.log(level, "%s: %s: %s (first: %s)", self._where, about, text, example)

    def all(self) -> list[Finding]:
        """Everything found out so far, in the order of the first of each kind."""
        with self._lock:
            return [
                Finding(about, text, example, count)
                for (about, text), (example, count) in self._found.items()
            ]
