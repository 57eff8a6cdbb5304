"""A batch that a reshape folded into features: `x.view(-1, N)` with an N that happens to divide.

Torch says nothing then: the network runs, with another number of samples than it was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .finding import Finding, Severity
from .graph import Graph
from .shape import Shape, format_shape


def folded(
    graph: Graph, inputs: Mapping[str, Shape], outputs: Sequence[tuple[Shape, ...]]
) -> list[Finding]:
    """Findings on reshapes after which a linear layer sees another batch, up to the output.

    `outputs` are the shapes of the layers' outputs. Windows that are cut and put back again
    leave the output's batch as it was, and are no finding.
    """
    first = graph.inputs[0].name if graph.inputs else None
    shape = inputs.get(first, ()) if first is not None else ()
    batch = shape[0] if shape else None
    offset = len(graph.inputs)
    slots = {layer.name: at for at, layer in enumerate(graph.layers, start=offset)}
    if batch is None:
        return []
    kept: list[Shape] = [inputs[given.name] for given in graph.inputs]
    kept += [shapes[0] for shapes in outputs]
    ends = [slots[ref.name] for ref in graph.outputs if ref.name in slots]
    ends = [at for at in ends if len(kept[at]) == 2 and kept[at][0] not in (None, batch)]
    findings = []
    seen_by_linear: set[int] = set()
    wanted = set(ends)
    for at in range(len(kept) - 1, offset - 1, -1):
        if at not in wanted:
            continue
        layer, reads = graph.layers[at - offset], graph.slots[at - offset]
        wanted.update(reads)
        if layer.op.type == "Linear" or at in seen_by_linear:
            seen_by_linear.update(reads)
        if layer.op.type != "Reshape" or at not in seen_by_linear or len(kept[at]) != 2:
            continue
        before, after = kept[reads[0]], kept[at]
        if before[:1] == (batch,) and after[0] not in (None, batch) and len(before) > 1:
            findings.append(
                Finding(
                    "batch-folded",
                    Severity.ERROR,
                    layer.name,
                    f"the batch of {batch} became {after[0]} here: "
                    f"{format_shape(before)} was reshaped to {format_shape(after)}",
                    batch,
                    after[0],
                    "x.flatten(1) or x.view(x.size(0), -1) keeps the batch",
                    layer.location,
                )
            )
    return findings[::-1]
