"""How a chip's numbers are written: which are missing, and what reflectance a stored number means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stated:
    """What metadata beside a chip (a STAC asset, item or collection) says of its numbers.

    Each is a tuple with one entry a band, one entry for all bands, or empty where nothing is said. Reflectance is
    stored number x scale + offset; `bands` are the names in the order of the file.
    """

    scales: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()
    nodata: tuple[float, ...] = ()
    bands: tuple[str, ...] = ()
