"""How what an op makes lies in memory: in that of its input, or anew, and in which order.

Models ask for it (`is_contiguous`), and `x.contiguous()` is an operation only where it copies.
The rules are those of torch's kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ....layout import ELEMENTWISE
from ....ops import Measure
from .tensor import (
    Tensor,
    channels_last,
    contiguous_strides,
    is_contiguous,
    memory_order,
    permuted_strides,
)  # fmt: skip


class Layout(NamedTuple):
    """Strides of an output, and whether it is in the memory of the first input."""

    strides: tuple[int, ...]
    shared: bool = False


def layouts(
    measure: Measure, inputs: Sequence[Tensor], shapes: Sequence[Any], training: bool = False
) -> list[Layout]:
    """The layout of each output of an op."""
    if not inputs:
        return [Layout(contiguous_strides(shape)) for shape in shapes]
    op, first = measure.op, inputs[0]
    view = _VIEWS.get(op.type)
    if view is not None:
        return [view(op, first, shape) for shape in shapes]
    if op.aliases() and not (training and _drops(op)):
        return [
            Layout(first.strides if len(shape) == first.dim() else contiguous_strides(shape), True)
            for shape in shapes
        ]
    if op.type in _KEEPERS or op.type.startswith(_CHANNELS_KEEPERS):
        return [_kept(first, shape) for shape in shapes]
    if measure.reads and all(read == ELEMENTWISE for read in measure.reads[0]):
        return [_elementwise(inputs, shape) for shape in shapes]
    return [Layout(contiguous_strides(shape)) for shape in shapes]


def _drops(op: Any) -> bool:
    """Does it change values in training? Dropout of nothing hands its input on."""
    return "drop" in op.type.lower() and bool(getattr(op, "p", 0))


#: Ops whose outputs have their channels innermost where the input has.
_CHANNELS_KEEPERS = (
    "Conv", "MaxPool", "AvgPool", "AdaptiveAvgPool", "AdaptiveMaxPool", "BatchNorm", "GroupNorm",
    "Interpolate", "Upsample",
)  # fmt: skip
_KEEPERS = frozenset({"Cat", "ConstantPad2d"})


def _kept(first: Tensor, shape: Sequence[int]) -> Layout:
    if channels_last(first) and len(shape) == first.dim():
        return Layout(permuted_strides(shape, [0, *range(2, len(shape)), 1]))
    return Layout(contiguous_strides(shape))


def _elementwise(inputs: Sequence[Tensor], shape: Sequence[int]) -> Layout:
    """Elements lie as those of the first input that has all of them."""
    for each in inputs:
        if tuple(each.shape) == tuple(shape):
            order = memory_order(each)
            if order is not None:
                return Layout(permuted_strides(shape, order))
            break
    return Layout(contiguous_strides(shape))


# Views


def _reshaped(op: Any, first: Tensor, shape: Sequence[int]) -> Layout:
    strides = view_strides(first.shape, first.strides, shape)
    if strides is None:
        return Layout(contiguous_strides(shape))
    return Layout(strides, True)


def view_strides(
    old: Sequence[int], strides: Sequence[int], new: Sequence[int]
) -> tuple[int, ...] | None:
    """Strides that show the same memory in another shape; None where it must be copied."""
    if 0 in new or is_contiguous(old, strides):
        return contiguous_strides(new)
    result = [0] * len(new)
    at = len(new) - 1
    block = old_left = 1
    step = strides[-1] if strides else 1
    for dim in range(len(old) - 1, -1, -1):
        block *= old[dim]
        if dim and (old[dim - 1] == 1 or strides[dim - 1] == block * step):
            continue
        old_left = block
        while at >= 0 and (old_left > 1 or new[at] == 1):
            if old_left % new[at]:
                return None
            result[at] = step * (block // old_left)
            old_left //= new[at]
            at -= 1
        if old_left != 1:
            return None
        if dim:
            step, block = strides[dim - 1], 1
    return tuple(result) if at < 0 else None


def _permuted(op: Any, first: Tensor, shape: Sequence[int]) -> Layout:
    return Layout(tuple(first.strides[dim] for dim in op.dims), True)


def _transposed(op: Any, first: Tensor, shape: Sequence[int]) -> Layout:
    strides = list(first.strides)
    strides[op.dim0], strides[op.dim1] = strides[op.dim1], strides[op.dim0]
    return Layout(tuple(strides), True)


def _same(op: Any, first: Tensor, shape: Sequence[int]) -> Layout:
    """A part of the memory, as it lies there."""
    return Layout(first.strides, True)


def _sliced(op: Any, first: Tensor, shape: Sequence[int]) -> Layout:
    strides = list(first.strides)
    strides[op.dim] *= op.step or 1
    return Layout(tuple(strides), True)


def _without(op: Any, first: Tensor, shape: Sequence[int]) -> Layout:
    strides = list(first.strides)
    del strides[op.dim]
    return Layout(tuple(strides), True)


def _squeezed(op: Any, first: Tensor, shape: Sequence[int]) -> Layout:
    gone = range(first.dim()) if op.dim is None else _dims(op.dim, first.dim())
    kept = [at for at, size in enumerate(first.shape) if not (size == 1 and at in gone)]
    return Layout(tuple(first.strides[at] for at in kept), True)


def _dims(dim: Any, rank: int) -> set[int]:
    several = dim if isinstance(dim, tuple | list) else (dim,)
    return {each % rank for each in several} if rank else set()


def _unsqueezed(op: Any, first: Tensor, shape: Sequence[int]) -> Layout:
    strides = list(first.strides)
    at = op.dim % (first.dim() + 1)
    step = first.shape[at] * first.strides[at] if at < first.dim() else 1
    strides.insert(at, step)
    return Layout(tuple(strides), True)


def _expanded(op: Any, first: Tensor, shape: Sequence[int]) -> Layout:
    new = len(shape) - first.dim()
    strides = [0] * new + [
        0 if size == 1 and wanted != 1 else stride
        for size, wanted, stride in zip(first.shape, shape[new:], first.strides, strict=True)
    ]
    return Layout(tuple(strides), True)


def _unfolded(op: Any, first: Tensor, shape: Sequence[int]) -> Layout:
    """Windows along a dim, and what is in a window in a dim of its own at the end."""
    dim = op.dimension % first.dim()
    strides = list(first.strides)
    strides[dim] *= op.step
    return Layout((*strides, first.strides[dim]), True)


def _half(op: Any, first: Tensor, shape: Sequence[int]) -> Layout:
    """The real parts of complex numbers, or both parts in a dim of their own."""
    return Layout(contiguous_strides(shape), True)


_VIEWS = {
    "Reshape": _reshaped, "Flatten": _reshaped, "Unflatten": _reshaped, "Permute": _permuted,
    "Transpose": _transposed, "Slice": _sliced, "Select": _without, "Unbind": _without,
    "Squeeze": _squeezed, "Unsqueeze": _unsqueezed, "Expand": _expanded, "Chunk": _same,
    "Split": _same, "TensorSplit": _same, "UnfoldDim": _unfolded, "real": _half,
    "imag": _half, "view_as_real": _half, "view_as_complex": _half,
}  # fmt: skip
