"""Budgets against brute force: each value is analysed by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc import solve
from cnncalc.errors import CnncalcError, InputError, NameNotFoundError
from cnncalc.report import Report
from cnncalc.solving.search import border
from cnncalc.solving.widths import base_width, with_width
from cnncalc.sources.zoo import ENTRIES

#: Values tried by brute force.
VALUES = range(1, 40)


def cost(report: Report, kind: str, train_with: str | None = None) -> int:
    totals = report.totals
    if kind == "max_memory":
        inference = totals.param_bytes + totals.peak_bytes
        return inference if train_with is None else totals.training[train_with]
    return int(getattr(totals, kind.removeprefix("max_")))


def largest(make: Callable[[int], Report], kind: str, limit: int, **options: Any) -> int | None:
    """The largest value that keeps the limit."""
    fits = []
    for value in VALUES:
        try:
            report = make(value)
        except CnncalcError:
            continue
        if not report.has_errors and cost(report, kind, **options) <= limit:
            fits.append(value)
    return max(fits, default=None)


KINDS = st.sampled_from(["max_params", "max_macs", "max_memory"])
SPEC = "conv3@{w} p1, relu, conv3@{2w} s2 p1, bn, conv1@{w/2}, gap, fc10"


def spec(width: int) -> str:
    parts = {"{w}": width, "{2w}": 2 * width, "{w/2}": width // 2}
    text = SPEC
    for name, value in parts.items():
        text = text.replace(name, str(value))
    return text


def check(answer: Any, wanted: int | None) -> None:
    """The value is the largest (beyond 39 brute force does not look), and the next one breaks."""
    if answer.best is not None and answer.best.value > max(VALUES):
        assert wanted == max(VALUES) or wanted is None
    else:
        assert wanted == (None if answer.best is None else answer.best.value)
    if answer.best is not None:
        assert all(not each.over for each in answer.best.costs)
    assert answer.over is None or any(each.over for each in answer.over.costs)
    assert answer.found == (answer.best is not None)
    assert answer.found == (answer.reason is None)


@settings(max_examples=30)
@given(KINDS, st.integers(1, 400_000))
def test_a_width_in_a_spec(kind: str, limit: int) -> None:
    answer = solve.budget(SPEC, "3x12x12", vary="w", **{kind: limit})
    check(answer, largest(lambda w: cnncalc.analyze(spec(w), "3x12x12"), kind, limit))


@settings(max_examples=30)
@given(KINDS, st.integers(1, 300_000), st.sampled_from([None, "sgd", "adam"]))
def test_a_batch(kind: str, limit: int, train_with: str | None) -> None:
    train = train_with if kind == "max_memory" else None
    model = "conv3@4, relu, maxpool2, fc10"

    def make(batch: int) -> Report:
        return cnncalc.analyze(model, "3x12x12", batch=batch)

    answer = solve.budget(model, "3x12x12", vary="batch", train_with=train, **{kind: limit})
    options = {"train_with": train} if train else {}
    wanted = largest(make, kind, limit, **options)
    if kind == "max_params":  # the batch does not change them: no end, or nothing
        assert (answer.best is None) == (wanted is None)
        assert answer.best is None or answer.fits.last is None
    else:
        check(answer, wanted)


@settings(max_examples=20)
@given(KINDS, st.integers(1, 2_000_000))
def test_an_input(kind: str, limit: int) -> None:
    model = "conv3@8, maxpool3 s2, conv3@8 p1, flatten, fc10"

    def make(size: int) -> Report:
        return cnncalc.analyze(model, (3, size, 2 * size))

    answer = solve.budget(model, "3x20x40", vary="input", **{kind: limit})
    check(answer, largest(make, kind, limit))
    if answer.best is not None:
        size = answer.best.value
        assert answer.best.shown == f"{size}x{2 * size}"


@settings(max_examples=20)
@given(KINDS, st.integers(1, 2_000_000))
def test_the_width_of_a_whole_network(kind: str, limit: int) -> None:
    graph = cnncalc.load("d2l/lenet")

    def make(width: int) -> Report:
        return cnncalc.analyze(with_width(graph, width), "1x28x28")

    answer = solve.budget("d2l/lenet", vary="width", **{kind: limit})
    check(answer, largest(make, kind, limit))


@settings(max_examples=15)
@given(st.integers(10_000, 40_000_000))
def test_options_that_grow_and_that_shrink(limit: int) -> None:
    def grown(growth: int) -> Report:
        return cnncalc.analyze("d2l/densenet", growth=growth)

    check(
        solve.budget("d2l/densenet", vary="growth", max_params=limit),
        largest(grown, "max_params", limit),
    )
    answer = solve.budget("d2l/vgg11-small", vary="ratio", max_params=limit)
    fits = [
        ratio
        for ratio in range(1, 65)
        if cnncalc.analyze("d2l/vgg11-small", ratio=ratio).totals.params <= limit
    ]
    assert (answer.best is not None) == bool(fits)
    if fits:
        assert answer.shrinks
        assert answer.best.value == min(fits)
        assert answer.fits == (min(fits), None)


@pytest.mark.parametrize("name", ENTRIES)
def test_a_network_of_its_own_width_is_itself(name: str) -> None:
    graph = cnncalc.load(name)
    same = with_width(graph, base_width(graph))
    before, after = cnncalc.analyze(graph), cnncalc.analyze(same, graph.inputs[0].shape)
    assert not after.has_errors
    assert after.totals == before.totals
    assert [row.output_shapes for row in after] == [row.output_shapes for row in before]
    double = cnncalc.analyze(with_width(graph, 2 * base_width(graph)), graph.inputs[0].shape)
    assert not double.has_errors
    assert double.rows[-1].output_shape == before.rows[-1].output_shape
    # Parameters of hidden layers go with the square of the width, others less.
    assert 1.5 * before.totals.params < double.totals.params < 4 * before.totals.params


def test_widths_are_in_proportion_and_rounded_down() -> None:
    graph = cnncalc.load("conv3@10, bn, dwconv3, conv1@25, gap, fc7, fc4", "3x9x9")
    ops = [layer.op for layer in with_width(graph, 4).layers]
    widths = [getattr(op, "out_channels", getattr(op, "out_features", None)) for op in ops]
    # 4/10 of 10, 25 and 7; the depthwise one follows, and the last stays.
    assert [width for width in widths if width is not None] == [4, 10, 2, 4]
    report = cnncalc.analyze(with_width(graph, 4), "3x9x9")
    assert [row.output_shape[1] for row in report] == [4, 4, 4, 10, 10, 10, 2, 4]


def test_groups_leave_gaps() -> None:
    answer = solve.budget("resnext50_32x4d", vary="width", max_params="10M")
    # Groups of 32 divide the widths 4/2 * w only where w is a multiple of 16.
    assert (answer.fits, answer.over.value) == ((16, 32), 48)


def test_only_some_sizes_make_a_network() -> None:
    answer = solve.budget("notes/facecnn", vary="input", max_macs="1G")
    # fc1 is made for 112..115 x 92..95; the proportions are those of 112x92.
    assert (answer.fits, answer.best.shown, answer.over) == ((112, 115), "115x94", None)
    unet = str(Path(__file__).parents[2] / "examples" / "unet.yaml")
    assert solve.budget(unet, vary="input", max_memory="100MB").best.value % 8 == 0


def test_multiples() -> None:
    answer = solve.budget("resnet50", vary="input", max_macs="1G", multiple_of=32)
    assert (answer.best.value, answer.over.value) == (96, 128)


def test_a_line_is_shown_where_costs_lie_on_one() -> None:
    answer = solve.budget("d2l/lenet", vary="batch", max_memory="1MB")
    per = answer.over.costs[0].amount - answer.best.costs[0].amount
    first = answer.best.costs[0].amount - per * answer.best.value
    assert answer.why[0] == f"{first:,} + {per:,}*n <= 1,000,000 bytes"


def test_an_argument_of_a_python_class(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self, width=8, bumps=0):\n"
        "        super().__init__()\n"
        "        more = 50 if bumps == 2 else 0\n"
        "        self.fc = nn.Conv2d(3, width + bumps + more, 3)\n"
        "    def forward(self, x):\n"
        "        return self.fc(x)\n",
        "utf-8",
    )
    # 28 parameters a channel: 3*9 weights and a bias.
    answer = solve.budget(f"{file}:Net(width={{w}})", "3x8x8", vary="w", max_params=1000)
    assert (answer.best.value, answer.over.value) == (35, 36)
    wide = solve.budget(f"{file}:Net", "3x8x8", vary="bumps", max_params=28 * 9)
    assert (wide.best.value, wide.over.value) == (1, 2)
    with pytest.raises(InputError, match="neither only grows nor only shrinks with bumps"):
        solve.budget(f"{file}:Net", "3x8x8", vary="bumps", max_params=28 * 20)


def test_reasons_and_refusals() -> None:
    assert solve.budget("resnet18", vary="width", max_params=1).reason == (
        "width 1 already has 12,021 parameters, more than 1"
    )
    with pytest.raises(InputError, match="there is no budget"):
        solve.budget("resnet18", vary="width")
    with pytest.raises(InputError, match="'1Q'"):
        solve.budget("resnet18", vary="width", max_params="1Q")
    with pytest.raises(InputError, match="--train-with is about memory"):
        solve.budget("resnet18", vary="batch", max_params="1M", train_with="adam")
    with pytest.raises(InputError, match="unknown option 'depth'"):
        solve.budget("resnet18", vary="depth", max_params="1M")
    with pytest.raises(InputError, match="is no name"):
        solve.budget("resnet18", vary="a b", max_params="1M")
    with pytest.raises(InputError, match="the batch is varied, and given"):
        solve.budget("resnet18", vary="batch", batch=3, max_macs="1G")
    with pytest.raises(InputError, match="the parameters of conv1 are not known"):
        solve.budget("conv3", vary="input", max_params="1M")
    with pytest.raises(InputError, match="has an error as it is"):
        solve.budget("conv3@4, conv9@4, fc10", "3x5x5", vary="width", max_params="1M")
    with pytest.raises(NameNotFoundError):
        solve.budget("resnet19", vary="width", max_params="1M")


@given(st.sets(st.integers(1, 300), min_size=1), st.integers(0, 301))
def test_the_search_finds_the_border(valid: set[int], line: int) -> None:
    below = [value for value in valid if value < line]
    if not below:
        return

    def crossed(value: int) -> bool | None:
        return None if value not in valid else value >= line

    found = border(crossed, min(below), 300)
    assert found.below == max(below)
    assert found.beyond == min((value for value in valid if value >= line), default=None)
