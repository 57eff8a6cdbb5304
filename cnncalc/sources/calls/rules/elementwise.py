"""Functions that work element by element and have no op of their own: one rule for all."""

from __future__ import annotations

from typing import Any

from ....ops import Op
from .call import Call
from .elementwise_table import ARGUMENTS, ELEMENTWISE

#: Elementwise functions that torch has no primitive of that name for.
_MORE_WORDS = """
    clip absolute negative arctan arcsin arccos arctan2 multiply subtract divide true_divide greater
    less greater_equal less_equal not_equal fix square float_power rdiv rpow softmin hardtanh tril
    triu nan_to_num zero fill uniform normal bernoulli random geometric exponential log_normal
    cauchy copysign isreal iscomplex conj_physical conj real imag masked_fill masked_scatter where
    floor_divide complex polar fake_quantize_per_tensor_affine dropout1d feature_dropout
    native_dropout alpha_dropout isclose
"""
MORE = frozenset(_MORE_WORDS.split())


def is_generic(name: str) -> bool:
    """Is it a function that works element by element?"""
    return name in MORE or name in ELEMENTWISE


def generic(call: Call, *args: Any, **kwargs: Any) -> Op | None:
    """An elementwise function of all tensors it is given, with its plain numbers."""
    return call.op("Pointwise", call.name, plain_settings(call, args, kwargs))


def plain_settings(call: Call, args: Any, kwargs: Any) -> tuple[tuple[str, Any], ...]:
    """The plain numbers and words among the arguments, by name."""
    names = ARGUMENTS.get(call.name, ())
    values = [
        (names[at] if at < len(names) else f"argument{at}", value)
        for at, value in enumerate(args)
        if at and _is_plain(value)
    ]
    values += [(name, value) for name, value in kwargs.items() if _is_plain(value)]
    return tuple(values)


def _is_plain(value: Any) -> bool:
    return isinstance(value, bool | int | float | str)
