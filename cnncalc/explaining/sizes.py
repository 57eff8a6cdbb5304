"""Output sizes, axis by axis: the op's size formula, the numbers, what the floor cuts off."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ..formula import Formula, value_of
from ..graph import Layer
from ..ops import CATALOGUE, Op
from ..ops.reshape import resolve
from ..ops.window import SlidingWindow
from ..shape import Size
from ..words import Math, Phrase, phrase
from .explanation import Section, Step
from .scene import Applied, Scene, figure

_AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
#: With different padding before and after, as padding="same" may have it.
UNEVEN = Formula("(i + p1 + p2 - d*(k - 1) - 1) // s + 1")
_PADDED = Formula("i + p1 + p2")


def section(scene: Scene, layer: Layer) -> Section:
    """How the output's size comes about."""
    applied = scene.applied(layer)
    if layer.name in scene.errors:
        return Section("size", notes=(phrase("size.misfit", shape=applied.output),))
    if not applied.inputs:
        return Section("size", notes=(phrase("size.given", shape=applied.output),), plain=True)
    for names, explain in _KINDS:
        if any(base.__name__ in names for base in type(applied.op).__mro__):
            return explain(applied)
    return _by_rule(applied)


def _by_rule(applied: Applied) -> Section:
    """What no formula says: the shapes that go in and come out."""
    shape, output = applied.inputs[0], applied.output
    outputs = applied.op.outputs(applied.inputs) if len(applied.inputs) == 1 else (output,)
    if len(applied.inputs) == 1 and all(each == shape for each in outputs):
        note = phrase("size.same", shape=output)
        return Section("size", notes=(note,), plain=True)
    ins, outs = list(applied.inputs), list(outputs)
    return Section("size", notes=(phrase("size.rule", inputs=ins, outputs=outs),))


def _windowed(applied: Applied) -> Section:
    """An op with a size formula, for each of its axes; equal axes together."""
    op, rank = applied.op, applied.op.rank
    groups: dict[tuple[Any, ...], list[int]] = {}
    for axis in range(rank):
        size, result = applied.inputs[0][axis - rank], applied.output[axis - rank]
        values = axis_values(op, axis, size)
        groups.setdefault((*values.items(), result), []).append(axis)
    steps = [step for axes in groups.values() for step in _axis_steps(applied, axes)]
    return Section("size", tuple(steps), notes=_channels(applied))


def axis_values(op: Op, axis: int, size: Size) -> dict[str, Any]:
    """The symbols of the size formula along one axis."""
    values: dict[str, Any] = {"i": size}
    for argument in op.arguments:
        value = getattr(op, argument.name)
        if argument.symbol and isinstance(value, tuple):
            values[argument.symbol] = value[axis if len(value) > 1 else 0]
        elif argument.symbol:
            values[argument.symbol] = value
    if isinstance(op, SlidingWindow):
        values["p1"], values["p2"] = op.pads(axis)
        values["p"] = values["p1"]
        values["d"] = op.dilation_of(axis)
    return values


def _axis_steps(applied: Applied, axes: list[int]) -> list[Step]:
    op, axis = applied.op, axes[0]
    size, result = applied.inputs[0][axis - op.rank], applied.output[axis - op.rank]
    values = axis_values(op, axis, size)
    formula = op.out_size
    assert formula is not None
    if values.get("o", 0) is None:
        return [Step("size", _axis_name(op, axes), (), result, notes=(phrase("size.kept"),))]
    notes: list[Phrase] = []
    if values.get("p1") != values.get("p2"):
        formula = UNEVEN
        total = values["p1"] + values["p2"]
        notes.append(phrase("size.uneven", total=total, before=values["p1"], after=values["p2"]))
    elif getattr(op, "padding", None) == "same":
        notes.append(phrase("size.uneven", total=2 * values["p"], before=values["p"],
                            after=values["p"]))  # fmt: skip
    if getattr(op, "ceil_mode", False):
        return _rounded_up(applied, axes, formula, values, notes)
    if size is not None:
        notes += _cut(op, formula, values)
    name = _axis_name(op, axes)
    return [figure("size", name, op, formula, values, {}, result, notes=tuple(notes))]


def _axis_name(op: Op, axes: list[int]) -> Phrase:
    names = [phrase(f"axis.{_AXES[op.rank][axis]}") for axis in axes]
    return phrase("size.name", axes=names)


def _rounded_up(
    applied: Applied, axes: list[int], formula: Formula, values: dict[str, Any], notes: list[Phrase]
) -> list[Step]:
    """ceil_mode: the division rounded up, and one less where the last window starts too late."""
    op, name = applied.op, _axis_name(applied.op, axes)
    up = formula.rounded_up()
    windows = up.evaluate(values)
    result = applied.output[axes[0] - op.rank]
    notes.append(phrase("size.ceil"))
    if windows is None or windows == result:
        return [figure("size", name, op, up, values, {}, result, notes=tuple(notes))]
    count = figure("windows", phrase("size.windows"), op, up, values, {}, windows,
                   notes=tuple(notes))  # fmt: skip
    start, end = (windows - 1) * values["s"], values["i"] + values.get("p", 0)
    late = phrase("size.ceil.late", start=start, end=end, up=windows, result=result)
    lines = (f"{windows} - 1",) if result == windows - 1 else ()
    return [count, Step("size", name, lines, result, notes=(late,))]


def _cut(op: Op, formula: Formula, values: dict[str, Any]) -> list[Phrase]:
    """What the floor of a sliding window leaves over."""
    if not isinstance(op, SlidingWindow | CATALOGUE["Unfold"]):
        return []
    division = next(
        node
        for node in ast.walk(formula.filled(values).tree)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv)
    )
    above, stride = value_of(division.left), values["s"]
    whole, rest = divmod(above, stride)
    if not rest or above < 0:
        return []
    equation = Math(f"{stride}*{whole} + {rest}")
    notes = [phrase("size.floor", above=above, equation=equation, rest=rest)]
    padding = values.get("p2", values.get("p", 0))
    if rest > padding:
        notes.append(phrase("size.floor.lost", lost=rest - padding))
    elif padding:
        notes.append(phrase("size.floor.padding"))
    return notes


def _channels(applied: Applied) -> tuple[Phrase, ...]:
    """What becomes of the channels, and the whole shape."""
    before = applied.inputs[0][-applied.op.rank - 1]
    after = applied.output[-applied.op.rank - 1]
    key = "size.channels.kept" if before == after and applied.op.params.text == "0" else None
    key = key or "size.channels.made"
    return (phrase(key, channels=after), phrase("size.shape", shape=applied.output))


def _unfold(applied: Applied) -> Section:
    """Sliding patches: the windows along each axis, and how many columns they make."""
    op = applied.op
    assert op.out_size is not None
    grid = []
    steps = []
    for axis in range(op.rank):
        values = axis_values(op, axis, applied.inputs[0][2 + axis])
        count = op.out_size.evaluate(values)
        grid.append(count)
        notes = tuple(_cut(op, op.out_size, values)) if count is not None else ()
        name = _axis_name(op, [axis])
        # The positions along an axis are no size of the output: the report knows their product.
        steps.append(figure("windows", name, op, op.out_size, values, {}, count, notes=notes))
    columns, rows = applied.output[2], applied.output[1]
    known = None not in (columns, rows)
    lines = ("*".join(map(str, grid)),) if known else ()
    steps.append(Step("size", phrase("size.columns"), lines, columns))
    rows_line = "*".join(map(str, (applied.inputs[0][1], *op.kernel_size)))  # type: ignore[attr-defined]
    steps.append(Step("size", phrase("size.rows"), (rows_line,) if known else (), rows))
    return Section("size", tuple(steps), notes=(phrase("size.shape", shape=applied.output),))


def _upsample(applied: Applied) -> Section:
    op = applied.op
    if op.size is not None:  # type: ignore[attr-defined]
        return Section("size", notes=(phrase("size.asked", shape=applied.output[2:]),))
    rank = len(applied.output) - 2
    if rank not in _AXES:
        return _by_rule(applied)
    assert op.out_size is not None
    groups: dict[tuple[Any, ...], list[str]] = {}
    for axis, axis_name in enumerate(_AXES[rank]):
        size, result = applied.inputs[0][axis + 2], applied.output[axis + 2]
        scale = axis_values(op, axis, size)["scale_factor"]
        groups.setdefault((size, scale, result), []).append(axis_name)
    steps = []
    for (size, scale, result), names in groups.items():
        values = {"i": size, "scale_factor": scale}
        name = phrase("size.name", axes=[phrase(f"axis.{each}") for each in names])
        steps.append(figure("size", name, op, op.out_size, values, {}, result))
    return Section("size", tuple(steps), notes=(phrase("size.shape", shape=applied.output),))


def _padded(applied: Applied) -> Section:
    """Padding as an op of its own: what each dim gets before and after."""
    op, shape = applied.op, applied.inputs[0]
    pairs = zip(op.padding[::2], op.padding[1::2], strict=True)  # type: ignore[attr-defined]
    steps = []
    for index, (before, after) in enumerate(pairs):
        dim = len(shape) - 1 - index
        values = {"i": shape[dim], "p1": before, "p2": after}
        name = phrase("size.dim", dim=dim)
        steps.append(figure("size", name, op, _PADDED, values, {}, applied.output[dim]))
    return Section("size", tuple(steps), notes=(phrase("size.shape", shape=applied.output),))


def _shuffled(applied: Applied) -> Section:
    up = type(applied.op).__name__ == "PixelShuffle"
    ratio = applied.op.upscale_factor if up else applied.op.downscale_factor  # type: ignore[attr-defined]
    position, channel = ("i*r", "c_in // (r*r)") if up else ("i // r", "c_in*r*r")
    steps = []
    for dim, text in ((-3, channel), (-2, position), (-1, position)):
        size = applied.inputs[0][dim]
        values = {"c_in": size, "i": size, "r": ratio}
        name = phrase("size.dim", dim=len(applied.output) + dim)
        steps.append(
            figure("size", name, applied.op, Formula(text), values, {}, applied.output[dim])
        )
    return Section("size", tuple(steps), notes=(phrase("size.shape", shape=applied.output),))


def _flattened(applied: Applied) -> Section:
    """Dims merged into one: their product."""
    op, shape = applied.op, applied.inputs[0]
    first = resolve(op.start_dim, len(shape))  # type: ignore[attr-defined]
    last = resolve(op.end_dim, len(shape))  # type: ignore[attr-defined]
    if first is None or last is None or None in shape[first : last + 1]:
        return _by_rule(applied)
    sizes = shape[first : last + 1]
    lines = ("*".join(map(str, sizes)),) if len(sizes) > 1 else ()
    step = Step("size", phrase("size.features"), lines, applied.output[first])
    return Section("size", (step,), notes=(phrase("size.shape", shape=applied.output),))


def _concatenated(applied: Applied) -> Section:
    """Sizes added up along one dim."""
    dim = resolve(applied.op.dim, len(applied.output))  # type: ignore[attr-defined]
    sizes = [shape[dim] for shape in applied.inputs if shape != (0,)] if dim is not None else []
    if dim is None or None in sizes or not sizes:
        return _by_rule(applied)
    lines = (" + ".join(map(str, sizes)),) if len(sizes) > 1 else ()
    step = Step("size", phrase("size.dim", dim=dim), lines, applied.output[dim])
    return Section("size", (step,), notes=(phrase("size.shape", shape=applied.output),))


def _linear(applied: Applied) -> Section:
    before, after = applied.inputs[0][-1], applied.output[-1]
    note = phrase("size.linear", before=before, after=after)
    return Section("size", notes=(note, phrase("size.shape", shape=applied.output)))


def _pooled(applied: Applied) -> Section:
    return Section("size", notes=(phrase("size.global", shape=applied.output),))


_KINDS: tuple[tuple[frozenset[str], Callable[[Applied], Section]], ...] = (
    (frozenset({"SlidingWindow", "_ConvTranspose", "_Adaptive"}), _windowed),
    (frozenset({"Unfold"}), _unfold),
    (frozenset({"Upsample"}), _upsample),
    (frozenset({"_Pad"}), _padded),
    (frozenset({"PixelShuffle", "PixelUnshuffle"}), _shuffled),
    (frozenset({"Flatten"}), _flattened),
    (frozenset({"Cat"}), _concatenated),
    (frozenset({"Linear"}), _linear),
    (frozenset({"_Global"}), _pooled),
)
