"""Pages that are made before their visitor comes are the same as those made for them."""

from __future__ import annotations

import asyncio
import difflib
import json
import re
import weakref
from urllib.parse import parse_qs

import pytest
from bokeh.document import Document
from panel.io.document import _cleanup_doc

import explorer.app as app
from explorer.app import create_page, create_prepared_page
from explorer.core import metrics
from explorer.corpus.corpus import Corpus
from explorer.server.sessions import PageMaker, PagePool
from tests import corpora, visitors
from tests.running import Running, pages_made, wait_until_gone
from tests.talk import until

SECONDS = 90.0
LINKS = (
    "",
    f"?sample={corpora.BARE}",
    f"?sample={corpora.FULL}&date=2018-07-15&pixels=3,4;50,60&names=a,b",
    "?theme=dark&level=1&colours=safe&draw=density",
    "?map=4.5,50.5,120",
    "?panel=planet&composite=cir&stretch=2-98",
    "?curves=ndvi&sentinel=months",
    "?sample=nothing",
)


def _told(doc: Document) -> list[str]:
    """A document as text, a property a line; what is by chance (ids, the bus) by its order."""
    content = json.dumps(doc.to_json(deferred=False), indent=0, default=str)
    names: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"id{len(names)}")

    bus = next(m.data.bus for m in doc.models if hasattr(getattr(m, "data", None), "bus"))
    content = re.sub(r"\bp\d+\b", name, content.replace(bus, "BUS"))
    return re.sub(r'"([A-Za-z]+)\d{5}"', r'"\1"', content).splitlines()


class _Request:
    def __init__(self, link: str) -> None:
        self.arguments = {k: [v.encode() for v in vs] for k, vs in parse_qs(link.lstrip("?")).items()}
        self.cookies: dict[str, str] = {}


class _Context:
    """A session that no browser has joined yet."""

    id, session, server_context, logout_url = "some-session", None, None, None

    def __init__(self, link: str, document: Document) -> None:
        self.request, self._document = _Request(link), document
        document._session_context = weakref.ref(self)  # type: ignore[assignment]


@pytest.mark.parametrize("link", LINKS)
def test_a_page_made_ahead_is_the_page_made_for_a_link(tiny_corpus: Corpus, link: str) -> None:
    plain, spare = Document(), Document()
    pool = PagePool(create_prepared_page(tiny_corpus), 1)
    pool._make_spare(spare)
    contexts = [_Context(link, document) for document in (plain, spare)]
    try:
        for document in (plain, spare):
            PageMaker(create_page(tiny_corpus), pool)._make_ready(document)
        differs = list(difflib.unified_diff(_told(plain), _told(spare), n=3, lineterm=""))
        assert not differs, "\n".join(line[:200] for line in differs[:80])
    finally:
        for document, context in zip((plain, spare), contexts, strict=True):
            for callback in document.session_destroyed_callbacks:
                callback(context)  # type: ignore[arg-type]
            _cleanup_doc(document)


def test_a_visitor_gets_the_page_that_waits_and_all_of_them_are_let_go(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three visitors, two pages that wait: each has one of their own, of their own link; nothing of them stays."""
    monkeypatch.setattr(tiny_corpus.config, "spare_pages", 2)
    made = pages_made(monkeypatch)
    running = Running(
        tiny_corpus, create_page(tiny_corpus), prepare=create_prepared_page(tiny_corpus),
        unused_session_lifetime_milliseconds=60_000, check_unused_sessions_milliseconds=200,
    )  # fmt: skip
    pool = running.server._tornado.settings["page_pool"]
    try:
        until(lambda: len(pool) == tiny_corpus.config.spare_pages, SECONDS)
        ahead = [ref() for ref in made]
        until(lambda: b"explorer_spare_pages 2.0" in metrics.text(), SECONDS)
        pool._count = 0  # no more of them
        shown: list[str] = []

        async def visit(sample: str) -> None:
            visitor = visitors.Visitor(running.url, visitors.Seen())
            await visitor.open(f"?sample={sample}")
            _, told = await visitor.hear("Player", lambda kind, _data: kind == "open")
            shown.append(told["sample"])
            await visitor.select(corpora.FULL if sample == corpora.BARE else corpora.BARE)
            await visitor.close()

        async def all_of_them() -> None:
            await asyncio.gather(*(visit(s) for s in (corpora.BARE, corpora.FULL, corpora.BARE)))

        asyncio.run(all_of_them())
        assert sorted(shown) == sorted([corpora.BARE, corpora.FULL, corpora.BARE])
        used = [page for page in ahead if page is not None and not page._loop.waits]
        assert len(used) == 2
        del used, ahead
        running.server._tornado._unused_session_lifetime_milliseconds = 1  # all of them have left
        gone = [ref for ref in made if not _waits(ref())]
        assert len(gone) == 3
        wait_until_gone(gone, SECONDS)
    finally:
        running.stop()


def _waits(page: app.Explorer | None) -> bool:
    return page is not None and page._loop.waits
