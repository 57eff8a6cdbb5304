"""The answer to an inverse question as text: what was found first, then how it comes about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..shape import format_shape
from ..solving.accepted import Sizes
from ..solving.answers import Answer
from ..solving.borders import Exact
from ..solving.budgets import Budget, Point
from ..solving.fields import Fields
from ..solving.fitting import Inputs
from ..solving.least import Smallest
from ..solving.paddings import Paddings
from ..solving.settings import Setting, Settings

#: Rows of a table before "and n more".
_ROWS = 40
#: Boxes of sizes, and layers of a stack, before "and n more".
_BOXES = 12


def render(answer: Answer, why: bool = True) -> str:
    """The answer as text; with `why` the formula and its numbers below."""
    lines = list(_RENDERERS[answer.question](answer))
    if answer.reason is not None:
        lines.append(f"no solution: {answer.reason}")
    if why and answer.why:
        lines += [f"why: {answer.why[0]}", *(f"     {line}" for line in answer.why[1:])]
    return "\n".join(lines)


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"


def _more(count: int, shown: int, word: str) -> Iterator[str]:
    if count > shown:
        yield f"... and {_plural(count - shown, word)} more (--format json has all)"


def _settings(answer: Settings) -> Iterator[str]:
    made = format_shape(answer.output)
    of = "?" if answer.input is None else format_shape(answer.input)
    bounds = answer.bounds
    limits = [
        text
        for name, text in (
            ("kernel", f"kernel <= {bounds.kernel}"),
            ("stride", "" if bounds.stride is None else f"stride <= {bounds.stride}"),
            ("padding", "" if bounds.padding is None else f"padding <= {bounds.padding}"),
            ("dilation", f"dilation <= {bounds.dilation}"),
        )
        if name in answer.asked and text
    ]
    if "padding" in answer.asked and bounds.padding is None:
        half = "kernel/2" if answer.kind.pools else "dilation*(kernel - 1)"
        limits.append(f"padding <= {half}")
    if "stride" in answer.asked and answer.input is None and bounds.stride is None:
        limits.append("stride <= 4")
    within = f", with {', '.join(limits)}" if limits else ""
    op = f"{answer.kind.op}{' with ceil_mode' if answer.kind.ceil else ''}"
    if answer.axes:
        yield f"{op} {of} -> {made}: no one setting for all axes{within}"
        for axis, each in enumerate(answer.axes, 1):
            yield f"axis {axis}, {format_shape(each.input or ())} -> {format_shape(each.output)}:"
            yield from _table(each)
        return
    yield f"{op} {of} -> {made}: {_plural(len(answer.settings), 'solution')}{within}"
    yield from _table(answer)


def _table(answer: Settings) -> Iterator[str]:
    """One row per setting: what was asked, then the formula with its numbers."""
    if not answer.settings:
        return
    rows = [[*answer.asked, "formula"]]
    for setting in answer.settings[:_ROWS]:
        rows.append([*(_cell(setting, name) for name in answer.asked), setting.shown])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join(["", *cells, row[-1]]).replace("output_padding", "output padding")
    yield from _more(len(answer.settings), _ROWS, "row")


def _cell(setting: Setting, name: str) -> str:
    """`3`, `3x5` or `223..224`; one value where all axes have the same."""
    values = [str(value) for value in getattr(setting, name)]
    return values[0] if len(set(values)) == 1 else " x ".join(values)


def _paddings(answer: Paddings) -> Iterator[str]:
    gap = f", dilation {answer.dilation}" if answer.dilation > 1 else ""
    window = f"{answer.kind.op} kernel {answer.kernel}{gap}, stride {answer.stride}"
    does = _does(answer)
    if answer.both is not None:
        yield f"{window}: padding {answer.both} {does}"
    elif answer.sides is not None:
        before, behind = answer.sides
        yield f"{window}: padding {before} before and {behind} behind {does}"
    elif answer.pairs:
        yield f"{window}: {_pairs(answer.pairs)} {does}"
    else:
        yield f"{window}: no padding {does}"
    if answer.multiples is not None and answer.multiples != answer.both:
        yield f"  padding {answer.multiples} does so where {answer.stride} divides i"
    for note in answer.notes:
        yield f"  {note}"


def _does(answer: Paddings) -> str:
    if answer.goal == "i":
        return "keeps every size"
    if answer.goal == str(answer.input):
        return f"keeps {answer.input}"
    return f"makes {answer.goal} of every size i"


def _pairs(pairs: Sequence[tuple[int, int]]) -> str:
    shown = [
        f"padding {padding}" + (f" with output padding {extra}" if extra else "")
        for padding, extra in pairs[:4]
    ]
    return " or ".join(shown) + (f" or {len(pairs) - 4} more" if len(pairs) > 4 else "")


def _fields(answer: Fields) -> Iterator[str]:
    wanted = f"a field of {answer.at_least} or more"
    behind = f" behind {answer.after}" if answer.after else ""
    if answer.value is None:
        yield f"{wanted}{behind}: no {answer.asked}"
        return
    less = (
        "" if answer.below is None else f", {answer.asked} {answer.value - 1} sees {answer.below}"
    )
    said = f"{answer.asked} {answer.value}"
    if answer.asked == "depth":
        said = _plural(answer.value, "layer")
        less = less.replace("depth ", "")
    yield f"{wanted}{behind}: {said} (sees {answer.field}{less})"
    if answer.steps:
        rows = [["layer", "kernel", "stride", "dilation", "jump", "field"]]
        rows += [[str(at), *map(str, step)] for at, step in enumerate(answer.steps, 1)]
        shown = rows if len(rows) <= _BOXES + 2 else [*rows[:7], ["..."] + [""] * 5, *rows[-3:]]
        widths = [max(len(row[at]) for row in rows) for at in range(6)]
        for row in shown:
            cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
            yield "  " + "  ".join(cells).rstrip()


def _sizes(found: Sequence[Sizes]) -> Iterator[str]:
    for each in found[:_BOXES]:
        axes = [str(axis) for axis in each.axes]
        if len(axes) > 1 and len(set(axes)) == 1 and not each.axes[0].closed:
            line = f"{axes[0]} along each axis"
        else:
            line = " x ".join(axes)
        depends = (
            ""
            if each.independent
            else f" (each where the other axes are of {format_shape(each.base)})"
        )
        yield f"  {line}{depends}"
    yield from _more(len(found), _BOXES, "line")


def _inputs(answer: Inputs) -> Iterator[str]:
    if answer.layer is None:
        what = f"{answer.model} takes inputs of"
    elif answer.output is not None:
        what = f"{answer.layer} makes {format_shape(answer.output)} of inputs of"
    else:
        what = f"{answer.layer} receives {answer.features} for inputs of"
    yield what if answer.found else f"{what} no size"
    yield from _sizes(answer.sizes)
    if answer.trouble is not None:
        base = format_shape(answer.sizes[0].base)
        yield f"  elsewhere it does not fit: at {base}: {answer.trouble}"


def _smallest(answer: Smallest) -> Iterator[str]:
    if not answer.least:
        yield f"{answer.model} takes no input"
        return
    channels = "" if answer.channels is None else f"{answer.channels}x"
    first = answer.least[0]
    yield f"{answer.model}: the smallest input is {channels}{format_shape(first.sizes)}"
    if len(answer.least) > 1:
        others = [format_shape(each.sizes) for each in answer.least[1:_BOXES]]
        more = ", ..." if len(answer.least) > _BOXES else ""
        yield f"  smaller along one axis alone: {', '.join(others)}{more}"
    if answer.square is not None and set(first.sizes) != {answer.square}:
        yield f"  the smallest with equal sizes: {answer.square}"
    said = []
    for axis, trouble in enumerate(first.below):
        less = tuple(size - (at == axis) for at, size in enumerate(first.sizes))
        if trouble is not None:
            said.append(f"  at {format_shape(less)}: {trouble}")
    yield from said
    if not answer.sure:
        yield "  there may be smaller ones: sizes do not grow steadily with the input here"


def _exact(answer: Exact) -> Iterator[str]:
    yield f"{answer.model} drops no border pixel of inputs of" + (
        "" if answer.found else " no size"
    )
    yield from _sizes(answer.sizes)
    if answer.given is not None:
        shown = format_shape(answer.given)
        if answer.dropped is None:
            yield f"  {shown} is one of them"
        else:
            yield f"  {shown} is not: {answer.dropped}"
            near = [_nearest(pair) for pair in answer.near]
            if near:
                yield f"  the nearest: {' x '.join(near)}"


def _nearest(pair: tuple[int | None, int | None]) -> str:
    sizes = sorted({size for size in pair if size is not None})
    return " or ".join(map(str, sizes)) if sizes else "none"


def _budget(answer: Budget) -> Iterator[str]:
    step = f" (multiples of {answer.multiple_of})" if answer.multiple_of > 1 else ""
    title = f"{answer.model}: {answer.vary}{step}"
    if answer.best is None or answer.fits is None:
        yield f"{title} has no value within the budget"
        return
    if answer.fits.last is None and not answer.shrinks:
        yield f"{title} {answer.fits}: looked at up to {_point(answer.best)}"
    elif answer.shrinks:
        yield f"{title} at least {_point(answer.best)}"
    else:
        yield f"{title} at most {_point(answer.best)}"
    if answer.over is None and answer.fits.last is not None:
        yield "  no larger one makes a network"


def _point(point: Point) -> str:
    return str(point.value) if point.shown is None else f"{point.value} ({point.shown})"


_RENDERERS: dict[str, Callable[[Any], Iterator[str]]] = {
    "conv": _settings,
    "padding": _paddings,
    "field": _fields,
    "input": _inputs,
    "smallest": _smallest,
    "exact": _exact,
    "budget": _budget,
}
