"""The lowest versions that the package says it works with, as constraints for pip: `python -m tests.versions`.

Of what is asked for by name alone: pip chooses the newest of all else that goes with it.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def lowest() -> list[str]:
    """`name==version` for each dependency, of the extras that users install too. Raises `ValueError` for one without a lower bound."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(text for name in extras if name not in ("test", "fuzz") for text in extras[name])]  # fmt: skip
    pins: dict[str, str] = {}
    for text in wanted:
        requirement = Requirement(text)
        bounds = [part.version for part in requirement.specifier if part.operator == ">="]
        if len(bounds) != 1:
            raise ValueError(f"{text} has no lower bound, which no test can hold")
        pins[requirement.name] = bounds[0]
    return [f"{name}=={version}" for name, version in sorted(pins.items())]


if __name__ == "__main__":
    sys.stdout.write("\n".join(lowest()) + "\n")
