"""The commands: what they print, write and refuse."""

from __future__ import annotations

import io
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pystac
import pytest
from typer.testing import CliRunner, Result

import explorer
from explorer import opening
from explorer.cli import app
from explorer.commands import shared
from explorer.core import grid
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.stores import store
from explorer.demo import writer
from tests import corpora

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Run a command; it must end as expected, and never with a traceback."""

    def run(*arguments: object, code: int = 0) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return run


def error(run: Run, *arguments: object) -> str:
    """The one line that a command refuses with."""
    result = run(*arguments, code=2)
    assert result.stdout == ""
    line = result.stderr.strip().splitlines()[-1]
    assert line.startswith("Error: ")
    return line


def test_version_and_help(run: Run) -> None:
    assert run("--version").stdout == f"explorer {explorer.__version__}\n"
    assert "serve" in run("--help").stdout
    for command in (
        "serve",
        "info",
        "profile",
        "query",
        "index",
        "catalog",
        "make-demo",
        "download",
        "check",
        "cache",
    ):
        text = run(command, "--help").stdout
        assert "Usage:" in text
        assert max(len(line) for line in text.splitlines()) <= 80


def test_help_is_there_at_once() -> None:
    command = [sys.executable, "-m", "explorer", "--help"]
    took = []
    for _ in range(3):
        before = resource.getrusage(
            resource.RUSAGE_CHILDREN
        )  # of the processor: a busy machine is no mistake
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(took) < 1.0  # 0.2 s; importing pandas alone would take longer
    code = "import sys; from explorer.cli import app; print('pandas' in sys.modules, 'panel' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "False False\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("info", "demo", "--nonsense"),
        ("profile", "demo"),
        ("make-demo", "x", "--samples", "0"),
        ("make-demo", "x", "--samples", "many"),
        ("query", "demo", "--min-fraction", "2"),
        ("serve", "--port", "70000"),
    ],
)
def test_what_is_not_understood_is_refused(run: Run, arguments: tuple[str, ...]) -> None:
    assert "Usage:" in run(*arguments, code=2).stderr


def test_info_on_a_corpus(run: Run, tiny_folder: Path) -> None:
    text = run("info", tiny_folder).stdout
    assert str(tiny_folder)[:40] in text.replace("\n", "")
    assert "Samples     3" in text
    assert "3.018 to 13.330 °E, 43.554 to 50.817 °N" in text
    assert "211 │ Non-irrigated arable land" in text
    assert "66.7%" in text
    assert "No label" in text
    assert "fractions run to 1" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_info_tells_what_is_wrong_with_a_corpus(run: Run, tiny_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_folder / "labels", tmp_path / "corpus" / "labels")).parent
    cell = grid.parse(corpora.BROKEN)
    (folder / cell.label_key).write_text("{ this is no JSON")
    result = run("info", folder)
    assert "Warnings" in result.stdout
    assert f"labels_{corpora.BROKEN}.geojson" in result.stdout.replace("\n", "").replace(" ", "")
    assert result.stderr == ""
    assert "1 found wrong in this corpus" in run("query", folder).stderr


def test_info_says_how_labels_are_written_and_what_has_no_class(run: Run, tmp_path: Path) -> None:
    table = f"sample_id,clc_211,clc_999\n{corpora.FULL},16.2,19.8\n{corpora.BARE},0,36\n".encode()
    corpora.put(tmp_path, "resources/rapidai4eo_labels.csv", table)
    text = " ".join(run("info", tmp_path).stdout.split())
    assert (
        "areas in hectares (or pixels of 100 m): 36 is a whole cell, 2 samples unclassified in part" in text
    )
    text = run("info", tmp_path, corpora.FULL).stdout
    assert "211 │ Non-irrigated arable land │    45.0%" in text
    assert "- │ Unclassified              │    55.0%" in text
    text = run("info", tmp_path, corpora.BARE).stdout
    assert "No label" not in text
    assert "Unclassified │   100.0%" in text


def test_info_on_a_sample(run: Run, tiny_folder: Path) -> None:
    text = run("info", tiny_folder, corpora.FULL).stdout
    assert "EPSG:32633 (WGS 84 / UTM zone 33N)" in text
    assert "364,800 to 365,400 m E, 4,823,400 to 4,824,000 m N" in text
    assert "13.329883 °E, 43.554059 °N" in text
    assert "211 │ Non-irrigated arable land  │    60.0%" in text
    assert "PF-SR  Planet Fusion surface reflectance: 10 of 146 dates" in text
    assert "S2-SR  Sentinel-2 L2A monthly mosaic: 12 of 12 months" in text
    assert "136  not there  2018-02-22 to 2019-12-29" in text
    mean = np.mean([corpora.pixels(PF_SR, index)[3].mean() for index in range(10)])
    assert f"nir   │ 865 │     {mean:,.0f}" in text
    assert f"{mean / 10_000:.4f}" in text
    assert "gap_filled" in text
    assert "Planet Labs" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_info_says_what_was_read_otherwise_and_what_is_settled_by_hand(run: Run, tmp_path: Path) -> None:
    cell = grid.parse(corpora.FULL)
    corpora.write_label(tmp_path, corpora.FULL, {211: 1.0})
    for index in range(2):
        data = corpora.geotiff(PF_SR, cell, corpora.pixels(PF_SR, index), list(PF_SR.band_names[::-1]))
        corpora.put(tmp_path, PF_SR.key(cell.folder, PF_SR.dates[index]), data)
    (tmp_path / "rapidai4eo.toml").write_text("[S2-SR]\nscale = 0.0001\noffset = -0.1\n")
    told = " ".join(run("info", tmp_path, corpora.FULL).stdout.split())
    assert (
        "2 dates from 2018-01-03 to 2018-01-08: the bands stand in another order, as the file names them"
        in told
    )
    told = run("info", tmp_path).stdout
    assert "S2-SR.offset = -0.1" in told
    assert "explorer doctor" in told


def test_info_says_why_dates_are_broken(run: Run, tiny_folder: Path) -> None:
    text = run("info", tiny_folder, corpora.BROKEN).stdout
    assert "2 of 146 dates" in text
    assert "empty file" in text
    assert "128  not there" in text
    others = len(corpora.damaged(PF_SR, grid.parse(corpora.BROKEN))) - 11
    assert f"{others} other reasons" in text
    bare = run("info", tiny_folder, corpora.BARE).stdout
    assert "No label" in bare


def test_a_bands_name_cannot_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    cell = grid.parse(corpora.FULL)
    from explorer.core.products import PF_QA

    data = corpora.geotiff(PF_QA, cell, corpora.pixels(PF_QA, 0), ["\x1b[31mred", "[bold]two[/bold]"])
    corpora.put(tmp_path, PF_QA.key(cell.folder, PF_QA.dates[0]), data)
    text = run("info", tmp_path, corpora.FULL).stdout
    assert "\x1b" not in text
    assert "[bold]two[/bold]" in text


@pytest.mark.parametrize(
    ("where", "sample", "message"),
    [
        ("nowhere", None, "nowhere does not exist"),
        ("", None, "no corpus is named"),
        ("tiny", "33N_15E-200N_01_10", "is not in the corpus"),
        ("tiny", "../../etc", "is not a sample id"),
        ("empty", None, "no sample found"),
        ("ftp://example.org/x", None, "a corpus is a folder, the word demo, or a URL"),
    ],
)
def test_info_refuses_by_name(
    run: Run, tiny_folder: Path, tmp_path: Path, where: str, sample: str | None, message: str
) -> None:
    place: Any = {"tiny": tiny_folder, "empty": tmp_path, "nowhere": tmp_path / "nowhere"}.get(where, where)
    assert message in error(run, "info", place, *([sample] if sample else []))


def read_profile(text: str) -> tuple[list[str], pd.DataFrame]:
    lines = text.splitlines()
    comments = [line for line in lines if line.startswith("#")]
    assert lines[: len(comments)] == comments
    return comments, pd.read_csv(io.StringIO(text), comment="#")


def test_profile_is_tidy_and_attributed(run: Run, tiny_folder: Path) -> None:
    comments, table = read_profile(run("profile", tiny_folder, corpora.FULL, "--row", 10, "--col", 20).stdout)
    assert any("Planet Labs" in line for line in comments)
    assert any("Copernicus Sentinel" in line for line in comments)
    assert any("10.34911/RDNT.GCYDKJ" in line for line in comments)
    assert any("reflectance x 10000" in line for line in comments)
    assert {"date", "sensor", "band", "value", "dn", "unit", "flag"} <= set(table.columns)
    assert not table.duplicated(["date", "sensor", "band"]).any()
    nir = table[(table.band == "nir") & table.flag.isin(["measured", "gap-filled"])]
    assert nir.dn.tolist() == [corpora.pixels(PF_SR, index)[3, 10, 20] for index in range(10)]
    assert nir.value.to_numpy() == pytest.approx(nir.dn.to_numpy() * 1e-4)
    assert nir.date.iloc[0] == "2018-01-03T10:30Z"
    july = table[(table.band == "B08") & (table.date == "2018-07-01T10:30Z")]
    assert july.dn.item() == corpora.pixels(S2_SR, 6)[3, 3, 6]  # the 10 m pixel under row 10, col 20 at 3 m
    assert table[table.band == "nir"].flag.str.startswith("missing").sum() == 136


def test_a_place_names_the_same_pixel(run: Run, tiny_folder: Path, tmp_path: Path) -> None:
    cell = grid.parse(corpora.FULL)
    left, _, _, top = cell.bounds
    lon, lat = grid.transformer(cell.epsg, 4326).transform(left + 20.5 * 3, top - 10.5 * 3)
    by_place = run("profile", tiny_folder, corpora.FULL, "--lon", lon, "--lat", lat).stdout
    output = tmp_path / "profile.csv"
    result = run("profile", tiny_folder, corpora.FULL, "--row", 10, "--col", 20, "-o", output)
    assert result.stdout == ""
    assert output.read_text(encoding="utf-8") == by_place


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "either --row and --col, or --lon and --lat"),
        (("--row", 1), "either --row and --col"),
        (("--lon", 13.33), "either --row and --col"),
        (("--row", 1, "--lat", 43.55), "either --row and --col"),
        (("--row", 1, "--col", 1, "--lon", 13.33, "--lat", 43.55), "either --row and --col"),
        (("--row", 1, "--col", 1, "--lon", 13.33), "either --row and --col"),
        (("--row", 200, "--col", 0), "from 0 to 199"),
        (("--row", -1, "--col", 0), "from 0 to 199"),
        (("--lon", -13.0, "--lat", 43.55), f"outside the footprint of {corpora.FULL}, which runs from 13.32"),
        (("--row", 1, "--col", 1, "-o", "/nowhere/at/all.csv"), "there is no folder"),
    ],
)
def test_profile_refuses_what_names_no_pixel(
    run: Run, tiny_folder: Path, options: tuple[object, ...], message: str
) -> None:
    assert message in error(run, "profile", tiny_folder, corpora.FULL, *options)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output as a person reads it."""
    monkeypatch.setattr(shared, "to_terminal", lambda: True)


@pytest.mark.usefixtures("terminal")
def test_query_by_space_label_and_time(run: Run, tiny_folder: Path) -> None:
    assert run("query", tiny_folder).stdout.endswith("3 samples\n")
    text = run("query", tiny_folder, "--bbox", 0, 45, 5, 55).stdout
    assert corpora.BROKEN in text
    assert text.endswith("1 sample\n")
    assert max(len(line) for line in text.splitlines()) <= 80
    assert run("query", tiny_folder, "--bbox", -20, 45, -5, 55).stdout == "0 samples\n"
    urban = run("query", tiny_folder, "--class", 112, "--min-fraction", 0.2).stdout
    assert corpora.BROKEN in urban
    assert corpora.FULL not in urban
    assert run("query", tiny_folder, "--class", 1, "--level", 1).stdout.endswith("2 samples\n")
    assert corpora.BARE in run("query", tiny_folder, "--class", 0).stdout
    either = run("query", tiny_folder, "--class", 112, "--class", 311, "--min-fraction", 0.42).stdout
    assert either.endswith("1 sample\n")


def test_query_lists_chips(run: Run, tiny_folder: Path, tmp_path: Path) -> None:
    july = ("--start", "2018-07-01", "--end", "2018-07-10", "--bbox", 0, 45, 5, 55)
    lines = run("query", tiny_folder, *july, "--hrefs").stdout.splitlines()
    assert [line.rsplit("/", 2)[1:] for line in lines] == [
        ["PF-SR", "2018-07-02.tif"],
        ["PF-SR", "2018-07-07.tif"],
        ["S2-SR", "2018-07.tif"],
    ]
    assert all(Path(line).is_relative_to(tiny_folder) for line in lines)
    output = tmp_path / "chips.txt"
    run("query", tiny_folder, *july, "--hrefs", "--product", "S2-SR", "--labels", "--output", output)
    names = [Path(line).name for line in output.read_text().splitlines()]
    assert sorted(names) == ["2018-07.tif", f"labels_{corpora.BROKEN}.geojson"]


@pytest.mark.parametrize("ending", [".csv", ".geojson", ".parquet"])
def test_query_writes_tables_that_others_read(
    run: Run, tiny_folder: Path, tmp_path: Path, ending: str
) -> None:
    output = tmp_path / f"found{ending}"
    run("query", tiny_folder, "-o", output)
    if ending == ".csv":
        table = pd.read_csv(output)
    else:
        table = gpd.read_parquet(output).reset_index() if ending == ".parquet" else gpd.read_file(output)
        assert table.crs.to_epsg() == 4326
        cell = grid.parse(table.sample_id[0])
        assert table.geometry[0].symmetric_difference(cell.footprint()).area < 1e-9
    assert sorted(table.sample_id) == sorted([corpora.FULL, corpora.BROKEN, corpora.BARE])
    assert {"lon", "lat", "clc", "fraction"} <= set(table.columns)
    if ending == ".geojson":
        assert "CORINE" in json.loads(output.read_text())["attribution"]
    elif ending == ".parquet":
        assert b"CORINE" in pq.read_schema(output).metadata[b"attribution"]


def test_query_takes_an_area_from_a_file_in_any_crs(run: Run, tiny_folder: Path, tmp_path: Path) -> None:
    cell = grid.parse(corpora.FULL)
    area = gpd.GeoSeries([cell.footprint(cell.epsg).buffer(1000)], crs=cell.epsg)
    area.to_file(tmp_path / "area.gpkg")
    assert (
        corpora.FULL
        in run("query", tiny_folder, "--geometry", tmp_path / "area.gpkg").stdout.splitlines()[-1]
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--bbox", 5, 45, 0, 55), "west is east of east"),
        (("--class", 999), "CORINE has no class"),
        (("--class", 211, "--level", 1), "at level 1"),
        (("--start", "yesterday"), "yesterday"),
        (("--start", "2031-01-01"), "2019-12-29"),
        (("--product", "PF-SR"), "give --hrefs"),
        (("--labels",), "give --hrefs"),
        (("--hrefs", "--product", "LANDSAT"), "LANDSAT"),
        (("--geometry", "/nowhere.geojson"), "cannot be read as an area"),
        (("-o", "found.xlsx"), "name it .csv, .geojson, .gpkg, .parquet"),
        (("-o", "/nowhere/found.csv"), "there is no folder /nowhere"),
        (("-o", "/nowhere/found.geojson"), "there is no folder /nowhere"),
    ],
)
def test_query_refuses_by_name(
    run: Run, tiny_folder: Path, options: tuple[object, ...], message: str
) -> None:
    assert message in error(run, "query", tiny_folder, *options)


def test_a_pipe_gets_all_samples_as_csv_and_json_is_geojson(run: Run, tiny_folder: Path) -> None:
    for options in ((), ("-o", "-")):
        result = run("query", tiny_folder, *options)
        assert sorted(pd.read_csv(io.StringIO(result.stdout)).sample_id) == sorted(
            [corpora.FULL, corpora.BROKEN, corpora.BARE]
        )
        assert result.stderr == ""
    found = json.loads(run("query", tiny_folder, "--bbox", 0, 45, 5, 55, "--json").stdout)
    assert [one["properties"]["sample_id"] for one in found["features"]] == [corpora.BROKEN]
    assert "--json is for standard output" in error(run, "query", tiny_folder, "--json", "-o", "x.csv")
    assert not Path("-").exists()


def test_info_as_json_has_what_the_table_has(run: Run, tiny_folder: Path) -> None:
    facts = json.loads(run("info", tiny_folder, "--json").stdout)
    assert facts["samples"] == 3
    assert facts["samples_by_largest_class"]["211"] == {"title": "Non-irrigated arable land", "samples": 2}
    one = json.loads(run("info", tiny_folder, corpora.BROKEN, "--json").stdout)
    assert one["epsg"] == 32631
    assert one["label"]["211"] == pytest.approx(0.55)
    planet = one["products"]["PF-SR"]
    assert len(planet["dates"]) + len(planet["missing"]) == len(PF_SR.dates)
    text = run("info", tiny_folder, corpora.BROKEN).stdout
    assert f"{planet['bands']['nir']['mean']:.4f}" in text


def test_a_device_is_written_to_and_not_replaced(run: Run, tiny_folder: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    run("profile", tiny_folder, corpora.FULL, "--row", 1, "--col", 2, "-o", pipe)
    reader.join(30)
    assert pipe.is_fifo()
    assert "reflectance" in read[0]


def test_the_shell_is_offered_completion(run: Run) -> None:
    assert "--install-completion" in run("--help").stdout


@pytest.mark.usefixtures("terminal")
def test_a_long_result_is_cut_and_says_so(run: Run, tmp_path: Path) -> None:
    for number in range(1, 26):
        corpora.write_label(tmp_path, f"33N_15E-200N_02_{number:02d}", {211: 1.0})
    text = run("query", tmp_path).stdout
    assert "25 samples, 20 of them shown; -o FILE.csv writes all" in text
    assert text.count("33N_15E-200N_02_") == 20


def test_index_is_written_where_the_corpus_is_opened_from_it(
    run: Run, tiny_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "corpus"))
    assert "resources/explorer_index.parquet" in run("index", folder).stdout.replace("\n", "")
    table = gpd.read_parquet(folder / "resources" / "explorer_index.parquet")
    assert len(table) == 3
    shutil.rmtree(folder / "labels")  # the index is what tells of them now
    assert "66.7%" in run("info", folder).stdout
    assert "explorer_index.parquet" in run("info", folder).stdout


def test_index_goes_where_it_is_told(run: Run, tiny_folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "other.parquet"
    run("index", tiny_folder, "-o", output)
    assert len(gpd.read_parquet(output)) == 3
    assert not (tiny_folder / "resources").exists()
    assert "does not exist" in error(run, "index", tmp_path / "nowhere")


def test_catalog_is_one_that_pystac_walks_and_a_corpus_opens_from(
    run: Run, tiny_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "corpus"))
    run("catalog", folder, folder / "stac-v1.0")
    catalog = pystac.Catalog.from_file(str(folder / "stac-v1.0" / "catalog.json"))
    samples = {item.properties["sample_id"] for item in catalog.get_items(recursive=True)}
    assert samples == {corpora.FULL, corpora.BROKEN, corpora.BARE}
    assert "Samples     3" in run("info", folder / "stac-v1.0" / "catalog.json").stdout


def test_catalog_of_some_samples(run: Run, tiny_folder: Path, tmp_path: Path) -> None:
    run("catalog", tiny_folder, tmp_path / "some", corpora.FULL)
    catalog = pystac.Catalog.from_file(str(tmp_path / "some" / "catalog.json"))
    samples = {item.properties["sample_id"] for item in catalog.get_items(recursive=True)}
    assert samples == {corpora.FULL}
    unknown = "33N_15E-200N_05_05"
    assert unknown in error(run, "catalog", tiny_folder, tmp_path / "none", unknown)


def test_make_demo_writes_a_corpus_in_the_real_layout(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    assert "Wrote 1 sample to" in run("make-demo", folder, "--samples", 1, "--seed", 3).stdout
    assert {path.name for path in folder.iterdir()} >= {"imagery", "labels", "resources", "stac-v1.0"}
    assert len(list(folder.glob("imagery/*/*/*/PF-SR/*.tif"))) == 146
    assert len(list(folder.glob("imagery/*/*/*/S2-SR/*.tif"))) == 12
    assert "Samples     1" in run("info", folder).stdout
    first = sorted(path.name for path in folder.glob("imagery/*/*/*"))

    assert "not an empty folder" in error(run, "make-demo", folder)
    run("make-demo", folder, "--samples", 1, "--seed", 3, "--force")
    assert sorted(path.name for path in folder.glob("imagery/*/*/*")) == first


def test_make_demo_never_touches_other_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    for force in ((), ("--force",)):
        assert "not an empty folder" in error(run, "make-demo", tmp_path, *force)
    assert "not an empty folder" in error(run, "make-demo", tmp_path / "thesis.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_make_demo_replaces_no_corpus_that_somebody_paid_for(run: Run, tmp_path: Path) -> None:
    chip = corpora.put(tmp_path, "imagery/33N/chip.tif", b"seventeen terabytes")
    assert "does not say that it is made up" in error(run, "make-demo", tmp_path, "--force")
    assert chip.read_bytes() == b"seventeen terabytes"


def test_a_demo_that_is_stopped_says_already_that_it_is_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writer, "_sample", stop)
    with pytest.raises(KeyboardInterrupt):
        writer.write(tmp_path / "part", samples=1)
    assert store.is_synthetic(store.DirectoryStore(tmp_path / "part"))


def test_a_folder_named_demo_is_a_folder_where_it_is_a_path(
    run: Run, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("demo").symlink_to(tiny_folder, target_is_directory=True)
    with opening.open_corpus(Path("demo")) as opened:
        assert not opened.synthetic
    assert "for the folder write ./demo" in run("query", "demo", "--bbox", 0, 0, 0.1, 0.1).stderr
    assert "Note" not in run("info", "./demo").stderr


def test_serve_hands_its_options_on(run: Run, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer import app as page

    calls: list[tuple[Any, dict[str, Any]]] = []
    monkeypatch.setattr(page, "serve", lambda corpus, **options: calls.append((corpus, options)))
    run("serve", tiny_folder, "--port", 0, "--no-open", "--tiles")
    ((corpus, options),) = calls
    assert corpus.where == str(tiny_folder)
    assert corpus.config.tiles
    assert options.pop("port") > 1023
    assert options == {"address": "127.0.0.1", "open_browser": False, "allow_origins": (), "given": None}
    run("serve", tiny_folder, "--port", 0, "--address", "0.0.0.0", "--allow-origin", "explorer.example.org")
    assert calls[1][1]["allow_origins"] == ["explorer.example.org"]
    assert calls[1][1]["address"] == "0.0.0.0"
    assert calls[1][1]["open_browser"]
    assert not calls[1][0].config.tiles


def test_serve_says_which_port_is_taken(run: Run, tiny_folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        line = error(run, "serve", tiny_folder, "--port", port, "--no-open")
    assert f"port {port} on 127.0.0.1 is taken" in line
    assert "--port" in line


@pytest.mark.parametrize("address", ["no such address", "192.0.2.1"])
def test_serve_refuses_an_address_of_another_machine(run: Run, tiny_folder: Path, address: str) -> None:
    assert address in error(run, "serve", tiny_folder, "--address", address, "--no-open")


def test_serve_refuses_an_origin_that_is_no_host(run: Run, tiny_folder: Path) -> None:
    line = error(run, "serve", tiny_folder, "--port", 0, "--no-open", "--allow-origin", "https://x.org/")
    assert "'https://x.org/' is not a host" in line


def test_the_module_runs_and_an_error_is_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "explorer", "info", tmp_path / "nowhere"],
        capture_output=True,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no descriptors by name")
def test_a_descriptor_by_its_name_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    sink = tmp_path / "sink"  # as `-o /dev/stdout >> sink`
    with sink.open("ab", buffering=0) as opened:
        opened.write(b"before\n")
        shared.write_output("after\n", Path(f"/dev/fd/{opened.fileno()}"))
    assert sink.read_text() == "before\nafter\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", [["info", "CORPUS", corpora.FULL, "--json"], ["--help"]])
def test_standard_output_that_is_full_is_one_line(tiny_folder: Path, words: list[str]) -> None:
    given = [str(tiny_folder) if word == "CORPUS" else word for word in words]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "explorer", *given],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"NO_COLOR": "1"},
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        2,
        "Error: cannot write to standard output: No space left on device\n",
    )


@pytest.mark.skipif(os.name == "nt", reason="closed by a POSIX shell")
@pytest.mark.parametrize("words", [["info", "CORPUS", "--json"], ["query", "CORPUS"], ["--help"]])
def test_standard_output_that_is_closed_is_one_line(tiny_folder: Path, words: list[str]) -> None:
    given = [str(tiny_folder) if word == "CORPUS" else word for word in words]
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "explorer", *given],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "Error: cannot write to standard output: it is closed"
    assert "Traceback" not in done.stderr


def test_an_index_is_not_written_to_a_folder_that_is_not_there(
    run: Run, tiny_folder: Path, tmp_path: Path
) -> None:
    output = tmp_path / "nodir" / "i.parquet"
    told = error(run, "index", tiny_folder, "-o", output)
    assert told == f"Error: cannot write {output}: there is no folder {output.parent}"
    assert not output.parent.exists()


def test_a_terminal_without_a_degree_sign_gets_a_question_mark(run: Run, tiny_folder: Path) -> None:
    result = CliRunner(charset="ascii").invoke(app, ["info", str(tiny_folder), corpora.FULL])
    assert result.exit_code == 0, result.exception
    assert "?N" in result.output


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch, tiny_folder: Path) -> None:
    from explorer.commands import describe

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(describe, "corpus_report", fail)
    result = CliRunner().invoke(app, ["info", str(tiny_folder)])
    assert isinstance(result.exception, ZeroDivisionError)
