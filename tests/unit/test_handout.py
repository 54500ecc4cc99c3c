"""A handout: a page a view, text as text, links and QR codes only where the address is known."""

from __future__ import annotations

import re
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from explorer.cli import app
from explorer.core.errors import InvalidQueryError, OutputError, StoryError, UnknownSampleError
from explorer.corpus.corpus import Corpus
from explorer.export import handout, registry, stories
from explorer.export.stories import State, Story
from tests import corpora

LINK = f"?sample={corpora.FULL}&date=2018-01-13&pixels=1,2;30,40&names=one"
STORY = Story(
    "Two <b>views</b> $x$",
    (
        State(LINK, "First", "A **note** on fields.\n\n- with a list"),
        State(f"?sample={corpora.FULL}&date=2018-01-13&view=side:2018-02-02", "Two dates"),
    ),
    "Somebody",
)
BASE = "https://example.org/explorer/"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The texts of each page that is kept."""
    pages: list[list[str]] = []
    keep = handout.PdfPages.savefig

    def kept(self: Any, figure: Figure) -> None:
        pages.append([one.get_text() for one in figure.texts])
        keep(self, figure)

    monkeypatch.setattr(handout.PdfPages, "savefig", kept)
    return pages


def count(path: Path) -> int:
    return len(re.findall(rb"/Type /Page\b", path.read_bytes()))


def test_a_page_a_view_with_note_link_and_credit(
    tiny_corpus: Corpus, tmp_path: Path, drawn: list[list[str]]
) -> None:
    path = tmp_path / "story.pdf"
    seen: list[tuple[int, int]] = []
    made = handout.write(tiny_corpus, STORY, path, base_url=BASE, progress=lambda *one: seen.append(one))
    assert (made.pages, made.why, count(path)) == (2, "", 2)
    assert seen == [(1, 2), (2, 2)]
    first, second = ("\n".join(page) for page in drawn)
    for page, number in ((first, 1), (second, 2)):
        assert f"Page {number} of 2" in page
        assert "Two <b>views</b> $x$ · Somebody" in page
        assert "Planet Labs" in page
        assert "Licence:" in page
        assert "non-commercial" in page
    assert "A note on fields." in first
    assert "– with a list" in first
    assert f"{BASE}{LINK}" in first.replace("\n", "")
    assert "2018-02-02" in second
    assert re.search(rb"/URI \(https://example\.org/explorer/\?sample", _unpacked(path))


def _unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    return data + b"".join(
        zlib.decompressobj().decompress(found)
        for found in re.findall(rb"stream\r?\n(x.*?)endstream", data, re.S)
    )


def test_text_is_text_in_whole_fonts(tiny_corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "story.pdf"
    handout.write(tiny_corpus, STORY, path)
    data = path.read_bytes()
    assert (
        b"/Subtype /CIDFontType2" in data
    )  # TrueType, from which readers copy text; not outlines of letters
    assert b"/Subtype /Type3" not in data


def test_without_an_address_the_query_is_text_and_there_is_no_code(
    tiny_corpus: Corpus, tmp_path: Path, drawn: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    coded: list[str] = []
    monkeypatch.setattr(handout, "_code", lambda url: coded.append(url))
    made = handout.write(tiny_corpus, STORY, tmp_path / "story.pdf")
    assert "--base-url" in made.why
    assert LINK in "".join(drawn[0])
    assert "https://example.org" not in "".join(drawn[0])
    assert coded == []


def test_the_code_says_the_link() -> None:
    import segno

    url = f"{BASE}{LINK}"
    code = handout._code(url)
    assert code is not None
    assert not code[:4].any()  # the quiet zone, which readers need
    expected = np.array(segno.make_qr(url, error="l").matrix, bool)
    np.testing.assert_array_equal(code[4:-4, 4:-4], expected)
    figure = Figure()
    axes = figure.add_axes((0, 0, 1, 1))
    handout._draw_code(axes, code)
    (patch,) = axes.patches
    corners = patch.get_path().vertices.reshape(-1, 5, 2)
    drawn = np.zeros_like(code)
    for first, second in zip(corners[:, 0].astype(int), corners[:, 2].astype(int), strict=True):
        drawn[first[1] : second[1], first[0] : second[0]] = True
    np.testing.assert_array_equal(drawn, code)


def test_a_long_link_has_no_code(tiny_corpus: Corpus, tmp_path: Path, drawn: list[list[str]]) -> None:
    state = State(f"{LINK}&area={'1' * 2000}", "Long")
    handout.write(tiny_corpus, Story("t", (state,)), tmp_path / "a.pdf", base_url=BASE)
    assert "too long for a QR code" in "".join(drawn[0])


def test_without_the_library_for_codes_there_are_links(
    tiny_corpus: Corpus, tmp_path: Path, drawn: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    made = handout.write(tiny_corpus, STORY, tmp_path / "a.pdf", base_url=BASE)
    assert "rapidai4eo-explorer[slides]" in made.why
    assert f"{BASE}{LINK}" in "".join(drawn[0])


def test_a_long_note_goes_on_and_all_of_it_is_there(
    tiny_corpus: Corpus, tmp_path: Path, drawn: list[list[str]]
) -> None:
    words = [f"word{number}" for number in range(2400)]
    story = Story("t", (State(LINK, "Long", " ".join(words)), State(LINK, "Next")))
    made = handout.write(tiny_corpus, story, tmp_path / "a.pdf")
    assert made.pages == len(drawn) > 3
    assert [
        word for page in drawn for line in page for word in line.split() if word.startswith("word")
    ] == words
    assert [page[1] for page in drawn] == [f"Page {i + 1} of {made.pages}" for i in range(made.pages)]


@pytest.mark.parametrize(
    "url", ["example.org", "ftp://example.org/", "https://", "https://example.org/?a=1", "https://e.org/#x", "javascript:x",
            "https://example.org/a b", "http://[", "https://e.org/" + "x" * 500],
)  # fmt: skip
def test_what_is_no_address(tiny_corpus: Corpus, tmp_path: Path, url: str) -> None:
    with pytest.raises(InvalidQueryError, match="is no address of a page"):
        handout.write(tiny_corpus, STORY, tmp_path / "a.pdf", base_url=url)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_a_handout(tiny_corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(StoryError, match="names no sample"):
        handout.write(tiny_corpus, Story("t", (State("?date=2018-01-13", "a"),)), tmp_path / "a.pdf")
    with pytest.raises(UnknownSampleError):
        handout.write(
            tiny_corpus, Story("t", (State("?sample=33N_15E-200N_09_09", "a"),)), tmp_path / "a.pdf"
        )
    with pytest.raises(OutputError):
        registry.write(tiny_corpus, "handout", (), tmp_path / "a.docx", story=STORY)


def test_the_command_writes_a_story_or_one_view(tiny_folder: Path, tmp_path: Path) -> None:
    stories.dump(STORY, tmp_path / "story.yaml")
    path = tmp_path / "a.pdf"
    run = CliRunner().invoke(
        app, ["handout", str(tiny_folder), "--story", str(tmp_path / "story.yaml"), "-o", str(path)]
    )
    assert run.exit_code == 0, run.output
    assert "2 pages" in run.output
    assert "Links without QR codes: no address was given" in run.output
    run = CliRunner().invoke(
        app, ["handout", str(tiny_folder), "--link", LINK, "-o", str(path), "--base-url", BASE]
    )
    assert run.exit_code == 0, run.output
    assert "1 page" in run.output
    assert "without" not in run.output
    run = CliRunner().invoke(app, ["handout", str(tiny_folder), "-o", str(path)])
    assert run.exit_code != 0
    assert "--story" in run.output
