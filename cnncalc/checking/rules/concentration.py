"""Advice about where the parameters, the work and the memory are, in numbers."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Finding, Severity, Status
from ...graph import Layer
from ...ops import CATALOGUE, Op
from ...report import Row
from ...shape import Shape, format_shape
from ..derivation import origin
from ..subject import Subject, kind, place

#: The share of a total from which one layer holds most of it.
_MOST = 0.5


def findings(subject: Subject) -> Iterator[Finding]:
    """Where one layer has most of the parameters or of the MACs, and the largest activation."""
    totals, rows = subject.report.totals, subject.report.rows
    if subject.report.status is not Status.COMPLETE:
        return  # shares of totals that are not known
    for code, total, name in (
        ("params-in-one", totals.params, "params"),
        ("macs-in-one", totals.macs, "macs"),
    ):
        heaviest = max(rows, key=lambda row: getattr(row, name) or 0, default=None)
        if heaviest is None or not total or len(rows) < 2:
            continue
        count = getattr(heaviest, name) or 0
        if count >= _MOST * total:
            yield _concentrated(subject, code, name, heaviest, count, total)
    largest = max(rows, key=lambda row: row.output_bytes or 0, default=None)
    if largest is not None and largest.output_bytes:
        layer = subject.layers[largest.name]
        yield Finding(
            "activation-largest",
            Severity.INFO,
            largest.name,
            f"its output of {format_shape(largest.output_shape)} is the largest activation: "
            f"{largest.output_bytes:,} of {totals.forward_bytes:,} bytes",
            location=layer.location or place(layer),
        )


def _concentrated(
    subject: Subject, code: str, name: str, row: Row, count: int, total: int
) -> Finding:
    word = "parameters" if name == "params" else "MACs"
    layer = subject.layers[row.name]
    help = _pooled_head(subject, layer) if name == "params" else None
    help = help or _separable(subject, layer, name, word)
    return Finding(
        code,
        Severity.INFO,
        row.name,
        f"{row.type} has {100 * count / total:.1f} % of the {word}: {count:,} of {total:,}",
        help=help,
        location=place(layer),
    )


def _pooled_head(subject: Subject, layer: Layer) -> str | None:
    """What global average pooling and one linear layer would need instead of a dense head."""
    if kind(layer.op) != "Linear":
        return None
    source = origin(subject, layer.inputs[0], (len(subject.received(layer)[0]) - 1,))
    shape = subject.shape(source.ref)
    if len(source.dims) < 2 or source.dims[0] != 1 or len(shape) < 3:
        return None
    head = _head(subject, layer)
    features = head[-1].op.out_features  # type: ignore[attr-defined]
    small = CATALOGUE["Linear"](shape[1], features).measure(((1, shape[1]),))
    saved = sum(subject.rows[each.name].params or 0 for each in head)
    names = head[0].name if len(head) == 1 else f"{head[0].name} to {head[-1].name}"
    return (
        f"global average pooling and Linear({shape[1]}, {features}) in the place of {names} "
        f"need {small.params:,} parameters instead of {saved:,}"
    )


def _head(subject: Subject, layer: Layer) -> list[Layer]:
    """The linear layers from `layer` to the output, where nothing else reads on the way."""
    head = [layer]
    at = layer
    while at.name not in subject.outputs:
        readers = subject.readers(at.name)
        if len(readers) != 1 or len(readers[0].inputs) != 1:
            break
        at = readers[0]
        if kind(at.op) == "Linear":
            head.append(at)
    return head


def _separable(subject: Subject, layer: Layer, name: str, word: str) -> str | None:
    """What a depthwise and a pointwise convolution would need instead of a full one."""
    op = subject.rows[layer.name].op
    if not kind(op).startswith("Conv") or kind(op).startswith("ConvTranspose"):
        return None
    shape = subject.received(layer)[0]
    if op.groups != 1 or set(op.kernel_size) == {1} or None in shape:  # type: ignore[attr-defined]
        return None
    parts = _depthwise_and_pointwise(op, shape)
    needed = sum(getattr(measure, name) or 0 for measure in parts)
    now = getattr(subject.rows[layer.name], name) or 0
    if not 0 < needed < now:
        return None
    return (
        f"a depthwise and a 1x1 convolution in its place need {needed:,} {word} instead of {now:,}"
    )


def _depthwise_and_pointwise(op: Op, shape: Shape) -> list[object]:
    channels = op.in_channels  # type: ignore[attr-defined]
    depthwise = op.replace(out_channels=channels, groups=channels, bias=False).measure((shape,))
    pointwise = type(op)(channels, op.out_channels, 1, bias=op.bias)  # type: ignore[attr-defined]
    return [depthwise, pointwise.measure((depthwise.outputs[0],))]
