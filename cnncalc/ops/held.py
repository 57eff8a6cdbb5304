"""The tensors that a module of torch holds for an op: names, shapes, dtypes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from ..shape import Shape, Size

#: The dtype of weights where none is asked for, and of counters.
WEIGHTS, COUNTER = "float32", "int64"


class Held(NamedTuple):
    """One tensor of a module: a parameter, or a buffer, which nothing trains.

    The name is that in torch's state_dict, with dots inside modules of several parts.
    """

    name: str
    shape: Shape
    buffer: bool = False
    dtype: str = WEIGHTS
    trainable: bool = True


def parameters(**shapes: Shape | None) -> tuple[Held, ...]:
    """Parameters by their names, in this order; those whose shape is None do not exist."""
    return tuple(Held(name, shape) for name, shape in shapes.items() if shape is not None)


def statistics(channels: Size) -> tuple[Held, ...]:
    """The buffers of a norm that keeps running statistics."""
    return (
        Held("running_mean", (channels,), True, WEIGHTS, False),
        Held("running_var", (channels,), True, WEIGHTS, False),
        Held("num_batches_tracked", (), True, COUNTER, False),
    )


@lru_cache(maxsize=4096)
def shapes_by_name(op: Any) -> dict[str, Shape]:
    """The shapes of the tensors that an op's own module holds, as far as they are known."""
    own = [each for each in op.tensors() if each.name and "." not in each.name]
    return {each.name: each.shape for each in own if None not in each.shape}
