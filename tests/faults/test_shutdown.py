"""A signal ends a server, whatever it is at; it says nothing that is not so, and a process of several that stands still is replaced."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from explorer import open_corpus
from explorer.core.config import Settings
from explorer.review.verdicts import Verdict
from explorer.views.review.review_service import review_service
from tests import corpora, talk, visitors
from tests.conftest import REPOSITORY
from tests.faults.test_serving_faults import SECONDS, Served, served
from tests.visitors import Seen, Visitor

until = partial(talk.until, seconds=SECONDS)

SCRIPT = """
import asyncio, os, re, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from explorer.core import logs
from explorer.server import shutdown
logs.configure("text")
loop = asyncio.new_event_loop()
pipe = os.pipe()

def nothing(): pass
def computes():
    while True: pass
def waits(): os.read(pipe[0], 1)
def matches(): re.match(r"(a+)+$", "a" * 60 + "b")
def thread(): ThreadPoolExecutor(1).submit(time.sleep, 60)
def silent(): sys.stderr = None; computes()

loop.call_soon(globals()[sys.argv[1]])
loop.call_soon_threadsafe(lambda: None)
print("up", flush=True)
with shutdown.on_signal(lambda: loop.call_soon_threadsafe(loop.stop), seconds=1.0):
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        pass
print("ended by itself", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("stuck_in", ["nothing", "computes", "waits", "matches", "thread"])
def test_a_signal_ends_what_is_stuck(stuck_in: str, number: signal.Signals) -> None:
    if (stuck_in, number) in {
        ("computes", signal.SIGINT),
        ("matches", signal.SIGINT),
        ("waits", signal.SIGINT),
    }:
        number = signal.SIGTERM  # Python ends these by KeyboardInterrupt
    run = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, stuck_in], cwd=REPOSITORY, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert run.stdout is not None
        assert run.stdout.readline() == "up\n"
        time.sleep(0.3)
        began = time.monotonic()
        run.send_signal(number)
        said, errors = run.communicate(timeout=20)
        took = time.monotonic() - began
    finally:
        run.kill()
    if stuck_in == "nothing":
        assert (run.returncode, said, errors) == (0, "ended by itself\n", "")
        assert took < 1
        return
    assert run.returncode == 1
    assert 0.9 < took < 6
    assert ("did not end by itself" in errors) or ("Timeout" in errors and "matches" in errors)


PAGE = """
import sys, time
from explorer import Explorer, open_corpus
from explorer.core import logs
from explorer.views.common import components
logs.configure("text")
corpus = open_corpus(sys.argv[1])
page = Explorer(corpus, "")
loop = page._loop
def again(): loop.work(lambda: time.sleep(0.05), lambda _: None, None); again_in_thread()
def again_in_thread(): components.WORKERS.submit(time.sleep, 0.01).add_done_callback(lambda _: loop.work(lambda: time.sleep(0.02), lambda _: None))
for _ in range(50): again()
print("ended")
"""


def test_work_that_waits_when_python_ends_is_dropped_without_a_word(tiny_folder: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PAGE, str(tiny_folder)], cwd=REPOSITORY, text=True, capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    assert "ended" in run.stdout
    assert "RuntimeError" not in run.stderr, run.stderr


def _stopped(server: Served) -> float:
    began = time.monotonic()
    server.process.terminate()
    assert server.process.wait(30) == 0
    return time.monotonic() - began


def test_a_server_at_work_ends_at_once_and_logs_no_error(tiny_folder: Path, tmp_path: Path) -> None:
    with served(tiny_folder, tmp_path) as server:

        async def busy() -> float:
            visitors_there = [Visitor(server.url, Seen()) for _ in range(3)]
            for visitor in visitors_there:
                await visitor.open(f"?sample={corpora.FULL}")
            for visitor in visitors_there:  # in the middle of this, the end
                visitor.tell("Head", "go", text=corpora.BROKEN)
                visitor.tell(
                    "Share",
                    "make",
                    kind="animation",
                    product="PF-SR",
                    ending=".gif",
                    fps=8,
                    scale=1,
                    count=12,
                )
                visitor.tell(
                    "ReviewPanel",
                    "begin",
                    kind="ids",
                    ids=corpora.FULL,
                    reviewer="ada",
                    blind=False,
                    resume="",
                )
            await visitors_there[0].hear(
                "Share", lambda kind, _data: kind == "begun", what="a file that is made"
            )
            took = await asyncio.to_thread(_stopped, server)
            for visitor in visitors_there:
                await visitor.close()
            return took

        took = asyncio.run(busy())
    assert took < 10
    said = "".join(server.lines)
    assert " ERROR " not in said, said
    assert "Traceback" not in said, said
    assert "Exception" not in said, said


@pytest.mark.nightly
def test_a_process_that_stands_still_is_replaced_and_the_others_go_on(
    tiny_folder: Path, tmp_path: Path
) -> None:
    with served(tiny_folder, tmp_path, "--num-procs", "2", EXPLORER_STUCK_SECONDS="3") as server:
        until(lambda: len(server.workers()) == 2)
        until(lambda: server.healthy() and server.number("explorer_loop_lag_seconds_count"))
        stuck = server.workers()[0]
        os.kill(stuck, signal.SIGSTOP)
        assert visitors.reviewing(server.url, [corpora.FULL], 2).problems == []
        until(lambda: stuck not in server.workers() and len(server.workers()) == 2)
        assert not Path(f"/proc/{stuck}").exists()
        assert any("stood still" in line for line in server.lines), server.lines
        assert server.healthy()
        os.kill(server.workers()[1], signal.SIGSTOP)
        assert _stopped(server) < 10


def test_health_follows_a_disk_on_which_nothing_can_be_written(tiny_folder: Path, tmp_path: Path) -> None:
    config = Settings(data_dir=tmp_path / "data")
    with open_corpus(tiny_folder, config=config) as corpus:
        review_service(corpus).records.add(Verdict(corpora.FULL, "ada", "correct"))
        review_service(corpus).records.close()
    with served(tiny_folder, tmp_path) as server:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        until(lambda: not server.healthy())
        until(lambda: any("not well: verdicts can be kept" in line for line in server.lines))
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        until(server.healthy)


def test_a_thousand_half_requests_to_a_server(tiny_folder: Path, tmp_path: Path) -> None:
    import socket

    with served(tiny_folder, tmp_path) as server:
        port = int(server.url.rpartition(":")[2])
        half = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(1100)]
        for one in half:
            one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert visitors.reviewing(server.url, [corpora.FULL], 2).problems == []
        for one in half:
            one.close()
        assert server.number(r'explorer_refused_total\{kind="connection"\}') >= 800
        assert sum(map(len, server.lines)) < 10_000
