"""Links that people have sent each other keep their meaning: these are frozen, and may only ever be added to.

A link has no version. Each key stands for itself, one that is not there is as on a fresh page, and what cannot be
understood is named and left out. A meaning that has to change gets another key, and `decode` goes on reading the old one.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from explorer.analysis import stretch
from explorer.analysis.curves import Curves
from explorer.analysis.picture_view import PictureView
from explorer.analysis.playback import Playback
from explorer.analysis.shapes import Shape
from explorer.analysis.stretch import StretchSpec
from explorer.corpus.query.area import Area
from explorer.corpus.query.embedding_area import EmbeddingArea
from explorer.corpus.query.filters import Filters
from explorer.corpus.query.opinion_conditions import ClassPair, Differ, Disagreement, Says
from explorer.opinions.overlay_look import OverlayLook
from explorer.opinions.question import Question
from explorer.similar.search import By, Search
from explorer.views.common.chart_zoom import ChartZoom
from explorer.views.common.embedding_look import EmbeddingLook
from explorer.views.common.gallery_look import GalleryLook
from explorer.views.common.map_state import MapLink, MapState, Place
from explorer.views.common.selection import Link, Selection, decode, encode
from explorer.views.common.sentinel_look import LargePicture, SentinelLook
from explorer.views.common.table_look import TableLook

SAMPLE = "33N_15E-200N_01_09"
SEASON = Curves(("red", "nir"), ("NDVI", "EVI"), "whittaker", True, True, True, ())
FROZEN: list[tuple[str, Any]] = [
    (f"sample={SAMPLE}", {"sample": SAMPLE}),
    ("date=2018-07-02", {"date": dt.date(2018, 7, 2)}),
    ("date=2019-12-29", {"date": dt.date(2019, 12, 29)}),
    ("pixels=120,80", {"pixels": ((120, 80),)}),
    ("pixels=120,80;30,40;0,199", {"pixels": ((120, 80), (30, 40), (0, 199))}),
    ("pixels=1,2;3,4;5,6&names=Oak;;A%20field", {"pixels": ((1, 2), (3, 4), (5, 6)), "names": ("Oak", "", "A field")}),
    ("regions=box:10,20,60,80:field", {"regions": (Shape("box", ((10.0, 20.0), (60.0, 80.0)), "field"),)}),
    ("regions=poly:100,100,150,100,150,160", {"regions": (Shape("polygon", ((100.0, 100.0), (150.0, 100.0), (150.0, 160.0))),)}),
    ("pixels=1,2&keep=1", {"pixels": ((1, 2),), "keep_marks": True}),
    ("composite=false", {"composite": "false"}),
    ("composite=band:nir", {"composite": "band:nir"}),
    ("composite=index:NDVI", {"composite": "index:NDVI"}),
    ("composite=expr:(nir-red)/(nir%2Bred)", {"composite": "expr:(nir-red)/(nir+red)"}),
    ("stretch=fixed", {"stretch": "vivid"}),
    ("stretch=vivid", {"stretch": "vivid"}),
    ("stretch=g1.4", {"stretch": "g1.4"}),
    ("stretch=frame", {"stretch": "frame"}),
    ("stretch=0.02-0.3", {"stretch": "0.02-0.3"}),
    ("stretch=0.02-0.3,g1.4", {"stretch": "0.02-0.3,g1.4"}),
    ("stretch=same", {"stretch": "same"}),
    ("curves=red,nir,NDVI,EVI;smooth:whittaker;pheno;breaks;years;behind:none", {"curves": SEASON}),
    ("curves=NDVI;behind:bands,index", {"curves": Curves(bands=(), behind=("bands", "index"))}),
    ("sentinel=swir;months;B11;4,7;class;spectrum", {"sentinel": SentinelLook("swir", "months", "B11", (4, 7), True, "spectrum")}),
    ("sentinel=images", {"sentinel": SentinelLook(room="images")}),
    ("sentinel=large", {"sentinel": SentinelLook(large=LargePicture())}),
    ("sentinel=B11;large:swipe,4,B11;zoom:2.5,40.5,103", {"sentinel": SentinelLook(band="B11", large=LargePicture("swipe", 4, "B11", 2.5, 40.5, 103.0))}),
    ("view=swipe:2018-12-04", {"view": PictureView("swipe", dt.date(2018, 12, 4))}),
    ("view=side;zoom:2.5,40.5,103", {"view": PictureView("side", None, 2.5, 40.5, 103.0)}),
    ("view=sheet-24;layer:cloud%20mask", {"view": PictureView("sheet-24", layer="cloud mask")}),
    ("view=swipe:2018-12-04;split:0.3", {"view": PictureView("swipe", dt.date(2018, 12, 4), split=0.3)}),
    ("play=run", {"playback": Playback("run")}),
    ("play=hold;range:2018-03-04,2018-09-30;speed:5;once", {"playback": Playback("hold", dt.date(2018, 3, 4), dt.date(2018, 9, 30), 5, False)}),
    ("charts=dates:2018-03-01,2018-09-30;bands:0,0.4;index:-0.2,0.9", {"charts": ChartZoom((dt.date(2018, 3, 1), dt.date(2018, 9, 30)), (0.0, 0.4), (-0.2, 0.9))}),
    ("table=-fraction,3", {"table": TableLook("fraction", True, 3)}),
    ("gallery=purity,50,2", {"gallery": GalleryLook("purity", 50, 2)}),
    ("gallery=-class,20,1;queue;2018-07;swir;seed:3", {"gallery": GalleryLook("class", 20, 1, True, True, "2018-07", "swir", 3)}),
    ("gallery=nearest,50,1;similar", {"gallery": GalleryLook("nearest", 50, 1, similar=True)}),
    ("similar=33N_15E-200N_01_09", {"similar": Search(("33N_15E-200N_01_09",))}),
    ("similar=33N_15E-200N_01_09@120,80;by:spectrum;label:231,32;n:50", {"similar": Search(("33N_15E-200N_01_09",), pixel=(120, 80), by=(By("spectrum"),), labels=(231, 32), n=50)}),
    ("similar=33N_15E-200N_01_09@box:10,20,60,80;by:season*2%2Ball@tessera;other", {"similar": Search(("33N_15E-200N_01_09",), region=Shape.of("box", [[10, 20], [60, 80]]), by=(By("season", "", 2), By("all", "tessera")), other=True)}),
    ("similar=33N_15E-200N_01_09.33N_15E-200N_01_10;medoid", {"similar": Search(("33N_15E-200N_01_09", "33N_15E-200N_01_10"), medoid=True)}),
    ("gallery=queue,200,7;queue;2018-07-02;index:NDVI", {"gallery": GalleryLook("queue", 200, 7, False, True, "2018-07-02", "index:NDVI")}),
    ("judge=made-up-good,3,table", {"judge": Question("made-up-good")}),
    ("judge=made-up-good,2,classes;fractions;rows", {"judge": Question("made-up-good", "2", "classes", "fractions", "rows")}),
    ("judge=My+model,bigearthnet-19,calibration;class:5", {"judge": Question("My model", "bigearthnet-19", "calibration", code=5)}),
    ("judge=a,own,two;with:b;columns;of:purity", {"judge": Question("a", "own", "two", values="columns", of="purity", other="b")}),
    ("judge=a,mine%252Cand%2520theirs,parts;of:zone", {"judge": Question("a", "mine,and theirs", "parts", of="zone")}),
    ("opinion=mine&gallery=disagreement,20,1", {"opinion": "mine", "gallery": GalleryLook("disagreement", 20, 1)}),
    ("opinion=mine&table=-disagreement,1", {"opinion": "mine", "table": TableLook("disagreement", True, 1)}),
    ("opinion=mine&draw=disagreement", {"opinion": "mine", "map": MapLink(shade="disagreement")}),
    ("opinion=mine&draw=opinion", {"opinion": "mine", "map": MapLink(shade="opinion")}),
    ("dataset=1", {"dataset": True}),
    ("embedding=pca", {"embedding": EmbeddingLook()}),
    ("embedding=umap;of:my+table;by:suspicion;at:0.1,-0.2,0.5", {"embedding": EmbeddingLook("umap", "my table", "suspicion", (0.1, -0.2, 0.5))}),
    ("filter=embedding:made-up:pca:-0.2_0.1~0.3_0.4~0.3_0", {"map": MapLink(filters=Filters(embedding=EmbeddingArea("made-up", "pca", ((-0.2, 0.1), (0.3, 0.4), (0.3, 0.0)))))}),
    ("filter=alike:33N_15E-200N_01_09@120,80/by:season/n:50;zone:33", {"map": MapLink(filters=Filters(zones=(33,), alike="33N_15E-200N_01_09@120,80;by:season;n:50"))}),
    ("panel=map", {"panel": "map"}),
    ("panel=planet", {"panel": "planet"}),
    ("panel=sentinel", {"panel": "sentinel"}),
    ("panel=profile", {"panel": "profile"}),
    ("opinion=made-up-good", {"opinion": "made-up-good"}),
    ("marks=ground", {"ground_marks": True}),
    ("overlay=made-up-cover", {"overlay": OverlayLook("made-up-cover")}),
    ("overlay=World%20Cover%202021,40", {"overlay": OverlayLook("World Cover 2021", 40)}),
    ("review=random:n=30,team=Anna%2BBen,each=2,share=0.5", {"review": "random:n=30,team=Anna+Ben,each=2,share=0.5"}),
    (f"review=ids:{SAMPLE}", {"review": f"ids:{SAMPLE}"}),
    ("story=a-year-in-a-field", {"story": "a-year-in-a-field"}),
    ("filter=country:Spain;classes:1-2", {"map": MapLink(filters=Filters(mixture=(1, 2), countries=("Spain",)))}),
    ("filter=largest:211;min:0.5", {"map": MapLink(filters=Filters(largest=(211,), min_fraction=0.5))}),
    ("filter=with:221;min:0.2;max:0.6;region:Tuscany%252C+Italy", {"map": MapLink(filters=Filters(classes=(221,), min_fraction=0.2, max_fraction=0.6, regions=("Tuscany, Italy",)))}),
    ("filter=near:47.3937,0.6848,50", {"map": MapLink(filters=Filters(near=(47.3937, 0.6848, 50.0)))}),
    ("filter=disagree:made-up-good:0.3-1,my+model:0-0.5:2", {"map": MapLink(filters=Filters(disagreement=(Disagreement("made-up-good", 0.3), Disagreement("my model", 0, 0.5, "2"))))}),
    ("filter=says:made-up-good:231%2B21", {"map": MapLink(filters=Filters(says=(Says("made-up-good", ("231", "21")),)))}),
    ("filter=pair:made-up-confused:231:211", {"map": MapLink(filters=Filters(class_pair=(ClassPair("made-up-confused", "231", "211"),)))}),
    ("filter=pair:worldcover:Tree+cover:none:own", {"map": MapLink(filters=Filters(class_pair=(ClassPair("worldcover", "Tree cover", "none", "own"),)))}),
    ("filter=differ:made-up-good:made-up-confused:bigearthnet-19,other", {"map": MapLink(filters=Filters(differ=(Differ("made-up-good", "made-up-confused", "bigearthnet-19"), Differ("other"))))}),
    ("area=-6,38;-2,42", {"map": MapLink(area=Area(((-6.0, 38.0), (-2.0, 42.0))))}),
    ("level=2", {"map": MapLink(level=2)}),
    ("draw=density", {"map": MapLink(shade="density")}),
    ("colours=safe", {"map": MapLink(palette="safe")}),
    ("theme=dark", {"map": MapLink(theme="dark")}),
    ("base=satellite", {"map": MapLink(base="satellite")}),
    ("layers=none", {"map": MapLink(names="none")}),
    ("ground=places", {"map": MapLink(ground="places")}),
    ("map=51.2,3.4,120", {"map": MapLink(place=Place(3.4, 51.2, 120.0))}),
]  # fmt: skip
"""What a link said, and what of `Link` it has to say; all else is as on a fresh page."""
KEYS = {
    "sample", "date", "pixels", "names", "regions", "keep", "composite", "stretch", "curves", "sentinel", "view", "play", "charts", "table", "gallery", "similar", "judge", "dataset", "embedding", "panel", "opinion", "overlay", "marks", "review", "story",
    "filter", "area", "level", "draw", "colours", "theme", "base", "layers", "ground", "map",
}  # fmt: skip


@pytest.mark.parametrize(("text", "says"), FROZEN)
def test_an_old_link_means_what_it_meant(text: str, says: dict[str, Any]) -> None:
    found = decode("?" + text)
    assert found.problems == ()
    assert found == Link(**says)


@pytest.mark.parametrize(("text", "says"), FROZEN)
def test_written_anew_it_says_the_same(text: str, says: dict[str, Any]) -> None:
    again = decode(encode(decode("?" + text)))
    assert again == Link(**says)


def test_every_key_is_frozen() -> None:
    assert {part.partition("=")[0] for text, _ in FROZEN for part in text.split("&")} == KEYS
    full = encode(Link(
        sample=SAMPLE, date=dt.date(2018, 1, 3), pixels=((1, 2),), composite="false", stretch="frame", curves=SEASON, panel="map", opinion="mine", overlay=OverlayLook("x"), ground_marks=True,
        review=f"ids:{SAMPLE}", story="x", names=("a",), regions=(Shape("box", ((1.0, 1.0), (9.0, 9.0))),), keep_marks=True, sentinel=SentinelLook("swir"), view=PictureView("side"), playback=Playback("run"), charts=ChartZoom(index=(0.0, 1.0)), table=TableLook(),
        gallery=GalleryLook(), similar=Search(("33N_15E-200N_01_09",)), judge=Question("mine"), dataset=True, embedding=EmbeddingLook(), map=MapLink(Filters(classes=(211,)), Area(((1.0, 45.0), (2.0, 46.0))), 2, "density", "safe", "dark", "light", "none", Place(3.4, 51.2, 120.0), "places"),
    ))  # fmt: skip
    written = {part.partition("=")[0] for part in full[1:].split("&")}
    assert written == KEYS, "a new key: freeze a link that has it"


def test_a_link_without_a_stretch_is_in_natural_colour_and_the_old_words_are_as_they_were() -> None:
    """The picture of a fresh page has changed; what a link said of it has not: `g1.4` and `same` went with `fixed`."""
    assert stretch.parse(decode("?composite=false").stretch or "") == StretchSpec("natural")
    assert encode(Link(stretch="natural")) == ""
    for text, mode in (
        ("fixed", "vivid"),
        ("g1.4", "vivid"),
        ("same", "vivid"),
        ("0-0.3", "range"),
        ("frame", "frame"),
    ):
        assert stretch.parse(decode(f"?stretch={text}").stretch or "").mode == mode


def test_a_key_of_tomorrow_does_no_harm() -> None:
    found = decode(f"?sample={SAMPLE}&v=7&hologram=yes")
    assert found == Link(sample=SAMPLE)


def test_a_selection_takes_up_all_that_its_own_link_says() -> None:
    first = Selection(
        sample_id=SAMPLE, date=dt.date(2019, 3, 4), pixels=((1, 2), (3, 4)), names={(3, 4): "Oak"}
    )
    first.param.update(composite="false", stretch="0.02-0.3", curves=SEASON, panel="planet")
    first.map.apply(MapLink(level=1, theme="dark"))
    found = decode(first.to_query())
    second = Selection(
        sample_id=found.sample, date=found.date, pixels=found.pixels, names={(3, 4): "Oak"},
        composite=found.composite, stretch=found.stretch, curves=found.curves, panel=found.panel,
    )  # fmt: skip
    second.map.apply(found.map)
    assert isinstance(second.map, MapState)
    assert second.to_query() == first.to_query()
