"""Tensors in arguments and results: finding them, and giving real ones a meta twin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ..calls.tensor import DType, Tensor, tensors_in

__all__ = ["Twins", "is_lazy", "meta", "replaced", "tensors_in"]

Tensor.register(torch.Tensor)
DType.register(torch.dtype)


def replaced(value: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    """`value` with each tensor in it changed; containers are copied only where they must be."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, tuple):
        items = [replaced(item, change) for item in value]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, list):
        return [replaced(item, change) for item in value]
    if type(value) is dict:
        return {key: replaced(item, change) for key, item in value.items()}
    if isinstance(value, slice):
        parts = (value.start, value.stop, value.step)
        return slice(*[replaced(part, change) for part in parts])
    return value


def is_lazy(tensor: torch.Tensor) -> bool:
    """Has a lazy module not given its weight a size yet?"""
    return isinstance(tensor, torch.nn.parameter.UninitializedTensorMixin)


class Twins:
    """Meta tensors that stand for real ones: the same sizes, strides and dtype, no memory."""

    def __init__(self) -> None:
        # The real tensor is kept, so that its id stays its own.
        self._known: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        self._originals: dict[int, torch.Tensor] = {}

    def of(self, tensor: torch.Tensor) -> torch.Tensor:
        """The twin of a real tensor; a meta tensor is its own."""
        if tensor.is_meta:
            return tensor
        known = self._known.get(id(tensor))
        if known is None:
            known = self._known[id(tensor)] = (tensor, _twin(tensor))
            self._originals[id(known[1])] = tensor
        return known[1]

    def original(self, tensor: torch.Tensor) -> torch.Tensor:
        """The tensor whose twin this is, or the tensor itself."""
        return self._originals.get(id(tensor), tensor)

    def real(self, tensor: torch.Tensor, among: list[torch.Tensor]) -> torch.Tensor:
        """The tensor among some whose twin this is, or the tensor itself."""
        for each in among:
            known = self._known.get(id(each))
            if known is not None and known[1] is tensor:
                return each
        return tensor


def _twin(tensor: torch.Tensor) -> torch.Tensor:
    with torch._C.DisableTorchFunction():  # a tracer that watches would make it a constant
        return _on_meta(tensor)


def _on_meta(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.is_quantized:
        return torch.empty(tensor.shape, device="meta")  # as torch's meta kernels have it
    if tensor.layout is torch.strided:
        return torch.empty_strided(
            tensor.size(), tensor.stride(), dtype=tensor.dtype, device="meta"
        )
    return tensor.to("meta")


def meta(shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    """A meta tensor."""
    return torch.empty(shape, dtype=dtype, device="meta")
