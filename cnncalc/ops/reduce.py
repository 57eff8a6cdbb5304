"""Reductions over dims: mean, sum, maximum, standard deviation, norm, and those without a class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import OpError
from ..finding import Misfit
from ..layout import Along, Dims, Read
from ..shape import Shape, format_shape
from .arguments import arg, choice, each, flag, integer, number, settings
from .arguments import optional as maybe
from .base import Op
from .pointwise import called
from .registry import op
from .reshape import bad_dim, resolve


class _Reducing(Op):
    """One value for all positions along `dim` (all dims where it is None)."""

    field_rule = "everything along dim"

    dim: Any
    keepdim: bool

    def _reduced(self, shape: Shape) -> set[int]:
        if not self.dim:  # None, or no dims, which torch takes for all
            return set(range(len(shape)))
        rank = max(len(shape), 1)  # torch takes dims 0 and -1 of a tensor without dims
        dims = {resolve(dim, rank) for dim in self.dim}
        return {dim for dim in dims if dim is not None and dim < len(shape)}

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        for dim in self.dim or ():
            if resolve(dim, max(len(inputs[0]), 1)) is None:
                yield bad_dim(self.type, dim, inputs[0])
                return
        if len(self._reduced(inputs[0])) < len(self.dim or ()) > 1:
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


class _Reduction(_Reducing):
    dim: Any = arg("", None, maybe(each(integer)))
    keepdim: bool = arg("", False, flag)


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


#: Reductions to one value, by their names in torch.
_PLAIN = (
    *("all", "amax", "amin", "any", "argmax", "argmin", "count_nonzero", "logsumexp"),
    *("nanmean", "nanquantile", "nansum", "prod", "quantile", "var"),
)
#: Those that give two tensors always, and those that do along a dim: values and their indices.
_PAIRS = ("aminmax", "std_mean", "var_mean")
_INDEXED = ("kthvalue", "max", "median", "min", "mode", "nanmedian")
#: Those of one dim or of everything.
_ONE_DIM = {"aminmax", "argmax", "argmin", "nanquantile", "prod", "quantile", *_INDEXED}
#: Those that have the last dim for a default.
_LAST = {"kthvalue", "mode"}


@op("reduce", torch="")
class Reduce(_Reducing):
    """A reduction of torch by its name: `Reduce("amin", 1)`, `Reduce("var", (2, 3))`.

    `max`, `min`, `median`, `mode` and `kthvalue` along a dim have two outputs: values and
    indices; so have `aminmax`, `std_mean` and `var_mean`. In tables it goes by its function.
    """

    function: str = arg("", convert=choice(*_PLAIN, *_PAIRS, *_INDEXED))
    dim: Any = arg("", None, maybe(each(integer)))
    keepdim: bool = arg("", False, flag)
    settings: Any = arg("", (), settings)

    def settle(self, values: dict[str, Any]) -> None:
        if values["dim"] is None and values["function"] in _LAST:
            values["dim"] = (-1,)

    def validate(self) -> None:
        if self.function in _ONE_DIM and self.dim is not None and len(self.dim) != 1:
            raise OpError(f"Reduce: {self.function} is along one dim, not along {self.dim}")

    @property
    def type(self) -> str:
        """The function's name."""
        return self.function

    def short(self) -> str:
        pairs = [("dim", self.dim[0] if len(self.dim) == 1 else self.dim)] if self.dim else []
        pairs += [("keepdim", True)] * self.keepdim
        return called(self.function, (*pairs, *self.settings))

    def output_count(self) -> int:
        indices = self.function in _INDEXED and self.dim is not None
        return 2 if indices or self.function in _PAIRS else 1

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return (self.output(inputs),) * self.output_count()
