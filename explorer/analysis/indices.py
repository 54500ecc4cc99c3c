"""Spectral indices, by spyndex (the catalogue of Awesome Spectral Indices, Montero et al. 2023)."""

from __future__ import annotations

import numpy as np
import spyndex

from explorer.products import REFLECTANCE_SCALE

# Our band names in the letters of the catalogue.
_LETTERS = {
    "PF-SR": {"blue": "B", "green": "G", "red": "R", "nir": "N"},
    "S2-SR": {
        "B01": "A", "B02": "B", "B03": "G", "B04": "R", "B05": "RE1", "B06": "RE2", "B07": "RE3",
        "B08": "N", "B8A": "N2", "B09": "WV", "B11": "S1", "B12": "S2",
    },
}  # fmt: skip


def compute(name: str, product: str, dn: dict[str, np.ndarray]) -> np.ndarray:
    """An index such as `NDVI` from DN by band name (any shape). float32; NaN where it is undefined.

    Raises `KeyError` where the catalogue has no such index or a band of it is not given.
    """
    letters = _LETTERS[product]
    params = {letters[b]: v.astype(np.float32) * np.float32(REFLECTANCE_SCALE) for b, v in dn.items()}
    missing = [letter for letter in spyndex.indices[name].bands if letter not in params]
    if missing:
        raise KeyError(f"{name} needs {', '.join(missing)}, which {product} was not asked for")
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.asarray(spyndex.computeIndex(name, params), dtype=np.float32)
    return np.where(np.isfinite(values), values, np.float32(np.nan))
