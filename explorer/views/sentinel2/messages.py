"""What the Sentinel-2 panel and its script tell each other."""

from __future__ import annotations

from typing import Annotated, TypedDict

from explorer.analysis.composite import Legend
from explorer.views.common.message_fields import Most, Number, Word
from explorer.views.common.messages import FromBrowser, ToBrowser
from explorer.views.common.selection import PinShown, RegionShown


class BandShown(TypedDict):
    """A band; `wavelength` in nm."""

    name: str
    title: str
    wavelength: float


class ToGrid(ToBrowser):
    """`ticket` counts the samples that were opened: what has an older one is dropped."""

    def open(self, *, ticket: int, sample: str | None, bands: list[BandShown]) -> None: ...
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
        """Of all months (`bands.Pictures`); `status` a month (`imagery.cubes.Status`). Without `grey` those of the bands stay."""

    def look(
        self, *, composite: str, title: str, twin: bool, by: str, band: str, room: str, problem: str
    ) -> None:
        """What is shown (`sentinel_look.SentinelLook`); `twin`: it has the bands for what the animation shows."""

    def error(self, *, ticket: int, text: str) -> None: ...
    def menu(self, *, groups: dict[str, dict[str, str]]) -> None: ...
    def pins(self, *, pins: list[PinShown], regions: list[RegionShown]) -> None: ...


class FromGrid(FromBrowser):
    """Rows and columns count 10 m pixels from the upper left."""

    def look(
        self, *, composite: Annotated[str, Most(1000)] = "", by: Word = "", band: Word = "", room: Word = ""
    ) -> None: ...
    def pick(self, *, row: Number, col: Number, add: bool) -> None: ...
    def retry(self) -> None: ...
