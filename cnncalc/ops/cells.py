"""Single steps of recurrent layers: RNNCell, LSTMCell, GRUCell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..finding import Misfit
from ..formula import Formula
from ..layout import Along, Dims, Read
from ..shape import Shape, format_shape
from .arguments import arg, choice, count, flag
from .held import Held, parameters
from .linear import alike
from .recurrent import Stateful
from .registry import op


class _Cell(Stateful):
    """One step: the input (N, features) or (features,), and the states, which may be left out."""

    field_rule = "its own row"

    params: ClassVar[Formula] = Formula("G*h*(ci + h) + 2*G*h*b")
    macs: ClassVar[Formula] = Formula("N*G*h*(ci + h)")

    def tensors(self) -> tuple[Held, ...]:
        rows = self.gates * self.hidden_size
        bias = (rows,) if self.bias else None
        matrices = {"weight_ih": (rows, self.input_size), "weight_hh": (rows, self.hidden_size)}
        return parameters(**matrices, bias_ih=bias, bias_hh=bias)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        shape = inputs[0]
        if len(shape) > 2:
            message = f"{self.type} expects 1 or 2 dims but receives {format_shape(shape)}"
            yield Misfit("dims", message, "1 or 2", len(shape))
        elif None not in (shape[-1], self.input_size) and shape[-1] != self.input_size:
            message = f"{self.type} expects {self.input_size} features but receives {shape[-1]}"
            yield Misfit("linear-in-features", message, self.input_size, shape[-1])
        wanted = (*shape[:-1], self.hidden_size)
        for state in inputs[1:]:
            if not alike(state, wanted):
                message = f"{self.type} expects a state of {format_shape(wanted)} "
                message += f"but receives {format_shape(state)}"
                yield Misfit("merge-shapes", message, list(wanted), list(state))

    def output_count(self) -> int:
        return self.states

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return ((*inputs[0][:-1], self.hidden_size),) * self.states

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        rows = tuple(Along(dim) for dim in range(len(output) - 1))
        return tuple(
            (
                Dims(
                    shape,
                    output,
                    (*rows[: len(shape) - 1], *(None,) * (len(output) - len(shape) + 1)),
                ),
            )
            for shape in inputs
        )

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        batch = output[0] if len(output) > 1 else 1
        return {**super().symbols(inputs, output), "N": batch, "G": self.gates}

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        return super().symbol_names() | {"G"}


@op("rnncell")
class RNNCell(_Cell):
    """One step of an RNN: h' = tanh(W x + U h + b)."""

    input_size: int | None = arg("ci", inferred=True)
    hidden_size: int = arg("h", convert=count)
    bias: bool = arg("b", True, flag)
    nonlinearity: str = arg("", "tanh", choice("tanh", "relu"))


@op("lstmcell")
class LSTMCell(_Cell):
    """One step of an LSTM; output 1 is the cell state."""

    gates = 4
    states = 2

    input_size: int | None = arg("ci", inferred=True)
    hidden_size: int = arg("h", convert=count)
    bias: bool = arg("b", True, flag)


@op("grucell")
class GRUCell(_Cell):
    """One step of a GRU."""

    gates = 3

    input_size: int | None = arg("ci", inferred=True)
    hidden_size: int = arg("h", convert=count)
    bias: bool = arg("b", True, flag)
