"""Attributes that compute: what `property` is made with, and classes of the user's own."""

from __future__ import annotations

from typing import Any

from .interpreter import ATTRIBUTES, Interpreter, no_attribute
from .values import MISSING, Class, Instance, Native, Property, method


def described(reader: Interpreter, cls: Class, name: str, value: Any) -> Any:
    """What a class has under a name: an object with `__set__` becomes a `Property`.

    One with only `__get__` stays: what an object has of its own goes before it.
    """
    if value.__class__ is not Instance:
        return value
    hook = value.cls.find("__set_name__")
    if hook is not MISSING:
        reader.call(hook, (value, cls, name))
    if value.cls.find("__delete__") is not MISSING:
        raise reader.cannot(f"cannot follow the __delete__ of {value.cls.name}")
    if value.cls.find("__set__") is MISSING:
        return value
    return _made(name, value)


def _made(name: str, descriptor: Instance) -> Property:
    get, put = descriptor.cls.find("__get__"), descriptor.cls.find("__set__")

    @method("__get__")
    def reads(reader: Interpreter, owner: Any) -> Any:
        if get is MISSING:
            return owner.attributes.get(name, descriptor)
        return reader.call(get, (descriptor, owner, owner.cls))

    @method("__set__")
    def sets(reader: Interpreter, owner: Any, value: Any) -> None:
        if isinstance(value, Instance) and value.__class__ is not Instance:
            raise reader.cannot(f"cannot follow a module that {name!r}, a descriptor, is set to")
        reader.call(put, (descriptor, owner, value))

    return Property(reads, sets, descriptor=descriptor)


def _property_attribute(reader: Interpreter, value: Property, name: str) -> Any:
    """`@width.setter`: a property like it, with one more function."""
    if value.descriptor is not None:
        return reader.attribute(value.descriptor, name)
    if name in ("fget", "fset", "fdel"):
        return {"fget": value.getter, "fset": value.setter, "fdel": value.deleter}[name]
    if name not in ("getter", "setter", "deleter") or value.cached:
        raise no_attribute(value, name)

    def run(inner: Interpreter, function: Any) -> Property:
        made = Property(value.getter, value.setter, deleter=value.deleter)
        setattr(made, name, function)
        return made

    return Native(name, run)


ATTRIBUTES[Property] = _property_attribute
