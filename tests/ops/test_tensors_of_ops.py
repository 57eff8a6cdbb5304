"""The tensors that an op's module holds: sizes against counts, and everything against torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import strategies
from cases import CASES, Case
from hypothesis import given, settings
from strategies import Trial

from cnncalc import ops
from cnncalc.ops import Op
from cnncalc.ops.held import Held
from cnncalc.shape import product

#: Families whose ops hold tensors, with more ops than these.
HOLDING = ("convolution", "transposed", "norm", "activation", "dense", "attention", "recurrent",
           "cell", "sampling")  # fmt: skip


def sizes(op: Op) -> tuple[int | None, int | None]:
    """How many values the parameters and the buffers of an op have."""
    totals: list[int | None] = []
    for buffer in (False, True):
        values = [product(held.shape) for held in op.tensors() if held.buffer is buffer]
        totals.append(None if None in values else sum(size or 0 for size in values))
    return totals[0], totals[1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.op))
def test_sizes_are_the_counts_worked_by_hand(case: Case) -> None:
    assert sizes(case.op.complete(case.inputs)) == (case.params, case.buffers)


@pytest.mark.parametrize("case", [case for case in CASES if case.params], ids=lambda c: str(c.op))
def test_buffers_are_behind_the_parameters_and_are_not_trained(case: Case) -> None:
    tensors = case.op.tensors()
    assert [held.buffer for held in tensors] == sorted(held.buffer for held in tensors)
    assert all(held.trainable is not held.buffer for held in tensors)
    assert len({held.name for held in tensors}) == len(tensors)


@pytest.mark.parametrize("family", HOLDING)
def test_sizes_are_what_the_formulas_count(family: str) -> None:
    @settings(max_examples=40)
    @given(strategies.FAMILIES[family])
    def check(trial: Trial) -> None:
        measure = trial.op.measure(trial.shapes)
        assert sizes(trial.op) == (measure.params, measure.buffers)

    check()


def test_what_the_input_decides_is_not_known() -> None:
    assert ops.Linear(None, 10).tensors() == (Held("weight", (10, None)), Held("bias", (10,)))
    # As many groups as channels, and these are not known.
    assert ops.Conv2d(None, None, 3, groups="depthwise", bias=False).tensors() == (
        Held("weight", (None, None, 3, 3)),
    )
    assert [held.shape for held in ops.BatchNorm2d().tensors()] == [*[(None,)] * 4, ()]
    assert ops.LayerNorm().tensors()[0] == Held("weight", (None,))
    assert ops.MultiheadAttention(None, 2).tensors()[0] == Held("in_proj_weight", (None, None))


def test_a_counter_of_batches_is_an_integer_of_no_dims() -> None:
    assert ops.BatchNorm1d(3).tensors()[-1] == Held(
        "num_batches_tracked", (), buffer=True, dtype="int64", trainable=False
    )


@pytest.mark.torch
@pytest.mark.parametrize("family", HOLDING)
def test_as_in_torch(family: str) -> None:
    from oracle import module

    @settings(max_examples=80)
    @given(strategies.FAMILIES[family])
    def check(trial: Trial) -> None:
        import torch

        with torch.device("meta"):
            made = module(trial.op)
        if made is not None:
            assert trial.op.tensors() == tuple(held_by(made))

    check()


def held_by(module: Any) -> Iterator[Held]:
    """What a real module holds, parameters first."""
    for kind in ("parameters", "buffers"):
        for name, tensor in getattr(module, f"named_{kind}")():
            dtype = str(tensor.dtype).removeprefix("torch.")
            buffer = kind == "buffers"
            yield Held(name, tuple(tensor.shape), buffer, dtype, tensor.requires_grad)
