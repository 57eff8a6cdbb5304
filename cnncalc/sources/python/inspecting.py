"""What a program asks about itself: `dir`, `locals`, `globals`, and the module `inspect`."""

from __future__ import annotations

from typing import Any

from .builtin import offers
from .functions import listing
from .interpreter import Interpreter
from .values import (
    MISSING,
    Bound,
    Class,
    Function,
    Instance,
    Namespace,
    Native,
    Opaque,
    Parameter,
    called,
    type_name,
)  # fmt: skip


@offers("dir")
def names_of(reader: Interpreter, value: Any) -> list[str]:
    """The names of a module, a class or an object, as far as they are known."""
    if isinstance(value, Namespace):
        return sorted(listing(reader, value))
    if isinstance(value, Class):
        homes = [each.names for each in value.mro if isinstance(each, Class)]
    elif isinstance(value, Instance):
        own = reader.attribute(value, "__dict__")
        homes = [own, *(each.names for each in value.cls.mro if isinstance(each, Class))]
    else:
        raise reader.cannot(f"cannot follow dir() of {type_name(value)!r}")
    return sorted({name for home in homes for name in home})


@offers("locals")
def locals_(reader: Interpreter) -> dict[str, Any]:
    return dict(reader.stack[-1].names)


@offers("globals")
def globals_(reader: Interpreter) -> dict[str, Any]:
    return dict(reader.stack[-1].module.names)


def _asks(name: str, *kinds: type) -> Native:
    """`inspect.isfunction(value)`: False for what is of none of these kinds."""

    def run(reader: Interpreter, value: Any) -> bool:
        if value.__class__ is Opaque:
            raise reader.cannot(f"cannot tell what {value.what} is")
        return isinstance(value, kinds)

    return Native(name, run)


EMPTY = Class("_empty", module="inspect")
_SIGNATURE = Class("Signature", module="inspect")
_PARAMETER = Class("Parameter", names={"empty": EMPTY}, module="inspect")
for _kind in (
    "POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD", "VAR_POSITIONAL", "KEYWORD_ONLY", "VAR_KEYWORD",
):  # fmt: skip
    _PARAMETER.names[_kind] = _kind


@called("signature")
def _signature(reader: Interpreter, value: Any) -> Instance:
    """`inspect.signature(f)`: its `parameters` by name, without those that are bound already."""
    bound = 0
    while not isinstance(value, Function):
        if isinstance(value, Bound):
            value, bound = value.function, bound + 1
        elif isinstance(value, Class):
            value, bound = value.find("__init__"), bound + 1
        elif isinstance(value, Instance):
            value, bound = value.cls.find("forward"), bound + 1
        else:
            raise reader.cannot("cannot tell which arguments that takes")
    made = Instance(_SIGNATURE)
    names = {each.name: _parameter(each) for each in value.parameters[bound:]}
    if value.rest is not None:
        names[value.rest] = _described(value.rest, EMPTY, "VAR_POSITIONAL")
    if value.kwargs is not None:
        names[value.kwargs] = _described(value.kwargs, EMPTY, "VAR_KEYWORD")
    made.attributes["parameters"] = names
    return made


def _parameter(each: Parameter) -> Instance:
    default = EMPTY if each.default is MISSING else each.default
    if each.keyword_only:
        return _described(each.name, default, "KEYWORD_ONLY")
    positional = "POSITIONAL_ONLY" if each.positional_only else "POSITIONAL_OR_KEYWORD"
    return _described(each.name, default, positional)


def _described(name: str, default: Any, kind: str) -> Instance:
    made = Instance(_PARAMETER)
    made.attributes.update(name=name, default=default, kind=kind)
    return made


#: What models ask of `inspect`.
INSPECT: dict[str, Any] = {
    "isfunction": _asks("isfunction", Function),
    "isclass": _asks("isclass", Class, type),
    "ismethod": _asks("ismethod", Bound),
    "isroutine": _asks("isroutine", Function, Native, Bound),
    "isbuiltin": _asks("isbuiltin", Native),
    "ismodule": _asks("ismodule", Namespace),
    "signature": _signature,
    "Parameter": _PARAMETER,
}

__all__ = ["INSPECT"]
