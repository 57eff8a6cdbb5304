"""What all surrogates share: the table of them, and gradients that are 0 or 1."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch

Surrogate = Callable[..., Any]

#: Surrogates by the name of the function that they stand for, each with its arguments.
TABLE: dict[str, Surrogate] = {}


class LostError(Exception):
    """No surrogate shows what an operation depends on; the text says why."""


def stands_for(*names: str) -> Callable[[Surrogate], Surrogate]:
    """Register a surrogate for the functions of these names."""

    def register(surrogate: Surrogate) -> Surrogate:
        for name in names:
            if name in TABLE:
                raise ValueError(f"two surrogates for {name}")
            TABLE[name] = surrogate
        return surrogate

    return register


def entered(x: torch.Tensor) -> torch.Tensor:
    """The operand as an operation reads it: its gradient, from there on, is 0 or 1.

    So nothing can under- or overflow, however deep the network is. A constant operand has no
    gradient: it is zeros, which take no memory.
    """
    if not x.requires_grad:
        return torch.zeros((), dtype=torch.float64).expand(x.shape)
    alias = x.view_as(x)
    alias.register_hook(_levelled)
    return alias


def _levelled(gradient: torch.Tensor) -> torch.Tensor:
    return gradient.ne(0).to(gradient.dtype)


def filled(x: torch.Tensor, shape: Iterable[int]) -> torch.Tensor:
    """`x` broadcast to `shape`, in memory of its own: the model may write into it."""
    return x.expand(tuple(shape)).clone()


def gated(x: torch.Tensor, dims: Iterable[int]) -> torch.Tensor:
    """Each position with, like on a gate, something of all positions along `dims`."""
    chosen = tuple(dims)
    if not chosen:
        return x.clone()
    return x + entered(x).sum(chosen, keepdim=True)


def detached(value: Any) -> Any:
    """The tensors in a value (arguments, a slice, a list) without their history."""
    from ...sources.torch.tensors import replaced

    return replaced(value, torch.Tensor.detach)


def depends(value: Any) -> bool:
    """Does a tensor in it depend on an input of the network?"""
    from ...sources.torch.tensors import tensors_in

    return any(tensor.requires_grad for tensor in tensors_in(value))
