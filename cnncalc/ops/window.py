"""What convolutions and poolings share: a window that slides along the spatial axes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..finding import Misfit
from ..formula import Formula
from ..indexmap import Border, IndexMap, window
from ..layout import Along, Dims, Read
from ..shape import Shape, Size, format_shape, product
from .base import Op

AXIS_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class Windowed(Op):
    """An op on `(N, C, *spatial)`, or `(C, *spatial)` as in torch, with a rule per spatial axis.

    A subclass gives `axis_map` (which positions are read) and `axis_size` (how many come out).
    """

    def axis_size(self, axis: int, size: int) -> int:
        """Output positions along one axis; zero or less where the input is too small."""
        raise TypeError(f"{self.type} has no size rule")

    def axis_map(self, axis: int, size: Size, output: Size) -> IndexMap | None:
        """Which input positions an output position reads; None: all of them."""
        raise TypeError(f"{self.type} has no field rule")

    def out_channels_of(self, inputs: tuple[Shape, ...]) -> Size:
        """Channels of the output."""
        return self._channels(inputs[0])

    def _well_shaped(self, shape: Shape) -> bool:
        return len(shape) - self.rank in (1, 2)

    def _channels(self, shape: Shape) -> Size:
        """The channels of an input; None where there are none."""
        return shape[-self.rank - 1] if len(shape) > self.rank else None

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        shape = inputs[0]
        if not self._well_shaped(shape):
            wanted = f"{self.rank + 2} dims (N, C, {', '.join(AXIS_NAMES[self.rank])})"
            yield Misfit(
                "dims",
                f"{self.type} expects {wanted} but receives {format_shape(shape)}",
                self.rank + 2,
                len(shape),
            )
            return
        for axis, size in enumerate(shape[-self.rank :]):
            if size is not None and self.axis_size(axis, size) < 1:
                yield self._too_small(axis, size)

    def _too_small(self, axis: int, size: int) -> Misfit:
        return Misfit(
            "input-too-small",
            f"{self.type} leaves nothing of a {AXIS_NAMES[self.rank][axis]} of {size}",
            None,
            size,
        )

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape = inputs[0]
        if not self._well_shaped(shape):
            return (shape[0] if shape else None, *(None,) * (self.rank + 1))
        sizes = []
        for axis, size in enumerate(shape[-self.rank :]):
            result = None if size is None else self.axis_size(axis, size)
            sizes.append(result if result is None or result > 0 else None)
        return (*shape[: -self.rank - 1], self.out_channels_of(inputs), *sizes)

    #: Does an output channel read its own input channel only?
    channelwise: ClassVar[bool] = True

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shape = inputs[0]
        if not self._well_shaped(shape):
            batch = Along(0) if shape else None
            return ((Dims(shape, output, (batch, *(None,) * (self.rank + 1))),),)
        first = len(shape) - self.rank
        along: list[Along | None] = [Along(dim) for dim in range(first)]
        along[-1] = along[-1] if self.channelwise else None
        maps: list[IndexMap | None] = []
        for axis in range(self.rank):
            index_map = self.axis_map(axis, shape[axis + first], output[axis + first])
            # Equal axes share one map, so that their fields are worked out once.
            index_map = next((known for known in maps if known == index_map), index_map)
            maps.append(index_map)
            along.append(Along(axis + first, "mix" if index_map is None else index_map))
        return ((Dims(shape, output, tuple(along)),),)

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        values = super().symbols(inputs, output)
        for name in ("k", "s", "p", "d"):
            if isinstance(values.get(name), tuple):
                values[name.upper()] = product(values[name])
        values["O"] = product(output[-self.rank :])
        values["I"] = product(inputs[0][-self.rank :])
        values["c"] = self._channels(inputs[0])
        if len(inputs[0]) == self.rank + 1:
            values["N"] = 1
        return values

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        return super().symbol_names() | {"K", "O", "I", "c"}


class SlidingWindow(Windowed):
    """A window of `kernel_size` taps, `dilation` apart, moved by `stride`."""

    field_rule = "d*(k - 1) + 1 positions, moved by s, the first at -p"

    kernel_size: Any
    stride: Any
    padding: Any

    out_size: ClassVar[Formula | None] = Formula("(i + 2*p - d*(k - 1) - 1) // s + 1")

    def pads(self, axis: int) -> tuple[int, int]:
        """Padding before and after the axis."""
        return (self.padding[axis], self.padding[axis])

    def border(self) -> Border:
        """What stands outside the input."""
        return "zeros"

    def dilation_of(self, axis: int) -> int:
        """Distance of the taps."""
        dilation = getattr(self, "dilation", None)
        return 1 if dilation is None else int(dilation[axis])

    def axis_size(self, axis: int, size: int) -> int:
        before, after = self.pads(axis)
        reach = self.dilation_of(axis) * (self.kernel_size[axis] - 1) + 1
        return int((size + before + after - reach) // self.stride[axis] + 1)

    def axis_map(self, axis: int, size: Size, output: Size) -> IndexMap | None:
        return window(
            self.kernel_size[axis],
            self.stride[axis],
            self.pads(axis)[0],
            self.dilation_of(axis),
            self.border(),
        )

    def _too_small(self, axis: int, size: int) -> Misfit:
        reach = self.dilation_of(axis) * (self.kernel_size[axis] - 1) + 1
        padded = size + sum(self.pads(axis))
        name = AXIS_NAMES[self.rank][axis]
        shown = f"{size} padded to {padded}" if padded != size else str(size)
        return Misfit(
            "input-too-small",
            f"the kernel spans {reach} positions but the {name} is only {shown}",
            reach,
            padded,
            "use a larger input, a smaller kernel or more padding",
        )
