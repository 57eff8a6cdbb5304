"""Distances and similarities of vectors. They have no MACs by convention, as in FlopCounterMode."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from ..finding import Misfit
from ..layout import Along, Dims, Read
from ..shape import Shape, Size, broadcast, format_shape
from .arguments import arg, flag, integer, number
from .base import Op
from .linear import alike
from .reads import aligned, anywhere
from .registry import op
from .reshape import resolve


@op("cdist", functions=("cdist",), torch="")
class CDist(Op):
    """The distances of all rows (..., P, M) from all rows (..., R, M): (..., P, R).

    No MACs by convention, as in torch's FlopCounterMode.
    """

    field_rule = "a row of the first input, a row of the second"

    arity: ClassVar[int | None] = 2
    least_dims = 2

    p: float = arg("", 2.0, number)

    def _leading(self, inputs: tuple[Shape, ...]) -> Shape | None:
        first, second = inputs
        return broadcast([first[:-2], second[:-2]]) if alike(first[-1:], second[-1:]) else None

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if self._leading(inputs) is None:
            message = f"CDist cannot pair {' and '.join(map(format_shape, inputs))}"
            yield Misfit("merge-shapes", message, list(inputs[0]), list(inputs[1]))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        leading = self._leading(inputs)
        rows = (inputs[0][-2], inputs[1][-2])
        return (*(inputs[0][:-2] if leading is None else leading), *rows)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        if self._leading(inputs) is None:
            return tuple(anywhere(shape, output) for shape in inputs)

        def read(shape: Shape, row: int) -> Read:
            shift = len(output) - len(shape)
            along: list[Along | None] = [None] * len(output)
            for dim in range(len(shape) - 2):
                along[dim + shift] = Along(dim) if shape[dim] == output[dim + shift] else None
            along[row] = Along(len(shape) - 2)
            return (Dims(shape, output, tuple(along)),)

        return read(inputs[0], -2), read(inputs[1], -1)


class _Pairwise(Op):
    """An op on two tensors that are broadcast, with one value for each pair of vectors."""

    field_rule = "position by position; everything along the dim of the vectors"

    arity: ClassVar[int | None] = 2

    def _dim(self) -> int:
        """The dim of the vectors."""
        raise TypeError(f"{self.type} has no dim")

    def _whole(self, inputs: tuple[Shape, ...]) -> tuple[Shape, int] | None:
        """The shape that both are broadcast to and the dim of the vectors; None: no fit."""
        shape = broadcast(inputs)
        dim = None if shape is None else resolve(self._dim(), len(shape))
        return None if shape is None or dim is None else (shape, dim)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if self._whole(inputs) is None:
            shapes = " and ".join(map(format_shape, inputs))
            message = f"{self.type} cannot pair {shapes} along dim {self._dim()}"
            yield Misfit("merge-shapes", message, list(inputs[0]), list(inputs[1]))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        found = self._whole(inputs)
        if found is None:
            return inputs[0]
        one: tuple[Size, ...] = (1,) if getattr(self, "keepdim", False) else ()
        return (*found[0][: found[1]], *one, *found[0][found[1] + 1 :])

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        found = self._whole(inputs)
        if found is None:
            return tuple(anywhere(shape, output) for shape in inputs)
        whole, dim = found
        kept = [Along(at) for at in range(len(whole))]
        if getattr(self, "keepdim", False):
            kept[dim] = Along(dim, "mix")
        else:
            del kept[dim]
        vectors = Dims(whole, output, tuple(kept))
        return tuple((*aligned(shape, whole), vectors) for shape in inputs)


@op("cosinesimilarity", functions=("cosine_similarity",))
class CosineSimilarity(_Pairwise):
    """The cosine between the vectors along `dim` of two tensors."""

    dim: int = arg("", 1, integer)
    eps: float = arg("", 1e-8, number)

    def _dim(self) -> int:
        return self.dim


@op("pairwisedistance", functions=("pairwise_distance",))
class PairwiseDistance(_Pairwise):
    """The p-norm of the difference of two tensors over the last dim."""

    p: float = arg("", 2.0, number)
    eps: float = arg("", 1e-6, number)
    keepdim: bool = arg("", False, flag)

    def _dim(self) -> int:
        return -1
