"""`torch.finfo` and `torch.iinfo`: the largest and smallest numbers of a dtype."""

from __future__ import annotations

from typing import Any

from ..interpreter import Interpreter
from ..values import Class, Instance
from .tensor import DType, dtype

#: Dtype -> bits of its exponent and of its fraction.
_FLOATS = {"float16": (5, 10), "bfloat16": (8, 7), "float32": (8, 23), "float64": (11, 52)}
_INTEGERS = {"int8": 8, "int16": 16, "int32": 32, "int64": 64}
_INFO = Class("finfo", module="torch")


def float_limits(reader: Interpreter, kind: Any = None) -> Instance:
    """`torch.finfo(x.dtype)`. Raises the user's TypeError for other dtypes."""
    kind = dtype("float32") if kind is None else kind
    if not isinstance(kind, DType) or kind.name not in _FLOATS:
        raise TypeError("torch.finfo() requires a floating point input type")
    exponent, fraction = _FLOATS[kind.name]
    bias = (1 << (exponent - 1)) - 1
    largest = (2.0 - 2.0**-fraction) * 2.0**bias
    return _described(
        dtype=kind.name, bits=1 + exponent + fraction, max=largest, min=-largest,
        eps=2.0**-fraction, tiny=2.0 ** (1 - bias), smallest_normal=2.0 ** (1 - bias),
    )  # fmt: skip


def integer_limits(reader: Interpreter, kind: Any) -> Instance:
    """`torch.iinfo(torch.int64)`. Raises the user's TypeError for other dtypes."""
    if isinstance(kind, DType) and kind.name == "uint8":
        return _described(dtype=kind.name, bits=8, max=255, min=0)
    if not isinstance(kind, DType) or kind.name not in _INTEGERS:
        raise TypeError("torch.iinfo() requires an integer input type")
    half = 1 << (_INTEGERS[kind.name] - 1)
    return _described(dtype=kind.name, bits=_INTEGERS[kind.name], max=half - 1, min=-half)


def _described(**values: Any) -> Instance:
    made = Instance(_INFO)
    made.attributes.update(values)
    return made
