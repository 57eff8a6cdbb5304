"""The op catalogue: every operation that cnncalc knows, by its name in torch.

`ops.Conv2d(3, 64, 7, stride=2, padding=3)` is a value; `find("conv2d")` finds a class by name.
"""

from __future__ import annotations

from importlib import import_module

from ..errors import NameNotFoundError, closest
from .base import Measure, Op, measured
from .registry import CATALOGUE, FUNCTIONS, SPEC_WORDS

#: The modules that declare ops, in the order in which the catalogue lists them.
_MODULES = (
    "conv",
    "pool",
    "linear",
    "lookup",
    "norm",
    "activation",
    "merge",
    "pointwise",
    "reshape",
    "pieces",
    "slicing",
    "strides",
    "indexing",
    "assign",
    "pad",
    "resample",
    "sampling",
    "reduce",
    "scan",
    "distance",
    "fft",
    "attention",
    "recurrent",
    "cells",
    "complexes",
    "functional",
    "grouped",
    "parameter",
    "unknown",
    "whole",
    "unused",
)
_LIST = "cnncalc ops lists them"

for _module in _MODULES:
    import_module(f".{_module}", __name__)

__all__ = ["CATALOGUE", "FUNCTIONS", "SPEC_WORDS", "Measure", "Op", "find", "measured"]


def __getattr__(name: str) -> type[Op]:
    if name in CATALOGUE:
        return CATALOGUE[name]
    raise AttributeError(f"cnncalc.ops has no op {name!r}")


def find(name: str) -> type[Op]:
    """The op class of that name or spec word, upper and lower case alike.

    Raises `NameNotFoundError` with the closest names.
    """
    lowered = name.lower()
    for known, cls in CATALOGUE.items():
        if known.lower() == lowered:
            return cls
    if lowered in SPEC_WORDS:  # of several ranks, images
        found = SPEC_WORDS[lowered]
        return next((cls for cls in found if cls.rank == 2), found[0])
    raise NameNotFoundError("op", name, CATALOGUE, help=closest(name, CATALOGUE) or _LIST)
