"""Leaving a user's module exactly as it was, whatever its forward pass does to it."""

from __future__ import annotations

import random
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import torch

#: How deep containers in a module's attributes are put back.
_DEPTH = 4


@contextmanager
def untouched(module: torch.nn.Module, train: bool) -> Iterator[None]:
    """Put `module` in train or eval mode; afterwards everything is as it was before.

    That is: attributes, submodules, parameters, buffers, hooks, modes, the contents of
    containers and plain objects that modules hold, the default dtype, and the state of the
    random number generators, also when the forward pass raises. (A forward pass that caches a
    mask on `self` leaves none behind.)
    """
    modules = list(module.modules())
    held = _Held()
    for each in modules:
        held.keep_all(vars(each).values())
    saved = [(each, dict(vars(each))) for each in modules]
    modes = [each.training for each in modules]
    dtype = torch.get_default_dtype()
    with _same_random_numbers():
        try:
            for each in modules:
                if each.training != train:
                    each.training = train
            yield
        finally:
            held.put_back()
            for (each, attributes), mode in zip(saved, modes, strict=True):
                vars(each).clear()
                vars(each).update(attributes)
                if each.training != mode:  # a scripted module keeps it elsewhere
                    each.training = mode
            if torch.get_default_dtype() != dtype:
                torch.set_default_dtype(dtype)


class _Held:
    """Containers and objects that modules hold, each with a copy of what is in it."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._kept: list[tuple[Any, Any]] = []

    def keep_all(self, values: Iterable[Any], depth: int = _DEPTH) -> None:
        """Remember the contents of the containers among values, and of those in them."""
        for value in values:
            if value.__class__ not in _PLAIN:
                self._keep(value, depth)

    def _keep(self, value: Any, depth: int) -> None:
        if id(value) in self._seen:
            return
        self._seen.add(id(value))
        inner: Iterable[Any] = ()
        if isinstance(value, dict):
            self._kept.append((value, dict(value)))
            inner = value.values()
        elif isinstance(value, list | deque):
            self._kept.append((value, list(value)))
            inner = value
        elif isinstance(value, set):
            self._kept.append((value, set(value)))
        elif isinstance(value, tuple):
            inner = value
        elif isinstance(value, torch.Generator):
            self._kept.append((value, value.get_state()))
        elif _is_record(value):
            self._kept.append((vars(value), dict(vars(value))))
            inner = vars(value).values()
        if depth and inner:
            self.keep_all(inner, depth - 1)

    def put_back(self) -> None:
        """Fill everything with what was in it."""
        for container, items in self._kept:
            if isinstance(container, torch.Generator):
                container.set_state(items)
            elif isinstance(container, list):
                container[:] = items
            else:
                container.clear()
                (container.extend if isinstance(container, deque) else container.update)(items)


#: Values that hold nothing that could change.
_PLAIN = {type(None), bool, int, float, complex, str, bytes, torch.Tensor, torch.nn.Parameter}


def _is_record(value: Any) -> bool:
    """Is it an object of the user's with attributes: a namespace, a dataclass, a counter?"""
    home = type(value).__module__
    if isinstance(value, torch.nn.Module | torch.Tensor | type | ModuleType):
        return False
    return hasattr(value, "__dict__") and (home == "types" or not home.startswith(_MACHINERY))


_MACHINERY = ("torch.", "builtins", "functools", "collections", "threading", "numpy")


@contextmanager
def _same_random_numbers() -> Iterator[None]:
    """The generators of torch, Python and numpy are put back; inside they start the same."""
    cpu = torch.random.get_rng_state()
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None
    python = random.getstate()
    numpy = sys.modules.get("numpy")
    array = numpy.random.get_state() if numpy is not None else None
    try:
        random.seed(0)
        torch.random.default_generator.manual_seed(0)
        yield
    finally:
        torch.random.set_rng_state(cpu)
        if cuda is not None:
            torch.cuda.set_rng_state_all(cuda)
        random.setstate(python)
        if numpy is not None:
            numpy.random.set_state(array)
