"""Several processes that serve one address: started, watched, started again where one ends or is stuck, ended together.

They are started, not forked: GDAL, numba and thread pools do not survive a fork. All accept from the one socket that the
first process opened, so that a visitor goes to whichever has time, and none of its own is lost when one of them ends.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

from prometheus_client import multiprocess

from explorer.core import metrics, scratch_folders
from explorer.core.errors import ServeError
from explorer.server import ports

_LOG = logging.getLogger("explorer")
_HANDED_ON = "RAPIDAI4EO_LISTENING"
"""Tells a process which port, sockets and parent it has: `port;fd,fd;pipe's fd;parent pid`."""
STOP_S = 9.0
"""How long they may take to end; each ends itself a second earlier (`shutdown.END_S`)."""
BEAT_S = 1.0
"""How often a process says that its event loop goes on."""
STUCK_S = 30.0
"""How long it may say nothing before it is ended and another one started."""
SLOWEST_START_S = 600.0
_STABLE_S, _LONGEST_PAUSE_S = 60.0, 30.0
_LOOK_S = 0.25
_LATE_S = 5.0


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a process was given by the one that started it."""

    port: int
    sockets: tuple[socket.socket, ...]
    pipe: int
    """Where it says that it goes on."""
    parent: int

    def beat(self) -> None:
        """Say, on the event loop, that visitors can come, or still can: every `BEAT_S` from then on."""
        with suppress(BrokenPipeError, BlockingIOError):  # the one who listens has gone, or listens late
            os.write(self.pipe, b".")

    @property
    def orphaned(self) -> bool:
        """Whether the process that would end this one is gone."""
        return os.getppid() != self.parent


def inherited() -> Inherited | None:
    """What this process was given; None where a person started it. Asked once: the next answer is None."""
    text = os.environ.pop(_HANDED_ON, "")
    if sys.platform == "win32" or not text:
        return None
    port, numbers, pipe, parent = text.split(";")
    sockets = tuple(socket.socket(fileno=int(number)) for number in numbers.split(","))
    for one in sockets:
        one.setblocking(False)
    os.set_blocking(int(pipe), False)
    return Inherited(int(port), sockets, int(pipe), int(parent))


@dataclass(slots=True)
class _Worker:
    """One of the processes; None while it waits to be started again."""

    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    pause: float = 1.0
    start_at: float = field(default_factory=time.monotonic)
    pipe: int = -1
    """Where it says that it goes on."""
    heard: float | None = None
    """When it last did."""

    def listen(self) -> bool:
        """Hear what it has said; False where it has closed the pipe."""
        while True:
            try:
                said = os.read(self.pipe, 4096)
            except BlockingIOError:
                return True
            if not said:
                return False
            self.heard = time.monotonic()

    def silent(self) -> float:
        """For how many seconds it has said nothing; one that has only begun has more time."""
        if self.heard is None:
            return max(time.monotonic() - self.began - SLOWEST_START_S, 0.0)
        return time.monotonic() - self.heard

    def forget(self) -> None:
        """It has ended."""
        os.close(self.pipe)
        self.process, self.pipe, self.heard = None, -1, None


def run(
    count: int,
    address: str,
    port: int,
    arguments: Sequence[str] | None = None,
    stuck: float = STUCK_S,
    prefix: str = "",
) -> None:
    """Serve by `count` processes of this same command until a signal ends them. Raises `ServeError`.

    Says the address, with its `prefix`, on stdout once the first of them is up; the first one makes what all of them use. One whose event
    loop stands still for `stuck` seconds is ended, and another started; 0 lets it be.
    """
    if sys.platform == "win32":
        raise ServeError(
            "--num-procs needs sockets that processes share, which Windows does not give to Python; leave it out, or serve from "
            "WSL or a container"
        )
    command = [sys.executable, "-m", "explorer", *(sys.argv[1:] if arguments is None else arguments)]
    sockets = _listen(address, port)
    port = sockets[0].getsockname()[1]
    workers = [_Worker() for _ in range(count)]
    with scratch_folders.folder("metrics") as folder, _stopping() as stopped:
        os.environ.setdefault(metrics.MULTIPROCESS, str(folder))
        try:
            if not _first(workers[0], command, sockets, port, stopped):
                return
            sys.stdout.write(f"{count} processes serve {ports.url(address, port)}{prefix}\n")
            sys.stdout.flush()
            looked = time.monotonic()
            while not stopped:
                late, looked = time.monotonic() - looked > _LATE_S, time.monotonic()
                for worker in workers:
                    # Where this process was held up itself (a machine that slept), the others may have been, too.
                    _look_after(worker, command, sockets, port, 0.0 if late else stuck)
                time.sleep(_LOOK_S)
        finally:
            _end(workers)
            for one in sockets:
                one.close()


def _listen(address: str, port: int) -> list[socket.socket]:
    from tornado.netutil import bind_sockets

    try:
        return bind_sockets(port, address)
    except OSError as error:
        raise ServeError(f"cannot listen on {address}, port {port}: {error.strerror or error}") from error


@contextmanager
def _stopping() -> Iterator[list[int]]:
    """The signals to stop that have come; whatever they did before, they do again afterwards."""
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start(worker: _Worker, command: list[str], sockets: list[socket.socket], port: int) -> None:
    if sys.platform == "win32":  # see `run`
        return
    worker.pipe, writing = os.pipe()
    os.set_blocking(worker.pipe, False)
    numbers = [one.fileno() for one in sockets]
    told = ";".join([str(port), ",".join(map(str, numbers)), str(writing), str(os.getpid())])
    worker.process = subprocess.Popen(  # noqa: S603  this program itself
        command,
        env=os.environ | {_HANDED_ON: told},
        pass_fds=[*numbers, writing],
        start_new_session=True,  # Ctrl-C in a terminal is for the first process, which then ends them
    )
    os.close(writing)
    worker.began, worker.heard = time.monotonic(), None


def _first(
    worker: _Worker, command: list[str], sockets: list[socket.socket], port: int, stopped: list[int]
) -> bool:
    """Start the first one and wait until it serves; False where a signal came before."""
    _start(worker, command, sockets, port)
    assert worker.process is not None
    while not stopped and time.monotonic() - worker.began < SLOWEST_START_S:
        there = worker.listen()
        if worker.heard is not None:
            return True
        if not there:
            raise ServeError(f"the first process ended (code {worker.process.wait()}); its message is above")
        select.select([worker.pipe], [], [], _LOOK_S)
    return False


def _look_after(
    worker: _Worker, command: list[str], sockets: list[socket.socket], port: int, stuck: float
) -> None:
    now = time.monotonic()
    if worker.process is None:
        if now >= worker.start_at:
            _start(worker, command, sockets, port)
        return
    worker.listen()
    code, why = worker.process.poll(), "ended by itself"
    if code is None:
        if not stuck or worker.silent() < stuck:
            return
        # Nothing less: it does not hear. What it had acknowledged is on the disk.
        worker.process.kill()
        code, why = worker.process.wait(), f"stood still for {worker.silent():.0f} s and was ended"
    worker.pause = 1.0 if now - worker.began > _STABLE_S else min(2 * worker.pause, _LONGEST_PAUSE_S)
    _LOG.error(
        "a process %s (code %s); another is started in %.0f s", why, code, worker.pause,
        extra={"event": "process", "pid": worker.process.pid},
    )  # fmt: skip
    multiprocess.mark_process_dead(worker.process.pid)
    worker.forget()
    worker.start_at = now + worker.pause


def _end(workers: list[_Worker]) -> None:
    running = [worker.process for worker in workers if worker.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_S
    for process in running:
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
