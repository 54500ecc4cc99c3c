"""What a view shows, in Python: the few lines that give its data in a notebook, with every value written out.

Values enter the text by `repr` alone, after they have been checked: what people type is never code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from explorer.analysis import render_spec, stretch
from explorer.analysis.curves import Curves
from explorer.analysis.profiles import check_pixel
from explorer.analysis.shapes import Shape
from explorer.analysis.spectra import parse_months
from explorer.analysis.thumbnails import ThumbnailSpec
from explorer.core import grid
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.query.area import Area
from explorer.corpus.query.filters import Filters
from explorer.opinions.question import LEVELS, OWN, Question

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus


@dataclass(frozen=True, slots=True)
class Gallery:
    """Samples as pictures: their ids in order, the date (a month, `2018-07`, is Sentinel-2's) and what is shown, as links have them.

    Raises `InvalidSampleIdError`, `InvalidQueryError`, `UnknownDateError`.
    """

    ids: tuple[str, ...]
    date: str
    composite: str = "true"
    stretch: str = ""

    def __post_init__(self) -> None:
        """Check every value."""
        for sample_id in self.ids:
            grid.parse(sample_id)
        ThumbnailSpec.parse(self.date, self.composite, self.stretch)


@dataclass(frozen=True)
class State:
    """What a page shows, as far as it decides about data; checked when it is made.

    `where` is what `open_corpus` takes. `pixels` are (row, col) of the 3 m grid. `s2_composite` may be empty: as
    `composite`, or true colour where Sentinel-2 cannot show that. `months` (1 to 12, of 2018) are those of the
    spectrum; none: the date's.

    Raises `InvalidSampleIdError`, `InvalidQueryError`, `UnknownDateError`.
    """

    where: str = "demo"
    sample_id: str = ""
    date: dt.date = PF_SR.dates[36]
    pixels: tuple[tuple[int, int], ...] = ()
    regions: tuple[Shape, ...] = ()
    composite: str = "true"
    stretch: str = "natural"
    s2_composite: str = ""
    months: tuple[int, ...] = ()
    curves: Curves = field(default_factory=Curves)
    filters: Filters = field(default_factory=Filters)
    area: Area | None = None
    gallery: Gallery | None = None
    question: Question | None = None
    """What is asked of an opinion."""

    def __post_init__(self) -> None:
        """Check every value, and write texts as links have them."""
        if self.sample_id:
            grid.parse(self.sample_id)
        PF_SR.parse_date(self.date)
        object.__setattr__(self, "pixels", tuple(check_pixel(*pixel) for pixel in self.pixels))
        object.__setattr__(self, "composite", render_spec.parse(self.composite, PF_SR.id).text)
        object.__setattr__(self, "stretch", str(stretch.parse(self.stretch)))
        if self.s2_composite:
            object.__setattr__(self, "s2_composite", render_spec.parse(self.s2_composite, S2_SR.id).text)
        parse_months(self.months)

    @classmethod
    def of(cls, corpus: Corpus, selection: Any) -> State:
        """The state of a page's selection, or of anything that has its fields; those that it lacks are as usual."""
        look, shown = getattr(selection, "sentinel", None), getattr(selection, "map", None)
        given = {
            name: getattr(selection, name)
            for name in ("sample_id", "date", "pixels", "regions", "composite", "stretch", "curves")
            if getattr(selection, name, None) is not None
        }
        return cls(
            where=corpus.where,
            s2_composite=getattr(look, "composite", ""),
            months=tuple(getattr(look, "months", ())),
            filters=getattr(shown, "filters", Filters()),
            area=getattr(shown, "area", None),
            question=getattr(selection, "judge", None),
            **given,
        )


def snippet(view: str, state: State) -> str:
    """The lines that give the data of a view (`VIEWS`), each runnable as it stands. Raises `InvalidQueryError`.

    >>> print(snippet("label", State(sample_id="31N_12E-218N_40_30")))
    import explorer
    from explorer.core import corine
    <BLANKLINE>
    corpus = explorer.open_corpus('demo')
    fractions = corpus.labels('31N_12E-218N_40_30')...
    """
    if view not in VIEWS:
        raise InvalidQueryError(f"no view {view[:30]!r}; there are {', '.join(VIEWS)}")
    title, needs, write = VIEWS[view]
    missing = [name for name in needs if not getattr(state, name)]
    if missing:
        raise InvalidQueryError(f"{title} needs {' and '.join(_NAMES[name] for name in missing)}")
    imports, lines = write(state)
    head = sorted(["import explorer", *imports], key=lambda line: (line.startswith("from explorer"), line))
    return "\n".join([*head, "", f"corpus = explorer.open_corpus({state.where!r})", *lines, ""])


def available(state: State) -> dict[str, str]:
    """Views whose data can be told of this state: name -> title."""
    return {
        name: title
        for name, (title, needs, _) in VIEWS.items()
        if all(getattr(state, need) for need in needs)
    }


_Lines = tuple[list[str], list[str]]


def _planet(state: State) -> _Lines:
    recipe = render_spec.parse(state.composite, PF_SR.id)
    when = f"{state.date.isoformat()}T10:30"
    lines = [
        f"cube = corpus.planet_fusion({state.sample_id!r})  # xarray (time, band, y, x), int16",
        'cube.attrs["missing"]  # the dates that are not there',
        'reflectance = cube * cube.attrs["reflectance_scale"]',
        f'frame = reflectance.sel(time=pd.Timestamp({when!r}), method="nearest")',
    ]
    imports = ["import pandas as pd", "from explorer.export import scene"]
    lines += _painted(state.sample_id, PF_SR.id, recipe, state.stretch)
    if recipe.kind != "rgb":
        imports.append("from explorer.analysis import render_spec")
    return imports, lines


def _sentinel(state: State) -> _Lines:
    try:
        recipe = render_spec.parse(state.s2_composite or state.composite, S2_SR.id)
    except InvalidQueryError:  # a formula of Planet Fusion's own bands
        recipe = render_spec.parse("true", S2_SR.id)
    imports = ["from explorer.export import scene"]
    if recipe.kind != "rgb":
        imports.append("from explorer.analysis import render_spec")
    lines = [
        f"cube = corpus.sentinel2({state.sample_id!r})  # xarray (time, band, y, x), uint16, 0 is nodata",
        'reflectance = cube.where(cube != 0) * cube.attrs["reflectance_scale"]',
        f'month = reflectance.sel(time=reflectance["time"].dt.month == {state.date.month})',
    ]
    return imports, [*lines, *_painted(state.sample_id, S2_SR.id, recipe, state.stretch)]


def _painted(sample_id: str, product: str, recipe: render_spec.Recipe, stretched: str) -> list[str]:
    """The pictures as the page paints them, and what is painted where that is one value a pixel."""
    lines = []
    if recipe.kind != "rgb":
        lines += [
            f"recipe = render_spec.parse({recipe.text!r}, {product!r})",
            "bands = {name: cube.sel(band=name).values for name in recipe.bands}",
            f"values = recipe.values(bands)  # float32 (time, y, x), {'reflectance' if recipe.kind == 'band' else recipe.title}",
        ]
    return [
        *lines,
        f"shown = scene.scene(corpus, {sample_id!r}, product={product!r}, composite={recipe.text!r}, stretch={stretched!r})",
        "pictures = {step.text: shown.rgba(step) for step in shown.steps if step.there}  # uint8 (y, x, 4)",
    ]


def _profile(state: State) -> _Lines:
    imports = ["import pandas as pd", "from explorer.analysis import profiles"]
    names = list(state.curves.indices)
    lines = [
        f"pixels = {list(state.pixels)!r}  # (row, col) of the 3 m grid",
        f"indices = {names!r}",
        "tables = [",
        f"    profiles.pixel(corpus, {state.sample_id!r}, row=row, col=col, indices=indices) for row, col in pixels",
        "]",
        'table = pd.concat(tables, keys=range(1, len(pixels) + 1), names=["pin"])  # tidy, both sensors',
    ]
    label = next(iter(state.curves.labels))
    wanted = state.curves
    if wanted.smooth or wanted.seasons or wanted.breaks or wanted.years:
        lines += [
            'first = tables[0][tables[0]["product"] == "PF-SR"].pivot(index="date", columns="band", values="value")',
            f"times, values = first.index.to_numpy(), first[{label!r}].to_numpy()",
        ]
    if wanted.smooth or wanted.seasons:
        imports.append("from explorer.analysis import smoothing")
        lines.append(f"curve = smoothing.smooth(times, values, {wanted.smooth or 'whittaker'!r})")
    if wanted.seasons:
        imports.append("from explorer.analysis import phenology")
        lines.append("seasons = phenology.seasons(times, curve.values)")
    if wanted.years:
        imports.append("from explorer.analysis import phenology")
        lines.append("years = phenology.year_over_year(times, values)")
    if wanted.breaks:
        imports.append("from explorer.analysis import breaks")
        lines += [
            'snow = breaks.snowy(first["blue"].to_numpy(), first["red"].to_numpy())',
            "found = breaks.find(times, values, snow).table()",
        ]
    return list(dict.fromkeys(imports)), lines


def _region(state: State) -> _Lines:
    lines = [f"indices = {list(state.curves.indices)!r}", "regions = {"]
    for number, shape in enumerate(state.regions):
        name = shape.name or f"region {'ABCDEFGH'[number % 8]}"
        lines.append(f"    {name!r}: {_shape(shape)!r},  # (row, col) of the 3 m grid")
    lines += [
        "}",
        "tables = {",
        f"    name: profiles.region(corpus, {state.sample_id!r}, indices=indices, **where)",
        "    for name, where in regions.items()",
        "}  # mean, percentiles and spread of both sensors on every date",
    ]
    return ["from explorer.analysis import profiles"], lines


def _spectrum(state: State) -> _Lines:
    months = list(state.months) or [min(state.date.month, 12)]
    lines = [
        f"pixels = {list(state.pixels)!r}  # (row, col) of the 3 m grid",
        f"months = {months!r}  # of 2018",
        "tables = [",
        f"    spectra.spectrum(corpus, {state.sample_id!r}, row=row, col=col, months=months) for row, col in pixels",
        "]  # reflectance by wavelength, both sensors",
    ]
    for shape in state.regions:
        where = ", ".join(f"{name}={value!r}" for name, value in _shape(shape).items())
        lines.append(f"tables.append(spectra.spectrum(corpus, {state.sample_id!r}, {where}, months=months))")
    return ["from explorer.analysis import spectra"], lines


def _map(state: State) -> _Lines:
    imports, lines = _samples(state)
    lines.append("footprints = corpus.to_geopandas(samples.head(1000))  # EPSG:4326; without head(), all")
    return imports, lines


def _dataset(state: State) -> _Lines:
    imports, lines = _samples(state)
    lines.append(
        "plots.class_shares(corpus, samples)  # a HoloViews figure, as each of the panel's has its line"
    )
    return ["from explorer import plots", *imports], lines


def _samples(state: State) -> _Lines:
    """Which samples the map shows."""
    imports, lines = [], []
    if state.filters:
        lines.append(f"samples = corpus.query(filters={state.filters.format()!r})")
    else:
        lines.append("samples = corpus.samples")
    if state.area is not None:
        imports.append("from explorer.corpus.query.area import Area")
        lines += [
            f"area = Area.parse({state.area.format()!r})  # lon,lat in degrees",
            'samples = samples[area.mask(samples["x"].to_numpy(), samples["y"].to_numpy())]',
        ]
    return imports, lines


def _label(state: State) -> _Lines:
    return ["from explorer.core import corine"], [
        f"fractions = corpus.labels({state.sample_id!r})  # CORINE code -> fraction of the cell, 0 to 1",
        "names = {code: corine.land_cover(code).title for code in fractions.index}",
    ]


def _quality(state: State) -> _Lines:
    return [], [
        f"layers = corpus.quality({state.sample_id!r})  # xarray (time, band, y, x), as stored",
        'layers["band"].values  # the names that the files give them',
    ]


def _animation(state: State) -> _Lines:
    lines = [
        "animation.write(",
        f"    corpus, {state.sample_id!r}, {state.sample_id + '.mp4'!r},",
        f"    composite={state.composite!r}, stretch={state.stretch!r}, pins={list(state.pixels)!r},",
        ")",
    ]
    return ["from explorer.export import animation"], lines


def _gallery(state: State) -> _Lines:
    shown = state.gallery
    assert shown is not None
    lines = [
        "ids = [",
        *(f"    {sample_id!r}," for sample_id in shown.ids),
        "]  # of the gallery's page, in its order",
        "figure = plots.gallery(  # hv.Layout, a picture a sample, 100 at most",
        f"    corpus, ids[:100], date={shown.date!r}, composite={shown.composite!r}, stretch={shown.stretch!r}",
        ")",
    ]
    return ["from explorer import plots"], lines


def _opinion(state: State) -> _Lines:
    asked = state.question
    assert asked is not None
    imports, lines = [], [f"model = corpus.opinions[{asked.opinion!r}]"]
    given = []
    if asked.groups in LEVELS:
        given.append(f"level={int(asked.groups)}")
    elif asked.groups != OWN:
        given.append(f"grouping={asked.groups!r}")
    if state.filters or state.area is not None:
        found, shown = _map(state)
        imports += found
        lines += [*shown[:-1], "mask = corpus.samples.index.isin(samples.index)"]
        given.append("mask=mask")
    by = [] if asked.by == "largest" else [f"by={asked.by!r}"]

    def call(name: str, *first: str) -> str:
        return f"model.{name}({', '.join((*first, *given))})"

    if asked.part == "table":
        lines.append(f"table = {call('confusion', *by)}  # labels in rows, the model in columns")
        if asked.values != "counts":
            axes = (1, 0) if asked.values == "rows" else (0, 1)
            lines.append(f"table = table.div(table.sum(axis={axes[0]}), axis={axes[1]})")
    elif asked.part == "classes":
        lines += [f"scores = {call('scores', *by)}", "table = scores.classes"]
    elif asked.part == "calibration":
        code = [f"code={asked.code}"] if asked.code else []
        lines += [f"calibration = {call('calibration', *code)}", "table = calibration.table"]
    elif asked.part == "parts":
        lines.append(f"table = {call('scores_by', repr(asked.of))}")
    else:
        other = f"corpus.opinions[{asked.other or asked.opinion!r}]"
        lines += [
            f"compared = {call('compare', other)}",
            "table = compared.classes  # F1 of both, with the difference",
        ]
    return imports, lines


def _shape(shape: Shape) -> dict[str, Any]:
    """A region as `profiles.region` takes it, in plain numbers."""
    return {
        name: [tuple(float(v) for v in point) for point in value]
        if name == "polygon"
        else tuple(float(v) for v in value)
        for name, value in shape.where.items()
    }


_NAMES = {
    "sample_id": "a sample",
    "pixels": "a pinned pixel",
    "regions": "a drawn region",
    "gallery": "an open gallery",
    "question": "a model that is judged",
}
VIEWS: dict[str, tuple[str, tuple[str, ...], Callable[[State], _Lines]]] = {
    "map": ("Map: the samples shown", (), _map),
    "dataset": ("What is in the samples shown", (), _dataset),
    "planet": ("Planet Fusion", ("sample_id",), _planet),
    "quality": ("Planet Fusion's quality layers", ("sample_id",), _quality),
    "sentinel": ("Sentinel-2", ("sample_id",), _sentinel),
    "profile": ("Profiles of the pinned pixels", ("sample_id", "pixels"), _profile),
    "region": ("Profiles of the regions", ("sample_id", "regions"), _region),
    "spectrum": ("Spectra", ("sample_id", "pixels"), _spectrum),
    "label": ("Label", ("sample_id",), _label),
    "animation": ("Animation as a file", ("sample_id",), _animation),
    "gallery": ("Gallery: the pictures shown", ("gallery",), _gallery),
    "opinion": ("A model beside the labels", ("question",), _opinion),
}
"""Name -> title, the fields of the state that it needs, and what writes its lines."""
