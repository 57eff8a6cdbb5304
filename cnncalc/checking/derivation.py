"""How a number of features or channels comes about, in words, from the graph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from ..graph import Layer, Ref
from ..ops import Op
from ..ops.base import Elementwise
from ..ops.functional import Functional
from ..ops.merge import Cat
from ..ops.reshape import Permute, Squeeze, Transpose, Unsqueeze
from ..shape import Shape, Size, format_shape, product
from .subject import Subject, kind

#: Ops with one input, the same shape out, and every position where it was.
_SAME = ("BatchNorm", "InstanceNorm", "GroupNorm", "LayerNorm", "RMSNorm", "LocalResponseNorm")
#: Ops that pass the channels on, and change the positions alone.
_PASSING = re.compile("Pool|Pad|^(Upsample|Mean|Max|Sum|Add|Mul|Sub|Div)$")
#: Longer lists of sizes are shown by their ends.
_MOST_SIZES = 6


class Origin(NamedTuple):
    """Dims of a tensor whose product is the number in question, before anything merged them."""

    ref: Ref
    dims: tuple[int, ...]


def origin(subject: Subject, ref: Ref, dims: tuple[int, ...]) -> Origin:
    """Follow dims of a tensor back, through flattens and everything that keeps them."""
    while True:
        layer = subject.layers.get(ref.name)
        if layer is None or ref.output or not layer.inputs:
            return Origin(ref, dims)
        before = _dims_before(layer, subject.shape(layer.inputs[0]), subject.shape(ref), dims)
        if before is None:
            return Origin(ref, dims)
        ref, dims = layer.inputs[0], before


def _dims_before(
    layer: Layer, shape: Shape, output: Shape, dims: tuple[int, ...]
) -> tuple[int, ...] | None:
    """The dims of the first input that hold what `dims` of the output hold."""
    op = layer.op
    if _keeps_everything(op, shape, output):
        return dims
    if kind(op) in ("Flatten", "Reshape", "Unflatten"):
        return _dims_merged(shape, output, dims)
    if isinstance(op, Permute) and len(op.dims) == len(shape):
        return tuple([op.dims[dim] % len(shape) for dim in dims])
    if isinstance(op, Transpose):
        first, second = (at % len(shape) for at in (op.dim0, op.dim1))
        swapped = {first: second, second: first}
        return tuple([swapped.get(dim, dim) for dim in dims])
    if isinstance(op, Squeeze):
        kept = _kept_by_squeeze(op, shape)
        return tuple([kept[dim] for dim in dims]) if max(dims) < len(kept) else None
    if isinstance(op, Unsqueeze):
        at = op.dim % len(output)
        return None if at in dims else tuple([dim - (dim > at) for dim in dims])
    return None


def _keeps_everything(op: Op, shape: Shape, output: Shape) -> bool:
    if shape != output:
        return False
    norm = op.op if isinstance(op, Functional) else op
    return isinstance(op, Elementwise) or kind(norm).startswith(_SAME)


def _dims_merged(shape: Shape, output: Shape, dims: tuple[int, ...]) -> tuple[int, ...] | None:
    """The run of dims of `shape` that became the dim `dims` of `output`; None for several."""
    if len(dims) != 1:
        same = max(dims) < len(shape) and shape[: max(dims) + 1] == output[: max(dims) + 1]
        return dims if same else None
    dim = dims[0]
    ahead, wanted = product(output[:dim]), output[dim]
    # Among dims of size 1, the one with the same number of dims before it.
    for first in (dim, *range(len(shape))):
        if first < len(shape) and product(shape[:first]) == ahead and ahead is not None:
            ends = range(len(shape), first, -1) if dim == len(output) - 1 else range(first + 1, 9)
            for end in ends:
                if product(shape[first:end]) == wanted:
                    return tuple(range(first, min(end, len(shape))))
    return None


def _kept_by_squeeze(op: Squeeze, shape: Shape) -> list[int]:
    named = range(len(shape)) if op.dim is None else op.dim
    dropped = {dim % len(shape) for dim in named}
    return [dim for dim in range(len(shape)) if dim not in dropped or shape[dim] != 1]


def derived(subject: Subject, source: Origin) -> str:
    """The number in words: `64x28x23 (112x92 halved twice)`, `channels of conv1`."""
    shape = subject.shape(source.ref)
    spatial = subject.positional(source.ref, source.dims)
    if not spatial:
        if len(source.dims) > 1:
            return _product(shape, source.dims)
        return _whose(subject, source.ref, source.dims[0])
    layer = subject.layers.get(source.ref.name)
    if len(source.dims) == 1 and layer is not None and isinstance(layer.op, Cat):
        word = "features" if len(shape) < 3 else "channels" if source.dims == (1,) else "positions"
        if layer.op.dim % len(shape) == source.dims[0]:
            return _concatenated(subject, layer, layer.op, source.dims[0], word)
    how = _steps(_sizes_on_the_way(subject, source.ref, spatial))
    if len(source.dims) == 1:
        return how or f"a size of {source.ref}"
    return _product(shape, source.dims) + (f" ({how})" if how else "")


def _product(shape: Shape, dims: Sequence[int]) -> str:
    return format_shape([shape[dim] for dim in dims])


def _sizes_on_the_way(subject: Subject, ref: Ref, spatial: Sequence[int]) -> list[tuple[Size, ...]]:
    """The sizes of these dims from the input on, without repeats."""
    rank = len(subject.shape(ref))
    sizes: list[tuple[Size, ...]] = []
    while True:
        shape = subject.shape(ref)
        if len(shape) != rank:
            break
        now = tuple([shape[dim] for dim in spatial])
        if not sizes or sizes[-1] != now:
            sizes.append(now)
        layer = subject.layers.get(ref.name)
        if layer is None or not layer.inputs or kind(layer.op) in ("Permute", "Transpose"):
            break
        ref = layer.inputs[0]
    return sizes[::-1]


def _steps(sizes: list[tuple[Size, ...]]) -> str:
    """`112x92 halved twice`, `224 -> 55 -> 27 per axis`, `28x28 -> 24x24 -> 12x12`."""
    if len(sizes) < 2:
        return ""
    halves = all(
        a is not None and b is not None and a >= 2 and a // 2 == b
        for before, after in pairwise(sizes)
        for a, b in zip(before, after, strict=True)
    )
    if halves:
        count = len(sizes) - 1
        often = {1: "once", 2: "twice"}.get(count, f"{count} times")
        exact = all(size is not None and size % 2 == 0 for step in sizes[:-1] for size in step)
        return f"{format_shape(sizes[0])} halved {often}" + ("" if exact else ", rounded down")
    if len(sizes[0]) > 1 and all(len(set(step)) == 1 for step in sizes):
        return f"{_listed([str(step[0]) for step in sizes])} per axis"
    return _listed([format_shape(step) for step in sizes])


def _listed(sizes: list[str]) -> str:
    if len(sizes) > _MOST_SIZES:
        sizes = [*sizes[:3], "...", *sizes[-2:]]
    return " -> ".join(sizes)


def _whose(subject: Subject, ref: Ref, dim: int) -> str:
    """`channels of conv1`, `features of fc1`, `channels of the input`."""
    while True:
        layer = subject.layers.get(ref.name)
        word = "channels" if dim == 1 and len(subject.shape(ref)) > 2 else "features"
        if layer is None:
            only = len(subject.inputs) == 1
            return f"{word} of the input" if only else f"{word} of the input {ref.name}"
        if ref.output or not layer.inputs:
            return f"{word} of {ref}"
        if isinstance(layer.op, Cat):
            return _concatenated(subject, layer, layer.op, dim, word)
        following = _owner(subject, layer, ref, dim)
        if following is None:
            return f"{word} of {layer.name}"
        ref, dim = following


def _owner(subject: Subject, layer: Layer, ref: Ref, dim: int) -> tuple[Ref, int] | None:
    """The tensor in which the dim was before, where the layer only passed it on."""
    shape, output = subject.shape(layer.inputs[0]), subject.shape(ref)
    kept = _dims_before(layer, shape, output, (dim,))
    if kept is not None:
        return (layer.inputs[0], kept[0]) if len(kept) == 1 else None
    same = dim < len(shape) and dim <= 1 and shape[dim] == output[dim]
    return (layer.inputs[0], dim) if same and _PASSING.search(kind(layer.op)) else None


def _concatenated(subject: Subject, layer: Layer, op: Cat, dim: int, word: str) -> str:
    parts = [subject.shape(ref) for ref in layer.inputs]
    along = op.dim % len(parts[0])
    if along != dim:
        return f"{word} of {layer.name}"
    sizes = [format_shape(shape[dim : dim + 1]) for shape in parts]
    shown = sizes if len(sizes) <= _MOST_SIZES else [*sizes[:3], "...", *sizes[-2:]]
    return f"{' + '.join(shown)} {word}, concatenated"
