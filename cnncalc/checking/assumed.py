"""Which sizes are only assumed, because something before them does not fit."""

from __future__ import annotations

from collections.abc import Mapping

from ..finding import Severity
from ..graph import Layer
from ..ops.base import Elementwise
from .dims import DIM_CODES
from .subject import Subject, kind

#: Misfits after which the sizes are known all the same: the op says them, or keeps them.
_KNOWN_AFTER = DIM_CODES | {"groups", "batch-folded"}
#: Ops that keep the channels, and change the positions alone.
_KEEPING = (
    "MaxPool", "AvgPool", "LPPool", "Adaptive", "Global", "BatchNorm", "InstanceNorm",
    "GroupNorm", "LocalResponseNorm", "ZeroPad", "ReflectionPad", "ReplicationPad", "Upsample",
)  # fmt: skip


def assumed(subject: Subject) -> Mapping[str, frozenset[int]]:
    """The layers whose outputs have assumed sizes, each with the dims that are known even so.

    Behind a layer that does not fit nothing is known but what ops declare: the channels of a
    convolution, the features of a linear layer.
    """
    broken = {
        finding.layer
        for finding in subject.report.findings
        if finding.severity is Severity.ERROR and finding.code not in _KNOWN_AFTER
    }
    found: dict[str, frozenset[int]] = {}
    for layer in subject.graph.layers:
        behind = [ref.name for ref in layer.inputs if ref.name in found]
        if behind or layer.name in broken:
            found[layer.name] = _declared(subject, layer, found)
    return found


def _declared(
    subject: Subject, layer: Layer, found: Mapping[str, frozenset[int]]
) -> frozenset[int]:
    """The dims of the output that are known whatever arrives."""
    name, op = kind(layer.op), layer.op
    rank = len(subject.rows[layer.name].output_shapes[0])
    if name.startswith("Conv"):
        return frozenset((rank - op.rank - 1,))
    if name == "Linear":
        return frozenset((rank - 1,))
    if layer.inputs and (isinstance(op, Elementwise) or name.startswith(_KEEPING)):
        before = found.get(layer.inputs[0].name, frozenset((1,)))
        return before if isinstance(op, Elementwise) else before & {1}
    return frozenset()
