"""Surrogates for functions that work element by element: the sum of what they read."""

from __future__ import annotations

from typing import Any

import torch

from ...sources.calls.rules import is_generic
from ...sources.torch.tensors import tensors_in
from .base import LostError, filled

#: Elementwise functions that torch does not tag as such.
_MORE_WORDS = """
    add sub mul div rsub relu relu6 leaky_relu elu celu selu silu mish sigmoid tanh hardtanh
    hardsigmoid hardswish hardshrink softshrink tanhshrink softplus softsign logsigmoid
    log_sigmoid threshold gelu rrelu prelu _prelu_kernel
"""
_MORE = frozenset(_MORE_WORDS.split())
#: Of these only the first tensor has the shape of the result.
_OF_THE_FIRST = frozenset({"prelu", "_prelu_kernel", "rrelu"})
#: They make real numbers of complex ones.
_REAL = frozenset({"abs", "absolute", "angle", "real", "imag"})
#: What they give does not depend on what they overwrite.
_FRESH = frozenset({"zero", "fill", "uniform", "normal", "bernoulli", "random", "exponential"})


def is_elementwise(name: str) -> bool:
    """Does a function of that name work element by element?"""
    return name in _MORE or is_generic(name)


def elementwise(name: str, inplace: bool, func: Any, args: Any, kwargs: Any) -> Any:
    """The sum of the tensors it is given, broadcast; in place where the function is."""
    if name in _FRESH and inplace:
        return func(*args, **kwargs)
    tensors = tensors_in(args, kwargs)
    read = list({id(each): each for each in tensors if each.requires_grad}.values())
    if name in _REAL:
        read = [each.real if each.is_complex() else each for each in read]
    if inplace or kwargs.get("inplace"):
        return _in_place(args[0] if args else tensors[0], read)
    shape = tensors[0].shape
    if name not in _OF_THE_FIRST:
        try:
            shape = torch.broadcast_shapes(*(each.shape for each in tensors))
        except RuntimeError:
            raise LostError("its tensors do not broadcast") from None
    total = read[0]
    for each in read[1:]:
        total = total + each
    return total if len(read) > 1 and total.shape == shape else filled(total, shape)


def _in_place(target: torch.Tensor, read: list[torch.Tensor]) -> torch.Tensor:
    others = [each for each in read if each is not target]
    if others and not (target.is_floating_point() or target.is_complex()):
        raise LostError("an integer tensor is overwritten")
    for each in others:
        target.add_(each)
    return target
