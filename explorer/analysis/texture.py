"""Texture of one sample at the sensor's own 3 m: how alike neighbours are, at several distances."""

from __future__ import annotations

import numpy as np

LAGS = (1, 2, 3, 5, 8, 13, 25, 50)
"""Pixels of 3 m: rows of vines, crowns of trees, houses, fields."""


def autocorrelation(image: np.ndarray, lags: tuple[int, ...] = LAGS) -> np.ndarray:
    """Correlation of an image `(y, x)` with itself moved by some pixels, mean of both axes, float64 `(lags,)`.

    The grey-level variogram of geostatistics, 1 - gamma / variance (Woodcock, Strahler & Jupp 1988,
    doi:10.1016/0034-4257(88)90108-3). NaN where the image is flat or has holes.
    """
    centred = image.astype(np.float32) - np.float32(image.mean())
    variance = float((centred**2).mean())
    if not variance > 0:
        return np.full(len(lags), np.nan)
    return np.array(
        [
            float((centred[:, k:] * centred[:, :-k]).mean() + (centred[k:] * centred[:-k]).mean())
            / 2
            / variance
            for k in lags
        ]
    )


def blocks(chip: np.ndarray, edge: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of pieces of `edge` x `edge` pixels: `(band, y, x)` -> two float32 `(band, n)`.

    Pixels that are NaN stay out of both; a piece of no other pixel is NaN.
    """
    bands, height, width = chip.shape
    rows, columns = height // edge, width // edge
    cut = (
        chip[:, : rows * edge, : columns * edge].reshape(bands, rows, edge, columns, edge).astype(np.float32)
    )
    if np.isnan(cut).any():
        count = np.isfinite(cut).sum(axis=(2, 4))
        with np.errstate(invalid="ignore"):
            middle = np.nansum(cut, axis=(2, 4)) / count
            square = np.nansum(cut**2, axis=(2, 4)) / count
    else:
        middle, square = cut.mean(axis=(2, 4)), (cut**2).mean(axis=(2, 4))
    spread = np.sqrt(np.maximum(square - middle**2, 0))
    return middle.reshape(bands, -1), spread.reshape(bands, -1)
