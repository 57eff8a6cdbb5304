"""Rules about the batch: what holds for one sample and not for several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ... import analysis
from ...errors import CnncalcError
from ...finding import Finding, Severity
from ...graph import Graph, Layer
from ...shape import Shape, format_shape
from ..subject import Subject, kind
from .base import Said, rule


@rule("squeeze-batch", "Squeeze")
def squeezed_batch(layer: Layer, subject: Subject) -> Said | None:
    """`x.squeeze()` drops the batch, too, where it is 1."""
    if layer.op.dim is not None or len(subject.inputs) != 1:  # type: ignore[attr-defined]
        return None
    shape = subject.received(layer)[0]
    (given,) = subject.inputs.values()
    if len(given) < 3 or len(shape) < 2 or shape[0] is None or shape[0] != given[0]:
        return None
    if 1 not in shape[1:]:
        return None  # it is there for the batch alone
    return Said(
        f"squeeze() of {format_shape(shape)} drops the batch as well when it is 1",
        "name the dims: squeeze(-1), or flatten(1)",
        layer.location,
    )


def findings(subject: Subject) -> Iterator[Finding]:
    """Reshapes that put samples into the features: found with a batch of two.

    With a batch of one `x.flatten()` and `x.view(1, -1)` give what the next layer expects.
    """
    suspects = [layer for layer in subject.graph.layers if _takes_the_batch(layer, subject)]
    if not suspects or subject.report.has_errors:
        return
    inputs = {name: (2, *shape[1:]) for name, shape in subject.inputs.items()}
    found = _errors(subject, inputs)
    if found:
        layer = suspects[0]
        yield Finding(
            "batch-folded",
            Severity.ERROR,
            layer.name,
            f"{format_shape(subject.received(layer)[0])} becomes "
            f"{format_shape(subject.rows[layer.name].output_shape)}, the batch with it: "
            f"with a batch of 2, {found[0].layer}: {found[0].message}",
            found[0].expected,
            found[0].received,
            "x.flatten(1) or x.view(x.size(0), -1) keeps the batch",
            layer.location,
        )


def _takes_the_batch(layer: Layer, subject: Subject) -> bool:
    """Does a reshape put dim 0, which is the batch of one, together with other dims?"""
    if kind(layer.op) not in ("Flatten", "Reshape"):
        return False
    shape = subject.received(layer)[0]
    batch = {given[0] for given in subject.inputs.values() if given}
    if batch != {1} or len(shape) < 2 or shape[0] != 1:
        return False
    if kind(layer.op) == "Flatten":
        return layer.op.start_dim in (0, -len(shape))  # type: ignore[attr-defined]
    written = None if layer.made is None else layer.made.arguments.get("shape[0]")
    sizes = layer.op.shape  # type: ignore[attr-defined]
    literal = written is not None and written.fixed is None and written.value == 1
    return len(sizes) == 1 or (literal and -1 in sizes)


def _errors(subject: Subject, inputs: Mapping[str, Shape]) -> list[Finding]:
    """The errors that the model has with these inputs."""
    graph: Graph = subject.graph
    if subject.reread is not None:
        try:
            graph = subject.reread(inputs)
        except CnncalcError:
            return []
    elif any(kind(layer.op) == "Reshape" for layer in subject.graph.layers):
        return []  # its sizes were computed for a batch of one
    report = analysis.run(graph, inputs)
    return [finding for finding in report.findings if finding.severity is Severity.ERROR]
