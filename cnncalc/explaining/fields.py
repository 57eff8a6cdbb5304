"""Receptive fields: the recurrence step by step, what paths that meet see, and where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..field import AxisField
from ..formula import Formula
from ..graph import Layer
from ..ops.window import Windowed
from ..receptive import Field
from ..report import Row
from ..words import Code, Math, Phrase, phrase
from .explanation import Section, Step, Symbol, Table
from .paths import Meeting, Stage, stages, window_of
from .scene import Scene, worked

#: The recurrence (its source is in docs/fields.md).
REACH = Formula("d*(k - 1) + 1")
SIZE = Formula("r + (k_eff - 1)*j")
JUMP = Formula("j*s")
START = Formula("start - p*j")

_AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
_COLUMNS = ("layer", "k", "d", "k_eff", "s", "p", "jump", "field", "start")


def section(scene: Scene, layer: Layer, tables: bool) -> Section:
    """The field of a layer; with `tables` the recurrence from the input on."""
    row = scene.row(layer)
    if any(seen.field.unknown for seen in row.view):
        return Section("field", notes=(phrase("field.unknown"),))
    if not row.fields:
        return _without_positions(row)
    steps: list[Step] = []
    found: list[Table] = []
    notes: list[Phrase] = []
    moved = False
    for source, field in row.fields.items():
        several = len(row.fields) > 1
        for axes, path in _paths(scene, layer, source, field, tables):
            own = [stage for stage in path if stage.layer is layer]
            moved = moved or any(stage.before is not stage.after for stage in own)
            of = _of(source if several else None, axes, len(field.axes))
            for stage in own:
                steps += _steps(stage, of)
            if tables:
                found += _table(path, of)
            notes += [note for stage in (path if tables else own) for note in _said(stage)]
        notes += _results(field, source if several else None)
    unique = tuple(dict.fromkeys(notes))
    brief = (
        unique if row.whole else (phrase("field.same", size=next(iter(row.fields.values())).size),)
    )
    plain = not (moved or tables)
    return Section("field", tuple(steps), tuple(found), unique, plain=plain, brief=brief)


def _without_positions(row: Row) -> Section:
    """A layer without positions: after flattening, or on features alone."""
    key = "field.whole" if row.whole else "field.none"
    return Section("field", notes=(phrase(key),), plain=not row.whole)


def _paths(
    scene: Scene, layer: Layer, source: str, field: Field, all: bool
) -> list[tuple[list[int], list[Stage]]]:
    """The stages along each axis; axes that go the same way together."""
    groups: dict[tuple[Any, ...], tuple[list[int], list[Stage]]] = {}
    for axis in range(len(field.axes)):
        path = stages(scene, layer, source, axis, all)
        key = tuple(_look(stage) for stage in path)
        groups.setdefault(key, ([], path))[0].append(axis)
    return list(groups.values())


def _look(stage: Stage) -> tuple[Any, ...]:
    """What a stage shows: equal looks make one table for several axes."""
    after = stage.after
    return (stage.layer.name, stage.map, after.phases, after.step, after.whole, after.size)


def _of(source: str | None, axes: list[int], rank: int) -> Phrase:
    """`along height and width`, `along width of the input left`."""
    named = rank in _AXES
    names = [phrase(f"axis.{_AXES[rank][axis]}") if named else axis for axis in axes]
    if source is None:
        return phrase("field.along", axes=names)
    return phrase("field.along.input", axes=names, input=Code(source))


def _steps(stage: Stage, of: Phrase) -> list[Step]:
    """The recurrence at one layer, with its numbers."""
    if stage.map is None or not stage.regular:
        return []
    kernel, stride, padding, dilation = window_of(stage.map)
    before, after = stage.before, stage.after
    reach = dilation * (kernel - 1) + 1
    values = {
        "k": kernel, "s": stride, "p": padding, "d": dilation, "k_eff": reach,
        "r": before.textbook_size, "j": before.step, "start": before.start,
    }  # fmt: skip
    wanted = [
        ("field.size", "field.step.size", SIZE, after.textbook_size),
        ("field.stride", "field.step.jump", JUMP, after.step),
        ("field.start", "field.step.start", START, after.start),
    ]
    if dilation > 1:
        wanted.insert(0, ("field.reach", "field.step.reach", REACH, reach))
    steps = []
    for figure, key, formula, result in wanted:
        lines, _ = worked(formula, values, {})
        meanings = tuple(
            Symbol(name, phrase(f"field.symbol.{name}"), values[name])
            for name in sorted(formula.symbols, key=formula.text.find)
        )
        steps.append(Step(figure, phrase(key, along=of), lines, result, meanings))
    return steps


def _said(stage: Stage) -> list[Phrase]:
    """What has to be said of a stage in words."""
    name = Code(stage.layer.name)
    if stage.meeting is not None:
        return _decided(name, stage.meeting, stage.after)
    if stage.before is stage.after or stage.regular:
        return []
    rule, after = stage.after.rule, stage.after
    if rule == "whole":
        key = "field.gate" if after.phases is not None else "field.mixed"
        return [phrase(key, layer=name, size=after.extent)]
    if rule == "prefix":
        return [phrase("field.prefix", layer=name)]
    reads = "field.irregular.window" if _was_regular(stage.before) else "field.irregular.before"
    key = reads if stage.map is not None else "field.irregular.parts"
    notes = [phrase(key, layer=name, type=Code(stage.layer.op.type))]
    if after.phases is not None and len(after.phases) > 1:
        notes.append(
            phrase("field.period", layer=name, period=len(after.phases), step=after.step,
                   size=after.textbook_size, jump=after.stride)
        )  # fmt: skip
    elif after.phases is None and not after.whole:
        notes.append(phrase("field.listed", layer=name))
    return notes


def _was_regular(field: AxisField) -> bool:
    return field.phases is not None and len(field.phases) == 1


def _decided(name: Code, meeting: Meeting, after: AxisField) -> list[Phrase]:
    """Which of the paths that meet decides, and why."""
    notes = []
    shown = []
    for path, field in meeting.paths:
        if field.phases is not None and len(field.phases) == 1 and field.phases[0]:
            lo, hi = field.phases[0]
            shown.append(phrase("field.path", path=Code(path), first=lo, last=hi,
                                size=hi - lo + 1))  # fmt: skip
    if meeting.gates:
        notes.append(phrase("field.gated", layer=name, gates=[Code(g) for g in meeting.gates]))
    if len(shown) < 2 or after.phases is None or after.phases[0] is None:
        if not meeting.gates:
            notes.append(phrase("field.hull", layer=name))
        return notes
    lo, hi = after.phases[0]
    said: dict[str, Any] = {"layer": name, "paths": shown, "first": lo, "last": hi}
    said["size"] = after.textbook_size
    if all(field.phases == after.phases for _, field in meeting.paths if field.phases):
        names = [Code(path) for path, field in meeting.paths if field.phases]
        notes.append(phrase("field.merge.same", **{**said, "paths": names}))
    elif meeting.decides is None:
        notes.append(phrase("field.merge.both", **said))
    else:
        winner = Code(meeting.paths[meeting.decides][0])
        notes.append(phrase("field.merge.one", winner=winner, **said))
    return notes


def _table(path: Sequence[Stage], of: Phrase) -> list[Table]:
    """The recurrence as a table, from the input on."""
    if not path:
        return []
    first = path[0].before
    start: tuple[Any, ...] = (phrase("field.table.input"), *(None,) * 5)
    rows = [(*start, first.step, first.textbook_size, first.start)]
    for stage in path:
        cells = _cells(stage)
        if cells is not None:
            rows.append(cells)
    columns = tuple(phrase(f"column.{name}") for name in _COLUMNS)
    return [Table(columns, tuple(rows), phrase("field.table", along=of))]


def _cells(stage: Stage) -> tuple[Any, ...] | None:
    """A row of the table; None for layers that only pass the field on."""
    after = stage.after
    seen = after.extent if after.whole and after.phases is None else after.textbook_size
    name = Code(stage.layer.name)
    if stage.meeting is not None or stage.before is stage.after:
        op = stage.layer.op
        window = isinstance(op, Windowed) and hasattr(op, "kernel_size")
        if stage.meeting is None and not window:
            return None
        numbers = (1, 1, 1, 1, 0) if stage.meeting is None else (None,) * 5
        return (name, *numbers, after.stride, seen, after.start)
    if stage.map is not None and len(stage.map.taps) == 1 and stage.map.taps[0]:
        kernel, stride, padding, dilation = window_of(stage.map)
        numbers = (kernel, dilation, dilation * (kernel - 1) + 1, stride, padding)
        return (name, *numbers, after.stride, seen, after.start)
    return (name, *(None,) * 5, after.stride, seen, after.start)


def _results(field: Field, source: str | None) -> list[Phrase]:
    """The figures of the report, and which positions an output position sees."""
    if field.whole and field.local is None:
        return [phrase("field.whole")]
    notes = []
    if field.whole:
        notes.append(phrase("field.whole.local", size=field.local))
    size = field.local or field.size
    affine = all(axis.phases is not None and len(axis.phases) == 1 for axis in field.axes)
    known = affine and None not in field.start
    notes.append(phrase("field.result", size=size, stride=_listed(field.stride),
                        start=_listed(field.start)))  # fmt: skip
    if known and len(set(zip(size, field.stride, field.start, strict=True))) == 1:
        notes.append(_position(size[0], field.stride[0], field.start[0]))
    return notes


def _listed(values: Sequence[Any]) -> Any:
    """One value where all axes have the same, else all of them."""
    return values[0] if len(set(values)) == 1 else list(values)


def _position(size: Any, stride: Any, start: Any) -> Phrase:
    """Position j sees [start + j*jump, start + j*jump + r - 1]."""
    last = start + size - 1
    return phrase(
        "field.position", first=Math(_plus(stride, start)), last=Math(_plus(stride, last)),
        here=start, there=last,
    )  # fmt: skip


def _plus(stride: Any, offset: int) -> str:
    sign = "+" if offset >= 0 else "-"
    times = "j" if stride == 1 else f"{stride}*j"
    return times if not offset else f"{times} {sign} {abs(offset)}"


def overall(scene: Scene) -> Section:
    """The recurrence as a table, up to the last layer that has positions with a field."""
    for layer in reversed(scene.graph.layers):
        row = scene.row(layer)
        field = row.field
        if field is None or (field.whole and field.local is None):
            continue
        if any(seen.field.unknown for seen in row.view):
            continue
        own = section(scene, layer, tables=True)
        note = phrase("field.last", layer=Code(layer.name))
        return own._replace(steps=(), notes=(note, *own.notes), plain=False)
    return Section("field", notes=(phrase("field.nowhere"),))
