"""Texts of values: `str`, `repr`, f-strings and `format`, with limits."""

from __future__ import annotations

import re
from typing import Any

from .held import Held
from .interpreter import NATIVE_ERRORS, Interpreter
from .objects import special
from .values import Class, Function, Instance, Opaque, Raised

_LONG_WIDTH = re.compile(r"\d{5,}")


def text(reader: Interpreter, value: Any) -> Any:
    """`str(value)`; unknown values make unknown texts."""
    if isinstance(value, Held):
        return _held_text(reader, value)
    if isinstance(value, str):
        return value
    if value.__class__ is Opaque:
        return Opaque(f"a text with {value.what}")
    if isinstance(value, Class):
        return f"<class {value.name!r}>"
    if isinstance(value, Instance):
        for name in ("__str__", "__repr__"):
            found = special(reader, value, name)
            if found is not None:
                return reader.call(found)
        args = value.attributes.get("args")
        if args and any(isinstance(base, type) for base in value.cls.mro):
            return text(reader, args[0])
    reader.weigh(value)
    return str(value)


def _held_text(reader: Interpreter, value: Any) -> Any:
    """`str` of an object of a class derived from Python's own."""
    for name in ("__str__", "__repr__"):
        if isinstance(value.cls.find(name), Function):
            return reader.call(special(reader, value, name))
    if "__members__" in value.cls.names:  # it differs from one Python to the next
        raise reader.cannot(
            f"cannot follow the text of {value.cls.name}.{value.attributes['name']}"
        )
    plain = next(kind for kind in (dict, list, tuple, str, int) if isinstance(value, kind))
    reader.weigh(value)
    return str(plain(value))


def represented(reader: Interpreter, value: Any) -> Any:
    """`repr(value)`."""
    if value.__class__ is str:
        return repr(value)
    return text(reader, value)


def formatted(reader: Interpreter, value: Any, spec: str, conversion: str = "") -> str:
    """`format(value, spec)`; widths and precisions are kept small."""
    if _LONG_WIDTH.search(spec):
        raise reader.cannot("a format with a width beyond 9,999")
    if conversion in ("r", "a"):
        value = represented(reader, value)
    elif (
        conversion == "s"
        or isinstance(value, Held)
        or not isinstance(value, int | float | complex | str)
    ):
        value = text(reader, value)
    try:
        made = format(value, spec)
    except NATIVE_ERRORS as error:
        raise Raised(error, str(error)) from None
    reader.budget.text(len(made))
    return made


_PLACE = re.compile(r"\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::([^{}]*(?:\{[^{}]*\}[^{}]*)*))?\}")


def format_method(
    reader: Interpreter, pattern: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """`pattern.format(...)`: places are looked up by the reader, one attribute at a time."""
    count = 0
    unknown = False

    def value_of(name: str) -> Any:
        nonlocal count
        first, *rest = re.split(r"(?=[.\[])", name)
        if not first:
            first = str(count)
            count += 1
        try:
            found: Any = args[int(first)] if first.isdigit() else kwargs[first]
        except (KeyError, IndexError) as error:
            raise Raised(error, str(error)) from None
        for step in rest:
            if step.startswith("."):
                found = reader.attribute(found, step[1:])
            else:
                key: Any = step.strip("[]")
                found = _item(reader, found, int(key) if key.isdigit() else key)
        return found

    def replaced(match: re.Match[str]) -> str:
        nonlocal unknown
        whole = match.group(0)
        if whole in ("{{", "}}"):
            return whole[0]
        value = value_of(match.group(1))
        spec = match.group(3) or ""
        if "{" in spec:
            spec = re.sub(r"\{([^{}]*)\}", lambda inner: str(value_of(inner.group(1))), spec)
        if value.__class__ is Opaque:
            unknown = True
            return ""
        made = formatted(reader, value, spec, match.group(2) or "")
        reader.budget.spend(1)
        return made

    reader.budget.text(len(pattern))
    result = _PLACE.sub(replaced, pattern)
    reader.budget.text(len(result))
    return Opaque("a text") if unknown else result


def _item(reader: Interpreter, owner: Any, key: Any) -> Any:
    from .operators import subscript

    return subscript(reader, owner, key)
