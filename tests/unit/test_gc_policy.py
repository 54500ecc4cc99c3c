"""When is looked for what closed pages leave behind."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from explorer.server import gc_policy
from explorer.server.gc_policy import FEW, MANY_LEFT, MOST_LEFT, IdleCollector


@pytest.fixture
def collections(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each time that everything is looked through; nothing is."""
    seen: list[None] = []
    monkeypatch.setattr(gc_policy.gc, "collect", lambda *_: seen.append(None))
    return seen


def test_nothing_is_looked_for_where_nobody_has_left(collections: list[None]) -> None:
    collector = IdleCollector()
    collector.made()
    assert not collector.tick(quiet=1000.0)
    assert collections == []


@pytest.mark.parametrize(("open_pages", "closed"), [(0, 1), (FEW, 1), (FEW + 1, MANY_LEFT)])
def test_it_is_looked_once_it_is_quiet_and_worth_it(
    collections: list[None], open_pages: int, closed: int
) -> None:
    collector = IdleCollector()
    for _ in range(open_pages + closed):
        collector.made()
    for number in range(closed):
        assert not collector.tick(quiet=100.0), number
        collector.closed()
    assert not collector.tick(quiet=2.0)
    assert collector.tick(quiet=4.5)
    assert not collector.tick(quiet=100.0)
    assert len(collections) == 1


def test_what_few_closed_pages_left_is_looked_for_in_the_end(
    collections: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = IdleCollector()
    for _ in range(FEW + 2):
        collector.made()
    collector.closed()
    assert not collector.tick(100.0)
    later = time.monotonic() + 601
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert not collector.tick(1.0)
    assert collector.tick(100.0)
    assert len(collections) == 1


def test_too_many_do_not_wait_for_quiet(collections: list[None]) -> None:
    collector = IdleCollector()
    for number in range(MOST_LEFT):
        assert not collector.tick(0.0), number
        collector.made()
        collector.closed()
    assert collector.tick(0.0)
    assert len(collections) == 1


def test_what_was_let_go_is_given_back(collections: list[None], monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(gc_policy.gc, "collect", lambda *_: order.append("collect"))
    monkeypatch.setattr(gc_policy, "give_back", lambda: order.append("give back"))
    found = IdleCollector()
    found.made()
    assert not found.tick(quiet=100.0)
    assert order == []
    found.closed()
    assert found.tick(quiet=100.0)
    assert order == ["collect", "give back"]


def test_memory_that_the_c_library_keeps_goes_back_to_the_system() -> None:
    """In a process of its own: pieces too small to be mapped alone, free but for one in fifty at their end."""
    code = """
import ctypes, gc, os, platform
from explorer.server.gc_policy import give_back
if platform.libc_ver()[0] != "glibc":
    raise SystemExit("another C library")
def memory():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
pieces = [bytearray(50_000) for _ in range(4000)]
pieces = pieces[::50]
gc.collect()
held = memory()
give_back()
print(held - memory())
"""
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if "another C library" in made.stderr:
        pytest.skip("the C library is another")
    assert float(made.stdout) > 100


@pytest.mark.parametrize("why", [AttributeError("malloc_trim"), OSError("no library"), TypeError("no name")])
def test_another_c_library_is_left_alone(why: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def library(_name: object) -> None:
        raise why

    monkeypatch.setattr(gc_policy.ctypes, "CDLL", library)
    gc_policy.give_back()
