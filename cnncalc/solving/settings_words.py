"""The size rule with numbers in it, and why it has no solution."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import OpError
from ..shape import format_shape
from . import window
from .asked import Asked, Choice, choices, window_at
from .window import Window


def rule(asked: Asked) -> str:
    """The size rule of the op in short."""
    if asked.kind.transposed:
        return "(i - 1)*s - 2*p + d*(k - 1) + op + 1"
    if asked.kind.ceil:
        return "min(ceil((i + 2*p - d*(k - 1) - 1) / s) + 1, ceil((i + p) / s))"
    return "floor((i + 2*p - d*(k - 1) - 1) / s) + 1"


def why(asked: Asked) -> tuple[str, ...]:
    """The rule, and what it says with the numbers that are given."""
    text, o = rule(asked), asked.output[0]
    lines = [f"o = {text}"]
    known = {
        name: getattr(asked, long)
        for name, long in _SYMBOLS.items()
        if getattr(asked, long) is not None
    }
    numbers = {name: str(sizes[0]) for name, sizes in known.items()}
    if asked.kind.transposed:
        lines.append(_put(f"{text} = {o}", numbers))
    elif not asked.kind.ceil:
        least = _put("i + 2*p - d*(k - 1) - 1", numbers)
        step = numbers.get("s", "s")
        lines.append(f"so {o - 1}*{step} <= {least} < {o}*{step}")
    else:
        lines.append(_put(f"{text} = {o}", numbers))
    return tuple(lines)


_SYMBOLS = {
    "i": "input", "k": "kernel", "s": "stride", "p": "padding", "d": "dilation",
    "op": "output_padding",
}  # fmt: skip


def _put(text: str, numbers: dict[str, str]) -> str:
    """The numbers in the place of symbols, in a text of symbols, operators and spaces."""
    return re.sub(r"[a-z]+", lambda match: numbers.get(match.group(), match.group()), text)


def shown(asked: Asked, windows: list[Window], inputs: list[int]) -> str:
    """The rule with the numbers of the first axis."""
    at = windows[0]
    numbers = dict(
        zip("ikspd", map(str, (inputs[0], at.kernel, at.stride, at.padding, at.dilation)),
            strict=True),
        op=str(at.output_padding),
    )  # fmt: skip
    return f"{_put(rule(asked), numbers)} = {asked.output[0]}"


def reason(asked: Asked) -> str:
    """Why there is no solution: what the nearest outputs are."""
    below, above = _nearest(asked)
    where = f"of {format_shape(asked.input)}" if asked.input else "with these settings"
    near = " and ".join(str(size) for size in (below, above) if size is not None)
    if asked.rank > 1 and not near:
        return f"no one setting makes {format_shape(asked.output)} {where} along all axes"
    if not near:
        return f"nothing within the bounds can be made {where}"
    which = "outputs" if below is not None and above is not None else "output"
    return f"the nearest {which} {where} within the bounds: {near}"


def _nearest(asked: Asked) -> tuple[int | None, int | None]:
    """The outputs next to the one that is wanted, of one axis with these choices."""
    if asked.rank > 1 and (asked.input is None or len(set(zip(asked.input, asked.output))) > 1):  # noqa: B905
        return None, None
    wanted = asked.output[0]
    below: int | None = None
    above: int | None = None
    for choice in choices(asked):
        for size in _outputs_near(asked, choice, wanted):
            if size < wanted:
                below = size if below is None else max(below, size)
            elif size > wanted:
                above = size if above is None else min(above, size)
    return below, above


def _outputs_near(asked: Asked, choice: Choice, wanted: int) -> Iterator[int]:
    """Outputs on both sides of `wanted` with these choices, one axis."""
    at = window_at(asked, choice, 0, None)
    if asked.input is None:
        guess = max(round((wanted - at.reach) / at.stride), 0) + 1
        tries = [(at, size) for size in range(max(guess - 2, 1), guess + 3)]
    elif asked.stride is None:
        size = asked.input[0]
        padded = size + 2 * at.padding - at.reach
        guess = max(padded // max(wanted - 1, 1), 1)
        if asked.kind.transposed:
            guess = max((wanted + 2 * at.padding - at.reach) // max(size - 1, 1), 1)
        steps = range(max(guess - 1, 1), guess + 3)
        most = asked.bounds.stride
        tries = [(at._replace(stride=step), size) for step in steps if not most or step <= most]
    else:
        tries = [(at, asked.input[0])]
    for each, size in tries:
        try:
            made = window.sizes(asked.kind, (each,), (size,))
        except OpError:
            continue
        if made is not None:
            yield made[0]
