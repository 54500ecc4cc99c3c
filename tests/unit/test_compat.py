"""Each trick on private parts of a library does what it says, with the real library, and is off where the library differs."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from pathlib import Path
from typing import Any

import bokeh.server.contexts
import panel.io.document
import pytest
from bokeh.application.application import Application
from bokeh.document import Document
from bokeh.server.contexts import ApplicationContext
from packaging.requirements import Requirement
from tornado.ioloop import IOLoop

from explorer.server import compat
from explorer.server.compat import one_collection, spare_documents
from explorer.server.compat.trick import Trick
from tests import corpora
from tests.conftest import REPOSITORY


@pytest.fixture
def installed() -> None:
    compat.install()


# What all of them share.


@pytest.mark.parametrize("trick", compat.TRICKS.values(), ids=lambda trick: trick.name)
def test_a_trick_is_known_for_what_is_installed_and_asks_for_a_public_way(trick: Trick) -> None:
    from importlib.metadata import version

    for text in trick.known:
        requirement = Requirement(text)
        assert requirement.specifier.contains(version(requirement.name)), text
    asked = (REPOSITORY / "assets" / "docs" / "upstream.md").read_text(encoding="utf-8")
    assert f"\n## {trick.upstream}\n" in asked
    assert trick.buys


def _fresh(code: str, **environment: str) -> str:
    """What a process of its own prints: tricks are turned on once in a process."""
    import os

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
        cwd=REPOSITORY,
    )
    return done.stdout.strip() + done.stderr.strip()


_ON = "print(sorted(name for name, trick in compat.TRICKS.items() if trick.on))"


def test_all_are_on_but_those_that_are_left_out_and_who_asks_first_decides() -> None:
    code = f"from explorer.server import compat; compat.install(without=['one_collection']); compat.install(); {_ON}"
    assert _fresh(code) == str(sorted(set(compat.TRICKS) - {"one_collection"}))


def test_a_trick_that_there_is_not_cannot_be_left_out() -> None:
    with pytest.raises(ValueError, match="no trick is called two_writes; there are one_collection"):
        compat.install(without=["two_writes"])


def test_a_plain_server_has_none_of_them(tmp_path: Path) -> None:
    code = (
        "from explorer import open_corpus; from explorer.app import create_page; from explorer.server import compat\n"
        f"create_page(open_corpus({str(tmp_path)!r})); {_ON}\n"
        "from bokeh.protocol import SPEC; from explorer.views.common.components import Component\n"
        "print(SPEC['PATCH-DOC'].__module__, '_process_bokeh_event' in Component.__dict__)"
    )
    corpora.write_corpus(tmp_path)
    told = _fresh(code, EXPLORER_PLAIN="true").splitlines()
    assert told == ["[]", "bokeh.protocol.messages.patch_doc False"]


@pytest.mark.parametrize(
    ("name", "where", "attribute", "instead", "why"),
    [
        ("one_collection", panel.io.document, "_destroy_document", lambda document, session: None, "knows no _garbage_collect"),
        ("spare_documents", bokeh.server.contexts, "Document", None, "another Document is in its place"),
    ],
)  # fmt: skip
def test_a_trick_is_off_with_one_line_where_the_library_differs(
    name: str,
    where: Any,
    attribute: str,
    instead: Any,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    trick = compat.TRICKS[name]
    monkeypatch.setattr(trick, "on", False)
    monkeypatch.setattr(trick, "put", lambda: pytest.fail("it was put in place"))
    monkeypatch.setattr(where, attribute, instead)
    trick.install()
    assert not trick.on
    (line,) = [record.getMessage() for record in caplog.records if record.name == "explorer"]
    assert line.startswith(f"{name} is off: ")
    assert why in line


# Sessions.


def _context(**methods: Any) -> Any:
    """Bokeh's own keeper of an application's sessions."""
    context = ApplicationContext(Application(), io_loop=IOLoop.current())
    for name, method in methods.items():
        setattr(context, name, method)
    return context


@pytest.mark.parametrize("on", [True, False])
def test_a_session_gets_the_document_that_waits_and_other_servers_empty_ones(
    installed: None, on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spare_documents.TRICK, "on", on)
    ready, waited = Document(), []
    ready.title = "it was made before"

    async def wait() -> None:
        waited.append(1)

    async def run() -> list[str]:
        ours, another = _context(), _context()
        spare_documents.attach(ours, lambda: ready, wait)
        made = [await context.create_session_if_needed("one") for context in (ours, another)]
        assert await ours.create_session_if_needed("one") is made[0]
        return [session.document.title for session in made]

    plain = Document().title
    assert asyncio.run(run()) == [ready.title if on else plain, plain]
    assert len(waited) == int(on)


def test_panel_collects_no_garbage_after_each_session(installed: None) -> None:
    assert one_collection.TRICK.on
    before = gc.get_stats()[2]["collections"]
    panel.io.document._garbage_collect()
    assert gc.get_stats()[2]["collections"] == before
