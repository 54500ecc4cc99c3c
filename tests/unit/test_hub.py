"""The server below a path: with a prefix of its own, and behind the real jupyter-server-proxy, which takes a path away or leaves it."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import panel as pn
import pytest

from explorer.app import create_page
from explorer.core.config import Settings
from explorer.core.errors import ServeError
from explorer.corpus.corpus import Corpus
from explorer.opening import open_corpus
from explorer.server import passwords, ports
from explorer.views.common import visitor
from tests import corpora, joining
from tests.nginx import free_port
from tests.running import SECONDS, Running
from tests.unit.test_auth import Browser

WORD = "correct horse ada"
PREFIX = "/user/x/stac/absolute/5006"


@pytest.fixture(autouse=True)
def _nobody_is_asked_afterwards() -> Iterator[None]:
    yield
    visitor.ask(None)
    pn.config.cookie_secret = None  # type: ignore[misc]
    pn.config.cookie_path = "/"  # type: ignore[misc]


def serving(folder: Path, tmp_path: Path, prefix: str) -> tuple[Running, Corpus]:
    names = tmp_path / "names.json"
    passwords.put(names, "ada", passwords.hashed(WORD))
    config = Settings(
        data_dir=tmp_path / "data", cache_dir=tmp_path / "cache", login_file=str(names), prefix=prefix
    )
    corpus = open_corpus(folder, config=config)
    return Running(corpus, create_page(corpus)), corpus


def test_a_path_is_read_as_it_is_meant() -> None:
    for text in ("user/x/proxy/5006", "/user/x/proxy/5006", "/user/x/proxy/5006/"):
        assert ports.path_prefix(text) == "/user/x/proxy/5006"
    assert ports.path_prefix("") == ports.path_prefix("/") == ""
    assert ports.path_prefix("/user/ada@example.org/") == "/user/ada@example.org"
    for wrong in ("/a b", "/..", "/a/../b", "http://x/y", "/a?b", "/(.*)", "/a" * 30, "//x//y"):
        with pytest.raises(ServeError, match="--prefix"):
            ports.path_prefix(wrong)


async def joins(base: str, token: str, cookie: str) -> None:
    """Connect to a page's session, as a browser does, whose Origin has no path."""
    origin = "://".join(urlsplit(base)[:2])
    socket = await joining.connected(base, token, Origin=origin, Cookie=cookie)
    await joining.document(socket)
    await joining.left(socket)


def visit(base: str) -> None:
    """All that a browser asks for, found as a browser finds it: from the address of the page on."""
    ada = Browser(base)
    code, url, _ = ada.get("/")
    assert (code, urlsplit(url).path) == (200, urlsplit(base).path + "/login")
    code, url, page = ada.login("ada", WORD, urlsplit(base).path + f"/?sample={corpora.FULL}")
    assert (code, url) == (200, f"{base}/?sample={corpora.FULL}")
    first = json.loads(re.findall(r'id="first">(.*?)</script>', page)[0])
    for found in (
        first["scripts"],
        first["components"],
        first["picture"],
        "favicon.ico",
        "guide",
        "guide/guide-find.webp",
    ):
        assert ada.get(urljoin(url, found))[0] in (200, 204), found
    asyncio.run(joins(base, joining.token(page), ada.cookie))
    code, _, landing = ada.get("/stac")
    assert code == 200
    links = {one["rel"]: one["href"] for one in json.loads(landing)["links"]}
    assert links["self"] == f"{base}/stac"
    code, _, items = ada.get(f"{links['data']}/samples/items")
    assert code == 200
    assert ada.get(json.loads(items)["features"][0]["links"][0]["href"])[0] == 200
    _, _, page_of_one = ada.get(f"{links['data']}/samples/items?limit=1")
    (after,) = (one["href"] for one in json.loads(page_of_one)["links"] if one["rel"] == "next")
    assert after.startswith(f"{base}/stac/collections/samples/items?")
    assert ada.get(after)[0] == 200
    assert ada.get("/logout")[0] == 200
    assert ada.get("/stac")[0] == 401


def test_all_is_below_the_prefix_and_nothing_beside_it(tiny_folder: Path, tmp_path: Path) -> None:
    running, corpus = serving(tiny_folder, tmp_path, PREFIX + "/")
    try:
        visit(running.url + PREFIX)
        for path in ("/", "/ws", "/first-picture.jpg", "/guide", "/stac", "/api", "/login", "/user/x/"):
            assert running.get(path)[0] == 404, path
        for path in ("/health", "/metrics"):  # for who watches it
            assert running.get(path)[0] == running.get(PREFIX + path)[0] == 200
        for path in ("/autoload.js", "/metadata", "/components/x"):
            assert running.get(PREFIX + path)[0] == 404
        ada = Browser(running.url + PREFIX)
        assert ada.get("?sample=x")[1].startswith(running.url + PREFIX + "/login?")
        ada.login("ada", WORD)
        assert {cookie.path for cookie in ada.cookies} == {PREFIX + "/"}
    finally:
        running.stop()
        corpus.close()


@pytest.mark.skipif(
    importlib.util.find_spec("jupyter_server_proxy") is None,
    reason="jupyter-server-proxy is not installed: pip install jupyter-server-proxy",
)
@pytest.mark.parametrize("absolute", [False, True])
def test_behind_the_real_jupyter_server_proxy(
    tiny_folder: Path, tmp_path: Path, absolute: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setattr(ports, "usable", lambda _address, _port: port)
    path = f"/user/x/proxy/{'absolute/' if absolute else ''}{port}"
    running, corpus = serving(tiny_folder, tmp_path, path if absolute else "")
    hub = free_port()
    command = [
        sys.executable, "-m", "jupyter_server", "--port", str(hub), "--ip", "127.0.0.1", "--no-browser", "--allow-root",
        "--IdentityProvider.token=", "--ServerApp.base_url=/user/x/", "--ServerApp.disable_check_xsrf=True",
        "--ServerApp.jpserver_extensions=jupyter_server_proxy=True",
    ]  # fmt: skip
    environment = {
        "HOME": str(tmp_path),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "jupyter"),
        "PATH": "/usr/bin:/bin",
    }
    jupyter = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://127.0.0.1:{hub}/user/x/api", jupyter)
        visit(f"http://127.0.0.1:{hub}{path}")
    finally:
        jupyter.terminate()
        jupyter.wait(30)
        running.stop()
        corpus.close()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        assert process.poll() is None, "the Jupyter server has ended"
        try:
            urllib.request.urlopen(url, timeout=SECONDS).close()
            return
        except urllib.error.URLError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
