"""Classes: `class` statements, making objects, dataclasses, named tuples."""

from __future__ import annotations

import ast
from typing import Any

from .copying import copied
from .deriving import PLAYED
from .descriptors import described
from .functions import decorated
from .held import Held
from .interpreter import CALLS, Interpreter
from .objects import OBJECT, SETTERS, from_class, set_attribute
from .scope import Frame
from .values import (
    MISSING,
    Bound,
    Class,
    ClassBound,
    Function,
    Instance,
    Method,
    Opaque,
    Property,
    Raised,
    Record,
    Static,
    method,
)  # fmt: skip

#: Bases that say something about types, and nothing to the reader.
_SILENT = ("typing.", "typing_extensions.", "abc.", "collections.abc.")


def define_class(reader: Interpreter, node: ast.ClassDef, frame: Frame) -> Any:
    """The value of a `class` statement, decorators applied."""
    bases, silent = _bases(reader, node, frame)
    inner = Frame(frame.module, frame, is_class=True)
    inner.node = node
    reader.enter(inner)
    reader.execute(node.body, inner)
    reader.leave()
    try:
        cls = Class(node.name, bases, inner.names, module=frame.module.name)
    except TypeError as error:
        raise Raised(error) from None
    for name in ("__class__", "__getattribute__"):
        if name in cls.names:
            raise reader.cannot(f"cannot follow the {name} that {cls.name} gives its objects")
    cls.silent = silent
    _complete(reader, cls)
    for kind in (base for base in cls.mro[1:] if isinstance(base, Class)):
        finish = kind.names.get("__finish__")
        if finish is not None:  # what NamedTuple and Enum make of a class
            finish(reader, cls)
    hook = cls.after(cls, "__init_subclass__")
    if hook is not MISSING:
        reader.call(Bound(hook.function if isinstance(hook, ClassBound) else hook, cls))
    made: Any = cls
    for decorator in reversed(node.decorator_list):
        wrapper = reader.evaluate(decorator, frame)
        frame.node = decorator
        made = decorated(reader, wrapper, made)
    return made


def made_class(reader: Interpreter, name: Any, bases: Any, names: Any) -> Class:
    """`type("Config", (), {...})`: a class without a statement."""
    known = [base for base in reader.listed(bases) if base is not object]
    if not isinstance(name, str) or not all(isinstance(base, Class) for base in known):
        raise reader.cannot("cannot follow this class made by type()")
    try:
        cls = Class(name, tuple(known), dict(names), module=reader.stack[-1].module.name)
    except TypeError as error:
        raise Raised(error) from None
    _complete(reader, cls)
    return cls


def _complete(reader: Interpreter, cls: Class) -> None:
    """Tell functions and descriptors of a class where they are."""
    for name, value in list(cls.names.items()):
        _give_home(value, cls)
        cls.names[name] = described(reader, cls, name, value)


def _bases(reader: Interpreter, node: ast.ClassDef, frame: Frame) -> tuple[tuple[Any, ...], bool]:
    """The bases that matter, and whether others were passed over."""
    bases: list[Any] = []
    silent = False
    for each in node.bases:
        if isinstance(each, ast.Starred):
            raise reader.cannot("cannot follow computed bases of a class")
        base = reader.evaluate(each, frame)
        if base is object or (base.__class__ is Opaque and base.what.startswith(_SILENT)):
            silent = silent or base is not object
            continue
        if isinstance(base, type):
            base = PLAYED.get(base, base)
        known = isinstance(base, Class | Opaque) or (
            isinstance(base, type) and issubclass(base, BaseException)
        )
        if not known:
            frame.node = node
            raise reader.cannot(f"cannot follow a class derived from {ast.unparse(each)}")
        bases.append(base)
    for keyword in node.keywords:
        value = reader.evaluate(keyword.value, frame)
        known = value.__class__ is Opaque and value.what.startswith(_SILENT)
        if keyword.arg == "metaclass" and not known:
            frame.node = node
            raise reader.cannot(f"cannot follow the metaclass of {node.name}")
    return tuple(bases), silent


def _give_home(value: Any, cls: Class) -> None:
    """Tell the functions of a class where they are, for `super()`."""
    if isinstance(value, Function):
        if value.home is None:
            value.home = cls
    elif isinstance(value, Static | ClassBound):
        _give_home(value.function, cls)
    elif isinstance(value, Property):
        for each in (value.getter, value.setter, value.deleter):
            _give_home(each, cls)


def instantiate(
    reader: Interpreter, cls: Class, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """`cls(...)`."""
    opaque = next((base for base in cls.mro if base.__class__ is Opaque), None)
    if opaque is not None:
        raise reader.cannot(f"{cls.name} is derived from {opaque.what}, which is not known")
    caller, maker = cls.find("__make__"), cls.find("__new__")
    if caller is not MISSING and not isinstance(maker, Function | Static):
        return caller(reader, cls, args, kwargs)
    if maker.__class__ is Method:
        made = maker.run(reader, cls, *args, **kwargs)
    elif maker is MISSING:
        made = cls.make(cls) if cls.make else Instance(cls)
    else:
        made = reader.call(
            maker.function if isinstance(maker, Static) else maker, (cls, *args), kwargs
        )
        if not (isinstance(made, Instance | Held) and made.cls.derives(cls)):
            return made
    init = cls.find("__init__")
    if init is not MISSING:
        reader.call(from_class(reader, init, made, cls), args, kwargs)
    elif any(isinstance(base, type) for base in cls.mro):  # an exception of the user's
        made.attributes["args"] = args
    elif args or kwargs:
        raise Raised(TypeError(f"{cls.name}() takes no arguments"))
    return made


CALLS[Class] = instantiate


# Dataclasses


def dataclass(reader: Interpreter, cls: Any = None, **options: Any) -> Any:
    """`@dataclass`, with or without options."""
    if cls is None:
        return Method("dataclass", lambda inner, made: dataclass(inner, made, **options))
    fields: dict[str, Any] = {}
    for each in reversed(cls.mro):
        if isinstance(each, Class):
            annotated = each.names.get("__annotations__", {})
            for name, annotation in annotated.items():
                if not annotation.startswith(("ClassVar", "typing.ClassVar")):
                    fields[name] = each.names.get(name, MISSING)
    cls.fields = fields
    for name, default in fields.items():
        if isinstance(default, Field):  # its default is made anew for each object
            cls.names.pop(name, None)
    if "__init__" not in cls.names:
        cls.names["__init__"] = _field_init
    return cls


class Field:
    """`dataclasses.field(...)`: a default, or a function that makes one."""

    __slots__ = ("default", "factory", "init")

    def __init__(self, default: Any = MISSING, factory: Any = MISSING, init: bool = True) -> None:
        self.default = default
        self.factory = factory
        self.init = init

    def value(self, reader: Interpreter) -> Any:
        """The default, or MISSING."""
        return self.default if self.factory is MISSING else reader.call(self.factory)


@method("__init__")
def _field_init(reader: Interpreter, owner: Instance, *args: Any, **kwargs: Any) -> None:
    fields = _fields_of(owner.cls)
    for name, value in _field_values(reader, owner.cls.name, fields, args, kwargs).items():
        if value is not MISSING:
            set_attribute(reader, owner, name, value)
    after = owner.cls.find("__post_init__")
    if after is not MISSING:
        reader.call(from_class(reader, after, owner, owner.cls))


def _field_values(
    reader: Interpreter,
    name: str,
    fields: dict[str, Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> dict[str, Any]:
    names = [
        each for each, default in fields.items() if not isinstance(default, Field) or default.init
    ]
    if len(args) > len(names):
        raise Raised(
            TypeError(f"{name}() takes {len(names)} positional arguments, {len(args)} were given")
        )
    values = dict(zip(names, args, strict=False))
    for key, value in kwargs.items():
        if key not in names or key in values:
            raise Raised(TypeError(f"{name}() got an unexpected keyword argument {key!r}"))
        values[key] = value
    for each, default in fields.items():
        if each not in values:
            made = default.value(reader) if isinstance(default, Field) else default
            if made is MISSING and (not isinstance(default, Field) or default.init):
                raise Raised(TypeError(f"{name}() missing argument {each!r}"))
            values[each] = made
    return {each: values[each] for each in fields}


def _fields_of(cls: Class) -> dict[str, Any]:
    """The fields of a dataclass or a named tuple."""
    known = (each.fields for each in cls.mro if isinstance(each, Class))
    found = next((each for each in known if each is not None), None)
    if found is None:
        raise TypeError(f"{cls.name} is no dataclass")
    return found


def is_dataclass(reader: Interpreter, value: Any) -> bool:
    """`dataclasses.is_dataclass`, of a class or an object."""
    cls = value if isinstance(value, Class) else getattr(value, "cls", None)
    return (
        isinstance(cls, Class)
        and not cls.derives(NAMED_TUPLE)
        and any(isinstance(each, Class) and each.fields is not None for each in cls.mro)
    )


def replaced(reader: Interpreter, value: Any, /, **changes: Any) -> Any:
    """`dataclasses.replace`: made anew of its fields; other attributes are left behind."""
    given = {}
    for name, default in _fields_of(value.cls).items():
        if not isinstance(default, Field) or default.init:
            given[name] = reader.attribute(value, name)
        elif name in changes:
            raise ValueError(f"field {name} is declared with init=False")
    return reader.call(value.cls, (), {**given, **changes})


def as_plain(reader: Interpreter, value: Any) -> dict[str, Any]:
    """`dataclasses.asdict`: dataclasses inside become dicts too."""
    return {name: _plain(reader, reader.attribute(value, name)) for name in _fields_of(value.cls)}


def _plain(reader: Interpreter, value: Any) -> Any:
    reader.budget.spend(1)
    if isinstance(value, Instance) and is_dataclass(reader, value):
        return as_plain(reader, value)
    if value.__class__ in (list, tuple):
        return value.__class__(_plain(reader, each) for each in value)
    if value.__class__ is dict:
        return {_plain(reader, key): _plain(reader, each) for key, each in value.items()}
    return copied(reader, value, {})


def fields(reader: Interpreter, owner: Any) -> tuple[Instance, ...]:
    """`dataclasses.fields(...)` of a dataclass, or of an object of one."""
    cls = owner if isinstance(owner, Class) else owner.cls
    made = []
    for name, default in _fields_of(cls).items():
        each = Instance(_FIELD)
        each.attributes.update(name=name, default=default)
        made.append(each)
    return tuple(made)


_FIELD = Class("Field")


# Named tuples


def _make_record(
    reader: Interpreter, cls: Class, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Record:
    fields = _fields_of(cls)
    values = _field_values(reader, cls.name, fields, args, kwargs)
    return Record.of(tuple(fields), values.values(), cls)


@method("__new__")
def _new_record(reader: Interpreter, cls: Class, *args: Any, **kwargs: Any) -> Record:
    return _make_record(reader, cls, args, kwargs)


def _finish_named_tuple(reader: Interpreter, cls: Class) -> None:
    if cls.fields is None and NAMED_TUPLE in cls.bases:
        annotated = cls.names.get("__annotations__", {})
        cls.fields = {name: cls.names.pop(name, MISSING) for name in annotated}
        cls.names["_fields"] = tuple(cls.fields)


NAMED_TUPLE = Class(
    "NamedTuple",
    names={
        "__make__": _make_record,
        "__finish__": _finish_named_tuple,
        "__new__": _new_record,
    },
)


def named_tuple(
    reader: Interpreter, name: str, fields: Any, defaults: Any = (), **options: Any
) -> Class:
    """`collections.namedtuple`, and `typing.NamedTuple` with a list of fields."""
    if isinstance(fields, str):
        names = fields.replace(",", " ").split()
    else:
        names = [each if isinstance(each, str) else each[0] for each in reader.listed(fields)]
    behind = reader.listed(defaults or ())
    cls = Class(name, (NAMED_TUPLE,))
    values = [MISSING] * (len(names) - len(behind)) + behind
    cls.fields = dict(zip(names, values, strict=True))
    cls.names["_fields"] = tuple(names)
    maker = cls.names["__new__"] = RecordMaker("__new__", _new_record.run)
    maker.cls = cls
    return cls


class RecordMaker(Method):
    """The `__new__` of one named tuple, whose `__defaults__` may be set."""

    __slots__ = ("cls",)
    cls: Class


def _set_defaults(reader: Interpreter, maker: RecordMaker, name: str, value: Any) -> None:
    fields = _fields_of(maker.cls)
    if name != "__defaults__" or len(value) > len(fields):
        raise reader.cannot(f"cannot follow a change of {name} of {maker.cls.name}.__new__")
    fields.update(zip(list(fields)[len(fields) - len(value) :], value, strict=True))


SETTERS[RecordMaker] = _set_defaults
CALLS[RecordMaker] = lambda reader, maker, args, kwargs: maker.run(reader, *args, **kwargs)


__all__ = ["NAMED_TUPLE", "OBJECT", "Field", "dataclass", "instantiate"]
