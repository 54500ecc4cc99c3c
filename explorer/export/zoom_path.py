"""Smooth and efficient zooming and panning: the way of a camera from one view of a map to another.

J. J. van Wijk, W. A. A. Nuij, "Smooth and efficient zooming and panning", IEEE InfoVis 2003, as D3's `interpolateZoom` has it
(rho = sqrt 2), which moves the page's map.
"""

from __future__ import annotations

import math
from collections.abc import Callable

View = tuple[float, float, float]
"""The middle and the width of what is seen: x, y, width; the width is more than 0."""
_RHO = math.sqrt(2)


def zoom_path(start: View, end: View) -> Callable[[float], View]:
    """The view after a share (0 to 1) of the way; the camera flies out, over and in where the way is far.

    Raises `ValueError` for a width that is not more than 0.
    >>> way = zoom_path((0.0, 0.0, 1.0), (100.0, 0.0, 1.0))
    >>> [round(v) for v in way(0.5)]  # half way, from high above
    [50, 0, 100]
    """
    (x0, y0, w0), (x1, y1, w1) = start, end
    if w0 <= 0 or w1 <= 0:
        raise ValueError(f"a view is {min(w0, w1)!r} wide; it has to be more than 0")
    dx, dy = x1 - x0, y1 - y0
    far = math.hypot(dx, dy)
    if far < 1e-6 * min(w0, w1):  # straight in or out
        length = math.log(w1 / w0)
        return lambda t: (x0 + t * dx, y0 + t * dy, w0 * math.exp(t * length))
    b0 = (w1**2 - w0**2 + _RHO**4 * far**2) / (2 * w0 * _RHO**2 * far)
    b1 = (w1**2 - w0**2 - _RHO**4 * far**2) / (2 * w1 * _RHO**2 * far)
    r0, r1 = -math.asinh(b0), -math.asinh(b1)
    steps = (r1 - r0) / _RHO

    def at(t: float) -> View:
        s = _RHO * t * steps + r0
        moved = w0 / (_RHO**2 * far) * (math.cosh(r0) * math.tanh(s) - math.sinh(r0))
        return x0 + moved * dx, y0 + moved * dy, w0 * math.cosh(r0) / math.cosh(s)

    return at


def eased(t: float) -> float:
    """A share of the time as a share of the way: slow, fast, slow (cubic); outside 0 to 1 as at its ends."""
    t = min(max(t, 0.0), 1.0)
    return 4 * t**3 if t < 0.5 else 1 - (2 - 2 * t) ** 3 / 2
