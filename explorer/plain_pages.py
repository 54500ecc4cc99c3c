"""Pages of a few words, for those who do not get the explorer itself: the login, and why something is refused."""

from __future__ import annotations

from functools import cache
from html import escape
from string import Template

from explorer.views.parts import source


def notice(title: str, *paragraphs: str) -> str:
    """A page that says something in plain words, given as text."""
    said = "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return _made("notice.html", title=escape(title), paragraphs=said)


def login(wanted: str, trouble: str = "") -> str:
    """The form for name and password; `wanted` is where its sender goes afterwards, `trouble` what was wrong before."""
    return _made("login.html", next=escape(wanted[:8000]), trouble=escape(trouble))


def logged_out() -> str:
    """What one sees after having logged out."""
    return _made("logout.html")


@cache
def _template(name: str) -> Template:
    return Template(source(name))


def _made(name: str, **words: str) -> str:
    return _template(name).substitute(style=source("plain_page.css"), **words)
