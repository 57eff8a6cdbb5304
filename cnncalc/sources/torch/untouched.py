"""Leaving a user's module exactly as it was, whatever its forward pass does to it."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

#: How deep containers in a module's attributes are put back.
_DEPTH = 4


@contextmanager
def untouched(module: torch.nn.Module, train: bool) -> Iterator[None]:
    """Put `module` in train or eval mode; afterwards everything is as it was before.

    That is: attributes, submodules, parameters, buffers, hooks, modes, the contents of lists
    and dicts that modules hold, and the state of the random number generators, also when the
    forward pass raises. (A forward pass that caches a mask on `self` leaves none behind.)
    """
    modules = list(module.modules())
    saved = [(each, dict(each.__dict__), _contents(each.__dict__.values())) for each in modules]
    modes = [each.training for each in modules]
    with _same_random_numbers():
        try:
            for each in modules:
                if each.training != train:
                    each.training = train
            yield
        finally:
            for (each, attributes, contents), mode in zip(saved, modes, strict=True):
                for container, items in contents:
                    _refill(container, items)
                each.__dict__.clear()
                each.__dict__.update(attributes)
                if each.training != mode:  # a scripted module keeps it elsewhere
                    each.training = mode


def _contents(values: Any, depth: int = _DEPTH) -> list[tuple[Any, Any]]:
    """The containers among values, each with a copy of what is in it."""
    found: list[tuple[Any, Any]] = []
    for value in values:
        if isinstance(value, dict):
            found.append((value, dict(value)))
            inner: Any = value.values()
        elif isinstance(value, list):
            found.append((value, list(value)))
            inner = value
        elif isinstance(value, set):
            found.append((value, set(value)))
            continue
        else:
            continue
        if depth and inner:
            found += _contents(inner, depth - 1)
    return found


def _refill(container: Any, items: Any) -> None:
    if isinstance(container, list):
        container[:] = items
        return
    container.clear()
    container.update(items)


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
