"""`/api/samples/ID/...`: chips as they are stored, pictures by date and recipe, profiles and spectra as tables."""

from __future__ import annotations

import io
import json
from typing import Annotated, Any, ClassVar, Literal

import pandas as pd
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pydantic import BeforeValidator, Field

from explorer.analysis import curves, render_spec
from explorer.analysis import stretch as stretches
from explorer.analysis.tables import to_csv
from explorer.core import scratch_folders
from explorer.core.errors import InvalidQueryError, UnknownDateError
from explorer.core.products import PF_SR, PRODUCTS
from explorer.corpus.tables import qgis_style
from explorer.export import cog, credit, data, scene
from explorer.server.api.handling import JSON, Answer, ApiHandler, Asked, Operation, Operations, absent

PNG, TIFF, CSV = "image/png", "image/tiff; application=geotiff", "text/csv; charset=utf-8"
MAX_SCALE = 8
MAX_CURVES = 12
_HOUR_S = 3600
_MONTHS = 12


def _pixels(value: object) -> object:
    return [part.split(",") for part in value.split(";")] if isinstance(value, str) else value


def _parts(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def _curves(value: object) -> object:
    return curves.split(value) if isinstance(value, str) else value


Pixel = tuple[Annotated[int, Field(ge=0, le=PF_SR.size - 1)], Annotated[int, Field(ge=0, le=PF_SR.size - 1)]]


class ChipAsked(Asked):
    """How a chip is written."""

    cog: bool = Field(False, description="As Cloud-Optimised GeoTIFF, in place of the corpus's own file.")


class PictureAsked(Asked):
    """What a picture shows."""

    date: str = Field(
        "2018-07-02", max_length=40, description="A date of the product, or a month of Sentinel-2."
    )
    product: Literal["PF-SR", "S2-SR"] = Field("PF-SR", description="Planet Fusion, or Sentinel-2.")
    composite: str = Field(
        "true",
        max_length=400,
        description="As a link of the page has it: true, false, index:NDVI, band:nir, expr:(nir-red)/(nir+red).",
    )
    stretch: str | None = Field(
        None, max_length=100, description="As a link of the page has it; else that of this date alone."
    )


class PngAsked(PictureAsked):
    """What a picture shows, and how large it is."""

    scale: int = Field(1, ge=1, le=MAX_SCALE, description="Pixels of the picture for each of the product.")


class TiffAsked(PictureAsked):
    """What a GeoTIFF shows."""

    values: bool = Field(
        False, description="The values of a band, index or formula (float32) in place of its colours."
    )


class RegionAsked(Asked):
    """Which pixels of Planet Fusion."""

    pixel: Annotated[list[Pixel], BeforeValidator(_pixels), Field(min_length=1, max_length=8)] | None = Field(
        None,
        description="Row and column from the top left, each from 0 to 199: 100,100. Several with semicolons between.",
    )
    box: Annotated[list[float], BeforeValidator(_parts), Field(min_length=4, max_length=4)] | None = Field(
        None, description="Row, column, row, column of a region, in place of pixels."
    )


class ProfileAsked(RegionAsked):
    """Which pixels, and which curves."""

    curves: Annotated[
        list[Annotated[str, Field(max_length=200)]], BeforeValidator(_curves), Field(max_length=MAX_CURVES)
    ] = Field(
        default_factory=lambda: ["NDVI"],
        description="Indices by name, or formulas (expr:...), with commas between. All bands are there anyway.",
    )


class SpectrumAsked(RegionAsked):
    """Which pixels, and which months."""

    months: Annotated[
        list[Annotated[int, Field(ge=1, le=12)]],
        BeforeValidator(_parts),
        Field(min_length=1, max_length=_MONTHS),
    ] = Field(default_factory=lambda: [6, 7, 8], description="Months from 1 to 12, with commas between.")


class ChipHandler(ApiHandler):
    """A chip as the corpus keeps it, or as Cloud-Optimised GeoTIFF."""

    operations: ClassVar[Operations] = {
        "get": Operation(
            "A chip as the corpus keeps it, or the same pixels as COG: integers, reflectance x 10000",
            ChipAsked,
            (TIFF, cog.MEDIA),
        )
    }

    def on_get(self, asked: ChipAsked, sample: str, product: str, date: str) -> Answer:
        if product not in PRODUCTS:
            raise absent(f"no product {product[:20]!r}; there are {', '.join(PRODUCTS)}")
        cell, kind = self.corpus.cell(sample), PRODUCTS[product]
        try:
            day = kind.parse_date(date)
        except UnknownDateError as error:
            raise absent(str(error)) from None
        key, name = kind.key(cell.folder, day), f"{cell.sample_id}_{product}_{kind.stem(day)}.tif"
        body = self.service.kept(key, lambda: self.corpus.store.get(key))
        if not asked.cog:
            return Answer(body, TIFF, name=name, seconds=_HOUR_S)
        body = self.service.kept(f"{key}?cog", lambda: cog.of(body))
        return Answer(body, cog.MEDIA, name=name, seconds=_HOUR_S)


class PngHandler(ApiHandler):
    """A picture as PNG."""

    operations: ClassVar[Operations] = {
        "get": Operation("A picture of a date, by a recipe, as PNG", PngAsked, (PNG,))
    }

    def on_get(self, asked: PngAsked, sample: str) -> Answer:
        recipe = render_spec.parse(asked.composite, asked.product)
        stretch = asked.stretch or str(stretches.of_one_date(recipe))
        shown = scene.scene(
            self.corpus,
            sample,
            product=asked.product,
            composite=asked.composite,
            stretch=stretch,
            dates=[asked.date],
        )
        (step,) = shown.steps
        image = Image.fromarray(shown.rgba(step).repeat(asked.scale, axis=0).repeat(asked.scale, axis=1))
        title = f"{sample}, {shown.sensor}, {recipe.title}, {step.text}"
        about = credit.about(
            credit.of(self.corpus, [asked.product]),
            title,
            sample_id=sample,
            dates=[step.text],
            shows=shown.shows(),
        )
        told, buffer = PngInfo(), io.BytesIO()
        for name, text in about.items():
            told.add_itxt(name, text)
        image.save(buffer, "PNG", pnginfo=told, compress_level=1)
        return Answer(buffer.getvalue(), PNG, seconds=_HOUR_S)


class TiffHandler(ApiHandler):
    """A picture or the values behind it as GeoTIFF."""

    operations: ClassVar[Operations] = {
        "get": Operation(
            "A picture of a date, or its values, as Cloud-Optimised GeoTIFF in the sample's UTM zone",
            TiffAsked,
            (cog.MEDIA,),
        )
    }

    def on_get(self, asked: TiffAsked, sample: str) -> Answer:
        self.corpus.cell(sample)
        name = f"{sample}/picture.tif?{asked.model_dump_json()}"
        body = self.service.kept(name, lambda: self._made(asked, sample))
        return Answer(body, cog.MEDIA, name=f"{sample}_{asked.product}.tif", seconds=_HOUR_S)

    def _made(self, asked: TiffAsked, sample: str) -> bytes:
        with scratch_folders.folder("api") as folder:
            path = folder / "picture.tif"
            data.write_frame(
                self.corpus, sample, asked.date, path, product=asked.product, composite=asked.composite, stretch=asked.stretch,
                values=asked.values,
            )  # fmt: skip
            return path.read_bytes()


class QgisStyleHandler(ApiHandler):
    """Colours of the classes, for QGIS."""

    operations: ClassVar[Operations] = {
        "get": Operation(
            "The official colours of the classes as a QGIS style for samples", gives=(qgis_style.MEDIA,)
        )
    }

    def on_get(self, _asked: Asked) -> Answer:
        return Answer(qgis_style.qml(), qgis_style.MEDIA, name="samples.qml", seconds=_HOUR_S)


class _TableHandler(ApiHandler):
    """A table as JSON or CSV, as the path ends."""

    def table(self, asked: Any, sample: str) -> pd.DataFrame:
        """The table."""
        raise NotImplementedError

    def on_get(self, asked: Any, sample: str, ending: str) -> Answer:
        self.corpus.cell(sample)
        if (asked.pixel is None) == (asked.box is None):
            raise InvalidQueryError("name pixels (pixel=row,col;row,col) or one region (box=row,col,row,col)")
        table = self.table(asked, sample)
        if ending == "csv":
            return Answer(to_csv(table).encode(), CSV, name=f"{sample}.csv")
        rows = json.loads(
            table.to_json(orient="records", date_format="iso", date_unit="s", double_precision=6)
        )
        named = credit.of(self.corpus, list(dict.fromkeys(table["product"])) or [PF_SR.id])
        about = {
            "sample_id": sample,
            "units": table.attrs["units"],
            "attribution": named.lines,
            "license": named.licence,
        }
        return Answer(json.dumps(about | {"rows": rows}, ensure_ascii=False, default=str).encode(), JSON)


class ProfileHandler(_TableHandler):
    """How pixels or a region change over time."""

    operations: ClassVar[Operations] = {
        "get": Operation(
            "Reflectance and indices of pixels or a region, over all dates of both sensors",
            ProfileAsked,
            (JSON, CSV),
        )
    }

    def table(self, asked: ProfileAsked, sample: str) -> pd.DataFrame:
        indices = [one for one in asked.curves if curves.band(one) is None]
        return data.profile_table(self.corpus, sample, asked.pixel or (), box=asked.box, indices=indices)


class SpectrumHandler(_TableHandler):
    """The spectrum of pixels or a region."""

    operations: ClassVar[Operations] = {
        "get": Operation("The spectrum of pixels or a region in some months", SpectrumAsked, (JSON, CSV))
    }

    def table(self, asked: SpectrumAsked, sample: str) -> pd.DataFrame:
        return data.spectrum_table(self.corpus, sample, asked.pixel or (), box=asked.box, months=asked.months)
