"""Download: what comes is verified, opens offline, and goes on where it stopped; and opening by URL."""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from explorer import open_corpus
from explorer.cli import app
from explorer.commands.transfer import SHOWN
from explorer.core import grid
from explorer.core.config import Settings
from explorer.core.errors import InvalidQueryError, OutputError, StoreError
from explorer.core.products import PF_SR, S2_SR, SYNTHETIC_KEY
from explorer.corpus.corpus import Corpus
from explorer.corpus.download import Report, Wanted, download, hrefs
from explorer.corpus.imagery.stated import Stated
from explorer.corpus.tables import index
from tests import corpora, servers
from tests.servers import Server
from tests.talk import until

CELL, BROKEN = grid.parse(corpora.FULL), grid.parse(corpora.BROKEN)
KEY = PF_SR.key(CELL.folder, PF_SR.dates[0])


@pytest.fixture
def server(indexed_folder: Path) -> Any:
    with servers.serve(indexed_folder) as running:
        yield running


@pytest.fixture
def corpus(server: Server, tmp_path: Path) -> Any:
    corpus = open_corpus(server.url, config=Settings(cache_dir=tmp_path / "cache", http_retries=1))
    yield corpus
    corpus.close()


def one(corpus: Corpus, sample_id: str = corpora.FULL, **others: Any) -> Wanted:
    return Wanted(corpus.query(ids=[sample_id]), **others)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_remote_corpus_is_the_local_one(corpus: Corpus, tiny_corpus: Corpus) -> None:
    assert corpus.samples.index.equals(tiny_corpus.samples.index)
    assert corpus.labels(corpora.FULL).to_dict() == pytest.approx(tiny_corpus.labels(corpora.FULL).to_dict())
    for sample_id in corpus.samples.index:
        near, far = tiny_corpus.planet_fusion(sample_id), corpus.planet_fusion(sample_id)
        assert np.array_equal(near, far)
        assert near.attrs["missing_reasons"] == far.attrs["missing_reasons"]
    assert far.sizes["time"] > 0


def test_the_second_time_it_opens_from_this_disk(server: Server, corpus: Corpus, tmp_path: Path) -> None:
    asked = sum(server.asked.values())
    again = open_corpus(server.url, config=corpus.config)
    assert sum(server.asked.values()) == asked + 1  # for its rapidai4eo.toml, which is an operator's
    assert len(again.samples) == 3
    (kept,) = (tmp_path / "cache" / "indexes").glob("*.parquet")
    kept.write_bytes(b"torn")
    anew = open_corpus(server.url, config=corpus.config)
    assert len(anew.samples) == 3
    assert sum(server.asked.values()) == asked + 3


def test_a_table_and_a_profile_that_are_kept_open_while_the_server_is_away(
    indexed_folder: Path, tmp_path: Path
) -> None:
    config = Settings(cache_dir=tmp_path / "cache", http_retries=0, http_connect_timeout=1)
    root = tmp_path / "mirror"
    shutil.copytree(indexed_folder, root)
    (root / "rapidai4eo.toml").write_text("[PF-SR]\nnodata = 7\n")
    with servers.serve(root) as server:
        open_corpus(server.url, config=config).close()
    with open_corpus(server.url, config=config) as away:
        assert len(away.samples) == 3
        assert away.profile.lines() == ["PF-SR.nodata = 7.0"]
    with pytest.raises(StoreError):
        open_corpus(server.url, config=Settings(cache_dir=tmp_path / "other", http_retries=0))


def test_a_mirror_without_an_index_is_read_from_its_resources(tmp_path: Path) -> None:
    table = f"sample_id,clc_211,clc_311\n{corpora.FULL},0.6,0.4\n{corpora.BARE},1.0,0\n"
    corpora.put(tmp_path / "mirror", "resources/rapidai4eo_labels.csv", table.encode())
    with servers.serve(tmp_path / "mirror") as server:
        config = Settings(cache_dir=tmp_path / "cache")
        corpus = open_corpus(server.url, config=config)
        assert corpus.labels(corpora.FULL).to_dict() == pytest.approx({211: 0.6, 311: 0.4})
        asked = sum(server.asked.values())
        assert len(open_corpus(server.url, config=config).samples) == 2
        assert sum(server.asked.values()) == asked + 1  # for its rapidai4eo.toml


def test_a_downloaded_part_opens_offline(corpus: Corpus, tiny_folder: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    def progress(report: Report) -> None:
        seen.append((report.done, report.total))

    report = download(corpus, one(corpus), tmp_path / "part", progress)
    # 146 + 12 dates and a label were asked for; ten dates, twelve months and the label are there.
    assert (report.total, report.fetched, report.absent, report.kept, report.failed) == (159, 23, 136, 0, {})
    assert seen[-1] == (159, 159)
    assert [done for done, _ in seen] == list(range(1, 160))
    corpus.close()
    offline = open_corpus(tmp_path / "part")
    assert list(offline.samples.index) == [corpora.FULL]
    assert offline.labels(corpora.FULL).to_dict() == pytest.approx({211: 0.6, 311: 0.3, 112: 0.1})
    original = open_corpus(tiny_folder)
    assert np.array_equal(offline.planet_fusion(corpora.FULL), original.planet_fusion(corpora.FULL))
    assert np.array_equal(offline.sentinel2(corpora.FULL), original.sentinel2(corpora.FULL))
    assert not list((tmp_path / "part").rglob(".*.part"))


def test_it_goes_on_where_it_stopped(corpus: Corpus, server: Server, tmp_path: Path) -> None:
    download(corpus, one(corpus, products=["S2-SR"]), tmp_path)
    torn = tmp_path / S2_SR.key(CELL.folder, S2_SR.dates[3])
    whole = torn.read_bytes()
    torn.write_bytes(whole[: len(whole) // 2])
    (tmp_path / S2_SR.key(CELL.folder, S2_SR.dates[5])).unlink()
    server.asked.clear()
    report = download(corpus, one(corpus, products=["S2-SR"]), tmp_path)
    assert (report.fetched, report.kept) == (2, 11)
    assert torn.read_bytes() == whole
    assert set(server.asked) == {
        S2_SR.key(CELL.folder, S2_SR.dates[3]),
        S2_SR.key(CELL.folder, S2_SR.dates[5]),
    }


def test_a_second_query_adds_to_the_folder(corpus: Corpus, tmp_path: Path) -> None:
    download(corpus, one(corpus, end="2018-01-10"), tmp_path)
    download(corpus, one(corpus, corpora.BARE, end="2018-01-10"), tmp_path)
    both = open_corpus(tmp_path)
    assert set(both.samples.index) == {corpora.FULL, corpora.BARE}
    assert both.samples.at[corpora.FULL, "clc"] == 211
    assert both.samples.at[corpora.BARE, "clc"] == 0


def test_dates_and_products_choose(corpus: Corpus, tmp_path: Path) -> None:
    download(corpus, one(corpus, products=["PF-SR"], start="2018-01-05", end="2018-01-14"), tmp_path)
    assert files(tmp_path / "imagery") == {
        f"{CELL.folder}/PF-SR/2018-01-08.tif",
        f"{CELL.folder}/PF-SR/2018-01-13.tif",
    }
    with pytest.raises(InvalidQueryError, match="no product"):
        download(corpus, one(corpus, products=["PF"]), tmp_path)
    with pytest.raises(InvalidQueryError, match="no date"):
        download(corpus, one(corpus, start="2025"), tmp_path)


def test_what_is_broken_is_named_and_not_written(corpus: Corpus, tmp_path: Path) -> None:
    kinds = corpora.damaged(PF_SR, BROKEN)
    report = download(corpus, one(corpus, corpora.BROKEN, products=["PF-SR"]), tmp_path)
    assert report.fetched == 3  # two good chips and the label
    assert len(report.failed) == len(kinds)
    assert report.failed[PF_SR.key(BROKEN.folder, PF_SR.dates[2])] == "empty file"
    assert len(files(tmp_path / "imagery")) == 2


def test_nothing_is_written_outside_the_folder(corpus: Corpus, tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    (inside / "imagery").mkdir(parents=True)
    (inside / "imagery" / CELL.zone_name).symlink_to(outside)
    with pytest.raises(OutputError, match="leads out"):
        download(corpus, one(corpus, products=["PF-SR"]), inside)
    assert files(outside) == set()
    (inside / "imagery" / CELL.zone_name).unlink()
    precious = outside / "precious"
    precious.write_text("mine")
    (inside / KEY).parent.mkdir(parents=True)
    (inside / KEY).symlink_to(precious)
    download(corpus, one(corpus, products=["PF-SR"], end="2018-01-04"), inside)
    assert precious.read_text() == "mine"
    assert not (inside / KEY).is_symlink()


def test_a_folder_that_cannot_be_written_is_one_error(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        download(corpus, one(corpus), tmp_path / "file")
    monkeypatch.setattr("explorer.corpus.download.TYPICAL_BYTES", dict.fromkeys(("PF-SR", "labels"), 10**15))
    with pytest.raises(OutputError, match="GB free; choose fewer"):
        download(corpus, one(corpus, products=["PF-SR"]), tmp_path / "part")


def test_a_server_that_goes_away_ends_it_and_the_next_call_goes_on(
    corpus: Corpus, server: Server, tmp_path: Path
) -> None:
    asked = itertools.count()

    def gone(handler: Any, key: str) -> bool:
        if not key.endswith(".tif") or next(asked) < 8:
            return False
        until(lambda: len(files(tmp_path)) > 5)
        servers.reply(handler, 403)
        return True

    server.answer = gone
    with pytest.raises(StoreError, match="refuses access"):
        download(corpus, one(corpus, products=["S2-SR"]), tmp_path)
    there = len(files(tmp_path))
    assert 5 < there < 13 + 32
    server.answer = lambda handler, key: False
    report = download(corpus, one(corpus, products=["S2-SR"]), tmp_path)
    assert report.kept >= there - 2  # the table and profile of the cache are no chips
    assert report.fetched + report.kept == 13


def test_a_copy_says_what_the_catalog_and_the_operator_said_of_its_numbers(
    indexed_folder: Path, tmp_path: Path
) -> None:
    root = tmp_path / "mirror"
    shutil.copytree(indexed_folder, root)
    (root / "rapidai4eo.toml").write_text("[PF-SR]\nnodata = 7\n")
    with open_corpus(root) as whole:
        whole.index.stated = {"S2-SR": Stated(scales=(1e-4,), offsets=(-0.01,))}
        whole._start()
        expected = whole.sentinel2(corpora.FULL)
        download(whole, one(whole), tmp_path / "copy")
    with open_corpus(tmp_path / "copy") as copy:
        assert copy.profile.lines() == ["PF-SR.nodata = 7.0"]
        np.testing.assert_array_equal(copy.sentinel2(corpora.FULL), expected)
        assert any(
            "offset -0.01 of the catalog applied" in n
            for n in copy.sentinel2(corpora.FULL).attrs["read_notes"]
        )


def test_a_copy_that_could_not_say_it_is_refused(indexed_folder: Path, tmp_path: Path) -> None:
    with open_corpus(indexed_folder) as whole:
        key = S2_SR.key(whole.cell(corpora.FULL).folder, S2_SR.dates[3])
        whole.index.stated = {key: Stated(offsets=(-0.1,), scales=(1e-4,))}
        with pytest.raises(OutputError, match="single chips of S2-SR"):
            download(whole, one(whole), tmp_path / "copy")
        assert not files(tmp_path / "copy")
        download(whole, one(whole, products=["PF-SR"]), tmp_path / "copy")
    (tmp_path / "copy" / "rapidai4eo.toml").write_text("[PF-SR]\nnodata = 1\n")
    with (
        open_corpus(
            indexed_folder, config=Settings(profile=str(tmp_path / "copy" / "rapidai4eo.toml"))
        ) as same,
    ):
        download(same, one(same, products=["PF-SR"]), tmp_path / "copy")
    with open_corpus(indexed_folder) as plain, pytest.raises(OutputError, match=r"another rapidai4eo\.toml"):
        download(plain, one(plain, products=["PF-SR"]), tmp_path / "copy")


def test_a_copy_of_made_up_imagery_says_so(indexed_folder: Path, tmp_path: Path) -> None:
    made_up = tmp_path / "made-up"
    shutil.copytree(indexed_folder, made_up)
    corpora.put(made_up, SYNTHETIC_KEY, b"made by a program")
    with servers.serve(made_up) as server:
        corpus = open_corpus(server.url, config=Settings(cache_dir=tmp_path / "cache"))
        download(corpus, one(corpus, products=["S2-SR"], end="2018-02"), tmp_path / "part")
        corpus.close()
    assert (tmp_path / "part" / SYNTHETIC_KEY).read_bytes() == b"made by a program"
    assert open_corpus(tmp_path / "part").synthetic


def test_the_list_is_for_other_downloaders(corpus: Corpus, server: Server) -> None:
    urls = list(hrefs(corpus, one(corpus, products=["S2-SR"], end="2018-02")))
    assert urls == [
        server.url + CELL.label_key,
        *(server.url + S2_SR.key(CELL.folder, day) for day in S2_SR.dates[:2]),
    ]


def run(*words: str | os.PathLike[str]) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_command(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_CACHE_DIR", str(tmp_path / "cache"))
    part = tmp_path / "part"
    conditions = ("--id", corpora.FULL, "--product", "PF-SR", "--end", "2018-01-10")
    done = run("download", server.url, part, *conditions)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("3 files fetched")
    assert "explorer serve" in done.stdout
    assert "3 were there" in run("download", server.url, part, *conditions).stdout
    listed = run("download", server.url, "--list", *conditions)
    assert listed.stdout.splitlines() == [
        server.url + CELL.label_key,
        server.url + KEY,
        server.url + PF_SR.key(CELL.folder, PF_SR.dates[1]),
    ]
    assert run("download", server.url, "--list", "-o", tmp_path / "urls.txt", *conditions).exit_code == 0
    assert (tmp_path / "urls.txt").read_text() == listed.stdout
    assert run("info", part).exit_code == 0
    assert (part / index.INDEX_KEY).is_file()
    broken = run("download", server.url, part, "--id", corpora.BROKEN, "--product", "PF-SR")
    assert broken.exit_code == 1
    count = len(corpora.damaged(PF_SR, BROKEN))
    assert f"{count} files could not be had; the same command tries them again" in broken.stderr
    assert len(broken.stderr.splitlines()) == SHOWN + 1


@pytest.mark.parametrize("words", [(), ("x", "--list"), ("x", "-o", "y")], ids=["neither", "both", "output"])
def test_the_command_wants_a_folder_or_a_list(indexed_folder: Path, words: tuple[str, ...]) -> None:
    done = run("download", indexed_folder, *words)
    assert done.exit_code == 2
    assert "give the folder to copy to, or --list" in done.stderr


def test_the_cache_commands(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.core.config import settings

    monkeypatch.setenv("EXPLORER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("EXPLORER_CHIP_CACHE_BYTES", "5000000")
    settings.cache_clear()
    assert run("info", server.url, corpora.FULL).exit_code == 0
    told = run("cache", "info").stdout
    assert str(tmp_path / "cache" / "chips") in told
    assert "files   26" in told
    assert "bound   5.0 MB" in told
    assert run("cache", "clear").stdout.startswith("Removed 26 files")
    assert "files   0" in run("cache", "info").stdout


def test_the_index_of_a_mirror_can_be_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.core.config import settings

    monkeypatch.setenv("EXPLORER_CACHE_DIR", str(tmp_path / "cache"))
    settings.cache_clear()
    table = f"sample_id,clc_211\n{corpora.FULL},1.0\n"
    resource = corpora.put(tmp_path / "mirror", "resources/rapidai4eo_labels.csv", table.encode())
    with servers.serve(tmp_path / "mirror") as server:
        assert len(open_corpus(server.url).samples) == 1
        resource.write_text(table + f"{corpora.BARE},1.0\n")
        assert len(open_corpus(server.url).samples) == 1, "it is kept"
        assert run("index", server.url).exit_code == 0
        assert len(open_corpus(server.url).samples) == 2
