"""The size rules of sliding windows along one axis, solved for one of their symbols.

With `n = i + 2p - d(k - 1) - 1`, what the first window leaves of the padded input, they are

- `floor(n/s) + 1` for convolutions and poolings,
- `min(ceil(n/s) + 1, ceil((i + p)/s))` for poolings with `ceil_mode`,
- `(i - 1)s - 2p + d(k - 1) + op + 1` for transposed convolutions.

Each function returns the whole range of solutions, which is one range since the rules only
grow, or only shrink, with each symbol.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ..ops import CATALOGUE, Op
from .answers import Span

#: The words of `--op`, and the ops that they stand for.
OPS = {"conv": "Conv", "maxpool": "MaxPool", "avgpool": "AvgPool", "deconv": "ConvTranspose"}


class Kind(NamedTuple):
    """What slides: one of `OPS`, and whether it rounds up."""

    op: str
    ceil: bool = False

    @property
    def transposed(self) -> bool:
        """Does it make larger sizes of smaller ones?"""
        return self.op == "deconv"

    @property
    def pools(self) -> bool:
        """Is it a pooling, whose padding is at most half the kernel?"""
        return self.op.endswith("pool")

    @property
    def dilates(self) -> bool:
        """May its taps lie apart?"""
        return self.op != "avgpool"


class Window(NamedTuple):
    """The settings of a window along one axis."""

    kernel: int
    stride: int
    padding: int
    dilation: int = 1
    output_padding: int = 0

    @property
    def reach(self) -> int:
        """Positions from the first tap to the last."""
        return self.dilation * (self.kernel - 1) + 1


@lru_cache(maxsize=4096)
def op_of(kind: Kind, windows: tuple[Window, ...]) -> Op:
    """The op with one window per axis, from one channel to one.

    Raises `OpError` for settings that torch refuses.
    """
    kernels, strides, paddings, dilations, extras = zip(*windows, strict=True)
    make = CATALOGUE[f"{OPS[kind.op]}{len(windows)}d"]
    given = {"kernel_size": kernels, "stride": strides, "padding": paddings}
    if kind.dilates:
        given["dilation"] = dilations
    if kind.transposed:
        given["output_padding"] = extras
    if kind.pools:
        return make(**given, ceil_mode=kind.ceil)
    return make(in_channels=1, out_channels=1, **given)


def sizes(
    kind: Kind, windows: tuple[Window, ...], inputs: tuple[int, ...]
) -> tuple[int, ...] | None:
    """What the op itself says: its output sizes; None where the inputs do not fit."""
    measure = op_of(kind, windows).measure(((1, 1, *inputs),))
    outputs = measure.outputs[0][2:]
    if measure.misfits or None in outputs:
        return None
    return tuple(size for size in outputs if size is not None)


def inputs(kind: Kind, output: int, window: Window) -> Span | None:
    """The input sizes of which the window makes `output`."""
    _, s, p, _, extra = window
    reach = window.reach
    if kind.transposed:
        steps, rest = divmod(output + 2 * p - reach - extra, s)
        return Span(steps + 1, steps + 1) if rest == 0 and steps >= 0 else None
    if kind.ceil:
        first, above = _least_input(output, window), _least_input(output + 1, window)
        return _span(first, above - 1)
    first = s * (output - 1) + reach - 2 * p
    return _span(max(first, 1), first + s - 1)


def _least_input(output: int, window: Window) -> int:
    """The least input of which a pooling that rounds up makes `output` or more."""
    _, s, p, _, _ = window
    return max(s * (output - 2) + window.reach - 2 * p, s * (output - 1) - p, 0) + 1


def paddings(
    kind: Kind, input: int, output: int, kernel: int, stride: int, dilation: int, extra: int = 0
) -> Span | None:
    """The paddings on either side with which `input` becomes `output`."""
    reach = dilation * (kernel - 1) + 1
    if kind.transposed:
        half, rest = divmod((input - 1) * stride + reach + extra - output, 2)
        return Span(half, half) if rest == 0 and half >= 0 else None
    if kind.ceil:
        first, above = (
            max((stride * (size - 2) - input + reach) // 2, stride * (size - 1) - input, -1) + 1
            for size in (output, output + 1)
        )
        return _span(first, above - 1)
    least = stride * (output - 1) + reach - input
    return _span(max(-(-least // 2), 0), (least + stride - 1) // 2)


def strides(
    kind: Kind, input: int, output: int, kernel: int, padding: int, dilation: int, extra: int = 0
) -> Span | None:
    """The strides with which `input` becomes `output`; the last is None where all larger do."""
    reach = dilation * (kernel - 1) + 1
    if kind.transposed:
        missing = output + 2 * padding - reach - extra
        if input == 1:
            return Span(1, None) if missing == 0 else None
        step, rest = divmod(missing, input - 1)
        return Span(step, step) if rest == 0 and step >= 1 else None
    left = input + 2 * padding - reach
    if output == 1:
        return _strides_to_one(kind, input, padding, left)
    if left < 0:
        return None
    last = _most_stride(kind, output, left, input + padding)
    return _span(_most_stride(kind, output + 1, left, input + padding) + 1, last)


def _most_stride(kind: Kind, output: int, left: int, starts: int) -> int:
    """The largest stride that makes `output` (2 or more) or more; 0 where none does."""
    if not kind.ceil:
        return left // (output - 1)
    most = (starts - 1) // (output - 1)
    if output == 2:
        return most if left > 0 else 0
    return min(most, max(left - 1, 0) // (output - 2))


def _strides_to_one(kind: Kind, input: int, padding: int, left: int) -> Span | None:
    """The strides that leave one window."""
    if not kind.ceil:
        return None if left < 0 else Span(left + 1, None)
    # A window that rounding up adds may hang over the end, if its stride reaches so far.
    return Span(input + padding, None) if left > 0 else Span(1 - left, None)


def _span(first: int, last: int) -> Span | None:
    return Span(first, last) if first <= last else None
