"""Rules for torch's functions: which op a call is.

`find_rule` finds the rule for a function by its name, whether it is called as `torch.relu`,
`F.relu`, `x.relu()`, `x.relu_()` or `torch.ops.aten.relu`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import torch

from .call import ALIAS, HANDLERS, Call, Kind, Rule
from .casts import LIKE, MOVE, NO, PASS, SILENT, VALUES
from .elementwise import generic, is_generic

for _module in (
    "activations",
    "arithmetic",
    "attention",
    "convolutions",
    "indexing",
    "losses",
    "norms",
    "places",
    "pooling",
    "reductions",
    "shapes",
    "spectra",
):
    import_module(f".{_module}", __name__)

_FOUND: dict[Any, Rule] = {}
#: Names under which a function means something else than its name.
_OTHERWISE = {torch.Tensor.unfold: "unfold_dim"}


def find_rule(func: Any, name: str | None = None, primitive: bool = False) -> Rule:
    """The rule for a function of torch; one of kind UNKNOWN where there is none."""
    key = (func, primitive)
    found = _FOUND.get(key)
    if found is None:
        found = _FOUND[key] = _rule(name or _OTHERWISE.get(func) or name_of(func), primitive)
    return found


def name_of(func: Any) -> str:
    """`relu_` for `Tensor.relu_`, `convolution` for `aten.convolution.default`."""
    if isinstance(func, torch._ops.OpOverload | torch._ops.OpOverloadPacket):
        packet = func.overloadpacket if isinstance(func, torch._ops.OpOverload) else func
        namespace, _, name = str(packet._qualified_op_name).partition("::")
        return name if namespace in ("aten", "torchvision") else f"{namespace}.{name}"
    return str(getattr(func, "__name__", func))


def _rule(name: str, primitive: bool) -> Rule:
    inplace = False
    base = name
    if name.startswith("__") and name.endswith("__"):
        base = name[2:-2]
        if base.startswith("i") and base[1:] in _IN_PLACE:
            base, inplace = base[1:], True
        base = _SPELLINGS.get(base, base)
        if name in VALUES:
            base = name
    elif name.endswith("_") and not name.startswith("_"):
        base, inplace = name[:-1], True
    if base == "setitem":
        inplace = True
    kind, handler = _kind(base, name)
    shown = f"aten.{base}" if primitive and "." not in base else base
    return Rule(
        base if kind is Kind.OP else shown, kind, handler, inplace, base in SILENT, primitive
    )


def _kind(base: str, name: str) -> tuple[Kind, Any]:
    if name in VALUES or base in VALUES:
        return Kind.VALUES, None
    if base in NO:
        return Kind.NO, None
    if base in PASS:
        return Kind.PASS, None
    if base in HANDLERS:
        return (Kind.MOVE if base in MOVE else Kind.OP), HANDLERS[base]
    if base in LIKE:
        return Kind.LIKE, None
    if is_generic(base):
        return Kind.OP, generic
    return Kind.UNKNOWN, None


#: Operators in Python's spelling, and what torch calls them.
_SPELLINGS = {
    "radd": "add",
    "rmul": "mul",
    "truediv": "div",
    "rtruediv": "rdiv",
    "floordiv": "floor_divide",
    "rfloordiv": "floor_divide",
    "mod": "remainder",
    "rmod": "remainder",
    "invert": "bitwise_not",
    "and": "bitwise_and",
    "rand": "bitwise_and",
    "or": "bitwise_or",
    "ror": "bitwise_or",
    "xor": "bitwise_xor",
    "rxor": "bitwise_xor",
    "lshift": "bitwise_left_shift",
    "rshift": "bitwise_right_shift",
}
_IN_PLACE = {
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor",
    "lshift", "rshift",
}  # fmt: skip

#: Functions that in place change the shape of their input.
RESHAPING = frozenset(
    [
        "unsqueeze",
        "squeeze",
        "transpose",
        "t",
        "swapaxes",
        "swapdims",
        "as_strided",
        "resize",
        "resize_as",
    ]
)

__all__ = ["ALIAS", "RESHAPING", "Call", "Kind", "Rule", "find_rule", "name_of"]
