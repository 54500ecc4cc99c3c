"""Build the site of the documentation: `python .ci/docs.py [FOLDER]` (default `.site`); `FOLDER/html/index.html` opens it.

The pages of `assets/docs` are taken as they are. README, CONTRIBUTING and CHANGELOG, which lie elsewhere, become pages beside them;
links between all of these are put right. A broken link, anchor or name of the API is an error.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = "assets/docs"
FROM_THE_TOP = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Files at the top -> their pages."""
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)")
"""The path of a Markdown link that leads to another file."""


def page_of(path: str) -> str:
    """Where a file of the repository lies among the pages. One that is no page keeps its path: it is told as a broken link."""
    return FROM_THE_TOP.get(path) or path.removeprefix(f"{DOCS}/")


def moved(text: str, path: str) -> str:
    """A Markdown file's text with its links as they are among the pages. `path`: where it lies in the repository."""
    folder = posixpath.dirname(path)
    here = posixpath.dirname(page_of(path))

    def link(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, found[1]))
        return posixpath.relpath(page_of(target), here or ".")

    return _LINK.sub(link, text)


def collect(root: Path, into: Path) -> None:
    """All that the site is made of, in a folder: `mkdocs.yml`, `pages/`, and the source that the API is read from."""
    shutil.rmtree(into, ignore_errors=True)
    pages = into / "pages"
    shutil.copytree(root / DOCS, pages)
    (pages / "site" / "mkdocs.yml").rename(into / "mkdocs.yml")
    written = [f"{DOCS}/{page.relative_to(pages).as_posix()}" for page in pages.rglob("*.md")]
    for path in [*FROM_THE_TOP, *written]:
        text = (root / path).read_text(encoding="utf-8")
        (pages / page_of(path)).write_text(moved(text, path), encoding="utf-8")
    shutil.copy(Path(__file__).with_name("docstrings.py"), into)
    # A copy: hatchling follows a link back to the package and then leaves out the package itself.
    shutil.copytree(
        root / "explorer", into / "source" / "explorer", ignore=shutil.ignore_patterns("__pycache__")
    )


def main(into: Path) -> int:
    """0 where the site was built and nothing in it is broken."""
    collect(ROOT, into)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    done = subprocess.run([*command, "--config-file", "mkdocs.yml"], cwd=into, check=False)
    if done.returncode == 0:
        print(f"Open {into / 'html' / 'index.html'}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".site").resolve()))
