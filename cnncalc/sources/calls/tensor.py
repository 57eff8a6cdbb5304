"""What the rules ask of a tensor: any source's own class will do.

A source's tensors are subclasses of `Tensor`, or registered with it
(`Tensor.register(torch.Tensor)`), and its dtypes likewise of `DType`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import Enum
from typing import Any


class DType(ABC):  # noqa: B024 - nothing but its text is asked for
    """The type of a tensor's elements; hashable, and printed as torch does: "torch.float32"."""


class Tensor(ABC):
    """An array of known sizes. Tensors are told apart by identity."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """The sizes of its dims."""

    @property
    @abstractmethod
    def dtype(self) -> DType:
        """The type of its elements."""

    @abstractmethod
    def dim(self) -> int:
        """How many dims it has."""

    @abstractmethod
    def numel(self) -> int:
        """How many elements it has."""


def dtype_name(dtype: DType) -> str:
    """A dtype by name: "float32"."""
    name = _NAMES.get(dtype)
    if name is None:
        name = _NAMES[dtype] = str(dtype).removeprefix("torch.")
    return name


#: The names of the dtypes met so far.
_NAMES: dict[DType, str] = {}


def is_floating(tensor: Tensor) -> bool:
    """Does a tensor hold real numbers, of any precision?"""
    return dtype_name(tensor.dtype).startswith(("float", "bfloat"))


def shapes_of(result: Any) -> tuple[tuple[int, ...], ...]:
    """The shapes of the tensors in a result."""
    return tuple([tuple(each.shape) for each in tensors_in(result)])


class _Kind(Enum):
    """What a value may be that holds tensors."""

    TENSOR = "tensor"
    SEQUENCE = "sequence"
    MAPPING = "mapping"
    SLICE = "slice"
    DATACLASS = "dataclass"
    OTHER = "other"


#: What values of a class are, for the classes met so far.
_KINDS: dict[type, _Kind] = {}


def _kind(cls: type) -> _Kind:
    if issubclass(cls, Tensor):
        return _Kind.TENSOR
    if issubclass(cls, tuple | list):
        return _Kind.SEQUENCE
    if issubclass(cls, Mapping):
        return _Kind.MAPPING
    if cls is slice:
        return _Kind.SLICE
    return _Kind.DATACLASS if hasattr(cls, "__dataclass_fields__") else _Kind.OTHER


def tensors_in(*values: Any) -> list[Any]:
    """The tensors in nested tuples, lists, mappings, slices and dataclasses, in order."""
    found: list[Any] = []
    for value in values:
        _collect(value, found)
    return found


def _collect(value: Any, found: list[Any]) -> None:
    cls = value.__class__
    kind = _KINDS.get(cls)
    if kind is None:
        kind = _KINDS[cls] = _kind(cls)
    if kind is _Kind.OTHER:
        return
    if kind is _Kind.TENSOR:
        found.append(value)
    elif kind is _Kind.SEQUENCE:
        for item in value:
            _collect(item, found)
    elif kind is _Kind.MAPPING:
        for item in value.values():
            _collect(item, found)
    elif kind is _Kind.SLICE:
        _collect((value.start, value.stop, value.step), found)
    else:
        for name in value.__dataclass_fields__:
            _collect(getattr(value, name, None), found)
