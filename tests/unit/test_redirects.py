"""Redirects: to where the corpus is, and to what the operator named, nowhere else, and without the login."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from typer.testing import CliRunner

from explorer import open_corpus
from explorer.cli import app
from explorer.core import grid
from explorer.core.config import Settings, settings
from explorer.core.errors import InvalidQueryError, StoreError, UnreadableError
from explorer.core.products import PF_SR
from explorer.corpus.stores import redirects
from explorer.corpus.stores.http import HttpStore
from explorer.corpus.stores.redirects import Redirects
from tests import corpora, servers
from tests.servers import Server, reply

KEY = PF_SR.key(grid.parse(corpora.FULL).folder, PF_SR.dates[0])
HOME = "https://data.example.org/mirror/"


@pytest.fixture
def cdn(indexed_folder: Path) -> Iterator[Server]:
    with servers.serve(indexed_folder) as running:
        yield running


@pytest.fixture
def mirror(cdn: Server, tmp_path: Path) -> Iterator[Server]:
    """All of it is at another host: `localhost` is another name than 127.0.0.1."""
    with servers.serve(tmp_path) as running:

        def away(handler: BaseHTTPRequestHandler, key: str) -> bool:
            reply(handler, 302, Location=f"http://{host_of(cdn)}/{key}?token=cdn")
            return True

        running.answer = away
        yield running


def host_of(server: Server) -> str:
    """A server by its other name."""
    return server.url.removeprefix("http://").strip("/").replace("127.0.0.1", "localhost")


def test_another_host_is_not_followed_and_the_remedy_names_it(
    mirror: Server, cdn: Server, tmp_path: Path
) -> None:
    remedy = f"if you trust it: --allow-redirect {host_of(cdn)} or EXPLORER_ALLOW_REDIRECT={host_of(cdn)}"
    with pytest.raises(UnreadableError) as caught:
        HttpStore(mirror.url).get(KEY)
    assert remedy in caught.value.reason
    with pytest.raises(StoreError) as refused:
        open_corpus(mirror.url, config=Settings(cache_dir=tmp_path / "cache"))
    assert str(refused.value) == f"{mirror.url} is redirected to another server ({host_of(cdn)}); {remedy}"
    assert not cdn.asked


@pytest.mark.parametrize("how", ["setting", "environment", "option"])
def test_a_host_that_was_named_is_followed(
    mirror: Server, cdn: Server, tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_CACHE_DIR", str(tmp_path / "cache"))
    hosts = f"other.example, {host_of(cdn)}"
    words: list[str] = []
    if how == "environment":
        monkeypatch.setenv("EXPLORER_ALLOW_REDIRECT", hosts)
    settings.cache_clear()
    if how == "setting":
        with open_corpus(mirror.url, config=Settings(allow_redirect=hosts)) as corpus:
            assert corpus.planet_fusion(corpora.FULL).sizes["time"] == 10
        return
    if how == "option":
        words = [word for host in hosts.split(", ") for word in ("--allow-redirect", host)]
    done = CliRunner().invoke(app, ["info", mirror.url, *words])
    assert done.exit_code == 0, done.output
    assert "Samples" in done.stdout
    settings.cache_clear()


@pytest.mark.parametrize("command", ["query", "check", "index", "download"])
def test_every_command_that_opens_a_corpus_has_the_option(
    mirror: Server, cdn: Server, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_CACHE_DIR", str(tmp_path / "cache"))
    settings.cache_clear()
    more = {
        "check": ["--sample", "1"],
        "index": ["-o", str(tmp_path / "index.parquet")],
        "download": [str(tmp_path / "copy"), "--id", corpora.FULL, "--product", "PF-SR"],
    }.get(command, [])
    words = [command, mirror.url, *more]
    refused = CliRunner().invoke(app, words)
    assert refused.exit_code == 2, refused.output
    assert f"--allow-redirect {host_of(cdn)}" in refused.stderr
    done = CliRunner().invoke(app, [*words, "--allow-redirect", host_of(cdn)])
    assert "--allow-redirect" not in done.output
    assert cdn.asked
    assert done.exit_code == {"index": 2}.get(command, 0), done.output  # an index is not made of an index
    assert settings().allow_redirect == ""
    settings.cache_clear()


def test_logins_and_signatures_stay_at_home(mirror: Server, cdn: Server) -> None:
    url = mirror.url.replace("http://", "http://me:pass@") + "?sig=secret"
    store = HttpStore(url, Settings(allow_redirect=host_of(cdn)))
    seen: list[str] = []
    cdn.answer = lambda handler, _key: (seen.append(handler.path), False)[1]
    assert store.get(KEY)
    assert base64.b64decode(mirror.headers[0]["Authorization"].removeprefix("Basic ")) == b"me:pass"
    assert "Authorization" not in cdn.headers[0]
    assert seen == [f"/{KEY}?token=cdn"]


def test_a_login_is_sent_again_where_a_redirect_stays(tmp_path: Path) -> None:
    corpora.put(tmp_path, "new.tif", b"there")
    with servers.serve(tmp_path) as server:
        server.answer = lambda handler, key: (reply(handler, 301, Location="/new.tif"), True)[1] if key == "old.tif" else False  # fmt: skip
        assert HttpStore(server.url.replace("http://", "http://me:pass@")).get("old.tif") == b"there"
        assert [("Authorization" in headers) for headers in server.headers] == [True, True]


@pytest.mark.parametrize(
    ("allowed", "base", "target", "follows"),
    [
        ("", HOME, "https://data.example.org/x", True),
        ("", HOME, "/x", True),
        ("", HOME, "//eu.data.example.org/x", True),
        ("", HOME, "https://example.org/x", True),
        ("", HOME, "https://data.example.org:443/x", True),
        ("", HOME, "https://data.example.org:8443/x", False),
        ("", HOME, "https://other.example.org/x", False),
        ("", "http://h.example/", "https://h.example/x", True),
        ("", "http://h.example:8080/", "https://h.example/x", False),
        ("cdn.example.net", HOME, "https://cdn.example.net/x", True),
        ("CDN.example.net.", HOME, "https://cdn.EXAMPLE.net./x", True),
        ("cdn.example.net", HOME, "https://cdn.example.net:443/x", True),
        ("cdn.example.net:443", HOME, "https://cdn.example.net/x", True),
        ("cdn.example.net", HOME, "https://cdn.example.net:8443/x", False),
        ("cdn.example.net:8443", HOME, "https://cdn.example.net:8443/x", True),
        ("cdn.example.net:8443", HOME, "https://cdn.example.net/x", False),
        ("cdn.example.net", HOME, "https://eu.cdn.example.net/x", False),
        ("cdn.example.net", HOME, "http://cdn.example.net/x", False),
        ("cdn.example.net", "http://h.example/", "http://cdn.example.net/x", True),
        ("cdn.example.net", "http://h.example/", "https://cdn.example.net/x", True),
        ("cdn.example.net", HOME, "https://169.254.169.254/x", False),
        ("cdn.example.net", HOME, "https://127.0.0.1/x", False),
        ("cdn.example.net", HOME, "https://[::1]/x", False),
        ("", "http://127.0.0.1:5006/", "http://127.0.0.1:6379/x", False),
        ("", "http://127.0.0.1:5006/", "http://localhost:5006/x", False),
        ("10.0.0.7,[::1]:8080", "http://h.example/", "http://[::1]:8080/x", True),
        ("10.0.0.7,[::1]:8080", "http://h.example/", "http://10.0.0.7/x", True),
        ("cdn.example.net", HOME, "https://cdn.example.net@evil.example/x", False),
        ("cdn.example.net", HOME, "https://cdn.example.net.evil.example/x", False),
        ("cdn.example.net", HOME, "ftp://cdn.example.net/x", False),
        ("cdn.example.net", HOME, "", False),
        ("cdn.example.net", HOME, "https://cdn.example.net:port/x", False),
    ],
)
def test_where_a_redirect_may_lead(allowed: str, base: str, target: str, follows: bool) -> None:
    judge = Redirects(base, allowed.split(","))
    if follows:
        assert judge.follow(base + "a.tif", target, "a.tif").endswith("/x")
        return
    with pytest.raises(UnreadableError, match="redirected to"):
        judge.follow(base + "a.tif", target, "a.tif")


@pytest.mark.parametrize(
    ("base", "target", "follows"),
    [
        ("http://127.0.0.1:5006/", "http://localhost:6006/labels/a.tif", True),
        ("http://localhost:5006/", "http://[::1]:6006/labels/a.tif", True),
        (
            "http://127.0.0.1:5006/",
            "http://127.0.0.1:6006/labels/b.tif",
            False,
        ),  # the server would choose the path
        ("http://127.0.0.1:5006/", "http://127.0.0.1:6006/labels/a.tif?delete=1", False),
        ("http://127.0.0.1:5006/", "http://10.0.0.7:6006/labels/a.tif", False),
        ("http://127.0.0.1:5006/", "http://127.0.0.1.evil.example:6006/labels/a.tif", False),
        ("http://h.example/", "http://127.0.0.1:6006/labels/a.tif", False),
    ],
)
def test_a_corpus_of_this_machine_may_move_to_another_of_its_ports(
    base: str, target: str, follows: bool
) -> None:
    judge = Redirects(base)
    if follows:
        assert judge.follow(f"{base}labels/a.tif", target, "labels/a.tif") == target
        assert not judge.is_own(target)  # its login stays here
        return
    with pytest.raises(UnreadableError, match="redirected to another server"):
        judge.follow(f"{base}labels/a.tif", target, "labels/a.tif")


def test_a_named_host_cannot_name_others() -> None:
    judge = Redirects(HOME, ["cdn.example.net"])
    with pytest.raises(UnreadableError, match=r"--allow-redirect eu\.cdn\.example\.net or"):
        judge.follow("https://cdn.example.net/x", "https://eu.cdn.example.net/x", "x")
    assert judge.follow("https://cdn.example.net/x", HOME + "x", "x") == HOME + "x"  # home again
    with pytest.raises(UnreadableError, match="redirected to http "):
        judge.follow("https://cdn.example.net/x", "http://cdn.example.net/x", "x")


def test_what_is_named_can_be_typed_as_it_stands() -> None:
    for host in (
        "cdn.example.net",
        "cdn.example.net:8443",
        "[2001:db8::1]",
        "[2001:db8::1]:8080",
        "10.0.0.7:9000",
    ):
        with pytest.raises(UnreadableError) as caught:
            Redirects("http://h.example/").follow(
                "http://h.example/x", f"http://u:secret@{host}/x?sig=1#f", "x"
            )
        assert f"--allow-redirect {host} or " in caught.value.reason
        assert "secret" not in caught.value.reason
        followed = Redirects("http://h.example/", [host]).follow(
            "http://h.example/x", f"http://u:secret@{host}/x?sig=1#f", "x"
        )
        assert followed == f"http://{host}/x?sig=1"


@pytest.mark.parametrize(
    "text", ["https://cdn.example.net", "cdn.example.net/x", "a b", "*", "*.example.net", "u@h", "h:port", "h:", ":80", "[::1", "a\x1bb"]
)  # fmt: skip
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(InvalidQueryError, match="is no host; write its name"):
        redirects.hosts([text])
    with pytest.raises(InvalidQueryError):
        HttpStore(HOME, Settings(allow_redirect=text))
    done = CliRunner().invoke(app, ["info", "demo", "--allow-redirect", text])
    assert done.exit_code == 2
    assert "is no host" in done.stderr


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("data.example.org", "data.example.org", True),
        ("data.example.org", "eu.data.example.org", True),
        ("www.example.org", "example.org", True),
        ("data.example.org", "other.example.org", False),
        ("example.org", "badexample.org", False),
        ("a.org", "org", False),
        ("example.org", "", False),
    ],
)
def test_families_of_hosts(one: str, other: str, same: bool) -> None:
    assert redirects.same_family(one, other) is same
