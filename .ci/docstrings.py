"""For the site (`.ci/docs.py`): examples in docstrings, `>>> ...` with what they give, as blocks of Python in Markdown."""

from __future__ import annotations

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"^([ ]*)>>> .*(?:\n(?!\s*$).*)*", re.MULTILINE)
"""From the first prompt to the next empty line, as doctest takes it."""


def with_blocks(text: str) -> str:
    """A docstring with its examples fenced. Lists get the empty line before them that Markdown wants."""
    text = _EXAMPLE.sub(lambda found: f"\n{found[1]}```pycon\n{found[0]}\n{found[1]}```\n", text)
    return re.sub(r"^(?![ ]*- )(.*\S)\n(?=- )", r"\1\n\n", text, flags=re.MULTILINE)


class Examples(griffe.Extension):
    """Told of each function, class and module that is read."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Change its docstring."""
        if obj.docstring:
            obj.docstring.value = with_blocks(obj.docstring.value)
