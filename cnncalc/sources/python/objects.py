"""Objects and classes of the user's: reading, setting and deleting attributes; `super()`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .held import Held
from .interpreter import ATTRIBUTES, Interpreter, iterator, no_attribute
from .values import (
    MISSING,
    Bound,
    Class,
    ClassBound,
    Function,
    Instance,
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
    if kind is Instance and (getter := found.cls.find("__get__")) is not MISSING:
        return reader.call(getter, (found, owner, cls))
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


@method("__setattr__")
def plain_setattr(reader: Interpreter, owner: Any, name: str, value: Any) -> None:
    """`object.__setattr__`: nothing else hears of it, not even a module of its parts."""
    if isinstance(owner, Instance | Held):
        set_on_instance(reader, owner, name, value)
    else:
        raise reader.cannot("cannot follow this call of object.__setattr__")


@method("__getattribute__")
def _getattribute(reader: Interpreter, owner: Any, name: str) -> Any:
    return reader.attribute(owner, name)


@method("__delattr__")
def _delattr(reader: Interpreter, owner: Any, name: str) -> None:
    remove_attribute(reader, owner, name, hooked=False)


@method("__repr__")
def _repr(reader: Interpreter, owner: Any) -> str:
    return repr(owner)


@method("__init_subclass__")
def _init_subclass(reader: Interpreter, owner: Any, **kwargs: Any) -> None:
    pass


#: Methods of `object`.
OBJECT = {
    each.name: each for each in (
        _init, _new, _setattr, _getattribute, _delattr, _repr, _init_subclass,
    )
} | {"__str__": _repr}  # fmt: skip


# Reading


def instance_attribute(reader: Interpreter, owner: Any, name: str) -> Any:
    """What an object has under a name: computed, its own, or its class's."""
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
        if kind is Property and found.descriptor is not None:
            found, kind = found.descriptor, Instance
        if kind is Instance and (getter := found.cls.find("__get__")) is not MISSING:
            return reader.call(getter, (found, None, cls))
        return Bound(found.function, cls) if kind is ClassBound else found
    if name in ("__name__", "__qualname__"):
        return cls.name
    if name in ("__mro__", "__bases__"):
        if any(isinstance(each, Class) and each.silent for each in cls.mro):
            raise reader.cannot(f"cannot follow {name} of {cls.name}: not all its bases are known")
        return (*cls.mro, object) if name == "__mro__" else cls.bases or (object,)
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


ATTRIBUTES[Instance] = instance_attribute
ATTRIBUTES[Class] = _class_attribute
ATTRIBUTES[Super] = _super_attribute
ATTRIBUTES[Record] = _record_attribute


# Setting


def set_attribute(
    reader: Interpreter, owner: Any, name: str, value: Any, hooked: bool = True
) -> None:
    """`owner.name = value`."""
    if isinstance(owner, Instance | Held) and hooked:
        hook = owner.cls.find("__setattr__")
        if hook.__class__ is Function or (hook.__class__ is Method and isinstance(owner, Held)):
            reader.call(hook, (owner, name, value))
            return
    for kind in owner.__class__.__mro__:
        if kind in SETTERS:
            SETTERS[kind](reader, owner, name, value)
            return
    raise Raised(AttributeError(f"{type_name(owner)!r} object has no attribute {name!r}"))


def set_on_instance(reader: Interpreter, owner: Any, name: str, value: Any) -> None:
    """`owner.name = value` of an object: its class may have a setter."""
    found = owner.cls.find(name)
    if found.__class__ is Property and not found.cached:
        if found.setter is None:
            raise Raised(AttributeError(f"property {name!r} has no setter"))
        reader.call(found.setter, (owner, value))
    elif name == "__class__":
        raise reader.cannot("cannot follow a change of __class__")
    elif name == "__dict__":
        if owner.__class__ is not Instance and not isinstance(owner, Held):
            raise reader.cannot("cannot follow a change of the __dict__ of a module")
        if not isinstance(value, dict):
            raise Raised(TypeError("__dict__ must be set to a dictionary"))
        owner.attributes = value
    else:
        owner.attributes[name] = value


def _set_on_class(reader: Interpreter, owner: Class, name: str, value: Any) -> None:
    if value.__class__ is Instance and value.cls.find("__set__") is not MISSING:
        raise reader.cannot("cannot follow a descriptor that a class is given later")
    owner.names[name] = value


def _set_on_function(reader: Interpreter, owner: Function, name: str, value: Any) -> None:
    owner.attributes[name] = value


def _set_on_module(reader: Interpreter, owner: Namespace, name: str, value: Any) -> None:
    if not owner.own:
        raise reader.cannot(f"cannot follow a change of {owner.name}.{name}")
    owner.names[name] = value


def _set_on_opaque(reader: Interpreter, owner: Opaque, name: str, value: Any) -> None:
    """A setting of something unknown (`torch.backends.cudnn.benchmark = True`): no effect here."""


SETTERS[Instance] = set_on_instance
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


def remove_attribute(reader: Interpreter, owner: Any, name: str, hooked: bool = True) -> None:
    """`del owner.name`: raises the user's AttributeError where there is none."""
    if isinstance(owner, Instance | Held):
        found = owner.cls.find(name)
        hook = owner.cls.find("__delattr__") if hooked else MISSING
        if isinstance(hook, Function | Method):
            reader.call(hook, (owner, name))
            return
        if found.__class__ is Property and not found.cached:
            if found.deleter is None:
                raise reader.cannot(f"cannot follow del of {name!r}, which is computed")
            reader.call(found.deleter, (owner,))
            return
    if not delete_attribute(owner, name):
        raise no_attribute(owner, name)


# Special methods


def special(reader: Interpreter, owner: Any, name: str) -> Any:
    """A special method of an object (`__len__`), bound; None where its class has none."""
    cls = getattr(owner, "cls", None)
    found = cls.find(name) if isinstance(cls, Class) else MISSING
    return (
        None
        if found is MISSING or found is None or cls is None
        else from_class(reader, found, owner, cls)
    )


__all__ = ["OBJECT", "SETTERS", "delete_attribute", "from_class", "iterator", "set_attribute"]
