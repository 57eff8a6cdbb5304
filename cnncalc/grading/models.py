"""The models of exercises, analysed once for each input, and what is asked about them again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from .. import analysis, api
from ..checking.target import with_arguments
from ..errors import CnncalcError, FileError, GraphError, InputError, LimitError
from ..graph import Graph
from ..ops import Op
from ..report import Report, Row
from ..shape import Shape, parse_shape
from .files import contained, path_in

#: Hypotheses about a whole network are tried up to this many layers.
MAX_REPLAYED = 2_000
#: Units of the budget that analysing a layer costs; a guess costs one.
_UNITS = 20
#: What becomes of an op under a hypothesis; None: it stays.
Alteration = Callable[[Op], Op | None]


class Wanted(NamedTuple):
    """The model, input and options of an exercise, as they were written.

    `input` is text, sizes, or either by input name; `folder` is where paths start.
    """

    model: str
    input: Any
    layout: str
    batch: int | None
    dtype: str | None
    options: tuple[tuple[str, Any], ...]
    folder: str


class Budget:
    """How much work may go into finding out what mistakes were made, in one call."""

    def __init__(self, units: int = 3_000_000) -> None:
        self.left = units

    def spend(self, units: int) -> bool:
        """Take some of it; False where there is not enough left."""
        self.left -= units
        return self.left >= 0


class Analysed:
    """A graph with its report, and variants of it in which ops are altered."""

    def __init__(
        self, graph: Graph, inputs: Mapping[str, Shape], dtype: str | None, budget: Budget
    ) -> None:
        self.graph = graph
        self.inputs = dict(inputs)
        self.dtype = dtype
        self.budget = budget
        self.report: Report = analysis.run(graph, inputs, dtype)
        self._variants: dict[str, Analysed | None] = {}
        #: What is costly and asked again, by what was asked.
        self.memory: dict[object, Any] = {}

    @cached_property
    def rows(self) -> dict[str, Row]:
        """The rows by name."""
        return {row.name: row for row in self.report.rows}

    def received(self, row: Row) -> tuple[Shape, ...]:
        """The shapes of a layer's inputs."""
        return tuple(self._shape(name) for name in row.inputs)

    def _shape(self, name: str) -> Shape:
        if name in self.inputs:
            return self.inputs[name]
        if name in self.rows:
            return self.rows[name].output_shape
        base, _, number = name.rpartition(":")
        return self.rows[base].output_shapes[int(number)]

    def variant(
        self, name: str, alteration: Alteration, module: str | None = None
    ) -> Analysed | None:
        """The network with all its ops altered, or those of one module.

        None where nothing changes, nothing works, or the budget is spent.
        """
        key = f"{name}@{module}"
        if key not in self._variants:
            self._variants[key] = self._altered(alteration, module)
        return self._variants[key]

    def _altered(self, alteration: Alteration, module: str | None) -> Analysed | None:
        graph = self.graph
        if len(graph.layers) > MAX_REPLAYED or not self.budget.spend(_UNITS * len(graph.layers)):
            return None
        layers = []
        changed = False
        for layer in graph.layers:
            other = alteration(layer.op) if module in (None, layer.module) else None
            changed = changed or other is not None
            layers.append(layer._replace(op=other or layer.op, traced=None))
        if not changed:
            return None
        try:
            altered = Graph(graph.name, graph.inputs, layers, graph.outputs)
            return Analysed(altered, self.inputs, self.dtype, self.budget)
        except CnncalcError:
            return None


class Library:
    """Reads and analyses each model once for each input."""

    def __init__(self) -> None:
        self.budget = Budget()
        self._known: dict[object, Analysed | CnncalcError] = {}

    def analysed(self, wanted: Wanted) -> Analysed:
        """The analysis of a model. Raises `CnncalcError` subclasses, each time anew."""
        here = path_in(wanted.model) is not None
        key = repr(wanted if here else wanted._replace(folder=""))
        if key not in self._known:
            try:
                self._known[key] = _analysed(wanted, self.budget)
            except CnncalcError as error:
                self._known[key] = error
            except RecursionError:
                self._known[key] = LimitError("the model is nested too deeply")
            except MemoryError:
                self._known[key] = LimitError("the model does not fit in memory")
        found = self._known[key]
        if isinstance(found, CnncalcError):
            raise found
        return found


def _analysed(wanted: Wanted, budget: Budget) -> Analysed:
    model, options = with_arguments(wanted.model.strip(), dict(wanted.options))
    file = path_in(model)
    graph: Graph
    if file is not None:
        path = contained(file, wanted.folder)
        if api.is_python(model):
            return _python(path + model.strip()[len(file) :], wanted, budget)
        graph = _spec_file(path, options)
    else:
        given = one_image(wanted.input) or wanted.input
        graph = api.load(model, given, layout=wanted.layout, **options)
    shapes = api.full_shapes(graph, wanted.input, layout=wanted.layout, batch=wanted.batch)
    return _checked(graph, shapes, wanted.dtype, budget)


def one_image(given: Any) -> tuple[int, ...] | None:
    """The last three of four sizes: a batch of images, unless the model is one for volumes."""
    if not isinstance(given, str) or "=" in given:
        return None
    sizes = parse_shape(given)
    return sizes[1:] if len(sizes) == 4 else None


def _python(model: str, wanted: Wanted, budget: Budget) -> Analysed:
    from ..sources import python

    graph = python.read(model, wanted.input, layout=wanted.layout, batch=wanted.batch)
    return _checked(graph, graph.traced or {}, wanted.dtype, budget)


def _spec_file(path: str, options: Mapping[str, Any]) -> Graph:
    from ..sources.specfile import read_file

    for name in options:
        raise InputError(f"option {name!r}: only zoo networks and Python models have options")
    if path.lower().endswith(".onnx"):
        raise FileError(f"{os.path.basename(path)}: ONNX files are not read here")
    return read_file(path)


def _checked(
    graph: Graph, shapes: Mapping[str, Shape], dtype: str | None, budget: Budget
) -> Analysed:
    if not graph.layers:
        raise GraphError(f"{graph.name} has no layers")
    return Analysed(graph, shapes, dtype, budget)
