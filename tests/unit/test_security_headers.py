"""What every answer says to the browser, and which entrances are closed."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from explorer.app import create_page
from explorer.core.config import Settings
from explorer.core.errors import ServeError
from explorer.corpus.corpus import Corpus
from explorer.server import security_headers
from explorer.server.serving import script_bundle
from tests.running import Running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    from tests import corpora

    root = corpora.write_corpus(tmp_path_factory.mktemp("guard"))
    from explorer import open_corpus

    corpus = open_corpus(root)
    found = Running(corpus, create_page(corpus))
    yield found
    found.stop()
    corpus.close()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/first-picture.jpg?sample=nowhere", 204),
        (f"/scripts/{script_bundle().name}", 200),
        ("/scripts/00.js", 404),
        ("/static/js/bokeh.min.js", 200),
        ("/static/extensions/panel/nothing.js", 404),
        ("/favicon.ico", 200),
        ("/nowhere", 404),
        ("/login", 404),
        ("/autoload.js", 404),
        ("/metadata", 404),
        ("/components/json/JSONDecoder/_css/x", 404),
        ("/ws", 400),
    ],
)
def test_every_answer_tells_the_browser_what_to_refuse(running: Running, path: str, status: int) -> None:
    code, headers, _ = running.get(path)
    assert code == status
    assert headers["Content-Security-Policy"] == security_headers.policy()
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Server"] is None
    assert headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../../../../../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/static//etc/passwd",
        "/static/extensions/panel/../../config.py",
        "/static/extensions/panel/..%2f..%2fconfig.py",
        "/static/extensions/panel//etc/passwd",
        "/static/%00",
        "/components/os/path/_css//etc/passwd",
        "/scripts/../serving.py",
    ],
)
def test_no_path_leads_out_of_what_is_served(running: Running, path: str) -> None:
    code, _, body = running.get(path)
    assert code in (400, 403, 404, 500)
    assert b"root:" not in body
    assert b"import" not in body


def test_the_policy_lets_no_script_in_html_run_and_nobody_else_be_asked() -> None:
    parts = dict(part.split(" ", 1) for part in security_headers.policy().split("; "))
    assert parts["default-src"] == "'none'"
    assert "'unsafe-inline'" not in parts["script-src"]
    assert "http" not in security_headers.policy()
    assert parts["frame-ancestors"] == "'self'"


def test_tiles_and_frames_are_named_where_they_are_wanted() -> None:
    import geoviews as gv

    wanted = security_headers.policy(tiles=True, embed=["https://slides.example.org", "10.0.0.5:80"])
    for tiles in (gv.tile_sources.EsriImagery, gv.tile_sources.CartoDark, gv.tile_sources.CartoLight):
        found = urlsplit(tiles.data)
        assert f"{found.scheme}://{found.netloc}" in security_headers.TILES
        assert f"{found.scheme}://{found.netloc}" in wanted
    assert wanted.endswith("frame-ancestors 'self' https://slides.example.org 10.0.0.5:80")
    for evil in ("*", "https://*", "a; script-src *", "x\r\nSet-Cookie:a", "javascript:"):
        with pytest.raises(ServeError, match="not a host"):
            security_headers.policy(embed=[evil])


def test_a_setting_says_who_may_embed(tiny_corpus: Corpus) -> None:
    tiny_corpus.config = Settings(embed_in="https://slides.example.org")
    running = Running(tiny_corpus, create_page(tiny_corpus))
    try:
        _, headers, _ = running.get("/")
        assert "frame-ancestors 'self' https://slides.example.org" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] is None
    finally:
        running.stop()
