"""What looks most like something as a condition: the samples that a search for what is alike finds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from explorer.core.errors import InvalidQueryError

MAX_CHARACTERS = 1_500
"""Of the longest search: some 80 samples. A link with more could not be sent."""
_TEXT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@:,;+*~ -]*")


class Likeness(Protocol):
    """What can tell which samples are alike."""

    def can_find(self, text: str) -> bool:
        """Whether a search can be asked: its samples and its tables of features are there."""

    def alike(self, text: str) -> np.ndarray:
        """What a search finds, bool `(n,)` of all samples. Raises an `ExplorerError` where it cannot be asked."""


@dataclass(frozen=True)
class Alike:
    """The samples that a search finds, as `explorer.similar.search` writes it: `33N_15E-200N_01_09@120,80;by:season;n:50`."""

    text: str

    def __post_init__(self) -> None:
        """Check what can be without the samples. Raises `InvalidQueryError`."""
        if len(self.text) > MAX_CHARACTERS:
            raise InvalidQueryError(
                f"alike: a search of {len(self.text):,} characters is too long for a filter; at most {MAX_CHARACTERS:,}: search for fewer samples"
            )
        if not _TEXT.fullmatch(self.text):
            raise InvalidQueryError(
                f"alike: {self.text[:60]!r} is no search, as 33N_15E-200N_01_09;by:season;n:50"
            )

    def __str__(self) -> str:
        return self.text

    @property
    def link(self) -> str:
        """As a link has it, where `;` parts conditions."""
        return self.text.replace(";", "/")

    @classmethod
    def parse(cls, text: str) -> Alike:
        """From its text, or as a link has it. Raises `InvalidQueryError`."""
        return cls(text.strip().replace("/", ";"))

    @property
    def title(self) -> str:
        """`The 100 most like a pixel of 33N_15E-200N_01_09`."""
        head, *words = self.text.split(";")
        ids, _, part = head.partition("@")
        count = next((word[2:] for word in words if word.startswith("n:")), "100")
        several = ids.count(".") + 1
        what = f"{several} samples" if several > 1 else ids
        return f"The {count} most like {'' if not part else 'a region of ' if ':' in part else 'a pixel of '}{what}"

    def mask(self, likeness: Likeness) -> np.ndarray:
        """Which samples are found, bool `(n,)`. Raises as `Likeness.alike`."""
        return likeness.alike(self.text)
