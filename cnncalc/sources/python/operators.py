"""Operators on values: arithmetic with limits, comparison, indexing."""

from __future__ import annotations

import ast
import operator
import re
from collections import deque
from collections.abc import Callable
from typing import Any

from .held import Held
from .interpreter import NATIVE_ERRORS, Interpreter
from .objects import special
from .values import Class, Function, Instance, Opaque, Raised, Record, type_name

#: Kind of value -> its binary operators, comparisons, unary operators, indexing (tensors').
BINARY: dict[type, Callable[[Interpreter, str, Any, Any, bool], Any]] = {}
UNARY: dict[type, Callable[[Interpreter, str, Any], Any]] = {}
ITEMS: dict[type, Callable[[Interpreter, Any, Any], Any]] = {}
SET_ITEMS: dict[type, Callable[[Interpreter, Any, Any, Any], None]] = {}

_NAMES: dict[type, str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv",
    ast.FloorDiv: "floordiv", ast.Mod: "mod", ast.Pow: "pow", ast.MatMult: "matmul",
    ast.LShift: "lshift", ast.RShift: "rshift", ast.BitAnd: "and", ast.BitOr: "or",
    ast.BitXor: "xor",
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv,
    "floordiv": operator.floordiv, "mod": operator.mod, "pow": operator.pow,
    "lshift": operator.lshift, "rshift": operator.rshift, "and": operator.and_,
    "or": operator.or_, "xor": operator.xor, "matmul": operator.matmul,
}  # fmt: skip
_NUMBERS = (int, float, bool, complex)
#: Python's own values, on which its own operators work.
_PLAIN = (int, float, bool, complex, str, bytes, list, tuple, dict, set, frozenset)


def binary(reader: Interpreter, op: Any, left: Any, right: Any, inplace: bool = False) -> Any:
    """`left op right`; `op` is a kind of node, or its name. `inplace`: `left op= right`."""
    name = op if isinstance(op, str) else _NAMES[op]
    kinds = (left.__class__, right.__class__)
    for kind in kinds:
        if kind in BINARY:
            return BINARY[kind](reader, name, left, right, inplace)
    if Opaque in kinds:
        return Opaque(f"{left!r} {name} {right!r}" if _is_short(left, right) else name)
    if isinstance(left, _PLAIN) and isinstance(right, _PLAIN):
        return _plain(reader, name, left, right, inplace)
    for owner, other, prefix in ((left, right, ""), (right, left, "r")):
        found = special(reader, owner, f"__{prefix}{name}__")
        if found is not None:
            return reader.call(found, (other,))
    if name == "or" and isinstance(left, Class | type | None.__class__):
        return Opaque("typing.Union")  # `int | None`
    raise Raised(
        TypeError(f"unsupported operand types: {type_name(left)!r} and {type_name(right)!r}")
    )


def _is_short(*values: Any) -> bool:
    return all(isinstance(value, Opaque | int | float) for value in values)


def _plain(reader: Interpreter, name: str, left: Any, right: Any, inplace: bool) -> Any:
    guard(reader, name, left, right)
    if inplace and name == "add" and isinstance(left, list):
        left.extend(reader.listed(right))
        return left
    try:
        if name == "mod" and isinstance(left, str):
            return _percent(reader, left, right)
        return _FUNCTIONS[name](left, right)
    except NATIVE_ERRORS as error:
        raise Raised(error, str(error)) from None


def guard(reader: Interpreter, name: str, left: Any, right: Any) -> None:
    """Raise a `LimitError` where the result would be too large."""
    if isinstance(left, int) and isinstance(right, int):
        a, b = left.bit_length(), right.bit_length()
        if name == "pow" and right > 0 and a > 1:
            reader.budget.bits(a * right if b < 32 else 1 << 32)
        elif name == "lshift" and left:
            reader.budget.bits(a + right if b < 32 else 1 << 32)
        elif name == "mul":
            reader.budget.bits(a + b)
    elif name == "mul":
        sequence, times = (left, right) if isinstance(right, int) else (right, left)
        if isinstance(times, int) and hasattr(sequence, "__len__") and times > 0:
            _sized(reader, sequence, len(sequence) * times)
    elif name == "add" and hasattr(left, "__len__") and hasattr(right, "__len__"):
        _sized(reader, left, len(left) + len(right))


def _sized(reader: Interpreter, sequence: Any, size: int) -> None:
    (reader.budget.text if isinstance(sequence, str | bytes) else reader.budget.items)(size)


_WIDTHS = re.compile(r"\d{5,}|\*")


def _percent(reader: Interpreter, text: str, values: Any) -> Any:
    """`"conv%d" % 3`; widths are kept small."""
    if _WIDTHS.search(text):
        raise reader.cannot("a format with a width beyond 9,999")
    items = values if isinstance(values, tuple) else (values,)
    if any(item.__class__ is Opaque for item in items):
        return Opaque("a text")
    reader.weigh(values)
    reader.budget.text(len(text) + sum(len(i) for i in items if isinstance(i, str)))
    return text % values


def unary(reader: Interpreter, op: Any, value: Any) -> Any:
    """`-value`, `+value`, `~value`."""
    name = {ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "invert"}[op]
    if value.__class__ in UNARY:
        return UNARY[value.__class__](reader, name, value)
    if value.__class__ is Opaque:
        return Opaque(f"{name} {value.what}")
    if isinstance(value, Instance) and (found := special(reader, value, f"__{name}__")):
        return reader.call(found)
    try:
        return getattr(operator, name)(value)
    except TypeError as error:
        raise Raised(error, str(error)) from None


# Comparison

_COMPARISONS: dict[type, tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Lt: ("lt", operator.lt), ast.LtE: ("le", operator.le), ast.Gt: ("gt", operator.gt),
    ast.GtE: ("ge", operator.ge), ast.Eq: ("eq", operator.eq), ast.NotEq: ("ne", operator.ne),
}  # fmt: skip


def compare(reader: Interpreter, op: Any, left: Any, right: Any) -> Any:
    """`left op right` for one comparison."""
    if op is ast.Is or op is ast.IsNot:
        return _identical(left, right, op is ast.IsNot)
    if op is ast.In or op is ast.NotIn:
        found = contains(reader, right, left)
        return found if found.__class__ is Opaque else found is (op is ast.In)
    name, function = _COMPARISONS[op]
    kinds = (left.__class__, right.__class__)
    for kind in kinds:
        if kind in BINARY:
            return BINARY[kind](reader, name, left, right, False)
    if Opaque in kinds:
        return Opaque(f"{left!r} {name} {right!r}" if _is_short(left, right) else name)
    if op is ast.Eq or op is ast.NotEq:
        return equal(reader, left, right) is (op is ast.Eq)
    if isinstance(left, Instance):
        special_method = special(reader, left, f"__{name}__")
        if special_method is not None:
            return reader.call(special_method, (right,))
    reader.weigh(left)
    reader.weigh(right)
    try:
        return function(left, right)
    except TypeError as error:
        raise Raised(error, str(error)) from None


def _identical(left: Any, right: Any, negated: bool) -> Any:
    if left.__class__ is Opaque or right.__class__ is Opaque:
        if left is right:
            return not negated
        if any(each is None for each in (left, right)) and (
            getattr(left, "imported", False) or getattr(right, "imported", False)
        ):
            return negated
        return Opaque(f"{left!r} is {right!r}")
    if isinstance(left, int | str) and isinstance(right, int | str):
        return (left == right and type(left) is type(right)) is not negated
    return (left is right or (isinstance(left, tuple) and left == right == ())) is not negated


def equal(reader: Interpreter, left: Any, right: Any) -> bool:
    """`left == right`, each item for a step."""
    if left is right:
        return True
    reader.budget.spend(3)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return (
            isinstance(left, list) == isinstance(right, list)
            and len(left) == len(right)
            and all(equal(reader, a, b) for a, b in zip(left, right, strict=True))
        )
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            equal(reader, item, right[key]) for key, item in left.items()
        )
    if isinstance(left, Instance):
        found = special(reader, left, "__eq__")
        if found is not None:
            return reader.truth(reader.call(found, (right,)))
        fields = left.cls.find("__annotations__") if left.cls.fields is not None else None
        if fields is not None and isinstance(right, Instance) and left.cls is right.cls:
            return equal(reader, left.attributes, right.attributes)
        return False
    return bool(left == right)


def contains(reader: Interpreter, container: Any, item: Any) -> Any:
    """`item in container`."""
    if container.__class__ is Opaque or item.__class__ is Opaque:
        return Opaque(f"{item!r} in {container!r}")
    if container.__class__ is str or (isinstance(container, range) and isinstance(item, int)):
        try:
            return item in container
        except TypeError as error:
            raise Raised(error, str(error)) from None
    if isinstance(container, Held):
        return reader.truth(reader.call(special(reader, container, "__contains__"), (item,)))
    return has_plain(reader, container, item)


def has_plain(reader: Interpreter, container: Any, item: Any) -> Any:
    """`item in container`, whatever a class of the user's says."""
    if isinstance(container, dict | set | frozenset):
        reader.weigh(item)
        try:
            return item in container
        except TypeError as error:
            raise Raised(error, str(error)) from None
    found = special(reader, container, "__contains__")
    if found is not None:
        return reader.truth(reader.call(found, (item,)))
    return any(each is item or equal(reader, each, item) for each in reader.iterate(container))


# Indexing


def subscript(reader: Interpreter, owner: Any, index: Any) -> Any:
    """`owner[index]`."""
    kind = owner.__class__
    if kind in ITEMS:
        return ITEMS[kind](reader, owner, index)
    if kind is Opaque:
        return Opaque(f"{owner.what}[...]")
    if isinstance(owner, list | tuple | str | bytes | range | dict | deque):
        return plain_item(reader, owner, index)
    found = special(reader, owner, "__getitem__")
    if found is not None:
        return reader.call(found, (index,))
    if isinstance(owner, Class):
        members = owner.names.get("__members__")
        if members is not None:  # Color["RED"]
            return subscript(reader, members, index)
        if isinstance(owner.find("__class_getitem__"), Function):
            raise reader.cannot(f"cannot follow the __class_getitem__ of {owner.name}")
        return owner  # Generic[T]
    if isinstance(owner, type):
        return owner  # tuple[int, int]
    raise Raised(TypeError(f"{type_name(owner)!r} object is not subscriptable"))


def plain_item(reader: Interpreter, owner: Any, index: Any) -> Any:
    """`owner[index]` of one of Python's own containers, whatever a class of the user's says."""
    if index.__class__ is Opaque:
        return Opaque(f"an item by {index.what}")
    if isinstance(owner, dict):
        reader.weigh(index)
    try:
        made = owner[index]
    except NATIVE_ERRORS as error:
        if isinstance(owner, dict) and hasattr(owner, "make_missing"):
            return owner.make_missing(reader, index)
        raise Raised(error, str(error)) from None
    if isinstance(index, slice):
        reader.budget.items(len(made))
    return made


def set_item(reader: Interpreter, owner: Any, index: Any, value: Any) -> None:
    """`owner[index] = value`."""
    kind = owner.__class__
    if kind in SET_ITEMS:
        SET_ITEMS[kind](reader, owner, index, value)
        return
    if kind is Opaque:
        return
    if isinstance(owner, list | dict | deque):
        set_plain(reader, owner, index, value)
        return
    found = special(reader, owner, "__setitem__")
    if found is None:
        raise Raised(TypeError(f"{type_name(owner)!r} object does not support item assignment"))
    reader.call(found, (index, value))


def set_plain(reader: Interpreter, owner: Any, index: Any, value: Any) -> None:
    """`owner[index] = value` of one of Python's own containers."""
    reader.weigh(index)
    if isinstance(index, slice):
        value = reader.listed(value)
    try:
        owner[index] = value
    except NATIVE_ERRORS as error:
        raise Raised(error, str(error)) from None
    reader.budget.items(len(owner) if len(owner) % 4096 == 0 else 0)


def delete_plain(reader: Interpreter, owner: Any, index: Any) -> None:
    """`del owner[index]` of one of Python's own containers."""
    reader.weigh(index)
    try:
        del owner[index]
    except NATIVE_ERRORS as error:
        raise Raised(error, str(error)) from None


def delete_item(reader: Interpreter, owner: Any, index: Any) -> None:
    """`del owner[index]`."""
    if isinstance(owner, list | dict | deque) and not isinstance(owner, Held):
        delete_plain(reader, owner, index)
        return
    found = special(reader, owner, "__delitem__")
    if found is None:
        raise Raised(TypeError(f"{type_name(owner)!r} object does not support item deletion"))
    reader.call(found, (index,))


__all__ = ["BINARY", "ITEMS", "SET_ITEMS", "UNARY", "Record", "binary", "compare", "subscript"]
