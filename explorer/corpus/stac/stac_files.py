"""One JSON file of a STAC catalog as plain values: read from bytes alone, with nothing fetched, opened or migrated.

pystac opens the collection that an old item (STAC 0.x) links to, wherever that is. This reads what a corpus needs,
of every version from 0.6 on, and leaves out what has not the form that it should have, member by member.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from explorer.core.errors import CorpusFormatError
from explorer.corpus.stores.store import MAX_JSON_BYTES

MAX_TEXT = 4_000
"""Characters of an id or address; what is longer is none."""

Kind = Literal["Catalog", "Collection", "Item", "Items"]


@dataclass(frozen=True, slots=True)
class Link:
    """One link: how it is related, and the address as written."""

    rel: str
    href: str


@dataclass(frozen=True, slots=True)
class Asset:
    """One asset: its address as written, and its other fields."""

    href: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def roles(self) -> frozenset[str]:
        """Its roles, lower case."""
        roles = self.fields.get("roles")
        return (
            frozenset(r.lower() for r in roles if isinstance(r, str))
            if isinstance(roles, list)
            else frozenset()
        )


@dataclass(frozen=True, slots=True)
class StacFile:
    """A catalog, collection, item, or a collection of items ("Items", GeoJSON's FeatureCollection).

    `version` is "" where none is stated. `properties` are those of the item, or what an old collection states for
    all of its items. `fields` is the whole document. `faults` are (what, which) of the members that were left out.
    """

    kind: Kind
    id: str
    version: str
    links: tuple[Link, ...]
    assets: dict[str, Asset]
    properties: dict[str, Any]
    bbox: Any
    geometry: Any
    collection: str
    fields: Mapping[str, Any]
    items: tuple[StacFile, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()

    @property
    def is_old(self) -> bool:
        """Whether it is of a version in which an item may leave properties to its collection (up to 0.9)."""
        return not self.version or self.version.startswith("0.")

    def href_of(self, rel: str) -> str | None:
        """The address of the first link that is so related."""
        return next((link.href for link in self.links if link.rel == rel), None)


def read(data: bytes, key: str) -> StacFile:
    """The content of one file. Raises `CorpusFormatError` for what is no catalog, collection or item."""
    if len(data) > MAX_JSON_BYTES:
        raise CorpusFormatError(key, f"{len(data):,} bytes, far more than a STAC file has")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _none(key, f"not readable as JSON: {_short(error)}") from error
    return from_document(document, key)


def from_document(document: Any, key: str) -> StacFile:
    """As `read`, of JSON that is parsed already."""
    if not isinstance(document, dict):
        raise _none(key, f"a {type(document).__name__}")
    kind = _kind(document, key)
    if kind == "Items":
        return _items(document, key)
    faults: list[tuple[str, str]] = []
    links = tuple(_links(document.get("links"), key, faults))
    assets = dict(_assets(document.get("assets"), key, faults))
    properties = document.get("properties")
    if properties is not None and not isinstance(properties, dict):
        faults.append(("members have a wrong type and are left out", f"{key}: properties"))
    collection = document.get("collection")
    return StacFile(
        kind=kind,
        id=_text(document.get("id")),
        version=_text(document.get("stac_version")),
        links=links,
        assets=assets,
        properties=properties if isinstance(properties, dict) else {},
        bbox=document.get("bbox"),
        geometry=document.get("geometry"),
        collection=collection[:MAX_TEXT] if isinstance(collection, str) else "",
        fields=document,
        faults=tuple(faults),
    )


def _kind(document: dict[str, Any], key: str) -> Kind:
    """What a document is: by its type, and before 1.0, which had none for catalogs, by what it holds."""
    stated = document.get("type")
    if stated == "FeatureCollection" and isinstance(document.get("features"), list):
        return "Items"
    if stated == "Feature":
        if _text(document.get("id")) or any(
            isinstance(document.get(name), dict) for name in ("properties", "assets")
        ):
            return "Item"
        raise _none(key, "a Feature without id, properties and assets")
    if stated not in (None, "Catalog", "Collection"):
        raise _none(key, f"its type is {str(stated)[:40]!r}")
    if not _text(document.get("stac_version")) and not isinstance(document.get("links"), (list, dict)):
        raise _none(key, "it has neither stac_version nor links")
    if stated == "Collection" or (stated is None and ("extent" in document or "license" in document)):
        return "Collection"
    return "Catalog"


def _items(document: dict[str, Any], key: str) -> StacFile:
    items: list[StacFile] = []
    faults: list[tuple[str, str]] = []
    for i, feature in enumerate(document["features"]):
        try:
            items.append(from_document({"type": "Feature"} | feature, key))
        except (CorpusFormatError, TypeError):
            faults.append(("files are no STAC and are left out", f"{key}: feature {i + 1} is no item"))
    links = tuple(_links(document.get("links"), key, faults))
    items = [item for item in items if item.kind == "Item"]
    return StacFile(
        "Items", _text(document.get("id")), _text(document.get("stac_version")), links, {}, {}, None, None, "",
        document, tuple(items), tuple(faults),
    )  # fmt: skip


def _links(given: Any, key: str, faults: list[tuple[str, str]]) -> Iterator[Link]:
    if given is None:
        return
    if isinstance(given, dict):  # as STAC 0.5 had them: by their rel
        given = [{"rel": rel} | link for rel, link in given.items() if isinstance(link, dict)]
    if not isinstance(given, list):
        faults.append(("members have a wrong type and are left out", f"{key}: links"))
        return
    for i, link in enumerate(given):
        href = link.get("href") if isinstance(link, dict) else None
        rel = link.get("rel") if isinstance(link, dict) else None
        if not isinstance(href, str) or not href.strip() or not isinstance(rel, str) or len(href) > MAX_TEXT:
            faults.append(("links have no address and are not followed", f"{key}: link {i + 1}"))
            continue
        yield Link(rel.lower(), href.strip())


def _assets(given: Any, key: str, faults: list[tuple[str, str]]) -> Iterator[tuple[str, Asset]]:
    if given is None:
        return
    if isinstance(given, list):  # as before 0.6
        given = {
            str(asset.get("key") or asset.get("name") or asset.get("title") or i): asset
            for i, asset in enumerate(given)
            if isinstance(asset, dict)
        }
    if not isinstance(given, dict):
        faults.append(("members have a wrong type and are left out", f"{key}: assets"))
        return
    for name, asset in given.items():
        href = asset.get("href") if isinstance(asset, dict) else None
        if not isinstance(href, str) or not href.strip() or len(href) > MAX_TEXT:
            faults.append(("assets have no address and are left out", f"{key}: {name[:60]}"))
            continue
        yield name, Asset(href.strip(), asset)


def box_of(item: StacFile) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees, by its bbox or else its geometry; None where neither says it."""
    return as_box(item.bbox) or _around(item.geometry)


def as_box(box: Any) -> tuple[float, float, float, float] | None:
    """Four numbers of a bbox with two or three axes."""
    if not isinstance(box, (list, tuple)) or len(box) not in (4, 6):
        return None
    try:
        values = [float(v) for v in box]
    except (TypeError, ValueError, OverflowError):
        return None
    if len(values) == 6:
        values = [values[0], values[1], values[3], values[4]]
    return values[0], values[1], values[2], values[3]


_DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}


def _around(geometry: Any) -> tuple[float, float, float, float] | None:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(kind, str) or kind not in _DEPTHS:
        return None
    points = [geometry.get("coordinates")]
    try:
        for _ in range(_DEPTHS[kind]):
            points = [point for part in points for point in part]
        x, y = [float(point[0]) for point in points], [float(point[1]) for point in points]
        return min(x), min(y), max(x), max(y)
    except (TypeError, ValueError, OverflowError, IndexError, KeyError):
        return None


def file_name(href: str) -> str:
    """The last part of an address, without its query."""
    return posixpath.basename(href.split("?", 1)[0].split("#", 1)[0])


def _text(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    return value[:MAX_TEXT] if isinstance(value, str) else ""


def _none(key: str, why: str) -> CorpusFormatError:
    return CorpusFormatError(key, f"not a STAC catalog, collection or item ({why})")


def _short(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:120]}" if text else type(error).__name__
