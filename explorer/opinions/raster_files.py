"""Rasters of land cover as files and URLs: opened, checked, and read no further than the project allows.

A path is opened by GDAL, which knows what it is. A URL is a GeoTIFF (a cloud-optimised one, so that little of it is read) that is
fetched by the explorer's own client, part by part, with its bounds, redirects and retries; GDAL itself fetches nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import rasterio
from cachetools import LRUCache
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import RasterioError

from explorer.core.config import Settings, settings
from explorer.core.errors import ExplorerError, NotThereError, RasterError
from explorer.corpus.stores.http import HttpStore

PART_BYTES = 2**18
"""What is fetched of a URL at a time: a tile or two of 512 x 512 classes, packed."""
PARTS_KEPT = 128
MAX_BLOCK_BYTES = 2**29
"""Of one block (a tile, or a strip) unpacked: GDAL holds all of it to give a pixel."""


def is_url(place: str) -> bool:
    """Whether a place is a URL rather than a path."""
    return "://" in place


@contextmanager
def opened(place: str, band: int = 1, config: Settings | None = None) -> Iterator[Any]:
    """A raster of classes as a `rasterio.DatasetReader`: a path, or an http(s) URL of a GeoTIFF.

    Raises `RasterError` for what cannot be read as a raster, has no such band or no CRS, and for what would have GDAL fetch
    something; `StoreError` where a server fails.
    """
    if is_url(place):
        with _fetched(place, config or settings()) as raster:
            yield _checked(raster, place, band)
        return
    if place.startswith("/vsi"):
        raise RasterError(
            place, "GDAL's own file systems (/vsi...) are not used; name a file, or the URL of a GeoTIFF"
        )
    if not Path(place).exists():
        raise RasterError(place, "there is no such file")
    with rasterio.Env(GDAL_CACHEMAX=256, CPL_VSIL_CURL_ALLOWED_EXTENSIONS=".none"), _open(place) as raster:
        leads = [name for name in raster.files if "://" in name or name.startswith("/vsi")]
        if leads:
            raise RasterError(place, f"it leads to {leads[0][:200]}, which is not read; download that first")
        yield _checked(raster, place, band)


def identity(place: str, config: Settings | None = None) -> list[Any]:
    """What tells this raster from another at the same place: of a file its size and time, of a URL its size. Raises as `opened`."""
    if is_url(place):
        file = _ranged(place, config or settings())
        try:
            return [shown(place), file.seek(0, io.SEEK_END)]
        finally:
            file.store.close()
    try:
        found = Path(place).stat()
    except OSError as error:
        raise RasterError(place, f"it cannot be read ({error.strerror or error})") from error
    return [str(Path(place).resolve()), found.st_size, found.st_mtime_ns]


def shown(place: str) -> str:
    """A URL without name, password and signature."""
    parts = urlsplit(place)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _open(place: str, **more: Any) -> Any:
    try:
        return rasterio.open(place, **more)
    except (RasterioError, ValueError, OSError) as error:
        said = str(error).splitlines() or [type(error).__name__]
        raise RasterError(
            shown(place) if is_url(place) else place, f"it cannot be read as a raster ({said[0][:200]})"
        ) from error


def _checked(raster: Any, place: str, band: int) -> Any:
    where = shown(place) if is_url(place) else place
    if not 1 <= band <= raster.count:
        raise RasterError(where, f"it has no band {band}; its bands are 1 to {raster.count}")
    if raster.crs is None:
        raise RasterError(where, "it does not say its CRS; set it, as by gdal_edit.py -a_srs EPSG:3035 FILE")
    if raster.transform.is_degenerate or (raster.transform.is_identity and raster.gcps[0]):
        raise RasterError(
            where, "it is not on a grid (it has ground control points); warp it first, as by gdalwarp"
        )
    if raster.dtypes[band - 1].startswith("complex"):
        raise RasterError(where, f"band {band} holds complex numbers, no classes")
    height, width = raster.block_shapes[band - 1]
    if height * width * np.dtype(raster.dtypes[band - 1]).itemsize > MAX_BLOCK_BYTES:
        raise RasterError(
            where,
            f"its blocks have {height:,} x {width:,} pixels, too many to be held at once; tile it (gdal_translate -of COG)",
        )
    colours = set(raster.colorinterp[:3])
    if raster.count >= 3 and {ColorInterp.red, ColorInterp.green, ColorInterp.blue} <= colours:
        raise RasterError(where, "it is a picture in red, green and blue; take the raster of class values")
    return raster


def has_mask(raster: Any, band: int) -> bool:
    """Whether pixels are said to be missing otherwise than by a value: by a mask of the file, or an alpha band."""
    flags = raster.mask_flag_enums[band - 1]
    return MaskFlags.per_dataset in flags or (
        MaskFlags.nodata not in flags and MaskFlags.all_valid not in flags
    )


def has_alpha(raster: Any) -> bool:
    """Whether one of its bands says where there is something."""
    return ColorInterp.alpha in raster.colorinterp


@contextmanager
def _fetched(url: str, config: Settings) -> Iterator[Any]:
    files: list[PartsOfUrl] = []
    failed: list[ExplorerError] = []
    name = Path(urlsplit(url).path).name

    def opener(path: str, mode: str = "rb", **_: Any) -> PartsOfUrl:
        if (
            Path(path).name != name or "w" in mode or "+" in mode
        ):  # neighbours that GDAL looks for, as .aux.xml
            raise FileNotFoundError(path)
        file = PartsOfUrl(store, name, failed)
        files.append(file)
        return file

    store = _store(url, config)
    try:
        PartsOfUrl(store, name).seek(
            0, io.SEEK_END
        )  # what is wrong with the server is told as that, not as GDAL's failure
        with (
            rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_CACHEMAX=256),
            _open(name, driver="GTiff", opener=opener) as raster,
        ):
            yield raster
        if failed:
            raise failed[0]
    except (ExplorerError, RasterioError, OSError) as error:
        if failed:
            raise failed[0] from error
        if isinstance(error, ExplorerError):
            raise
        raise RasterError(shown(url), f"it cannot be read ({str(error).splitlines()[0][:200]})") from error
    finally:
        store.close()


def _store(url: str, config: Settings) -> HttpStore:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise RasterError(shown(url), "a raster is a file, or a GeoTIFF at an http(s) address")
    folder = parts.path.rpartition("/")[0] + "/"
    return HttpStore(urlunsplit((parts.scheme, parts.netloc, folder, parts.query, "")), config)


def _ranged(url: str, config: Settings) -> PartsOfUrl:
    return PartsOfUrl(_store(url, config), Path(urlsplit(url).path).name)


class PartsOfUrl(io.RawIOBase):
    """A file behind a URL, to be read at any place; the parts that were read last are kept.

    Raises what the store raises; with `failed`, for GDAL, which knows no errors of ours, that is kept there and the file ends.
    """

    def __init__(self, store: HttpStore, key: str, failed: list[ExplorerError] | None = None) -> None:
        super().__init__()
        self.store, self._key, self._failed = store, key, failed
        self._parts: LRUCache[int, bytes] = LRUCache(PARTS_KEPT)
        self._at = 0
        self._size: int | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at}.get(whence)
        self._at = max((self._length() if start is None else start) + offset, 0)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        end = self._length() if size is None or size < 0 else min(self._at + size, self._length())
        pieces = []
        while self._at < end:
            number, skip = divmod(self._at, PART_BYTES)
            piece = self._part(number)[skip : skip + end - self._at]
            if not piece:
                break
            pieces.append(piece)
            self._at += len(piece)
        return b"".join(pieces)

    def _length(self) -> int:
        if self._size is None:
            self._part(0)
        return self._size or 0

    def _part(self, number: int) -> bytes:
        if number in self._parts:
            return self._parts[number]
        if self._failed:
            return b""
        try:
            self._parts[number] = self._fetch(number)
        except ExplorerError as error:
            if self._failed is None:
                raise
            self._failed.append(error)
            return b""
        return self._parts[number]

    def _fetch(self, number: int) -> bytes:
        where = self.store.where + self._key
        try:
            body, size = self.store.get_part(self._key, number * PART_BYTES, PART_BYTES)
        except NotThereError as error:
            raise RasterError(where, "there is no such file") from error
        if self._size not in (None, size):
            raise RasterError(where, "it changed while it was read; begin anew")
        self._size = size
        return body
