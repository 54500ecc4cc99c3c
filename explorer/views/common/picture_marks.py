"""Pins and regions as people set them in a large picture, the animation's or Sentinel-2's: what its script says becomes selection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from explorer.analysis.shapes import Shape
from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.core.products import PF_SR
from explorer.views.common.components import bounded_int
from explorer.views.common.message_fields import Most, Number, Word
from explorer.views.common.messages import FromBrowser
from explorer.views.common.selection import MAX_PIXELS, Selection

Point: TypeAlias = Annotated[list[Number], Most(2)]
"""Row and column."""
Points: TypeAlias = Annotated[list[Point], Most(400)]


class FromPicture(FromBrowser):
    """Rows and columns count 3 m pixels from the upper left; pins and regions are told by their index."""

    def draw(self, *, kind: Word, points: Points) -> None: ...
    def erase(self, *, region: Number) -> None: ...
    def move(self, *, pin: Number, row: Number, col: Number) -> None: ...
    def pixel_clicked(self, *, row: Number, col: Number, add: bool) -> None: ...
    def reshape(self, *, region: Number, points: Points, done: bool) -> None: ...


class PictureMarks:
    """Handlers of `FromPicture`, in `on`; `send_regions` tells the picture its regions, with what is wrong with the last one."""

    def __init__(self, selection: Selection, send_regions: Callable[[str], None]) -> None:
        self._selection, self._send_regions = selection, send_regions
        self.dragged = False
        """Whether a region is being dragged: the picture is ahead, and is not told its regions."""
        self.on: dict[str, Callable[[dict[str, Any]], Any]] = {
            "pixel_clicked": self._pixel_clicked,
            "move": self._move,
            "draw": self._draw,
            "reshape": self._reshape,
            "erase": self._erase,
        }

    def _pixel_clicked(self, data: dict[str, Any]) -> None:
        row, col = bounded_int(data, "row", PF_SR.size), bounded_int(data, "col", PF_SR.size)
        if row is not None and col is not None:
            self._selection.pin((row, col), add=bool(data.get("add")))

    def _move(self, data: dict[str, Any]) -> None:
        pin = bounded_int(data, "pin", MAX_PIXELS)
        row, col = bounded_int(data, "row", PF_SR.size), bounded_int(data, "col", PF_SR.size)
        if pin is not None and row is not None and col is not None:
            self._selection.move_pin(pin, (row, col))

    def _draw(self, data: dict[str, Any]) -> None:
        """Take a region that was drawn, or say what is wrong with it."""
        try:
            self._selection.add_region(_shape(data.get("kind"), data.get("points")))
        except ExplorerError as error:
            self._send_regions(f"{error}.")

    def _reshape(self, data: dict[str, Any]) -> None:
        """Take a region's new place or form while it is dragged; at the end say what became of it."""
        index = bounded_int(data, "region", len(self._selection.regions))
        if index is None:
            return
        done, problem = bool(data.get("done")), ""
        self.dragged = True
        try:
            self._selection.move_region(
                index, _shape(self._selection.regions[index].kind, data.get("points"))
            )
        except ExplorerError as error:
            problem = f"{error}." if done else ""
        finally:
            self.dragged = False
        if done:
            self._send_regions(problem)

    def _erase(self, data: dict[str, Any]) -> None:
        index = bounded_int(data, "region", len(self._selection.regions))
        if index is not None:
            self._selection.remove_region(index)


def _shape(kind: Any, points: Any) -> Shape:
    """A region out of a message, which can hold anything. Raises `InvalidQueryError`."""
    if not isinstance(points, list) or not all(isinstance(point, list) for point in points):
        raise InvalidQueryError("a region's corners are a list of row and column pairs")
    return Shape.of(str(kind), points)
