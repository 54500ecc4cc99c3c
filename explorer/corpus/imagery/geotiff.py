"""Where a GeoTIFF's bytes become an array: checked pixels in the product's own encoding and band order, whatever the file's are.

A chip that is not what its id says is refused with a short reason: never wrong pixels, never a crash. What a file
writes in another way than the corpus's own (names of bands, nodata, scale, number type, grid) is read as it says, and
told in `Chip.notes`.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import rasterio
from rasterio.enums import ColorInterp, Interleaving, MaskFlags
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile

from explorer.core.errors import ChipError
from explorer.core.grid import Cell
from explorer.core.products import Product
from explorer.corpus.imagery import band_names, chip_grid, encoding, tiff_fast
from explorer.corpus.imagery.band_names import BandOrder
from explorer.corpus.imagery.encoding import Numbers
from explorer.corpus.imagery.stated import Stated
from explorer.corpus.stores.store import MAX_CHIP_BYTES

MAX_BANDS = 64
MAX_BLOCK = 2**20
"""Pixels of a tile or strip, which is unpacked whole however small the picture: the corpus's has 256 x 256."""
_MAGIC = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
"""TIFF and BigTIFF, in either order of bytes."""
_NAME_TAGS = (
    "band_name",
    "bandname",
    "name",
    "long_name",
    "eo:common_name",
    "common_name",
    "band",
    "description",
)
_WAVELENGTH_TAGS = ("central_wavelength_um", "central_wavelength", "center_wavelength", "wavelength_um", "wavelength_nm", "wavelength")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator's `rapidai4eo.toml` settles of a product's chips, and what metadata beside a chip states.

    `bands` are the names of the file's bands in its order, `scale` and `offset` lead from stored numbers to
    reflectance, `nodata` are the numbers that mean "not measured". None or empty: the file itself decides, then what
    is `stated`.
    """

    bands: tuple[str, ...] = ()
    scale: float | None = None
    offset: float | None = None
    nodata: tuple[float, ...] = ()
    stated: Stated | None = None


NO_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Chip:
    """One decoded chip: `data` is `(band, y, x)` in the product's encoding (PF-QA: as stored), `bands` its band names.

    `nodata` is the number in `data` that means "not measured", None where there is none. `notes` say in words what
    was read in another way than the corpus's own chips are.
    """

    data: np.ndarray
    bands: tuple[str, ...]
    nodata: float | None
    notes: tuple[str, ...] = ()


def read(data: bytes, product: Product, cell: Cell, rules: Rules = NO_RULES) -> Chip:
    """Decode a GeoTIFF and check its size, bands, numbers, CRS and transform against the sample's id.

    Raises `ChipError` with the reason when it is truncated, empty, foreign, mis-sized or contradicts itself.
    """
    if not data:
        raise ChipError("empty file")
    if len(data) > MAX_CHIP_BYTES:
        raise ChipError(f"{len(data)} bytes, far more than a chip can have")
    if data[:4] not in _MAGIC:
        raise ChipError("not a TIFF file")
    pixels = tiff_fast.read(data, product, cell, nodata=rules == NO_RULES)  # rules may ask what the file says
    if pixels is not None:
        count = len(pixels)
        said = Numbers((None,) * count, (1.0,) * count, (0.0,) * count)
        return _reflectance(pixels, said, [""] * count, [None] * count, (), product, rules)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a chip without georeference is refused below
            with MemoryFile(data) as memory, memory.open(driver="GTiff") as source:
                return _read(source, product, cell, rules)
    except ChipError:
        raise
    except (RasterioError, ValueError, OSError, MemoryError) as error:
        raise ChipError(f"damaged or truncated ({_short(error)})") from error


def _read(source: rasterio.DatasetReader, product: Product, cell: Cell, rules: Rules) -> Chip:
    window = _check(source, product, cell)
    if all(value is None for value in source.nodatavals) and product.nodata is None:
        _check_written(source)
    picture = list(range(source.count))
    # An alpha band comes last: one among others is a writer's mistake, and one too few bands are no picture.
    alpha = source.count > max(len(product.bands), 1) and source.colorinterp[-1] == ColorInterp.alpha
    if alpha:
        picture.pop()
    names = [(source.descriptions[i] or "").strip() for i in picture]
    bands = [i + 1 for i in picture]
    stored = _placed(source.read(bands), window, product)
    masked = _mask(source, window, product, alpha)
    if not product.bands:
        return _quality(source, stored, names, masked, product, rules, window.notes)
    scales, offsets = _scale_tags(source, picture)
    own = tuple(source.nodatavals[i] for i in picture)
    numbers = Numbers(
        tuple(None if v is None else (float(v),) for v in own), scales, offsets, "the file", masked
    )
    waves: list[float | None] = []
    if not all(names) or len(set(names)) < len(names):
        names, waves = _from_band_tags(source, bands, names)
    notes = window.notes
    if not any(offsets) and _is_shifted_baseline(source):
        notes = (
            *notes,
            "its processing baseline adds 1000 DN, and no offset is named: if so, say offset = -0.1",
        )
    return _reflectance(stored, numbers, names, waves, notes, product, rules)


def _is_shifted_baseline(source: rasterio.DatasetReader) -> bool:
    """Whether a tag says that Sentinel-2's processing baseline is 04.00 or newer, from which on DN have 1000 added."""
    baseline = _number(_lowered(source.tags()), "processing_baseline", "s2:processing_baseline")
    return baseline is not None and 4 <= baseline < 90


def _reflectance(
    stored: np.ndarray,
    numbers: Numbers,
    names: Sequence[str],
    waves: Sequence[float | None],
    notes: tuple[str, ...],
    product: Product,
    rules: Rules,
) -> Chip:
    """A reflectance chip out of a file's bands: those of the product, in its order and encoding."""
    count = len(stored)
    numbers = _ruled(numbers, count, product, rules)
    order = _order(names, waves, count, product, rules)
    present = [i for i in order.places if i is not None]
    if order.places == tuple(range(count)):
        chosen, said = stored, numbers
    else:
        chosen = stored[present]
        said = Numbers(
            tuple(numbers.nodata[i] for i in present), tuple(numbers.scales[i] for i in present),
            tuple(numbers.offsets[i] for i in present), numbers.source, numbers.masked,
        )  # fmt: skip
    data, nodata, how = encoding.to_product(chosen, said, product)
    if len(present) < len(order.places):
        missing = encoding.missing_number(product)
        whole = np.full((len(order.places), *data.shape[1:]), missing, data.dtype)
        whole[[j for j, i in enumerate(order.places) if i is not None]] = data
        data, nodata = whole, missing
    return Chip(np.ascontiguousarray(data), product.band_names, nodata, (*notes, *order.notes, *how))


def _order(
    names: Sequence[str], waves: Sequence[float | None], count: int, product: Product, rules: Rules
) -> BandOrder:
    """Where the product's bands are: by the operator's word, the file's names, what is stated beside it, or as usual."""
    if rules.bands:
        return band_names.chosen_order(rules.bands, count, product)
    found = band_names.find_order(names, product, waves)
    stated = rules.stated.bands if rules.stated is not None else ()
    if found is None and len(stated) == count:
        found = band_names.find_order(stated, product, (), "the catalog")
    if found is not None:
        return found
    expected = len(product.bands)
    if count != expected:
        raise ChipError(f"{count} bands, not {expected}, and no names that tell them apart")
    text = next((name for name in names if name), "")
    said = f"its bands' names say nothing ({text[:40]!r} ...); the usual order is taken" if text else ""
    return BandOrder(tuple(range(expected)), (said,) if said else ())


def _ruled(numbers: Numbers, count: int, product: Product, rules: Rules) -> Numbers:
    """What is said of the numbers, by whom it counts: the operator, the file, the catalog."""
    nodata, scales, offsets, source = numbers.nodata, numbers.scales, numbers.offsets, numbers.source
    stated = rules.stated
    silent = all(scale == 1 for scale in scales) and not any(offsets)
    if stated is not None:
        if silent and (stated.scales or stated.offsets):
            scales = encoding.for_each_band(stated.scales or (1.0,), count, "the catalog states scales")
            offsets = encoding.for_each_band(stated.offsets or (0.0,), count, "the catalog states offsets")
            source = "the catalog"
        if stated.nodata and all(one is None for one in nodata):
            each = encoding.for_each_band(stated.nodata, count, "the catalog states nodata")
            nodata = tuple((value,) for value in each)
    if rules.scale is not None or rules.offset is not None:
        scales = (rules.scale if rules.scale is not None else 1.0,) * count
        offsets = (rules.offset if rules.offset is not None else 0.0,) * count
        source = "rapidai4eo.toml"
    if rules.nodata:
        own = () if product.nodata is None else (float(product.nodata),)
        nodata = tuple(
            tuple(dict.fromkeys((*(own if one is None else one), *rules.nodata))) for one in nodata
        )
    return Numbers(nodata, scales, offsets, source, numbers.masked)


def _quality(
    source: rasterio.DatasetReader,
    stored: np.ndarray,
    names: Sequence[str],
    masked: np.ndarray | None,
    product: Product,
    rules: Rules,
    notes: tuple[str, ...],
) -> Chip:
    """A quality chip: as stored, its bands by the names that the operator or the file gives them, else numbers."""
    count = len(stored)
    if rules.bands and len(rules.bands) != count:
        raise ChipError(f"{count} bands, rapidai4eo.toml names {len(rules.bands)} of {product.id}")
    named = rules.bands or (tuple(names) if all(names) and len(set(names)) == count else ())
    bands = named or tuple(f"band_{i + 1}" for i in range(count))
    own = {float(v) for v in source.nodatavals[:count] if v is not None} | set(rules.nodata)
    gone = np.zeros(stored.shape, bool) if masked is None else np.broadcast_to(masked, stored.shape).copy()
    for number in own:
        gone |= stored == number
    if stored.dtype.kind == "f":
        gone |= ~np.isfinite(stored)
    for fill in encoding.UNTAGGED if stored.dtype.kind in "if" and stored.dtype.itemsize > 1 else ():
        untagged = (stored == fill) & ~gone
        if untagged.any():
            gone |= untagged
            notes = (*notes, encoding.said_of_untagged(fill))
    if not gone.any():
        return Chip(stored, bands, min(own) if own and not math.isnan(min(own)) else None, notes)
    number = encoding.unused_number(stored, gone, own)
    stored[gone] = number
    return Chip(stored, bands, number, notes)


def _placed(stored: np.ndarray, window: chip_grid.Window, product: Product) -> np.ndarray:
    """The cell's pixels of what a file holds; what the file lacks is filled by its edge, and masked by `_mask`."""
    if stored.shape[1:] == (product.size, product.size):
        return stored
    rows, cols = _positions(window, product)
    height, width = stored.shape[1:]
    return stored[:, np.clip(rows, 0, height - 1)[:, None], np.clip(cols, 0, width - 1)]


def _positions(window: chip_grid.Window, product: Product) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the file in which the cell's pixels are; outside of it where it lacks them."""
    return np.arange(product.size) + window.row, np.arange(product.size) + window.col


def _mask(
    source: rasterio.DatasetReader, window: chip_grid.Window, product: Product, with_alpha: bool
) -> np.ndarray | None:
    """Where the file's own mask or alpha band, or the lack of a row, says that nothing was measured; bool `(y, x)`."""
    shape = (source.height, source.width)
    gone: np.ndarray | None = None
    flags = source.mask_flag_enums[0]
    if MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags:
        gone = source.dataset_mask() == 0
    if with_alpha:  # read as it is: GDAL takes it for a mask of some types and numbers of bands only
        clear = source.read(source.count) == 0
        gone = clear if gone is None else gone | clear
    if shape == (product.size, product.size):
        return gone
    rows, cols = _positions(window, product)
    outside = ((rows < 0) | (rows >= shape[0]))[:, None] | ((cols < 0) | (cols >= shape[1]))
    if gone is not None:
        outside |= gone[np.clip(rows, 0, shape[0] - 1)[:, None], np.clip(cols, 0, shape[1] - 1)]
    return outside if outside.any() else None


def _scale_tags(
    source: rasterio.DatasetReader, picture: Sequence[int]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Scale and offset of each band: GDAL's own, else tags of those names (of CF, or of Sentinel-2's products)."""
    scales = [float(source.scales[i]) for i in picture]
    offsets = [float(source.offsets[i]) for i in picture]
    if all(scale == 1 for scale in scales) and not any(offsets):
        general = _lowered(source.tags())
        for place, i in enumerate(picture):
            tags = general | _lowered(source.tags(i + 1))
            scale = _number(tags, "scale_factor", "scale", "reflectance_scale")
            offset = _number(tags, "add_offset", "offset", "reflectance_offset")
            quantification = _number(tags, "boa_quantification_value", "quantification_value")
            added = _number(tags, "boa_add_offset", "radio_add_offset")
            if quantification:
                scale, offset = 1 / quantification, (added or 0.0) / quantification
            elif added:
                offset = added
            scales[place] = scale if scale is not None else 1.0
            offsets[place] = offset if offset is not None else 0.0
    if not all(math.isfinite(v) for v in (*scales, *offsets)) or any(scale == 0 for scale in scales):
        raise ChipError(f"its scale {scales[0]:g} and offset {offsets[0]:g} make no number of its pixels")
    return tuple(scales), tuple(offsets)


def _lowered(tags: dict[str, str]) -> dict[str, str]:
    return {name.lower(): text for name, text in tags.items()}


def _number(tags: dict[str, str], *names: str) -> float | None:
    for name in names:
        try:
            return float(tags[name])
        except (KeyError, ValueError):
            continue
    return None


def _from_band_tags(
    source: rasterio.DatasetReader, bands: Sequence[int], names: Sequence[str]
) -> tuple[list[str], list[float | None]]:
    """Names and wavelengths (nm) of bands that have no description, from their tags."""
    found = list(names)
    waves: list[float | None] = [None] * len(bands)
    for place, band in enumerate(bands):
        tags = _lowered(source.tags(band)) | _lowered(source.tags(band, ns="IMAGERY"))
        text = next((tags[name] for name in _NAME_TAGS if tags.get(name, "").strip()), "")
        found[place] = found[place] if found[place] and not text else text.strip()
        value = _number(tags, *_WAVELENGTH_TAGS)
        if value is not None and 0.3 <= value <= 3000:
            waves[place] = value * 1000 if value < 10 else value
    return found, waves


def _check(source: rasterio.DatasetReader, product: Product, cell: Cell) -> chip_grid.Window:
    chip_grid.check_size(source.width, source.height, product)
    if source.count > MAX_BANDS:
        raise ChipError(f"{source.count} bands, more than {MAX_BANDS}")
    height, width = source.block_shapes[0]
    if height * width > MAX_BLOCK:
        raise ChipError(f"tiles of {width} x {height} px, far more than a chip has")
    dtypes = sorted(set(source.dtypes))
    if len(dtypes) != 1 or "complex" in dtypes[0]:
        raise ChipError(f"dtype {', '.join(dtypes)}, not {' or '.join(product.dtypes) or 'one real number'}")
    if source.crs is None:
        raise ChipError("no coordinate reference system")
    return chip_grid.find_window(
        source.width, source.height, source.transform, source.crs.to_wkt(), source.crs.to_epsg(), product, cell
    )  # fmt: skip


def _check_written(source: rasterio.DatasetReader) -> None:
    """A block that was never written reads as zeros, which are pixels only where zero means nodata."""
    for band in source.indexes if source.interleaving == Interleaving.band else (1,):
        for (row, col), _ in source.block_windows(band):
            if source.get_tag_item(f"BLOCK_OFFSET_{col}_{row}", "TIFF", bidx=band) is None:
                raise ChipError("parts of it were never written")


_OWN_NAME = re.compile(r"\S*[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tif[:,]? ?")


def _short(error: BaseException) -> str:
    while error.__cause__ is not None:  # GDAL's first complaint is the precise one
        error = error.__cause__
    text = _OWN_NAME.sub("", str(error)).strip().splitlines()
    return text[-1][:120] if text else type(error).__name__
