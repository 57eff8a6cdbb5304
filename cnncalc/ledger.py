"""Who holds which parameters: each tensor is counted once, at the first layer that uses it."""

from __future__ import annotations

from typing import NamedTuple

from .graph import Layer, Weight
from .ops import Measure
from .shape import DTYPE_BYTES, Size, product


class Held(NamedTuple):
    """What a layer adds to the totals; `shared`: something it uses was counted before."""

    params: Size
    trainable: Size
    buffers: Size
    param_bytes: int
    shared: bool


class Ledger:
    """Counts parameters and buffers; floating-point ones in `dtype`, or in their own if None."""

    def __init__(self, dtype: str | None) -> None:
        self._dtype = dtype
        self._counted: set[str] = set()

    def enter(self, layer: Layer, measure: Measure) -> Held:
        """Count what a layer holds and no earlier one did."""
        if layer.traced is not None:
            return self._tensors(layer.traced.weights)
        if layer.module in self._counted:
            return Held(0, 0, 0, 0, shared=True)
        self._counted.add(layer.module)
        params = measure.params
        return Held(params, params, measure.buffers, (params or 0) * self.width("float32"), False)

    def _tensors(self, weights: tuple[Weight, ...]) -> Held:
        params = trainable = buffers = size = 0
        shared = False
        for weight in weights:
            if weight.name in self._counted:
                shared = True
                continue
            self._counted.add(weight.name)
            count = product(weight.shape) or 0
            if weight.buffer:
                buffers += count
            else:
                params += count
                trainable += count * weight.trainable
                size += count * self.width(weight.dtype)
        return Held(params, trainable, buffers, size, shared)

    def width(self, dtype: str) -> int:
        """The bytes of one element."""
        if self._dtype is not None and dtype in FLOATING:
            dtype = self._dtype
        if dtype.startswith(("float8", "qint8", "quint8")):
            return 1
        return DTYPE_BYTES.get(dtype, 4)


FLOATING = frozenset({"float64", "float32", "float16", "bfloat16"})


def output_bytes(layer: Layer, measure: Measure, ledger: Ledger) -> Size:
    """The memory of a layer's outputs."""
    traced = layer.traced
    if traced is not None and traced.shapes == measure.outputs[: len(traced.shapes)]:
        return sum(
            (product(shape) or 0) * ledger.width(dtype)
            for shape, dtype in zip(traced.shapes, traced.dtypes, strict=True)
        )
    sizes = [product(shape) for shape in measure.outputs]
    if None in sizes:
        return None
    return ledger.width("float32") * sum(size for size in sizes if size is not None)
