"""Maps of land cover that lie over a sample's pictures, by name: `corpus.overlays`. Those that opinions were counted in, and those that are named for a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explorer.core import forking
from explorer.core.errors import ExplorerError, UnknownOverlayError
from explorer.core.grid import Cell
from explorer.core.products import CELL_SIZE_M, PF_SR, SYNTHETIC_LICENSE
from explorer.demo import land_cover
from explorer.demo.store import DemoStore
from explorer.opinions import legends, raster_files
from explorer.opinions.collection import check_name
from explorer.opinions.legends import Legend
from explorer.review import groupings

if TYPE_CHECKING:
    import xarray as xr

    from explorer.corpus.corpus import Corpus

Shape = tuple[int, int]
OVER_PICTURES: Shape = (PF_SR.size, PF_SR.size)
"""Pixels that a map is cut into for the pictures: Planet Fusion's grid, which holds ten of a 30 m map and a ninth of a 10 m one's."""


@dataclass(frozen=True, slots=True)
class CoverClass:
    """A class that is there in a cell: its title, its colour (`#rrggbb`), its share of the cell's pixels, 0 to 1."""

    title: str
    colour: str
    share: float


@dataclass(frozen=True, eq=False)
class Cover:
    """What a map says of one cell: `classes` that are there, largest first; `pixels` uint16 `(y, x)`, 1 for the first of them, 0 for none.

    `missing` is the share of pixels without a class: nodata, a value that the legend lacks, or beyond the map's edge.
    """

    pixels: np.ndarray
    classes: tuple[CoverClass, ...]
    missing: float

    @property
    def rgba(self) -> np.ndarray:
        """In the legend's colours, uint8 `(y, x, 4)`; transparent where there is no class."""
        palette = np.zeros((len(self.classes) + 1, 4), np.uint8)
        for i, one in enumerate(self.classes, 1):
            palette[i] = (*bytes.fromhex(one.colour.removeprefix("#")), 255)
        return palette[self.pixels]


@dataclass(frozen=True, eq=False)
class Overlay:
    """A map of land cover and its legend: a raster of classes, or one that is made in code."""

    name: str
    legend: Legend
    source: str = ""
    licence: str = ""
    synthetic: bool = False
    """Whether it is made up, as the demo's is."""
    read: Callable[[Cell, Shape], xr.DataArray] | None = None
    raster: str = ""
    band: int = 1

    @property
    def tells_label(self) -> bool:
        """Whether its classes are CORINE's own, of any level: it may then tell the label that a blind review hides."""
        said = {one.corine for one in self.legend.classes if one.corine}
        return any(said <= set(groupings.of_level(level).members) for level in (1, 2, 3))

    @property
    def credit(self) -> str:
        """Whom to name for it, and on which terms."""
        made_up = "made up" if self.synthetic else ""
        return "; ".join(filter(None, (self.source or self.legend.title, made_up, self.licence)))

    def window(self, cell: Cell, shape: Shape = OVER_PICTURES) -> xr.DataArray:
        """Its values over a cell on the grid of a chip, in the cell's UTM zone: as `raster.window`, which says more. Raises as that."""
        from explorer.opinions import raster as rasters  # GDAL is needed for nothing else here

        if self.read is not None:
            return self.read(cell, shape)
        return rasters.window(self.raster, cell, shape, legend=self.legend, band=self.band)

    def cover(self, cell: Cell, shape: Shape = OVER_PICTURES) -> Cover:
        """Which of its classes are where in a cell, and how much of it they have. Raises as `window`."""
        from explorer.opinions import raster as rasters

        places = rasters.places(self.window(cell, shape), self.legend)
        counts = np.bincount(places.reshape(-1) + 1, minlength=len(self.legend.classes) + 1)
        order = np.argsort(-counts[1:], kind="stable")[: np.count_nonzero(counts[1:])]
        number = np.zeros(len(counts), np.uint16)
        number[order + 1] = np.arange(1, len(order) + 1)
        of = self.legend.classes
        classes = tuple(
            CoverClass(of[i].title, of[i].colour, float(counts[i + 1] / places.size)) for i in order.tolist()
        )
        return Cover(number[places + 1], classes, float(counts[0] / places.size))


class Overlays(Mapping[str, Overlay]):
    """Maps of land cover by name, in the order of their names. It may be used from many threads.

    Of opinions, those that were counted in a raster that is still there. The file system is asked at each look: on an event loop, ask in a thread.
    >>> list(corpus.overlays)
    ['made-up-cover']
    >>> cell = corpus.cell(corpus.default_sample)
    >>> cut = corpus.overlays["made-up-cover"].window(cell)
    >>> cut.shape, cut.rio.crs.to_epsg() == cell.epsg
    ((200, 200), True)
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._shown = _made_up(corpus)
        self._lock = forking.Lock()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._all()))

    def __len__(self) -> int:
        return len(self._all())

    def __getitem__(self, name: str) -> Overlay:
        """The map of a name. Raises `UnknownOverlayError`."""
        found = self._all()
        if name not in found:
            raise UnknownOverlayError(name, sorted(found))
        return found[name]

    def show(
        self,
        name: str,
        raster: str | os.PathLike[str],
        legend: Legend | str | os.PathLike[str],
        *,
        band: int = 1,
        source: str = "",
        licence: str = "",
    ) -> Overlay:
        """Let a raster lie over pictures, for this process; it goes before an opinion of that name.

        `raster` and `legend` as for `Opinions.add_raster`. A file is looked at at once, a URL when it is first wanted. Raises `RasterError`,
        `LegendError`, `InvalidQueryError`.
        """
        from explorer.opinions import raster as rasters

        name, place = check_name(name), os.fspath(raster)
        chosen = legend if isinstance(legend, Legend) else legends.named_or_read(os.fspath(legend))
        if not raster_files.is_url(place):
            place = str(Path(place).expanduser().resolve())
            rasters.plan(place, chosen, band)
        found = Overlay(
            name, chosen, source or chosen.source, licence or chosen.licence, raster=place, band=band
        )
        with self._lock:
            self._shown = self._shown | {name: found}
        return found

    def _all(self) -> dict[str, Overlay]:
        found: dict[str, Overlay] = {}
        for name in self._corpus.opinions:
            try:
                one = self._corpus.opinions[name]
            except ExplorerError:  # damaged: the panel of labels says so
                continue
            about = one.about
            if about.raster and (raster_files.is_url(about.raster) or Path(about.raster).is_file()):
                found[name] = Overlay(
                    name, one.legend, about.source, about.licence, raster=about.raster, band=about.band
                )
        return found | self._shown


def _made_up(corpus: Corpus) -> dict[str, Overlay]:
    """The demo's map; none of any other corpus."""
    store = corpus.store
    store = getattr(store, "base", store)
    if not isinstance(store, DemoStore):
        return {}
    legend = legends.find("esa-worldcover")
    of_corine = {
        code: int(one.value) for one in reversed(legend.classes) for code in one.corine if isinstance(one.value, int)
    }  # fmt: skip

    def read(cell: Cell, shape: Shape) -> xr.DataArray:
        import rioxarray  # noqa: F401  (registers the .rio accessor)
        import xarray as xr
        from rasterio.transform import from_bounds

        row = corpus.index.row(cell.sample_id)
        assert row is not None  # it is one of the corpus
        values = land_cover.values(store, row, of_corine)
        rows, cols = (((np.arange(n) + 0.5) * len(values) / n).astype(int) for n in shape)
        left, _, _, top = cell.bounds
        y, x = (CELL_SIZE_M / n * (np.arange(n) + 0.5) for n in shape)
        found = xr.DataArray(
            values[np.ix_(rows, cols)], dims=("y", "x"), coords={"y": top - y, "x": left + x},
            attrs={"long_name": "land cover class, made up", "sample_id": cell.sample_id},
        )  # fmt: skip
        found = found.rio.write_crs(cell.epsg).rio.write_transform(from_bounds(*cell.bounds, *shape[::-1]))
        return found.rio.write_nodata(land_cover.NODATA)

    return {
        land_cover.NAME: Overlay(
            land_cover.NAME, legend, "The demo of this explorer", SYNTHETIC_LICENSE, synthetic=True, read=read
        )
    }
