"""The smallest input that a network takes."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from ..graph import Graph
from ..ops.base import Elementwise
from ..ops.window import SlidingWindow
from ..shape import format_shape
from .accepted import base_in, least_along, with_size
from .boxes import Box, Constraint, allowed, constraints, everything
from .fitting import made, no_size
from .model import Model


class Least(NamedTuple):
    """An input size that a network takes, and per axis what is wrong with one less."""

    sizes: tuple[int, ...]
    below: tuple[str | None, ...]


class Smallest(NamedTuple):
    """The smallest inputs that a network takes, by the number of their positions.

    There are several where a smaller size along one axis asks for a larger one along another.
    `square` is the least size of an input that is as high as wide, where there is one. `sure` is
    False where the sizes that a hard-coded number allows could not all be told.
    """

    model: str
    channels: int | None
    least: tuple[Least, ...]
    square: int | None
    sure: bool
    up_to: int
    reason: str | None
    why: tuple[str, ...]
    question: str = "smallest"

    @property
    def found(self) -> bool:
        """Is there any?"""
        return bool(self.least)


def solve(model: Model, up_to: int = 1024) -> Smallest:
    """The smallest sizes of a model's inputs; none is looked at above `up_to`, along the
    diagonal of what its hard-coded numbers allow.

    The analysis has no error at them, and one at all smaller sizes along each axis.
    """
    model.need_spatial()
    given = constraints(model)
    boxes = allowed(given, model.rank)
    found = [least for box in boxes if (least := _least(model, box, up_to)) is not None]
    minimal = [
        each
        for each in dict.fromkeys(found)
        if not any(_smaller(other.sizes, each.sizes) for other in found)
    ]
    minimal.sort(key=lambda each: (_positions(each.sizes), max(each.sizes), each.sizes))
    square = None
    if found:
        base = base_in(model, everything(model.rank), most=up_to)
        square = base[0] if base is not None and len(set(base)) == 1 else None
    return Smallest(
        model.title, model.inputs[model.names[0]][1], tuple(minimal), square,
        all(each.sure for each in given), up_to,
        None if minimal else no_size(model, boxes), _why(model, given, minimal),
    )  # fmt: skip


def _positions(sizes: tuple[int, ...]) -> int:
    total = 1
    for size in sizes:
        total *= size
    return total


def _smaller(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Is one nowhere larger than the other, and not the same?"""
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def _least(model: Model, box: Box, up_to: int) -> Least | None:
    """The smallest size in a box: each axis by itself, from a size that is taken."""
    sizes = base_in(model, box, most=up_to)
    if sizes is None:
        return None
    for axis, span in enumerate(box):
        along = partial(with_size, sizes, axis)
        for size in range(least_along(model, along, span.first, sizes[axis]), sizes[axis]):
            if model.accepts(along(size)):
                sizes = along(size)
                break
    if not model.confirmed(sizes):
        return None
    below = [
        model.trouble(with_size(sizes, axis, size - 1)) if size > 1 else None
        for axis, size in enumerate(sizes)
    ]
    return Least(sizes, tuple(below))


def _why(model: Model, given: list[Constraint], found: list[Least]) -> tuple[str, ...]:
    """Which number decides; or the way back through a chain of windows, along the first axis."""
    if not found:
        return ()
    sizes = found[0].sizes
    if given:
        return tuple(_decides(model, each, sizes) for each in given)
    lines = ["from one position at the end back to the input: i = (o - 1)*s + d*(k - 1) + 1 - 2*p"]
    size = 1
    for name, op in reversed(_chain(model.graph) or []):
        kernel, stride, gap = op.kernel_size[0], op.stride[0], op.dilation_of(0)
        around = sum(op.pads(0))
        needed = (size - 1) * stride + gap * (kernel - 1) + 1 - around
        lines.append(
            f"{name}: ({size} - 1)*{stride} + {gap}*({kernel} - 1) + 1 - {around} = {needed}"
            + (", at least 1" if needed < 1 else "")
        )
        size = max(needed, 1)
    if size == sizes[0] and len(lines) > 1:
        return tuple(lines)
    return ("a size is too small where a window is larger than what it slides over",)


def _decides(model: Model, given: Constraint, sizes: tuple[int, ...]) -> str:
    """A hard-coded number, with what it is made of at these sizes."""
    factors = made(model.report(sizes), given.source)
    return f"{given.layer} wants {given.expected} = {format_shape(factors, ' * ')}"


def _chain(graph: Graph) -> list[tuple[str, SlidingWindow]] | None:
    """The windows of a network that is a chain of them up to where positions end."""
    windows: list[tuple[str, SlidingWindow]] = []
    before = graph.inputs[0].name
    for layer in graph.layers:
        if [ref.name for ref in layer.inputs] != [before]:
            return None
        before = layer.name
        op = layer.op
        if isinstance(op, SlidingWindow):
            if getattr(op, "ceil_mode", False):
                return None
            windows.append((layer.name, op))
        elif op.rank and not isinstance(op, Elementwise) and not _keeps(op):
            return windows if _ends(op) else None
        elif _ends(op):
            return windows
    return windows


def _keeps(op: object) -> bool:
    return type(op).__name__.startswith(("BatchNorm", "Dropout", "InstanceNorm"))


def _ends(op: object) -> bool:
    return type(op).__name__.startswith(("Flatten", "Global", "Adaptive", "Linear", "Mean"))
