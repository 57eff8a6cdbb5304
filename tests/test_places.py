"""Where reshapes put the positions of an axis, against counting elements one by one."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from cnncalc.places import Place, regrouped
from cnncalc.shape import Shape


def index(places: tuple[Place, ...], shape: tuple[int, ...], element: int) -> int:
    """The position along the axis of the element with that number, row by row."""
    at = []
    for size in reversed(shape):
        element, rest = divmod(element, size)
        at.append(rest)
    at.reverse()
    return sum(at[p.dim] // p.inner % (p.length or 1) * p.weight for p in places)


@st.composite
def reshapes(draw: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes of equally many elements, made of the same factors."""
    factors = draw(st.lists(st.sampled_from([1, 2, 2, 3, 4]), min_size=1, max_size=5))
    return grouped(draw, factors), grouped(draw, draw(st.permutations(factors)))


def grouped(draw: Any, factors: list[int]) -> tuple[int, ...]:
    sizes = [1]
    for factor in factors:
        if draw(st.booleans()):
            sizes[-1] *= factor
        else:
            sizes.append(factor)
    return tuple(sizes)


@given(reshapes(), reshapes(), st.data())
def test_each_element_keeps_its_position(first: Any, second: Any, data: st.DataObject) -> None:
    before, after = first
    dim = data.draw(st.integers(0, len(before) - 1))
    places: tuple[Place, ...] = (Place(dim, 1, before[dim], 1),)
    moved = regrouped(places, before, after)
    event("cut unevenly" if moved is None else "moved")
    if moved is None:
        return
    for element in range(prod(before)):
        assert index(moved, after, element) == index(places, before, element)
    # On to a third shape, from places that are parts by now.
    if prod(second[0]) == prod(after):
        again = regrouped(moved, after, second[0])
        for element in range(prod(before)) if again is not None else ():
            assert index(again or (), second[0], element) == index(places, before, element)


@given(reshapes(), st.data())
def test_there_and_back(shapes: Any, data: st.DataObject) -> None:
    before, after = shapes
    dim = data.draw(st.integers(0, len(before) - 1))
    places = (Place(dim, 1, before[dim], 1),)
    moved = regrouped(places, before, after)
    if moved is not None and before[dim] > 1:
        assert regrouped(moved, after, before) == places


HEIGHT, WIDTH = Place(2, 1, 7, 1), Place(3, 1, 7, 1)
UNKNOWN = Place(2, 1, None, 1)


@pytest.mark.parametrize(
    ("places", "before", "after", "moved"),
    [
        # Flattened: rows are 7 apart.
        ((HEIGHT,), (1, 64, 7, 7), (1, 3136), (Place(1, 7, 7, 1),)),
        ((WIDTH,), (1, 64, 7, 7), (1, 3136), (Place(1, 1, 7, 1),)),
        # The batch is not known, but stays what it is.
        ((HEIGHT,), (None, 64, 7, 7), (None, 3136), (Place(1, 7, 7, 1),)),
        ((HEIGHT,), (None, 64, 7, 7), (None, 64, 49), (Place(2, 7, 7, 1),)),
        # Split into windows of 2 and put together again.
        ((Place(2, 1, 6, 1),), (1, 3, 6, 5), (1, 3, 3, 2, 5),
         (Place(3, 1, 2, 1), Place(2, 1, 3, 2))),
        ((Place(3, 1, 2, 1), Place(2, 1, 3, 2)), (1, 3, 3, 2, 5), (1, 3, 6, 5),
         (Place(2, 1, 6, 1),)),
        # A single position is the same everywhere.
        ((Place(2, 1, 1, 1),), (1, 3, 1, 5), (1, 15), ()),
        # Rows of 6 cut into pieces of 9, or taken by turns: no rule says where they are.
        ((Place(2, 1, 6, 1),), (1, 1, 6, 6), (1, 1, 4, 9), None),
        ((Place(2, 1, 2, 1),), (3, 4, 2), (8, 3, 1), None),
        # Unknown sizes that stay, with known ones split beside them.
        ((UNKNOWN,), (1, 8, None, None), (1, 2, 4, None, None), (Place(3, 1, None, 1),)),
        ((Place(3, 1, None, 1),), (1, 8, None, None), (1, 2, 4, None, None),
         (Place(4, 1, None, 1),)),
        # Unknown sizes that go together with others: nobody knows.
        ((UNKNOWN,), (1, 3, None, None), (1, 3, None), None),
        ((UNKNOWN,), (1, 64, None, None), (None, 3136), None),
        ((UNKNOWN,), (1, 4, None), (1, 8, None), None),
        ((Place(2, 1, 5, 1),), (None, 4, 5), (None, 10), None),
    ],
)  # fmt: skip
def test_by_hand(
    places: tuple[Place, ...], before: Shape, after: Shape, moved: tuple[Place, ...] | None
) -> None:
    result = regrouped(places, before, after)
    assert (None if result is None else set(result)) == (None if moved is None else set(moved))
