"""Why FlopCounterMode counts an operation otherwise: the written reasons, one table.

A reason is believed only where the measured count is exactly what the reason says it is; any
other count is a difference.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..ops import Op
from ..shape import Shape

#: The shapes of what a layer reads.
Shapes = tuple[Shape, ...]


class Reason(NamedTuple):
    """A gap of FlopCounterMode: where it is, what it counts there, and the words for it."""

    text: str
    applies: Callable[[Any, Shapes], bool]
    counts: int = 0


def _any(op: Any, shapes: Shapes) -> bool:
    return True


def _times_vector(op: Any, shapes: Shapes) -> bool:
    """Does torch multiply by a vector? (A vector on the left becomes a matrix of one row.)"""
    return len(shapes) >= 2 and len(shapes[1]) == 1


REASONS: dict[str, Reason] = {
    "Bilinear": Reason("FlopCounterMode has no rule for aten._trilinear and counts 0", _any),
    "MatMul": Reason(
        "FlopCounterMode has no rule for products with a vector (aten.mv, aten.dot) and counts 0",
        _times_vector,
    ),
    "GroupedMatMul": Reason("FlopCounterMode has no rule for aten._grouped_mm and counts 0", _any),
    "DeformConv2d": Reason(
        "FlopCounterMode has no rule for torchvision.deform_conv2d and counts 0", _any
    ),
}


def reason(op: Op, shapes: Shapes, measured: int | float) -> str | None:
    """Why `measured` MACs were counted for a layer that has others; None without a reason."""
    inner = getattr(op, "op", op)  # an op whose weights are inputs is that op
    known = REASONS.get(type(inner).__name__)
    if known is None or measured != known.counts or not known.applies(inner, shapes):
        return None
    return known.text
