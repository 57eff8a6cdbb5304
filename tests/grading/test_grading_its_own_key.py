"""Grading the engine's own figures scores full marks, and one altered number is caught."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from graded import graded
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.report import Report, Row
from cnncalc.shape import format_shape

Draw = Callable[[st.SearchStrategy[Any]], Any]
ZOO = ["d2l/lenet", "d2l/googlenet", "facecnn", "digit", "torchvision/resnet18",
       "torchvision/mobilenet_v2", "torchvision/vgg11_bn"]  # fmt: skip


@st.composite
def chains(draw: Draw) -> str:
    """A spec of convolutions, norms, poolings and linear layers, for inputs of 48x40."""
    layers = []
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["conv", "conv", "conv", "pool", "bn", "relu"]))
        kernel = draw(st.integers(1, 5))
        stride = draw(st.integers(1, 2))
        if kind == "conv":
            padding = draw(st.integers(0, 2))
            dilation = draw(st.integers(1, 2))
            bias = draw(st.sampled_from(["", " nobias"]))
            channels = draw(st.integers(1, 9))
            layers.append(
                f"conv{kernel}x{kernel}@{channels} s{stride} p{padding} d{dilation}{bias}"
            )
        elif kind == "pool":
            name = draw(st.sampled_from(["maxpool", "avgpool"]))
            ceil = draw(st.sampled_from(["", " ceil"]))
            layers.append(f"{name}{max(kernel, 2)} s{stride}{ceil}")
        else:
            layers.append(kind)
    if draw(st.booleans()):
        layers += ["flatten", f"fc{draw(st.integers(1, 12))}"]
    return ", ".join(layers)


def figures(row: Row) -> dict[str, str]:
    """The figures of a layer, straight from the report."""
    found = {
        "output": format_shape(row.output_shape),
        "params": str(row.params),
        "trainable": f"{row.trainable:,}",
        "macs": str(row.macs),
        "flops": f"{row.flops:_}",
    }
    if row.output_bytes:
        found["memory"] = f"{row.output_bytes} B"
    if row.field is not None and not row.field.whole:
        found["field"] = format_shape(row.field.size)
        found["field.jump"] = format_shape(row.field.stride)  # type: ignore[arg-type]
        found["field.start"] = f"({', '.join(map(str, row.field.start))})"
    return found


def key(report: Report) -> dict[str, str]:
    """The answers to everything that can be asked of a report."""
    totals = report.totals
    claims = {
        f"{row.name}.{quantity}": value
        for row in report.rows[:40]
        for quantity, value in figures(row).items()
    }
    return {
        **claims,
        "total.params": str(totals.params), "total.trainable": str(totals.trainable),
        "total.macs": f"{totals.macs:,}", "total.flops": str(totals.flops),
        "memory.params": str(totals.param_bytes), "memory.forward": f"{totals.forward_bytes} B",
        "memory.peak": str(totals.peak_bytes), "memory.input": str(totals.input_bytes),
        "memory.training.adam": str(totals.training["adam"]),
    }  # fmt: skip


def altered(answer: str, which: int, by: int) -> str:
    """The answer with one of its numbers changed; it stays readable."""
    plain = answer.replace(",", "").replace("_", "") if "(" not in answer else answer
    parts: list[str] = []
    for char in plain:  # numbers, and what stands between them
        if parts and parts[-1][-1].isdigit() == char.isdigit():
            parts[-1] += char
        else:
            parts.append(char)
    places = [at for at, part in enumerate(parts) if part.isdigit()]
    at = places[which % len(places)]
    number = int(parts[at])
    parts[at] = str(number + by if number + by >= 0 else number + abs(by) + 1)
    return "".join(parts)


def check(model: str, size: str | None, data: st.DataObject) -> None:
    answers = key(cnncalc.analyze(model, size))
    found = graded(model, size, answers)
    assert [each for each in found.sheets[0].claims if each.mark.value != "right"] == []
    assert (found.points, found.total, found.exit_code) == (len(answers), len(answers), 0)
    name = data.draw(st.sampled_from(sorted(answers)))
    by = data.draw(st.sampled_from([-2, -1, 1, 2, 10, 1000]))
    changed = altered(answers[name], data.draw(st.integers(0, 3)), by)
    found = graded(model, size, {**answers, name: changed})
    wrong = [each.name for each in found.sheets[0].claims if each.mark.value == "wrong"]
    assert wrong == [name], (answers[name], changed)
    assert (found.points, found.exit_code) == (len(answers) - 1, 1)


@given(chains(), st.data())
def test_its_own_figures_of_chains(spec: str, data: st.DataObject) -> None:
    report = cnncalc.analyze(spec, "3x48x40")
    if not report.has_errors:
        check(spec, "3x48x40", data)


@pytest.mark.parametrize("model", ZOO)
def test_its_own_figures_of_the_zoo(model: str) -> None:
    @settings(max_examples=3)
    @given(st.data())
    def checked(data: st.DataObject) -> None:
        check(model, None, data)

    checked()


def test_its_truths_are_right_answers() -> None:
    """What is printed as the truth would have been right."""
    spec = "conv5x3@7 s2 p1, bn, maxpool3 s2, flatten, fc10"
    claims = dict.fromkeys(key(cnncalc.analyze(spec, "3x48x40")), "987654321")
    claims["field.start"] = claims["fc1.in_features"] = claims["fc1.params.share"] = "987654321"
    found = graded(spec, "3x48x40", claims)
    truths = {each.name: each.truth for each in found.sheets[0].claims}
    assert found.points == 0
    again = graded(spec, "3x48x40", truths)
    assert [each for each in again.sheets[0].claims if each.mark.value != "right"] == []
