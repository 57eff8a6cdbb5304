"""The torch module that runs a graph layer by layer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import torch

from ..errors import GraphError, InputError, NameNotFoundError
from ..graph import Graph, Ref
from ..ops import Op
from .base import kind
from .modules import TENSORS, call
from .tree import Branch, Path, module_at, plant, tensor_at


class Step(NamedTuple):
    """How a layer is run: where its module is, which slots it reads, and which it frees.

    Slots are numbered as in `Graph.slots`; `wanted` is the number of outputs that are read.
    """

    name: str
    op: Op
    path: Path | None
    reads: tuple[tuple[int, int], ...]
    frees: tuple[int, ...]
    wanted: int


class Network(Branch):
    """Runs the layers of `graph` in order.

    A layer's module stands at its path (`net.layer1[0].conv1`) and is looked up there at each
    run, so that it can be replaced.
    """

    graph: Graph
    _steps: tuple[Step, ...]
    _results: tuple[tuple[int, int], ...]

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        paths = plant(self, graph)
        # Torch would refuse an attribute that has the name of a layer.
        vars(self).update(
            graph=graph,
            _steps=tuple(_steps(graph, paths)),
            _results=tuple(_reads(graph, graph.outputs)),
        )

    def extra_repr(self) -> str:
        """The network's name, for torch's way of printing a module."""
        return self.graph.name

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """Run the network on tensors with their batch, in order or by the inputs' names.

        Returns a tensor, or a tuple where the network has several outputs. Raises
        `InputError` or `NameNotFoundError` for inputs that the network does not have, and
        torch's own exceptions where an input does not fit a layer.
        """
        values: list[Any] = [(x,) for x in self._given(inputs, named)]
        for step in self._steps:
            received = tuple([values[slot][output] for slot, output in step.reads])
            values.append(self._run(step, received))
            for slot in step.frees:
                values[slot] = None
        results = tuple([values[slot][output] for slot, output in self._results])
        return results[0] if len(results) == 1 else results

    def _run(self, step: Step, received: tuple[Any, ...]) -> tuple[Any, ...]:
        if step.path is not None and kind(step.op) in TENSORS:
            return (tensor_at(self, step.path),)
        made = None if step.path is None else module_at(self, step.path)
        try:
            outputs = call(step.op, made, received, step.wanted)
        except Exception as error:
            if sys.version_info >= (3, 11):
                shapes = ", ".join(str(tuple(x.shape)) for x in received)
                error.add_note(f"in {self.graph.name}: {step.name}, {step.op} of {shapes}")
            raise
        if len(outputs) < step.wanted:
            raise GraphError(
                f"{self.graph.name}: output {step.wanted - 1} of {step.name} is read, "
                f"but {step.op} makes only {len(outputs)}"
            )
        return outputs

    def _given(self, inputs: tuple[Any, ...], named: dict[str, Any]) -> Iterator[Any]:
        """The tensor for each input of the network."""
        names = [given.name for given in self.graph.inputs]
        title = self.graph.name
        if len(inputs) > len(names):
            wanted = "one input" if len(names) == 1 else f"{len(names)} inputs"
            raise InputError(f"{title} has {wanted} ({', '.join(names)}), received {len(inputs)}")
        for name in named:
            if name not in names:
                raise NameNotFoundError("input", name, names, of=title)
            if name in names[: len(inputs)]:
                raise InputError(f"{title}: the input {name!r} is given twice")
        for at, name in enumerate(names):
            if at >= len(inputs) and name not in named:
                raise InputError(f"{title}: the input {name!r} is missing")
            tensor = inputs[at] if at < len(inputs) else named[name]
            if not isinstance(tensor, torch.Tensor):
                kind = type(tensor).__name__
                raise InputError(f"{title}: {name}: expected a tensor, received {kind}")
            yield tensor


def _reads(graph: Graph, refs: tuple[Ref, ...]) -> Iterator[tuple[int, int]]:
    """The slot and the output of each reference."""
    names = [*(given.name for given in graph.inputs), *(layer.name for layer in graph.layers)]
    slots = {name: at for at, name in enumerate(names)}
    for ref in refs:
        yield slots[ref.name], ref.output


def _steps(graph: Graph, paths: dict[str, Path | None]) -> Iterator[Step]:
    offset = len(graph.inputs)
    results = list(_reads(graph, graph.outputs))
    last = {slot: slot for slot in range(offset, offset + len(graph.layers))}
    wanted = dict.fromkeys(last, 1)
    reads = []
    for at, (layer, slots) in enumerate(zip(graph.layers, graph.slots, strict=True), start=offset):
        reads.append([(slot, ref.output) for slot, ref in zip(slots, layer.inputs, strict=True)])
        last.update(dict.fromkeys(slots, at))
    for slot, output in [*(read for each in reads for read in each), *results]:
        wanted[slot] = max(wanted.get(slot, 1), output + 1)
    frees: dict[int, list[int]] = {}
    for slot, at in last.items():
        if slot not in dict(results):  # what the network returns stays
            frees.setdefault(at, []).append(slot)
    for at, layer in enumerate(graph.layers, start=offset):
        yield Step(
            layer.name,
            layer.op,
            paths[layer.module],
            tuple(reads[at - offset]),
            tuple(frees.get(at, ())),
            wanted[at],
        )
