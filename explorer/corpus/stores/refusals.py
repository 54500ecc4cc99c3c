"""Absent, or refused? Some stores answer both alike; what else can be read there tells.

S3 answers 403 for a file that is not there to whoever may not list its folder, Azure 409 or 403 where a container is not
public. A file that is refused while another one can be read, asked for afterwards, is absent; where what was read before
is refused as well, as when a signature has expired, it is the store that refuses. Files of the same top folder are asked
for where one of them was read, for access to that folder alone may have ended; else whatever a corpus has.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from explorer.core import forking
from explorer.corpus.stores.symlinks import FOLDERS

WELL_KNOWN = (
    "resources/rapidai4eo_geometries.geojson.gz",
    "resources/rapidai4eo_labels.csv.gz",
    "stac-v1.0/catalog.json",
    "resources/explorer_index.parquet",
    "resources/rapidai4eo_label_mappings.csv",
    "resources/rapidai4eo_labels.csv",
    "resources/rapidai4eo_geometries.geojson",
    "catalog.json",
    "resources/SYNTHETIC.txt",
)
"""Files of which a corpus has at least one; asked for where none has been read yet."""
_KEPT = 3


@dataclass
class _Part:
    """What is known of one top folder."""

    read: list[tuple[int, str]] = field(default_factory=list)
    """Sizes and keys that were read: the smallest, and the last ones."""
    open_from: float = float("-inf")
    closed_from: float = float("-inf")


class Refusals:
    """Judges one store. `can_read` says whether a key can be read now; it may raise what the store raises.

    May be used from many threads: what one of them finds out serves all whose refusals came before it asked.
    """

    def __init__(self, can_read: Callable[[str], bool]) -> None:
        self._can_read = can_read
        self._lock = forking.Lock()
        self._parts: dict[str, _Part] = {}

    @property
    def refused(self) -> bool:
        """Whether nothing could be read of a folder the last time that it was asked."""
        return any(part.closed_from > part.open_from for part in self._parts.copy().values())

    def was_read(self, key: str, began: float, size: int = 0) -> None:
        """A key of so many bytes was read, asked for at `began` (of `time.monotonic`)."""
        part = self._part(key)
        if began > part.open_from:
            part.open_from = began
        known = part.read
        if all(key != one for _, one in known):
            part.read = [*sorted(known)[:1], *known[1 - _KEPT :], (size, key)] if known else [(size, key)]

    def is_absent(self, key: str, told: float) -> bool:
        """Whether a key that was refused at `told` is absent; else it is the store that refuses."""
        part = self._part(key)
        with self._lock:
            if part.open_from >= told:
                return True
            if part.closed_from >= told:
                return False
            for witness in self._witnesses(key, part):
                began = time.monotonic()
                if self._can_read(witness):
                    part.open_from = began
                    return True
            part.closed_from = told
            return False

    def still(self) -> bool:
        """Whether what refused the last time still does; asks."""
        closed = [name for name, part in self._parts.copy().items() if part.closed_from > part.open_from]
        return any(not self.is_absent(f"{name}/", time.monotonic()) for name in closed)

    def _part(self, key: str) -> _Part:
        top = key.split("/", 1)[0]
        return self._parts.setdefault(top if top in FOLDERS else "", _Part())

    def _witnesses(self, key: str, part: _Part) -> Iterator[str]:
        own = [known for _, known in sorted(part.read) if known != key]
        others = [known for other in self._parts.copy().values() for _, known in sorted(other.read)[:1]]
        yield from own or dict.fromkeys(known for known in (*others, *WELL_KNOWN) if known != key)
