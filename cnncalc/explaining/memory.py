"""Memory: what each layer newly takes, the sum, the peak, and a training step."""

from __future__ import annotations

from typing import Any

from ..analysis import OPTIMIZER_STATES
from ..finding import Status
from ..formula import Formula
from ..graph import Layer
from ..ledger import Ledger
from ..shape import product
from ..words import Code, Phrase, phrase
from .explanation import Section, Step, Symbol, Table
from .scene import Scene

#: Both texts also stand in docs/counting.md, in words.
TRAINING = Formula("2*forward + (2 + states)*parameters")
#: A sum of more terms than this is a table.
_MOST_TERMS = 12


def section(scene: Scene, layer: Layer) -> Section:
    """The bytes of a layer's outputs."""
    row = scene.row(layer)
    if row.output_bytes is None:
        return Section("memory", notes=(scene.missing(layer),))
    if not row.output_bytes:
        return Section("memory", notes=(_why_nothing(scene, layer),), plain=True)
    terms = _terms(scene, layer)
    lines: tuple[str, ...] = ()
    if sum((product(shape) or 0) * width for shape, width in terms) == row.output_bytes:
        factors = ["*".join(map(str, (*shape, width))) for shape, width in terms]
        counts = [str((product(shape) or 0) * width) for shape, width in terms]
        texts = [" + ".join(factors), " + ".join(counts)]
        lines = tuple(line for line in texts if line != str(row.output_bytes))
    note = phrase("memory.bytes", width=terms[0][1], dtype=_dtype(scene, layer))
    step = Step("output_bytes", phrase("memory.name"), lines, row.output_bytes, notes=(note,),
                unit=phrase("unit.bytes"))  # fmt: skip
    brief = phrase("memory.brief", bytes=row.output_bytes)
    return Section("memory", (step,), plain=True, brief=(brief,))


def _terms(scene: Scene, layer: Layer) -> list[tuple[tuple[Any, ...], int]]:
    """Per output its shape and the bytes of one element."""
    ledger, shapes = Ledger(_asked(scene)), scene.row(layer).output_shapes
    if layer.traced is not None and layer.traced.shapes == shapes[: len(layer.traced.shapes)]:
        widths = [ledger.width(dtype) for dtype in layer.traced.dtypes]
        return list(zip(layer.traced.shapes, widths, strict=True))
    return [(shape, ledger.width("float32")) for shape in shapes]


def _asked(scene: Scene) -> str | None:
    """The dtype that was asked for; None where each tensor has its own."""
    return None if scene.report.dtype == scene.graph.dtype else scene.report.dtype


def _dtype(scene: Scene, layer: Layer) -> Code:
    traced = layer.traced
    if traced is not None and traced.dtypes and _asked(scene) is None:
        return Code(traced.dtypes[0])
    return Code(scene.report.dtype if traced is not None or _asked(scene) else "float32")


def _why_nothing(scene: Scene, layer: Layer) -> Phrase:
    if scene.row(layer).op.held:
        return phrase("memory.held")
    at = scene.slots[layer.name]
    home = scene.graph.storage[at]
    if home == at:
        return phrase("memory.empty")
    names = list(scene.slots)
    return phrase("memory.view", home=Code(names[home]))


def overall(scene: Scene) -> Section:
    """The sums of the report, and what is alive at the peak."""
    report, totals = scene.report, scene.report.totals
    if report.status is not Status.COMPLETE:
        return Section("memory", notes=(phrase("memory.partial"),))
    taken = [(row.name, row.output_bytes) for row in report.rows if row.output_bytes]
    few = 1 < len(taken) <= _MOST_TERMS
    lines = (" + ".join(str(size) for _, size in taken),) if few else ()
    bytes_ = phrase("unit.bytes")
    forward_note = phrase("memory.forward.layers", count=len(taken))
    steps = [
        _parameters(scene, bytes_),
        Step("input_bytes", phrase("memory.input"), _inputs(scene), totals.input_bytes,
             unit=bytes_),
        Step("forward_bytes", phrase("memory.forward"), lines, totals.forward_bytes,
             notes=(forward_note,), unit=bytes_),
        _peak(scene, bytes_),
    ]  # fmt: skip
    steps += [_training(scene, name, states, bytes_) for name, states in OPTIMIZER_STATES.items()]
    tables = () if few else (_table(scene),)
    return Section("memory", tuple(steps), tables, (phrase("memory.not"),))


def _parameters(scene: Scene, unit: Phrase) -> Step:
    totals = scene.report.totals
    width = Ledger(_asked(scene)).width("float32")
    lines: tuple[str, ...] = ()
    if totals.params * width == totals.param_bytes and totals.params:
        lines = (f"{totals.params}*{width}",)
    return Step("param_bytes", phrase("memory.params"), lines, totals.param_bytes, unit=unit)


def _inputs(scene: Scene) -> tuple[str, ...]:
    ledger = Ledger(_asked(scene))
    terms, total = [], 0
    for given in scene.graph.inputs:
        shape, width = scene.inputs[given.name], ledger.width(given.dtype)
        terms.append("*".join(map(str, (*shape, width))))
        total += (product(shape) or 0) * width
    return (" + ".join(terms),) if total == scene.report.totals.input_bytes and total else ()


def _table(scene: Scene) -> Table:
    """The layers that take memory, with the running sum."""
    rows, total = [], 0
    for row in scene.report.rows:
        if row.output_bytes:
            total += row.output_bytes
            rows.append((Code(row.name), row.output_shape, row.output_bytes, total))
    columns = ("column.layer", "column.shape", "column.bytes", "column.sum")
    return Table(tuple(phrase(key) for key in columns), tuple(rows), phrase("memory.table"))


def _peak(scene: Scene, unit: Phrase) -> Step:
    """The most that is alive at once: at which layer, and what."""
    report, graph = scene.report, scene.graph
    sizes = [row.output_bytes or 0 for row in report.rows]
    alive: list[int] = []
    peak, at_peak, where = -1, list[int](), 0
    for at, releases in enumerate(graph.releases):
        alive.append(at)
        now = sum(sizes[each] for each in alive)
        if now > peak:
            peak, at_peak, where = now, list(alive), at
        alive = [each for each in alive if each not in releases]
    held = [each for each in at_peak if sizes[each]]
    terms = [report.totals.input_bytes, *(sizes[each] for each in held)]
    lines = (" + ".join(map(str, terms)),) if 1 < len(terms) <= _MOST_TERMS else ()
    if sum(terms) != report.totals.peak_bytes:
        lines = ()
    notes: tuple[Phrase, ...] = ()
    if report.rows:
        shown = [Code(report.rows[each].name) for each in held[:_MOST_TERMS]]
        name = Code(report.rows[where].name)
        key = "memory.peak.at" if shown else "memory.peak.inputs"
        notes = (phrase(key, layer=name, alive=shown, count=len(held)),)
    return Step("peak_bytes", phrase("memory.peak"), lines, report.totals.peak_bytes,
                notes=notes, unit=unit)  # fmt: skip


def _training(scene: Scene, name: str, states: int, unit: Phrase) -> Step:
    totals = scene.report.totals
    values = {"forward": totals.forward_bytes, "parameters": totals.param_bytes, "states": states}
    filled = TRAINING.filled(values)
    lines = (TRAINING.text, filled.text, filled.worked().text)
    symbols = tuple(
        Symbol(symbol, phrase(f"memory.symbol.{symbol}"), value) for symbol, value in values.items()
    )
    optimizer = phrase("memory.training", optimizer=name)
    figure = f"training.{name}"
    return Step(figure, optimizer, lines, totals.training[name], symbols, unit=unit)
