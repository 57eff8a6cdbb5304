"""numpy's arrays of numbers, as configurations count with them: widths, depths, rates."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

from .builtin import CLASSES, NUMBERS
from .copying import COPIERS
from .formatting import represented
from .interpreter import ATTRIBUTES, ITERATORS, TRUTHS, Interpreter, no_attribute
from .operators import BINARY, ITEMS, SET_ITEMS, UNARY
from .values import Class, Native, Opaque, Raised

#: An array with more items than this has no values.
_MOST = 65_536

ARRAY = Class("ndarray", module="numpy")


class Array:
    """Numbers in a row (`rows` is None), or in rows of `rows` items each."""

    __slots__ = ("items", "shape")

    def __init__(self, items: list[Any], shape: tuple[int, ...] | None = None) -> None:
        self.items = items
        self.shape = (len(items),) if shape is None else shape

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __repr__(self) -> str:
        return f"an array of {'x'.join(map(str, self.shape)) or 'one number'}"

    def nested(self) -> Any:
        """The items as lists in lists."""
        return _nested(self.items, self.shape)
