"""Recurrent layers: RNN, LSTM, GRU, with layers, directions and projections.

Each direction of each layer multiplies its input and its state with one matrix per gate and
adds two bias vectors (torch keeps both). Every step costs the same, so MACs are linear in the
length. Inputs are the sequence, `(L, N, features)`, `(N, L, features)` with batch_first, or
`(L, features)`, and perhaps the initial states. Output 0 is the sequence; outputs 1 (and 2, for
LSTM) are the last states.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..errors import OpError
from ..finding import Misfit
from ..formula import Formula
from ..layout import Along, Dims, Read
from ..shape import Shape, Size, format_shape, product
from .arguments import arg, choice, count, flag, natural, number
from .base import Op
from .held import Held, parameters
from .linear import alike
from .reads import contracted
from .registry import op


class Stateful(Op):
    """An op with an input and states, which may be left out; `gates` matrices per product."""

    arity: ClassVar[int | None] = None
    gates: ClassVar[int] = 1
    #: Tensors that a state is made of.
    states: ClassVar[int] = 1
    least_dims = 1

    input_size: int | None
    hidden_size: int
    bias: bool

    def complete(self, inputs: tuple[Shape, ...]) -> Op:
        received = inputs[0][-1]
        if self.input_size is None and received is not None:
            return self.replace(input_size=received)
        return self

    def _arity_misfit(self, inputs: tuple[Shape, ...]) -> Misfit | None:
        if len(inputs) in (1, 1 + self.states):
            return None
        message = f"{self.type} takes one input and {self.states} state{'s' * (self.states > 1)}"
        return Misfit("inputs", f"{message}, receives {len(inputs)}", 1 + self.states, len(inputs))


class _Recurrent(Stateful):
    """The shapes and counts that the three kinds of layers share."""

    field_rule = "all positions up to it; in both directions the whole input"

    num_layers: int
    batch_first: bool
    bidirectional: bool

    params: ClassVar[Formula] = Formula(
        "D*(G*h*(ci + o) + 2*G*h*b + r) + (l - 1)*D*(G*h*(D*o + o) + 2*G*h*b + r)"
    )
    macs: ClassVar[Formula] = Formula("T*(D*(G*h*(ci + o) + r) + (l - 1)*D*(G*h*(D*o + o) + r))")

    def _proj(self) -> int:
        return int(getattr(self, "proj_size", 0))

    def tensors(self) -> tuple[Held, ...]:
        width = self._proj() or self.hidden_size
        found: list[Held] = []
        features = self.input_size
        for layer in range(self.num_layers):
            for direction in ("", "_reverse")[: 1 + self.bidirectional]:
                found += self._matrices(f"_l{layer}{direction}", features, width)
            features = (1 + self.bidirectional) * width
        return tuple(found)

    def _matrices(self, suffix: str, features: Size, width: int) -> tuple[Held, ...]:
        """What one direction of a layer holds."""
        rows, proj = self.gates * self.hidden_size, self._proj()
        bias = (rows,) if self.bias else None
        shapes: dict[str, Shape | None] = {
            "weight_ih": (rows, features),
            "weight_hh": (rows, width),
            "bias_ih": bias,
            "bias_hh": bias,
            "weight_hr": (proj, self.hidden_size) if proj else None,
        }
        return parameters(**{name + suffix: shape for name, shape in shapes.items()})

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        yield from self._sequence_misfits(inputs[0])
        for state, wanted in zip(inputs[1:], self.outputs(inputs)[1:], strict=False):
            if len(inputs[0]) in (2, 3) and not alike(state, wanted):
                message = f"{self.type} expects a state of {format_shape(wanted)} "
                message += f"but receives {format_shape(state)}"
                yield Misfit("merge-shapes", message, list(wanted), list(state))

    def _sequence_misfits(self, shape: Shape) -> Iterator[Misfit]:
        if len(shape) not in (2, 3):
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
        states = directions * self.num_layers
        if len(shape) == 2:
            return (sequence, (states, width))
        batch = (shape[0] if self.batch_first else shape[1]) if len(shape) == 3 else None
        return (sequence, (states, batch, width))

    def _dims(self, shape: Shape) -> tuple[int | None, int]:
        """The dims of the batch, if there is one, and of the steps."""
        if len(shape) == 2:
            return None, 0
        return (0, 1) if self.batch_first else (1, 0)

    def all_reads(
        self, inputs: tuple[Shape, ...], outputs: tuple[Shape, ...]
    ) -> tuple[tuple[Read, ...], ...]:
        if len(inputs[0]) not in (2, 3):
            return tuple(tuple(contracted(shape, each) for shape in inputs) for each in outputs)
        sequence, *states = outputs
        batch, steps = self._dims(inputs[0])
        along: list[Along | None] = [None] * len(sequence)
        along[steps] = Along(steps, "mix" if self.bidirectional else "prefix")
        if batch is not None:
            along[batch] = Along(batch)
        own: Read = (Dims(inputs[0], sequence, tuple(along)),)
        rows = () if batch is None else (Along(batch),)
        initial = [self._from_state(shape, sequence, batch) for shape in inputs[1:]]
        # The states hold (layers, N, features): the first dim is contracted.
        kept = (None, *(Along(1) for _ in rows), None)
        return (
            (own, *initial),
            *(
                (
                    (Dims(inputs[0], state, (None, *rows, None)),),
                    *((Dims(shape, state, kept),) for shape in inputs[1:]),
                )
                for state in states
            ),
        )

    def _from_state(self, state: Shape, sequence: Shape, batch: int | None) -> Read:
        """The read of an initial state: every step depends on it."""
        along: list[Along | None] = [None] * len(sequence)
        if batch is not None and len(state) == 3:
            along[batch] = Along(1)
        return (Dims(state, sequence, tuple(along)),)

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
    states = 2

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
