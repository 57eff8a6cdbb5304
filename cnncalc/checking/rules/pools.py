"""Rules about pooling."""

from __future__ import annotations

from ...graph import Layer
from ..subject import Subject
from .base import Said, ranks, rule


@rule("pool-of-one", *ranks("MaxPool", "AvgPool"))
def pool_of_one_position(layer: Layer, subject: Subject) -> Said | None:
    """A window of one position, moved by one, is the identity."""
    op = layer.op
    one = (1,) * op.rank
    if op.kernel_size != one or op.stride != one or any(op.padding):  # type: ignore[attr-defined]
        return None
    if getattr(op, "divisor_override", None) not in (None, 1):
        return None
    return Said(f"{op.type} with a kernel and a stride of 1 does nothing", "leave it out")


@rule("pool-of-one", *ranks("MaxPool"))
def max_of_one_position(layer: Layer, subject: Subject) -> Said | None:
    """The maximum of one position and its padding is that position."""
    op = layer.op
    shape = subject.received(layer)[0]
    before, after = shape[-op.rank :], subject.rows[layer.name].output_shape[-op.rank :]
    if set(before) != {1} or before != after or set(op.kernel_size) == {1}:  # type: ignore[attr-defined]
        return None
    return Said(
        f"{op.type} does nothing here: its input is down to one position",
        "leave it out, or use a larger input",
    )


@rule("pool-of-one", *ranks("AdaptiveAvgPool", "AdaptiveMaxPool"), advice=True)
def adaptive_pool_of_one_position(layer: Layer, subject: Subject) -> Said | None:
    """Pooling to one position has nothing to pool for this input."""
    rank = layer.op.rank
    before = subject.received(layer)[0][-rank:]
    if set(before) != {1} or set(subject.rows[layer.name].output_shape[-rank:]) != {1}:
        return None
    return Said(
        f"{layer.op.type} does nothing for this input, which is down to one position here",
        "a larger input, or fewer strides before it, leave it something to pool",
    )
