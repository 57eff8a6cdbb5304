"""The padding that keeps a size, or that divides or multiplies it by the stride alone.

With the total padding `t` a window makes `floor((i + t - d(k - 1) - 1)/s) + 1` of `i`. That is
`ceil(i/s)` for every `i` if `t = d(k - 1)`, and for the multiples of `s` already if
`d(k - 1) + 1 - s <= t <= d(k - 1)`. A transposed convolution makes `s*i` of every `i` if
`t - op = d(k - 1) + 1 - s`.
"""

from __future__ import annotations

from typing import NamedTuple

from ..errors import InputError, LimitError, NameNotFoundError
from ..ops import CATALOGUE
from . import window
from .answers import Span
from .window import OPS, Kind, Window

#: So many input sizes are put into the rule.
_VERIFIED = 40
#: More pairs of paddings are put into the rule for two sizes each.
_PAIRS = 16
#: Larger windows are no windows.
_LARGEST = 1024


class Paddings(NamedTuple):
    """The paddings that keep the size (`goal` is `i`), or make `ceil(i/s)` or `s*i` of it.

    `both` are paddings on either side that do it for every input (`input` where one is given);
    `sides` what to pad before and behind where they differ, in total `total`; `multiples` are
    paddings on either side that do it where the stride divides the input. `pairs` are those
    of a transposed convolution: the padding and the output padding that goes with it.
    """

    kind: Kind
    kernel: int
    stride: int
    dilation: int
    input: int | None
    goal: str
    total: int | None
    both: Span | None
    sides: tuple[int, int] | None
    multiples: Span | None
    pairs: tuple[tuple[int, int], ...]
    reason: str | None
    notes: tuple[str, ...]
    why: tuple[str, ...]
    question: str = "padding"

    @property
    def found(self) -> bool:
        """Is there a padding, even or not?"""
        return self.both is not None or self.sides is not None or bool(self.pairs)


def solve(
    kernel: int, stride: int = 1, dilation: int = 1, *, op: str = "conv", input: int | None = None
) -> Paddings:
    """The padding with which the output is as large as the input, but for the stride.

    For one `input` the output has just its size, whatever the stride. Raises
    `NameNotFoundError` for an unknown op, `InputError` for settings it does not have.
    """
    if op not in OPS:
        raise NameNotFoundError("op", op, OPS, help=f"ops are {', '.join(OPS)}")
    for name, size in (("kernel", kernel), ("stride", stride), ("dilation", dilation)):
        if size < 1:
            raise InputError(f"{name}: sizes start at 1, received {size}")
        if size > _LARGEST:
            raise LimitError(f"{name}: {size} is too large for a window")
    kind = Kind(op)
    if not kind.dilates and dilation != 1:
        raise InputError("an average pooling has no dilation", help="--op maxpool has one")
    if kind.transposed:
        answer = _transposed(kind, kernel, stride, dilation, input)
    elif input is not None and stride > 1:
        answer = _for_one(kind, kernel, stride, dilation, input)
    else:
        answer = _sliding(kind, kernel, stride, dilation, input)
    _verify(answer)
    return answer


def _sliding(kind: Kind, kernel: int, stride: int, dilation: int, input: int | None) -> Paddings:
    total = dilation * (kernel - 1)
    half, odd = divmod(total, 2)
    allowed = not kind.pools or half <= kernel // 2
    both = Span(half, half) if not odd and allowed else None
    sides = (half, total - half) if both is None else None
    multiples = None
    if stride > 1:
        least, most = max(-(-(total + 1 - stride) // 2), 0), half
        most = min(most, kernel // 2) if kind.pools else most
        multiples = Span(least, most) if least <= most else None
    notes = []
    if both is None:
        notes.append(_uneven(kind, kernel, stride, half, total, odd))
    if stride > 1:
        notes.append(
            f"a stride of {stride} divides the size by {stride}: no one padding keeps every size"
        )
    goal = "i" if stride == 1 else f"ceil(i/{stride})"
    rule = f"floor((i + t - {dilation}*({kernel} - 1) - 1) / {stride}) + 1"
    return Paddings(
        kind, kernel, stride, dilation, input, goal, total, both, sides, multiples, (), None,
        tuple(notes),
        (
            f"o = {rule}, with t the padding of both sides together",
            f"o = {goal} for every i, so t = {dilation}*({kernel} - 1) = {total}",
        ),
    )  # fmt: skip


def _uneven(kind: Kind, kernel: int, stride: int, half: int, total: int, odd: int) -> str:
    """Why one padding for both sides does not do, and how to pad them."""
    pad = f"F.pad or ZeroPad with {half} before and {total - half} behind"
    if not odd:
        return f"torch takes no padding above half the kernel ({kernel // 2}) in a pooling: {pad}"
    uneven = f"{total} is odd, so no one padding for both sides does it"
    if kind.pools or stride > 1:
        return f"{uneven}: {pad}"
    return f'{uneven}: padding="same" pads {half} before and {total - half} behind'


def _transposed(kind: Kind, kernel: int, stride: int, dilation: int, input: int | None) -> Paddings:
    """All `2p - op = d(k - 1) + 1 - s`, or what one input needs, with `0 <= op < max(s, d)`."""
    wanted = dilation * (kernel - 1) + 1 - stride
    goal = "i" if stride == 1 else f"{stride}*i"
    size = "i"
    if input is not None and stride > 1:
        wanted = (input - 1) * (stride - 1) + dilation * (kernel - 1)
        goal = size = str(input)
    below = max(stride, dilation)
    least = max(-wanted, wanted % 2)
    pairs = tuple(((wanted + extra) // 2, extra) for extra in range(least, below, 2))
    reason = None
    if not pairs:
        reason = (
            f"2*p - op = {wanted} takes an output padding of {least}, "
            f"and torch wants it below the stride or the dilation, here {below}"
        )
    every = "" if input is not None and stride > 1 else " for every i"
    return Paddings(
        kind, kernel, stride, dilation, input, goal, None, None, None, None, pairs, reason, (),
        (
            f"o = ({size} - 1)*{stride} - 2*p + {dilation}*({kernel} - 1) + op + 1",
            f"o = {goal}{every}, so 2*p - op = {wanted}",
        ),
    )  # fmt: skip


def _for_one(kind: Kind, kernel: int, stride: int, dilation: int, input: int) -> Paddings:
    """The paddings that keep just this size although the window strides."""
    reach = dilation * (kernel - 1) + 1
    span = window.paddings(kind, input, input, kernel, stride, dilation)
    largest = kernel // 2 if kind.pools else reach - 1
    reason = None
    if span is None:
        reason = f"no whole padding makes {input} of {input} with a stride of {stride}"
    elif span.first > largest:
        lost = "torch takes at most half the kernel in a pooling"
        if not kind.pools:
            lost = f"windows of {reach} position{'s' * (reach > 1)} would see padding alone"
        reason = f"it would take a padding of {span}, and {lost}"
        span = None
    else:
        span = Span(span.first, min(span.last or largest, largest))
    rule = f"floor(({input} + 2*p - {dilation}*({kernel} - 1) - 1) / {stride}) + 1"
    return Paddings(
        kind, kernel, stride, dilation, input, str(input), None, span, None, None, (), reason,
        (), (f"{rule} = {input}",),
    )  # fmt: skip


def _verify(answer: Paddings) -> None:
    """Put the paddings into the op, for many input sizes."""
    s = answer.stride

    def goal(size: int) -> int:
        if answer.goal == str(answer.input):
            return size
        return size * s if answer.kind.transposed else -(-size // s)

    turns = range(1, _VERIFIED)
    chosen = [size for turn in turns for size in (turn * s - s + 1, turn * s - 1, turn * s) if size]
    chosen = [answer.input] if answer.input is not None else chosen
    pairs_at = chosen if len(answer.pairs) <= _PAIRS else [chosen[0], chosen[-1]]
    tried: list[tuple[int, int, list[int]]] = [
        *((padding, extra, pairs_at) for padding, extra in answer.pairs),
        *((padding, 0, chosen) for padding in _ends(answer.both)),
        *((padding, 0, [s * turn for turn in turns]) for padding in _ends(answer.multiples)),
    ]
    for padding, extra, inputs in tried:
        at = Window(answer.kernel, s, padding, answer.dilation, extra)
        for size in inputs:
            made = window.sizes(answer.kind, (at,), (size,))
            if made != (goal(size),):
                raise AssertionError(f"{at} makes {made} of {size}")
    if answer.sides is not None:
        _verify_sides(answer, answer.sides, chosen, [goal(size) for size in chosen])


def _ends(span: Span | None) -> list[int]:
    return [] if span is None else sorted({span.first, span.last or span.first})


def _verify_sides(
    answer: Paddings, sides: tuple[int, int], inputs: list[int], outputs: list[int]
) -> None:
    """Pad first, then slide without padding."""
    pad = CATALOGUE["ZeroPad1d"](sides)
    at = Window(answer.kernel, answer.stride, 0, answer.dilation)
    for size, wanted in zip(inputs, outputs, strict=True):
        padded = pad.measure(((1, 1, size),)).outputs[0][2]
        made = None if padded is None else window.sizes(answer.kind, (at,), (padded,))
        if made != (wanted,):
            raise AssertionError(f"{sides} and {at} make {made} of {size}")
