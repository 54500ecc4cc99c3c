"""A page that needs no server: one HTML file with some samples, which opens from disk and asks no network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.analysis import colours, quality, render_spec, stretch
from explorer.analysis.composite import png
from explorer.analysis.render_spec import Recipe
from explorer.analysis.stretch import Stretch, StretchSpec
from explorer.core import corine
from explorer.core.errors import ExplorerError, InvalidQueryError, StoryError
from explorer.core.grid import Cell
from explorer.core.products import PF_QA, PF_SR, S2_SR, Product
from explorer.core.theme import with_colours
from explorer.corpus.imagery.cube import gap_band
from explorer.corpus.imagery.cube_cache import Cube
from explorer.export import credit, notes, on_top, packing, place_map
from explorer.export.stories import State, Story

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

MAX_SAMPLES = 12
"""Each brings some 2 to 4 MB, all of which a browser holds in memory."""
START = PF_SR.dates.index(PF_SR.parse_date("2018-07-02"))
_Looks = dict[str, tuple[str, str, str]]
_PICTURES: _Looks = {
    "true": ("True colour", "true", "natural"),
    "false": ("False colour (NIR)", "false", "natural"),
    "vivid": ("Vivid", "true", "vivid"),
}
"""Name -> title, composite, stretch."""
_TITLE = 32
"""Characters of a formula that stand on its button and beside its colours."""
_MODES = ("single", "swipe", "side", "difference")
"""How the page can look at its picture: what it cannot show (a sheet) is one date."""
_HERE = Path(__file__).resolve().parent
_SCRIPT = "page.bundle.js"
"""Built by `make scripts` of page.js and what it imports; `page_model.js` names what the model holds."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was made: `html`, and what its Planet Fusion values are wrong by (reflectance), over all samples.

    Sentinel-2 is exact. `missing` counts the dates of the calendar that a sample has not, by id.
    """

    html: str
    samples: tuple[str, ...]
    max_error: float
    rms_error: float
    missing: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Sample:
    model: dict[str, Any]
    planet: packing.Packed
    sentinel: packing.Packed
    credits: tuple[str, ...] = ()
    """Whom to name for what lies over its pictures."""


def make(
    corpus: Corpus,
    sample_ids: Sequence[str] = (),
    *,
    story: Story | None = None,
    link: str = "",
    presenter_notes: bool = False,
    title: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Page:
    """One HTML file with samples and, where given, a story (whose samples come along), `presenter_notes` only if asked.

    Without a story it opens as a page's `link` says: sample, date, pins, picture, comparison, zoom, and whether it plays.
    Raises `InvalidQueryError` for no sample or more than `MAX_SAMPLES`, what `Corpus.cell` raises for an id that is
    none, `StoryError` for a state without a sample when none was given, and what the store raises.
    >>> made = make(corpus, [corpus.default_sample])
    >>> made.html[:15]
    '<!doctype html>'
    """
    states = story.states if story else (State(link, ""),)
    ids = tuple(dict.fromkeys([*sample_ids, *(state.sample for state in states if state.sample)]))
    if not ids:
        if story:
            raise StoryError(story.title, None, "no state names a sample; name one for the page")
        raise InvalidQueryError("name at least one sample, or a story that does")
    if len(ids) > MAX_SAMPLES:
        raise InvalidQueryError(f"{len(ids)} samples; one page holds at most {MAX_SAMPLES}")
    cells = [corpus.cell(sample_id) for sample_id in ids]  # what is wrong is said before anything is read
    looks = _PICTURES | {look[0]: look[1] for state in states if (look := _own_look(state)) is not None}
    made = []
    for number, cell in enumerate(cells):
        over, named = _over(corpus, cell.sample_id, states)
        one = _sample(corpus, cell, number, looks)
        made.append(replace(one, model=one.model | over, credits=named))
        if progress is not None:
            progress(number + 1, len(cells))
    weights = [max(len(one.planet.header["there"]), 1) for one in made]
    rms = (
        sum(w * one.planet.rms_error**2 for w, one in zip(weights, made, strict=True)) / sum(weights)
    ) ** 0.5
    largest = max(one.planet.max_error for one in made)
    model = _model(corpus, made, story, presenter_notes, title, (largest, rms), looks)
    model["opening"] = None if story else _state(states[0], ids, presenter_notes=False)
    html = _html(model, made)
    missing = {one.model["id"]: len(PF_SR.dates) - len(one.planet.header["there"]) for one in made}
    return Page(html, ids, largest, rms, missing)


def _sample(corpus: Corpus, cell: Cell, number: int, looks: _Looks) -> _Sample:
    cube, s2, layers = (corpus.cubes.get(cell, product) for product in (PF_SR, S2_SR, PF_QA))
    filled = quality.gap_filled(layers)
    planet, sentinel = packing.planet(cube, filled), packing.sentinel(s2)
    lon, lat = cell.centre
    left, bottom, right, top = cell.bounds
    place = f"{abs(lat):.4f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.4f}° {'E' if lon >= 0 else 'W'}"
    model: dict[str, Any] = {
        "id": cell.sample_id,
        "number": number,
        "place": place,
        "grid": f"EPSG:{cell.epsg}",
        "left": left,
        "top": top,
        "footprint": f"{left:.0f}–{right:.0f} E, {bottom:.0f}–{top:.0f} N m, 600 × 600 m",
        "dot": place_map.dot(lon, lat),
        "labels": [_label(int(str(c)), f) for c, f in corpus.labels(cell.sample_id).items()],
        "missing": {PF_SR.stem(date): why[:120] for date, why in cube.missing.items()},
        "spans": {name: _spans(_stretch(cube, *look)) for name, (_, *look) in looks.items()},
        "gapLayer": gap_band(layers.bands, layers.meaning) or "",
        "s2Spans": {
            "picture": _spans(_stretch(s2, "true", "natural")),
            **{b.name: _spans(_stretch(s2, f"band:{b.name}", "vivid"))[0] for b in S2_SR.bands},
        },
        "error": {"max": planet.max_error, "rms": planet.rms_error},
        "planet": planet.header,
        "sentinel": sentinel.header,
    }
    return _Sample(model, planet, sentinel)


def _over(corpus: Corpus, sample_id: str, states: Sequence[State]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What lies over a sample's pictures in any of the states, and whom to name: maps of land cover by their words in a link, marks of the ground."""
    covers = {}
    named: list[str] = []
    for words in dict.fromkeys(filter(None, (state.query.get("overlay", "") for state in states))):
        try:
            found = on_top.read(corpus, sample_id, words)
        except ExplorerError:  # no map of that name: the page is without it, as the explorer's own
            continue
        if found is None or found.cover is None:
            continue
        name = words.partition(",")[0]
        covers[words] = {
            "title": name,
            "png": base64.b64encode(png(found.cover)).decode(),
            "key": [[_hex(colour), text.removeprefix(f"{name}: ")] for colour, text in found.key],
        }
        named += found.credits
    ground: dict[str, Any] = {"marks": [], "key": []}
    if any(state.query.get("marks") == "ground" for state in states):
        seen = on_top.read(corpus, sample_id, ground=True)
        if seen is not None:
            ground = {
                "marks": [asdict(mark) for mark in seen.marks],
                "key": [[_hex(colour), text.removeprefix("On the ground: ")] for colour, text in seen.key],
            }
            named += seen.credits
    return {"covers": covers, "ground": ground}, tuple(dict.fromkeys(named))


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _label(code: int, fraction: float) -> dict[str, Any]:
    cover = corine.land_cover(code)
    return {"code": cover.code, "title": cover.title, "hex": cover.hex, "fraction": round(float(fraction), 4)}


def _stretch(cube: Cube, composite: str, words: str) -> Stretch:
    """The stretch of the explorer's own pictures, as its link has it; one for all dates."""
    recipe = render_spec.parse(composite, cube.product.id)
    if not len(cube.there) or not set(recipe.bands) <= set(cube.bands):
        if recipe.unit != "reflectance":
            return Stretch((-1.0,), (1.0,))
        return Stretch((0.0,) * len(recipe.bands), (3000.0,) * len(recipe.bands))
    found = stretch.choose(cube, recipe, stretch.parse(words))
    assert found is not None
    return found


def _spans(found: Stretch) -> list[list[float]]:
    return [[round(low, 4), round(high, 4)] for low, high in zip(found.low, found.high, strict=True)]


def _composite(product: Product, composite: str, words: str) -> dict[str, Any]:
    recipe, choice = render_spec.parse(composite, product.id), stretch.parse(words)
    is_natural = choice.mode == "natural" and stretch.has_natural_colour(recipe)
    return {
        "bands": list(recipe.bands),
        "gamma": choice.gamma or (stretch.NATURAL_GAMMA if is_natural else stretch.GAMMA),
        "middle": stretch.MIDDLE if is_natural else None,
        "values": _values(recipe, choice),
    }


def _short(text: str) -> str:
    """A text that a button can hold."""
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 1]}…"


def _values(recipe: Recipe, choice: StretchSpec) -> dict[str, Any] | None:
    """How the page computes an index or a formula, and its colours from low to high; None for other pictures."""
    program = render_spec.program(recipe)
    if program is None:
        return None
    return {
        "name": _short(recipe.text.partition(":")[2]),
        "program": program,
        "colours": colours.hexes(recipe.colours or render_spec.MEASURED, 128, choice.gamma or 1.0),
    }


def _model(
    corpus: Corpus,
    made: Sequence[_Sample],
    story: Story | None,
    presenter_notes: bool,
    title: str | None,
    errors: tuple[float, float],
    looks: _Looks,
) -> dict[str, Any]:
    named = credit.of(corpus, ("PF-SR", "S2-SR", "labels"))
    ids = [one.model["id"] for one in made]
    synthetic = corpus.synthetic
    return {
        "title": title or (story.title if story else "Two years, every five days"),
        "synthetic": synthetic,
        "software": credit.SOFTWARE,
        "credit": _credit_lines(named, made),
        "terms": named.terms,
        "citation": named.citation,
        "labelSource": "synthetic" if synthetic else "CORINE 2018, EEA",
        "short": {
            "planet": "synthetic" if synthetic else "© Planet Labs PBC, CC-BY-NC-SA 3.0",
            "sentinel": "synthetic" if synthetic else "Copernicus Sentinel data 2018",
        },
        "errors": (
            f"Planet Fusion values in this page are within ±{errors[0]:.4f} of the corpus's reflectance "
            f"(root mean square {errors[1]:.5f}); Sentinel-2 is exact."
        ),
        "start": START,
        "colours": {
            "pins": colours.PINS,
            "light": colours.BANDS,
            "dark": colours.DARK_BANDS,
            "difference": colours.hexes("difference", 65),
        },
        "planet": {"dates": list(PF_SR.date_keys), "bands": _bands(PF_SR)},
        "sentinel": {
            "months": list(S2_SR.date_keys),
            "bands": _bands(S2_SR),
            "picture": _composite(S2_SR, "true", "natural"),
            "gamma": stretch.GAMMA,
        },
        "pictures": {
            name: {"title": title} | _composite(PF_SR, *look) for name, (title, *look) in looks.items()
        },
        "europe": place_map.svg(),
        "samples": [one.model for one in made],
        "story": None if story is None else _story(story, ids, presenter_notes),
    }


def _credit_lines(named: credit.Credit, made: Sequence[_Sample]) -> list[str]:
    """Whom to name, a line each; for what lies over the pictures one line in all."""
    over = dict.fromkeys(line for one in made for line in one.credits)
    return [*named.lines, *(["Over the pictures: " + ". ".join(over)] if over else [])]


def _bands(product: Any) -> list[dict[str, Any]]:
    return [{"name": b.name, "title": b.title, "wavelength": b.wavelength} for b in product.bands]


def _story(story: Story, ids: Sequence[str], presenter_notes: bool) -> dict[str, Any]:
    return {
        "title": story.title,
        "author": story.author,
        "states": [_state(state, ids, presenter_notes) for state in story.states],
    }


def _state(state: State, ids: Sequence[str], presenter_notes: bool) -> dict[str, Any]:
    return {
        "title": state.title,
        "note": notes.to_html(state.note),
        "presenter": notes.to_html(state.presenter) if presenter_notes and state.presenter else "",
        "sample": state.sample if state.sample in ids else None,
        "date": PF_SR.dates.index(state.date) if state.date else None,
        "pixels": [list(pixel) for pixel in state.pixels],
        "names": [name[:24] for name in state.query.get("names", "").split(";")],
        "picture": _picture(state),
        "seconds": state.seconds,
        "panel": state.query.get("panel", ""),
        **_seen(state),
    }


def _seen(state: State) -> dict[str, Any]:
    """How a state's picture is looked at, and what plays; dates by their place in the calendar."""
    view, play = state.view, state.playback
    first, last = play.indices
    return {
        "look": {
            "mode": view.mode if view.mode in _MODES else "single",
            "other": PF_SR.dates.index(view.other) if view.other else -1,
            "scale": view.scale,
            "row": view.row,
            "col": view.col,
            "split": view.split,
            "layer": view.layer,
            "overlay": state.query.get("overlay", ""),
            "ground": state.query.get("marks") == "ground",
        },
        "play": {
            "motion": play.motion,
            "first": first,
            "last": last,
            "speed": play.speed,
            "loop": play.loop,
        },
    }


def _picture(state: State) -> str:
    """Which of the page's pictures a state shows: true colour can be vivid."""
    own = _own_look(state)
    if own is not None:
        return own[0]
    shown = state.query.get("composite", "true")
    vivid = shown == "true" and state.query.get("stretch", "") in ("vivid", "fixed")
    return "vivid" if vivid else shown


def _own_look(state: State) -> tuple[str, tuple[str, str, str]] | None:
    """Name, and title, composite and stretch, of a picture that a state alone has; None where it is one of all pages', or
    cannot be painted of the page's bands with one stretch for all dates.
    """
    try:
        recipe = render_spec.parse(state.query.get("composite", "true"), PF_SR.id)
        choice = stretch.parse(state.query.get("stretch", ""))
    except InvalidQueryError:
        return None
    usual = {(text, stretch.parse(words)) for _, text, words in _PICTURES.values()}
    if (recipe.text, choice) in usual or choice.mode == "frame":
        return None
    words = f" ({choice})" if recipe.kind == "rgb" else ""
    title = f"{recipe.title}{words}"
    if recipe.kind in ("index", "expression"):  # a button has to hold it
        title = _short(recipe.title.partition(":")[0])
    return f"{recipe.text} {choice}", (title, recipe.text, str(choice))


def _html(model: dict[str, Any], made: Sequence[_Sample]) -> str:
    script = (_HERE / _SCRIPT).read_text(encoding="utf-8")
    style = with_colours((_HERE / "page.css").read_text(encoding="utf-8"))
    # Only this very script and style run, and nothing is fetched: whatever a text may hold.
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src blob: data:; "
        "base-uri 'none'; form-action 'none'"
    )
    cubes = "\n".join(
        f'<script type="application/octet-stream" id="{kind}-{number}">{base64.b64encode(packed.data).decode()}</script>'
        for number, one in enumerate(made)
        for kind, packed in (("planet", one.planet), ("sentinel", one.sentinel))
    )
    parts = {
        "policy": escape(policy),
        "software": escape(model["software"]),
        "description": escape("; ".join([*model["credit"], model["terms"]]).rstrip("; ")),
        "title": escape(model["title"]),
        "style": style,
        "model": _json(model),
        "cubes": cubes,
        "script": script,
    }
    template = (_HERE / "page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)


def _json(value: Any) -> str:
    """JSON that cannot end the element it stands in, whatever its texts are."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
