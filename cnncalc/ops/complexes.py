"""Complex numbers as pairs of real ones, and back."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Misfit
from ..layout import Along, Dims, Read
from ..shape import Shape, format_shape
from .reads import kept
from .registry import op
from .reshape import View


@op("viewasreal", functions=("view_as_real",), torch="")
class ViewAsReal(View):
    """Complex numbers as pairs of real ones, in a new last dim."""

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        return (*inputs[0], 2)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        return (kept(inputs[0], output, *range(len(inputs[0])), None),)


@op("viewascomplex", functions=("view_as_complex",), torch="")
class ViewAsComplex(View):
    """Pairs of real numbers along the last dim as complex ones."""

    least_dims = 1

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if inputs[0][-1] not in (2, None):
            message = f"ViewAsComplex expects pairs but receives {format_shape(inputs[0])}"
            yield Misfit("dims", message, 2, inputs[0][-1])

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0][:-1]

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        along = tuple(Along(dim) for dim in range(len(output)))
        return ((Dims(inputs[0], output, along),),)
