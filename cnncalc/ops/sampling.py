"""Ops that read an image at places that are computed from data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..finding import Misfit
from ..formula import Formula
from ..layout import Along, Dims, Read
from ..shape import Shape, format_shape
from .arguments import arg, axes, choice, count, flag, natural, span
from .arguments import optional as maybe
from .base import Op
from .conv import Convolution
from .held import Held
from .linear import alike
from .reads import anywhere
from .registry import op
from .window import SlidingWindow


@op("gridsample", functions=("grid_sample",), torch="")
class GridSample(Op):
    """The image (N, C, ...) at the places that a grid (N, ..., axes) names, between positions."""

    field_rule = "of the image it depends on the data; of the grid position by position"

    arity: ClassVar[int | None] = 2

    mode: str = arg("", "bilinear", choice("bilinear", "nearest", "bicubic"))
    padding_mode: str = arg("", "zeros", choice("zeros", "border", "reflection"))
    align_corners: bool | None = arg("", None, maybe(flag))

    def _fits(self, inputs: tuple[Shape, ...]) -> bool:
        image, grid = inputs
        rank = len(image) - 2
        flat = self.mode != "bicubic" or rank == 2
        fits = rank in (2, 3) and flat and len(grid) == rank + 2
        return fits and alike(image[:1], grid[:1]) and grid[-1] in (None, rank)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if not self._fits(inputs):
            image, grid = map(format_shape, inputs)
            message = f"GridSample: a grid of {grid} does not fit an image of {image}"
            yield Misfit("merge-shapes", message, list(inputs[0]), list(inputs[1]))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        image, grid = inputs
        if not self._fits(inputs):
            return image
        return (image[0] if image[0] is not None else grid[0], image[1], *grid[1:-1])

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        if not self._fits(inputs):
            return tuple(anywhere(shape, output) for shape in inputs)
        image, grid = inputs
        spatial = range(2, len(image))
        sampled = (Along(0), Along(1), *(None for _ in spatial))
        placed = (Along(0), None, *(Along(dim - 1) for dim in spatial))
        return (
            (Dims(image, output, sampled, spatial, lost=True),),
            (Dims(grid, output, placed),),
        )


@op("deformconv", torch="")
class DeformConv2d(Convolution, SlidingWindow):
    """A convolution whose taps are moved by the second input, and weighed by the third, if any.

    As torchvision.ops.DeformConv2d. MACs are those of the convolution: a tap between positions
    counts once, as in the papers, although it reads four. (FlopCounterMode counts nothing.)
    """

    rank = 2
    arity: ClassVar[int | None] = None
    field_rule = "of the image it depends on the data; of the offsets position by position"

    in_channels: int | None = arg("ci", inferred=True)
    out_channels: int | None = arg("co", inferred=True)
    kernel_size: Any = arg("k", convert=axes(span))
    stride: Any = arg("s", 1, axes(span))
    padding: Any = arg("p", 0, axes(natural))
    dilation: Any = arg("d", 1, axes(span))
    groups: int = arg("g", 1, count)
    bias: bool = arg("b", True, flag)

    params: ClassVar[Formula] = Formula("co*(ci // g)*K + b*co")
    macs: ClassVar[Formula] = Formula("N*O*co*(ci // g)*K")

    def tensors(self) -> tuple[Held, ...]:
        return self._filters(self.out_channels, self._per_group(self.in_channels))

    def _arity_misfit(self, inputs: tuple[Shape, ...]) -> Misfit | None:
        if len(inputs) in (2, 3):
            return None
        message = f"DeformConv2d takes an image, offsets, maybe a mask; receives {len(inputs)}"
        return Misfit("inputs", message, "2 or 3", len(inputs))

    def _well_shaped(self, shape: Shape) -> bool:
        return len(shape) == 4

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        misfits = list(super().check(inputs))
        yield from misfits
        if misfits:
            return
        output, taps = self.output(inputs), self.kernel_size[0] * self.kernel_size[1]
        moved = inputs[1][1] if len(inputs[1]) == 4 else None
        parts = None if moved is None else moved // (2 * taps)  # channels that move together
        fits = parts is None or (
            moved == 2 * taps * parts > 0 and not (self.in_channels or 0) % parts
        )
        wanted = [(inputs[0][0], moved, *output[2:])]
        wanted.append((inputs[0][0], None if parts is None else parts * taps, *output[2:]))
        for shape, expected in zip(inputs[1:], wanted, strict=False):
            if not fits or not alike(shape, expected):
                message = f"DeformConv2d: {format_shape(shape)} does not move "
                message += f"{taps} taps of {format_shape(output[2:])} positions"
                yield Misfit("merge-shapes", message, list(expected), list(shape))

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        image = inputs[0]
        if len(image) != 4:
            return tuple(anywhere(shape, output) for shape in inputs)
        read: Read = (Dims(image, output, (Along(0), None, None, None), (2, 3), lost=True),)
        placed = (Along(0), None, Along(2), Along(3))
        return (
            read,
            *(
                (Dims(shape, output, placed),) if len(shape) == 4 else anywhere(shape, output)
                for shape in inputs[1:]
            ),
        )
