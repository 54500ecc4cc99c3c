"""HTML of the login page and of error pages; the handler is `auth.LoginHandler`."""

from __future__ import annotations

from functools import cache
from html import escape
from string import Template

from explorer.views.common.components import source

_TO_LOGIN = '<a class="button" href="login">{}</a>'


def notice(title: str, *paragraphs: str) -> str:
    """A page that says something in plain words, given as text."""
    return _page(escape(title), "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs))


def document(title: str, content: str, root: str = "") -> str:
    """A longer text to read: title and content are HTML, the content with its own heading; `root` leads from it to the server's root."""
    return (
        _template("plain_page.html")
        .substitute(title=title, heading="", content=content, style=source("document_page.css"), root=root)
        .replace("<h1></h1>\n", "")
    )


def login(wanted: str, trouble: str = "") -> str:
    """The form for name and password; `wanted` is where its sender goes afterwards, `trouble` what was wrong before."""
    form = _template("login.html").substitute(next=escape(wanted[:8000]), trouble=escape(trouble))
    return _page("Log in", form.rstrip())


def logged_out() -> str:
    """What one sees after having logged out."""
    said = "<p>Pages that were open in this browser are closed.</p>\n"
    return _page("Logged out", said + _TO_LOGIN.format("Log in"), heading="You are logged out")


def login_failed() -> str:
    """A template of Jinja for Panel, which fills in `error` and `error_msg`: what an OAuth provider answered."""
    said = '<p role="alert">{{ error|e }}</p>\n<p>{{ error_msg|e }}</p>\n'
    return _page("Not logged in", said + _TO_LOGIN.format("Try again"))


@cache
def _template(name: str) -> Template:
    return Template(source(name))


def _page(title: str, content: str, heading: str = "") -> str:
    """All of them look alike. Title, heading and content are HTML."""
    return _template("plain_page.html").substitute(
        title=title, heading=heading or title, content=content, style=source("plain_page.css"), root=""
    )
