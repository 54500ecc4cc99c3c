"""Where the links of a STAC catalog lead: to keys of the store that it was read from, or nowhere.

A link is only ever turned into a key. An absolute one is a key where it lies below the store's own address, below the
address that the catalog gives itself (`self`), or below one of the two places where the corpus is published: a mirror
keeps such links. No other host is asked, and no other folder is opened.
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from explorer.core.errors import CorpusNotFoundError
from explorer.corpus.stores.store import DirectoryStore, Store

PUBLISHED = ("https://radiantearth.blob.core.windows.net/mlhub/rapidai4eo/", "https://data.source.coop/planet/rapidai4eo/")  # fmt: skip
"""Where the corpus is published: absolute links below these are meant to be in the corpus itself."""

STAC_FOLDER = "stac-v1.0"
_MAX_BASES = 16
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?=//)|(file|data|javascript|mailto|urn|https?):", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


class Addresses:
    """The addresses that mean the store's own files, and what links lead to."""

    def __init__(self, store: Store) -> None:
        root = getattr(store, "root", None)
        self._root = root if isinstance(root, Path) else None
        own = _canonical(f"{root}/" if self._root else store.where)
        self._bases: dict[str, str] = {}
        if own:
            self._bases[own.rstrip("/") + "/"] = ""
        self._published = {str(_canonical(url)): "" for url in PUBLISHED}
        self._drop_published()

    def learn(self, key: str, href: str) -> None:
        """The file `key` says that its own address is `href`: what lies beside it there lies beside it here."""
        try:
            address = _canonical(href)
        except ValueError:
            return
        if address is None or address.endswith("/"):
            return
        theirs, ours = address.split("/"), key.split("/")
        same = 0
        for one, other in zip(reversed(theirs[1:]), reversed(ours), strict=False):
            if one != other:
                break
            same += 1
        if not same:
            return
        folder = "/".join(theirs[: len(theirs) - same]) + "/"
        prefix = "".join(f"{part}/" for part in ours[: len(ours) - same])
        is_folder = folder.count("/") >= (2 if folder.startswith("file:") else 3)
        if is_folder and folder not in self._bases and len(self._bases) < _MAX_BASES:
            self._bases[folder] = prefix
            self._drop_published()

    def resolve(self, base: str, href: str) -> str | None:
        """The key that a link in the file `base` leads to; None where it leads out of the store."""
        try:
            address = _canonical(href)
            path = unquote(urlsplit(_as_path(href)).path) if address is None else ""
        except ValueError:  # an address such as http://[
            return None
        if address is None:
            return _inside(posixpath.join(posixpath.dirname(base), path))
        for bases in (self._bases, self._published):
            for folder, prefix in bases.items():
                if address.startswith(folder):
                    return _inside(prefix + address[len(folder) :])
        if self._root is not None and address.startswith("file:"):
            # The folder may have been named by a link to it.
            real = os.path.realpath(address[5:]) if "\x00" not in address else ""
            if real.startswith(f"{self._root.as_posix()}/"):
                return _inside(real[len(self._root.as_posix()) + 1 :])
        return None

    def _drop_published(self) -> None:
        """A store that is only a part of the published corpus does not begin where that does."""
        self._published = {
            published: prefix
            for published, prefix in self._published.items()
            if all(
                not folder.startswith(published) or own == folder[len(published) :]
                for folder, own in self._bases.items()
            )
        }


def _as_path(href: str) -> str:
    """A relative link as `urlsplit` takes it: `S2-2018-01-03T10:30:00Z.tif` has no scheme."""
    return href if href.startswith(("/", ".")) else f"./{href}"


def _canonical(href: str) -> str | None:
    """An absolute address as `//host/path` (http and https alike), `scheme://host/path` or `file:/path`; None: relative.

    Raises `ValueError` for what is no address.
    """
    if re.match(r"[a-z]:[\\/]", href, re.IGNORECASE):
        raise ValueError("a drive of Windows")
    if not _SCHEME.match(href) and not href.startswith("/"):
        return None
    parts = urlsplit(href)
    path = unquote(parts.path)
    if "\\" in path or "\x00" in path:
        raise ValueError("no path")
    tail = "/" if path.endswith(("/", "/.", "/..")) else ""
    path = posixpath.normpath(f"/{path}").lstrip("/")
    path = f"/{path}{tail}" if path else "/"
    name = parts.scheme.lower()
    if name in ("", "file") and (parts.hostname or "localhost") == "localhost":
        return f"file:{path}"
    if not parts.hostname:
        raise ValueError("no host")
    port = f":{parts.port}" if parts.port and parts.port != _PORTS.get(name) else ""
    login = ""
    if name not in ("http", "https", ""):
        name, login = f"{name}:", f"{parts.username}@" if parts.username else ""  # abfs://container@account/
    else:
        name = ""
    return f"{name}//{login}{parts.hostname}{port}{path}"


def _inside(key: str) -> str | None:
    key = posixpath.normpath(key)
    if key in (".", "..") or key.startswith(("../", "/")) or "\\" in key or "\x00" in key:
        return None
    return key


def locate(catalog: Path) -> tuple[DirectoryStore, str]:
    """The folder that a catalog, collection or item file may lead into, as a store, and the file's key in it.

    That is the corpus's folder where the file is somewhere in its `stac-v1.0/`, or where the folder above, or one of
    the next, holds `imagery/` or `labels/`; else the file's own folder. Raises `CorpusNotFoundError`.
    """
    path = catalog.expanduser()
    if not path.is_file():
        raise CorpusNotFoundError(f"{path} is not there; give the catalog.json of a STAC catalog")
    path = path.resolve()
    root = path.parent
    for folder in path.parents:
        if folder.name == STAC_FOLDER:
            root = folder.parent
            break
    else:
        for folder in path.parents[1:5]:
            if (folder / "imagery").is_dir() or (folder / "labels").is_dir():
                root = folder
                break
    return DirectoryStore(root), path.relative_to(root).as_posix()


def split_url(url: str) -> tuple[str, str | None]:
    """The URL of a folder, and the key in it of the STAC file to begin with; None: the corpus as a whole.

    `https://host/corpus/stac-v1.0/catalog.json` (or its folder) is the corpus `https://host/corpus/`; another file
    of its `stac-v1.0/` is a key in that corpus, and any other JSON file one in its own folder. A query stays.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url, None
    steps = parts.path.split("/")
    name = steps[-1]
    is_file = name.lower().endswith(".json")
    folders = steps[:-1] if is_file or not name else steps
    within = next((i for i in range(len(folders) - 1, 0, -1) if folders[i] == STAC_FOLDER), None)
    if not is_file:
        if within is None or within != len(folders) - 1:
            return url, None
        keep, key = folders[:within], None
    elif within is None:
        keep, key = folders, unquote(name)
    else:
        keep, key = folders[:within], unquote("/".join(steps[within:]))
        key = None if key == f"{STAC_FOLDER}/catalog.json" else key
    return urlunsplit((parts.scheme, parts.netloc, "/".join(keep) + "/", parts.query, "")), key
