"""Rows of numbers as numpy has them, which configurations count with: widths, depths, rates."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from .arithmetic import NUMPY
from .builtin import CLASSES
from .interpreter import ATTRIBUTES, ITERATORS, TRUTHS, Interpreter, no_attribute
from .operators import BINARY, ITEMS, UNARY
from .values import Class, Native, Opaque, Raised

ARRAY = Class("ndarray", module="numpy")


class Array(list[Any]):
    """A one-dimensional array: a list whose operators work item by item."""

    __slots__ = ()


CLASSES[Array] = lambda value: ARRAY
ITERATORS[Array] = lambda reader, value: reader.plain_items(value)

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv,
    "floordiv": operator.floordiv, "mod": operator.mod, "eq": operator.eq, "ne": operator.ne,
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip


def _power(base: Any, exponent: Any) -> Any:
    """As numpy does it: whole numbers wrap around, which is refused here."""
    made = float(base) ** float(exponent)
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        if abs(made) >= 2.0**63:
            raise OverflowError("an integer beyond 64 bits")
        return base**exponent
    return made


_OPERATORS["pow"] = _power


def _binary(reader: Interpreter, name: str, left: Any, right: Any, inplace: bool) -> Any:
    if left.__class__ is Opaque or right.__class__ is Opaque:
        return Opaque(name)
    run = _OPERATORS.get(name)
    kinds = (list, tuple, int, float)
    if run is None or not isinstance(left, kinds) or not isinstance(right, kinds):
        raise reader.cannot(f"cannot follow {name} of an array")
    count = max(len(each) for each in (left, right) if isinstance(each, list | tuple))
    made = [run(a, b) for a, b in zip(_spread(left, count), _spread(right, count), strict=True)]
    reader.budget.items(count)
    if inplace and isinstance(left, Array):
        left[:] = made
        return left
    return Array(made)


def _spread(value: Any, count: int) -> list[Any]:
    items = list(value) if isinstance(value, list | tuple) else [value]
    if len(items) not in (1, count):
        raise Raised(ValueError("operands could not be broadcast together"))
    return items * count if len(items) == 1 else items


def _item(reader: Interpreter, array: Array, index: Any) -> Any:
    if isinstance(index, list):
        if len(index) == len(array) and all(isinstance(each, bool) for each in index):
            return Array([item for item, wanted in zip(array, index, strict=True) if wanted])
        return Array([array[each] for each in index])
    if not isinstance(index, int | slice):
        raise reader.cannot("cannot follow this index of an array")
    try:
        found = array[index]
    except IndexError as error:
        raise Raised(error, str(error)) from None
    return Array(found) if isinstance(index, slice) else found


def _truth(reader: Interpreter, array: Array) -> bool:
    if len(array) != 1:
        raise Raised(ValueError("The truth value of an array with several elements is ambiguous"))
    return bool(array[0])


BINARY[Array] = _binary
ITEMS[Array] = _item
TRUTHS[Array] = _truth
UNARY[Array] = lambda reader, name, array: Array([getattr(operator, name)(each) for each in array])


# Methods


def _cast(kind: Any) -> Callable[[Any], Any]:
    name = kind.__name__ if isinstance(kind, type) else str(kind)
    return int if "int" in name else bool if "bool" in name else float


_METHODS: dict[str, Callable[..., Any]] = {
    "tolist": list,
    "copy": Array,
    "flatten": Array,
    "astype": lambda array, kind, **_: Array(map(_cast(kind), array)),
    "sum": sum,
    "prod": math.prod,
    "max": max,
    "min": min,
    "mean": lambda array: sum(array) / len(array),
    "cumsum": lambda array: Array(sum(array[: at + 1]) for at in range(len(array))),
    "round": lambda array, digits=0: Array(_rounded(each, digits) for each in array),
    "argmax": lambda array: array.index(max(array)),
    "argmin": lambda array: array.index(min(array)),
}


def _attribute(reader: Interpreter, array: Array, name: str) -> Any:
    if name in ("shape", "size", "ndim"):
        return {"shape": (len(array),), "size": len(array), "ndim": 1}[name]
    run = _METHODS.get(name)
    if run is None:
        raise no_attribute(array, name)
    reader.budget.spend(len(array))
    return Native(name, lambda inner, *args, **kwargs: run(array, *args, **kwargs))


ATTRIBUTES[Array] = _attribute


# Functions of numpy


def _rounded(value: Any, digits: int = 0) -> Any:
    return value if isinstance(value, int) else float(round(value, digits))


def _each(name: str, run: Callable[[Any], Any]) -> Native:
    """A function of a number, or of each number in a list or an array."""

    def of(reader: Interpreter, value: Any) -> Any:
        if value.__class__ is Opaque:
            return Opaque(f"np.{name}({value.what})")
        if isinstance(value, list | tuple):
            reader.budget.items(len(value))
            return Array(map(run, value))
        if not isinstance(value, int | float):
            raise reader.cannot(f"cannot follow this call of np.{name}()")
        return run(value)

    return Native(f"np.{name}", of)


def _pairs(name: str, op: str) -> Native:
    def of(reader: Interpreter, left: Any, right: Any) -> Any:
        if isinstance(left, list | tuple) or isinstance(right, list | tuple):
            return _binary(reader, op, left, right, False)
        if Opaque in (left.__class__, right.__class__):
            return Opaque(f"np.{name}()")
        return _OPERATORS[op](left, right)

    return Native(f"np.{name}", of)


def _arange(reader: Interpreter, *ends: Any, step: Any = None, dtype: Any = None) -> Any:
    given = [*ends] if step is None else [*((0, *ends) if len(ends) == 1 else ends), step]
    if not all(isinstance(each, int | float) for each in given):
        return Opaque("np.arange()")
    start, stop, by = {1: (0, *given, 1), 2: (*given, 1)}.get(len(given), tuple(given))
    count = max(math.ceil((stop - start) / by), 0)
    reader.budget.items(count)
    made = Array([start + by * at for at in range(count)])
    return made if dtype is None else Array(map(_cast(dtype), made))


def _linspace(reader: Interpreter, start: Any, stop: Any, num: int = 50, **_: Any) -> Any:
    if not all(isinstance(each, int | float) for each in (start, stop, num)):
        return Opaque("np.linspace()")
    reader.budget.items(num)
    step = (stop - start) / (num - 1) if num > 1 else 0.0
    return Array([start + step * at for at in range(num)])


def _unique(reader: Interpreter, items: Any, return_counts: bool = False) -> Any:
    listed = reader.listed(items)
    found = sorted(set(listed))
    counts = Array([listed.count(each) for each in found])
    return (Array(found), counts) if return_counts else Array(found)


def _cumulated(reader: Interpreter, items: Any) -> Any:
    if items.__class__ is Opaque:
        return Opaque("np.cumsum()")
    return _METHODS["cumsum"](reader.listed(items))


def _cut(value: float) -> float:
    return float(math.trunc(value))


NUMPY.update(
    {
        "ndarray": ARRAY,
        "arange": Native("np.arange", _arange),
        "linspace": Native("np.linspace", _linspace),
        "unique": Native("np.unique", _unique),
        "cumsum": Native("np.cumsum", _cumulated),
        "power": _pairs("power", "pow"),
        "round": _each("round", _rounded),
        "around": _each("around", _rounded),
        "ceil": _each("ceil", lambda value: float(math.ceil(value))),
        "floor": _each("floor", lambda value: float(math.floor(value))),
        "trunc": _each("trunc", _cut),
        "square": _each("square", lambda value: value * value),
        "abs": _each("abs", abs),
        **{name: _each(name, getattr(math, name)) for name in ("log", "log2", "log10", "sqrt",
                                                               "exp", "sin", "cos", "tanh")},
        **{name: _pairs(name, op) for name, op in (("add", "add"), ("subtract", "sub"),
                                                   ("multiply", "mul"), ("divide", "truediv"),
                                                   ("mod", "mod"), ("floor_divide", "floordiv"))},
    }
)  # fmt: skip

__all__ = ["ARRAY", "Array"]
