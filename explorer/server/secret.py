"""What logins and session tokens are signed with: chosen, or made once and kept, or of this start alone."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from explorer.core.errors import LoginError

SHORTEST = 32
"""Characters of a secret."""
VARIABLE = "EXPLORER_COOKIE_SECRET"
_FILE = "cookie-secret"


def of(chosen: str, folder: Path, *, may_pass: bool = False) -> str:
    """The secret that was `chosen`, or the one kept in `folder`, made there if there is none (0600).

    `may_pass`: where none can be kept, one for this process alone, that ends with it. Raises `LoginError` otherwise, and for
    a secret that is too short.
    """
    try:
        found = chosen or _kept(folder)
    except (OSError, UnicodeDecodeError) as error:
        if not may_pass:
            raise LoginError(
                f"the secret in {folder / _FILE} cannot be kept ({error}); set {VARIABLE}"
            ) from error
        found = secrets.token_urlsafe(48)
    if len(found) < SHORTEST:
        place = VARIABLE if chosen else str(folder / _FILE)
        raise LoginError(f"{place} is too short to sign with; give {SHORTEST} characters or more")
    return found


def hand_on(chosen: str, folder: Path) -> None:
    """Before other processes are started that share an address: where no secret can be kept, they get one by their environment."""
    try:
        _ = chosen or _kept(folder)
    except (OSError, UnicodeDecodeError):
        os.environ[VARIABLE] = secrets.token_urlsafe(48)


def derived(secret: str, purpose: str) -> bytes:
    """A key for one purpose: what is signed for one is worth nothing for another. 32 bytes."""
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256)


def _kept(folder: Path) -> str:
    path = folder / _FILE
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        handle, part = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")  # 0600
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # of several processes that begin at once the first one's holds
            os.link(part, path)
        os.unlink(part)
    return path.read_text(encoding="ascii").strip()
