"""An op whose weights come in as tensors, instead of being its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..errors import OpError
from ..finding import Misfit
from ..layout import Read
from ..shape import Shape
from .arguments import arg
from .base import Op
from .reads import contracted
from .registry import CATALOGUE, op


def inner_op(value: Any, rank: int) -> Op:
    """An op, or the text of one: `"Conv2d(3, 8, 3)"`."""
    made = _read(value) if isinstance(value, str) else value
    if not isinstance(made, Op) or isinstance(made, Functional):
        raise ValueError("an op with weights, such as 'Conv2d(3, 8, 3)'")
    return made


def _read(text: str) -> Op | None:
    """The op that a text calls with plain values; None where it does not."""
    import ast

    try:
        call = ast.parse(text.strip(), mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            return None
        cls = CATALOGUE.get(call.func.id)
        values = [ast.literal_eval(item) for item in call.args]
        named = {item.arg: ast.literal_eval(item.value) for item in call.keywords if item.arg}
        return cls(*values, **named) if cls is not None else None
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError, OpError):
        return None


@op("functional", torch="")
class Functional(Op):
    """An op whose weights are no parameters of its own but its last `weights` inputs.

    So it is with `F.conv2d` and a weight that is computed, standardized or shared. All is as
    for `op` on the other inputs, except that it has no parameters. In tables it goes by the
    op's name in lower case: `conv2d(3, 8, 3)`.
    """

    field_rule = "that of the op; all of what the weights see"

    arity: ClassVar[int | None] = None

    op: Op = arg("", convert=inner_op)
    weights: int = arg("", 1)

    def validate(self) -> None:
        # The formulas of the op, so that figures can be explained. Parameters it has none.
        self.__dict__["macs"] = self.op.macs
        self.__dict__["out_size"] = self.op.out_size

    def __repr__(self) -> str:
        weights = "" if self.weights == 1 else f", weights={self.weights}"
        return f"Functional({str(self.op)!r}{weights})"

    def short(self) -> str:
        inner, bracket, rest = self.op.short().partition("(")
        return inner.lower() + bracket + rest

    @property
    def type(self) -> str:
        """The kind of the op."""
        return self.op.type

    def _own(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """The inputs that are no weights."""
        return inputs[: -self.weights]

    def _arity_misfit(self, inputs: tuple[Shape, ...]) -> Misfit | None:
        if len(inputs) < self.weights:
            message = f"{self.short()} takes {self.weights} weights but receives {len(inputs)}"
            return Misfit("inputs", message, self.weights, len(inputs))
        return self.op._arity_misfit(self._own(inputs))

    def _dims_misfit(self, inputs: tuple[Shape, ...]) -> Misfit | None:
        return self.op._dims_misfit(self._own(inputs))

    def complete(self, inputs: tuple[Shape, ...]) -> Op:
        return self.replace(op=self.op.complete(self._own(inputs)))

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        yield from self.op.check(self._own(inputs))

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return self.op.outputs(self._own(inputs))

    def output_count(self) -> int:
        return self.op.output_count()

    def all_reads(
        self, inputs: tuple[Shape, ...], outputs: tuple[Shape, ...]
    ) -> tuple[tuple[Read, ...], ...]:
        own = self.op.all_reads(self._own(inputs), outputs)
        return tuple(
            (*reads, *(contracted(shape, output) for shape in inputs[-self.weights :]))
            for reads, output in zip(own, outputs, strict=True)
        )

    def aliases(self) -> bool:
        return self.op.aliases()

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        return self.op.symbols(self._own(inputs), output)
