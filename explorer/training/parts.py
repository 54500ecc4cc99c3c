"""Some samples of a pack, read and ready to be written, and what each format has to be able to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from explorer.training.plan import Piece, Plan

STATUS_MEANINGS = "not_asked there absent broken could_not_be_had"
"""CF's words for the numbers of a date's status, 0 to 4."""
COULD_NOT_BE_HAD = 4


@dataclass(frozen=True)
class Part:
    """Some samples, read: `data` by product id, `(sample, time, band, y, x)` DN; `status` by product id, uint8 `(sample, time)`."""

    piece: Piece
    data: dict[str, np.ndarray]
    status: dict[str, np.ndarray]


class Writer(Protocol):
    """One format."""

    def begin(self, folder: Path, plan: Plan, about: dict[str, Any]) -> None:
        """Write all that stands around the data, into a new folder."""

    def write(self, folder: Path, part: Part) -> dict[str, str]:
        """Write one part; again, if a part was cut off. SHA-256 of the files that have no checksums of their own, by their names.

        Parts can be written side by side, by other processes too: no two touch one file.
        """

    def end(
        self,
        folder: Path,
        plan: Plan,
        status: dict[str, np.ndarray],
        checksums: dict[str, str],
        about: dict[str, Any],
    ) -> None:
        """Write what is known only once all is there."""
