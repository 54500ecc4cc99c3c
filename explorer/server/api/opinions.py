"""`/api/opinions`: a model's predictions, or another map's classes, added by a visitor of the page and taken away again."""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import Field, StringConstraints
from tornado.http1connection import HTTP1Connection
from tornado.web import HTTPError, stream_request_body

from explorer.core.errors import ExplorerError, OpinionError
from explorer.opinions import legends
from explorer.opinions.collection import check_name
from explorer.opinions.opinion import Opinion
from explorer.server import auth
from explorer.server.api.handling import Answer, ApiHandler, Asked, Operation, Operations, as_json
from explorer.server.api.uploads import LONGEST_S, Upload, Uploads
from explorer.server.websocket import entry_control
from explorer.views.common import redaction

UPLOADS = "opinion_uploads"
"""Name of the application's setting that holds its `Uploads`."""
SMALL = 100_000
"""Bytes of a body that is read although it is refused, so that its sender reads why."""
ENDINGS = (".parquet", ".geoparquet", ".pq", ".csv", ".csv.gz", ".tsv")
FILES = ("application/octet-stream", "application/vnd.apache.parquet", "text/csv")
_LOG = logging.getLogger("explorer")

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class UploadAsked(Asked):
    """What is said of a file; the file is the body."""

    file: str = Field(max_length=200, description=f"Its name, which ends in one of {', '.join(ENDINGS)}.")
    source: Line = Field(description="Whom to name for it: a model and its version, a paper.")
    licence: Line = Field(description="On which terms others may use it.")
    legend: str = Field(
        "", max_length=60, description="Its classes; without it, CORINE's of the level that it has."
    )
    note: str = Field("", max_length=1000, description="What else is to be known of it.")
    kind: Literal["", "fractions", "class", "probability"] = Field(
        "", description="probability: values that need not add up to 1; else it is found out."
    )
    whole: float = Field(
        1.0,
        gt=0,
        le=1e9,
        allow_inf_nan=False,
        description="What a whole cell is written as: 100 for percent.",
    )
    only_known: bool = Field(False, description="Leave out samples that this corpus does not have.")
    as_problem: bool = Field(
        False,
        description="A table that is refused is no failure: 200 and `problem`. Browsers write failures into their consoles.",
    )


@stream_request_body
class OpinionHandler(ApiHandler):
    """An opinion by its name. Its file is never whole in memory, and checked row by row before anything is kept."""

    operations: ClassVar[Operations] = {
        "put": Operation(
            "Add an opinion: a table, checked and kept whole or not at all",
            UploadAsked,
            status=201,
            file=FILES,
        ),
        "delete": Operation("Take away an opinion that you added in this way"),
    }

    def initialize(self, service: Any) -> None:
        super().initialize(service)
        self._upload: Upload | None = None
        self._refusal: HTTPError | None = None
        self._has_come = self._has_left = self._is_answered = False

    @property
    def _uploads(self) -> Uploads:
        found: Uploads = self.application.settings[UPLOADS]
        return found

    async def prepare(self) -> None:
        """Who asks, whether they may, and room for the file; before any of it is read."""
        if self.request.method != "PUT":
            await super().prepare()
            return
        try:
            await super().prepare()
            await self._begin()
        except HTTPError as error:
            if self._length() > SMALL:
                raise
            self._refusal = (
                error  # said once the body has come: with a connection that ends before, the words are lost
            )

    async def _begin(self) -> None:
        if refused := auth.refused_origin(self):
            raise HTTPError(403, refused)
        uploads = self._uploads
        self._refuse_who_may_not()
        if self._length() > uploads.most:
            raise uploads.too_large()
        asked = cast(UploadAsked, self._asked(self.operations["put"]))
        try:
            name = check_name(self.path_kwargs["opinion"])
            _legend(asked.legend)
            address = entry_control(self.application).address(self)
            self._upload = await uploads.begin(address, name, _file_name(asked.file))
        except ExplorerError as error:
            raise HTTPError(400, self.service.told(error)) from error
        if self._has_left:
            self._upload.drop()
            return
        await uploads.work(partial(self._refuse_taken, name))
        connection = cast(HTTP1Connection, self.request.connection)
        connection.set_max_body_size(uploads.most + SMALL)  # `Upload.take` counts, too, and says why
        connection.set_body_timeout(LONGEST_S)

    def _refuse_who_may_not(self) -> None:
        if not self._uploads.allowed:
            raise HTTPError(403, "this server lets nobody add opinions (EXPLORER_UPLOADS)")
        if self.blind:
            raise HTTPError(403, "a blind review adds and removes no opinions")

    def _refuse_taken(self, name: str) -> None:
        if name in self.corpus.opinions:
            raise HTTPError(409, f"an opinion is called {name} already; give another name")

    def _length(self) -> int:
        text = self.request.headers.get("Content-Length", "0")
        return int(text) if text.isdecimal() else 0

    async def data_received(self, chunk: bytes) -> None:
        """A part of the file."""
        if self._upload is None or self._refusal is not None or self._is_answered:
            return
        try:
            await self._upload.take(chunk)
        except ExplorerError as error:
            await self._stop(self._upload, HTTPError(503, self.service.told(error)))
        except HTTPError as error:
            await self._stop(self._upload, error)

    async def _stop(self, upload: Upload, error: HTTPError) -> None:
        """Answer, though more would come; the connection ends with that."""
        self._is_answered = True
        await upload.discard()
        if not self._has_left:
            self.send_error(error.status_code, exc_info=(HTTPError, error, None))

    def on_connection_close(self) -> None:
        """Who has sent it left, or took too long."""
        super().on_connection_close()
        self._has_left = True
        if self._upload is not None and not self._has_come:
            self._upload.drop()

    def on_finish(self) -> None:
        """All is said."""
        if self._upload is not None:
            self._upload.drop()

    async def put(self, **path: str) -> None:
        """Keep the file that has come."""
        if self._refusal is not None:
            if self._upload is not None:
                await self._upload.discard()
            raise self._refusal
        if not self._is_answered:
            await super().put(**path)

    async def on_put(self, asked: UploadAsked, opinion: str) -> Answer:
        upload = self._upload
        assert upload is not None
        self._has_come = True
        try:
            if not upload.size:
                raise HTTPError(400, "the body is empty: it has to be the file")
            return await self._uploads.work(partial(self._keep, upload, check_name(opinion), asked))
        finally:
            await upload.discard()

    def _keep(self, upload: Upload, name: str, asked: UploadAsked) -> Answer:
        self._refuse_taken(name)
        by = self.reviewer or ""
        try:
            kept = self.corpus.opinions.add(
                name, upload.path, _legend(asked.legend), source=asked.source, licence=asked.licence, note=asked.note,
                kind=asked.kind, whole=asked.whole, only_known=asked.only_known, uploaded_by=by,
            )  # fmt: skip
        except OpinionError as error:
            text = str(error).replace(str(upload.path), upload.path.name)
            text = redaction.without_paths(text)
            if asked.as_problem:
                return as_json({"problem": text})
            raise HTTPError(400, text) from error
        _LOG.info(
            "opinion %s was added on the page by %s", name, by or "a visitor", extra={"event": "opinion"}
        )
        return as_json(_told(kept), status=201)

    def on_delete(self, _asked: Asked, opinion: str) -> Answer:
        self._refuse_who_may_not()
        found = self.corpus.opinions[opinion]
        if not found.about.was_added_by(self.reviewer):
            raise HTTPError(
                403, f"{opinion} was not added by you on the page; whoever runs the server can remove it"
            )
        self.corpus.opinions.remove(opinion)
        _LOG.info("opinion %s was removed on the page", opinion, extra={"event": "opinion"})
        return as_json({"removed": opinion})


def _legend(name: str) -> legends.Legend | None:
    """A legend that is known; never a file of the server's. Raises `LegendError`."""
    return legends.find(name) if name else None


def _file_name(given: str) -> str:
    """A name that can stand in a folder of ours, with the ending by which it is read. Raises `HTTPError`."""
    ending = next((one for one in sorted(ENDINGS, key=len, reverse=True) if given.lower().endswith(one)), "")
    if not ending:
        raise HTTPError(400, f"file: the name ends in none of {', '.join(ENDINGS)}")
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", given[: -len(ending)]).strip("-")[:60]
    return f"{stem or 'opinion'}{ending}"


def _told(kept: Opinion) -> dict[str, Any]:
    about = kept.about
    return {
        "name": about.name, "samples": len(kept), "kind": about.kind, "legend": kept.legend.title, "source": about.source,
        "licence": about.licence, "note": about.note, "notes": list(kept.notes),
    }  # fmt: skip
