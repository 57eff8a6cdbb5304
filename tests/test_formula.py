"""Formulas compute, substitute and know their symbols."""

from __future__ import annotations

import pytest

from cnncalc.formula import Formula

SIZE = Formula("(i + 2*p - d*(k - 1) - 1) // s + 1")


def test_value_by_hand() -> None:
    # (224 + 6 - 6 - 1) // 2 + 1 = 111 + 1
    assert SIZE.evaluate({"i": 224, "p": 3, "d": 1, "k": 7, "s": 2}) == 112


def test_division_rounds_down() -> None:
    # (4 + 0 - 4 - 1) // 2 + 1 = -1 + 1: nothing is left of 4 under a kernel of 5
    assert SIZE.evaluate({"i": 4, "p": 0, "d": 1, "k": 5, "s": 2}) == 0


def test_symbols() -> None:
    assert SIZE.symbols == {"i", "p", "d", "k", "s"}
    assert Formula("max(a, b) + min(c, 1)").symbols == {"a", "b", "c"}
    assert Formula("0").symbols == set()


def test_functions() -> None:
    assert Formula("max(a, b) - min(a, b)").evaluate({"a": 3, "b": 8}) == 5


def test_flags_are_zero_and_one() -> None:
    formula = Formula("co*ci + b*co")
    assert formula.evaluate({"co": 4, "ci": 3, "b": True}) == 16
    assert formula.evaluate({"co": 4, "ci": 3, "b": False}) == 12
    assert formula.substitute({"co": 4, "ci": 3, "b": True}) == "4*3 + 1*4"


def test_unknown_sizes_make_the_value_unknown() -> None:
    assert Formula("a*b").evaluate({"a": 3, "b": None}) is None
    assert Formula("a + 1").evaluate({"a": 3, "b": None}) == 4


def test_substitution_leaves_what_is_not_known() -> None:
    assert Formula("N*O*co").substitute({"N": 1, "O": None}) == "1*O*co"
    assert Formula("max(a, aa)").substitute({"a": 1}) == "max(1, aa)"


def test_missing_symbol() -> None:
    with pytest.raises(NameError):
        Formula("a*b").evaluate({"a": 1})


def test_no_builtins_in_reach() -> None:
    with pytest.raises(NameError):
        Formula("open(a)").evaluate({"a": 1})


def test_text() -> None:
    assert str(SIZE) == SIZE.text
    assert repr(Formula("a + 1")) == "Formula('a + 1')"


@pytest.mark.torch
def test_arrays() -> None:
    import torch

    sizes = SIZE.evaluate({"i": torch.arange(7, 12), "p": 0, "d": 1, "k": 3, "s": 2})
    assert sizes.tolist() == [3, 3, 4, 4, 5]
