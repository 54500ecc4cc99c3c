"""Logging in: nobody sees anything before, nobody reviews as somebody else after."""

from __future__ import annotations

import asyncio
import http.cookiejar
import json
import stat
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import panel as pn
import pytest
from pydantic import SecretStr
from tornado.httpclient import HTTPClientError
from typer.testing import CliRunner

from explorer.app import Explorer, create_page
from explorer.cli import app
from explorer.core.config import Settings
from explorer.core.errors import ExplorerError, LoginError
from explorer.corpus.corpus import Corpus
from explorer.opening import open_corpus
from explorer.review.records import Records
from explorer.server import auth, passwords
from explorer.server.serving import script_bundle
from explorer.views.common import visitor
from tests import corpora, joining
from tests.running import SECONDS, Running
from tests.talk import sent, until
from tests.unit.test_review_view import begin, verdict

SECRET = "x" * 40
WORD = "correct horse"


@pytest.fixture(autouse=True)
def _nobody_is_asked_afterwards() -> Iterator[None]:
    yield
    visitor.ask(None)
    pn.config.cookie_secret = None  # type: ignore[misc]
    pn.config.oauth_provider = None  # type: ignore[misc]


def names_in(folder: Path) -> Path:
    """A file of two who may come in, each with a password of their own."""
    path = folder / "names.json"
    for name in ("ada", "bob"):
        passwords.put(path, name, passwords.hashed(f"{WORD} {name}"))
    return path


@pytest.fixture
def names(tmp_path: Path) -> Path:
    return names_in(tmp_path)


def serving(folder: Path, tmp_path: Path, **config: Any) -> tuple[Running, Corpus]:
    settings = Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache", **config)
    corpus = open_corpus(folder, config=settings)
    return Running(corpus, create_page(corpus)), corpus


@pytest.fixture
def closed(tiny_folder: Path, tmp_path: Path, names: Path) -> Iterator[Running]:
    running, corpus = serving(tiny_folder, tmp_path, login_file=str(names))
    yield running
    running.stop()
    corpus.close()


class Browser:
    """Keeps cookies, follows redirects."""

    def __init__(self, url: str) -> None:
        self.url, self.cookies = url, http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str, data: dict[str, str] | None = None, **headers: str) -> tuple[int, str, str]:
        """Status, final address, text."""
        body = urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(
            path if path.startswith("http") else self.url + path, data=body, headers=headers
        )
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                return answer.status, answer.url, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            return error.code, error.url or "", error.read().decode("utf-8", "replace")

    def login(self, name: str, password: str, wanted: str = "", **headers: str) -> tuple[int, str, str]:
        return self.get("/login", {"name": name, "password": password, "next": wanted}, **headers)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)


async def _joined(url: str, token: str, cookie: str) -> bool:
    """Whether the session of a token lets in who has this cookie."""
    try:
        socket = await joining.connected(url, token, Cookie=cookie)
    except HTTPClientError as error:
        if error.code != 403:
            raise
        return False
    await joining.acknowledged(socket)
    socket.close()
    return True


def joined(url: str, token: str, cookie: str) -> bool:
    return asyncio.run(_joined(url, token, cookie))


def test_nothing_is_told_to_who_has_not_logged_in(closed: Running) -> None:
    stranger = Browser(closed.url)
    code, url, text = stranger.get(f"/?sample={corpora.FULL}&pixels=1,2;3,4")
    assert code == 200
    assert urlsplit(url).path == "/login"
    assert "Log in" in text
    assert corpora.FULL in text  # where to go afterwards, and nothing else of the page
    assert 'id="first"' not in text
    scripts = "/scripts/" + script_bundle().name
    for path in (f"/first-picture.jpg?sample={corpora.FULL}", scripts, "/guide", "/guide/guide-find.webp"):
        assert stranger.get(path)[0] == 403
    for path in ("/autoload.js", "/metadata", "/components/json/JSONDecoder/_css/x"):
        assert stranger.get(path)[0] == 404
    token = joining.token(Browser(closed.url).login("ada", f"{WORD} ada")[2])
    forged = 'user="2|1:0|10:1700000000|4:user|4:YWRh|0000"'
    for cookie in ("", forged, "is_guest=1"):
        assert not joined(closed.url, token, cookie)


def test_who_logs_in_comes_where_he_wanted_and_out_again(closed: Running) -> None:
    ada = Browser(closed.url)
    code, url, page = ada.login("ada", f"{WORD} ada", f"/?sample={corpora.FULL}&pixels=1,2;3,4")
    assert (code, urlsplit(url).path, urlsplit(url).query) == (
        200,
        "/",
        f"sample={corpora.FULL}&pixels=1,2;3,4",
    )
    assert joined(closed.url, joining.token(page), ada.cookie)
    assert ada.get(f"/first-picture.jpg?sample={corpora.FULL}")[0] == 204  # not of that date
    assert "logged out" in ada.get("/logout")[2]
    assert urlsplit(ada.get("/")[1]).path == "/login"


@pytest.mark.parametrize(
    ("name", "password"),
    [("ada", "wrong password"), ("ada", f"{WORD} bob"), ("eve", f"{WORD} ada"), ("", ""), ("a\x00b", WORD)],
)
def test_a_wrong_name_or_password_lets_nobody_in(
    closed: Running, name: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "WRONG_SECONDS", 0.01)
    someone = Browser(closed.url)
    code, _, text = someone.login(name, password)
    assert code == 403
    assert "Name or password is wrong" in text
    assert urlsplit(someone.get("/")[1]).path == "/login"


def test_nobody_is_led_elsewhere_or_logged_in_by_another_site(closed: Running) -> None:
    for wanted in (
        "https://evil.example.org/?a=1",
        "//evil.example.org/x",
        "/\\evil.example.org",
        "/\t/evil",
    ):
        ada = Browser(closed.url)
        assert ada.login("ada", f"{WORD} ada", wanted)[1].startswith(closed.url + "/")
    for origin in ("https://evil.example.org", "null", "http://127.0.0.1:1"):
        ada = Browser(closed.url)
        code, _, text = ada.login("ada", f"{WORD} ada", Origin=origin)
        assert code == 403
        assert f"--allow-origin {urlsplit(origin).netloc or origin}" in text
        assert not ada.cookie
    assert Browser(closed.url).login("ada", f"{WORD} ada", Origin=closed.url)[0] == 200
    _, _, text = Browser(closed.url).get('/login?next="><script>alert(1)</script>')
    assert "<script" not in text


def test_cookies_are_for_this_site_alone_and_for_tls_behind_tls(closed: Running) -> None:
    request = urllib.request.Request(
        closed.url + "/login",
        urlencode({"name": "ada", "password": f"{WORD} ada"}).encode(),
        {"X-Forwarded-Proto": "https"},
    )
    opener = urllib.request.build_opener(
        type("Stay", (urllib.request.HTTPRedirectHandler,), {"redirect_request": lambda *_a: None})
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        opener.open(request, timeout=SECONDS)
    cookie = next(c for c in caught.value.headers.get_all("Set-Cookie") if c.startswith("user="))
    assert caught.value.code == 303
    for word in ("HttpOnly", "SameSite=Lax", "Secure"):
        assert word in cookie


def test_a_name_that_is_taken_out_is_out_at_once(closed: Running, names: Path) -> None:
    ada = Browser(closed.url)
    assert urlsplit(ada.login("ada", f"{WORD} ada")[1]).path == "/"
    passwords.put(names, "ada", None)
    assert urlsplit(ada.get("/")[1]).path == "/login"


def test_a_session_is_of_who_opened_it_alone(closed: Running) -> None:
    ada, bob = Browser(closed.url), Browser(closed.url)
    _, _, page = ada.login("ada", f"{WORD} ada")
    bob.login("bob", f"{WORD} bob")
    assert not joined(closed.url, joining.token(page), bob.cookie)
    assert joined(closed.url, joining.token(page), ada.cookie)


def test_a_page_of_somebody_reviews_in_no_other_name(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = open_corpus(tiny_folder, config=Settings(data_dir=tmp_path))
    monkeypatch.setattr(visitor, "name", lambda: "ada")
    page = Explorer(corpus, f"?sample={corpora.FULL}")
    page._review.ask()
    assert sent(page._review.panel, "setup")[-1]["fixed"] is True
    begin(page, reviewer="bob", user="bob")
    verdict(page, "correct", reviewer="bob", kind="adjudication", user="bob")
    until(lambda: sent(page._review.panel, "saved"))
    page.close()
    with Records.open(corpus) as records:
        rows = records.history().to_dict("records")
    assert [(row["reviewer"], row["kind"]) for row in rows] == [("ada", "verdict")]
    corpus.close()


def test_a_page_of_nobody_reviews_not_at_all_where_one_has_to_log_in(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = open_corpus(tiny_folder, config=Settings(data_dir=tmp_path))
    visitor.ask(SECRET)
    assert visitor.name() == visitor.NOBODY
    page = Explorer(corpus, f"?sample={corpora.FULL}")
    page._review.ask()
    page._review.panel._handle_msg({"type": "begin", "kind": "ids", "ids": corpora.FULL, "reviewer": "bob"})
    assert sent(page._review.panel, "trouble")
    assert page._review._work is None
    page.close()
    corpus.close()


def test_one_password_for_all_lets_everybody_in_by_his_own_name(tiny_folder: Path, tmp_path: Path) -> None:
    running, corpus = serving(tiny_folder, tmp_path, login_password=SecretStr(WORD))
    try:
        assert urlsplit(Browser(running.url).login("anybody", WORD)[1]).path == "/"
    finally:
        running.stop()
        corpus.close()


class _Provider(BaseHTTPRequestHandler):
    """Knows one code, and who it is of."""

    asked: list[dict[str, list[str]]] = []  # noqa: RUF012

    def do_POST(self) -> None:
        said = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.asked.append(said)
        good = said.get("code") == ["good"] and said.get("client_secret") == ["its secret"]
        self._answer(
            200 if good else 400, {"access_token": "t", "token_type": "Bearer"} if good else {"error": "no"}
        )

    def do_GET(self) -> None:
        known = self.headers["Authorization"] == "Bearer t"
        self._answer(200 if known else 401, {"email": "ada@example.org"})

    def _answer(self, code: int, content: dict[str, str]) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Nothing."""


def test_a_provider_says_who_it_is(tiny_folder: Path, tmp_path: Path) -> None:
    provider = HTTPServer(("127.0.0.1", 0), _Provider)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    there = f"http://127.0.0.1:{provider.server_port}"
    extra = {name: f"{there}/{path}" for name, path in (("TOKEN_URL", "token"), ("USER_URL", "user"))}
    running, corpus = serving(
        tiny_folder, tmp_path, oauth_provider="generic", oauth_key="explorer", oauth_secret=SecretStr("its secret"),
        oauth_extra={**extra, "AUTHORIZE_URL": "http://127.0.0.1:1/authorize", "scope": "openid email"},
    )  # fmt: skip
    try:
        ada = Browser(running.url)
        with pytest.raises(urllib.error.URLError) as sent_away:
            ada.get(f"/?sample={corpora.FULL}")
        assert "refused" in str(sent_away.value)  # the provider's page, which is not there
        stay = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(ada.cookies),
            type("Stay", (urllib.request.HTTPRedirectHandler,), {"redirect_request": lambda *_a: None}),
        )
        with pytest.raises(urllib.error.HTTPError) as caught:
            stay.open(f"{running.url}/login?next=/", timeout=SECONDS)
        away = parse_qs(urlsplit(caught.value.headers["Location"]).query)
        assert away["client_id"] == ["explorer"]
        assert away["scope"] == ["openid email"]
        stranger = Browser(running.url)
        assert stranger.get(f"/login?code=good&state={away['state'][0]}")[0] == 401  # not their own errand
        code, _, text = stranger.get("/login?error=<script>alert(1)</script>")
        assert code == 401
        assert "<script" not in text
        code, url, page = ada.get(f"/login?code=good&state={away['state'][0]}")
        assert (code, urlsplit(url).path) == (200, "/")
        assert away["redirect_uri"] == [running.url]
        assert joined(running.url, joining.token(page), ada.cookie)
        assert not joined(running.url, joining.token(page), "")
        kept = ada.cookie
        ada.get("/logout")
        assert not joined(running.url, joining.token(page), kept)
    finally:
        running.stop()
        corpus.close()
        provider.shutdown()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"login_password": SecretStr("short")}, "too short"),
        ({"login_password": SecretStr(WORD), "cookie_secret": SecretStr("short")}, "EXPLORER_COOKIE_SECRET"),
        ({"login_password": SecretStr(WORD), "oauth_provider": "github"}, "choose one"),
        ({"oauth_provider": "nonsense"}, "Panel knows"),
        ({"oauth_provider": "github", "oauth_key": "k"}, "EXPLORER_OAUTH_SECRET"),
        ({"oauth_provider": "generic", "oauth_key": "k", "oauth_secret": SecretStr("s")}, "AUTHORIZE_URL"),
        ({"login_file": "/nowhere/names.json"}, "cannot be read"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_served(
    config: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(LoginError, match=said):
        auth.options(Settings(data_dir=tmp_path, **config))


def test_a_secret_is_made_once_for_its_owner_and_told_to_nobody(tmp_path: Path) -> None:
    config = Settings(data_dir=tmp_path, login_password=SecretStr(WORD))
    first = auth.options(config)["cookie_secret"]
    assert auth.options(config)["cookie_secret"] == first
    assert stat.S_IMODE((tmp_path / "cookie-secret").stat().st_mode) == 0o600
    assert WORD not in repr(config)
    assert auth.options(Settings(data_dir=tmp_path)) == {}
    assert not visitor.asked()


def test_the_command_keeps_hashes(tmp_path: Path) -> None:
    path = tmp_path / "new" / "names.json"
    run = CliRunner().invoke
    made = run(app, ["password", "ada", "--file", str(path)], input=f"{WORD}\n{WORD}\n")
    assert made.exit_code == 0, made.output
    assert WORD not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert passwords.fits(WORD, passwords.read(path)["ada"])
    assert not passwords.fits(WORD + "x", passwords.read(path)["ada"])
    assert run(app, ["password", "bob", "--file", str(path)], input="short\nshort\n").exit_code != 0
    assert list(passwords.read(path)) == ["ada"]
    assert run(app, ["password", "ada", "--file", str(path), "--remove"]).exit_code == 0
    assert passwords.read(path) == {}
    tmp_path.joinpath("x.json").write_text('{"ada": "plain"}')
    with pytest.raises(ExplorerError, match="no file of passwords"):
        passwords.read(tmp_path / "x.json")
