"""Tensors that no layer makes from others: parameters, buffers, constants."""

from __future__ import annotations

from typing import Any, ClassVar

from ..formula import Formula
from ..shape import Shape, product
from .arguments import arg, each, natural
from .base import Op
from .held import WEIGHTS, Held
from .registry import op


class _Given(Op):
    """A tensor of `shape` that depends on no input."""

    arity: ClassVar[int | None] = 0

    shape: Any = arg("", convert=each(natural))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        return tuple(self.shape)

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        return {"E": product(self.shape)}

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        return frozenset({"E"})


@op("parameter", torch="")
class Parameter(_Given):
    """A learned tensor of `shape` (torch.nn.Parameter), without a batch."""

    field_rule = "nothing: it is learned"
    held = True

    params: ClassVar[Formula] = Formula("E")

    def tensors(self) -> tuple[Held, ...]:
        return (Held("", self.shape),)  # it goes by the layer's own name

    def aliases(self) -> bool:
        return True  # counted as a parameter, not as an activation


@op("buffer", torch="")
class Buffer(_Given):
    """A tensor of `shape` that a module holds and does not learn (torch.nn.Buffer)."""

    field_rule = "nothing: it is fixed"
    held = True

    buffers: ClassVar[Formula] = Formula("E")

    def tensors(self) -> tuple[Held, ...]:
        return (Held("", self.shape, True, WEIGHTS, False),)  # it goes by the layer's own name

    def aliases(self) -> bool:
        return True  # counted as a buffer, not as an activation


@op("constant", torch="")
class Constant(_Given):
    """A tensor of `shape` made inside forward, from no input: `torch.zeros(shape)`."""

    field_rule = "nothing: it is the same for every input"
