"""Which product an asset of a STAC catalog is a chip of: told by its path, itself, its item, and what lies above.

The ids of the corpus's collections are not known but for one, so that no id decides by itself. Each thing that is
said narrows down what the asset can be; where two contradict each other, or nothing tells, it is left out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from explorer.core.products import PF_QA, PF_SR, PRODUCTS, S2_SR, Product
from explorer.corpus.imagery import file_names
from explorer.corpus.stac.stac_files import Asset, StacFile, file_name

LABELS = "labels"
"""What an item is of that is of no product."""

Products = frozenset[str]

_PLANET: Products = frozenset({PF_SR.id, PF_QA.id})
_REFLECTANCE: Products = frozenset({PF_SR.id, S2_SR.id})
_FOLDER = re.compile(r"(?<![a-z0-9])(pf[-_ ]?sr|pf[-_ ]?qa|s2[-_ ]?sr)(?![a-z0-9])")
_BY_FOLDER = {"pfsr": PF_SR.id, "pfqa": PF_QA.id, "s2sr": S2_SR.id}
_LAYOUT = re.compile(r"imagery/[^/]+/[^/]+/([^/]+)/(PF-SR|PF-QA|S2-SR)/[^/]+")

_PLANET_WORDS = {"pf", "pfsr", "pfqa", "planet", "planetfusion", "fusion", "planetscope"}
_S2_WORDS = {"sentinel", "msi"}
_QUALITY_WORDS = {"qa", "qc", "pfqa", "quality", "qualities", "udm", "udm2"}
_LABEL_WORDS = {"label", "labels", "corine", "clc", "clc2018"}
_QA_BANDS = {"qa", "quality", "gap", "gaps", "filled", "gapfilled", "cloud", "clouds", "days", "day", "provenance",
             "mask", "uncertainty", "source", "synthetic", "interpolated"}  # fmt: skip
_S2_BAND = re.compile(r"^b(?:0?[1-9]|8a|08a|1[0-2])(?![0-9])", re.IGNORECASE)
_S2_ONLY = re.compile(r"^b(?:0?[5-9]|8a|08a|1[0-2])(?![0-9])", re.IGNORECASE)
_MONTH = re.compile(r"(?<!\d)(?:19|20)\d\d[-_]?(?:0[1-9]|1[0-2])(?![\d])(?![-_]?\d)")
_ID = re.compile(r"\d{1,2}N_\d+E-\d+N_\d\d_\d\d")
_ENDINGS = (".tif", ".tiff", ".gtiff", ".cog")
_TELLING = ("bands", "eo:bands", "raster:bands", "proj:transform", "gsd", "eo:gsd", "raster:spatial_resolution",
            "proj:shape")  # fmt: skip
"""The fields that tell the product."""
_REMEMBERED, _MAX_KEY = 256, 20_000
_said: dict[str, list[tuple[str, Products | None]]] = {}
_NOT_CHIPS = {"thumbnail", "overview", "metadata", "visual", "graphic"}


@dataclass(frozen=True, slots=True)
class Told:
    """What can be meant after all that was said; `planet`: Planet Fusion was named, and nothing of its quality.

    None as `products`: nothing was said.
    """

    products: Products | None = None
    planet: bool = False

    def narrowed(self, products: Products | None, planet: bool = False) -> Told:
        """With one thing more that is said (None: it says nothing)."""
        if products is None:
            return self
        left = products if self.products is None else self.products & products
        return Told(left, self.planet or planet)

    def and_(self, other: Told) -> Told:
        """With all that another says."""
        return self.narrowed(other.products, other.planet)


NOTHING = Told()


def is_chip(asset: Asset) -> bool:
    """Whether an asset can be a chip: a GeoTIFF by its name or media type, and no picture for people."""
    if asset.roles & _NOT_CHIPS and "data" not in asset.roles:
        return False
    name = file_name(asset.href).lower()
    if name.endswith(_ENDINGS):
        return True
    kind = asset.fields.get("type")
    if isinstance(kind, str) and kind:
        return "tiff" in kind.lower()
    return "." not in name and bool(_FOLDER.search(asset.href.lower()))


def product_of(
    key: str | None, name: str, asset: Asset, properties: Mapping[str, Any], item: Told, above: Told
) -> Told:
    """What is told of one asset. `item` is what its item says in words, `above` what the collections do."""
    layout = _LAYOUT.fullmatch(key or "")
    if layout:  # the reader would take it for this product without any catalog
        return Told(frozenset({layout[2]}))
    path = unquote(urlsplit(asset.href).path) if key is None else key
    by_path = named_in_path(path)
    if by_path:  # nearer than what the item says of all of its assets
        return by_asset(name, asset, {}).narrowed(by_path)
    told = by_asset(name, asset, properties)
    nearest = True
    for further in (in_words(_title(asset.fields)).and_(item), _folders(path), above):
        if further.products is None:
            continue
        if not nearest and told.products is not None and len(told.products) < 2:
            break  # what is further away need not be asked
        told, nearest = told.and_(further), False
    return told


def decided(told: Told, texts: Iterable[object] = ()) -> Product | None:
    """The one product that is meant; None where none, or more than one, can be.

    The dates in `texts` (names of the file and of the asset) are asked where nothing else tells.
    """
    left = told.products
    if left is None or len(left) > 1:
        by_date = likely(texts)
        if by_date is not None:
            left = by_date if left is None else left & by_date or left
    if left is not None and left == _PLANET and told.planet:
        return PF_SR
    return PRODUCTS.get(next(iter(left))) if left and len(left) == 1 else None


def in_layout(href: str, folder: str) -> str | None:
    """The key of the corpus's layout that an address ends in, of the sample with this folder; None where it does not."""
    path = unquote(href.split("?", 1)[0])
    at = path.rfind(f"/{folder}/")
    key = f"imagery{path[at:]}"
    return key if at >= 0 and _LAYOUT.fullmatch(key) else None


def date_of(product: Product, texts: Iterable[object]) -> dt.date | None:
    """The date of a product's calendar that the first of some texts names; None where none does."""
    for text in texts:
        date = file_names.date_of(product, f"{text[:200]}.tif") if isinstance(text, str) else None
        if date is not None:
            return date
    return None


def likely(texts: Iterable[object]) -> Products | None:
    """What a date alone makes likely: Planet Fusion's calendar, else the months of the other product."""
    texts = list(texts)
    if date_of(PF_SR, texts) is not None:
        return _PLANET
    return frozenset({S2_SR.id}) if date_of(S2_SR, texts) is not None else None


def named_in_path(path: str) -> Products | None:
    """The product whose folder (`PF-SR`, `PF-QA`, `S2-SR`, however written) is nearest to the file in a path."""
    for part in reversed(path.lower().split("/")):
        found = _FOLDER.findall(part)
        if found:
            return frozenset({_BY_FOLDER[re.sub(r"[-_ ]", "", found[-1])]})
    return None


@lru_cache(maxsize=4096)
def in_words(text: str) -> Told:
    """What a name, title or keyword says. What names two sensors at once says nothing."""
    lower = _ID.sub(" ", text[:500]).lower()
    words = set(re.findall(r"[a-z0-9]+", lower)) | set(re.findall(r"[a-z]+", lower))
    planet = words & _PLANET_WORDS
    s2 = words & _S2_WORDS or any(re.match(r"s2(?!\d)", word) for word in words)
    quality, labels = words & _QUALITY_WORDS, words & _LABEL_WORDS
    if (planet and s2) or (labels and (planet or s2)):
        return NOTHING
    if labels:
        return Told(frozenset({LABELS}))
    if s2:
        return Told(frozenset({S2_SR.id}))
    if quality:
        return Told(frozenset({PF_QA.id}))
    if planet:
        sure = words & {"sr", "pfsr", "reflectance"}
        return Told(frozenset({PF_SR.id}) if sure else _PLANET, planet=True)
    return NOTHING


def by_parent(file: StacFile) -> Told:
    """What a collection or catalog says of the items below it: its id, else its title, else its keywords; its bands."""
    told = NOTHING
    for text in (file.id, _title(file.fields), *_keywords(file)):
        told = in_words(text)
        if told.products is not None:
            break
    summaries = file.fields.get("summaries")
    further = by_fields([single_values(summaries) if isinstance(summaries, dict) else {}, file.fields])
    definitions = file.fields.get("item_assets")
    if further.products is None and isinstance(definitions, dict):
        said = [by_fields([d]) for d in list(definitions.values())[:300] if isinstance(d, dict)]
        if said and all(one == said[0] for one in said):
            further = said[0]
    return told.and_(further)


def by_item(item: StacFile) -> Told:
    """What an item says in words: its collection's id, its own id beside the sample's, its title, its platform."""
    told = in_words(item.collection)
    for text in (item.id, _title(item.fields), _title(item.properties)):
        told = told.and_(in_words(text))
    return told.and_(_platform(item.properties))


def is_label(item: StacFile, told: Told) -> bool:
    """Whether an item states, or leads to, the land cover of its sample."""
    if any(name.startswith("label:") or name.lower().startswith("clc") for name in item.properties):
        return True
    extensions = item.fields.get("stac_extensions")
    if isinstance(extensions, list) and any(_is_label_extension(e) for e in extensions if isinstance(e, str)):
        return True
    if any(role.startswith("label") for asset in item.assets.values() for role in asset.roles):
        return True
    return told.products == frozenset({LABELS})


def _is_label_extension(extension: str) -> bool:
    return extension == "label" or "/label/" in extension


def by_asset(name: str, asset: Asset, properties: Mapping[str, Any]) -> Told:
    """What an asset's own fields say, those of its item where it has none: bands, pixels, roles, its name."""
    told = by_fields([asset.fields, properties])
    stem = file_name(asset.href).rsplit(".", 1)[0]
    if any(_MONTH.search(_ID.sub("", text)) and not _has_day(text) for text in (stem, name)):
        told = told.narrowed(frozenset({S2_SR.id}))
    roles = asset.roles
    if any(role.startswith(("quality", "qa")) for role in roles):
        told = told.narrowed(frozenset({PF_QA.id}))
    elif "reflectance" in roles:
        told = told.narrowed(_REFLECTANCE)
    for text in (name, stem):
        told = told.and_(in_words(text))
    return told


def _has_day(text: str) -> bool:
    return re.search(r"(?<!\d)(?:19|20)\d\d[-_]?\d\d[-_]?\d\d", text) is not None


def by_fields(levels: Iterable[Mapping[str, Any]]) -> Told:
    """What band lists and pixel sizes say; of each, the first level that has it counts."""
    told = NOTHING
    seen: set[str] = set()
    for fields in levels:
        given = {name: fields[name] for name in _TELLING if fields.get(name) is not None}
        for what, products in _all_said_by(given):
            if what not in seen and products is not None:
                seen.add(what)
                told = told.narrowed(products)
    return told


def _all_said_by(fields: Mapping[str, Any]) -> list[tuple[str, Products | None]]:
    """As `_said_by`; the assets of a catalog say the same, millions of times."""
    if not fields:
        return []
    key = repr(fields)
    said = _said.get(key)
    if said is None:
        said = list(_said_by(fields))
        if len(key) < _MAX_KEY:
            if len(_said) >= _REMEMBERED:
                _said.clear()
            _said[key] = said
    return said


def _said_by(fields: Mapping[str, Any]) -> Iterable[tuple[str, Products | None]]:
    lists = [
        b for name in ("bands", "eo:bands", "raster:bands") if isinstance(b := fields.get(name), list) and b
    ]
    bands = [[band for band in given if isinstance(band, dict)] for given in lists]
    if any(bands):
        yield "bands", _by_bands(bands)
    sizes = [
        band.get("spatial_resolution", band.get("raster:spatial_resolution"))
        for given in bands
        for band in given
    ]
    transform = fields.get("proj:transform")
    sizes += transform[:1] if isinstance(transform, list) else []
    sizes += [fields.get("gsd"), fields.get("eo:gsd"), fields.get("raster:spatial_resolution")]
    for size in sizes:
        products = _by_pixel(size)
        if products is not None:
            yield "pixel", products
            break
    shape = fields.get("proj:shape")
    if isinstance(shape, list) and len(shape) == 2 and all(isinstance(n, (int, float)) for n in shape):
        for product in (PF_SR, S2_SR):
            if all(abs(n - product.size) <= 1 for n in shape):
                yield "shape", _PLANET if product is PF_SR else frozenset({S2_SR.id})


def _by_bands(lists: list[list[dict[str, Any]]]) -> Products | None:
    """What the names of bands say, else their number."""
    names = [
        str(band.get(field))
        for given in lists
        for band in given[:64]
        for field in ("name", "common_name", "eo:common_name", "description")
        if isinstance(band.get(field), str)
    ]
    count = max(map(len, lists))
    sensor = {name.lower() for name in names if _S2_BAND.match(name)}
    if sensor == {f"b{i + 1}" for i in range(count)} or sensor == {f"b{i + 1:02d}" for i in range(count)}:
        sensor = set()  # that is a mere count
    words = {word for name in names for word in re.findall(r"[a-z]+", name.lower())}
    if any(_S2_ONLY.match(name) for name in sensor) or any(
        word.startswith(("swir", "rededge", "coastal")) for word in words
    ):
        return frozenset({S2_SR.id})
    if words & _QA_BANDS and not {"blue", "green", "red"} <= words:
        return frozenset({PF_QA.id})
    if count in (12, 13):
        return frozenset({S2_SR.id})
    if count == len(PF_SR.bands):
        return frozenset({PF_SR.id})
    return frozenset({PF_QA.id}) if count == 9 else None


def _by_pixel(size: Any) -> Products | None:
    if isinstance(size, bool) or not isinstance(size, (int, float)):
        return None
    if 2.5 <= size <= 5:
        return _PLANET
    return frozenset({S2_SR.id}) if 9.5 <= size <= 60 else None


def single_values(summaries: Mapping[str, Any]) -> dict[str, Any]:
    """Summaries as the fields of one item: a list of one value is that value, lists of bands are as they are."""
    found: dict[str, Any] = {}
    for name, value in summaries.items():
        if name in ("bands", "eo:bands", "raster:bands", "proj:shape", "proj:transform"):
            one = (
                value[0]
                if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list)
                else value
            )
            found[name] = one
        elif isinstance(value, list) and len(value) == 1:
            found[name] = value[0]
    return found


def _platform(fields: Mapping[str, Any]) -> Told:
    told = NOTHING
    for name in ("platform", "constellation", "eo:platform", "eo:constellation", "instruments"):
        value = fields.get(name)
        text = " ".join(v for v in value if isinstance(v, str)) if isinstance(value, list) else value
        if isinstance(text, str):
            told = told.and_(in_words(text))
    return told


def _folders(path: str) -> Told:
    """What the names of the folders on the way to a file say, the nearest first."""
    for part in reversed(path.split("/")[:-1]):
        told = in_words(part)
        if told.products is not None:
            return told
    return NOTHING


def _title(fields: Mapping[str, Any]) -> str:
    title = fields.get("title")
    return title if isinstance(title, str) else ""


def _keywords(file: StacFile) -> list[str]:
    keywords = file.fields.get("keywords")
    return [" ".join(k for k in keywords if isinstance(k, str))] if isinstance(keywords, list) else []
