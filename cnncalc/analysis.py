"""Graph + input -> Report: one pass forward over the layers, and one back.

Forward: shapes, counts, receptive fields, findings. Backward: which part of the input the
outputs depend on at all. The time depends on the number of layers, not on sizes or batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from .batch import folded
from .errors import GraphError
from .finding import Finding, Misfit, Severity
from .graph import Graph, Layer
from .layout import ELEMENTWISE, Read, View, apply, input_view, join
from .ledger import Ledger, output_bytes
from .ops import CATALOGUE, Measure, Op
from .ops.reads import demand
from .report import Report, Row, Totals
from .shape import Shape, Size, format_shape, product

#: Copies of the parameters that an optimizer keeps.
OPTIMIZER_STATES = {"sgd": 0, "momentum": 1, "adam": 2}

Parts = tuple[tuple[int, int], ...] | None


def run(graph: Graph, inputs: Mapping[str, Shape], dtype: str | None = None) -> Report:
    """Analyse `graph` for inputs of full shape (batch first); None stands for unknown sizes.

    Bytes are of `dtype`; without it of float32, or the dtypes that a live module has. Raises
    `GraphError` where a layer reads an output that another does not have.
    """
    shapes: list[tuple[Shape, ...]] = [(inputs[given.name],) for given in graph.inputs]
    views: list[tuple[View, ...]] = [
        (input_view(given.name, inputs[given.name]),) for given in graph.inputs
    ]
    measures: list[Measure] = []
    known: dict[tuple[int, tuple[Shape, ...]], Measure] = {}
    findings: list[Finding] = list(graph.findings)
    as_traced = graph.traced is not None and graph.traced == inputs
    for layer, number, slots in zip(graph.layers, graph.op_ids, graph.slots, strict=True):
        refs = layer.inputs
        try:
            received = tuple(
                [shapes[slot][ref.output] for slot, ref in zip(slots, refs, strict=True)]
            )
        except IndexError:
            raise _no_such_output(graph, layer) from None
        measure = known.get((number, received))
        if measure is None:
            measure = known[number, received] = _measured(layer.op, received)
        if as_traced:
            measure = _agreed(layer, measure, received, findings)
        if measure.misfits:
            findings.extend(_error(layer, misfit) for misfit in measure.misfits)
        measures.append(measure)
        shapes.append(measure.outputs)
        if measure.reads == _PASSED_ON and refs[0].output == 0:
            views.append(views[slots[0]])
        else:
            seen = [views[slot][ref.output] for slot, ref in zip(slots, refs, strict=True)]
            views.append(tuple([_output_view(reads, seen) for reads in measure.reads]))
    ledger = Ledger(dtype)
    rows, param_bytes = _rows(graph, measures, views, ledger)
    findings.extend(folded(graph, inputs, [measure.outputs for measure in measures]))
    findings.extend(_unseen_borders(graph, inputs, measures))
    totals = _totals(graph, inputs, rows, param_bytes, ledger)
    shown = dtype or graph.dtype
    return Report(graph.name, dict(inputs), shown, rows, totals, findings, graph.note)


def _agreed(
    layer: Layer, measure: Measure, received: tuple[Shape, ...], findings: list[Finding]
) -> Measure:
    """The measure, with the shapes that torch gave the outputs of a live module.

    Where the inputs do not fit, the tracer assumed an output, which may be better known than
    the op's. Where they fit and torch gave another shape, the rule is wrong: nothing that it
    says is believed.
    """
    if layer.traced is None:
        return measure
    shapes = layer.traced.shapes
    outputs = measure.outputs
    if outputs[: len(shapes)] == shapes or not shapes:
        return measure
    if measure.misfits or any(None in shape for shape in outputs):
        return measure._replace(outputs=(*shapes, *outputs[len(shapes) :]))
    message = f"torch makes {format_shape(shapes[0])} of it, and cnncalc's rule {outputs[0]}"
    findings.append(
        Finding(
            "rule-differs", Severity.WARNING, layer.name, message, list(outputs[0]),
            list(shapes[0]), "a defect of cnncalc: please report it", layer.location,
        )
    )  # fmt: skip
    return CATALOGUE["Unknown"](layer.op.type, shapes).measure(received)


@lru_cache(maxsize=4096)
def _measured(op: Op, inputs: tuple[Shape, ...]) -> Measure:
    """`op.measure`, remembered: networks repeat their layers, and so do sweeps over networks."""
    return op.measure(inputs)


#: The reads of an op with one input and one output that works position by position.
_PASSED_ON = ((ELEMENTWISE,),)


def _no_such_output(graph: Graph, layer: Layer) -> GraphError:
    return GraphError(
        f"{graph.name}: {layer.name} reads {', '.join(map(str, layer.inputs))}, "
        "an output that does not exist",
        location=layer.location,
    )


def _output_view(reads: tuple[Read, ...], seen: list[View]) -> View:
    return join([apply(read, view) for read, view in zip(reads, seen, strict=True)])


def _error(layer: Layer, misfit: Misfit) -> Finding:
    code, message, expected, received, help = misfit
    return Finding(
        code, Severity.ERROR, layer.name, message, expected, received, help, layer.location
    )


def _rows(
    graph: Graph, measures: list[Measure], views: list[tuple[View, ...]], ledger: Ledger
) -> tuple[list[Row], int]:
    """The rows, and the bytes of all parameters."""
    offset = len(graph.inputs)
    taken: dict[int, Size] = {}  # equal measures take equal memory
    rows = []
    param_bytes = 0
    for at, (layer, measure, inputs, home) in enumerate(
        zip(graph.layers, measures, graph.input_names, graph.storage[offset:], strict=True),
        start=offset,
    ):
        held = ledger.enter(layer, measure)
        param_bytes += held.param_bytes
        size: Size = 0
        if home == at and not measure.op.held:
            if layer.traced is not None:
                size = output_bytes(layer, measure, ledger)
            elif id(measure) in taken:
                size = taken[id(measure)]
            else:
                size = taken[id(measure)] = output_bytes(layer, measure, ledger)
        rows.append(
            Row(
                layer.name,
                measure.op,
                inputs,
                measure.outputs,
                held.params,
                held.trainable,
                held.buffers,
                measure.macs,
                views[at][0],
                size,
                layer.module,
                held.shared,
                layer.location,
            )
        )
    return rows, param_bytes


def _totals(
    graph: Graph, inputs: Mapping[str, Shape], rows: list[Row], param_bytes: int, ledger: Ledger
) -> Totals:
    macs = sum([row.macs or 0 for row in rows])
    forward = sum([row.output_bytes or 0 for row in rows])
    taken = sum(
        (product(inputs[given.name]) or 0) * ledger.width(given.dtype) for given in graph.inputs
    )
    return Totals(
        params=sum([row.params or 0 for row in rows]),
        trainable=sum([row.trainable or 0 for row in rows]),
        buffers=sum([row.buffers or 0 for row in rows]),
        macs=macs,
        flops=2 * macs,
        param_bytes=param_bytes,
        input_bytes=taken,
        forward_bytes=forward,
        peak_bytes=taken + _peak(graph, rows),
        training={
            name: 2 * forward + (2 + states) * param_bytes
            for name, states in OPTIMIZER_STATES.items()
        },
    )


def _peak(graph: Graph, rows: list[Row]) -> int:
    """The most bytes of outputs alive at once: each lives from its layer to its last reader."""
    sizes = [row.output_bytes or 0 for row in rows]
    alive = peak = 0
    for size, releases in zip(sizes, graph.releases, strict=True):
        alive += size
        if alive > peak:
            peak = alive
        for at in releases:
            alive -= sizes[at]
    return peak


#: What the positions along the spatial axes are called, by the number of axes.
_AXIS_WORDS = {1: ("position",), 2: ("row", "column"), 3: ("slice", "row", "column")}


def _unseen_borders(
    graph: Graph, inputs: Mapping[str, Shape], measures: list[Measure]
) -> list[Finding]:
    """Findings on input borders that no output depends on, because a floor dropped them."""
    if all(demands is None for measure in measures for demands in measure.demands):
        return []
    wanted = _demands(graph, measures)
    findings = []
    for at, given in enumerate(graph.inputs):
        shape, parts = inputs[given.name], wanted.get(at)
        words = _AXIS_WORDS.get(len(shape) - 2)
        if parts is None or words is None:
            continue
        lost = [
            _counted(end, amount, word)
            for word, size, (first, last) in zip(words, shape[2:], parts[2:], strict=True)
            for end, amount in (("first", first), ("last", (size or 0) - 1 - last))
            if size is not None and amount
        ]
        if lost:
            one = len(lost) == 1 and not lost[0].endswith("s")
            droppers = ", ".join(_droppers(graph, measures, wanted))
            findings.append(
                Finding(
                    "border-unseen",
                    Severity.INFO,
                    given.name,
                    f"{' and '.join(lost)} of the {format_shape(shape[2:])} input "
                    f"never {'reaches' if one else 'reach'} the output",
                    list(shape[2:]),
                    [last - first + 1 for first, last in parts[2:]],
                    f"left over at {droppers}" if droppers else None,
                )
            )
    return findings


def _counted(end: str, amount: int, word: str) -> str:
    """`the last row`, `the last 2 rows`."""
    return f"the {end} {word}" if amount == 1 else f"the {end} {amount} {word}s"


def _demands(graph: Graph, measures: list[Measure]) -> dict[int, Parts]:
    """Per slot the part of it that the outputs depend on, dim by dim; None: all of it.

    Slots that nothing depends on are missing.
    """
    offset = len(graph.inputs)
    index = {given.name: at for at, given in enumerate(graph.inputs)}
    index.update((layer.name, at) for at, layer in enumerate(graph.layers, start=offset))
    wanted: dict[int, Parts] = {index[ref.name]: None for ref in graph.outputs}
    for at in range(len(graph.layers) - 1, -1, -1):
        slot = at + offset
        if slot not in wanted:
            continue
        parts, measure = wanted[slot], measures[at]
        for position, source in enumerate(graph.slots[at]):
            several = len(measure.outputs) > 1 or (
                source >= offset and len(measures[source - offset].outputs) > 1
            )
            needed = None if several else _needed(measure, position, parts)
            if source not in wanted:
                wanted[source] = needed
            elif wanted[source] is not None:
                wanted[source] = _hull(wanted[source], needed)
    return wanted


def _needed(measure: Measure, position: int, parts: Parts) -> Parts:
    """The part of one input that the part `parts` of the output depends on."""
    if parts is None:
        return measure.demands[position]
    read = measure.reads[0][position]
    return demand(read, read[0].before if read else measure.outputs[0], parts)


def _hull(a: Parts, b: Parts) -> Parts:
    if a is None or b is None:
        return None
    return tuple((min(x[0], y[0]), max(x[1], y[1])) for x, y in zip(a, b, strict=True))


def _droppers(graph: Graph, measures: list[Measure], wanted: dict[int, Parts]) -> list[str]:
    """The layers that leave a part of their input over, when nobody else reads that part."""
    return [
        layer.name
        for layer, measure, slots in zip(graph.layers, measures, graph.slots, strict=True)
        for position, slot in enumerate(slots)
        if measure.demands[position] is not None and wanted.get(slot) is not None
    ]
