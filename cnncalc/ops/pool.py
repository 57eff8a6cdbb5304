"""Pooling: max, average and power-average windows, adaptive windows, global pooling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..errors import OpError
from ..finding import Misfit
from ..formula import Formula
from ..indexmap import IndexMap, adaptive_windows
from ..layout import Along, Dims
from ..shape import Shape, Size
from .arguments import Argument, arg, axes, count, flag, natural, number, span
from .arguments import optional as maybe
from .registry import op
from .window import AXIS_NAMES, SlidingWindow, Windowed


class _Pool(SlidingWindow):
    """A window that moves by its own size unless a stride is given."""

    ceil_mode: bool
    #: Does torch refuse sizes below the kernel's, padded or not? (So do its 3d averages.)
    unpadded: ClassVar[bool] = False

    def settle(self, values: dict[str, Any]) -> None:
        if values["stride"] is None:
            values["stride"] = values["kernel_size"]

    def default_of(self, argument: Argument) -> Any:
        return self.kernel_size if argument.name == "stride" else super().default_of(argument)

    def validate(self) -> None:
        for kernel, padding in zip(self.kernel_size, self._padding(), strict=True):
            if padding > kernel // 2:
                raise OpError(
                    f"{self.type}: padding={padding} is more than half the kernel ({kernel})"
                )

    def _padding(self) -> tuple[int, ...]:
        padding = getattr(self, "padding", None)
        return (0,) * self.rank if padding is None else tuple(padding)

    def pads(self, axis: int) -> tuple[int, int]:
        return (self._padding()[axis],) * 2

    def axis_size(self, axis: int, size: int) -> int:
        if self.unpadded and size < self.kernel_size[axis]:
            return 0
        floor = super().axis_size(axis, size)
        if not self.ceil_mode:
            return floor
        padding, stride = self._padding()[axis], self.stride[axis]
        reach = self.dilation_of(axis) * (self.kernel_size[axis] - 1) + 1
        ceil = -(-(size + 2 * padding - reach) // stride) + 1
        # The last window must start inside the input or its left padding.
        return int(ceil - 1 if (ceil - 1) * stride >= size + padding else ceil)

    def _too_small(self, axis: int, size: int) -> Misfit:
        if not self.unpadded:
            return super()._too_small(axis, size)
        kernel, name = self.kernel_size[axis], AXIS_NAMES[self.rank][axis]
        message = f"the kernel spans {kernel} positions but the {name} is only {size}"
        return Misfit("input-too-small", message, kernel, size)


class _WithIndices(Windowed):
    """A max pooling: `return_indices` adds a second output of the same shape."""

    def output_count(self) -> int:
        return 2 if getattr(self, "return_indices", False) else 1

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return (self.output(inputs),) * self.output_count()


class _MaxPool(_WithIndices, _Pool):
    """The largest value under each window."""

    kernel_size: Any = arg("k", convert=axes(span))
    stride: Any = arg("s", None, maybe(axes(span)))
    padding: Any = arg("p", 0, axes(natural))
    dilation: Any = arg("d", 1, axes(span))
    return_indices: bool = arg("", False, flag)
    ceil_mode: bool = arg("", False, flag)


class _AvgPool(_Pool):
    """The mean of each window."""

    kernel_size: Any = arg("k", convert=axes(span))
    stride: Any = arg("s", None, maybe(axes(span)))
    padding: Any = arg("p", 0, axes(natural))
    ceil_mode: bool = arg("", False, flag)
    count_include_pad: bool = arg("", True, flag)

    out_size: ClassVar[Formula | None] = Formula("(i + 2*p - k) // s + 1")


class _LPPool(_Pool):
    """The power average `(sum of x^norm_type)^(1/norm_type)` of each window."""

    norm_type: float = arg("", convert=number)
    kernel_size: Any = arg("k", convert=axes(span))
    stride: Any = arg("s", None, maybe(axes(span)))
    ceil_mode: bool = arg("", False, flag)

    out_size: ClassVar[Formula | None] = Formula("(i - k) // s + 1")


class _Adaptive(Windowed):
    """Windows of such sizes that `output_size` positions come out, whatever goes in.

    Output j reads the positions `[floor(j*n/o), ceil((j+1)*n/o))`.
    """

    field_rule = "from floor(j*i / o) to ceil((j + 1)*i / o) - 1"

    output_size: Any

    def axis_size(self, axis: int, size: int) -> int:
        wanted = self.output_size[axis]
        return size if wanted is None else int(wanted)

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape = super().output(inputs)
        wanted = [
            size if size is not None else known
            for size, known in zip(self.output_size, shape[-self.rank :], strict=True)
        ]
        return (*shape[: -self.rank], *wanted)

    def axis_map(self, axis: int, size: Size, output: Size) -> IndexMap | None:
        if output == 1 or size is None or output is None:
            return None
        return adaptive_windows(size, output)


class _AdaptiveAvgPool(_Adaptive):
    """The mean of windows chosen so that `output_size` positions come out."""

    output_size: Any = arg("o", convert=axes(maybe(span)))
    out_size: ClassVar[Formula | None] = Formula("o")


class _AdaptiveMaxPool(_WithIndices, _Adaptive):
    """The maximum of windows chosen so that `output_size` positions come out."""

    output_size: Any = arg("o", convert=axes(maybe(span)))
    return_indices: bool = arg("", False, flag)
    out_size: ClassVar[Formula | None] = Formula("o")


_MAX, _AVG, _LP = ("maxpool", "pool"), ("avgpool", "averagepool", "meanpool"), ("lppool",)
_ADAPTIVE_AVG, _ADAPTIVE_MAX = ("adaptiveavgpool",), ("adaptivemaxpool",)


@op(*_MAX, "maxpool1d", functions=("max_pool1d",))
class MaxPool1d(_MaxPool):
    rank = 1


@op(*_MAX, "maxpool2d", functions=("max_pool2d",))
class MaxPool2d(_MaxPool):
    rank = 2


@op(*_MAX, "maxpool3d", functions=("max_pool3d",))
class MaxPool3d(_MaxPool):
    rank = 3


@op(*_AVG, "avgpool1d", functions=("avg_pool1d",))
class AvgPool1d(_AvgPool):
    rank = 1


class _DividedAvgPool(_AvgPool):
    """The mean of each window; `divisor_override` replaces the number of its positions."""

    divisor_override: int | None = arg("", None, maybe(count))


@op(*_AVG, "avgpool2d", functions=("avg_pool2d",))
class AvgPool2d(_DividedAvgPool):
    rank = 2


@op(*_AVG, "avgpool3d", functions=("avg_pool3d",))
class AvgPool3d(_DividedAvgPool):
    rank = 3
    unpadded = True


@op(*_LP, "lppool1d", functions=("lp_pool1d",))
class LPPool1d(_LPPool):
    rank = 1


@op(*_LP, "lppool2d", functions=("lp_pool2d",))
class LPPool2d(_LPPool):
    rank = 2


@op(*_LP, "lppool3d", functions=("lp_pool3d",))
class LPPool3d(_LPPool):
    rank = 3
    unpadded = True


@op(*_ADAPTIVE_AVG, "adaptiveavgpool1d", functions=("adaptive_avg_pool1d",))
class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    rank = 1


@op(*_ADAPTIVE_AVG, "adaptiveavgpool2d", functions=("adaptive_avg_pool2d",))
class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    rank = 2


@op(*_ADAPTIVE_AVG, "adaptiveavgpool3d", functions=("adaptive_avg_pool3d",))
class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    rank = 3


@op(*_ADAPTIVE_MAX, "adaptivemaxpool1d", functions=("adaptive_max_pool1d",))
class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    rank = 1


@op(*_ADAPTIVE_MAX, "adaptivemaxpool2d", functions=("adaptive_max_pool2d",))
class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    rank = 2


@op(*_ADAPTIVE_MAX, "adaptivemaxpool3d", functions=("adaptive_max_pool3d",))
class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    rank = 3


class _Global(Windowed):
    """One value per channel, from all positions; the spatial axes stay, with size 1."""

    field_rule = "the whole input"

    def axis_size(self, axis: int, size: int) -> int:
        return 1

    def _well_shaped(self, shape: Shape) -> bool:
        return len(shape) > 2

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if not self._well_shaped(inputs[0]):
            yield Misfit(
                "dims",
                f"{self.type} expects spatial axes but receives {len(inputs[0])} dims",
                ">= 3",
                len(inputs[0]),
            )

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        return (*inputs[0][:2], *(1,) * len(inputs[0][2:]))

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> Any:
        along = [Along(dim, "keep" if dim < 2 else "mix") for dim in range(len(output))]
        return ((Dims(inputs[0], output, tuple(along)),),)


@op("gap", "globalavgpool", "globalaveragepool", "globalpool", torch="")
class GlobalAvgPool(_Global):
    """The mean of each channel over all positions."""


@op("gmp", "globalmaxpool", torch="")
class GlobalMaxPool(_Global):
    """The maximum of each channel over all positions."""
