"""Absent, or refused? Some stores answer both alike; what else can be read there tells.

S3 answers 403 for a file that is not there to whoever may not list its folder, Azure 409 or 403 where a container is not
public. A file that is refused while another one can be read, asked for afterwards, is absent; where nothing can be read
any more, as when a signature has expired, it is the store that refuses.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from explorer import forking

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


class Refusals:
    """Judges one store. `can_read` says whether a key can be read now; it may raise what the store raises.

    May be used from many threads: what one of them finds out serves all whose refusals came before it asked.
    """

    def __init__(self, can_read: Callable[[str], bool]) -> None:
        self._can_read = can_read
        self._lock = forking.Lock()
        self._read: list[str] = []  # keys that were read: the first, and the last ones
        self._open_from = self._closed_from = float("-inf")

    @property
    def refused(self) -> bool:
        """Whether nothing could be read the last time that it was asked."""
        return self._closed_from > self._open_from

    def was_read(self, key: str, began: float) -> None:
        """A key was read, asked for at `began` (of `time.monotonic`)."""
        if began > self._open_from:
            self._open_from = began
        if key not in self._read:
            self._read = [*self._read[:1], *self._read[1:][-(_KEPT - 1) :], key]

    def is_absent(self, key: str, told: float) -> bool:
        """Whether a key that was refused at `told` is absent; else it is the store that refuses."""
        with self._lock:
            if self._open_from >= told:
                return True
            if self._closed_from >= told:
                return False
            for witness in self._witnesses(key):
                began = time.monotonic()
                if self._can_read(witness):
                    self.was_read(witness, began)
                    return True
            self._closed_from = told
            return False

    def _witnesses(self, key: str) -> Iterator[str]:
        yield from dict.fromkeys(known for known in (*reversed(self._read), *WELL_KNOWN) if known != key)
