"""`functools.singledispatch`: a function that goes by the class of its first argument."""

from __future__ import annotations

import ast
from typing import Any

from .builtin import class_of
from .deriving import PLAYED
from .interpreter import Interpreter
from .values import Class, Function, Instance, Native, called, method


@method("__call__")
def _call(reader: Interpreter, owner: Instance, *args: Any, **kwargs: Any) -> Any:
    name = owner.attributes["__name__"]
    if not args:
        raise TypeError(f"{name} requires at least 1 positional argument")
    return reader.call(_chosen(reader, owner, class_of(args[0])), args, kwargs)


def _chosen(reader: Interpreter, owner: Instance, kind: Any) -> Any:
    table = owner.attributes["registry"]
    if not isinstance(kind, Class | type):
        raise reader.cannot(f"cannot tell which {owner.attributes['__name__']} is called")
    for each in kind.mro if isinstance(kind, Class) else kind.__mro__:
        if each in table:
            return table[each]
    return table[object]


@method("register")
def _register(reader: Interpreter, owner: Instance, kind: Any, function: Any = None) -> Any:
    if isinstance(kind, Function):  # `@f.register`, with the class in its annotation
        function, kind = kind, _annotated(reader, kind)
    if not isinstance(kind, Class | type):
        raise reader.cannot("cannot tell for which class that is registered")
    kind = PLAYED.get(kind, kind) if isinstance(kind, type) else kind
    if function is None:
        return Native("register", lambda inner, made: _put(owner, kind, made))
    return _put(owner, kind, function)


def _put(owner: Instance, kind: Any, function: Any) -> Any:
    owner.attributes["registry"][kind] = function
    for plain, played in PLAYED.items():
        if played is kind:
            owner.attributes["registry"][plain] = function
    return function


def _annotated(reader: Interpreter, function: Function) -> Any:
    args = function.node.args
    first = next(iter([*args.posonlyargs, *args.args]), None)
    if first is None or first.annotation is None or isinstance(first.annotation, ast.Constant):
        raise reader.cannot("cannot tell for which class that is registered")
    return reader.evaluate(first.annotation, function.closure)


_DISPATCHER = Class(
    "singledispatch", names={"__call__": _call, "register": _register}, module="functools"
)


@called("singledispatch")
def single_dispatch(reader: Interpreter, function: Any) -> Instance:
    """`@singledispatch`."""
    made = Instance(_DISPATCHER)
    name = getattr(function, "name", "function")
    made.attributes.update(__name__=name, registry={object: function})
    return made
