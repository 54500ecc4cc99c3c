"""Tables of a dataset as SVG, for the page and the data card: text in the colour around it, everything with a title that a pointer reads.

Colours of what stands for a class are CORINE's; all else is `currentColor` or a class (`bar`, `quiet`, `cell`) that a style sheet colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from explorer.core import corine

WIDTH = 400
"""Of a drawing, in px of its own: a phone shows it a tenth smaller, and its rows at 24 px still."""
_LABEL, _VALUE, _ROW = 158, 58, 27
_LETTERS = 22
MOST_BARS = 16
MOST_CLASSES = 20
"""Of a cross-table: those with most samples."""


@dataclass(frozen=True)
class Drawing:
    """One figure: its `name` (of files), `title`, what it shows in a sentence, the SVG, and the table that it is drawn from."""

    name: str
    title: str
    about: str
    svg: str
    table: pd.DataFrame
    python: str
    """The line that gives the same figure in a notebook."""


def bars(rows: Sequence[tuple[str, float, str, str, str]], about: str) -> str:
    """Horizontal bars: (label, value, words beside it, colour or empty, filter that a click sets or empty)."""
    most = max((value for _, value, *_ in rows), default=0) or 1
    room = WIDTH - _LABEL - _VALUE
    parts = []
    for number, (label, value, words, colour, filters) in enumerate(rows):
        top = number * _ROW
        fill = f'fill="{escape(colour)}"' if colour else 'class="bar"'
        parts.append(
            _row(label, words, filters, top, number)
            + f'<rect x="{_LABEL}" y="{top + 6}" width="{max(value / most * room, 0.75):.1f}" height="{_ROW - 12}" {fill} stroke="currentColor" stroke-opacity=".35" stroke-width=".6"/>'
            f'<text x="{_LABEL + value / most * room + 6:.1f}" y="{top + _ROW / 2 + 4:g}" class="quiet">{escape(words)}</text></g>'
        )
    return _svg(parts, len(rows) * _ROW, about)


def stacked(rows: Sequence[tuple[str, str, Sequence[tuple[int, float]], str]], about: str, level: int) -> str:
    """Bars of one length, each parted by classes: (label, words beside it, (code, share)..., filter or empty); classes below."""
    room = WIDTH - _LABEL - _VALUE
    parts, seen = [], set()
    for number, (label, words, shares, filters) in enumerate(rows):
        top, left = number * _ROW, float(_LABEL)
        inside = ""
        for code, share in shares:
            if share <= 0:
                continue
            seen.add(code)
            cover = corine.land_cover(code)
            inside += (
                f'<rect x="{left:.1f}" y="{top + 5}" width="{share * room:.1f}" height="{_ROW - 10}" fill="{cover.hex}">'
                f"<title>{escape(label)}: {escape(cover.title)} {100 * share:.1f} %</title></rect>"
            )
            left += share * room
        frame = f'<rect x="{_LABEL}" y="{top + 5}" width="{room}" height="{_ROW - 10}" fill="none" stroke="currentColor" stroke-opacity=".35" stroke-width=".6"/>'
        parts.append(
            _row(label, words, filters, top, number)
            + inside
            + frame
            + f'<text x="{WIDTH - _VALUE + 6}" y="{top + _ROW / 2 + 4:g}" class="quiet">{escape(words)}</text></g>'
        )
    height = len(rows) * _ROW
    if level == 1:
        for number, code in enumerate(sorted(seen)):
            x, y = 24 + (number % 2) * 190, height + 8 + (number // 2) * 18
            cover = corine.land_cover(code)
            parts.append(
                f'<rect x="{x}" y="{y}" width="11" height="11" fill="{cover.hex}" stroke="currentColor" stroke-opacity=".35"/>'
                f'<text x="{x + 16}" y="{y + 10}" class="quiet">{escape(_short(cover.title, 28))}</text>'
            )
        height += 12 + -(-len(seen) // 2) * 18
    return _svg(parts, height, about)


def columns(table: pd.DataFrame, about: str, axis: str, *, percent: bool) -> str:
    """A histogram (`low`, `high`, `samples`): columns over an axis."""
    left, bottom, height = 54, 132, 168
    room = WIDTH - left - 8
    most, total = (
        max(int(table["samples"].max()) if len(table) else 0, 1),
        max(int(table["samples"].sum()), 1),
    )
    step = room / max(len(table), 1)
    parts = [
        f'<text x="{left - 6}" y="14" class="quiet" text-anchor="end">{most:,}</text>'
        f'<text x="{left - 6}" y="{bottom}" class="quiet" text-anchor="end">0</text>'
        f'<line x1="{left}" x2="{WIDTH - 8}" y1="{bottom + 0.5}" y2="{bottom + 0.5}" stroke="currentColor" stroke-opacity=".4"/>'
    ]
    every = max(1, -(-len(table) // 6))
    scale, unit = (100, " %") if percent else (1, "")
    for number, (low, high, samples) in enumerate(table.to_numpy(np.float64).tolist()):
        tall = samples / most * (bottom - 8)
        words = f"{scale * low:g} to {scale * high:g}{unit}: {samples:,.0f} samples, {100 * samples / total:.1f} %"
        parts.append(
            f'<rect x="{left + number * step + 1:.1f}" y="{bottom - tall:.1f}" width="{step - 2:.1f}" height="{tall:.1f}" class="bar"><title>{words}</title></rect>'
        )
        if number % every == 0:
            parts.append(
                f'<text x="{left + number * step:.1f}" y="{bottom + 15}" class="quiet" text-anchor="middle">{scale * low:g}</text>'
            )
    parts.append(
        f'<text x="{WIDTH - 8}" y="{bottom + 32}" class="quiet" text-anchor="end">{escape(axis)}</text>'
    )
    return _svg(parts, height, about)  # fmt: skip


def matrix(values: pd.DataFrame, titles: Sequence[str], names: Sequence[str], about: str, words: str) -> str:
    """A cross-table of shares, 0 to 1, the darker the more: `titles` at the rows, short `names` above the columns."""
    count = max(len(names), 1)
    left, top = 168, 14 + 6 * max((len(name) for name in names), default=0)
    cell = min((WIDTH - left - 20) / count, 26.0)  # the last name is turned over the edge
    shares = values.to_numpy(np.float64)
    parts = []
    for column, name in enumerate(names):
        x = left + (column + 0.5) * cell
        turned = f' transform="rotate(-60 {x:.1f} {top - 5})"' if cell < 25 else ""
        anchor = "start" if cell < 25 else "middle"
        parts.append(
            f'<text x="{x:.1f}" y="{top - 5}" class="small" text-anchor="{anchor}"{turned}>{escape(name)}</text>'
        )
    for row, title in enumerate(titles):
        y = top + row * cell
        parts.append(
            f'<text x="{left - 6}" y="{y + cell / 2 + 3.5:.1f}" class="{"small" if cell < 18 else "label"}" text-anchor="end">{escape(_short(title, 30))}<title>{escape(title)}</title></text>'
        )
        for column, name in enumerate(names):
            value = float(shares[row, column])
            text = "not known" if np.isnan(value) else f"{100 * value:.0f} %"
            shade = 0.0 if np.isnan(value) else value**0.7
            parts.append(
                f'<rect x="{left + column * cell:.1f}" y="{y:.1f}" width="{cell - 1:.1f}" height="{cell - 1:.1f}" class="cell" fill-opacity="{shade:.3f}" stroke="currentColor" stroke-opacity=".18" stroke-width=".6">'
                f"<title>{escape(title)}, {escape(name)}: {text} {escape(words)}</title></rect>"
            )
    return _svg(parts, top + len(titles) * cell + 4, about)  # fmt: skip


def _row(label: str, words: str, filters: str, top: int, number: int) -> str:
    """The beginning of a bar's group: with a filter it is a button."""
    spoken = escape(f"{label}, {words}")
    role = (
        f' role="button" tabindex="{0 if number == 0 else -1}" data-filter="{escape(filters)}" aria-label="{spoken}: show these only"'
        if filters
        else ""
    )
    return (
        f'<g class="row"{role}><title>{spoken}</title><rect x="0" y="{top}" width="{WIDTH}" height="{_ROW}" class="hit"/>'
        f'<text x="{_LABEL - 6}" y="{top + _ROW / 2 + 4:g}" class="label" text-anchor="end">{escape(_short(label, _LETTERS))}</text>'
    )


def _svg(parts: Sequence[str], height: float, about: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {max(height, 1):.0f}" role="group" aria-label="{escape(about)}" '
        f'font-family="system-ui, sans-serif" font-size="12">{"".join(parts)}</svg>'
    )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
