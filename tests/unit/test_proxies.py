"""Proxies of the environment: taken as curl takes them, refused by the variable's name, their passwords not told."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from typer.testing import CliRunner

from explorer.cli import app
from explorer.core import grid
from explorer.core.config import Settings, settings
from explorer.core.errors import StoreError
from explorer.core.products import PF_SR
from explorer.corpus.stores import http
from explorer.corpus.stores.http import HttpStore
from explorer.corpus.stores.objects import ObjectStore
from explorer.corpus.stores.proxies import Proxy, proxy_for
from tests import corpora, servers
from tests.servers import Server, reply

KEY = PF_SR.key(grid.parse(corpora.FULL).folder, PF_SR.dates[0])
HASTY = Settings(http_retries=0, http_connect_timeout=10, http_total_timeout=20)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def proxy(indexed_folder: Path) -> Iterator[Server]:
    """Answers for other hosts with what is in the folder: as a proxy it is asked for whole addresses."""
    with servers.serve(indexed_folder) as running:
        yield running


def place(server: Server) -> str:
    return server.url.removeprefix("http://").strip("/")


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("prefix", ["", "http://", "//"])
def test_a_proxy_is_used_with_or_without_a_scheme(
    proxy: Server, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, prefix: str
) -> None:
    monkeypatch.setenv(name, f"{prefix}me:pa%20ss@{place(proxy)}")
    seen: list[str] = []
    proxy.answer = lambda handler, _key: (seen.append(handler.path), False)[1]
    store = HttpStore("http://mirror.example/", HASTY)
    assert store.get(KEY) == (tiny_folder / KEY).read_bytes()
    assert seen == [f"http://mirror.example/{KEY}"]
    login = proxy.headers[0]["Proxy-Authorization"].removeprefix("Basic ")
    assert base64.b64decode(login) == b"me:pa ss"


@pytest.mark.parametrize(
    ("exempt", "url", "direct"),
    [
        ("inside.example", "http://inside.example/", True),
        ("inside.example", "http://data.inside.example/", True),
        ("inside.example", "http://outside.example/", False),
        ("inside.example:8080", "http://inside.example:8080/", True),
        ("inside.example:8080", "http://inside.example/", False),
        ("*", "http://mirror.example/", True),
        ("10.0.0.0/8, x", "http://10.1.2.3/", True),
        ("10.0.0.0/8", "http://11.1.2.3/", False),
        ("2001:db8::/32", "http://[2001:db8::1]:80/", True),
        ("[2001:db8::1]", "http://[2001:db8::1]/", True),
        ("", "http://localhost:1/", True),
        ("", "http://127.0.0.1/", True),
        ("", "http://127.9.9.9:80/", True),
        ("", "http://[::1]/", True),
        ("", "http://mirror.example/", False),
        ("", "https://mirror.example/", True),
    ],
)
@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
def test_who_is_asked_directly(
    monkeypatch: pytest.MonkeyPatch, name: str, exempt: str, url: str, direct: bool
) -> None:
    monkeypatch.setenv("http_proxy", "proxy.example:3128")
    monkeypatch.setenv(name, exempt)
    parts = http.urlsplit(url)
    found = proxy_for(parts.scheme, parts.hostname or "", parts.port)
    assert found == (None if direct else Proxy("http://proxy.example:3128", "http_proxy"))


def test_a_redirect_to_an_exempt_host_is_asked_directly(
    proxy: Server, tiny_folder: Path, indexed_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", place(proxy))
    with servers.serve(indexed_folder) as cdn:
        proxy.answer = lambda handler, key: (reply(handler, 302, Location=f"{cdn.url}{KEY}"), True)[1]
        store = HttpStore("http://mirror.example/", Settings(http_retries=0, allow_redirect=place(cdn)))
        assert store.get(KEY) == (tiny_folder / KEY).read_bytes()
        assert sum(proxy.asked.values()) == 1
        assert cdn.asked[KEY] == 1


@pytest.mark.parametrize("scheme", ["socks4", "socks4a", "socks5", "socks5h", "SOCKS5"])
@pytest.mark.parametrize("name", ["HTTP_PROXY", "all_proxy"])
def test_socks_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, scheme: str) -> None:
    monkeypatch.setenv(name, f"{scheme}://me:secret@127.0.0.1:1080")
    message = rf"^{name} names a SOCKS proxy \({scheme.lower()}:\), .*write http://host:port there, or .*NO_PROXY=mirror.example$"
    with pytest.raises(StoreError, match=message) as caught:
        HttpStore("http://mirror.example/")
    assert "secret" not in str(caught.value)
    HttpStore("http://127.0.0.1/").close()  # who needs no proxy is not bothered


@pytest.mark.parametrize(
    "value", ["http://", "ftp://me:secret@h:1", "h:port", "http://[::1", "http://me:secret@:80", "h :80", "h\x01:80", "1:2:3", "http://h:99999"]
)  # fmt: skip
def test_what_is_no_proxy_is_refused_by_its_variable(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(
        StoreError, match=r"^HTTPS_PROXY does not name a proxy that can be used; write"
    ) as caught:
        HttpStore("https://mirror.example/")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "value", ["127.0.0.1:{port}", "socks5://127.0.0.1:{port}", "http://me:secret@127.0.0.1:{port}"]
)
def test_the_command_says_it_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("HTTP_PROXY", value.format(port=port))
    monkeypatch.setenv("EXPLORER_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("EXPLORER_HTTP_RETRIES", "0")
    settings.cache_clear()
    done = CliRunner().invoke(app, ["info", "http://corpus.example/rapidai4eo/"])
    settings.cache_clear()
    assert done.exit_code == 2
    assert isinstance(done.exception, SystemExit)
    (line,) = done.stderr.strip().splitlines()
    assert "HTTP_PROXY" in line
    assert "secret" not in line
    if "socks" not in value:
        assert f"the proxy http://127.0.0.1:{port} of HTTP_PROXY fails" in line


def test_a_proxy_that_wants_a_login_is_told(proxy: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", place(proxy))
    monkeypatch.setenv("HTTPS_PROXY", place(proxy))
    proxy.answer = lambda handler, _key: (reply(handler, 407), True)[1]
    with pytest.raises(StoreError, match=r"\(407\): the proxy wants a login: write it into the variable"):
        HttpStore("http://mirror.example/", HASTY).get(KEY)

    def tunnel(self: BaseHTTPRequestHandler) -> None:
        reply(self, 407)

    monkeypatch.setattr(servers._Handler, "do_CONNECT", tunnel, raising=False)
    with pytest.raises(StoreError, match=r"of HTTPS_PROXY refuses \(407\): the proxy wants a login"):
        HttpStore("https://mirror.example/", HASTY).get(KEY)


def test_an_object_store_refuses_socks_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://store.example")
    monkeypatch.setenv("HTTP_PROXY", "socks5://me:secret@127.0.0.1:1080")
    with pytest.raises(
        StoreError, match=r"HTTP_PROXY names a SOCKS proxy, .* write http://host:port"
    ) as caught:
        ObjectStore("s3://bucket/corpus", HASTY).get(KEY)
    assert "secret" not in str(caught.value)
