"""Where a redirect may lead: a mirror must not choose what else is fetched, unless the operator named the place.

A redirect stays on the corpus's own server (or a subdomain of it, or the domain above), or leads to a host that the
operator allowed by `--allow-redirect`, `EXPLORER_ALLOW_REDIRECT` or `Settings(allow_redirect=...)`. A corpus that this
machine serves itself may move to another port of this machine, each file to the same path there: the server then
chooses nothing but the port. Any other address of this machine or of its network has to be named like others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urljoin, urlsplit

from explorer.core.errors import InvalidQueryError, UnreadableError

REDIRECT = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}
Host = tuple[str, int | None]
"""A host's name, lower case, and its port; None for the usual ones."""


def hosts(given: Iterable[str]) -> frozenset[Host]:
    """The hosts that an operator named, as `cdn.example.org` or `cdn.example.org:8443`.

    Raises `InvalidQueryError` for what is no host.
    """
    return frozenset(_host(text.strip()) for text in given if text.strip())


def _host(text: str) -> Host:
    try:
        parts = urlsplit(f"//{text}")
        name, port = parts.hostname, parts.port
    except ValueError:
        name, port = None, None
    plain = not any(c in text for c in "/?#@*\\ ") and text.isprintable()
    if not name or not plain or (port is None and text.endswith(":")):
        raise InvalidQueryError(
            f"--allow-redirect {text[:60]!r} is no host; write its name, with a port if it has one: cdn.example.org "
            "or cdn.example.org:8443"
        )
    return name.rstrip("."), port


class Redirects:
    """The redirects of one corpus, which is at `base`."""

    def __init__(self, base: str, allowed: Iterable[str] = ()) -> None:
        self._base = urlsplit(base)
        self._allowed = hosts(allowed)

    def follow(self, url: str, location: str, key: str) -> str:
        """Where the answer to `url` leads. Raises `UnreadableError`, with the remedy, for where it must not."""
        if not location.strip():
            raise UnreadableError(key, "redirected to nowhere; tell who runs the server")
        try:
            old, new = urlsplit(url), urlsplit(urljoin(url, location.strip()))
            port = new.port
        except ValueError:
            raise UnreadableError(key, "redirected to what is no address; tell who runs the server") from None
        name = (new.hostname or "").rstrip(".")
        if new.scheme not in _PORTS or not name:
            raise UnreadableError(key, f"redirected to what is no web server ({new.scheme[:20]}:)")
        if (old.scheme, new.scheme) == ("https", "http"):
            raise UnreadableError(
                key,
                f"redirected to http ({_typed(new)}), where anybody on the way could change it; look for the corpus's "
                "https address",
            )
        usual = _PORTS[new.scheme]
        named = any((name, port or usual) == (one, known or usual) for one, known in self._allowed)
        if not named and not self._is_near(new) and not self._moved_on_this_machine(old, new):
            host = _typed(new)
            raise UnreadableError(
                key,
                f"redirected to another server ({host}); if you trust it: --allow-redirect {host} or "
                f"EXPLORER_ALLOW_REDIRECT={host}",
            )
        # A name and password of the mirror's choice go nowhere.
        return new._replace(netloc=new.netloc.rpartition("@")[2], fragment="").geturl()

    def is_own(self, url: str) -> bool:
        """Whether a URL is on the corpus's own server: only there its login is sent."""
        new = urlsplit(url)
        return new.hostname == self._base.hostname and self._is_same_port(new)

    def _is_near(self, new: SplitResult) -> bool:
        return same_family(self._base.hostname or "", new.hostname or "") and self._is_same_port(new)

    def _moved_on_this_machine(self, old: SplitResult, new: SplitResult) -> bool:
        here = all(is_loopback(parts.hostname or "") for parts in (self._base, old, new))
        return here and (old.scheme, old.path, old.query) == (new.scheme, new.path, new.query)

    def _is_same_port(self, new: SplitResult) -> bool:
        """The same scheme and port, or from http to https, each at its usual port."""
        one, other = ((parts.scheme, parts.port or _PORTS[parts.scheme]) for parts in (self._base, new))
        return one == other or (one, other) == (("http", 80), ("https", 443))


def _typed(parts: SplitResult) -> str:
    """A host as it is to be typed after `--allow-redirect`."""
    name = (parts.hostname or "").rstrip(".")
    name = f"[{name}]" if ":" in name else name
    usual = parts.port in (None, _PORTS.get(parts.scheme))
    return name if usual else f"{name}:{parts.port}"


def is_loopback(host: str) -> bool:
    """Whether a name is one of this machine's own."""
    return host == "localhost" or host == "::1" or re.fullmatch(r"127(?:\.\d{1,3}){3}", host) is not None


def same_family(one: str, other: str) -> bool:
    """Whether two hosts are one, or one is a subdomain of the other."""
    short, long = sorted((one.lower(), other.lower()), key=len)
    return bool(short) and (short == long or ("." in short and long.endswith("." + short)))
