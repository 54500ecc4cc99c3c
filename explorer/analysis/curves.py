"""Which curves the charts over time show, from the short text that a link holds: `red,nir,NDVI;smooth:whittaker;breaks`.

First the bands and indices, then what is drawn over or behind them, each part after a semicolon.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from explorer.analysis import render_spec
from explorer.analysis.smoothing import METHODS
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, PRODUCTS, S2_SR

TWINS = {"blue": "B02", "green": "B03", "red": "B04", "nir": "B08"}
"""Planet Fusion's bands and what Sentinel-2 calls them."""
S2_ONLY = tuple(name for name in S2_SR.band_names if name not in TWINS.values())
"""Bands that only Sentinel-2 has: points in the charts."""
BANDS = (*TWINS, *S2_ONLY)
CHARTS = ("bands", "index")
"""The upper and the lower chart, as the part `behind` names them."""
BEHIND = (*CHARTS, "class")
"""What can stand behind the pins: the whole sample in either chart, what is usual for its class in both."""
MAX_INDICES = 4
MAX_TEXT = 1600
"""Characters that are read of a link's text."""
_SWITCHES = {"pheno": "seasons", "breaks": "breaks", "years": "years"}


@dataclass(frozen=True)
class Curves:
    """What the charts over time show; the defaults are a fresh page's.

    `bands` are of `BANDS`; `indices` at least one, names of `indices.available` or `expr:FORMULA`. `smooth` is a name
    of `smoothing.METHODS`, or empty. `seasons`, `breaks` and `years` (year against year) are overlays; `behind` names
    the charts that have the whole sample's median and spread behind the pins, and `class` for the class's usual season.
    """

    bands: tuple[str, ...] = tuple(TWINS)
    indices: tuple[str, ...] = ("NDVI",)
    smooth: str = ""
    seasons: bool = False
    breaks: bool = False
    years: bool = False
    behind: tuple[str, ...] = ("index",)

    @property
    def whole(self) -> bool:
        """Whether the whole sample stands behind a chart."""
        return bool(set(self.behind) & set(CHARTS))

    @property
    def labels(self) -> dict[str, str]:
        """What the indices are called in charts and tables -> as `indices` has them."""
        return {index.removeprefix("expr:"): index for index in self.indices}

    def of(self, product_id: str) -> tuple[str, ...]:
        """The indices that a product has the bands for."""
        return tuple(index for index in self.indices if _has(index, product_id))

    def format(self) -> str:
        """As a link has it; empty for what a fresh page shows."""
        if self == Curves():
            return ""
        parts = [",".join((*self.bands, *self.indices))]
        if self.smooth:
            parts.append(f"smooth:{self.smooth}")
        parts += [word for word, name in _SWITCHES.items() if getattr(self, name)]
        if self.behind != Curves.behind:
            parts.append(f"behind:{','.join(self.behind) or 'none'}")
        return ";".join(parts)


def parse(text: str) -> tuple[Curves, tuple[str, ...]]:
    """The curves that a text names, and sentences on those of its parts that cannot be shown, which are left out."""
    problems: list[str] = []
    names, *options = text[:MAX_TEXT].split(";")
    bands: dict[str, None] = {}
    indices: dict[str, None] = {}
    for part in split(names):
        try:
            name = _name(part)
        except InvalidQueryError as error:
            problems.append(f"This link's curve {part[:40]!r} cannot be shown: {error}.")
        else:
            (bands if name in BANDS else indices).setdefault(name)
    if len(indices) > MAX_INDICES:
        problems.append(f"Of this link's {len(indices)} indices the first {MAX_INDICES} are shown.")
    fresh = Curves()
    found = replace(
        fresh,
        bands=tuple(b for b in BANDS if b in bands) if bands or indices else fresh.bands,
        indices=tuple(indices)[:MAX_INDICES] or fresh.indices,
    )
    for option in filter(None, (part.strip() for part in options)):
        word, _, value = option.partition(":")
        if word in _SWITCHES and not value:
            switch: dict[str, Any] = {_SWITCHES[word]: True}
            found = replace(found, **switch)
        elif word == "smooth" and value in METHODS:
            found = replace(found, smooth=value)
        elif word == "behind" and (value == "none" or set(value.split(",")) <= set(BEHIND)):
            found = replace(found, behind=tuple(part for part in BEHIND if part in value.split(",")))
        else:
            known = [
                *_SWITCHES,
                *(f"smooth:{name}" for name in METHODS),
                "behind:bands,index,class",
                "behind:none",
            ]
            problems.append(
                f"This link's curves have no option {option[:40]!r}; there are {', '.join(known)}."
            )
    return found, tuple(problems[:5])


def split(text: str) -> list[str]:
    """Parts between commas; those within a formula's brackets part nothing."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def band(text: str) -> str | None:
    """A band as `Curves` has it; None for what is none."""
    if text.upper() in S2_ONLY:  # before Planet Fusion's bands, one of which B8A could stand for
        return text.upper()
    return render_spec.names_of(PF_SR.id).get(text.lower())


def _name(text: str) -> str:
    """A band or index as `Curves` has it. Raises `InvalidQueryError`."""
    if (found := band(text)) is not None:
        return found
    errors = []
    for product_id in (PF_SR.id, S2_SR.id):
        try:
            recipe = render_spec.parse(text if ":" in text else f"index:{text}", product_id)
        except InvalidQueryError as error:
            errors.append(error)
            continue
        if recipe.kind == "index":
            return recipe.text.removeprefix("index:")
        if recipe.kind == "expression":
            return recipe.text
        errors.append(InvalidQueryError("it is neither a band nor an index nor expr:FORMULA"))
    raise errors[-1]


def _has(index: str, product_id: str) -> bool:
    try:
        render_spec.parse(index if ":" in index else f"index:{index}", PRODUCTS[product_id].id)
    except InvalidQueryError:
        return False
    return True
