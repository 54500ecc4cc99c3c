"""Which band of a file is which band of a product, from whatever words a file or its metadata use.

A name can be a band of the sensor (`B8A`, `B08A`, `B02_10m`), one of STAC's common names (`nir08`), a word (`Near
infrared`, `Band 1 - Red`) or a wavelength (`664.6 nm`). Each word narrows down which bands a name can mean. What
merely counts (`Band 1`, `Band 2`, ...) says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer.core.errors import ChipError
from explorer.core.products import Product
from explorer.corpus.findings import AsWritten

MAX_NAME = 200
"""Characters of a name that are looked at."""

_SENSOR = re.compile(r"(?<![a-z0-9])b[ _.-]?0?(\d{1,2})[ _-]?(a(?![a-z]))?(?![0-9])", re.IGNORECASE)
_COUNTS = re.compile(
    r"^(?:band|b|layer|channel|ch|c|lyr|bd|sr_b|raster)?[ _.#:-]*0*(\d{1,3})$", re.IGNORECASE
)
_NUMBERING = re.compile(r"\b(?:band|layer|channel)[ _.#-]*\d{1,3}\b", re.IGNORECASE)
_WAVELENGTH = re.compile(
    r"(?<![\w.])(\d{3,4}(?:\.\d+)?|[0-2]\.\d+)\s*(nm|nanomet\w*|um|µm|μm|micromet\w*|microns?)?(?![\w.])",
    re.IGNORECASE,
)

# Words of S2's bands, those of the narrower meaning first: each is taken out before the next is looked for.
_S2_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"(?:narrow|nir)[ _-]*(?:nir|narrow|08|8a)|nir[ _-]*2|near[ _-]*infra[ _-]*red[ _-]*(?:narrow|2)|narrow[ _-]*near[ _-]*infra[ _-]*red", ("B8A",)),
    (r"nir[ _-]*09|water[ _-]*vapou?r", ("B09",)),
    (r"coastal(?:[ _-]*aerosols?)?|ultra[ _-]*blue|(?<![a-z])aerosols?(?![a-z])", ("B01",)),
    (r"(?:veg\w*[ _-]*)?(?:red[ _-]*edge|(?<![a-z])v?re)[ _-]*(?:1|0?70[0-9]|071)(?!\d)", ("B05",)),
    (r"(?:veg\w*[ _-]*)?(?:red[ _-]*edge|(?<![a-z])v?re)[ _-]*(?:2|0?74[0-9]|075)(?!\d)", ("B06",)),
    (r"(?:veg\w*[ _-]*)?(?:red[ _-]*edge|(?<![a-z])v?re)[ _-]*(?:3|0?78[0-9]|078)(?!\d)", ("B07",)),
    (r"(?:veg\w*[ _-]*)?red[ _-]*edge", ("B05", "B06", "B07")),
    (r"(?:swir|short[ _-]*wave[ _-]*infra[ _-]*red)[ _-]*(?:16(?:00|10)?|1)(?!\d)", ("B11",)),
    (r"(?:swir|short[ _-]*wave[ _-]*infra[ _-]*red)[ _-]*(?:22(?:00|02)?|2)(?!\d)", ("B12",)),
    (r"swir|short[ _-]*wave[ _-]*infra[ _-]*red", ("B11", "B12")),
    (r"near[ _-]*infra[ _-]*red|(?<![a-z])nir[ _-]*(?:1|wide|broad)?(?![a-z0-9])", ("B08",)),
    (r"(?<![a-z])blue(?![a-z])", ("B02",)),
    (r"(?<![a-z])green(?![a-z])", ("B03",)),
    (r"(?<![a-z])red(?![a-z])", ("B04",)),
)  # fmt: skip
_PF_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"near[ _-]*infra[ _-]*red|(?<![a-z])nir(?![a-z])|^n$", ("nir",)),
    (r"coastal|red[ _-]*edge|yellow|green[ _-]*i(?![a-z])", ()),  # PlanetScope's other bands: never one of these
    (r"(?<![a-z])blue(?![a-z])|^b$", ("blue",)),
    (r"(?<![a-z])green(?![a-z])|^g$", ("green",)),
    (r"(?<![a-z])red(?![a-z])|^r$", ("red",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BandOrder:
    """Where a product's bands are in a file.

    `places` has a position in the file (from 0) for each band of the product, None where the file lacks the band.
    `notes` say what was decided, for people.
    """

    places: tuple[int | None, ...]
    notes: tuple[str, ...] = ()


def find_order(
    names: Sequence[str], product: Product, wavelengths: Sequence[float | None] = (), source: str = "the file"
) -> BandOrder | None:
    """The order that names (one a band of the file; empty where there is none) and wavelengths (nm) tell.

    None where they say nothing, so that the product's own order holds. Raises `ChipError` where they contradict each
    other or where only few are understood, since then neither they nor the product's order can be trusted.
    """
    given = [name.strip()[:MAX_NAME] for name in names]
    waves = list(wavelengths) or [None] * len(given)
    if not product.bands or (not any(given) and not any(waves)) or _only_counts(given, waves):
        return None
    meant: list[frozenset[str]] = []
    understood = []
    for name, wave in zip(given, waves, strict=True):
        found, known = _meaning(name, wave, product, f"{source} calls a band {name!r}")
        meant.append(found)
        understood.append(known)
    if not any(understood):
        return None
    places = _assigned(meant, product, given)
    matched = sum(place is not None for place in places.values())
    silent = [
        not known and (not name or _COUNTS.match(name) is not None)
        for name, known in zip(given, understood, strict=True)
    ]
    foreign = [
        name for name, bands, nothing in zip(given, meant, silent, strict=True) if not bands and not nothing
    ]
    few = 2 * matched <= len(product.bands) or 2 * sum(understood) <= len(given)
    # More bands than the product's can be anything else; among as many, a foreign name stands where one of them should.
    if few or (foreign and len(given) <= len(product.bands)):
        shown = foreign or [name or "(no name)" for name in given]
        more = f" and {len(shown) - 4} more" if len(shown) > 4 else ""
        raise ChipError(
            f"its bands are named {', '.join(name[:24] for name in shown[:4])}{more}, not as {product.id}'s; "
            "name their order in rapidai4eo.toml"
        )
    return _completed(places, given, product, source)


def _completed(places: dict[str, int | None], given: list[str], product: Product, source: str) -> BandOrder:
    notes = []
    used = set(places.values())
    absent = [name for name in product.band_names if places[name] is None]
    left = [i for i, name in enumerate(given) if i not in used and (not name or _COUNTS.match(name))]
    if absent and len(given) == len(product.bands) and len(left) == len(absent):
        usual = dict(zip(product.band_names, range(len(given)), strict=True))
        agree = all(place is None or usual[name] == place for name, place in places.items())
        if len(absent) == 1 or agree:  # it can be no other, or all that are named stand where they usually do
            places |= dict(zip(absent, left, strict=True))
            notes.append(f"bands without a name are taken for {', '.join(absent)}, as what is left")
            absent = []
    if absent:
        notes.append(f"{source} has no band that is named as {', '.join(absent)}: missing there")
    aside = [name or f"number {i + 1}" for i, name in enumerate(given) if i not in places.values()]
    if aside:
        notes.append(AsWritten(f"bands that {product.id} does not have stay aside: {', '.join(aside[:6])}"))
    order = tuple(places[name] for name in product.band_names)
    if order != tuple(range(len(order))):
        notes.append(AsWritten(f"the bands stand in another order, as {source} names them"))
    return BandOrder(order, tuple(notes))


def _only_counts(names: list[str], waves: Sequence[float | None]) -> bool:
    """Whether the names are no more than a count from 1 (or 0), which programs write by themselves."""
    if any(waves):
        return False
    numbers = [int(match[1]) if (match := _COUNTS.match(name)) else None for name in names]
    return numbers in (list(range(1, len(names) + 1)), list(range(len(names))))


def _meaning(name: str, wave: float | None, product: Product, what: str) -> tuple[frozenset[str], bool]:
    """The product's bands that a name can mean, and whether it was understood at all."""
    cues: list[frozenset[str]] = []
    text = _NUMBERING.sub(" ", name)
    exact = {band.name.lower(): band.name for band in product.bands}
    if text.strip().lower() in exact:
        cues.append(frozenset({exact[text.strip().lower()]}))
    elif product.monthly:
        for match in _SENSOR.finditer(text):
            code = f"B{int(match[1]):02d}" if not match[2] else f"B{int(match[1])}A"
            cues.append(frozenset({code} & set(product.band_names)))
        text = _SENSOR.sub(" ", text)
    words = _S2_WORDS if product.monthly else _PF_WORDS
    lower = text.lower().replace("_", " ")
    for pattern, bands in words:
        if re.search(pattern, lower):
            cues.append(frozenset(bands))
            lower = re.sub(pattern, " ", lower)
    waves = [wave] if wave else []
    for match in _WAVELENGTH.finditer(text):
        value, unit = float(match[1]), (match[2] or "").lower()
        if unit or 350 <= value <= 2600 or (0.35 <= value <= 2.6 and match[0] == text.strip()):
            waves.append(value * 1000 if value < 10 else value)
    cues += [near for value in waves if (near := _near(value, product)) is not None]
    if not cues:
        return frozenset(), False
    both = frozenset.intersection(*cues)
    if not both and any(cues):
        said = " and ".join("/".join(sorted(cue)) or "none of its bands" for cue in dict.fromkeys(cues))
        raise ChipError(f"{what}, which contradicts itself ({said})")
    return both, True


def _near(wavelength: float, product: Product) -> frozenset[str] | None:
    """The bands whose range holds a wavelength, the nearest centre first; None where none is near."""
    inside = [band for band in product.bands if abs(band.wavelength - wavelength) <= max(band.width / 2, 8.0)]
    if not inside:
        return None
    best = min(abs(band.wavelength - wavelength) for band in inside)
    return frozenset(band.name for band in inside if abs(band.wavelength - wavelength) <= best + 1e-6)


def _assigned(
    meant: Sequence[frozenset[str]], product: Product, given: Sequence[str]
) -> dict[str, int | None]:
    """Each band's position in the file. Names that stand for a group are dealt out in their order."""
    places: dict[str, int | None] = dict.fromkeys(product.band_names)
    groups: dict[frozenset[str], list[int]] = {}
    for i, bands in enumerate(meant):
        if len(bands) != 1:
            if bands:
                groups.setdefault(bands, []).append(i)
            continue
        (name,) = bands
        other = places[name]
        if other is not None:
            raise ChipError(
                f"two of its bands are named as {name} ({given[other]!r} and {given[i]!r}); "
                "name their order in rapidai4eo.toml"
            )
        places[name] = i
    for bands, positions in groups.items():
        free = [name for name in product.band_names if name in bands and places[name] is None]
        if len(free) == len(positions):  # three bands called "rededge": by rising wavelength
            places |= dict(zip(free, positions, strict=True))
        elif free:
            raise ChipError(
                f"{len(positions)} of its bands can be any of {', '.join(sorted(bands))} "
                f"({given[positions[0]]!r}); name their order in rapidai4eo.toml"
            )
    return places


def chosen_order(names: Sequence[str], count: int, product: Product) -> BandOrder:
    """The order that a setting names outright: `names` are the product's bands in the order of the file.

    An empty name, or `-`, is a band to leave aside. Raises `ChipError` where the file has another number of bands.
    """
    if len(names) != count:
        raise ChipError(f"{count} bands, rapidai4eo.toml names {len(names)} of {product.id}")
    places: Mapping[str, int] = {name: i for i, name in enumerate(names) if name and name != "-"}
    return BandOrder(tuple(places.get(name) for name in product.band_names))
