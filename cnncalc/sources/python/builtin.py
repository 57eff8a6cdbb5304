"""Python's built-in functions and classes."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from typing import Any

from .functions import PARTIAL
from .held import Held
from .interpreter import CALLS, Interpreter, iterator
from .methods import ordered
from .objects import remove_attribute, set_attribute, special
from .operators import binary, compare, equal
from .values import (
    MISSING,
    Bound,
    Class,
    ClassBound,
    Function,
    Instance,
    Items,
    Namespace,
    Native,
    Opaque,
    Partial,
    Property,
    Raised,
    Record,
    Static,
    Super,
    called,
    type_name,
)  # fmt: skip

#: Name -> value.
BUILTINS: dict[str, Any] = {}
#: Kind of value -> its class, as `type(value)` has it.
CLASSES: dict[type, Callable[[Any], Any]] = {}
#: Kind of value -> the number that it holds.
NUMBERS: dict[type, Callable[[Interpreter, Any], Any]] = {}


def offers(name: str) -> Callable[[Callable[..., Any]], Native]:
    """Register a built-in function."""

    def register(run: Callable[..., Any]) -> Native:
        made = BUILTINS[name] = called(name)(run)
        return made

    return register


# Going through things


@offers("len")
def length(reader: Interpreter, value: Any) -> Any:
    if value.__class__ is Opaque:
        return Opaque(f"len({value.what})")
    found = special(reader, value, "__len__")
    if found is not None:
        return reader.call(found)
    if isinstance(value, Class) and "__members__" in value.names:
        return len(value.names["__members__"])
    if isinstance(value, Items) or not hasattr(value, "__len__"):
        raise TypeError(f"object of type {type_name(value)!r} has no len()")
    return len(value)


@offers("enumerate")
def enumerated(reader: Interpreter, items: Any, start: int = 0) -> Items:
    return iterator(enumerate(reader.iterate(items), start))


@offers("zip")
def zipped(reader: Interpreter, *items: Any, strict: bool = False) -> Items:
    return iterator(zip(*map(reader.iterate, items), strict=strict))


@offers("map")
def mapped(reader: Interpreter, function: Any, *items: Any) -> Items:
    rows = zip(*map(reader.iterate, items), strict=False)
    return iterator(reader.call(function, row) for row in rows)


@offers("filter")
def filtered(reader: Interpreter, function: Any, items: Any) -> Items:
    def kept(item: Any) -> bool:
        return reader.truth(item if function is None else reader.call(function, (item,)))

    return iterator(item for item in reader.iterate(items) if kept(item))


@offers("reversed")
def backwards(reader: Interpreter, items: Any) -> Items:
    found = special(reader, items, "__reversed__")
    if found is not None:
        return iterator(reader.iterate(reader.call(found)))
    return iterator(reversed(reader.listed(items)))


@offers("iter")
def iterated(reader: Interpreter, items: Any, sentinel: Any = MISSING) -> Any:
    if sentinel is not MISSING:
        return iterator(_until(reader, items, sentinel))
    return items if isinstance(items, Items) else iterator(reader.iterate(items))


def _until(reader: Interpreter, function: Any, sentinel: Any) -> Iterator[Any]:
    while not equal(reader, item := reader.call(function), sentinel):
        reader.budget.spend(1)
        yield item


@offers("next")
def following(reader: Interpreter, items: Any, default: Any = MISSING) -> Any:
    if items.__class__ is Opaque:
        return Opaque(f"next({items.what})")
    found = special(reader, items, "__next__")
    if found is not None:
        return reader.call(found)
    if not isinstance(items, Items):
        raise TypeError(f"{type_name(items)!r} object is not an iterator")
    for item in items.source:
        return item
    if default is MISSING:
        raise StopIteration
    return default


@offers("sorted")
def sorted_(reader: Interpreter, items: Any, *, key: Any = None, reverse: Any = False) -> Any:
    return ordered(reader, items, key, reverse)


@offers("sum")
def total(reader: Interpreter, items: Any, start: Any = 0) -> Any:
    for item in reader.iterate(items):
        start = binary(reader, "add", start, item)
    return start


def _extreme(name: str, wanted: Any) -> None:
    @offers(name)
    def extreme(reader: Interpreter, *items: Any, key: Any = None, default: Any = MISSING) -> Any:
        listed = reader.listed(items[0]) if len(items) == 1 else list(items)
        if not listed:
            if default is MISSING:
                raise ValueError(f"{name}() arg is an empty sequence")
            return default
        opaque = next((each for each in listed if each.__class__ is Opaque), None)
        if opaque is not None:
            return Opaque(f"{name}({opaque.what}, ...)")
        best, *rest = listed
        measure = best if key is None else reader.call(key, (best,))
        for item in rest:
            other = item if key is None else reader.call(key, (item,))
            if reader.truth(compare(reader, wanted, other, measure)):
                best, measure = item, other
        return best


_extreme("max", ast.Gt)
_extreme("min", ast.Lt)


@offers("any")
def any_(reader: Interpreter, items: Any) -> bool:
    return any(reader.truth(item) for item in reader.iterate(items))


@offers("all")
def all_(reader: Interpreter, items: Any) -> bool:
    return all(reader.truth(item) for item in reader.iterate(items))


# Objects and classes


def class_of(value: Any) -> Any:
    """`type(value)`."""
    for kind in value.__class__.__mro__:
        if kind in CLASSES:
            return CLASSES[kind](value)
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Record) and value.cls is not None:
        return value.cls
    if isinstance(value, Opaque):
        return Opaque(f"type({value.what})")
    if isinstance(value, Class):
        return type
    if isinstance(value, Partial):
        return PARTIAL
    if isinstance(value, Function | Native | Bound | Namespace):
        return FUNCTION
    return tuple if isinstance(value, tuple) else type(value)


FUNCTION = Class("function")
#: Kinds of things that have no class of their own here.
_ABSTRACT: dict[str, tuple[type, ...]] = {
    "Iterable": (list, tuple, dict, set, str, range, Items), "Sequence": (list, tuple, str, range),
    "Mapping": (dict,), "Dict": (dict,), "List": (list,), "Tuple": (tuple,), "Set": (set,),
    "MutableMapping": (dict,), "Number": (int, float), "Integral": (int,), "Real": (int, float),
    "Callable": (Function, Native, Bound, Partial, Class), "Sized": (list, tuple, dict, set, str),
    "Iterator": (Items,), "Container": (list, tuple, dict, set, str),
    "FunctionType": (Function,), "LambdaType": (Function,), "MethodType": (Bound,),
    "integer": (), "floating": (), "ndarray": (),
}  # fmt: skip


def is_instance(reader: Interpreter, value: Any, kind: Any) -> bool:
    """`isinstance(value, kind)`."""
    if isinstance(kind, tuple):
        return any(is_instance(reader, value, each) for each in kind)
    if kind.__class__ is Opaque:
        last = kind.what.rpartition(".")[2]
        if last in _ABSTRACT and kind.what.startswith(
            ("typing", "collections", "numbers", "types", "numpy")
        ):
            return isinstance(value, _ABSTRACT[last])
        if value.__class__ is not Opaque:
            return False  # nothing the reader knows is of a class that it does not
    if value.__class__ is Opaque:
        raise reader.cannot(f"cannot tell what {value.what} is an instance of")
    if kind is object:
        return True
    if kind is type:
        return isinstance(value, Class | type)
    cls = class_of(value)
    if isinstance(cls, Class):
        return kind in cls.mro or (
            isinstance(value, Held) and isinstance(kind, type) and isinstance(value, kind)
        )
    if isinstance(kind, type):
        return isinstance(value, kind)
    return False


@offers("isinstance")
def isinstance_(reader: Interpreter, value: Any, kind: Any) -> bool:
    return is_instance(reader, value, kind)


@offers("issubclass")
def issubclass_(reader: Interpreter, cls: Any, kind: Any) -> bool:
    if isinstance(kind, tuple):
        return any(issubclass_.run(reader, cls, each) for each in kind)
    if isinstance(cls, Class):
        played = kind.__name__ if isinstance(kind, type) else None
        return kind in cls.mro or any(
            isinstance(each, Class) and each.module == "builtins" and each.name == played
            for each in cls.mro
        )
    return isinstance(cls, type) and isinstance(kind, type) and issubclass(cls, kind)


@offers("callable")
def callable_(reader: Interpreter, value: Any) -> bool:
    if isinstance(value, Instance):
        return special(reader, value, "__call__") is not None
    return value.__class__ in CALLS or isinstance(value, Native)


@offers("getattr")
def getattr_(reader: Interpreter, value: Any, name: Any, default: Any = MISSING) -> Any:
    if name.__class__ is Opaque:
        return Opaque(f"an attribute by {name!r}")
    if default is MISSING:
        return reader.attribute(value, name)
    depth = len(reader.stack)
    try:
        return reader.attribute(value, name)
    except Raised as raised:
        if raised.kind != "AttributeError":
            raise
        del reader.stack[depth:]
        return default


@offers("hasattr")
def hasattr_(reader: Interpreter, value: Any, name: str) -> Any:
    if value.__class__ is Opaque:
        return Opaque(f"hasattr({value.what})")
    return getattr_.run(reader, value, name, FUNCTION) is not FUNCTION


@offers("setattr")
def setattr_(reader: Interpreter, value: Any, name: Any, new: Any) -> None:
    if name.__class__ is Opaque:
        raise reader.cannot(f"cannot set an attribute named by {name!r}")
    set_attribute(reader, value, name, new)


@offers("delattr")
def delattr_(reader: Interpreter, value: Any, name: str) -> None:
    remove_attribute(reader, value, name)


@offers("vars")
def vars_(reader: Interpreter, value: Any) -> Any:
    return reader.attribute(value, "__dict__")


@offers("super")
def super_(reader: Interpreter, cls: Any = None, owner: Any = None) -> Any:
    if cls is not None:
        if cls.__class__ is Opaque:
            return cls
        if not isinstance(cls, Class):
            raise TypeError("super() argument 1 must be a type")
        return Super(cls, owner)
    frame = reader.stack[-1]
    while frame.function is None and frame.parent is not None:
        frame = frame.parent
    function = frame.function
    if function is None or function.home is None or not function.parameters:
        raise Raised(RuntimeError("super(): no arguments"), "super(): no arguments")
    return Super(function.home, frame.names[function.parameters[0].name])


@offers("property")
def property_(
    reader: Interpreter, fget: Any = None, fset: Any = None, fdel: Any = None, doc: Any = None
) -> Property:
    return Property(fget, fset, deleter=fdel)


BUILTINS["staticmethod"] = Native("staticmethod", lambda reader, function: Static(function))
BUILTINS["classmethod"] = Native("classmethod", lambda reader, function: ClassBound(function))


@offers("print")
def print_(reader: Interpreter, *values: Any, **options: Any) -> None:
    """Nothing is printed."""


def _refused(name: str) -> None:
    @offers(name)
    def refuse(reader: Interpreter, *args: Any, **kwargs: Any) -> Any:
        raise reader.cannot(f"cannot follow {name}()")


for _name in ("compile", "__import__", "breakpoint", "memoryview"):
    _refused(_name)


for _name in ("open", "input"):
    BUILTINS[_name] = Opaque(_name)
for _name in ("True", "False", "None", "NotImplemented", "Ellipsis"):
    BUILTINS[_name] = getattr(builtins, _name)
for _error in vars(builtins).values():
    if isinstance(_error, type) and issubclass(_error, BaseException):
        BUILTINS[_error.__name__] = _error
BUILTINS["__debug__"] = True
