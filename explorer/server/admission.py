"""How many pages may be open at once, by address and in all, so that one visitor takes no one else's place.

A page is somebody's from the request for `/` until its connection ends, or until it is thrown away because nobody joined it.
It is held in memory a little longer, and counts until then among all pages.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from explorer.core.errors import NoRoomError, ServeError

COME_AGAIN_S = 30
"""When somebody who found no room is told to come again, in seconds: by then a page that was left is thrown away."""


@dataclass(slots=True)
class _Page:
    ordered_by: str | None
    """Who has asked for it and not joined it yet."""
    made: bool = False


class Admission:
    """Counts the pages of one process. `most` in all, `most_of_one` of one address. Use it on the event loop."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._pages: dict[str, _Page] = {}
        self._connections = 0
        self._of: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._pages)

    def of(self, address: str) -> int:
        """Pages that an address has ordered or is connected to."""
        return self._of[whose(address)]

    def ask(self, address: str) -> None:
        """Raises `NoRoomError` where an address cannot have another page now."""
        if self._of[whose(address)] >= self._most_of_one:
            raise NoRoomError(
                f"{self._most_of_one} pages are open from your network, as many as this server allows for one"
            )
        if max(len(self._pages), self._connections) >= self._most:
            raise NoRoomError(f"{self._most} pages are open, as many as this server can keep")

    def order(self, session_id: str, address: str) -> None:
        """A page is asked for, and will be made. Raises `NoRoomError`."""
        self.ask(address)
        self._pages[session_id] = _Page(whose(address))
        self._of[whose(address)] += 1

    def join_asked(self, session_id: str, address: str) -> None:
        """Raises `NoRoomError` where an address cannot be connected to a page: one that waits for it, or that is yet to be made."""
        page = self._pages.get(session_id)
        if page is None or page.ordered_by != whose(address):
            self.ask(address)

    def join(self, session_id: str, address: str) -> None:
        """A connection to a page begins. Raises `NoRoomError`."""
        self.join_asked(session_id, address)
        page = self._pages.setdefault(session_id, _Page(None))
        self._no_longer_ordered(page)
        self._connections += 1
        self._of[whose(address)] += 1

    def leave(self, session_id: str, address: str) -> None:
        """That connection has ended."""
        self._connections -= 1
        self._free(whose(address))
        page = self._pages.get(session_id)
        if page is not None and not page.made:
            self.gone(session_id)

    def made(self, session_id: str) -> None:
        """A page is in memory."""
        self._pages.setdefault(session_id, _Page(None)).made = True

    def has(self, session_id: str) -> bool:
        """Whether a page is in memory, or was begun."""
        page = self._pages.get(session_id)
        return page is not None and page.made

    def is_joined(self, session_id: str) -> bool:
        """Whether somebody has connected to a page since it was ordered."""
        page = self._pages.get(session_id)
        return page is not None and page.ordered_by is None

    def gone(self, session_id: str) -> None:
        """A page is no longer in memory, or could not be made."""
        page = self._pages.pop(session_id, None)
        if page is not None:
            self._no_longer_ordered(page)

    def _no_longer_ordered(self, page: _Page) -> None:
        if page.ordered_by is not None:
            self._free(page.ordered_by)
            page.ordered_by = None

    def _free(self, who: str) -> None:
        self._of[who] -= 1
        if self._of[who] <= 0:
            del self._of[who]


def whose(address: str) -> str:
    """What of an address is one visitor's: all of IPv4, of IPv6 the network /64, which a visitor has for himself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:60]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


class Proxies:
    """Trusted reverse proxies: their word for whom they ask is taken. Raises `ServeError` for what is neither address nor network."""

    def __init__(self, text: str) -> None:
        self._networks = [_network(part.strip()) for part in text.replace(",", " ").split()]

    def visitor(self, peer: str | None, forwarded: Iterable[str]) -> str:
        """Who asks: the peer itself, or, of a trusted proxy, the last in `forwarded` (X-Forwarded-For) that is none of them."""
        found = peer or ""
        claimed = [name.strip() for line in forwarded for name in line.split(",")]
        while claimed and self.trusts(found):
            name = claimed.pop()
            if not _is_address(name):
                break
            found = name
        return found

    def trusts(self, address: str) -> bool:
        """Whether an address is one of them."""
        try:
            found = ipaddress.ip_address(whose(address) if address.startswith("::ffff:") else address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise ServeError(
            f"EXPLORER_TRUSTED_PROXIES has {text[:60]!r}, which is no address or network; write 127.0.0.1 or 10.0.0.0/8"
        ) from error


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
