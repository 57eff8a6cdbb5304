"""A module of a live model that the forward pass never applies."""

from __future__ import annotations

from typing import ClassVar

from ..shape import Shape
from .base import Op
from .registry import op


@op("unused", torch="")
class Unused(Op):
    """Tensors that a module holds and the forward pass does not use.

    They count in the totals, as in `sum(p.numel() for p in module.parameters())`.
    """

    field_rule = "nothing"

    arity: ClassVar[int | None] = 0
    held = True

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        return ()

    def aliases(self) -> bool:
        return True  # it makes nothing
