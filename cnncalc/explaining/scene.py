"""What explanations look at: a graph, its report, and the op of a layer with its inputs."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

from ..checking.subject import Subject
from ..finding import Finding, Severity
from ..formula import Formula
from ..graph import Layer
from ..ops import Op
from ..ops.functional import Functional
from ..ops.unknown import Unknown
from ..report import Row
from ..shape import Shape, product
from ..words import Phrase, phrase
from .explanation import Step, Symbol


class Applied(NamedTuple):
    """An op on inputs: that of a layer, without those of its inputs that are its weights."""

    op: Op
    inputs: tuple[Shape, ...]
    output: Shape


class Scene(Subject):
    """The graph and the report that are explained."""

    @cached_property
    def errors(self) -> dict[str, tuple[Finding, ...]]:
        """The errors of each layer."""
        found: dict[str, tuple[Finding, ...]] = {}
        for finding in self.report.findings:
            if finding.severity is Severity.ERROR and finding.layer is not None:
                found[finding.layer] = (*found.get(finding.layer, ()), finding)
        return found

    @cached_property
    def slots(self) -> dict[str, int]:
        """The place of each input and layer in the graph's lists of slots."""
        names = [given.name for given in self.graph.inputs] + list(self.layers)
        return {name: slot for slot, name in enumerate(names)}

    @cached_property
    def owners(self) -> dict[str, str]:
        """Per module the first layer that applies it, which holds its parameters."""
        owners: dict[str, str] = {}
        for layer in self.graph.layers:
            owners.setdefault(layer.module, layer.name)
        return owners

    def row(self, layer: Layer) -> Row:
        """The layer's row in the report."""
        return self.rows[layer.name]

    def applied(self, layer: Layer) -> Applied:
        """The op of a layer, with what follows from its inputs filled in, and these."""
        row, inputs = self.row(layer), self.received(layer)
        op = row.op
        if isinstance(op, Functional):
            return Applied(op.op, inputs[: -op.weights], row.output_shape)
        return Applied(op, inputs, row.output_shape)

    def values(self, layer: Layer) -> dict[str, Any] | None:
        """The values of the symbols in the op's formulas; None where no rule applies."""
        row = self.row(layer)
        if row.params is None and row.macs is None:
            return None
        return row.op.symbols(self.received(layer), row.output_shape)

    def missing(self, layer: Layer) -> Phrase:
        """Why a figure of a layer is not known."""
        partly = any(None in shape for shape in self.received(layer))
        if not partly or layer.name in self.errors or isinstance(self.row(layer).op, Unknown):
            return phrase("unknown.rule")
        given = all(None not in shape for shape in self.inputs.values())
        return phrase("unknown.before" if given else "unknown.size")


def factors(applied: Applied) -> dict[str, tuple[int, ...]]:
    """Symbols that stand for products, with their factors."""
    op, rank = applied.op, applied.op.rank
    found: dict[str, Any] = {"R": applied.output[:-1], "E": applied.output}
    if rank and applied.inputs:
        found["O"], found["I"] = applied.output[-rank:], applied.inputs[0][-rank:]
        found["K"] = getattr(op, "kernel_size", ())
    return {name: tuple(sizes) for name, sizes in found.items() if product(sizes) is not None}


def worked(formula: Formula, values: dict[str, Any], sizes: dict[str, tuple[int, ...]]) -> Any:
    """The lines of a formula: with symbols, with numbers, nearly done; and its value."""
    value = formula.evaluate(values)
    if value is None:
        return (formula.text,), None
    shown = {name: each for name, each in sizes.items() if product(each) == values.get(name)}
    filled = formula.filled(values, shown)
    lines = [formula.text, filled.text, filled.worked().text]
    # A line that is the result itself, or the one before it, says nothing.
    kept = [line for at, line in enumerate(lines) if line not in lines[:at]]
    return tuple(line for line in kept if line != str(int(value))), int(value)


def symbols(op: Op, formula: Formula, values: dict[str, Any]) -> tuple[Symbol, ...]:
    """What the symbols of a formula stand for, in the order in which they appear."""
    ordered = sorted(formula.symbols, key=lambda name: _place(formula.text, name))
    return tuple(Symbol(name, meaning(op, name), values.get(name)) for name in ordered)


def _place(text: str, name: str) -> int:
    import re

    found = re.search(rf"\b{name}\b", text)
    return found.start() if found else len(text)


#: Symbols with another meaning in some ops, by the name of a base class.
_OTHERWISE = {
    ("_Recurrent", "D"): "symbol.directions",
    ("_Recurrent", "o"): "symbol.state",
    ("_TrailingNorm", "E"): "symbol.normalized",
    ("_Pool", "k"): "argument.window",
    ("_Adaptive", "o"): "argument.output_size",
}


def meaning(op: Op, name: str) -> Phrase:
    """What a symbol in a formula of `op` stands for."""
    op = op.op if isinstance(op, Functional) else op
    bases = {base.__name__ for base in type(op).__mro__}
    for (base, symbol), key in _OTHERWISE.items():
        if symbol == name and base in bases:
            return phrase(key)
    for argument in op.arguments:
        if argument.symbol == name:
            return phrase(f"argument.{argument.name}")
    return phrase(f"symbol.{name}")


def figure(
    what: str,
    name: Phrase,
    op: Op,
    formula: Formula,
    values: dict[str, Any],
    sizes: dict[str, tuple[int, ...]],
    result: Any,
    *,
    notes: tuple[Phrase, ...] = (),
    unit: Phrase | None = None,
) -> Step:
    """A step that works out a formula, for a figure of which the report says `result`."""
    lines, value = worked(formula, values, sizes)
    if value != result:  # the report has the last word: say no working that leads elsewhere
        lines = ()
    return Step(what, name, lines, result, symbols(op, formula, values), notes, unit)
