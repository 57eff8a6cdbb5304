"""Ops that name a function of torch: elementwise ones, reductions, running sums, transforms."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch.nn import functional as F

from ..ops.arguments import python_value

#: Where elementwise functions are looked for.
_HOMES = (torch, F, torch.special, torch.Tensor, torch.ops.aten)


def elementwise(name: str) -> Callable[..., Any] | None:
    """The elementwise function of torch that goes by this name; None where there is none.

    Other functions are none of an op's business: a spec file could name `torch.save`.
    """
    from ..sources.calls.rules import is_generic

    if not is_generic(name):
        return None
    homes = (getattr(home, name, None) for home in _HOMES)
    return next((function for function in homes if callable(function)), None)


def _pointwise(op: Any, *inputs: torch.Tensor) -> Any:
    function = elementwise(op.function)
    if op.inplace:
        function = getattr(torch.Tensor, f"{op.function}_", None)
    if function is None:
        raise ValueError(f"torch has no elementwise function {op.function!r} of that kind")
    return function(*inputs, **op.keywords())


def _reduce(op: Any, x: torch.Tensor) -> Any:
    function = getattr(torch, op.function)
    settings = {name: python_value(value) for name, value in op.settings}
    if op.dim:
        settings["dim"] = op.dim[0] if len(op.dim) == 1 else op.dim
    elif op.function == "logsumexp":  # torch needs them written out
        settings["dim"] = tuple(range(x.dim()))
    result = function(x, **settings)
    if not op.keepdim:
        return result
    # Not every function knows keepdim, and none of them for all dims.
    dims = {dim % max(x.dim(), 1) for dim in op.dim or range(x.dim())}
    sizes = [1 if dim in dims else size for dim, size in enumerate(x.shape)]
    several = result if isinstance(result, tuple) else (result,)
    return tuple(each.reshape(sizes) for each in several)


def _fft(op: Any, x: torch.Tensor) -> Any:
    function = getattr(torch.fft, op.function)
    if op.function[-1] in "2n":
        return function(x, op.s, **({} if op.dim is None else {"dim": op.dim}))
    size = None if op.s is None else op.s[0]
    return function(x, size, -1 if op.dim is None else op.dim[0])


def _grouped(op: Any, left: torch.Tensor, right: torch.Tensor, *ends: torch.Tensor) -> Any:
    if left.dim() == right.dim() == 3:
        return torch.bmm(left, right)
    offsets = [0, *map(int, ends[0])] if ends else [0] * (op.groups + 1)
    groups = list(pairwise(offsets))
    if right.dim() == 3:  # rows in groups; those after the last group are nobody's
        result = left.new_zeros(left.shape[0], right.shape[2])
        for number, (start, end) in enumerate(groups):
            result[start:end] = left[start:end] @ right[number]
    elif left.dim() == 3:
        result = left.new_zeros(left.shape[1], right.shape[1])
        for number, (start, end) in enumerate(groups):
            result[:, start:end] = left[number] @ right[:, start:end]
    else:
        result = torch.stack([left[:, start:end] @ right[start:end] for start, end in groups])
    return result


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Pointwise": _pointwise,
    "Reduce": _reduce,
    "Cumulative": lambda op, x: getattr(torch, op.function)(x, op.dim),
    "FFT": _fft,
    "GroupedMatMul": _grouped,
    "ViewAsReal": lambda op, x: torch.view_as_real(x + 0j),
    "ViewAsComplex": lambda op, x: torch.view_as_complex(x),
    "Cast": lambda op, x: x.to(getattr(torch, op.dtype), copy=True),
    "Clone": lambda op, x: x.clone(),
}
