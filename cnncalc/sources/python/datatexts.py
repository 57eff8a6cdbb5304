"""Texts of data and of paths: `json.loads` of a known text, `os.path` on known names."""

from __future__ import annotations

import json
import posixpath
from typing import Any

from .interpreter import Interpreter
from .values import Native, Opaque, Raised


def _loads(reader: Interpreter, text: Any, **options: Any) -> Any:
    if text.__class__ is Opaque:
        return Opaque(f"json.loads({text.what})")
    if not isinstance(text, str) or options:
        raise reader.cannot("cannot follow this call of json.loads()")

    def whole(digits: str) -> int:
        reader.budget.bits(4 * len(digits))
        return int(digits)

    reader.budget.spend(len(text))
    try:
        return json.loads(text, parse_int=whole)
    except RecursionError:
        raise reader.cannot("a text of json.loads() that is nested too deep") from None
    except ValueError as error:
        raise Raised(error, str(error)) from None


def _path(name: str) -> Native:
    """A function of `os.path` that only looks at names."""

    def run(reader: Interpreter, *parts: Any) -> Any:
        unknown = next((each for each in parts if each.__class__ is Opaque), None)
        if unknown is not None:
            return Opaque(f"os.path.{name}({unknown.what})")
        reader.budget.text(sum(len(each) + 1 for each in parts))
        return getattr(posixpath, name)(*parts)

    return Native(name, run)


JSON: dict[str, Any] = {"loads": Native("loads", _loads)}
PATHS: dict[str, Any] = {
    name: _path(name) for name in ("join", "basename", "dirname", "splitext", "split")
}
