"""The page's scripts, as Python's tests look at them; beside it the tools for them, and their own tests (`make lint`)."""

from __future__ import annotations

import re
from pathlib import Path

VIEWS = Path(__file__).parents[2] / "explorer" / "views"
_IMPORT = re.compile(r'^import (?:\* as (\w+)|\{[^}]*\}) from "(\.[^"]+)"', re.MULTILINE)

COMPONENT_FILES = {
    name: (VIEWS / file).resolve()
    for name, file in _IMPORT.findall((VIEWS / "all_components.js").read_text(encoding="utf-8"))
}
"""Name of a component -> the module that draws it."""


def with_imports(path: Path) -> str:
    """The text of a module and of all that it imports."""
    texts: dict[Path, str] = {}
    todo = [path]
    while todo:
        one = todo.pop()
        if one not in texts:
            texts[one] = one.read_text(encoding="utf-8")
            todo += [(one.parent / file).resolve() for _, file in _IMPORT.findall(texts[one])]
    return "\n".join(texts.values())
