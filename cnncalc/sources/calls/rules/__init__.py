"""Rules for torch's functions: which op a call is.

`find` finds the rule for a function by its name, whether it is called as `torch.relu`,
`F.relu`, `x.relu()`, `x.relu_()` or `torch.ops.aten.relu`. Functions of torch's own namespaces
have that before their name (`fft_rfft`, `linalg_norm`, `special_logsumexp`), operators likewise
(`x + y` is `__add__`), and the method `x.unfold` is `unfold_dim`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from .call import ALIAS, HANDLERS, Call, Kind, Rule, spelled
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


@cache
def find(name: str, primitive: bool = False) -> Rule:
    """The rule for a function by its name; one of kind UNKNOWN where there is none.

    A `primitive` is an operator of torch's own, of which there is nothing inside.
    """
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

__all__ = ["ALIAS", "RESHAPING", "Call", "Kind", "Rule", "find", "is_generic", "spelled"]
