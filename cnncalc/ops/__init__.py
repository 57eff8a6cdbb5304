"""The op catalogue: every operation that cnncalc knows, by its name in torch.

`ops.Conv2d(3, 64, 7, stride=2, padding=3)` is a value; `find("conv2d")` finds a class by name.
"""

from __future__ import annotations

from ..errors import NameNotFoundError
from . import (  # noqa: F401  # imported for their registrations
    activation,
    attention,
    conv,
    linear,
    merge,
    norm,
    pad,
    parameter,
    pool,
    recurrent,
    reduce,
    resample,
    reshape,
)
from .base import Measure, Op
from .registry import CATALOGUE, FUNCTIONS, SPEC_WORDS

__all__ = ["CATALOGUE", "FUNCTIONS", "SPEC_WORDS", "Measure", "Op", "find"]


def __getattr__(name: str) -> type[Op]:
    if name in CATALOGUE:
        return CATALOGUE[name]
    raise AttributeError(f"cnncalc.ops has no op {name!r}")


def find(name: str) -> type[Op]:
    """The op class of that name, upper and lower case alike.

    Raises `NameNotFoundError` with the closest names.
    """
    lowered = name.lower()
    for known, cls in CATALOGUE.items():
        if known.lower() == lowered:
            return cls
    raise NameNotFoundError("op", name, CATALOGUE)
