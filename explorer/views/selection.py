"""The selection: what the page shows. Every view draws it, every action changes it, the URL is it written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import param

from explorer.analysis import recipes
from explorer.analysis import stretch as stretches
from explorer.analysis.profiles import check_pixel
from explorer.errors import ExplorerError
from explorer.products import PF_SR
from explorer.views.map_state import MapLink, MapState

Pixel = tuple[int, int]
"""(row, col) from the top left of the Planet Fusion chip, 0 to 199."""

MAX_PIXELS = 8
MAX_NAME = 24
MAX_TEXT = 400
"""Longest composite or stretch that is read from a link or a message."""
DEFAULT_DATE = dt.date(2018, 7, 2)
DEFAULT_PIXELS: tuple[Pixel, ...] = ((150, 110),)
PIN_COLOURS = (
    "#e4572e", "#2e86ab", "#f2a541", "#6a4c93", "#1b998b", "#c2185b", "#7a5c3e", "#3949ab",
)  # fmt: skip


class Selection(param.Parameterized):
    """Sample, date, pinned pixels and composite of one session."""

    sample_id: str | None = param.String(default=None, allow_None=True)  # type: ignore[assignment]
    date: dt.date = param.CalendarDate(default=DEFAULT_DATE)  # type: ignore[assignment]
    pixels: tuple[Pixel, ...] = param.Parameter(default=DEFAULT_PIXELS)  # type: ignore[assignment]
    names: Mapping[Pixel, str] = param.Dict(default={})  # type: ignore[assignment]
    composite: str = param.String(default="true")  # type: ignore[assignment]
    stretch: str = param.String(default="fixed")  # type: ignore[assignment]
    settled = param.Event(doc="The date has come to rest: worth a new URL, unlike a frame of an animation.")

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self.map = MapState()
        """What the map shows beside the sample."""

    @property
    def date_index(self) -> int:
        """Position of the date in Planet Fusion's calendar."""
        return PF_SR.dates.index(self.date)

    def pin(self, pixel: Pixel, *, add: bool = False) -> None:
        """Select a pixel alone, or beside those that are (`add`); the oldest gives way to a ninth."""
        pixel = check_pixel(*pixel)
        others = [p for p in self.pixels if p != pixel] if add else []
        self.pixels = (*others, pixel)[-MAX_PIXELS:]

    def move_pin(self, index: int, pixel: Pixel) -> None:
        """Move one of the pins; onto another one it stays where it is."""
        pixel = check_pixel(*pixel)
        if 0 <= index < len(self.pixels) and pixel not in self.pixels:
            names = {pixel if p == self.pixels[index] else p: name for p, name in self.names.items()}
            pixels = (*self.pixels[:index], pixel, *self.pixels[index + 1 :])
            self.param.update(pixels=pixels, names=names)

    def name_pin(self, index: int, name: str) -> None:
        """Name one of the pins; an empty name takes it away."""
        if 0 <= index < len(self.pixels):
            others = {p: n for p, n in self.names.items() if p != self.pixels[index]}
            name = clean_name(name)
            self.names = {**others, self.pixels[index]: name} if name else others

    def remove_pin(self, index: int) -> None:
        """Remove one of the pins; the last one stays."""
        if 0 <= index < len(self.pixels) > 1:
            self.pixels = (*self.pixels[:index], *self.pixels[index + 1 :])

    def keep_last_pixel(self) -> None:
        """Remove all pins but the last."""
        self.pixels = self.pixels[-1:]

    def to_query(self) -> str:
        """The selection as a URL's query, `?` included."""
        return encode(
            Link(
                sample=self.sample_id,
                date=self.date,
                pixels=self.pixels,
                names=tuple(self.names.get(pixel, "") for pixel in self.pixels) if self.names else (),
                composite=self.composite,
                stretch=self.stretch,
                map=self.map.link(),
            )
        )


@dataclass(frozen=True)
class Link:
    """What a URL asks for; `None` where it does not say. `problems` are sentences for the user."""

    sample: str | None = None
    date: dt.date | None = None
    pixels: tuple[Pixel, ...] | None = None
    composite: str | None = None
    stretch: str | None = None
    names: tuple[str, ...] = ()  # of the pixels, in their order; empty where one has none
    map: MapLink = field(default_factory=MapLink)
    problems: tuple[str, ...] = field(default=())


def encode(link: Link) -> str:
    """A link as a URL's query: `?sample=...&date=2018-07-02&pixels=120,80;30,40`."""
    parts: dict[str, str] = {}
    if link.sample:
        parts["sample"] = link.sample
    if link.date:
        parts["date"] = link.date.isoformat()
    if link.pixels:
        parts["pixels"] = ";".join(f"{row},{col}" for row, col in link.pixels)
        if any(link.names):
            parts["names"] = ";".join(link.names).rstrip(";")
    if link.composite and link.composite != "true":
        parts["composite"] = link.composite
    if link.stretch and link.stretch != "fixed":
        parts["stretch"] = link.stretch
    parts |= link.map.parts()
    return "?" + urlencode(parts, safe=",;:") if parts else ""


def decode(query: str | Mapping[str, Any]) -> Link:
    """What a URL's query asks for. What cannot be understood is left out and named in `problems`."""
    if isinstance(query, str):
        given = {key: values[-1] for key, values in parse_qs(query.lstrip("?")).items()}
    else:
        given = {str(key): _text(value) for key, value in query.items()}
    problems: list[str] = []
    date = pixels = None
    if given.get("date"):
        try:
            date = PF_SR.parse_date(given["date"][:40])
        except ExplorerError as error:
            problems.append(f"This link's date cannot be shown: {error}.")
    if given.get("pixels"):
        try:
            pixels = _pixels(given["pixels"]) or None
        except (ExplorerError, ValueError) as error:
            problems.append(f"This link's pixels cannot be shown: {error}.")
    composite = stretch = None
    try:
        if given.get("composite"):
            composite = recipes.parse(given["composite"][:MAX_TEXT], PF_SR.id).text
    except ExplorerError as error:
        problems.append(f"This link's picture cannot be shown: {error}.")
    try:
        if given.get("stretch"):
            stretch = str(stretches.parse(given["stretch"][:MAX_TEXT]))
    except ExplorerError as error:
        problems.append(f"This link's stretch cannot be used: {error}.")
    names = [clean_name(name) for name in given.get("names", "").split(";")[: len(pixels or ())]]
    while names and not names[-1]:
        names.pop()
    map_link = MapLink.read(given)
    problems += map_link.problems
    return Link(
        sample=given.get("sample") or None,
        date=date,
        pixels=pixels,
        composite=composite,
        stretch=stretch,
        names=tuple(names),
        map=map_link,
        problems=tuple(problems),
    )


def clean_name(text: str) -> str:
    """A pin's name: one line of at most 24 characters, without what separates names in a link."""
    return "".join(c for c in text if c.isprintable() and c != ";").strip()[:MAX_NAME]


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)) and value:
        value = value[-1]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _pixels(text: str) -> tuple[Pixel, ...]:
    pairs = [part for part in text.split(";") if part]
    if len(pairs) > MAX_PIXELS:
        raise ValueError(f"{len(pairs)} pixels, at most {MAX_PIXELS} are shown")
    found: list[Pixel] = []
    for pair in pairs:
        numbers = pair.split(",")
        if len(numbers) != 2 or not all(n.strip().isdecimal() and len(n) < 8 for n in numbers):
            raise ValueError(f"{pair[:20]!r} is not row,col")
        found.append(check_pixel(int(numbers[0]), int(numbers[1])))
    return tuple(dict.fromkeys(found))


def pins(pixels: Iterable[Pixel], names: Mapping[Pixel, str] | None = None) -> list[dict[str, Any]]:
    """Pixels with their colours and names, for the browser."""
    return [
        {
            "row": row,
            "col": col,
            "colour": PIN_COLOURS[i % len(PIN_COLOURS)],
            "name": (names or {}).get((row, col), ""),
        }
        for i, (row, col) in enumerate(pixels)
    ]
