"""A graph with its report, and the questions that checks ask about them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Protocol

from ..errors import Location
from ..graph import Graph, Layer, Ref
from ..ops import Op
from ..report import Report, Row
from ..shape import Shape
from .text import Texts


class Reread(Protocol):
    """Reads the model again for other inputs: its `forward` may decide by their sizes.

    `inputs` are full shapes by input name; `train` reads it in training mode.
    """

    def __call__(self, inputs: Mapping[str, Shape], *, train: bool | None = None) -> Graph:
        """The graph; raises `CnncalcError` where the model cannot be read so."""
        ...


class Subject:
    """What is checked: a graph, its inputs, and the report on them."""

    def __init__(
        self,
        graph: Graph,
        report: Report,
        reread: Reread | None = None,
        texts: Texts | None = None,
    ) -> None:
        self.graph = graph
        self.report = report
        self.reread = reread
        #: What is costly and asked twice, by what was asked.
        self.memory: dict[object, Any] = {}
        self.texts = Texts() if texts is None else texts

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """The full shape of each input."""
        return self.report.inputs

    @cached_property
    def layers(self) -> dict[str, Layer]:
        """The layers by name."""
        return {layer.name: layer for layer in self.graph.layers}

    @cached_property
    def rows(self) -> dict[str, Row]:
        """The rows by name."""
        return {row.name: row for row in self.report.rows}

    @cached_property
    def _readers(self) -> dict[str, list[Layer]]:
        readers: dict[str, list[Layer]] = {}
        for layer in self.graph.layers:
            for name in {ref.name for ref in layer.inputs}:
                readers.setdefault(name, []).append(layer)
        return readers

    @cached_property
    def outputs(self) -> frozenset[str]:
        """The layers whose outputs are the network's."""
        return frozenset(ref.name for ref in self.graph.outputs)

    @cached_property
    def applications(self) -> dict[str, int]:
        """How many layers share each module."""
        counts: dict[str, int] = {}
        for layer in self.graph.layers:
            counts[layer.module] = counts.get(layer.module, 0) + 1
        return counts

    def readers(self, name: str) -> list[Layer]:
        """The layers that read the layer (or input) `name`."""
        return self._readers.get(name, [])

    def alone(self, layer: Layer) -> bool:
        """Does one layer, and nothing else, read `layer`, which is applied once?"""
        return (
            len(self.readers(layer.name)) == 1
            and layer.name not in self.outputs
            and self.applications[layer.module] == 1
        )

    def shape(self, ref: Ref) -> Shape:
        """The shape of an output of a layer, or of an input."""
        row = self.rows.get(ref.name)
        return self.inputs[ref.name] if row is None else row.output_shapes[ref.output]

    def positional(self, ref: Ref, dims: tuple[int, ...]) -> list[int]:
        """Those of the dims along which a tensor has the positions of an input."""
        row = self.rows.get(ref.name)
        if row is None:
            return [dim for dim in dims if dim >= 2]
        held = {place.dim for seen in row.view for place in seen.places}
        return [dim for dim in dims if dim in held]

    def received(self, layer: Layer) -> tuple[Shape, ...]:
        """The shapes of what a layer reads."""
        return tuple([self.shape(ref) for ref in layer.inputs])

    def before(self, layer: Layer) -> Layer | None:
        """The layer that the first input comes from; None for an input of the network."""
        return self.layers.get(layer.inputs[0].name) if layer.inputs else None


def kind(op: Op) -> str:
    """The class of an op. (Its `type` is the name of a function for ops that stand for many.)"""
    return type(op).__name__


def place(layer: Layer, argument: str | None = None) -> Location | None:
    """Where a layer is written: the argument, the constructor, or else the call."""
    if layer.made is not None:
        written = layer.made.arguments.get(argument) if argument is not None else None
        return layer.made.location if written is None else written.location
    return layer.location
