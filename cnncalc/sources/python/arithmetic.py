"""math and numpy: what models use to count."""

from __future__ import annotations

import itertools
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


def _listed_numbers(reader: Interpreter, value: Any) -> list[Any]:
    return [int(item) if isinstance(item, bool) else item for item in reader.iterate(value)]


@called("np.prod")
def _np_prod(reader: Interpreter, items: Any, axis: Any = None) -> Any:
    if items.__class__ is Opaque:
        return Opaque(f"np.prod({items.what})")
    if isinstance(items, int | float):
        return items
    return _prod.run(reader, items)


@called("np.cumsum")
def _np_cumsum(reader: Interpreter, items: Any) -> list[Any]:
    return list(itertools.accumulate(_listed_numbers(reader, items)))


@called("np.linspace")
def _np_linspace(reader: Interpreter, start: Any, stop: Any, num: int = 50) -> list[Any]:
    reader.budget.items(num)
    step = (stop - start) / (num - 1) if num > 1 else 0.0
    return [start + step * at for at in range(num)]


@called("np.arange")
def _np_arange(reader: Interpreter, *ends: Any) -> list[Any]:
    return reader.listed(range(*ends))


_NUMPY_MATH = ("sqrt", "log2", "log", "log10", "exp", "sin", "cos", "tanh")
NUMPY: dict[str, Any] = {
    "prod": _np_prod,
    "product": _np_prod,
    "cumsum": _np_cumsum,
    "linspace": _np_linspace,
    "arange": _np_arange,
    "sum": Native("np.sum", lambda reader, items: BUILTINS["sum"].run(reader, items)),
    "max": Native("np.max", lambda reader, items: BUILTINS["max"].run(reader, items)),
    "min": Native("np.min", lambda reader, items: BUILTINS["min"].run(reader, items)),
    "abs": BUILTINS["abs"],
    "round": BUILTINS["round"],
    "int": int,
    "int64": int,
    "int32": int,
    "float32": float,
    "float64": float,
    "pi": math.pi,
    "inf": math.inf,
    "power": Native("np.power", lambda reader, a, b: binary(reader, "pow", a, b)),
    "ceil": opaque_if(lambda value: float(math.ceil(value)), "np.ceil"),
    "floor": opaque_if(lambda value: float(math.floor(value)), "np.floor"),
    **{name: opaque_if(getattr(math, name), f"np.{name}") for name in _NUMPY_MATH},
}
