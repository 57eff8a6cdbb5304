"""From a recording to a graph: names, edges, what was noticed on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...finding import Finding, Severity
from ...graph import Graph, Input, Layer, Ref, Traced, Weight, unique
from .making import make
from .recording import Record, Recording, located
from .tensor import Tensor, dtype_name, shapes_of, tensors_in


def graph(
    recording: Recording,
    name: str,
    inputs: Mapping[str, Tensor],
    result: Any,
    noticed: Iterable[Finding] = (),
) -> Graph:
    """The graph of what was recorded; `result` is what the module returned.

    `noticed` are findings of the source's own. Raises the recording's error where the module
    returned no tensor that it computed.
    """
    input_names = list(inputs)
    returned = [recording.source_of(each) for each in tensors_in(result) if recording.knows(each)]
    names = names_of(recording, input_names)

    def ref(source: tuple[int, int]) -> Ref:
        number, output = source
        return Ref(input_names[~number]) if number < 0 else Ref(names[number], output)

    owners: dict[str, Any] = {}
    layers = []
    for number, record in enumerate(recording.records):
        module = record.path if record.leaf and record.path else names[number]
        if owners.setdefault(module, record.op) != record.op:
            module = names[number]
        layers.append(
            Layer(
                names[number],
                record.op,
                tuple([ref(source) for source in record.sources]),
                module,
                located(record.place),
                _traced(record),
                record.made,
            )
        )
    outputs = [ref(source) for source in returned]
    if not outputs:
        raise recording.error(f"{name}.forward returns no tensor that it computed")
    layers += _unused(recording, {*names, *input_names})
    return Graph(
        name,
        [Input(each, tuple(x.shape[1:]), dtype_name(x.dtype)) for each, x in inputs.items()],
        layers,
        outputs,
        traced={each: tuple(x.shape) for each, x in inputs.items()},
        findings=[*noticed, *_unused_parameters(layers), *_uncommon(layers)],
    )


def _traced(record: Record) -> Traced:
    return Traced(
        record.weights,
        shapes_of(record.outputs),
        tuple([dtype_name(tensor.dtype) for tensor in record.outputs]),
        record.view,
    )


def names_of(recording: Recording, inputs: Sequence[str]) -> list[str]:
    """A name for each record: the module's path, or the function's name in the module around."""
    taken = set(inputs)
    paths = set(recording.paths.values())
    names = []
    for record in recording.records:
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


def _unused(recording: Recording, taken: set[str]) -> list[Layer]:
    """A row for each module that holds tensors which no layer used."""
    used = {weight.name for record in recording.records for weight in record.weights}
    left: dict[str, list[Weight]] = {}
    for weight in recording.weights.values():
        if weight.name not in used:
            left.setdefault(weight.name.rpartition(".")[0], []).append(weight)
            used.add(weight.name)
    layers = []
    for home, weights in left.items():
        name = unique(home or weights[0].name, taken)
        taken.add(name)
        op = make("Unused")
        made = recording.made.get(home)
        held = Traced(tuple(weights), ((),), ("float32",))
        layers.append(Layer(name, op, (), name, made and made.location, held, made))
    return layers


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
