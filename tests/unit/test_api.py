"""The JSON API of a running server: STAC, features, files, verdicts; its document is walked; what is wrong is said as JSON."""

from __future__ import annotations

import base64
import html
import io
import json
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import panel as pn
import pyogrio
import pystac
import pytest
import rasterio
from PIL import Image

from explorer.app import create_page
from explorer.core import corine
from explorer.core.config import Settings
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.opening import open_corpus
from explorer.server import passwords
from explorer.server.api import handling, routes, samples
from explorer.views.common import visitor
from explorer.views.review import review_service
from tests import corpora
from tests.running import SECONDS, Running
from tests.unit.test_catalog import offline  # noqa: F401  a fixture

DAY = PF_SR.date_keys[3]
WORD = "correct horse"


class Client:
    """Asks a server for JSON, with a token or cookie if there is one."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url, self.headers = url, headers

    def raw(self, path: str, body: Any = None, method: str = "", **headers: str) -> tuple[int, Any, bytes]:
        data = None if body is None else json.dumps(body).encode()
        sent = ({"Content-Type": "application/json"} if data else {}) | self.headers | headers
        whole = path if path.startswith("http") else self.url + path
        request = urllib.request.Request(whole, data=data, headers=sent, method=method or None)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def __call__(self, path: str, body: Any = None, method: str = "", **headers: str) -> tuple[int, Any]:
        code, _, found = self.raw(path, body, method, **headers)
        return code, json.loads(found)

    def ids(self, path: str, body: Any = None) -> list[str]:
        code, found = self(path, body)
        assert code == 200, found
        return [one["id"] for one in found["features"]]


def serving(folder: Path, tmp_path: Path, **config: Any) -> tuple[Running, Corpus]:
    settings = Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache", **config)
    corpus = open_corpus(folder, config=settings)
    return Running(corpus, create_page(corpus)), corpus


@pytest.fixture(scope="module")
def served(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Corpus]]:
    running, corpus = serving(tiny_folder, tmp_path_factory.mktemp("api"))
    yield Client(running.url), corpus
    running.stop()
    corpus.close()


@pytest.fixture
def ask(served: tuple[Client, Corpus]) -> Client:
    return served[0]


@pytest.fixture
def corpus(served: tuple[Client, Corpus]) -> Corpus:
    return served[1]


@pytest.fixture
def closed(tiny_folder: Path, tmp_path: Path) -> Iterator[Running]:
    names = tmp_path / "names.json"
    for name in ("ada", "bob"):
        passwords.put(names, name, passwords.hashed(f"{WORD} {name}"))
    running, corpus = serving(tiny_folder, tmp_path, login_file=str(names))
    yield running
    running.stop()
    corpus.close()
    visitor.ask(None)
    pn.config.cookie_secret = None  # type: ignore[misc]


def test_every_address_of_the_document_answers(ask: Client) -> None:
    code, document = ask("/api")
    assert code == 200
    assert document["servers"] == [{"url": ask.url}]
    assert set(document["paths"]) == set(routes.ROUTES)
    parts = {
        "collection": "samples", "item": corpora.FULL, "sample": corpora.FULL, "product": "PF-SR", "date": DAY, "ending": "json",
        "verdict": "nobody-said-this", "opinion": "no-opinion",
    }  # fmt: skip
    queries = {
        "profile": "?pixel=10,10",
        "spectrum": f"?pixel=10,10&months={PF_SR.dates[3].month}",
        "picture": f"?date={DAY}",
    }
    bodies: dict[str, Any] = {
        "/stac/search": {"limit": 1},
        "/api/verdicts": {"sample": "x", "judgement": "unsure"},
        "/api/token": {},
    }
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            query = next((text for name, text in queries.items() if f"/{name}." in path), "")
            address = re.sub(r"\{(\w+)\}", lambda found: parts[found[1]], path) + query
            code, headers, body = ask.raw(
                address, bodies.get(path) if method == "post" else None, method.upper()
            )
            if code < 300:
                assert headers["Content-Type"] in told["responses"][str(code)]["content"], address
            else:  # no such sample, verdict or login here: said as the document says
                assert method != "get", (address, body)
                assert json.loads(body).keys() == {"code", "description"}
            assert headers["Cache-Control"] == "no-store" or headers["Cache-Control"].startswith("private")
            assert {one["name"] for one in told["parameters"] if one.get("in") == "path"} == set(
                re.findall(r"\{(\w+)\}", path)
            )


@pytest.mark.usefixtures("offline")
def test_collections_and_items_are_stac(ask: Client) -> None:
    _, landing = ask("/stac")
    catalog = pystac.Catalog.from_dict(landing)
    assert catalog.id == "rapidai4eo-v1"
    hrefs = {(one["rel"], one["href"]) for one in landing["links"]}
    assert ("data", f"{ask.url}/stac/collections") in hrefs
    assert ("service-desc", f"{ask.url}/api") in hrefs
    assert all(href.startswith(ask.url) for _, href in hrefs)
    _, found = ask("/stac/collections")
    assert len(found["collections"]) == 4
    for told in found["collections"]:
        assert len(pystac.validation.validate_dict(told)) == 1 + len(told["stac_extensions"])
        _, page = ask(f"/stac/collections/{told['id']}/items?limit=3")
        assert page["features"], told["id"]
        for feature in page["features"]:
            assert len(pystac.validation.validate_dict(feature)) == 1 + len(feature["stac_extensions"])
            assert ask(f"/stac/collections/{told['id']}/items/{feature['id']}")[1] == feature
    assert ask("/stac/collections/none/items")[0] == 404
    assert ask("/stac/collections/samples/items/none")[0] == 404


def test_dates_are_those_that_are_there_and_chips_are_the_files(ask: Client, corpus: Corpus) -> None:
    query = "/stac/search?collections=rapidai4eo_v1_source_pf&limit=1000"
    _, page = ask(query)
    told: dict[str, list[str]] = {}
    for one in page["features"]:
        told.setdefault(one["properties"]["sample_id"], []).append(one["properties"]["datetime"][:10])
    for sample, days in told.items():
        cell = corpus.cell(sample)
        there = sorted(name.removesuffix(".tif") for name in corpus.store.list(PF_SR.folder(cell.folder)))
        assert days == [name for name in there if name in PF_SR.date_keys]
    item = page["features"][0]
    code, headers, chip = ask.raw(item["assets"]["data"]["href"])
    assert (code, headers["Content-Type"]) == (200, item["assets"]["data"]["type"])
    sample, day = item["properties"]["sample_id"], item["properties"]["datetime"][:10]
    assert chip == corpus.store.get(PF_SR.key(corpus.cell(sample).folder, PF_SR.parse_date(day)))
    with rasterio.open(io.BytesIO(chip)) as opened:
        assert f"EPSG:{opened.crs.to_epsg()}" == item["properties"]["proj:code"]
        assert list(opened.transform)[:6] == item["properties"]["proj:transform"][:6]
    one_day = ask.ids(f"{query}&datetime={DAY}T00:00:00Z/{DAY}T23:59:59Z")
    assert one_day == [f"{sample}_pf_{DAY}" for sample, days in told.items() if DAY in days]


def test_pages_follow_each_other_and_lose_nothing(ask: Client) -> None:
    for path in ("/stac/search", "/stac/collections/rapidai4eo_v1_source_s2/items"):
        whole = ask.ids(f"{path}?limit=1000")
        assert len(whole) > 7
        found: list[str] = []
        following: str | None = f"{path}?limit=3"
        while following:
            _, page = ask(following)
            found += [one["id"] for one in page["features"]]
            following = next((one["href"] for one in page["links"] if one["rel"] == "next"), None)
        assert found == whole
    _, page = ask("/stac/search", {"limit": 2, "collections": ["samples"]})
    (link,) = (one for one in page["links"] if one["rel"] == "next")
    assert link["method"] == "POST"
    assert link["body"]["limit"] == 2
    both = [one["id"] for one in page["features"]] + ask.ids(link["href"], link["body"])
    assert both == ask.ids("/stac/search?collections=samples")


def test_a_search_finds_what_a_query_finds(ask: Client, corpus: Corpus) -> None:
    lon, lat = corpus.samples.loc[corpora.FULL, ["lon", "lat"]]
    near = f"{lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}"
    assert ask.ids(f"/stac/search?collections=samples&bbox={near}") == [corpora.FULL]
    across = f"{lon - 0.001},{lat - 0.001},-179,{lat + 0.001}"
    assert ask.ids(f"/stac/search?collections=samples&bbox={across}") == [corpora.FULL]
    assert ask.ids("/stac/search?collections=samples&bbox=177,65,-177,70") == []
    point = {"type": "Point", "coordinates": [lon, lat]}
    assert ask.ids("/stac/search", {"collections": ["samples"], "intersects": point}) == [corpora.FULL]
    code = int(corpus.samples.at[corpora.FULL, "clc"])
    wanted = list(corpus.query(largest=code).index)
    assert ask.ids(f"/stac/collections/samples/items?filter=clc={code}") == wanted
    filtered = {"collections": ["samples"], "filter": {"op": "=", "args": [{"property": "clc"}, code]}}
    assert ask.ids("/stac/search", filtered) == wanted
    name = f"{corpora.FULL}_pf_{DAY}"
    assert ask.ids(f"/stac/search?ids={corpora.FULL},{name},nothing") == [corpora.FULL, name]
    assert ask.ids("/stac/search?collections=samples&datetime=2021-01-01T00:00:00Z/..") == []
    assert (
        ask.raw("/stac/collections/samples/items?f=csv&datetime=2021-01-01T00:00:00Z/..")[2].count(
            corpora.FULL.encode()
        )
        == 0
    )


def test_a_filter_asks_of_items(ask: Client) -> None:
    name = f"{corpora.FULL}_pf_{DAY}"
    every, samples = (ask.ids(f"/stac/search?limit=1000{part}") for part in ("", "&collections=samples"))
    january = "datetime >= TIMESTAMP('2018-01-01T00:00:00Z') AND datetime < DATE('2018-02-01')"
    for text, wanted in (
        (f"id = '{name}'", [name]),
        (f"id IN ('{name}', '{corpora.FULL}')", [corpora.FULL, name]),
        ("collection = 'samples'", samples),
        (f"collection <> 'samples' AND datetime = DATE('{DAY}') AND sample_id = '{corpora.FULL}'",
         [one for one in every if one.startswith(f"{corpora.FULL}_") and one.endswith(DAY)]),
        (f"{january} AND collection LIKE '%_pf'", [one for one in every if "_pf_2018-01" in one]),
        (f"NOT ({january})", [one for one in every if one not in samples and "_2018-01" not in one]),
        ("datetime IS NULL", samples),
    ):  # fmt: skip
        assert wanted, text
        assert ask.ids(f"/stac/search?limit=1000&{urllib.parse.urlencode({'filter': text})}") == wanted, text
    timed = {"op": "<", "args": [{"property": "datetime"}, {"timestamp": "2018-02-01T00:00:00Z"}]}
    found = ask.ids("/stac/search", {"filter": timed, "limit": 1000})
    assert found == [one for one in every if "_2018-01" in one]
    known = ask("/stac/queryables")[1]["properties"]
    assert known["datetime"]["format"] == "date-time"
    assert {"id", "collection"} <= set(known)


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        ("/stac/search?shoe=3", None, "no parameter 'shoe'.*bbox"),
        ("/stac/search?limit=0", None, "limit"),
        ("/stac/search?limit=1&limit=2", None, "2 times"),
        ("/stac/search?bbox=1,2,3", None, "bbox"),
        ("/stac/search?bbox=0,0,0,1,1", None, "4 numbers"),
        ("/stac/search?bbox=200,0,201,1", None, "longitudes"),
        ("/stac/search?datetime=2018-07-02", None, "2018-07-02T00:00:00Z"),
        ("/stac/search?datetime=2019-01-01T00:00:00Z/2018-01-01T00:00:00Z", None, "ends before"),
        ("/stac/search?token=9999.1.1", None, "no token"),
        ("/stac/search?token=%25s%25d", None, "%s%d"),
        ("/stac/search?filter=shoe=3", None, "no property 'shoe'"),
        ("/stac/search?intersects={", None, "no JSON"),
        (
            "/stac/search?filter=S_INTERSECTS(geometry,POLYGON((0%2050,1%2050,1%20nan,0%2050)))",
            None,
            "no numbers",
        ),
        ('/stac/search?intersects={"type":"Point","coordinates":[NaN,50]}', None, "no numbers"),
        ("/stac/collections/samples/items?collections=rapidai4eo_v1_source_pf", None, "items of samples"),
        ("/stac/search", {"filter": {"op": "=", "args": [{"property": "country"}, "\ud800"]}}, "a text"),
        ("/stac/search", {"filter": {"op": "like", "args": [{"property": "id"}, "\ud800"]}}, "a text"),
        ("/stac/search", {"filter": {"op": "=", "args": [{"property": "id"}, "\ud800"]}}, "a text"),
        ("/stac/search", {"bbox": "1,2,3,4"}, "bbox"),
        ("/stac/search", {"collections": [{"a": 1}]}, "collections"),
        ("/stac/search", {"intersects": {"type": "Polygon", "coordinates": 3}}, "geometry"),
        ("/stac/collections/rapidai4eo_v1_source_pf/items?f=csv", None, "samples"),
        (f"/api/samples/{corpora.FULL}/picture.png?composite=shoe", None, "shoe"),
        (f"/api/samples/{corpora.FULL}/picture.png?date=2018-07-03", None, "2018-07-03"),
        (f"/api/samples/{corpora.FULL}/picture.png?scale=99", None, "scale"),
        (f"/api/samples/{corpora.FULL}/profile.json", None, "pixel"),
        (f"/api/samples/{corpora.FULL}/profile.json?pixel=300,1", None, "pixel"),
        ("/api/verdicts?since=yesterday", None, "yesterday"),
    ],
)
def test_what_is_wrong_is_named(ask: Client, path: str, body: Any, why: str) -> None:
    code, found = ask(path, body)
    assert (code, found["code"]) == (400, "BadRequest")
    assert re.search(why, found["description"]), found


def test_a_hostile_body_is_refused(ask: Client) -> None:
    deep = b'{"filter":' + b"[" * 40_000 + b"]" * 40_000 + b"}"
    for data, kind, code in (
        (deep, "application/json", 400),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"[]", "application/json", 400),
    ):
        request = urllib.request.Request(f"{ask.url}/stac/search", data=data, headers={"Content-Type": kind})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=SECONDS)
        assert caught.value.code == code
    for origin in ("https://evil.example.org", "null"):
        code, said = ask("/api/verdicts", {"sample": corpora.FULL, "judgement": "unsure"}, Origin=origin)
        assert code == 403
        assert "--allow-origin" in said["description"]


def test_no_failure_tells_where_the_corpus_is(ask: Client, corpus: Corpus) -> None:
    for path in (
        "/api/samples/33N_15E-200N_02_09/picture.png",
        f"/api/samples/{corpora.FULL}/chips/PF-SR/2019-12-29.tif",
        "/stac",
        "/stac/search?limit=1000",
    ):
        body = ask.raw(path)[2].decode()
        assert str(corpus.store.root) not in body  # type: ignore[attr-defined]
    assert ask("/api/samples/33N_15E-200N_02_09/picture.png")[0] == 404


def test_samples_as_files(ask: Client, corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "s.parquet").write_bytes(ask.raw("/stac/collections/samples/items?f=geoparquet")[2])
    frame = gpd.read_parquet(tmp_path / "s.parquet")
    assert list(frame.index) == list(corpus.samples.index)
    assert frame.crs.to_epsg() == 4326
    lines = ask.raw("/stac/collections/samples/items?f=csv&filter=clc>0")[2].decode().splitlines()
    assert len([one for one in lines if not one.startswith("#")]) == 1 + int(
        (corpus.samples["clc"] > 0).sum()
    )


def test_a_geopackage_brings_its_colours(ask: Client, corpus: Corpus, tmp_path: Path) -> None:
    code, headers, body = ask.raw("/stac/collections/samples/items?f=gpkg")
    assert (code, headers["Content-Type"]) == (200, "application/geopackage+sqlite3")
    (tmp_path / "s.gpkg").write_bytes(body)
    frame = gpd.read_file(tmp_path / "s.gpkg", layer="samples")
    assert list(frame["sample_id"]) == list(corpus.samples.index)
    assert frame.crs.to_epsg() == 4326
    assert pyogrio.read_info(tmp_path / "s.gpkg", layer="samples")["layer_metadata"]["attribution"]
    (style,) = pyogrio.read_dataframe(tmp_path / "s.gpkg", layer="layer_styles")["styleQML"]
    code, headers, sent = ask.raw("/api/samples.qml")
    assert (code, sent.decode()) == (200, style)
    renderer = ElementTree.fromstring(style).find("renderer-v2")
    assert renderer is not None
    assert renderer.get("attr") in frame.columns
    colours = [one.get("value") for one in renderer.iter("Option") if one.get("name") == "color"]
    codes = [int(one.get("value", "")) for one in renderer.iter("category")]
    assert codes == [*corine.codes(3), corine.NO_LABEL]
    assert colours[codes.index(211)] == ",".join(map(str, (*corine.land_cover(211).rgb, 255)))


_READS = """
import json, sys
import geopandas, pyogrio
url, lon, lat = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
whole = geopandas.read_file(f"{url}/collections/samples/items")
found = {"ids": list(whole["id"]), "columns": list(whole.columns), "layers": [], "near": []}
if "OAPIF" in pyogrio.list_drivers():
    found["layers"] = [name for name, _ in pyogrio.list_layers(f"OAPIF:{url}")]
    box = lon, lat, lon + 1e-4, lat + 1e-4
    found["near"] = list(pyogrio.read_dataframe(f"OAPIF:{url}", layer="samples", bbox=box)["id"])
print(json.dumps(found))
"""


def test_geopandas_and_gdal_read_features(ask: Client, corpus: Corpus) -> None:
    lon, lat = corpus.samples.loc[corpora.FULL, ["lon", "lat"]]
    # In a process of its own: GDAL keeps the interpreter while it waits for an answer.
    command = [sys.executable, "-c", _READS, f"{ask.url}/stac", str(lon), str(lat)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["ids"] == list(corpus.samples.index)
    assert {"clc", "fraction", "country"} <= set(found["columns"])
    assert found["layers"][:1] == ["samples"], "this GDAL has no OGC API Features"
    assert found["near"] == [corpora.FULL]


def test_pictures_by_date_and_recipe(ask: Client) -> None:
    here = f"/api/samples/{corpora.FULL}"
    for scale in (1, 2):
        code, headers, body = ask.raw(f"{here}/picture.png?date={DAY}&composite=false&scale={scale}")
        assert (code, headers["Content-Type"]) == (200, "image/png")
        with Image.open(io.BytesIO(body)) as image:
            assert image.size == (200 * scale, 200 * scale)
            assert "attribution" in image.info
    body = ask.raw(f"{here}/picture.tif?date={DAY}&composite=index:NDVI&values=true")[2]
    with rasterio.open(io.BytesIO(body)) as opened:
        assert opened.dtypes == ("float32",)
        assert np.nanmax(np.abs(opened.read(1))) <= 1


def test_pictures_and_chips_as_cloud_optimised_geotiff(ask: Client) -> None:
    here = f"/api/samples/{corpora.FULL}"
    chip = ask.raw(f"{here}/chips/PF-SR/{DAY}.tif")[2]
    for path in (
        f"chips/PF-SR/{DAY}.tif?cog=true",
        f"picture.tif?date={DAY}&composite=false",
        f"picture.tif?date={DAY}&composite=index:NDVI&values=true",
    ):
        code, headers, body = ask.raw(f"{here}/{path}")
        assert (code, headers["Content-Type"]) == (200, pystac.MediaType.COG), path
        assert_is_cog(body)
    made = ask.raw(f"{here}/chips/PF-SR/{DAY}.tif?cog=true")[2]
    with rasterio.open(io.BytesIO(chip)) as own, rasterio.open(io.BytesIO(made)) as other:
        assert (own.read() == other.read()).all()
        assert (own.crs, own.transform, own.nodata, own.dtypes) == (
            other.crs,
            other.transform,
            other.nodata,
            other.dtypes,
        )
    assert ask(f"{here}/chips/PF-SR/{DAY}.tif?cog=shoe")[0] == 400


def assert_is_cog(body: bytes) -> None:
    """The rules of GDAL's validate_cloud_optimized_geotiff.py for a file without overviews."""
    with rasterio.open(io.BytesIO(body)) as opened:
        assert opened.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert opened.profile["tiled"]
        assert max(opened.shape) <= 512  # larger ones need overviews
        ifd = int(opened.get_tag_item("IFD_OFFSET", "TIFF", bidx=1))
        data = int(opened.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1))
    assert body.startswith(b"II*\0\xc0\0\0\0GDAL_STRUCTURAL_METADATA_SIZE=")
    assert body[8:300].count(b"LAYOUT=IFDS_BEFORE_DATA") == 1
    assert ifd == 192
    assert data > ifd


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-99", slice(0, 100)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=5-99999999", slice(5, None)),
        ("bytes=0-1,5-6", None),
        ("bytes=9-3", None),
        ("shoes=1-2", None),
        ("bytes=-", None),
        ("bytes=\u0661-\u0662", None),
    ],
)
def test_a_file_is_read_part_by_part(ask: Client, asked: str, part: slice | None) -> None:
    path = f"/api/samples/{corpora.FULL}/chips/PF-SR/{DAY}.tif"
    _, whole_headers, whole = ask.raw(path)
    assert whole_headers["Accept-Ranges"] == "bytes"
    code, headers, body = ask.raw(path, Range=asked.encode().decode("latin-1"))
    assert headers["Etag"] == whole_headers["Etag"]
    if part is None:
        assert (code, body) == (200, whole)
        return
    start, stop, _ = part.indices(len(whole))
    assert (code, body) == (206, whole[part])
    assert headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole)}"
    assert ask.raw(path, Range=asked, **{"If-Range": '"another"'})[0] == 200
    assert ask.raw(path, Range=asked, **{"If-Range": headers["Etag"]})[0] == 206


def test_a_part_beyond_the_end_is_none(ask: Client) -> None:
    path = f"/api/samples/{corpora.FULL}/chips/PF-SR/{DAY}.tif"
    size = len(ask.raw(path)[2])
    for asked in (f"bytes={size}-", "bytes=-0"):
        code, headers, _ = ask.raw(path, Range=asked)
        assert (code, headers["Content-Range"]) == (416, f"bytes */{size}")
    assert ask.raw("/stac", Range="bytes=0-1")[0] == 200  # changes from one request to the next


def test_a_picture_is_made_once_for_who_reads_it_part_by_part(
    ask: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    write = samples.data.write_frame
    monkeypatch.setattr(
        samples.data, "write_frame", lambda *args, **asked: (made.append(args), write(*args, **asked))[1]
    )
    path = f"/api/samples/{corpora.FULL}/picture.tif?date={DAY}&composite=index:EVI"
    parts = [ask.raw(path, Range=f"bytes={start}-{start + 99}") for start in range(0, 300, 100)]
    assert [code for code, _, _ in parts] == [206, 206, 206]
    assert len(made) == 1


def test_the_size_of_a_page_is_where_qgis_and_gdal_look_for_it(ask: Client) -> None:
    _, document = ask("/api")
    limit = document["components"]["parameters"]["limit"]
    assert (limit["schema"]["default"], limit["schema"]["maximum"]) == (100, 1000)
    for path in ("/stac/collections/{collection}/items", "/stac/search"):
        told = document["paths"][path]["get"]["parameters"]
        assert {"$ref": "#/components/parameters/limit"} in told
    own = [
        one for one in document["paths"]["/api/verdicts"]["get"]["parameters"] if one.get("name") == "limit"
    ]
    assert len(own) == 1  # another limit, with a text of its own


def test_the_document_is_of_openapi_3_0(ask: Client) -> None:
    _, document = ask("/api")

    def schemas(part: Any) -> Iterator[dict[str, Any]]:
        for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            yield from schemas(one)
        if isinstance(part, dict):
            yield part

    excluded = [one for one in schemas(document) if {"exclusiveMinimum", "exclusiveMaximum"} & one.keys()]
    assert excluded
    for one in excluded:  # a flag of the bound, where JSON Schema has a bound of its own
        assert one.get("exclusiveMinimum", True) is True
        assert one.get("exclusiveMaximum", True) is True
        assert {"minimum", "maximum"} & one.keys()
    assert not any(one.get("type") == "null" or "const" in one for one in schemas(document))


def test_the_document_is_a_page_to_read_too(ask: Client) -> None:
    _, document = ask("/api")
    code, headers, body = ask.raw("/api/docs")
    assert (code, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    page = body.decode()
    for path, methods in document["paths"].items():
        assert f"<h2><code>{path}</code></h2>" in page
        for told in methods.values():
            assert html.escape(told["summary"]) in page
    assert "<td><code>bbox</code></td><td>list of numbers, with commas</td>" in page
    assert "<td>whole number, 1 to 1000; else 100</td>" in page
    assert "Takes <code>application/json</code>: <code>sample, " in page
    asked = re.findall(r"<a href='([^']+)'>Ask it</a>", page)
    assert "../stac/collections" in asked
    assert all(ask.raw(urljoin(f"{ask.url}/api/docs", address))[0] == 200 for address in asked)
    _, landing = ask("/stac")
    (link,) = [one for one in landing["links"] if one["rel"] == "service-doc"]
    assert link["href"] == f"{ask.url}/api/docs"


def test_fractions_are_written_as_they_are_read(ask: Client) -> None:
    body = ask.raw("/stac/collections/samples/items")[2].decode()
    found = re.findall(r'"fraction":([0-9.]+)', body)
    assert found
    assert max(map(len, found)) <= 8


def test_profiles_as_json_and_csv(ask: Client) -> None:
    here = f"/api/samples/{corpora.FULL}"
    code, found = ask(f"{here}/profile.json?pixel=10,20;30,40&curves=NDVI")
    assert code == 200
    assert {row["pin"] for row in found["rows"]} == {"row 10, col 20", "row 30, col 40"}
    assert found["license"]
    assert {"date", "product", "band", "value"} <= set(found["rows"][0])
    asked = urllib.parse.urlencode({"pixel": "10,20", "curves": "red,B8A,NDVI,expr:min(nir,red)"})
    code, found = ask(f"{here}/profile.json?{asked}")
    assert code == 200, found
    assert {"red", "nir", "NDVI", "min(nir,red)"} <= {row["band"] for row in found["rows"]}
    text = ask.raw(f"{here}/profile.csv?box=10,10,20,20")[2].decode()
    assert text.startswith(f"# sample {corpora.FULL}")


def test_a_verdict_is_given_kept_once_and_taken_back(ask: Client) -> None:
    said = {"sample": corpora.FULL, "judgement": "wrong", "reviewer": "ada", "id": "one", "comment": "water"}
    assert ask("/api/verdicts", said | {"reviewer": None})[0] == 400
    code, first = ask("/api/verdicts", said)
    assert (code, first["repeated"]) == (201, False)
    code, again = ask("/api/verdicts", said)
    assert (code, again["repeated"], again["id"]) == (200, True, first["id"])
    assert ask("/api/verdicts", said | {"judgement": "unsure"})[0] == 409
    _, found = ask(f"/api/verdicts?sample={corpora.FULL}&reviewer=ada")
    assert [(one["id"], one["comment"], one["judgement"]) for one in found["verdicts"]] == [
        ("one", "water", "wrong")
    ]
    assert ask("/api/verdicts/one", method="DELETE", **{"X-Reviewer": "bob"})[0] == 400
    assert ask("/api/verdicts/one", method="DELETE", **{"X-Reviewer": "ada"})[0] == 200
    assert ask("/api/verdicts?reviewer=ada")[1]["verdicts"] == []
    queued = said | {"id": "two", "queue": f"ids:{corpora.FULL}"}
    assert ask("/api/verdicts", queued)[0] == 201
    assert ask("/api/verdicts", queued | {"id": "three", "queue": "random:n=1", "sample": "x"})[0] == 404


def test_a_name_is_read_as_a_terminal_sends_it(ask: Client) -> None:
    for id_, sent in (("j1", "J\u00f6rg".encode().decode("latin-1")), ("j2", "J\u00f6rg")):
        said = {"sample": corpora.FULL, "judgement": "unsure", "reviewer": "J\u00f6rg", "id": id_}
        assert ask("/api/verdicts", said)[0] == 201
        code, undone = ask(f"/api/verdicts/{id_}", method="DELETE", **{"X-Reviewer": sent})
        assert (code, undone["reviewer"]) == (200, "J\u00f6rg")


def test_a_sample_tells_its_review_soon_after_verdicts_that_came_together(
    ask: Client, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_service, "REFRESH_SECONDS", 3600.0)
    for number, sample in enumerate(corpus.samples.index):
        said = {"sample": sample, "judgement": "wrong", "reviewer": "together", "id": f"t{number}"}
        assert ask("/api/verdicts", said)[0] == 201
    monkeypatch.setattr(review_service, "REFRESH_SECONDS", 0.0)  # as time goes by
    assert ask("/stac/collections/samples/items/" + corpora.FULL)[1]["properties"]["review"] == "wrong"
    assert ask.ids("/stac/collections/samples/items?filter=review='wrong'") == list(corpus.samples.index)
    for number in range(len(corpus)):
        ask(f"/api/verdicts/t{number}", method="DELETE", **{"X-Reviewer": "together"})


def test_verdicts_come_a_page_at_a_time(ask: Client, corpus: Corpus) -> None:
    for number, sample in enumerate(corpus.samples.index):
        ask(
            "/api/verdicts",
            {"sample": sample, "judgement": "unsure", "reviewer": "pages", "id": f"p{number}"},
        )
    found, following = [], f"{ask.url}/api/verdicts?reviewer=pages&limit=1"
    while following:
        _, page = ask(following)
        found += [one["id"] for one in page["verdicts"]]
        following = next((one["href"] for one in page["links"]), "")
    assert found == [f"p{number}" for number in range(len(corpus.samples))]


def test_nothing_is_told_to_who_has_not_logged_in(closed: Running) -> None:
    stranger = Client(closed.url)
    _, document = Client(closed.url, Authorization="Bearer " + token(closed, "ada"))("/api")
    for path in document["paths"]:
        if path == "/api/token":
            continue
        address = path.replace("{date}", DAY).replace("{ending}", "json")
        for method in document["paths"][path]:
            code, headers, body = stranger.raw(address, {} if method == "post" else None, method.upper())
            assert (code, headers["WWW-Authenticate"]) == (401, "Bearer"), path
            assert corpora.FULL not in body.decode()
    for wrong in ("x", "x" * 5000, 'user="2|1:0|10:1700000000|4:user|4:YWRh|0000"'):
        assert Client(closed.url, Authorization=f"Bearer {wrong}")("/stac")[0] == 401
    assert stranger("/api/token", {"name": "ada", "password": "wrong horse"})[0] == 403
    assert stranger("/api/token", {})[0] == 401


def test_a_token_is_a_password_too_for_programs_that_know_no_other_way(closed: Running) -> None:
    ada, blind = token(closed, "ada"), token(closed, "ada", blind=True)

    def basic(name: str, word: str) -> Client:
        return Client(
            closed.url, Authorization="Basic " + base64.b64encode(f"{name}:{word}".encode()).decode()
        )

    assert basic("ada", ada)("/stac")[0] == 200
    assert "clc" not in basic("ada", blind)("/stac/collections/samples/items")[1]["features"][0]["properties"]
    for name, word in (("bob", ada), ("", ada), ("ada", f"{WORD} ada"), ("ada", "")):
        assert basic(name, word)("/stac")[0] == 401, name
    for wrong in ("Basic !", "Basic", "Basic \xff", "Basic " + base64.b64encode(b"\xff:\xff").decode()):
        assert Client(closed.url, Authorization=wrong)("/stac")[0] == 401


def token(closed: Running, name: str, **more: Any) -> str:
    code, found = Client(closed.url)("/api/token", {"name": name, "password": f"{WORD} {name}", **more})
    assert code == 201, found
    return str(found["token"])


def test_a_token_acts_in_its_owners_name_until_it_ends(closed: Running, tmp_path: Path) -> None:
    ada = Client(closed.url, Authorization="Bearer " + token(closed, "ada"))
    code, given = ada("/api/verdicts", {"sample": corpora.FULL, "judgement": "unsure"})
    assert (code, given["reviewer"]) == (201, "ada")
    assert ada("/api/verdicts", {"sample": corpora.FULL, "judgement": "unsure", "reviewer": "bob"})[0] == 403
    bob = Client(closed.url, Authorization="Bearer " + token(closed, "bob"))
    assert bob(f"/api/verdicts/{given['id']}", method="DELETE")[0] == 400
    # A token is no cookie.
    cookie = ada.headers["Authorization"].removeprefix("Bearer ")
    assert Client(closed.url, Cookie=f'user="{cookie}"')("/stac")[0] == 401
    other = Client(closed.url, Authorization="Bearer " + token(closed, "ada"))
    assert ada("/api/token", method="DELETE")[0] == 200
    assert ada("/stac")[0] == 401
    assert other("/stac")[0] == 200
    passwords.put(tmp_path / "names.json", "ada", passwords.hashed("another password"))
    assert other("/stac")[0] == 401
    assert bob("/stac")[0] == 200


def test_labels_stay_hidden_from_who_reviews_blind(closed: Running) -> None:
    open_eyes = Client(closed.url, Authorization="Bearer " + token(closed, "ada"))
    label = open_eyes(f"/stac/collections/samples/items/{corpora.FULL}")[1]["properties"]
    assert {"clc", "class", "fraction", "classes", "label"} <= label.keys()
    open_eyes("/api/verdicts", {"sample": corpora.FULL, "judgement": "correct"})
    blind_token = Client(closed.url, Authorization="Bearer " + token(closed, "bob", blind=True))
    blind_tab = Client(closed.url, Authorization="Bearer " + token(closed, "bob"), Cookie="explorer_blind=1")
    for blind in (blind_token, blind_tab):
        seen = blind(f"/stac/collections/samples/items/{corpora.FULL}")[1]["properties"]
        assert (
            not {"clc", "class", "fraction", "classes", "label", "suspicion", "review", "change", "lost"}
            & seen.keys()
        )
        assert blind("/stac/search?filter=clc=211")[0] == 400
        assert "clc" not in blind("/stac/queryables")[1]["properties"]
        table = blind.raw("/stac/collections/samples/items?f=csv")[2].decode()
        assert "clc" not in table
        assert "fraction" not in table
        assert blind("/api/verdicts")[1]["verdicts"] == []
        assert blind("/api/verdicts?reviewer=ada")[0] == 403
        assert blind("/api/verdicts", {"sample": corpora.FULL, "judgement": "correct"})[0] == 400
    sees = [{"code": 211, "action": "add", "fraction": 1}]
    code, _ = blind_token("/api/verdicts", {"sample": corpora.FULL, "judgement": "seen", "adjustments": sees})
    assert code == 201
    (own,) = blind_token("/api/verdicts")[1]["verdicts"]
    assert "label" not in own
    assert "judgement" not in own
    assert open_eyes("/api/verdicts?reviewer=bob")[1]["verdicts"][0]["blind"] is True


def test_who_asks_too_often_waits_and_others_do_not(served: tuple[Client, Corpus]) -> None:
    service = handling.ApiService(served[1])
    for _ in range(handling.REQUESTS + 1000):
        pause = service.pause("10.0.0.1")
    assert pause > handling.LONGEST_WAIT_S
    assert service.pause("10.0.0.2") == 0


def test_links_follow_a_proxy_and_nothing_else(ask: Client) -> None:
    _, found = ask("/stac", **{"X-Forwarded-Prefix": "/user/x/proxy/5006", "X-Forwarded-Proto": "https"})
    assert found["links"][0]["href"] == ask.url.replace("http:", "https:") + "/user/x/proxy/5006/stac"
    for wrong in ("//evil.example.org", "javascript:alert(1)", "/a b", "/" + "x" * 5000):
        assert ask("/stac", **{"X-Forwarded-Prefix": wrong})[1]["links"][0]["href"] == f"{ask.url}/stac"


def test_what_is_asked_for_packed_comes_packed(ask: Client) -> None:
    import gzip

    plain = ask.raw("/stac/collections")[2]
    _, headers, packed = ask.raw("/stac/collections", **{"Accept-Encoding": "gzip"})
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 2


def test_the_real_client_reads_it(ask: Client, corpus: Corpus) -> None:
    client_library = pytest.importorskip(
        "pystac_client", reason="pystac-client is not installed: pip install pystac-client"
    )
    client = client_library.Client.open(f"{ask.url}/stac")
    assert client.conforms_to("ITEM_SEARCH")
    assert client.conforms_to("FILTER")
    assert next(one.id for one in client.get_collections()) == "samples"
    found = client.search(collections=["samples"], limit=2)
    assert [item.id for item in found.items()] == list(corpus.samples.index)
    assert found.matched() == len(corpus)
    code = int(corpus.samples.at[corpora.FULL, "clc"])
    for method, language, text in (
        ("GET", "cql2-text", f"clc = {code}"),
        ("POST", "cql2-json", {"op": "=", "args": [{"property": "clc"}, code]}),
    ):
        found = client.search(collections=["samples"], filter=text, filter_lang=language, method=method)
        assert [item.id for item in found.items()] == list(corpus.query(largest=code).index)
    for collection in client.get_collections():
        first = next(collection.get_items())
        assert first.collection_id == collection.id
        assert collection.get_item(first.id).id == first.id
