"""A cube: all chips of one sample and product in one array, with what is known of each date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from explorer.corpus import chips
from explorer.errors import ChipError
from explorer.grid import Cell
from explorer.products import Product


class Status(IntEnum):
    """What is known of one date of a cube."""

    WAITING = 0
    THERE = 1
    ABSENT = 2
    BROKEN = 3


@dataclass
class Cube:
    """`data` is `(time, band, y, x)` over the whole calendar, integers as stored; only rows whose `status` is
    `THERE` hold pixels. Read-only for everybody but the reading that fills it.
    """

    cell: Cell
    product: Product
    bands: tuple[str, ...] = ()
    data: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0, 0), np.int16))
    status: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8))
    reasons: dict[int, str] = field(default_factory=dict)
    nodata: float | None = None
    _writable: np.ndarray | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.status = np.zeros(len(self.product.dates), np.uint8)
        self.nodata = self.product.nodata

    @property
    def there(self) -> np.ndarray:
        """Positions in the calendar of the dates that hold pixels, ascending."""
        return np.flatnonzero(self.status == Status.THERE)

    @property
    def missing(self) -> dict[dt.date, str]:
        """Dates that were read and are not there, with the reason."""
        return {self.product.dates[i]: why for i, why in sorted(self.reasons.items())}

    @property
    def nbytes(self) -> int:
        """Bytes of its pixels, the whole calendar's."""
        return self.data.nbytes

    def valid(self, index: int | slice) -> np.ndarray:
        """Where every band of a date is measured: bool `(y, x)` (or `(time, y, x)` for a slice)."""
        if self.nodata is None:
            shape = self.data[index].shape
            return np.ones(shape[:-3] + shape[-2:], bool)
        # A Sentinel-2 band can be empty as a whole (B01, B09); a hole is where all bands are nodata.
        return np.asarray((self.data[index] != self.nodata).any(axis=-3))

    def place(self, index: int, chip: chips.Chip) -> None:
        """Put one date's pixels in; raises `ChipError` where its bands are not those of the others."""
        if self._writable is None:
            self.bands = self.product.band_names or chip.bands
            shape = (len(self.product.dates), len(self.bands), *chip.data.shape[1:])
            self._writable = np.zeros(shape, chip.data.dtype)  # pages are only used once written
            self.data = self._writable.view()
            self.data.setflags(write=False)
            if chip.nodata is not None:
                self.nodata = chip.nodata
        if chip.data.dtype != self._writable.dtype:
            raise ChipError(f"dtype {chip.data.dtype}, the other dates have {self._writable.dtype}")
        if chip.bands == self.bands:
            self._writable[index] = chip.data
        elif set(chip.bands) == set(self.bands):
            self._writable[index] = chip.data[[chip.bands.index(name) for name in self.bands]]
        else:
            raise ChipError(f"bands {', '.join(chip.bands)}, the other dates have {', '.join(self.bands)}")
        self.status[index] = Status.THERE
