"""What the Sentinel-2 panel and its script tell each other."""

from __future__ import annotations

from typing import Annotated, TypedDict

import numpy as np

from explorer.analysis.composite import Legend
from explorer.views.common.message_fields import Most, Number, Word
from explorer.views.common.messages import FromBrowser, ToBrowser
from explorer.views.common.picture_marks import FromPicture
from explorer.views.common.selection import PinShown, RegionShown


class BandShown(TypedDict):
    """A band; `wavelength` in nm."""

    name: str
    title: str
    wavelength: float


class ToGrid(ToBrowser):
    """`ticket` counts the samples that were opened: what has an older one is dropped."""

    def open(
        self,
        *,
        ticket: int,
        sample: str | None,
        bands: list[BandShown],
        bounds: tuple[float, float, float, float] | None,
        corners: tuple[tuple[float, ...], ...] | None,
        credit: str,
        planet_credit: str,
    ) -> None:
        """A sample: `bounds` in UTM metres (left, bottom, right, top), `corners` longitude and latitude (NW, NE, SW, SE)."""

    def pictures(
        self,
        *,
        ticket: int,
        sample: str,
        status: list[int],
        reasons: dict[str, str],
        rgb: bytes | None,
        grey: bytes | None,
        empty: list[str],
        legend: Legend | None,
    ) -> None:
        """Of all months (`bands.Pictures`); `status` a month (`imagery.cube_cache.Status`). Without `grey` those of the bands stay."""

    def look(
        self, *, composite: str, title: str, twin: bool, by: str, band: str, room: str, problem: str
    ) -> None:
        """What is shown (`sentinel_look.SentinelLook`); `twin`: it has the bands for what the animation shows."""

    def large(self, *, mode: str, month: int | None, band: str, scale: float, row: float, col: float) -> None:
        """The picture that is large (`sentinel_look.LargePicture`); where `mode` is empty, none is."""

    def under(self, *, row: int, col: int, index: int, of: str, text: str) -> None:
        """The answer to the same message of the script."""

    def error(self, *, ticket: int, text: str) -> None: ...
    def menu(self, *, groups: dict[str, dict[str, str]]) -> None: ...
    def pins(self, *, pins: list[PinShown]) -> None: ...
    def regions(self, *, regions: list[RegionShown], problem: str) -> None: ...


class FromGrid(FromPicture):
    """What is done in the panel, and in a picture that is large."""

    def look(
        self, *, composite: Annotated[str, Most(1000)] = "", by: Word = "", band: Word = "", room: Word = ""
    ) -> None: ...
    def large(
        self, *, mode: Word, month: Number | None, band: Word, scale: Number, row: Number, col: Number
    ) -> None: ...
    def retry(self) -> None: ...
    def under(self, *, row: Number, col: Number, index: Number, of: Word, ticket: Number) -> None:
        """Asks what is measured in a pixel `of` a band, of Planet Fusion (`planet`) or of what the months show (empty); `index`: a month from 0, or a date."""


class SpectralAxis(TypedDict):
    """A sensor's bands by wavelength; `wavelengths` and `widths` in nm."""

    names: list[str]
    wavelengths: list[float]
    widths: list[float]


class PlaceShown(TypedDict):
    """A pin or a region of the spectrum; with `spread` its mean, 10th and 90th percentile follow each other."""

    colour: str
    short: str
    name: str
    spread: bool


class ToSpectrum(ToBrowser):
    """`values` float32 hold, place by place, Sentinel-2's months and Planet Fusion's dates, each the bands by wavelength; reflectance."""

    def axes(self, *, s2: SpectralAxis, pf: SpectralAxis, dates: list[str], notes: list[str]) -> None: ...
    def spectra(
        self,
        *,
        fresh: bool,
        sample: str | None,
        places: list[PlaceShown],
        values: np.ndarray,
        there: list[int],
        middles: list[int | None],
    ) -> None:
        """`there` are the dates of Planet Fusion that are read, `middles` those nearest to the months' middles."""

    def look(self, *, months: list[int], typical: bool, most: int) -> None: ...
    def acknowledged(self, *, number: int) -> None: ...
    def typical(
        self,
        *,
        month: int,
        text: str,
        short: str = "",
        wavelengths: list[float] | None = None,
        median: list[float] | None = None,
        low: list[float] | None = None,
        high: list[float] | None = None,
    ) -> None:
        """What is typical of the sample's class in a month; without curves why it is not known."""

    def file(self, *, text: str) -> None: ...


class FromSpectrum(FromBrowser):
    """Months are 1 to 12; `index` is a date of Planet Fusion."""

    def look(
        self,
        *,
        number: Number,
        months: Annotated[list[Number], Most(12)] | None = None,
        typical: bool | None = None,
    ) -> None: ...
    def typical(self, *, month: Number) -> None: ...
    def csv(self, *, index: Number) -> None: ...
