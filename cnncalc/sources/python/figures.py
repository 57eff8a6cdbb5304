"""Built-in functions on numbers and texts: `abs`, `round`, `pow`, `repr`, `format`."""

from __future__ import annotations

from typing import Any

from .builtin import BUILTINS, offers
from .formatting import formatted, represented
from .interpreter import Interpreter
from .objects import special
from .operators import binary, guard
from .values import Native, Opaque


@offers("abs")
def absolute(reader: Interpreter, value: Any) -> Any:
    if value.__class__ is Opaque:
        return Opaque(f"abs({value.what})")
    found = special(reader, value, "__abs__")
    return abs(value) if found is None else reader.call(found)


@offers("round")
def rounded(reader: Interpreter, value: Any, digits: Any = None) -> Any:
    if value.__class__ is Opaque:
        return Opaque(f"round({value.what})")
    if isinstance(digits, int) and abs(digits) > 10_000:
        raise reader.cannot(f"round to {digits} digits")
    return round(value, digits)


@offers("pow")
def power(reader: Interpreter, base: Any, exponent: Any, modulus: Any = None) -> Any:
    if modulus is None:
        return binary(reader, "pow", base, exponent)
    guard(reader, "mul", exponent, 1)
    return pow(base, exponent, modulus)


@offers("divmod")
def divided(reader: Interpreter, left: Any, right: Any) -> Any:
    return (binary(reader, "floordiv", left, right), binary(reader, "mod", left, right))


@offers("repr")
def repr_(reader: Interpreter, value: Any) -> Any:
    return represented(reader, value)


@offers("format")
def format_(reader: Interpreter, value: Any, spec: str = "") -> Any:
    return formatted(reader, value, spec)


BUILTINS["ord"] = Native("ord", lambda reader, value: ord(value))
BUILTINS["chr"] = Native("chr", lambda reader, value: chr(value))
BUILTINS["id"] = Native("id", lambda reader, value: id(value))
BUILTINS["bin"] = Native("bin", lambda reader, value: bin(value))
BUILTINS["hex"] = Native("hex", lambda reader, value: hex(value))
BUILTINS["hash"] = Native("hash", lambda reader, value: (reader.weigh(value), hash(value))[1])
