"""Which part of an input is needed for a part of the output, against trying each position."""

from __future__ import annotations

from itertools import product

import pytest

from cnncalc.indexmap import window
from cnncalc.layout import Along, Dims
from cnncalc.ops.reads import demand


@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [-9, -2, 0, 1, 2, 6])
def test_windows(kernel: int, stride: int, padding: int) -> None:
    """Negative paddings are slices, large ones the later inputs of a concatenation."""
    taps = window(kernel, stride, padding, 1, "zeros")
    for size, first, length in product((1, 4, 11), (0, 1, 5), (1, 2, 7)):
        wanted = (first, first + length - 1)
        read = (Dims((size,), (first + length + 3,), (Along(0, taps),)),)
        seen = [
            index
            for position in range(first, first + length)
            for index in range(position * stride - padding, position * stride - padding + kernel)
            if 0 <= index < size
        ]
        expected = (min(seen), max(seen)) if seen else (0, size - 1)
        found = demand(read, (size,), (wanted,))
        assert (found or ((0, size - 1),)) == (expected,)


def test_long_concatenations_are_quick() -> None:
    """A segment of a few channels far behind the start of a dim of a billion."""
    far = window(1, 1, 10**9, 1, "zeros")
    read = (Dims((8,), (10**9 + 8,), (Along(0, far),)),)
    assert demand(read, (8,), None) is None
    assert demand(read, (8,), ((0, 10**9 + 2),)) == ((0, 2),)
