"""What the statuses of HTTP mean for a corpus, and what to do about them."""

from __future__ import annotations

import re
from collections.abc import Mapping

ABSENT = frozenset({404, 410})
UNCLEAR = frozenset({403, 409})
"""What some stores answer for an absent file, and all for one that may not be read."""
LOGIN = frozenset({401, 407})
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 509, 520, 521, 522, 523, 524, 529})
"""Worth another try."""
EXPIRED = frozenset({"ExpiredToken", "InvalidToken", "TokenRefreshRequired", "InvalidAccessKeyId"})
"""What S3 answers with 400, and means 403."""

_LATER = "try again later, or with fewer requests at once (EXPLORER_HTTP_CONNECTIONS)"
_PLAIN = "check the corpus's address; a store of plain files never answers so"
REMEDIES = {
    204: "there is nothing in the file; have it uploaded again",
    206: "only a part of the file, though all was asked for; a proxy or cache on the way is at fault",
    304: "a proxy or cache on the way is at fault",
    400: "the server does not understand the request; check the corpus's address and the signature in it",
    401: "it wants a login: write https://user:password@host/folder/, or give the signed address",
    402: "it wants to be paid; ask who runs it, or take another mirror",
    403: "check the address of the corpus, whether its signature or password is right and has not expired, and whether "
    "you may read it",
    405: _PLAIN,
    406: "it has the file only in an encoding that was not asked for; have it served as it is",
    407: "the proxy wants a login: write it into the variable that names the proxy, as http://user:password@host:port",
    408: "the request came too slowly; check the network, then try again",
    409: "the container may not be public, or the account may be switched off; ask who runs it, or give a signed address",
    410: "it was there and was removed for good; look for the corpus's new address",
    412: _PLAIN,
    414: "the address is too long for it; give a shorter signature",
    416: "the file is shorter than what was asked for, most likely empty; have it uploaded again",
    421: "the server does not serve this host; check the corpus's address",
    425: "try again later",
    426: "it wants another protocol; write the address with https://",
    429: f"too many requests; {_LATER}",
    431: "the address or the login is too long for it; give a shorter one",
    451: "it may not be shown where you are, for legal reasons; take another mirror",
    500: "the server fails at it; try again later",
    501: _PLAIN,
    502: "the server behind it does not answer; try again later",
    503: f"it is overloaded or being mended; {_LATER}",
    504: "the server behind it does not answer in time; try again later",
    505: _PLAIN,
    507: "the server's disk is full; tell who runs it",
    509: f"its traffic is used up; {_LATER}",
    511: "the network wants you to log in first; open any page in a browser",
}  # fmt: skip
"""What to do about each status."""


def remedy(status: int) -> str:
    """What to do about a status."""
    if status in REMEDIES:
        return REMEDIES[status]
    if 500 <= status < 600:
        return "the server fails; try again later"
    if 300 <= status < 400:
        return (
            "it names other places for the file, none of which is taken unasked; check the corpus's address"
        )
    return _PLAIN


def answered(status: int, code: str = "") -> str:
    """A status as the reason why one file cannot be read, with what to do."""
    return f"the server answered {status}{f' {code}' if code else ''}: {remedy(status)}"


def error_code(headers: Mapping[str, str], body: bytes) -> str:
    """The store's own word for an error, as `AuthenticationFailed`; empty where it has none."""
    text = headers.get("x-ms-error-code") or ""
    if not text:
        found = re.search(rb"<Code>([A-Za-z]{3,60})</Code>", body)
        text = found[1].decode() if found else ""
    return text if re.fullmatch(r"[A-Za-z]{3,60}", text) else ""
