"""What downloaders and operating systems leave behind is told from files of a corpus by its name."""

from __future__ import annotations

import pytest

from explorer.corpus.stores.leftovers import is_leftover

LEFT = (
    "._2018-01-03.tif", "._labels_33N_15E-200N_01_09.geojson", ".DS_Store", "Thumbs.db", "thumbs.db", "desktop.ini",
    ".azDownload-1b2c-2018-01-03.tif", "2018-01-03.tif.azDownload-1b2c", "Unconfirmed Download 12.crdownload",
    "2018-01-03.tif.part", "2018-01-03.tif.crdownload", "2018-01-03.tif.tmp", "2018-01-03.tif.download/",
    "2018-01-03.tif~", "~$labels.csv", ".nfs00001", "__MACOSX/", ".Spotlight-V100/", "$RECYCLE.BIN/", "@eaDir/", "",
)  # fmt: skip
KEPT = (
    "2018-01-03.tif", "2018-01-03.TIF", "20180103.tiff", "2018-01-03T10:30:00Z.tif", "2018-05.tif", "33N/", "15E-200N/",
    "33N_15E-200N_01_09/", "labels_33N_15E-200N_01_09.geojson", "rapidai4eo_labels.csv.gz", "catalog.json",
    "2018-01-03 (1).tif", "template.tif",
)  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_left_behind(name: str) -> None:
    assert is_leftover(name)


@pytest.mark.parametrize("name", KEPT)
def test_of_the_corpus(name: str) -> None:
    assert not is_leftover(name)
