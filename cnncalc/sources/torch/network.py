"""From the records of a trace to a graph: names, edges, what was noticed on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from ...errors import TraceError
from ...finding import Finding, Severity
from ...graph import Graph, Input, Layer, Ref, Traced, Weight, unique
from .leaves import make
from .tensors import tensors_in
from .tracer import Record, Tracer


def graph(tracer: Tracer, name: str, inputs: dict[str, torch.Tensor], result: Any) -> Graph:
    """The graph of what the tracer recorded; `result` is what the module returned."""
    input_names = list(inputs)
    returned = [tracer.source_of(each) for each in tensors_in(result) if tracer.knows(each)]
    names = names_of(tracer, input_names)

    def ref(source: tuple[int, int]) -> Ref:
        number, output = source
        return Ref(input_names[~number]) if number < 0 else Ref(names[number], output)

    owners: dict[str, Any] = {}
    layers = []
    for number, record in enumerate(tracer.records):
        module = record.path if record.leaf and record.path else names[number]
        if owners.setdefault(module, record.op) != record.op:
            module = names[number]
        layers.append(
            Layer(
                names[number],
                record.op,
                tuple([ref(source) for source in record.sources]),
                module,
                None if record.place is None else record.place.location(),
                _traced(record),
            )
        )
    outputs = [ref(source) for source in returned]
    if not outputs:
        raise TraceError(f"{name}.forward returns no tensor that it computed")
    layers += _unused(tracer, {*names, *input_names})
    return Graph(
        name,
        [Input(each, tuple(x.shape[1:]), _dtype(x)) for each, x in inputs.items()],
        layers,
        outputs,
        traced={each: tuple(x.shape) for each, x in inputs.items()},
        findings=_findings(tracer, layers),
    )


def _traced(record: Record) -> Traced:
    return Traced(
        record.weights,
        tuple([tuple(tensor.shape) for tensor in record.outputs]),
        tuple([_dtype(tensor) for tensor in record.outputs]),
        record.view,
    )


def _dtype(tensor: torch.Tensor) -> str:
    return _DTYPES.get(tensor.dtype) or str(tensor.dtype).removeprefix("torch.")


_DTYPES = {torch.float32: "float32", torch.int64: "int64"}


def names_of(tracer: Tracer, inputs: Sequence[str]) -> list[str]:
    """A name for each record: the module's path, or the function's name in the module around."""
    taken = set(inputs)
    paths = set(tracer.paths.values())
    names = []
    for record in tracer.records:
        name = record.own
        if not name:
            kind = record.op.type.lower()
            name = f"{record.path}.{kind}" if record.path else kind
            if name in paths:
                taken.add(name)  # a module goes by that name
        name = unique(name, taken)
        taken.add(name)
        names.append(name)
    return names


def _unused(tracer: Tracer, taken: set[str]) -> list[Layer]:
    """A row for each module that holds tensors which no layer used."""
    used = {weight.name for record in tracer.records for weight in record.weights}
    left: dict[str, list[Weight]] = {}
    for weight in tracer.weights.values():
        if weight.name not in used:
            left.setdefault(weight.name.rpartition(".")[0], []).append(weight)
            used.add(weight.name)
    layers = []
    for home, weights in left.items():
        name = unique(home or weights[0].name, taken)
        taken.add(name)
        op = make("Unused")
        layers.append(Layer(name, op, (), name, None, Traced(tuple(weights), ((),), ("float32",))))
    return layers


def _findings(tracer: Tracer, layers: Sequence[Layer]) -> list[Finding]:
    return [*_unregistered(tracer), *_unused_parameters(layers), *_uncommon(layers)]


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
                location=None if place is None else place.location(),
            )


def _unused_parameters(layers: Sequence[Layer]) -> Iterator[Finding]:
    unused = [
        layer.name
        for layer in layers
        if layer.op.type == "Unused" and not all(weight.buffer for weight in _weights(layer))
    ]
    if unused:
        more = f" and {len(unused) - 4} more" if len(unused) > 4 else ""
        yield Finding(
            "parameters-unused",
            Severity.INFO,
            None,
            f"parameters that this forward pass does not use: {', '.join(unused[:4])}{more}",
            help="they count in the totals; perhaps they serve training only",
        )


def _uncommon(layers: Sequence[Layer]) -> Iterator[Finding]:
    """Weights whose counts need a word: complex ones, and those that torch keeps packed."""
    held = [weight for layer in layers for weight in _weights(layer)]
    if any(weight.dtype.startswith("complex") and not weight.buffer for weight in held):
        yield Finding(
            "complex-weights",
            Severity.INFO,
            None,
            "some parameters are complex: each is one parameter here, "
            "and one of their multiply-accumulates is four real ones",
        )
    if any(
        (layer.op.type == "Unknown" and layer.op.short().startswith("unknown: quantized"))
        or any(weight.dtype.startswith("q") for weight in _weights(layer))
        for layer in layers
    ):
        yield Finding(
            "quantized-weights",
            Severity.WARNING,
            None,
            "quantized modules keep their weights packed, where parameters() does not see them: "
            "they are not counted",
            help="analyse the model before it is quantized",
        )


def _weights(layer: Layer) -> tuple[Weight, ...]:
    return layer.traced.weights if layer.traced is not None else ()
