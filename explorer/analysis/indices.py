"""Spectral indices of spyndex's catalogue (Awesome Spectral Indices, Montero et al. 2023,
doi:10.1038/s41597-023-02096-0): which ones a product has the bands for, and their values.

Names, formulas, constants and references are a table in `assets/indices`, which a test compares with spyndex's own. Its
`computeIndex` evaluates formulas as Python and takes a millisecond before it begins; here they go through `expressions`,
which does neither.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from explorer.analysis import expressions
from explorer.core.assets import asset
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PRODUCTS, REFLECTANCE_SCALE

# Our band names in the letters of the catalogue.
_LETTERS = {
    "PF-SR": {"blue": "B", "green": "G", "red": "R", "nir": "N"},
    "S2-SR": {
        "B01": "A", "B02": "B", "B03": "G", "B04": "R", "B05": "RE1", "B06": "RE2", "B07": "RE3",
        "B08": "N", "B8A": "N2", "B09": "WV", "B11": "S1", "B12": "S2",
    },
}  # fmt: skip
# Where the catalogue's default is not what the index's authors used: SAVI's L (Huete 1988,
# doi:10.1016/0034-4257(88)90106-X).
_CONSTANTS = {"SAVI": {"L": 0.5}}


@dataclass(frozen=True, slots=True)
class Index:
    """One index as the catalogue describes it; `bands` are those of our product that it needs."""

    name: str
    title: str
    domain: str
    formula: str
    reference: str
    bands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Recipe:
    letters: tuple[str, ...]  # bands that the formula needs, in the catalogue's letters
    kernels: tuple[str, ...]  # such as kNR
    constants: Mapping[str, np.ndarray]
    run: expressions.Expression


@cache
def _catalogue() -> tuple[Mapping[str, Mapping[str, Any]], Mapping[str, float]]:
    """Indices by name as the catalogue has them, and its constants' values."""
    table = json.loads(asset("indices/spectral-indices.json").read_text(encoding="utf-8"))
    return MappingProxyType(table["indices"]), MappingProxyType(table["constants"])


@cache
def available(product: str) -> Mapping[str, Index]:
    """Every index that can be computed from a product's bands (`PF-SR`: some 100, `S2-SR`: some 240), by name.

    Raises `KeyError` for a product without reflectance.
    """
    names = {letter: band for band, letter in _LETTERS[product].items()}
    found = {}
    entries, _ = _catalogue()
    for name in sorted(entries, key=str.lower):
        recipe = _recipe(name, product)
        if set(recipe.letters) <= set(names):
            entry = entries[name]
            bands = tuple(names[letter] for letter in recipe.letters)
            found[name] = Index(
                name,
                entry["long_name"],
                entry["application_domain"],
                entry["formula"],
                entry["reference"],
                bands,
            )
    return MappingProxyType(found)


def find(name: str, product: str) -> Index:
    """The index of this name (in any case) for a product; raises `InvalidQueryError` where it has none."""
    known = available(product)
    if name in known:
        return known[name]
    for other, entry in known.items():
        if other.lower() == name.lower():
            return entry
    if name in _catalogue()[0]:
        missing = [x for x in _recipe(name, product).letters if x not in _LETTERS[product].values()]
        raise InvalidQueryError(f"index {name} needs {', '.join(missing)}, which {product} does not have")
    raise InvalidQueryError(
        f"the catalogue of indices knows no index {name[:40]!r}; {product} has {len(known)}, NDVI among them"
    )


def compute(name: str, product: str, dn: Mapping[str, np.ndarray]) -> np.ndarray:
    """An index such as `NDVI` from DN by band name (any shape). float32; NaN where it is undefined.

    Constants are the catalogue's, wavelengths the product's; kernels are `exp(-(a - b)^2 / 2s^2)` with s = (a + b) / 2
    (Camps-Valls et al. 2021, doi:10.1126/sciadv.abc7447). Raises `KeyError` where the catalogue has no such index or a
    band of it is not given.
    >>> compute("NDVI", "PF-SR", {"nir": np.array([3000, 400]), "red": np.array([1000, 400])})
    array([0.5, 0. ], dtype=float32)
    """
    letters = _LETTERS[product]
    recipe = _recipe(name, product)
    wanted = set(recipe.letters)
    params = {
        letters[band]: np.multiply(values, np.float32(REFLECTANCE_SCALE), dtype=np.float32)
        for band, values in dn.items()
        if letters[band] in wanted
    }
    missing = [letter for letter in recipe.letters if letter not in params]
    if missing:
        raise KeyError(f"{name} needs {', '.join(missing)}, which {product} was not asked for")
    values = {**recipe.constants, **params}
    for kernel in recipe.kernels:
        values[kernel] = _kernel(values[kernel[1]], values[kernel[2]], kernel[1] == kernel[2])
    return recipe.run(values)


def program(name: str, product: str) -> expressions.Program:
    """What `compute` does, for a page without Python: over the reflectance of the product's bands, by their names."""
    recipe = _recipe(name, product)
    bands = {letter: band for band, letter in _LETTERS[product].items()}

    def value(symbol: str) -> expressions.Program:
        if symbol in recipe.constants:
            return float(recipe.constants[symbol])
        if symbol in recipe.kernels:
            a, b = value(symbol[1]), value(symbol[2])
            return 1.0 if a == b else ["exp", ["*", -2.0, ["**", ["/", ["-", a, b], ["+", a, b]], 2.0]]]
        return bands[symbol]

    def filled(part: expressions.Program) -> expressions.Program:
        if isinstance(part, str):
            return value(part)
        return [part[0], *map(filled, part[1:])] if isinstance(part, list) else part

    symbols = {symbol: symbol for symbol in recipe.run.names}
    return filled(expressions.program(recipe.run, symbols))


@cache
def _recipe(name: str, product: str) -> _Recipe:
    entries, defaults = _catalogue()
    entry = entries[name]
    symbols: list[str] = entry["bands"]
    kernels = tuple(s for s in symbols if len(s) == 3 and s[0] == "k")
    needed = [s for s in symbols if s not in kernels] + [
        letter for kernel in kernels for letter in kernel[1:]
    ]
    constants: dict[str, np.ndarray] = {}
    wavelengths = {
        f"lambda{letter}": PRODUCTS[product].band(band).wavelength
        for band, letter in _LETTERS[product].items()
    }
    letters = []
    for symbol in dict.fromkeys(needed):
        value = _CONSTANTS.get(name, {}).get(symbol, wavelengths.get(symbol, defaults.get(symbol)))
        if value is None:
            letters.append(symbol)
        else:
            constants[symbol] = np.asarray(value, np.float32)
    # Case matters here: g is a gain and G is green.
    run = expressions.parse(entry["formula"], {s: s for s in symbols}, what=f"the catalogue's {name}")
    return _Recipe(tuple(letters), kernels, MappingProxyType(constants), run)


def _kernel(a: np.ndarray, b: np.ndarray, same: bool) -> np.ndarray:
    if same:
        return np.ones_like(a)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.exp(-2 * np.square((a - b) / (a + b))), np.float32)
