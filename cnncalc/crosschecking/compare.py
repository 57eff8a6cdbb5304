"""Analytic figures beside measured ones: the checks of each layer, and of the totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..graph import Graph, Layer
from ..report import Report, Row
from ..shape import Shape
from . import reasons
from .macs import Counts
from .observe import Observation, Seen
from .result import Check, LayerCheck, Verdict

_NO_LAYER = "the real run applied no layer of that name"
_NO_COPY = "the real run did not have to copy: its kernel left another memory layout"
_ONLY_COPY = "the real run had to copy: its kernel left another memory layout"
_NOT_REACHED = "the real run ended before it"
_NOT_COUNTED = "torch refused its input on meta"


def layer_checks(
    graph: Graph, report: Report, seen: Observation, counts: Counts
) -> Iterator[LayerCheck]:
    """The checks of each layer, and after them of those that only the real run has."""
    shapes: dict[str, tuple[Shape, ...]] = {name: (shape,) for name, shape in report.inputs.items()}
    pairs = paired(
        {layer.name: layer.op.type for layer in graph.layers},
        {name: real.op for name, real in seen.layers.items()},
    )
    for layer, row in zip(graph.layers, report, strict=True):
        shapes[layer.name] = row.output_shapes
        real = seen.layers.get(pairs[layer.name]) if layer.name in pairs else None
        macs = _macs(layer, row, _inputs(layer, shapes), counts)
        if real is None and _is_copy(layer.op.type) and seen.problem is None:
            stated = _lists(row.output_shapes)
            copy = Check("shape", stated, None, Verdict.EXPLAINED, _NO_COPY)
            yield LayerCheck(layer.name, row.op.short(), (copy, macs))
            continue
        missing = _NO_LAYER if seen.problem is None else _NOT_REACHED
        checks = [
            *_shape(layer, row, real, missing, report.dtype),
            _count("params", row.params, None if real is None else real.params, missing),
            _count("buffers", row.buffers, None if real is None else real.buffers, missing),
            macs,
        ]
        yield LayerCheck(layer.name, row.op.short(), tuple(checks))
    yield from _only_real(set(pairs.values()), seen)


def _only_real(known: set[str], seen: Observation) -> Iterator[LayerCheck]:
    for name, real in seen.layers.items():
        if name in known:
            continue
        shapes = _lists(real.shapes)
        if _is_copy(real.op):
            check = Check("shape", None, shapes, Verdict.EXPLAINED, _ONLY_COPY)
        else:
            reason = "the analysis has no such layer"
            check = Check("shape", None, shapes, Verdict.DIFFERS, reason)
        yield LayerCheck(name, "", (check,))


def paired(stated: Mapping[str, str], real: Mapping[str, str]) -> dict[str, str]:
    """The real run's name for each layer that both have; given are ops by name, in order.

    One run may copy where the other need not. Copies are numbered, and a module whose one
    operation has the module's own name has none of that name beside a copy: so copies are
    paired by the layers that they follow, and other layers by name or by their module.
    """
    pairs = {
        name: name
        for name, op in stated.items()
        if name in real and not _is_copy(op) and not _is_copy(real[name])
    }
    pairs.update(_lone(stated, real))
    pairs.update({name: other for other, name in _lone(real, stated).items()})
    backwards = {other: name for name, other in pairs.items()}
    ours = _copies(stated, {name: name for name in pairs})
    theirs = _copies(real, backwards)
    for before, names in ours.items():
        pairs.update(zip(names, theirs.get(before, ()), strict=False))
    return pairs


def _lone(many: Mapping[str, str], one: Mapping[str, str]) -> dict[str, str]:
    """Layers `a.view` of `many` that are `a` in `one`, which has nothing else in that module."""
    found = {}
    for name, op in many.items():
        home = name.rpartition(".")[0]
        lone = name not in one and home not in many and one.get(home) == op
        if lone and not _is_copy(op):
            found[name] = home
    return found


def _copies(ops: Mapping[str, str], names: Mapping[str, str]) -> dict[str, list[str]]:
    """The copies after each layer that both runs have, by its name in the analysis."""
    before, found = "", dict[str, list[str]]()
    for name, op in ops.items():
        if _is_copy(op):
            found.setdefault(before, []).append(name)
        else:
            before = names.get(name, before)
    return found


def _is_copy(op: str) -> bool:
    return op == "Clone"


def _inputs(layer: Layer, shapes: Mapping[str, tuple[Shape, ...]]) -> tuple[Shape, ...]:
    """The shapes of what a layer reads."""
    found = []
    for ref in layer.inputs:
        outputs = shapes[ref.name]
        found.append(outputs[ref.output] if ref.output < len(outputs) else ())
    return tuple(found)


def _shape(layer: Layer, row: Row, real: Seen | None, missing: str, dtype: str) -> Iterator[Check]:
    """Shapes and dtypes of the outputs."""
    if row.type == "Unused":
        return  # it holds tensors, and has no output
    stated = _lists(row.output_shapes)
    if real is None:
        yield Check("shape", stated, None, Verdict.UNCHECKED, missing)
        return
    # torch may leave the last outputs out: attention weights that nobody reads.
    stated = stated[: max(len(real.shapes), 1)]
    yield _equal("shape", stated, _lists(real.shapes))
    if layer.traced is not None:
        count = len(real.dtypes)
        yield _equal("dtype", list(layer.traced.dtypes[:count]), list(real.dtypes))
    elif all(name in _FLOATS for name in real.dtypes):
        yield _equal("dtype", [dtype] * len(real.dtypes), list(real.dtypes))


#: A graph that was not traced states one dtype for all values that are real numbers.
_FLOATS = ("float64", "float32", "float16", "bfloat16")


def _lists(shapes: Any) -> list[list[int | None]]:
    return [list(shape) for shape in shapes]


def _count(figure: str, analytic: int | None, measured: int | float | None, missing: str) -> Check:
    if analytic is None:
        return Check(figure, None, measured, Verdict.UNCHECKED, "cnncalc has no rule for the op")
    if measured is None:
        return Check(figure, analytic, None, Verdict.UNCHECKED, missing)
    return _equal(figure, analytic, measured)


def _macs(layer: Layer, row: Row, inputs: tuple[Shape, ...], counts: Counts) -> Check:
    measured = counts.layers.get(layer.name)
    tensor = not layer.inputs and row.macs == 0
    if measured is None and tensor and counts.problem is None:
        measured = 0  # it is read, and nothing runs
    check = _count("macs", row.macs, measured, counts.problem or _NOT_COUNTED)
    if check.verdict is Verdict.DIFFERS and measured is not None:
        reason = reasons.reason(row.op, inputs, measured)
        if reason is not None:
            return check._replace(verdict=Verdict.EXPLAINED, reason=reason)
    return check


def _equal(figure: str, analytic: Any, measured: Any) -> Check:
    verdict = Verdict.AGREES if analytic == measured else Verdict.DIFFERS
    return Check(figure, analytic, measured, verdict)


def total_checks(
    report: Report, layers: tuple[LayerCheck, ...], held: tuple[int, int], counts: Counts
) -> tuple[Check, ...]:
    """The checks of the totals; `held` are the distinct parameters and buffers of the module."""
    totals = report.totals
    return (
        _equal("params", totals.params, held[0]),
        _equal("buffers", totals.buffers, held[1]),
        _total_macs(totals.macs, layers, counts),
    )


def _total_macs(stated: int, layers: tuple[LayerCheck, ...], counts: Counts) -> Check:
    """The total of a separate run; explained where layers and constants explain it exactly."""
    total = counts.total
    if counts.problem is not None:
        return Check("macs", stated, None, Verdict.UNCHECKED, counts.problem)
    if total is None:
        total = sum(counts.layers.values()) + counts.constants
    checks = [check for layer in layers if (check := layer.check("macs")) is not None]
    missed = sum(
        check.analytic - check.measured for check in checks if check.verdict is Verdict.EXPLAINED
    )
    if any(check.measured is None for check in checks):
        reason = "some layers could not be run on meta"
        return Check("macs", stated, None, Verdict.UNCHECKED, reason)
    if any(check.analytic is None for check in checks):
        reason = "the analytic total is a lower bound: an operation has no rule"
        return Check("macs", stated, total, Verdict.UNCHECKED, reason)
    if stated == total:
        return Check("macs", stated, total, Verdict.AGREES)
    if stated - missed == total - counts.constants:
        reason = "as its layers are" if missed else ""
        if counts.constants:
            spent = f"{counts.constants:,} are spent on constants, which are no layers"
            reason = f"{reason}; {spent}" if reason else spent
        return Check("macs", stated, total, Verdict.EXPLAINED, reason)
    return Check("macs", stated, total, Verdict.DIFFERS)
