"""A corpus: samples, their labels and their cubes, wherever the files are."""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, Unpack, overload

import pandas as pd
import xarray as xr

from explorer.core import corine, forking, grid
from explorer.core.config import Settings, settings
from explorer.core.errors import InvalidQueryError, UnknownSampleError
from explorer.core.grid import Cell
from explorer.core.products import (
    ATTRIBUTION,
    LICENSE,
    PF_QA,
    PF_SR,
    PRODUCTS,
    S2_SR,
    SYNTHETIC_LICENSE,
    SYNTHETIC_NOTE,
    Product,
)
from explorer.corpus import index_building
from explorer.corpus.findings import Findings
from explorer.corpus.imagery import stack as stacking
from explorer.corpus.imagery.cube_cache import Cube, CubeCache, Reading
from explorer.corpus.imagery.decoder import Decoder
from explorer.corpus.imagery.file_names import DatedStore
from explorer.corpus.imagery.read_threads import ReaderPool
from explorer.corpus.imagery.to_xarray import to_dataarray
from explorer.corpus.profile import CorpusProfile, of_corpus
from explorer.corpus.query import local_imagery
from explorer.corpus.query import query as queries
from explorer.corpus.query.conditions import Conditions
from explorer.corpus.query.filter_table import FilterTable
from explorer.corpus.stac import stac
from explorer.corpus.stores.store import Store, check, is_synthetic
from explorer.corpus.stores.watch import StoreWatch
from explorer.corpus.tables import index as sample_index

if TYPE_CHECKING:
    import geopandas as gpd
    import pystac

    from explorer.opinions.collection import Opinions
    from explorer.opinions.ground import Ground
    from explorer.opinions.overlays import Overlays
    from explorer.similar.collection import Features

logger = logging.getLogger("explorer")
Progress = Callable[[int, int], None]
"""Called with (done, total)."""
Dates = str | int | dt.date | slice | Iterable[Any]
"""Days, months or years: see `Product.parse_dates`."""
_OF_PROCESS = (
    "store",
    "_dated",
    "decoder",
    "cubes",
    "watch",
    "_pool",
    "_dense_fractions",
    "_table",
    "opinions",
    "ground",
    "overlays",
    "features",
)
"""What of a corpus another process makes anew."""


@forking.remake_cached
class Corpus:
    """One corpus. Make it with `open_corpus`; it may be used from many threads, and from other processes.

    It goes on in forked children, and can be pickled for workers: they get the place and how it is read, no chips. The
    password in the URL of a corpus goes along, other secrets of the settings do not. `patterns` (product id -> pattern,
    see `file_names.check_pattern`) says how chips are named where not as in the corpus's layout.
    """

    def __init__(
        self,
        store: Store,
        index: sample_index.SampleIndex | None = None,
        *,
        config: Settings | None = None,
        progress: Progress | None = None,
        featured: Sequence[str] = (),
        patterns: Mapping[str, str] | None = None,
        profile: CorpusProfile | None = None,
    ) -> None:
        self.config = config or settings()
        self.profile = profile if profile is not None else of_corpus(store, self.config)
        """What the operator settled about the corpus in `rapidai4eo.toml`."""
        if index is None:
            index = index_building.build(store, progress, labels=self.profile.labels)
        self.index = index
        self.featured = tuple(featured)
        """Ids worth opening first."""
        self._given = store.base if isinstance(store, DatedStore) else store
        self._patterns = {**self.profile.patterns(), **(patterns or {})}
        self._extras: pd.DataFrame | None = None
        self.findings = Findings(store.where)
        """What was found out about the corpus's files while they were read."""
        self._start()

    def _start(self) -> None:
        """Make what belongs to one process: threads, connections, what is in memory."""
        self._dated = DatedStore(
            stac.with_moved(self._given, self.index.moved), self.findings, self._patterns
        )
        self.store: Store = self._dated
        self._pool = ReaderPool(getattr(self._given, "concurrency", None) or os.cpu_count() or 2)
        self._table: FilterTable | None = None
        self.watch = StoreWatch(partial(check, self.store), self.where)
        self.decoder = Decoder(
            self.findings, self.profile.rules(), self.index.stated, self.profile.quality_meaning(),
            self.profile.labels.classes,
        )  # fmt: skip
        self.cubes = CubeCache(
            self.store, self._pool, self.config.cube_cache_bytes, self.watch.failed,
            lambda key: self.watch.doubt(partial(self.store.get, key)), self.decoder,
        )  # fmt: skip
        self.watch.listen(self.cubes.forget_unread)  # before any page opens its sample again

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in self.__dict__.items() if name not in _OF_PROCESS}
        return {**state, "index": self.index.again or self.index, "_patterns": self._dated.patterns}

    def __setstate__(self, state: dict[str, Any]) -> None:
        index = state.pop("index")
        self.__dict__.update(state)
        self.index = index if isinstance(index, sample_index.SampleIndex) else index(self._given)
        self._start()

    def __repr__(self) -> str:
        return f"<Corpus {self.where}: {len(self):,} samples>"

    @property
    def where(self) -> str:
        """The place of the corpus, as a person would name it."""
        return self.store.where

    @property
    def samples(self) -> pd.DataFrame:
        """All samples, indexed by `sample_id`.

        `lon`, `lat` (centre, degrees, EPSG:4326), `x`, `y` (metres, EPSG:3857), `clc` (level-3 code of the
        largest fraction; 0: no label) and `fraction` (0 to 1). Columns that are added stay one's own, and so does what is written
        where pandas copies on write (3); with an earlier one take a `copy()` to write to.
        """
        return self.index.samples.copy(deep=False)  # some 10 microseconds: loops take `index.samples`

    @cached_property
    def default_sample(self) -> str | None:
        """The sample to show where nobody asked for one: a featured one, else the first that has a label."""
        for sample_id in self.featured:
            if sample_id in self:
                return sample_id
        if not len(self.index.samples):
            return None
        labelled = self.index.samples["clc"].to_numpy() > 0
        return str(self.index.samples.index[int(labelled.argmax())])

    @cached_property
    def synthetic(self) -> bool:
        """Whether the corpus says that it is made up, as the demo does: then nobody's licence covers it."""
        return is_synthetic(self.store)

    def attribution(self, product_id: str) -> str:
        """Whom to name for a product (`PF-SR`, `PF-QA`, `S2-SR` or `labels`), and on which terms."""
        return SYNTHETIC_NOTE if self.synthetic else ATTRIBUTION[product_id]

    def license(self, product_id: str) -> str:
        """The licence of a product, by its short name."""
        return SYNTHETIC_LICENSE if self.synthetic else LICENSE[product_id]

    def cell(self, sample_id: str) -> Cell:
        """The grid cell of a sample of this corpus.

        Raises `InvalidSampleIdError` for what is no id and `UnknownSampleError` for what is not in here.
        """
        cell = grid.parse(sample_id)
        if sample_id not in self:
            raise UnknownSampleError(sample_id, self.where, [str(i) for i in self.index.samples.index[:3]])
        return cell

    def labels(self, sample_id: str) -> pd.Series:
        """CORINE fractions of a sample: level-3 code -> fraction (0 to 1), largest first, without zeros.

        Empty where the sample has no label. Raises as `cell`.
        >>> corpus.labels("33N_13E-224N_24_35").to_dict()
        {211: 0.782, 112: 0.087, 242: 0.07, 511: 0.061}
        """
        self.cell(sample_id)
        return self.index.fractions.row(sample_id)

    @property
    def fractions(self) -> pd.DataFrame:
        """CORINE fractions of all samples: a row a sample, indexed by `sample_id`, a column a level-3 code, 44, float32, 0 to 1.

        Rows of zeros have no label. Dense: 88 MB for 500,000 samples, made once; `corpus.index.fractions.matrix` is the same as CSR.
        Columns that are added stay one's own, and so does what is written where pandas copies on write (3); earlier ones refuse it: take a `copy()`.
        >>> corpus.fractions.shape[1]
        44
        """
        return self._dense_fractions.copy(deep=False)

    @cached_property
    def _dense_fractions(self) -> pd.DataFrame:
        codes = pd.Index(corine.codes(3), name="clc")
        values = self.index.fractions.align(self.index.samples.index).matrix.toarray()
        values.flags.writeable = False
        return pd.DataFrame(values, index=self.index.samples.index, columns=codes, copy=False)

    def __len__(self) -> int:
        return len(self.index)

    def __iter__(self) -> Iterator[str]:
        return iter(self.index.samples.index)

    def __contains__(self, sample_id: object) -> bool:
        return self.index.row(sample_id) is not None

    def planet_fusion(
        self,
        sample_id: str,
        dates: Dates | None = None,
        bands: Sequence[str] | None = None,
        *,
        chunks: stacking.Chunks | None = None,
    ) -> xr.DataArray:
        """Planet Fusion surface reflectance of a sample.

        Int16 DN `(time, band, y, x)` (reflectance x 10000; -32768, as `rio.nodata`, is missing), bands blue, green, red, nir, 3 m, in the sample's UTM
        zone. Only dates that are there; those absent or broken are in `attrs["missing"]`. Where `dates` are named (days, months as
        `2018-07`, slices, whole numbers for months: see `Product.parse_dates`), only their chips are read, unless the whole
        cube is in memory. With `chunks` (as Dask takes them, `{"time": 1}`) nothing is read yet, and every date asked for
        is there: pixels of missing ones are nodata, as in `stack`. `cube.rapidai4eo.reflectance()` is in units of reflectance.
        Raises `UnknownSampleError`, `UnknownDateError`, `UnknownBandError`, `StoreError`.
        >>> cube = corpus.planet_fusion(corpus.default_sample, dates=["2018-07-02"], bands=["red", "nir"])
        >>> cube.shape, cube.dtype.name, cube.attrs["reflectance_scale"]
        ((1, 2, 200, 200), 'int16', 0.0001)
        """
        return self._array(sample_id, PF_SR, dates, bands, chunks)

    def sentinel2(
        self,
        sample_id: str,
        months: Dates | None = None,
        bands: Sequence[str] | None = None,
        *,
        chunks: stacking.Chunks | None = None,
    ) -> xr.DataArray:
        """Sentinel-2 monthly mosaics of a sample.

        Uint16 DN (int16 where some are below 0) `(time, band, y, x)` (reflectance x 10000, 0 is nodata), bands B02 ... B09, 10 m. Else as
        `planet_fusion`.
        >>> corpus.sentinel2(corpus.default_sample, months=["2018-07"], bands=["B04", "B08"]).shape
        (1, 2, 60, 60)
        """
        return self._array(sample_id, S2_SR, months, bands, chunks)

    def stack(
        self,
        samples: pd.DataFrame | Iterable[str],
        product: str = "PF-SR",
        dates: Dates | None = None,
        bands: Sequence[str] | None = None,
        *,
        chunks: stacking.Chunks | None = "auto",
    ) -> xr.DataArray:
        """Many samples, `(sample, time, band, y, x)`, lazily: integers as in `planet_fusion`, for training and statistics.

        All dates that are asked for are there; where a date or a pixel is missing is `attrs["_FillValue"]`, and NaN after
        `.rapidai4eo.reflectance()`. Int16 for Planet Fusion, int32 for Sentinel-2. `y` and `x` are metres from the cell's south-west corner,
        which is in `left` and `bottom`, in the zone `epsg`, of each sample. Chunks are one sample each, unless said; with None
        it is read at once. Raises as `planet_fusion`, of what cannot be read when it is computed; `InvalidQueryError` for another product.
        >>> several = corpus.stack(corpus.samples.index[:3], dates="2018-07", bands=["red", "nir"])
        >>> several.sizes["sample"], several.sizes["time"], several.dtype.name
        (3, 6, 'int16')
        """
        if product not in (PF_SR.id, S2_SR.id):
            raise InvalidQueryError(
                f"a stack is of PF-SR or S2-SR, not of {product!r}: the bands of others are not known before they are read"
            )
        ids = self._rows(samples).index
        return self._stack(
            [self.cell(str(sample_id)) for sample_id in ids], PRODUCTS[product], dates, bands, chunks
        )

    def _stack(
        self, cells: list[Cell], product: Product, dates: Dates | None, bands: Sequence[str] | None, chunks: stacking.Chunks | None
    ) -> xr.DataArray:  # fmt: skip
        chosen = list(product.dates) if dates is None else product.parse_dates(dates)
        array = stacking.stack(self, cells, product, chosen, product.names(bands), chunks)
        array.attrs |= {"attribution": self.attribution(product.id), "license": self.license(product.id)}
        return array

    def quality(
        self,
        sample_id: str,
        dates: Dates | None = None,
        bands: Sequence[str] | None = None,
    ) -> xr.DataArray:
        """Planet Fusion quality layers of a sample, `(time, band, y, x)` as stored.

        What the bands are is not published: they have the names that the files give them, else `band_1` ...
        """
        return self._array(sample_id, PF_QA, dates, bands)

    def _array(
        self, sample_id: str, product: Product, dates: Dates | None, bands: Sequence[str] | None,
        chunks: stacking.Chunks | None = None,
    ) -> xr.DataArray:  # fmt: skip
        cell = self.cell(sample_id)
        if chunks is not None:
            return stacking.one(self._stack([cell], product, dates, bands, chunks), cell, product)
        chosen = None if dates is None else product.parse_dates(dates)
        bands = product.names(bands)
        if bands is not None and product.bands:
            for name in bands:
                product.band(name)  # an unknown band is an error before anything is read
        positions = None if chosen is None else {product.dates.index(date) for date in chosen}
        return self.array(self.cubes.get(cell, product, positions), chosen, bands)

    def array(
        self, cube: Cube, dates: Iterable[dt.date] | None = None, bands: Sequence[str] | None = None
    ) -> xr.DataArray:
        """A cube of this corpus that is read, or some dates of it, as `planet_fusion` gives it.

        Raises `UnknownBandError`, and `StoreError` where the names of its bands have to be looked for.
        """
        product = cube.product
        if not cube.bands and not product.bands:  # the files name them, and none of these dates is there
            cube = self.cubes.get(cube.cell, product)
        array = to_dataarray(cube, None if dates is None else list(dates), bands)
        array.attrs |= {"attribution": self.attribution(product.id), "license": self.license(product.id)}
        return array

    def read(
        self, sample_id: str, product: Product, first: int = 0, positions: Collection[int] | None = None
    ) -> Reading:
        """Begin to read a cube (or join who reads it), the date at position `first` before the others.

        With `positions`, only these dates, where the whole is not there anyway: see `CubeCache.open_some`. The caller
        must `release()` the reading.
        """
        if positions is not None:
            return self.cubes.open_some(self.cell(sample_id), product, positions)
        return self.cubes.open(self.cell(sample_id), product, first)

    def prefetch(self, sample_id: str, product: Product = PF_SR, first: int = 0) -> Reading:
        """Read a cube ahead of need: after everything that somebody waits for.

        The caller must `release()` the reading; nobody else having asked for it by then, it is given up.
        """
        return self.cubes.open(self.cell(sample_id), product, first, behind=True)

    @property
    def extras(self) -> pd.DataFrame | None:
        """What else is known of samples, indexed by `sample_id`: `review` (text), `suspicion` and `change` (0 to 1), `lost` (a date).

        Each may be absent; samples that are not in it count as not reviewed, not as suspect and not as changed. Set it to filter
        by it.
        """
        return self._extras

    @extras.setter
    def extras(self, frame: pd.DataFrame | None) -> None:
        self._extras, self._table = frame, None

    @property
    def filter_table(self) -> FilterTable:
        """The columns that filters ask; see `explorer.corpus.query.filters`."""
        table = self._table
        if table is None:
            root = getattr(self.store, "root", None)
            imagery = None
            if isinstance(root, Path) and not self.index.moved and not self.synthetic:
                imagery = partial(
                    local_imagery.in_folder, root, self.index.samples.index, self._dated.patterns
                )
            table = self._table = FilterTable(
                self.index, self._extras, imagery, lambda: self.opinions.columns, lambda: self.features
            )
        return table

    @cached_property
    def opinions(self) -> Opinions:
        """What models and other maps say of the samples, by name; see `explorer.opinions.collection.Opinions`."""
        import explorer  # the room of opinions lies above this one; the package names what people use

        return explorer.Opinions(self)

    @cached_property
    def ground(self) -> Ground:
        """Points and polygons that people saw on the ground, by name; see `explorer.opinions.ground.Ground`."""
        import explorer

        return explorer.Ground(self)

    @cached_property
    def overlays(self) -> Overlays:
        """Maps of land cover that can lie over a sample's pictures, by name; see `explorer.opinions.overlays.Overlays`."""
        import explorer

        return explorer.Overlays(self)

    @cached_property
    def features(self) -> Features:
        """Tables of features and embeddings of the samples, by name; see `explorer.similar.collection.Features`."""
        import explorer

        return explorer.Features(self)

    @overload
    def query(
        self, find: str | None = None, *, as_geopandas: Literal[True], **conditions: Unpack[Conditions]
    ) -> gpd.GeoDataFrame: ...
    @overload
    def query(
        self, find: str | None = None, *, as_geopandas: bool = False, **conditions: Unpack[Conditions]
    ) -> pd.DataFrame: ...
    def query(
        self, find: str | None = None, *, as_geopandas: bool = False, **conditions: Unpack[Conditions]
    ) -> pd.DataFrame:
        """Rows of `samples` that meet every condition; with their footprints where `as_geopandas`.

        By a phrase as the page's search takes it (`find`, see `explorer.corpus.query.phrases`), space (`bbox`, `geometry`,
        `countries`, `regions`, `near`, `zones`), label (`classes`, `level`, `min_fraction`, `largest`,
        `purity`, `mixture`), time (`start`, `end`), `ids`, `review`, `suspicion`, `change`, `imagery`, opinions (`disagreement`, `says`,
        `class_pair`, `differ`: see `explorer.corpus.query.opinion_conditions`), or all. `filters` takes
        a `Filters`, or the text that a link has. See `explorer.corpus.query.query.query` and `explorer.corpus.query.filters`.
        >>> fields = corpus.query(bbox=(2, 45, 4, 52), classes=[211], min_fraction=0.5)
        >>> bool((fields["fraction"] >= 0.5).all())
        True
        >>> vineyards = corpus.query("vineyards Italy >= 80 %")
        >>> doubtful = corpus.query(disagreement="made-up-good:0.3-1", class_pair="made-up-good:231:211")
        """
        found = queries.query(self.filter_table, find=find, **conditions)
        return self.to_geopandas(found) if as_geopandas else found

    def to_geopandas(self, samples: pd.DataFrame | Iterable[str] | None = None) -> gpd.GeoDataFrame:
        """Samples (all, or the rows or ids given) with their footprints, EPSG:4326."""
        found = queries.to_geopandas(self.index, self._rows(samples))
        found.attrs["attribution"] = {name: self.attribution(name) for name in ATTRIBUTION}
        return found

    def hrefs(
        self,
        samples: pd.DataFrame | Iterable[str] | None = None,
        products: Sequence[str] = ("PF-SR", "S2-SR"),
        start: Any = None,
        end: Any = None,
        labels: bool = False,
    ) -> list[str]:
        """URLs (or paths) of the chips that samples need, between two dates, for any downloader.

        >>> len(corpus.hrefs([corpus.default_sample], products=["PF-SR"], start="2018-06-01", end="2018-06-30"))
        6
        """
        keys = queries.keys(self._rows(samples), products, start=start, end=end, labels=labels)
        return [self.store.href(key) for key in keys]

    def catalog(self, samples: pd.DataFrame | Iterable[str] | None = None) -> pystac.Catalog:
        """A STAC catalog of the corpus, or of the rows or ids given."""
        from explorer.corpus.stac import catalog  # pystac is only paid for by those who want STAC

        return catalog.catalog(self, None if samples is None else self._rows(samples))

    def _rows(self, samples: pd.DataFrame | Iterable[str] | None) -> pd.DataFrame:
        if samples is None:
            return self.index.samples
        if isinstance(samples, pd.DataFrame):
            return samples
        ids = [samples] if isinstance(samples, str) else list(samples)
        for sample_id in ids:
            self.cell(sample_id)
        return self.index.samples.iloc[self.index.rows(ids)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the reader threads, close connections and drop what is in memory."""
        self.watch.close()
        self.cubes.close()
        self._pool.close()
        close = getattr(self.store, "close", None)
        if close is not None:
            close()
