"""Files that visitors send: written part by part into the data folder, bounded, and gone with the request that brought them."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from tornado.web import HTTPError

from explorer.core import forking
from explorer.core.errors import OutputError
from explorer.corpus.corpus import Corpus
from explorer.server import ports
from explorer.server.admission import whose
from explorer.views.common import visitor

MEGABYTE = 1_000_000
MOST_AT_ONCE, MOST_OF_ONE = 4, 2
"""Files that one process takes at once, and of them one address's."""
LONGEST_S = 600.0
"""How long a file may be on its way; 200 MB take so long at 340 kB a second."""
STALE_S = 2 * LONGEST_S
"""What is so old was left behind by a process that was killed."""

T = TypeVar("T")


def may_upload(setting: str, address: str, *, behind: bool) -> bool:
    """Whether visitors may add opinions: `auto` lets those who have logged in, or, where nobody has to, this machine's alone.

    `address` is where the server listens; `behind`: others reach it by a proxy or another name.
    """
    if setting == "auto":
        return visitor.asked() or (ports.is_local(address) and not behind)
    return setting == "yes"


class Upload:
    """A file on its way. Call its methods on the event loop."""

    def __init__(self, uploads: Uploads, who: str, path: Path) -> None:
        self.path, self.who = path, who
        self.size = 0
        self._uploads = uploads
        self._lock = forking.Lock()
        self._dropped = self._removed = False

    async def take(self, data: bytes) -> None:
        """Write the next part of it. Raises `HTTPError` 413 where it is too much, `OutputError` where it cannot be written."""
        self.size += len(data)
        if self.size > self._uploads.most:
            raise self._uploads.too_large()
        await self._uploads.work(partial(self._write, data))

    def _write(self, data: bytes) -> None:
        with self._lock:
            if self._removed:
                return
            try:
                with self.path.open("ab") as file:
                    file.write(data)
            except OSError as error:
                raise OutputError(f"the file cannot be kept ({error.strerror or error})") from error

    async def discard(self) -> None:
        """As `drop`, but all is gone when this returns: who is then answered may use its name at once."""
        await self._uploads.work(self.remove)
        self.drop()

    def drop(self) -> None:
        """Forget it, and remove what has come of it."""
        if not self._dropped:
            self._dropped = True
            self._uploads.end(self)

    def remove(self) -> None:
        """In a thread; once, since the name of its folder may be another's after that."""
        with self._lock:
            if not self._removed:
                self._removed = True
                shutil.rmtree(self.path.parent, ignore_errors=True)


class Uploads:
    """What one process takes at once. `most` bytes of a file. Use it on the event loop."""

    def __init__(self, corpus: Corpus, allowed: bool) -> None:
        self.allowed = allowed
        self.most = corpus.config.max_upload_mb * MEGABYTE
        self.folder = corpus.opinions.folder / "uploads"
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="explorer-upload")
        self._of: Counter[str] = Counter()

    async def begin(self, address: str, name: str, file: str) -> Upload:
        """Begin to take a `file` that is to be kept under a name, which is nobody else's until it ends.

        Raises `HTTPError` 503 where too many are on their way, 409 where one of that name is; `OutputError`.
        """
        who = whose(address)
        if self._of.total() >= MOST_AT_ONCE or self._of[who] >= MOST_OF_ONE:
            raise HTTPError(503, "others add opinions just now; come again in a minute")
        self._of[who] += 1
        try:
            return Upload(self, who, await self.work(partial(self._make_room, name)) / file)
        except BaseException:
            self._free(who)
            raise

    def end(self, upload: Upload) -> None:
        """One is no longer on its way."""
        self._free(upload.who)
        self._threads.submit(upload.remove)

    async def work(self, job: Callable[[], T]) -> T:
        """Do a part of the work in a thread of those who take files."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, job)

    def too_large(self) -> HTTPError:
        """That a file is, to be raised."""
        return HTTPError(413, f"the file has more than {self.most // MEGABYTE:,} MB (EXPLORER_MAX_UPLOAD_MB)")

    def _free(self, who: str) -> None:
        self._of[who] -= 1
        if not self._of[who]:
            del self._of[who]

    def _make_room(self, name: str) -> Path:
        self._clear_stale()
        folder = self.folder / name
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            raise HTTPError(409, f"an opinion called {name} is being added just now") from None
        except OSError as error:
            raise OutputError(f"no file can be kept ({error.strerror or error})") from error
        return folder

    def _clear_stale(self) -> None:
        with suppress(OSError):
            for folder in self.folder.iterdir():
                if time.time() - folder.stat().st_mtime > STALE_S:
                    shutil.rmtree(folder, ignore_errors=True)
