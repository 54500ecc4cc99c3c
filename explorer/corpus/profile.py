"""`rapidai4eo.toml`: what an operator settles about a corpus that its files do not say and nobody can guess.

It lies beside the corpus (its root) or is named with `--profile FILE`. Only who starts the explorer chooses it. It says how
numbers are to be read, never where from.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from explorer.core.config import Settings
from explorer.core.errors import CorpusFormatError, NotThereError
from explorer.core.products import PF_QA, PF_SR, PRODUCTS, S2_SR, Product
from explorer.corpus.imagery.cube import QualityMeaning
from explorer.corpus.imagery.geotiff import Rules
from explorer.corpus.stores.store import Store
from explorer.corpus.tables.class_names import UNCLASSIFIED, positions

PROFILE_KEY = "rapidai4eo.toml"
"""Where a corpus keeps it."""
MAX_PROFILE_BYTES = 100_000

_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Name = Annotated[str, Field(max_length=80)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class ChipSettings(_Table):
    """What holds for all chips of a product: `[PF-SR]`, `[S2-SR]` and, without scale and offset, `[PF-QA]`."""

    bands: list[_Name] = Field(
        default_factory=list, max_length=64, description="Names of the file's bands in its order; `-` for one to leave aside."
    )  # fmt: skip
    nodata: _Finite | list[_Finite] | None = Field(
        None,
        description='Number, or list of numbers, that mean "not measured", beside what a file\'s tag says.',
    )
    date_pattern: _Name | None = Field(
        None, description="Name of a chip's file by its date, as `%Y%m%d.tif` (strftime)."
    )

    @property
    def nodata_numbers(self) -> tuple[float, ...]:
        """The numbers that mean "not measured"."""
        if self.nodata is None:
            return ()
        return tuple(self.nodata) if isinstance(self.nodata, list) else (self.nodata,)


class ReflectanceSettings(ChipSettings):
    """The same for reflectance: reflectance is the stored number x `scale` + `offset`, whatever a file's tags say."""

    scale: _Finite | None = Field(None, description="Reflectance is the stored number x this ...")
    offset: _Finite | None = Field(None, description="... + this (0 where only the scale is named).")

    @model_validator(mode="after")
    def _both(self) -> ReflectanceSettings:
        if self.scale == 0:
            raise ValueError("scale is 0, which makes all numbers one")
        if self.offset is not None and self.scale is None:
            raise ValueError("offset needs scale beside it, as scale = 0.0001")
        return self


class GapFilled(_Table):
    """Which band of PF-QA means "gap-filled": pixels of `from` and more (of `-from` and less too, where `signed`)."""

    band: int | _Name = Field(description="Its number, from 1, or its name.")
    at_least: _Finite = Field(1.0, alias="from", description="The first value that means gap-filled.")
    signed: bool = Field(
        False,
        description="Whether values below 0 count like those above, as signed days to the source observation.",
    )

    @model_validator(mode="after")
    def _above_nothing(self) -> GapFilled:
        if self.signed and self.at_least <= 0:
            raise ValueError("from has to be above 0 where the band is signed")
        return self


class QualitySettings(ChipSettings):
    """`[PF-QA]`: names of its bands, and what one of them means."""

    gap_filled: GapFilled | None = Field(
        None, description="Which band means gap-filled, and from which value."
    )
    days_to_source: int | _Name | None = Field(
        None, description="The band (number or name) that holds signed days to the source observation."
    )


class LabelSettings(_Table):
    """`[labels]`: how fractions are written."""

    scale: Annotated[float, Field(gt=0, le=1e7)] | None = Field(
        None, description="What a whole cell is written as: 1, 100, 36 (hectares), 3600 (pixels of 10 m) ..."
    )
    class_codes: dict[_Name, int] = Field(
        default_factory=dict, max_length=200,
        description="Other names of classes -> their three-digit code; 999 for what is unclassified.",
    )  # fmt: skip

    @property
    def classes(self) -> dict[str, int]:
        """The other names, in lower case."""
        return {name.strip().lower(): code for name, code in self.class_codes.items()}

    def to_text(self) -> str:
        """The same in a line, to be kept beside what was read with it; empty where nothing is settled."""
        given = self.model_dump(exclude_defaults=True)
        return json.dumps(given, sort_keys=True) if given else ""

    @classmethod
    def of_text(cls, text: str) -> LabelSettings:
        """What `to_text` wrote."""
        return cls.model_validate_json(text) if text else cls()

    @field_validator("class_codes")
    @classmethod
    def _are_codes(cls, value: dict[str, int]) -> dict[str, int]:
        for name, code in value.items():
            if code not in positions() and code != UNCLASSIFIED:
                raise ValueError(
                    f"{name!r} is said to be {code}, which is no level-3 class (111 to 523) and not 999"
                )
        return value


class CorpusProfile(_Table):
    """All of a `rapidai4eo.toml`. What it does not name is left to the files."""

    planet: ReflectanceSettings = Field(default_factory=ReflectanceSettings, alias="PF-SR")
    sentinel: ReflectanceSettings = Field(default_factory=ReflectanceSettings, alias="S2-SR")
    quality: QualitySettings = Field(default_factory=QualitySettings, alias="PF-QA")
    labels: LabelSettings = Field(default_factory=LabelSettings)

    @model_validator(mode="after")
    def _bands_are_known(self) -> CorpusProfile:
        for product, given in ((PF_SR, self.planet.bands), (S2_SR, self.sentinel.bands)):
            named = [name for name in given if name and name != "-"]
            for name in named:
                if name not in product.band_names:
                    raise ValueError(
                        f"{product.id} has no band {name!r}; its bands are {', '.join(product.band_names)}, "
                        "and - stands for one to leave aside"
                    )
            if len(set(named)) < len(named):
                raise ValueError(f"a band of {product.id} is named twice")
        names = self.quality.bands
        if len(set(names)) < len(names):
            raise ValueError("a band of PF-QA is named twice")
        for what, band in (
            ("gap_filled", self.quality.gap_filled),
            ("days_to_source", self.quality.days_to_source),
        ):
            wanted = band.band if isinstance(band, GapFilled) else band
            if isinstance(wanted, int) and not 1 <= wanted <= 64:
                raise ValueError(f"PF-QA.{what} names band {wanted}; bands count from 1")
            if isinstance(wanted, str) and names and wanted not in names:
                raise ValueError(f"PF-QA.{what} names band {wanted!r}, PF-QA.bands has {', '.join(names)}")
        return self

    @property
    def empty(self) -> bool:
        """Whether it settles nothing."""
        return not self.model_dump(exclude_defaults=True)

    def settings(self, product: Product) -> ChipSettings:
        """What it says of a product's chips."""
        return {PF_SR.id: self.planet, S2_SR.id: self.sentinel, PF_QA.id: self.quality}[product.id]

    def rules(self) -> dict[str, Rules]:
        """The same for the reader of chips, by product id."""
        found = {}
        for product in PRODUCTS.values():
            given = self.settings(product)
            scale = given.scale if isinstance(given, ReflectanceSettings) else None
            offset = given.offset if isinstance(given, ReflectanceSettings) else None
            found[product.id] = Rules(tuple(given.bands), scale, offset, given.nodata_numbers)
        return found

    def quality_meaning(self) -> QualityMeaning | None:
        """What PF-QA's bands mean; None where nothing is said of that."""
        gaps, days = self.quality.gap_filled, self.quality.days_to_source
        if gaps is None and days is None:
            return None
        if gaps is None:
            return QualityMeaning(days_band=days)
        return QualityMeaning(gaps.band, gaps.at_least, gaps.signed, days)

    def patterns(self) -> dict[str, str]:
        """Product id -> name of a chip's file by its date."""
        given = {product.id: self.settings(product).date_pattern for product in PRODUCTS.values()}
        return {name: pattern for name, pattern in given.items() if pattern}

    def lines(self) -> list[str]:
        """Everything that it settles, a line each: `PF-QA.gap_filled.band = 3`."""
        return list(_lines(self.model_dump(by_alias=True, exclude_defaults=True), ""))


def _lines(table: dict[str, Any], above: str) -> Iterable[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _lines(value, f"{above}{name}.")
        else:
            yield f"{above}{name} = {value}"


def parse(data: bytes, name: str) -> CorpusProfile:
    """A profile out of its text. Raises `CorpusFormatError` that names the file, the setting and what it should be."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):  # no TOML: a page that says that there is none
        return CorpusProfile()
    if len(data) > MAX_PROFILE_BYTES:
        raise CorpusFormatError(name, f"{len(data):,} bytes, far more than such a file has")
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise CorpusFormatError(name, f"not readable as TOML ({error})") from error
    try:
        return CorpusProfile.model_validate(table)
    except ValidationError as error:
        raise CorpusFormatError(name, "; ".join(_problem(one) for one in error.errors()[:3])) from None


def _problem(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    text = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return f"there is no setting {where}; see the page on the real corpus in the docs for those that there are"
    return f"{where}: {text}" if where else text


def read(path: Path) -> CorpusProfile:
    """A profile from a file. Raises `CorpusFormatError`, also where there is none."""
    try:
        return parse(path.read_bytes()[: MAX_PROFILE_BYTES + 1], str(path))
    except OSError as error:
        raise CorpusFormatError(str(path), f"cannot be read ({error.strerror or error})") from error


def of_store(store: Store) -> CorpusProfile:
    """The profile that lies beside a corpus; an empty one where there is none.

    Raises `CorpusFormatError` where it is wrong, and `StoreError` where the store fails: what it settles would be lost
    without a word.
    """
    return parse(text_of(store), PROFILE_KEY)


def text_of(store: Store) -> bytes:
    """The text of the profile that lies beside a corpus; empty where there is none. Raises `StoreError`."""
    try:
        return store.get(PROFILE_KEY)
    except NotThereError:
        return b""


def of_corpus(store: Store, config: Settings) -> CorpusProfile:
    """The profile that the settings name (`--profile`), else the one that lies beside the corpus. Raises as those."""
    return read(Path(config.profile).expanduser()) if config.profile else of_store(store)
