"""Ops as functions of torch: those that torch has no module for, or only a lesser one."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F

from ..ops.arguments import python_value
from . import named, positions

Function = Callable[..., Any]


def _arithmetic(function: Function, in_place: Function) -> Function:
    """Of all inputs in turn, or of one and a number; in place it changes the first input."""

    def call(op: Any, *inputs: torch.Tensor) -> Any:
        result: Any = inputs[0]
        apply = in_place if op.inplace else function
        other = python_value(op.other)
        if other is not None:
            result = function(other, result) if op.reverse else apply(result, other)
        for each in inputs[1:]:
            result = apply(result, each)
        return result

    return call


def _sizes(sizes: Any, x: torch.Tensor) -> list[int]:
    """The sizes with references to dims of the input (`"=0"`) filled in."""
    return [x.shape[int(size[1:])] if isinstance(size, str) else size for size in sizes]


def _unflatten(op: Any, x: torch.Tensor) -> torch.Tensor:
    # Here "=0" is the dim that is split, other references are to the input's dims.
    sizes = [f"={op.dim % x.dim()}" if size == "=0" else size for size in op.unflattened_size]
    return x.unflatten(op.dim, _sizes(sizes, x))


def _reduced(function: Function) -> Function:
    """Over the dims named, or over all of them."""

    def call(op: Any, x: torch.Tensor) -> Any:
        return function(x, dim=op.dim or tuple(range(x.dim())), keepdim=op.keepdim)

    return call


def _norm(op: Any, x: torch.Tensor) -> Any:
    dim = op.dim or tuple(range(x.dim()))
    return torch.linalg.vector_norm(x, op.p, dim=dim, keepdim=op.keepdim)


def _global(function: Function) -> Function:
    """Over all positions, which there must be."""

    def call(op: Any, x: torch.Tensor) -> Any:
        if x.dim() < 3:
            raise ValueError(f"{op.type} expects spatial axes, received {tuple(x.shape)}")
        return function(x, dim=tuple(range(2, x.dim())), keepdim=True)

    return call


def _attention(op: Any, *inputs: torch.Tensor) -> Any:
    settings = {"is_causal": op.is_causal, "enable_gqa": op.enable_gqa}
    return F.scaled_dot_product_attention(*inputs, **settings)


def _softmax(function: Function) -> Function:
    """Along `dim`; without one along the dim that torch would choose, but without its warning."""

    def call(op: Any, x: torch.Tensor) -> Any:
        return function(x, (0 if x.dim() in (0, 1, 3) else 1) if op.dim is None else op.dim)

    return call


def _upsample(op: Any, x: torch.Tensor) -> Any:
    def each(value: Any) -> Any:  # one value stands for all axes
        return value[0] if value is not None and len(value) == 1 else value

    size, scale = each(op.size), each(op.scale_factor)
    options = (op.mode, op.align_corners, op.recompute_scale_factor, op.antialias)
    return F.interpolate(x, size, scale, *options)


#: Functions by op: each takes the op and its inputs, and returns a tensor or several.
FUNCTIONS: dict[str, Function] = {
    "Add": _arithmetic(operator.add, operator.iadd),
    "Sub": _arithmetic(operator.sub, operator.isub),
    "Mul": _arithmetic(operator.mul, operator.imul),
    "Div": _arithmetic(operator.truediv, operator.itruediv),
    "Cat": lambda op, *inputs: torch.cat(inputs, op.dim),
    "Stack": lambda op, *inputs: torch.stack(inputs, op.dim),
    "Reshape": lambda op, x: x.reshape(_sizes(op.shape, x)),
    "Unflatten": _unflatten,
    "Permute": lambda op, x: x.permute(op.dims),
    "Transpose": lambda op, x: x.transpose(op.dim0, op.dim1),
    "Squeeze": lambda op, x: x.squeeze() if op.dim is None else x.squeeze(op.dim),
    "Unsqueeze": lambda op, x: x.unsqueeze(op.dim),
    "Expand": lambda op, x: x.expand(op.size),
    "Mean": _reduced(torch.mean),
    "Sum": _reduced(torch.sum),
    "Max": _reduced(torch.amax),
    "Std": _reduced(torch.std),
    "Norm": _norm,
    "GlobalAvgPool": _global(torch.mean),
    "GlobalMaxPool": _global(torch.amax),
    "Softmax": _softmax(torch.softmax),
    "LogSoftmax": _softmax(torch.log_softmax),
    "Softmin": _softmax(F.softmin),
    "MatMul": lambda op, left, right: torch.matmul(left, right),
    "Einsum": lambda op, *inputs: torch.einsum(op.equation, *inputs),
    "ScaledDotProductAttention": _attention,
    "CDist": lambda op, left, right: torch.cdist(left, right, op.p),
    "Normalize": lambda op, x: F.normalize(x, op.p, op.dim, op.eps),
    "Pad": lambda op, x: F.pad(x, op.padding, op.mode, op.value),
    "Upsample": _upsample,
    "Unused": lambda op: torch.zeros(()),
    **positions.FUNCTIONS,
    **named.FUNCTIONS,
}
