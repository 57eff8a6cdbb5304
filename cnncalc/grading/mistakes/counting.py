"""Mistakes in counting: a factor forgotten, a factor too many, MACs for FLOPs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from ...ops.conv import Convolution
from ...ops.linear import Linear
from ...report import Row
from ...shape import product
from ..answers import Kind
from ..figures import biases, total
from .registry import Case, Guess, mistake

_COUNTS = ("params", "trainable", "weights", "macs", "flops")
#: What is made of the symbols of an op's formulas; None: nothing changes.
Change = Callable[[Mapping[str, Any]], dict[str, Any] | None]


def _counted(case: Case, row: Row, change: Change | None = None) -> Any:
    """A layer's count by its formula, with symbols changed."""
    received = case.analysed.received(row)
    values = dict(row.op.symbols(received, row.output_shape))
    changed = {} if change is None else change(values)
    if changed is None:
        return None
    values.update(changed)
    if case.quantity in ("macs", "flops"):
        found = row.op.macs.evaluate(values)
        return found if found is None or case.quantity == "macs" else 2 * found
    if case.quantity == "weights":
        values["b"] = 0
    return row.op.params.evaluate(values)


def _with(change: Change) -> Callable[[Case], Iterator[Guess]]:
    """Guesses: the count of the layer, or the sum over all layers, with symbols changed."""

    def guesses(case: Case) -> Iterator[Guess]:
        if case.quantity not in _COUNTS or case.target.argument:
            return
        rows = [row for row in case.rows if isinstance(row.op, Convolution | Linear)]
        if not rows or any(row.shared for row in rows):
            return
        correct, changed = [], []
        for row in rows:
            correct.append(_counted(case, row))
            found = _counted(case, row, change)
            changed.append(correct[-1] if found is None else found)
        right, wrong = total(correct), total(changed)
        if right is not None and wrong is not None:
            yield case.truth.value - right + wrong, ""

    return guesses


def _kernel_not_squared(values: Mapping[str, Any]) -> dict[str, Any] | None:
    kernel = values.get("k")
    if not isinstance(kernel, tuple) or len(kernel) < 2 or len(set(kernel)) > 1:
        return None
    return {"K": kernel[0]}


def _without_inputs(values: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"ci": values.get("g") or 1} if values.get("ci") else None


def _without_outputs(values: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"co": 1} if "K" in values and values.get("g") == 1 else None


def _at_one_position(values: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"O": 1} if "O" in values else None


def _at_input_positions(values: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"O": values["I"]} if values.get("I") else None


mistake("kernel-not-squared", 50, "k instead of k*k", "卷积核只乘了 k，没有乘 k²")(
    _with(_kernel_not_squared)
)
mistake("input-channels-forgotten", 51, "input channels forgotten", "漏乘了输入通道数")(
    _with(_without_inputs)
)
mistake("output-channels-forgotten", 52, "output channels forgotten", "漏乘了输出通道数")(
    _with(_without_outputs)
)
mistake("positions-forgotten", 53, "counted at one output position only", "只算了一个输出位置")(
    _with(_at_one_position)
)
mistake("input-positions", 54, "input positions counted, not output positions",
        "乘的是输入的位置数，应乘输出的位置数")(_with(_at_input_positions))  # fmt: skip


@mistake(
    "macs-as-flops", 48, "MACs given as FLOPs: FLOPs are 2 x MACs", "写的是 MACs：FLOPs = 2 × MACs"
)
def macs_as_flops(case: Case) -> Iterator[Guess]:
    if case.quantity == "flops":
        yield Fraction(case.truth.value, 2), ""


@mistake(
    "flops-as-macs", 48, "FLOPs given as MACs: FLOPs are 2 x MACs", "写的是 FLOPs：FLOPs = 2 × MACs"
)
def flops_as_macs(case: Case) -> Iterator[Guess]:
    if case.quantity == "macs":
        yield case.truth.value * 2, ""


@mistake("bias-as-macs", 55, "biases counted as MACs", "把加偏置也算成了乘加")
def bias_as_macs(case: Case) -> Iterator[Guess]:
    if case.quantity not in ("macs", "flops"):
        return
    times = 1 if case.quantity == "macs" else 2
    outputs = [product(row.output_shape) or 0 for row in case.rows if row.macs and biases(row.op)]
    yield case.truth.value + sum(outputs) * times, ""
    yield case.truth.value + sum(outputs), ""


@mistake("bias-counted", 49, "the biases counted among the weights", "把偏置也算进了权重")
def bias_counted(case: Case) -> Iterator[Guess]:
    if case.quantity == "weights":
        yield case.truth.value + (total(biases(row.op) for row in case.rows) or 0), ""


@mistake("only-bias", 56, "the biases only", "只算了偏置")
def only_bias(case: Case) -> Iterator[Guess]:
    if case.quantity in ("params", "trainable"):
        yield total(biases(row.op) for row in case.rows), ""


def _norms(case: Case) -> list[tuple[Row, int]]:
    """The batch norms with learned parameters, and their channels."""
    rows = [row for row in case.rows if row.op.type.startswith("BatchNorm") and row.params]
    return [(row, (row.params or 0) // 2) for row in rows]


@mistake(
    "bn-four-per-channel", 45,
    "BatchNorm counted as 4C: the running mean and variance are buffers, not parameters",
    "BatchNorm 算成了 4C：滑动均值和方差是缓冲区，不是参数",
)  # fmt: skip
def bn_four_per_channel(case: Case) -> Iterator[Guess]:
    if case.quantity in ("params", "trainable"):
        yield case.truth.value + sum(2 * channels for _, channels in _norms(case)), ""


@mistake("bn-one-per-channel", 46, "BatchNorm counted as C, it has a scale and a shift: 2C",
         "BatchNorm 算成了 C：缩放和平移共 2C")  # fmt: skip
def bn_one_per_channel(case: Case) -> Iterator[Guess]:
    if case.quantity in ("params", "trainable"):
        yield case.truth.value - sum(channels for _, channels in _norms(case)), ""


@mistake("bn-forgotten", 47, "BatchNorm's parameters forgotten", "漏了 BatchNorm 的参数")
def bn_forgotten(case: Case) -> Iterator[Guess]:
    if case.quantity in ("params", "trainable", "weights"):
        yield case.truth.value - sum(2 * channels for _, channels in _norms(case)), ""


@mistake("pool-with-params", 44, "counted like a convolution: pooling has no parameters",
         "当成卷积算了：池化没有参数")  # fmt: skip
def pool_with_params(case: Case) -> Iterator[Guess]:
    row = case.row
    if row is None or "Pool" not in row.op.type or case.quantity not in _COUNTS:
        return
    kernel = getattr(row.op, "kernel_size", None)
    window = product(kernel) if isinstance(kernel, tuple) else None
    channels, outputs = row.output_shape[1], product(row.output_shape[2:])
    if window is None or channels is None:
        return
    for depth in (1, channels, channels * channels):
        yield window * depth, ""
        yield window * depth + min(depth, channels), ""
        if case.quantity in ("macs", "flops") and outputs is not None:
            yield window * depth * outputs, ""
            yield 2 * window * depth * outputs, ""


@mistake("flatten-forgotten", 57, "the positions forgotten when flattening", "展平时漏乘了高和宽")
def flatten_forgotten(case: Case) -> Iterator[Guess]:
    for shape in _flattened(case):
        yield shape[1], ""


@mistake("flatten-channels", 57, "the channels forgotten when flattening", "展平时漏乘了通道数")
def flatten_channels(case: Case) -> Iterator[Guess]:
    for shape in _flattened(case):
        yield product(shape[2:]), ""


@mistake(
    "flattened-elsewhere",
    58,
    "the size of {}, not of what arrives",
    "用的是 {} 的大小，不是实际传入的大小",
)
def flattened_elsewhere(case: Case) -> Iterator[Guess]:
    if case.quantity == "in_features" and case.truth.kind is Kind.COUNT:
        for row in case.analysed.report.rows:
            yield product(row.output_shape[1:]), row.name


def _flattened(case: Case) -> Iterator[tuple[Any, ...]]:
    """Shapes with positions that hold as many values as a linear layer receives."""
    if case.quantity == "in_features" and case.truth.kind is Kind.COUNT:
        for row in case.analysed.report.rows:
            shape = row.output_shape
            if len(shape) > 2 and product(shape[1:]) == case.truth.value:
                yield shape
