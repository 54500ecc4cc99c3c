"""Notes in Markdown, which people write: as HTML that cannot do anything, and as plain text."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token


def to_html(markdown: str) -> str:
    """Markdown as HTML: no raw HTML, no images, links to http and https only, which open in a new tab."""
    return str(_parser().render(markdown))


def to_text(markdown: str) -> str:
    """Markdown as plain text: paragraphs stand on lines of their own, a list's entries begin with a dash."""
    lines: list[str] = []
    marks: list[str] = []
    for token in _parser().parse(markdown):
        if token.type == "bullet_list_open":
            marks.append("– ")
        elif token.type == "ordered_list_open":
            marks.append("1. ")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            marks.pop()
        elif token.type == "list_item_open" and token.info:
            marks[-1] = f"{token.info}. "
        elif token.type == "inline":
            text = "".join(_words(child) for child in token.children or [])
            lines.append((marks[-1] if marks else "") + text)
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.rstrip("\n"))
    return "\n".join(lines)


def _words(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return str(token.content) if token.type in ("text", "code_inline") else ""


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).disable("image").enable("table")
    parser.validateLink = _is_web  # type: ignore[method-assign]  # the library's own way to choose
    parser.add_render_rule("link_open", _link_open)
    return parser


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc)


def _link_open(renderer: Any, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    tokens[index].attrSet("target", "_blank")
    tokens[index].attrSet("rel", "noopener noreferrer")
    return str(renderer.renderToken(tokens, index, options, env))
