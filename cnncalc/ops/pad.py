"""Padding as an op of its own, in torch's modes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..finding import Misfit
from ..indexmap import window
from ..layout import Along, Dims, Read
from ..shape import Shape, format_shape
from .arguments import arg, choice, each, integer, number
from .arguments import optional as maybe
from .base import Op
from .registry import op

PAD_MODES = ("constant", "reflect", "replicate", "circular")


class _Pad(Op):
    """Positions added around the last dims (negative: cut off), before and after each.

    `padding` starts with the last dim, as in torch: (left, right, top, bottom, front, back).
    """

    field_rule = "position j - p; in the border what it copies"

    padding: Any
    border_mode: ClassVar[str] = "constant"

    def _mode(self) -> str:
        return self.border_mode

    def _pairs(self, shape: Shape) -> dict[int, tuple[int, int]]:
        pairs = zip(self.padding[::2], self.padding[1::2], strict=True)
        return {len(shape) - 1 - index: pair for index, pair in enumerate(pairs)}

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        shape, mode = inputs[0], self._mode()
        axes = len(self.padding) // 2
        if mode != "constant" and len(shape) not in (axes + 1, axes + 2):
            message = f"{mode} padding along {axes} dims expects {axes + 2} dims in all"
            message += f" but receives {format_shape(shape)}"
            yield Misfit("dims", message, axes + 2, len(shape))
            return
        for dim, (before, after) in self._pairs(shape).items():
            if dim < 0:
                message = f"{self.type}{self.padding} pads more dims than {format_shape(shape)} has"
                yield Misfit("dims", message, len(self.padding) // 2, len(shape))
                return
            size = shape[dim]
            if size is None:
                continue
            if size + before + after < 1:
                message = f"{self.type}{self.padding} leaves nothing of {format_shape(shape)}"
                yield Misfit("input-too-small", message, None, size)
            most = {"reflect": size - 1, "circular": size}.get(mode)
            if most is not None and max(before, after) > most:
                message = f"{mode} padding of {max(before, after)} needs more than {size} positions"
                yield Misfit("padding-too-large", message, most, max(before, after))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape = list(inputs[0])
        for dim, (before, after) in self._pairs(inputs[0]).items():
            size = shape[dim] if dim >= 0 else None
            if size is not None:
                shape[dim] = size + before + after if size + before + after > 0 else None
        return tuple(shape)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        if self._mode() == "circular" and min(self.padding, default=0) < 0:
            return (self._cropped_and_wrapped(inputs[0], output),)
        along = [Along(dim) for dim in range(len(output))]
        border: Any = "zeros" if self._mode() == "constant" else self._mode()
        for dim, (before, after) in self._pairs(inputs[0]).items():
            if dim >= 0 and (before or after):
                along[dim] = Along(dim, window(1, 1, before, 1, border))
        return ((Dims(inputs[0], output, tuple(along)),),)

    def _cropped_and_wrapped(self, shape: Shape, output: Shape) -> Read:
        """torch cuts off what negative sizes say before it continues the rest all around."""
        cropped = list(shape)
        cut = [Along(dim) for dim in range(len(output))]
        wrap = list(cut)
        for dim, (before, after) in self._pairs(shape).items():
            size = shape[dim] if dim >= 0 else None
            if size is not None:
                rest = size + min(before, 0) + min(after, 0)
                cropped[dim] = rest if rest > 0 else None
                cut[dim] = Along(dim, window(1, 1, min(before, 0), 1, "zeros"))
                wrap[dim] = Along(dim, window(1, 1, max(before, 0), 1, "circular"))
        middle = tuple(cropped)
        return (Dims(shape, middle, tuple(cut)), Dims(middle, output, tuple(wrap)))


def pad_sizes(value: Any, rank: int) -> tuple[int, ...]:
    """A size for all sides, or one for each side."""
    sizes: tuple[int, ...] = each(integer)(value, rank)
    if len(sizes) == 1 and rank:
        return sizes * (2 * rank)
    if len(sizes) % 2 or (rank and len(sizes) != 2 * rank):
        raise ValueError(f"one size or {2 * rank}" if rank else "pairs of sizes, last dim first")
    return sizes


@op("pad", functions=("pad",), torch="")
class Pad(_Pad):
    """Positions added around the last dims, as torch.nn.functional.pad does."""

    padding: Any = arg("", convert=pad_sizes)
    mode: str = arg("", "constant", choice(*PAD_MODES))
    value: float | None = arg("", None, maybe(number))

    def _mode(self) -> str:
        return self.mode


class _SizedPad(_Pad):
    padding: Any = arg("", convert=pad_sizes)


class _ConstantPad(_SizedPad):
    """A constant around the last dims."""

    value: float = arg("", convert=number)


class _ZeroPad(_SizedPad):
    """Zeros around the last dims."""


class _ReflectionPad(_SizedPad):
    """The border mirrored around the last dims, without its own position."""

    border_mode = "reflect"


class _ReplicationPad(_SizedPad):
    """The border position repeated around the last dims."""

    border_mode = "replicate"


class _CircularPad(_SizedPad):
    """The opposite border continued around the last dims."""

    border_mode = "circular"


@op("zeropad", "zeropad1d")
class ZeroPad1d(_ZeroPad):
    rank = 1


@op("zeropad", "zeropad2d")
class ZeroPad2d(_ZeroPad):
    rank = 2


@op("zeropad", "zeropad3d")
class ZeroPad3d(_ZeroPad):
    rank = 3


@op("constantpad", "constantpad1d")
class ConstantPad1d(_ConstantPad):
    rank = 1


@op("constantpad", "constantpad2d")
class ConstantPad2d(_ConstantPad):
    rank = 2


@op("constantpad", "constantpad3d")
class ConstantPad3d(_ConstantPad):
    rank = 3


@op("reflectionpad", "reflectionpad1d")
class ReflectionPad1d(_ReflectionPad):
    rank = 1


@op("reflectionpad", "reflectionpad2d")
class ReflectionPad2d(_ReflectionPad):
    rank = 2


@op("reflectionpad", "reflectionpad3d")
class ReflectionPad3d(_ReflectionPad):
    rank = 3


@op("replicationpad", "replicationpad1d")
class ReplicationPad1d(_ReplicationPad):
    rank = 1


@op("replicationpad", "replicationpad2d")
class ReplicationPad2d(_ReplicationPad):
    rank = 2


@op("replicationpad", "replicationpad3d")
class ReplicationPad3d(_ReplicationPad):
    rank = 3


@op("circularpad", "circularpad1d")
class CircularPad1d(_CircularPad):
    rank = 1


@op("circularpad", "circularpad2d")
class CircularPad2d(_CircularPad):
    rank = 2


@op("circularpad", "circularpad3d")
class CircularPad3d(_CircularPad):
    rank = 3
