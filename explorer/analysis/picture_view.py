"""How the animation's picture is looked at, as one short text in a link: `swipe:2018-12-04;zoom:2.5,40.5,103;layer:cloud`."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass

from explorer.analysis.link_words import read_words
from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.core.products import PF_SR

COMPARING = ("swipe", "side", "difference")
MODES = ("single", *COMPARING, "sheet-12", "sheet-24", "sheet-48")
MOST_ZOOM = 16.0
MAX_LAYER = 60
"""Characters of a quality layer's name."""
_ZOOM = re.compile(r"(\d{1,2}(?:\.\d{1,3})?),(\d{1,3}(?:\.\d{1,2})?),(\d{1,3}(?:\.\d{1,2})?)", re.ASCII)

_SHARE = re.compile(r"0(?:\.\d{1,3})?|1", re.ASCII)


@dataclass(frozen=True, slots=True)
class PictureView:
    """`mode` is one of `MODES`; where two dates are compared, `other` is the second one. `scale` is the zoom, 1 to 16, with the
    pixel `row`, `col` (of the Planet Fusion grid) in the upper left corner. `layer` names the quality layer that lies on top.
    `split` is where the one picture is swiped over the other, 0 to 1 of the width.
    """

    mode: str = "single"
    other: dt.date | None = None
    scale: float = 1.0
    row: float = 0.0
    col: float = 0.0
    layer: str = ""
    split: float = 0.5

    def __str__(self) -> str:
        """The short text that `parse` reads; empty where all is as on a fresh page."""
        words = []
        if self.mode != "single":
            words.append(f"{self.mode}:{self.other.isoformat()}" if self.other else self.mode)
        if self.scale > 1:
            words.append(zoom_word(self.scale, self.row, self.col))
        if self.mode == "swipe" and self.split != 0.5:
            words.append(f"split:{_short(self.split, 3)}")
        if self.layer:
            words.append(f"layer:{self.layer}")
        return ";".join(words)


def view_of(
    mode: object,
    other: dt.date | None,
    scale: object,
    row: object,
    col: object,
    layer: object,
    split: object = 0.5,
) -> PictureView:
    """What a browser says, as it can be: numbers brought within their bounds, what is unknown left out."""
    mode = mode if mode in MODES else "single"
    zoom = zoom_of(scale, row, col)
    named = layer if isinstance(layer, str) and len(layer) <= MAX_LAYER and ";" not in layer else ""
    swiped = round(_within(split, 0.0, 1.0), 3) if mode == "swipe" else 0.5
    return PictureView(
        str(mode), other if mode in COMPARING else None, *zoom, named.strip(), swiped
    )  # fmt: skip


def parse(text: str) -> PictureView:
    """A view from its short text, words in any order. Raises `InvalidQueryError` naming the word that is wrong."""
    return PictureView(**read_words(text, _read))  # type: ignore[arg-type]  # the keys are written below


def _read(word: str) -> dict[str, object]:
    name, _, rest = word.partition(":")
    if name == "layer" and 0 < len(rest) <= MAX_LAYER:
        return {"layer": rest.strip()}
    if name == "zoom" and (zoom := read_zoom(rest)):
        return dict(zip(("scale", "row", "col"), zoom, strict=True))
    if name == "split" and _SHARE.fullmatch(rest):
        return {"split": float(rest)}
    if name in COMPARING:
        try:
            return {"mode": name, "other": PF_SR.parse_date(rest[:40]) if rest else None}
        except ExplorerError as error:
            raise InvalidQueryError(str(error)) from error
    if word in MODES:
        return {"mode": word}
    raise InvalidQueryError(
        f"{word[:30]!r} is none of {', '.join(MODES[1:])} (with :DATE where two are compared), zoom:SCALE,ROW,COL, split:SHARE, layer:NAME"
    )


def zoom_word(scale: float, row: float, col: float) -> str:
    """A zoom as a word of a link: how many times as large, and the pixel in the upper left corner."""
    return f"zoom:{_short(scale, 3)},{_short(row, 2)},{_short(col, 2)}"


def read_zoom(text: str) -> tuple[float, float, float] | None:
    """Scale, row and column out of what a link's word says after `zoom:`; None where it cannot be.

    >>> read_zoom("2.5,40.5,103")
    (2.5, 40.5, 103.0)
    """
    if not (numbers := _ZOOM.fullmatch(text)):
        return None
    scale, row, col = (float(number) for number in numbers.groups())
    return (scale, row, col) if 1 < scale <= MOST_ZOOM and max(row, col) <= PF_SR.size else None


def zoom_of(scale: object, row: object, col: object) -> tuple[float, float, float]:
    """Scale, row and column as a browser says them, brought within their bounds; where the whole is seen, from its corner."""
    zoom = round(_within(scale, 1.0, MOST_ZOOM), 3)
    if zoom <= 1:
        return 1.0, 0.0, 0.0
    return zoom, round(_within(row, 0.0, PF_SR.size), 2), round(_within(col, 0.0, PF_SR.size), 2)


def _short(value: float, digits: int) -> str:
    return f"{round(value, digits):g}"


def _within(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return low
    return float(min(max(value, low), high))
