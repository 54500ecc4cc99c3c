"""`/api/verdicts` and `/api/token`: what reviewers said, read and written by programs in a reviewer's name."""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlencode

import pandas as pd
from pydantic import Field
from tornado.web import HTTPError

from explorer.core.errors import InvalidVerdictError
from explorer.corpus.corpus import Corpus
from explorer.review import draws
from explorer.review.queue import MAX_TEXT, Queue, QueueSpec
from explorer.review.verdict_table import COLUMNS
from explorer.review.verdicts import read_time, reviewer_name, time_text
from explorer.server import auth
from explorer.server.api.handling import (
    JSON,
    OWN,
    Answer,
    ApiHandler,
    Asked,
    Operation,
    Operations,
    absent,
    as_json,
)
from explorer.views.common import visitor
from explorer.views.review import review_words
from explorer.views.review.review_service import review_service

MAX_LIMIT = 1000
OF_BLIND = ("id", "kind", "sample_id", "reviewer", "time", "confidence", "comment", "queue")
"""What a blind reviewer reads of their own verdicts: nothing from which the label follows."""


class VerdictsAsked(Asked):
    """Which verdicts."""

    sample: str | None = Field(None, max_length=100, description="Only of this sample.")
    reviewer: str | None = Field(None, max_length=80, description="Only of this reviewer.")
    queue: str | None = Field(
        None, max_length=1000, description="Only those given in this queue, and decisions among reviewers."
    )
    since: str | None = Field(None, max_length=40, description="Only later ones: 2026-03-01T10:30:00Z.")
    limit: int = Field(
        100,
        ge=1,
        le=MAX_LIMIT,
        description="At most so many, the oldest first; those of one instant stay together.",
    )


class AdjustmentBody(Asked):
    """What is said of one class of the label."""

    code: int = Field(description="Level-3 code.")
    action: Literal["accept", "reject", "set", "add"] = Field(
        description="A fraction that is there is right or wrong; or is this one."
    )
    fraction: float | None = Field(None, ge=0, le=1, description="With set and add.")


class VerdictBody(Asked):
    """A verdict on the label of a sample."""

    sample: str = Field(max_length=100)
    judgement: Literal["correct", "wrong", "unsure", "seen"] = Field(
        description="seen: adjustments (all of them `add`) say which classes were seen, without knowing the label."
    )
    adjustments: Annotated[list[AdjustmentBody], Field(max_length=review_words.MAX_ADJUSTMENTS)] = Field(
        default_factory=list
    )
    confidence: int | None = Field(None, ge=1, le=5, description="From a guess to certain.")
    comment: str = Field("", max_length=4000)
    evidence: str = Field(
        "", max_length=4000, description="What was looked at, as the query of a link of the page."
    )
    queue: str = Field(
        "",
        max_length=MAX_TEXT,
        description="Text of the queue that the sample came from, as random:n=200,seed=3.",
    )
    id: str = Field(
        "", max_length=64, description="Your own id of it, such as a UUID: what is sent twice is kept once."
    )
    reviewer: str | None = Field(None, max_length=80, description="Where nobody logs in: who says so.")


class TokenBody(Asked):
    """Who wants a token. Without name and password: who has logged in by the page."""

    name: str = Field("", max_length=80)
    password: str = Field("", max_length=1000)
    blind: bool = Field(
        False, description="Labels, and what others said of them, are hidden from this token."
    )


class VerdictsHandler(ApiHandler):
    """What reviewers said, and what one says now."""

    operations: ClassVar[Operations] = {
        "get": Operation("The newest verdict of each reviewer and sample, oldest first", VerdictsAsked),
        "post": Operation(
            "Give a verdict; it is on the disk when this answers", body=VerdictBody, status=201
        ),
    }

    def on_get(self, asked: VerdictsAsked) -> Answer:
        reviewer = asked.reviewer
        if self.blind:
            if self.reviewer is None or reviewer not in (None, self.reviewer):
                raise HTTPError(403, "a blind review hides what others said")
            reviewer = self.reviewer
        since = read_time(asked.since) if asked.since else None
        records = review_service(self.corpus).records
        found = records.current(asked.sample, reviewer, [asked.queue] if asked.queue else None)
        if since is not None:
            found = found[found["time"] > since]
        rest = len(found) > asked.limit
        if rest:
            found = found[found["time"] <= found["time"].iloc[asked.limit - 1]]
        rows = [_row(row, OF_BLIND if self.blind else COLUMNS) for row in found.to_dict("records")]
        answer: dict[str, Any] = {"verdicts": rows, "links": []}
        if rest:
            given = {
                name: values[0].decode("utf-8", "replace")
                for name, values in self.request.query_arguments.items()
            }
            query = urlencode(given | {"since": rows[-1]["time"]})
            answer["links"] = [{"rel": "next", "type": JSON, "href": f"{self.base}{OWN}/verdicts?{query}"}]
        return as_json(answer)

    def on_post(self, asked: VerdictBody) -> Answer:
        reviewer = _name(self.reviewer, asked.reviewer)
        service = review_service(self.corpus)
        records, sample = service.records, self.corpus.cell(asked.sample).sample_id
        if self.blind and asked.judgement in ("correct", "wrong"):
            raise InvalidVerdictError(
                "judgement", asked.judgement, "seen or unsure: a blind review says which classes were seen"
            )
        label = {int(str(code)): float(value) for code, value in self.corpus.labels(sample).items()}
        queue = _queue(self.corpus, asked.queue, reviewer) if asked.queue else Queue("", (sample,))
        told = asked.model_dump(exclude={"reviewer", "queue"}) | {"id": asked.id or str(uuid.uuid4())}
        if asked.queue and queue.position(sample) is None:
            raise InvalidVerdictError("sample", sample, f"one of the queue {asked.queue[:60]}")
        # Who has judged it before has seen the label, even if that was taken back.
        unseen = self.blind and records.history(sample, reviewer).query("id != @asked.id").empty
        verdict = review_words.read_verdict(
            told, reviewer, label, evidence=asked.evidence, queue=queue, blind=unseen
        )
        receipt = records.add(verdict)
        service.refresh()
        kept = receipt.verdict
        about = {
            "id": receipt.id,
            "repeated": receipt.repeated,
            "sample_id": kept.sample_id,
            "reviewer": kept.reviewer,
            "time": time_text(kept.time),
        }
        return as_json(about, status=200 if receipt.repeated else 201)


class VerdictHandler(ApiHandler):
    """One verdict, to be taken back."""

    operations: ClassVar[Operations] = {
        "delete": Operation("Take a verdict of your own back; it stays in the history")
    }

    def on_delete(self, _asked: Asked, verdict: str) -> Answer:
        reviewer = _name(self.reviewer, _as_utf8(self.request.headers.get("X-Reviewer")))
        service = review_service(self.corpus)
        receipt = service.records.undo(reviewer, verdict_id=verdict)
        if receipt is None:
            raise absent(f"no verdict {verdict[:64]!r}")
        service.refresh()
        return as_json({"id": receipt.id, "undone": verdict, "reviewer": reviewer})


class TokenHandler(ApiHandler):
    """A token for programs, and its end."""

    open_to_all = True
    operations: ClassVar[Operations] = {
        "post": Operation(
            "A token for programs; it ends with the login's seven days, a changed password, or DELETE",
            body=TokenBody,
            status=201,
        ),
        "delete": Operation("End the token that this request is sent with"),
    }

    async def on_post(self, asked: TokenBody) -> Answer:
        if not visitor.asked():
            raise HTTPError(404, "nobody logs in here: programs need no token")
        provider, name = self.application.auth_provider, self.reviewer  # type: ignore[attr-defined]
        if asked.name or asked.password:
            if not isinstance(provider, auth.Passwords):
                raise HTTPError(403, "log in by the page first: another service knows the passwords")
            tried = await auth.try_login(self, asked.name, asked.password)
            if tried.pause:
                self.retry_after = tried.pause
                raise HTTPError(429, "there were too many wrong tries")
            if tried.admitted is None:
                raise HTTPError(503, "nobody can log in now; the server's log says why")
            if not tried.admitted:
                raise HTTPError(403, "name or password is wrong")
            name = tried.name
        if name is None:
            raise HTTPError(401, "give name and password, or log in by the page first")
        token = provider.token(name, blind=asked.blind or self.blind)
        return as_json(
            {"token": token, "name": name, "days": auth.DAYS, "blind": asked.blind or self.blind}, status=201
        )

    async def on_delete(self, _asked: Asked) -> Answer:
        if not self.token:
            raise HTTPError(401, "send the token that is to end")
        self.application.auth_provider.end_token(self.token)  # type: ignore[attr-defined]
        return as_json({"ended": True})


def _as_utf8(header: str | None) -> str | None:
    """A header is read as Latin-1; a terminal sends UTF-8."""
    try:
        return None if header is None else header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def _name(reviewer: str | None, given: str | None) -> str:
    """In whose name something is said. Raises `HTTPError` 403 for another's, `InvalidVerdictError` for none."""
    if reviewer is None:
        return reviewer_name(given)
    if given is not None and reviewer_name(given) != reviewer:
        raise HTTPError(403, "verdicts are given in your own name")
    return reviewer


@lru_cache(maxsize=8)
def _queue(corpus: Corpus, text: str, reviewer: str) -> Queue:
    """A queue takes a second to make of a large corpus, and its verdicts come one after the other."""
    return draws.queue(review_service(corpus).records, QueueSpec.parse(text), reviewer)


def _row(row: dict[Any, Any], columns: tuple[str, ...]) -> dict[str, Any]:
    """A row of the records as JSON: what is not known is null."""
    found: dict[str, Any] = {}
    for name in columns:
        value = row[name]
        missing = value is None or (not isinstance(value, str) and bool(pd.isna(value)))
        if isinstance(value, pd.Timestamp) and not missing:
            value = time_text(value.to_pydatetime())
        found[name] = None if missing else value
    return found
