"""A bare parameter: a tensor that is learned and used without a layer around it."""

from __future__ import annotations

from typing import Any, ClassVar

from ..formula import Formula
from ..shape import Shape, product
from .arguments import arg, count, each
from .base import Op
from .registry import op


@op("parameter", torch="")
class Parameter(Op):
    """A learned tensor of `shape` (torch.nn.Parameter), without a batch."""

    field_rule = "nothing: it is learned"

    arity: ClassVar[int | None] = 0

    shape: Any = arg("", convert=each(count))
    params: ClassVar[Formula] = Formula("E")

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        return tuple(self.shape)

    def aliases(self) -> bool:
        return True  # counted as a parameter, not as an activation

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        return {"E": product(self.shape)}

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        return frozenset({"E"})
