"""Ops that change the resolution: interpolation, pixel shuffles, sliding patches."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, ClassVar

from ..errors import OpError
from ..finding import Misfit
from ..formula import Formula
from ..indexmap import ANTIALIASED, Scale, antialiased, resampling, transposed_window, window
from ..layout import Along, Dims, Read, Regroup
from ..shape import Shape, Size, format_shape, product
from .arguments import MAX_SPAN, arg, axes, choice, count, each, flag, natural, span
from .arguments import optional as maybe
from .base import Op
from .registry import op

MODES = ("nearest", "linear", "bilinear", "bicubic", "trilinear", "area", "nearest-exact",
         "lanczos")  # fmt: skip


#: The dims that a mode works on, where it does not work on any.
_DIMS = {"linear": 3, "bilinear": 4, "bicubic": 4, "lanczos": 4, "trilinear": 5}


def positive_number(value: Any, rank: int) -> float:
    """A number above 0."""
    least = 1 / MAX_SPAN
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not least <= value <= MAX_SPAN
    ):
        raise ValueError(f"a positive number up to {MAX_SPAN:,}")
    return value


def scale_of(value: float) -> Scale:
    """A scale factor read as it is written: 1.1 is 11/10, which floats only come close to."""
    return Scale(1 / Fraction(str(value)), 1 / value)


@op("upsample", "interpolate", "resize", functions=("interpolate",))
class Upsample(Op):
    """Resample the spatial axes to `size`, or by `scale_factor`.

    With `antialias` the filter of a mode grows with the scale where it makes an image smaller.
    """

    field_rule = "the positions around j*i / o that the mode weighs"

    size: Any = arg("", None, maybe(each(count)))
    scale_factor: Any = arg("scale_factor", None, maybe(each(positive_number)))
    mode: str = arg("", "nearest", choice(*MODES))
    align_corners: bool | None = arg("", None, maybe(flag))
    recompute_scale_factor: bool | None = arg("", None, maybe(flag))
    antialias: bool = arg("", False, flag)

    out_size: ClassVar[Formula | None] = Formula("i*scale_factor // 1")

    def validate(self) -> None:
        if (self.size is None) == (self.scale_factor is None):
            raise OpError("Upsample needs either size or scale_factor", help=self.signature())
        if self.align_corners and self.mode in ("nearest", "nearest-exact", "area"):
            raise OpError(f"Upsample: align_corners has no meaning for mode={self.mode!r}")
        if self.antialias and self.mode not in ANTIALIASED:
            raise OpError(f"Upsample: there is no antialias for mode={self.mode!r}")
        if self.mode == "lanczos" and not self.antialias:
            raise OpError("Upsample: mode='lanczos' needs antialias=True")

    def _per_axis(self, shape: Shape) -> list[tuple[Size, Scale | None]]:
        """Output size and scale (None: from the sizes) of each spatial axis."""
        rank = max(len(shape) - 2, 0)
        values = self.size if self.size is not None else self.scale_factor
        values = values * rank if len(values) == 1 else values
        result: list[tuple[Size, Scale | None]] = []
        for value, size in zip(values, shape[2:], strict=False):
            if self.size is not None:
                result.append((value, None))
                continue
            output = None if size is None else int(size * value)
            scale = None if self.recompute_scale_factor and size is not None else scale_of(value)
            result.append((output, scale))
        return result

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        shape = inputs[0]
        given = len(self.size if self.size is not None else self.scale_factor)
        if len(shape) not in (3, 4, 5) or given not in (1, len(shape) - 2):
            axes = f"{given} axes" if given > 1 else "1 to 3 axes"
            message = f"Upsample resizes {axes} but receives {format_shape(shape)}"
            yield Misfit("dims", message, given, len(shape) - 2)
            return
        wanted = _DIMS.get(self.mode)
        if wanted is not None and wanted != len(shape):
            message = (
                f"mode={self.mode!r} works on {wanted} dims but receives {format_shape(shape)}"
            )
            yield Misfit("dims", message, wanted, len(shape))
        for output, _ in self._per_axis(shape):
            if output is not None and output < 1:
                message = f"{self!r} leaves nothing of {format_shape(shape)}"
                yield Misfit("input-too-small", message, None, list(shape))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        sizes = [size or None for size, _ in self._per_axis(inputs[0])]
        missing = len(inputs[0]) - 2 - len(sizes)
        return (*inputs[0][:2], *sizes, *(None,) * missing)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shape, align = inputs[0], bool(self.align_corners)
        along: list[Along | None] = [Along(dim) for dim in range(len(shape[:2]))]
        for dim, (_, scale) in enumerate(self._per_axis(shape), start=2):
            sizes = (shape[dim], output[dim])
            if self.antialias:
                index_map = antialiased(*sizes, scale, self.mode, align)
            else:
                index_map = resampling(*sizes, scale, self.mode, align)
            along.append(None if index_map is None else Along(dim, index_map))
        along += [None] * (len(output) - len(along))
        return ((Dims(shape, output, tuple(along)),),)


@op("pixelshuffle", functions=("pixel_shuffle",))
class PixelShuffle(Op):
    """r*r channels become r x r positions: (C*r*r, H, W) -> (C, H*r, W*r)."""

    field_rule = "position j // r"

    upscale_factor: int = arg("r", convert=span)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        size = inputs[0][-3] if len(inputs[0]) > 2 else None
        if len(inputs[0]) < 3 or (size is not None and size % self.upscale_factor**2):
            message = (
                f"PixelShuffle({self.upscale_factor}) expects a multiple of "
                f"{self.upscale_factor**2} channels but receives {format_shape(inputs[0])}"
            )
            yield Misfit("split-size", message, self.upscale_factor**2, size)

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape, factor = inputs[0], self.upscale_factor
        if len(shape) < 3:
            return shape
        *rest, size, height, width = shape
        channels = None if size is None else max(size // factor**2, 1)
        return (*rest, channels, *(product((side, factor)) for side in (height, width)))

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        if len(output) < 3:
            return ((),)
        factor = self.upscale_factor
        spread = transposed_window(factor, factor, 0, 1)
        along: list[Along | None] = [Along(dim) for dim in range(len(output) - 3)]
        along += [None, Along(len(output) - 2, spread), Along(len(output) - 1, spread)]
        return ((Dims(inputs[0], output, tuple(along)),),)


@op("pixelunshuffle", functions=("pixel_unshuffle",))
class PixelUnshuffle(Op):
    """r x r positions become r*r channels: (C, H*r, W*r) -> (C*r*r, H, W).

    The field is that of all channels of a position together.
    """

    field_rule = "r positions, moved by r"

    downscale_factor: int = arg("r", convert=span)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        shape, factor = inputs[0], self.downscale_factor
        if len(shape) < 3 or any(size is not None and size % factor for size in shape[-2:]):
            message = (
                f"PixelUnshuffle({factor}) expects multiples of {factor} "
                f"but receives {format_shape(shape)}"
            )
            yield Misfit("split-size", message, factor, list(shape[-2:]))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape, factor = inputs[0], self.downscale_factor
        if len(shape) < 3:
            return shape
        *rest, size, height, width = shape
        sides = (None if side is None else max(side // factor, 1) for side in (height, width))
        return (*rest, product((size, factor**2)), *sides)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        if len(output) < 3:
            return ((),)
        block = window(self.downscale_factor, self.downscale_factor, 0, 1, "zeros")
        along: list[Along | None] = [Along(dim) for dim in range(len(output) - 3)]
        along += [None, Along(len(output) - 2, block), Along(len(output) - 1, block)]
        return ((Dims(inputs[0], output, tuple(along)),),)


@op("unfold", "im2col", functions=("unfold",))
class Unfold(Op):
    """Sliding patches of images as columns: (N, C, H, W) -> (N, C*k*k, L)."""

    field_rule = "d*(k - 1) + 1 positions, moved by s, the first at -p"

    least_dims = 1

    rank = 2

    kernel_size: Any = arg("k", convert=axes(span))
    dilation: Any = arg("d", 1, axes(span))
    padding: Any = arg("p", 0, axes(natural))
    stride: Any = arg("s", 1, axes(span))

    out_size: ClassVar[Formula | None] = Formula("(i + 2*p - d*(k - 1) - 1) // s + 1")

    def _grid(self, sizes: Shape) -> list[Size]:
        grid: list[Size] = []
        for axis, size in enumerate(sizes):
            reach = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
            padded = None if size is None else size + 2 * self.padding[axis] - reach
            grid.append(None if padded is None else padded // self.stride[axis] + 1)
        return grid

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if len(inputs[0]) != 4:
            message = f"Unfold expects 4 dims (N, C, H, W) but receives {format_shape(inputs[0])}"
            yield Misfit("dims", message, 4, len(inputs[0]))
        elif any(size is not None and size < 1 for size in self._grid(inputs[0][2:])):
            message = f"the kernel is larger than the padded {format_shape(inputs[0][2:])}"
            yield Misfit("input-too-small", message, list(self.kernel_size), list(inputs[0][2:]))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        if len(inputs[0]) != 4:
            return (inputs[0][0], None, None)
        grid = self._grid(inputs[0][2:])
        columns = None if any(size is None or size < 1 for size in grid) else product(grid)
        return (inputs[0][0], product((inputs[0][1], *self.kernel_size)), columns)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shape = inputs[0]
        if len(shape) != 4 or output[2] is None:
            return ((Dims(shape, output, (Along(0), None, None)),),)
        image = (shape[0], output[1], *self._grid(shape[2:]))
        windows = [
            Along(
                axis + 2,
                window(
                    self.kernel_size[axis],
                    self.stride[axis],
                    self.padding[axis],
                    self.dilation[axis],
                    "zeros",
                ),
            )
            for axis in range(2)
        ]
        patches = Dims(shape, image, (Along(0), None, *windows))
        return ((patches, Regroup(image, output)),)


@op("fold", "col2im", functions=("fold",))
class Fold(Op):
    """Columns summed back into images where they overlap: the reverse of Unfold."""

    field_rule = "the (j + p - t*d) / s that are whole, for the taps t < k"

    least_dims = 1

    rank = 2

    output_size: Any = arg("o", convert=axes(span))
    kernel_size: Any = arg("k", convert=axes(span))
    dilation: Any = arg("d", 1, axes(span))
    padding: Any = arg("p", 0, axes(natural))
    stride: Any = arg("s", 1, axes(span))

    def _grid(self) -> tuple[int, ...]:
        return tuple(
            (
                self.output_size[axis]
                + 2 * self.padding[axis]
                - self.dilation[axis] * (self.kernel_size[axis] - 1)
                - 1
            )
            // self.stride[axis]
            + 1
            for axis in range(2)
        )

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        shape, columns = inputs[0], product(self._grid())
        patch = product(self.kernel_size) or 1
        if len(shape) != 3:
            message = f"Fold expects 3 dims (N, C*k*k, L) but receives {format_shape(shape)}"
            yield Misfit("dims", message, 3, len(shape))
        elif shape[1] is not None and shape[1] % patch:
            message = f"Fold expects a multiple of {patch} rows but receives {shape[1]}"
            yield Misfit("split-size", message, patch, shape[1])
        elif shape[2] is not None and shape[2] != columns:
            message = f"Fold expects {columns} columns but receives {shape[2]}"
            yield Misfit("split-size", message, columns, shape[2])

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape, patch = inputs[0], product(self.kernel_size) or 1
        rows = shape[1] if len(shape) == 3 else None
        return (shape[0], None if rows is None else max(rows // patch, 1), *self.output_size)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shape, grid = inputs[0], self._grid()
        if len(shape) != 3 or shape[2] != product(grid):
            return ((Dims(shape, output, (Along(0), None, None, None)),),)
        image = (shape[0], shape[1], *grid)
        spread = [
            Along(
                axis + 2,
                transposed_window(
                    self.kernel_size[axis],
                    self.stride[axis],
                    self.padding[axis],
                    self.dilation[axis],
                ),
            )
            for axis in range(2)
        ]
        return ((Regroup(shape, image), Dims(image, output, (Along(0), None, *spread))),)
