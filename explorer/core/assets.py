"""Where the files of `assets/` are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def asset(name: str) -> Path:
    """The path of a file in `assets/`."""
    inside = _PACKAGE / "_assets" / name
    return inside if inside.exists() else _PACKAGE.parent / "assets" / name
