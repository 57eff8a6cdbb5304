"""What torch makes of an op: the module or function that the op stands for.

Which one that is, `cnncalc.runnable` says; what FlopCounterMode cannot count is done here in
ways that it can. Needs torch; tests that use it carry the marker `torch`.
"""

from __future__ import annotations

import operator
from typing import Any, NamedTuple

import torch
from torch.utils.flop_counter import FlopCounterMode
from torch_ops import CALLS

from cnncalc.ops import Op
from cnncalc.ops.arguments import python_value
from cnncalc.runnable import modules
from cnncalc.runnable.functions import FUNCTIONS
from cnncalc.shape import Shape

__all__ = ["FUNCTIONS", "Outcome", "Tensors", "module", "outcome", "run"]

Tensors = tuple[torch.Tensor, ...]


def kind(op: Op) -> str:
    """The name of an op's class; its type may be that of a function it stands for."""
    return type(op).__name__


class Outcome(NamedTuple):
    """What torch does on the meta device."""

    shapes: tuple[Shape, ...]
    params: int
    buffers: int
    flops: int


def _matmul(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
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


#: More outputs than any op has: nothing is left out because nobody reads it.
ALL = 2**20


def module(op: Op) -> torch.nn.Module | None:
    """The module of torch that an op stands for; None where torch has a function."""
    if kind(op) in CALLS:
        return None
    if kind(op) == "Functional":
        return module(op.op)  # type: ignore[attr-defined]
    if kind(op) == "MultiheadAttention":
        named = {each.name: getattr(op, each.name) for each in op.arguments}
        del named["average_attn_weights"]  # an argument of the call
        return torch.nn.MultiheadAttention(**named).eval()
    made: torch.nn.Module | None = modules.make(op)
    return None if made is None else made.eval()


def run(op: Op, made: torch.nn.Module | None, inputs: Tensors) -> Tensors:
    """The outputs of an op in torch."""
    given: Any = op
    if kind(op) in CALLS:
        return flat(CALLS[kind(op)](op, *inputs))
    if kind(op) == "Bilinear":
        return (_bilinear(op, made, *inputs),)
    if kind(op) == "MatMul":
        return (_matmul(*inputs),)
    if kind(op) == "MultiheadAttention":
        return flat(_attention(given, made, inputs))
    if kind(op) in STATEFUL and len(inputs) > 2:
        return flat(made(inputs[0], inputs[1:]))  # type: ignore[misc]
    if kind(op) == "ScaledDotProductAttention":
        masks = {"is_causal": given.is_causal, "enable_gqa": given.enable_gqa}
        return flat(torch.nn.functional.scaled_dot_product_attention(*inputs, **masks))
    if kind(op) in ARITHMETIC and given.reverse and given.other is not None:
        return (ARITHMETIC[kind(op)](python_value(given.other), inputs[0]),)
    if kind(op) == "Functional":
        return flat(_functional(given, made, inputs))
    return modules.call(op, made, inputs, ALL)


STATEFUL = ("LSTM", "LSTMCell")
ARITHMETIC = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mul": operator.mul,
    "Div": operator.truediv,
}


def flat(result: Any) -> Tensors:
    """The tensors of a nested result."""
    if isinstance(result, torch.Tensor):
        return (result,)
    return tuple(tensor for item in result for tensor in flat(item))


def _attention(op: Any, made: Any, inputs: Tensors) -> Any:
    query, key, value = inputs[:3] if len(inputs) > 2 else inputs * 3
    named = dict(zip(("attn_mask", "key_padding_mask"), inputs[3:], strict=False))
    return made(query, key, value, average_attn_weights=op.average_attn_weights, **named)


def _functional(op: Any, made: Any, inputs: Tensors) -> Any:
    """The module with the last inputs in the place of its weights."""
    names = [name for name, _ in made.named_parameters()]
    weights = dict(zip(names, inputs[-op.weights :], strict=False))
    return torch.func.functional_call(made, weights, inputs[: -op.weights])


def outcome(op: Op, shapes: tuple[Shape, ...], device: str = "meta") -> Outcome:
    """What torch makes of an op on inputs of these shapes.

    On the meta device nothing is computed; but some checks are only made on a real one.
    """
    with torch.device(device):
        made = module(op)
        dtype = torch.long if op.type.startswith("Embedding") else torch.float32
        inputs = tuple(torch.zeros(shape, dtype=dtype) for shape in shapes)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            outputs = run(op, made, inputs)
            if kind(op) == "DeformConv2d":  # not counted: as the plain convolution
                named = {each.name: getattr(op, each.name) for each in op.arguments}
                torch.nn.Conv2d(**named)(inputs[0])
    own = made is not None and kind(op) != "Functional"
    parameters = made.parameters() if made is not None and own else ()
    buffers = made.buffers() if made is not None and own else ()
    return Outcome(
        tuple(tuple(output.shape) for output in outputs),
        sum(parameter.numel() for parameter in parameters),
        sum(buffer.numel() for buffer in buffers),
        int(counter.get_total_flops()),
    )
