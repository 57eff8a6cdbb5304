"""The exact field of each op: the positions that change its outputs when they are changed."""

from __future__ import annotations

from functools import partial

import pytest
import strategies
import torch
from hypothesis import assume, event, given, settings
from oracle import Tensors, kind, module, run
from perturbation import Axis, changes, said, seen_by_torch
from strategies import Trial

from cnncalc.layout import apply, input_view, join

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:Using padding='same'"),
    pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN"),
]

FAMILIES = [name for name in strategies.FAMILIES if name != "activation"]
#: Ops whose outputs are constant where there is one value only to compare or to weigh.
WEIGHING = {"MultiheadAttention", "ScaledDotProductAttention"}
NORMS = {"InstanceNorm", "GroupNorm", "LayerNorm", "RMSNorm", "Std", "Normalize",
         "Softmax"}  # fmt: skip


#: Functions of torch that change with each of their inputs, when it is made larger.
CHANGING = {
    *("exp", "abs", "sqrt", "neg", "erf", "maximum", "atan2", "addcmul", "lerp", "clamp", "pow"),
    *("nan_to_num", "mul", "var", "nansum", "logsumexp", "var_mean", "prod", "max"),
    *("cumsum", "cumprod", "logcumsumexp", "cummax"),
}
#: Ops that do not, and have tests of their own.
SORTING = {"Sort", "Argsort", "TopK", "OneHot"}
#: Ops of which further inputs are indices or weights.
FIRST_INPUT = {"Gather", "TakeAlongDim", "IndexSelect", "Index", "Functional", "DeformConv2d",
               "GridSample"}  # fmt: skip


#: Ops that read nowhere but at places given by data.
BY_DATA = {"GridSample", "DeformConv2d"}


def moves(trial: Trial) -> bool:
    """Do the outputs change with what they are computed from?"""
    named = getattr(trial.op, "function", "fft").endswith(("fft", "fft2", "fftn"))
    return kind(trial.op) not in SORTING and (named or trial.op.type in CHANGING)


@pytest.mark.parametrize("family", FAMILIES)
def test_field_is_what_changes_the_output(family: str) -> None:
    @settings(max_examples=50)
    @given(strategies.FAMILIES[family])
    def check(trial: Trial) -> None:
        assume(not trial.op.type.startswith("Embedding"))  # indices, which have no neighbours
        assume(moves(trial))
        name = kind(trial.op).removesuffix("1d").removesuffix("2d").removesuffix("3d")
        one_value = trial.op.type in ("var", "var_mean") or name in WEIGHING | NORMS
        assume(not one_value or all(min(shape, default=1) > 1 for shape in trial.shapes))
        # A vector that is one value, repeated, has one direction.
        assume(name != "CosineSimilarity" or trial.shapes[0] == trial.shapes[1])
        # Columns of a single row or column of patches do not say which of both they are.
        assume(trial.op.type != "Fold" or min(trial.op._grid()) > 1)
        assume(not torch_disagrees_with_itself(trial))
        if any(len(shape) > 2 for shape in trial.shapes):
            compare(trial)
        else:
            event("no spatial axis")

    check()


def torch_disagrees_with_itself(trial: Trial) -> bool:
    """Resampling to the nearest, by a scale that leaves or doubles the size.

    Forward in one and three dimensions goes by the scale, backward and two dimensions do not.
    """
    if getattr(trial.op, "mode", "") != "nearest" or len(trial.shapes[0]) == 4:
        return False
    pairs = zip(trial.shapes[0][2:], trial.op.measure(trial.shapes).outputs[0][2:], strict=True)
    return any(after in (before, 2 * (before or 0)) for before, after in pairs)


def compare(trial: Trial) -> None:
    """Compare the intervals of all outputs of an op along all axes of its inputs."""
    views = [input_view(str(index), shape) for index, shape in enumerate(trial.shapes)]
    measure = trial.op.measure(trial.shapes)
    known = 1 if kind(trial.op) in FIRST_INPUT else len(trial.shapes)
    axes = [
        Axis(str(i), i, dim)
        for i, shape in enumerate(trial.shapes[:known])
        for dim in range(2, len(shape))
    ]
    if kind(trial.op) in BY_DATA:
        axes = []
    torch.manual_seed(0)
    # The nearest position is rounded in single precision, see `indexmap`.
    nearest = getattr(trial.op, "mode", "").startswith("nearest")
    dtype = torch.float32 if nearest else torch.float64
    made = module(trial.op)
    if made is not None:
        made = made.to(dtype)
    inputs = [0.5 + torch.rand(shape, dtype=dtype) for shape in trial.shapes]
    changed = {axis: changes(partial(outputs_of, trial, made), inputs, axis) for axis in axes}
    outputs = list(zip(measure.reads, measure.outputs, strict=True))
    # Indices and attention weights depend on less than the values do.
    indexed = trial.op.type in ("max", "cummax") or hasattr(trial.op, "return_indices")
    only_first = trial.op.type == "MultiheadAttention" or indexed
    for output, (reads, shape) in enumerate(outputs[: 1 if only_first else None]):
        view = join([apply(read, seen) for read, seen in zip(reads, views, strict=True)])
        unknown = {seen.source for seen in view if seen.field.unknown}
        for axis in axes:
            if axis.name in unknown:
                continue
            if axis.input < 2 and getattr(trial.op, "is_causal", False):
                continue  # the first query has one key to weigh, which changes nothing
            wanted = seen_by_torch([each[output] for each in changed[axis]], shape, view, axis)
            assert said(view, axis, shape) == wanted, (axis, output)


def outputs_of(trial: Trial, made: torch.nn.Module | None, inputs: Tensors) -> Tensors:
    if trial.op.type == "Bilinear":
        assert made is not None
        return (made(*inputs),)
    return run(trial.op, made, inputs)
