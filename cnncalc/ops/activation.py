"""Activations, softmax and dropout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..finding import Misfit
from ..formula import Formula
from ..indexmap import IndexMap
from ..layout import Along, Dims, Read
from ..shape import Shape, format_shape
from .arguments import arg, choice, flag, integer, number
from .arguments import optional as maybe
from .base import Elementwise, Op, channels
from .held import Held, parameters
from .registry import op


@op("relu", functions=("relu",))
class ReLU(Elementwise):
    """max(0, x)."""

    inplace: bool = arg("", False, flag)


@op("relu6", functions=("relu6",))
class ReLU6(Elementwise):
    """min(max(0, x), 6)."""

    inplace: bool = arg("", False, flag)


@op("leakyrelu", "lrelu", functions=("leaky_relu",))
class LeakyReLU(Elementwise):
    """x where positive, negative_slope * x elsewhere."""

    negative_slope: float = arg("", 0.01, number)
    inplace: bool = arg("", False, flag)


@op("prelu")
class PReLU(Elementwise):
    """x where positive, a learned slope times x elsewhere; one slope or one per channel."""

    num_parameters: int = arg("c", 1)
    init: float = arg("", 0.25, number)

    params: ClassVar[Formula] = Formula("c")

    def tensors(self) -> tuple[Held, ...]:
        return parameters(weight=(self.num_parameters,))

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        received = channels(inputs[0]) if len(inputs[0]) > 1 else 1
        if received is not None and self.num_parameters not in (1, received):
            message = f"PReLU has {self.num_parameters} slopes but receives {received} channels"
            yield Misfit("norm-num-features", message, self.num_parameters, received)


@op("rrelu", functions=("rrelu",))
class RReLU(Elementwise):
    """Leaky ReLU whose slope is random in training, the mean of its bounds otherwise."""

    lower: float = arg("", 0.125, number)
    upper: float = arg("", 1 / 3, number)
    inplace: bool = arg("", False, flag)


@op("elu", functions=("elu",))
class ELU(Elementwise):
    """x where positive, alpha * (exp(x) - 1) elsewhere."""

    alpha: float = arg("", 1.0, number)
    inplace: bool = arg("", False, flag)


@op("celu", functions=("celu",))
class CELU(Elementwise):
    """max(0, x) + min(0, alpha * (exp(x / alpha) - 1))."""

    alpha: float = arg("", 1.0, number)
    inplace: bool = arg("", False, flag)


@op("selu", functions=("selu",))
class SELU(Elementwise):
    """A scaled ELU that keeps mean and variance."""

    inplace: bool = arg("", False, flag)


@op("gelu", functions=("gelu",))
class GELU(Elementwise):
    """x * Phi(x), with the normal distribution function Phi."""

    approximate: str = arg("", "none", choice("none", "tanh"))


@op("silu", "swish", functions=("silu",))
class SiLU(Elementwise):
    """x * sigmoid(x)."""

    inplace: bool = arg("", False, flag)


@op("mish", functions=("mish",))
class Mish(Elementwise):
    """x * tanh(softplus(x))."""

    inplace: bool = arg("", False, flag)


@op("sigmoid", functions=("sigmoid",))
class Sigmoid(Elementwise):
    """1 / (1 + exp(-x))."""


@op("tanh", functions=("tanh",))
class Tanh(Elementwise):
    """The hyperbolic tangent."""


@op("hardtanh", functions=("hardtanh",))
class Hardtanh(Elementwise):
    """x clipped to [min_val, max_val]."""

    min_val: float = arg("", -1.0, number)
    max_val: float = arg("", 1.0, number)
    inplace: bool = arg("", False, flag)


@op("hardsigmoid", functions=("hardsigmoid",))
class Hardsigmoid(Elementwise):
    """x / 6 + 1/2, clipped to [0, 1]."""

    inplace: bool = arg("", False, flag)


@op("hardswish", "hswish", functions=("hardswish",))
class Hardswish(Elementwise):
    """x * hardsigmoid(x)."""

    inplace: bool = arg("", False, flag)


@op("hardshrink", functions=("hardshrink",))
class Hardshrink(Elementwise):
    """x, and 0 where |x| <= lambd."""

    lambd: float = arg("", 0.5, number)


@op("softshrink", functions=("softshrink",))
class Softshrink(Elementwise):
    """x moved by lambd towards 0."""

    lambd: float = arg("", 0.5, number)


@op("tanhshrink", functions=("tanhshrink",))
class Tanhshrink(Elementwise):
    """x - tanh(x)."""


@op("softplus", functions=("softplus",))
class Softplus(Elementwise):
    """log(1 + exp(beta * x)) / beta."""

    beta: float = arg("", 1.0, number)
    threshold: float = arg("", 20.0, number)


@op("softsign", functions=("softsign",))
class Softsign(Elementwise):
    """x / (1 + |x|)."""


@op("logsigmoid", functions=("logsigmoid",))
class LogSigmoid(Elementwise):
    """log(sigmoid(x))."""


@op("threshold", functions=("threshold",))
class Threshold(Elementwise):
    """x above the threshold, value elsewhere."""

    threshold: float = arg("", convert=number)
    value: float = arg("", convert=number)
    inplace: bool = arg("", False, flag)


@op("glu", functions=("glu",))
class GLU(Op):
    """a * sigmoid(b), where a and b are the halves of dim `dim`."""

    dim: int = arg("", -1, integer)

    def _halved(self, shape: Shape) -> int | None:
        dim = self.dim + len(shape) if self.dim < 0 else self.dim
        return dim if 0 <= dim < len(shape) else None

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        dim = self._halved(inputs[0])
        size = None if dim is None else inputs[0][dim]
        if dim is None or (size is not None and size % 2):
            message = f"GLU cannot halve dim {self.dim} of {format_shape(inputs[0])}"
            yield Misfit("split-size", message, "an even size", size)

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape, dim = list(inputs[0]), self._halved(inputs[0])
        if dim is not None:
            size = shape[dim]
            shape[dim] = None if size is None else max(size // 2, 1)
        return tuple(shape)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        along: list[Along | None] = [Along(dim) for dim in range(len(output))]
        dim = self._halved(inputs[0])
        half = None if dim is None else output[dim]
        if dim is not None:
            halves = None if half is None else IndexMap((range(0, 2 * half, half),), 1)
            along[dim] = None if halves is None else Along(dim, halves)
        return ((Dims(inputs[0], output, tuple(along)),),)


def mixing(shape: Shape, dims: set[int]) -> Read:
    """The read of an op that keeps the shape and mixes each position along `dims`."""
    along = tuple(Along(dim, "mix" if dim in dims else "keep") for dim in range(len(shape)))
    return (Dims(shape, shape, along),)


class _Softmax(Op):
    """An op whose output at each position depends on all positions along `dim`."""

    field_rule = "everything along dim"

    dim: int | None = arg("", None, maybe(integer))

    def _dim(self, shape: Shape) -> int:
        # torch's choice where none is given: channels, except for 0, 1 and 3 dims.
        if self.dim is None:
            return 0 if len(shape) in (0, 1, 3) else 1
        return self.dim + max(len(shape), 1) if self.dim < 0 else self.dim

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if not 0 <= self._dim(inputs[0]) < max(len(inputs[0]), 1):
            message = f"{self.type} has dim={self.dim} but receives {format_shape(inputs[0])}"
            yield Misfit("dims", message, self.dim, len(inputs[0]))

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        return (mixing(output, {self._dim(inputs[0])}),)


@op("softmax", functions=("softmax",))
class Softmax(_Softmax):
    """exp(x) divided by its sum along `dim`."""


@op("logsoftmax", functions=("log_softmax",))
class LogSoftmax(_Softmax):
    """The logarithm of the softmax along `dim`."""


@op("softmin", functions=("softmin",))
class Softmin(_Softmax):
    """The softmax of -x along `dim`."""


@op("softmax2d")
class Softmax2d(Op):
    """The softmax over the channels at each position."""

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if len(inputs[0]) not in (3, 4):
            message = f"Softmax2d expects 4 dims but receives {format_shape(inputs[0])}"
            yield Misfit("dims", message, 4, len(inputs[0]))

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        return (mixing(output, {len(output) - 3}),)


def probability(value: Any, rank: int) -> float:
    """A number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("a probability from 0 to 1")
    return value


class _Dropout(Elementwise):
    """Set random values to 0 in training; nothing at inference."""

    p: float = arg("", 0.5, probability)
    inplace: bool = arg("", False, flag)

    def aliases(self) -> bool:
        return True  # at inference torch returns the input itself


@op("dropout", functions=("dropout",))
class Dropout(_Dropout):
    """Set random elements to 0 in training; nothing at inference."""


@op("dropout1d", functions=("dropout1d",))
class Dropout1d(_Dropout):
    """Set random channels of sequences to 0 in training; nothing at inference."""

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if len(inputs[0]) not in (2, 3):
            message = f"Dropout1d expects 3 dims but receives {format_shape(inputs[0])}"
            yield Misfit("dims", message, 3, len(inputs[0]))


@op("dropout2d", functions=("dropout2d",))
class Dropout2d(_Dropout):
    """Set random channels of images to 0 in training; nothing at inference."""


@op("dropout3d", functions=("dropout3d",))
class Dropout3d(_Dropout):
    """Set random channels of volumes to 0 in training; nothing at inference."""


@op("alphadropout", functions=("alpha_dropout",))
class AlphaDropout(_Dropout):
    """Dropout that keeps mean and variance, for SELU networks."""


@op("featurealphadropout", functions=("feature_alpha_dropout",))
class FeatureAlphaDropout(_Dropout):
    """Alpha dropout of whole channels."""


@op("droppath", "stochasticdepth", torch="")
class StochasticDepth(Elementwise):
    """Drop a whole residual branch at random in training; nothing at inference.

    Huang et al., "Deep Networks with Stochastic Depth", 2016; torchvision.ops has it.
    """

    p: float = arg("", convert=probability)
    mode: str = arg("", "row", choice("row", "batch"))

    def aliases(self) -> bool:
        return True


@op("identity")
class Identity(Elementwise):
    """The input, unchanged."""

    def aliases(self) -> bool:
        return True
