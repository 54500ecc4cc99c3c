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

# From the bottom up. What is named imports from itself and from earlier rows; those of one row leave each other alone.
# A module is in the room with the longest name that fits: `corpus` is what lies beside the rooms inside it.
ROOMS: tuple[tuple[str, ...], ...] = (
    ("core",),
    ("corpus.findings",),
    ("corpus.stores",),
    ("corpus.parallel",),
    ("corpus.imagery",),
    ("corpus.tables",),
    ("corpus.profile",),
    ("corpus.query",),
    ("corpus.stac",),
    ("corpus.index_building",),
    ("corpus",),
    ("analysis", "demo"),
    ("opening",),
    ("review",),
    ("opinions",),
    ("similar",),
    ("export",),
    ("training",),
    ("dataset",),
    ("plots",),
    ("views.common",),
    (
        "views.animation",
        "views.dataset",
        "views.judge",
        "views.labels",
        "views.map",
        "views.present",
        "views.profile",
        "views.share",
    ),
    ("views.embedding", "views.review", "views.sentinel2"),
    ("views.gallery",),
    ("views.page",),
    ("views",),
    ("server",),
    ("app",),
    ("commands",),
    ("cli",),
    ("__main__",),
)
FLOOR = {room: height for height, row in enumerate(ROOMS) for room in row}

PAGE_LIBRARIES = {"panel", "param", "bokeh", "holoviews", "geoviews"}
WITHOUT_PAGE = (
    "core",
    "corpus",
    "analysis",
    "demo",
    "opening",
    "review",
    "opinions",
    "similar",
    "export",
    "training",
    "dataset",
    "commands",
)


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
    """`corpus.imagery` for `explorer.corpus.imagery.geotiff`; empty for the package itself."""
    name = module.partition(".")[2]
    while name and name not in FLOOR:
        name = name.rpartition(".")[0]
    return name


def wrong_arrows(module: str, tree: ast.AST) -> list[str]:
    home, found = room(module), []
    for target, line in imports(tree, MODULES):
        library = target.split(".")[0]
        if library in PAGE_LIBRARIES and home.partition(".")[0] in WITHOUT_PAGE:
            found.append(f"{module}:{line} imports {target}; {home} is used without a page")
        if library != "explorer" or room(target) in ("", home):
            continue
        if FLOOR[room(target)] >= FLOOR[home]:
            found.append(f"{module}:{line} imports {target}, which is not below it")
    return found


def circles(names: dict[str, Path]) -> list[set[str]]:
    """Modules that import each other, directly or through others; imports inside functions count."""
    graph = {
        module: {
            target for target, _ in imports(ast.parse(path.read_text("utf-8")), names) if target in names
        }
        for module, path in names.items()
    }
    reached: dict[str, set[str]] = {}
    for module in graph:
        seen, todo = set(), list(graph[module])
        while todo:
            if (one := todo.pop()) not in seen:
                seen.add(one)
                todo += graph[one]
        reached[module] = seen
    found = (one for one in graph if one in reached[one])
    return [{one} | {other for other in reached[one] if one in reached[other]} for one in found]


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"explorer"}))
def test_imports_go_down(module: str) -> None:
    assert room(module), f"say in ROOMS where {module} belongs"
    assert wrong_arrows(module, ast.parse(MODULES[module].read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("explorer.core.grid", "from explorer.corpus.imagery import chips"),
        ("explorer.corpus.imagery.geotiff", "def f():\n    from explorer import analysis"),
        ("explorer.corpus.imagery.geotiff", "import explorer.demo.store"),
        ("explorer.corpus.stores.http", "from explorer.corpus import corpus"),
        ("explorer.corpus.corpus", "def f():\n    from explorer.opening import open_corpus"),
        ("explorer.analysis.profiles", "from explorer.demo import store"),
        ("explorer.demo.store", "try:\n    import panel as pn\nexcept ImportError:\n    pass"),
        ("explorer.analysis.profiles", "from bokeh.models import Range1d"),
        ("explorer.views.map.map", "from explorer import app"),
        ("explorer.views.map.map", "import explorer.cli"),
        ("explorer.views.map.map", "from explorer.views.profile import charts"),
    ],
)
def test_an_arrow_that_runs_the_wrong_way_is_found(module: str, source: str) -> None:
    assert len(wrong_arrows(module, ast.parse(source))) == 1


def test_types_alone_may_come_from_above() -> None:
    source = "if TYPE_CHECKING:\n    from explorer.analysis import profiles\nelse:\n    import os"
    assert wrong_arrows("explorer.corpus.imagery.geotiff", ast.parse(source)) == []


def test_the_package_itself_imports_nothing_heavy() -> None:
    source = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    assert {target for target, _ in imports(ast.parse(source), MODULES) if target.startswith("explorer")} == {
        "explorer.core.errors",
        "explorer.core.version",
    }


def test_opening_a_corpus_loads_no_library_of_the_page() -> None:
    code = (
        "import sys, explorer.opening, explorer.demo, explorer.analysis.profiles;"
        f"print(sorted({PAGE_LIBRARIES!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_modules_import_each_other() -> None:
    assert circles(MODULES) == []


def test_modules_that_import_each_other_are_found(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")):
        (tmp_path / f"{name}.py").write_text(f"def f():\n    import x.{other}\n")
    names = {f"x.{name}": tmp_path / f"{name}.py" for name in "abcd"}
    assert {frozenset(found) for found in circles(names)} == {frozenset({"x.a", "x.b", "x.c"})}
