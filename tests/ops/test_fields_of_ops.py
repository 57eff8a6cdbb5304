"""The exact field of each op: the positions that change its outputs when they are changed.

Every position along an axis of an input is moved in turn, all channels at once; the outputs
that then differ are those that see it. This also works where gradients vanish (max pooling).
"""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import NamedTuple

import pytest
import strategies
import torch
from hypothesis import assume, event, given, settings
from oracle import FUNCTIONS, Tensors, module, run
from strategies import Trial

from cnncalc.field import Interval, hull
from cnncalc.layout import View, apply, input_view, join
from cnncalc.shape import Shape

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:Using padding='same'"),
    pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN"),
]

FAMILIES = [name for name in strategies.FAMILIES if name != "activation"]
#: Ops whose outputs are constant where there is one value only to compare or to weigh.
WEIGHING = {"Softmax", "MultiheadAttention", "ScaledDotProductAttention"}
NORMS = {"InstanceNorm", "GroupNorm", "LayerNorm", "RMSNorm", "Std"}


class Axis(NamedTuple):
    """A dim of an input that is one of its spatial axes."""

    input: int
    dim: int


@pytest.mark.parametrize("family", FAMILIES)
def test_field_is_what_changes_the_output(family: str) -> None:
    @settings(max_examples=50)
    @given(strategies.FAMILIES[family])
    def check(trial: Trial) -> None:
        assume(trial.op.type != "Embedding")  # reads indices, which have no neighbours
        kind = trial.op.type.removesuffix("1d").removesuffix("2d").removesuffix("3d")
        assume(kind not in WEIGHING | NORMS or all(min(shape) > 1 for shape in trial.shapes))
        assume(trial.op.type != "Fold" or min(trial.op._grid()) > 1)  # type: ignore[attr-defined]
        if torch_disagrees_with_itself(trial):
            return
        if not any(len(shape) > 2 for shape in trial.shapes):
            event("no spatial axis")
            return
        compare(trial)

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
    axes = [Axis(i, d) for i, shape in enumerate(trial.shapes) for d in range(2, len(shape))]
    changed = {axis: changes(trial, axis) for axis in axes}
    outputs = zip(measure.reads, measure.outputs, strict=True)
    # Indices and attention weights depend on less than the values do.
    only_first = trial.op.type == "MultiheadAttention" or hasattr(trial.op, "return_indices")
    for output, (reads, shape) in enumerate(list(outputs)[: 1 if only_first else None]):
        view = join([apply(read, seen) for read, seen in zip(reads, views, strict=True)])
        for axis in axes:
            if axis.input < 2 and getattr(trial.op, "is_causal", False):
                continue  # the first query has one key to weigh, which changes nothing
            wanted = seen_by_torch([each[output] for each in changed[axis]], shape, view, axis)
            assert said(view, axis, shape) == wanted, (axis, output)


def changes(trial: Trial, axis: Axis) -> list[list[torch.Tensor]]:
    """Per position along the axis, per output: which elements change with the position."""
    torch.manual_seed(0)
    # The nearest position is rounded in single precision, see `indexmap`.
    nearest = getattr(trial.op, "mode", "").startswith("nearest")
    kind = torch.float32 if nearest else torch.float64
    made = None if trial.op.type in FUNCTIONS else module(trial.op).to(kind)
    inputs = [0.5 + torch.rand(shape, dtype=kind) for shape in trial.shapes]
    with torch.no_grad():
        before = outputs_of(trial, made, tuple(inputs))
        found = []
        for position in range(inputs[axis.input].shape[axis.dim]):
            moved = inputs[axis.input].clone()
            part = moved.select(axis.dim, position)
            part += 3 + torch.rand_like(part)
            given = (*inputs[: axis.input], moved, *inputs[axis.input + 1 :])
            after = outputs_of(trial, made, given)
            found.append([(a - b).abs() > 1e-11 for a, b in zip(after, before, strict=True)])
    return found


def outputs_of(trial: Trial, made: torch.nn.Module | None, inputs: Tensors) -> Tensors:
    if trial.op.type == "Bilinear":
        assert made is not None
        return (made(*inputs),)
    return run(trial.op, made, inputs)


Key = tuple[int, ...]


def held(view: View, axis: Axis) -> list[int]:
    """The output dims along which the axis is seen differently."""
    name = str(axis.input)
    return sorted(
        {place.dim for seen in view if (seen.source, seen.axis) == (name, axis.dim - 2)
         for place in seen.places}
    )  # fmt: skip


def said(view: View, axis: Axis, shape: Shape) -> dict[Key, Interval | None]:
    """What cnncalc says: the interval for each index along the dims that hold the axis.

    A position that sees nothing along one axis of the input sees nothing of it at all.
    """
    own = held(view, axis)
    numbers = sorted({seen.axis for seen in view if seen.source == str(axis.input)})
    dims = sorted({dim for number in numbers for dim in held(view, Axis(axis.input, number + 2))})
    result: dict[Key, Interval | None] = dict.fromkeys(
        product(*(range(shape[dim] or 0) for dim in own))
    )
    for key in product(*(range(shape[dim] or 0) for dim in dims)):
        where = dict(zip(dims, key, strict=True))
        spans = {number: interval(view, Axis(axis.input, number + 2), where) for number in numbers}
        if None not in spans.values():
            short = tuple(where[dim] for dim in own)
            result[short] = hull([result[short], spans[axis.dim - 2]])
    return result


def interval(view: View, axis: Axis, where: dict[int, int]) -> Interval | None:
    """The interval along an axis that one output position sees."""
    found = []
    for source, number, places, field in view:
        if (source, number) == (str(axis.input), axis.dim - 2):
            index = sum(where[p.dim] // p.inner % (p.length or 1) * p.weight for p in places)
            found.append(field.exact()[index])
    return hull(found)


def seen_by_torch(
    changed: list[torch.Tensor], shape: Shape, view: View, axis: Axis
) -> dict[Key, Interval | None]:
    """The same as torch shows it, over all other dims of the output."""
    dims = held(view, axis)
    others = [dim for dim in range(len(shape)) if dim not in dims]
    positions: dict[Key, list[int]] = defaultdict(list)
    for position, elements in enumerate(changed):
        flat = elements.any(dim=others) if others else elements
        for key in flat.nonzero().tolist() if dims else [[]] * bool(flat.any()):
            positions[tuple(key)].append(position)
    return {
        key: (positions[key][0], positions[key][-1]) if positions[key] else None
        for key in product(*(range(shape[dim] or 0) for dim in dims))
    }
