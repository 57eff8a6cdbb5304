"""Enumerations: what a class derived from `enum.Enum` becomes."""

from __future__ import annotations

from typing import Any

from .deriving import INTEGER, TEXT
from .interpreter import Interpreter
from .values import Class, ClassBound, Function, Instance, Opaque, Property, Raised, Static


def _finish_enum(reader: Interpreter, cls: Class) -> None:
    members: dict[str, Any] = {}
    last: Any = 0
    init = cls.find("__init__")
    texts = cls.derives(TEXT)
    for name in ("__new__", "_generate_next_value_", "_missing_"):
        if isinstance(cls.names.get(name), Function | Static | ClassBound):
            raise reader.cannot(f"cannot follow the {name} of an enumeration")
    for name, value in list(cls.names.items()):
        if name.startswith("_") or isinstance(value, Function | Static | ClassBound | Property):
            continue
        if value is AUTO:
            lower = cls.derives(STR_ENUM)
            if not lower and (texts or not isinstance(last, int)):
                raise reader.cannot("cannot follow enum.auto() after that value")
            value = name.lower() if lower else last + 1
        last = value
        same = next((each for each in members.values() if each.attributes["value"] == value), None)
        if same is not None:  # another name for it
            cls.names[name] = same
            continue
        held = texts or cls.derives(INTEGER)
        member = cls.find("__new__").run(reader, cls, value) if held else Instance(cls)
        member.attributes.update(name=name, value=value)
        cls.names[name] = members[name] = member
        if isinstance(init, Function):
            reader.call(init, (member, *(value if isinstance(value, tuple) else (value,))))
    cls.names["__members__"] = members


def _find_member(
    reader: Interpreter, cls: Class, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    (wanted,) = args
    if wanted.__class__ is Opaque:
        return Opaque(f"{cls.name}({wanted.what})")
    for member in cls.names["__members__"].values():
        if member is wanted or member.attributes["value"] == wanted:
            return member
    raise Raised(ValueError(f"{wanted!r} is not a valid {cls.name}"))


ENUM = Class("Enum", names={"__make__": _find_member, "__finish__": _finish_enum})
INT_ENUM = Class("IntEnum", (INTEGER, ENUM))
STR_ENUM = Class("StrEnum", (TEXT, ENUM))
AUTO = Opaque("enum.auto()")
