"""Parts of a file, as GDAL's `/vsicurl/` and browsers ask for them (RFC 9110, section 14): one range a request."""

from __future__ import annotations

import re

_ONE = re.compile(r"\s*bytes\s*=\s*([0-9]{0,15})\s*-\s*([0-9]{0,15})\s*", re.ASCII | re.IGNORECASE)


class UnsatisfiableRangeError(ValueError):
    """A range that begins after the end of the file."""


def wanted(header: str, length: int) -> slice | None:
    """Which bytes of `length` a header `Range` asks for; None: all of them, also where the header is none that is understood.

    Raises `UnsatisfiableRangeError`.
    >>> wanted("bytes=0-99", 1000), wanted("bytes=-10", 1000), wanted("bytes=0-1,5-6", 1000)
    (slice(0, 100, None), slice(990, 1000, None), None)
    """
    found = _ONE.fullmatch(header)
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        last = int(found[2])
        if not last or not length:
            raise UnsatisfiableRangeError
        return slice(max(0, length - last), length)
    start = int(found[1])
    if found[2] and int(found[2]) < start:  # the wrong way round: as if nothing were asked for
        return None
    if start >= length:
        raise UnsatisfiableRangeError
    return slice(start, min(int(found[2]) + 1, length) if found[2] else length)
