"""Tokens by which programs act for somebody: signed, with an end, worth nothing as a login's cookie."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from tornado.web import create_signed_value, decode_signed_value

from explorer.server import secret

LONGEST = 2000
"""Characters of a token."""
_NAME = "api_token"


@dataclass(frozen=True, slots=True)
class Bearer:
    """For whom a token acts; `mark` is of the password that they had when it was made; `blind`: labels are hidden from it."""

    name: str
    mark: str = ""
    blind: bool = False


class ApiTokens:
    """Makes and reads tokens that hold for `days`."""

    def __init__(self, signs: str, days: int) -> None:
        self._key, self._days = secret.derived(signs, "tokens of the API"), days

    def make(self, name: str, mark: str, *, blind: bool) -> str:
        """A new token."""
        text = f"{mark} {secrets.token_hex(4)} {'blind' if blind else 'sees'}\n{name}"
        return create_signed_value(self._key, _NAME, text).decode()

    def read(self, token: str) -> Bearer | None:
        """What a token says; None for one that is not ours, or too old."""
        if len(token) > LONGEST:
            return None
        found = decode_signed_value(self._key, _NAME, token, max_age_days=self._days)
        if found is None:
            return None
        told, _, name = found.decode("utf-8", "replace").partition("\n")
        mark, _, sees = told.split(" ")
        return Bearer(name, mark, sees == "blind")
