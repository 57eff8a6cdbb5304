"""Views that torch makes with strides: diagonals, sliding windows, any strides at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..finding import Misfit
from ..indexmap import IndexMap, window
from ..layout import Along, Dims, Read, Regroup
from ..shape import Shape, Size, format_shape, product
from .arguments import arg, each, integer, natural, span
from .arguments import optional as maybe
from .reads import anywhere, kept
from .registry import op
from .reshape import View, bad_dim, resolve


@op("diagonal", functions=("diagonal",), torch="")
class Diagonal(View):
    """The positions (j, j + offset) of two dims, as a new last dim."""

    field_rule = "positions j and j + offset"

    offset: int = arg("", 0, integer)
    dim1: int = arg("", 0, integer)
    dim2: int = arg("", 1, integer)

    def _dims(self, shape: Shape) -> tuple[int, int] | None:
        first, second = resolve(self.dim1, len(shape)), resolve(self.dim2, len(shape))
        return None if first is None or second is None or first == second else (first, second)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if self._dims(inputs[0]) is None:
            message = f"Diagonal: {self.dim1} and {self.dim2} are no two dims of "
            yield Misfit("dims", message + format_shape(inputs[0]), None, len(inputs[0]))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape, dims = inputs[0], self._dims(inputs[0])
        if dims is None:
            return shape
        rows, columns = shape[dims[0]], shape[dims[1]]
        length = None
        if rows is not None and columns is not None:
            length = min(rows + min(self.offset, 0), columns - max(self.offset, 0))
        rest = [size for at, size in enumerate(shape) if at not in dims]
        return (*rest, None if length is None else max(length, 0))

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shape, dims = inputs[0], self._dims(inputs[0])
        if dims is None:
            return (anywhere(shape, output),)
        along = [Along(at) for at in range(len(shape)) if at not in dims]
        down, right = max(-self.offset, 0), max(self.offset, 0)
        rows = window(1, 1, -down, 1, "zeros")
        columns = window(1, 1, -right, 1, "zeros")
        last = len(output) - 1
        also = [(dims[1], last, columns)]
        return ((Dims(shape, output, (*along, Along(dims[0], rows)), also=also),),)


@op("unfolddim", torch="")
class UnfoldDim(View):
    """Windows of `size` positions along a dim, `step` apart, as a new last dim (Tensor.unfold)."""

    field_rule = "position j*step + k for position k of window j"

    dimension: int = arg("", convert=integer)
    size: int = arg("", convert=span)
    step: int = arg("", convert=span)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        dim = resolve(self.dimension, max(len(inputs[0]), 1))
        if dim is None:
            yield bad_dim("UnfoldDim", self.dimension, inputs[0])
            return
        size = inputs[0][dim] if inputs[0] else 1
        if size is not None and size < self.size:
            message = f"the window spans {self.size} positions but dim {dim} is only {size}"
            yield Misfit("input-too-small", message, self.size, size)

    def _windows(self, size: Size) -> Size:
        found = None if size is None else (size - self.size) // self.step + 1
        return None if found is None or found < 1 else found

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape = inputs[0]
        dim = resolve(self.dimension, len(shape))
        sizes = [self._windows(size) if at == dim else size for at, size in enumerate(shape)]
        return (*sizes, self.size)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shape = inputs[0]
        dim = resolve(self.dimension, len(shape))
        if dim is None or output[dim] is None:
            return (anywhere(shape, output),)
        # The windows end to end, then split from each other, then their insides moved to the end.
        ends = (*shape[:dim], product((output[dim], self.size)), *shape[dim + 1 :])
        apart = (*shape[:dim], output[dim], self.size, *shape[dim + 1 :])
        along = [Along(at) for at in range(len(shape))]
        taps = tuple(range(at, at + 1) for at in range(self.size))
        along[dim] = Along(dim, IndexMap(taps, self.step))
        order = [*range(dim + 1), *range(dim + 2, len(apart)), dim + 1]
        moved = kept(apart, output, *order)
        return ((Dims(shape, ends, tuple(along)), Regroup(ends, apart), *moved),)


@op("asstrided", functions=("as_strided",), torch="")
class AsStrided(View):
    """The input's memory seen with any sizes and strides; which positions, nobody asks."""

    field_rule = "unknown"

    size: Any = arg("", convert=each(natural))
    stride: Any = arg("", convert=each(natural))
    storage_offset: int | None = arg("", None, maybe(natural))

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if len(self.size) != len(self.stride):
            message = f"AsStrided has {len(self.stride)} strides for {len(self.size)} dims"
            yield Misfit("dims", message, len(self.size), len(self.stride))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        return tuple(self.size)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        return (anywhere(inputs[0], output),)
