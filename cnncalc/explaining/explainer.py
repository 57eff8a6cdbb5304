"""Scene -> Explanation: which layers and quantities, and the sections for each."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from ..errors import InputError, NameNotFoundError
from ..graph import Layer
from ..ops import Op
from ..report import Block, Row
from . import backward, counts, fields, memory, sizes
from .explanation import QUANTITIES, USUAL, Explanation, Part, Rule, Section
from .scene import Scene


def explain_report(
    scene: Scene, layers: Sequence[str] = (), what: Sequence[str] = ()
) -> Explanation:
    """The explanation of some layers, or of all with the sums of the network.

    Raises `NameNotFoundError` for a layer or a quantity that there is not, and `InputError`
    where several layers go by a name.
    """
    wanted = quantities(what)
    chosen = _layers(scene, layers)
    parts = tuple(_part(scene, layer, wanted, bool(layers)) for layer in chosen)
    sections = () if layers else _overall(scene, wanted)
    report = scene.report
    return Explanation(
        report.model, report.note, report.inputs, report.dtype, report.status, parts, sections
    )


def quantities(what: Sequence[str]) -> tuple[str, ...]:
    """The quantities named, in their usual order. Raises `NameNotFoundError`."""
    if isinstance(what, str):
        raise InputError(f"what: expected a list such as ['size'], received {what!r}")
    for name in what:
        if name not in QUANTITIES:
            hint = f"quantities are {', '.join(QUANTITIES)}"
            raise NameNotFoundError("quantity", str(name), QUANTITIES, help=hint)
    return tuple(name for name in QUANTITIES if name in what) or USUAL


def _layers(scene: Scene, names: Sequence[str]) -> list[Layer]:
    """The layers named, or those in modules of that name, in execution order."""
    if not names:
        return list(scene.graph.layers)
    if isinstance(names, str):
        raise InputError(f"layers: expected a list of names, received {names!r}")
    wanted: set[str] = set()
    for name in names:
        found = _named(scene, name)
        wanted |= {row.name for row in found.rows} if isinstance(found, Block) else {found.name}
    return [layer for layer in scene.graph.layers if layer.name in wanted]


def _named(scene: Scene, name: str) -> Row | Block:
    """The layer or module of that name, or the one that homework calls so: `conv1`, `fc2`."""
    if name in scene.report:
        return scene.report[name]
    from ..grading.models import Analysed, Budget
    from ..grading.names import layer

    return layer(name, Analysed(scene.graph, scene.inputs, scene.report.dtype, Budget(0)))


def _part(scene: Scene, layer: Layer, what: tuple[str, ...], alone: bool) -> Part:
    row = scene.row(layer)
    inputs = tuple(
        (str(ref), shape) for ref, shape in zip(layer.inputs, scene.received(layer), strict=True)
    )
    sections = tuple(_section(scene, layer, name, alone) for name in what)
    trouble = scene.errors.get(layer.name, ())
    return Part(
        layer.name, row.op.short(), rule_of(row.op), inputs, row.output_shapes, sections, trouble
    )


def rule_of(op: Op) -> Rule:
    """What an op does; of a function with computed weights what its inner op does."""
    inner = op.op if type(op).__name__ == "Functional" else op  # type: ignore[attr-defined]
    line = (inspect.getdoc(type(inner)) or "").split("\n")[0]
    return Rule(type(inner).__name__, line, op.field_rule)


def _section(scene: Scene, layer: Layer, what: str, alone: bool) -> Section:
    if what == "size":
        return sizes.section(scene, layer)
    if what == "params":
        return counts.params(scene, layer)
    if what == "macs":
        return counts.macs(scene, layer)
    if what == "field":
        return fields.section(scene, layer, tables=alone)
    if what == "memory":
        return memory.section(scene, layer)
    return backward.section(scene, layer)


def _overall(scene: Scene, what: tuple[str, ...]) -> tuple[Section, ...]:
    """The sections about the whole network; sizes have none."""
    found = []
    if "params" in what:
        found.append(counts.overall(scene, "params"))
    if "macs" in what:
        found.append(counts.overall(scene, "macs"))
    if "field" in what:
        found.append(fields.overall(scene))
    if "memory" in what:
        found.append(memory.overall(scene))
    if "backward" in what:
        found.append(backward.overall(scene))
    return tuple(found)
