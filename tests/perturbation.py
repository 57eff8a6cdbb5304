"""Exact fields side by side: what cnncalc says, and what changes when positions are moved.

Every position along an axis of an input is moved in turn, all channels at once; the outputs
that then differ are those that see it. This also works where gradients vanish (max pooling).
Needs torch; tests that use it carry the marker `torch`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

import torch

from cnncalc.field import Interval, hull
from cnncalc.layout import View
from cnncalc.shape import Shape

Tensors = tuple[torch.Tensor, ...]
Key = tuple[int, ...]


class Axis(NamedTuple):
    """A dim of an input that is one of its spatial axes; `name` is the input's."""

    name: str
    input: int
    dim: int


def changes(
    function: Callable[[Tensors], Tensors], inputs: Sequence[torch.Tensor], axis: Axis
) -> list[list[torch.Tensor]]:
    """Per position along the axis, per output: which elements change with the position."""
    with torch.no_grad():
        before = function(tuple(inputs))
        found = []
        for position in range(inputs[axis.input].shape[axis.dim]):
            moved = inputs[axis.input].clone()
            part = moved.select(axis.dim, position)
            part += 3 + torch.rand_like(part)
            given = (*inputs[: axis.input], moved, *inputs[axis.input + 1 :])
            after = function(given)
            found.append([(a - b).abs() > 1e-11 for a, b in zip(after, before, strict=True)])
    return found


def seen_by_torch(
    changed: list[torch.Tensor], shape: Shape, view: View, axis: Axis
) -> dict[Key, Interval | None]:
    """Per index along the dims that hold the axis, the interval that torch shows."""
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


def said(view: View, axis: Axis, shape: Shape) -> dict[Key, Interval | None]:
    """The same as cnncalc says it.

    A position that sees nothing along one axis of the input sees nothing of it at all.
    """
    own = held(view, axis)
    axes = [axis._replace(dim=seen.axis + 2) for seen in view if seen.source == axis.name]
    if axis not in axes:
        return {(): None}  # nothing of it is left
    dims = sorted({dim for each in axes for dim in held(view, each)})
    keys = product(*(range(shape[dim] or 0) for dim in own))
    result: dict[Key, Interval | None] = dict.fromkeys(keys)
    for key in product(*(range(shape[dim] or 0) for dim in dims)):
        where = dict(zip(dims, key, strict=True))
        spans = {each: _interval(view, each, where) for each in axes}
        if None not in spans.values():
            short = tuple(where[dim] for dim in own)
            result[short] = hull([result[short], spans[axis]])
    return result


def held(view: View, axis: Axis) -> list[int]:
    """The output dims along which the axis is seen differently."""
    entries = [seen for seen in view if (seen.source, seen.axis) == (axis.name, axis.dim - 2)]
    return sorted({place.dim for seen in entries for place in seen.places})


def _interval(view: View, axis: Axis, where: dict[int, int]) -> Interval | None:
    """The interval along an axis that one output position sees."""
    found = []
    for source, number, places, field in view:
        if (source, number) == (axis.name, axis.dim - 2):
            index = sum(where[p.dim] // p.inner % (p.length or 1) * p.weight for p in places)
            found.append(field.exact()[index])
    return hull(found)
