"""Do the sizes that layers make grow steadily with the input size, without holes?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..graph import Layer
from ..ops import Op
from ..ops.base import Elementwise
from ..ops.functional import Functional
from .subject import kind

#: Ops by the first part of their names whose sizes grow with those of their input, one by one.
_GROWING = (
    "ConvTranspose", "Adaptive", "Global", "BatchNorm", "InstanceNorm", "GroupNorm", "LayerNorm",
    "RMSNorm", "LocalResponseNorm", "Softmax", "LogSoftmax", "Softmin", "Flatten", "Unsqueeze",
    "Pad", "ZeroPad", "ConstantPad", "ReflectionPad", "ReplicationPad", "CircularPad", "Mean",
    "Sum", "Max", "Std", "PixelShuffle", "ChannelShuffle", "Flip", "Roll", "Normalize",
)  # fmt: skip
#: Ops with a stride: their sizes repeat with it.
_STRIDED = ("Conv", "MaxPool", "AvgPool", "LPPool")
_SWAPS = ("Permute", "Transpose")
_MERGES = ("Add", "Sub", "Mul", "Div", "Cat", "Stack", "Pointwise")
#: Longer periods are not gone through size by size.
_LONGEST = 128


def period_of(layers: Sequence[Layer]) -> int | None:
    """After how many sizes the layers repeat what they do, each time with larger outputs.

    0 where nothing is merged, so that no size but a too small one can fail. Where tensors are
    merged and fit for one period, they do for every size. None where sizes need not grow with
    the input's, or may fail in between (`PixelUnshuffle`, a `view` with fixed sizes).
    """
    periods: dict[str, int] = {}
    merged = swapped = False
    for layer in layers:
        own = _period(layer.op)
        if own is None:
            return None
        merged = merged or len(layer.inputs) > 1
        swapped = swapped or kind(layer.op).startswith(_SWAPS)
        periods[layer.name] = own * math.lcm(*(periods.get(ref.name, 1) for ref in layer.inputs))
    if not merged:
        return 0
    longest = max(periods.values())
    return None if swapped or longest > _LONGEST else longest


def _period(op: Op) -> int | None:
    """The period of one op; None where its sizes may fail or shrink as the input grows."""
    if isinstance(op, Functional):
        return _period(op.op)
    name = kind(op)
    if name.startswith(_STRIDED) and not name.startswith("ConvTranspose"):
        return math.lcm(*op.stride)  # type: ignore[attr-defined]
    if isinstance(op, Elementwise) or name.startswith((*_GROWING, *_SWAPS, *_MERGES)):
        return 1
    if name == "Slice":
        start, end = op.start, op.end  # type: ignore[attr-defined]
        grows = (start or 0) >= 0 or end is None
        return abs(op.step) if grows else None  # type: ignore[attr-defined]
    if name == "Upsample":
        factors = op.scale_factor or (1,)  # type: ignore[attr-defined]
        return 1 if all(float(factor).is_integer() for factor in factors) else None
    if name == "Reshape":
        return 1 if len(op.shape) == 2 and op.shape[1] == -1 else None  # type: ignore[attr-defined]
    if name in ("Chunk", "Split"):
        return 1 if op.dim == 1 else None  # type: ignore[attr-defined]
    return None
