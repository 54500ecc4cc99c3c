"""Names and passwords of those who may come in: a JSON file of scrypt hashes, made by `explorer password`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import secrets
from functools import cache
from pathlib import Path

from explorer.core.atomic_file import replacing
from explorer.core.errors import LoginError

_LOG = logging.getLogger("explorer")
LEAST = 8
"""Characters of a password."""
LONGEST = 1000
MAX_FILE_BYTES = 4_000_000
# 32 MB and some 60 ms a try: what OWASP's cheat sheet on password storage asks for with these r and p.
_N, _R, _P = 2**15, 8, 3


def hashed(password: str) -> str:
    """A password as the file keeps it. Raises `LoginError` for a short or overlong one."""
    if not LEAST <= len(password) <= LONGEST:
        raise LoginError(f"a password has {LEAST} to {LONGEST:,} characters; this one has {len(password):,}")
    salt = secrets.token_bytes(16)
    return f"scrypt${_text(salt)}${_text(_scrypt(password, salt))}"


def fits(password: str, kept: str) -> bool:
    """Whether a password is that of a line of the file; takes the same time where it is not."""
    _, _, rest = kept.partition("$")
    salt, _, wanted = rest.partition("$")
    try:
        found = _scrypt(password[:LONGEST], base64.b64decode(salt))
        return hmac.compare_digest(found, base64.b64decode(wanted))
    except ValueError:
        return False


def fits_nobody(password: str) -> bool:
    """False, after as long as `fits` takes: who guesses a name must not hear from the time whether it exists."""
    fits(password, _nobody())
    return False


def read(path: Path) -> dict[str, str]:
    """Name -> hash. Raises `LoginError` where the file is not one of these."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise LoginError(
            f"the passwords in {path} cannot be read ({error.strerror}); make the file with `explorer password`"
        ) from error
    try:
        found = json.loads(data) if len(data) <= MAX_FILE_BYTES else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise LoginError(f"{path} is no file of passwords; make it with `explorer password`")
    wrong = [name for name, kept in found.items() if not _is_hash(kept)]
    if wrong:
        raise LoginError(
            f"{path} is no file of passwords: what it has of {wrong[0][:80]!r} is no hash; make it with `explorer password`"
        )
    return found


class Names:
    """The file as it is now, read again when it has changed.

    While it cannot be read, `known` is what it held last, so that who is in stays in; `read` raises.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, ...] = ()
        self._error: LoginError | None = None
        self._found: dict[str, str] = {}

    def read(self) -> dict[str, str]:
        """Name -> hash. Raises `LoginError`."""
        self._look()
        if self._error is not None:
            raise self._error.with_traceback(None)
        return self._found

    def known(self) -> dict[str, str]:
        """Name -> hash, as they could be read last."""
        self._look()
        return self._found

    def _look(self) -> None:
        try:
            state = self.path.stat()
            seen: tuple[int, ...] = (state.st_mtime_ns, state.st_size, state.st_ino, state.st_mode)
        except OSError:
            seen = (0,)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._found, self._error = read(self.path), None
        except LoginError as error:
            self._error = error
            _LOG.error("nobody can log in: %s", error)


def put(path: Path, name: str, kept: str | None) -> None:
    """Add or change a name's hash, or take the name out (None); the file is readable by its owner alone.

    Raises `LoginError`.
    """
    known = read(path) if path.exists() else {}
    if kept is None and name not in known:
        raise LoginError(f"{path} has no {name[:80]!r}")
    known = {**known, name: kept} if kept is not None else {n: k for n, k in known.items() if n != name}
    try:
        with replacing(path, private=True) as part:
            part.write_text(json.dumps(known, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError as error:
        raise LoginError(f"cannot write {path}: {error.strerror or error}") from error


def _is_hash(kept: object) -> bool:
    parts = kept.split("$") if isinstance(kept, str) else []
    try:
        return (
            len(parts) == 3
            and parts[0] == "scrypt"
            and len(base64.b64decode(parts[1], validate=True)) == 16
            and len(base64.b64decode(parts[2], validate=True)) == 32
        )
    except ValueError:
        return False


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=_N, r=_R, p=_P, maxmem=2**26, dklen=32
    )


@cache
def _nobody() -> str:
    return hashed(secrets.token_urlsafe())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
