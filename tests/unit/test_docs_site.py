"""The site of the documentation: every page can be reached, what is broken is an error, and nothing comes from another host."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

import explorer

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "assets" / "docs"
CONFIG = yaml.safe_load((DOCS / "site" / "mkdocs.yml").read_text(encoding="utf-8"))
FROM_THE_TOP = {"index.md": "README.md", "contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}
needs_docs = pytest.mark.skipif(
    not (find_spec("zensical") and find_spec("mkdocstrings_handlers")), reason="needs the extra: pip install '.[docs]'"
)  # fmt: skip


def pages(nav: Any) -> list[str]:
    """The pages that a part of the navigation names, in its order."""
    if isinstance(nav, str):
        return [nav]
    return [page for part in nav for page in pages(list(part.values()) if isinstance(part, dict) else part)]


def test_every_page_is_in_the_navigation_once() -> None:
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert sorted(pages(CONFIG["nav"])) == sorted(there | set(FROM_THE_TOP))
    for name in FROM_THE_TOP.values():
        assert (ROOT / name).is_file()


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_every_file_that_a_page_names_is_there(path: Path) -> None:
    """Pages name files of the project by the end of their path, such as `map/map.py`."""
    prose = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    there = [f"/{file.relative_to(ROOT).as_posix()}" for folder in ("explorer", "tests", "assets") for file in (ROOT / folder).rglob("*.*")]  # fmt: skip
    for name in set(re.findall(r"`([\w-][\w/-]*\.(?:py|js|css|html))`", prose)):
        assert any(file.endswith(f"/{name}") for file in there), f"{path.name} names {name}, which is no file"


def test_the_public_names_are_told_as_stable() -> None:
    told = (DOCS / "stable.md").read_text(encoding="utf-8")
    assert [name for name in explorer.__all__ if f"`{name}`" not in told] == []


def build(root: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of a copy of the project."""
    command = [sys.executable, str(root / ".ci" / "docs.py"), str(into)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("docs") / "site"
    done = build(ROOT, into)
    assert done.returncode == 0, done.stdout + done.stderr
    return into / "html"


@needs_docs
def test_every_page_is_built_and_asks_no_other_host(site: Path) -> None:
    for page in pages(CONFIG["nav"]):
        html = (site / page).with_suffix(".html").read_text(encoding="utf-8")
        fetched = re.findall(r"<(?:script|img|iframe|source)\b[^>]*?\bsrc=[\"']?([^\"'\s>]+)", html)
        fetched += re.findall(
            r"<link\b(?![^>]*rel=[\"']?(?:canonical|prev|next))[^>]*?\bhref=[\"']?([^\"'\s>]+)", html
        )
        assert fetched
        for address in fetched:
            assert not re.match(r"(https?:)?//", address), f"{page} fetches {address}"
            assert ((site / page).parent / address).resolve().is_file(), f"{page} has no {address}"


@needs_docs
def test_the_api_has_signatures_and_examples(site: Path) -> None:
    html = (site / "api" / "corpus.html").read_text(encoding="utf-8")
    assert 'id="explorer.corpus.corpus.Corpus.planet_fusion"' in html
    assert "&gt;&gt;&gt; " in re.sub(r"<[^>]*>", "", html)
    assert "<blockquote>" not in html, "an example that was taken for a quotation"


@needs_docs
@pytest.mark.parametrize(
    "wrong",
    [{"[there](nowhere.md)": "nowhere.md", "[there](guide.md#no-such-heading)": "no-such-heading"}, {"::: explorer.opening.open_nothing": "open_nothing"}],
    ids=["links", "api"],
)  # fmt: skip
def test_what_is_broken_fails_the_build_and_is_named(wrong: dict[str, str], tmp_path: Path) -> None:
    copy = tmp_path / "project"
    shutil.copytree(DOCS, copy / "assets" / "docs")
    shutil.copytree(ROOT / ".ci", copy / ".ci")
    (copy / "explorer").symlink_to(ROOT / "explorer", target_is_directory=True)
    for name in FROM_THE_TOP.values():
        shutil.copy(ROOT / name, copy)
    with (copy / "assets" / "docs" / "backup.md").open("a", encoding="utf-8") as page:
        page.write("\n\n".join(["", *wrong, ""]))
    done = build(copy, tmp_path / "site")
    assert done.returncode != 0
    # The message marks the place letter by letter, in colours.
    told = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    for name in wrong.values():
        assert name in told
