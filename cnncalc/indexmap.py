"""Which positions an op reads along one axis: windows, adaptive windows, interpolation."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from math import gcd
from typing import Literal, NamedTuple

from .errors import LimitError

Border = Literal["zeros", "reflect", "replicate", "circular"]

_LINEAR = ("linear", "bilinear", "trilinear")
#: Interpolation by a scale that repeats only after more positions has no textbook field.
MAX_PHASES = 256
#: Maps that are listed position by position are no longer than this.
MAX_LISTED = 1 << 17


class IndexMap(NamedTuple):
    """Which input positions each output position of an op reads, along one axis.

    Output position `q*len(taps) + r` reads the positions `taps[r] + q*step`. Those outside
    the input are dropped (`zeros`) or folded back into it, as `border` says. `covers` is False
    where the map fills only a part of the output (one input of a concatenation).
    """

    taps: tuple[range, ...]
    step: int
    border: Border = "zeros"
    covers: bool = True

    def reads(self, position: int, size: int) -> Sequence[int]:
        """The positions of an input of `size` that output `position` reads, ascending.

        Raises `LimitError` for a map that was too long to list.
        """
        if not self.taps:
            raise LimitError("exact fields are not listed for maps this long")
        turn, phase = divmod(position, len(self.taps))
        taps, base = self.taps[phase], turn * self.step
        first, stop, gap = taps.start + base, taps.stop + base, taps.step
        if self.border == "zeros":
            if first < 0:
                first += -(first // gap) * gap
            return range(first, min(stop, size), gap)
        if not size:
            return ()
        return sorted({_fold(index, size, self.border) for index in range(first, stop, gap)})

    @property
    def is_identity(self) -> bool:
        """Does every output position read just its own input position?"""
        return self == IDENTITY


def _fold(index: int, size: int, border: Border) -> int:
    """The input position that a padded `index` copies."""
    if border == "circular":
        return index % size
    if border == "replicate":
        return min(max(index, 0), size - 1)
    turn = 2 * (size - 1)  # reflect: 0 1 2 3 2 1 0 1 ...
    if turn == 0:
        return 0
    index %= turn
    return min(index, turn - index)


def window(kernel: int, stride: int, padding: int, dilation: int, border: Border) -> IndexMap:
    """A sliding window: convolution, pooling, slicing (kernel 1), padding (kernel 1)."""
    return IndexMap(
        (range(-padding, dilation * (kernel - 1) - padding + 1, dilation),), stride, border
    )


def transposed_window(kernel: int, stride: int, padding: int, dilation: int) -> IndexMap:
    """A transposed convolution: input `i` writes the outputs `i*stride - padding + t*dilation`."""
    if stride + kernel > MAX_LISTED:
        return UNLISTED
    found: list[list[int]] = [[] for _ in range(stride)]
    for tap in range(kernel - 1, -1, -1):
        turn, phase = divmod(tap * dilation - padding, stride)
        found[phase].append(-turn)
    return IndexMap(tuple(map(_progression, found)), 1)


def adaptive_windows(size: int, output: int) -> IndexMap:
    """torch's adaptive windows: output j reads `[floor(j*n/o), ceil((j+1)*n/o))`."""
    common = gcd(size, output)
    if output // common > MAX_LISTED:
        return UNLISTED
    phases = tuple(
        range(j * size // output, -(-(j + 1) * size // output)) for j in range(output // common)
    )
    return IndexMap(phases, size // common)


class Scale(NamedTuple):
    """A scale factor as input positions per output: as it was written, and as torch holds it."""

    exact: Fraction
    inverse: float


def resampling(
    size: int | None, output: int | None, scale: Scale | None, mode: str, align: bool
) -> IndexMap | None:
    """Interpolation of `size` positions to `output` of them; None where nothing is known.

    `scale` is given where it does not follow from the sizes. `mode` is torch's: nearest,
    nearest-exact, linear (bilinear, trilinear), bicubic, area. A linear tap of weight zero is
    not read, as in the gradient.
    """
    if mode in _LINEAR and size is not None and size == output:
        return IDENTITY  # whatever the scale, torch copies then
    if mode == "area":
        return None if size is None or output is None else adaptive_windows(size, output)
    ratio = _ratio(size, output, scale, align and not mode.startswith("nearest"))
    if ratio is None:
        return None
    if ratio.denominator > min(max(output or 0, MAX_PHASES), MAX_LISTED):
        return UNLISTED
    shift = Fraction(0)
    if mode == "nearest-exact":
        shift = ratio / 2
    elif mode != "nearest" and not align:
        shift = ratio / 2 - Fraction(1, 2)
    phases = tuple(_taps(phase * ratio + shift, mode) for phase in range(ratio.denominator))
    index_map = IndexMap(phases, ratio.numerator, "replicate")
    if mode.startswith("nearest") and size is not None and output is not None:
        return _as_rounded(index_map, size, output, scale, mode)
    return index_map


def _ratio(
    size: int | None, output: int | None, scale: Scale | None, align: bool
) -> Fraction | None:
    """Input positions per output; None where it is not known."""
    if scale is not None and not align:
        return scale.exact
    if size is None or output is None:
        return None
    if align:
        return Fraction(size - 1, output - 1) if output > 1 else Fraction(0)
    return Fraction(size, output)


#: Modes that have an antialiased form: how far their filters reach to each side.
ANTIALIASED = {"bilinear": 1, "bicubic": 2, "lanczos": 3}


def antialiased(
    size: int | None, output: int | None, scale: Scale | None, mode: str, align: bool
) -> IndexMap | None:
    """Interpolation whose filter spans `scale` times as much where it makes an image smaller.

    Output j weighs the inputs around (j + 1/2)*scale, also with aligned corners: the filter,
    as wide as it is high in the other modes, is stretched by the scale if that is above 1. It
    is zero at whole distances but 0, so that a scale of 1 copies.
    """
    ratio = _ratio(size, output, scale, align)
    if ratio is None:
        return None
    if ratio.denominator > min(max(output or 0, MAX_PHASES), MAX_LISTED):
        return UNLISTED
    stretch = max(ratio, Fraction(1))
    reach = ANTIALIASED[mode] * stretch
    phases = []
    for phase in range(ratio.denominator):
        centre = ratio * (phase + Fraction(1, 2)) - Fraction(1, 2)
        first, last = -((reach - centre) // 1), (centre + reach) // 1
        while first < last and (first - centre) / stretch in _WHOLE:
            first += 1
        while first < last and (last - centre) / stretch in _WHOLE:
            last -= 1
        phases.append(range(first, last + 1))
    return IndexMap(tuple(phases), ratio.numerator)


#: Distances at which a filter is zero.
_WHOLE = frozenset({-3, -2, -1, 1, 2, 3})


def _taps(at: Fraction, mode: str) -> range:
    """The positions read for an output whose place among the inputs is `at`."""
    floor = at.numerator // at.denominator
    if mode.startswith("nearest") or at == floor:
        return range(floor, floor + 1)
    return range(floor - 1, floor + 3) if mode == "bicubic" else range(floor, floor + 2)


def _as_rounded(
    index_map: IndexMap, size: int, output: int, scale: Scale | None, mode: str
) -> IndexMap:
    """The map as torch rounds it: single precision can miss the exact position by one."""
    if max(size, output) > MAX_LISTED:
        return index_map
    step = _single(size / output if scale is None else scale.inverse)
    exact_step = step == index_map.step / len(index_map.taps)
    plain = exact_step and (scale is None or output not in (size, 2 * size))
    if plain and 2 * index_map.step * output < 1 << 24:
        return index_map  # single precision holds all the numbers: nothing is rounded
    rounded = []
    for position in range(output):
        if mode == "nearest" and output in (size, 2 * size):
            at = position * size // output  # whatever the scale
        elif mode == "nearest":
            at = int(_single(step * position))
        else:
            at = int(_single(max(_single(_single(step * (position + 0.5)) - 0.5), 0) + 0.5))
        rounded.append(min(at, size - 1))
    exact = [index_map.reads(position, size)[0] for position in range(output)]
    if rounded == exact:
        return index_map
    return IndexMap(tuple(range(at, at + 1) for at in rounded), size, covers=False)


def _single(value: float) -> float:
    """The nearest number of single precision."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


def _progression(indices: list[int]) -> range:
    """The range that lists evenly spaced indices."""
    if not indices:
        return range(0)
    gap = indices[1] - indices[0] if len(indices) > 1 else 1
    return range(indices[0], indices[-1] + 1, gap)


IDENTITY = IndexMap((range(1),), 1)
#: A map that is too long to list: nothing is known of the positions read.
UNLISTED = IndexMap((), 0, covers=False)
#: One position, broadcast to all.
EXPAND = IndexMap((range(1),), 0)
