"""What arrives by HTTP: unpacked where a server packed it although nobody asked, and compared with its checksum.

Servers pack on the way (nginx's `gzip on`), or declare a file's own gzip to be the encoding (Azure, Google); Google
also unpacks by itself and then states the checksum of what it has packed. A key that ends in `.gz` always gives the
packed file, whichever of these it was, as long as the bytes are there.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Mapping

from explorer.core.errors import UnreadableError

GZIP = b"\x1f\x8b"
_PIECE = 2**20
_LAYERS = 2
"""Encodings one upon the other: who needs more means harm."""


def decoded(body: bytes, encoding: str, key: str, limit: int) -> bytes:
    """The file of a body, given its Content-Encoding; never more than `limit` bytes.

    Raises `UnreadableError` for an encoding that is not known, what does not unpack, and what grows too large, and
    `EOFError` for what is cut short.
    """
    names = [name for name in re.split(r"[\s,]+", encoding.lower()) if name not in ("", "identity")]
    if len(names) > _LAYERS:
        raise UnreadableError(key, f"packed {len(names)} times by the server; have it served as it is")
    for name in reversed(names):
        if name not in ("gzip", "x-gzip", "deflate"):
            raise UnreadableError(
                key,
                f"the server packs it as {name[:20]!r}, which was not asked for; have it served as it is, without "
                "Content-Encoding",
            )
        if key.endswith(".gz") and name != "deflate" and not _is_packed_twice(body):
            continue  # the file's own
        body = _unpacked(body, name, key, limit)
    return body


def _is_packed_twice(body: bytes) -> bool:
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(body[:_PIECE], 2) == GZIP
    except zlib.error:
        return False


def _unpacked(body: bytes, name: str, key: str, limit: int) -> bytes:
    # What calls itself deflate is zlib's by the standard, and bare with some servers.
    bits = 16 + zlib.MAX_WBITS if name != "deflate" else zlib.MAX_WBITS if _is_zlib(body) else -zlib.MAX_WBITS
    view, at = memoryview(body), 0
    pieces: list[bytes] = []
    size = 0
    try:
        while at < len(body):
            stream = zlib.decompressobj(bits)
            while not stream.eof:
                given: bytes | memoryview = stream.unconsumed_tail
                if not given:
                    given = view[at : at + _PIECE]
                    at += len(given)
                piece = stream.decompress(given, _PIECE)
                if not piece and not len(given):
                    raise EOFError(f"the server's {name} ends too soon")
                pieces.append(piece)
                size += len(piece)
                if size > limit:
                    raise UnreadableError(key, f"unpacked, more than the {limit:,} bytes that it may have")
            at -= len(stream.unused_data)
            if name == "deflate" or view[at : at + 2] != GZIP:  # what follows the last is padding
                break
    except zlib.error as error:
        raise UnreadableError(key, f"the server calls it {name}, and it does not unpack ({error})") from None
    return b"".join(pieces)


def _is_zlib(body: bytes) -> bool:
    return len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0


class Checksums:
    """Compares bodies with what one server states of them: Content-MD5, x-goog-hash, or an ETag that is an MD5."""

    def __init__(self) -> None:
        self._etag_is_md5 = False

    def agree(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a body, as it came, is what the server states; True where it states nothing of it."""
        encoding = headers.get("Content-Encoding", "").lower()
        stored = headers.get("x-goog-stored-content-encoding", "").lower()
        if stored not in ("", "identity") and not encoding:
            return True  # unpacked by the server: what it states is of what it has
        wanted = _stated(headers)
        etag = re.fullmatch(r'"([0-9a-f]{32})"', headers.get("ETag", ""))
        if wanted is None and etag is None:
            return True
        found = hashlib.md5(body, usedforsecurity=False).digest()
        if wanted is None and etag is not None:
            # An ETag may be anything; only where one was the MD5, as on S3, the others are as well.
            matches = found.hex() == etag[1]
            self._etag_is_md5 |= matches
            return matches or not self._etag_is_md5
        return found == wanted


def _stated(headers: Mapping[str, str]) -> bytes | None:
    """The MD5 that a server states of a body, if it states one."""
    text = headers.get("Content-MD5") or ""
    if not text:
        match = re.search(r"\bmd5=([A-Za-z0-9+/]{22}==)", headers.get("x-goog-hash", ""))
        text = match[1] if match else ""
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest if len(digest) == 16 else None
