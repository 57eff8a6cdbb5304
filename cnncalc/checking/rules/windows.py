"""Rules about what the windows of convolutions and poolings reach."""

from __future__ import annotations

import math

from ...graph import Layer
from ...ops.base import Elementwise
from ...ops.window import AXIS_NAMES, SlidingWindow
from ...shape import format_shape
from ..subject import Subject, kind
from .base import Said, ranks, rule


@rule("kernel-on-padding", *ranks("Conv"))
def taps_on_padding_alone(layer: Layer, subject: Subject) -> Said | None:
    """Weights that only ever meet padding get no gradient."""
    op = layer.op
    assert isinstance(op, SlidingWindow)
    shape = subject.received(layer)[0]
    output = subject.rows[layer.name].output_shape
    if getattr(op, "padding_mode", "zeros") != "zeros" or len(shape) - op.rank not in (1, 2):
        return None
    reached = 1
    for axis, (size, count) in enumerate(zip(shape[-op.rank :], output[-op.rank :], strict=True)):
        if size is None or count is None or size > 64 * op.kernel_size[axis]:
            reached *= op.kernel_size[axis]  # so large that every tap meets it somewhere
        else:
            reached *= _taps_that_meet(op, axis, size, count)
    taps = math.prod(op.kernel_size)
    if not 0 < 4 * reached < taps:
        return None
    meet = "meets" if reached == 1 else "meet"
    return Said(
        f"{reached} of its {taps} taps {meet} the input of {format_shape(shape[-op.rank :])}: "
        "the others see padding alone",
        "use a larger input, fewer strides before it, or a smaller kernel",
    )


def _taps_that_meet(op: SlidingWindow, axis: int, size: int, count: int) -> int:
    before, step, gap = op.pads(axis)[0], op.stride[axis], op.dilation_of(axis)
    firsts = range(-before, -before + count * step, step)
    return sum(
        any(0 <= first + tap * gap < size for first in firsts)
        for tap in range(op.kernel_size[axis])
    )


@rule("stride-skips", *ranks("Conv", "MaxPool", "AvgPool"))
def positions_between_windows(layer: Layer, subject: Subject) -> Said | None:
    """A stride beyond the kernel leaves positions out that nobody else reads."""
    op = layer.op
    assert isinstance(op, SlidingWindow)
    if not _reads_alone(layer, subject):
        return None  # a shortcut beside a path that reads everything
    sizes = subject.received(layer)[0][-op.rank :]
    output = subject.rows[layer.name].output_shape[-op.rank :]
    for axis, (size, count) in enumerate(zip(sizes, output, strict=True)):
        step, gap = op.stride[axis], op.dilation_of(axis)
        read = len({tap * gap % step for tap in range(op.kernel_size[axis])})
        if size is not None and count is not None and count > 1 and read < step:
            name = AXIS_NAMES[op.rank][axis]
            return Said(
                f"{op.type} reads {read} of every {step} positions along the {name}: "
                f"its stride is {step}, its kernel {op.kernel_size[axis]}"
                + (f" with a dilation of {gap}" if gap > 1 else ""),
                "what lies between is lost; use a larger kernel or a smaller stride",
            )
    return None


def _reads_alone(layer: Layer, subject: Subject) -> bool:
    """Is there no other path from what is read, also before slices and activations?"""
    before: Layer | None = layer
    while before is not None and before.inputs:
        if len(subject.readers(before.inputs[0].name)) != 1:
            return False
        before = subject.before(before)
        if before is None or not (kind(before.op) in _CUTS or isinstance(before.op, Elementwise)):
            break
    return True


#: Ops that pass a part of the positions on.
_CUTS = frozenset({"Slice", "Pad", *ranks("ZeroPad", "ConstantPad")})


@rule("padding-uneven", *ranks("Conv"), advice=True)
def same_padding_of_an_even_kernel(layer: Layer, subject: Subject) -> Said | None:
    """`padding="same"` puts the odd one behind, so that the output is shifted."""
    op = layer.op
    assert isinstance(op, SlidingWindow)
    if op.padding != "same":
        return None
    for axis in range(op.rank):
        before, behind = op.pads(axis)
        if before != behind:
            return Said(
                f'padding="same" of a kernel of {op.kernel_size[axis]} pads {before} before and '
                f"{behind} behind: the output lies half a position off",
                "an odd kernel stays centred",
            )
    return None
