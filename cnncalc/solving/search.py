"""Where a network that grows with a number crosses a line; some numbers make no network."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

#: Values in a row that make no network, before the search gives up.
_GAP = 1024

#: Is the line crossed at a value? None where the value makes no network.
Crossed = Callable[[int], bool | None]


class Border(NamedTuple):
    """The last value before the line, and the first beyond it; None where none was found."""

    below: int
    beyond: int | None


def first_valid(valid: Callable[[int], bool], largest: int, most: int = _GAP) -> int | None:
    """The least value that makes a network."""
    return next((value for value in range(1, min(largest, most) + 1) if valid(value)), None)


def border(crossed: Crossed, start: int, largest: int) -> Border:
    """Where the line is crossed, above `start`, where it is not.

    It is crossed once: a network only grows, or only shrinks, with the value.
    """
    below, gap = start, 1
    beyond: int | None = None
    while beyond is None and below < largest:
        high = min(below + gap, largest)
        value = _valid_down(crossed, high, below)
        if value is None:
            if gap >= _GAP:
                return Border(below, None)
        elif crossed(value):
            beyond = value
        else:
            below = value
        gap *= 2
    while beyond is not None and beyond - below > 1:
        middle = (below + beyond) // 2
        value = _valid_down(crossed, middle, below)
        if value is None:
            value = _valid_up(crossed, middle, beyond)
        if value is None:
            break
        if crossed(value):
            beyond = value
        else:
            below = value
    return Border(below, beyond)


def _valid_down(crossed: Crossed, high: int, low: int) -> int | None:
    """The largest value up to `high`, above `low`, that makes a network."""
    stop = max(low, high - _GAP)
    return next((value for value in range(high, stop, -1) if crossed(value) is not None), None)


def _valid_up(crossed: Crossed, low: int, high: int) -> int | None:
    """The least value above `low`, below `high`, that makes a network."""
    stop = min(high, low + _GAP)
    return next((value for value in range(low + 1, stop) if crossed(value) is not None), None)
