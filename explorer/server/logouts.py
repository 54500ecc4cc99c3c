"""Which logins were ended before their time: a file a day in the data folder, which all processes that use it read."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from explorer.core import open_flags

_LOG = logging.getLogger("explorer")
_DIGEST = 32
"""Hexadecimal digits that stand for a login."""
LARGEST = 16_000_000
"""Bytes of a day's file that are read, and written: half a million logouts."""


class Logouts:
    """Logins are known here by the hash of their cookie, which is worth nothing to who reads the file.

    Nothing is kept longer than a login holds (`days`). Where `folder` cannot be written, a logout holds in this process alone,
    and the log says so.
    """

    def __init__(self, folder: Path, days: int, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._days, self._clock = folder, days, clock
        self._read: dict[str, tuple[int, frozenset[str]]] = {}
        self._own: set[str] = set()
        self._looked = 0.0

    def add(self, cookie: str) -> None:
        """End the login of a valid cookie."""
        if self.holds(cookie):
            return
        digest = _digest(cookie)
        path = self._folder / self._name(0)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(
                path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | open_flags.CLOEXEC | open_flags.BINARY, 0o600
            )
            try:
                if os.fstat(handle).st_size < LARGEST:
                    os.write(handle, f"{digest}\n".encode())  # one short line: nobody else's comes between
            finally:
                os.close(handle)
        except OSError as error:
            self._own.add(digest)
            _LOG.error(
                "a logout cannot be kept in %s (%s): it holds in this process alone", path, error.strerror
            )
        self._looked = 0.0
        self._tidy()

    def holds(self, cookie: str) -> bool:
        """Whether the login of a cookie was ended; reads what is new, not more often than each half second."""
        digest = _digest(cookie)
        if digest in self._own:
            return True
        if abs(self._clock() - self._looked) >= 0.5:
            self._looked = self._clock()
            self._look()
        return any(digest in found for _, found in self._read.values())

    def _look(self) -> None:
        read: dict[str, tuple[int, frozenset[str]]] = {}
        for name in map(self._name, range(-1, self._days + 2)):  # clocks of two machines may differ
            with suppress(OSError):
                size = (self._folder / name).stat().st_size
                known = self._read.get(name)
                read[name] = known if known is not None and known[0] == size else (size, self._day(name))
        self._read = read

    def _day(self, name: str) -> frozenset[str]:
        with (self._folder / name).open("rb") as file:
            data = file.read(LARGEST)
        return frozenset(data.decode("ascii", "replace").split("\n"))

    def _tidy(self) -> None:
        kept = {self._name(days) for days in range(-1, self._days + 2)}
        with suppress(OSError):
            for path in self._folder.glob("logged-out-*"):
                if path.name not in kept:
                    path.unlink()

    def _name(self, days_ago: int) -> str:
        day = datetime.fromtimestamp(self._clock(), UTC) - timedelta(days=days_ago)
        return f"logged-out-{day:%Y-%m-%d}"


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
