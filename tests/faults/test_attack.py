"""A corpus, a link, a file and a visitor that mean harm: refused, shown as text, and small in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from explorer import Explorer, open_corpus
from explorer.core import grid
from explorer.core.config import Settings
from explorer.core.errors import ExplorerError, InvalidVerdictError
from explorer.core.products import PF_SR
from explorer.corpus.stac import stac
from explorer.corpus.stores.store import DirectoryStore
from explorer.corpus.tables import sources
from explorer.corpus.tables.csv_safety import escape, neutral, original
from explorer.export import stories
from explorer.export.stories import State, Story
from explorer.review.verdicts import Verdict
from explorer.views.animation.first_frame import first_picture
from explorer.views.common.components import Component
from explorer.views.common.selection import decode
from tests import corpora
from tests.conftest import REPOSITORY

MOST_MB = 350
CELL = grid.parse(corpora.FULL)


def test_what_grows_is_refused_before_it_has_grown(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.faults.bombs", str(tmp_path)],
        cwd=REPOSITORY, env=os.environ | {"PYTHONPATH": str(REPOSITORY)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    peaks: dict[str, float] = json.loads(ran.stdout)
    assert len(peaks) == 22
    assert max(peaks.values()) < MOST_MB, peaks


@pytest.mark.parametrize("kind", ["file", "product", "sample", "planted", "loop"])
def test_links_out_of_the_corpus_are_not_followed(tmp_path: Path, kind: str) -> None:
    secret = corpora.write_corpus(tmp_path / "secret")
    root = tmp_path / "corpus"
    key = PF_SR.key(CELL.folder, PF_SR.dates[0])
    link = {
        "file": root / key,
        "product": root / Path(key).parent,
        "sample": root / Path(key).parents[1],
        "planted": root / "imagery" / "etc",
        "loop": root / key,
    }[kind]
    target = {
        "file": secret / key,
        "product": secret / Path(key).parent,
        "sample": secret / Path(key).parents[1],
        "planted": secret / "imagery",
        "loop": root / key,
    }[kind]
    link.parent.mkdir(parents=True)
    link.symlink_to(target)
    store = DirectoryStore(root)
    asked = f"imagery/etc/{key.removeprefix('imagery/')}" if kind == "planted" else key
    with pytest.raises(ExplorerError, match="cannot read" if kind == "loop" else "leads out of the corpus"):
        store.get(asked)
    found = sources.from_folders(store)
    assert found is None or kind != "planted"


def test_links_within_the_corpus_are(tmp_path: Path) -> None:
    root = corpora.write_corpus(tmp_path / "corpus")
    (root / "mirror.tif").symlink_to(root / PF_SR.key(CELL.folder, PF_SR.dates[0]))
    assert DirectoryStore(root).get("mirror.tif")[:2] == b"II"


def test_a_catalog_does_not_lead_out(tmp_path: Path) -> None:
    root = tmp_path / "corpus"
    root.mkdir()
    (tmp_path / "secret.json").write_text("{}")
    (root / "way-out").symlink_to(tmp_path)
    hrefs = ("../secret.json", str(tmp_path / "secret.json"), "way-out/secret.json", "file:///etc/passwd", "http://127.0.0.1:1/x", "a\x00b", "..\\x", "%2e%2e/secret.json")  # fmt: skip
    links = [{"rel": "child", "href": href, "title": "<script>alert(1)</script>" * 1000} for href in hrefs]
    (root / "catalog.json").write_text(json.dumps({"type": "Catalog", "id": "x", "stac_version": "1.0.0", "description": "x" * 10_000_000, "links": links}))  # fmt: skip
    found = stac.from_catalog(DirectoryStore(root), key="catalog.json")
    assert found is not None
    assert len(found.ids) == 0
    assert sum(map(len, found.warnings)) < 4000


@pytest.mark.parametrize(
    "sample", ["../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1/x", "%2e%2e", "a\x00b", "x" * 60_000, "demo"]
)  # fmt: skip
def test_a_link_does_not_choose_what_is_read(
    tiny_folder: Path, sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = open_corpus(tiny_folder)
    asked: list[str] = []
    get = DirectoryStore.get
    monkeypatch.setattr(DirectoryStore, "get", lambda self, key: (asked.append(key), get(self, key))[1])
    assert first_picture(corpus, decode({"sample": [sample.encode()], "story": [sample.encode()]})) is None
    assert asked == []
    corpus.close()


@pytest.mark.parametrize("field", ["comment", "evidence", "reviewer", "queue"])
def test_texts_of_verdicts_have_an_end(field: str) -> None:
    given: dict[str, Any] = {
        "sample_id": corpora.FULL,
        "reviewer": "ada",
        "judgement": "correct",
        field: "x" * 10_000_000,
    }
    with pytest.raises(InvalidVerdictError) as told:
        Verdict(**given)
    assert len(str(told.value)) < 1000


def test_messages_of_any_kind_change_nothing_and_stop_nothing(tiny_folder: Path, tmp_path: Path) -> None:
    corpus = open_corpus(tiny_folder, config=Settings(data_dir=tmp_path))
    page = Explorer(corpus, f"?sample={corpora.FULL}")
    told: list[str] = []
    page._loop.tell = told.append
    harm: list[Any] = [
        None,
        -1,
        10**30,
        1e308,
        float("nan"),
        "x" * 100_000,
        "../..",
        [],
        [[]],
        {},
        {"a": {"b": []}},
        True,
        "<script>",
    ]
    views = {
        part
        for view in vars(page).values()
        if hasattr(view, "__dict__")
        for part in vars(view).values()
        if isinstance(part, Component)
    }
    assert len(views) >= 8
    for view in sorted(views, key=lambda view: type(view).__name__):
        for kind in (*view.on, "nonsense", None, [], {}):
            if kind in ("ready", "again", "random", "close", "stories", "share", "review", "undo", "begin"):
                continue
            for value in harm:
                view._handle_msg({"type": kind, **dict.fromkeys(("name", "text", "index", "value", "ids", "path", "file", "format", "data", "search", "place"), value)})  # fmt: skip
            view._handle_msg(kind)
    assert decode(page.selection.to_query()).problems == ()
    assert told == []  # none of them failed: what makes no sense is left, not met with an error
    page.close()
    corpus.close()


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'", "plain", "", "a=b", "1"]
)
def test_a_spreadsheet_runs_nothing_and_nothing_is_lost(text: str) -> None:
    cell = escape(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
    assert original(cell) == text
    table = pd.DataFrame({text: [text, None], "n": [-1.5, 2.0]}, index=[text, "x"])
    table.attrs["kept"] = 1
    safe = neutral(table)
    assert safe.columns[0] == safe.index[0] == safe.iloc[0, 0] == cell
    assert safe["n"].tolist() == [-1.5, 2.0]
    assert safe.attrs == {"kept": 1}
    assert table.iloc[0, 0] == text


def test_a_story_full_of_markup_comes_back_as_it_was(tmp_path: Path) -> None:
    nasty = "</script><img src=x onerror=alert(1)> =cmd|'!A1 ${x} {{7*7}} &lt;"
    story = Story(nasty, (State("?sample=../../etc", nasty, nasty, nasty, 1.0),), nasty)
    stories.dump(story, tmp_path / "x.yaml")
    assert stories.load(tmp_path / "x.yaml") == story
