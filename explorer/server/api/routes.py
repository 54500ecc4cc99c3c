"""Every address of the API, once: the server's handlers and the OpenAPI document are made of this table."""

from __future__ import annotations

from typing import Any, ClassVar

from explorer.corpus.corpus import Corpus
from explorer.server.api import docs_page, openapi, opinions, samples, stac, verdicts
from explorer.server.api.handling import (
    OWN,
    STAC,
    Answer,
    ApiHandler,
    ApiService,
    Asked,
    Operation,
    Operations,
    as_json,
)
from explorer.server.api.uploads import Uploads


class OpenApiHandler(ApiHandler):
    """What this API can do."""

    operations: ClassVar[Operations] = {
        "get": Operation("This document: every address of the API", gives=(stac.OPENAPI,))
    }

    def on_get(self, _asked: Asked) -> Any:
        return as_json(openapi.document(ROUTES, self.base), media=stac.OPENAPI)


class DocsHandler(ApiHandler):
    """The same for people."""

    operations: ClassVar[Operations] = {
        "get": Operation("The same document as a page to read", gives=(stac.HTML,))
    }

    def on_get(self, _asked: Asked) -> Answer:
        return Answer(docs_page.html(openapi.document(ROUTES, self.base)).encode(), stac.HTML)


ROUTES: dict[str, type[ApiHandler]] = {
    STAC: stac.LandingHandler,
    f"{STAC}/conformance": stac.ConformanceHandler,
    f"{STAC}/queryables": stac.QueryablesHandler,
    f"{STAC}/collections": stac.CollectionsHandler,
    f"{STAC}/collections/{{collection}}": stac.CollectionHandler,
    f"{STAC}/collections/{{collection}}/queryables": stac.QueryablesHandler,
    f"{STAC}/collections/{{collection}}/items": stac.ItemsHandler,
    f"{STAC}/collections/{{collection}}/items/{{item}}": stac.ItemHandler,
    f"{STAC}/search": stac.SearchHandler,
    OWN: OpenApiHandler,
    f"{OWN}/docs": DocsHandler,
    f"{OWN}/samples/{{sample}}/chips/{{product}}/{{date}}.tif": samples.ChipHandler,
    f"{OWN}/samples/{{sample}}/picture.png": samples.PngHandler,
    f"{OWN}/samples/{{sample}}/picture.tif": samples.TiffHandler,
    f"{OWN}/samples/{{sample}}/profile.{{ending}}": samples.ProfileHandler,
    f"{OWN}/samples/{{sample}}/spectrum.{{ending}}": samples.SpectrumHandler,
    f"{OWN}/samples.qml": samples.QgisStyleHandler,
    f"{OWN}/verdicts": verdicts.VerdictsHandler,
    f"{OWN}/verdicts/{{verdict}}": verdicts.VerdictHandler,
    f"{OWN}/opinions/{{opinion}}": opinions.OpinionHandler,
    f"{OWN}/token": verdicts.TokenHandler,
}
"""Address, with the names of its parts in braces -> what answers."""


def attach(application: Any, corpus: Corpus, *, uploads: bool = False) -> None:
    """Give a server's application the API, below its prefix; with `uploads`, visitors may add opinions."""
    service = ApiService(corpus)
    application.settings[opinions.UPLOADS] = Uploads(corpus, uploads)
    prefix = application.prefix
    application.add_handlers(
        r".*",
        [(prefix + openapi.pattern(path), handler, {"service": service}) for path, handler in ROUTES.items()],
    )
