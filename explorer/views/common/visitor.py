"""Who looks at the page, where the server asks for a login."""

from __future__ import annotations

import panel as pn
from tornado.web import decode_signed_value

NOBODY = ""
DAYS = 7
"""How long a login holds."""
_COOKIE = "user"
_BLIND = "explorer_blind"
"""Set and cleared by `review.js`."""
COOKIES = (_COOKIE, _BLIND)
"""What a page has to know of its visitor's browser."""
_secret: str | None = None
_may_upload = False


def ask(secret: str | None) -> None:
    """From now on pages are somebody's, who is named in a cookie signed with this secret; None: of whoever comes."""
    global _secret  # a process serves one explorer
    _secret = secret


def asked() -> bool:
    """Whether one has to log in."""
    return _secret is not None


def let_upload(allowed: bool) -> None:
    """From now on pages offer to add opinions, or do not; a notebook has no server that would take them."""
    global _may_upload  # a process serves one explorer
    _may_upload = allowed


def may_upload() -> bool:
    """Whether visitors may add opinions on the page."""
    return _may_upload


def name() -> str | None:
    """Who has logged in; None where nobody has to; `NOBODY` where one has to and this page is nobody's.

    Call it while a page is made. Not `pn.state.user`: a cookie `is_guest`, which anybody can set, would hide the name.
    """
    if _secret is None:
        return None
    return named(_cookie(_COOKIE))


def is_blind() -> bool:
    """Whether a tab of this browser is in a blind review, as its cookie says: then no page of it shows a label.

    Call it while a page is made.
    """
    return _cookie(_BLIND) == "1"


def named(cookie: str | None) -> str:
    """The name in a signed cookie; `NOBODY` where it is missing, too old or not ours."""
    return signed(cookie)[0]


def signed(cookie: str | None) -> tuple[str, str]:
    """The name in a signed cookie, and what else stands there: of a password's login its mark, of others nothing."""
    found = decode_signed_value(_secret, _COOKIE, cookie, max_age_days=DAYS) if _secret and cookie else None
    mark, _, name = found.decode("utf-8", "replace").rpartition("\n") if found else ("", "", NOBODY)
    return name, mark


def _cookie(name: str) -> str | None:
    doc = pn.state.curdoc
    request = getattr(doc.session_context, "request", None) if doc is not None else None
    return request.cookies.get(name) if request is not None else None
