"""Stores: where the bytes of a corpus are. One protocol, several places.

A key is a path relative to the corpus's root, with forward slashes. Keys can come from files and links, so a
store never follows one out of its root.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Protocol, runtime_checkable

from explorer.core import open_flags
from explorer.core.errors import (
    CorpusNotFoundError,
    LeadsOutError,
    NotThereError,
    StoreError,
    UnreadableError,
)
from explorer.core.products import SYNTHETIC_KEY
from explorer.corpus.stores.symlinks import FOLDERS, Links, holds_something


@runtime_checkable
class Store(Protocol):
    """Bytes by key. Every method may be called from many threads at once.

    Remote stores have more, which is asked for where it is there: `concurrency`, how many reads are worth having
    under way; `forget(key)`, to fetch it anew after its bytes made no sense; `check()`, which raises `StoreError` while
    the store as a whole does not answer, within seconds and without a second try; `close()`.
    """

    @property
    def where(self) -> str:
        """The place, as a person would name it."""

    def get(self, key: str) -> bytes:
        """The whole of one file.

        Raises `NotThereError` if it is absent, `UnreadableError` if it alone cannot be read, and `StoreError` if the
        store fails.
        """

    def list(self, folder: str) -> Iterator[str]:
        """Names directly in a folder, sorted, folders ending in `/`; nothing where it is absent.

        Raises `StoreError` where the store cannot list (plain HTTP).
        """

    def href(self, key: str) -> str:
        """The URL or path by which other programs get the file."""


_given_up: ContextVar[Callable[[], bool] | None] = ContextVar("_given_up", default=None)


@contextmanager
def until(given_up: Callable[[], bool]) -> Iterator[None]:
    """Within it, a slow store asks this between its steps, and raises `CancelledError` once it is true."""
    token = _given_up.set(given_up)
    try:
        yield
    finally:
        _given_up.reset(token)


def given_up() -> bool:
    """Whether nobody waits any more for what this thread is getting."""
    ask = _given_up.get()
    return ask is not None and ask()


def clean_key(key: str) -> str:
    """The key itself, if it stays in the root; raises `NotThereError` for `..`, absolute paths and NUL."""
    parts = key.split("/")
    if not key or "\x00" in key or "\\" in key or any(part in ("", ".", "..") for part in parts):
        raise NotThereError(repr(key[:200]))
    try:
        key.encode()
    except UnicodeEncodeError:  # half a character: no name of a file, nor of a URL
        raise NotThereError(ascii(key[:200])) from None
    return key


MAX_CHIP_BYTES = 16 * 2**20
"""No chip or label of the corpus comes near this: 200 x 200 px, 4 bands, int16 is 320 kB raw."""
MAX_JSON_BYTES = 32 * 2**20
"""A catalog, collection or item of STAC."""
MAX_RESOURCE_BYTES = 2**30
"""For what is neither: the tables of resources/ and of the STAC catalog."""


def of_sample(key: str) -> bool:
    """Whether a file is one sample's, a chip or a label: small, one of millions, and any may be absent."""
    # a catalog can lead to chips elsewhere
    return key.startswith(("imagery/", "labels/")) or key.lower().endswith((".tif", ".tiff"))


def limit_of(key: str) -> int:
    """How many bytes a file may have that is read whole."""
    if of_sample(key) or key.lower().endswith((".tif", ".tiff")):
        return MAX_CHIP_BYTES
    return MAX_JSON_BYTES if key.endswith(".json") else MAX_RESOURCE_BYTES


def check(store: Store) -> None:
    """Whether the store answers at all; raises `StoreError` where it does not."""
    asked = getattr(store, "check", None)
    if asked is not None:
        asked()


def is_synthetic(store: Store) -> bool:
    """Whether a corpus says that it is made up, as the demo does; False where it cannot be asked."""
    try:
        return bool(store.get(SYNTHETIC_KEY))
    except (NotThereError, StoreError):
        return False


# A wrong mode or a bad sector costs one file; too many open files, or a stale mount, is about all of them.
_OF_ONE_FILE = {errno.EACCES, errno.EPERM, errno.EIO, errno.ELOOP, errno.ENAMETOOLONG}


_ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".7z")


class DirectoryStore:
    """A corpus in a folder. Links are followed where an operator puts them: see `explorer.corpus.stores.symlinks`."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        path = Path(root).expanduser()
        if not path.is_dir():
            what = "is a file" if path.exists() else "does not exist"
            if path.is_file() and path.name.lower().endswith(_ARCHIVES):
                what = "is an archive: unpack it"
            raise CorpusNotFoundError(
                f"{path} {what}; give the folder that holds imagery/ and labels/, or the word demo"
            )
        self.root = path.resolve()
        self._links = Links(str(self.root))
        # An unmounted disk leaves an empty folder behind, in which every chip would look absent.
        self._landmarks = [self.root / name for name in FOLDERS if (self.root / name).is_dir()]
        self._with_chips = holds_something(self.root / "imagery")
        self._lost = ""  # the key that was not to be had since a disk was not there

    @property
    def where(self) -> str:
        return str(self.root)

    def path(self, key: str) -> Path:
        """The file of a key, which may be absent.

        Raises `LeadsOutError` where a link that is not followed leads out of the corpus, `StoreError` where the disk
        of one that is followed is not there.
        """
        path = self._path(key)
        if not path.exists():
            self._check_links(key)
        return path

    def _path(self, key: str) -> Path:
        if self._links.leads_out(clean_key(key)):
            raise LeadsOutError(key)
        return self.root / key

    def get(self, key: str) -> bytes:
        path = self._path(key)
        try:
            # Not to wait for a named pipe that nobody writes to.
            with open(
                path, "rb", opener=lambda name, flags: os.open(name, flags | open_flags.NONBLOCK)
            ) as file:
                found, limit = os.fstat(file.fileno()), limit_of(key)
                if not stat.S_ISREG(found.st_mode):
                    raise UnreadableError(key, "not a file")
                if found.st_size > limit:
                    raise UnreadableError(
                        key, f"{found.st_size:,} bytes, more than the {limit:,} that it may have"
                    )
                return file.read(limit)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            self.check()
            self._check_links(key)
            raise NotThereError(key) from None
        except UnreadableError:
            raise
        except OSError as error:
            if error.errno in _OF_ONE_FILE:
                raise UnreadableError(key, error.strerror or str(error)) from error
            raise StoreError(f"cannot read {key} in {self.root}: {error.strerror or error}") from error

    def check(self) -> None:
        """Raises `StoreError` where the folder, or all that it held, is gone."""
        try:
            there = self.root.is_dir() and (
                not self._landmarks or any(path.is_dir() for path in self._landmarks)
            )
            chips = not self._with_chips or holds_something(self.root / "imagery")
        except OSError as error:
            raise StoreError(
                f"cannot read the corpus folder {self.root}: {error.strerror or error}"
            ) from error
        if not there:
            raise StoreError(f"the corpus folder {self.root} is gone; is its disk mounted?")
        self._check_links(self._lost)
        if not chips:
            self._check_links("imagery")
            raise StoreError(f"{self.root}/imagery is gone or empty, and was not; is its disk mounted?")

    def _check_links(self, key: str) -> None:
        """Raises `StoreError` where the disk that a part of the corpus is linked to is not there."""
        try:
            broken = self._links.broken(key)
        except OSError as error:
            raise StoreError(
                f"cannot follow the links to {key} in {self.root}: {error.strerror or error}"
            ) from error
        if broken:
            self._lost = key
            raise StoreError(broken)
        if key == self._lost:
            self._lost = ""

    def list(self, folder: str) -> Iterator[str]:
        here = "" if folder in ("", ".") else clean_key(folder.rstrip("/")) + "/"
        path = self._path(here[:-1]) if here else self.root
        try:
            with os.scandir(path) as entries:
                found = [(entry.name, entry.is_dir(), entry.is_symlink()) for entry in entries]
        except (FileNotFoundError, NotADirectoryError):
            self._check_links(here[:-1])
            return iter(())
        except OSError as error:
            raise StoreError(f"cannot list {folder} in {self.root}: {error.strerror or error}") from error
        for name, _, linked in found:
            if linked:  # else a part of the corpus would be missing without a word
                self._check_links(here + name)
        return iter(sorted(name + "/" if is_folder else name for name, is_folder, _ in found))

    def href(self, key: str) -> str:
        return str(self.root / clean_key(key))
