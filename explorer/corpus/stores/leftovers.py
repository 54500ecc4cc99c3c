"""What downloaders, file managers and operating systems leave behind: never a chip, a label or a sample."""

from __future__ import annotations

import re

_NAMES = frozenset({
    "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir", "$recycle.bin",
    "system volume information", "lost+found",
})  # fmt: skip
_LEFTOVER = re.compile(
    r"^[.~]"  # hidden on Unix: `._x` and `.DS_Store` of macOS, `.azDownload-...` of AzCopy, `.nfs000`; `~$x` of Office
    r"|~$"  # the backup of an editor
    r"|\.azdownload-|download"
    r"|\.(part|partial|crdownload|tmp|temp|filepart|opdownload|aria2|!ut|bc!|swp|bak|lock)(\.\d+)?$",
    re.IGNORECASE,
)


def is_leftover(name: str) -> bool:
    """Whether a file or folder (its name alone, a folder's may end in `/`) is nothing of the corpus.

    >>> [is_leftover(name) for name in ("._2018-01-03.tif", "2018-01-03.tif.part", "2018-01-03.tif")]
    [True, True, False]
    """
    bare = name.rstrip("/").rsplit("/", 1)[-1]
    return not bare or bare.lower() in _NAMES or _LEFTOVER.search(bare) is not None
