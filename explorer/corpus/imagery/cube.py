"""A cube: all chips of one sample and product in one array, with what is known of each date."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from explorer.core.errors import ChipError
from explorer.core.grid import Cell
from explorer.core.products import Product
from explorer.corpus.imagery import geotiff
from explorer.corpus.imagery.encoding import said_of_bright, unused_number


class Status(IntEnum):
    """What is known of one date of a cube."""

    WAITING = 0
    THERE = 1
    ABSENT = 2
    BROKEN = 3


@dataclass(frozen=True, slots=True)
class QualityMeaning:
    """What PF-QA's bands mean, as an operator says (bands by number, from 1, or by name).

    Pixels of `gap_band` are gap-filled from `at_least` on, and from `-at_least` down where it is `signed`.
    `days_band` holds signed days to the source observation.
    """

    gap_band: int | str | None = None
    at_least: float = 1.0
    signed: bool = False
    days_band: int | str | None = None

    def gap_filled(self, values: np.ndarray) -> np.ndarray:
        """Which pixels of the band's values (any shape) are gap-filled, bool."""
        return np.asarray(
            np.abs(values.astype(np.float64)) >= self.at_least if self.signed else values >= self.at_least
        )


def band_named(band: int | str | None, names: tuple[str, ...]) -> str | None:
    """The name of the band that a number (from 1) or a name means; None where there is no such band."""
    if isinstance(band, int):
        return names[band - 1] if 1 <= band <= len(names) else None
    return band if band in names else None


_GAP = re.compile(r"gap", re.IGNORECASE)
# "gap_free" says the contrary, "days_to_gap" counts something else.
_OTHER = re.compile(r"free|less|dist|day|conf|prob|quality|score", re.IGNORECASE)


def gap_band(names: tuple[str, ...], meaning: QualityMeaning | None = None) -> str | None:
    """The layer that marks gap-filled pixels: as an operator says, else the one whose own name says so; or None."""
    if meaning is not None and meaning.gap_band is not None:
        return band_named(meaning.gap_band, names)
    return next((name for name in names if _GAP.search(name) and not _OTHER.search(name)), None)


@dataclass
class Cube:
    """`data` is `(time, band, y, x)` over the whole calendar, in the product's encoding (PF-QA: as stored); only rows whose
    `status` is `THERE` hold pixels. Read-only for everybody but the reading that fills it.
    """

    cell: Cell
    product: Product
    bands: tuple[str, ...] = ()
    data: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0, 0), np.int16))
    status: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8))
    reasons: dict[int, str] = field(default_factory=dict)
    nodata: float | None = None
    notes: dict[str, list[int]] = field(default_factory=dict)
    """What was read in another way than the corpus's own chips are, with the positions of the dates."""
    meaning: QualityMeaning | None = None
    """Of PF-QA: what its bands mean, where somebody says so."""
    _writable: np.ndarray | None = field(default=None, repr=False)
    _tags: set[float] = field(default_factory=set, repr=False)
    """Numbers that files call nodata."""

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

    def valid(self, index: int, bands: Sequence[str] = ()) -> np.ndarray:
        """Where all of these bands of a date are measured, without names where any band is; bool `(y, x)`."""
        if self.nodata is None:
            return np.ones(self.data.shape[2:], bool)
        if bands:
            columns = [self.bands.index(name) for name in bands]
            return np.logical_and.reduce([self.data[index, column] != self.nodata for column in columns])
        # A Sentinel-2 band can be empty as a whole (B01, B09).
        return np.asarray((self.data[index] != self.nodata).any(axis=0))

    def place(self, index: int, chip: geotiff.Chip) -> None:
        """Put one date's pixels in; raises `ChipError` where they cannot stand beside those of the other dates."""
        if self._writable is None:
            self.bands = self.product.band_names or chip.bands
            shape = (len(self.product.dates), len(self.bands), *chip.data.shape[1:])
            self._write_to(np.zeros(shape, chip.data.dtype))  # pages are only used once written
        data = chip.data
        if chip.bands != self.bands:
            if set(chip.bands) != set(self.bands):
                raise ChipError(
                    f"bands {', '.join(chip.bands)}, the other dates have {', '.join(self.bands)}"
                )
            data = data[[chip.bands.index(name) for name in self.bands]]
        if data.dtype != self.data.dtype:
            data = self._of_one_type(data, index)
        if chip.nodata != self.nodata:
            data = self._of_one_nodata(data, chip.nodata, index)
        assert self._writable is not None
        self._writable[index] = data
        for note in chip.notes:
            self._note(note, index)
        self.status[index] = Status.THERE

    def _write_to(self, array: np.ndarray) -> None:
        self._writable, view = array, array.view()
        view.setflags(write=False)
        self.data = view

    def _of_one_type(self, data: np.ndarray, index: int) -> np.ndarray:
        """Pixels in the type of the other dates; all change to one that holds both where need be, for good."""
        assert self._writable is not None
        if self.product.bands:
            # 16 bits each: only Sentinel-2 has two, unsigned and, with numbers below 0, signed.
            signed = np.dtype(np.int16)
            most, bright = np.iinfo(signed).max, said_of_bright(signed)
            if self._writable.dtype != signed:
                for i in self.there.tolist():
                    if (self.data[i] > most).any():
                        self._note(bright, i)
                self._write_to(np.minimum(self._writable, most).astype(signed))
            elif (data > most).any():
                self._note(bright, index)
            return np.minimum(data, most).astype(signed)
        both = np.promote_types(data.dtype, self._writable.dtype)
        if both != self._writable.dtype:
            self._write_to(self._writable.astype(both))
        return data.astype(both)

    def _of_one_nodata(self, data: np.ndarray, nodata: float | None, index: int) -> np.ndarray:
        """Pixels in which the same number means "not measured" as on the other dates.

        What some files call nodata is missing in those that call nothing so; one that calls another number so means what
        it says, and a number that nobody measured stands for both.
        """
        if nodata is None:
            for number in self._tags:
                if (data == number).any():
                    self._note(
                        f"pixels of {number:g} are taken as missing: files of other dates call it nodata",
                        index,
                    )
                    data = np.where(data == number, data.dtype.type(self.nodata), data)
            return data
        gone = data == nodata
        if self.nodata is None:
            self.nodata = nodata
            for i in self.there.tolist():
                if (self.data[i] == nodata).any():
                    self._note(
                        f"pixels of {nodata:g} are taken as missing: files of other dates call it nodata", i
                    )
        elif self.nodata != nodata and (data[~gone] == self.nodata).any():
            data = self._free_number(data, gone)
        self._tags.add(nodata)
        return np.where(gone, data.dtype.type(self.nodata), data)

    def _free_number(self, data: np.ndarray, gone: np.ndarray) -> np.ndarray:
        """Let a number that no date has measured mean "not measured", in a wider type where need be."""
        assert self._writable is not None
        there = self.data[self.there]
        both = np.concatenate([there.ravel(), data.ravel()])
        missing = np.concatenate([(there == self.nodata).ravel(), gone.ravel()])
        try:
            number = unused_number(both, missing)
        except ChipError:
            wider = np.promote_types(both.dtype, np.int16 if both.dtype.itemsize == 1 else np.int32)
            self._write_to(self._writable.astype(wider))
            data, number = data.astype(wider), unused_number(both.astype(wider), missing)
        self._writable[self._writable == self.nodata] = number
        self.nodata = number
        return data

    def _note(self, text: str, index: int) -> None:
        self.notes.setdefault(text, []).append(index)
