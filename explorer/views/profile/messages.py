"""What the temporal profile (charts, legend, tables) and its scripts tell each other. Times are milliseconds since 1970, UTC."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, TypedDict

import numpy as np

from explorer.views.common.message_fields import Most, Number, Word
from explorer.views.common.messages import FromBrowser, ToBrowser
from explorer.views.common.selection import PinShown, RegionShown

Ends = tuple[float, float]
Two: TypeAlias = Annotated[list[Number], Most(2)]
"""The ends of an axis."""
Sensor = Literal["pf", "s2"]
"""Planet Fusion, Sentinel-2."""


class Calendar(TypedDict):
    """A sensor's dates: `times` float64, each from `left` to `right`; `missing` says why there is none, by its place; `waiting` are still to come."""

    times: np.ndarray
    left: np.ndarray
    right: np.ndarray
    missing: dict[str, str]
    waiting: list[int]


class Curve(TypedDict, total=False):
    """A curve of a chart; its values are those that follow in the message: one a date, with `kind` middle, low and high of each. `pin`
    counts the pins from 1.
    """

    chart: Literal["bands", "index"]
    sensor: Sensor
    name: str
    label: str
    colour: str
    dash: str
    marker: str
    who: str
    pin: int
    kind: Literal["sample", "region", "class"]


class Arrangement(TypedDict):
    """The lower chart's `label`; whether there is an upper one; year against year."""

    label: str
    bands: bool
    years: bool


class Season(TypedDict):
    """Start, peak or end of a season on a curve."""

    date: float
    value: float
    what: Literal["start", "peak", "end"]
    colour: str


class Break(TypedDict):
    """A break of a season, `step` in the index's unit."""

    date: float
    step: float
    colour: str


class Key(TypedDict, total=False):
    """An entry of the legend: a line (`dash`ed, or `wide`), or a `sign`."""

    text: str
    colour: str
    sign: str
    dash: str
    wide: bool


class AboutPicture(TypedDict):
    """What a picture of the charts says beside them, and its file's name without the ending."""

    title: str
    file: str
    notes: list[str]
    keys: list[Key]


class ToProfileCharts(ToBrowser):
    """`values` float32 hold all curves' values behind each other; `flags` uint8 as long (`profile_data.MISSING` to `NODATA`)."""

    def calendar(self, *, pf: Calendar, s2: Calendar) -> None: ...
    def curves(
        self,
        *,
        ticket: int,
        fresh: bool,
        show: Arrangement,
        marks: list[str],
        detail: dict[str, Any],
        curves: list[Curve],
        values: np.ndarray,
        flags: np.ndarray | None = None,
    ) -> None:
        """The pins. `fresh`: the y axes may fit anew; `marks` are set once it is drawn, with `detail`."""

    def over(
        self,
        *,
        ticket: int,
        seasons: list[Season],
        breaks: list[Break],
        curves: list[Curve],
        values: np.ndarray,
        flags: np.ndarray | None = None,
    ) -> None:
        """Smoothed, and found on the pins; of the `curves` with the same ticket."""

    def behind(self, *, curves: list[Curve], values: np.ndarray, flags: np.ndarray | None = None) -> None:
        """The whole sample, its class and the regions."""

    def save(self, *, format: Literal["svg", "png"], about: AboutPicture) -> None: ...
    def zoom(self, *, times: Ends | None, bands: Ends | None, index: Ends | None) -> None:
        """What is seen of both charts (`chart_zoom.ChartZoom`), and of the y axis of each; None: all."""


class FromProfileCharts(FromBrowser):
    """The script asks what belongs to a picture that somebody takes, and says what is seen."""

    def save(self, *, format: Word) -> None: ...
    def zoom(self, *, times: Two | None, bands: Two | None, index: Two | None) -> None: ...


class BandOffered(TypedDict):
    """A band of the menu; `name` as links write it."""

    name: str
    text: str
    title: str
    colour: str


class Menu(TypedDict):
    """All that can be chosen: `indices` by domain, title -> name; `smooth` name -> title, whose `sources` by name; at `most` so many indices."""

    bands: list[BandOffered]
    indices: dict[str, dict[str, str]]
    smooth: dict[str, str]
    sources: dict[str, str]
    most: int


class CurvesChosen(TypedDict):
    """What is chosen of it (`analysis.curves.Curves`)."""

    bands: list[str]
    indices: list[str]
    smooth: str
    pheno: bool
    breaks: bool
    years: bool
    behind: list[str]


class ToPinList(ToBrowser):
    """The legend, the pins and regions, and the menu of the curves."""

    def menu(self, *, menu: Menu) -> None: ...
    def state(self, *, keys: list[Key], chosen: CurvesChosen, problem: str) -> None: ...
    def pins(self, *, pins: list[PinShown], regions: list[RegionShown], keep: bool, alike_off: str) -> None:
        """`keep`: they stay when another sample is selected. `alike_off` says why what is like them cannot be looked for; empty where it can."""

    def acknowledged(self, *, number: int) -> None: ...
    def file(self, *, name: str, text: str) -> None: ...


class FromPinList(FromBrowser):
    """A pin or a region by its place in the list."""

    def alike(self, *, pin: Number | None = None, region: Number | None = None) -> None:
        """Look for samples that are like it."""

    def name(self, *, name: Word, pin: Number | None = None, region: Number | None = None) -> None: ...
    def remove(self, *, pin: Number | None = None, region: Number | None = None) -> None: ...
    def keep(self, *, on: bool) -> None:
        """Whether pins and regions stay when another sample is selected."""

    def csv(self) -> None: ...
    def curves(self, *, text: Annotated[str, Most(4000)], number: Number) -> None:
        """As a link writes them."""


class FindingRow(TypedDict):
    """A row of a table of seasons or breaks."""

    colour: str
    pin: str
    cells: list[str]
    note: str


class FindingTable(TypedDict):
    """A table beside the charts; `notes` say how it was made."""

    title: str
    columns: list[str]
    rows: list[FindingRow]
    notes: list[str]


class ToFindings(ToBrowser):
    """Seasons and breaks, by name."""

    def tables(self, *, tables: dict[str, FindingTable]) -> None: ...
    def file(self, *, name: str, text: str) -> None: ...


class FromFindings(FromBrowser):
    """Somebody takes a table away."""

    def csv(self, *, name: Word) -> None: ...
