"""Profiles as text for other programs."""

from __future__ import annotations

import pandas as pd

from explorer.corpus.tables.csv_safety import neutral


def to_csv(table: pd.DataFrame) -> str:
    """A table of profiles as CSV text: units, CRS, attribution and citation first, as lines that begin with `#`."""
    attrs = table.attrs
    notes = [
        f"sample {attrs['sample_id']} ({attrs['crs']})",
        "units: " + ", ".join(f"{column} in {unit}" for column, unit in attrs["units"].items()),
        *attrs.get("wavelengths", ()),
        *dict.fromkeys(attrs["attribution"]),
        attrs["references"],
    ]
    return "".join(f"# {line}\n" for line in notes) + neutral(table).to_csv(
        index=False, date_format="%Y-%m-%dT%H:%MZ"
    )
