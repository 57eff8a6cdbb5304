"""Every explained number is the report's, and every line of its working has that value."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import strategies
from cases import CASES, Case
from explained import explained, held_to, one_layer
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.explaining import QUANTITIES, explain
from cnncalc.explaining.explainer import explain_report
from cnncalc.explaining.scene import Scene
from cnncalc.ops import CATALOGUE
from cnncalc.ops.unknown import Unknown
from cnncalc.sources.zoo import ENTRIES

sys.path.append(str(Path(__file__).parent.parent / "ops"))

from test_any_network import SIZES, networks

#: These are read, analysed and explained anew, as a caller does; of the others one analysis is
#: explained.
ANEW = (
    "notes/facecnn", "d2l/lenet", "torchvision/resnet18", "torchvision/googlenet",
    "torchvision/mobilenet_v3_small",
)  # fmt: skip


@pytest.mark.parametrize("name", ENTRIES)
def test_the_zoo(name: str) -> None:
    if name in ANEW:
        explanation, report = explain(name, what=QUANTITIES), cnncalc.analyze(name)
    else:
        graph = cnncalc.load(name)
        explanation, report = explained(
            graph, {each.name: (1, *each.shape) for each in graph.inputs}
        )
    assert [part.layer for part in explanation.parts] == [row.name for row in report]
    assert held_to(explanation, report) > len(report.rows)


@pytest.mark.parametrize("name", ["d2l/lenet", "torchvision/resnet18", "torchvision/googlenet"])
def test_each_layer_of_a_network_alone(name: str) -> None:
    report = cnncalc.analyze(name)
    scene = Scene(cnncalc.load(name), report)
    for row in report:
        explanation = explain_report(scene, [row.name], QUANTITIES)
        assert [part.layer for part in explanation.parts] == [row.name]
        assert explanation.sections == ()
        held_to(explanation, report)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.op))
def test_every_op_is_explained(case: Case) -> None:
    """What is known is worked out: no figure is left without its formula."""
    explanation, report = explained(*one_layer(case.op, case.inputs), layers=("layer",))
    held_to(explanation, report)
    (part,) = explanation.parts
    assert part.rule.line
    steps = {step.figure: step for section in part.sections for step in section.steps}
    for figure, count in (("params", case.params), ("macs", case.macs), ("buffers", case.buffers)):
        assert (steps[figure].result if figure in steps else 0) == count
        assert figure not in steps or steps[figure].lines
    sizes = [step for step in part.section("size").steps if step.figure == "size"]
    assert all(step.lines or step.notes for step in sizes if case.op.type not in ("Cat", "Flatten"))
    if type(case.op).out_size is not None and case.op.type != "Upsample":
        assert sizes
    for lang in ("en", "zh"):  # the other formats are read in test_formats.py
        assert part.layer in explanation.render("text", lang)


def test_an_unknown_op_says_so() -> None:
    explanation, report = explained(*one_layer(Unknown("odd", ((1, 4),)), ((1, 8),)))
    held_to(explanation, report)
    assert CATALOGUE["Unknown"] is Unknown
    text = explanation.render()
    assert text.count("Not known") >= 3
    assert "At least: 1 layer is not known, namely layer." in text


@settings(max_examples=150)
@given(networks(), SIZES)
def test_any_network_that_seldom_fits(graph: cnncalc.Graph, shape: tuple[int | None, ...]) -> None:
    explanation, report = explained(graph, {"input": shape})
    held_to(explanation, report)
    explanation.render("text", "zh")
    last = graph.layers[-1].name
    held_to(*explained(graph, {"input": shape}, (last,)))


@settings(max_examples=300)
@given(strategies.any_trial())
def test_any_op(trial: strategies.Trial) -> None:
    explanation, report = explained(*one_layer(trial.op, trial.shapes), layers=("layer",))
    held_to(explanation, report)
    assert not explanation.has_errors


windows = st.tuples(
    st.sampled_from(["conv", "maxpool", "avgpool"]),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(0, 2),
    st.integers(1, 2),
)


@st.composite
def chains(draw: st.DrawFn) -> str:
    layers = []
    for kind, kernel, stride, padding, dilation in draw(st.lists(windows, min_size=1, max_size=6)):
        padding = padding if kind == "conv" else min(padding, kernel // 2)
        wide = f" d{dilation}" if kind != "avgpool" else ""
        outputs = "@4" if kind == "conv" else ""
        layers.append(f"{kind}{kernel}x{kernel}{outputs} s{stride} p{padding}{wide}")
        if draw(st.booleans()):
            layers.append("relu")
    return ", ".join(layers)


@settings(max_examples=150)
@given(chains(), st.integers(60, 90), st.integers(60, 90))
def test_specs(spec: str, height: int, width: int) -> None:
    """Each stage of a chain of windows is worked out by the recurrence, none by other means."""
    graph = cnncalc.load(spec, (3, height, width))
    report = cnncalc.analyze(graph)
    scene = Scene(graph, report)
    held_to(explain_report(scene, (), QUANTITIES), report)
    for row in report:
        (part,) = explain_report(scene, [row.name], ["field"]).parts
        table = part.section("field").tables[0]
        known = [cells[6:] for cells in table.rows]
        jump, size, start = 1, 1, 0
        for cells, shown in zip(table.rows[1:], known[1:], strict=True):
            _, kernel, dilation, reach, stride, padding = cells[:6]
            assert reach == dilation * (kernel - 1) + 1
            size, start = size + (reach - 1) * jump, start - padding * jump
            jump *= stride
            assert shown == (jump, size, start)
        if row.field is not None and not row.field.whole:
            assert known[-1] == (row.field.stride[0], row.field.size[0], row.field.start[0])


def test_a_spec_without_an_input_has_fields_alone() -> None:
    explanation = explain("conv3x3, pool2x2, conv3x3", layers=["conv2"], what=["field", "size"])
    (part,) = explanation.parts
    assert part.section("field").tables[0].rows[-1][6:] == (2, 8, 0)
    assert [step.result for step in part.section("size").steps] == [None]
    assert "not known" in explanation.render()
