"""Torch's own functions for ops that are no module of torch.nn.

Inputs are floats, whatever they stand for: those that are indices, masks or signals of another
kind are made so here. Needs torch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F

Call = Callable[..., Any]


def indices(x: torch.Tensor, size: int) -> torch.Tensor:
    """Whole numbers below `size` that depend on the values."""
    return (x * 1000).long() % max(size, 1)


def _pointwise(op: Any, *inputs: torch.Tensor) -> Any:
    if op.function in ("where", "masked_fill"):
        at = 0 if op.function == "where" else 1
        inputs = (*inputs[:at], inputs[at] > 1, *inputs[at + 1 :])
    if op.inplace:
        return getattr(inputs[0].clone(), f"{op.function}_")(*inputs[1:], **op.keywords())
    home = torch if hasattr(torch, op.function) else torch.Tensor
    return getattr(home, op.function)(*inputs, **op.keywords())


ONE_DIM = {
    *("max", "min", "median", "nanmedian", "mode", "kthvalue"),
    *("prod", "aminmax", "argmax", "argmin", "quantile", "nanquantile"),
}


def _reduce(op: Any, x: torch.Tensor) -> Any:
    given: dict[str, Any] = dict(op.settings)
    if op.dim is not None:
        given["dim"] = op.dim[0] if op.function in ONE_DIM else op.dim
        given["keepdim"] = op.keepdim
    elif op.function in ("logsumexp", "var", "var_mean", "std_mean", "nansum", "nanmean"):
        given["dim"], given["keepdim"] = tuple(range(x.dim())), op.keepdim
    if op.function == "count_nonzero":
        given.pop("keepdim", None)
    return getattr(torch, op.function)(x, **given)


def _index(op: Any, x: torch.Tensor, *lists: torch.Tensor) -> Any:
    where: list[Any] = [None] * x.dim()
    for dim, each in zip(op.dims, lists, strict=True):
        where[dim] = indices(each, x.shape[dim])
    return torch.ops.aten.index.Tensor(x, where)


def _index_select(op: Any, x: torch.Tensor, *lists: torch.Tensor) -> Any:
    size = x.shape[op.dim] if x.dim() else 1
    if op.index is None:
        return x.index_select(op.dim, indices(lists[0], size))
    if any(not -size <= at < size for at in op.index):
        raise IndexError(op.index)
    known = torch.tensor([at % size for at in op.index], dtype=torch.long)
    return x.index_select(op.dim, known)


def _assign(op: Any, x: torch.Tensor, *values: torch.Tensor) -> Any:
    where: list[Any] = [slice(None)] * x.dim()
    for dim, *ends in op.part:
        where[dim] = ends[0] if len(ends) == 1 else slice(*ends)
    result = x.clone()
    value: Any = values[0] if values else 0
    result[tuple(where)] = result[tuple(where)] + value if op.accumulate else value
    return result


def _gather(op: Any, x: torch.Tensor, index: torch.Tensor) -> Any:
    return x.gather(op.dim, indices(index, x.shape[op.dim] if x.dim() else 1))


def _take_along(op: Any, x: torch.Tensor, index: torch.Tensor) -> Any:
    return x.take_along_dim(indices(index, x.shape[op.dim]), op.dim)


def _fft(op: Any, x: torch.Tensor) -> Any:
    several = op.function[-1] in "2n"
    first = None if op.dim is None else op.dim[0]
    given: dict[str, Any] = {} if op.dim is None else {"dim": op.dim if several else first}
    if op.s is not None:
        given["s" if several else "n"] = op.s if several else op.s[0]
    # Only the spectra of real signals are complex; a real one stands for them.
    signal = x if op.function.startswith(("rfft", "ihfft")) else x * (1 + 0.5j)
    result = getattr(torch.fft, op.function)(signal, **given)
    return result.real + result.imag if result.is_complex() else result


CALLS: dict[str, Call] = {
    "Pointwise": _pointwise,
    "Cast": lambda op, x: x.to(getattr(torch, op.dtype)),
    "Clone": lambda op, x: x.clone(),
    "Reduce": _reduce,
    "Cumulative": lambda op, x: getattr(torch, op.function)(x, op.dim),
    "Sort": lambda op, x: torch.sort(x, dim=op.dim, descending=op.descending, stable=op.stable),
    "Argsort": lambda op, x: torch.argsort(x, dim=op.dim, descending=op.descending),
    "TopK": lambda op, x: torch.topk(x, op.k, op.dim, op.largest, op.sorted),
    "Normalize": lambda op, x: F.normalize(x, op.p, op.dim, op.eps),
    "Gather": _gather,
    "TakeAlongDim": _take_along,
    "IndexSelect": _index_select,
    "Index": _index,
    "Assign": _assign,
    "Unbind": lambda op, x: torch.unbind(x, op.dim),
    "TensorSplit": lambda op, x: torch.tensor_split(x, op.indices_or_sections, op.dim),
    "Flip": lambda op, x: x.flip(op.dims),
    "RepeatInterleave": lambda op, x: x.repeat_interleave(op.repeats, op.dim),
    "Diagonal": lambda op, x: x.diagonal(op.offset, op.dim1, op.dim2),
    "UnfoldDim": lambda op, x: x.unfold(op.dimension, op.size, op.step),
    "AsStrided": lambda op, x: x.as_strided(op.size, op.stride, op.storage_offset),
    "GridSample": lambda op, x, grid: F.grid_sample(
        x, grid, op.mode, op.padding_mode, op.align_corners
    ),
    "CDist": lambda op, x, y: torch.cdist(x, y, op.p),
    "FFT": _fft,
    "OneHot": lambda op, x: F.one_hot(indices(x, op.num_classes), op.num_classes),
    "Constant": lambda op: torch.zeros(op.shape),
    "ViewAsReal": lambda op, x: torch.view_as_real(torch.complex(x, 2 * x)),
    "ViewAsComplex": lambda op, x: torch.view_as_complex(x.contiguous()).abs(),
    "GroupedMatMul": lambda op, x, y, *ends: F.grouped_mm(x, y, offs=ends[0].int()),
}
