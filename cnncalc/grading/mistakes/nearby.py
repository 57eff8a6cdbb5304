"""Mistakes of the last resort: another layer's figure, one too many, two digits swapped."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from ...errors import InputError
from ...quantity import Quantity, rounded
from ..answers import Kind
from ..figures import truth
from ..names import OF_A_LAYER, OF_A_NETWORK, Target
from .registry import Case, Guess, mistake

#: Layers of which the same figure is looked up.
_MOST_LAYERS = 300


@mistake("other-layer", 80, "that is {}", "这是 {} 的值")
def other_layer(case: Case) -> Iterator[Guess]:
    if case.row is None:
        return
    for row in case.analysed.report.rows[:_MOST_LAYERS]:
        if row.name == case.row.name:
            continue
        if case.target.argument and type(row.op) is not type(case.row.op):
            continue
        value = _figure(case, Target(row, case.quantity, case.target.argument))
        if value:
            yield value, f"{row.name}.{case.quantity}"


@mistake("input-given", 79, "that is the layer's input, not its output", "这是该层的输入，不是输出")
def input_given(case: Case) -> Iterator[Guess]:
    if case.row is not None and case.quantity == "output":
        yield _figure(case, Target(case.row, "input")), ""


@mistake("other-quantity", 81, "that is {}", "这是 {}")
def other_quantity(case: Case) -> Iterator[Guess]:
    if case.truth.kind not in (Kind.COUNT, Kind.BYTES, Kind.AXES) or case.target.argument:
        return
    names = OF_A_NETWORK if case.target.part is None else OF_A_LAYER
    for name in names:
        if name not in (case.quantity, "bias", "layers"):
            target = Target(case.target.part, name)
            value = _figure(case, target)
            if value:
                yield value, target.question


def _figure(case: Case, target: Target) -> Any:
    """Another figure, if it is of the same kind."""
    try:
        found = truth(case.analysed, target, case.truth.layout)
    except InputError:
        return None
    return None if found is None or found.kind is not case.truth.kind else found.value


@mistake("off-by-one", 85, "off by one", "差了 1")
def off_by_one(case: Case) -> Iterator[Guess]:
    value = case.truth.value
    if case.truth.kind is Kind.COUNT:
        yield from ((value + step, "") for step in (1, -1))
    elif case.truth.kind is Kind.AXES:
        for step in (1, -1):
            yield tuple(each + step for each in value), ""
            yield from _one_changed(value, step, 0)
    elif case.truth.kind is Kind.SHAPE:
        for step in (1, -1):
            yield (*value[:2], *(each + step for each in value[2:])), ""
            yield from _one_changed(value, step, 1)


def _one_changed(value: tuple[Any, ...], step: int, first: int) -> Iterator[Guess]:
    for at in range(first, len(value)):
        yield (*value[:at], value[at] + step, *value[at + 1 :]), ""


@mistake("last-digit", 86, "the last digit is off by one", "最后一位差了 1")
def last_digit(case: Case) -> Iterator[Guess]:
    given = case.answer
    if isinstance(given, Quantity) and given.step and case.truth.kind is not Kind.AXES:
        for value in rounded(Fraction(case.truth.value), given.step):
            yield value + given.step, ""
            yield value - given.step, ""


@mistake("ten-times", 87, "a zero too many or too few", "多写或少写了一个 0")
def ten_times(case: Case) -> Iterator[Guess]:
    if case.truth.kind in (Kind.COUNT, Kind.BYTES) and case.truth.value:
        yield case.truth.value * 10, ""
        yield Fraction(case.truth.value) / 10, ""


@mistake("digits-swapped", 88, "two digits swapped", "有两位数字写颠倒了")
def digits_swapped(case: Case) -> Iterator[Guess]:
    given = case.answer
    if case.truth.kind is not Kind.COUNT or not isinstance(given, Quantity):
        return
    digits = str(int(case.truth.value))
    if given.step or len(digits) > 30:
        return
    for at in range(len(digits) - 1):
        swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        if swapped != digits:
            yield int(swapped), ""
