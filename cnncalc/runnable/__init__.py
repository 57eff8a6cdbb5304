"""Graph -> a torch module that runs it.

::

    net = cnncalc.to_torch("torchvision/resnet18")
    net.load_state_dict(torchvision.models.resnet18(weights="DEFAULT").state_dict())
    net(torch.rand(1, 3, 224, 224))

Needs torch, which is imported when a network is built and not before.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..api import InputLike, analyze, load
from ..errors import FileError, GraphError, InputError
from ..finding import Severity
from ..graph import Graph, Layer
from ..nn import Module
from ..report import Report, Row

if TYPE_CHECKING:
    import torch

__all__ = ["to_torch"]


def to_torch(
    model: str | Graph | Module, input: InputLike = None, *, layout: str = "chw", **options: Any
) -> torch.nn.Module:
    """Build a torch module that runs a model: its layers in order, with fresh random weights.

    `model`, `layout` and `options` are those of `cnncalc.load`. `input` is as in
    `cnncalc.analyze`; it is needed where arguments of layers follow from it
    (`"conv3x3@8, fc10"`). Parameters have the graph's module paths as names: for torchvision's
    networks the state_dict is torchvision's.

    Raises `FileError` without torch, `GraphError` for a model that does not fit together or has
    a layer that cannot be run, `InputError` where the input's size is missing, and what
    `cnncalc.load` raises.
    """
    if find_spec("torch") is None:
        raise FileError(
            "running a network needs torch, which is not installed",
            help='pip install "cnncalc[torch]"',
        )
    graph = load(model, input, layout=layout, **options)
    _refuse_trace(graph)
    report = analyze(graph, input, layout=layout)
    if input is not None or all(graph.input_rank(given.name) for given in graph.inputs):
        _refuse_findings(report)  # else the analysis had to guess how many dims there are

    from .network import Network

    layers = [
        _complete(graph, layer, row, given=input is not None)
        for layer, row in zip(graph.layers, report, strict=True)
    ]
    return Network(Graph(graph.name, graph.inputs, layers, graph.outputs, note=graph.note))


def _refuse_trace(graph: Graph) -> None:
    """A trace keeps what figures need, which is not every number that the module works with."""
    if any(layer.traced is not None for layer in graph.layers):
        raise GraphError(
            f"{graph.name} was traced from a live module, which is what to run",
            help="its graph does not hold all that is needed to compute the same numbers",
        )


def _refuse_findings(report: Report) -> None:
    for finding in report.findings:
        if finding.severity is Severity.ERROR:
            raise GraphError(
                f"{report.model} cannot be run: {finding.layer}: {finding.message}",
                help=finding.help,
                location=finding.location,
            )


def _complete(graph: Graph, layer: Layer, row: Row, given: bool) -> Layer:
    """The layer with all arguments of its op, those that followed from the input included."""
    from .modules import refusal

    op = row.op
    reason = refusal(op, len(layer.inputs))
    if reason is not None:
        raise GraphError(
            f"{graph.name} cannot be run: {layer.name}: {reason}", location=layer.location
        )
    for argument in op.arguments:
        if argument.inferred and getattr(op, argument.name) is None:
            raise InputError(
                f"{graph.name} cannot be run: {layer.name}: "
                f"{argument.name} of {op} is not known without the size of the input",
                help=None if given else 'give it: to_torch(model, input="3x224x224")',
                location=layer.location,
            )
    return layer._replace(op=op)
