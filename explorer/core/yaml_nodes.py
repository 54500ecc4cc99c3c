"""YAML of unknown origin as nodes that know their lines: without aliases, and only so deep."""

from __future__ import annotations

from typing import Any

import yaml

MAX_DEPTH = 8


def compose(text: str) -> yaml.Node | None:
    """The root node of a YAML or JSON document, None of an empty one.

    Aliases (a few lines of them can stand for gigabytes) are refused, and so is what is nested deeper than `MAX_DEPTH`.
    Raises `yaml.YAMLError` (mostly a `MarkedYAMLError`, which knows its line), and `ValueError` for a number that cannot be.
    """
    return yaml.compose(text, Loader=_Plain)


class _Plain(yaml.SafeLoader):
    """Composes nodes without aliases, and only so deep."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(None, None, "no aliases (*) are read", self.peek_event().start_mark)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(None, None, "lists and mappings are nested too deep", mark)
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1
