"""What the strategies share.

A `Trial` is an op and the full shapes of its inputs. Sizes are small: what is wrong for large
ones is wrong for small ones, and small ones reach the borders.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st

from cnncalc import ops
from cnncalc.ops import Op
from cnncalc.shape import Shape

Draw = Callable[[st.SearchStrategy[Any]], Any]
RANKS = {1: "1d", 2: "2d", 3: "3d"}


class Trial(NamedTuple):
    """An op, and the shapes of the inputs it is given."""

    op: Op
    shapes: tuple[Shape, ...]


def at_least(low: int, spread: int = 6) -> st.SearchStrategy[int]:
    return st.integers(low, low + spread)


def per_axis(draw: Draw, rank: int, values: st.SearchStrategy[int]) -> Any:
    """One value for all axes, or one for each."""
    if draw(st.booleans()):
        return draw(values)
    return tuple(draw(values) for _ in range(rank))


def spread_out(value: Any, rank: int) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,) * rank


def make(name: str, rank: int) -> type[Op]:
    return ops.CATALOGUE[name + RANKS[rank]]


@st.composite
def plain_shapes(draw: Draw, low: int = 1, high: int = 5, least: int = 1) -> Shape:
    rank = draw(st.integers(low, high))
    return tuple(draw(st.integers(least, 5)) for _ in range(rank))
