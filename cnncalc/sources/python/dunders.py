"""Special methods of Python's own values, called by name: `"b".__len__()`, `dict.__getitem__`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .interpreter import Interpreter, iterator
from .operators import binary, delete_plain, equal, has_plain, plain_item, set_plain
from .values import MISSING, Method


def _operator(name: str, swapped: bool = False) -> Callable[..., Any]:
    def run(reader: Interpreter, value: Any, other: Any) -> Any:
        return binary(reader, name, *((other, value) if swapped else (value, other)))

    return run


_SIZED = (str, list, dict, tuple, set, frozenset, range)
_NUMBERS = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")
#: Name -> the kinds that have it, and what it does.
_RUNS: dict[str, tuple[tuple[type, ...], Callable[..., Any]]] = {
    "__len__": (_SIZED, lambda reader, value: len(value)),
    "__contains__": (_SIZED, has_plain),
    "__iter__": (_SIZED, lambda reader, value: iterator(reader.plain_items(value))),
    "__getitem__": ((str, list, dict, tuple, range), plain_item),
    "__setitem__": ((list, dict), lambda reader, *given: set_plain(reader, *given)),
    "__delitem__": ((list, dict), lambda reader, *given: delete_plain(reader, *given)),
    "__eq__": ((*_SIZED, int, float), equal),
    "__ne__": ((*_SIZED, int, float), lambda reader, a, b: not equal(reader, a, b)),
    "__int__": ((int, float), lambda reader, value: int(value)),
    "__float__": ((int, float), lambda reader, value: float(value)),
    "__bool__": ((int, float), lambda reader, value: bool(value)),
    **{f"__{name}__": ((int, float), _operator(name)) for name in _NUMBERS},
    **{f"__r{name}__": ((int, float), _operator(name, swapped=True)) for name in _NUMBERS},
}
_RUNS["__add__"] = ((int, float, str, list, tuple), _operator("add"))
_RUNS["__mul__"] = ((int, float, str, list, tuple), _operator("mul"))
_RUNS["__mod__"] = ((int, float, str), _operator("mod"))

_METHODS = {name: Method(name, run) for name, (_, run) in _RUNS.items()}


def special_method(kind: type, name: str) -> Any:
    """The special method of one of Python's own classes, or MISSING."""
    kinds = _RUNS.get(name, ((),))[0]
    return _METHODS[name] if kinds and issubclass(kind, kinds) else MISSING


def special_methods(kind: type) -> dict[str, Method]:
    """All that are known of a class."""
    return {name: each for name, each in _METHODS.items() if issubclass(kind, _RUNS[name][0])}
