"""Ops as modules of torch, and how these are called.

An op that is a class of torch.nn needs no word here: its arguments are that class' own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import torch
from torch import nn

from ..errors import FileError
from ..ops import Op
from .base import Module, kind
from .functions import FUNCTIONS
from .named import elementwise

#: Spread of the random values that a bare parameter starts with, as in vision transformers.
STD = 0.02


class StochasticDepth(Module):
    """Drop each sample's (`row`) or the whole (`batch`) residual branch at random in training."""

    def __init__(self, p: float, mode: str) -> None:
        super().__init__()
        self.p = p
        self.mode = mode

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The input, parts of it zeroed and the rest scaled up in training; same shape."""
        if not self.training or self.p == 0:
            return x
        kept = 1 - self.p
        size = x.shape[:1] if self.mode == "row" else x.shape[:0]
        noise = torch.empty(
            (*size, *(1,) * (x.dim() - len(size))), dtype=x.dtype, device=x.device
        ).bernoulli_(kept)
        return x * (noise / kept if kept else noise)

    def extra_repr(self) -> str:
        """The arguments, as torch prints them."""
        return f"p={self.p}, mode={self.mode!r}"


class _Called(Module):
    """An op as a module with the layer's own arguments, so that its weights can be swapped."""

    def __init__(self, op: Op) -> None:
        super().__init__()
        self.op = op
        self.made = make(op)

    def forward(self, *inputs: Any) -> tuple[Any, ...]:
        return call(self.op, self.made, inputs, 2)


class Functional(Module):
    """An op whose weights are the last of its inputs: running statistics, weight, bias."""

    def __init__(self, op: Any) -> None:
        super().__init__()
        self.count = op.weights
        with torch.device("meta"):
            called = _Called(op.op)
        statistics = [name for name, _ in called.named_buffers() if not name.endswith("tracked")]
        self.names = [*statistics, *(name for name, _ in called.named_parameters())]
        # In a tuple torch does not see it: its parameters are nobody's.
        self._called = (called,)

    def forward(self, *inputs: Any) -> Any:
        """The op of the first inputs, with the others as its weights."""
        called = self._called[0]
        called.train(self.training)
        weights = dict(zip(self.names, inputs[-self.count :], strict=True))
        return torch.func.functional_call(called, weights, inputs[: -self.count])


def _arguments(op: Op) -> dict[str, Any]:
    return {argument.name: getattr(op, argument.name) for argument in op.arguments}


def _lp_pool1d(op: Any) -> Any:
    # torch's takes a tuple here, and fails on it in forward.
    return nn.LPPool1d(op.norm_type, op.kernel_size[0], op.stride[0], op.ceil_mode)


def _attention(op: Any) -> Any:
    values = _arguments(op)
    del values["average_attn_weights"]  # torch wants it in the call
    return nn.MultiheadAttention(**values)


def _deformed(op: Any) -> Any:
    if find_spec("torchvision") is None:
        raise FileError(
            "running DeformConv2d needs torchvision, which is not installed",
            help="pip install torchvision",
        )
    from torchvision.ops import DeformConv2d

    return DeformConv2d(**_arguments(op))


#: Ops whose modules are not those of torch.nn, or not with the op's own arguments.
_MODULES: dict[str, Callable[[Any], Any]] = {
    "LPPool1d": _lp_pool1d,
    "MultiheadAttention": _attention,
    "DeformConv2d": _deformed,
    "StochasticDepth": lambda op: StochasticDepth(op.p, op.mode),
    "Functional": Functional,
}


def _parameter(op: Any, owner: Module, name: str) -> None:
    tensor = nn.init.normal_(torch.empty(op.shape), std=STD)
    owner._parameters[name] = nn.Parameter(tensor)


def _buffer(op: Any, owner: Module, name: str) -> None:
    owner._buffers[name] = torch.zeros(op.shape)


def _constant(op: Any, owner: Module, name: str) -> None:
    """A buffer, so that it moves between devices; but no part of the state_dict."""
    _buffer(op, owner, name)
    owner._non_persistent_buffers_set.add(name)


#: Ops that are tensors: each puts its own into the module that owns it.
TENSORS: dict[str, Callable[[Any, Module, str], None]] = {
    "Parameter": _parameter,
    "Buffer": _buffer,
    "Constant": _constant,
}


def _attend(op: Any, made: Any, inputs: tuple[Any, ...], wanted: int) -> Any:
    query, key, value = inputs[:3] if len(inputs) > 1 else inputs * 3
    masks = dict(zip(("attn_mask", "key_padding_mask"), inputs[3:], strict=False))
    if wanted < 2:  # nobody reads the weights: torch then has a faster way
        return made(query, key, value, need_weights=False, **masks)
    return made(query, key, value, average_attn_weights=op.average_attn_weights, **masks)


def _with_states(op: Any, made: Any, inputs: tuple[Any, ...], wanted: int) -> Any:
    return made(inputs[0], inputs[1:] or None)


#: Modules that are called with other arguments than the layer's inputs. Each takes the op, the
#: module, the inputs, and the number of outputs that somebody reads.
_CALLS: dict[str, Callable[[Any, Any, tuple[Any, ...], int], Any]] = {
    "MultiheadAttention": _attend,
    "LSTM": _with_states,
    "LSTMCell": _with_states,
}


def refusal(op: Any, inputs: int) -> str | None:
    """Why an op on so many inputs cannot be run; None where it can."""
    name = kind(op)
    if name == "Unknown":
        return f"what {op.name!r} does is not known"
    if name in ("Whole", "Anywhere"):
        return f"{name} says what {op.function!r} makes, not how"
    if name == "Functional":
        return refusal(op.op, inputs - op.weights)
    if name == "Pointwise" and elementwise(op.function) is None:
        return f"torch has no elementwise function {op.function!r}"
    if name == "Cast" and not isinstance(getattr(torch, op.dtype, None), torch.dtype):
        return f"torch has no dtype {op.dtype!r}"
    if name == "Assign" and (inputs != 2 or op.part is None or any(len(p) < 2 for p in op.part)):
        return f"{op} does not say what is written where"
    known = name in FUNCTIONS or name in _MODULES or name in TENSORS
    if known or (op.torch_name == f"torch.nn.{name}" and hasattr(nn, name)):
        return None
    return f"torch has no operation for {op}"


def make(op: Op) -> Any:
    """The module for an op, on the default device; None where the op is a function or a tensor."""
    name = kind(op)
    if name in FUNCTIONS or name in TENSORS:
        return None
    return _MODULES[name](op) if name in _MODULES else getattr(nn, name)(**_arguments(op))


def call(op: Op, made: Any, inputs: tuple[Any, ...], wanted: int) -> tuple[Any, ...]:
    """Run an op: the function, or the module made for it; returns its outputs.

    `wanted` is the number of outputs that somebody reads; later ones may be missing.
    """
    name = kind(op)
    if made is None:
        result = FUNCTIONS[name](op, *inputs)
    elif name in _CALLS:
        result = _CALLS[name](op, made, inputs, wanted)
    else:
        result = made(*inputs)
    return tuple(_tensors(result))


def _tensors(result: Any) -> Iterator[Any]:
    """The tensors of a nested result: an LSTM returns output, (hidden, cell)."""
    if isinstance(result, tuple | list):
        for item in result:
            yield from _tensors(item)
    else:
        yield result
