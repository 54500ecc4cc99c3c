"""The three imagery products of the corpus: bands, wavelengths, dates, pixel size, file names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral, Number

from explorer.core.errors import UnknownBandError, UnknownDateError

CELL_SIZE_M = 600
"""Edge of a sample's footprint in metres."""

REFLECTANCE_SCALE = 1e-4
"""Reflectance = stored integer (DN) x this, in PF-SR and S2-SR."""

OVERPASS_UTC = dt.time(10, 30)
"""The time of day that the corpus stamps on every date."""


@dataclass(frozen=True, slots=True)
class Band:
    """One spectral band. `wavelength` is the centre and `width` the full width, both in nm; what they are of, `Product.wavelengths` says.

    `wavelength_s2b`: the centre on Sentinel-2B, where `wavelength` is Sentinel-2A's; a monthly mosaic mixes both.
    """

    name: str
    title: str
    wavelength: float
    width: float
    common_name: str | None = None
    wavelength_s2b: float | None = None


@dataclass(frozen=True)
class Product:
    """One kind of chip: its folder, grid, encoding and calendar.

    `bands` is empty where the corpus does not say what the bands are (PF-QA): the file names them then. Chips are
    read into the first of `dtypes`, or another of them where their numbers need it; files may have any other
    (`explorer.corpus.imagery.encoding`).
    """

    id: str
    title: str
    pixel_size: float  # metres
    size: int  # pixels along an edge
    dtypes: tuple[str, ...]
    bands: tuple[Band, ...]
    dates: tuple[dt.date, ...]
    monthly: bool = False
    nodata: int | None = None
    wavelengths: str = ""
    """One sentence on what the bands' wavelengths are, and how far they can be trusted."""

    @cached_property
    def band_names(self) -> tuple[str, ...]:
        """Band names in the order of the file."""
        return tuple(band.name for band in self.bands)

    @cached_property
    def date_keys(self) -> tuple[str, ...]:
        """Every date as the file name writes it: `2018-01-03`, or `2018-01` for a monthly product."""
        return tuple(self.stem(date) for date in self.dates)

    @cached_property
    def _known_dates(self) -> frozenset[dt.date]:
        return frozenset(self.dates)

    def stem(self, date: dt.date) -> str:
        """The file name of a date, without its ending."""
        return date.strftime("%Y-%m") if self.monthly else date.isoformat()

    def folder(self, sample_folder: str) -> str:
        """The folder of one sample's chips, relative to the corpus's root."""
        return f"imagery/{sample_folder}/{self.id}"

    def key(self, sample_folder: str, date: dt.date) -> str:
        """The path of one chip, relative to the corpus's root."""
        return f"{self.folder(sample_folder)}/{self.stem(date)}.tif"

    def band(self, name: str) -> Band:
        """The band of this name; raises `UnknownBandError`."""
        for band in self.bands:
            if band.name == name:
                return band
        raise UnknownBandError(name, self.id, self.band_names)

    def names(self, bands: object) -> list[str] | None:
        """The bands asked for as a list, of one alone, too; None is all. Raises `UnknownBandError` for what cannot name any."""
        if bands is None:
            return None
        if isinstance(bands, str):
            return [bands]
        if not isinstance(bands, Iterable):
            raise UnknownBandError(bands, self.id, self.band_names)
        return list(bands)

    def parse_date(self, text: object) -> dt.date:
        """A date of this product's calendar from a date, datetime or ISO text.

        A month (`2018-07`) is accepted for a monthly product, as is any day in it.
        Raises `UnknownDateError` for anything else.
        """
        date = _as_date(text)
        if date is not None and self.monthly:
            date = date.replace(day=1)
        if date is None or date not in self._known_dates:
            raise UnknownDateError(text, self.id, self.calendar)
        return date

    def parse_dates(self, given: object) -> list[dt.date]:
        """Dates of this product's calendar, ascending, each once, from one or several things that mean some.

        A day, or a month of a monthly product, as `parse_date` takes it; a month (`2018-07`) or year (`2018`): all its dates; a
        whole number from 1 to 12: that month, of each year; a slice of days, months and years, both ends included, either
        may be left out; or any number of these.
        Raises `UnknownDateError` for the first that means none of the calendar's dates.
        >>> [date.day for date in PF_SR.parse_dates("2018-07")]
        [2, 7, 12, 17, 22, 27]
        >>> [date.month for date in S2_SR.parse_dates(slice("2018-05", "2018-07"))], len(S2_SR.parse_dates([1, 2, 12]))
        ([5, 6, 7], 3)
        """
        if isinstance(given, str) or not isinstance(given, Iterable):
            return self._dates_of(given)
        return sorted({date for one in given for date in self._dates_of(one)})

    def _dates_of(self, one: object) -> list[dt.date]:
        if isinstance(one, slice):
            first, last = _period(one.start), _period(one.stop)
            ends = (one.start is None or first) and (one.stop is None or last) and one.step is None
            found = [
                d for d in self.dates if (not first or first[0] <= d) and (not last or d <= last[1])
            ] if ends else []  # fmt: skip
        elif isinstance(one, bool):
            found = []
        elif isinstance(one, Integral):
            found = [d for d in self.dates if d.month == one]
        elif (period := _period(one)) and period[0] != period[1]:
            found = [d for d in self.dates if period[0] <= d <= period[1]]
        else:
            return [self.parse_date(one)]
        if not found:
            raise UnknownDateError(one, self.id, self.calendar)
        return found

    @property
    def calendar(self) -> str:
        """One sentence on which dates exist."""
        first, last = self.date_keys[0], self.date_keys[-1]
        step = "month" if self.monthly else "fifth day"
        return f"it has every {step} from {first} to {last} ({len(self.dates)})"

    def nearest(self, date: dt.date) -> dt.date:
        """The date of this product nearest to `date` (its own month, for a monthly product)."""
        if self.monthly:
            same = [d for d in self.dates if (d.year, d.month) == (date.year, date.month)]
            if same:
                return same[0]
        return min(self.dates, key=lambda d: abs(d - date))


_PERIOD = re.compile(r"^(\d{4})(?:-(\d{2}))?$")
_DATE = re.compile(r"^(\d{4})-(\d{2})(?:-(\d{2}))?(?:[T ].*)?$")


def _as_date(value: object) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    match = _DATE.match(str(value))  # str() of a numpy datetime64 is ISO text
    if not match:
        return None
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        return None


def _period(value: object) -> tuple[dt.date, dt.date] | None:
    """First and last day of a day, month or year; None for what is none of them."""
    # str() of a numpy datetime64 or a pandas Period of a month is "2018-07"
    match = None if isinstance(value, Number | dt.date) else _PERIOD.match(str(value))
    if match is None:
        day = _as_date(value)
        return None if day is None else (day, day)
    try:
        first = dt.date(int(match[1]), int(match[2] or 1), 1)
    except ValueError:
        return None
    ahead = first.replace(month=12) if match[2] is None else first
    return first, (ahead.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


PF_DATES = tuple(dt.date(2018, 1, 3) + dt.timedelta(days=5 * i) for i in range(146))
S2_MONTHS = tuple(dt.date(2018, month, 1) for month in range(1, 13))

# Planet Fusion: nominal centres and widths of the Sentinel-2-harmonised PlanetScope bands.
_PF = (
    Band("blue", "Blue", 490, 50, "blue"),
    Band("green", "Green", 565, 36, "green"),
    Band("red", "Red", 665, 30, "red"),
    Band("nir", "Near infrared", 865, 40, "nir"),
)
# Sentinel-2A MSI central wavelengths and bandwidths, and the centres of Sentinel-2B (ESA, Sentinel-2 spectral response functions v3),
# in the order in which the corpus's chips most likely store them.
_S2 = (
    Band("B02", "Blue", 492.4, 66, "blue", 492.1),
    Band("B03", "Green", 559.8, 36, "green", 559.0),
    Band("B04", "Red", 664.6, 31, "red", 664.9),
    Band("B08", "Near infrared", 832.8, 106, "nir", 832.9),
    Band("B05", "Red edge 1", 704.1, 15, "rededge", 703.8),
    Band("B06", "Red edge 2", 740.5, 15, "rededge", 739.1),
    Band("B07", "Red edge 3", 782.8, 20, "rededge", 779.7),
    Band("B8A", "Narrow near infrared", 864.7, 21, "nir08", 864.0),
    Band("B11", "Shortwave infrared 1", 1613.7, 91, "swir16", 1610.4),
    Band("B12", "Shortwave infrared 2", 2202.4, 175, "swir22", 2185.7),
    Band("B01", "Coastal aerosol", 442.7, 21, "coastal", 442.2),
    Band("B09", "Water vapour", 945.1, 20, "nir09", 943.2),
)

_PF_WAVELENGTHS = "Planet Fusion: nominal centres of the bands that PlanetScope is harmonised to; the corpus states none, and each date mixes sensors."
_S2_WAVELENGTHS = (
    "Sentinel-2: centres of Sentinel-2A (ESA, spectral response functions v3); Sentinel-2B's differ by up to 17 nm (B12: 2185.7), and a "
    "monthly mosaic mixes both."
)
PF_SR = Product(
    "PF-SR",
    "Planet Fusion surface reflectance",
    3.0,
    200,
    ("int16",),
    _PF,
    PF_DATES,
    wavelengths=_PF_WAVELENGTHS,
)
PF_QA = Product("PF-QA", "Planet Fusion quality", 3.0, 200, (), (), PF_DATES)
S2_SR = Product(
    "S2-SR",
    "Sentinel-2 L2A monthly mosaic",
    10.0,
    60,
    ("uint16", "int16"),
    _S2,
    S2_MONTHS,
    monthly=True,
    nodata=0,
    wavelengths=_S2_WAVELENGTHS,
)
PRODUCTS = {product.id: product for product in (PF_SR, PF_QA, S2_SR)}

CITATION = (
    'Davis, T., et al. (2023) "RapidAI4EO: A Corpus of Dense Time Series Satellite Imagery", '
    "Version 1.0, Radiant MLHub, https://doi.org/10.34911/RDNT.GCYDKJ"
)
SYNTHETIC_KEY = "resources/SYNTHETIC.txt"
"""A corpus that holds this file is made up: nobody's imagery, and nobody's licence."""
SYNTHETIC_NOTE = "Synthetic demo imagery, made by the RapidAI4EO explorer; not satellite data"
SYNTHETIC_LICENSE = "none: synthetic"
ATTRIBUTION = {
    "PF-SR": "Planet Fusion imagery © Planet Labs PBC, CC-BY-NC-SA 3.0 (non-commercial, share alike)",
    "PF-QA": "Planet Fusion imagery © Planet Labs PBC, CC-BY-NC-SA 3.0 (non-commercial, share alike)",
    "S2-SR": "Contains modified Copernicus Sentinel data 2018 (Copernicus Sentinel Data Terms)",
    "labels": "CORINE Land Cover 2018, European Environment Agency (Regulation (EU) 1159/2013)",
}
LICENSE = {
    "PF-SR": "CC-BY-NC-SA-3.0",
    "PF-QA": "CC-BY-NC-SA-3.0",
    "S2-SR": "Copernicus-Sentinel-Data-Terms",
    "labels": "Regulation-EU-1159-2013",
}
