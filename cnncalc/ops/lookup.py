"""Ops on indices: bags of embeddings, one-hot vectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from ..finding import Misfit
from ..formula import Formula
from ..layout import Along, Dims, Read
from ..shape import Shape, format_shape
from .arguments import arg, choice, flag, integer, number
from .arguments import optional as maybe
from .base import Op
from .held import Held, parameters
from .reads import contracted, kept
from .registry import op


@op("embeddingbag")
class EmbeddingBag(Op):
    """Rows of a table for bags of indices (N, L), put together: (N, embedding_dim).

    With a second input, the offsets (N,), the indices (L,) of all bags stand in a row.
    """

    field_rule = "everything in its bag"

    arity: ClassVar[int | None] = None

    num_embeddings: int = arg("n")
    embedding_dim: int = arg("e")
    max_norm: float | None = arg("", None, maybe(number))
    norm_type: float = arg("", 2.0, number)
    scale_grad_by_freq: bool = arg("", False, flag)
    mode: str = arg("", "mean", choice("sum", "mean", "max"))

    params: ClassVar[Formula] = Formula("n*e")

    def tensors(self) -> tuple[Held, ...]:
        return parameters(weight=(self.num_embeddings, self.embedding_dim))

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        wanted = {1: [2], 2: [1, 1]}.get(len(inputs))
        if [len(shape) for shape in inputs] != wanted:
            shapes = ", ".join(map(format_shape, inputs))
            message = f"EmbeddingBag takes (N, L), or (L,) and offsets (N,); receives {shapes}"
            yield Misfit("dims", message, wanted, [len(shape) for shape in inputs])

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        bags = inputs[-1] or (None,)
        return (bags[0], self.embedding_dim)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        if len(inputs) == 1:
            return (kept(inputs[0], output, 0 if inputs[0] else None, None),)
        return tuple(contracted(shape, output) for shape in inputs)


@op("onehot", functions=("one_hot",), torch="")
class OneHot(Op):
    """A new last dim with a 1 at the index and 0 elsewhere; -1: as many classes as it takes."""

    num_classes: int = arg("", -1, integer)

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        return (*inputs[0], self.num_classes if self.num_classes > 0 else None)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        along = [Along(dim) for dim in range(len(inputs[0]))]
        return ((Dims(inputs[0], output, (*along, None)),),)
