"""What objects do through special methods: being called, gone through, asked if they are true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .interpreter import CALLS, ITERATORS, TRUTHS, Interpreter
from .objects import special
from .values import Class, Instance, Items, Opaque, Raised


def _call_instance(
    reader: Interpreter, owner: Instance, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    found = special(reader, owner, "__call__")
    if found is None:
        raise Raised(TypeError(f"{owner.cls.name!r} object is not callable"))
    return reader.call(found, args, kwargs)


def _iterate_instance(reader: Interpreter, owner: Instance) -> Iterator[Any]:
    found = special(reader, owner, "__iter__")
    if found is not None:
        made = reader.call(found)
        if made is owner or (isinstance(made, Instance) and special(reader, made, "__next__")):
            return _nexts(reader, made)
        return reader.iterate(made)
    if special(reader, owner, "__getitem__") is None:
        raise Raised(TypeError(f"{owner.cls.name!r} object is not iterable"))
    return _numbered(reader, owner)


def _nexts(reader: Interpreter, owner: Instance) -> Iterator[Any]:
    while True:
        depth = len(reader.stack)
        try:
            item = reader.call(special(reader, owner, "__next__"))
        except Raised as raised:
            if raised.kind != "StopIteration":
                raise
            del reader.stack[depth:]
            return
        yield item


def _numbered(reader: Interpreter, owner: Instance) -> Iterator[Any]:
    at = 0
    while True:
        depth = len(reader.stack)
        try:
            item = reader.call(special(reader, owner, "__getitem__"), (at,))
        except Raised as raised:
            if raised.kind != "IndexError":
                raise
            del reader.stack[depth:]
            return
        yield item
        at += 1


def _instance_truth(reader: Interpreter, owner: Instance) -> bool:
    for name in ("__bool__", "__len__"):
        found = special(reader, owner, name)
        if found is not None:
            return reader.truth(reader.call(found))
    return True


def _opaque_truth(reader: Interpreter, value: Opaque) -> bool:
    raise reader.cannot(f"a branch depends on {value.what}, which is not known")


def _opaque_items(reader: Interpreter, value: Opaque) -> Iterator[Any]:
    raise reader.cannot(f"cannot go through {value.what}, which is not known")


def _drained(reader: Interpreter, value: Items) -> Iterator[Any]:
    for item in value.source:
        reader.budget.spend(1)
        yield item


def _class_items(reader: Interpreter, cls: Class) -> Iterator[Any]:
    """The members of an enumeration."""
    if "__members__" not in cls.names:
        raise Raised(TypeError("'type' object is not iterable"))
    return iter(list(cls.names["__members__"].values()))


CALLS[Instance] = _call_instance
ITERATORS[Instance] = _iterate_instance
ITERATORS[Opaque] = _opaque_items
ITERATORS[Items] = _drained
ITERATORS[Class] = _class_items
TRUTHS[Instance] = _instance_truth
TRUTHS[Opaque] = _opaque_truth
TRUTHS[Items] = lambda reader, value: True
