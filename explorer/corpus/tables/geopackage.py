"""Tables of samples as GeoPackage, which QGIS and ArcGIS open without more; QGIS in the official colours, by the style inside."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from explorer.core import grid
from explorer.corpus.tables import qgis_style

LAYER = "samples"
_MADE = pd.Timestamp("2026-01-01T00:00:00.001Z")
"""When the style was made: QGIS asks for it. Without milliseconds, older GDAL says that it does not conform."""
_VERSION = "1.2"
"""Of the standard: what GDAL of long-term releases reads without a warning."""
_STYLES = "layer_styles"
"""The table in which QGIS looks for styles of the other tables."""


def encode(table: pd.DataFrame, about: Mapping[str, str]) -> bytes:
    """A table with `sample_id` as its index, with footprints (EPSG:4326), as the bytes of a GeoPackage; `about` is the layer's metadata."""
    narrow = table.select_dtypes("float32").columns  # of which 0.479 would be written as 0.4790000021457672
    rows = table.astype(dict.fromkeys(narrow, "float64")).round(6).reset_index()
    shaped = gpd.GeoDataFrame(rows, geometry=grid.written_footprints(table.index), crs="EPSG:4326")
    with tempfile.TemporaryDirectory(prefix="rapidai4eo-") as folder:
        path = Path(folder) / f"{LAYER}.gpkg"
        pyogrio.write_dataframe(
            shaped, path, layer=LAYER, driver="GPKG", layer_metadata=dict(about), geometry_type="Polygon",
            dataset_options={"VERSION": _VERSION},
        )  # fmt: skip
        if "clc" in table:
            pyogrio.write_dataframe(_style(), path, layer=_STYLES, driver="GPKG", append=True)
        return path.read_bytes()


def _style() -> pd.DataFrame:
    """The one row of QGIS's table of styles."""
    return pd.DataFrame(
        [
            {
                "f_table_catalog": "", "f_table_schema": "", "f_table_name": LAYER, "f_geometry_column": "geom",
                "styleName": "CORINE", "styleQML": qgis_style.qml().decode(), "styleSLD": "", "useAsDefault": True,
                "description": "Official colours of CORINE's classes", "owner": "", "ui": "", "update_time": _MADE,
            }
        ]
    )  # fmt: skip
