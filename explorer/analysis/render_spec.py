"""What a picture shows, from the short text that a link holds: `true`, `band:nir`, `index:NDVI`, `expr:nir-red`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np

from explorer.analysis import colours, expressions, indices
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PRODUCTS, REFLECTANCE_SCALE, Product

COMPOSITES = {
    "true": {"title": "True colour", "PF-SR": ("red", "green", "blue"), "S2-SR": ("B04", "B03", "B02")},
    "false": {
        "title": "False colour (near infrared, red, green)",
        "PF-SR": ("nir", "red", "green"),
        "S2-SR": ("B08", "B04", "B03"),
    },
}
"""Colour composites that both sensors have."""
S2_COMPOSITES = {
    "swir": {"title": "Shortwave infrared (B12, B08, B04)", "S2-SR": ("B12", "B08", "B04")},
    "agriculture": {"title": "Agriculture (B11, B08, B02)", "S2-SR": ("B11", "B08", "B02")},
    "urban": {"title": "Urban (B12, B11, B04)", "S2-SR": ("B12", "B11", "B04")},
    "red-edge": {"title": "Red edge (B8A, B06, B05)", "S2-SR": ("B8A", "B06", "B05")},
}
"""Those that need more bands than Planet Fusion has."""
MEASURED = "blue-yellow"
"""Colour map of a value whose range is measured."""

# Planet Fusion's bands by the names of the Sentinel-2 bands that they are made to match.
_PF_TWINS = {"b02": "blue", "b03": "green", "b04": "red", "b08": "nir", "b8a": "nir", "nir08": "nir"}
# Colour map and range of indices whose values mean something by themselves; others are measured.
_LOOKS: dict[str, tuple[str, float, float]] = {
    **dict.fromkeys(
        ("NDVI", "GNDVI", "BNDVI", "EVI", "SAVI", "OSAVI", "MSAVI", "kNDVI", "NDREI", "RENDVI", "ND705", "NDVI705"),
        ("vegetation", -0.9, 0.9),
    ),
    **dict.fromkeys(("NDWI", "MNDWI", "ANDWI", "NDMI", "NDII", "LSWI", "NDSI"), ("water", -0.8, 0.8)),
    "NBR": ("vegetation", -0.9, 0.9),
    "NDBI": ("difference", -0.6, 0.6),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one picture shows of one product.

    `text` is its short form; `bands` are what it needs (red first, for `rgb`); `unit` is of what is painted
    (`reflectance`, or `1`: dimensionless). `colours` and `range` are of the colour map; a `range` of None is measured.
    """

    text: str
    title: str
    product: Product
    kind: Literal["rgb", "band", "index", "expression"]
    bands: tuple[str, ...]
    unit: str = "reflectance"
    colours: str | None = None
    range: tuple[float, float] | None = None
    formula: str = ""
    reference: str = ""
    _values: Callable[[Mapping[str, np.ndarray]], np.ndarray] | None = field(
        default=None, repr=False, compare=False
    )

    def values(self, dn: Mapping[str, np.ndarray]) -> np.ndarray:
        """What is painted, from DN by band name (arrays of one shape): float32, NaN where it is undefined.

        Reflectance for a band. Raises `InvalidQueryError` for a composite, which is three values.
        """
        if self._values is None:
            raise InvalidQueryError(f"{self.text} is a colour composite: three values a pixel, not one")
        return self._values(dn)


def parse(text: str, product_id: str, colour_map: str | None = None) -> Recipe:
    """The recipe that a text names, for one product; `colour_map` instead of its usual one.

    Raises `InvalidQueryError` (or its `ExpressionError`) with what is wrong.
    >>> parse("index:NDVI", "PF-SR").bands
    ('nir', 'red')
    """
    if colour_map is not None:
        colours.check(colour_map)
    product = PRODUCTS[product_id]
    kind, _, rest = text.strip().partition(":")
    if kind == "band" and rest:
        return _band(rest.strip(), product, colour_map)
    if kind == "index" and rest:
        return _index(rest.strip(), product, colour_map)
    if kind == "expr":
        return _expression(rest, product, colour_map)
    known = {**COMPOSITES, **S2_COMPOSITES}.get(text.strip())
    if known is None:
        raise InvalidQueryError(
            f"composite {text[:40]!r} is unknown; there are {', '.join([*COMPOSITES, *S2_COMPOSITES])}, "
            "band:NAME, index:NAME and expr:FORMULA"
        )
    if product_id not in known:
        raise InvalidQueryError(f"{product.title} has no bands for the composite {text.strip()!r}")
    return Recipe(text.strip(), str(known["title"]), product, "rgb", tuple(known[product_id]))


def program(recipe: Recipe) -> expressions.Program | None:
    """What an index or a formula does, over the reflectance of its bands by their names; None for other pictures."""
    if recipe.kind == "index":
        return indices.program(recipe.text.removeprefix("index:"), recipe.product.id)
    if recipe.kind == "expression":
        names = names_of(recipe.product.id)
        return expressions.program(expressions.parse(recipe.formula, names, what=recipe.product.id), names)
    return None


def bands_of(composite: str, product_id: str) -> tuple[str, ...]:
    """Band names of a colour composite, red first. Raises `KeyError` for an unknown one."""
    return tuple({**S2_COMPOSITES, **COMPOSITES}[composite][product_id])


@cache
def names_of(product_id: str) -> Mapping[str, str]:
    """Every name by which a formula may call a product's bands, in lower case -> the band's own.

    Both sensors understand `nir` and `B08`, so that one formula serves both.
    """
    product = PRODUCTS[product_id]
    names = {name.lower(): name for name in product.band_names}
    if product_id == "PF-SR":
        return names | _PF_TWINS
    common = [band.common_name for band in product.bands]
    for band in product.bands:
        names.setdefault(f"b{band.name[1:].lstrip('0').lower()}", band.name)
        if band.common_name and common.count(band.common_name) == 1:
            names.setdefault(band.common_name, band.name)
    return names


def menu(product_id: str) -> dict[str, dict[str, str]]:
    """All that a product can show, but people's own formulas: group -> title -> text for `parse`."""
    product = PRODUCTS[product_id]
    composites = {**COMPOSITES, **S2_COMPOSITES}
    groups = {
        "composites": {str(c["title"]): name for name, c in composites.items() if product_id in c},
        "bands": {f"{b.name}: {b.title}, {b.wavelength:g} nm": f"band:{b.name}" for b in product.bands},
    }
    for entry in indices.available(product_id).values():
        group = groups.setdefault(f"indices: {entry.domain}", {})
        group[f"{entry.name}: {entry.title}"] = f"index:{entry.name}"
    return groups


def _band(name: str, product: Product, colour_map: str | None) -> Recipe:
    own = names_of(product.id).get(name.lower())
    if own is None:
        raise InvalidQueryError(
            f"{product.id} has no band {name[:30]!r}; its bands are {', '.join(product.band_names)}"
        )
    band = product.band(own)
    return Recipe(
        f"band:{own}",
        f"{band.title} ({own}, {band.wavelength:g} nm)" if own != band.title.lower() else f"{band.title} ({band.wavelength:g} nm)",
        product,
        "band",
        (own,),
        colours=colour_map or "grey",
        _values=lambda dn: dn[own].astype(np.float32) * np.float32(REFLECTANCE_SCALE),
    )  # fmt: skip


def _index(name: str, product: Product, colour_map: str | None) -> Recipe:
    entry = indices.find(name, product.id)
    look = _LOOKS.get(entry.name)
    return Recipe(
        f"index:{entry.name}",
        f"{entry.name}: {entry.title}",
        product,
        "index",
        entry.bands,
        unit="1",
        colours=colour_map or (look[0] if look else MEASURED),
        range=look[1:] if look else None,
        formula=entry.formula,
        reference=entry.reference,
        _values=lambda dn: indices.compute(entry.name, product.id, dn),
    )


def _expression(text: str, product: Product, colour_map: str | None) -> Recipe:
    formula = expressions.parse(text, names_of(product.id), what=product.id)

    def values(dn: Mapping[str, np.ndarray]) -> np.ndarray:
        scale = np.float32(REFLECTANCE_SCALE)
        return formula({name: dn[name].astype(np.float32) * scale for name in formula.names})

    return Recipe(
        f"expr:{formula.text}",
        formula.text,
        product,
        "expression",
        formula.names,
        unit="1",
        colours=colour_map or MEASURED,
        formula=formula.text,
        _values=values,
    )
