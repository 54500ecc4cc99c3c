"""The user guide as the server shows it: `guide.md` as a page, and its pictures."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt

from explorer.core.assets import asset
from explorer.server import auth, plain_pages

_DAY_S = 86_400
_PICTURE = re.compile(r"guide-[a-z-]+\.webp")


@cache
def guide_html() -> str:
    """The guide as a page of its own. Its links to other documents, which the server does not show, are their texts alone."""
    markdown = asset("docs/guide.md").read_text(encoding="utf-8")
    markdown = re.sub(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)]*\)", r"\1", markdown)
    markdown = re.sub(r"(!\[[^\]]*\]\()(guide-)", r"\1guide/\2", markdown)
    return plain_pages.document(
        "A guide to the explorer", MarkdownIt("commonmark").enable("table").render(markdown)
    )


@cache
def guide_pictures() -> frozenset[str]:
    """Names of the pictures in the guide: nothing else is read for a visitor."""
    return frozenset(_PICTURE.findall(asset("docs/guide.md").read_text(encoding="utf-8")))


class GuideHandler(auth.Inside):
    """Sends the guide, and the pictures that it names; 404 for any other name."""

    def get(self, name: str = "") -> None:
        self.set_header("Cache-Control", f"private, max-age={_DAY_S}")
        if not name:
            self.set_header("Content-Type", "text/html; charset=utf-8")
            self.finish(guide_html())
        elif name in guide_pictures():
            self.set_header("Content-Type", "image/webp")
            self.finish(asset(f"docs/{name}").read_bytes())
        else:
            self.set_header("Cache-Control", "no-store")
            self.send_error(404)

    head = get
