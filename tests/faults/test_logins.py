"""Who guesses passwords, who keeps a cookie after its login has ended, and a file of names that breaks."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import panel as pn
import pytest
from pydantic import SecretStr

from explorer.core.config import Settings
from explorer.core.errors import LoginError
from explorer.corpus.corpus import Corpus
from explorer.opening import open_corpus
from explorer.server import auth, login_backoff, passwords, websocket
from explorer.views.common import visitor
from tests import joining
from tests.running import SECONDS, Running
from tests.talk import until
from tests.unit.test_auth import WORD, Browser, names_in


@pytest.fixture(autouse=True)
def _nobody_is_asked_afterwards() -> Iterator[None]:
    yield
    visitor.ask(None)
    pn.config.oauth_provider = None
    pn.config.oauth_redirect_uri = None


@pytest.fixture
def names(tmp_path: Path) -> Path:
    return names_in(tmp_path)


def serving(folder: Path, tmp_path: Path, **config: Any) -> tuple[Running, Corpus]:
    corpus = open_corpus(folder, config=Settings(data_dir=tmp_path / "data", **config))
    return Running(corpus, lambda _link: pn.pane.HTML("made")), corpus


@pytest.fixture
def closed(tiny_folder: Path, tmp_path: Path, names: Path) -> Iterator[Running]:
    running, corpus = serving(tiny_folder, tmp_path, login_file=str(names))
    yield running
    running.stop()
    corpus.close()


def logged_in(running: Running, name: str) -> Browser:
    browser = Browser(running.url)
    assert urlsplit(browser.login(name, f"{WORD} {name}")[1]).path == "/"
    return browser


def is_in(browser: Browser) -> bool:
    return urlsplit(browser.get("/")[1]).path == "/"


def copy(browser: Browser) -> Browser:
    """One that has the same cookies, and keeps them when the other's are taken away."""
    made = Browser(browser.url)
    for cookie in browser.cookies:
        made.cookies.set_cookie(cookie)
    return made


@pytest.mark.parametrize(
    "guessed", ["one name", "names of all", pytest.param("names that nobody has", marks=pytest.mark.nightly)]
)
def test_who_guesses_keeps_nobody_else_out(closed: Running, names: Path, guessed: str) -> None:
    over, answers, numbers = threading.Event(), [], itertools.count()

    def guess() -> None:
        while not over.is_set():
            number = next(numbers)
            name = {"one name": "ada", "names of all": ("ada", "bob")[number % 2]}.get(guessed, f"n{number}")
            answers.append(Browser(closed.url).login(name, f"guess {len(answers)}")[0])
            time.sleep(0.1)

    for name in ("cid", "dan", "eve"):
        passwords.put(names, name, passwords.hashed(f"{WORD} {name}"))
    began = time.monotonic()
    assert is_in(logged_in(closed, "cid"))
    alone = time.monotonic() - began
    threads = [threading.Thread(target=guess, daemon=True) for _ in range(12)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(answers) >= 36)
        for name in ("cid", "dan", "eve"):  # one who was here before, and two who were not
            began = time.monotonic()
            assert is_in(logged_in(closed, name))
            assert (
                time.monotonic() - began < 10 + 5 * alone
            )  # a pause for wrong tries is longer, or a refusal
    finally:
        over.set()
        for thread in threads:
            thread.join(SECONDS)
    assert set(answers) <= {403, 429}
    if guessed != "names that nobody has":
        assert answers.count(403) <= 2 * (login_backoff.BOTH.free + 4)


def test_who_guessed_too_often_is_told_when_to_try_again_even_with_the_right_one(
    closed: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "WRONG_SECONDS", 0.01)
    stranger = Browser(closed.url)
    codes = [stranger.login("ada", f"guess {n}")[0] for n in range(login_backoff.BOTH.free + 4)]
    assert codes[: login_backoff.BOTH.free] == [403] * login_backoff.BOTH.free
    assert codes[-1] == 429
    request = urllib.request.Request(
        closed.url + "/login", f"name=ada&password={WORD.replace(' ', '+')}+ada".encode()
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=SECONDS)
    assert refused.value.code == 429
    assert 0 < int(refused.value.headers["Retry-After"]) <= login_backoff.BOTH.longest
    assert "too many wrong tries" in refused.value.read().decode()


def test_whether_a_name_exists_cannot_be_heard_by_who_guesses_names(
    closed: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_backoff, "ADDRESS", login_backoff.Pace(3, 60.0))
    monkeypatch.setattr(auth, "WRONG_SECONDS", 0.01)
    asked: list[str] = []
    admits = auth.Passwords.admits

    def noted(self: auth.Passwords, name: str, password: str) -> bool:
        asked.append(name)
        return admits(self, name, password)

    monkeypatch.setattr(auth.Passwords, "admits", noted)
    took: dict[str, tuple[int, str, float]] = {}
    for name in ("n1", "n2", "n3", "n4", "n5", "ada"):
        if name == "n5":
            monkeypatch.setattr(auth, "WRONG_SECONDS", 2.5)  # longer than the work, on a busy machine too
        began = time.monotonic()
        code, _, text = Browser(closed.url).login(name, "a wrong one")
        took[name] = (code, text.replace(name, ""), time.monotonic() - began)
    assert asked == ["n1", "n2", "n3", "n4", "ada"]  # what nobody has is not worth the work
    assert took["n5"][:2] == took["ada"][:2]
    assert abs(took["n5"][2] - took["ada"][2]) < 0.5


def test_with_one_password_for_all_it_is_the_address_that_is_slowed(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_backoff, "ADDRESS", login_backoff.Pace(3, 60.0))
    monkeypatch.setattr(auth, "WRONG_SECONDS", 0.01)
    running, corpus = serving(
        tiny_folder, tmp_path, login_password=SecretStr(WORD), trusted_proxies="127.0.0.1"
    )
    try:
        assert Browser(running.url).login("ada", WORD, **{"X-Forwarded-For": "10.0.0.1"})[0] == 200
        codes = [
            Browser(running.url).login(f"n{n}", "guess", **{"X-Forwarded-For": "10.0.0.1"})[0]
            for n in range(6)
        ]
        assert codes == [403] * 4 + [429] * 2
        assert Browser(running.url).login("bob", WORD, **{"X-Forwarded-For": "10.0.0.2"})[0] == 200
        assert Browser(running.url).login("ada", WORD, **{"X-Forwarded-For": "10.0.0.1"})[0] == 200
    finally:
        running.stop()
        corpus.close()


def test_a_logout_ends_all_copies_of_its_cookie_and_no_other_login(closed: Running) -> None:
    ada, at_home = logged_in(closed, "ada"), logged_in(closed, "ada")
    kept = copy(ada)
    token = joining.token(ada.get("/")[2])
    assert is_in(kept)
    assert "logged out" in ada.get("/logout")[2]
    assert not is_in(kept)
    assert not is_in(ada)
    assert is_in(at_home)
    assert kept.get("/first-picture.jpg")[0] == 403
    for cookie in (kept.cookie, at_home.cookie, ""):
        if cookie != at_home.cookie:
            assert joining.handshake(closed.url, token, Cookie=cookie) == 403


def test_a_logout_of_one_process_holds_in_another(tiny_folder: Path, tmp_path: Path, names: Path) -> None:
    one, corpus = serving(tiny_folder, tmp_path, login_file=str(names))
    two, other = serving(tiny_folder, tmp_path, login_file=str(names))
    try:
        ada = logged_in(one, "ada")
        there = copy(ada)
        there.url = two.url
        assert is_in(there)
        ada.get("/logout")
        until(lambda: not is_in(there), 5)
    finally:
        one.stop()
        two.stop()
        corpus.close()
        other.close()


@pytest.mark.parametrize("how", ["logout", "changed", "removed"])
def test_an_open_page_is_closed_when_its_login_ends(closed: Running, names: Path, how: str) -> None:
    ada, bob = logged_in(closed, "ada"), logged_in(closed, "bob")

    def end() -> None:
        if how == "logout":
            copy(ada).get("/logout")
        else:
            passwords.put(names, "ada", passwords.hashed("another one") if how == "changed" else None)

    async def stay() -> None:
        hers, his = [
            await joining.connected(closed.url, joining.token(page), Cookie=cookie)
            for page, cookie in ((ada.get("/")[2], ada.cookie), (bob.get("/")[2], bob.cookie))
        ]
        for socket in (hers, his):
            await joining.acknowledged(socket)
        await asyncio.to_thread(end)
        began = time.monotonic()
        assert await asyncio.wait_for(hers.read_message(), 10) is None
        assert time.monotonic() - began < 2 * websocket.LOOK_S
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(his.read_message(), 0.5)
        his.close()

    asyncio.run(stay())
    assert not is_in(ada)
    assert is_in(bob)
    if how == "changed":
        assert Browser(closed.url).login("ada", "another one")[0] == 200


def test_another_password_for_all_ends_the_logins_by_the_one_before(tmp_path: Path) -> None:
    def provider(word: str) -> auth.Passwords:
        found = auth.options(Settings(data_dir=tmp_path, login_password=SecretStr(word)))["auth_provider"]
        assert isinstance(found, auth.Passwords)
        return found

    assert provider(WORD)._mark("ada") == provider(WORD)._mark("ada")  # of all processes, and after a start
    assert provider(WORD)._mark("ada") != provider(f"{WORD}!")._mark("ada")


def test_a_cookie_of_another_name_or_without_a_mark_is_none(closed: Running) -> None:
    from tornado.web import create_signed_value

    secret = (closed.server._tornado.settings["cookie_secret"]) or ""
    provider: Any = closed.server._tornado.auth_provider
    good = provider.signed("ada")
    for value, holder in (
        (good, "ada"),
        (good.replace("ada", "bob"), ""),
        ("ada", ""),
        ("\nada", ""),
        (" \nada", ""),
        ("é\nada", ""),
        ("0" * 32 + "\nada", ""),
        (provider.signed("nobody"), ""),
    ):
        cookie = create_signed_value(secret, "user", value).decode()
        assert provider.holder(cookie) == holder, value
    assert provider.holder("") == provider.holder(None) == provider.holder("2|1:0|x") == ""


def test_while_the_file_of_names_is_broken_nobody_comes_in_who_is_in_stays_and_health_says_so(
    closed: Running, names: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.server.health.FRESH_S", 0.0)
    ada, good = logged_in(closed, "ada"), names.read_text()

    def health() -> tuple[int, bool]:
        code, _, body = closed.get("/health")
        return code, json.loads(body)["login"]

    assert health() == (200, True)
    with caplog.at_level(logging.ERROR):
        for broken in (
            '{"ada": "scry',
            "[]",
            '{"ada": "plain"}',
            '{"ada": "scrypt$eA==$eA=="}',
            "[" * 100_000,
            "\x00" * 100,
        ):
            names.write_text(broken)
            assert health() == (503, False)
            assert Browser(closed.url).login("bob", f"{WORD} bob")[0] == 503
            assert is_in(ada)
        names.unlink()
        assert health() == (503, False)
        assert is_in(ada)
    assert "nobody can log in" in caplog.text
    assert "Traceback" not in caplog.text
    names.write_text(good)
    assert health() == (200, True)
    logged_in(closed, "bob")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no file of passwords"),
        ("{}", "names nobody"),
        ('{"ada": "scrypt$x$y"}', "what it has of 'ada' is no hash"),
        ('{" ada": "%s"}', "nobody can log in as ' ada'"),
        ('{"": "%s"}', "nobody can log in as ''"),
    ],
)
def test_a_broken_file_of_names_is_told_at_the_start(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "names.json"
    path.write_text(text.replace("%s", passwords.hashed(WORD)))
    with pytest.raises(LoginError, match=said):
        auth.options(Settings(data_dir=tmp_path, login_file=str(path)))


def oauth(tmp_path: Path, **config: Any) -> Settings:
    return Settings(
        data_dir=tmp_path, oauth_provider="github", oauth_key="k", oauth_secret=SecretStr("s"), **config
    )


@pytest.mark.parametrize(
    ("address", "names", "set_to", "told"),
    [
        ("0.0.0.0", ["explorer.example.org", "other"], "", "https://explorer.example.org"),
        ("0.0.0.0", ["explorer.example.org:8443"], "", "https://explorer.example.org:8443"),
        ("0.0.0.0", [], "https://a.example.org/x/", "https://a.example.org/x/"),
        ("127.0.0.1", [], "", "http://127.0.0.1:5006"),
        ("::1", [], "", "http://[::1]:5006"),
        ("localhost", [], "", "http://localhost:5006"),
    ],
)
def test_a_provider_sends_people_back_to_a_set_address(
    tmp_path: Path, address: str, names: list[str], set_to: str, told: str
) -> None:
    config = oauth(tmp_path, oauth_redirect_uri=set_to)
    found = auth.options(config, address=address, port=5006, names=names)
    assert found["oauth_redirect_uri"] == told


@pytest.mark.parametrize(
    ("address", "set_to", "said"),
    [("0.0.0.0", "", "where does the provider send people back"), ("10.0.0.5", "", "EXPLORER_OAUTH_REDIRECT_URI"),
     ("127.0.0.1", "explorer.example.org", "which is no address"), ("127.0.0.1", "javascript:alert(1)", "which is no address")],
)  # fmt: skip
def test_without_one_the_server_does_not_start(tmp_path: Path, address: str, set_to: str, said: str) -> None:
    with pytest.raises(LoginError, match=said):
        auth.options(oauth(tmp_path, oauth_redirect_uri=set_to), address=address, port=5006)


def test_what_a_request_calls_the_server_does_not_reach_the_provider(
    tiny_folder: Path, tmp_path: Path
) -> None:
    running, corpus = serving(
        tiny_folder, tmp_path, oauth_provider="github", oauth_key="k", oauth_secret=SecretStr("s")
    )
    try:
        opener = urllib.request.build_opener(
            type("Stay", (urllib.request.HTTPRedirectHandler,), {"redirect_request": lambda *_a: None})
        )
        for host in (f"localhost:{running.port}", "localhost:1", "10.9.8.7"):
            request = urllib.request.Request(
                running.url + "/login",
                headers={"Host": host, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
            )
            with pytest.raises(urllib.error.HTTPError) as away:
                opener.open(request, timeout=SECONDS)
            assert away.value.code == 302
            query = parse_qs(urlsplit(away.value.headers["Location"]).query)
            assert query["redirect_uri"] == [running.url]
    finally:
        running.stop()
        corpus.close()
