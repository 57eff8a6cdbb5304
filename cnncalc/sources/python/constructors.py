"""Python's own classes, as the user's program calls them: `int("3")`, `list(x)`, `type(x)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import figures as figures  # abs, round, repr
from . import protocols as protocols  # calls, loops
from .builtin import BUILTINS, NUMBERS, class_of
from .classes import made_class
from .formatting import text
from .interpreter import CALLS, NATIVE_ERRORS, Interpreter
from .methods import as_dict
from .objects import special
from .values import Class, Instance, Opaque, Raised


def _int(reader: Interpreter, value: Any = 0, base: Any = None) -> Any:
    if value.__class__ is Opaque:
        return Opaque(f"int({value.what})")
    if value.__class__ in NUMBERS:
        value = NUMBERS[value.__class__](reader, value)
    if isinstance(value, str):
        reader.budget.bits(4 * len(value))
        return int(value) if base is None else int(value, base)
    found = special(reader, value, "__int__")
    return int(value) if found is None else reader.call(found)


def _float(reader: Interpreter, value: Any = 0.0) -> Any:
    if value.__class__ is Opaque:
        return Opaque(f"float({value.what})")
    if value.__class__ in NUMBERS:
        return float(NUMBERS[value.__class__](reader, value))
    found = special(reader, value, "__float__")
    return float(value) if found is None else reader.call(found)


def _type(reader: Interpreter, value: Any, *more: Any) -> Any:
    if more:
        return made_class(reader, value, *more)
    return class_of(value)


def _range(reader: Interpreter, *ends: Any) -> Any:
    opaque = next((end for end in ends if end.__class__ is Opaque), None)
    return range(*ends) if opaque is None else Opaque(f"range({opaque.what})")


def _hashables(reader: Interpreter, items: Any) -> list[Any]:
    listed = reader.listed(items)
    reader.weigh(listed)
    return listed


def _dict(reader: Interpreter, items: Any = (), **more: Any) -> Any:
    return {**as_dict(reader, items), **more}


#: How Python's own classes make their values.
MAKERS: dict[Any, Callable[..., Any]] = {
    int: _int,
    float: _float,
    bool: lambda reader, value=False: reader.truth(value),
    str: lambda reader, value="", *_: text(reader, value),
    list: lambda reader, items=(): reader.listed(items),
    tuple: lambda reader, items=(): tuple(reader.listed(items)),
    dict: _dict,
    set: lambda reader, items=(): set(_hashables(reader, items)),
    frozenset: lambda reader, items=(): frozenset(_hashables(reader, items)),
    range: _range,
    slice: lambda reader, *ends: slice(*ends),
    type: _type,
    object: lambda reader: Instance(Class("object")),
    complex: lambda reader, *parts: complex(*parts),
    bytes: lambda reader, *parts: Opaque("bytes"),
}
for _kind in MAKERS:
    BUILTINS[_kind.__name__] = _kind


def _call_type(
    reader: Interpreter, kind: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    maker = MAKERS.get(kind)
    try:
        if maker is not None:
            return maker(reader, *args, **kwargs)
        if issubclass(kind, BaseException):
            plain = (int, float, bool, str, type(None))
            return kind(*[e if e.__class__ in plain else text(reader, e) for e in args])
    except NATIVE_ERRORS as error:
        raise Raised(error, str(error)) from None
    raise reader.cannot(f"cannot make a {kind.__name__}")


CALLS[type] = _call_type
