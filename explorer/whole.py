"""A file that is whole or not there: written beside its place, and moved there once it is done."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """A file to write, which takes the place of `path` at the end; on any error nothing of it is left.

    The folder is made where it is not there. A link that stands at `path` is replaced, not followed. `private`: for its
    owner's eyes alone. Raises `OSError`.
    >>> with replacing(folder / "new.txt") as part:
    ...     written = part.write_text("all of it")
    >>> (folder / "new.txt").read_text()
    'all of it'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")  # of mode 0600
    os.close(handle)
    part = Path(name)
    try:
        yield part
        if not private:
            part.chmod(0o644)  # what is hidden from others cannot be shared by them
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
