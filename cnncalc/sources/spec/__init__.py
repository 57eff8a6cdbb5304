"""The spec language: networks in one line, in the textbooks' spelling.

`conv7x7@64 s2 p3, bn, relu, maxpool3 s2 p1` and `Conv7×7@64,S=2,P=3 → MaxPool3×3,S=2` alike;
docs/spec.md describes it.
"""

from __future__ import annotations

from ...graph import Graph, Input
from ...ops import Op
from .bind import Flow, make_op
from .parser import parse, parse_layer
from .plan import Link, Plan
from .source import Source
from .syntax import unrolled

__all__ = ["parse_op", "read_spec"]

_INPUT = "input"


def read_spec(
    text: str, *, name: str = "spec", rank: int | None = None, filename: str | None = None
) -> Graph:
    """Read a spec. `rank` is the number of spatial axes of the input, where it is known.

    Raises `SpecError` with the place and a caret, `LimitError` for specs beyond all measure.
    """
    source = Source(text, filename)
    spec = parse(source)
    plan = Plan(names={_INPUT: None})
    last = Link(_INPUT)
    for call, copy in unrolled(spec.items):
        last = Link(plan.add(call, source, [last], name=call.name, copy=copy))
    plan.name_the_nameless()
    if spec.input is not None:
        rank = len(spec.input) - 1
    if rank is None:
        rank = plan.explicit_rank() or 2
    flow = Flow(rank, flat=rank == 0)
    return plan.graph(name, [Input(_INPUT, spec.input)], [last], {_INPUT: flow})


def parse_op(text: str) -> Op:
    """One layer: `conv3x3@64 p1` as well as what ops print, `Conv2d(3, 64, 7, stride=2)`.

    Raises `SpecError`.
    """
    source = Source(text)
    return make_op(parse_layer(source), Flow(), source)
