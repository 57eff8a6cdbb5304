"""Functions of torch that multiply no matrices, and whose outputs no window describes."""

from __future__ import annotations

from typing import Any, ClassVar

from ..finding import Misfit
from ..layout import Read
from ..shape import Shape
from .arguments import arg, name, settings
from .base import Op
from .pointwise import called
from .reads import anywhere, contracted
from .registry import op
from .unknown import shapes


class _Named(Op):
    """A function by its name; `shapes` are those of its outputs."""

    arity: ClassVar[int | None] = None

    function: str = arg("", convert=name)
    shapes: Any = arg("", convert=shapes)
    settings: Any = arg("", (), settings)

    @property
    def type(self) -> str:
        """The function's name."""
        return self.function

    def short(self) -> str:
        return called(self.function, self.settings)

    def _arity_misfit(self, inputs: tuple[Shape, ...]) -> Misfit | None:
        return None  # as many inputs as the function takes

    def output_count(self) -> int:
        return len(self.shapes)

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        found: tuple[Shape, ...] = self.shapes
        return found


@op("whole", torch="")
class Whole(_Named):
    """A function of everything it is given: `Whole("histc", ((10,),))`.

    So are histograms and losses, and `nonzero` and what else has as many outputs as values say
    (`shapes` are those of this run). It counts no MACs. In tables it goes by its function.
    """

    field_rule = "the whole input"

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        return tuple(contracted(shape, output) for shape in inputs)


@op("anywhere", torch="")
class Anywhere(_Named):
    """A function that reads at places given by data: `Anywhere("roi_align", ((5, 8, 7, 7),))`.

    It counts no MACs; which positions it reads, nobody knows. In tables it goes by its function.
    """

    field_rule = "it depends on the data"

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        return tuple(anywhere(shape, output) for shape in inputs)
