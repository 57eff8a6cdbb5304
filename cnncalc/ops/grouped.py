"""Matrix products of groups of rows, each with a matrix of its own: mixtures of experts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..finding import Misfit
from ..formula import Formula
from ..layout import Along, Dims, Read
from ..shape import Shape, Size, format_shape
from .arguments import arg, natural
from .arguments import optional as maybe
from .base import Op
from .reads import anywhere, contracted
from .registry import op


@op("groupedmatmul", functions=("grouped_mm",), torch="")
class GroupedMatMul(Op):
    """Rows in groups, each group times a matrix of its own: (R, K) by (G, K, M) is (R, M).

    Which rows make a group, a last input of G offsets says; `groups` is G where no matrix tells
    it. The groups can also be of columns, (G, N, K) by (K, C) is (N, C), or of what is summed
    over: (N, K) by (K, M) is (G, N, M). MACs are those of all rows together, however they are
    dealt out (torch's FlopCounterMode has no rule for it, and so counts nothing).
    """

    field_rule = "a row of the first input, all of the second"

    arity: ClassVar[int | None] = None
    least_dims = 1

    groups: int | None = arg("", None, maybe(natural))

    macs: ClassVar[Formula] = Formula("B*n*m*k")

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        left, right = inputs[0], inputs[1] if len(inputs) > 1 else ()
        fits = {len(left), len(right)} <= {2, 3}
        if not fits or (left[-1] != right[-2] and None not in (left[-1], right[-2])):
            message = f"cannot multiply {format_shape(left)} by {format_shape(right)} in groups"
            yield Misfit("matmul-shapes", message, list(left), list(right))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        left, right = inputs[0], inputs[1] if len(inputs) > 1 else ()
        if not {len(left), len(right)} <= {2, 3}:
            return left
        rows, columns = left[-2], right[-1]
        if len(left) == len(right):
            return (self._groups(inputs), rows, columns)
        return (rows, columns)

    def _groups(self, inputs: tuple[Shape, ...]) -> Size:
        left = inputs[0]
        if len(left) == 3:
            return left[0]
        return inputs[2][0] if len(inputs) > 2 and inputs[2] else self.groups

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        left, right = inputs[0], inputs[1] if len(inputs) > 1 else ()
        if (len(left), len(right)) != (2, 3):
            return tuple(anywhere(shape, output) for shape in inputs)
        own = Dims(left, output, (Along(0), None))
        return ((own,), *(contracted(shape, output) for shape in inputs[1:]))

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        left, right = inputs[0], inputs[1] if len(inputs) > 1 else (None, None)
        batch = left[0] if len(left) == len(right) == 3 else 1
        values = {"B": batch, "n": left[-2] if len(left) > 1 else None}
        return {**super().symbols(inputs, output), **values, "m": right[-1], "k": left[-1]}

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        return super().symbol_names() | {"B", "n", "m", "k"}
