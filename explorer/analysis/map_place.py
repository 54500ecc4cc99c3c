"""Where the map is and how close, as a link says it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from explorer.core.errors import InvalidQueryError


@dataclass(frozen=True)
class Place:
    """Where the map is: its middle in degrees (EPSG:4326) and how close, in metres of web mercator a pixel."""

    lon: float
    lat: float
    resolution: float

    def format(self) -> str:
        """As a link has it: `51.2,3.4,120` (latitude first, as people write it)."""
        return f"{self.lat:.4f},{self.lon:.4f},{self.resolution:.4g}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """The place that a link has. Raises `InvalidQueryError`."""
        try:
            lat, lon, resolution = (float(part) for part in text[:60].split(","))
        except ValueError:
            raise InvalidQueryError(f"{text[:30]!r} is not lat,lon,metres a pixel") from None
        if not (abs(lat) <= 85 and abs(lon) <= 180 and 0.5 <= resolution <= 50_000 and math.isfinite(lon)):
            raise InvalidQueryError(f"{text[:30]!r} is no place on this map")
        return cls(lon, lat, resolution)
