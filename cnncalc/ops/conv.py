"""Convolutions and transposed convolutions in 1, 2 and 3 dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..errors import OpError
from ..finding import Misfit
from ..formula import Formula
from ..indexmap import Border, IndexMap, transposed_window
from ..shape import Shape, Size
from .arguments import arg, axes, choice, count, flag, natural, span
from .base import Op
from .held import Held, parameters
from .registry import op
from .window import AXIS_NAMES, SlidingWindow, Windowed

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
#: Value of `groups` that makes a convolution depthwise, whatever its input's channels.
DEPTHWISE = "depthwise"


def groups(value: Any, rank: int) -> int | str:
    """A positive whole number, or the word depthwise (as many groups as channels)."""
    return DEPTHWISE if value == DEPTHWISE else count(value, rank)


def conv_padding(value: Any, rank: int) -> Any:
    """Positions per axis, or torch's words `same` and `valid`."""
    return value if value in ("same", "valid") else axes(natural)(value, rank)


class Convolution(Windowed):
    """The channel bookkeeping of convolutions, transposed or not."""

    channelwise = False

    in_channels: int | None
    out_channels: int | None
    groups: int | str
    kernel_size: Any
    bias: bool

    def _per_group(self, channels: Size) -> Size:
        """The channels of one group; None where the input decides."""
        if channels is None or isinstance(self.groups, str):
            return None
        return channels // self.groups

    def _filters(self, first: Size, second: Size) -> tuple[Held, ...]:
        """The kernels, `first` times `second` of them, and the bias."""
        bias = (self.out_channels,) if self.bias else None
        return parameters(weight=(first, second, *self.kernel_size), bias=bias)

    def complete(self, inputs: tuple[Shape, ...]) -> Op:
        received = self.in_channels or self._channels(inputs[0])
        changes: dict[str, Any] = {}
        if received is not None and self.in_channels is None:
            changes["in_channels"] = received
        if self.groups == DEPTHWISE and received is not None:
            changes["groups"] = received
            changes["out_channels"] = self.out_channels or received
        return self.replace(**changes) if changes else self

    def validate(self) -> None:
        if isinstance(self.groups, str) or self.groups == 1:
            return
        for name in ("in_channels", "out_channels"):
            size = getattr(self, name)
            if size is not None and size % self.groups:
                raise OpError(
                    f"{self.type}: groups={self.groups} does not divide {name}={size}",
                    help="both channel counts must be multiples of groups",
                )

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        received = self._channels(inputs[0])
        known = self._well_shaped(inputs[0]) and None not in (received, self.in_channels)
        if known and received != self.in_channels:
            yield Misfit(
                "conv-in-channels",
                f"{self.type} expects {self.in_channels} channels but receives {received}",
                self.in_channels,
                received,
                f"in_channels={received} would fit",
            )
        yield from super().check(inputs)

    def out_channels_of(self, inputs: tuple[Shape, ...]) -> Size:
        return self.out_channels

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        values = super().symbols(inputs, output)
        if values["g"] == DEPTHWISE:
            values["g"] = None
        return values


class _Conv(Convolution, SlidingWindow):
    """Slide `out_channels` kernels along the input; each output value is one dot product."""

    in_channels: int | None = arg("ci", inferred=True)
    out_channels: int | None = arg("co", inferred=True)
    kernel_size: Any = arg("k", convert=axes(span))
    stride: Any = arg("s", 1, axes(span))
    padding: Any = arg("p", 0, conv_padding)
    dilation: Any = arg("d", 1, axes(span))
    groups: int | str = arg("g", 1, groups)
    bias: bool = arg("b", True, flag)
    padding_mode: str = arg("", "zeros", choice(*PADDING_MODES))

    params: ClassVar[Formula] = Formula("co*(ci // g)*K + b*co")
    macs: ClassVar[Formula] = Formula("N*O*co*(ci // g)*K")

    def tensors(self) -> tuple[Held, ...]:
        return self._filters(self.out_channels, self._per_group(self.in_channels))

    def validate(self) -> None:
        super().validate()
        if self.padding == "same" and any(step != 1 for step in self.stride):
            raise OpError(f'{self.type}: padding="same" is not defined for a stride above 1')

    def pads(self, axis: int) -> tuple[int, int]:
        if self.padding == "same":
            # The odd one out is added at the end, as in torch.
            total = self.dilation[axis] * (self.kernel_size[axis] - 1)
            return (total // 2, total - total // 2)
        if self.padding == "valid":
            return (0, 0)
        return (self.padding[axis], self.padding[axis])

    def border(self) -> Border:
        mode: Border = self.padding_mode  # type: ignore[assignment]  # one of PADDING_MODES
        return mode

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        yield from super().check(inputs)
        if self.padding_mode not in ("reflect", "circular") or not self._well_shaped(inputs[0]):
            return
        for axis, size in enumerate(inputs[0][-self.rank :]):
            most = (size or 0) - (self.padding_mode == "reflect")
            if size is not None and max(self.pads(axis)) > most:
                yield Misfit(
                    "padding-too-large",
                    f"{self.padding_mode} padding of {max(self.pads(axis))} needs a larger "
                    f"{AXIS_NAMES[self.rank][axis]} than {size}",
                    most,
                    max(self.pads(axis)),
                )


class _ConvTranspose(Convolution):
    """Write a kernel into the output for each input position: a convolution's gradient."""

    field_rule = "the (j + p - t*d) / s that are whole, for the taps t < k"

    in_channels: int | None = arg("ci", inferred=True)
    out_channels: int | None = arg("co", inferred=True)
    kernel_size: Any = arg("k", convert=axes(span))
    stride: Any = arg("s", 1, axes(span))
    padding: Any = arg("p", 0, axes(natural))
    output_padding: Any = arg("op", 0, axes(natural))
    groups: int | str = arg("g", 1, groups)
    bias: bool = arg("b", True, flag)
    dilation: Any = arg("d", 1, axes(span))
    padding_mode: str = arg("", "zeros", choice("zeros"))

    out_size: ClassVar[Formula | None] = Formula("(i - 1)*s - 2*p + d*(k - 1) + op + 1")
    params: ClassVar[Formula] = Formula("ci*(co // g)*K + b*co")
    macs: ClassVar[Formula] = Formula("N*I*ci*(co // g)*K")

    def tensors(self) -> tuple[Held, ...]:
        return self._filters(self.in_channels, self._per_group(self.out_channels))

    def validate(self) -> None:
        super().validate()
        for extra, step, gap in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if extra >= max(step, gap):
                raise OpError(
                    f"{self.type}: output_padding={extra} must be smaller than "
                    f"the stride or the dilation, here {max(step, gap)}"
                )

    def axis_size(self, axis: int, size: int) -> int:
        reach = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
        grown = (size - 1) * self.stride[axis] + reach
        return int(grown - 2 * self.padding[axis] + self.output_padding[axis])

    def axis_map(self, axis: int, size: Size, output: Size) -> IndexMap | None:
        return transposed_window(
            self.kernel_size[axis], self.stride[axis], self.padding[axis], self.dilation[axis]
        )


_CONV = ("conv", "convolution")
_TRANSPOSED = ("convtranspose", "deconv", "tconv", "upconv")


@op(*_CONV, "conv1d")
class Conv1d(_Conv):
    rank = 1


@op(*_CONV, "conv2d")
class Conv2d(_Conv):
    rank = 2


@op(*_CONV, "conv3d")
class Conv3d(_Conv):
    rank = 3


@op(*_TRANSPOSED, "convtranspose1d", "deconv1d")
class ConvTranspose1d(_ConvTranspose):
    rank = 1


@op(*_TRANSPOSED, "convtranspose2d", "deconv2d")
class ConvTranspose2d(_ConvTranspose):
    rank = 2


@op(*_TRANSPOSED, "convtranspose3d", "deconv3d")
class ConvTranspose3d(_ConvTranspose):
    rank = 3
