"""A real PostgreSQL server for tests: its own folder and port on 127.0.0.1, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "explorer"
_DEBIAN = "/usr/lib/postgresql"


def program(name: str) -> str | None:
    """The path of one of the server's programs: on PATH, or where Debian keeps them (the newest)."""
    found = shutil.which(name)
    if found:
        return found
    here = Path(_DEBIAN).glob(f"*/bin/{name}")
    return max(map(str, here), key=lambda path: int(Path(path).parts[-3]), default=None)


def missing() -> str | None:
    """Why no server can be started here; None where one can."""
    if not (program("initdb") and program("postgres")):
        return "PostgreSQL's server is not installed (Debian: apt-get install postgresql)"
    if os.getuid() == 0 and (shutil.which("runuser") is None or _account() is None):
        return "PostgreSQL does not run as root, and there is no user postgres to run it as"
    return None


class Server:
    """A server that can be stopped and started again over the same data."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        self._folder, self._data = folder, folder / "data"
        self._options = [
            "-D",
            str(self._data),
            "-p",
            str(port),
            "-k",
            str(folder),
            "-c",
            "listen_addresses=127.0.0.1",
        ]
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        postgres = program("postgres")
        assert postgres
        path = self._folder / "log"
        with open(path, "ab") as log:
            self._running = subprocess.Popen(
                _as_user([postgres, *self._options]), stdout=log, stderr=log, cwd=self._folder
            )
        _wait(self.url, self._running, path)

    def stop(self) -> None:
        """End it, and all its connections, as an operator does who does not wait for them."""
        if self._running is None:
            return
        # SIGINT is PostgreSQL's fast shutdown; runuser passes it on to nobody, so the server's own pid is asked for.
        pid = self._data / "postmaster.pid"
        if pid.exists():
            os.kill(int(pid.read_text().split()[0]), 2)
        self._running.wait(30)
        self._running = None


@contextmanager
def server() -> Iterator[str]:
    """A server that is up; the URL of an empty database. Its disk writes are as in production."""
    with restartable() as found:
        yield found.url


@contextmanager
def restartable() -> Iterator[Server]:
    """The same, with the means to stop and start it."""
    initdb = program("initdb")
    assert initdb
    with tempfile.TemporaryDirectory(prefix="explorer-pg-") as name:
        folder = Path(name)
        data = folder / "data"
        if os.getuid() == 0:
            account = _account()
            assert account
            shutil.chown(folder, *account)
        _run([initdb, "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C"], folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        found = Server(folder, port)
        try:
            found.start()
            yield found
        finally:
            found.stop()


def _account() -> tuple[str, str] | None:
    import grp
    import pwd

    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        return None
    return entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name


def _as_user(command: list[str]) -> list[str]:
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else command


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(_as_user(command), capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr


def _wait(url: str, running: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg
    import tenacity

    for attempt in tenacity.Retrying(
        stop=tenacity.stop_after_delay(60), wait=tenacity.wait_fixed(0.1), reraise=True
    ):
        with attempt:
            if running.poll() is not None:
                raise SystemError(log.read_text())
            psycopg.connect(url, connect_timeout=5).close()
