"""The cases worked by hand; and that every op has one."""

from __future__ import annotations

import pytest
from cases import CASES, Case

from cnncalc import ops
from cnncalc.layout import apply, input_view, join
from cnncalc.ops import CATALOGUE


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.op))
def test_shapes_and_counts(case: Case) -> None:
    measure = case.op.measure(case.inputs)
    assert measure.misfits == ()
    assert measure.outputs == case.outputs
    assert (measure.params, measure.buffers) == (case.params, case.buffers)
    assert measure.macs == case.macs


@pytest.mark.parametrize("case", [case for case in CASES if case.field], ids=lambda c: str(c.op))
def test_textbook_field(case: Case) -> None:
    measure = case.op.measure(case.inputs)
    view = join([apply(measure.reads[0][0], input_view("input", case.inputs[0]))])
    field = view[-1].field
    assert (field.textbook_size, field.stride, field.start) == case.field


#: Ops whose counts nobody knows; they have tests of their own.
WITHOUT_A_COUNT = {"Unknown"}


def test_every_op_has_a_case() -> None:
    assert {type(case.op).__name__ for case in CASES} | WITHOUT_A_COUNT == set(CATALOGUE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.op))
def test_printed_op_makes_the_op(case: Case) -> None:
    assert eval(repr(case.op), dict(CATALOGUE)) == case.op


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.op))
def test_replace_and_equality(case: Case) -> None:
    again = case.op.replace()
    assert again == case.op
    assert hash(again) == hash(case.op)
    assert again in {case.op}


def test_found_by_name_in_upper_and_lower_case() -> None:
    assert ops.find("conv2D") is ops.Conv2d
