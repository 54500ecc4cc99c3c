"""What the Planet Fusion panel and its script tell each other. `ticket` counts the samples that were opened: what has an older one is dropped."""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypedDict

from explorer.analysis.composite import Legend
from explorer.opinions.ground_marks import GroundMark
from explorer.views.common.message_fields import Most, Number, Word
from explorer.views.common.messages import ToBrowser
from explorer.views.common.picture_marks import FromPicture
from explorer.views.common.selection import PinShown, RegionShown

Text: TypeAlias = Annotated[str, Most(1000)]


class CoverShown(TypedDict):
    """A class of a map of land cover that is there in the sample; `share` of its pixels, 0 to 1."""

    title: str
    colour: str
    share: float


class ToPlayer(ToBrowser):
    """`indices` are of dates; `bytes` holds the pictures one after another, of these `sizes`."""

    def open(
        self,
        *,
        ticket: int,
        sample: str | None,
        dates: list[str],
        index: int,
        bounds: tuple[float, float, float, float] | None,
        corners: tuple[tuple[float, ...], ...] | None,
        credit: str,
    ) -> None:
        """A sample: `bounds` in UTM metres (left, bottom, right, top), `corners` longitude and latitude (NW, NE, SW, SE)."""

    def frames(self, *, ticket: int, paint: int, indices: list[int], sizes: list[int], bytes: bytes) -> None:
        """Painted dates, JPEG; what has a lower `paint` is older."""

    def status(
        self, *, ticket: int, status: bytes, reasons: dict[str, str], done: int, total: int, settled: bool
    ) -> None:
        """How far the reading is: a byte a date (`imagery.cube_cache.Status`), and why some are broken, by their index."""

    def look(
        self,
        *,
        composite: str = "",
        mode: str = "natural",
        low: float | None = None,
        high: float | None = None,
        gamma: float | None = None,
        same: bool = False,
        problem: str = "",
    ) -> None:
        """What the picture shows and its stretch (`stretch.StretchSpec`); or the problem with what was asked for, alone."""

    def quality(
        self,
        *,
        ticket: int,
        layers: list[str],
        gaps: list[float | None] | None,
        means: dict[str, list[float | None]],
        problem: str = "",
    ) -> None:
        """Names of the quality layers; `gaps` are the filled shares of the dates, 0 to 1; `means` of other layers over each date's pixels."""

    def land_covers(self, *, names: list[str]) -> None:
        """The maps of land cover that can lie over the pictures."""

    def land_cover(
        self,
        *,
        name: str,
        opacity: int,
        title: str,
        credit: str,
        classes: list[CoverShown],
        missing: float,
        pixels: bytes,
        problem: str,
    ) -> None:
        """The map over the sample that is open, none where `name` is empty; `opacity` in percent, `missing` the share without a class.

        `pixels` are 200 x 200 numbers of two bytes (little-endian), 1 for the first class, 0 for none; where they are empty, `problem` says why.
        """

    def ground(self, *, shown: bool, marks: list[GroundMark]) -> None:
        """What was seen on the ground of the sample that is open, and whether it is drawn."""

    def lost(self, *, ticket: int, index: int, text: str) -> None:
        """The date on which cover was seen to be lost, -1 for none, and a sentence on it."""

    def overlays(
        self,
        *,
        ticket: int,
        layer: str,
        indices: list[int],
        sizes: list[int],
        bytes: bytes,
        legend: Legend,
    ) -> None:
        """A quality layer of all dates, PNG."""

    def difference(
        self,
        *,
        ticket: int,
        first: int,
        second: int,
        problem: str = "",
        image: bytes = b"",
        legend: Legend | None = None,
    ) -> None:
        """The change between two dates, PNG."""

    def view(
        self, *, mode: str, other: int, scale: float, row: float, col: float, layer: str, split: float
    ) -> None:
        """How to look at the picture (`picture_view.PictureView`); `other` is -1 for no date."""

    def playback(self, *, first: int, last: int, speed: int, loop: bool, running: bool) -> None:
        """How the dates from `first` to `last` play (`playback.Playback`), and whether they do."""

    def telling(self, *, ticket: int, index: int | None) -> None:
        """At which date of the first year most can be told apart (`analysis.telling_date`); None where no date is there."""

    def error(self, *, ticket: int, text: str) -> None: ...
    def acknowledged(self, *, number: int) -> None: ...
    def legend(self, *, ticket: int, legend: Legend | None) -> None: ...
    def menu(self, *, groups: dict[str, dict[str, str]]) -> None: ...
    def pins(self, *, pins: list[PinShown]) -> None: ...
    def regions(self, *, regions: list[RegionShown], problem: str) -> None: ...
    def seek(self, *, ticket: int, index: int) -> None: ...
    def under(self, *, row: int, col: int, index: int, text: str) -> None: ...


class FromPlayer(FromPicture):
    """Rows and columns count 3 m pixels from the upper left, dates are told by their index."""

    def clear(self) -> None: ...
    def composite(self, *, value: Text, number: Number) -> None: ...
    def date(self, *, index: Number, settled: bool, ticket: Number, chosen: bool = True) -> None:
        """`chosen`: by somebody; else it plays, or the server asked for it."""

    def difference(self, *, first: Number, second: Number, ticket: Number) -> None: ...
    def ground(self, *, shown: bool) -> None:
        """Whether what was seen on the ground is drawn over the pictures."""

    def land_cover(self, *, name: Word, opacity: Number) -> None:
        """Which map of land cover is to lie over the pictures (empty: none), and how opaque, in percent."""

    def overlay(self, *, value: Word, ticket: Number) -> None: ...
    def playback(self, *, first: Number, last: Number, speed: Number, loop: bool, running: bool) -> None: ...
    def retry(self) -> None: ...
    def shown(self, *, ticket: Number) -> None: ...
    def stretch(self, *, value: Text, number: Number) -> None: ...
    def telling(self, *, ticket: Number) -> None: ...
    def under(self, *, row: Number, col: Number, index: Number, ticket: Number) -> None: ...
    def view(
        self,
        *,
        mode: Word,
        other: Number,
        scale: Number,
        row: Number,
        col: Number,
        layer: Word,
        split: Number = 0.5,
    ) -> None: ...
