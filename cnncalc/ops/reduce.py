"""Reductions over dims: mean, sum, maximum, standard deviation, norm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..finding import Misfit
from ..layout import Along, Dims, Read
from ..shape import Shape, format_shape
from .arguments import arg, each, flag, integer, number
from .arguments import optional as maybe
from .base import Op
from .registry import op
from .reshape import bad_dim, resolve


class _Reduction(Op):
    """One value for all positions along `dim` (all dims where it is None)."""

    field_rule = "everything along dim"

    dim: Any = arg("", None, maybe(each(integer)))
    keepdim: bool = arg("", False, flag)

    def _reduced(self, shape: Shape) -> set[int]:
        if not self.dim:  # None, or no dims, which torch takes for all
            return set(range(len(shape)))
        return {dim for dim in (resolve(dim, len(shape)) for dim in self.dim) if dim is not None}

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        for dim in self.dim or ():
            if resolve(dim, len(inputs[0])) is None:
                yield bad_dim(self.type, dim, inputs[0])
                return
        if self.dim and len(self._reduced(inputs[0])) < len(self.dim):
            message = f"{self.type}: {self.dim} names a dim of {format_shape(inputs[0])} twice"
            yield Misfit("dims", message, None, list(self.dim))

    def _with_ones(self, shape: Shape) -> Shape:
        reduced = self._reduced(shape)
        return tuple(1 if dim in reduced else size for dim, size in enumerate(shape))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        if self.keepdim:
            return self._with_ones(inputs[0])
        reduced = self._reduced(inputs[0])
        return tuple(size for dim, size in enumerate(inputs[0]) if dim not in reduced)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shape, reduced = inputs[0], self._reduced(inputs[0])
        if self.keepdim:
            along = [Along(dim, "mix" if dim in reduced else "keep") for dim in range(len(shape))]
        else:
            along = [Along(dim) for dim in range(len(shape)) if dim not in reduced]
        return ((Dims(shape, output, tuple(along)),),)


@op("mean", functions=("mean",), torch="")
class Mean(_Reduction):
    """The mean over the dims."""


@op("reducesum", functions=("sum",), torch="")
class Sum(_Reduction):
    """The sum over the dims."""


@op("max", functions=("amax",), torch="")
class Max(_Reduction):
    """The maximum over the dims (torch.amax)."""


@op("std", functions=("std",), torch="")
class Std(_Reduction):
    """The standard deviation over the dims."""


@op("norm", functions=("norm",), torch="")
class Norm(_Reduction):
    """The p-norm over the dims."""

    p: float = arg("", 2, number)
