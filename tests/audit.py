"""What pip-audit's report says, in a few lines: `python -m tests.audit FILE` (`make audit`)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def told(report: dict[str, Any]) -> tuple[int, str]:
    """The exit code (0: no known hole, 1: known holes, 2: not all could be asked about) and what is said of a report."""
    versions = report.get("dependencies", [])
    unknown = [one["name"] for one in versions if "skip_reason" in one]
    holes = [
        f"{one['name']} {one['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for one in versions
        for hole in one.get("vulns", [])
    ]
    if not versions or len(unknown) == len(versions):
        return 2, (
            "The registry cannot answer here: it was asked about known holes and knows nothing of any version (a mirror "
            "without advisories, or no network). This says nothing about the versions; try again elsewhere."
        )
    lines = [
        f"{len(versions) - len(unknown)} of {len(versions)} pinned versions were asked about; {len(holes)} known holes."
    ]
    lines += holes
    if unknown:
        lines.append(f"Not answered, hence not known: {', '.join(unknown)}.")
    return (1 if holes else 2 if unknown else 0), "\n".join(lines)


def main(path: Path) -> int:
    """Tell of the report in a file, empty where pip-audit could not write one."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        report = {}
    code, text = told(report)
    sys.stdout.write(text + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
