"""The examples in docstrings run and give what they say, and the functions that people call first have one."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import explorer
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo

PACKAGE = Path(explorer.__file__).parent
MODULES = sorted(
    "explorer" + ".".join(("", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)
EXPECTED = """
corpus.corpus.Corpus: labels planet_fusion sentinel2 query hrefs
analysis.profiles: pixel region
analysis.spectra: spectrum
analysis.indices: compute
analysis.expressions: parse
analysis.smoothing: smooth
analysis.phenology: seasons
analysis.breaks: find
review.issues: rank
review.accuracy: estimate
review.planning: plan
review.agreement: measure
review.queue: build
export.animation: write
export.data: write_cube
export.figures: sheet
export.charts: profile
export.page: make
export.stories: loads
export.code: snippet
"""


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    """A small demo: what examples call `corpus`."""
    found = open_demo(count=2000)
    yield found
    found.close()


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(
    name: str, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explorer, "open_corpus", lambda where="demo": corpus)
    module = importlib.import_module(name)
    found = doctest.testmod(
        module,
        extraglobs={"corpus": corpus, "folder": tmp_path},
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE,
    )
    assert found.attempted > 0
    assert found.failed == 0, "see what is printed above"


def test_what_people_call_first_has_an_example() -> None:
    missing = []
    for line in EXPECTED.strip().splitlines():
        where, names = line.split(": ")
        parts = where.split(".")
        owner: ModuleType | type = importlib.import_module("explorer." + ".".join(parts[:2]))
        for part in parts[2:]:
            owner = getattr(owner, part)
        missing += [f"{where}.{n}" for n in names.split() if ">>> " not in (getattr(owner, n).__doc__ or "")]
    assert missing == []


def test_every_public_function_says_what_it_does() -> None:
    """Outside the views: each public function and class has a docstring (what implements a protocol excepted)."""
    silent = []
    for info in pkgutil.walk_packages([str(PACKAGE)], "explorer."):
        if re.match(r"explorer\.(views|__main__|commands)", info.name):
            continue
        module = importlib.import_module(info.name)
        for name, thing in vars(module).items():
            if (
                not name.startswith("_")
                and getattr(thing, "__module__", "") == info.name
                and callable(thing)
                and not thing.__doc__
            ):
                silent.append(f"{info.name}.{name}")
    assert silent == []
