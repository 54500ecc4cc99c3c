"""Formulas over band names: what is on the list gives NumPy's numbers, all else is refused with its place."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.analysis import expressions, indices, render_spec
from explorer.analysis.expressions import MAX_DEPTH, MAX_LENGTH, parse
from explorer.core.errors import ExpressionError, InvalidQueryError
from explorer.core.products import PRODUCTS

NAMES = {"nir": "nir", "red": "red", "blue": "blue", "b04": "red", "b8a": "nir"}
RNG = np.random.default_rng(5)
BANDS = {name: RNG.uniform(0.01, 0.9, (4, 6)).astype(np.float32) for name in ("nir", "red", "blue")}
NIR, RED, BLUE = (BANDS[name].astype(np.float64) for name in ("nir", "red", "blue"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(nir-red)/(nir+red)", (NIR - RED) / (NIR + RED)),
        (" 2.5 * (nir - red) / (nir + 6*red - 7.5*blue + 1) ", 2.5 * (NIR - RED) / (NIR + 6 * RED - 7.5 * BLUE + 1)),
        ("-nir + +red", RED - NIR),
        ("nir**2 - red**.5", NIR**2 - RED**0.5),
        ("-nir**2", -(NIR**2)),
        ("2**-nir", 2**-NIR),
        ("nir - red - blue", NIR - RED - BLUE),
        ("nir / red / blue", NIR / RED / BLUE),
        ("1e-1 * nir", 0.1 * NIR),
        ("min(nir, red, blue)", np.minimum(np.minimum(NIR, RED), BLUE)),
        ("max(nir, red)", np.maximum(NIR, RED)),
        ("abs(red - nir)", np.abs(RED - NIR)),
        ("sqrt(nir) + log(red) + exp(blue)", np.sqrt(NIR) + np.log(RED) + np.exp(BLUE)),
        ("clip(nir, 0.2, 0.5)", np.clip(NIR, 0.2, 0.5)),
        ("where(nir > red, nir, -red)", np.where(NIR > RED, NIR, -RED)),
        ("(nir > 0.3) * (red <= 0.5) + (blue != red)", 1.0 * (NIR > 0.3) * (RED <= 0.5) + (BLUE != RED)),
        ("where(1, 0.5, nir)", np.full(NIR.shape, 0.5)),
        ("B8A - B04", NIR - RED),
        ("NIR - Red", NIR - RED),
        ("SQRT(NIR)", np.sqrt(NIR)),
    ],
)  # fmt: skip
def test_a_formula_gives_what_numpy_gives(text: str, expected: np.ndarray) -> None:
    found = parse(text, NAMES)(BANDS)
    assert found.dtype == np.float32
    assert found.shape == (4, 6)
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)


def test_names_are_canonical_each_once_in_order_of_use() -> None:
    assert parse("B04 + nir * red - B8A", NAMES).names == ("red", "nir")


@pytest.mark.parametrize(
    ("text", "part", "position", "why"),
    [
        ("nir - rde", "rde", 7, "no band of Planet Fusion; did you mean red"),
        ("nir - swir", "swir", 7, "it has nir, red, blue"),
        ("nir +", "nir +", 6, "stops too early"),
        ("(nir - red", "(nir - red", 1, "never closed"),
        ("nir) - red", ") - red", 4, "cannot stand here"),
        ("nir red", "red", 5, "cannot stand here"),
        ("nir = red", "= red", 5, "cannot stand here"),
        ("", "", 1, r"is empty; write for example \(nir - red\)"),
        ("   ", "", 1, "is empty"),
        ("1 + 2", "1 + 2", 1, "names no band"),
        ("nir[0]", "[", 4, "no meaning"),
        ("nir & red", "&", 5, "no meaning"),
        ("nir; red", ";", 4, "no meaning"),
        ("'nir'", "'", 1, "no meaning"),
        ("nir\n+red", "\n", 4, "no meaning"),
        ("nír", "í", 2, "no meaning"),
        ("nir\x00", "\x00", 4, "no meaning"),
        ("__import__(nir)", "__import__", 1, "is no function; there are min, max"),
        ("nir.real", "nir.real", 1, "cannot be used"),
        ("nir.mean()", "nir.mean", 1, "is no function"),
        ("nir(red)", "nir", 1, "is no function"),
        ("sqrt(nir)(red)", "sqrt(nir)", 1, "is no function"),
        ("sqrt + nir", "sqrt", 1, r"is a function: write sqrt\(\.\.\.\)"),
        ("sqrt()", "sqrt()", 1, "has 0 arguments; sqrt takes 1"),
        ("min(nir)", "min(nir)", 1, "has 1 arguments; min takes 2 to 8"),
        ("clip(nir, low=0, high=1)", "clip(nir, low=0, high=1)", 1, "plain arguments"),
        ("max(*nir)", "max(*nir)", 1, "plain arguments"),
        ("nir // red", "nir // red", 1, "cannot be used"),
        ("0 < nir < 1", "0 < nir < 1", 1, "more than two things"),
        ("nir if red else blue", "nir if red else blue", 1, "cannot be used"),
        ("nir and red", "nir and red", 1, "cannot be used"),
        ("not nir", "not nir", 1, "cannot be used"),
        ("nir is red", "nir is red", 1, "cannot be used"),
        ("nir, red", "nir, red", 1, "cannot be used"),
        ("lambda", "lambda", 7, "stops too early"),
        ("True * nir", "True", 1, "is not a number"),
        ("nir * ...", "...", 7, "is not a number"),
        ("0x10 * nir", "0x10", 1, "neither a number nor a name"),
        ("nir * 1_000", "1_000", 7, "neither a number nor a name"),
        ("2j * nir", "2j", 1, "neither a number nor a name"),
        ("nir + 1if", "1if", 7, "neither a number nor a name"),
        ("1e999 * nir", "1e999", 1, "too large"),
        ("9" * 250 + "*nir", "9" * 250, 1, "too large"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, part: str, position: int, why: str) -> None:
    with pytest.raises(ExpressionError, match=why) as caught:
        parse(text, NAMES, what="Planet Fusion")
    assert caught.value.part == part
    assert caught.value.position == position
    assert f"at character {position}" in str(caught.value)


def test_bounds_of_length_and_depth() -> None:
    with pytest.raises(ExpressionError, match=f"beyond {MAX_LENGTH}"):
        parse("nir+" * 100 + "nir", NAMES)
    deep = "-" * (MAX_DEPTH - 1) + "nir"
    assert np.allclose(parse(deep, NAMES)(BANDS), (-1) ** (MAX_DEPTH - 1) * NIR)
    with pytest.raises(ExpressionError, match=f"more than {MAX_DEPTH} deep"):
        parse("-" + deep, NAMES)
    assert np.allclose(parse("(" * 90 + "nir" + ")" * 90, NAMES)(BANDS), NIR)  # brackets alone are no depth
    with pytest.raises(InvalidQueryError):
        parse("(" * 149 + "nir" + ")" * 148, NAMES)


def test_towers_of_powers_cost_nothing() -> None:
    found = parse("9**9**9**9**9**9 * nir", NAMES)(BANDS)
    assert np.isnan(found).all()


def test_what_is_missing_stays_missing_and_nobody_is_warned() -> None:
    holed = BANDS["nir"].copy()
    holed[1, 2] = np.nan
    zero = BANDS["red"].copy()
    zero[0, 0] = 0
    values = {**BANDS, "nir": holed, "red": zero}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for text in ("where(nir > 0.5, 1, red)", "nir**0", "nir > red", "max(nir, red)", "min(nir, 1)"):
            found = parse(text, NAMES)(values)
            assert np.isnan(found[1, 2]), text
            assert np.isfinite(np.delete(found.ravel(), 8)).all(), text
        for text in ("blue / red", "log(red)", "red ** -1"):
            found = parse(text, NAMES)(values)
            assert np.isnan(found[0, 0]), text
            assert np.isfinite(found.ravel()[1:]).all(), text
        assert np.isnan(parse("sqrt(-blue) + log(-blue) + exp(1e4 * blue)", NAMES)(values)).all()


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="niredblue()+-*/.,<>=!0123456789 ", max_size=80))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        found = parse(text, NAMES)
    except ExpressionError as error:
        found, position = None, error.position
    if found is None:
        assert 1 <= position <= MAX_LENGTH + 1
    else:
        assert found(BANDS).shape == (4, 6)


Known = tuple[str, np.ndarray]
"""A formula, and its value made by NumPy beside it."""

_TWO = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "<": np.less, ">=": np.greater_equal,
    "==": np.equal,
}  # fmt: skip
_CALLS = {"min": np.minimum, "max": np.maximum}
LEAVES = st.sampled_from(list(BANDS.items())) | st.integers(1, 900).map(
    lambda n: (f"{n / 100:g}", np.full((4, 6), n / 100, np.float32))
)


def _pair(parts: tuple[Known, str, Known]) -> Known:
    (a, x), sign, (b, y) = parts
    return f"({a} {sign} {b})", _TWO[sign](x, y).astype(np.float32)


def _grow(inner: st.SearchStrategy[Known]) -> st.SearchStrategy[Known]:
    calls = st.tuples(st.sampled_from(list(_CALLS)), inner, inner)
    return (
        st.tuples(inner, st.sampled_from(list(_TWO)), inner).map(_pair)
        | inner.map(lambda k: (f"(-{k[0]})", -k[1]))
        | inner.map(lambda k: (f"abs({k[0]})", np.abs(k[1])))
        | calls.map(lambda c: (f"{c[0]}({c[1][0]}, {c[2][0]})", _CALLS[c[0]](c[1][1], c[2][1])))
        | st.tuples(inner, inner, inner).map(
            lambda t: (f"where({t[0][0]}, {t[1][0]}, {t[2][0]})", np.where(t[0][1] != 0, t[1][1], t[2][1]))
        )
    )


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
@settings(max_examples=300, deadline=None)
@given(st.recursive(LEAVES, _grow, max_leaves=10))
def test_every_formula_of_the_grammar_equals_numpy(known: Known) -> None:
    text, expected = known
    if not any(name in text for name in BANDS):
        with pytest.raises(ExpressionError, match="names no band"):
            parse(text, NAMES)
    elif len(text) <= MAX_LENGTH:
        expected = np.where(np.isfinite(expected), expected, np.nan)
        np.testing.assert_allclose(parse(text, NAMES)(BANDS), expected, rtol=1e-6)


_DOINGS: dict[str, Any] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power, "negative": np.negative, "<": np.less,
    "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal, "abs": np.abs,
    "sqrt": np.sqrt, "log": np.log, "exp": np.exp, "clip": np.clip,
    "where": lambda asked, yes, no: np.where(np.not_equal(asked, 0), yes, no),
    "min": lambda *parts: np.minimum.reduce(np.broadcast_arrays(*parts)),
    "max": lambda *parts: np.maximum.reduce(np.broadcast_arrays(*parts)),
}  # fmt: skip


def _run(program: expressions.Program, values: Mapping[str, np.ndarray]) -> Any:
    if isinstance(program, str):
        return values[program]
    if isinstance(program, list):
        return _DOINGS[program[0]](*(_run(part, values) for part in program[1:])) * np.float64(1)
    return program


@pytest.mark.parametrize("product", ["PF-SR", "S2-SR"])
def test_a_program_does_what_its_index_does(product: str) -> None:
    draw = np.random.default_rng(3)
    names = PRODUCTS[product].band_names
    dn = {name: draw.integers(100, 6000, 50) for name in names}
    reflectance = {name: values * 1e-4 for name, values in dn.items()}
    for name, entry in indices.available(product).items():
        wanted = indices.compute(name, product, {band: dn[band] for band in entry.bands})
        with np.errstate(all="ignore"):
            found = np.broadcast_to(_run(indices.program(name, product), reflectance), wanted.shape)
        known = np.isfinite(wanted) & (np.abs(wanted) < 1e6)
        np.testing.assert_allclose(found[known], wanted[known], rtol=2e-3, atol=2e-3, err_msg=name)


def test_a_formula_s_program_has_the_bands_own_names() -> None:
    names = render_spec.names_of("PF-SR")
    formula = expressions.parse("-NIR ** 2 + (B04 <= +0.1) * clip(green, 0, 1)", names)
    assert expressions.program(formula, names) == [
        "+", ["negative", ["**", "nir", 2.0]], ["*", ["<=", "red", 0.1], ["clip", "green", 0.0, 1.0]],
    ]  # fmt: skip
