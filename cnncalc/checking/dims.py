"""The dims that a layer has hard-coded, and where in its inputs they must be found again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..finding import Finding
from ..graph import Layer
from ..ops import Op
from ..shape import Shape, Size, product
from .subject import kind

#: The findings of the analysis about such a dim.
DIM_CODES = frozenset({"conv-in-channels", "linear-in-features", "norm-num-features"})
#: The findings of the analysis about a reshape with hard-coded sizes.
RESHAPE_CODES = frozenset({"reshape-size", "batch-folded"})


class Dim(NamedTuple):
    """A hard-coded dim: the op's argument, and dims of an input whose product it must be."""

    argument: str
    input: int
    dims: tuple[int, ...]

    @property
    def is_view(self) -> bool:
        """Is it a size given to a reshape, not an argument of a constructor?"""
        return self.argument.startswith("shape[")

    def received(self, shapes: tuple[Shape, ...]) -> Size:
        """The number that arrives."""
        shape = shapes[self.input]
        return product([shape[dim] for dim in self.dims])


#: Op type -> the arguments that name the size of the last dim, each with its input.
_LAST = {
    "Linear": (("in_features", 0),),
    "Bilinear": (("in1_features", 0), ("in2_features", 1)),
    **dict.fromkeys(("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"), (("input_size", 0),)),
    "MultiheadAttention": (("embed_dim", 0),),
    "LayerNorm": (("normalized_shape", 0),),
    "RMSNorm": (("normalized_shape", 0),),
}
#: Op type -> the argument that names the channels, in dim 1.
_CHANNELS = {"GroupNorm": "num_channels", "PReLU": "num_parameters"}


def dims_of(op: Op, shapes: tuple[Shape, ...]) -> Iterator[Dim]:
    """The hard-coded dims of an op on inputs of these shapes, where they can be told."""
    name = kind(op)
    if name in _LAST:
        for argument, number in _LAST[name]:
            if number < len(shapes) and shapes[number] and _one(op, argument):
                yield Dim(argument, number, (len(shapes[number]) - 1,))
    elif name in _CHANNELS:
        if len(shapes[0]) > 1 and not (name == "PReLU" and op.num_parameters == 1):  # type: ignore[attr-defined]
            yield Dim(_CHANNELS[name], 0, (1,))
    elif name.startswith("Conv") and op.rank:
        if len(shapes[0]) - op.rank in (1, 2):
            yield Dim("in_channels", 0, (len(shapes[0]) - op.rank - 1,))
    elif name.startswith("BatchNorm") and len(shapes[0]) > 1:
        yield Dim("num_features", 0, (1,))
    elif name.startswith("InstanceNorm") and len(shapes[0]) > op.rank:
        yield Dim("num_features", 0, (len(shapes[0]) - op.rank - 1,))


def _one(op: Op, argument: str) -> bool:
    """Is the argument one number? (`normalized_shape` may be several.)"""
    value = getattr(op, argument)
    return not isinstance(value, tuple) or len(value) == 1


def dim_of_view(layer: Layer, shape: Shape, findings: list[Finding]) -> Dim | None:
    """The hard-coded features of `x.view(-1, 9216)`, where it has to keep the batch.

    It does where the number is that of one sample, or where a finding says that it does not
    fit. Other reshapes may cut tensors as they like.
    """
    if kind(layer.op) != "Reshape" or layer.made is None or len(shape) < 2:
        return None
    sizes = layer.op.shape  # type: ignore[attr-defined]
    written = layer.made.arguments.get("shape[1]")
    if len(sizes) != 2 or written is None or not isinstance(sizes[1], int) or sizes[1] < 1:
        return None
    if sizes[0] not in (-1, "=0", shape[0]):
        return None
    dim = Dim("shape[1]", 0, tuple(range(1, len(shape))))
    one_sample = dim.received((shape,)) == sizes[1]
    blamed = any(f.layer == layer.name and f.code in RESHAPE_CODES for f in findings)
    return dim if one_sample or blamed else None
