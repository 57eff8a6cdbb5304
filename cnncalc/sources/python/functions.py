"""Functions: defining them, binding arguments, carrying out their bodies."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .interpreter import ATTRIBUTES, CALLS, ITERATORS, Interpreter, no_attribute
from .scope import Frame
from .values import (
    MISSING,
    Bound,
    Class,
    Function,
    Items,
    Namespace,
    Native,
    Opaque,
    Parameter,
    Partial,
    Raised,
)  # fmt: skip


def define_function(reader: Interpreter, node: ast.FunctionDef, frame: Frame) -> Any:
    """The value of a `def`, decorators applied."""
    made: Any = _function(reader, node.name, node, frame)
    for decorator in reversed(node.decorator_list):
        wrapper = reader.evaluate(decorator, frame)
        frame.node = decorator
        made = decorated(reader, wrapper, made)
    return made


def decorated(reader: Interpreter, wrapper: Any, made: Any) -> Any:
    """What a decorator makes of a function or class; unknown ones are taken at their name."""
    if wrapper.__class__ is not Opaque:
        return reader.call(wrapper, (made,))
    if "regist" in wrapper.what.lower():  # puts it in a table, and hands it back
        return made
    return Opaque(f"{made.name}, decorated by {wrapper.what}")


def define_lambda(reader: Interpreter, node: ast.Lambda, frame: Frame) -> Function:
    """The value of a `lambda`."""
    return _function(reader, "<lambda>", node, frame)


def _function(
    reader: Interpreter, name: str, node: ast.FunctionDef | ast.Lambda, frame: Frame
) -> Function:
    args = node.args
    ordered = [*args.posonlyargs, *args.args]
    defaults = [MISSING] * (len(ordered) - len(args.defaults)) + [
        reader.evaluate(each, frame) for each in args.defaults
    ]
    parameters = [
        Parameter(each.arg, default, positional_only=at < len(args.posonlyargs))
        for at, (each, default) in enumerate(zip(ordered, defaults, strict=True))
    ]
    for each, keyword_default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        value = MISSING if keyword_default is None else reader.evaluate(keyword_default, frame)
        parameters.append(Parameter(each.arg, value, keyword_only=True))
    return Function(name, node, parameters, frame.inner())


def _yields(function: Function, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Is it a generator? (Functions inside it have their own yields.)"""
    known: bool | None = getattr(node, "is_generator", None)
    if known is None:
        known = _has_yield(function, node)
        node.is_generator = known  # type: ignore[union-attr]  # remembered with the tree
    return known


def _has_yield(function: Function, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    lines = function.module.names.get("__lines__")
    if lines and not any("yield" in line for line in lines[node.lineno - 1 : node.end_lineno]):
        return False
    pending: list[ast.AST] = list(node.body)
    while pending:
        each = pending.pop()
        if isinstance(each, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(each, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            pending.extend(ast.iter_child_nodes(each))
    return False


def bind(function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The names of a function's parameters with their values. Raises the user's TypeError."""
    names: dict[str, Any] = {}
    left = dict(kwargs)
    called = function.name if function.home is None else f"{function.home.name}.{function.name}"
    positional = [each for each in function.parameters if not each.keyword_only]
    if len(args) > len(positional) and function.rest is None:
        raise Raised(
            TypeError(
                f"{called}() takes {len(positional)} positional argument"
                f"{'s' * (len(positional) != 1)} but {len(args)} were given"
            )
        )
    for parameter, value in zip(positional, args, strict=False):
        if parameter.name in left and not parameter.positional_only:
            raise Raised(
                TypeError(f"{called}() got multiple values for argument {parameter.name!r}")
            )
        names[parameter.name] = value
    missing = []
    for parameter in function.parameters:
        if parameter.name in names:
            continue
        if parameter.name in left and not parameter.positional_only:
            names[parameter.name] = left.pop(parameter.name)
        elif parameter.default is MISSING:
            missing.append(repr(parameter.name))
        else:
            names[parameter.name] = parameter.default
    if missing:
        raise Raised(TypeError(f"{called}() missing arguments: {', '.join(missing)}"))
    if function.rest is not None:
        names[function.rest] = tuple(args[len(positional) :])
    if function.kwargs is not None:
        names[function.kwargs] = left
    elif left:
        unexpected = next(iter(left))
        raise Raised(TypeError(f"{called}() got an unexpected keyword argument {unexpected!r}"))
    return names


def opened(function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Frame:
    """The frame of a call, with its arguments."""
    frame = Frame(function.module, function.closure, bind(function, args, kwargs), function)
    if frame.parent is not None and frame.parent.names is function.module.names:
        frame.parent = None  # names of the module are looked up last, anyway
    frame.node = function.node
    return frame


def run(
    reader: Interpreter, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Carry out a function; a generator is gone through to its end, and then handed out."""
    frame = opened(function, args, kwargs)
    node = function.node
    reader.enter(frame)
    if isinstance(node, ast.Lambda):
        result = reader.evaluate(node.body, frame)
        reader.leave()
        return result
    if _yields(function, node):
        frame.yielded = []
    signal = reader.execute(node.body, frame)
    reader.leave()
    if frame.yielded is not None:
        return Items(iter(frame.yielded))
    return None if signal is None else signal.value


def _run_bound(
    reader: Interpreter, bound: Bound, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    return reader.call(bound.function, (bound.owner, *args), kwargs)


def _run_partial(
    reader: Interpreter, partial: Partial, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    return reader.call(partial.function, (*partial.args, *args), {**partial.kwargs, **kwargs})


def _run_opaque(
    reader: Interpreter, function: Opaque, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Opaque:
    return Opaque(f"{function.what}()")


#: `functools.partial` as a class, for `type(f) == partial`.
PARTIAL = Class("partial", module="functools")


def _make_partial(
    reader: Interpreter, cls: Class, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Partial:
    return Partial(args[0], args[1:], kwargs)


PARTIAL.names["__make__"] = _make_partial
CALLS[Function] = run
CALLS[Bound] = _run_bound
CALLS[Partial] = _run_partial
CALLS[Opaque] = _run_opaque


def _attribute(reader: Interpreter, function: Function, name: str) -> Any:
    if name in ("__name__", "__qualname__"):
        return function.name
    if name in function.attributes:
        return function.attributes[name]
    if name in ("__doc__", "__module__"):
        return "" if name == "__doc__" else function.module.name
    if name == "__call__":
        return function
    raise no_attribute(function, name)


def _bound_attribute(reader: Interpreter, bound: Bound, name: str) -> Any:
    if name == "__self__":
        return bound.owner
    if name == "__func__":
        return bound.function
    return reader.attribute(bound.function, name)


def _partial_attribute(reader: Interpreter, partial: Partial, name: str) -> Any:
    known = {"func": partial.function, "args": partial.args, "keywords": partial.kwargs}
    if name in known:
        return known[name]
    raise no_attribute(partial, name)


def _native_attribute(reader: Interpreter, native: Native, name: str) -> Any:
    if name in ("__name__", "__qualname__"):
        return native.name
    raise no_attribute(native, name)


#: Module that is played, or bundled -> the names that it has.
LISTINGS: dict[str, Callable[[], Iterable[str]]] = {}


def listing(reader: Interpreter, module: Namespace) -> list[str]:
    """The names of a module."""
    if module.name in LISTINGS:
        return [*module.names, *(each for each in LISTINGS[module.name]())]
    if module.find is not None:
        raise reader.cannot(f"cannot tell all names of {module.name}")
    return [name for name in module.names if name != "__lines__"]


class Names(dict[str, Any]):
    """`module.__dict__` of a module whose names are made when they are asked for."""

    def __init__(self, module: Namespace) -> None:
        super().__init__(module.names)
        self.module = module

    def make_missing(self, reader: Interpreter, key: Any) -> Any:
        """The value of a name."""
        found = MISSING if self.module.find is None else self.module.find(key)
        if found is MISSING or found.__class__ is Opaque:
            raise Raised(KeyError(key))
        return found


def _names_in_turn(reader: Interpreter, names: Names) -> Iterator[Any]:
    return iter(listing(reader, names.module))


ITERATORS[Names] = _names_in_turn


def _namespace_attribute(reader: Interpreter, module: Namespace, name: str) -> Any:
    if name == "__dict__":
        return Names(module)
    if name == "__name__":
        return module.name
    found = module.names.get(name, MISSING)
    if found is MISSING and module.find is not None:
        found = module.find(name)
    if found is MISSING:
        raise Raised(AttributeError(f"module {module.name!r} has no attribute {name!r}"))
    return found


ATTRIBUTES[Function] = _attribute
ATTRIBUTES[Bound] = _bound_attribute
ATTRIBUTES[Partial] = _partial_attribute
ATTRIBUTES[Native] = _native_attribute
ATTRIBUTES[Namespace] = _namespace_attribute
ATTRIBUTES[Opaque] = lambda reader, value, name: Opaque(f"{value.what}.{name}")
