"""What the map shows beside the sample: filters, area, level, colours, place; and how a link says it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import param

from explorer.analysis.map_place import Place
from explorer.core.errors import InvalidQueryError
from explorer.corpus.query.area import Area
from explorer.corpus.query.filters import Filters
from explorer.views.common.palettes import PALETTES, THEMES

SHADES = {
    "class": "Land cover", "density": "Density of samples", "change": "Cover lost 2018–2019",
    "disagreement": "Differs from the opinion", "opinion": "What the opinion says",
}  # fmt: skip
OF_OPINION = ("disagreement", "opinion")
"""What of `SHADES` is drawn of the opinion that is beside the label (`Selection.opinion`)."""
BASES = {"plain": "Plain", "light": "Light map", "dark": "Dark map", "satellite": "Satellite"}
NAMES = {"names": "Shown", "none": "Hidden"}
GROUND = {"none": "Hidden", "places": "Shown"}
"""Whether places where people looked at the ground are marked."""
LEVELS = (1, 2, 3)


@dataclass(frozen=True)
class MapLink:
    """What a link says of the map; the defaults are a fresh page's. `problems` are sentences for the user."""

    filters: Filters = field(default_factory=Filters)
    area: Area | None = None
    level: int = 3
    shade: str = "class"
    palette: str = "official"
    theme: str = "light"
    base: str = "plain"
    names: str = "names"
    place: Place | None = None
    ground: str = "none"
    problems: tuple[str, ...] = field(default=(), compare=False)

    def parts(self) -> dict[str, str]:
        """Keys and values for a link, of what differs from a fresh page."""
        fresh, found = MapLink(), {}
        for name, key in _KEYS.items():
            value = getattr(self, name)
            if value != getattr(fresh, name):
                found[key] = (
                    value.format() if hasattr(value, "format") and not isinstance(value, str) else str(value)
                )
        return found

    @classmethod
    def read(cls, given: Mapping[str, str]) -> MapLink:
        """What the keys of a link say; what cannot be understood is left out and named in `problems`."""
        values: dict[str, Any] = {}
        problems: list[str] = []
        if given.get("filter"):
            values["filters"], told = Filters.parse(given["filter"])
            problems += told
        for name, kind in (("area", Area), ("place", Place)):
            text = given.get(_KEYS[name])
            if text:
                try:
                    values[name] = kind.parse(text)
                except InvalidQueryError as error:
                    problems.append(f"This link's {_KEYS[name]} cannot be shown: {error}.")
        for name, allowed in _CHOICES.items():
            text = given.get(_KEYS[name])
            if text is None:
                continue
            if text in allowed:
                values[name] = allowed[text]
            else:
                problems.append(
                    f"This link's {_KEYS[name]} {text[:20]!r} is unknown; there are {', '.join(allowed)}."
                )
        return cls(**values, problems=tuple(problems))


_KEYS = {
    "filters": "filter", "area": "area", "level": "level", "shade": "draw", "palette": "colours", "theme": "theme",
    "base": "base", "names": "layers", "ground": "ground", "place": "map",
}  # fmt: skip
_CHOICES: dict[str, dict[str, Any]] = {
    "level": {str(level): level for level in LEVELS},
    "shade": {name: name for name in SHADES},
    "palette": {name: name for name in PALETTES},
    "theme": {name: name for name in THEMES},
    "base": {name: name for name in BASES},
    "names": {name: name for name in NAMES},
    "ground": {name: name for name in GROUND},
}


class MapState(param.Parameterized):
    """One session's map; views watch its fields."""

    filters: Filters = param.Parameter(default=Filters())  # type: ignore[assignment]
    area: Area | None = param.Parameter(default=None)  # type: ignore[assignment]
    level: int = param.Selector(default=3, objects=list(LEVELS))  # type: ignore[assignment]
    shade: str = param.Selector(default="class", objects=list(SHADES))  # type: ignore[assignment]
    palette: str = param.Selector(default="official", objects=list(PALETTES))  # type: ignore[assignment]
    theme: str = param.Selector(default="light", objects=list(THEMES))  # type: ignore[assignment]
    base: str = param.Selector(default="plain", objects=list(BASES))  # type: ignore[assignment]
    names: str = param.Selector(default="names", objects=list(NAMES))  # type: ignore[assignment]
    ground: str = param.Selector(default="none", objects=list(GROUND))  # type: ignore[assignment]
    place: Place | None = param.Parameter(default=None)  # type: ignore[assignment]

    FIELDS = tuple(f.name for f in fields(MapLink) if f.name != "problems")

    def link(self) -> MapLink:
        """The map as a link says it."""
        return MapLink(**{name: getattr(self, name) for name in self.FIELDS})

    def chips(self, filters: Filters | None = None) -> list[dict[str, str]]:
        """What is filtered, as a panel's chips: `name` and `text`; of `filters` in place of its own, where a panel shows others."""
        shown = self.filters if filters is None else filters
        chips = [{"name": name, "text": text} for name, text in shown.chips()]
        return chips if self.area is None else [*chips, {"name": "area", "text": "Area"}]

    def remove_chip(self, name: object) -> None:
        """Filter no more by what a chip of this name says; `all` by nothing."""
        if name == "all":
            self.param.update(filters=self.filters.without(*self.filters.names()), area=None)
        elif name == "area":
            self.area = None
        elif name in self.filters.names():
            self.filters = self.filters.without(str(name))

    def toggle(self, text: object, allowed: Collection[str]) -> None:
        """Filter by what one condition of `allowed` says (`country:Spain`), or no more by it where that is so; anything else is no choice of a panel's."""
        wanted, problems = Filters.parse(str(text))
        names = wanted.names()
        if problems or len(names) != 1 or names[0] not in allowed:
            return
        name, value = names[0], getattr(wanted, names[0])
        again = getattr(self.filters, name) == value
        self.filters = self.filters.without(name) if again else replace(self.filters, **{name: value})

    def apply(self, link: MapLink) -> None:
        """Show what a link says, and else what a fresh page shows."""
        self.param.update(**{name: getattr(link, name) for name in self.FIELDS})
