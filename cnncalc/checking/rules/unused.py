"""Modules that are defined and never used: their parameters get no gradient."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import CnncalcError
from ...finding import Finding, Severity
from ...graph import Graph, Layer
from ..subject import Subject, place


def findings(subject: Subject) -> Iterator[Finding]:
    """A warning for each module, with all that is in it, that `forward` does not use.

    What is used in training alone (an auxiliary head) is no finding, where that can be told.
    """
    unused = _unused(subject.graph)
    if any(finding.code == "layer-undefined" for finding in subject.report.findings):
        return  # the model was read up to there only
    if unused and subject.reread is not None:
        try:
            training = set(_unused(subject.reread(subject.inputs, train=True)))
            unused = {name: layer for name, layer in unused.items() if name in training}
        except CnncalcError:
            pass  # it cannot be read so
    for name, layers in _together(subject.graph, unused).items():
        params = sum(subject.rows[layer.name].params or 0 for layer in layers)
        count = f"its {params:,} parameters get" if params > 1 else "its parameter gets"
        yield Finding(
            "layer-unused",
            Severity.WARNING,
            name,
            f"{name} is defined but never used in forward: {count} no gradient",
            help=f"use it, or remove it (parameters(): {subject.report.totals.params:,} with it)",
            location=place(layers[0]),
        )


def _unused(graph: Graph) -> dict[str, Layer]:
    """The modules with parameters that no layer uses, by name."""
    return {
        layer.name: layer
        for layer in graph.layers
        if layer.op.type == "Unused"
        and any(not weight.buffer for weight in (layer.traced.weights if layer.traced else ()))
    }


def _together(graph: Graph, unused: dict[str, Layer]) -> dict[str, list[Layer]]:
    """The unused modules by the outermost module of which nothing is used."""
    if not unused:
        return {}
    used = {
        part for layer in graph.layers for part in _paths(layer.module) if layer.op.type != "Unused"
    }
    groups: dict[str, list[Layer]] = {}
    for name, layer in unused.items():
        outermost = next((path for path in _paths(name) if path not in used), name)
        groups.setdefault(outermost, []).append(layer)
    return groups


def _paths(name: str) -> list[str]:
    """`a.b.c`: `a`, `a.b`, `a.b.c`."""
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
