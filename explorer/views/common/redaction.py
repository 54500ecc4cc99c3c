"""What a visitor of a served page need not know of the server, and what they read in its place; its log says all."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

from explorer.core.errors import ExplorerError
from explorer.corpus.corpus import Corpus
from explorer.review import database
from explorer.review.verdict_table import corpus_name, default_place

_LONGEST = 20_000


def words(corpus: Corpus) -> dict[str, str]:
    """Where the server keeps things, longest first, and what they are called for visitors."""
    config = corpus.config
    found = {
        str(config.data_dir): "the server's folder for data",
        str(config.cache_dir): "the server's cache",
    }
    root = corpus.where.rstrip("/")
    if "/" in root and root.startswith("/"):
        name = root.rpartition("/")[2]
        found |= {root: name, os.path.realpath(root): name}
    try:
        url = database.read_url(default_place(config, config.review_corpus or corpus_name(corpus)))
    except ExplorerError:  # a review says so
        pass
    else:
        found[database.shown(url)] = "the database of verdicts"
        if url.get_backend_name() == "sqlite" and url.database:
            found[str(Path(url.database).parent)] = "the folder of verdicts"
    return {word: found[word] for word in sorted(found, key=len, reverse=True) if len(word) > 1}


def without_paths(text: str) -> str:
    """A text about a failure without the server's absolute paths, the last part of them kept."""
    if len(text) > _LONGEST:
        return text
    return _paths().sub(lambda found: "…/" + found[0].rstrip("/").rpartition("/")[2], text)


@cache
def _paths() -> re.Pattern[str]:
    """Paths that begin with a folder that this machine has: neither `and/or` nor a URL's."""
    try:
        names = [name for name in os.listdir("/") if os.path.isdir("/" + name)]
    except OSError:
        names = []
    roots = "|".join(map(re.escape, names)) or "(?!)"
    return re.compile(rf"(?<![\w./:~%-])/(?:{roots})/[^\s'\"`,;:)\]<>]*")
