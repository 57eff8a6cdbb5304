"""Opening a model to check it: its graph, its inputs, and how to read it again for others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import api
from ..errors import InputError
from ..graph import Graph
from ..shape import Shape, format_shape

if TYPE_CHECKING:
    from ..api import InputLike
    from .subject import Reread


class Opened(NamedTuple):
    """A graph to check, and the full shapes of its inputs."""

    graph: Graph
    inputs: Mapping[str, Shape]
    reread: Reread | None


def opened(
    model: Any,
    input: InputLike,
    layout: str,
    batch: int | None,
    train: bool,
    trace: bool,
    options: dict[str, Any],
) -> Opened:
    """Read a model for an input size. Raises `CnncalcError` subclasses where that fails."""
    live = trace or api.is_live(model)
    if live or (isinstance(model, str) and api.is_python(model)):
        read = partial(api.trace if live else _python(), model)
        graph = read(input, layout=layout, batch=batch, train=train)
        return Opened(graph, graph.traced or {}, _again(read, graph, train))
    if isinstance(model, Graph) and model.traced is not None and input in (None, model.traced):
        return Opened(model, model.traced, None)
    graph = api.load(model, input, layout=layout, **options)
    return Opened(graph, api.full_shapes(graph, input, layout=layout, batch=batch), None)


def _again(read: Callable[..., Graph], graph: Graph, mode: bool) -> Reread:
    """How to read the model for other inputs of the same names and dtypes."""

    def reread(inputs: Mapping[str, Shape], *, train: bool | None = None) -> Graph:
        batches = {shape[0] for shape in inputs.values()}
        if len(batches) != 1 or any(None in shape for shape in inputs.values()):
            raise InputError("the inputs have no batch in common")
        several = len(inputs) > 1
        sizes = [
            (f"{given.name}=" if several and given.name.isidentifier() else "")
            + format_shape(inputs[given.name][1:])
            + ("" if "float" in given.dtype else f":{given.dtype}")
            for given in graph.inputs
        ]
        return read(sizes, batch=batches.pop(), train=mode if train is None else train)

    return reread


def _python() -> Callable[..., Graph]:
    from ..sources.python import read

    return read
