"""What an exercise is set on: how its input was read, and whether the model fits it."""

from __future__ import annotations

import re
from typing import Any

from .. import api
from ..errors import CnncalcError, InputError
from ..finding import Finding, Severity
from ..graph import Graph
from ..ops.window import Windowed
from ..report import Row
from ..shape import format_shape, parse_shape, to_shape
from .figures import rows_of
from .files import path_in
from .models import Analysed, Wanted, one_image
from .names import Target

#: Channels that an image has, as far as sizes say which of them the channels are.
_OF_IMAGES = (1, 3, 4)
#: Figures that hold before a layer, whatever it makes of what it receives.
_ARRIVING = {"input"}
#: Figures of the network that hold even if its layers do not fit.
_GIVEN = {"input", "batch", "layers"}


def notes(wanted: Wanted, analysed: Analysed) -> list[str]:
    """What a reader of the marks should know of the input and the model, a sentence each."""
    found = [*_batch_note(wanted, analysed.graph), *_layout_note(wanted, analysed.graph)]
    errors = misfits(analysed)
    shown = [f"{each.layer}: {each.message}" if each.layer else each.message for each in errors]
    more = len(shown) - 2
    return [*found, *shown[:2], *([f"and {more} more that do not fit"] if more > 0 else [])]


def _batch_note(wanted: Wanted, graph: Graph) -> list[str]:
    """That four sizes are a batch of images, where a spec says nothing of its rank."""
    image = one_image(wanted.input)
    if image is None or path_in(wanted.model) is not None:
        return []
    if any(isinstance(each.op, Windowed) and each.op.rank != 2 for each in graph.layers):
        return []
    try:
        other = api.load(wanted.model, wanted.input, layout=wanted.layout)
    except CnncalcError:
        return []  # networks of the zoo with options: they have a rank of their own
    if all(not isinstance(each.op, Windowed) or each.op.rank == 2 for each in other.layers):
        return []
    batch = parse_shape(wanted.input)[0]
    return [
        f"input {wanted.input} is read as a batch of {batch} of {format_shape(image)}; "
        "conv3d and the like read it as a volume"
    ]


def _layout_note(wanted: Wanted, graph: Graph) -> list[str]:
    """That sizes are read as CHW which look as if they were HWC."""
    sizes = plain_sizes(wanted.input)
    two = any(isinstance(each.op, Windowed) and each.op.rank == 2 for each in graph.layers)
    if wanted.layout != "chw" or sizes is None or len(sizes) not in (3, 4) or not two:
        return []
    channels, height, width = sizes[-3:]
    if width not in _OF_IMAGES or channels in _OF_IMAGES or height < 2 * width:
        return []
    return [
        f"input {wanted.input} is read as {channels} channels; layout: hwc reads "
        f"{format_shape(sizes[-3:])} as height x width x channels"
    ]


def plain_sizes(given: Any) -> tuple[int, ...] | None:
    """The sizes of an input that is one text without a name; None for others."""
    if not isinstance(given, str) or "=" in given:
        return None
    try:
        return parse_shape(given)
    except InputError:
        return None


def alike(first: Wanted, second: Wanted) -> bool:
    """Are two inputs the same sizes, each in its layout?"""
    sizes = plain_sizes(first.input), plain_sizes(second.input)
    if sizes[0] is None or sizes[1] is None:
        return str(first.input).split() == str(second.input).split()
    return _channels_first(sizes[0], first.layout) == _channels_first(sizes[1], second.layout)


def _channels_first(sizes: tuple[int, ...], layout: str) -> tuple[int, ...]:
    if len(sizes) < 3:
        return sizes
    return (*sizes[:-3], *to_shape(sizes[-3:], layout))


# Models that do not fit


def misfits(analysed: Analysed) -> list[Finding]:
    """What is wrong with the model for this input."""
    return [each for each in analysed.report.findings if each.severity is Severity.ERROR]


def problem(wanted: Wanted, analysed: Analysed) -> InputError | None:
    """The error of a model that does not fit its input; None where it does."""
    errors = misfits(analysed)
    if not errors:
        return None
    sizes = ", ".join(format_shape(shape[1:] or shape) for shape in analysed.inputs.values())
    first = errors[0]
    where = f"{first.layer}: " if first.layer else ""
    return InputError(
        f"{wanted.model} does not fit {sizes}: {where}{first.message}",
        help="what depends on it is not graded",
    )


def is_sound(analysed: Analysed, target: Target) -> bool:
    """Does a figure hold? Not behind a layer that does not fit what it receives."""
    bad = analysed.memory.get("unsound")
    if bad is None:
        bad = analysed.memory["unsound"] = _unsound(analysed)
    at_fault, behind = bad
    if not at_fault and not behind:
        return True
    if target.part is None:
        return target.quantity in _GIVEN
    rows = rows_of(target.part)
    if any(row.name in behind for row in rows):
        return False
    if not any(row.name in at_fault for row in rows):
        return True
    arrives = target.argument or target.quantity in _ARRIVING
    return arrives and isinstance(target.part, Row)


def _unsound(analysed: Analysed) -> tuple[set[str], set[str]]:
    """The layers that do not fit what they rightly receive, and all that come behind them."""
    named = {each.layer for each in misfits(analysed) if each.layer is not None}
    at_fault: set[str] = set()
    behind: set[str] = set()
    for row in analysed.report.rows:
        sources = {re.sub(r":\d+$", "", name) if name not in analysed.rows else name
                   for name in row.inputs}  # fmt: skip
        if sources & (at_fault | behind):
            behind.add(row.name)
        elif row.name in named:
            at_fault.add(row.name)
    return at_fault, behind
