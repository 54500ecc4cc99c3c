"""A logout holds in all processes that share the data folder, for as long as a login would have."""

from __future__ import annotations

import logging
import stat
import threading
from pathlib import Path

import pytest

from explorer.server import logouts
from explorer.server.logouts import Logouts

DAY = 86_400.0


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def test_another_process_hears_of_it(tmp_path: Path) -> None:
    clock = Clock()
    one, two = (Logouts(tmp_path / "data", 7, clock) for _ in range(2))
    assert not two.holds("cookie")
    one.add("cookie")
    assert one.holds("cookie")
    clock.now += 1
    assert two.holds("cookie")
    assert not two.holds("another")
    (path,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "cookie" not in path.read_text()
    two.add("cookie")
    assert len(path.read_text().splitlines()) == 1


def test_it_is_kept_as_long_as_a_login_holds_and_not_longer(tmp_path: Path) -> None:
    clock = Clock()
    kept = Logouts(tmp_path, 7, clock)
    kept.add("cookie")
    clock.now += 7 * DAY
    assert Logouts(tmp_path, 7, clock).holds("cookie")
    kept.add("later")
    clock.now += 2 * DAY
    kept.add("much later")
    assert not kept.holds("cookie")
    assert kept.holds("later")
    assert len(list(tmp_path.iterdir())) == 2


def test_many_at_once_lose_none(tmp_path: Path) -> None:
    clock = Clock()

    def leave(name: int) -> None:
        own = Logouts(tmp_path, 7, clock)
        for number in range(200):
            own.add(f"{name} {number}")

    threads = [threading.Thread(target=leave, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = Logouts(tmp_path, 7, clock)
    assert all(kept.holds(f"{name} {number}") for name in range(4) for number in range(200))


def test_where_it_cannot_be_written_it_holds_here_and_the_log_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    kept = Logouts(tmp_path / "file", 7)
    with caplog.at_level(logging.ERROR):
        kept.add("cookie")
    assert kept.holds("cookie")
    assert "holds in this process alone" in caplog.text


def test_nonsense_in_the_files_ends_no_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logouts, "LARGEST", 1000)
    clock = Clock()
    kept = Logouts(tmp_path, 7, clock)
    kept.add("cookie")
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes() + b"\xff\x00" * 5000 + b"\n\n")
    assert Logouts(tmp_path, 7, clock).holds("cookie")
    assert not Logouts(tmp_path, 7, clock).holds("")
