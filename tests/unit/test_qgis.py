"""QGIS itself, where it is installed: it reads the server's features, files and style. `apt-get install qgis python3-qgis qgis-providers`."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import panel as pn
import pytest

from explorer.core.config import Settings
from explorer.corpus.corpus import Corpus
from explorer.views.common import visitor
from tests import corpora
from tests.running import SECONDS, Running
from tests.unit import test_api

PYTHON = "/usr/bin/python3"
"""That of the system: QGIS's modules are made for it."""

_LOOKS = """
import json, os, sys
from qgis.core import *
from qgis.PyQt.QtCore import QEventLoop, QSize
application = QgsApplication([], False)
application.initQgis()
asked = json.load(sys.stdin)
told = {"version": Qgis.QGIS_VERSION, "log": []}
QgsApplication.messageLog().messageReceived.connect(lambda text, tag, level: told["log"].append(text))
manager = QgsApplication.authManager()
manager.setMasterPassword("master", True)
config = QgsAuthMethodConfig()
config.setName("explorer")
config.setMethod("Basic")
config.setConfigMap({"username": "ada", "password": asked["token"]})
manager.storeAuthenticationConfig(config)

url = asked["url"]
uri = f" authcfg={config.id()} pagingEnabled='true' restrictToRequestBBOX='1' typename='samples' url='{url}/stac' version='OGC_API_FEATURES'"
layer = QgsVectorLayer(uri, "samples", "OAPIF")
told["count"], told["crs"] = layer.featureCount(), layer.crs().authid()
told["fields"] = {field.name(): field.typeName() for field in layer.fields()}
box = QgsRectangle(*asked["box"])
told["near"] = [feature["sample_id"] for feature in layer.getFeatures(QgsFeatureRequest().setFilterRect(box))]
layer.loadNamedStyle(asked["style"])
told["classes"] = len(layer.renderer().categories())

settings = QgsMapSettings()
settings.setLayers([layer])
settings.setDestinationCrs(layer.crs())
settings.setExtent(box)
settings.setOutputSize(QSize(60, 60))
job, loop = QgsMapRendererParallelJob(settings), QEventLoop()
job.finished.connect(loop.quit)
job.start()
loop.exec_()
told["colour"] = job.renderedImage().pixelColor(30, 30).name()

saved = QgsVectorLayer(asked["geopackage"], "saved", "ogr")
told["saved"] = [saved.featureCount(), saved.renderer().type()]
told["rasters"] = []
for path in asked["rasters"]:
    raster = QgsRasterLayer(f"/vsicurl/{url}{path} authcfg='{config.id()}'", "raster", "gdal")
    told["rasters"].append([raster.isValid(), raster.crs().authid(), raster.bandCount()])
print(json.dumps(told))
"""


@cache
def lacks_qgis() -> bool:
    try:
        return (
            subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False).returncode
            != 0
        )
    except OSError:
        return True


@pytest.fixture
def closed(tiny_folder: Path, tmp_path: Path) -> Iterator[tuple[Running, Corpus]]:
    names = tmp_path / "names.json"
    test_api.passwords.put(names, "ada", test_api.passwords.hashed(f"{test_api.WORD} ada"))
    config = Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache", login_file=str(names))
    corpus = test_api.open_corpus(tiny_folder, config=config)
    running = Running(corpus, test_api.create_page(corpus))
    yield running, corpus
    running.stop()
    corpus.close()
    visitor.ask(None)
    pn.config.cookie_secret = None  # type: ignore[misc]


def test_qgis_reads_features_rasters_and_files(closed: tuple[Running, Corpus], tmp_path: Path) -> None:
    if lacks_qgis():
        pytest.skip("QGIS is not installed: apt-get install qgis python3-qgis qgis-providers")
    running, corpus = closed
    token = test_api.token(running, "ada")
    ask = test_api.Client(running.url, Authorization=f"Bearer {token}")
    (tmp_path / "samples.gpkg").write_bytes(ask.raw("/stac/collections/samples/items?f=gpkg")[2])
    (tmp_path / "samples.qml").write_bytes(ask.raw("/api/samples.qml")[2])
    lon, lat = corpus.samples.loc[corpora.FULL, ["lon", "lat"]]
    here = f"/api/samples/{corpora.FULL}"
    asked: dict[str, Any] = {
        "url": running.url, "token": token, "box": [lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4],
        "style": str(tmp_path / "samples.qml"), "geopackage": str(tmp_path / "samples.gpkg"),
        "rasters": [
            f"{here}/chips/PF-SR/{test_api.DAY}.tif", f"{here}/picture.tif?date={test_api.DAY}&composite=index:NDVI&values=true",
        ],
    }  # fmt: skip
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen",
        "QGIS_AUTH_DB_DIR_PATH": str(tmp_path), "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    }  # fmt: skip
    done = subprocess.run(
        [PYTHON, "-c", _LOOKS], input=json.dumps(asked), env=environment, capture_output=True, text=True,
        timeout=2 * SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["count"], told["crs"]) == (len(corpus.samples), "EPSG:4326")
    assert told["fields"]["clc"] == "Integer"
    assert told["fields"]["fraction"] == "Real"
    assert told["near"] == [corpora.FULL]
    assert told["classes"] == 45
    code = int(corpus.samples.at[corpora.FULL, "clc"])
    assert told["colour"] == test_api.corine.land_cover(code).hex
    assert told["saved"] == [len(corpus.samples), "categorizedSymbol"]
    epsg = f"EPSG:{corpus.cell(corpora.FULL).epsg}"
    assert told["rasters"] == [[True, epsg, 4], [True, epsg, 1]]
    assert told["log"] == []
