"""Where tensors are: casts stay where a trace is, and large constants get no memory."""

from __future__ import annotations

from math import prod
from typing import Any

import torch

#: A constant with more elements than this is made without values.
LARGEST_CONSTANT = 1 << 16


def without_device(name: str, func: Any, args: Any, kwargs: Any) -> tuple[Any, Any, Any]:
    """A cast without its device: a trace stays where it is."""
    if name.rpartition(".")[2] in ("cpu", "cuda"):
        return torch.Tensor.to, (args[0], args[0].dtype), {}
    if name.rpartition(".")[2] == "type_as":
        return torch.Tensor.to, (args[0], args[1].dtype), {}
    if name.rpartition(".")[2] == "to" and len(args) > 1 and isinstance(args[1], torch.Tensor):
        return torch.Tensor.to, (args[0], args[1].dtype), {}
    rest = [each for each in args[1:] if not _is_device(each)]
    kept = {key: value for key, value in kwargs.items() if key not in ("device", "non_blocking")}
    if len(rest) < len(args) - 1 and rest and isinstance(rest[0], bool):
        rest = []  # to(device, non_blocking)
    if not any(isinstance(each, torch.dtype) for each in (*rest, *kept.values())) and (
        name == "to" and not kept.get("memory_format") and not kept.get("copy")
    ):
        return torch.Tensor.to, (args[0], args[0].dtype), {}
    return func, (args[0], *rest), kept


def _is_device(value: Any) -> bool:
    if isinstance(value, torch.device):
        return True
    return isinstance(value, str) and not value.startswith("torch.")


_FACTORIES_WORDS = """
    zeros ones empty full rand randn randint randperm
"""
_FACTORIES = frozenset(_FACTORIES_WORDS.split())


def is_large(name: str, args: Any, kwargs: Any) -> bool:
    """Does a factory make more elements than a constant is worth?"""
    if name not in _FACTORIES:
        return False
    sizes = kwargs.get("size", args[0] if len(args) == 1 or name == "full" else args)
    sizes = sizes if isinstance(sizes, tuple | list) else (sizes,)
    try:
        return prod(sizes) > LARGEST_CONSTANT
    except TypeError:
        return False
