"""The input sizes that will do, axis by axis: each is put into the analysis."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product as combinations
from typing import NamedTuple

from .answers import Span
from .boxes import Box
from .model import Model
from .patterns import Pattern, pattern

#: Sizes of several axes together that are put into the analysis.
_TOGETHER = 12
#: Sizes looked at beyond the first that will do, where nothing else is said: so many, and so
#: many strides.
_LOOKED, _STRIDES, _MOST = 64, 3, 512
#: Sizes of the diagonal that are looked at for one that will do.
_DIAGONAL = 1024

#: Do sizes do, as far as an axis goes?
Does = Callable[[tuple[int, ...], int], bool]


class Sizes(NamedTuple):
    """The sizes that will do in one box, per axis: every combination of them does.

    `independent` is False where the axes depend on each other, or may; each pattern then holds
    for the sizes `base` of the other axes, and there may be more for others.
    """

    axes: tuple[Pattern, ...]
    base: tuple[int, ...]
    independent: bool

    def __str__(self) -> str:
        return " x ".join(map(str, self.axes))


def base_in(
    model: Model, box: Box, does: Does | None = None, most: int = _DIAGONAL
) -> tuple[int, ...] | None:
    """Sizes in the box that will do: the first on its diagonal, or those of the model itself.

    None where there are none up to `most` sizes from the box's corner. Without `does` those
    will do that the network takes.
    """

    def good(sizes: tuple[int, ...]) -> bool:
        if does is None:
            return model.accepts(sizes)
        return all(does(sizes, axis) for axis in range(len(sizes)))

    def at(more: int) -> tuple[int, ...]:
        return tuple(
            span.first + more if span.last is None else min(span.first + more, span.last)
            for span in box
        )

    start = 0 if does is not None else least_along(model, at, 0, most)
    for more in range(start, most):
        if more > start and at(more) == at(more - 1):
            break
        if good(at(more)):
            return at(more)
    native = model.spatial
    inside = all(
        span.first <= size <= (size if span.last is None else span.last)
        for span, size in zip(box, native, strict=True)
    )
    return native if inside and good(native) else None


def least_along(model: Model, at: Callable[[int], tuple[int, ...]], first: int, last: int) -> int:
    """The least number from `first` to `last` for which sizes are not too small for a window."""
    while first < last:
        middle = (first + last) // 2
        if model.too_small(at(middle)):
            first = middle + 1
        else:
            last = middle
    return first


def with_size(sizes: tuple[int, ...], axis: int, size: int) -> tuple[int, ...]:
    """The sizes with another one along one axis."""
    return (*sizes[:axis], size, *sizes[axis + 1 :])


def sizes_in(
    model: Model,
    box: Box,
    base: tuple[int, ...],
    does: Does,
    up_to: int | None = None,
    whole: bool = True,
    sure: bool = True,
) -> Sizes:
    """All sizes of a box that will do, looked at one by one along each axis.

    An axis without end is looked at up to `up_to`, or until its pattern must have shown. With
    `whole` those alone will do that the whole network takes. Unless the box is `sure`, there may
    be others for other sizes of the other axes.
    """
    axes = []
    for axis, span in enumerate(box):
        beyond = base[axis] + max(_LOOKED, _STRIDES * _stride(model, base, axis))
        last = beyond if up_to is None else max(up_to, span.first)
        last = last if span.last is None else min(span.last, max(last, span.first + _MOST))
        along = partial(with_size, base, axis)
        start = least_along(model, along, span.first, last) if whole else span.first
        good = [size for size in range(start, last + 1) if does(along(size), axis)]
        axes.append(pattern(good, span.first, last, closed=span.last == last))
    independent = sure and _independent(axes, does) and _complete(model, axes, does)
    return Sizes(tuple(axes), base, independent)


def _stride(model: Model, sizes: tuple[int, ...], axis: int) -> int:
    """The largest effective stride along an axis."""
    report = model.tried(sizes)
    fields = [row.field for row in report] if report is not None else []
    steps = [
        field.stride[axis] for field in fields if field is not None and axis < len(field.stride)
    ]
    return min(int(max([step for step in steps if step is not None], default=1)), _MOST)


def _independent(axes: list[Pattern], does: Does) -> bool:
    """Do the sizes do together as well, at the ends and in between?"""
    if len(axes) == 1 or not all(each.spans for each in axes):
        return True
    tried = []
    for each in axes:
        ends = [each.spans[0].first, _last(each.spans[-1]), _last(each.spans[len(each.spans) // 2])]
        tried.append(list(dict.fromkeys(ends)))
    return all(
        does(sizes, axis)
        for sizes in list(combinations(*tried))[:_TOGETHER]
        for axis in range(len(axes))
    )


def _complete(model: Model, axes: list[Pattern], does: Does) -> bool:
    """Are sizes along the diagonal, and those of the model, in it just if they do?"""
    first = max(axis.first for axis in axes)
    last = min(axis.last for axis in axes)
    diagonal = range(first, last + 1, max((last - first) // _TOGETHER, 1))
    tried = [(size,) * len(axes) for size in diagonal]
    native = model.spatial
    if all(axis.first <= size <= axis.last for axis, size in zip(axes, native, strict=True)):
        tried.append(native)
    return all(
        all(does(sizes, at) for at in range(len(axes)))
        == all(size in axis for size, axis in zip(sizes, axes, strict=True))
        for sizes in tried
    )


def _last(span: Span) -> int:
    return span.first if span.last is None else span.last
