"""The proxy that the environment names for a host, taken as curl does; what cannot be used is refused by name."""

from __future__ import annotations

import ipaddress
import os
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from explorer.core.errors import StoreError

_PORTS = {"http": 80, "https": 443}
_REMEDY = "write http://host:port there, or exempt the host: NO_PROXY="


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy: its `url` without name and password, its `login` as `name:password`, and who named it."""

    url: str
    variable: str
    login: str | None = field(default=None, repr=False)


def proxy_for(scheme: str, host: str, port: int | None = None) -> Proxy | None:
    """The proxy for a host; None where it is asked directly, as this machine always is.

    From `HTTP_PROXY` or `HTTPS_PROXY` by the scheme, else `ALL_PROXY`, in lower case or upper; `NO_PROXY` exempts.
    Raises `StoreError`, naming the variable, for a proxy that cannot be used.
    """
    given = urllib.request.getproxies()
    kind = scheme if given.get(scheme) else "all"
    value = (given.get(kind) or "").strip()
    if not value or _is_exempt(host, port):
        return None
    variable = _variable(kind)
    return _parsed(value, variable, host)


def _variable(kind: str) -> str:
    names = (f"{kind}_proxy", f"{kind}_proxy".upper())
    return next((name for name in names if os.environ.get(name)), "the system's setting of the proxy")


def _parsed(value: str, variable: str, host: str) -> Proxy:
    # As curl and others write it, there is no scheme: it is http then.
    text = value if "://" in value else f"http://{value.removeprefix('//')}"
    try:
        parts = urlsplit(text)
        name, port = parts.hostname, parts.port
    except ValueError:
        name, port, parts = None, None, urlsplit("")
    remedy = _REMEDY + host
    if parts.scheme.startswith("socks"):
        raise StoreError(
            f"{variable} names a SOCKS proxy ({parts.scheme}:), which the explorer cannot use; {remedy}"
        )
    if name is None or parts.scheme not in _PORTS or any(c.isspace() or not c.isprintable() for c in text):
        raise StoreError(f"{variable} does not name a proxy that can be used; {remedy}")
    where = f"[{name}]" if ":" in name else name
    login = None
    if parts.username:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Proxy(f"{parts.scheme}://{where}:{port or _PORTS[parts.scheme]}", variable, login)


def socks_refused(host: str) -> str:
    """Why a SOCKS proxy is not used for a host, for those who do not know which variable names it."""
    given = os.environ.items()
    named = [name for name, value in given if name.lower().endswith("_proxy") and value.startswith("socks")]
    variable = " and ".join(sorted(named)) or "the environment"
    return f"{variable} names a SOCKS proxy, which the explorer cannot use; {_REMEDY}{host}"


def _is_exempt(host: str, port: int | None) -> bool:
    """Whether a host is asked directly: this machine, and what `NO_PROXY` holds, also as 10.0.0.0/8."""
    name = host.strip("[]").lower()
    address = _address(name)
    if name == "localhost" or (address is not None and address.is_loopback):
        return True
    if urllib.request.proxy_bypass(name if port is None or ":" in name else f"{name}:{port}"):
        return True
    return address is not None and any(_holds(entry, address) for entry in _exempt())


def _exempt() -> list[str]:
    text = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    return [entry.strip() for entry in text.split(",")]


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _holds(entry: str, address: Address) -> bool:
    try:
        return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return False
