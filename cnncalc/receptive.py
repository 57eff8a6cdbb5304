"""The receptive field of a layer, as reports show it: sizes, strides, exact intervals."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from .errors import InputError, LimitError
from .field import AxisField, Interval, hull
from .layout import Seen
from .shape import Size


class Field(NamedTuple):
    """The receptive field of the positions of a layer with respect to one network input.

    One entry per spatial axis of that input. `size`, `stride` and `start` are the textbook
    figures (unclipped); where a layer sees the `whole` input, `size` is the input's, and
    `local` is the field that ignores gates (squeeze-and-excite), if there is one.

    `dims` are the dims of the layer's output that hold its positions, `sizes` their sizes.
    """

    input: str
    axes: tuple[AxisField, ...]
    dims: tuple[int, ...]
    sizes: tuple[Size, ...]
    seen: tuple[tuple[Seen, ...], ...]

    @property
    def whole(self) -> bool:
        """Does each position (possibly) depend on all of the input?"""
        return all(axis.whole for axis in self.axes)

    @property
    def size(self) -> tuple[Size, ...]:
        """Input positions that an output position sees: the largest over the positions."""
        return tuple(axis.extent if axis.whole else _size(axis) for axis in self.axes)

    @property
    def local(self) -> tuple[Size, ...] | None:
        """The size when gates are ignored; None where there are none."""
        if not any(axis.whole for axis in self.axes) or all(a.phases is None for a in self.axes):
            return None
        return tuple(axis.textbook_size for axis in self.axes)

    @property
    def stride(self) -> tuple[int | Fraction | None, ...]:
        """The effective stride (jump): input positions from one position to the next."""
        return tuple(_plain(axis.stride) for axis in self.axes)

    @property
    def start(self) -> tuple[int | None, ...]:
        """The first input position that position 0 sees; negative inside the padding."""
        return tuple(0 if axis.whole and axis.phases is None else axis.start for axis in self.axes)

    @property
    def padding(self) -> tuple[int | None, ...]:
        """The effective padding: how far the field of position 0 hangs out of the input."""
        return tuple(None if start is None else -start for start in self.start)

    @property
    def center(self) -> tuple[Fraction | int | None, ...]:
        """The middle of the field of position 0."""
        return tuple(
            None if start is None or size is None else _plain(Fraction(2 * start + size - 1, 2))
            for start, size in zip(self.start, self.local or self.size, strict=True)
        )

    @property
    def uniform(self) -> bool:
        """Do all positions see fields of the same (unclipped) size?"""
        return all(axis.whole or axis.uniform for axis in self.axes)

    def exact(self, *position: int) -> tuple[Interval | None, ...]:
        """The input intervals that output `position` really sees, clipped to the image.

        One index per entry of `dims` (height and width of an image); each interval is
        `(first, last)`, both included, or None where nothing of the input is seen. Raises
        `InputError` for a wrong position and `LimitError` where the sizes are unknown or too
        large to list.
        """
        if len(position) != len(self.dims):
            raise InputError(f"expected {len(self.dims)} indices, received {len(position)}")
        where: dict[int, int] = {}
        for dim, size, index in zip(self.dims, self.sizes, position, strict=True):
            if isinstance(index, bool) or not hasattr(index, "__index__"):
                raise InputError(f"expected whole numbers, received {index!r}")
            if size is not None and not -size <= index < size:
                raise InputError(f"position {index} is out of range for {size} positions")
            where[dim] = index % size if size else index
        return tuple(hull([_interval(seen, where) for seen in entries]) for entries in self.seen)


def _interval(seen: Seen, where: dict[int, int]) -> Interval | None:
    """What a tensor sees at one position, of one axis in one way."""
    table = seen.field.exact()
    index = 0
    for dim, inner, length, weight in seen.places:
        # A dim can hold more than these positions: those of another axis, or channels.
        index += where.get(dim, 0) // inner % (length or 1) * weight
    return table[index]


def _size(axis: AxisField) -> Size:
    """The textbook size, or the largest exact one where fields have no period."""
    if axis.phases is not None:
        return axis.textbook_size
    if axis.size is None:
        return None
    try:
        table = axis.exact()
    except LimitError:
        return None  # too long to list: not known
    return max((hi - lo + 1 for lo, hi in filter(None, table)), default=0)


def _plain(value: Fraction | None) -> int | Fraction | None:
    if value is None:
        return None
    return int(value) if value.denominator == 1 else value
