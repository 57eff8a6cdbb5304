"""An operation without a rule: its shapes are known, nothing else is."""

from __future__ import annotations

from typing import Any, ClassVar

from ..finding import Misfit
from ..layout import Read
from ..shape import Shape
from .arguments import arg, each, natural
from .base import Measure, Op
from .reads import anywhere
from .registry import op

_LONGEST = 200


def label(value: Any, rank: int) -> str:
    """A line of text."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or not value.isprintable():
        raise ValueError("the name of an operation")
    return value


def shapes(value: Any, rank: int) -> tuple[Shape, ...]:
    """One shape for each output."""
    if not isinstance(value, tuple | list) or not value:
        raise ValueError("the shapes of the outputs, such as ((1, 10),)")
    if not all(isinstance(shape, tuple | list) for shape in value):
        raise ValueError("the shapes of the outputs, such as ((1, 10),)")
    return tuple(each(natural)(shape, rank) for shape in value)


@op("unknown", torch="")
class Unknown(Op):
    """An operation that cnncalc has no rule for; `shapes` are those of its outputs.

    What it counts and which positions it reads is unknown, and so is what follows from that.
    """

    field_rule = "unknown"

    arity: ClassVar[int | None] = None

    name: str = arg("", convert=label)
    shapes: Any = arg("", convert=shapes)

    def short(self) -> str:
        return f"unknown: {self.name}"

    def _arity_misfit(self, inputs: tuple[Shape, ...]) -> Misfit | None:
        return None  # any number of inputs, and none

    def output_count(self) -> int:
        return len(self.shapes)

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        found: tuple[Shape, ...] = self.shapes
        return found

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        return tuple(anywhere(shape, output) for shape in inputs)

    def measure(self, inputs: tuple[Shape, ...]) -> Measure:
        return super().measure(inputs)._replace(params=None, buffers=None, macs=None)
