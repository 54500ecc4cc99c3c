"""RapidAI4EO explorer: look at the corpus, review its labels, present it.

>>> import explorer
>>> corpus = explorer.open_corpus("demo")
>>> cube = corpus.planet_fusion(corpus.default_sample)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from explorer.core.errors import ExplorerError
from explorer.core.version import __version__

if TYPE_CHECKING:
    from explorer.app import Explorer
    from explorer.corpus.corpus import Corpus
    from explorer.opening import open_corpus

__all__ = ["Corpus", "Explorer", "ExplorerError", "__version__", "open_corpus"]

_HOMES = {
    "Corpus": "explorer.corpus.corpus",
    "open_corpus": "explorer.opening",
    "Explorer": "explorer.app",
}


def __getattr__(name: str) -> Any:
    # Imported on first use, so that `explorer --help` and batch jobs never pay for the page.
    if name not in _HOMES:
        raise AttributeError(f"module 'explorer' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
