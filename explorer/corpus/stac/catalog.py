"""A STAC catalog of a corpus, or of a query's result: a collection a product, an item a sample, an asset a date."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pystac
import shapely
from pystac.extensions.eo import Band as EOBand
from pystac.extensions.eo import EOExtension
from pystac.extensions.label import (
    LabelClasses,
    LabelExtension,
    LabelOverview,
    LabelStatistics,
    LabelTask,
    LabelType,
)
from pystac.extensions.projection import ProjectionExtension
from pystac.extensions.raster import DataType, NoDataStrings, RasterBand, RasterExtension, Sampling
from pystac.extensions.scientific import ScientificExtension
from pystac.stac_io import DefaultStacIO

from explorer.core import corine, grid
from explorer.core.errors import (
    InvalidQueryError,
    NotThereError,
    StoreError,
    UnknownDateError,
    UnknownSampleError,
)
from explorer.core.grid import Cell
from explorer.core.products import (
    CITATION,
    OVERPASS_UTC,
    PRODUCTS,
    REFLECTANCE_SCALE,
    Product,
)
from explorer.corpus.imagery.stated import Stated
from explorer.corpus.stac.stac import COLLECTIONS
from explorer.corpus.stores.store import Store
from explorer.corpus.tables.index import SampleIndex

MAX_SAMPLES = 20_000
"""A pystac catalog is held in memory, about 100 kB a sample."""
_DATES_A_SAMPLE = 20
"""An item a date takes so many times the memory of an item a sample."""

Dates = Callable[[str, str], Sequence[dt.date]]
"""(sample id, product id) -> the dates that are there."""

DOI = "10.34911/RDNT.GCYDKJ"
_SUFFIX = {"PF-SR": "pf", "PF-QA": "pfqa", "S2-SR": "s2", "labels": "labels"}
_LABEL_PERIOD = (dt.date(2018, 1, 1), dt.date(2018, 12, 31))
_LICENSE_LINKS = {
    "S2-SR": "https://sentinels.copernicus.eu/documents/247904/690755/Sentinel_Data_Legal_Notice",
    "labels": "https://eur-lex.europa.eu/eli/reg_del/2013/1159/oj",
}
_PLANET = pystac.Provider("Planet Labs PBC", roles=[pystac.ProviderRole.PRODUCER, pystac.ProviderRole.LICENSOR],
                          url="https://www.planet.com")  # fmt: skip
_PROVIDERS = {
    "PF-SR": _PLANET,
    "PF-QA": _PLANET,
    "S2-SR": pystac.Provider("European Union, Copernicus Sentinel data", roles=[pystac.ProviderRole.LICENSOR],
                             url="https://sentinels.copernicus.eu"),
    "labels": pystac.Provider("European Environment Agency", roles=[pystac.ProviderRole.LICENSOR],
                              url="https://land.copernicus.eu"),
}  # fmt: skip


class _WriteOnly(DefaultStacIO):
    """What pystac writes with here: it opens nothing, whatever a catalog links to."""

    def read_text(self, source: Any, *_: Any, **__: Any) -> str:
        raise StoreError(f"pystac would open {str(source)[:200]}, which nobody asked for")


class CorpusLike(Protocol):
    """What a catalog is made of: a store and its samples."""

    store: Store
    index: SampleIndex

    @property
    def synthetic(self) -> bool:
        """Whether it is made up."""

    def attribution(self, product_id: str) -> str:
        """Whom to name for a product."""

    def license(self, product_id: str) -> str:
        """Its licence, by the short name."""


def catalog(
    corpus: CorpusLike,
    samples: pd.DataFrame | Iterable[str] | None = None,
    dates: Dates | None = None,
    *,
    per_date: bool = False,
) -> pystac.Catalog:
    """The catalog of a corpus, or of these rows or ids of it; hrefs are the store's.

    An item is a sample's product with its dates as assets; `per_date`: each date is an item with its own time, as
    `odc.stac.load` and others want it.

    `dates` says which dates are there; without it they are listed from the store, and the product's calendar
    stands in where the store cannot list. A range of dates that a query was asked for is kept to.
    Raises `InvalidQueryError` for more than `MAX_SAMPLES`, `UnknownSampleError` for an id that is not there.
    """
    ids = _ids(corpus, samples)
    most = MAX_SAMPLES // _DATES_A_SAMPLE if per_date else MAX_SAMPLES
    if len(ids) > most:
        raise InvalidQueryError(
            f"{len(ids):,} samples are more than a catalog in memory can hold ({most:,}{' with an item a date' * per_date}); query fewer"
        )
    found = dates or listed(corpus.store)
    keep = _kept_dates(samples)
    footprints = dict(zip(ids, grid.footprints(ids), strict=True)) if len(ids) else {}
    made: dict[str, list[pystac.Item]] = {name: [] for name in COLLECTIONS}
    for sample_id in ids:
        cell = grid.parse(sample_id)
        images: list[pystac.Item] = []
        for product in PRODUCTS.values():
            days = sorted(set(found(sample_id, product.id)) & keep[product.id])
            if days:
                footprint = footprints[sample_id]
                items = (
                    [dated_item(corpus, cell, product, day, footprint) for day in days]
                    if per_date
                    else [_image_item(corpus, cell, product, days, footprint)]
                )
                made[product.id].extend(items)
                images.extend(items)
        fractions = corpus.index.fractions.row(sample_id)
        if len(fractions):
            made["labels"].append(_label_item(corpus.store, cell, fractions, footprints[sample_id], images))
    root = pystac.Catalog(
        id="rapidai4eo-v1",
        title="RapidAI4EO corpus v1.0",
        description=f"{len(ids):,} samples of the RapidAI4EO corpus. {CITATION}. "
        + ". ".join(dict.fromkeys(map(corpus.attribution, COLLECTIONS)))
        + ".",
    )
    for name, items in made.items():
        if items:
            root.add_child(_collection(corpus, name, items, per_date=per_date and name != "labels"))
    return root


def write_static_catalog(
    corpus: CorpusLike,
    directory: str | os.PathLike[str],
    samples: pd.DataFrame | Iterable[str] | None = None,
    dates: Dates | None = None,
    *,
    per_date: bool = False,
) -> Path:
    """Write a self-contained catalog into a folder, usually a corpus's `stac-v1.0/`; its `catalog.json`.

    Inside the corpus's folder assets are given relative to their item, so that the whole can be moved.
    Raises as `catalog`, and `OSError` where the folder cannot be written.
    """
    target = Path(directory).expanduser().resolve()
    made = catalog(corpus, samples, dates, per_date=per_date)
    made.normalize_hrefs(
        f"{target}/"
    )  # without the slash pystac takes the ".0" of stac-v1.0 for a file's ending
    root = getattr(corpus.store, "root", None)
    if isinstance(root, Path) and target.is_relative_to(root.resolve()):
        made.make_all_asset_hrefs_relative()
    made.save(pystac.CatalogType.SELF_CONTAINED, stac_io=_WriteOnly())
    return target / "catalog.json"


def _ids(corpus: CorpusLike, samples: pd.DataFrame | Iterable[str] | None) -> pd.Index:
    known = corpus.index.samples.index
    if samples is None:
        return known
    given = samples.index if isinstance(samples, pd.DataFrame) else samples
    ids = pd.Index([given] if isinstance(given, str) else list(given), dtype="str", name="sample_id")
    missing = ids[~ids.isin(known)]
    if len(missing):
        raise UnknownSampleError(str(missing[0]), corpus.store.where, map(str, known[:3]))
    return ids


def _kept_dates(samples: object) -> dict[str, set[dt.date]]:
    from explorer.corpus.query.query import chosen_dates, period

    attrs = samples.attrs if isinstance(samples, pd.DataFrame) else {}
    chosen = chosen_dates(tuple(PRODUCTS), *period(attrs.get("start"), attrs.get("end")))
    return {name: set(days) for name, days in chosen.items()}


def listed(store: Store) -> Dates:
    """The dates that a store's folders hold; the product's calendar where the store cannot list."""

    def dates(sample_id: str, product_id: str) -> Sequence[dt.date]:
        product = PRODUCTS[product_id]
        try:
            names = list(store.list(product.folder(grid.parse(sample_id).folder)))
        except NotThereError:
            return ()
        except StoreError:
            return product.dates
        found = []
        for name in names:
            stem = name.removesuffix(".tif")
            try:
                date = product.parse_date(stem)
            except UnknownDateError:  # another file in the folder
                continue
            if name == f"{product.stem(date)}.tif":
                found.append(date)
        return found

    return dates


def _item(cell: Cell, name: str, first: dt.date, last: dt.date, footprint: Any) -> pystac.Item:
    return pystac.Item(
        id=f"{cell.sample_id}_{_SUFFIX[name]}",
        geometry=shapely.geometry.mapping(footprint),
        bbox=[round(v, 9) for v in footprint.bounds],
        datetime=None,
        properties={"sample_id": cell.sample_id},
        start_datetime=time_of(first),
        end_datetime=time_of(last),
    )


def dated_item(corpus: CorpusLike, cell: Cell, product: Product, day: dt.date, footprint: Any) -> pystac.Item:
    """One date of a product as an item of its own, its chip as the asset `data`."""
    item = _image_item(corpus, cell, product, [day], footprint)
    item.id = item_id(cell.sample_id, product, day)
    for name in ("start_datetime", "end_datetime"):
        del item.properties[name]
    item.datetime = time_of(day)
    item.properties |= times_of(product, day)
    (asset,) = item.assets.values()
    del asset.extra_fields["datetime"]
    item.assets = {"data": asset}
    return item


def time_of(day: dt.date) -> dt.datetime:
    """When a date's item says that it was taken: the corpus tells days alone."""
    return dt.datetime.combine(day, OVERPASS_UTC, dt.UTC)


def times_of(product: Product, day: dt.date) -> dict[str, str]:
    """`datetime` of a date's item; of a monthly mosaic, which has its first day, also `start_datetime` and `end_datetime`."""
    found = {"datetime": time_of(day)}
    if product.monthly:
        found["start_datetime"], found["end_datetime"] = month_of(day)
    return {name: pystac.utils.datetime_to_str(time) for name, time in found.items()}


def states_chips(corpus: CorpusLike) -> bool:
    """Whether another catalog says of single chips what their numbers mean."""
    return any(key not in PRODUCTS for key in corpus.index.stated)


def item_id(sample_id: str, product: Product, day: dt.date) -> str:
    """What `dated_item` calls a date of a sample: `33N_13E-224N_24_35_pf_2018-07-02`."""
    return f"{sample_id}_{_SUFFIX[product.id]}_{product.stem(day)}"


def parse_item_id(text: str) -> tuple[str, Product, dt.date] | None:
    """Sample, product and date of an `item_id`; None for what is none."""
    rest, _, stem = text.rpartition("_")
    sample_id, _, suffix = rest.rpartition("_")
    for product in PRODUCTS.values():
        if _SUFFIX[product.id] == suffix:
            try:
                day = product.parse_date(stem)
            except UnknownDateError:
                return None
            return (sample_id, product, day) if product.stem(day) == stem else None
    return None


def month_of(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """First and last second of a day's month, UTC."""
    first = dt.datetime(day.year, day.month, 1, tzinfo=dt.UTC)
    following = (first + dt.timedelta(days=31)).replace(day=1)
    return first, following - dt.timedelta(seconds=1)


def _image_item(
    corpus: CorpusLike, cell: Cell, product: Product, days: Sequence[dt.date], footprint: Any
) -> pystac.Item:
    said = corpus.index.stated
    item = _item(cell, product.id, days[0], days[-1], footprint)
    item.common_metadata.gsd = product.pixel_size
    left, bottom, right, top = cell.bounds
    ProjectionExtension.ext(item, add_if_missing=True).apply(
        code=f"EPSG:{cell.epsg}",
        bbox=[left, bottom, right, top],
        shape=[product.size, product.size],
        transform=[product.pixel_size, 0, left, 0, -product.pixel_size, top],
    )
    for day in days:
        key = product.key(cell.folder, day)
        bands = _bands(product.id, said.get(key) or said.get(product.id))
        if "eo:bands" in bands:
            EOExtension.add_to(item)
        if "raster:bands" in bands:
            RasterExtension.add_to(item)
        stamp = time_of(day)
        asset = pystac.Asset(
            corpus.store.href(key),
            title=f"{product.title} {product.stem(day)}",
            media_type=pystac.MediaType.GEOTIFF,
            roles=["data", "reflectance"] if product.bands else ["data", "quality"],
            # the band lists are shared by all assets: 146 copies a sample would cost a megabyte
            extra_fields={"datetime": pystac.utils.datetime_to_str(stamp), **bands},
        )
        item.add_asset(product.stem(day), asset)
    return item


@lru_cache(maxsize=256)
def _bands(product_id: str, said: Stated | None = None) -> dict[str, Any]:
    """`eo:bands` and `raster:bands` of a product; nothing where the corpus does not say what its bands are.

    `said` is what another catalog states of these chips: it is passed on.
    """
    product = PRODUCTS[product_id]
    said = said or Stated()
    if not product.bands and said == Stated():
        return {}
    if said.bands:
        eo = [{"name": name} for name in said.bands]
    else:
        eo = [
            EOBand.create(
                band.name,
                common_name=band.common_name,
                description=band.title,
                center_wavelength=round(band.wavelength / 1000, 5),  # the extension counts in micrometres
                full_width_half_max=round(band.width / 1000, 5),
            ).to_dict()
            for band in product.bands
        ]
    count = len(eo) or max(map(len, (said.scales, said.offsets, said.nodata)))
    scale = REFLECTANCE_SCALE if product.bands else None
    raster = [
        RasterBand.create(
            nodata=_nodata(_of_band(said.nodata, i, product.nodata)),
            sampling=Sampling.AREA,
            data_type=DataType(product.dtypes[0]) if product.dtypes else None,
            spatial_resolution=product.pixel_size,
            scale=_of_band(said.scales, i, scale),
            offset=_of_band(said.offsets, i, 0 if product.bands else None),
        ).to_dict()
        for i in range(count)
    ]
    return ({"eo:bands": eo} if eo else {}) | {"raster:bands": raster}


def _of_band(values: Sequence[float], band: int, own: float | None) -> float | None:
    """What is said of one band: in a list of one, of all bands; the product's own where nothing is."""
    return values[band if len(values) > band else 0] if values else own


def _nodata(value: float | None) -> float | NoDataStrings | None:
    """A number as JSON can have it."""
    if value is None or math.isfinite(value):
        return value
    if math.isnan(value):
        return NoDataStrings.NAN
    return NoDataStrings.INF if value > 0 else NoDataStrings.NINF


def _label_item(
    store: Store, cell: Cell, fractions: pd.Series, footprint: Any, images: list[pystac.Item]
) -> pystac.Item:
    item = _item(cell, "labels", *_LABEL_PERIOD, footprint)
    columns = [corine.column(int(code)) for code in fractions.index]
    LabelExtension.ext(item, add_if_missing=True).apply(
        label_description="CORINE Land Cover 2018, fractions (0 to 1) of the 600 m cell by level-3 class",
        label_type=LabelType.VECTOR,
        label_properties=list(corine.COLUMNS),
        label_classes=[LabelClasses.create(classes=list(corine.COLUMNS), name="clc")],
        label_tasks=[LabelTask.REGRESSION, LabelTask.CLASSIFICATION],
        label_overviews=[
            LabelOverview.create(column, statistics=[LabelStatistics.create("fraction", float(value))])
            for column, value in zip(columns, fractions, strict=True)
        ],
    )
    for image in images:
        LabelExtension.ext(item).add_source(image)
    try:
        store.get(cell.label_key)
    except (NotThereError, StoreError):
        return item  # its label is in resources/ only; the overviews say it
    asset = pystac.Asset(
        store.href(cell.label_key),
        title="CORINE fractions",
        media_type=pystac.MediaType.GEOJSON,
        roles=["labels", "labels-vector"],
    )
    item.add_asset("labels", asset)
    return item


def _collection(
    corpus: CorpusLike, name: str, items: list[pystac.Item], *, per_date: bool
) -> pystac.Collection:
    boxes = np.array([item.bbox for item in items], dtype=np.float64)
    box = [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()]
    times = [item.common_metadata for item in items]
    alone = [item.datetime for item in items if item.datetime]
    starts = [t.start_datetime for t in times if t.start_datetime] + alone
    ends = [t.end_datetime for t in times if t.end_datetime] + alone
    made = collection(corpus, name, box, (min(starts), max(ends)))
    if per_date:
        made.description = made.description.replace("one item a sample", "one item a sample and date")
    made.add_items(items)
    return made


def collection(
    corpus: CorpusLike, name: str, box: list[float], period: tuple[dt.datetime, dt.datetime]
) -> pystac.Collection:
    """The collection of a product (its id) or of `labels`, without items; `box` is west, south, east, north in degrees."""
    title = PRODUCTS[name].title if name in PRODUCTS else "CORINE Land Cover 2018 fractions"
    link = None if corpus.synthetic else _LICENSE_LINKS.get(name)
    spdx = "other" if link or corpus.synthetic else corpus.license(name)  # STAC's word for what SPDX lacks
    attribution = corpus.attribution(name)
    made = pystac.Collection(
        id=COLLECTIONS[name],
        title=title,
        description=f"{title} of the RapidAI4EO corpus, one item a sample. {attribution}.",
        extent=pystac.Extent(pystac.SpatialExtent([box]), pystac.TemporalExtent([[*period]])),
        license=spdx,
        keywords=["RapidAI4EO", "Europe", "time series", "land cover"],
        providers=None if corpus.synthetic else [_PROVIDERS[name]],
        extra_fields={"attribution": attribution},
    )
    if link:
        made.add_link(pystac.Link("license", link, title=corpus.license(name)))
    ScientificExtension.ext(made, add_if_missing=True).apply(doi=DOI, citation=CITATION)
    return made
