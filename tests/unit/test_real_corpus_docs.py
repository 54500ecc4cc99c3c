"""The page on the real corpus names every setting of `rapidai4eo.toml`, and its example is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from explorer.core.products import PRODUCTS, S2_SR
from explorer.corpus import profile
from explorer.corpus.profile import GapFilled, LabelSettings, QualitySettings, ReflectanceSettings

PAGE = (Path(__file__).resolve().parents[2] / "assets" / "docs" / "real-corpus.md").read_text("utf-8")
EXAMPLE = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]


def test_its_example_is_understood() -> None:
    found = profile.parse(EXAMPLE.encode(), "the page")
    assert found.rules()["S2-SR"].offset == -0.1
    assert sorted(found.rules()["S2-SR"].bands) == sorted(S2_SR.band_names)
    assert found.labels.class_codes["cloud"] == 999
    meaning = found.quality_meaning()
    assert meaning is not None
    assert meaning.signed


@pytest.mark.parametrize(
    ("table", "model"),
    [
        *((name, QualitySettings if name == "PF-QA" else ReflectanceSettings) for name in PRODUCTS),
        ("labels", LabelSettings),
    ],
)
def test_it_shows_every_setting(table: str, model: type) -> None:
    part = EXAMPLE.partition(f"[{table}]\n")[2].partition("\n[")[0]
    shown = set(re.findall(r"^(\w+) =", part, re.MULTILINE))
    assert shown == set(model.model_fields)
    if table == "PF-QA":
        for name, field in GapFilled.model_fields.items():
            assert f"{field.alias or name} =" in part


def test_the_default_bands_are_those_of_the_products() -> None:
    for product in PRODUCTS.values():
        for name in product.band_names:
            assert re.search(rf"\b{name}\b", PAGE.partition("## rapidai4eo.toml")[0])
