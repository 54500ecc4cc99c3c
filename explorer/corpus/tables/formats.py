"""The files that a table of samples can be."""

FORMATS = {
    "csv": "text/csv",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
}
"""Name of a format -> media type."""
ENDINGS = tuple(f".{name}" for name in FORMATS)
"""How a file's name ends."""
