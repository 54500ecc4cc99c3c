"""Rooms import only from rooms below them; what a notebook or a batch job uses never imports the page."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import explorer

PACKAGE = Path(explorer.__file__).parent

# From the bottom up. A room imports from itself and from earlier rows; rooms of one row leave each other alone.
ROOMS: tuple[tuple[str, ...], ...] = (
    ("forking",),
    ("errors", "resources", "metrics", "whole"),
    (
        "products",
        "config",
        "ports",
        "logs",
        "passwords",
        "tidy",
        "scratch",
        "ending",
        "seldom",
        "admission",
        "secret",
        "guesses",
        "logouts",
    ),
    ("processes", "connections"),
    ("nomenclature",),
    ("grid",),
    ("corpus",),
    ("demo", "analysis"),
    ("review",),
    ("export",),
    ("describe",),
    ("views",),
    ("messages", "letting_go"),
    ("patches", "plain_pages"),
    ("page_socket",),
    ("guard", "login", "operation", "page_reply"),
    ("page_making",),
    ("serving",),
    ("app",),
    ("commands",),
    ("cli",),
    ("__main__",),
)
FLOOR = {room: height for height, row in enumerate(ROOMS) for room in row}

PAGE_LIBRARIES = {"panel", "param", "bokeh", "holoviews", "geoviews"}
WITHOUT_PAGE = set(FLOOR) - {
    "views",
    "guard",
    "login",
    "operation",
    "page_reply",
    "patches",
    "plain_pages",
    "page_socket",
    "messages",
    "letting_go",
    "page_making",
    "serving",
    "app",
    "cli",
    "__main__",
}

# The word `demo` leads from `open_corpus` to the room above it, and the package's own names lead everywhere.
# Both are imports inside a function, made by whoever asks for them.
SANCTIONED = {("explorer.corpus.corpus", "explorer.demo")}


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(tree: ast.AST, names: dict[str, Path]) -> Iterator[tuple[str, int]]:
    """(module, line) of every import, wherever it stands; but not those that only a type checker makes."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for other in node.orelse:
                yield from imports(other, names)
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide their room"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if whole in names else str(node.module)), node.lineno
        yield from imports(node, names)


def room(module: str) -> str:
    """`corpus` for `explorer.corpus.chips`; empty for the package itself."""
    return module.partition(".")[2].partition(".")[0]


def wrong_arrows(module: str, tree: ast.AST) -> list[str]:
    home, found = room(module), []
    for target, line in imports(tree, MODULES):
        library = target.split(".")[0]
        if library in PAGE_LIBRARIES and home in WITHOUT_PAGE:
            found.append(f"{module}:{line} imports {target}; {home} is used without a page")
        if library != "explorer" or room(target) in ("", home) or (module, target) in SANCTIONED:
            continue
        if FLOOR[room(target)] >= FLOOR[home]:
            found.append(f"{module}:{line} imports {target}, which is not below it")
    return found


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"explorer"}))
def test_imports_go_down(module: str) -> None:
    assert room(module) in FLOOR, f"say in ROOMS where {room(module)} belongs"
    assert wrong_arrows(module, ast.parse(MODULES[module].read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("explorer.grid", "from explorer.corpus import chips"),
        ("explorer.corpus.chips", "def f():\n    from explorer import analysis"),
        ("explorer.corpus.chips", "import explorer.demo.store"),
        ("explorer.analysis.profiles", "from explorer.demo import store"),
        ("explorer.demo.store", "try:\n    import panel as pn\nexcept ImportError:\n    pass"),
        ("explorer.analysis.profiles", "from bokeh.models import Range1d"),
        ("explorer.views.map", "from explorer import app"),
        ("explorer.views.map", "import explorer.cli"),
    ],
)
def test_an_arrow_that_runs_the_wrong_way_is_found(module: str, source: str) -> None:
    assert len(wrong_arrows(module, ast.parse(source))) == 1


def test_types_alone_may_come_from_above() -> None:
    source = "if TYPE_CHECKING:\n    from explorer.analysis import profiles\nelse:\n    import os"
    assert wrong_arrows("explorer.corpus.chips", ast.parse(source)) == []


def test_the_package_itself_imports_nothing_heavy() -> None:
    source = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    assert {target for target, _ in imports(ast.parse(source), MODULES) if target.startswith("explorer")} == {
        "explorer.errors"
    }


def test_opening_a_corpus_loads_no_library_of_the_page() -> None:
    code = (
        "import sys, explorer.corpus.corpus, explorer.demo, explorer.analysis.profiles;"
        f"print(sorted({PAGE_LIBRARIES!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
