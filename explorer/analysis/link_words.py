"""The words of a link's short texts, `range:2018-03-04,2018-09-30;speed:5`: in any order, each thing said once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from explorer.core.errors import InvalidQueryError


def read_words(text: str, read: Callable[[str], Mapping[str, object]], about: str = "") -> dict[str, object]:
    """What all words say together; `read` tells of one word what it says, or raises.

    Raises `InvalidQueryError` for a word that says again what another one said, with `about` before it.
    >>> read_words("a:1; b:2", lambda word: {word[0]: word[2:]})
    {'a': '1', 'b': '2'}
    """
    found: dict[str, object] = {}
    for word in filter(None, (part.strip() for part in text.split(";"))):
        said = read(word)
        if found.keys() & said.keys():
            raise InvalidQueryError(f"{about}{word[:30]!r} says again what another word said")
        found |= said
    return found
