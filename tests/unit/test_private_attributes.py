"""Private names of other people's libraries are used in `explorer/server/compat` alone: they may change with any release.

Found in the text: `x._name` where x is not known to be one of ours, an import of `_name`, `getattr(x, "_name")`, and what is set on a
module or class that others have made. Found in the classes: methods and attributes of ours that stand in for a private one of a base class.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import explorer

PACKAGE = Path(explorer.__file__).parent
COMPAT = "explorer.server.compat"

HOOKS = {
    # Panel's guide "Develop custom components": what an author of a component defines and calls.
    "_esm": "the component's script",
    "_stylesheets": "its styles",
    "_handle_msg": "hears what the script sends",
    "_send_msg": "sends to the script",
    "_rename": "which parameters are no properties of the model",
}
"""Of the libraries' private names those that their documentation gives to authors of components, and for what."""
DOCUMENTED = {
    ("os", "_exit"): "Python's library reference: ends the process at once",
    ("sys", "_current_frames"): "Python's library reference: the stack of each thread",
}
NAMED_TUPLES = {"_asdict", "_replace"}
"""Python's library reference: underscored so that they are no fields."""
SETTINGS = {"pn.config", "bokeh_settings", "hv.renderer()", "matplotlib.rcParams", "sys"}
"""What is made to be set; of `sys` its streams."""


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


class Module:
    """A module's text, and which names in it are of our own making."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name, self.tree = name, tree
        self.classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        self.functions = {
            node.name: node.returns
            for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        }
        self.libraries: set[str] = set()
        self.ours: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for alias in node.names:
                    base = alias.name if isinstance(node, ast.Import) else str(node.module)
                    known = self.ours if base.split(".")[0] == "explorer" else self.libraries
                    known.add(alias.asname or alias.name.split(".")[0])

    def own_type(self, annotation: ast.AST | None) -> bool:
        """Whether an annotation names a class of this module, or several that are."""
        names = (
            {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)} if annotation else set()
        )
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            names = {annotation.value}
        return bool(names & set(self.classes)) and not names & self.libraries - {"ClassVar", "Any"}

    def own(self, value: ast.AST, variables: dict[str, ast.AST | None]) -> bool:
        """Whether an expression is `self`, a class of this module, or surely an instance of one."""
        if isinstance(value, ast.Name):
            return value.id in ("self", "cls", *self.classes) or self.own_type(variables.get(value.id))
        if isinstance(value, ast.Call):
            made = value.func
            if isinstance(made, ast.Name):
                return made.id in ("cls", "super", *self.classes) or self.own_type(
                    self.functions.get(made.id)
                )
            if isinstance(made, ast.Attribute):
                return self.own(made.value, variables) and self.own_type(self.functions.get(made.attr))
        return False


def variables(
    function: ast.AST, module: Module, outer: dict[str, ast.AST | None]
) -> dict[str, ast.AST | None]:
    """The variables of a function whose type is told, or plain from the call that makes them."""
    known = dict(outer)
    if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        arguments = function.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            known[argument.arg] = argument.annotation
    for node in ast.walk(function):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            known[node.target.id] = node.annotation
        elif isinstance(node, ast.Assign) and module.own(node.value, known):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    known[target.id] = ast.Name(next(iter(module.classes)))
    return known


def findings(name: str, source: str) -> list[str]:
    """`line: what` of private names of others that a module's text uses."""
    module = Module(name, ast.parse(source))
    return sorted(set(_walk(module.tree, module, {})), key=lambda one: int(one.partition(":")[0]))


def _walk(node: ast.AST, module: Module, known: dict[str, ast.AST | None]) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        known = variables(node, module, known)
    if (
        isinstance(node, ast.Attribute)
        and private(node.attr)
        and node.attr not in HOOKS.keys() | NAMED_TUPLES
    ):
        receiver = ast.unparse(node.value)
        if (receiver, node.attr) not in DOCUMENTED and not module.own(node.value, known):
            yield f"{node.lineno}: {receiver}.{node.attr}"
    if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] != "explorer":
        for alias in node.names:
            if private(alias.name) and node.module != "__future__":
                yield f"{node.lineno}: from {node.module} import {alias.name}"
    asked = _asked_by_name(node)
    if asked is not None and not module.own(asked.args[0], known):
        yield f"{asked.lineno}: {ast.unparse(asked.func)}({ast.unparse(asked.args[0])}, {ast.unparse(asked.args[1])})"
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(one, ast.Attribute) and _of_a_library(one.value, module, node):
                    yield f"{node.lineno}: {ast.unparse(one)} is set"
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, module, known)


def _asked_by_name(node: ast.AST) -> ast.Call | None:
    """`getattr(x, "_name")` and its kin."""
    if not isinstance(node, ast.Call) or len(node.args) < 2 or not isinstance(node.args[1], ast.Constant):
        return None
    kin = ast.unparse(node.func) in ("getattr", "setattr", "hasattr", "delattr")
    return node if kin and private(str(node.args[1].value)) else None


def _of_a_library(value: ast.AST, module: Module, node: ast.AST) -> bool:
    text = ast.unparse(value)
    if text in SETTINGS or text.startswith("hv.renderer("):
        return False
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, ast.Name) and value.id in module.libraries


@cache
def names() -> list[str]:
    return sorted(
        one.name
        for one in pkgutil.walk_packages([str(PACKAGE)], "explorer.")
        if not one.name.endswith("__main__") and not one.name.startswith(COMPAT)
    )


def source_of(name: str) -> str:
    path = PACKAGE.parent / Path(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", names())
def test_no_private_name_of_a_library_is_used(name: str) -> None:
    assert findings(name, source_of(name)) == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("def f(session):\n    session._loop.stop()", "2: session._loop"),
        # The name is one of our own, but not of what it is asked of.
        (
            "class Own:\n    _loop = 0\n    def f(self, session):\n        return session._loop",
            "4: session._loop",
        ),
        ("import panel as pn\nprint(pn.state._views)", "2: pn.state._views"),
        ("from panel.io.document import _cleanup_doc", "1: from panel.io.document import _cleanup_doc"),
        (
            "def f(session):\n    return getattr(session, '_pending_writes', 1)",
            "2: getattr(session, '_pending_writes')",
        ),
        ("def f(stream):\n    with stream() as one:\n        one._connecting = True", "3: one._connecting"),
        (
            "import bokeh.server.contexts\nbokeh.server.contexts.Document = 1",
            "2: bokeh.server.contexts.Document is set",
        ),
        ("from bokeh.model import Model\nModel.destroy = lambda self: None", "2: Model.destroy is set"),
    ],
)
def test_a_private_name_of_a_library_is_found(source: str, what: str) -> None:
    assert findings("explorer.x", source) == [what]


@pytest.mark.parametrize(
    "source",
    [
        "class Own:\n    def f(self, other: Own):\n        return self._a == other._a",
        "class Own:\n    @classmethod\n    def of(cls):\n        made = cls()\n        made._a = 1",
        "class Own:\n    _a = 0\n\ndef f():\n    return Own()._a + Own._a",
        "import os\nos._exit(1)",
        "def f(row):\n    return row._asdict()",
        "import panel as pn\npn.config.theme = 'default'",
    ],
)
def test_what_is_our_own_or_documented_may_be_used(source: str) -> None:
    assert findings("explorer.x", source) == []


def stand_ins(known: type[Any], trees: dict[str, ast.ClassDef]) -> list[str]:
    """Private names of a library's classes that a class of ours defines anew, sets, or uses of itself.

    `trees` are the texts of our classes, by their whole names.
    """
    theirs = [base for base in known.__mro__[:-1] if not base.__module__.startswith("explorer.")]
    ours = [tree for base in known.__mro__ if (tree := trees.get(f"{base.__module__}.{base.__qualname__}"))]
    defined = {name for tree in ours for name in _defined(tree)}
    own = trees[f"{known.__module__}.{known.__qualname__}"]
    touched = _defined(own) | _used(own)
    found = {
        name
        for name in touched
        if private(name) and (name not in defined or any(name in base.__dict__ for base in theirs))
    }
    return sorted(found - set(HOOKS) - (NAMED_TUPLES if tuple in known.__mro__ else set()))


def _defined(tree: ast.ClassDef) -> set[str]:
    """What a class's text defines, and sets of its instances."""
    found = {
        node.name
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    for node in ast.walk(tree):
        for target in _targets(node):
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                found.add(target.attr)
            elif isinstance(target, ast.Name) and node in tree.body:
                found.add(target.id)
    return found


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, (ast.AnnAssign, ast.AugAssign)):
        return [node.target]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [one for target in targets for one in (target.elts if isinstance(target, ast.Tuple) else [target])]


def _used(tree: ast.ClassDef) -> set[str]:
    """What a class's text asks of itself, or of what it inherits."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (ast.unparse(node.value) in ("self", "cls") or ast.unparse(node.value).startswith("super("))
    }


@cache
def class_texts() -> dict[str, ast.ClassDef]:
    found = {}
    for name in names():
        for node in ast.parse(source_of(name)).body:
            if isinstance(node, ast.ClassDef):
                found[f"{name}.{node.name}"] = node
    return found


@pytest.mark.parametrize("name", names())
def test_no_class_stands_in_for_a_private_part_of_a_library(name: str) -> None:
    module = importlib.import_module(name)
    for known in vars(module).values():
        if inspect.isclass(known) and f"{known.__module__}.{known.__qualname__}" in class_texts():
            assert stand_ins(known, class_texts()) == [], known.__qualname__


class _Foreign:
    def __init__(self) -> None:
        self._kept = 1

    def _hook(self) -> None:
        """Somebody else's."""


_Foreign.__module__ = "library"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("def _hook(self): pass", ["_hook"]),
        ("def f(self): return self._kept", ["_kept"]),
        ("def f(self): super()._hook()", ["_hook"]),
        ("def f(self): self._own = 1", []),
        ("_own = 1\n    def f(self): return self._own", []),
    ],
)
def test_a_class_that_stands_in_for_a_private_part_is_found(body: str, found: list[str]) -> None:
    text = f"class Own(_Foreign):\n    {body}"
    scope: dict[str, Any] = {"_Foreign": _Foreign, "__name__": "explorer.x"}
    exec(text, scope)
    tree = ast.parse(text).body[0]
    assert isinstance(tree, ast.ClassDef)
    assert stand_ins(scope["Own"], {"explorer.x.Own": tree}) == found
