"""Ops that take a part of a tensor, repeat it, or put its positions in another order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..finding import Misfit
from ..indexmap import UNLISTED, IndexMap, window
from ..layout import Along, Dims, Read, Regroup
from ..shape import Shape, format_shape, product
from .arguments import arg, each, integer, natural, span
from .arguments import optional as maybe
from .base import Op
from .registry import op
from .reshape import View, bad_dim, resolve


@op("repeat", functions=("repeat",), torch="")
class Repeat(Op):
    """The tensor tiled `repeats[d]` times along each dim d."""

    field_rule = "position j modulo the size"

    repeats: Any = arg("", convert=each(natural))

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if len(self.repeats) < len(inputs[0]):
            message = f"Repeat{self.repeats} names fewer dims than {format_shape(inputs[0])} has"
            yield Misfit("dims", message, len(inputs[0]), len(self.repeats))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape = (1,) * (len(self.repeats) - len(inputs[0])) + inputs[0]
        times = (1,) * (len(shape) - len(self.repeats)) + self.repeats
        return tuple(product(pair) for pair in zip(shape, times, strict=True))

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shift = len(output) - len(inputs[0])
        tiled = IndexMap((range(1),), 1, "circular")
        along = [None] * shift + [Along(dim, tiled) for dim in range(len(inputs[0]))]
        return ((Dims(inputs[0], output, tuple(along)),),)


@op("slice", torch="")
class Slice(View):
    """The positions start, start+step, ... before end along dim `dim`: x[:, start:end:step].

    There may be none, as in torch: the output has no elements then.
    """

    field_rule = "position start + j*step"

    dim: int = arg("", convert=integer)
    start: int | None = arg("", None, maybe(integer))
    end: int | None = arg("", None, maybe(integer))
    step: int = arg("", 1)

    def _range(self, shape: Shape) -> tuple[int, range] | None:
        dim = resolve(self.dim, len(shape))
        size = None if dim is None else shape[dim]
        if dim is None or size is None:
            return None
        return dim, range(*slice(self.start, self.end, self.step).indices(size))

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if resolve(self.dim, len(inputs[0])) is None:
            yield bad_dim("Slice", self.dim, inputs[0])

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape, picked = inputs[0], self._range(inputs[0])
        if picked is None:
            dim = resolve(self.dim, len(shape))
            return tuple(None if at == dim else size for at, size in enumerate(shape))
        dim, positions = picked
        return (*shape[:dim], len(positions), *shape[dim + 1 :])

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        picked, dim = self._range(inputs[0]), resolve(self.dim, len(inputs[0]))
        if dim is None:
            return ((),)
        first = self.start or 0
        if picked is not None and picked[1]:
            first = picked[1][0]
        along: list[Along | None] = [Along(at) for at in range(len(output))]
        # Counted from the end of a size that is not known, it may be anywhere.
        at = None if first < 0 else window(1, self.step, -first, 1, "zeros")
        along[dim] = None if at is None else Along(dim, at)
        return ((Dims(inputs[0], output, tuple(along)),),)


@op("select", functions=("select",), torch="")
class Select(View):
    """The position `index` along dim `dim`, which goes away: x[:, index]."""

    dim: int = arg("", convert=integer)
    index: int = arg("", convert=integer)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        dim = resolve(self.dim, len(inputs[0]))
        if dim is None:
            yield bad_dim("Select", self.dim, inputs[0])
            return
        size = inputs[0][dim]
        if size is not None and not -size <= self.index < size:
            message = f"Select: index {self.index} is out of range for the size {size} of dim {dim}"
            yield Misfit("index", message, f"{-size}..{size - 1}", self.index)

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        dim = resolve(self.dim, len(inputs[0]))
        return tuple(size for at, size in enumerate(inputs[0]) if at != dim)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shape, dim = inputs[0], resolve(self.dim, len(inputs[0]))
        if dim is None:
            return ((),)
        size = shape[dim]
        one = (*shape[:dim], 1, *shape[dim + 1 :])
        at = self.index + (size or 0) if self.index < 0 else self.index
        along: list[Along | None] = [Along(index) for index in range(len(shape))]
        # Counted from the end of a size that is not known, it may be anywhere.
        along[dim] = None if at < 0 else Along(dim, window(1, 1, -at, 1, "zeros"))
        return ((Dims(shape, one, tuple(along)), Regroup(one, output)),)


@op("channelshuffle", "shuffle", functions=("channel_shuffle",))
class ChannelShuffle(Op):
    """The channels dealt out to `groups` hands, one by one."""

    groups: int = arg("g")

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        size = inputs[0][1] if len(inputs[0]) > 1 else None
        if size is not None and size % self.groups:
            message = f"ChannelShuffle: groups={self.groups} does not divide the {size} channels"
            yield Misfit("groups", message, self.groups, size)


@op("roll", functions=("roll",), torch="")
class Roll(Op):
    """The positions along `dims` moved round by `shifts`."""

    field_rule = "position j - shift, around the border"

    shifts: Any = arg("", convert=each(integer))
    dims: Any = arg("", convert=each(integer))

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if len(self.shifts) != len(self.dims):
            message = f"Roll has {len(self.shifts)} shifts for {len(self.dims)} dims"
            yield Misfit("dims", message, len(self.shifts), len(self.dims))
        for dim in self.dims:
            if resolve(dim, len(inputs[0])) is None:
                yield bad_dim("Roll", dim, inputs[0])

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        along = [Along(dim) for dim in range(len(output))]
        for shift, dim in zip(self.shifts, self.dims, strict=False):
            at = resolve(dim, len(output))
            if at is not None and shift:
                rolled = IndexMap((range(-shift, 1 - shift),), 1, "circular", covers=False)
                along[at] = Along(at, rolled)
        return ((Dims(inputs[0], output, tuple(along)),),)


@op("flip", functions=("flip",), torch="")
class Flip(Op):
    """The positions along `dims` in reverse."""

    field_rule = "position i - 1 - j"

    dims: Any = arg("", convert=each(integer))

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        rank = max(len(inputs[0]), 1)
        for dim in self.dims:
            if resolve(dim, rank) is None:
                yield bad_dim("Flip", dim, inputs[0])
                return
        if len({resolve(dim, rank) for dim in self.dims}) < len(self.dims):
            message = f"Flip: {self.dims} names a dim of {format_shape(inputs[0])} twice"
            yield Misfit("dims", message, None, list(self.dims))

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        along = [Along(dim) for dim in range(len(output))]
        for dim in self.dims:
            at = resolve(dim, len(output))
            if at is not None:
                size = output[at]
                last = UNLISTED if size is None else IndexMap((range(size - 1, size),), -1)
                along[at] = Along(at, last._replace(covers=False))
        return ((Dims(inputs[0], output, tuple(along)),),)


@op("repeatinterleave", functions=("repeat_interleave",), torch="")
class RepeatInterleave(Op):
    """Each position `repeats` times in a row along `dim`; without `dim`, of all flattened."""

    field_rule = "position j // repeats"

    repeats: int = arg("", convert=span)
    dim: int | None = arg("", None, maybe(integer))

    def _flat(self, shape: Shape) -> Shape:
        return (product(shape),) if self.dim is None else shape or (1,)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if self.dim is not None and resolve(self.dim, max(len(inputs[0]), 1)) is None:
            yield bad_dim("RepeatInterleave", self.dim, inputs[0])

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape = self._flat(inputs[0])
        dim = resolve(self.dim or 0, len(shape))
        return tuple(
            product((size, self.repeats)) if at == dim else size for at, size in enumerate(shape)
        )

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shape = self._flat(inputs[0])
        along = [Along(at) for at in range(len(shape))]
        dim = resolve(self.dim or 0, len(shape))
        if dim is not None:
            along[dim] = Along(dim, IndexMap((range(1),) * self.repeats, 1))
        repeated = Dims(shape, output, tuple(along))
        return ((repeated,) if shape == inputs[0] else (Regroup(inputs[0], shape), repeated),)
