"""A question about a window: what is given, what is looked for, and the values to try."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..errors import InputError, NameNotFoundError, OpError
from ..shape import format_shape
from . import window
from .window import OPS, Kind, Window

#: Output paddings looked at.
_MAX_EXTRA = 15
#: No window has larger kernels, strides, paddings or dilations.
_LARGEST = 65_536
#: Strides looked at where the input is asked for.
_MAX_STRIDE = 4


class Bounds(NamedTuple):
    """How far settings are looked for; None: as far as there may be any.

    A padding goes without `padding` as far as no window lies in it alone.
    """

    kernel: int = 11
    stride: int | None = None
    padding: int | None = None
    dilation: int = 4


class Asked(NamedTuple):
    """The question: sizes per axis; what is None is looked for."""

    kind: Kind
    input: tuple[int, ...] | None
    output: tuple[int, ...]
    kernel: tuple[int, ...] | None
    stride: tuple[int, ...] | None
    padding: tuple[int, ...] | None
    dilation: tuple[int, ...] | None
    output_padding: tuple[int, ...] | None
    bounds: Bounds

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.output)

    def along(self, axis: int) -> Asked:
        """The question for one axis."""
        return self._for(slice(axis, axis + 1))

    def without_first(self) -> Asked:
        """The question for all axes but the first."""
        return self._for(slice(1, None))

    def _for(self, axes: slice) -> Asked:
        def some(sizes: tuple[int, ...] | None) -> tuple[int, ...] | None:
            return None if sizes is None else sizes[axes]

        return self._replace(
            input=some(self.input),
            output=self.output[axes],
            kernel=some(self.kernel),
            stride=some(self.stride),
            padding=some(self.padding),
            dilation=some(self.dilation),
            output_padding=some(self.output_padding),
        )

    @property
    def unknown(self) -> tuple[str, ...]:
        """What is looked for."""
        names = ("input", "kernel", "stride", "padding", "dilation", "output_padding")
        return tuple(name for name in names if getattr(self, name) is None)


class Choice(NamedTuple):
    """Values tried for what is looked for; where a value is None it is the one solved for."""

    kernel: int | None
    stride: int | None
    padding: int | None
    dilation: int | None
    output_padding: int | None


def asked_for(op: str, ceil: bool, bounds: Bounds, *sizes: Sequence[int] | None) -> Asked:
    """The question: sizes of input, output, kernel, stride, padding, dilation, output padding.

    Raises `InputError` and `NameNotFoundError` for what makes no question.
    """
    if op not in OPS:
        raise NameNotFoundError("op", op, OPS, help=f"ops are {', '.join(OPS)}")
    kind = Kind(op, ceil)
    if ceil and not kind.pools:
        raise InputError("--ceil-mode is for poolings", help="--op maxpool or --op avgpool")
    given = [None if size is None else tuple(size) for size in sizes]
    rank = max(len(size) for size in given if size is not None)
    for size in given:
        if size is not None and len(size) not in (1, rank):
            raise InputError(
                f"{format_shape(size)} has {len(size)} sizes, and there are {rank} axes",
                help="sizes are per axis, without channels; one size counts for all axes",
            )
    for size in given[2:]:
        if size is not None and max(size) > _LARGEST:
            raise InputError(f"a window with a {max(size):,} in it", help=f"up to {_LARGEST:,}")
    full = [size * rank if size is not None and len(size) == 1 else size for size in given]
    input, output, kernel, stride, padding, dilation, extra = full
    if not kind.dilates:
        if dilation is not None and set(dilation) != {1}:
            raise InputError("an average pooling has no dilation", help="--op maxpool has one")
        dilation = (1,) * rank
    if not kind.transposed:
        if extra is not None and set(extra) != {0}:
            raise InputError("only a transposed convolution has an output padding")
        extra = (0,) * rank
    assert output is not None
    return Asked(kind, input, output, kernel, stride, padding, dilation, extra, bounds)


def choices(asked: Asked) -> Iterator[Choice]:
    """All values to try, but for the symbol that the rule is solved for."""
    bounds = asked.bounds
    solve_stride = asked.input is not None and asked.stride is None
    kernels = [None] if asked.kernel else range(1, bounds.kernel + 1)
    for kernel in kernels:
        taps = kernel or max(asked.kernel or (1,))
        gaps = range(1, 2 if taps == 1 else bounds.dilation + 1)
        for dilation in [None] if asked.dilation else gaps:
            apart = dilation or max(asked.dilation or (1,))
            steps = range(1, (bounds.stride or _MAX_STRIDE) + 1)
            for stride in [None] if asked.stride or solve_stride else steps:
                for padding in _padding_choices(asked, taps, apart):
                    for extra in _extra_choices(asked, stride, apart):
                        yield Choice(kernel, stride, padding, dilation, extra)


def _padding_choices(asked: Asked, taps: int, apart: int) -> Sequence[int | None]:
    if asked.padding is not None:
        return [None]
    most = taps // 2 if asked.kind.pools else apart * (taps - 1)
    if asked.bounds.padding is not None:
        most = min(most, asked.bounds.padding) if asked.kind.pools else asked.bounds.padding
    return range(most + 1)


def _extra_choices(asked: Asked, stride: int | None, apart: int) -> Sequence[int | None]:
    if asked.output_padding is not None:
        return [None]
    step = stride or (max(asked.stride) if asked.stride else _MAX_EXTRA + 1)
    return range(min(max(step, apart), _MAX_EXTRA + 1))


def window_at(asked: Asked, choice: Choice, axis: int, stride: int | None) -> Window:
    """The window of an axis: what is given, else what is tried."""

    def one(name: str) -> int:
        given = getattr(asked, name)
        chosen = getattr(choice, name)
        return int(given[axis] if given is not None else 1 if chosen is None else chosen)

    step = one("stride") if stride is None else stride
    return Window(one("kernel"), step, one("padding"), one("dilation"), one("output_padding"))


def legal(asked: Asked, *windows: Window) -> bool:
    """Does torch take these settings?"""
    try:
        window.op_of(asked.kind, windows)
    except OpError:
        return False
    return True
