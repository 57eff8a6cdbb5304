"""Ops with several inputs: arithmetic with broadcasting, concatenation, stacking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from ..finding import Misfit
from ..indexmap import IndexMap, window
from ..layout import Along, Dims, Read, Unread
from ..shape import Shape, broadcast, format_shape
from .arguments import arg, flag, integer, scalar
from .arguments import optional as maybe
from .base import Op
from .reads import aligned, kept
from .registry import op
from .reshape import resolve


def _plain(shapes: tuple[Shape, ...]) -> str:
    return " and ".join(format_shape(shape) for shape in shapes)


class Broadcasting(Op):
    """An op on tensors that are broadcast to one shape, element by element."""

    field_rule = "the hull of what the inputs see"

    arity: ClassVar[int | None] = None
    verb: ClassVar[str] = "combined"

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if broadcast(inputs) is None:
            yield Misfit(
                "merge-shapes",
                f"{_plain(inputs)} cannot be {self.verb}",
                list(inputs[0]),
                list(inputs[-1]),
            )

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        whole = broadcast(inputs)
        return inputs[0] if whole is None else whole

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        fits = broadcast(inputs) is not None
        return tuple(
            aligned(shape, output)
            if fits or shape == output
            else kept(shape, output, *[None] * len(output))
            for shape in inputs
        )


class _Arithmetic(Broadcasting):
    """Two tensors, or a tensor and the number `other`; `reverse` puts the number on the left."""

    other: float | None = arg("", None, maybe(scalar))
    inplace: bool = arg("", False, flag)
    reverse: bool = arg("", False, flag)


@op("add", "sum", functions=("add",), torch="")
class Add(_Arithmetic):
    """The sum of the inputs, or of one input and a number."""

    verb = "added"


@op("sub", functions=("sub",), torch="")
class Sub(_Arithmetic):
    """The first input minus the second, or minus a number; `reverse`: the number minus it."""

    verb = "subtracted"


@op("mul", functions=("mul",), torch="")
class Mul(_Arithmetic):
    """The product of the inputs element by element, or of one input and a number."""

    verb = "multiplied"


@op("div", functions=("div",), torch="")
class Div(_Arithmetic):
    """The first input divided by the second, or by a number; `reverse`: the number by it."""

    verb = "divided"


#: The shape of a tensor without elements that concatenation passes over.
_NOTHING: Shape = (0,)


def _first(inputs: tuple[Shape, ...]) -> Shape:
    """The first input with dims to go by."""
    return next((shape for shape in inputs if shape != _NOTHING), inputs[0])


@op("cat", "concat", "concatenate", functions=("cat",), torch="")
class Cat(Op):
    """The inputs one after the other along dim `dim`.

    An input of shape (0,) is passed over, whatever the others are, as in torch.
    """

    field_rule = "the hull of what the inputs see, each in its part of dim"

    arity: ClassVar[int | None] = None

    dim: int = arg("", 1, integer)

    def _fits(self, inputs: tuple[Shape, ...]) -> bool:
        first = _first(inputs)
        dim = resolve(self.dim, len(first))
        return dim is not None and all(
            shape == _NOTHING
            or (
                len(shape) == len(first)
                and all(
                    at == dim or a == b or None in (a, b)
                    for at, (a, b) in enumerate(zip(first, shape, strict=True))
                )
            )
            for shape in inputs
        )

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if not self._fits(inputs):
            shapes = ", ".join(format_shape(shape) for shape in inputs)
            yield Misfit(
                "merge-shapes",
                f"{shapes} cannot be concatenated along dim {self.dim}",
                list(_first(inputs)),
                list(inputs[-1]),
            )

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        first = _first(inputs)
        dim = resolve(self.dim, len(first))
        if dim is None:
            return first
        sizes = [shape[dim] if len(shape) > dim else None for shape in inputs if shape != _NOTHING]
        total = None if None in sizes else sum(size for size in sizes if size is not None)
        return (*first[:dim], total, *first[dim + 1 :])

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        dim = resolve(self.dim, len(output))
        if dim is None or not self._fits(inputs):
            return tuple(kept(shape, output, *[None] * len(output)) for shape in inputs)
        alone = sum(shape != _NOTHING for shape in inputs) == 1
        reads: list[Read] = []
        offset = 0
        for shape in inputs:
            if shape == _NOTHING:
                reads.append((Unread(shape, output),))
                continue
            along: list[Along | None] = [Along(at) for at in range(len(output))]
            segment = window(1, 1, offset, 1, "zeros")._replace(covers=alone)
            along[dim] = Along(dim, segment)
            reads.append((Dims(shape, output, tuple(along)),))
            offset += shape[dim] or 0
        return tuple(reads)


@op("stack", functions=("stack",), torch="")
class Stack(Op):
    """The inputs side by side along a new dim `dim`."""

    field_rule = "the hull of what the inputs see"

    arity: ClassVar[int | None] = None

    dim: int = arg("", 0, integer)

    def _fits(self, inputs: tuple[Shape, ...]) -> bool:
        return resolve(self.dim, len(inputs[0]) + 1) is not None and all(
            len(shape) == len(inputs[0])
            and all(a == b or None in (a, b) for a, b in zip(shape, inputs[0], strict=True))
            for shape in inputs
        )

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if not self._fits(inputs):
            shapes = ", ".join(format_shape(shape) for shape in inputs)
            message = f"{shapes} cannot be stacked along dim {self.dim}"
            yield Misfit("merge-shapes", message, list(inputs[0]), list(inputs[-1]))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        at = resolve(self.dim, len(inputs[0]) + 1)
        shape = inputs[0]
        return shape if at is None else (*shape[:at], len(inputs), *shape[at:])

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        if not self._fits(inputs):
            return tuple(kept(shape, output, *[None] * len(output)) for shape in inputs)
        at = resolve(self.dim, len(inputs[0]) + 1) or 0
        return tuple(
            kept(shape, output, *range(at), None, *range(at, len(shape))) for shape in inputs
        )


__all__ = ["Add", "Cat", "Div", "IndexMap", "Mul", "Stack", "Sub"]
