"""What a STAC catalog says of a chip's numbers: scale, offset, nodata and band names, where they are not the product's.

STAC 1.0 says it in `raster:bands` and `eo:bands`, STAC 1.1 in `bands`; at the asset, or for many at once at the item,
or at the collection as `item_assets`, `summaries` or fields of its own. The nearest that says it counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from explorer.core.errors import ChipError
from explorer.core.products import REFLECTANCE_SCALE, Product
from explorer.corpus.imagery.band_names import find_order
from explorer.corpus.imagery.stated import MAX_BANDS, Stated, number
from explorer.corpus.stac.stac_files import StacFile
from explorer.corpus.stac.stac_products import by_fields, in_words, single_values

_MAX_DEFINITIONS = 300
FIELDS = ("bands", "raster:bands", "eo:bands", "raster:scale", "raster:offset", "nodata", "raster:nodata")
"""The fields in which numbers are described."""

_Numbers = tuple[float, ...]
_Names = tuple[str, ...]


class Said(NamedTuple):
    """What one level says, one entry a band or one for all; empty where nothing. Names come in three kinds."""

    scales: tuple[float | None, ...] = ()
    offsets: tuple[float | None, ...] = ()
    nodata: tuple[float | None, ...] = ()
    names: tuple[_Names, ...] = ()


NOTHING = Said()


def said_by(fields: Mapping[str, Any], listed: Sequence[Any] = ()) -> Said:
    """What the fields of an asset, item, or collection say. `listed`: the `eo:bands` that an old asset's numbers mean."""
    if not any(name in fields for name in FIELDS):
        return NOTHING
    bands = _dicts(fields.get("bands"))
    raster = _dicts(fields.get("raster:bands")) or bands
    eo = fields.get("eo:bands")
    if (
        isinstance(eo, list) and eo and all(isinstance(i, int) for i in eo)
    ):  # before 1.0: places in the item's list
        eo = [listed[i] for i in eo if 0 <= i < len(listed)]
    named = _dicts(eo) or bands or raster

    def of_all(*names: str) -> float | None:
        return next((v for name in names if (v := number(fields.get(name))) is not None), None)

    def values(for_all: float | None, *names: str) -> tuple[float | None, ...]:
        found = [
            next((v for name in names if (v := number(band.get(name))) is not None), for_all)
            for band in raster
        ]
        if not found:
            found = [for_all]
        return tuple(found) if any(v is not None for v in found) else ()

    return Said(
        values(of_all("raster:scale"), "raster:scale", "scale"),
        values(of_all("raster:offset"), "raster:offset", "offset"),
        values(of_all("nodata", "raster:nodata"), "nodata", "raster:nodata"),
        tuple(names for names in (_names(named), _common(named), _waves(named)) if any(names)),
    )


def nearest(levels: Iterable[Said]) -> Said:
    """Each thing from the first level that says it."""
    found = NOTHING
    for level in levels:
        if level is NOTHING:
            continue
        found = Said(
            found.scales or level.scales,
            found.offsets or level.offsets,
            found.nodata or level.nodata,
            found.names or level.names,
        )
    return found


def stated(said: Said, product: Product) -> Stated | None:
    """What is said, as `Stated`; None where it is nothing, or just what the product's chips are anyway."""
    if said is NOTHING:
        return None
    own_scale = REFLECTANCE_SCALE if product.bands else 1.0
    scales = _filled(said.scales, own_scale)
    offsets = _filled(said.offsets, 0.0)
    own_nodata = math.nan if product.nodata is None else float(product.nodata)
    nodata = _filled(said.nodata, own_nodata)
    if not all(map(math.isfinite, (*scales, *offsets))) or 0 in scales:
        scales, offsets = (), ()
    if all(s == 1 for s in scales) and not any(offsets):
        scales, offsets = (), ()  # as programs write it where nobody said anything
    bands = _told_names(said.names, product)
    differs = (
        any(not math.isclose(s, own_scale, rel_tol=1e-6) for s in scales)
        or any(offsets)
        or any(n != own_nodata and not (math.isnan(n) and math.isnan(own_nodata)) for n in nodata)
        or bool(bands)
    )
    return Stated(_one(scales), _one(offsets), _one(nodata), bands) if differs else None


def of_collection(file: StacFile, product: Product, asset: str = "") -> Said:
    """What a collection says of an asset of its items: by the asset's definition, its own fields, its summaries."""
    fields = file.fields
    levels: list[Said] = []
    definitions = fields.get("item_assets")
    if isinstance(definitions, dict):
        own = definitions.get(asset)
        if isinstance(own, dict):
            levels.append(said_by(own))
        else:
            said = {
                said_by(definition)
                for name, definition in list(definitions.items())[:_MAX_DEFINITIONS]
                if isinstance(definition, dict) and _can_be(product, name, definition)
            } - {NOTHING}
            if len(said) == 1:
                levels += said
    levels.append(said_of(fields, product))
    summaries = fields.get("summaries")
    if isinstance(summaries, dict):
        levels.append(said_of(single_values(summaries), product))
    return nearest(levels)


def said_of(fields: Mapping[str, Any], product: Product) -> Said:
    """What fields of an item or collection say of a product's chips: nothing, where they are about another product's.

    Planet Fusion's reflectance and quality can be in one item; what is not told to be of quality is of reflectance.
    """
    said = said_by(fields)
    if said is NOTHING:
        return NOTHING
    told = by_fields([fields]).products
    return said if (product.id in told if told is not None else bool(product.bands)) else NOTHING


def _can_be(product: Product, name: str, definition: Mapping[str, Any]) -> bool:
    told = by_fields([definition]).and_(in_words(name)).and_(in_words(str(definition.get("title") or "")))
    return product.id in told.products if told.products is not None else bool(product.bands)


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or len(value) > MAX_BANDS:
        return []
    return [band if isinstance(band, dict) else {} for band in value]


def _text(value: Any) -> str:
    return value.strip()[:200] if isinstance(value, str) else ""


def _names(bands: list[Mapping[str, Any]]) -> _Names:
    return tuple(_text(b.get("name")) or _text(b.get("description")) for b in bands)


def _common(bands: list[Mapping[str, Any]]) -> _Names:
    return tuple(_text(b.get("eo:common_name")) or _text(b.get("common_name")) for b in bands)


def _waves(bands: list[Mapping[str, Any]]) -> _Names:
    waves = [number(b.get("eo:center_wavelength", b.get("center_wavelength"))) for b in bands]
    return tuple(f"{w * 1000:g} nm" if w and 0.3 < w < 3 else "" for w in waves)


def _told_names(kinds: Sequence[_Names], product: Product) -> _Names:
    """The names that tell the order of the bands; none where they tell the product's own, or nothing."""
    if not kinds:
        return ()
    if not product.bands:
        return kinds[0]
    unclear: _Names = ()
    for names in kinds:
        try:
            order = find_order(names, product)
        except ChipError:  # said where a chip is read, unless other names are clear
            unclear = unclear or names
            continue
        if order is not None:
            own = order.places == tuple(range(len(product.bands))) and len(names) == len(product.bands)
            return () if own else names
    return unclear


def _filled(values: Sequence[float | None], own: float) -> _Numbers:
    return tuple(own if v is None else v for v in values)


def _one(values: _Numbers) -> _Numbers:
    """One value for all bands where they have the same."""
    same = len(set(values)) == 1 or (values and all(math.isnan(v) for v in values))
    return values[:1] if same else values
