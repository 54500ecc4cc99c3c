"""An opinion that is added on the page: checked, bounded, kept whole or not at all, and taken away only by who added it."""

from __future__ import annotations

import json
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
import pandas as pd
import panel as pn
import pytest

from explorer.app import create_page
from explorer.core.config import Settings
from explorer.core.errors import UnknownOpinionError
from explorer.corpus.corpus import Corpus
from explorer.opening import open_corpus
from explorer.server import passwords
from explorer.server.api import uploads
from explorer.views.common import visitor
from tests.running import SECONDS, Running
from tests.talk import until

WORD = "correct horse"
ABOUT = {"file": "my model.csv", "source": "My model, version 3", "licence": "CC BY 4.0"}


class Site:
    """A server, and whoever asks it."""

    def __init__(self, folder: Path, tmp_path: Path, **config: Any) -> None:
        self.config = Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache", **config)
        self.corpus = open_corpus(folder, config=self.config)
        self.running = Running(self.corpus, create_page(self.corpus))

    def put(self, name: str, body: Any, about: dict[str, Any] = ABOUT, **headers: str) -> tuple[int, Any]:
        return self._ask("PUT", f"/api/opinions/{quote(name, safe='')}?{urlencode(about)}", body, headers)

    def delete(self, name: str, **headers: str) -> tuple[int, Any]:
        return self._ask("DELETE", f"/api/opinions/{quote(name, safe='')}", None, headers)

    def token(self, name: str, **more: Any) -> dict[str, str]:
        body = json.dumps({"name": name, "password": f"{WORD} {name}"} | more).encode()
        code, found = self._ask("POST", "/api/token", body, {"Content-Type": "application/json"})
        assert code == 201, found
        return {"Authorization": f"Bearer {found['token']}"}

    def _ask(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        request = urllib.request.Request(self.running.url + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.running.port), SECONDS)

    def head(self, name: str, *lines: str) -> bytes:
        path = f"/api/opinions/{name}?{urlencode(ABOUT)}"
        told = (f"PUT {path} HTTP/1.1", f"Host: 127.0.0.1:{self.running.port}", *lines, "", "")
        return "\r\n".join(told).encode()

    @property
    def half_made(self) -> list[str]:
        """What is left of uploads."""
        folder = self.corpus.opinions.folder / "uploads"
        found: list[str] = []
        for _path, folders, files in os.walk(folder):  # what goes meanwhile is no error, as with rglob
            found += [*folders, *files]
        return sorted(found)

    def stop(self) -> None:
        self.running.stop()
        self.corpus.close()
        visitor.ask(None)
        visitor.let_upload(False)
        pn.config.cookie_secret = None  # type: ignore[misc]


@pytest.fixture
def site(tiny_folder: Path, tmp_path: Path) -> Iterator[Site]:
    found = Site(tiny_folder, tmp_path)
    yield found
    found.stop()


@pytest.fixture
def closed(tiny_folder: Path, tmp_path: Path) -> Iterator[Site]:
    names = tmp_path / "names.json"
    for name in ("ada", "bob"):
        passwords.put(names, name, passwords.hashed(f"{WORD} {name}"))
    found = Site(tiny_folder, tmp_path, login_file=str(names))
    yield found
    found.stop()


def table(corpus: Corpus, wrong: dict[int, str] | None = None) -> bytes:
    """Pastures everywhere, as CSV; some rows with another value."""
    rows = [f"{sample},{(wrong or {}).get(i, '1')}" for i, sample in enumerate(corpus.samples.index)]
    return "\n".join(["sample_id,clc_231", *rows, ""]).encode()


def test_a_good_file_is_kept_whole_and_read_after_a_restart(
    site: Site, tiny_folder: Path, tmp_path: Path
) -> None:
    code, told = site.put("my model", table(site.corpus), ABOUT | {"note": "A try."})
    assert code == 201, told
    assert (told["name"], told["samples"], told["licence"]) == (
        "my model",
        len(site.corpus.samples),
        "CC BY 4.0",
    )
    assert site.half_made == []
    with open_corpus(tiny_folder, config=site.config) as again:
        kept = again.opinions["my model"]
        assert (kept.about.source, kept.about.note, kept.about.file) == (
            "My model, version 3",
            "A try.",
            "my-model.csv",
        )
        assert kept.about.uploaded_by == ""
        assert kept.row(again.samples.index[0]).to_dict() == {231: 1.0}


def test_a_large_parquet_file_comes_in_parts(site: Site, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 2**62, len(site.corpus.samples) * 200_000)
    frame = pd.DataFrame({"sample_id": site.corpus.samples.index, "clc_231": 0.5})
    frame["why"] = [row.tobytes() for row in noise.reshape(len(frame), -1)]
    frame.to_parquet(tmp_path / "large.parquet", compression=None)
    body = (tmp_path / "large.parquet").read_bytes()
    assert len(body) > 2_000_000
    code, told = site.put("large", body, ABOUT | {"file": "large.parquet"})
    assert code == 201, told
    assert site.corpus.opinions["large"].values[0].max() == 0.5


def test_a_wrong_row_is_named_and_nothing_is_kept(site: Site) -> None:
    code, told = site.put("mine", table(site.corpus, {2: "1.5"}))
    assert code == 400
    assert told["description"].startswith(
        "my-model.csv, line 4, column clc_231: 1.5 is more than a whole cell"
    )
    assert list(site.corpus.opinions) == []
    assert site.half_made == []
    code, answer = site.put("mine", table(site.corpus, {2: "1.5"}), ABOUT | {"as_problem": "true"})
    assert (code, answer) == (200, {"problem": told["description"]})  # which a browser does not complain of
    percent = table(site.corpus, dict.fromkeys(range(len(site.corpus.samples)), "100"))
    assert site.put("mine", percent, ABOUT | {"whole": "100"})[0] == 201


@pytest.mark.parametrize(
    ("name", "about", "said"),
    [
        ("../mine", {}, "is no name for an opinion"),
        ("mine", {"file": "mine.exe"}, "ends in none of"),
        ("mine", {"legend": "/etc/passwd"}, "no legend is called so"),
        ("mine", {"source": "  "}, "source"),
        ("mine", {"whole": "0"}, "whole"),
        ("mine", {"overwrite": "1"}, "no parameter 'overwrite'"),
    ],
)
def test_what_is_said_of_a_file_is_checked(site: Site, name: str, about: dict[str, str], said: str) -> None:
    code, told = site.put(name, table(site.corpus), ABOUT | about)
    assert code == 400, told
    assert said in told["description"]
    assert list(site.corpus.opinions) == site.half_made == []


def test_a_name_that_is_taken_stays_whose_it_is(site: Site) -> None:
    frame = pd.DataFrame({"sample_id": site.corpus.samples.index, "clc_211": 1.0})
    site.corpus.opinions.show("shown", frame)
    site.corpus.opinions.add("owners", frame)
    for name in ("shown", "owners"):
        code, told = site.put(name, table(site.corpus))
        assert (code, told["code"]) == (409, "Conflict")
        code, told = site.delete(name)
        assert code == 403
        assert site.corpus.opinions[name].row(frame["sample_id"][0]).to_dict() == {211: 1.0}
    assert site.put("mine", table(site.corpus))[0] == 201
    assert site.put("mine", table(site.corpus))[0] == 409
    assert site.delete("mine")[0] == 200
    with pytest.raises(UnknownOpinionError):
        site.corpus.opinions["mine"]
    assert site.delete("mine")[0] == 404
    until(lambda: not site.half_made)


def test_too_large_is_told_by_the_head_and_while_it_comes(tiny_folder: Path, tmp_path: Path) -> None:
    site = Site(tiny_folder, tmp_path, max_upload_mb=1)
    try:
        with site.connect() as line:
            line.sendall(site.head("mine", "Content-Length: 2000000"))
            assert line.recv(1000).startswith(b"HTTP/1.1 413 ")
        assert site.half_made == []
        with site.connect() as line:
            line.sendall(site.head("mine", "Transfer-Encoding: chunked"))
            part = b"%x\r\n%s\r\n" % (100_000, b"x" * 100_000)
            for _ in range(10):
                line.sendall(part)
            until(lambda: "my-model.csv" in site.half_made)
            line.sendall(part)
            assert line.recv(1000).startswith(b"HTTP/1.1 413 ")
        until(lambda: not site.half_made)
        assert list(site.corpus.opinions) == []
    finally:
        site.stop()


def test_who_leaves_in_the_middle_leaves_nothing(site: Site) -> None:
    with site.connect() as line:
        line.sendall(site.head("mine", "Content-Length: 1000000") + b"sample_id,clc_231\n" * 1000)
        until(lambda: "my-model.csv" in site.half_made)
        code, _ = site.put("mine", table(site.corpus))  # its name is taken for so long
        assert code == 409
    until(lambda: not site.half_made)
    assert list(site.corpus.opinions) == []
    assert site.put("mine", table(site.corpus))[0] == 201


def test_two_of_an_address_come_at_once(site: Site) -> None:
    lines = [site.connect() for _ in range(uploads.MOST_OF_ONE)]
    for i, line in enumerate(lines):
        line.sendall(site.head(f"slow{i}", "Content-Length: 1000") + b"sample_id")
    until(lambda: len(site.half_made) == 2 * len(lines))
    code, told = site.put("mine", table(site.corpus))
    assert (code, told["code"]) == (503, "ServiceUnavailable")
    for line in lines:
        line.close()
    until(lambda: not site.half_made)
    assert until(lambda: site.put("mine", table(site.corpus))[0] == 201)


def test_what_a_killed_server_left_goes_with_the_next_file(site: Site) -> None:
    old, new = (site.corpus.opinions.folder / "uploads" / name for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "part.csv").write_bytes(b"sample_id")
    long_ago = time.time() - 2 * uploads.STALE_S
    os.utime(old, (long_ago, long_ago))
    assert site.put("mine", table(site.corpus))[0] == 201
    until(lambda: site.half_made == ["new", "part.csv"])


def test_another_site_adds_and_removes_nothing(site: Site) -> None:
    assert site.put("mine", table(site.corpus))[0] == 201
    other = {"Origin": "http://evil.example"}
    assert site.put("theirs", table(site.corpus), **other)[0] == 403
    assert site.delete("mine", **other)[0] == 403
    assert list(site.corpus.opinions) == ["mine"]
    assert site.put("ours", table(site.corpus), Origin=site.running.url)[0] == 201


def test_who_logs_in_adds_in_their_own_name(closed: Site) -> None:
    body = table(closed.corpus)
    assert closed.put("mine", body)[0] == 401
    with closed.connect() as line:  # before it is sent
        line.sendall(closed.head("mine", "Content-Length: 5000000"))
        assert line.recv(1000).startswith(b"HTTP/1.1 401 ")
    ada, bob = closed.token("ada"), closed.token("bob")
    assert closed.put("mine", body, **ada)[0] == 201
    assert closed.corpus.opinions["mine"].about.uploaded_by == "ada"
    assert closed.delete("mine", **bob)[0] == 403
    assert closed.delete("mine")[0] == 401
    assert closed.delete("mine", **ada)[0] == 200


def test_a_blind_reviewer_adds_and_removes_nothing(closed: Site) -> None:
    body, blind, ada = table(closed.corpus), closed.token("ada", blind=True), closed.token("ada")
    assert closed.put("mine", body, **blind)[0] == 403
    assert closed.put("mine", body, **ada, Cookie=f"{visitor.COOKIES[1]}=1")[0] == 403
    assert closed.put("mine", body, **ada)[0] == 201
    assert closed.delete("mine", **blind)[0] == 403
    assert list(closed.corpus.opinions) == ["mine"]


def test_an_owner_says_who_may() -> None:
    assert uploads.may_upload("auto", "127.0.0.1", behind=False)
    assert not uploads.may_upload("auto", "127.0.0.1", behind=True)
    assert not uploads.may_upload("auto", "0.0.0.0", behind=False)
    assert uploads.may_upload("yes", "0.0.0.0", behind=True)
    assert not uploads.may_upload("no", "127.0.0.1", behind=False)
    visitor.ask("some secret")
    try:
        assert uploads.may_upload("auto", "0.0.0.0", behind=True)
    finally:
        visitor.ask(None)


def test_a_server_that_takes_none_says_so(tiny_folder: Path, tmp_path: Path) -> None:
    site = Site(tiny_folder, tmp_path, uploads="no")
    try:
        code, told = site.put("mine", table(site.corpus))
        assert code == 403
        assert "EXPLORER_UPLOADS" in told["description"]
        assert not visitor.may_upload()
    finally:
        site.stop()
