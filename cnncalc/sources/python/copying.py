"""`copy.copy` and `copy.deepcopy`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from .held import Held, held
from .interpreter import Interpreter
from .values import Bound, Instance, Partial, called


@called("copy")
def _copy(reader: Interpreter, value: Any) -> Any:
    if isinstance(value, Held):
        if not isinstance(value, dict | list):
            return value
        shallow = held(value.__class__, value.cls, value)
        shallow.attributes = dict(value.attributes)
        return shallow
    if isinstance(value, list | dict | set | deque):
        return value.copy()
    if isinstance(value, Instance) and value.__class__ is Instance:
        made = Instance(value.cls)
        made.attributes = dict(value.attributes)
        return made
    return _shallow(value) if isinstance(value, Instance) else value


def _shallow(value: Any) -> Any:
    """A module like another that has the same tensors and parts: its dicts of them are shared."""
    made = value.__class__(value.cls)
    for kind in value.__class__.__mro__:
        for name in getattr(kind, "__slots__", ()):
            setattr(made, name, getattr(value, name))
    made.attributes = dict(value.attributes)
    leaf = getattr(value, "leaf", None)
    if leaf is not None:
        made.leaf = leaf.__class__(leaf.kind, made.attributes, leaf.held)
    return made


@called("deepcopy")
def deep_copy(reader: Interpreter, value: Any, memo: Any = None) -> Any:
    """`copy.deepcopy`."""
    return copied(reader, value, {})


#: Kind of value -> how it is copied with everything in it (modules, tensors).
COPIERS: dict[type, Callable[[Interpreter, Any, dict[int, Any]], Any]] = {}


def copied(reader: Interpreter, value: Any, known: dict[int, Any]) -> Any:
    """A copy of a value and of everything in it; `known` are the copies made so far."""
    if id(value) in known:
        return known[id(value)]
    reader.budget.spend(1)
    kind = value.__class__
    made: Any = value
    if kind in COPIERS:
        return COPIERS[kind](reader, value, known)
    if isinstance(value, list):
        made = known[id(value)] = []
        made.extend(copied(reader, item, known) for item in value)
    elif isinstance(value, dict):
        made = known[id(value)] = value.copy()
        for key, item in value.items():
            made[key] = copied(reader, item, known)
    elif kind is tuple:
        made = tuple(copied(reader, item, known) for item in value)
    elif isinstance(value, set):
        made = value.copy()
    elif isinstance(value, Instance):
        made = known[id(value)] = Instance(value.cls)
        for name, item in value.attributes.items():
            made.attributes[name] = copied(reader, item, known)
    elif isinstance(value, Bound):
        made = Bound(value.function, copied(reader, value.owner, known))
    elif isinstance(value, Partial):
        made = Partial(value.function, copied(reader, value.args, known), value.kwargs)
    known[id(value)] = made
    return made


COPY = {"copy": _copy, "deepcopy": deep_copy}
