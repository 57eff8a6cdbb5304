"""The receptive-field recurrence, played again with the mistakes that people make in it.

`r' = r + (k - 1)*j` and `j' = j*s`, layer by layer; the jump is the one *before* the layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..ops.conv import Convolution
from ..ops.window import SlidingWindow, Windowed
from ..report import Row
from .models import Analysed


class Seen(NamedTuple):
    """What a position sees along one axis, and the jump before the last window (`late`)."""

    size: int = 1
    jump: int = 1
    start: int = 0
    late: int = 1


class Window(NamedTuple):
    """A layer's window along one axis: taps spanned, stride, padding, whether it pools."""

    spans: int
    stride: int
    padding: int
    pools: bool


#: What a layer makes of what is seen before it.
Rule = Callable[[Seen, Window], Seen]
#: By layer, what each axis sees; layers without a rule are missing.
Played = Mapping[str, tuple[Seen, ...]]


def correct(seen: Seen, window: Window) -> Seen:
    """The recurrence as it is."""
    return Seen(
        seen.size + (window.spans - 1) * seen.jump,
        seen.jump * window.stride,
        seen.start - window.padding * seen.jump,
        seen.jump,
    )


def play(analysed: Analysed, rule: Rule) -> Played:
    """The recurrence with a rule, over all layers that are windows or leave positions alone.

    Where paths meet, the one that sees most goes on.
    """
    played: dict[str, tuple[Seen, ...]] = {}
    for name, shape in analysed.inputs.items():
        played[name] = (Seen(),) * max(0, len(shape) - 2)
    for row in analysed.report.rows:
        before = [played[name] for name in row.inputs if name in played]
        if not before or len(before) != len(row.inputs) or len(set(map(len, before))) > 1:
            continue
        best = max(before, key=lambda axes: [seen.size for seen in axes])
        after = _after(row, best, rule)
        if after is not None:
            played[row.name] = after
    return played


def only_here(analysed: Analysed, row: Row, played: Played, rule: Rule) -> tuple[Seen, ...] | None:
    """What the last window up to a layer sees, if the rule is used in that one step alone."""
    while not isinstance(row.op, SlidingWindow):
        if len(row.inputs) != 1 or row.inputs[0] not in analysed.rows:
            return None
        row = analysed.rows[row.inputs[0]]
    before = played.get(row.inputs[0])
    return None if before is None else _after(row, before, rule)


def _after(row: Row, axes: tuple[Seen, ...], rule: Rule) -> tuple[Seen, ...] | None:
    op = row.op
    if isinstance(op, SlidingWindow):
        if len(axes) != op.rank:
            return None
        pools = not isinstance(op, Convolution)
        windows = [
            Window(
                op.dilation_of(axis) * (op.kernel_size[axis] - 1) + 1,
                op.stride[axis], op.pads(axis)[0], pools,
            )
            for axis in range(op.rank)
        ]  # fmt: skip
        return tuple(rule(seen, window) for seen, window in zip(axes, windows, strict=True))
    if isinstance(op, Windowed) or row.field is None or row.field.whole:
        return None
    return axes
