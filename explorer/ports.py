"""Whether the page can be served at an address and port, asked before anything slow is done for it."""

from __future__ import annotations

import errno
import socket

from explorer.errors import ServeError


def usable(address: str, port: int) -> int:
    """The port, if a server can listen on it here; for 0, one that is free.

    Raises `ServeError`, which says what is in the way.
    """
    try:
        places = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, place in places:
            with socket.socket(family, kind, protocol) as probe:
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
