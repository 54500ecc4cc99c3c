"""The page in a part of a window: a notebook's cell, or a place in somebody else's layout, which it fits by its own size."""

from __future__ import annotations

import re
from typing import Any

from bokeh.model import Model

from explorer.views.common.components import Page

CLASS = "explorer-cell"
"""By which the scripts know that they are in one (`cellQuery` in shared.js)."""
_QUERY = re.compile(r"@media\s+((?:\((?:min|max)-(?:width|height):[^)]*\)(?:\s+and\s+)?)+)\s*(?=\{)")
_WINDOW = re.compile(r"\b(\d*\.?\d+)v([wh])\b")
_OF_PAGE = "var(--page-height"


class Cell(Page):
    """What holds a page there: a container (CSS) whose size the page's style sheets ask for in place of the window's."""

    def __init__(self, page: Page, height: str) -> None:
        super().__init__(
            page, margin=0, sizing_mode="stretch_both", css_classes=[CLASS],
            stylesheets=[
                f":host {{ container: explorer / size; display: block; height: {height} !important; "
                "width: 100%; overflow: auto; scrollbar-width: thin; }"
            ],
        )  # fmt: skip

    def complete(self, root: Model) -> None:
        """Have all models below this one ask for the size of the cell, too."""
        super().complete(root)
        model: Any
        for model in root.references():
            sheets = getattr(model, "stylesheets", None)
            if sheets and any(isinstance(one, str) for one in sheets):
                model.stylesheets = [of_cell(one) if isinstance(one, str) else one for one in sheets]


def of_cell(css: str) -> str:
    """A style sheet that asks for the size of the cell where it asked for the window's.

    >>> of_cell("@media (max-width: 600px) { a { left: 1px; } } @media print { a { left: 0; } }")
    '@container explorer (max-width: 600px) { a { left: 1px; } } @media print { a { left: 0; } }'
    """
    found = _QUERY.sub(lambda match: f"@container explorer {match[1].strip()} ", css)
    return _WINDOW.sub(r"\1cq\2", found) if _OF_PAGE in css else found
