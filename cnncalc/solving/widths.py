"""A graph with its hidden layers made wider or narrower, all in proportion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import InputError
from ..graph import Graph, Layer
from ..ops import Op
from ..ops.conv import DEPTHWISE

#: The arguments that say how much comes out.
_WIDTHS = ("out_channels", "out_features")
#: Tensors that the network holds: one that is a vector goes with the channels.
_HELD = ("Parameter", "Buffer")


def base_width(graph: Graph) -> int:
    """The width of the first hidden layer. Raises `InputError` where there is none."""
    last = _last_ones(graph)
    for layer in graph.layers:
        width = _width(layer.op)
        if width is not None and layer.name not in last:
            return width
    raise InputError(f"{graph.name}: no hidden layer has a width")


def with_width(graph: Graph, width: int) -> Graph:
    """The graph with the first hidden layer `width` wide, and the others in proportion.

    Widths are rounded down, to no less than 1. What comes out of the network stays. Sizes that
    follow from the input are worked out anew. Raises `OpError` where groups do not divide a
    width.
    """
    base, last = base_width(graph), _last_ones(graph)
    modules = {layer.module for layer in graph.layers if layer.name in last}

    def scaled(size: int) -> int:
        return max(size * width // base, 1)

    layers = [
        Layer(
            layer.name,
            _op(layer.op, scaled, keep=layer.module in modules),
            layer.inputs,
            layer.module,
            layer.location,
        )
        for layer in graph.layers
    ]
    return Graph(graph.name, graph.inputs, layers, graph.outputs, note=graph.note)


def _width(op: Op) -> int | None:
    for name in _WIDTHS:
        width = getattr(op, name, None)
        if isinstance(width, int):
            return width
    return None


def _last_ones(graph: Graph) -> frozenset[str]:
    """The layers with a width after which no other has one: they make the outputs."""
    open_, last = {ref.name for ref in graph.outputs}, set()
    for layer in reversed(graph.layers):
        if layer.name not in open_:
            continue
        if _width(layer.op) is not None:
            last.add(layer.name)
        else:
            open_.update(ref.name for ref in layer.inputs)
    return frozenset(last)


def _op(op: Op, scaled: Callable[[int], int], keep: bool) -> Op:
    """The op with another width; `keep` leaves what comes out of it."""
    changes: dict[str, Any] = {
        argument.name: None
        for argument in op.arguments
        if argument.inferred and argument.name not in _WIDTHS
    }
    for name in _WIDTHS:
        size = getattr(op, name, None)
        if isinstance(size, int) and not keep:
            changes[name] = scaled(size)
    if _is_depthwise(op):
        changes |= {"groups": DEPTHWISE, "out_channels": None}
    if type(op).__name__ in _HELD:
        changes |= _held(op, scaled)
    return op.replace(**changes) if changes else op


def _is_depthwise(op: Op) -> bool:
    """One kernel for each channel: as many come out as went in, whatever their number."""
    channels = getattr(op, "in_channels", None)
    same = channels == getattr(op, "out_channels", None)
    return channels not in (None, 1) and same and getattr(op, "groups", 1) == channels


def _held(op: Op, scaled: Callable[[int], int]) -> dict[str, Any]:
    shape = op.shape  # type: ignore[attr-defined]
    if sum(size > 1 for size in shape) != 1:
        return {}
    return {"shape": tuple(scaled(size) if size > 1 else size for size in shape)}
