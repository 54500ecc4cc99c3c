"""The address of a running explorer, which the links of a handout lead to."""

from __future__ import annotations

from urllib.parse import urlsplit

from explorer.core.errors import InvalidQueryError


def check(url: str) -> str:
    """An address to which a link's query can be added; empty stays empty. Raises `InvalidQueryError`.

    >>> check("https://example.org/explorer/")
    'https://example.org/explorer/'
    """
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web or parts.query or parts.fragment or not url.isprintable() or len(url) > 400 or " " in url:
        raise InvalidQueryError(
            f"{url[:60]!r} is no address of a page, as https://example.org/explorer/ (without ? and #)"
        )
    return url
