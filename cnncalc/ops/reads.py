"""Helpers for the field rules: common reads, and which part of an input they need."""

from __future__ import annotations

from ..indexmap import IndexMap
from ..layout import ELEMENTWISE, Along, Dims, Read
from ..shape import Shape

#: Per input dim the first and last position needed; None: the whole input.
Demand = tuple[tuple[int, int], ...] | None


def aligned(shape: Shape, output: Shape) -> Read:
    """The read of an elementwise op: dims matched from the right, size 1 broadcast."""
    if shape == output:
        return ELEMENTWISE
    shift = len(output) - len(shape)
    along: list[Along | None] = [None] * shift
    for dim, size in enumerate(shape):
        stays = size == output[dim + shift] or size is None
        along.append(Along(dim) if stays else None)
    return (Dims(shape, output, tuple(along)),)


def kept(shape: Shape, output: Shape, *dims: int | None) -> Read:
    """A read in which output dim d is input dim `dims[d]`, position by position."""
    return (Dims(shape, output, tuple(None if dim is None else Along(dim) for dim in dims)),)


def anywhere(shape: Shape, output: Shape) -> Read:
    """A read of which nothing is known, not even that there is one."""
    return (Dims(shape, output, (None,) * len(output), range(len(shape)), lost=True),)


def contracted(shape: Shape, output: Shape) -> Read:
    """A read in which every output position depends on all positions of the input."""
    return (Dims(shape, output, (None,) * len(output)),)


def demand(read: Read, shape: Shape, wanted: Demand) -> Demand:
    """The part of an input of `shape` needed for the part `wanted` of an output."""
    if not read:
        return wanted
    if len(read) > 1 or not isinstance(read[0], Dims) or None in shape:
        return None
    step = read[0]
    full = [(0, size - 1) for size in shape if size is not None]
    needed = list(full)
    touched: dict[tuple[int, int, int, int], tuple[int, int]] = {}
    for dim, (out, how) in step.routes.items():
        size = step.after[out]
        if size is None or how in ("mix", "gate", "prefix"):
            continue
        first, last = wanted[out] if wanted else (0, size - 1)
        if isinstance(how, IndexMap):
            key = (id(how), first, last, needed[dim][1])
            if key not in touched:
                touched[key] = _touched(how, first, last, needed[dim][1] + 1)
            needed[dim] = touched[key]
        elif last - first + 1 < size:
            needed[dim] = (first, last)
    return None if needed == full else tuple(needed)


def _touched(index_map: IndexMap, first: int, last: int, size: int) -> tuple[int, int]:
    """The hull of the input positions that the outputs `first..last` read."""
    if not index_map.taps:
        return (0, size - 1)
    window, step = index_map.taps[0], index_map.step
    if len(index_map.taps) == 1 and window.step == 1 and step > 0 and index_map.border == "zeros":
        # Both ends move on with the position: the outermost ones that read anything will do.
        first = max(first, -((window.stop - 1) // step))
        last = min(last, (size - 1 - window.start) // step)
        edges = {first, last} if first <= last else set()
    else:
        margin = _margin(index_map)
        if margin > _MAX_MARGIN:
            return (0, size - 1)
        edges = {*range(first, min(first + margin, last + 1))}
        edges |= {*range(max(first, last + 1 - margin), last + 1)}
    reads = [index_map.reads(position, size) for position in edges]
    seen = [(positions[0], positions[-1]) for positions in reads if positions]
    if not seen:
        return (0, size - 1)
    return (min(low for low, _ in seen), max(high for _, high in seen))


#: With margins beyond this the whole input counts as read.
_MAX_MARGIN = 4096


def _margin(index_map: IndexMap) -> int:
    """How many positions at each end can reach further than their neighbours inside do."""
    turns = len(index_map.taps)
    reach = max(abs(edge) for taps in index_map.taps for edge in (taps.start, taps.stop))
    return turns * (2 + reach // max(index_map.step, 1))
