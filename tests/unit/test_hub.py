"""The server below a path: with a prefix of its own, and behind the real jupyter-server-proxy, which takes a path away or leaves it."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import panel as pn
import pytest
from pydantic import SecretStr

from explorer.app import create_page
from explorer.core.config import Settings
from explorer.core.errors import ServeError
from explorer.corpus.corpus import Corpus
from explorer.opening import open_corpus
from explorer.server import passwords, ports
from explorer.server import serving as serving_module
from explorer.views.common import visitor
from tests import corpora, joining
from tests.nginx import free_port
from tests.running import SECONDS, Running
from tests.unit.test_auth import Browser

WORD = "correct horse ada"
PREFIX = "/user/x/stac/absolute/5006"
needs_proxy = pytest.mark.skipif(
    importlib.util.find_spec("jupyter_server_proxy") is None,
    reason="jupyter-server-proxy is not installed: pip install jupyter-server-proxy",
)


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


@needs_proxy
@pytest.mark.parametrize("absolute", [False, True])
def test_behind_the_real_jupyter_server_proxy(
    tiny_folder: Path, tmp_path: Path, absolute: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setattr(ports, "usable", lambda _address, _port: port)
    path = f"/user/x/proxy/{'absolute/' if absolute else ''}{port}"
    running, corpus = serving(tiny_folder, tmp_path, path if absolute else "")
    try:
        with jupyter(tmp_path) as hub:
            visit(f"{hub}{path}")
    finally:
        running.stop()
        corpus.close()


@contextmanager
def jupyter(folder: Path, **environment: str) -> Iterator[str]:
    """A real Jupyter server with jupyter-server-proxy, as a hub starts one: its address without `/user/x`."""
    hub = f"http://127.0.0.1:{(port := free_port())}"
    command = [
        sys.executable, "-m", "jupyter_server", "--port", str(port), "--ip", "127.0.0.1", "--no-browser", "--allow-root",
        "--IdentityProvider.token=", "--ServerApp.base_url=/user/x/", "--ServerApp.disable_check_xsrf=True",
        "--ServerApp.jpserver_extensions=jupyter_server_proxy=True", "--ServerApp.allow_remote_access=True",
    ]  # fmt: skip
    known = {"HOME": str(folder), "JUPYTER_CONFIG_DIR": str(folder / "jupyter"), "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen(
        command, cwd=folder, env=known | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"{hub}/user/x/api", process)
        yield hub
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.nightly
@needs_proxy
def test_the_launcher_of_jupyterlab_starts_it_on_a_corpus(tiny_folder: Path, tmp_path: Path) -> None:
    # As pip installs it: what this checkout says of itself, whatever the environment was made from.
    told = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    about = tmp_path / "site" / "rapidai4eo_explorer-99.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: rapidai4eo-explorer\nVersion: 99\n")
    lines = [f"{name} = {place}" for name, place in told["jupyter_serverproxy_servers"].items()]
    (about / "entry_points.txt").write_text("\n".join(["[jupyter_serverproxy_servers]", *lines]))
    environment = {
        "PYTHONPATH": f"{about.parent}{os.pathsep}{Path.cwd()}", "EXPLORER_CORPUS": str(tiny_folder),
        "EXPLORER_DATA_DIR": str(tmp_path / "data"), "EXPLORER_CACHE_DIR": str(tmp_path / "cache"), "EXPLORER_SPARE_PAGES": "0",
    }  # fmt: skip
    with jupyter(tmp_path, **environment) as hub:
        entry = json.loads(_read(f"{hub}/user/x/server-proxy/servers-info"))["server_processes"]
        (ours,) = (one for one in entry if one["name"] == "rapidai4eo")
        assert ours["launcher_entry"]["title"] == "RapidAI4EO explorer"
        assert _read(ours["launcher_entry"]["icon_url"], hub).startswith(b"<svg")
        base = f"{hub}/user/x/rapidai4eo"
        page = _read(f"{base}/?sample={corpora.FULL}", seconds=3 * SECONDS, Host="hub.example.org").decode()
        asyncio.run(joins(base, joining.token(page), ""))
        # By the name that the hub's visitors use, and below its path.
        landing = json.loads(_read(f"{base}/stac", Host="hub.example.org"))
        links = {one["rel"]: one["href"] for one in landing["links"]}
        assert links["self"] == "http://hub.example.org/user/x/rapidai4eo/stac"
        chip = f"{base}/api/samples/{corpora.FULL}/chips/PF-SR/2018-01-03.tif"
        assert len(_read(chip)) > 1000


def test_who_does_not_come_through_the_proxy_is_not_answered(tiny_folder: Path, tmp_path: Path) -> None:
    config = Settings(
        data_dir=tmp_path / "data", cache_dir=tmp_path / "cache", proxy_secret=SecretStr("x" * 20)
    )
    corpus = open_corpus(tiny_folder, config=config)
    running = Running(corpus, create_page(corpus))
    try:
        for path in ("/", "/ws", "/stac", "/health", "/metrics", "/no-such-thing"):
            for wrong in ({}, {"X-Explorer-Proxy-Secret": "x" * 21}, {"X-Explorer-Proxy-Secret": ""}):
                code, _, body = running.get(path, **wrong)
                assert code == 403
                assert b"EXPLORER_PROXY_SECRET" in body
        told = {"X-Explorer-Proxy-Secret": "x" * 20, "Host": "hub.example.org"}
        assert running.get("/stac", **told)[0] == running.get("/guide", **told)[0] == 200
        # Another site's page is refused as ever.
        assert running.get("/ws", Origin="https://evil.example.org", **told)[0] == 403
    finally:
        running.stop()
        corpus.close()
    short = corpus.config.model_copy(update={"proxy_secret": SecretStr("short")})
    with open_corpus(tiny_folder, config=short) as other, pytest.raises(ServeError, match="20 characters"):
        serving_module.make_server(
            other, create_page(other), port=free_port(), address="127.0.0.1", verbose=False
        )


def _read(url: str, hub: str = "", seconds: float = SECONDS, **headers: str) -> bytes:
    request = urllib.request.Request(urljoin(hub + "/", url), headers=headers)
    with urllib.request.urlopen(request, timeout=seconds) as answer:
        found: bytes = answer.read()
    return found


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
