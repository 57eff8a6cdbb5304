"""Models as they are named in a configuration: paths, and arguments given beside the name."""

from __future__ import annotations

import keyword
import math
import os
import re
from collections.abc import Mapping
from typing import Any

from ..errors import InputError

_PATH = re.compile(r"(?P<path>[^()@:]*\.(?:py|ya?ml|json|spec|txt|onnx))(?P<rest>$|[:(].*)", re.S)
_DEEPEST = 20


def from_folder(model: str, folder: str) -> str:
    """`model` with its path, where it has one, taken as relative to `folder`."""
    found = _PATH.fullmatch(model)
    if found is None or not folder:
        return model
    path = os.path.join(folder, found["path"])
    return (path if os.path.isabs(path) else os.path.relpath(path)) + found["rest"]


def with_arguments(model: str, arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The model with keyword arguments: inside its text for Python files, else as options.

    `net.py:Net` and `{"width": 8}` give `net.py:Net(width=8)` and no options. Raises
    `InputError` where the text has arguments of its own, or names no class to give them to.
    """
    found = _PATH.fullmatch(model)
    if not arguments or found is None or not found["path"].endswith(".py"):
        return model, dict(arguments)
    if "(" in found["rest"]:
        raise InputError(f"{model!r} has arguments of its own", help="write all in one place")
    if len(found["rest"]) < 2:
        raise InputError(
            f"{model!r} names nothing that takes arguments", help=f"{found['path']}:Net"
        )
    return (
        f"{model}({', '.join(f'{name}={_text(name, arguments[name])}' for name in arguments)})",
        {},
    )


def _text(name: str, value: Any) -> str:
    """The argument as a literal of Python."""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise InputError(f"{name!r} is no name of an argument")
    if not _is_literal(value):
        kind = type(value).__name__
        raise InputError(
            f"{name}: expected numbers, texts, true, false, and arrays and tables of them, "
            f"received a {kind}"
        )
    return repr(value)


def _is_literal(value: Any, depth: int = 0) -> bool:
    if depth > _DEEPEST:
        return False
    if isinstance(value, list):
        return all(_is_literal(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return all(_is_literal(item, depth + 1) for item in value.values())
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str | int)
