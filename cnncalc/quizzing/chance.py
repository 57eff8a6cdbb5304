"""Chance that falls the same way on every machine and in every version of Python."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


class Chance:
    """Draws from a seed.

    Python promises the numbers of `random()` for a whole number as seed, and of no other
    method: all draws are made of those.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def below(self, number: int) -> int:
        """A whole number from 0 to `number - 1`."""
        return min(int(self._random.random() * number), number - 1)

    def between(self, first: int, last: int) -> int:
        """A whole number from `first` to `last`."""
        return first + self.below(last - first + 1)

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items; what stands there twice comes twice as often."""
        return items[self.below(len(items))]

    def one_in(self, number: int) -> bool:
        """True once in so many times."""
        return self.below(number) == 0
