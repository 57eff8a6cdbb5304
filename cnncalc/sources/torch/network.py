"""From the records of a trace to a graph, with what only the tracer noticed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from ...finding import Finding, Severity
from ...graph import Graph
from ..calls import network
from ..calls.recording import located
from .tracer import Tracer


def graph(tracer: Tracer, name: str, inputs: dict[str, torch.Tensor], result: Any) -> Graph:
    """The graph of what the tracer recorded; `result` is what the module returned."""
    return network.graph(tracer, name, inputs, result, _unregistered(tracer))


def _unregistered(tracer: Tracer) -> Iterator[Finding]:
    for module, place in tracer.unregistered.values():
        # A slice of a Sequential is a new module, whose parts another one holds.
        if any(id(tensor) not in tracer.weights for tensor in module.parameters()):
            yield Finding(
                "module-unregistered",
                Severity.WARNING,
                None,
                f"a {type(module).__name__} with parameters is used that no module holds: "
                "it is not in parameters() and will not be trained",
                help="put it in an attribute, an nn.ModuleList or an nn.ModuleDict",
                location=located(place),
            )
