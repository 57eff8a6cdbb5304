"""math and numpy: what models use to count."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .builtin import BUILTINS
from .interpreter import Interpreter
from .operators import binary
from .values import Native, Opaque, called


def opaque_if(run: Callable[..., Any], name: str) -> Native:
    """A function of numbers; of something unknown it is unknown."""

    def checked(reader: Interpreter, *args: Any) -> Any:
        for value in args:
            if value.__class__ is Opaque:
                return Opaque(f"{name}({value.what})")
        return run(*args)

    return Native(name, checked)


_MATH = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "ceil",
    "copysign",
    "cos",
    "cosh",
    "degrees",
    "exp",
    "expm1",
    "fabs",
    "floor",
    "fmod",
    "frexp",
    "gcd",
    "hypot",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "isqrt",
    "ldexp",
    "log",
    "log10",
    "log1p",
    "log2",
    "modf",
    "pow",
    "radians",
    "remainder",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "trunc",
]


@called("factorial")
def _factorial(reader: Interpreter, value: int) -> int:
    reader.budget.bits(value * max(value.bit_length(), 1))
    return math.factorial(value)


@called("comb")
def _comb(reader: Interpreter, n: int, k: int) -> int:
    reader.budget.bits(min(n, 1 << 20))
    return math.comb(n, k)


@called("prod")
def _prod(reader: Interpreter, items: Any, *, start: Any = 1) -> Any:
    for item in reader.iterate(items):
        start = binary(reader, "mul", start, item)
    return start


MATH: dict[str, Any] = {
    **{name: opaque_if(getattr(math, name), f"math.{name}") for name in _MATH},
    **{name: getattr(math, name) for name in ("pi", "e", "inf", "nan", "tau")},
    "factorial": _factorial,
    "comb": _comb,
    "prod": _prod,
}


# numpy


@called("np.prod")
def _np_prod(reader: Interpreter, items: Any, axis: Any = None) -> Any:
    if items.__class__ is Opaque:
        return Opaque(f"np.prod({items.what})")
    if isinstance(items, int | float):
        return items
    return _prod.run(reader, items)


_INTEGERS = ("int8", "int16", "int32", "int64", "uint8")
_FLOATS = ("float16", "float32", "float64")


def _scalar(name: str, kind: type) -> Native:
    """`np.float32(x)`; as a dtype it goes by its name."""
    return Native(f"np.{name}", lambda reader, value=0: reader.call(kind, (value,)))


NUMPY: dict[str, Any] = {
    "prod": _np_prod,
    "product": _np_prod,
    "sum": Native("np.sum", lambda reader, items: BUILTINS["sum"].run(reader, items)),
    "max": Native("np.max", lambda reader, items: BUILTINS["max"].run(reader, items)),
    "min": Native("np.min", lambda reader, items: BUILTINS["min"].run(reader, items)),
    **{name: _scalar(name, int) for name in _INTEGERS},
    **{name: _scalar(name, float) for name in _FLOATS},
    "int": int,
    "float": float,
    "pi": math.pi,
    "inf": math.inf,
}
