"""Normalisations. Affine parameters and running buffers are counted apart.

The field is that of inference: batch statistics are constants then. Norms whose statistics
are taken from the input itself (layer, group and instance norm over space) mix positions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from ..errors import OpError
from ..finding import Misfit
from ..formula import Formula
from ..indexmap import window
from ..layout import Along, Dims, Read
from ..shape import Shape, Size, format_shape, product
from .arguments import arg, count, each, flag, number
from .arguments import optional as maybe
from .base import Op, channels
from .held import Held, parameters, statistics
from .registry import op


def normalised(shape: Shape, dims: set[int]) -> Read:
    """The read of a norm over `dims`: each position by itself, and the statistics of all."""
    along = tuple(Along(dim, "gate" if dim in dims else "keep") for dim in range(len(shape)))
    return (Dims(shape, shape, along),)


class _ChannelNorm(Op):
    """A norm with `num_features` channels in dim 1."""

    num_features: int | None
    affine: bool
    track_running_stats: bool

    def complete(self, inputs: tuple[Shape, ...]) -> Op:
        received = self._channels(inputs[0])
        if self.num_features is None and received is not None:
            return self.replace(num_features=received)
        return self

    def tensors(self) -> tuple[Held, ...]:
        features = (self.num_features,)
        affine = features if self.affine else None
        kept = statistics(self.num_features) if self.track_running_stats else ()
        return (*parameters(weight=affine, bias=affine), *kept)

    def _ranks(self) -> tuple[int, ...]:
        """How many dims the input may have; none: any."""
        return (self.rank + 2,)

    def _channels(self, shape: Shape) -> Size:
        return channels(shape)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        shape, expected = inputs[0], self.num_features
        wanted = self._ranks()
        if self.rank and len(shape) not in wanted:
            text = " or ".join(map(str, wanted))
            yield Misfit(
                "dims",
                f"{self.type} expects {text} dims but receives {format_shape(shape)}",
                text,
                len(shape),
            )
            return
        received = self._channels(shape)
        if self._uses_features() and None not in (received, expected) and received != expected:
            yield Misfit(
                "norm-num-features",
                f"{self.type} expects {expected} channels but receives {received}",
                expected,
                received,
                f"{self.type}({received})",
            )

    def _too_few_values(self, shape: Shape, dims: Iterable[int]) -> Iterator[Misfit]:
        """The misfit of statistics over `dims` of the input that are of one value."""
        single = all(shape[dim] == 1 for dim in dims)
        if single and len(shape) in self._ranks() and not getattr(self, "track_running_stats", 1):
            message = f"{self.type} has statistics of one value only in {format_shape(shape)}"
            yield Misfit("input-too-small", message, 2, 1)

    def _uses_features(self) -> bool:
        """Has it anything of the size `num_features`?"""
        return bool(getattr(self, "affine", True) or getattr(self, "track_running_stats", True))


class _BatchNorm(_ChannelNorm):
    """Normalise each channel by its mean and variance over the batch and all positions."""

    num_features: int | None = arg("c", inferred=True)
    eps: float = arg("", 1e-5, number)
    momentum: float | None = arg("", 0.1, maybe(number))
    affine: bool = arg("a", True, flag)
    track_running_stats: bool = arg("t", True, flag)

    params: ClassVar[Formula] = Formula("2*c*a")
    # Running mean and variance, and the number of batches seen.
    buffers: ClassVar[Formula] = Formula("(2*c + 1)*t")

    def _ranks(self) -> tuple[int, ...]:
        return (2, 3) if self.rank == 1 else (self.rank + 2,)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        yield from super().check(inputs)
        shape = inputs[0]
        yield from self._too_few_values(shape, [dim for dim in range(len(shape)) if dim != 1])

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        if self.track_running_stats:
            return super().reads(inputs, output)
        return (normalised(output, set(range(len(output))) - {1}),)


class _InstanceNorm(_ChannelNorm):
    """Normalise each channel of each sample by its mean and variance over its positions."""

    field_rule = "position by position; all through the statistics, which act as a gate"

    num_features: int | None = arg("c", inferred=True)
    eps: float = arg("", 1e-5, number)
    momentum: float | None = arg("", 0.1, maybe(number))
    affine: bool = arg("a", False, flag)
    track_running_stats: bool = arg("t", False, flag)

    params: ClassVar[Formula] = Formula("2*c*a")
    buffers: ClassVar[Formula] = Formula("(2*c + 1)*t")

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        yield from super().check(inputs)
        yield from self._too_few_values(inputs[0], range(*self._axes(inputs[0])))

    def _ranks(self) -> tuple[int, ...]:
        return (self.rank + 1, self.rank + 2)  # the batch may be left out

    def _axes(self, shape: Shape) -> tuple[int, int]:
        """The first spatial dim, and the one after the last."""
        return (1 if len(shape) == self.rank + 1 else 2), len(shape)

    def _channels(self, shape: Shape) -> Size:
        dim = self._axes(shape)[0] - 1
        return shape[dim] if dim < len(shape) else None

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        dims = set() if self.track_running_stats else set(range(*self._axes(output)))
        return (normalised(output, dims),)


_BATCH, _INSTANCE = ("batchnorm", "bn"), ("instancenorm", "in")


@op(*_BATCH, "batchnorm1d", "bn1d")
class BatchNorm1d(_BatchNorm):
    rank = 1


@op(*_BATCH, "batchnorm2d", "bn2d")
class BatchNorm2d(_BatchNorm):
    rank = 2


@op(*_BATCH, "batchnorm3d", "bn3d")
class BatchNorm3d(_BatchNorm):
    rank = 3


@op(*_INSTANCE, "instancenorm1d")
class InstanceNorm1d(_InstanceNorm):
    rank = 1


@op(*_INSTANCE, "instancenorm2d")
class InstanceNorm2d(_InstanceNorm):
    rank = 2


@op(*_INSTANCE, "instancenorm3d")
class InstanceNorm3d(_InstanceNorm):
    rank = 3


@op("groupnorm", "gn")
class GroupNorm(Op):
    """Normalise groups of channels of each sample over their positions."""

    field_rule = "position by position; all through the statistics, which act as a gate"

    least_dims = 2

    num_groups: int = arg("g")
    num_channels: int | None = arg("c", inferred=True)
    eps: float = arg("", 1e-5, number)
    affine: bool = arg("a", True, flag)

    params: ClassVar[Formula] = Formula("2*c*a")

    def tensors(self) -> tuple[Held, ...]:
        affine = (self.num_channels,) if self.affine else None
        return parameters(weight=affine, bias=affine)

    def validate(self) -> None:
        if self.num_channels is not None and self.num_channels % self.num_groups:
            raise OpError(
                f"GroupNorm: num_groups={self.num_groups} does not divide "
                f"num_channels={self.num_channels}"
            )

    def complete(self, inputs: tuple[Shape, ...]) -> Op:
        received = channels(inputs[0])
        if self.num_channels is None and received is not None and received % self.num_groups == 0:
            return self.replace(num_channels=received)
        return self

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        received, expected = channels(inputs[0]), self.num_channels
        if (received is not None and expected is None) or (
            received is not None and expected is not None and received % self.num_groups
        ):
            message = f"num_groups={self.num_groups} does not divide the {received} channels"
            yield Misfit("groups", message, self.num_groups, received)
        elif received is not None and received != expected and self.affine:
            message = f"GroupNorm expects {expected} channels but receives {received}"
            yield Misfit(
                "norm-num-features",
                message,
                expected,
                received,
                f"GroupNorm({self.num_groups}, {received})",
            )

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        return (normalised(output, set(range(1, len(output)))),)


class _TrailingNorm(Op):
    """A norm over the last dims, which `normalized_shape` names."""

    field_rule = "position by position; the last dims through the statistics"

    least_dims = 1

    normalized_shape: Any
    elementwise_affine: bool

    def _sizes(self) -> Shape | None:
        """The sizes of a weight; None where there are none."""
        if not self.elementwise_affine:
            return None
        return (None,) if self.normalized_shape is None else tuple(self.normalized_shape)

    def validate(self) -> None:
        if self.normalized_shape == ():
            raise OpError(f"{self.type} needs at least one size in normalized_shape")

    def complete(self, inputs: tuple[Shape, ...]) -> Op:
        received = inputs[0][-1]
        if self.normalized_shape is None and received is not None:
            return self.replace(normalized_shape=received)
        return self

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        expected = self.normalized_shape
        if expected is None:
            return
        received = inputs[0][-len(expected) :]
        if len(received) != len(expected) or any(
            size not in (None, wanted) for size, wanted in zip(received, expected, strict=True)
        ):
            yield Misfit(
                "norm-num-features",
                f"{self.type} expects the last dims {format_shape(expected)} "
                f"but receives {format_shape(received)}",
                list(expected),
                list(received),
            )

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        last = len(self.normalized_shape or (1,))
        return (normalised(output, set(range(len(output) - last, len(output)))),)

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        normalized: Size = None
        if self.normalized_shape is not None:
            normalized = product(self.normalized_shape)
        return {**super().symbols(inputs, output), "E": normalized}

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        return super().symbol_names() | {"E"}


@op("layernorm", "ln")
class LayerNorm(_TrailingNorm):
    """Normalise each sample over its last dims."""

    normalized_shape: Any = arg("", convert=each(count), inferred=True)
    eps: float = arg("", 1e-5, number)
    elementwise_affine: bool = arg("a", True, flag)
    bias: bool = arg("b", True, flag)

    params: ClassVar[Formula] = Formula("E*a*(1 + b)")

    def tensors(self) -> tuple[Held, ...]:
        sizes = self._sizes()
        return parameters(weight=sizes, bias=sizes if self.bias else None)


@op("rmsnorm")
class RMSNorm(_TrailingNorm):
    """Divide each sample by the root mean square over its last dims."""

    normalized_shape: Any = arg("", convert=each(count), inferred=True)
    eps: float | None = arg("", None, maybe(number))
    elementwise_affine: bool = arg("a", True, flag)

    params: ClassVar[Formula] = Formula("E*a")

    def tensors(self) -> tuple[Held, ...]:
        return parameters(weight=self._sizes())


@op("localresponsenorm", "lrn", functions=("local_response_norm",))
class LocalResponseNorm(Op):
    """Divide by a power of the mean square over `size` neighbouring channels."""

    least_dims = 3

    size: int = arg("k")
    alpha: float = arg("", 1e-4, number)
    beta: float = arg("", 0.75, number)
    k: float = arg("", 1.0, number)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        neighbours = window(self.size, 1, self.size // 2, 1, "zeros")
        along = [Along(dim) for dim in range(len(output))]
        along[1] = Along(1, neighbours)
        return ((Dims(output, output, tuple(along)),),)
