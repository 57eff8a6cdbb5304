"""Exceptions of the user's program: raising them, and telling which handler is theirs."""

from __future__ import annotations

from typing import Any

from .interpreter import Interpreter
from .values import Class, Instance, Opaque, Raised


def raised_by(reader: Interpreter, value: Any) -> Raised:
    """What `raise value` raises."""
    if value.__class__ is Opaque:
        return Raised(Exception(value.what), value.what)
    if isinstance(value, Class | type):
        value = reader.call(value)
    if isinstance(value, Instance):
        args = value.attributes.get("args", ())
        return Raised(value, str(args[0]) if args else "")
    if isinstance(value, BaseException):
        return Raised(value, str(value))
    return Raised(TypeError("exceptions must derive from BaseException"))


def matches(reader: Interpreter, raised: Raised, kind: Any) -> bool:
    """Is a raised exception one that `except kind` takes?"""
    if isinstance(kind, tuple):
        return any(matches(reader, raised, each) for each in kind)
    value = raised.value
    if isinstance(value, Instance):
        return any(
            base is kind
            or (isinstance(base, type) and isinstance(kind, type) and issubclass(base, kind))
            for base in value.cls.mro
        )
    return isinstance(kind, type) and isinstance(value, kind)
