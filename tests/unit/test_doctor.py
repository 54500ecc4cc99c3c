"""`doctor` says what is assumed of a corpus, what its files say, and ends with 1 where something would be wrong or missing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from explorer import open_corpus
from explorer.cli import app
from explorer.core import grid
from explorer.core.products import PF_QA, PF_SR, S2_SR, Product
from explorer.corpus import doctor
from explorer.corpus.doctor import Check, Diagnosis
from tests import corpora, servers

IDS = [corpora.FULL, corpora.BROKEN, corpora.BARE]
MEANS = {
    PF_SR.id: (528, 744, 849, 2693),
    S2_SR.id: (558, 828, 901, 2652, 1200, 2000, 2400, 2500, 1800, 1200, 450, 2450),
}


def pixels(product: Product, seed: int = 0) -> np.ndarray:
    """DN as Europe has them."""
    rng = np.random.default_rng(seed)
    means = np.array(MEANS[product.id])[:, None, None]
    return (means + rng.normal(0, 60, (len(means), product.size, product.size))).astype(product.dtypes[0])


def write(root: Path, change: dict[str, dict[str, Any]] | None = None) -> Path:
    """A small healthy corpus, but for a `change` of a product's chips."""
    for sample_id in IDS:
        cell = grid.parse(sample_id)
        corpora.write_label(root, sample_id, {211: 0.6, 311: 0.4})
        for product in (PF_SR, S2_SR):
            options = dict((change or {}).get(product.id, {}))
            turn, plus = options.pop("turn", slice(None)), options.pop("plus", 0)
            for date in doctor._LOOKED_AT[product.id]:
                data = corpora.geotiff(product, cell, (pixels(product) + plus)[turn], **options)
                corpora.put(root, product.key(cell.folder, date), data)
        index = PF_QA.dates.index(doctor._LOOKED_AT[PF_QA.id][0])
        corpora.put(root, PF_QA.key(cell.folder, PF_QA.dates[index]), corpora.good(PF_QA, cell, index))
    return root


def examine(root: Path | str) -> Diagnosis:
    with open_corpus(root) as corpus:
        return doctor.examine(corpus)


def of(found: Diagnosis, subject: str) -> Check:
    return next(check for check in found.checks if check.subject == subject)


def test_a_healthy_corpus(tmp_path: Path) -> None:
    found = examine(write(tmp_path))
    assert found.healthy
    assert {check.state for check in found.checks} == {"ok"}
    assert found.files == len(IDS) * 7
    assert of(found, "PF-SR").found == "9 of 9 looked at are read, 0 are not there"
    assert "means blue 52" in of(found, "PF-SR bands").found
    assert "1 gap_filled: 36 to 72 (37 values)" in of(found, "PF-QA bands").found
    assert "assumed, no file names its bands" in of(found, "S2-SR bands").found


def test_over_http_it_is_the_same(tmp_path: Path) -> None:
    from explorer import opening
    from explorer.corpus.tables import index

    root = write(tmp_path / "corpus")
    opening.reindex(root, root / index.INDEX_KEY)
    with servers.serve(root) as server:
        found = examine(server.url)
        assert found.healthy
        assert found.files == len(IDS) * 7
        assert sum(server.asked.values()) < len(IDS) * 7 + 12


@pytest.mark.parametrize("product", [PF_SR, S2_SR], ids=["PF", "S2"])
def test_bands_in_another_order_than_assumed_are_suspected(tmp_path: Path, product: Product) -> None:
    found = examine(write(tmp_path, {product.id: {"turn": slice(None, None, -1)}}))
    check = of(found, f"{product.id} bands")
    assert not found.healthy
    assert check.state == "wrong"
    assert "mixed up" in check.follows
    assert "set bands" in check.todo


def test_red_and_blue_alone_are_suspected_too(tmp_path: Path) -> None:
    check = of(examine(write(tmp_path, {PF_SR.id: {"turn": [2, 1, 0, 3]}})), "PF-SR bands")
    assert check.state == "wrong"
    assert "blue is brighter than red" in check.follows


def test_an_offset_that_nobody_names_is_suspected(tmp_path: Path) -> None:
    check = of(examine(write(tmp_path, {S2_SR.id: {"plus": 1000}})), "S2-SR bands")
    assert check.state == "wrong"
    assert "as if 1000 had been added" in check.follows


def test_less_than_half_of_the_dates_is_missing(tmp_path: Path) -> None:
    write(tmp_path)
    for path in tmp_path.glob("imagery/*/*/*/PF-SR/*.tif"):
        if path.stem != "2018-07-02":
            path.unlink()
    assert of(examine(tmp_path), "PF-SR").state == "missing"


def test_pixels_of_some_chips_alone_are_held_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "MAX_WHOLE", 4)
    found = examine(write(tmp_path))
    assert found.healthy
    assert of(found, "PF-SR").found == "9 of 9 looked at are read, 0 are not there"
    assert "means blue 52" in of(found, "PF-SR bands").found
    assert of(found, "PF-SR missing pixels").found == "0.0% at most"


def test_the_profile_settles_it(tmp_path: Path) -> None:
    write(tmp_path, {PF_SR.id: {"turn": slice(None, None, -1)}})
    (tmp_path / "rapidai4eo.toml").write_text('[PF-SR]\nbands = ["nir", "red", "green", "blue"]\n')
    found = examine(tmp_path)
    assert found.healthy
    assert "PF-SR.bands = ['nir', 'red', 'green', 'blue']" in of(found, "rapidai4eo.toml").found
    assert of(found, "PF-SR bands").found.startswith("rapidai4eo.toml; means blue 52")


def test_what_is_read_otherwise_is_told_and_healthy(tmp_path: Path) -> None:
    found = examine(write(tmp_path, {PF_SR.id: {"crs": "EPSG:32633"}, S2_SR.id: {"dtype": "float32"}}))
    told = [check for check in found.checks if check.state == "told"]
    assert any("stored as float32" in check.found for check in told)
    # A chip whose CRS is another cell's is refused, and that is wrong.
    assert any(check.state == "wrong" and "EPSG:32633" in check.found for check in found.checks)


def test_nothing_there_is_missing(tmp_path: Path) -> None:
    corpora.write_label(tmp_path, corpora.FULL, {211: 1.0})
    found = examine(tmp_path)
    assert {check.subject for check in found.checks if check.state == "missing"} == {"PF-SR", "S2-SR"}
    assert "date_pattern" in of(found, "PF-SR").todo


def test_labels_that_cannot_be_read_and_labels_that_differ(tmp_path: Path) -> None:
    write(tmp_path)
    rows = "".join(f"{sample_id},{'x' if i else 0.5},0.5\n" for i, sample_id in enumerate(IDS))
    corpora.put(tmp_path, "resources/rapidai4eo_labels.csv", f"sample_id,clc_112,clc_211\n{rows}".encode())
    found = examine(tmp_path)
    assert of(found, "Labels").state == "missing"
    assert of(found, "Label files").state == "wrong"
    assert any("line 3" in check.found for check in found.checks)  # the warning names the cell


def test_an_operator_who_names_a_band_that_is_not_there_is_told(tmp_path: Path) -> None:
    write(tmp_path)
    text = "[PF-QA]\ngap_filled = { band = 7 }\ndays_to_source = 'days'\n"
    (tmp_path / "rapidai4eo.toml").write_text(text)
    found = examine(tmp_path)
    for setting, wanted in (("gap_filled", "band 7"), ("days_to_source", "band days")):
        check = of(found, f"PF-QA.{setting}")
        assert (check.state, check.assumed) == ("wrong", wanted)


def test_the_command(tmp_path: Path) -> None:
    good, bad = write(tmp_path / "good"), write(tmp_path / "bad", {PF_SR.id: {"turn": slice(None, None, -1)}})
    run = CliRunner().invoke
    done = run(app, ["doctor", str(good), "--samples", "2"])
    assert done.exit_code == 0
    assert "14 files read" in done.stdout
    assert "nothing would be wrong or missing" in done.stdout
    done = run(app, ["doctor", str(bad), "--json"])
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["healthy"] is False
    assert {"subject", "state", "assumed", "found", "follows", "todo"} == set(told["checks"][0])
    profile = tmp_path / "mine.toml"
    profile.write_text('[PF-SR]\nbands = ["nir", "red", "green", "blue"]\n')
    assert run(app, ["doctor", str(bad), "--profile", str(profile)]).exit_code == 0
    profile.write_text("[PF-SR]\nband = 1\n")
    done = run(app, ["doctor", str(bad), "--profile", str(profile)])
    assert done.exit_code == 2
    assert "no setting PF-SR.band" in done.stderr


def test_the_demo_is_healthy() -> None:
    with open_corpus("demo") as corpus:
        assert doctor.examine(corpus, 3).healthy


def test_an_operator_who_names_bands_that_are_there_is_not_told(tmp_path: Path) -> None:
    write(tmp_path)
    text = f"[PF-QA]\ngap_filled = {{ band = 1 }}\ndays_to_source = '{corpora.QA_BANDS[1]}'\n"
    (tmp_path / "rapidai4eo.toml").write_text(text)
    found = examine(tmp_path)
    assert not [check for check in found.checks if check.subject.startswith("PF-QA.")]
    assert found.healthy


def test_a_corpus_without_a_label_and_one_in_percent_are_told_so(tmp_path: Path) -> None:
    root = write(tmp_path / "percent")
    for sample_id in IDS:
        corpora.write_label(root, sample_id, {211: 60, 311: 40})
    labels = of(examine(root), "Labels")
    assert labels.state == "told"
    assert "fractions run to 100" in labels.found
    assert labels.todo.startswith("nothing, if that is what is meant")
    shutil.rmtree(root / "labels")
    labels = of(examine(root), "Labels")
    assert (labels.state, labels.found) == ("missing", "not one sample has a label")
