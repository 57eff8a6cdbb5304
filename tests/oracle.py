"""What torch makes of an op: the module or function that the op stands for.

Needs torch; tests that use it carry the marker `torch`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from cnncalc.ops import Op
from cnncalc.shape import Shape

Tensors = tuple[torch.Tensor, ...]


class Outcome(NamedTuple):
    """What torch does on the meta device."""

    shapes: tuple[Shape, ...]
    params: int
    buffers: int
    flops: int


def _arithmetic(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(op: Any, *inputs: torch.Tensor) -> Any:
        result = inputs[0] if op.other is None else function(inputs[0], op.other)
        for each in inputs[1:]:
            result = function(result, each)
        return result

    return call


def _reshape(op: Any, x: torch.Tensor) -> torch.Tensor:
    sizes = [x.shape[int(size[1:])] if isinstance(size, str) else size for size in op.shape]
    return x.reshape(sizes)


def _slice(op: Any, x: torch.Tensor) -> torch.Tensor:
    if not -x.dim() <= op.dim < x.dim():
        raise IndexError(op.dim)
    index: list[Any] = [slice(None)] * x.dim()
    index[op.dim] = slice(op.start, op.end, op.step)
    return x[tuple(index)]


def _split(op: Any, x: torch.Tensor) -> Any:
    sections = op.split_size_or_sections
    return torch.split(x, sections[0] if len(sections) == 1 else list(sections), op.dim)


def _reduced(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(op: Any, x: torch.Tensor) -> torch.Tensor:
        dim = tuple(range(x.dim())) if op.dim is None else op.dim
        result: torch.Tensor = function(x, dim=dim, keepdim=op.keepdim)
        return result

    return call


def _global(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(op: Any, x: torch.Tensor) -> torch.Tensor:
        if x.dim() < 3:
            raise ValueError("no positions")
        result: torch.Tensor = function(x, dim=tuple(range(2, x.dim())), keepdim=True)
        return result

    return call


def _upsample(op: Any, x: torch.Tensor) -> torch.Tensor:
    rank = x.dim() - 2

    def each(value: Any) -> Any:
        return value[0] if value is not None and len(value) == 1 != rank else value

    return F.interpolate(
        x,
        each(op.size),
        each(op.scale_factor),
        op.mode,
        op.align_corners,
        op.recompute_scale_factor,
    )


def _matmul(op: Any, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    # FlopCounterMode has no rule for dot and mv, so vectors are made matrices of one row or column.
    result = torch.matmul(
        left[None] if left.dim() == 1 else left, right[:, None] if right.dim() == 1 else right
    )
    result = result.squeeze(-1) if right.dim() == 1 else result
    return result.squeeze(-1 if right.dim() == 1 else -2) if left.dim() == 1 else result


def _bilinear(op: Any, made: Any, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    # FlopCounterMode has no rule for _trilinear; einsum multiplies from the left in counted steps.
    made(x, y)
    return torch.einsum("...i,kij,...j->...k", x[None], made.weight, y[None])[0]


#: Ops that torch has as functions only, or whose module says less than the function.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Add": _arithmetic(torch.add),
    "Sub": _arithmetic(torch.sub),
    "Mul": _arithmetic(torch.mul),
    "Div": _arithmetic(torch.div),
    "Cat": lambda op, *inputs: torch.cat(inputs, op.dim),
    "Stack": lambda op, *inputs: torch.stack(inputs, op.dim),
    "Reshape": _reshape,
    "Permute": lambda op, x: x.permute(op.dims),
    "Transpose": lambda op, x: x.transpose(op.dim0, op.dim1),
    "Squeeze": lambda op, x: x.squeeze() if op.dim is None else x.squeeze(op.dim),
    "Unsqueeze": lambda op, x: x.unsqueeze(op.dim),
    "Expand": lambda op, x: x.expand(op.size),
    "Repeat": lambda op, x: x.repeat(op.repeats),
    "Chunk": lambda op, x: torch.chunk(x, op.chunks, op.dim),
    "Split": _split,
    "Slice": _slice,
    "Select": lambda op, x: x.select(op.dim, op.index),
    "Roll": lambda op, x: torch.roll(x, op.shifts, op.dims),
    "Mean": _reduced(torch.mean),
    "Sum": _reduced(torch.sum),
    "Max": _reduced(torch.amax),
    "Std": _reduced(torch.std),
    "Norm": _reduced(torch.linalg.vector_norm),
    "GlobalAvgPool": _global(torch.mean),
    "GlobalMaxPool": _global(torch.amax),
    "MatMul": _matmul,
    "Einsum": lambda op, *inputs: torch.einsum(op.equation, *inputs),
    "ScaledDotProductAttention": lambda op, *inputs: F.scaled_dot_product_attention(
        *inputs, is_causal=op.is_causal
    ),
    "Pad": lambda op, x: F.pad(x, op.padding, op.mode, op.value),
    "Upsample": _upsample,
    "StochasticDepth": lambda _, x: x,
}


def module(op: Op) -> torch.nn.Module:
    """The module of torch.nn that an op stands for."""
    values = {argument.name: getattr(op, argument.name) for argument in op.arguments}
    if op.type == "LPPool1d":  # torch takes a tuple here, and fails on it in forward
        values = {name: v[0] if isinstance(v, tuple) else v for name, v in values.items()}
    made: torch.nn.Module = getattr(torch.nn, op.type)(**values)
    return made.eval()


def run(op: Op, made: torch.nn.Module | None, inputs: Tensors) -> Tensors:
    """The outputs of an op in torch."""
    if op.type == "MultiheadAttention" and len(inputs) == 1:
        inputs = inputs * 3
    if op.type == "Bilinear":
        return (_bilinear(op, made, *inputs),)
    result = FUNCTIONS[op.type](op, *inputs) if made is None else made(*inputs)
    return tuple(_tensors(result))


def _tensors(result: Any) -> Any:
    if isinstance(result, torch.Tensor):
        yield result
    else:
        for item in result:
            yield from _tensors(item)


def outcome(op: Op, shapes: tuple[Shape, ...], device: str = "meta") -> Outcome:
    """What torch makes of an op on inputs of these shapes.

    On the meta device nothing is computed; but some checks are only made on a real one.
    """
    with torch.device(device):
        made = None if op.type in FUNCTIONS else module(op)
        kind = torch.long if op.type == "Embedding" else torch.float32
        inputs = tuple(torch.zeros(shape, dtype=kind) for shape in shapes)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            outputs = run(op, made, inputs)
    parameters = made.parameters() if made is not None else ()
    buffers = made.buffers() if made is not None else ()
    return Outcome(
        tuple(tuple(output.shape) for output in outputs),
        sum(parameter.numel() for parameter in parameters),
        sum(buffer.numel() for buffer in buffers),
        int(counter.get_total_flops()),
    )
