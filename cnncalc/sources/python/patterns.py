"""`re`: patterns on short texts, as long as trying them cannot take long."""

from __future__ import annotations

import re
from typing import Any

from .budget import MAX_TEXT
from .interpreter import ATTRIBUTES, TRUTHS, Interpreter, iterator, no_attribute
from .values import Native, Opaque, Raised

_REPEATS = re.compile(r"(?<!\\)[*+{?]")
_NESTED = re.compile(r"(?<!\\)\)[*+{]")
#: Ways to try a pattern on a text, at most.
_MOST = 5_000_000


def _guard(reader: Interpreter, pattern: str, text: str) -> None:
    """Refuse what could take long: repeated groups, and many repeats on a long text."""
    repeats = len(_REPEATS.findall(pattern))
    if _NESTED.search(pattern) or (len(text) + 1) ** repeats > _MOST or len(pattern) > 500:
        raise reader.cannot(f"cannot follow the pattern {pattern[:60]!r}")
    reader.budget.spend(len(text))


def _guard_result(reader: Interpreter, pattern: re.Pattern[str], new: str, text: str) -> None:
    """Refuse a replacement that makes too long a text, before it is made."""
    length, groups = len(text), new.count("\\")
    for match in pattern.finditer(text):
        reader.budget.spend(1)
        longest = max(len(each or "") for each in (match[0], *match.groups()))
        length += len(new) + groups * longest
        reader.budget.text(length if length > MAX_TEXT else 0)


def _compiled(reader: Interpreter, pattern: Any, flags: Any = 0) -> re.Pattern[str]:
    if isinstance(pattern, re.Pattern):
        return pattern
    if not isinstance(pattern, str):
        raise TypeError("first argument must be string or compiled pattern")
    try:
        return re.compile(pattern, flags if isinstance(flags, int) else 0)
    except (re.error, OverflowError, RecursionError) as error:
        raise Raised(ValueError(str(error)), str(error)) from None


def _function(name: str) -> Native:
    """`re.match(pattern, text)`, and `pattern.match(text)`."""

    def run(reader: Interpreter, pattern: Any, *args: Any, **kwargs: Any) -> Any:
        unknown = [each for each in (pattern, *args) if each.__class__ is Opaque]
        if unknown:
            return Opaque(f"re.{name}({unknown[0].what})")
        found = _compiled(reader, pattern, kwargs.pop("flags", 0))
        at = 1 if name == "sub" else 0
        text = args[at] if len(args) > at else kwargs.get("string")
        if not isinstance(text, str) or (name == "sub" and not isinstance(args[0], str)):
            raise reader.cannot(f"cannot follow this call of re.{name}()")
        _guard(reader, found.pattern, text)
        if name == "sub":
            _guard_result(reader, found, args[0], text)
        result = getattr(found, name)(*args, **kwargs)
        return iterator(result) if name == "finditer" else result

    return Native(f"re.{name}", run)


_FUNCTIONS = ("match", "fullmatch", "search", "split", "findall", "finditer", "sub")
PATTERNS: dict[str, Any] = {
    **{name: _function(name) for name in _FUNCTIONS},
    "compile": Native("re.compile", _compiled),
    "escape": Native("re.escape", lambda reader, text: re.escape(text)),
    **{name: int(getattr(re, name)) for name in ("I", "IGNORECASE", "M", "S", "X")},
}


def _pattern_attribute(reader: Interpreter, pattern: re.Pattern[str], name: str) -> Any:
    if name == "pattern":
        return pattern.pattern
    if name not in _FUNCTIONS:
        raise no_attribute(pattern, name)
    run = PATTERNS[name].run
    return Native(f"re.{name}", lambda inner, *args, **more: run(inner, pattern, *args, **more))


def _match_attribute(reader: Interpreter, match: re.Match[str], name: str) -> Any:
    if name == "string":
        return match.string
    if name not in ("group", "groups", "groupdict", "start", "end", "span"):
        raise no_attribute(match, name)
    return Native(name, lambda inner, *args: getattr(match, name)(*args))


ATTRIBUTES[re.Pattern] = _pattern_attribute
ATTRIBUTES[re.Match] = _match_attribute
TRUTHS[re.Match] = lambda reader, match: True
