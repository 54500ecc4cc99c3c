"""Where the page can be served, and whose pages may talk to it; asked before anything slow is done for it."""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
import sys
from collections.abc import Iterable

from tornado.httputil import split_host_and_port

from explorer.core.errors import ServeError

USUAL = (80, 443)
"""Ports of http and https, which an address does not name."""


def usable(address: str, port: int) -> int:
    """The port, if a server can listen on it here; for 0, one that is free.

    Raises `ServeError`, which says what is in the way.
    """
    try:
        places = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, place in places:
            with socket.socket(family, kind, protocol) as probe:
                if sys.platform == "win32":  # there, REUSEADDR takes a port that somebody else serves
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
                else:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself does
                probe.bind((place[0], port, *place[2:]))
                port = probe.getsockname()[1]
    except socket.gaierror as error:
        raise ServeError(f"{address!r} is not an address of this machine ({error.strerror})") from error
    except PermissionError as error:
        raise ServeError(f"port {port} needs rights that you do not have; choose one above 1023") from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise ServeError(f"cannot listen on {address}, port {port}: {error.strerror or error}") from error
        raise ServeError(
            f"port {port} on {address} is taken, perhaps by another explorer; stop that, or choose another "
            f"port with --port, or let --port 0 find one"
        ) from error
    return port


def origins(address: str, port: int, more: Iterable[str] = ()) -> list[str]:
    """Hosts (`name:port`) whose pages may open a session here: this machine by its names, and those in `more`.

    The page of any other host must not: it would act in its visitor's name. A name in `more` without a port stands for
    the usual ports of http and https. Raises `ServeError` for what is no host.
    """
    wrong = [name for name in more if not is_host(name)]
    if wrong:
        raise ServeError(
            f"{wrong[0][:60]!r} is not a host; write it as explorer.example.org or 10.0.0.5:5006"
        )
    names = {address, "localhost", "127.0.0.1"}
    if address in ("", "0.0.0.0", "::"):  # noqa: S104  compared with, not listened on
        names |= {socket.gethostname(), socket.getfqdn(), *_own_addresses()}
    # Bokeh compares names and IPv4 addresses only.
    return [f"{name.lower()}:{port}" for name in sorted(names) if name and ":" not in name] + list(more)


class Hosts:
    """The names by which visitors may call this server, and whose pages may talk to it.

    A page of any other name must not: its owner may have pointed the name here (DNS rebinding), and would act for its
    visitors. An address in numbers is always accepted as one's own, since no name stands behind it that could be pointed elsewhere.
    Raises `ServeError` for what is no host.
    """

    def __init__(self, address: str, port: int, more: Iterable[str] = ()) -> None:
        known = [_split(name) for name in origins(address, port, more)]
        self._names = {name for name, _ in known} | {"localhost"}
        self._origins = {(name, at) for name, port in known for at in ([port] if port else USUAL)}

    def strangers(self) -> str:
        """A regular expression that matches all names, without ports and in small letters, by which the server must not be called."""
        known = "|".join(map(re.escape, sorted(self._names)))
        return rf"(?!(?:{known}|[0-9]+(?:\.[0-9]+){{3}}|\[[0-9a-f:.]+\])$).*$"

    def may_talk(self, origin: str, host: str) -> bool:
        """Whether a page of `origin` (`https://name:port`) may talk to the server that it calls `host`, which is no stranger's."""
        scheme, _, netloc = origin.lower().partition("://")
        if scheme not in ("http", "https") or not netloc:
            return False
        name, port = _split(netloc)
        at = port or USUAL[scheme == "https"]
        called, its_port = _split(host.lower())
        return (name, at) in self._origins or (name == called and port == its_port)


def _split(host: str) -> tuple[str, int | None]:
    name, port = split_host_and_port(host.lower())
    return name, port


def url(address: str, port: int) -> str:
    """How a browser writes where a server listens; an IPv6 address stands in brackets.

    >>> url("::1", 5006), url("127.0.0.1", 5006)
    ('http://[::1]:5006', 'http://127.0.0.1:5006')
    """
    return f"http://{f'[{address}]' if ':' in address else address}:{port}"


def is_local(address: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address.lower() == "localhost"


def is_host(name: str) -> bool:
    """Whether a text is `name` or `name:port`."""
    return re.fullmatch(r"[A-Za-z0-9_.-]+(:[0-9]{1,5})?", name) is not None


def path_prefix(text: str) -> str:
    """The path below which all addresses are, `/user/x/proxy/5006`, without a slash at its end; "" for none. Raises `ServeError`."""
    found = "/" + text.strip().strip("/")
    if found == "/":
        return ""
    if not re.fullmatch(r"(?:/[A-Za-z0-9._~@+-]{1,100}){1,20}", found) or {".", ".."} & set(found.split("/")):
        raise ServeError(f"{text[:80]!r} is no path for --prefix; write it as /user/x/proxy/absolute/5006")
    return found


def _own_addresses() -> set[str]:
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None)}
    except OSError:  # a machine that does not know its own name
        return set()
