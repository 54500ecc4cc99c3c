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
    from explorer import plots
    from explorer.app import Explorer
    from explorer.corpus.corpus import Corpus
    from explorer.opening import open_corpus
    from explorer.opinions.collection import Opinions
    from explorer.opinions.ground import Ground
    from explorer.opinions.overlays import Overlays
    from explorer.similar.collection import Features

__all__ = [
    "Corpus",
    "Explorer",
    "ExplorerError",
    "Features",
    "Ground",
    "Opinions",
    "Overlays",
    "__version__",
    "open_corpus",
    "plots",
]

_HOMES = {
    "Corpus": "explorer.corpus.corpus",
    "open_corpus": "explorer.opening",
    "Explorer": "explorer.app",
    "Features": "explorer.similar.collection",
    "Ground": "explorer.opinions.ground",
    "Opinions": "explorer.opinions.collection",
    "Overlays": "explorer.opinions.overlays",
    "plots": "explorer",
}


def __getattr__(name: str) -> Any:
    # Imported on first use, so that `explorer --help` and batch jobs never pay for the page.
    if name not in _HOMES:
        raise AttributeError(f"module 'explorer' has no attribute {name!r}")
    from importlib import import_module

    if _HOMES[name] == __name__:
        return import_module(f"{__name__}.{name}")
    return getattr(import_module(_HOMES[name]), name)
