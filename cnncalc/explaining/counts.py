"""Parameters, buffers and MACs: the op's formulas, and the tensors that a layer holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..formula import Formula
from ..graph import Layer
from ..shape import Shape, Size, product
from ..words import Code, Phrase, phrase
from .explanation import Section, Step, Table
from .scene import Scene, factors, figure

FLOPS = Formula("2*macs")


def params(scene: Scene, layer: Layer) -> Section:
    """The parameters: weights and bias, each tensor once."""
    row = scene.row(layer)
    if row.params is None:
        return Section("params", notes=(scene.missing(layer),))
    if layer.traced is not None:
        return _traced(scene, layer)
    if row.shared:
        return _shared(scene, layer)
    op, values = row.op, scene.values(layer)
    held = list(op.tensors())
    if not row.params and not row.buffers:
        key = "params.weights" if type(op).__name__ == "Functional" else "params.none"
        return Section("params", notes=(phrase(key),), plain=True)
    steps = []
    if row.params and values is not None:
        sizes = factors(scene.applied(layer))
        steps.append(figure("params", phrase("params.name"), op, op.params, values, sizes,
                            row.params))  # fmt: skip
    if row.buffers and values is not None:
        sizes = factors(scene.applied(layer))
        name = phrase("buffers.name")
        steps.append(figure("buffers", name, op, op.buffers, values, sizes, row.buffers))
    notes = (phrase("params.batch"),) if row.params else ()
    return Section("params", tuple(steps), _tensor_table(held), notes)


def _tensor_table(held: Sequence[Any]) -> tuple[Table, ...]:
    """The tensors by name, with what each holds."""
    if not held or any(None in tensor.shape for tensor in held):
        return ()
    rows = tuple(
        (
            Code(tensor.name) if tensor.name else None,
            phrase("held.buffer" if tensor.buffer else "held.parameter"),
            tuple(tensor.shape),
            product(tensor.shape),
        )
        for tensor in held
    )
    return (_held(rows),)


def _held(rows: tuple[tuple[Any, ...], ...]) -> Table:
    columns = ("column.tensor", "column.kind", "column.shape", "column.count")
    return Table(tuple(phrase(key) for key in columns), rows, phrase("held.caption"))


def _shared(scene: Scene, layer: Layer) -> Section:
    """Parameters that an earlier layer has: they count there, and here as nothing."""
    owner = scene.owners[layer.module]
    first = scene.rows[owner]
    if not first.params and not first.buffers:
        return Section("params", notes=(phrase("params.none"),), plain=True)
    note = phrase("params.shared", owner=Code(owner), params=first.params)
    return Section("params", (Step("params", phrase("params.name"), (), 0),), notes=(note,))


def _traced(scene: Scene, layer: Layer) -> Section:
    """The tensors that the model's code showed, those of earlier layers left out."""
    assert layer.traced is not None
    row = scene.row(layer)
    counted: dict[str, str] = {}
    for each in scene.graph.layers:
        if each.name == layer.name:
            break
        for weight in each.traced.weights if each.traced is not None else ():
            counted.setdefault(weight.name, each.name)
    notes: list[Phrase] = []
    own = []
    for weight in layer.traced.weights:
        if weight.name in counted:
            earlier = Code(counted[weight.name])
            notes.append(phrase("params.tensor.shared", tensor=Code(weight.name), owner=earlier))
        else:
            own.append(weight)
    if not layer.traced.weights:
        return Section("params", notes=(phrase("params.none"),), plain=True)
    if row.trainable != row.params:
        notes.append(phrase("params.frozen", trainable=row.trainable))
    steps = tuple(
        _figured(scene, layer, own, kind) for kind in ("params", "buffers") if getattr(row, kind)
    )
    if row.params:
        notes.append(phrase("params.batch"))
    return Section("params", steps, _tensor_table(own), tuple(notes))


def _figured(scene: Scene, layer: Layer, own: Sequence[Any], kind: str) -> Step:
    """`params` or `buffers` by the op's formula where its tensors are the layer's, else summed."""
    row, values, buffer = scene.row(layer), scene.values(layer), kind == "buffers"
    name, result = phrase(f"{kind}.name"), getattr(row, kind)
    if values is not None and _shapes(own, buffer) == _shapes(row.op.tensors(), buffer):
        formula, sizes = getattr(row.op, kind), factors(scene.applied(layer))
        step = figure(kind, name, row.op, formula, values, sizes, result)
        if step.lines:
            return step
    return Step(kind, name, _sum(own, buffer), result)


def _shapes(tensors: Sequence[Any], buffer: bool) -> Counter[tuple[Size, ...]]:
    """How often each shape is there, among parameters or among buffers."""
    return Counter(tuple(each.shape) for each in tensors if each.buffer == buffer)


def _sum(weights: Sequence[Any], buffer: bool) -> tuple[str, ...]:
    """`64*3*7*7 + 64`, and the same worked out."""
    shapes = [weight.shape for weight in weights if weight.buffer == buffer]
    products = ["*".join(map(str, shape)) or "1" for shape in shapes]
    counts = [str(product(shape)) for shape in shapes]
    lines = [" + ".join(products), " + ".join(counts)]
    kept = [line for at, line in enumerate(lines) if line not in lines[:at]]
    total = str(sum(map(int, counts)))
    return tuple(line for line in kept if line != total)


def macs(scene: Scene, layer: Layer) -> Section:
    """Multiply-accumulates, and FLOPs as twice as many."""
    row, values = scene.row(layer), scene.values(layer)
    if row.macs is None or values is None:
        return Section("macs", notes=(scene.missing(layer),))
    op = row.op
    if not row.macs:
        return Section("macs", notes=(phrase("macs.none"),), plain=True)
    applied = scene.applied(layer)
    sizes = factors(applied)
    notes = []
    if applied.op.rank and "O" in op.macs.symbols and applied.output[-applied.op.rank :]:
        notes.append(phrase("macs.each", count=_per_position(row.macs, applied.output)))
    main = figure("macs", phrase("macs.name"), op, op.macs, values, sizes, row.macs)
    flops = Step("flops", phrase("flops.name"), (FLOPS.text, f"2*{row.macs}"), row.flops)
    return Section("macs", (main, flops), notes=tuple(notes))


def _per_position(count: int, output: Shape) -> Size:
    """The MACs of one output value: of one kernel on one window."""
    values = product(output)
    return None if not values else count // values


#: A sum of more terms than this has a table in its place.
_MOST_TERMS = 12


def overall(scene: Scene, what: str) -> Section:
    """The sum over the layers of the network: `params` or `macs`."""
    totals = scene.report.totals
    rows = [(row.name, getattr(row, what)) for row in scene.report.rows]
    missing = [Code(name) for name, count in rows if count is None]
    counted = [(name, count) for name, count in rows if count]
    few = len(counted) <= _MOST_TERMS
    lines = (" + ".join(str(count) for _, count in counted),) if few and len(counted) > 1 else ()
    total = getattr(totals, what)
    notes = []
    if missing:
        notes.append(phrase("sum.missing", layers=missing[:8], count=len(missing)))
    steps = [Step(what, phrase(f"{what}.total"), lines, total, notes=tuple(notes))]
    if what == "macs":
        line = (FLOPS.text, f"2*{totals.macs}")
        steps.append(Step("flops", phrase("flops.total"), line, totals.flops))
    tables = () if few else (_sums(counted),)
    return Section(what, tuple(steps), tables)


def _sums(counted: list[tuple[str, int]]) -> Table:
    """The layers that count, with the running sum."""
    rows, total = [], 0
    for name, count in counted:
        total += count
        rows.append((Code(name), count, total))
    columns = ("column.layer", "column.count", "column.sum")
    return Table(tuple(phrase(key) for key in columns), tuple(rows))
