"""Objects and classes of the user's: reading, setting and deleting attributes; `super()`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .interpreter import ATTRIBUTES, CALLS, ITERATORS, TRUTHS, Interpreter, iterator, no_attribute
from .values import (
    MISSING,
    Bound,
    Class,
    ClassBound,
    Function,
    Instance,
    Items,
    Method,
    Namespace,
    Opaque,
    Property,
    Raised,
    Record,
    Static,
    Super,
    method,
    type_name,
)  # fmt: skip

#: Kind of value -> how its attributes are set.
SETTERS: dict[type, Callable[[Interpreter, Any, str, Any], None]] = {}


def from_class(reader: Interpreter, found: Any, owner: Any, cls: Class) -> Any:
    """What an attribute of a class is on an object: methods are bound, properties computed."""
    kind = found.__class__
    if kind is Function or kind is Method:
        return Bound(found, owner)
    if kind is Property:
        return reader.call(found.getter, (owner,))
    if kind is Static:
        return found.function
    if kind is ClassBound:
        return Bound(found.function, cls)
    return found


# What all objects have


@method("__init__")
def _init(reader: Interpreter, owner: Any, *args: Any, **kwargs: Any) -> None:
    pass


@method("__new__")
def _new(reader: Interpreter, cls: Class, *args: Any, **kwargs: Any) -> Any:
    return cls.make(cls) if cls.make else Instance(cls)


@method("__setattr__")
def _setattr(reader: Interpreter, owner: Any, name: str, value: Any) -> None:
    set_attribute(reader, owner, name, value, hooked=False)


@method("__repr__")
def _repr(reader: Interpreter, owner: Any) -> str:
    return repr(owner)


@method("__init_subclass__")
def _init_subclass(reader: Interpreter, owner: Any, **kwargs: Any) -> None:
    pass


#: Methods of `object`.
OBJECT = {
    each.name: each for each in (_init, _new, _setattr, _repr, _init_subclass)
} | {"__str__": _repr, "__delattr__": _setattr}  # fmt: skip


# Reading


def _instance_attribute(reader: Interpreter, owner: Instance, name: str) -> Any:
    found = owner.cls.find(name)
    if found.__class__ is Property:
        return _property(reader, found, owner, name)
    if name in owner.attributes:
        return owner.attributes[name]
    if found is not MISSING:
        return from_class(reader, found, owner, owner.cls)
    return missing_attribute(reader, owner, name)


def _property(reader: Interpreter, found: Property, owner: Instance, name: str) -> Any:
    if found.cached and name in owner.attributes:
        return owner.attributes[name]
    value = reader.call(found.getter, (owner,))
    if found.cached:
        owner.attributes[name] = value
    return value


def missing_attribute(reader: Interpreter, owner: Instance, name: str) -> Any:
    """What an object has under a name that neither it nor its class knows."""
    if name == "__class__":
        return owner.cls
    if name == "__dict__":
        return owner.attributes
    hook = owner.cls.find("__getattr__")
    if hook is not MISSING and not name.startswith("__"):
        return reader.call(from_class(reader, hook, owner, owner.cls), (name,))
    if name in OBJECT:
        return Bound(OBJECT[name], owner)
    if any(base.__class__ is Opaque for base in owner.cls.mro):
        return Opaque(f"{owner.cls.name}.{name}")
    raise no_attribute(owner, name)


def _class_attribute(reader: Interpreter, cls: Class, name: str) -> Any:
    found = cls.find(name)
    if found is not MISSING:
        kind = found.__class__
        if kind is Static:
            return found.function
        return Bound(found.function, cls) if kind is ClassBound else found
    if name in ("__name__", "__qualname__"):
        return cls.name
    if name == "__mro__":
        return cls.mro
    if name == "__bases__":
        return cls.bases
    if name == "__module__":
        return cls.module
    if name in ("__doc__", "__annotations__", "__dict__"):
        return {"__doc__": "", "__annotations__": {}, "__dict__": dict(cls.names)}[name]
    if name in OBJECT:
        return OBJECT[name]
    if any(base.__class__ is Opaque for base in cls.mro):
        return Opaque(f"{cls.name}.{name}")
    raise Raised(AttributeError(f"type object {cls.name!r} has no attribute {name!r}"))


def _super_attribute(reader: Interpreter, value: Super, name: str) -> Any:
    owner = value.owner
    cls = owner if isinstance(owner, Class) else owner.cls
    found = cls.after(value.home, name)
    if found is MISSING:
        opaque = next((base for base in cls.mro if base.__class__ is Opaque), None)
        if opaque is not None:
            return Opaque(f"{opaque.what}.{name}")
        if name not in OBJECT:
            raise Raised(AttributeError(f"'super' object has no attribute {name!r}"))
        found = OBJECT[name]
    if name == "__new__":
        return found
    return from_class(reader, found, owner, cls)


def _record_attribute(reader: Interpreter, value: Record, name: str) -> Any:
    if name in value.names:
        return value[value.names.index(name)]
    if name == "_asdict":
        return Bound(_asdict, value)
    if name == "_replace":
        return Bound(_replace, value)
    found = MISSING if value.cls is None else value.cls.find(name)
    if found is not MISSING and value.cls is not None:
        return from_class(reader, found, value, value.cls)
    return ATTRIBUTES[tuple](reader, value, name)


@method("_asdict")
def _asdict(reader: Interpreter, value: Record) -> dict[str, Any]:
    return dict(zip(value.names, value, strict=True))


@method("_replace")
def _replace(reader: Interpreter, value: Record, **changes: Any) -> Record:
    items = [changes.get(name, item) for name, item in zip(value.names, value, strict=True)]
    return Record.of(value.names, items, value.cls)


ATTRIBUTES[Instance] = _instance_attribute
ATTRIBUTES[Class] = _class_attribute
ATTRIBUTES[Super] = _super_attribute
ATTRIBUTES[Record] = _record_attribute


# Setting


def set_attribute(
    reader: Interpreter, owner: Any, name: str, value: Any, hooked: bool = True
) -> None:
    """`owner.name = value`."""
    if isinstance(owner, Instance) and hooked:
        hook = owner.cls.find("__setattr__")
        if hook is not MISSING and hook.__class__ is Function:
            reader.call(hook, (owner, name, value))
            return
    for kind in owner.__class__.__mro__:
        if kind in SETTERS:
            SETTERS[kind](reader, owner, name, value)
            return
    raise Raised(AttributeError(f"{type_name(owner)!r} object has no attribute {name!r}"))


def _set_on_instance(reader: Interpreter, owner: Instance, name: str, value: Any) -> None:
    found = owner.cls.find(name)
    if found.__class__ is Property and not found.cached:
        if found.setter is None:
            raise Raised(AttributeError(f"property {name!r} has no setter"))
        reader.call(found.setter, (owner, value))
    elif name == "__class__":
        raise reader.cannot("cannot follow a change of __class__")
    else:
        owner.attributes[name] = value


def _set_on_class(reader: Interpreter, owner: Class, name: str, value: Any) -> None:
    owner.names[name] = value


def _set_on_function(reader: Interpreter, owner: Function, name: str, value: Any) -> None:
    owner.attributes[name] = value


def _set_on_module(reader: Interpreter, owner: Namespace, name: str, value: Any) -> None:
    if not owner.own:
        raise reader.cannot(f"cannot follow a change of {owner.name}.{name}")
    owner.names[name] = value


def _set_on_opaque(reader: Interpreter, owner: Opaque, name: str, value: Any) -> None:
    """A setting of something unknown (`torch.backends.cudnn.benchmark = True`): no effect here."""


SETTERS[Instance] = _set_on_instance
SETTERS[Class] = _set_on_class
SETTERS[Function] = _set_on_function
SETTERS[Namespace] = _set_on_module
SETTERS[Opaque] = _set_on_opaque


def delete_attribute(owner: Any, name: str) -> bool:
    """`del owner.name`; False where there is none."""
    if hasattr(owner, "delete"):
        return bool(owner.delete(name))
    attributes = getattr(owner, "attributes", None)
    return attributes is not None and attributes.pop(name, MISSING) is not MISSING


# Special methods


def special(reader: Interpreter, owner: Any, name: str) -> Any:
    """A special method of an object (`__len__`), bound; None where its class has none."""
    cls = getattr(owner, "cls", None)
    found = cls.find(name) if isinstance(cls, Class) else MISSING
    return None if found is MISSING or cls is None else from_class(reader, found, owner, cls)


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

__all__ = ["OBJECT", "SETTERS", "delete_attribute", "from_class", "iterator", "set_attribute"]
