"""Peaks of live bytes, by hand: what is stated, and each cause of what a run takes beyond it."""

from __future__ import annotations

import pytest

import cnncalc

pytestmark = pytest.mark.torch

import models  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

from cnncalc.crosschecking import Memory, Verdict, memory  # noqa: E402
from cnncalc.crosschecking.storages import Made, Storages  # noqa: E402


def taken(module: nn.Module, *size: int) -> Memory:
    found = cnncalc.crosscheck(module, size, device="cpu", memory=True)
    assert found.memory is not None
    assert {check.verdict for check in found.memory.checks} == {Verdict.AGREES}
    stated = {check.figure: check.analytic for check in found.memory.checks}["peak_bytes"]
    assert found.memory.measured == stated + sum(size for _, size in found.memory.causes)
    return found.memory


def test_max_pooling_writes_indices_beside_its_output() -> None:
    # 4x4 floats in, 2x2 floats and 2x2 indices of 8 bytes out
    found = taken(nn.MaxPool2d(2), 1, 4, 4)
    assert (found.measured, found.causes) == (64 + 16 + 32, (("side outputs", 32),))


def test_a_variable_holds_what_nobody_reads() -> None:
    # 2x4x4 floats are 128 bytes: input, and two of the three outputs at once
    found = taken(models.Holding(), 2, 4, 4)
    assert (found.measured, found.causes) == (4 * 128, (("held by Python", 128),))


def test_attention_makes_more_than_its_output() -> None:
    found = taken(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 5, 8)
    assert "inside layers" in dict(found.causes)


def test_peaks_of_lifetimes() -> None:
    first, second = Made(("a", 0), 100, 1), Made(("b", 0), 30, 2)
    first.read, first.freed = 2, 3
    second.read, second.freed = 3, 3
    third = Made(("c", 0), 50, 3)
    third.result = True
    made = [first, second, third]
    assert memory.peak(made, 3, memory._until_read) == 130  # a and b in step 2
    assert memory.peak(made, 3, memory._until_freed) == 180
    assert memory.peak(made, 3, memory._until_read, memory._in_blocks) == 1024
    assert memory.peak([], 0, memory._until_read) == 0


def test_storages_are_followed_until_they_are_freed() -> None:
    x = torch.ones(4)
    with Storages([x]) as storages:
        y = x + 1  # 1
        z = y * 2  # 2
        del y
        z.view(2, 2)  # 3: the same memory
        w = z.new_zeros(3)  # 4: reads only what z is, not its values
        x + 1  # 5: freed at once
        storages.sweep()
    assert [(each.maker, each.bytes) for each in storages.made] == [
        (("add", 0), 16), (("mul", 0), 16), (("new_zeros", 0), 12), (("add", 0), 16),
    ]  # fmt: skip
    assert [(each.step, each.read, each.freed) for each in storages.made] == [
        (1, 2, 2), (2, 3, None), (4, 4, None), (5, 5, 5),
    ]  # fmt: skip
    del z, w


def test_runs_that_differ_are_not_compared() -> None:
    from cnncalc.crosschecking import observe, subject

    made = subject.of_module(models.Small().eval(), (3, 8, 8))
    storages = memory.followed(made.module, made.example)
    observe.observe(made.module, made.example, storages)
    storages.made.pop()
    found = memory.check_memory(made.report, made.module, made.example, storages)
    assert found.checks[1].verdict is Verdict.UNCHECKED


@pytest.mark.parametrize(
    ("module", "size", "stated"),
    [
        # what a layer reads lives until it is done: input, what it reads, all that it gives
        (models.Reading(nn.Linear(4, 4), nn.LSTM(4, 5, batch_first=True)), (7, 4), 404),
        (models.Reading(nn.Linear(4, 4), nn.MultiheadAttention(4, 2, batch_first=True)), (7, 4),
         4 * (3 * 28 + 49)),
        (models.Reading(nn.Conv2d(3, 4, 3), nn.LPPool2d(2, 3, 2)), (3, 16, 18), 7712),
        (models.Reading(nn.Conv2d(3, 4, 3), models.Contraction()), (3, 16, 18),
         4 * (864 + 896 + 320)),
    ],
)  # fmt: skip
def test_a_layer_keeps_what_it_reads(module: nn.Module, size: tuple[int, ...], stated: int) -> None:
    found = taken(module, *size)
    assert found.checks[1].analytic == stated


def test_folding_takes_more_than_its_output() -> None:
    # 3x14x14 floats, 27x196 of them unfolded; torch gives what is folded as many again
    found = taken(nn.Sequential(nn.Unfold(3, padding=1), nn.Fold(14, 3, padding=1)), 3, 14, 14)
    room = 4 * (27 - 3) * 196
    assert found.causes == (("inside layers", room),)


def test_a_peak_with_a_copy_that_the_run_did_not_need_is_unchecked() -> None:
    found = cnncalc.crosscheck(models.Heads(), (7, 96), device="cpu", memory=True)
    assert found.memory is not None
    peak = found.memory.checks[1]
    assert (peak.analytic, peak.verdict) == (4 * (7 * 96 + 2 * 7 * 32), Verdict.UNCHECKED)
