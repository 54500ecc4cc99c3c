"""How the embedding map is drawn, as one short text in a link: `pca;of:fast;by:country;at:0.1,-0.2,0.5`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from explorer.core.errors import InvalidQueryError

METHODS = ("pca", "pacmap", "umap", "opentsne")
COLOURS = {
    "class": "Land cover", "country": "Country", "suspicion": "Suspicion", "review": "Verdict", "disagreement": "Differs from the opinion",
}  # fmt: skip
"""What samples are coloured by, and its title."""
_FAR = 1e6


@dataclass(frozen=True, slots=True)
class EmbeddingLook:
    """`method` and `table` say which map (the usual table where it is empty), `by` is of `COLOURS`.

    `place` is the middle and the width of what is seen, in the map's own coordinates; None for all of it.
    """

    method: str = "pca"
    table: str = ""
    by: str = "class"
    place: tuple[float, float, float] | None = None

    def __str__(self) -> str:
        """The short text that `parse` reads."""
        words = [
            self.method,
            f"of:{self.table}" if self.table else "",
            f"by:{self.by}" if self.by != "class" else "",
        ]
        if self.place is not None:
            words.append("at:" + ",".join(f"{one:.5g}" for one in self.place))
        return ";".join(filter(None, words))


def parse(text: str) -> EmbeddingLook:
    """A look from its short text. Raises `InvalidQueryError`.

    >>> parse("umap;by:country")
    EmbeddingLook(method='umap', table='', by='country', place=None)
    """
    method, *words = text.split(";")
    if method not in METHODS:
        raise InvalidQueryError(f"no method {method[:20]!r}; there are {', '.join(METHODS)}")
    given = dict(word.partition(":")[::2] for word in words if word)
    if unknown := given.keys() - {"of", "by", "at"}:
        raise InvalidQueryError(f"{min(unknown)[:20]!r} is no word of an embedding map; there are of, by, at")
    by = given.get("by", "class")
    if by not in COLOURS:
        raise InvalidQueryError(f"nothing is coloured by {by[:20]!r}; there are {', '.join(COLOURS)}")
    place = None
    if "at" in given:
        try:
            x, y, width = (float(one) for one in given["at"].split(","))
        except ValueError:
            raise InvalidQueryError(f"{given['at'][:40]!r} is no X,Y,WIDTH of an embedding map") from None
        place = checked_place(x, y, width)
    return EmbeddingLook(method, given.get("of", "")[:60], by, place)


def checked_place(x: float, y: float, width: float) -> tuple[float, float, float]:
    """A place as a link keeps it, five digits each. Raises `InvalidQueryError`."""
    found = tuple(float(f"{one:.5g}") for one in (x, y, width))
    if not all(math.isfinite(one) and abs(one) < _FAR for one in found) or found[2] <= 1e-6:
        raise InvalidQueryError(f"{x:g},{y:g},{width:g} is no place on an embedding map")
    return found[0], found[1], found[2]
