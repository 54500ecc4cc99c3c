"""`explorer check`: each kind of damage is found, and what is whole is left in peace."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from explorer import open_corpus, opening
from explorer.cli import app
from explorer.commands import shared
from explorer.core import grid
from explorer.core.config import Settings
from explorer.core.errors import StoreError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.checking import MISSING, Problem, check
from explorer.corpus.tables import index
from tests import corpora, servers

FULL, BROKEN = grid.parse(corpora.FULL), grid.parse(corpora.BROKEN)


@pytest.fixture
def folder(indexed_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage, without the sample that is damaged already."""
    copy = tmp_path / "corpus"
    shutil.copytree(indexed_folder, copy)
    shutil.rmtree(copy / "imagery" / BROKEN.folder)
    return copy


def wrong(folder: Path, sample: int | None = None) -> list[Problem]:
    corpus = open_corpus(folder)
    found = [problem for problem in check(corpus, sample) if problem.kind != MISSING]
    corpus.close()
    return found


def test_each_kind_of_damage_is_found(indexed_folder: Path) -> None:
    kinds = corpora.damaged(PF_SR, BROKEN)
    found = {problem.key: problem for problem in wrong(indexed_folder)}
    assert len(found) == len(kinds)
    for i in range(len(kinds)):
        assert found[PF_SR.key(BROKEN.folder, PF_SR.dates[i])].kind == "chip"
    assert found[PF_SR.key(BROKEN.folder, PF_SR.dates[2])].problem == "empty file"


def test_a_corpus_that_is_whole_has_nothing_wrong(folder: Path) -> None:
    assert wrong(folder) == []


def test_what_is_missing_is_told_and_not_wrong(folder: Path) -> None:
    corpus = open_corpus(folder)
    found = {problem.key: problem.problem for problem in check(corpus)}
    corpus.close()
    assert found[PF_SR.folder(FULL.folder)] == "136 of 146 dates are not there"
    assert S2_SR.folder(FULL.folder) not in found


def test_labels_are_held_against_the_index(folder: Path) -> None:
    corpora.write_label(folder, corpora.FULL, {211: 0.5, 311: 0.5})
    assert wrong(folder) == [Problem(FULL.label_key, "label", "its fractions are not those of the index")]
    (folder / FULL.label_key).write_text("{")
    (found,) = wrong(folder)
    assert (found.key, found.kind) == (FULL.label_key, "label")
    assert "JSON" in found.problem
    text = (folder / BROKEN.label_key).read_text()
    (folder / FULL.label_key).write_text(text)
    (found,) = wrong(folder)
    assert found.problem == f"it says that it is of sample {corpora.BROKEN}"
    (folder / FULL.label_key).unlink()
    corpus = open_corpus(folder)
    assert Problem(FULL.label_key, MISSING, "no label file; the index has the label") in list(check(corpus))
    corpus.close()


def test_a_label_file_of_more_than_a_whole_cell_is_told_with_what_it_adds_up_to(folder: Path) -> None:
    corpora.write_label(folder, corpora.FULL, {211: 0.9, 311: 0.6})
    (found,) = wrong(folder)
    assert (found.key, found.kind) == (FULL.label_key, "label")
    assert "1.5" in found.problem


def test_a_label_file_may_be_on_another_scale_than_the_table(folder: Path) -> None:
    rows = f"{corpora.FULL},21.6,10.8,3.6\n{corpora.BROKEN},0,0,36\n{corpora.BARE},0,0,36\n"
    corpora.put(
        folder, "resources/rapidai4eo_labels.csv", f"sample_id,clc_211,clc_311,clc_112\n{rows}".encode()
    )
    corpora.write_label(folder, corpora.FULL, {211: 0.6, 311: 0.3, 112: 0.1})
    corpora.write_label(folder, corpora.BROKEN, {112: 36.0})
    corpora.write_label(folder, corpora.BARE, {112: 30.0, 211: 6.0})
    opening.reindex(folder)
    found = [problem for problem in wrong(folder) if problem.kind == "label"]
    assert [problem.key for problem in found] == [grid.parse(corpora.BARE).label_key]


def test_a_label_file_of_fractions_tells_a_label_that_was_read_on_the_wrong_scale(folder: Path) -> None:
    shares = {211: 0.6, 311: 0.3, 112: 0.1}
    (folder / "rapidai4eo.toml").write_text("[labels]\nscale = 100\n")
    rows = f"{corpora.FULL},0.6,0.3,0.1\n{corpora.BROKEN},0,0,100\n{corpora.BARE},0,0,100\n"
    corpora.put(
        folder, "resources/rapidai4eo_labels.csv", f"sample_id,clc_211,clc_311,clc_112\n{rows}".encode()
    )
    corpora.write_label(folder, corpora.FULL, shares)
    corpora.write_label(folder, corpora.BROKEN, {112: 100.0})
    corpora.write_label(folder, corpora.BARE, {112: 1.0})
    opening.reindex(folder)
    found = [problem for problem in wrong(folder) if problem.kind == "label"]
    assert found == [Problem(FULL.label_key, "label", "its fractions are not those of the index")]
    (folder / "rapidai4eo.toml").unlink()
    opening.reindex(folder)  # which tells that this sample is written to 1
    assert [problem for problem in wrong(folder) if problem.kind == "label"] == []


def test_files_that_are_strangers_are_found(folder: Path) -> None:
    chips = PF_SR.folder(FULL.folder)
    corpora.put(folder, f"{chips}/2018-01-04.tif", b"")
    corpora.put(folder, f"{chips}/notes.txt", b"")
    for left in (
        f"{chips}/._2018-01-03.tif",
        f"{chips}/2018-01-03.tif.part",
        "imagery/33N/15E-200N/.DS_Store",
    ):
        corpora.put(folder, left, b"")  # what a download leaves behind
    strange = "33N_15E-200N_02_02"
    corpora.write_chips(folder, strange, PF_SR, [0])
    assert {(problem.key, problem.kind) for problem in wrong(folder)} == {
        (f"{chips}/2018-01-04.tif", "chip"),
        (f"{chips}/notes.txt", "chip"),
        (f"imagery/{grid.parse(strange).folder}/", "index"),
    }


def test_links_that_are_not_followed_are_named_by_their_folder_and_files(
    folder: Path, tmp_path: Path
) -> None:
    chips = PF_SR.folder(FULL.folder)
    (folder / chips).rename(tmp_path / "elsewhere")
    (folder / chips).symlink_to(tmp_path / "elsewhere")
    (tmp_path / "others").mkdir()
    (folder / "imagery" / "strange").symlink_to(tmp_path / "others")
    found = wrong(folder)
    assert {problem.problem for problem in found} == {"a link that leads out of the corpus"}
    assert Problem("imagery/strange", "index", "a link that leads out of the corpus") in found
    assert sum(problem.kind == "chip" for problem in found) == len(PF_SR.dates)
    report = run("info", folder, corpora.FULL).stdout
    assert "a link that leads out of the corpus" in report
    (folder / chips).unlink()
    (folder / "imagery" / "strange").unlink()
    (tmp_path / "elsewhere").rename(folder / chips)
    zone = folder / "imagery" / FULL.zone_name
    zone.rename(tmp_path / "disk")
    zone.symlink_to(tmp_path / "disk")  # here an operator may
    assert wrong(folder) == []


def test_what_the_index_says_of_itself_is_told(folder: Path) -> None:
    (folder / index.INDEX_KEY).write_bytes(b"PAR1 torn")
    found = wrong(folder)
    assert [problem.kind for problem in found] == ["index"]
    assert "explorer_index.parquet" in found[0].problem


def test_a_sample_of_samples_is_always_the_same(indexed_folder: Path) -> None:
    corpus = open_corpus(indexed_folder)
    runs = []
    for _ in range(2):
        seen: list[tuple[int, int]] = []
        found = list(check(corpus, 2, lambda done, total, seen=seen: seen.append((done, total))))  # type: ignore[misc]
        runs.append((found, seen[-1]))
    corpus.close()
    assert runs[0][1] == (2 * 305, 2 * 305)
    assert sorted(map(str, runs[0][0])) == sorted(map(str, runs[1][0]))


def test_a_remote_corpus_is_checked_past_the_cache(folder: Path, tmp_path: Path) -> None:
    with servers.serve(folder) as server:
        corpus = open_corpus(server.url, config=Settings(cache_dir=tmp_path / "cache", http_retries=0))
        assert [problem for problem in check(corpus) if problem.kind != MISSING] == []
        corpus.planet_fusion(corpora.FULL)
        key = PF_SR.key(FULL.folder, PF_SR.dates[2])
        (folder / key).write_bytes((folder / key).read_bytes()[:200])
        found = [problem for problem in check(corpus) if problem.kind != MISSING]
        assert [problem.key for problem in found] == [key]
        server.answer = servers.refuse
        with pytest.raises(StoreError, match="refuses"):
            list(check(corpus))
        corpus.close()


def run(*words: Any) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_command_writes_a_table_and_says_by_its_end_whether_all_is_well(
    folder: Path, indexed_folder: Path, tmp_path: Path
) -> None:
    done = run("check", indexed_folder, "-o", tmp_path / "wrong.csv")
    assert done.exit_code == 1
    rows = list(csv.DictReader(io.StringIO((tmp_path / "wrong.csv").read_text())))
    kinds = corpora.damaged(PF_SR, BROKEN)
    assert sum(row["kind"] == "chip" for row in rows) == len(kinds)
    assert f"{len(kinds)} wrong" in done.stderr
    done = run("check", folder)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == "key,kind,problem"
    assert "0 wrong" in done.stderr
    assert run("check", folder, "--sample", 1).exit_code == 0


@pytest.mark.parametrize("before", [None, "of yesterday"])
def test_what_is_interrupted_leaves_no_half_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    from explorer.corpus import checking, download

    def stop(*_: Any) -> Any:
        yield from ()
        raise KeyboardInterrupt

    def first(*_: Any) -> Any:
        yield "first"
        raise KeyboardInterrupt

    monkeypatch.setattr(checking, "check", stop)
    monkeypatch.setattr(download, "hrefs", first)
    target = tmp_path / "out" / "list"
    target.parent.mkdir()
    if before is not None:
        target.write_text(before)
    for words in (("check", folder), ("download", folder, "--list")):
        assert run(*words, "-o", target).exit_code != 0
        assert [path.read_text() for path in target.parent.iterdir()] == ([] if before is None else [before])


def test_a_list_of_which_the_first_lines_are_read_is_no_failure() -> None:
    words = [sys.executable, "-m", "explorer", "download", "demo", "--list", "--class", "211"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
        assert done.stdout is not None
        assert done.stderr is not None
        assert done.stdout.readline().startswith(b"demo:")
        done.stdout.close()  # as `| head -1`
        assert done.stderr.read() == b""
        assert done.wait() == 0


def test_a_list_of_ids_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text(f"{corpora.FULL}\n", encoding="utf-8-sig")
    assert shared.listed(tmp_path / "ids.txt") == [corpora.FULL]
