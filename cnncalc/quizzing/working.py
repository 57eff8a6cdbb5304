"""The worked solution of an exercise, from the explanations of its figures."""

from __future__ import annotations

from ..explaining import counts, fields, memory, sizes
from ..explaining.explanation import Step
from ..explaining.scene import Scene
from ..grading import names
from ..grading.figures import rows_of
from ..grading.models import Analysed
from ..graph import Layer
from ..report import Block, Row
from ..words import Code, Phrase, phrase
from .question import Draft, Item

#: Figures of the whole network's memory by the name that claims have for them.
_BYTES = {
    "memory.params": "param_bytes", "memory.forward": "forward_bytes",
    "memory.peak": "peak_bytes", "memory.input": "input_bytes",
    "memory.training.sgd": "training.sgd", "memory.training.adam": "training.adam",
}  # fmt: skip
#: Figures that follow from sizes alone.
_SIZES = {"output", "size", "in_features", "elements", "height", "width", "channels", "input"}


def solution(analysed: Analysed, draft: Draft, level: int) -> tuple[Item, ...]:
    """How the answers come about, each step once; at level 1 with the symbols explained.

    An exercise that looks for a setting is solved by its reasons; then what it says of the
    network is worked out from the answer, as a check. (A field is in the reasons already.)
    """
    writer = _Writer(analysed, symbols=level == 1, brief=draft.hidden)
    if not draft.hidden:
        for claim in draft.claims:
            writer.claim(claim)
        return (*draft.reasons, *writer.items)
    for condition in draft.given:
        if condition.claim != "field":
            writer.claim(condition.claim)
    if not writer.items:
        return draft.reasons
    return (*draft.reasons, phrase("quiz.check"), *writer.items)


class _Writer:
    """Collects the steps that lead to figures, each once.

    With `symbols` they are explained; `brief` leaves out the memory of each single layer.
    """

    def __init__(self, analysed: Analysed, symbols: bool, brief: bool) -> None:
        self.analysed = analysed
        self.scene = Scene(analysed.graph, analysed.report)
        self.symbols = symbols
        self.brief = brief
        self.items: list[Item] = []
        self._done: set[tuple[str, str]] = set()

    def claim(self, claim: str) -> None:
        """The steps that lead to the figure of a claim."""
        target = names.find(claim, self.analysed)
        part, quantity = target.part, target.quantity
        if target.argument and quantity not in _SIZES:
            return
        if quantity in _SIZES:
            rows = self._before(part)
            self._sizes(rows[:-1] if quantity in ("input", "in_features") else rows)
        elif quantity == "params":
            self._counts(part, "params")
        elif quantity in ("macs", "flops"):
            self._sizes(self._before(part))
            self._counts(part, quantity)
        elif quantity.startswith("field"):
            self._field(part)
        elif quantity.startswith("memory"):
            self._memory(part, quantity)

    def _rows(self, part: Row | Block | None) -> tuple[Row, ...]:
        return self.analysed.report.rows if part is None else rows_of(part)

    def _before(self, part: Row | Block | None) -> tuple[Row, ...]:
        """The layers up to a layer; of a block, whose input is given, its own alone."""
        rows = self.analysed.report.rows
        if not isinstance(part, Row):
            return self._rows(part)
        return rows[: next(at for at, row in enumerate(rows) if row.name == part.name) + 1]

    def _layer(self, row: Row) -> Layer:
        return self.scene.layers[row.name]

    def _fresh(self, name: str, what: str) -> bool:
        """Is this said for the first time?"""
        fresh = (name, what) not in self._done
        self._done.add((name, what))
        return fresh

    def _steps(self, steps: tuple[Step, ...], layer: str | None, *figures: str) -> None:
        """Steps, those of some figures, with the layer's name before theirs."""
        for step in steps:
            if figures and step.figure not in figures:
                continue
            name = step.name if layer is None else _of(layer, step.name)
            kept = step.symbols if self.symbols else ()
            self.items.append(step._replace(name=name, symbols=kept))

    def _notes(self, notes: tuple[Phrase, ...], layer: str) -> None:
        self.items += [_of(layer, note) for note in notes]

    def _sizes(self, rows: tuple[Row, ...]) -> None:
        for row in rows:
            section = sizes.section(self.scene, self._layer(row))
            keeps = section.plain or (not section.steps and row.output_shape == self._input(row))
            if keeps or not self._fresh(row.name, "size"):
                continue
            self._steps(section.steps, row.name)
            self._notes(section.notes[-1:], row.name)  # the shape

    def _input(self, row: Row) -> object:
        received = self.analysed.received(row)
        return received[0] if received else None

    def _counts(self, part: Row | Block | None, what: str) -> None:
        """The params, macs or flops of layers, and their sum."""
        kind = "macs" if what == "flops" else what
        section = counts.params if kind == "params" else counts.macs
        rows = [row for row in self._rows(part) if getattr(row, kind)]
        alone = isinstance(part, Row)
        for row in rows:
            if row.op.type == "Linear":  # the features that arrive are its weights
                self._sizes(self._before(row)[:-1])
            steps = section(self.scene, self._layer(row)).steps
            if self._fresh(row.name, kind):
                self._steps(steps, row.name, kind)
            if alone and what == "flops" and self._fresh(row.name, "flops"):
                self._steps(steps, row.name, "flops")
        if part is None:
            total = counts.overall(self.scene, kind).steps
            for step in total[: 2 if what == "flops" else 1]:
                if self._fresh("", step.figure):
                    self._steps((step,), None)
        elif isinstance(part, Block) and self._fresh(part.name, kind):
            lines = (" + ".join(str(getattr(row, kind)) for row in rows),) if len(rows) > 1 else ()
            step = Step(kind, phrase(f"{kind}.total"), lines, getattr(part, kind))
            self._steps((step,), part.name)

    def _field(self, part: Row | Block | None) -> None:
        row = self._rows(part)[-1]
        if not self._fresh(row.name, "field"):
            return
        section = fields.section(self.scene, self._layer(row), tables=True)
        if self.symbols:
            self._steps(section.steps, row.name, "field.size", "field.stride")
        else:
            self.items += section.tables
        self._notes(section.notes, row.name)

    def _memory(self, part: Row | Block | None, quantity: str) -> None:
        if part is not None:
            self._sizes(self._before(part))
            for row in self._rows(part):
                if self._fresh(row.name, "memory"):
                    self._steps(memory.section(self.scene, self._layer(row)).steps, row.name)
            return
        needs = [quantity]
        if quantity.startswith("memory.training"):
            needs = ["memory.forward", "memory.params", quantity]
        overall = memory.overall(self.scene)
        for each in needs:
            if each == "memory.params":
                self._counts(None, "params")
            elif each in ("memory.forward", "memory.peak") and not self.brief:
                self._memory_of_all()
            if self._fresh("", each):
                self._steps(overall.steps, None, _BYTES[each])

    def _memory_of_all(self) -> None:
        rows = self.analysed.report.rows
        self._sizes(rows)
        for row in rows:
            if row.output_bytes and self._fresh(row.name, "memory"):
                section = memory.section(self.scene, self._layer(row))
                self._steps(section.steps, row.name)


def _of(layer: str, said: Phrase) -> Phrase:
    """`conv1: parameters`."""
    return phrase("heading.layer", layer=Code(layer), op=said)
