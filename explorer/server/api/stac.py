"""`/stac`: a STAC API (core, collections, features, item search, CQL2) that is an OGC API Features service too."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlencode

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field

from explorer.core.errors import InvalidQueryError
from explorer.corpus.query import cql2, cql2_text
from explorer.corpus.query import query as queries
from explorer.corpus.stac import item_pages
from explorer.corpus.tables import tables
from explorer.corpus.tables.formats import FORMATS
from explorer.server.api.handling import (
    GEOJSON,
    JSON,
    OWN,
    STAC,
    Answer,
    ApiHandler,
    Asked,
    Operation,
    Operations,
    absent,
    as_json,
)
from explorer.views.review.review_service import review_service

CONFORMS = (
    *(f"https://api.stacspec.org/v1.0.0/{name}" for name in ("core", "collections", "ogcapi-features", "item-search", "item-search#filter")),
    *(f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "oas30", "geojson")),
    *(f"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}" for name in ("filter", "features-filter", "queryables")),
    *(
        f"http://www.opengis.net/spec/cql2/1.0/conf/{name}"
        for name in ("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "basic-spatial-functions")
    ),
)  # fmt: skip
MAX_FILE = 200_000
"""Samples of one file to download."""
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
HTML = "text/html; charset=utf-8"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
_TITLE = "RapidAI4EO corpus"
_FILES = {"geoparquet": "parquet", "parquet": "parquet", "gpkg": "gpkg", "csv": "csv"}


def _parts(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


Listed = Annotated[
    list[Annotated[str, Field(max_length=100)]], BeforeValidator(_parts), Field(max_length=1000)
]


def _box(value: list[float]) -> list[float]:
    if len(value) not in (4, 6):
        raise ValueError(f"a box has 4 numbers, or 6 with heights, not {len(value)}")
    return value


Box = Annotated[list[float], Field(min_length=4, max_length=6), AfterValidator(_box)]


class ItemsAsked(Asked):
    """Which items of a collection."""

    bbox: Annotated[Box | None, BeforeValidator(_parts)] = Field(
        None, description="West, south, east, north in degrees; or with heights, which do not count."
    )
    datetime: str | None = Field(
        None,
        max_length=100,
        description="2018-07-02T00:00:00Z, or two with a slash between, one of which may be `..`.",
    )
    limit: int = Field(
        100,
        ge=1,
        description="Items of a page; more than 1000 are given as 1000.",
        json_schema_extra={"maximum": 1000},
    )
    token: str = Field("", max_length=60, description="Where the page begins: as the link `next` has it.")
    collections: Listed | None = Field(None, description="Only of these collections.")
    filter: str | None = Field(
        None,
        max_length=cql2_text.MAX_TEXT,
        description="CQL2: clc = 211 AND purity >= 0.8 AND country = 'France'.",
    )
    filter_lang: Literal["cql2-text", "cql2-json"] = Field(
        "cql2-text", alias="filter-lang", description="What the filter is written in."
    )
    filter_crs: Literal["http://www.opengis.net/def/crs/OGC/1.3/CRS84"] | None = Field(
        None, alias="filter-crs", description="Degrees, and nothing else."
    )
    f: Literal["json", "geojson", "geoparquet", "parquet", "gpkg", "csv"] = Field(
        "json",
        description="Of the collection samples, geoparquet, gpkg and csv give all of them as one file.",
    )


class SearchAsked(ItemsAsked):
    """Which items of all collections, in an address."""

    ids: Listed | None = Field(None, description="Only these items.")
    intersects: str | None = Field(None, max_length=20_000, description="A GeoJSON geometry.")
    f: Literal["json", "geojson"] = Field("json", description="GeoJSON, always.")


class SearchBody(Asked):
    """Which items of all collections, in a body."""

    bbox: Box | None = None
    datetime: str | None = Field(None, max_length=100)
    intersects: dict[str, Any] | None = None
    ids: Listed | None = None
    collections: Listed | None = None
    limit: int = Field(100, ge=1)
    token: str = Field("", max_length=60)
    filter: dict[str, Any] | str | bool | None = None
    filter_lang: Literal["cql2-text", "cql2-json"] = Field("cql2-json", alias="filter-lang")
    filter_crs: Literal["http://www.opengis.net/def/crs/OGC/1.3/CRS84"] | None = Field(
        None, alias="filter-crs"
    )


class _Stac(ApiHandler):
    """What the handlers of `/stac` share."""

    def link(self, rel: str, path: str = "", media: str = JSON, **more: Any) -> dict[str, Any]:
        """A link to an address below `/stac`."""
        return {"rel": rel, "href": self.place.stac + path, "type": media, **more}

    def whole_collection(self, name: str) -> dict[str, Any]:
        """A collection with its links. Raises `HTTPError` 404."""
        if name not in item_pages.IDS:
            raise absent(f"no collection {name[:60]!r}; there are {', '.join(item_pages.IDS)}")
        found = item_pages.collection(self.corpus, name)
        found["links"] = [
            *found["links"],
            self.link("self", f"/collections/{name}"),
            self.link("root"),
            self.link("parent"),
            self.link("items", f"/collections/{name}/items", GEOJSON),
            self.link(QUERYABLES, f"/collections/{name}/queryables", SCHEMA),
        ]
        if name == item_pages.SAMPLES:
            for f, media in (
                ("geoparquet", FORMATS["parquet"]),
                ("gpkg", FORMATS["gpkg"]),
                ("csv", FORMATS["csv"]),
            ):
                found["links"].append(self.link("enclosure", f"/collections/{name}/items?f={f}", media))
        return found | {"itemType": "feature", "crs": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"]}

    def rows(self, asked: ItemsAsked | SearchBody) -> np.ndarray:
        """Which samples fit box and geometry, bool `(n,)`. Raises `InvalidQueryError`."""
        review_service(self.corpus).follow()
        table = self.corpus.filter_table
        mask = table.all
        intersects = getattr(asked, "intersects", None)
        if asked.bbox is not None and intersects is not None:
            raise InvalidQueryError("bbox and intersects are two areas: give one")
        if asked.bbox is not None:
            box = asked.bbox if len(asked.bbox) == 4 else [*asked.bbox[:2], *asked.bbox[3:5]]
            mask = queries.within(table.index.samples, queries.read_box(box), mask)
        if intersects is not None:
            shape = _json("intersects", intersects) if isinstance(intersects, str) else intersects
            mask = queries.within(table.index.samples, queries.read_geometry(shape), mask)
        return mask

    def filter(self, asked: ItemsAsked | SearchBody) -> cql2.Filter | None:
        """What is asked in CQL2. Raises `InvalidQueryError` for what is no such text."""
        written = asked.filter
        if written is None:
            return None
        if isinstance(written, str):
            text = asked.filter_lang == "cql2-text"
            written = cql2_text.read_text(written) if text else _json("filter", written)
        return cql2.Filter(self.corpus.filter_table, written, cql2.OF_LABELS if self.blind else frozenset())

    def search(self, asked: ItemsAsked | SearchBody, collections: tuple[str, ...]) -> item_pages.Search:
        """What is asked for of some collections. Raises `InvalidQueryError`."""
        mask, ids = self.rows(asked), getattr(asked, "ids", None)
        if ids is not None:
            mask = mask & item_pages.rows_of(self.corpus, ids)
        period = item_pages.read_period(asked.datetime) if asked.datetime else (None, None)
        named = None if ids is None else frozenset(ids)
        return item_pages.Search(collections, mask, period, named, self.filter(asked))

    def found(self, asked: ItemsAsked | SearchBody, collections: tuple[str, ...]) -> Answer:
        """A page of items as a FeatureCollection."""
        search = self.search(asked, collections)
        page = item_pages.page(self.corpus, search, asked.token, asked.limit, self.place)
        here = self.place.stac + self.request.path.removeprefix(self.application.prefix + STAC)  # type: ignore[attr-defined]
        given = {
            name: values[0].decode("utf-8", "replace")
            for name, values in self.request.query_arguments.items()
        }
        links = [
            {"rel": "self", "type": GEOJSON, "href": here + (f"?{urlencode(given)}" if given else "")},
            self.link("root"),
        ]
        if page.next and isinstance(asked, SearchBody):
            body = json.loads(self.request.body) | {"token": page.next}
            links.append({"rel": "next", "type": GEOJSON, "href": here, "method": "POST", "body": body})
        elif page.next:
            href = f"{here}?{urlencode(given | {'token': page.next})}"
            links.append({"rel": "next", "type": GEOJSON, "href": href, "method": "GET"})
        head: dict[str, Any] = {
            "type": "FeatureCollection",
            "links": links,
            "numberReturned": len(page.items),
        }
        head["timeStamp"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if page.matched is not None:
            head["numberMatched"] = page.matched
        written = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
        return Answer(f'{written[:-1]},"features":[{",".join(page.items)}]}}'.encode(), GEOJSON)


class LandingHandler(_Stac):
    """What there is."""

    operations: ClassVar[Operations] = {"get": Operation("What there is: the STAC landing page")}

    def on_get(self, _asked: Asked) -> Answer:
        corpus = self.corpus
        links = [
            self.link("self"),
            self.link("root"),
            self.link("conformance", "/conformance"),
            self.link("data", "/collections"),
            self.link("search", "/search", GEOJSON, method="GET"),
            self.link("search", "/search", GEOJSON, method="POST"),
            self.link(QUERYABLES, "/queryables", SCHEMA),
            {"rel": "service-desc", "href": self.base + OWN, "type": OPENAPI},
            {"rel": "service-doc", "href": f"{self.base}{OWN}/docs", "type": "text/html"},
            *(self.link("child", f"/collections/{name}") for name in item_pages.IDS),
        ]
        said = ". ".join(dict.fromkeys(corpus.attribution(name) for name in ("PF-SR", "S2-SR", "labels")))
        return as_json(
            {
                "type": "Catalog", "stac_version": item_pages.VERSION, "id": "rapidai4eo-v1", "title": _TITLE,
                "description": f"{len(corpus):,} samples of the RapidAI4EO corpus. {said}.", "conformsTo": CONFORMS, "links": links,
            }
        )  # fmt: skip


class ConformanceHandler(_Stac):
    """Which standards are kept."""

    operations: ClassVar[Operations] = {"get": Operation("Which standards are kept")}

    def on_get(self, _asked: Asked) -> Answer:
        return as_json({"conformsTo": CONFORMS})


class CollectionsHandler(_Stac):
    """All collections."""

    operations: ClassVar[Operations] = {"get": Operation("All collections")}

    def on_get(self, _asked: Asked) -> Answer:
        links = [self.link("self", "/collections"), self.link("root"), self.link("parent")]
        return as_json(
            {"collections": [self.whole_collection(name) for name in item_pages.IDS], "links": links}
        )


class CollectionHandler(_Stac):
    """One collection."""

    operations: ClassVar[Operations] = {"get": Operation("One collection")}

    def on_get(self, _asked: Asked, collection: str) -> Answer:
        return as_json(self.whole_collection(collection))


class QueryablesHandler(_Stac):
    """What a filter can ask."""

    operations: ClassVar[Operations] = {
        "get": Operation("What a filter can ask, as a JSON schema", gives=(SCHEMA,))
    }

    def on_get(self, _asked: Asked, collection: str = "") -> Answer:
        if collection:
            self.whole_collection(collection)
        known = cql2.OF_ITEMS | cql2.queryables(self.corpus.filter_table)
        if self.blind:
            known = {name: schema for name, schema in known.items() if name not in cql2.OF_LABELS}
        path = f"/collections/{collection}/queryables" if collection else "/queryables"
        return as_json(
            {
                "$schema": "https://json-schema.org/draft/2019-09/schema", "$id": self.place.stac + path, "type": "object",
                "title": "Queryables", "properties": known, "additionalProperties": False,
            }, media=SCHEMA,
        )  # fmt: skip


class ItemsHandler(_Stac):
    """Items of a collection, a page at a time; samples also as one file."""

    operations: ClassVar[Operations] = {
        "get": Operation(
            "Items of a collection, a page at a time",
            ItemsAsked,
            (GEOJSON, FORMATS["parquet"], FORMATS["gpkg"], FORMATS["csv"]),
        )
    }

    def on_get(self, asked: ItemsAsked, collection: str) -> Answer:
        self.whole_collection(collection)
        if asked.collections is not None and collection not in asked.collections:  # as pystac-client names it
            raise InvalidQueryError(
                f"these are the items of {collection}, and not of {', '.join(asked.collections)[:60]!r}"
            )
        if asked.f not in _FILES:
            return self.found(asked, (collection,))
        if collection != item_pages.SAMPLES:
            raise InvalidQueryError(
                f"f={asked.f} is of the collection {item_pages.SAMPLES}; others are GeoJSON"
            )
        ending = _FILES[asked.f]
        rows = np.flatnonzero(item_pages.samples_of(self.corpus, self.search(asked, (collection,))))
        if len(rows) > MAX_FILE:
            raise InvalidQueryError(
                f"{len(rows):,} samples are too many for one file ({MAX_FILE:,}); give a bbox or a filter"
            )
        frame = item_pages.properties(self.corpus, rows, blind=self.blind)
        return Answer(
            tables.encode(frame, ending, tables.terms(self.corpus)), FORMATS[ending], name=f"samples.{ending}"
        )


class ItemHandler(_Stac):
    """One item."""

    operations: ClassVar[Operations] = {"get": Operation("One item", gives=(GEOJSON,))}

    def on_get(self, _asked: Asked, collection: str, item: str) -> Answer:
        self.whole_collection(collection)
        review_service(self.corpus).follow()
        found = item_pages.one(self.corpus, collection, item, self.place)
        if found is None:
            raise absent(f"no item {item[:80]!r} in {collection}")
        return Answer(found.encode(), GEOJSON)


class SearchHandler(_Stac):
    """Items of all collections."""

    operations: ClassVar[Operations] = {
        "get": Operation("Items of all collections that fit", SearchAsked, (GEOJSON,)),
        "post": Operation("The same, asked for in a body", gives=(GEOJSON,), body=SearchBody),
    }

    def on_get(self, asked: SearchAsked) -> Answer:
        return self._search(asked)

    def on_post(self, asked: SearchBody) -> Answer:
        return self._search(asked)

    def _search(self, asked: SearchAsked | SearchBody) -> Answer:
        wanted = tuple(dict.fromkeys(asked.collections)) if asked.collections is not None else item_pages.IDS
        return self.found(asked, tuple(name for name in item_pages.IDS if name in wanted))


def _json(name: str, text: str) -> Any:
    try:
        if text.count("{") + text.count("[") > 20_000:
            raise ValueError
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidQueryError(f"{name} is no JSON: {text[:40]!r}") from None
