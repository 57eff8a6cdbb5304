"""What the tests of explanations share: holding every explained number to the report."""

from __future__ import annotations

from functools import cache
from typing import Any

from cnncalc import analysis
from cnncalc.explaining import QUANTITIES, Explanation, Section, Step
from cnncalc.explaining.explainer import explain_report
from cnncalc.explaining.scene import Scene
from cnncalc.formula import Formula
from cnncalc.graph import Graph, Input, Layer, Ref
from cnncalc.ops import Op
from cnncalc.report import Report
from cnncalc.shape import Shape

#: Figures that stand under the same name in a row, and in the totals, of a report.
IN_ROWS = ("params", "buffers", "macs", "flops", "output_bytes")


def one_layer(op: Op, shapes: tuple[Shape, ...]) -> tuple[Graph, dict[str, Shape]]:
    """A network of one layer."""
    names = [f"in{at}" for at in range(len(shapes))]
    layer = Layer("layer", op, tuple(Ref(name) for name in names), "layer")
    graph = Graph("one", [Input(name) for name in names], [layer], [Ref("layer")])
    return graph, dict(zip(names, shapes, strict=True))


def explained(
    graph: Graph, shapes: Any, layers: tuple[str, ...] = ()
) -> tuple[Explanation, Report]:
    """Everything that there is to explain, and the report."""
    report = analysis.run(graph, shapes)
    return explain_report(Scene(graph, report), layers, QUANTITIES), report


def held_to(explanation: Explanation, report: Report) -> int:
    """Hold every step to the report; the number of figures that were compared."""
    compared = 0
    for part in explanation.parts:
        row = report[part.layer]
        assert part.outputs == row.output_shapes
        for section in part.sections:
            for step in section.steps:
                lines_agree(step)
                compared += 1
                if step.figure in IN_ROWS:
                    assert getattr(row, step.figure) == step.result, (part.layer, step)
                elif step.figure == "size":
                    assert step.result in row.output_shape, (part.layer, step)
                elif step.figure.startswith("field."):
                    compared -= 1
                else:
                    assert step.figure in ("windows", "backward_macs"), step
            if section.what == "field":
                compared += fields_agree(section, report, part.layer)
    for section in explanation.sections:
        for step in section.steps:
            lines_agree(step)
            compared += totals_agree(step, report)
    return compared


#: Many layers share their lines: each is compiled once.
parsed = cache(Formula)


def lines_agree(step: Step) -> None:
    """Each line of a working has the value of the result."""
    values = {symbol.name: symbol.value for symbol in step.symbols}
    for line in step.lines:
        formula = parsed(line)
        if formula.symbols == {"macs"}:
            continue  # 2*macs, with the number below it
        value = formula.evaluate(values)
        assert value is None or value == step.result, (step, line, value)


def totals_agree(step: Step, report: Report) -> int:
    totals = report.totals
    if step.figure.startswith("training."):
        assert totals.training[step.figure.partition(".")[2]] == step.result
    elif step.figure != "backward_macs":
        assert getattr(totals, step.figure) == step.result, step
    return 1


def fields_agree(section: Section, report: Report, layer: str) -> int:
    """The last row of the recurrence, and the steps of a layer, are the report's figures."""
    row = report[layer]
    fields = list(row.fields.values())
    if not fields or not section.tables:
        return 0
    axes = [
        (axis.stride, axis.extent if axis.whole and axis.phases is None else axis.textbook_size,
         axis.start)
        for field in fields
        for axis in field.axes
    ]  # fmt: skip
    found = [table.rows[-1][6:] for table in section.tables]
    for last in found:
        assert last in axes, (layer, last, axes)
    for step in section.steps:
        column = {"size": 7, "stride": 6, "start": 8}.get(step.figure.partition(".")[2])
        if column is not None:
            shown = [cells[column] for table in section.tables for cells in table.rows]
            assert step.result in shown, (layer, step)
    return len(found)
