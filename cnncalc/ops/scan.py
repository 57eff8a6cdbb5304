"""Ops along one dim that keep it: running sums, sorting, the largest values, normalising."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Misfit
from ..layout import Along, Dims, How, Read
from ..shape import Shape
from .arguments import arg, choice, flag, integer, natural, number
from .base import Op
from .pointwise import called
from .registry import op
from .reshape import bad_dim, resolve


class _AlongDim(Op):
    """An op along `dim` that keeps the other dims."""

    field_rule = "everything along dim"

    dim: int

    def _dim(self, shape: Shape) -> int | None:
        return resolve(self.dim, max(len(shape), 1))  # without dims, torch takes 0 and -1

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if self._dim(inputs[0]) is None:
            yield bad_dim(self.type, self.dim, inputs[0])

    def _how(self) -> How:
        """How the positions along the dim are read."""
        return "mix"

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shape, dim = inputs[0], self._dim(inputs[0])
        along = tuple(Along(at, self._how() if at == dim else "keep") for at in range(len(shape)))
        return ((Dims(shape, output, along),),)


@op("cumulative", torch="")
class Cumulative(_AlongDim):
    """A running reduction along `dim`: `cumsum`, `cumprod`, `logcumsumexp`, `cummax`, `cummin`.

    `cummax` and `cummin` have two outputs, values and indices. In tables it goes by its function.
    """

    field_rule = "all positions along dim up to it"

    function: str = arg("", convert=choice("cummax", "cummin", "cumprod", "cumsum", "logcumsumexp"))
    dim: int = arg("", convert=integer)

    @property
    def type(self) -> str:
        """The function's name."""
        return self.function

    def short(self) -> str:
        return called(self.function, (("dim", self.dim),))

    def output_count(self) -> int:
        return 2 if self.function in ("cummax", "cummin") else 1

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return (self.output(inputs),) * self.output_count()

    def _how(self) -> How:
        return "prefix"


@op("sort", functions=("sort",), torch="")
class Sort(_AlongDim):
    """The values along `dim` in order; output 1 is where they were."""

    dim: int = arg("", -1, integer)
    descending: bool = arg("", False, flag)
    stable: bool = arg("", False, flag)

    def output_count(self) -> int:
        return 2

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return (inputs[0],) * 2


@op("argsort", functions=("argsort",), torch="")
class Argsort(_AlongDim):
    """The indices that put the values along `dim` in order."""

    dim: int = arg("", -1, integer)
    descending: bool = arg("", False, flag)
    stable: bool = arg("", False, flag)


@op("topk", functions=("topk",), torch="")
class TopK(_AlongDim):
    """The `k` largest values along `dim`; output 1 is where they were."""

    k: int = arg("", convert=natural)
    dim: int = arg("", -1, integer)
    largest: bool = arg("", True, flag)
    sorted: bool = arg("", True, flag)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        yield from super().check(inputs)
        shape, dim = inputs[0], self._dim(inputs[0])
        size = shape[dim] if dim is not None and shape else 1
        if size is not None and self.k > size:
            message = f"TopK: k={self.k} is more than the {size} positions of dim {self.dim}"
            yield Misfit("index", message, size, self.k)

    def output_count(self) -> int:
        return 2

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        dim = self._dim(inputs[0])
        shape = tuple(self.k if at == dim else size for at, size in enumerate(inputs[0]))
        return (shape,) * 2


@op("normalize", functions=("normalize",), torch="")
class Normalize(_AlongDim):
    """Divide by the p-norm along `dim` (torch.nn.functional.normalize)."""

    field_rule = "position by position; everything along dim through the norm"

    p: float = arg("", 2.0, number)
    dim: int = arg("", 1, integer)
    eps: float = arg("", 1e-12, number)

    def _how(self) -> How:
        return "gate"
