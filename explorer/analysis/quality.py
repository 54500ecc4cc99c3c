"""Planet Fusion's quality layers. What they mean is not published: each is shown by its own name, and pixels are called
gap-filled only where a layer's name, or the operator's `rapidai4eo.toml`, says so.
"""

from __future__ import annotations

import numpy as np

from explorer.analysis import colours
from explorer.analysis.composite import Legend
from explorer.core.errors import UnknownBandError
from explorer.corpus.imagery.cube import Cube, Status, band_named, gap_band

_MASK_COLOUR = (255, 64, 129)
_ALPHA = 150
_EACH = 8
"""Every eighth date tells whether a layer is a mask, and its range."""


def gap_filled(quality: Cube | None) -> np.ndarray | None:
    """Where pixels were filled in: bool `(time, y, x)`, False on dates whose layer is not there.

    None where neither an operator nor a layer's name says so. Without an operator's word anything but 0 (and nodata)
    means filled in.
    """
    band = gap_band(quality.bands, quality.meaning) if quality is not None else None
    if quality is None or band is None:
        return None
    filled = _marked(quality, quality.data[:, quality.bands.index(band)])
    filled[np.setdiff1d(np.arange(len(filled)), quality.there)] = False
    return np.asarray(filled)


def gap_filled_at(quality: Cube, row: int, col: int) -> np.ndarray | None:
    """The same for one pixel, without looking at the others: bool `(time,)`, or None."""
    band = gap_band(quality.bands, quality.meaning)
    if band is None:
        return None
    data = quality.data[:, quality.bands.index(band), row, col]
    return np.asarray(_marked(quality, data) & np.isin(np.arange(len(data)), quality.there))


def _marked(quality: Cube, data: np.ndarray) -> np.ndarray:
    meaning = quality.meaning
    filled = data != 0 if meaning is None or meaning.gap_band is None else meaning.gap_filled(data)
    if quality.nodata is not None:
        filled &= data != quality.nodata
    return np.asarray(filled)


def filled_share(quality: Cube | None, pixels: tuple[np.ndarray, np.ndarray] | None = None) -> np.ndarray:
    """Share of each date's pixels (rows and columns; all without them) that were filled in.

    float32 `(time,)`, 0 to 1; NaN where no layer says.
    """
    filled = gap_filled(quality)
    if quality is None or filled is None:
        return np.full(0 if quality is None else len(quality.status), np.nan, np.float32)
    chosen = filled.reshape(len(filled), -1) if pixels is None else filled[:, pixels[0], pixels[1]]
    share = chosen.mean(axis=1, dtype=np.float32)
    share[np.setdiff1d(np.arange(len(share)), quality.there)] = np.nan
    return np.asarray(share)


def filled_share_on(quality: Cube, index: int) -> float | None:
    """Share of one date's pixels that were filled in, 0 to 1, without looking at other dates.

    None where no layer says which were, or the date is not there.
    """
    band = gap_band(quality.bands, quality.meaning)
    if band is None or quality.status[index] != Status.THERE:
        return None
    return float(_marked(quality, quality.data[index, quality.bands.index(band)]).mean())


def layer_means(quality: Cube) -> dict[str, np.ndarray]:
    """Mean of each layer over a date's pixels, by the layer's name: float32 `(time,)`, NaN where it is not there.

    Without the layer that marks gap-filled pixels, of which `filled_share` tells. Pixels of nodata count for nothing.
    """
    gap = gap_band(quality.bands, quality.meaning)
    found = {}
    for i, name in enumerate(quality.bands):
        if name == gap:
            continue
        means = np.full(len(quality.status), np.nan, np.float32)
        for row in quality.there:
            values = quality.data[row, i]
            known = values if quality.nodata is None else values[values != quality.nodata]
            if known.size:
                means[row] = known.mean(dtype=np.float64)
        found[name] = means
    return found


class QualityPainter:
    """One layer as an overlay: nothing where it is 0, a colour where it is not.

    A layer of two values is a mask in one colour; one of more gets a colour map over its range in time.
    Raises `UnknownBandError` for a layer that the cube does not have.
    """

    def __init__(self, quality: Cube, band: str) -> None:
        if band not in quality.bands:
            raise UnknownBandError(band, quality.product.id, quality.bands)
        self.cube, self.band = quality, band
        self._column = quality.bands.index(band)
        some = quality.data[quality.there[::_EACH], self._column]
        values = np.unique(some)
        if quality.nodata is not None:
            values = values[values != quality.nodata]
        meaning = quality.meaning
        self.days = meaning is not None and band_named(meaning.days_band, quality.bands) == band
        self.mask = len(values) <= 2 and not self.days
        self._high = float(max(values.max(initial=1), 1))
        self._low = float(min(values.min(initial=0), 0))
        if self.days:  # before and after look alike on a scale that begins at the earliest
            self._high = max(self._high, -self._low)
            self._low = -self._high
        self._colours = "difference" if self.days else "heat"

    @property
    def legend(self) -> Legend:
        """What the colours mean."""
        if self.mask:
            return Legend(self.band, "", None, None, ("#{:02x}{:02x}{:02x}".format(*_MASK_COLOUR),))
        title, unit = (
            (f"{self.band}: days to the source observation", "days") if self.days else (self.band, "")
        )
        return Legend(title, unit, self._low, self._high, colours.hexes(self._colours))

    def rgba(self, index: int) -> np.ndarray:
        """One date as uint8 `(y, x, 4)`, transparent where the layer is 0 or not there."""
        data = self.cube.data[index, self._column]
        marked = data != 0
        if self.cube.nodata is not None:
            marked &= data != self.cube.nodata
        if index not in self.cube.there:
            marked[:] = False
        out = np.zeros((*data.shape, 4), np.uint8)
        if self.mask:
            out[marked] = (*_MASK_COLOUR, _ALPHA)
            return out
        share = (data[marked].astype(np.float64) - self._low) / max(self._high - self._low, 1e-9)
        level = (np.clip(np.nan_to_num(share), 0, 1) * (colours.LEVELS - 1) + 0.5).astype(np.uint8)
        out[marked, :3] = colours.table(self._colours)[level]
        out[marked, 3] = _ALPHA
        return out
