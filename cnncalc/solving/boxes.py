"""The input sizes that hard-coded numbers of features allow: boxes of ranges, one per axis."""

from __future__ import annotations

from typing import NamedTuple

from ..checking.derivation import Origin, origin
from ..checking.dims import Dim, dims_of
from ..checking.fits import _candidates
from ..checking.probe import Probe
from ..checking.subject import Subject
from ..checking.verdicts import judged
from ..graph import Layer
from ..shape import product
from .answers import Span
from .model import Model

#: A range of sizes per axis.
Box = tuple[Span, ...]


class Constraint(NamedTuple):
    """A number that a layer has hard-coded, the sizes of a tensor that multiply to it, and the
    boxes of input sizes for which they do.

    Where it cannot be told which, `sure` is False and the boxes hold everything.
    """

    layer: str
    expected: int
    source: Origin
    boxes: list[Box]
    sure: bool = True


def everything(rank: int) -> Box:
    """All sizes."""
    return (Span(1, None),) * rank


def constraints(model: Model) -> list[Constraint]:
    """The hard-coded numbers that rule out some input sizes, each once."""
    mended, found = judged(model.subject())
    given = [(each.layer.name, each.expected, each.source) for each in found if each.dim.is_view]
    for layer in mended.graph.layers:
        for dim, expected in _numbers(mended, layer):
            given.append((layer.name, expected, origin(mended, layer.inputs[dim.input], dim.dims)))
    kept: dict[tuple[int, Origin], Constraint] = {}
    for name, expected, source in given:
        if (expected, source) not in kept and mended.positional(source.ref, source.dims):
            boxes = boxes_for(mended, source, expected)
            every = [everything(model.rank)]
            if boxes != every:
                sure, known = boxes is not None, every if boxes is None else boxes
                kept[expected, source] = Constraint(name, expected, source, known, sure)
    return list(kept.values())


def _numbers(mended: Subject, layer: Layer) -> list[tuple[Dim, int]]:
    if not layer.inputs:
        return []
    found = []
    for dim in dims_of(layer.op, mended.received(layer)):
        expected = getattr(layer.op, dim.argument)
        expected = expected[0] if isinstance(expected, tuple) else expected
        if isinstance(expected, int):
            found.append((dim, expected))
    return found


def boxes_for(mended: Subject, source: Origin, wanted: int) -> list[Box] | None:
    """The boxes of input sizes for which dims multiply to `wanted`; None where it cannot be told.

    It can where sizes grow steadily with the input's, each axis by itself.
    """
    same = product([mended.shape(source.ref)[dim] for dim in source.dims])
    rank = len(next(iter(mended.inputs.values()))) - 2
    if not mended.positional(source.ref, source.dims):
        return [everything(rank)] if same == wanted else []
    probe = Probe.of(mended, source)
    if probe is None or not probe.steady():
        return None
    roles = probe.roles()
    if roles is None:
        return None
    deciding = {role for role in roles if role is not None}
    if not deciding:
        return [everything(rank)] if same == wanted else []
    return [
        tuple(span if axis in deciding else Span(1, None) for axis, span in enumerate(candidate))
        for candidate in _candidates(probe, roles, wanted)
    ]


def allowed(given: list[Constraint], rank: int) -> list[Box]:
    """The boxes that all hard-coded numbers allow; one without bounds where there are none."""
    boxes = [everything(rank)]
    for each in given:
        boxes = common(boxes, each.boxes)
    return boxes


def common(some: list[Box], others: list[Box]) -> list[Box]:
    """What boxes have in common with others."""
    both = [_common(one, other) for one in some for other in others]
    return [box for box in both if box is not None]


def _common(one: Box, other: Box) -> Box | None:
    spans = []
    for a, b in zip(one, other, strict=True):
        lasts = [span.last for span in (a, b) if span.last is not None]
        first, last = max(a.first, b.first), min(lasts) if lasts else None
        if last is not None and last < first:
            return None
        spans.append(Span(first, last))
    return tuple(spans)
