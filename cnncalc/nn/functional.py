"""torch.nn.functional and torch's functions without parameters: relu, max_pool2d, cat, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import closest
from ..ops import FUNCTIONS
from .tensor import call


def __getattr__(name: str) -> Callable[..., Any]:
    if name not in FUNCTIONS:
        hint = closest(name, FUNCTIONS)
        raise AttributeError(f"cnncalc.nn.functional has no {name!r}" + (f"; {hint}" * bool(hint)))
    return lambda *args, **kwargs: call(name, args, kwargs)
