"""Recurrent layers: RNN, LSTM, GRU, with layers, directions and projections.

Each direction of each layer multiplies its input and its state with one matrix per gate and
adds two bias vectors (torch keeps both). Every step costs the same, so MACs are linear in the
length. Output 0 is the sequence; outputs 1 (and 2, for LSTM) are the last states.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..errors import OpError
from ..finding import Misfit
from ..formula import Formula
from ..layout import Along, Dims, Read
from ..shape import Shape, format_shape, product
from .arguments import arg, choice, count, flag, natural, number
from .base import Op
from .registry import op


class _Recurrent(Op):
    """The shapes and counts that the three kinds share; `gates` matrices per product."""

    field_rule = "all positions up to it; in both directions the whole input"

    gates: ClassVar[int] = 1
    least_dims = 1

    input_size: int | None
    hidden_size: int
    num_layers: int
    bias: bool
    batch_first: bool
    bidirectional: bool

    params: ClassVar[Formula] = Formula(
        "D*(G*h*(ci + o) + 2*G*h*b + r) + (l - 1)*D*(G*h*(D*o + o) + 2*G*h*b + r)"
    )
    macs: ClassVar[Formula] = Formula("T*(D*(G*h*(ci + o) + r) + (l - 1)*D*(G*h*(D*o + o) + r))")

    def _proj(self) -> int:
        return int(getattr(self, "proj_size", 0))

    def complete(self, inputs: tuple[Shape, ...]) -> Op:
        received = inputs[0][-1]
        if self.input_size is None and received is not None:
            return self.replace(input_size=received)
        return self

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        shape = inputs[0]
        if len(shape) != 3:
            message = f"{self.type} expects 3 dims but receives {format_shape(shape)}"
            yield Misfit("dims", message, 3, len(shape))
        elif None not in (shape[-1], self.input_size) and shape[-1] != self.input_size:
            message = f"{self.type} expects {self.input_size} features but receives {shape[-1]}"
            yield Misfit("linear-in-features", message, self.input_size, shape[-1])

    def output_count(self) -> int:
        return 2

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        directions = 1 + self.bidirectional
        width = self._proj() or self.hidden_size
        shape = inputs[0]
        sequence = (*shape[:-1], directions * width)
        batch = (shape[0] if self.batch_first else shape[1]) if len(shape) == 3 else None
        states = directions * self.num_layers
        last = (states, batch, width)
        return (sequence, last)

    def all_reads(
        self, inputs: tuple[Shape, ...], outputs: tuple[Shape, ...]
    ) -> tuple[tuple[Read, ...], ...]:
        sequence, *states = outputs
        if len(inputs[0]) != 3:
            lost: Read = (Dims(inputs[0], sequence, (None,) * len(sequence)),)
            return ((lost,),) * len(outputs)
        batch, length = (0, 1) if self.batch_first else (1, 0)
        along: list[Along | None] = [None] * 3
        along[batch] = Along(batch)
        along[length] = Along(length, "mix" if self.bidirectional else "prefix")
        own: Read = (Dims(inputs[0], sequence, tuple(along)),)
        last = tuple(((Dims(inputs[0], state, (None, Along(batch), None)),),) for state in states)
        return ((own,), *last)

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        proj = self._proj()
        return {
            **super().symbols(inputs, output),
            "T": product(inputs[0][:-1]),
            "D": 1 + self.bidirectional,
            "G": self.gates,
            "o": proj or self.hidden_size,
            "r": proj * self.hidden_size,
        }

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        return super().symbol_names() | {"T", "D", "G", "o", "r"}


@op("rnn")
class RNN(_Recurrent):
    """h' = tanh(W x + U h + b)."""

    input_size: int | None = arg("ci", inferred=True)
    hidden_size: int = arg("h", convert=count)
    num_layers: int = arg("l", 1)
    nonlinearity: str = arg("", "tanh", choice("tanh", "relu"))
    bias: bool = arg("b", True, flag)
    batch_first: bool = arg("", False, flag)
    dropout: float = arg("", 0.0, number)
    bidirectional: bool = arg("", False, flag)


@op("lstm")
class LSTM(_Recurrent):
    """A recurrent layer with input, forget and output gates and a cell state."""

    gates = 4

    input_size: int | None = arg("ci", inferred=True)
    hidden_size: int = arg("h", convert=count)
    num_layers: int = arg("l", 1)
    bias: bool = arg("b", True, flag)
    batch_first: bool = arg("", False, flag)
    dropout: float = arg("", 0.0, number)
    bidirectional: bool = arg("", False, flag)
    proj_size: int = arg("", 0, natural)

    def validate(self) -> None:
        if self.proj_size >= self.hidden_size:
            raise OpError(
                f"LSTM: proj_size={self.proj_size} must be smaller than "
                f"hidden_size={self.hidden_size}"
            )

    def output_count(self) -> int:
        return 3

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        sequence, hidden = super().outputs(inputs)
        return (sequence, hidden, (*hidden[:-1], self.hidden_size))


@op("gru")
class GRU(_Recurrent):
    """A recurrent layer with reset and update gates."""

    gates = 3

    input_size: int | None = arg("ci", inferred=True)
    hidden_size: int = arg("h", convert=count)
    num_layers: int = arg("l", 1)
    bias: bool = arg("b", True, flag)
    batch_first: bool = arg("", False, flag)
    dropout: float = arg("", 0.0, number)
    bidirectional: bool = arg("", False, flag)
