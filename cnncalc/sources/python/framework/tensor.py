"""Tensors as the reader has them: sizes, dtype and memory layout; small constants have values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from struct import error, pack, unpack
from typing import Any

from ...calls import tensor as calls

#: A constant with more elements than this has no values.
MAX_VALUES = 4096


class Size(tuple[int, ...]):
    """torch.Size: a tuple of sizes."""

    __slots__ = ()


class DType(calls.DType):
    """A dtype of torch; there is one object for each."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return f"torch.{self.name}"

    __repr__ = __str__


@lru_cache(maxsize=64)
def dtype(name: str) -> DType:
    """The dtype of that name: "float32"."""
    return DType(name)


class Tensor(calls.Tensor):
    """An array of known sizes. Views have the `storage` of what they look at."""

    __slots__ = (
        "dtype",
        "is_parameter",
        "others",
        "shape",
        "storage",
        "strides",
        "trainable",
        "values",
    )

    shape: Size
    dtype: DType

    def __init__(
        self,
        shape: Sequence[int],
        dtype_: DType,
        *,
        strides: tuple[int, ...] | None = None,
        storage: object = None,
        values: list[Any] | None = None,
        trainable: bool = False,
        is_parameter: bool = False,
    ) -> None:
        self.shape = Size(shape)
        self.dtype = dtype_
        self.strides = contiguous_strides(self.shape) if strides is None else strides
        self.storage = object() if storage is None else storage
        self.values = values
        self.trainable = trainable
        self.is_parameter = is_parameter
        #: Attributes that the user's program gave it.
        self.others: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"tensor of {'x'.join(map(str, self.shape)) or 'one number'}"

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    def __bool__(self) -> bool:
        return True

    def dim(self) -> int:
        """How many dims it has."""
        return len(self.shape)

    def numel(self) -> int:
        """How many elements it has."""
        return prod(self.shape)

    @property
    def is_contiguous(self) -> bool:
        """Do the elements lie in memory in the order of the dims?"""
        return is_contiguous(self.shape, self.strides)


def in_single_precision(values: list[Any]) -> list[Any]:
    """Numbers as float32 holds them: 0.1 is 0.10000000149011612."""
    try:
        return list(unpack(f"{len(values)}f", pack(f"{len(values)}f", *values)))
    except (OverflowError, TypeError, error):
        return values


def contiguous_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Strides of elements that lie in order."""
    strides = []
    step = 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


def is_contiguous(shape: Sequence[int], strides: Sequence[int]) -> bool:
    """Do elements with these strides lie in order? (Dims of size 1 do not matter.)"""
    step = 1
    for size, stride in zip(reversed(shape), reversed(strides), strict=True):
        if size != 1 and stride != step:
            return False
        step *= size
    return True


def permuted_strides(shape: Sequence[int], order: Sequence[int]) -> tuple[int, ...]:
    """Strides of a dense array whose dims lie in memory in that order, the outermost first."""
    strides = [1] * len(shape)
    step = 1
    for dim in reversed(order):
        strides[dim] = step
        step *= max(shape[dim], 1)
    return tuple(strides)


def memory_order(tensor: Tensor) -> list[int] | None:
    """The dims from the outermost to the innermost in memory; None: not dense, or overlapping."""
    order = sorted(
        range(tensor.dim()), key=lambda dim: (-tensor.strides[dim], -tensor.shape[dim], dim)
    )
    step = 1
    for dim in reversed(order):
        if tensor.shape[dim] != 1:
            if tensor.strides[dim] != step:
                return None
            step *= tensor.shape[dim]
    return order


def channels_last(tensor: Tensor) -> bool:
    """Do images lie in memory with their channels innermost?"""
    if tensor.dim() not in (4, 5) or tensor.is_contiguous:
        return False
    order = [0, *range(2, tensor.dim()), 1]
    expected = permuted_strides(tensor.shape, order)
    return all(
        size == 1 or stride == wanted
        for size, stride, wanted in zip(tensor.shape, tensor.strides, expected, strict=True)
    )
