"""The disk fills up in the middle of a review: nothing is said to be saved that is not, nothing typed is lost, pictures come."""

from __future__ import annotations

import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import servers
from tests.browser.conftest import Server
from tests.browser.test_review import begin, panel, press, wait_for
from tests.browser.visit import LACKING, MARKED, Visit
from tests.talk import until

pytestmark = pytest.mark.browser
# A file system of its own, which only the server sees.
APART = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=24m disk "$0" && exec "$@"']


class Disk:
    """What a server writes to: `fill` takes all room there is, `free` gives it back."""

    def __init__(self, server: Server, folder: Path, apart: bool) -> None:
        self._pid, self._apart = server._process.pid, apart
        self.folder = Path(f"/proc/{self._pid}/root{folder}") if apart else folder

    def fill(self) -> None:
        if not self._apart:
            self._limit(0)
            return
        with open(self.folder / "filler", "wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(2**16))

    def free(self) -> None:
        if self._apart:
            (self.folder / "filler").unlink()
        else:
            self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        """How large a file of the server may be, bytes: as full to it, though it is called by another name."""
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def verdicts(self, copy: Path) -> list[tuple[Any, ...]]:
        """What is kept, read from a copy: SQLite does not follow paths into another process's file systems."""
        copy.mkdir(exist_ok=True)
        for found in self.folder.glob("data/reviews/*.sqlite*"):
            if not found.name.endswith("-shm"):
                shutil.copyfile(found, copy / f"verdicts{found.name[found.name.index('.sqlite') :]}")
        with closing(sqlite3.connect(copy / "verdicts.sqlite")) as connection:
            wanted = "SELECT sample_id, judgement, comment, confidence FROM explorer_verdicts ORDER BY seq"
            return connection.execute(wanted).fetchall()


def prefix(folder: Path, apart: bool) -> list[str]:
    if not apart:
        return []
    tried = shutil.which("unshare") and subprocess.run(
        [*APART, folder, "true"], capture_output=True, text=True
    )
    if not tried or tried.returncode:
        pytest.skip(f"no file system can be mounted here: {tried.stderr.strip() if tried else 'no unshare'}")
    return [*APART, str(folder)]


@pytest.mark.parametrize(
    "apart",
    [pytest.param(True, marks=pytest.mark.nightly), False],
    ids=["a full disk", "files that may not grow"],
)
def test_a_verdict_that_could_not_be_written_stays_in_the_panel_until_it_is(
    page: Page, mirror: Path, demo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(folder / "data"))
    with servers.serve(mirror) as files:
        serve = [sys.executable, "-m", "explorer", "serve", files.url, "--port", "0", "--no-open"]
        server = Server(mirror, folder / "cache", [*prefix(folder, apart), *serve])
        disk = Disk(server, folder, apart)
        try:
            visit = Visit(page, server.url).open(f"?sample={demo}")
            begin(visit, [demo, MARKED, LACKING], "fills it")
            press(visit, "c")
            wait_for(visit, MARKED)
            saved = visit.count("verdict-saved")
            disk.fill()
            press(visit, "4", "m")
            page.keyboard.type("a lake, seen in May")
            press(visit, "Escape", "c")
            status = panel(visit).locator(".told")
            expect(status).to_contain_text("Nothing was saved")
            expect(status).to_contain_text(re.compile("disk is full" if apart else "Is the disk full"))
            expect(status).to_contain_text("make room")
            assert visit.count("verdict-saved") == saved
            expect(panel(visit).get_by_text("1 of 3 reviewed")).to_be_visible()
            expect(panel(visit).get_by_label("Comment")).to_have_value("a lake, seen in May")
            expect(panel(visit).get_by_role("radio", name="4")).to_have_attribute("aria-checked", "true")
            assert [row[0] for row in disk.verdicts(tmp_path / "before")] == [demo]
            disk.free()
            press(visit, "c")
            wait_for(visit, LACKING)
            assert disk.verdicts(tmp_path / "after") == [
                (demo, "correct", "", None),
                (MARKED, "correct", "a lake, seen in May", 4),
            ]
            assert [line for line in server.complaints if "Traceback" in line] == []
        finally:
            server.stop()


def test_a_disk_without_room_for_chips_does_not_hinder_looking(
    page: Page, mirror: Path, demo: str, tmp_path: Path
) -> None:
    with servers.serve(mirror) as files:
        serve = [sys.executable, "-m", "explorer", "serve", files.url, "--port", "0", "--no-open"]
        server = Server(mirror, tmp_path / "cache", serve)
        disk = Disk(server, tmp_path, apart=False)
        try:
            visit = Visit(page, server.url).open(f"?sample={demo}")
            disk.fill()
            visit.search(MARKED)
            visit.wait_for_sample(MARKED)
            visit.pick(10, 20)
            assert visit.complaints == []
            (told,) = until(lambda: server.complaints)
            assert "chips cannot be kept" in told
            assert "they are read without a cache" in told
        finally:
            server.stop()
