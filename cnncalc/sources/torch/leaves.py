"""Modules that are one op: the classes of torch.nn, and a few of torchvision.ops.

Only the exact class counts: a subclass may compute something else, and a module with hooks
does more than its class says. Those are followed into their `forward`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import torch

from ...errors import OpError
from ...ops import CATALOGUE, Op
from ...ops.held import shapes_by_name
from ..calls.making import make
from .tensors import is_lazy

Reader = Callable[[Any], Op]


def leaf_op(module: torch.nn.Module) -> Op | None:
    """The op that a module is, or None where its `forward` has to be followed."""
    kind = type(module)
    if kind not in _READERS:
        _READERS[kind] = _reader(kind)
    reader = _READERS[kind]
    if reader is None or _is_altered(module):
        return None
    try:
        op = reader(module)
        return op if _agrees(module, op) else None
    except (OpError, AttributeError, TypeError):
        return None  # hyper-parameters that no op takes: torch decides


def _agrees(module: torch.nn.Module, op: Op) -> bool:
    """Does it hold the tensors that its attributes speak of? torch goes by the tensors."""
    for name, shape in shapes_by_name(op).items():
        tensor = getattr(module, name, None)
        if isinstance(tensor, torch.Tensor) and not is_lazy(tensor) and tensor.shape != shape:
            return False
    return True


def _is_altered(module: torch.nn.Module) -> bool:
    """Does a hook, or a method put on the instance, change what the module does?"""
    return bool(module._forward_hooks or module._forward_pre_hooks or "forward" in module.__dict__)


#: How to read a module of a class, for the classes met so far; None: follow its forward.
_READERS: dict[type, Reader | None] = {}


def _reader(kind: type) -> Reader | None:
    """How to read a module of that class, if it is a leaf."""
    home, name = kind.__module__, kind.__name__
    if home.startswith("torchvision.ops.") and name in _TORCHVISION:
        return _TORCHVISION[name]
    if not home.startswith("torch.nn.modules.") or name not in CATALOGUE:
        return None
    if getattr(torch.nn, name, None) is not kind:
        return None
    return _SPECIAL.get(name) or _attributes(name)


def _attributes(op: str) -> Reader:
    """A reader for modules that keep their hyper-parameters under torch's names."""
    names = [argument.name for argument in CATALOGUE[op].arguments]

    def read(module: Any) -> Op:
        values = []
        for name in names:
            value = getattr(module, name)
            if name == "bias":
                value = value is not None and value is not False
            values.append(tuple(value) if isinstance(value, list) else value)
        return make(op, *values)

    return read


def _attention(module: Any) -> Op:
    return make(
        "MultiheadAttention",
        module.embed_dim,
        module.num_heads,
        module.dropout,
        module.in_proj_bias is not None,
        module.bias_k is not None,
        module.add_zero_attn,
        module.kdim,
        module.vdim,
        module.batch_first,
    )


def _stochastic_depth(module: Any) -> Op:
    return make("StochasticDepth", module.p, module.mode)


def _permute(module: Any) -> Op:
    return make("Permute", tuple(module.dims))


def _upsample(module: Any) -> Op:
    def pair(value: Any) -> Any:
        return tuple(value) if isinstance(value, list | tuple) else value

    return make(
        "Upsample",
        pair(module.size),
        pair(module.scale_factor),
        module.mode,
        module.align_corners,
        module.recompute_scale_factor,
    )


def _layer_norm(module: Any) -> Op:
    return make(
        "LayerNorm",
        tuple(module.normalized_shape),
        module.eps,
        module.elementwise_affine,
        module.bias is not None,
    )


def _identity(module: Any) -> Op:
    return make("Identity")


def _flatten_sizes(module: Any) -> Op:
    sizes = module.unflattened_size
    if not isinstance(module.dim, int) or not all(isinstance(size, int) for size in sizes):
        raise OpError("named dims")
    return make("Unflatten", module.dim, tuple(sizes))


_SPECIAL: dict[str, Reader] = {
    "MultiheadAttention": _attention,
    "Upsample": _upsample,
    "LayerNorm": _layer_norm,
    "Identity": _identity,
    "Unflatten": _flatten_sizes,
}
_TORCHVISION: dict[str, Reader] = {
    "StochasticDepth": _stochastic_depth,
    "Permute": _permute,
}


def takes(op: Op, args: Any, kwargs: Any) -> bool:
    """Is a leaf called as usual? (`output_size` of a transposed convolution changes its op.)"""
    given = [*args, *kwargs.values()]
    if op.type.startswith("ConvTranspose") and len(given) > 1:
        return False
    if op.type == "EmbeddingBag" and (len(args) > 2 or "per_sample_weights" in kwargs):
        return False
    return bool(given) and isinstance(given[0], torch.Tensor)


def is_compiled(module: torch.nn.Module) -> bool:
    """Is it the wrapper that `torch.compile` puts around a module?"""
    dynamo = sys.modules.get("torch._dynamo.eval_frame")
    return dynamo is not None and isinstance(module, dynamo.OptimizedModule)
