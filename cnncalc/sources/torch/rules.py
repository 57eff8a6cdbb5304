"""Functions of torch and the names that their rules go by."""

from __future__ import annotations

from typing import Any

import torch

from ..calls.rules import Rule, find

_FOUND: dict[Any, Rule] = {}
#: Names under which a function means something else than its name.
_OTHERWISE = {torch.Tensor.unfold: "unfold_dim"}


def find_rule(func: Any, name: str | None = None, primitive: bool = False) -> Rule:
    """The rule for a function of torch; one of kind UNKNOWN where there is none."""
    key = (func, primitive)
    found = _FOUND.get(key)
    if found is None:
        named = name or _OTHERWISE.get(func) or name_of(func)
        found = _FOUND[key] = find(named, primitive)
    return found


def name_of(func: Any) -> str:
    """`relu_` for `Tensor.relu_`, `convolution` for `aten.convolution.default`."""
    if isinstance(func, torch._ops.OpOverload | torch._ops.OpOverloadPacket):
        packet = func.overloadpacket if isinstance(func, torch._ops.OpOverload) else func
        namespace, _, name = str(packet._qualified_op_name).partition("::")
        return name if namespace in ("aten", "torchvision") else f"{namespace}.{name}"
    return str(getattr(func, "__name__", func))
