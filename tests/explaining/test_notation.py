"""Formulas as they are worked out on paper, and printed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc import notation
from cnncalc.formula import Formula
from cnncalc.ops import CATALOGUE

SIZE = Formula("(i + 2*p - d*(k - 1) - 1) // s + 1")
PARAMS = Formula("co*(ci // g)*K + b*co")
NUMBERS = {"i": 224, "p": 3, "d": 1, "k": 7, "s": 2}
WEIGHTS = {"co": 64, "ci": 3, "g": 1, "K": 49, "b": True}


def test_a_size_on_paper() -> None:
    filled = SIZE.filled(NUMBERS)
    assert notation.text(SIZE.text) == "⌊(i + 2·p - d·(k - 1) - 1) / s⌋ + 1"
    assert notation.text(filled.text) == "⌊(224 + 2·3 - 1·(7 - 1) - 1) / 2⌋ + 1"
    assert notation.text(filled.worked().text) == "⌊223 / 2⌋ + 1"  # 224 + 6 - 6 - 1
    assert filled.worked().evaluate({}) == 112


def test_a_division_without_a_rest_needs_no_floor() -> None:
    filled = SIZE.filled({**NUMBERS, "i": 225})
    assert notation.text(filled.worked().text) == "112 + 1"
    assert notation.text("32 // 32") == "32 / 32"


def test_parameters_on_paper() -> None:
    filled = PARAMS.filled(WEIGHTS, {"K": (7, 7)})
    assert notation.text(PARAMS.text) == "co·(ci/g)·K + b·co"
    assert notation.text(filled.text) == "64·3·7·7 + 64"
    assert notation.text(filled.worked().text) == "9,408 + 64"
    without = PARAMS.filled({**WEIGHTS, "b": False, "g": 3})
    assert notation.text(without.text) == "64·(3 / 3)·49"
    nothing = Formula("E*a*(1 + b)").filled({"E": 8, "a": False, "b": True})
    assert nothing.text == "0"
    assert Formula("E*a*(1 + b)").filled({"E": 8, "a": True, "b": True}).text == "8 * (1 + 1)"


def test_rounded_up() -> None:
    up = SIZE.rounded_up()
    assert notation.text(up.text) == "⌈(i + 2·p - d·(k - 1) - 1) / s⌉ + 1"
    assert up.evaluate(NUMBERS) == 113  # 223/2 is 111.5
    assert notation.text(up.filled(NUMBERS).worked().text) == "⌈223 / 2⌉ + 1"
    with pytest.raises(ValueError, match="nothing is divided"):
        Formula("a + 1").rounded_up()


def test_latex() -> None:
    assert notation.latex(SIZE.text) == (
        r"\left\lfloor \frac{i + 2 \cdot p - d \cdot \left( k - 1 \right) - 1}{s} "
        r"\right\rfloor + 1"
    )
    assert notation.latex("co*(ci // g)") == (r"C_{\mathrm{out}} \cdot \frac{C_{\mathrm{in}}}{g}")
    assert notation.latex("12544*scale_factor") == r"12{,}544 \cdot \mathrm{scale\_factor}"
    assert notation.latex("-(-a // b)") == r"\left\lceil \frac{a}{b} \right\rceil"


def test_mathml() -> None:
    assert notation.mathml("co // 2") == (
        "<mrow><mo>⌊</mo><mfrac><mrow><msub><mi>C</mi><mi>out</mi></msub></mrow>"
        "<mrow><mn>2</mn></mrow></mfrac><mo>⌋</mo></mrow>"
    )


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("a - (b - c)", "a - (b - c)"),
        ("a - b - c", "a - b - c"),
        ("a*(b + c)*d", "a·(b + c)·d"),
        ("a*(b*c)", "a·b·c"),
        ("-3 + a", "-3 + a"),
        ("a - -3", "a - (-3)"),
        ("2*(-3)", "2·(-3)"),
        ("(a + b) // (c + d)", "⌊(a + b) / (c + d)⌋"),
        ("a*(b // c)", "a·⌊b/c⌋"),
        ("max(a, 1000)", "max(a; 1,000)"),
    ],
)
def test_brackets_where_they_are_needed(formula: str, shown: str) -> None:
    assert notation.text(formula) == shown


values = st.integers(1, 9)
formulas = sorted(
    {
        formula.text
        for op in CATALOGUE.values()
        for formula in (op.params, op.buffers, op.macs, op.out_size)
        if formula
    }
)


@settings(max_examples=300)
@given(st.sampled_from(formulas), st.data())
def test_every_line_of_a_working_has_the_same_value(text: str, data: st.DataObject) -> None:
    formula = Formula(text)
    flags = {"b", "a", "t", "kv", "z"}
    numbers = {
        name: data.draw(st.booleans() if name in flags else values) for name in formula.symbols
    }
    filled = formula.filled(numbers)
    wanted = formula.evaluate(numbers)
    assert filled.symbols == set()
    assert filled.evaluate({}) == wanted
    assert filled.worked().evaluate({}) == wanted
    for line in (formula, filled, filled.worked()):
        # What is printed can be read back: the printing loses no brackets.
        shown = notation.text(line.text)
        plain = shown.replace("·", "*").replace(",", "").replace("⌊", "(").replace("⌋", ")")
        plain = plain.replace(" / ", "//").replace("/", "//").replace("////", "//")
        assert Formula(plain).evaluate(numbers) == wanted


def test_a_symbol_that_is_not_known_stays() -> None:
    assert Formula("N*O*co").filled({"N": 2, "O": None, "co": 3}).text == "2 * O * 3"
